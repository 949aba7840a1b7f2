/* annex-skill-preview.c
 *
 * See annex-skill-package.h: what a person sees of a skill before it is installed, and making an
 * archive of one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-package-private.h"

#include "annex-policy.h"
#include "annex-skill-files.h"
#include "annex-skill-private.h"
#include "annex-zip.h"

#include <string.h>

#define MAX_HOSTS 50

const char *
annex_skill_change_to_name (AnnexSkillChange change)
{
  static const char *const names[] = {
    [ANNEX_SKILL_FILE_SAME] = "same",
    [ANNEX_SKILL_FILE_ADDED] = "added",
    [ANNEX_SKILL_FILE_CHANGED] = "changed",
    [ANNEX_SKILL_FILE_REMOVED] = "removed",
  };

  return names[change];
}

static void
file_free (gpointer data)
{
  AnnexSkillPreviewFile *file = data;

  g_free (file->path);
  g_free (file);
}

void
annex_skill_preview_free (gpointer data)
{
  AnnexSkillPreview *self = data;

  g_clear_pointer (&self->skill, annex_skill_unref);
  g_free (self->folder);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_strfreev (self->hosts);
  g_strfreev (self->problems);
  g_free (self);
}

/* ---- what runs, and where it goes */

static gboolean
is_program (const AnnexSkillFile *file, GBytes *bytes)
{
  static const char *const suffixes[] = { ".py", ".sh", ".bash", ".js", ".mjs", ".ts",
                                          ".rb", ".pl", ".php",  ".R",  ".lua", ".ps1" };
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (file->path, suffixes[i]))
      return TRUE;
  return file->executable || (length >= 2 && memcmp (data, "#!", 2) == 0) ||
         (length >= 4 && memcmp (data,
                                 "\x7f"
                                 "ELF",
                                 4) == 0);
}

/* Hosts that follow "://" in @bytes. */
static void
find_hosts (GBytes *bytes, GHashTable *hosts)
{
  gsize length;
  const char *p = g_bytes_get_data (bytes, &length);
  const char *end = p + length;

  while (g_hash_table_size (hosts) < MAX_HOSTS &&
         (p = memmem (p, (gsize) (end - p), "://", 3)) != NULL)
    {
      const char *start = p += 3;
      char *host;

      while (p < end && (g_ascii_isalnum (*p) || strchr ("-._", *p) != NULL) && *p != '\0')
        p++;
      while (p > start && p[-1] == '.')
        p--;
      host = annex_host_normalise (start, (gssize) (p - start), NULL);
      if (host != NULL)
        g_hash_table_add (hosts, host);
    }
}

static char **
sorted_keys (GHashTable *table)
{
  g_autoptr (GPtrArray) keys = g_hash_table_get_keys_as_ptr_array (table);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_ptr_array_sort_values (keys, (GCompareFunc) strcmp);
  for (guint i = 0; i < keys->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (keys, i));
  return g_strv_builder_end (builder);
}

/* ---- against the installed version */

static AnnexSkillFile *
find_file (GPtrArray *files, const char *path)
{
  for (guint i = 0; files != NULL && i < files->len; i++)
    if (g_str_equal (((AnnexSkillFile *) g_ptr_array_index (files, i))->path, path))
      return g_ptr_array_index (files, i);
  return NULL;
}

static AnnexSkillChange
compare (const AnnexSkillFile *file, GBytes *bytes, GPtrArray *old, const char *old_folder)
{
  AnnexSkillFile *before = find_file (old, file->path);
  g_autoptr (GBytes) bytes_before = NULL;

  if (before == NULL)
    return ANNEX_SKILL_FILE_ADDED;
  bytes_before = annex_skill_files_read (old_folder, file->path, NULL);
  return bytes_before != NULL && g_bytes_equal (bytes, bytes_before) &&
                 before->executable == file->executable
             ? ANNEX_SKILL_FILE_SAME
             : ANNEX_SKILL_FILE_CHANGED;
}

static AnnexSkillPreviewFile *
add_file (AnnexSkillPreview *self, const AnnexSkillFile *file, AnnexSkillChange change)
{
  AnnexSkillPreviewFile *shown = g_new0 (AnnexSkillPreviewFile, 1);

  shown->path = g_strdup (file->path);
  shown->size_bytes = file->size_bytes;
  shown->change = change;
  g_ptr_array_add (self->files, shown);
  return shown;
}

