/* annex-skill-plugins.c
 *
 * See annex-skill-market.h: offers, and the plugins that are installed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-market.h"

#include "annex-json-build.h"
#include "annex-skill-shelf-private.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
registry_path (AnnexSkillPlaces *places)
{
  return g_build_filename (places->data, ".plugins.json", NULL);
}

static JsonObject *
load_registry (AnnexSkillPlaces *places)
{
  g_autofree char *path = registry_path (places);
  JsonObject *registry = annex_skill_load_object (path);

  return registry != NULL ? registry : json_object_new ();
}

static gboolean
save_registry (AnnexSkillPlaces *places, JsonObject *registry, GError **error)
{
  g_autofree char *path = registry_path (places);

  return annex_skill_save_object (path, registry, error);
}

JsonObject *
annex_skill_plugins_find (AnnexSkillPlaces *places, const char *plugin)
{
  g_autoptr (JsonObject) registry = load_registry (places);
  JsonObject *found = annex_json_opt_object (registry, plugin);

  return found != NULL ? json_object_ref (found) : NULL;
}

/* Names in a list that are names. (transfer full) */
static char **
read_names (JsonObject *record)
{
  JsonArray *list = record != NULL ? annex_json_opt_array (record, "skills") : NULL;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      const char *name = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      if (name != NULL && annex_skill_is_name (name))
        g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

/* ---- offers */

static gboolean
offers (const AnnexSkillOffer *self, const char *name)
{
  for (guint i = 0; i < self->skills->len; i++)
    if (g_str_equal (((AnnexSkillView *) g_ptr_array_index (self->skills, i))->name, name))
      return TRUE;
  return FALSE;
}

static char **
find_gone (AnnexSkillPlaces *places, const AnnexSkillOffer *self)
{
  g_autoptr (JsonObject) before =
      self->plugin != NULL ? annex_skill_plugins_find (places, self->plugin) : NULL;
  g_auto (GStrv) names = read_names (before);
  g_autoptr (GStrvBuilder) gone = g_strv_builder_new ();

  for (guint i = 0; names[i] != NULL; i++)
    if (!offers (self, names[i]))
      g_strv_builder_add (gone, names[i]);
  return g_strv_builder_end (gone);
}

AnnexSkillOffer *
annex_skill_offer_new (AnnexSkillPlaces *places,
                       AnnexSkillPackage *package,
                       const char *market,
                       const char *commit)
{
  AnnexPluginManifest *manifest = annex_skill_package_get_manifest (package);
  GPtrArray *previews = annex_skill_package_get_previews (package);
  AnnexSkillOffer *self = g_new0 (AnnexSkillOffer, 1);

  self->source = g_strdup (annex_skill_package_get_source (package));
  self->plugin = manifest != NULL ? g_strdup (manifest->name) : NULL;
  self->version = manifest != NULL ? g_strdup (manifest->version) : NULL;
  self->commit = g_strdup (commit);
  self->skills = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_view_free);
  for (guint i = 0; i < previews->len; i++)
    g_ptr_array_add (
        self->skills,
        annex_skill_view_copy (((AnnexSkillPreview *) g_ptr_array_index (previews, i))->view));
  self->connectors = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; manifest != NULL && i < manifest->connectors->len; i++)
    g_ptr_array_add (self->connectors, g_strdup (g_ptr_array_index (manifest->connectors, i)));
  self->left_out = g_strdupv ((char **) annex_skill_package_get_left_out (package));
  if (self->left_out == NULL)
    self->left_out = g_new0 (char *, 1);
  self->gone = find_gone (places, self);
  self->staged = g_object_ref (G_OBJECT (package));
  g_object_set_data_full (self->staged, "annex-market", g_strdup (market), g_free);
  return self;
}

/* Takes the skills of @names back to what was before. */
static void
take_back (AnnexSkillPlaces *places, GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++)
    if (!annex_skill_shelf_undo (places, g_ptr_array_index (names, i), NULL))
      annex_skill_shelf_remove (places, g_ptr_array_index (names, i), NULL);
}

