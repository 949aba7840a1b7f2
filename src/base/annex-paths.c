/* annex-paths.c
 *
 * See annex-paths.h. Knows GLib and POSIX only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-paths.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/random.h>
#include <unistd.h>

static char *
below (const char *base, const char *rest)
{
  return rest != NULL && rest[0] != '\0' ? g_build_filename (base, "annex", rest, NULL)
                                         : g_build_filename (base, "annex", NULL);
}

char *
annex_paths_data (const char *rest)
{
  return below (g_get_user_data_dir (), rest);
}

char *
annex_paths_cache (const char *rest)
{
  return below (g_get_user_cache_dir (), rest);
}

static GMutex folder_lock;
static char *computer_folder;

char *
annex_paths_computer (const char *rest)
{
  g_autofree char *folder = annex_paths_dup_computer_folder ();

  if (folder != NULL)
    return g_build_filename (folder, rest, NULL);
  return g_str_has_prefix (rest, "template") ? annex_paths_cache (rest) : annex_paths_data (rest);
}

void
annex_paths_set_computer_folder (const char *folder)
{
  g_mutex_lock (&folder_lock);
  g_set_str (&computer_folder, folder);
  g_mutex_unlock (&folder_lock);
}

char *
annex_paths_dup_computer_folder (void)
{
  char *folder;

  g_mutex_lock (&folder_lock);
  folder = g_strdup (computer_folder);
  g_mutex_unlock (&folder_lock);
  return folder;
}

char *
annex_paths_config (const char *rest)
{
  return below (g_get_user_config_dir (), rest);
}

char *
annex_paths_runtime (const char *rest)
{
  return below (g_get_user_runtime_dir (), rest);
}

gboolean
annex_paths_make (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;
  int code = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
               "The folder “%s” cannot be made: %s", path, g_strerror (code));
  return FALSE;
}

static gboolean
set_errno_error (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s “%s”: %s", what, path,
               g_strerror (code));
  return FALSE;
}

static gboolean
write_all (int fd, const char *bytes, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      bytes += n;
      length -= (gsize) n;
    }
  return TRUE;
}

gboolean
annex_file_write_atomic (const char *path,
                         const void *bytes,
                         gsize length,
                         int mode,
                         GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *temporary = g_strdup_printf ("%s.XXXXXX", path);
  g_autofd int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, mode);
  g_autofd int folder_fd = -1;

  if (fd < 0)
    return set_errno_error (error, "Cannot write", path);
  if (!write_all (fd, bytes, length) || fsync (fd) != 0 || g_rename (temporary, path) != 0)
    {
      set_errno_error (error, "Cannot write", path);
      g_unlink (temporary);
      return FALSE;
    }
  folder_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd >= 0)
    fsync (folder_fd);
  return TRUE;
}

char *
annex_file_sha256 (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  g_autofree guchar *buffer = g_malloc (1 << 18);

  if (fd < 0)
    {
      set_errno_error (error, "Cannot read", path);
      return NULL;
    }
  for (;;)
    {
      gssize n;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      n = read (fd, buffer, 1 << 18);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          set_errno_error (error, "Cannot read", path);
          return NULL;
        }
      if (n == 0)
        break;
      g_checksum_update (checksum, buffer, n);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

char *
annex_identifier_new (void)
{
  static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
  guint64 time_ms = (guint64) (g_get_real_time () / 1000);
  guint8 noise[16];
  char *id = g_malloc (27);

  if (getrandom (noise, sizeof noise, 0) != sizeof noise)
    for (gsize i = 0; i < sizeof noise; i++)
      noise[i] = (guint8) g_random_int ();
  for (int i = 9; i >= 0; i--, time_ms >>= 5)
    id[i] = alphabet[time_ms & 31];
  for (int i = 0; i < 16; i++)
    id[10 + i] = alphabet[noise[i] & 31];
  id[26] = '\0';
  return id;
}
