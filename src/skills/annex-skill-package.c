/* annex-skill-package.c
 *
 * See annex-skill-package.h: staging what came, and finding the skills in it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-package-private.h"

#include "annex-json.h"
#include "annex-skill-files.h"
#include "annex-skill-private.h"
#include "annex-spoken.h"
#include "annex-zip.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_SKILLS 100

struct _AnnexSkillPackage
{
  GObject parent_instance;

  AnnexSkillPlaces *places;
  char *source;
  char *staging;
  GPtrArray *previews;
  GPtrArray *left_out;           /* NULL-terminated */
  AnnexPluginManifest *manifest; /* NULL of a single skill */
  GHashTable *taken;             /* paths of skills and commands that were looked at */
};

G_DEFINE_FINAL_TYPE (AnnexSkillPackage, annex_skill_package, G_TYPE_OBJECT)

static void
annex_skill_package_finalize (GObject *object)
{
  AnnexSkillPackage *self = ANNEX_SKILL_PACKAGE (object);

  if (self->staging != NULL)
    annex_skill_files_remove (self->staging);
  g_clear_pointer (&self->places, annex_skill_places_free);
  g_free (self->source);
  g_free (self->staging);
  g_ptr_array_unref (self->previews);
  g_ptr_array_unref (self->left_out);
  g_clear_pointer (&self->manifest, annex_plugin_manifest_free);
  g_hash_table_unref (self->taken);
  G_OBJECT_CLASS (annex_skill_package_parent_class)->finalize (object);
}

static void
annex_skill_package_class_init (AnnexSkillPackageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_skill_package_finalize;
}

static void
annex_skill_package_init (AnnexSkillPackage *self)
{
  self->previews = g_ptr_array_new_with_free_func (annex_skill_preview_free);
  self->left_out = g_ptr_array_new_null_terminated (8, g_free, TRUE);
  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

GPtrArray *
annex_skill_package_get_previews (AnnexSkillPackage *self)
{
  return self->previews;
}

const char *const *
annex_skill_package_get_left_out (AnnexSkillPackage *self)
{
  return (const char *const *) self->left_out->pdata;
}

AnnexPluginManifest *
annex_skill_package_get_manifest (AnnexSkillPackage *self)
{
  return self->manifest;
}

const char *
annex_skill_package_get_source (AnnexSkillPackage *self)
{
  return self->source;
}

/* ---- staging */

static gboolean
unpack (const char *path, const char *tree, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (file, "standard::size,standard::type",
                                                  G_FILE_QUERY_INFO_NONE, cancellable, error);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexZip) zip = NULL;
  g_autoptr (GError) wrong = NULL;

  if (info == NULL)
    return FALSE;
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR ||
      g_file_info_get_size (info) > ANNEX_ZIP_MAX_ARCHIVE_BYTES)
    {
      g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_LIMIT,
                   _ ("“%s” is no file, or larger than 64 MiB"), path);
      return FALSE;
    }
  bytes = g_file_load_bytes (file, cancellable, NULL, error);
  if (bytes == NULL)
    return FALSE;
  zip = annex_zip_open (bytes, &wrong);
  if (zip != NULL && annex_zip_unpack (zip, tree, cancellable, &wrong))
    return TRUE;
  if (wrong->domain == ANNEX_ZIP_ERROR)
    g_set_error (error, ANNEX_SKILL_ERROR,
                 wrong->code == ANNEX_ZIP_ERROR_FORMAT    ? ANNEX_SKILL_ERROR_FORMAT
                 : wrong->code == ANNEX_ZIP_ERROR_HOSTILE ? ANNEX_SKILL_ERROR_HOSTILE
                                                          : ANNEX_SKILL_ERROR_LIMIT,
                 _ ("This package is not taken. %s"), annex_error_said (wrong));
  else
    g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

/* ---- finding skills */

static gboolean
has_skill (const char *folder)
{
  g_autofree char *text = NULL;
  gsize length;

  text = annex_skill_read_text (folder, &length, NULL);
  return text != NULL;
}

