/* annex-tree.c
 *
 * See annex-tree.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tree.h"

#include "annex-beneath.h"
#include "annex-copy.h"
#include "annex-paths.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILES 100000
#define MAX_ALIKE_BYTES (64 * 1024 * 1024)
#define PIECE 65536

G_DEFINE_BOXED_TYPE (AnnexTreeFile, annex_tree_file, annex_tree_file_copy, annex_tree_file_free)

AnnexTreeFile *
annex_tree_file_copy (const AnnexTreeFile *self)
{
  AnnexTreeFile *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  return copy;
}

void
annex_tree_file_free (AnnexTreeFile *self)
{
  g_free (self->path);
  g_free (self);
}

const char *
annex_likeness_to_name (AnnexLikeness likeness)
{
  static const char *const names[] = { "same", "alike", "different", "missing", "extra" };

  return names[likeness];
}

/* ---- copying and removing */

gboolean
annex_tree_copy (const char *from, const char *to, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (to);
  g_autofree char *name = g_path_get_basename (to);
  g_autofd int from_fd = -1;
  g_autofd int to_fd = -1;

  if (!annex_paths_make (parent, error))
    return FALSE;
  from_fd = annex_beneath_open_root (from);
  if (from_fd < 0)
    return annex_beneath_set_error (error, "Cannot read", from);
  to_fd = annex_beneath_open_root (parent);
  if (to_fd < 0)
    return annex_beneath_set_error (error, "Cannot write", parent);
  return annex_copy_at (from_fd, ".", to_fd, name, ANNEX_COPY_COPY, error);
}

gboolean
annex_tree_remove (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofd int fd = annex_beneath_open_root (parent);

  return fd < 0 || annex_beneath_remove (fd, name);
}

/* ---- comparing */

/* Relative paths of all files and symlinks below @prefix. */
static gboolean
list_files (int root_fd, const char *prefix, GPtrArray *paths, guint depth, GError **error)
{
  g_autofd int fd = annex_beneath_open (root_fd, prefix, O_RDONLY | O_DIRECTORY);
  g_autoptr (GPtrArray) names = fd >= 0 ? annex_beneath_list (fd) : NULL;

  if (names == NULL)
    return annex_beneath_set_error (error, "Cannot read", prefix);
  if (depth > ANNEX_BENEATH_MAX_DEPTH || paths->len + names->len > MAX_FILES)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                           _ ("The folder has too many files to compare"));
      return FALSE;
    }
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path =
          prefix[0] != '\0' ? g_strconcat (prefix, "/", name, NULL) : g_strdup (name);
      struct stat info;

      if (annex_beneath_lstat (root_fd, path, &info) != 0)
        continue; /* gone meanwhile */
      if (!S_ISDIR (info.st_mode))
        g_ptr_array_add (paths, g_steal_pointer (&path));
      else if (!list_files (root_fd, path, paths, depth + 1, error))
        return FALSE;
    }
  return TRUE;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The bytes of a regular file of at most @limit, else NULL. */
static GBytes *
read_file (int root_fd, const char *path, gsize limit)
{
  g_autofd int fd = annex_beneath_open (root_fd, path, O_RDONLY | O_NONBLOCK);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  struct stat info;
  gssize n;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || (guint64) info.st_size > limit)
    return NULL;
  for (;;)
    {
      gsize length = bytes->len;

      if (length > limit)
        return NULL;
      g_byte_array_set_size (bytes, (guint) (length + PIECE));
      n = read (fd, bytes->data + length, PIECE);
      g_byte_array_set_size (bytes, (guint) (length + (gsize) MAX (n, 0)));
      if (n <= 0)
        break;
    }
  return n == 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&bytes)) : NULL;
}

