/* annex-skill-trust.c
 *
 * See annex-skill-shelf.h: whose skills count besides the library's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-shelf-private.h"

#include <stdlib.h>
#include <string.h>

char *
annex_skill_shelf_dup_skills_folder (const char *folder, char **root)
{
  g_autofree char *path = g_build_filename (folder, ".agents", "skills", NULL);
  g_autofree char *real = realpath (path, NULL);

  *root = realpath (folder, NULL);
  /* Nothing that a link leads to, out of what the user shared. */
  if (real == NULL || *root == NULL || !g_str_has_prefix (real, *root) ||
      real[strlen (*root)] != '/' || !g_file_test (real, G_FILE_TEST_IS_DIR))
    return NULL;
  return g_steal_pointer (&real);
}

char **
annex_skill_shelf_find_untrusted (AnnexSkillPlaces *places, const char *folder)
{
  g_autoptr (JsonObject) settings = annex_skill_settings_load (places);
  g_autofree char *root = NULL;
  g_autofree char *path = annex_skill_shelf_dup_skills_folder (folder, &root);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GPtrArray) infos = NULL;

  if (path == NULL || annex_skill_settings_has (settings, "trusted", root) ||
      annex_skill_settings_has (settings, "distrusted", root))
    return g_new0 (char *, 1);
  infos = annex_skill_shelf_scan_folder (places, path);
  for (guint i = 0; i < infos->len; i++)
    g_strv_builder_add (names, ((AnnexSkillInfo *) g_ptr_array_index (infos, i))->name);
  return g_strv_builder_end (names);
}

char **
annex_skill_shelf_list_trusted (AnnexSkillPlaces *places, GError **error)
{
  g_autoptr (JsonObject) settings = annex_skill_settings_read (places, error);
  JsonArray *list = settings != NULL ? annex_json_opt_array (settings, "trusted") : NULL;
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();

  if (settings == NULL)
    return NULL;
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_string (node) != NULL)
        g_strv_builder_add (folders, json_node_get_string (node));
    }
  return g_strv_builder_end (folders);
}

gboolean
annex_skill_shelf_set_trusted (AnnexSkillPlaces *places,
                               const char *folder,
                               gboolean trusted,
                               GError **error)
{
  g_autofree char *real = realpath (folder, NULL);
  const char *path = real != NULL ? real : folder;

  /* Of the two, what takes away goes first: a crash between leaves the question open. */
  return annex_skill_settings_set_in_list (places, trusted ? "distrusted" : "trusted", path, FALSE,
                                           error) &&
         annex_skill_settings_set_in_list (places, trusted ? "trusted" : "distrusted", path, TRUE,
                                           error);
}

gboolean
annex_skill_shelf_get_look_in_home (AnnexSkillPlaces *places)
{
  g_autoptr (JsonObject) settings = annex_skill_settings_load (places);

  return annex_json_opt_boolean (settings, "look_in_home", FALSE);
}
