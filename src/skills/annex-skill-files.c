/* annex-skill-files.c
 *
 * See annex-skill-files.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-files.h"

#include "annex-beneath.h"
#include "annex-json.h"
#include "annex-spoken.h"
#include "annex-zip.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define MAX_TEXT_BYTES (1024u * 1024u)

G_DEFINE_BOXED_TYPE (AnnexSkillFile, annex_skill_file, annex_skill_file_copy, annex_skill_file_free)

AnnexSkillFile *
annex_skill_file_copy (const AnnexSkillFile *self)
{
  AnnexSkillFile *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  return copy;
}

void
annex_skill_file_free (AnnexSkillFile *self)
{
  g_free (self->path);
  g_free (self);
}

static gboolean
is_foreign (const char *name)
{
  static const char *const names[] = { ".git",     "__pycache__", "node_modules", ".DS_Store",
                                       "__MACOSX", ".svn",        ".hg",          NULL };

  return g_strv_contains (names, name) || g_str_has_suffix (name, ".pyc");
}

typedef struct
{
  GPtrArray *files;
  GPtrArray *left_out;
  guint64 total;
} Walk;

static gboolean
walk (Walk *self, int root, const char *prefix, GError **error);

static gboolean
visit (Walk *self, int root, const char *path, const char *name, GError **error)
{
  struct stat info;
  AnnexSkillFile *file;

  if (is_foreign (name))
    return TRUE;
  if (annex_beneath_lstat (root, path, &info) != 0)
    return annex_beneath_set_error (error, "Cannot read", path);
  if ((!S_ISREG (info.st_mode) && !S_ISDIR (info.st_mode)) || !annex_zip_is_clean_path (path))
    {
      if (self->left_out != NULL)
        g_ptr_array_add (self->left_out, annex_text_make_valid (path, -1));
      return TRUE;
    }
  if (S_ISDIR (info.st_mode))
    return walk (self, root, path, error);
  self->total += (guint64) info.st_size;
  if (self->files->len == ANNEX_SKILL_MAX_FILES || self->total > ANNEX_SKILL_MAX_BYTES)
    {
      annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_LIMIT,
                        N_ ("It is too large for a skill: at most %d files and %u MiB"),
                        ANNEX_SKILL_MAX_FILES, ANNEX_SKILL_MAX_BYTES >> 20);
      return FALSE;
    }
  file = g_new0 (AnnexSkillFile, 1);
  file->path = g_strdup (path);
  file->size_bytes = (guint64) info.st_size;
  file->executable = (info.st_mode & S_IXUSR) != 0;
  g_ptr_array_add (self->files, file);
  return TRUE;
}

static gboolean
walk (Walk *self, int root, const char *prefix, GError **error)
{
  g_autofd int fd = annex_beneath_open (root, prefix, O_RDONLY | O_DIRECTORY);
  g_autoptr (GPtrArray) names = fd >= 0 ? annex_beneath_list (fd) : NULL;

  if (names == NULL)
    return annex_beneath_set_error (error, "Cannot read", prefix);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path =
          *prefix != '\0' ? g_strconcat (prefix, "/", name, NULL) : g_strdup (name);

      if (!visit (self, root, path, name, error))
        return FALSE;
    }
  return TRUE;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(AnnexSkillFile *const *) a)->path, (*(AnnexSkillFile *const *) b)->path);
}

GPtrArray *
annex_skill_files_list (const char *folder, GPtrArray *left_out, GError **error)
{
  g_autoptr (GPtrArray) files =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_file_free);
  Walk self = { .files = files, .left_out = left_out };
  g_autofd int root = annex_beneath_open_root (folder);

  if (root < 0)
    {
      annex_beneath_set_error (error, "Cannot read", folder);
      return NULL;
    }
  if (!walk (&self, root, "", error))
    return NULL;
  g_ptr_array_sort (files, compare_paths);
  return g_steal_pointer (&files);
}

GBytes *
annex_skill_files_read (const char *folder, const char *path, GError **error)
{
  g_autofd int root = annex_beneath_open_root (folder);
  g_autofd int fd = root >= 0 ? annex_beneath_open (root, path, O_RDONLY | O_NONBLOCK) : -1;
  g_autofree char *data = NULL;
  struct stat info;
  gsize at = 0;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      annex_beneath_set_error (error, "Cannot read", path);
      return NULL;
    }
  if (info.st_size > ANNEX_SKILL_MAX_BYTES)
    {
      annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_LIMIT, N_ ("“%s” is too large"),
                        path);
      return NULL;
    }
  data = g_malloc ((gsize) info.st_size + 1);
  while (at < (gsize) info.st_size)
    {
      gssize n = read (fd, data + at, (gsize) info.st_size - at);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break; /* it has become shorter: what there is */
      at += (gsize) n;
    }
  return g_bytes_new_take (g_steal_pointer (&data), at);
}