static gboolean
is_same (int one_fd, int other_fd, const char *path)
{
  struct stat one, other;
  g_autofree char *one_text = NULL;
  g_autofree char *other_text = NULL;

  if (annex_beneath_lstat (one_fd, path, &one) != 0 ||
      annex_beneath_lstat (other_fd, path, &other) != 0 ||
      (one.st_mode & S_IFMT) != (other.st_mode & S_IFMT))
    return FALSE;
  if (S_ISLNK (one.st_mode))
    {
      one_text = annex_beneath_readlink (one_fd, path);
      other_text = annex_beneath_readlink (other_fd, path);
      return one_text != NULL && g_strcmp0 (one_text, other_text) == 0;
    }
  if (!S_ISREG (one.st_mode))
    return TRUE; /* a device or the like: there is nothing in it */
  if (one.st_size != other.st_size)
    return FALSE;
  one_text = annex_beneath_sha256 (one_fd, path, NULL);
  other_text = annex_beneath_sha256 (other_fd, path, NULL);
  return one_text != NULL && g_strcmp0 (one_text, other_text) == 0;
}

typedef struct
{
  int before_fd; /* -1: none */
  int expected_fd;
  int actual_fd;
  AnnexTreeAlikeFunc alike;
  gpointer user_data;
} Compare;

static AnnexLikeness
judge (Compare *self, const char *path, gboolean there[2])
{
  g_autoptr (GBytes) expected = NULL;
  g_autoptr (GBytes) actual = NULL;

  if (!there[0])
    return ANNEX_LIKENESS_EXTRA;
  if (!there[1])
    return ANNEX_LIKENESS_MISSING;
  if (is_same (self->expected_fd, self->actual_fd, path))
    return ANNEX_LIKENESS_SAME;
  expected = self->alike != NULL ? read_file (self->expected_fd, path, MAX_ALIKE_BYTES) : NULL;
  actual = expected != NULL ? read_file (self->actual_fd, path, MAX_ALIKE_BYTES) : NULL;
  if (actual != NULL && self->alike (path, expected, actual, self->user_data))
    return ANNEX_LIKENESS_ALIKE;
  return ANNEX_LIKENESS_DIFFERENT;
}

static GPtrArray *
compare_paths_of (Compare *self, GPtrArray *paths)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_tree_file_free);
  const char *last = NULL;

  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      struct stat expected = { 0 }, actual = { 0 };
      gboolean there[2];
      AnnexTreeFile *file;

      if (g_strcmp0 (last, path) == 0)
        continue;
      last = path;
      there[0] = annex_beneath_lstat (self->expected_fd, path, &expected) == 0;
      there[1] = annex_beneath_lstat (self->actual_fd, path, &actual) == 0;
      file = g_new0 (AnnexTreeFile, 1);
      file->path = g_strdup (path);
      file->expected_bytes = (guint64) expected.st_size;
      file->actual_bytes = (guint64) actual.st_size;
      file->likeness = judge (self, path, there);
      if (file->likeness == ANNEX_LIKENESS_SAME && self->before_fd >= 0 &&
          is_same (self->before_fd, self->actual_fd, path))
        annex_tree_file_free (file);
      else
        g_ptr_array_add (files, file);
    }
  return files;
}

GPtrArray *
annex_tree_compare (const char *before,
                    const char *expected,
                    const char *actual,
                    AnnexTreeAlikeFunc alike,
                    gpointer user_data,
                    GError **error)
{
  g_autofd int before_fd = before != NULL ? annex_beneath_open_root (before) : -1;
  g_autofd int expected_fd = annex_beneath_open_root (expected);
  g_autofd int actual_fd = annex_beneath_open_root (actual);
  Compare self = { before_fd, expected_fd, actual_fd, alike, user_data };
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  if ((before != NULL && before_fd < 0) || expected_fd < 0 || actual_fd < 0)
    {
      const char *which = expected_fd < 0 ? expected : actual_fd < 0 ? actual : before;

      annex_beneath_set_error (error, "Cannot read", which);
      return NULL;
    }
  if (!list_files (expected_fd, "", paths, 0, error) ||
      !list_files (actual_fd, "", paths, 0, error))
    return NULL;
  g_ptr_array_sort (paths, compare_paths);
  return compare_paths_of (&self, paths);
}
