/* content.c
 *
 * Hands out the contents of files of the upper layer: one file plainly, or many over one
 * connection. Never follows a symlink, never opens what could block.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

bool
path_is_clean (const char *path)
{
  if (*path == '\0' || strlen (path) > 4096)
    return false;
  for (const char *part = path;; part++)
    {
      size_t length = strcspn (part, "/");

      if (length == 0 || length > 255 || (length == 1 && part[0] == '.') ||
          (length == 2 && part[0] == '.' && part[1] == '.'))
        return false;
      part += length;
      if (*part == '\0')
        return true;
    }
}

int
open_beneath (int root_fd, const char *path, int flags)
{
  struct open_how how = { .flags = (uint64_t) (flags | O_NOFOLLOW | O_CLOEXEC),
                          .resolve =
                              RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };

  if (!path_is_clean (path))
    {
      errno = EINVAL;
      return -1;
    }
  return (int) syscall (SYS_openat2, root_fd, path, &how, sizeof how);
}

char
overlay_mark (int fd, const char *name)
{
  static const char *const spaces[] = { "trusted", "user" };
  char value[8];

  for (int i = 0; i < 2; i++)
    {
      char key[64];
      ssize_t length;

      snprintf (key, sizeof key, "%s.overlay.%s", spaces[i], name);
      length = fgetxattr (fd, key, value, sizeof value);
      if (length >= 0)
        return length == 0 ? 'y' : value[0];
    }
  return 0;
}

bool
overlay_set_opaque (int fd, bool user_xattrs)
{
  return fsetxattr (fd, user_xattrs ? "user.overlay.opaque" : "trusted.overlay.opaque", "y", 1,
                    0) == 0;
}

void
overlay_unmark (int fd, const char *name)
{
  char key[64];

  snprintf (key, sizeof key, "trusted.overlay.%s", name);
  fremovexattr (fd, key);
  snprintf (key, sizeof key, "user.overlay.%s", name);
  fremovexattr (fd, key);
}

/* Opens a regular file of the upper layer, or returns -1 with errno. */
static int
open_file (int root_fd, const char *path)
{
  int fd = open_beneath (root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat info;

  if (fd >= 0 && (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode)))
    {
      close (fd);
      errno = EINVAL;
      return -1;
    }
  return fd;
}

bool
content_cat (const char *upper, const char *path)
{
  static uint8_t piece[1 << 17];
  int root_fd = open (upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int fd = root_fd >= 0 ? open_file (root_fd, path) : -1;
  ssize_t n;

  if (fd < 0)
    return complain ("it cannot be opened: %s", strerror (errno));
  while ((n = read (fd, piece, sizeof piece)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return complain ("it cannot be read: %s", strerror (errno));
      stream_bytes (piece, (size_t) n);
    }
  stream_flush ();
  return true;
}

/* One answer: u8 'X' and u32 errno; or u8 'F', then pieces of u32 length and bytes, then a length
 * of 0, or of 0xffffffff when reading failed half way. */
static void
answer (int root_fd, const char *path)
{
  static uint8_t piece[1 << 17];
  int fd = open_file (root_fd, path);
  ssize_t n;

  if (fd < 0)
    {
      stream_u8 ('X');
      stream_u32 ((uint32_t) errno);
      stream_flush ();
      return;
    }
  stream_u8 ('F');
  while ((n = read (fd, piece, sizeof piece)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        break;
      stream_u32 ((uint32_t) n);
      stream_bytes (piece, (size_t) n);
    }
  stream_u32 (n < 0 ? UINT32_MAX : 0);
  stream_flush ();
  close (fd);
}

bool
content_serve (const char *upper)
{
  int root_fd = open (upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  char *path = NULL;
  size_t room = 0;

  if (root_fd < 0)
    return complain ("%s: %s", upper, strerror (errno));
  while (getdelim (&path, &room, '\0', stdin) > 0)
    answer (root_fd, path);
  free (path);
  close (root_fd);
  return true;
}
