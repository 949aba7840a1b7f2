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
#include "annex-zip.h"

#include <errno.h>
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
  GPtrArray *left_out; /* NULL-terminated */
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
                   "“%s” is no file, or larger than 64 MiB", path);
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
                 "This package is not taken. %s", wrong->message);
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
                   "It holds more than %d skills", MAX_SKILLS);
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
                       "It holds two skills named “%s”", annex_skill_get_name (preview->skill));
          annex_skill_preview_free (preview);
          return FALSE;
        }
    }
  g_ptr_array_add (self->previews, preview);
  return TRUE;
}

/* One bad skill of many is left out and said; the others are as good as they were. */
static gboolean
add_or_leave (AnnexSkillPackage *self, const char *folder, const char *name, GError **error)
{
  g_autoptr (GError) wrong = NULL;

  if (add_found (self, folder, name, &wrong))
    return TRUE;
  if (wrong->domain == ANNEX_SKILL_ERROR && wrong->code != ANNEX_SKILL_ERROR_LIMIT)
    {
      g_ptr_array_add (self->left_out, g_strdup_printf ("%s: %s", name, wrong->message));
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

static gboolean
add_skills (AnnexSkillPackage *self, const char *tree, GError **error)
{
  g_autofree char *folder = g_build_filename (tree, "skills", NULL);
  g_autoptr (GPtrArray) names = list_names (folder);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (has_skill (path) && !add_or_leave (self, path, name, error))
        return FALSE;
    }
  return TRUE;
}

/* commands/NAME.md becomes a skill of its own. */
static gboolean
add_commands (AnnexSkillPackage *self, const char *tree, GError **error)
{
  g_autofree char *folder = g_build_filename (tree, "commands", NULL);
  g_autoptr (GPtrArray) names = list_names (folder);

  for (guint i = 0; i < names->len; i++)
    {
      const char *file = g_ptr_array_index (names, i);
      g_autofree char *stem = g_strndup (file, strlen (file) - MIN (strlen (file), 3));
      g_autofree char *name = annex_skill_make_name (stem);
      g_autofree char *from = g_build_filename (folder, file, NULL);
      g_autofree char *parent = g_build_filename (self->staging, "commands", name, NULL);
      g_autofree char *to = g_build_filename (parent, "SKILL.md", NULL);
      guint before = self->previews->len;

      if (!g_str_has_suffix (file, ".md") || !g_file_test (from, G_FILE_TEST_IS_REGULAR))
        continue;
      if (g_mkdir_with_parents (parent, 0700) != 0 || g_rename (from, to) != 0)
        {
          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                       "The command “%s” cannot be taken: %s", name, g_strerror (errno));
          return FALSE;
        }
      if (!add_or_leave (self, parent, name, error))
        return FALSE;
      if (self->previews->len > before)
        ((AnnexSkillPreview *) g_ptr_array_index (self->previews, before))->view->is_command = TRUE;
    }
  return TRUE;
}

static void
tell_left_out (AnnexSkillPackage *self, const char *tree)
{
  static const struct
  {
    const char *path;
    const char *words;
  } parts[] = {
    { "hooks", "hooks: they are never run" },
    { "agents", "agents: Annex has none of its own kind" },
    { ".mcp.json", "connectors (.mcp.json): add them on the connectors page" },
    { ".lsp.json", "language servers" },
    { "output-styles", "output styles" },
    { "themes", "themes" },
    { "monitors", "monitors" },
    { "workflows", "workflows" },
    { "bin", "programs in bin" },
    { "settings.json", "settings" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_build_filename (tree, parts[i].path, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        g_ptr_array_add (self->left_out, g_strdup (parts[i].words));
    }
}

/* The folder of @tree that the package is: itself, or the only one it holds. (transfer full) */
static char *
find_top (const char *tree)
{
  g_autoptr (GPtrArray) names = list_names (tree);
  g_autofree char *only =
      names->len == 1 ? g_build_filename (tree, g_ptr_array_index (names, 0), NULL) : NULL;
  g_autofree char *skills = g_build_filename (tree, "skills", NULL);

  if (only == NULL || has_skill (tree) || !g_file_test (only, G_FILE_TEST_IS_DIR) ||
      g_file_test (skills, G_FILE_TEST_IS_DIR))
    return g_strdup (tree);
  return g_steal_pointer (&only);
}

static gboolean
find_skills (AnnexSkillPackage *self, const char *tree, const char *name, GError **error)
{
  g_autofree char *top = find_top (tree);
  g_autofree char *top_name = g_path_get_basename (top);

  if (has_skill (top))
    return add_found (self, top, g_str_equal (top, tree) ? name : top_name, error);
  tell_left_out (self, top);
  if (!add_skills (self, top, error) || !add_commands (self, top, error))
    return FALSE;
  if (self->previews->len > 0)
    return TRUE;
  g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
               "There is no skill in “%s” that can be used%s%s", self->source,
               self->left_out->len > 0 ? ". " : "",
               self->left_out->len > 0 ? (char *) g_ptr_array_index (self->left_out, 0) : "");
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

AnnexSkillPackage *
annex_skill_package_open (AnnexSkillPlaces *places,
                          const char *path,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (AnnexSkillPackage) self = g_object_new (ANNEX_TYPE_SKILL_PACKAGE, NULL);
  g_autofree char *tree = NULL;
  g_autofree char *name = guess_name (path);
  g_autofree char *base = g_path_get_basename (path);
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func (g_free);
  gboolean staged;

  self->places = annex_skill_places_copy (places);
  self->source = annex_text_make_valid (base, -1);
  self->staging = annex_skill_shelf_make_staging (places, error);
  if (self->staging == NULL)
    return NULL;
  tree = g_build_filename (self->staging, "tree", NULL);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    staged = annex_skill_files_copy (path, tree, links, error);
  else
    staged = unpack (path, tree, cancellable, error);
  if (!staged)
    return NULL;
  for (guint i = 0; i < links->len; i++)
    g_ptr_array_add (self->left_out, g_strdup_printf ("%s: a link or no ordinary file",
                                                      (const char *) g_ptr_array_index (links, i)));
  annex_skill_files_prune (tree);
  return find_skills (self, tree, name, error) ? g_steal_pointer (&self) : NULL;
}

gboolean
annex_skill_package_install (AnnexSkillPackage *self, AnnexSkillPreview *preview, GError **error)
{
  return annex_skill_shelf_install (self->places, annex_skill_get_name (preview->skill),
                                    preview->folder, self->source, error);
}