gboolean
annex_skill_files_copy (const char *from, const char *to, GPtrArray *left_out, GError **error)
{
  g_autoptr (GPtrArray) files = annex_skill_files_list (from, left_out, error);

  if (files == NULL)
    return FALSE;
  if (g_mkdir_with_parents (to, 0700) != 0)
    return annex_beneath_set_error (error, "Cannot make", to);
  for (guint i = 0; i < files->len; i++)
    {
      AnnexSkillFile *file = g_ptr_array_index (files, i);
      g_autoptr (GBytes) bytes = annex_skill_files_read (from, file->path, error);
      g_autofree char *target = g_build_filename (to, file->path, NULL);
      g_autofree char *parent = g_path_get_dirname (target);

      if (bytes == NULL)
        return FALSE;
      if (g_mkdir_with_parents (parent, 0700) != 0)
        return annex_beneath_set_error (error, "Cannot make", parent);
      if (!g_file_set_contents_full (target, g_bytes_get_data (bytes, NULL),
                                     (gssize) g_bytes_get_size (bytes), G_FILE_SET_CONTENTS_NONE,
                                     file->executable ? 0700 : 0600, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
annex_skill_files_remove (const char *folder)
{
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autofree char *name = g_path_get_basename (folder);
  g_autofd int fd = annex_beneath_open_root (parent);

  return fd < 0 ? errno == ENOENT : annex_beneath_remove (fd, name);
}

void
annex_skill_files_prune (const char *folder)
{
  g_autofd int fd = annex_beneath_open_root (folder);
  g_autoptr (GPtrArray) names = fd >= 0 ? annex_beneath_list (fd) : NULL;

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      struct stat info;

      if (is_foreign (name))
        annex_beneath_remove (fd, name);
      else if (annex_beneath_lstat (fd, name, &info) == 0 && S_ISDIR (info.st_mode))
        {
          g_autofree char *child = g_build_filename (folder, name, NULL);

          annex_skill_files_prune (child);
        }
    }
}

gboolean
annex_skill_files_is_text (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return length <= MAX_TEXT_BYTES && (length == 0 || g_utf8_validate (data, (gssize) length, NULL));
}

char *
annex_skill_files_digest (const char *folder, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GPtrArray) files = annex_skill_files_list (folder, NULL, error);

  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      AnnexSkillFile *file = g_ptr_array_index (files, i);
      g_autoptr (GBytes) bytes = annex_skill_files_read (folder, file->path, error);
      g_autofree char *one = NULL;

      if (bytes == NULL)
        return NULL;
      one = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
      g_checksum_update (sum, (const guchar *) file->path, (gssize) strlen (file->path) + 1);
      g_checksum_update (sum, (const guchar *) (file->executable ? "x" : "-"), 1);
      g_checksum_update (sum, (const guchar *) one, -1);
    }
  return files != NULL ? g_strdup (g_checksum_get_string (sum)) : NULL;
}
