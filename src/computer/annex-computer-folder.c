/* annex-computer-folder.c
 *
 * See annex-computer-folder.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-folder.h"

#include "annex-domain-xml.h"
#include "annex-paths.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK_NAME "lock"

struct _AnnexComputerFolder
{
  char *id;
  char *data;
  char *runtime;
  int lock_fd;
};

AnnexComputerFolder *
annex_computer_folder_new (const char *id)
{
  AnnexComputerFolder *self;
  g_autofree char *rest = NULL;

  g_return_val_if_fail (annex_computer_id_is_valid (id), NULL);

  self = g_new0 (AnnexComputerFolder, 1);
  rest = g_build_filename ("computers", id, NULL);
  self->id = g_strdup (id);
  self->data = annex_paths_computer (rest);
  self->runtime = annex_paths_runtime (id);
  self->lock_fd = -1;
  return self;
}

void
annex_computer_folder_free (AnnexComputerFolder *self)
{
  annex_computer_folder_unlock (self);
  g_free (self->id);
  g_free (self->data);
  g_free (self->runtime);
  g_free (self);
}

const char *
annex_computer_folder_get_id (AnnexComputerFolder *self)
{
  return self->id;
}

char *
annex_computer_folder_dup_path (AnnexComputerFolder *self, const char *name)
{
  return g_build_filename (self->data, name, NULL);
}

char *
annex_computer_folder_dup_socket (AnnexComputerFolder *self, const char *name)
{
  return g_build_filename (self->runtime, name, NULL);
}

gboolean
annex_computer_folder_has (AnnexComputerFolder *self, const char *name)
{
  g_autofree char *path = annex_computer_folder_dup_path (self, name);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

void
annex_computer_folder_discard (AnnexComputerFolder *self, const char *name)
{
  g_autofree char *path = annex_computer_folder_dup_path (self, name);

  g_unlink (path);
}

gboolean
annex_computer_folder_lock (AnnexComputerFolder *self, GError **error)
{
  g_autofree char *path = annex_computer_folder_dup_socket (self, LOCK_NAME);
  g_autofd int fd = -1;

  if (self->lock_fd >= 0)
    return TRUE;
  if (!annex_paths_make (self->data, error) || !annex_paths_make (self->runtime, error))
    return FALSE;
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      int code = errno;

      if (fd >= 0 && code == EWOULDBLOCK)
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                             _ ("This computer is in use by another Annex"));
      else
        g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), _ ("Cannot lock “%s”: %s"),
                     path, g_strerror (code));
      return FALSE;
    }
  self->lock_fd = g_steal_fd (&fd);
  return TRUE;
}

/* The file stays: removing it would let two processes lock two files of one name. */
void
annex_computer_folder_unlock (AnnexComputerFolder *self)
{
  g_clear_fd (&self->lock_fd, NULL);
}

static void
remove_files (const char *folder, const char *except)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_strcmp0 (name, except) != 0)
        g_unlink (path);
    }
}

void
annex_computer_folder_remove_sockets (AnnexComputerFolder *self)
{
  remove_files (self->runtime, LOCK_NAME);
}

gboolean
annex_folder_remove_flat (const char *path, GError **error)
{
  remove_files (path, NULL);
  if (g_rmdir (path) != 0 && errno != ENOENT)
    {
      int code = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), _ ("Cannot delete “%s”: %s"),
                   path, g_strerror (code));
      return FALSE;
    }
  return TRUE;
}

gboolean
annex_computer_folder_remove (AnnexComputerFolder *self, GError **error)
{
  annex_computer_folder_remove_sockets (self);
  return annex_folder_remove_flat (self->data, error);
}
