/* annex-skill-preview.c
 *
 * See annex-skill-package.h: a skill of a package, and making an archive of one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-package-private.h"

#include "annex-skill-files.h"
#include "annex-skill-private.h"
#include "annex-spoken.h"
#include "annex-zip.h"

#include <glib/gi18n.h>
#include <string.h>

void
annex_skill_preview_free (gpointer data)
{
  AnnexSkillPreview *self = data;

  g_clear_pointer (&self->skill, annex_skill_unref);
  g_clear_pointer (&self->view, annex_skill_view_free);
  g_free (self->folder);
  g_free (self->digest);
  g_free (self);
}

/* The name that the skill in @folder has; @name (nullable): that its folder had. (transfer full) */
static char *
read_name (const char *folder, const char *name, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (AnnexSkill) skill = NULL;
  gsize length;

  text = annex_skill_read_text (folder, &length, error);
  if (text != NULL)
    skill = annex_skill_parse (text, length, name, error);
  return skill != NULL ? g_strdup (annex_skill_get_name (skill)) : NULL;
}

AnnexSkillPreview *
annex_skill_preview_new (AnnexSkillPlaces *places,
                         const char *folder,
                         const char *name,
                         GError **error)
{
  g_autofree char *own = read_name (folder, name, error);
  g_autofree char *known = NULL;
  AnnexSkillPreview *self;

  if (own == NULL)
    return NULL;
  self = g_new0 (AnnexSkillPreview, 1);
  self->folder = g_strdup (folder);
  known = annex_skill_shelf_dup_installed (places, own);
  self->digest = annex_skill_files_digest (folder, error);
  if (self->digest != NULL)
    self->view = annex_skill_look (folder, name, known, &self->skill, error);
  if (self->view == NULL)
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
      annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
                        N_ ("The skill breaks a rule of the format: %s"), problems[0]);
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