static gboolean
note_plugin (AnnexSkillPlaces *places,
             const AnnexSkillOffer *offer,
             GPtrArray *installed,
             GError **error)
{
  g_autofd int lock = annex_skill_take_lock (places, error);
  g_autoptr (JsonObject) registry = lock >= 0 ? load_registry (places) : NULL;
  JsonArray *skills = json_array_new ();

  for (guint i = 0; i < installed->len; i++)
    json_array_add_string_element (skills, g_ptr_array_index (installed, i));
  if (registry == NULL)
    {
      json_array_unref (skills);
      return FALSE;
    }
  json_object_set_object_member (
      registry, offer->plugin,
      annex_json_build ("s", "market", g_object_get_data (offer->staged, "annex-market"), "s",
                        "stamp", g_object_get_data (offer->staged, "annex-stamp"), "s", "version",
                        offer->version, "s", "commit", offer->commit, "i", "installed_us",
                        g_get_real_time (), "a", "skills", skills, NULL));
  return save_registry (places, registry, error);
}

gboolean
annex_skill_offer_install (AnnexSkillPlaces *places,
                           const AnnexSkillOffer *offer,
                           const char *const *names,
                           GError **error)
{
  AnnexSkillPackage *package = ANNEX_SKILL_PACKAGE (offer->staged);
  GPtrArray *previews = annex_skill_package_get_previews (package);
  g_autoptr (GPtrArray) installed = g_ptr_array_new_with_free_func (g_free);
  gboolean done = TRUE;

  for (guint i = 0; done && i < previews->len; i++)
    {
      AnnexSkillPreview *preview = g_ptr_array_index (previews, i);
      const char *name = preview->view->name;

      if (names != NULL && !g_strv_contains (names, name))
        continue;
      done = annex_skill_package_install (package, preview, error);
      if (done)
        g_ptr_array_add (installed, g_strdup (name));
    }
  if (done && offer->plugin != NULL)
    done = note_plugin (places, offer, installed, error);
  if (!done)
    {
      take_back (places, installed);
      return FALSE;
    }
  for (char **gone = offer->gone; *gone != NULL; gone++)
    annex_skill_shelf_remove (places, *gone, NULL); /* the user may have done so */
  return TRUE;
}

/* ---- the list */

GPtrArray *
annex_skill_plugins_list (AnnexSkillPlaces *places)
{
  GPtrArray *plugins = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_plugin_free);
  g_autoptr (JsonObject) registry = load_registry (places);
  g_autoptr (GList) names = json_object_get_members (registry);

  names = g_list_sort (names, (GCompareFunc) strcmp);
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *record = annex_json_opt_object (registry, l->data);
      AnnexSkillPlugin *self;

      if (record == NULL)
        continue;
      self = g_new0 (AnnexSkillPlugin, 1);
      self->name = g_strdup (l->data);
      self->description = g_strdup ("");
      self->market = g_strdup (annex_json_opt_string (record, "market", NULL));
      self->version = g_strdup (annex_json_opt_string (record, "version", NULL));
      self->installed = TRUE;
      self->installed_us = annex_json_opt_int (record, "installed_us", 0);
      self->skills = read_names (record);
      g_ptr_array_add (plugins, self);
    }
  return plugins;
}

gboolean
annex_skill_plugins_remove (AnnexSkillPlaces *places, const char *plugin, GError **error)
{
  g_autoptr (JsonObject) record = annex_skill_plugins_find (places, plugin);
  g_autoptr (JsonObject) registry = NULL;
  g_auto (GStrv) names = read_names (record);
  g_autofd int lock = -1;

  if (record == NULL)
    {
      g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND, "There is no plugin “%s”",
                   plugin);
      return FALSE;
    }
  for (guint i = 0; names[i] != NULL; i++)
    annex_skill_shelf_remove (places, names[i], NULL); /* the user may have done so */
  lock = annex_skill_take_lock (places, error);
  if (lock < 0)
    return FALSE;
  registry = load_registry (places);
  json_object_remove_member (registry, plugin);
  return save_registry (places, registry, error);
}
