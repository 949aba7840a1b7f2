/* annex-copy.c
 *
 * See annex-copy.h. Knows POSIX and Linux only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-copy.h"

#include "annex-beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static gboolean
is_copied_attribute (const char *name)
{
  return g_str_has_prefix (name, "user.") || g_str_equal (name, "system.posix_acl_access") ||
         g_str_equal (name, "system.posix_acl_default");
}

void
annex_copy_attributes (int from_fd, int to_fd)
{
  g_autofree char *names = NULL;
  gssize length = flistxattr (from_fd, NULL, 0);

  if (length <= 0)
    return;
  names = g_malloc ((gsize) length);
  length = flistxattr (from_fd, names, (gsize) length);
  for (gssize i = 0; i < length; i += (gssize) strlen (names + i) + 1)
    {
      gssize size = is_copied_attribute (names + i) ? fgetxattr (from_fd, names + i, NULL, 0) : -1;
      g_autofree char *value = size >= 0 ? g_malloc ((gsize) size + 1) : NULL;

      if (value == NULL)
        continue;
      size = fgetxattr (from_fd, names + i, value, (gsize) size);
      if (size >= 0 && fsetxattr (to_fd, names + i, value, (gsize) size, 0) != 0)
        continue;
    }
}

static gboolean
write_all (int fd, const char *bytes, gsize length, off_t offset)
{
  while (length > 0)
    {
      gssize n = pwrite (fd, bytes, length, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      bytes += n;
      offset += n;
      length -= (gsize) n;
    }
  return TRUE;
}

static gboolean
copy_range (int from_fd, int to_fd, off_t start, off_t end)
{
  g_autofree char *piece = NULL;

  while (start < end)
    {
      off_t in = start, out = start;
      gssize n = copy_file_range (from_fd, &in, to_fd, &out, (gsize) MIN (end - start, 1 << 30), 0);

      if (n > 0)
        {
          start += n;
          continue;
        }
      if (n < 0 && errno == ENOSPC)
        return FALSE;
      /* Not between these file systems: by hand. */
      if (piece == NULL)
        piece = g_malloc (1 << 18);
      n = pread (from_fd, piece, (gsize) MIN (end - start, 1 << 18), start);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      if (n == 0)
        return TRUE;
      if (!write_all (to_fd, piece, (gsize) n, start))
        return FALSE;
      start += n;
    }
  return TRUE;
}

static gboolean
copy_content (int from_fd, int to_fd, off_t size)
{
  off_t start = 0;

  if (ioctl (to_fd, FICLONE, from_fd) == 0)
    return TRUE;
  if (ftruncate (to_fd, size) != 0)
    return FALSE;
  while (start < size)
    {
      off_t data = lseek (from_fd, start, SEEK_DATA);
      off_t hole;

      if (data < 0 && errno == ENXIO)
        return TRUE;
      if (data < 0)
        return copy_range (from_fd, to_fd, start, size);
      hole = lseek (from_fd, data, SEEK_HOLE);
      if (hole < 0)
        hole = size;
      if (!copy_range (from_fd, to_fd, data, MIN (hole, size)))
        return FALSE;
      start = hole;
    }
  return TRUE;
}

/* Mode last but for the times: changing the owner or the access list changes it. */
static gboolean
copy_metadata (int from_fd, int to_fd, const struct stat *info)
{
  const struct timespec times[2] = { info->st_atim, info->st_mtim };

  annex_copy_attributes (from_fd, to_fd);
  if (fchown (to_fd, info->st_uid, info->st_gid) != 0 &&
      fchown (to_fd, (uid_t) -1, info->st_gid) != 0)
    errno = 0; /* another's file stays a copy of ours */
  return fchmod (to_fd, info->st_mode & 07777) == 0 && futimens (to_fd, times) == 0;
}

static gboolean
copy_file (int from_fd, const char *from, int to_fd, const char *to)
{
  g_autofd int in = openat (from_fd, from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  g_autofd int out = -1;
  struct stat info;

  if (in < 0 || fstat (in, &info) != 0)
    return FALSE;
  if (!S_ISREG (info.st_mode))
    {
      errno = EAGAIN;
      return FALSE;
    }
  out = openat (to_fd, to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  return out >= 0 && copy_content (in, out, info.st_size) && copy_metadata (in, out, &info);
}

static gboolean
copy_link (int from_fd, const char *from, int to_fd, const char *to, const struct stat *info)
{
  const struct timespec times[2] = { info->st_atim, info->st_mtim };
  char target[4097];
  gssize length = readlinkat (from_fd, from, target, sizeof target - 1);

  if (length < 0)
    return FALSE;
  target[length] = '\0';
  if (symlinkat (target, to_fd, to) != 0)
    return FALSE;
  if (fchownat (to_fd, to, info->st_uid, info->st_gid, AT_SYMLINK_NOFOLLOW) != 0)
    errno = 0;
  utimensat (to_fd, to, times, AT_SYMLINK_NOFOLLOW);
  return TRUE;
}

static gboolean
copy_any (int from_fd, const char *from, int to_fd, const char *to, AnnexCopyHow how, guint depth);

static gboolean
copy_folder (int from_fd,
             const char *from,
             int to_fd,
             const char *to,
             AnnexCopyHow how,
             guint depth)
{
  g_autofd int in = openat (from_fd, from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  g_autoptr (GPtrArray) names = in >= 0 ? annex_beneath_list (in) : NULL;
  g_autofd int out = -1;
  struct stat info;

  if (names == NULL || fstat (in, &info) != 0 || mkdirat (to_fd, to, 0700) != 0)
    return FALSE;
  out = openat (to_fd, to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (out < 0)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (!copy_any (in, name, out, name, how, depth + 1))
        return FALSE;
    }
  return copy_metadata (in, out, &info);
}

static gboolean
copy_any (int from_fd, const char *from, int to_fd, const char *to, AnnexCopyHow how, guint depth)
{
  struct stat info;

  if (depth > ANNEX_BENEATH_MAX_DEPTH)
    {
      errno = ENAMETOOLONG;
      return FALSE;
    }
  if (fstatat (from_fd, from, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return FALSE;
  if (S_ISDIR (info.st_mode))
    return copy_folder (from_fd, from, to_fd, to, how, depth);
  /* A file with other names may be written to through them: that one is copied. */
  if (how == ANNEX_COPY_LINK && info.st_nlink == 1 && linkat (from_fd, from, to_fd, to, 0) == 0)
    return TRUE;
  if (S_ISREG (info.st_mode))
    return copy_file (from_fd, from, to_fd, to);
  if (S_ISLNK (info.st_mode))
    return copy_link (from_fd, from, to_fd, to, &info);
  if (S_ISFIFO (info.st_mode) || S_ISSOCK (info.st_mode))
    {
      const struct timespec times[2] = { info.st_atim, info.st_mtim };

      return mknodat (to_fd, to, info.st_mode & (S_IFMT | 0777), 0) == 0 &&
             fchmodat (to_fd, to, info.st_mode & 0777, 0) == 0 &&
             utimensat (to_fd, to, times, AT_SYMLINK_NOFOLLOW) == 0;
    }
  errno = EOPNOTSUPP;
  return FALSE;
}

gboolean
annex_copy_at (int from_fd,
               const char *from,
               int to_fd,
               const char *to,
               AnnexCopyHow how,
               GError **error)
{
  int code;

  if (copy_any (from_fd, from, to_fd, to, how, 0))
    return TRUE;
  code = errno;
  annex_beneath_remove (to_fd, to);
  errno = code;
  return annex_beneath_set_error (error, "Cannot copy", from);
}
