/* annex-skill-values.c
 *
 * See annex-skill-values.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-values.h"

#include "annex-skill-shelf-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

/* @origin NULL: of none, as older versions wrote it. */
static char *
make_path (AnnexSkillPlaces *places, const char *name, const char *origin)
{
  g_autofree char *file = origin != NULL ? g_strconcat (name, ".", origin, ".json", NULL)
                                         : g_strconcat (name, ".json", NULL);

  return g_build_filename (places->config, "skill-values", file, NULL);
}

static void
move (const char *from, const char *to)
{
  if (!g_file_test (to, G_FILE_TEST_EXISTS) && g_rename (from, to) != 0 && errno != ENOENT)
    g_warning ("“%s” cannot be renamed: %s", from, g_strerror (errno));
}

/* Values without an origin are those of the skill that counted when they were given: one in the
 * library, where there is one. */
static void
settle (AnnexSkillPlaces *places, const char *name, AnnexSkillOrigin origin)
{
  g_autofree char *old = make_path (places, name, NULL);
  g_autofree char *own = make_path (places, name, annex_skill_origin_to_name (origin));
  g_autofree char *folder = g_build_filename (places->data, name, NULL);

  if (origin == ANNEX_SKILL_ORIGIN_LIBRARY || !g_file_test (folder, G_FILE_TEST_EXISTS))
    move (old, own);
}

void
annex_skill_values_settle (AnnexSkillPlaces *places, const char *name)
{
  g_autofree char *old = make_path (places, name, NULL);
  g_autoptr (AnnexSkillInfo) info = NULL;

  if (!g_file_test (old, G_FILE_TEST_EXISTS))
    return;
  info = annex_skill_shelf_find (places, name, NULL, NULL);
  settle (places, name, info != NULL ? info->origin : ANNEX_SKILL_ORIGIN_HOME);
}

/* The file with those of @name and @origin. (transfer full) */
static char *
values_path (AnnexSkillPlaces *places, const char *name, AnnexSkillOrigin origin)
{
  settle (places, name, origin);
  return make_path (places, name, annex_skill_origin_to_name (origin));
}

void
annex_skill_values_move_to_library (AnnexSkillPlaces *places,
                                    const char *name,
                                    AnnexSkillOrigin origin)
{
  g_autofree char *from = make_path (places, name, annex_skill_origin_to_name (origin));
  g_autofree char *to =
      make_path (places, name, annex_skill_origin_to_name (ANNEX_SKILL_ORIGIN_LIBRARY));

  g_return_if_fail (origin != ANNEX_SKILL_ORIGIN_SHARE);
  if (origin != ANNEX_SKILL_ORIGIN_LIBRARY)
    move (from, to);
}

JsonObject *
annex_skill_values_load (AnnexSkillPlaces *places, const char *name, AnnexSkillOrigin origin)
{
  g_autofree char *path = NULL;

  if (!annex_skill_is_name (name) || origin == ANNEX_SKILL_ORIGIN_SHARE)
    return json_object_new ();
  path = values_path (places, name, origin);
  return annex_skill_load_to_look (path);
}

gboolean
annex_skill_values_set (AnnexSkillPlaces *places,
                        const char *name,
                        AnnexSkillOrigin origin,
                        const AnnexSkillNeed *need,
                        const char *value,
                        char **old,
                        GError **error)
{
  g_autofree char *path = NULL;
  g_autofd int lock = -1;
  g_autoptr (JsonObject) values = NULL;
  g_autofree char *before = NULL;

  g_return_val_if_fail (annex_skill_is_name (name), FALSE);
  g_return_val_if_fail (origin != ANNEX_SKILL_ORIGIN_SHARE, FALSE);
  if (value != NULL && need->kind == ANNEX_NEED_SECRET && !g_str_has_prefix (value, "secret:"))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is a secret and belongs into the keyring"), need->label);
      return FALSE;
    }
  if (value != NULL && !annex_skill_need_check (need, value, error))
    return FALSE;
  lock = annex_skill_take_lock (places, error);
  path = values_path (places, name, origin);
  values = lock >= 0 ? annex_skill_load_to_change (path, error) : NULL;
  if (values == NULL)
    return FALSE;
  before = g_strdup (annex_json_opt_string (values, need->id, NULL));
  if (value != NULL)
    json_object_set_string_member (values, need->id, value);
  else if (json_object_has_member (values, need->id))
    json_object_remove_member (values, need->id);
  if (!annex_skill_save_object (path, values, error))
    return FALSE;
  if (old != NULL)
    *old = g_steal_pointer (&before);
  return TRUE;
}

JsonObject *
annex_skill_values_take (AnnexSkillPlaces *places,
                         const char *name,
                         AnnexSkillOrigin origin,
                         GError **error)
{
  g_autofree char *path = NULL;
  g_autofd int lock = -1;
  g_autoptr (JsonObject) values = NULL;

  g_return_val_if_fail (annex_skill_is_name (name), NULL);
  lock = annex_skill_take_lock (places, error);
  path = values_path (places, name, origin);
  values = lock >= 0 ? annex_skill_load_to_change (path, error) : NULL;
  if (values == NULL || g_remove (path) == 0 || errno == ENOENT)
    return g_steal_pointer (&values);
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _ ("“%s” cannot be removed: %s"),
               path, g_strerror (errno));
  return NULL;
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
