/* annex-landlock.c
 *
 * See annex-landlock.h. Knows the kernel's interface only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RUN (READ | LANDLOCK_ACCESS_FS_EXECUTE)

/* Version 1 of the interface knows the first 13 rights; later ones are handled where they exist. */
#define RIGHTS_V1 ((1ull << 13) - 1)

static guint64
handled_rights (int version)
{
  guint64 rights = RIGHTS_V1;

  if (version >= 2)
    rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3)
    rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
  return rights;
}

static gboolean
allow (int ruleset_fd, const char *folder, guint64 rights)
{
  g_autofd int fd = open (folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct landlock_path_beneath_attr rule = { .allowed_access = rights, .parent_fd = fd };

  return fd >= 0 &&
         syscall (SYS_landlock_add_rule, ruleset_fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

int
annex_landlock_new_reader (const char *const *folders, GError **error)
{
  static const char *const system_folders[] = { "/usr", "/lib", "/lib64", "/etc", "/app" };
  struct landlock_ruleset_attr attributes = { 0 };
  g_autofd int fd = -1;
  int version =
      (int) syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

  if (version < 1)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "This machine’s kernel has no Landlock");
      return -1;
    }
  attributes.handled_access_fs = handled_rights (version);
  fd = (int) syscall (SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
  if (fd < 0 || !allow (fd, folders[0], READ))
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Cannot confine to “%s”: %s",
                   folders[0], g_strerror (errno));
      return -1;
    }
  /* Those that are missing need no rule. */
  for (guint i = 1; folders[i] != NULL; i++)
    allow (fd, folders[i], READ);
  for (guint i = 0; i < G_N_ELEMENTS (system_folders); i++)
    allow (fd, system_folders[i], RUN);
  allow (fd, "/proc", READ);
  return g_steal_fd (&fd);
}

gboolean
annex_landlock_enter (int ruleset_fd)
{
  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall (SYS_landlock_restrict_self, ruleset_fd, 0) == 0;
}
