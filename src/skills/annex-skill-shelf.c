/* annex-skill-shelf.c
 *
 * See annex-skill-shelf.h: looking for skills.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-shelf-private.h"

#include "annex-admin-policy.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_SKILLS_PER_PLACE 500

G_DEFINE_BOXED_TYPE (AnnexSkillPlaces,
                     annex_skill_places,
                     annex_skill_places_copy,
                     annex_skill_places_free)

#ifndef ANNEX_SKILLS_DIR
#define ANNEX_SKILLS_DIR NULL
#endif

AnnexSkillPlaces *
annex_skill_places_new (void)
{
  AnnexSkillPlaces *self = g_new0 (AnnexSkillPlaces, 1);
  const char *built_in = g_getenv ("ANNEX_SKILLS_DIR");

  self->data = annex_paths_data ("skills");
  self->config = annex_paths_config (NULL);
  self->built_in = g_strdup (built_in != NULL ? built_in : ANNEX_SKILLS_DIR);
  self->home = g_strdup (g_get_home_dir ());
  return self;
}

AnnexSkillPlaces *
annex_skill_places_copy (const AnnexSkillPlaces *self)
{
  AnnexSkillPlaces *copy = g_new0 (AnnexSkillPlaces, 1);

  copy->data = g_strdup (self->data);
  copy->config = g_strdup (self->config);
  copy->built_in = g_strdup (self->built_in);
  copy->home = g_strdup (self->home);
  return copy;
}

void
annex_skill_places_free (AnnexSkillPlaces *self)
{
  g_free (self->data);
  g_free (self->config);
  g_free (self->built_in);
  g_free (self->home);
  g_free (self);
}

typedef struct
{
  AnnexSkillPlaces *places;
  JsonObject *settings;
  GPtrArray *infos;
  GHashTable *seen; /* names that count already */
} Search;

/* Adds the skill in the folder @path, known as @name. */
static void
add_skill (Search *self, const char *path, const char *name, AnnexSkillOrigin origin)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (AnnexSkill) skill = NULL;
  JsonObject *used = annex_json_opt_object (self->settings, "used");
  AnnexSkillInfo *info;
  gsize length;

  text = annex_skill_read_text (path, &length, &error);
  if (text == NULL && origin != ANNEX_SKILL_ORIGIN_LIBRARY)
    return; /* some other folder */
  if (text != NULL)
    skill = annex_skill_parse (text, length, name, &error);
  info = annex_skill_info_new (skill != NULL ? annex_skill_get_name (skill) : name, origin);
  info->path = g_strdup (path);
  if (skill != NULL)
    {
      g_set_str (&info->description, annex_skill_get_description (skill));
      info->warnings = g_strdupv ((char **) annex_skill_get_warnings (skill));
    }
  else
    info->fault = g_strdup (annex_error_said (error));
  if (info->fault == NULL &&
      !annex_admin_policy_check_skill (annex_admin_policy_get (), info->name, &error))
    info->fault = g_strdup (annex_error_said (error));
  info->enabled = !annex_skill_settings_has (self->settings, "off", info->name);
  info->used_us = used != NULL ? annex_json_opt_int (used, info->name, 0) : 0;
  info->shadowed = g_hash_table_contains (self->seen, info->name);
  if (info->fault == NULL)
    g_hash_table_add (self->seen, g_strdup (info->name));
  g_ptr_array_add (self->infos, info);
}

static void
search_folder (Search *self, const char *folder, AnnexSkillOrigin origin, const char *source)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && names->len < MAX_SKILLS_PER_PLACE && (name = g_dir_read_name (dir)) != NULL)
    if (name[0] != '.' && !g_str_equal (name, "node_modules") && g_utf8_validate (name, -1, NULL))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);
      guint before = self->infos->len;

      /* A link in a strangers' folder could show anything of this machine to the computer. */
      if (g_file_test (path, G_FILE_TEST_IS_SYMLINK) || !g_file_test (path, G_FILE_TEST_IS_DIR))
        continue;
      add_skill (self, path, g_ptr_array_index (names, i), origin);
      if (self->infos->len > before && source != NULL)
        g_set_str (&((AnnexSkillInfo *) g_ptr_array_index (self->infos, before))->source, source);
    }
}

char *
annex_skill_shelf_dup_installed (AnnexSkillPlaces *places, const char *name)
{
  g_autoptr (JsonObject) state = annex_skill_state_load (places, name, NULL);
  JsonObject *version = state != NULL ? annex_skill_state_get_current (state) : NULL;

  if (version == NULL)
    return NULL;
  return g_build_filename (places->data, name, annex_json_opt_string (version, "id", ""), NULL);
}

