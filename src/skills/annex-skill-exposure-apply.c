/* annex-skill-exposure-apply.c
 *
 * See annex-skill-exposure.h: carrying out what the user chose.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-exposure.h"

#include "annex-json.h"
#include "annex-skill-files.h"
#include "annex-skill-private.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

static const char *
make_label (AnnexExposureKind kind)
{
  switch (kind)
    {
    case ANNEX_EXPOSURE_MAIL:
      return "E-mail address";
    case ANNEX_EXPOSURE_PHONE:
      return "Telephone number";
    case ANNEX_EXPOSURE_STREET:
      return "Street";
    case ANNEX_EXPOSURE_ACCOUNT:
      return "Account number";
    case ANNEX_EXPOSURE_KEY:
      return "Key or password";
    case ANNEX_EXPOSURE_PATH:
      return "Folder or file";
    case ANNEX_EXPOSURE_NAME:
      return "Your name";
    case ANNEX_EXPOSURE_SHARE:
      return "Name of the folder";
    case ANNEX_EXPOSURE_VALUE:
      return "Your own value";
    }
  return "";
}

/* @text of @path with the choices carried out; those before @from_offset are removals at most. */
static char *
change_text (const char *path,
             const char *text,
             gsize from_offset,
             GPtrArray *found,
             gboolean *changed)
{
  GString *result = g_string_new (NULL);
  gsize at = 0;

  for (guint i = 0; i < found->len; i++)
    {
      AnnexExposure *one = g_ptr_array_index (found, i);
      gsize end = one->offset_bytes + strlen (one->text);

      if (!g_str_equal (one->path, path) || one->choice == ANNEX_EXPOSURE_KEEP ||
          one->offset_bytes < at || end > strlen (text))
        continue;
      g_string_append_len (result, text + at, (gssize) (one->offset_bytes - at));
      if (one->choice == ANNEX_EXPOSURE_ASK && one->offset_bytes >= from_offset)
        g_string_append_printf (result, "{{annex.%s}}", one->need_id);
      at = end;
      *changed = TRUE;
    }
  g_string_append (result, text + at);
  return g_string_free (result, FALSE);
}

/* The metadata that @head has, with a need for each question. */
static JsonObject *
make_metadata (JsonObject *head, GPtrArray *found)
{
  JsonObject *old = annex_json_opt_object (head, "metadata");
  JsonObject *metadata = old != NULL ? annex_json_object_copy (old) : json_object_new ();

  for (guint i = 0; i < found->len; i++)
    {
      AnnexExposure *one = g_ptr_array_index (found, i);
      g_autofree char *key = g_strconcat ("annex.", one->need_id, NULL);
      g_autofree char *label = g_strconcat (key, ".label", NULL);

      if (one->choice != ANNEX_EXPOSURE_ASK || json_object_has_member (metadata, key))
        continue;
      json_object_set_string_member (metadata, key,
                                     one->kind == ANNEX_EXPOSURE_KEY ? "secret" : "text");
      json_object_set_string_member (metadata, label, make_label (one->kind));
    }
  return metadata;
}

/* SKILL.md, written anew. */
static char *
change_skill (const char *text, const char *name, GPtrArray *found, GError **error)
{
  g_autofree char *changed_text = NULL;
  g_autoptr (JsonObject) head = NULL;
  g_autoptr (JsonObject) metadata = NULL;
  g_autoptr (AnnexSkill) skill = NULL;
  g_autofree char *tools = NULL;
  const char *body;
  gboolean mended = FALSE;
  gboolean changed = FALSE;

  head = annex_skill_read_head (text, strlen (text), &mended, &body, error);
  if (head == NULL)
    return NULL;
  /* A name that the user takes out is not taken from the folder again. */
  if (annex_json_opt_string (head, "name", NULL) != NULL)
    name = NULL;
  changed_text = change_text ("SKILL.md", text, (gsize) (body - text), found, &changed);
  g_clear_pointer (&head, json_object_unref);
  head = annex_skill_read_head (changed_text, strlen (changed_text), &mended, &body, error);
  skill =
      head != NULL ? annex_skill_parse (changed_text, strlen (changed_text), name, error) : NULL;
  if (skill == NULL)
    return NULL;
  metadata = make_metadata (head, found);
  tools = g_strjoinv (" ", (char **) annex_skill_get_allowed_tools (skill));
  return annex_skill_write (annex_skill_get_name (skill), annex_skill_get_description (skill),
                            annex_skill_get_license (skill), annex_skill_get_compatibility (skill),
                            metadata, *tools != '\0' ? tools : NULL, annex_skill_get_body (skill),
                            error);
}

GHashTable *
annex_exposures_apply (const char *folder,
                       const char *name,
                       const AnnexExposures *found,
                       GError **error)
{
  g_autofree char *digest = annex_skill_files_digest (folder, error);
  g_autoptr (GHashTable) texts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) files =
      digest != NULL ? annex_skill_files_list (folder, NULL, error) : NULL;

  if (files == NULL)
    return NULL;
  if (g_strcmp0 (digest, found->digest) != 0)
    {
      annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED,
                        N_ ("“%s” has changed since it was looked through. Pass it on again"),
                        name);
      return NULL;
    }
  for (guint i = 0; i < files->len; i++)
    {
      AnnexSkillFile *file = g_ptr_array_index (files, i);
      g_autoptr (GBytes) bytes = annex_skill_files_read (folder, file->path, error);
      g_autofree char *text = NULL;
      char *other;
      gboolean changed = FALSE;

      if (bytes == NULL)
        return NULL;
      if (!annex_skill_files_is_text (bytes))
        continue;
      text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      if (g_str_equal (file->path, "SKILL.md"))
        {
          other = change_skill (text, name, found->list, error);
          changed = TRUE;
        }
      else
        other = change_text (file->path, text, 0, found->list, &changed);
      if (other == NULL)
        return NULL;
      if (changed)
        g_hash_table_insert (texts, g_strdup (file->path),
                             g_bytes_new_take (other, strlen (other)));
      else
        g_free (other);
    }
  return g_steal_pointer (&texts);
}