/* The folder of the installed version; NULL when there is none. (transfer full) */
static char *
find_installed (AnnexSkillPlaces *places, const char *name)
{
  g_autoptr (GPtrArray) infos = annex_skill_shelf_scan (places, NULL);

  for (guint i = 0; i < infos->len; i++)
    {
      AnnexSkillInfo *info = g_ptr_array_index (infos, i);

      if (info->origin == ANNEX_SKILL_ORIGIN_LIBRARY && g_str_equal (info->name, name))
        return g_strdup (info->path);
    }
  return NULL;
}

static gboolean
look_at_files (AnnexSkillPreview *self, AnnexSkillPlaces *places, GError **error)
{
  g_autofree char *old_folder = find_installed (places, annex_skill_get_name (self->skill));
  g_autoptr (GPtrArray) old =
      old_folder != NULL ? annex_skill_files_list (old_folder, NULL, NULL) : NULL;
  g_autoptr (GPtrArray) files = annex_skill_files_list (self->folder, NULL, error);
  g_autoptr (GHashTable) hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (files == NULL)
    return FALSE;
  self->installed = old != NULL;
  for (guint i = 0; i < files->len; i++)
    {
      AnnexSkillFile *file = g_ptr_array_index (files, i);
      g_autoptr (GBytes) bytes = annex_skill_files_read (self->folder, file->path, error);

      if (bytes == NULL)
        return FALSE;
      add_file (self, file, compare (file, bytes, old, old_folder))->runs =
          is_program (file, bytes);
      find_hosts (bytes, hosts);
    }
  for (guint i = 0; old != NULL && i < old->len; i++)
    {
      AnnexSkillFile *file = g_ptr_array_index (old, i);

      if (find_file (files, file->path) == NULL)
        add_file (self, file, ANNEX_SKILL_FILE_REMOVED);
    }
  self->hosts = sorted_keys (hosts);
  return TRUE;
}

AnnexSkillPreview *
annex_skill_preview_new (AnnexSkillPlaces *places,
                         const char *folder,
                         const char *name,
                         GError **error)
{
  g_autofree char *text = NULL;
  AnnexSkillPreview *self;
  gsize length;

  text = annex_skill_read_text (folder, &length, error);
  if (text == NULL)
    return NULL;
  self = g_new0 (AnnexSkillPreview, 1);
  self->folder = g_strdup (folder);
  self->files = g_ptr_array_new_with_free_func (file_free);
  self->problems = annex_skill_check (text, length, name);
  self->skill = annex_skill_parse (text, length, name, error);
  if (self->skill == NULL || !look_at_files (self, places, error))
    g_clear_pointer (&self, annex_skill_preview_free);
  return self;
}

/* ---- making an archive */

GBytes *
annex_skill_package_make (const char *folder, GHashTable *texts, GError **error)
{
  g_autoptr (GPtrArray) files = annex_skill_files_list (folder, NULL, error);
  g_autoptr (AnnexZipWriter) writer = NULL;
  GBytes *given = texts != NULL ? g_hash_table_lookup (texts, "SKILL.md") : NULL;
  g_autoptr (GBytes) head = given != NULL ? g_bytes_ref (given) : NULL;
  g_autoptr (AnnexSkill) skill = NULL;
  g_auto (GStrv) problems = NULL;
  const char *text;
  gsize length;

  if (head == NULL && files != NULL)
    head = annex_skill_files_read (folder, "SKILL.md", error);
  if (files == NULL || head == NULL)
    return NULL;
  text = g_bytes_get_data (head, &length);
  skill = annex_skill_parse (text, length, NULL, error);
  if (skill == NULL)
    return NULL;
  problems = annex_skill_check (text, length, NULL);
  if (problems[0] != NULL)
    {
      g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
                   "The skill breaks a rule of the format: %s", problems[0]);
      return NULL;
    }
  writer = annex_zip_writer_new ();
  for (guint i = 0; i < files->len; i++)
    {
      AnnexSkillFile *file = g_ptr_array_index (files, i);
      g_autofree char *path = g_strconcat (annex_skill_get_name (skill), "/", file->path, NULL);
      GBytes *other = texts != NULL ? g_hash_table_lookup (texts, file->path) : NULL;
      g_autoptr (GBytes) bytes =
          other != NULL ? g_bytes_ref (other) : annex_skill_files_read (folder, file->path, error);

      if (g_str_has_prefix (file->path, "evals/"))
        continue;
      if (bytes == NULL)
        return NULL;
      annex_zip_writer_add (writer, path, bytes, file->executable);
    }
  return annex_zip_writer_end (g_steal_pointer (&writer));
}