static GPtrArray *
list_names (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);
  return names;
}

static gboolean
add_found (AnnexSkillPackage *self, const char *folder, const char *name, GError **error)
{
  AnnexSkillPreview *preview;

  if (self->previews->len == MAX_SKILLS)
    {
      g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_LIMIT,
                   _ ("It holds more than %d skills"), MAX_SKILLS);
      return FALSE;
    }
  preview = annex_skill_preview_new (self->places, folder, name, error);
  if (preview == NULL)
    return FALSE;
  for (guint i = 0; i < self->previews->len; i++)
    {
      AnnexSkillPreview *other = g_ptr_array_index (self->previews, i);

      if (g_str_equal (annex_skill_get_name (other->skill), annex_skill_get_name (preview->skill)))
        {
          g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
                       _ ("It holds two skills named “%s”"), annex_skill_get_name (preview->skill));
          annex_skill_preview_free (preview);
          return FALSE;
        }
    }
  g_ptr_array_add (self->previews, preview);
  return TRUE;
}

/* One bad skill of many is left out and said; the others are as good as they were. One that is
 * named though it was found is taken once. */
static gboolean
add_or_leave (AnnexSkillPackage *self, const char *folder, const char *name, GError **error)
{
  g_autoptr (GError) wrong = NULL;

  if (!g_hash_table_add (self->taken, g_strdup (folder)) || add_found (self, folder, name, &wrong))
    return TRUE;
  if (wrong->domain == ANNEX_SKILL_ERROR && wrong->code != ANNEX_SKILL_ERROR_LIMIT)
    {
      g_ptr_array_add (self->left_out, g_strdup_printf ("%s: %s", name, annex_error_said (wrong)));
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

/* The skills in the folder @folder; or itself, if it is one. */
static gboolean
add_skills (AnnexSkillPackage *self, const char *folder, GError **error)
{
  g_autofree char *base = g_path_get_basename (folder);
  g_autoptr (GPtrArray) names = NULL;

  if (has_skill (folder))
    return add_or_leave (self, folder, base, error);
  names = list_names (folder);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (has_skill (path) && !add_or_leave (self, path, name, error))
        return FALSE;
    }
  return TRUE;
}

/* Copies the text @from to be the SKILL.md of the new folder @folder. *@taken: another text has
 * that folder. */
static gboolean
copy_command (const char *from, const char *folder, gboolean *taken, GError **error)
{
  g_autofree char *all = g_path_get_dirname (folder);
  g_autofree char *path = g_build_filename (folder, "SKILL.md", NULL);
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (path);

  *taken = FALSE;
  if (g_mkdir_with_parents (all, 0700) == 0 && g_mkdir (folder, 0700) == 0)
    return g_file_copy (source, target, G_FILE_COPY_NOFOLLOW_SYMLINKS, NULL, NULL, NULL, error);
  *taken = errno == EEXIST;
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
  return FALSE;
}

/* The text @from becomes a skill of its own. It stays where it is: it may be a part of a skill,
 * too.
 */
static gboolean
add_command (AnnexSkillPackage *self, const char *from, GError **error)
{
  g_autofree char *file = g_path_get_basename (from);
  g_autofree char *stem = g_strndup (file, strlen (file) - MIN (strlen (file), 3));
  g_autofree char *name = annex_skill_make_name (stem);
  g_autofree char *folder = g_build_filename (self->staging, "commands", name, NULL);
  g_autoptr (GError) wrong = NULL;
  guint before = self->previews->len;
  gboolean taken;

  if (!g_str_has_suffix (file, ".md") || !g_file_test (from, G_FILE_TEST_IS_REGULAR) ||
      !g_hash_table_add (self->taken, g_strdup (from)))
    return TRUE;
  if (!copy_command (from, folder, &taken, &wrong))
    {
      g_autofree char *twice = g_strdup_printf (_ ("It holds two skills named “%s”"), name);

      if (taken)
        g_ptr_array_add (self->left_out, g_strdup_printf ("%s: %s", file, twice));
      else
        g_set_error (error, wrong->domain, wrong->code, _ ("The command “%s” cannot be taken: %s"),
                     name, wrong->message);
      return taken;
    }
  if (!add_or_leave (self, folder, name, error))
    return FALSE;
  if (self->previews->len > before)
    ((AnnexSkillPreview *) g_ptr_array_index (self->previews, before))->view->is_command = TRUE;
  return TRUE;
}

/* NAME.md below @path, or that file itself. */
static gboolean
add_commands (AnnexSkillPackage *self, const char *path, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return add_command (self, path, error);
  names = list_names (path);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *from = g_build_filename (path, g_ptr_array_index (names, i), NULL);

      if (!add_command (self, from, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_plugin (AnnexSkillPackage *self, const char *top, GError **error)
{
  static const char *const usual_commands[] = { "commands", NULL };
  AnnexPluginManifest *manifest = self->manifest;
  const char *const *commands = (const char *const *) manifest->commands;
  g_autofree char *usual = g_build_filename (top, "skills", NULL);

  if (manifest->scan && !add_skills (self, usual, error))
    return FALSE;
  for (char **path = manifest->skills; path != NULL && *path != NULL; path++)
    {
      g_autofree char *folder = g_build_filename (top, *path, NULL);

      if (!add_skills (self, folder, error))
        return FALSE;
    }
  if (commands == NULL && manifest->scan)
    commands = usual_commands;
  for (; commands != NULL && *commands != NULL; commands++)
    {
      g_autofree char *path = g_build_filename (top, *commands, NULL);

      if (!add_commands (self, path, error))
        return FALSE;
    }
  return TRUE;
}

/* The folder of @tree that the package is: itself, or the only one it holds. (transfer full) */
static char *
find_top (const char *tree)
{
  g_autoptr (GPtrArray) names = list_names (tree);
  g_autofree char *only =
      names->len == 1 ? g_build_filename (tree, g_ptr_array_index (names, 0), NULL) : NULL;
  g_autofree char *skills = g_build_filename (tree, "skills", NULL);

  if (only == NULL || g_str_has_prefix (g_ptr_array_index (names, 0), ".") || has_skill (tree) ||
      !g_file_test (only, G_FILE_TEST_IS_DIR) || g_file_test (skills, G_FILE_TEST_IS_DIR))
    return g_strdup (tree);
  return g_steal_pointer (&only);
}

static gboolean
find_skills (AnnexSkillPackage *self,
             const char *tree,
             const char *name,
             JsonObject *entry,
             GError **error)
{
  g_autofree char *top = find_top (tree);
  g_autofree char *top_name = g_path_get_basename (top);
  g_autofree char *market = g_build_filename (top, ".claude-plugin", "marketplace.json", NULL);

  if (has_skill (top) && entry == NULL)
    return add_found (self, top, g_str_equal (top, tree) ? name : top_name, error);
  self->manifest = annex_plugin_manifest_load (top, entry, error);
  if (self->manifest == NULL)
    return FALSE;
  if (self->manifest->name == NULL)
    self->manifest->name = g_strdup (g_str_equal (top, tree) && name != NULL ? name : top_name);
  for (guint i = 0; i < self->manifest->left_out->len; i++)
    g_ptr_array_add (self->left_out, g_strdup (g_ptr_array_index (self->manifest->left_out, i)));
  if (!add_plugin (self, top, error))
    return FALSE;
  if (self->previews->len == 0 && has_skill (top) && !add_skills (self, top, error))
    return FALSE;
  if (self->previews->len > 0 || self->manifest->connectors->len > 0)
    return TRUE;
  if (entry == NULL && g_file_test (market, G_FILE_TEST_IS_REGULAR))
    g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
                 _ ("“%s” is a marketplace. Add it as one, and choose from its plugins"),
                 self->source);
  else if (self->left_out->len > 0)
    annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
                      N_ ("There is no skill in “%s” that can be used. %s"), self->source,
                      (char *) g_ptr_array_index (self->left_out, 0));
  else
    annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
                      N_ ("There is no skill in “%s” that can be used"), self->source);
  return FALSE;
}

/* The name a skill at the package's root has: the file's or folder's; NULL where it is none. */
static char *
guess_name (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  char *dot = strrchr (base, '.');

  if (dot != NULL && (g_str_equal (dot, ".skill") || g_str_equal (dot, ".zip")))
    *dot = '\0';
  return annex_skill_is_name (base) ? g_steal_pointer (&base) : NULL;
}

gboolean
annex_skill_package_stage (const char *path, const char *tree, GPtrArray *left_out, GError **error)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return annex_skill_files_copy (path, tree, left_out, error);
  return unpack (path, tree, NULL, error);
}

