/* annex-beneath.c
 *
 * See annex-beneath.h. Knows POSIX and Linux only, nothing of drafts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-beneath.h"

#include "annex-json.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

gboolean
annex_beneath_is_clean (const char *path)
{
  if (path == NULL || *path == '\0' || strlen (path) > 4096)
    return FALSE;
  for (const char *part = path;; part++)
    {
      gsize length = strcspn (part, "/");

      if (length == 0 || length > 255 || (length == 1 && part[0] == '.') ||
          (length == 2 && part[0] == '.' && part[1] == '.'))
        return FALSE;
      part += length;
      if (*part == '\0')
        return TRUE;
    }
}

int
annex_beneath_open_root (const char *path)
{
  return open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* For kernels and sandboxes without openat2: one component after the other. */
static int
open_by_components (int root_fd, const char *path, int flags)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  int fd = fcntl (root_fd, F_DUPFD_CLOEXEC, 0);

  for (guint i = 0; fd >= 0 && parts[i] != NULL; i++)
    {
      gboolean last = parts[i + 1] == NULL;
      int next =
          openat (fd, parts[i], (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC);
      int code = errno;

      close (fd);
      fd = next;
      errno = code;
    }
  return fd;
}

int
annex_beneath_open (int root_fd, const char *path, int flags)
{
  static gint unsupported;
  struct open_how how = { .flags = (guint64) (flags | O_NOFOLLOW | O_CLOEXEC),
                          .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
                                     RESOLVE_NO_XDEV };
  int fd = -1;

  if (*path == '\0')
    return fcntl (root_fd, F_DUPFD_CLOEXEC, 0);
  if (!annex_beneath_is_clean (path))
    {
      errno = EINVAL;
      return -1;
    }
  if (!g_atomic_int_get (&unsupported))
    {
      for (int i = 0; i < 100; i++)
        {
          fd = (int) syscall (SYS_openat2, root_fd, path, &how, sizeof how);
          if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
        }
      if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
        return fd;
      if (errno == ENOSYS)
        g_atomic_int_set (&unsupported, TRUE);
    }
  return open_by_components (root_fd, path, flags);
}

int
annex_beneath_open_share (const char *path)
{
  g_autofd int top = open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (top < 0 || path[0] != '/')
    {
      errno = top < 0 ? errno : EINVAL;
      return -1;
    }
  return open_by_components (top, path + 1, O_RDONLY | O_DIRECTORY);
}

int
annex_beneath_open_parent (int root_fd, const char *path, const char **name)
{
  const char *slash;
  g_autofree char *folder = NULL;

  if (!annex_beneath_is_clean (path))
    {
      errno = EINVAL;
      return -1;
    }
  slash = strrchr (path, '/');
  *name = slash != NULL ? slash + 1 : path;
  folder = slash != NULL ? g_strndup (path, (gsize) (slash - path)) : g_strdup ("");
  return annex_beneath_open (root_fd, folder, O_RDONLY | O_DIRECTORY);
}

int
annex_beneath_lstat (int root_fd, const char *path, struct stat *info)
{
  const char *name;
  g_autofd int parent = -1;

  if (*path == '\0')
    return fstat (root_fd, info);
  parent = annex_beneath_open_parent (root_fd, path, &name);
  return parent >= 0 ? fstatat (parent, name, info, AT_SYMLINK_NOFOLLOW) : -1;
}

char *
annex_beneath_readlink (int root_fd, const char *path)
{
  const char *name;
  g_autofd int parent = annex_beneath_open_parent (root_fd, path, &name);
  char target[4097];
  gssize length = parent >= 0 ? readlinkat (parent, name, target, sizeof target - 1) : -1;

  return length >= 0 ? g_strndup (target, (gsize) length) : NULL;
}

