/* annex-skill-author.c
 *
 * See annex-skill-author.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-author.h"

#include "annex-json.h"
#include "annex-skill-files.h"
#include "annex-skill-shelf-private.h"
#include "annex-skill-values.h"
#include "annex-zip.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

static void
take_fields (AnnexSkillDraft *draft, AnnexSkill *skill)
{
  g_autofree char *tools = g_strjoinv (" ", (char **) annex_skill_get_allowed_tools (skill));

  g_set_str (&draft->name, annex_skill_get_name (skill));
  g_set_str (&draft->description, annex_skill_get_description (skill));
  g_set_str (&draft->license, annex_skill_get_license (skill));
  g_set_str (&draft->compatibility, annex_skill_get_compatibility (skill));
  g_set_str (&draft->tools, *tools != '\0' ? tools : NULL);
  g_set_str (&draft->body, annex_skill_get_body (skill));
  g_clear_pointer (&draft->metadata, json_object_unref);
  draft->metadata = annex_json_object_copy (annex_skill_get_all_metadata (skill));
}

AnnexSkillDraft *
annex_skill_author_edit (const AnnexSkillInfo *info, GError **error)
{
  g_autoptr (AnnexSkill) skill = annex_skill_load (info->path, error);
  AnnexSkillDraft *draft;

  if (skill == NULL)
    return NULL;
  draft = annex_skill_draft_new ();
  take_fields (draft, skill);
  g_set_str (&draft->name, info->name);
  draft->base = g_strdup (info->name);
  return draft;
}

char *
annex_skill_author_to_text (const AnnexSkillDraft *draft)
{
  return annex_skill_compose (draft->name, draft->description, draft->license, draft->compatibility,
                              draft->metadata, draft->tools, draft->body);
}

gboolean
annex_skill_author_from_text (AnnexSkillDraft *draft, const char *text, GPtrArray **faults)
{
  g_autoptr (AnnexSkill) skill = annex_skill_parse (text, strlen (text), NULL, NULL);

  if (faults != NULL)
    *faults = annex_skill_find_faults (text, strlen (text), NULL);
  if (skill == NULL)
    return FALSE;
  take_fields (draft, skill);
  return TRUE;
}

/* ---- checking */

static void
blame_file (GPtrArray *faults, char *message)
{
  AnnexSkillFault *fault = g_new0 (AnnexSkillFault, 1);

  fault->field = g_strdup ("files");
  fault->message = message;
  g_ptr_array_add (faults, fault);
}

static void
check_files (const AnnexSkillDraft *draft, GPtrArray *faults)
{
  GHashTableIter iter;
  gpointer path;
  gpointer bytes;
  guint64 total = 0;

  g_hash_table_iter_init (&iter, draft->files);
  while (g_hash_table_iter_next (&iter, &path, &bytes))
    {
      if (!annex_zip_is_clean_path (path))
        blame_file (faults,
                    g_strdup_printf (_ ("“%s” is no name for a file of a skill"), (char *) path));
      else if (g_ascii_strcasecmp (path, "SKILL.md") == 0)
        blame_file (
            faults,
            g_strdup_printf (_ ("“%s” is made of the fields, and no other file may be called so"),
                             (char *) path));
      total += bytes != NULL ? g_bytes_get_size (bytes) : 0;
      if (total > ANNEX_SKILL_MAX_BYTES)
        {
          blame_file (faults,
                      g_strdup_printf (_ ("“%s” makes the skill too large"), (char *) path));
          return;
        }
    }
}

GPtrArray *
annex_skill_author_check (const AnnexSkillDraft *draft)
{
  g_autofree char *text = annex_skill_author_to_text (draft);
  GPtrArray *faults = annex_skill_find_faults (text, strlen (text), NULL);

  check_files (draft, faults);
  return faults;
}

/* ---- writing */

/* A script that says what runs it may be run. */
static gboolean
is_script (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return length > 2 && memcmp (data, "#!", 2) == 0;
}

static gboolean
write_file (const char *folder, const char *path, GBytes *bytes, GError **error)
{
  g_autofree char *target = g_build_filename (folder, path, NULL);
  g_autofree char *parent = g_path_get_dirname (target);

  if (bytes == NULL)
    {
      g_remove (target);
      return TRUE;
    }
  if (g_mkdir_with_parents (parent, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("“%s” cannot be written"), path);
      return FALSE;
    }
  return g_file_set_contents_full (target, g_bytes_get_data (bytes, NULL),
                                   (gssize) g_bytes_get_size (bytes), G_FILE_SET_CONTENTS_NONE,
                                   is_script (bytes) ? 0700 : 0600, error);
}

/* Nothing that is not in @draft or its base gets there: @target is new. */
gboolean
annex_skill_author_write_folder (AnnexSkillPlaces *places,
                                 const AnnexSkillDraft *draft,
                                 const char *target,
                                 GError **error)
{
  g_autoptr (GPtrArray) faults = annex_skill_author_check (draft);
  g_autofree char *text = annex_skill_author_to_text (draft);
  g_autoptr (AnnexSkillInfo) base = NULL;
  g_autofree char *other = g_build_filename (target, "skill.md", NULL);
  g_autofree char *file = g_build_filename (target, "SKILL.md", NULL);
  GHashTableIter iter;
  gpointer path;
  gpointer bytes;

  if (faults->len > 0)
    {
      g_set_error_literal (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
                           ((AnnexSkillFault *) g_ptr_array_index (faults, 0))->message);
      return FALSE;
    }
  if (draft->base != NULL)
    {
      base = annex_skill_shelf_find (places, draft->base, NULL, error);
      if (base == NULL || !annex_skill_files_copy (base->path, target, NULL, error))
        return FALSE;
    }
  else if (g_mkdir_with_parents (target, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("“%s” cannot be made"), target);
      return FALSE;
    }
  g_remove (other);
  g_hash_table_iter_init (&iter, draft->files);
  while (g_hash_table_iter_next (&iter, &path, &bytes))
    if (!write_file (target, path, bytes, error))
      return FALSE;
  return g_file_set_contents_full (file, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, error);
}

gboolean
annex_skill_author_install (AnnexSkillPlaces *places, const AnnexSkillDraft *draft, GError **error)
{
  g_autofree char *staging = annex_skill_shelf_make_staging (places, error);
  g_autofree char *folder = NULL;
  g_autoptr (AnnexSkillInfo) base = NULL;
  gboolean done;

  if (staging == NULL)
    return FALSE;
  if (g_strcmp0 (draft->base, draft->name) == 0)
    base = annex_skill_shelf_find (places, draft->base, NULL, NULL);
  folder = g_build_filename (staging, "skill", NULL);
  done =
      annex_skill_author_write_folder (places, draft, folder, error) &&
      annex_skill_shelf_install (places, draft->name, folder, ANNEX_SKILL_SOURCE_HERE, NULL, error);
  annex_skill_files_remove (staging);
  if (done && base != NULL)
    annex_skill_values_move_to_library (places, draft->name, base->origin);
  return done;
}