static AnnexSkillPackage *
package_new (AnnexSkillPlaces *places, const char *source, const char *staging)
{
  AnnexSkillPackage *self = g_object_new (ANNEX_TYPE_SKILL_PACKAGE, NULL);

  self->places = annex_skill_places_copy (places);
  self->source = annex_text_make_valid (source, -1);
  self->staging = g_strdup (staging);
  return self;
}

AnnexSkillPackage *
annex_skill_package_open (AnnexSkillPlaces *places, const char *path, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *staging = annex_skill_shelf_make_staging (places, error);
  g_autofree char *tree = NULL;
  g_autofree char *name = guess_name (path);
  g_autoptr (GPtrArray) links = g_ptr_array_new_null_terminated (4, g_free, TRUE);

  if (staging == NULL)
    return NULL;
  tree = g_build_filename (staging, "tree", NULL);
  if (!annex_skill_package_stage (path, tree, links, error))
    {
      annex_skill_files_remove (staging);
      return NULL;
    }
  return annex_skill_package_open_staged (places, staging, tree, base, name, NULL,
                                          (const char *const *) links->pdata, error);
}

AnnexSkillPackage *
annex_skill_package_open_staged (AnnexSkillPlaces *places,
                                 const char *staging,
                                 const char *folder,
                                 const char *source,
                                 const char *name,
                                 JsonObject *entry,
                                 const char *const *left_out,
                                 GError **error)
{
  g_autoptr (AnnexSkillPackage) self = package_new (places, source, staging);

  for (; left_out != NULL && *left_out != NULL; left_out++)
    g_ptr_array_add (self->left_out,
                     g_strdup_printf (_ ("%s: a link or no ordinary file"), *left_out));
  annex_skill_files_prune (folder);
  return find_skills (self, folder, name, entry, error) ? g_steal_pointer (&self) : NULL;
}

/* What is installed is a copy of what was staged, and that is looked at once more: skills of one
 * package may lie in each other, and installing may have to be repeated. */
gboolean
annex_skill_package_install (AnnexSkillPackage *self,
                             AnnexSkillPreview *preview,
                             char **version,
                             GError **error)
{
  const char *name = annex_skill_get_name (preview->skill);
  g_autofree char *staging = annex_skill_shelf_make_staging (self->places, error);
  g_autofree char *folder = NULL;
  g_autofree char *digest = NULL;
  gboolean done = FALSE;

  if (staging == NULL)
    return FALSE;
  folder = g_build_filename (staging, "skill", NULL);
  if (annex_skill_files_copy (preview->folder, folder, NULL, error))
    digest = annex_skill_files_digest (folder, error);
  if (digest != NULL && !g_str_equal (digest, preview->digest))
    annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED,
                      N_ ("“%s” is no longer what was shown. Open it again"), name);
  else if (digest != NULL)
    done = annex_skill_shelf_install (self->places, name, folder, self->source, version, error);
  annex_skill_files_remove (staging);
  return done;
}