char *
annex_beneath_sha256 (int root_fd, const char *path, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofd int fd = annex_beneath_open (root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  g_autofree guchar *piece = g_malloc (1 << 18);
  struct stat info;
  gssize n;

  if (fd < 0 || fstat (fd, &info) != 0)
    {
      annex_beneath_set_error (error, "Cannot read", path);
      return NULL;
    }
  if (!S_ISREG (info.st_mode))
    {
      errno = EINVAL;
      annex_beneath_set_error (error, "Cannot read", path);
      return NULL;
    }
  while ((n = read (fd, piece, 1 << 18)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          annex_beneath_set_error (error, "Cannot read", path);
          return NULL;
        }
      g_checksum_update (checksum, piece, n);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

GPtrArray *
annex_beneath_list (int fd)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int own = openat (fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = own >= 0 ? fdopendir (own) : NULL;
  struct dirent *item;

  if (folder == NULL)
    {
      if (own >= 0)
        close (own);
      return NULL;
    }
  while ((item = readdir (folder)) != NULL)
    if (strcmp (item->d_name, ".") != 0 && strcmp (item->d_name, "..") != 0)
      g_ptr_array_add (names, g_strdup (item->d_name));
  closedir (folder);
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

static gboolean
remove_at (int folder_fd, const char *name, guint depth)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autofd int fd = -1;
  gboolean good = TRUE;

  if (unlinkat (folder_fd, name, 0) == 0 || errno == ENOENT)
    return TRUE;
  if ((errno != EISDIR && errno != EPERM) || depth > ANNEX_BENEATH_MAX_DEPTH)
    return FALSE;
  if (unlinkat (folder_fd, name, AT_REMOVEDIR) == 0)
    return TRUE;
  fd = openat (folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return FALSE;
  fchmod (fd, 0700); /* a folder without write permission cannot be emptied */
  names = annex_beneath_list (fd);
  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    good &= remove_at (fd, g_ptr_array_index (names, i), depth + 1);
  return unlinkat (folder_fd, name, AT_REMOVEDIR) == 0 && good;
}

gboolean
annex_beneath_remove (int folder_fd, const char *name)
{
  return remove_at (folder_fd, name, 0);
}

static gboolean
sum_up (GChecksum *sum, int folder_fd, const char *name, guint64 *bytes, guint depth)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autofd int fd = -1;
  struct stat info;
  gint64 facts[5];

  if (fstatat (folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return FALSE;
  facts[0] = (gint64) info.st_mode;
  facts[1] = (gint64) info.st_ino;
  facts[2] = S_ISDIR (info.st_mode) ? 0 : (gint64) info.st_size;
  facts[3] = info.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + info.st_mtim.tv_nsec;
  facts[4] = (gint64) depth;
  /* The name of the top may change: it is moved aside. */
  if (depth > 0)
    g_checksum_update (sum, (const guchar *) name, (gssize) strlen (name) + 1);
  g_checksum_update (sum, (const guchar *) facts, sizeof facts);
  if (S_ISREG (info.st_mode))
    *bytes += (guint64) info.st_size;
  if (!S_ISDIR (info.st_mode))
    return TRUE;
  if (depth > ANNEX_BENEATH_MAX_DEPTH)
    {
      errno = ENAMETOOLONG;
      return FALSE;
    }
  fd = openat (folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  names = fd >= 0 ? annex_beneath_list (fd) : NULL;
  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    if (!sum_up (sum, fd, g_ptr_array_index (names, i), bytes, depth + 1))
      return FALSE;
  return TRUE;
}

char *
annex_beneath_fingerprint (int folder_fd, const char *name, guint64 *bytes)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint64 total = 0;

  if (!sum_up (sum, folder_fd, name, &total, 0))
    return NULL;
  if (bytes != NULL)
    *bytes = total;
  return g_strdup (g_checksum_get_string (sum));
}

char *
annex_beneath_other_name (const char *path, const char *word, guint number)
{
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  const char *dot = strrchr (name, '.');
  g_autofree char *folder = g_strndup (path, (gsize) (name - path));
  g_autofree char *suffix =
      number > 1 ? g_strdup_printf (" (%s %u)", word, number) : g_strdup_printf (" (%s)", word);
  g_autofree char *stem = NULL;
  gsize length, room;

  if (dot == NULL || dot == name || strlen (dot) > 32)
    dot = name + strlen (name);
  /* "archive.tar.gz" keeps both. */
  if (dot - name > 4 && strncmp (dot - 4, ".tar", 4) == 0)
    dot -= 4;
  length = (gsize) (dot - name);
  room = 255 - strlen (suffix) - strlen (dot);
  if (length > room)
    for (length = room; length > 0 && ((guchar) name[length] & 0xc0) == 0x80;)
      length--;
  stem = g_strndup (name, length);
  return g_strconcat (folder, stem, suffix, dot, NULL);
}

void
annex_stat_from_info (AnnexStat *stat, const struct stat *info)
{
  *stat = (AnnexStat) {
    .exists = TRUE,
    .mode = info->st_mode,
    .inode = info->st_ino,
    .size_bytes = (guint64) info->st_size,
    .mtime_ns = info->st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + info->st_mtim.tv_nsec,
    .ctime_ns = info->st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + info->st_ctim.tv_nsec,
  };
}

gboolean
annex_beneath_set_error (GError **error, const char *what, const char *path)
{
  int code = errno;
  g_autofree char *valid = annex_text_make_valid (path, -1);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s “%s”: %s", what, valid,
               g_strerror (code));
  return FALSE;
}

char *
annex_beneath_path_to_text (const char *path)
{
  GString *text = g_string_new (NULL);

  while (*path != '\0')
    {
      gunichar c = g_utf8_get_char_validated (path, -1);

      if (c == (gunichar) -1 || c == (gunichar) -2 || c < 32 || c == 127 || c == '%')
        g_string_append_printf (text, "%%%02X", (guchar) *path++);
      else
        {
          g_string_append_unichar (text, c);
          path = g_utf8_next_char (path);
        }
    }
  return g_string_free (text, FALSE);
}

char *
annex_beneath_path_from_text (const char *text)
{
  GString *path = g_string_new (NULL);

  for (; *text != '\0'; text++)
    if (*text == '%' && g_ascii_isxdigit (text[1]) && g_ascii_isxdigit (text[2]))
      {
        char byte = (char) (g_ascii_xdigit_value (text[1]) * 16 + g_ascii_xdigit_value (text[2]));

        if (byte != '\0')
          g_string_append_c (path, byte);
        text += 2;
      }
    else
      g_string_append_c (path, *text);
  return g_string_free (path, FALSE);
}
