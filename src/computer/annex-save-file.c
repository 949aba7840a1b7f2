/* annex-save-file.c
 *
 * See annex-save-file.h. The head is virQEMUSaveHeader of libvirt's qemu_saveimage.h: 16 bytes of
 * magic, five 32-bit numbers (version, length of the data, was running, format, offset of the
 * cookie), 14 unused ones, then the domain's XML and the cookie, padded to the length. Once a save
 * is complete its magic is "LibvirtQemudSave"; until then it is another.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-save-file.h"

#include "annex-domain-xml.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "LibvirtQemudSave"
#define HEAD_BYTES 92
#define LENGTH_OFFSET 20
#define MAX_DATA_BYTES (4u << 20)

static gboolean
fail_errno (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s “%s”: %s", what, path,
               g_strerror (code));
  return FALSE;
}

static gboolean
write_at (int fd, const char *bytes, gsize length, off_t offset)
{
  while (length > 0)
    {
      gssize n = pwrite (fd, bytes, length, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      bytes += n;
      length -= (gsize) n;
      offset += n;
    }
  return TRUE;
}

/* Copies one stretch of data; copy_file_range first, which some file systems do by reference. */
static gboolean
copy_range (int from_fd, int to_fd, off_t start, off_t end, char *buffer, gsize buffer_size)
{
  while (start < end)
    {
      loff_t in = start, out = start;
      gssize n = copy_file_range (from_fd, &in, to_fd, &out, (gsize) (end - start), 0);

      if (n <= 0)
        {
          n = pread (from_fd, buffer, MIN (buffer_size, (gsize) (end - start)), start);
          if (n < 0 && errno == EINTR)
            continue;
          if (n < 0 || (n > 0 && !write_at (to_fd, buffer, (gsize) n, start)))
            return FALSE;
          if (n == 0)
            return TRUE;
        }
      start += n;
    }
  return TRUE;
}

static gboolean
copy_data (int from_fd, int to_fd, off_t size)
{
  const gsize buffer_size = 1 << 20;
  g_autofree char *buffer = g_malloc (buffer_size);
  off_t position = 0;

  if (ftruncate (to_fd, size) != 0)
    return FALSE;
  while (position < size)
    {
      off_t start = lseek (from_fd, position, SEEK_DATA);
      off_t end;

      if (start < 0 && errno == ENXIO)
        return TRUE;
      if (start < 0)
        start = position;
      end = lseek (from_fd, start, SEEK_HOLE);
      if (end < 0)
        end = size;
      if (!copy_range (from_fd, to_fd, start, end, buffer, buffer_size))
        return FALSE;
      position = end;
    }
  return TRUE;
}

gboolean
annex_file_copy_sparse (const char *from, const char *to, GError **error)
{
  g_autofd int from_fd = open (from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  g_autofd int to_fd = -1;
  struct stat info;

  if (from_fd < 0 || fstat (from_fd, &info) != 0)
    return fail_errno (error, "Cannot read", from);
  to_fd = open (to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (to_fd < 0)
    return fail_errno (error, "Cannot write", to);
  if (ioctl (to_fd, FICLONE, from_fd) == 0 || copy_data (from_fd, to_fd, info.st_size))
    return TRUE;
  fail_errno (error, "Cannot write", to);
  g_unlink (to);
  return FALSE;
}

gboolean
annex_file_put_in_place (const char *part, const char *to, GError **error)
{
  g_autofd int fd = open (part, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  if (fd >= 0 && fsync (fd) == 0 && g_rename (part, to) == 0)
    return TRUE;
  fail_errno (error, "Cannot write", to);
  g_unlink (part);
  return FALSE;
}

/* Reads the XML and the cookie. (transfer full) */
static char *
read_head (int fd, const char *path, gsize *length, GError **error)
{
  char head[HEAD_BYTES];
  g_autofree char *data = NULL;
  guint32 size;

  if (pread (fd, head, sizeof head, 0) != sizeof head || memcmp (head, MAGIC, strlen (MAGIC)) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("“%s” is not a complete save"),
                   path);
      return NULL;
    }
  memcpy (&size, head + LENGTH_OFFSET, sizeof size);
  if (size == 0 || size > MAX_DATA_BYTES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("“%s” has a damaged head"), path);
      return NULL;
    }
  data = g_malloc (size);
  if (pread (fd, data, size, HEAD_BYTES) != (gssize) size)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("“%s” is cut short"), path);
      return NULL;
    }
  *length = size;
  return g_steal_pointer (&data);
}

/* Replaces every @old by @new, which is as long, and returns how many there were. */
static guint
replace_all (char *data, gsize length, const char *old, const char *new)
{
  gsize size = strlen (old);
  char *at = data;
  guint n_found = 0;

  g_return_val_if_fail (strlen (new) == size, 0);
  while ((at = memmem (at, length - (gsize) (at - data), old, size)) != NULL)
    {
      memcpy (at, new, size);
      at += size;
      n_found++;
    }
  return n_found;
}

static gboolean
rename_in_head (int fd, const char *path, const char *old_id, const char *new_id, GError **error)
{
  g_autofree char *old_uuid = annex_domain_uuid (old_id);
  g_autofree char *new_uuid = annex_domain_uuid (new_id);
  g_autofree char *data = NULL;
  gsize length = 0;

  data = read_head (fd, path, &length, error);
  if (data == NULL)
    return FALSE;
  if (replace_all (data, length, old_id, new_id) == 0 ||
      replace_all (data, length, old_uuid, new_uuid) == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _ ("“%s” belongs to another computer"), path);
      return FALSE;
    }
  if (strcmp (old_id, new_id) != 0 && !write_at (fd, data, length, HEAD_BYTES))
    return fail_errno (error, "Cannot write", path);
  return TRUE;
}

gboolean
annex_save_file_copy (const char *from,
                      const char *to,
                      const char *old_id,
                      const char *new_id,
                      GError **error)
{
  g_autofd int fd = -1;

  g_return_val_if_fail (annex_computer_id_is_valid (old_id), FALSE);
  g_return_val_if_fail (annex_computer_id_is_valid (new_id), FALSE);

  if (!annex_file_copy_sparse (from, to, error))
    return FALSE;
  fd = open (to, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return fail_errno (error, "Cannot write", to);
  if (rename_in_head (fd, to, old_id, new_id, error))
    return TRUE;
  g_unlink (to);
  return FALSE;
}

gboolean
annex_save_file_check (const char *path, const char *id, GError **error)
{
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  if (fd < 0)
    return fail_errno (error, "Cannot read", path);
  return rename_in_head (fd, path, id, id, error);
}