/* It is there, but no one can say which of its versions counts. */
static void
add_unreadable (Search *self, const char *name, const char *fault)
{
  AnnexSkillInfo *info = annex_skill_info_new (name, ANNEX_SKILL_ORIGIN_LIBRARY);

  info->path = g_build_filename (self->places->data, name, NULL);
  info->fault = g_strdup (fault);
  info->enabled = !annex_skill_settings_has (self->settings, "off", name);
  info->shadowed = g_hash_table_contains (self->seen, name);
  g_ptr_array_add (self->infos, info);
}

static void
search_library (Search *self)
{
  g_auto (GStrv) names = annex_skill_state_list (self->places);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) state = annex_skill_state_load (self->places, names[i], &error);
      JsonObject *version = state != NULL ? annex_skill_state_get_current (state) : NULL;
      g_autofree char *path = NULL;
      AnnexSkillInfo *info;

      if (state == NULL && !g_error_matches (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND))
        add_unreadable (self, names[i], annex_error_said (error));
      if (version == NULL)
        continue;
      path = g_build_filename (self->places->data, names[i],
                               annex_json_opt_string (version, "id", ""), NULL);
      add_skill (self, path, names[i], ANNEX_SKILL_ORIGIN_LIBRARY);
      info = g_ptr_array_index (self->infos, self->infos->len - 1);
      info->source = g_strdup (annex_json_opt_string (version, "source", NULL));
      info->installed_us = annex_json_opt_int (version, "installed_us", 0);
      info->n_versions = json_array_get_length (annex_json_opt_array (state, "versions"));
    }
}

static void
search_shares (Search *self, const char *const *folders)
{
  for (; folders != NULL && *folders != NULL; folders++)
    {
      g_autofree char *root = NULL;
      g_autofree char *path = annex_skill_shelf_dup_skills_folder (*folders, &root);

      if (path != NULL && annex_skill_settings_has (self->settings, "trusted", root))
        search_folder (self, path, ANNEX_SKILL_ORIGIN_SHARE, root);
    }
}

GPtrArray *
annex_skill_shelf_scan_folder (AnnexSkillPlaces *places, const char *path)
{
  g_autoptr (JsonObject) settings = json_object_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Search self = { places, settings, NULL, seen };

  self.infos = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_info_free);
  search_folder (&self, path, ANNEX_SKILL_ORIGIN_SHARE, path);
  return self.infos;
}

static int
compare_infos (gconstpointer a, gconstpointer b)
{
  const AnnexSkillInfo *first = *(AnnexSkillInfo *const *) a;
  const AnnexSkillInfo *second = *(AnnexSkillInfo *const *) b;
  int order = strcmp (first->name, second->name);

  return order != 0 ? order : (int) first->origin - (int) second->origin;
}

GPtrArray *
annex_skill_shelf_scan (AnnexSkillPlaces *places, const char *const *folders)
{
  static const char *const in_home[] = { ".agents", ".claude" };
  g_autoptr (JsonObject) settings = annex_skill_settings_load (places);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Search self = { places, settings, NULL, seen };

  self.infos = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_info_free);
  search_shares (&self, folders);
  search_library (&self);
  for (guint i = 0;
       annex_json_opt_boolean (settings, "look_in_home", FALSE) && i < G_N_ELEMENTS (in_home); i++)
    {
      g_autofree char *path = g_build_filename (places->home, in_home[i], "skills", NULL);

      search_folder (&self, path, ANNEX_SKILL_ORIGIN_HOME, path);
    }
  if (places->built_in != NULL)
    search_folder (&self, places->built_in, ANNEX_SKILL_ORIGIN_BUILT_IN, NULL);
  g_ptr_array_sort (self.infos, compare_infos);
  return self.infos;
}

AnnexSkillInfo *
annex_skill_shelf_find (AnnexSkillPlaces *places,
                        const char *name,
                        const char *const *folders,
                        GError **error)
{
  g_autoptr (GPtrArray) infos = annex_skill_shelf_scan (places, folders);
  const AnnexSkillInfo *found = NULL;

  for (guint i = 0; i < infos->len; i++)
    {
      const AnnexSkillInfo *info = g_ptr_array_index (infos, i);

      /* What has a fault shadows nothing, and does not stand in the way of what is used either. */
      if (!info->shadowed && g_str_equal (info->name, name) &&
          (found == NULL || (found->fault != NULL && info->fault == NULL)))
        found = info;
    }
  if (found != NULL)
    return annex_skill_info_copy (found);
  annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND,
                    N_ ("There is no skill “%s”"), name);
  return NULL;
}
