/* annex-skill-values.c
 *
 * See annex-skill-values.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-values.h"

#include "annex-json.h"
#include "annex-paths.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
values_path (AnnexSkillPlaces *places, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".json", NULL);

  return g_build_filename (places->config, "skill-values", file, NULL);
}

JsonObject *
annex_skill_values_load (AnnexSkillPlaces *places, const char *name)
{
  g_autofree char *path = values_path (places, name);
  g_autofree char *text = NULL;
  JsonObject *values = NULL;
  gsize length;

  if (annex_skill_is_name (name) && g_file_get_contents (path, &text, &length, NULL))
    values = annex_json_parse_object (text, (gssize) length, NULL);
  return values != NULL ? values : json_object_new ();
}

gboolean
annex_skill_values_set (AnnexSkillPlaces *places,
                        const char *name,
                        const AnnexSkillNeed *need,
                        const char *value,
                        GError **error)
{
  g_autofree char *path = values_path (places, name);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) values = NULL;

  g_return_val_if_fail (annex_skill_is_name (name), FALSE);
  if (value != NULL && need->kind == ANNEX_NEED_SECRET && !g_str_has_prefix (value, "secret:"))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” is a secret and belongs into the keyring", need->label);
      return FALSE;
    }
  if (value != NULL && !annex_skill_need_check (need, value, error))
    return FALSE;
  values = annex_skill_values_load (places, name);
  if (value != NULL)
    json_object_set_string_member (values, need->id, value);
  else if (json_object_has_member (values, need->id))
    json_object_remove_member (values, need->id);
  text = annex_json_object_to_string (values);
  return annex_paths_make (folder, error) &&
         annex_file_write_atomic (path, text, (gssize) strlen (text), 0600, error);
}

void
annex_skill_values_remove (AnnexSkillPlaces *places, const char *name)
{
  g_autofree char *path = values_path (places, name);

  if (annex_skill_is_name (name))
    g_remove (path);
}

JsonObject *
annex_skill_values_resolve (AnnexSkill *skill, JsonObject *stored)
{
  GPtrArray *needs = annex_skill_get_needs (skill);
  JsonObject *resolved = json_object_new ();

  for (guint i = 0; i < needs->len; i++)
    {
      AnnexSkillNeed *need = g_ptr_array_index (needs, i);
      const char *value = annex_json_opt_string (stored, need->id, need->fallback);
      g_autofree char *name = NULL;
      g_autofree char *guest = NULL;

      /* An option that a newer version does not have any more is no answer. */
      if (value != NULL && need->kind == ANNEX_NEED_CHOICE &&
          !g_strv_contains ((const char *const *) need->options, value))
        value = need->fallback;
      if (value != NULL && need->kind == ANNEX_NEED_FOLDER)
        {
          name = g_path_get_basename (value);
          value = guest = g_build_filename ("/folders", name, NULL);
        }
      if (value != NULL)
        json_object_set_string_member (resolved, need->id, value);
    }
  return resolved;
}

char **
annex_skill_values_find_missing (AnnexSkill *skill, JsonObject *resolved)
{
  GPtrArray *needs = annex_skill_get_needs (skill);
  g_autoptr (GStrvBuilder) missing = g_strv_builder_new ();

  for (guint i = 0; i < needs->len; i++)
    {
      AnnexSkillNeed *need = g_ptr_array_index (needs, i);

      if (!need->optional && !json_object_has_member (resolved, need->id))
        g_strv_builder_add (missing, need->id);
    }
  return g_strv_builder_end (missing);
}
