/* annex-skill-plugins.c
 *
 * See annex-skill-market.h: offers, and the plugins that are installed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-market.h"

#include "annex-json-build.h"
#include "annex-skill-shelf-private.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

/* So long at most installing the skills of one plugin takes. */
#define INSTALL_MAX_US (G_GINT64_CONSTANT (10) * 60 * G_USEC_PER_SEC)

static char *
registry_path (AnnexSkillPlaces *places)
{
  return g_build_filename (places->data, ".plugins.json", NULL);
}

static JsonObject *
load_registry (AnnexSkillPlaces *places, GError **error)
{
  g_autofree char *path = registry_path (places);

  return annex_skill_load_to_change (path, error);
}

static JsonObject *
look_at_registry (AnnexSkillPlaces *places)
{
  g_autofree char *path = registry_path (places);

  return annex_skill_load_to_look (path);
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
  g_autoptr (JsonObject) registry = look_at_registry (places);
  JsonObject *found = annex_json_opt_object (registry, plugin);

  return found != NULL ? json_object_ref (found) : NULL;
}

/* ---- what a plugin has in the library */

static gboolean
has_string (JsonArray *list, const char *text)
{
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);

      if (JSON_NODE_HOLDS_VALUE (node) && g_strcmp0 (json_node_get_string (node), text) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Earlier releases noted the name of a skill alone. NULL where it is no name. (borrowed) */
static const char *
read_name (JsonNode *node)
{
  const char *name = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    name = annex_json_opt_string (json_node_get_object (node), "name", NULL);
  else if (JSON_NODE_HOLDS_VALUE (node))
    name = json_node_get_string (node);
  return name != NULL && annex_skill_is_name (name) ? name : NULL;
}

/* Names in a list that are names. (transfer full) */
static char **
read_names (JsonObject *record)
{
  JsonArray *list = record != NULL ? annex_json_opt_array (record, "skills") : NULL;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      const char *name = read_name (json_array_get_element (list, i));

      if (name != NULL)
        g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

/* Where the version of @name came from that was the newest when the plugin of @record was noted,
 * which is right after its skills were installed. NULL where that one is gone, and what is there is
 * the user's. (transfer full) */
static char *
find_source (AnnexSkillPlaces *places, JsonObject *record, const char *name)
{
  g_autoptr (GPtrArray) versions = annex_skill_shelf_list_versions (places, name);
  gint64 noted_us = annex_json_opt_int (record, "installed_us", 0);

  for (guint i = 0; i < versions->len; i++)
    {
      const AnnexSkillVersion *version = g_ptr_array_index (versions, i);

      if (version->installed_us > noted_us)
        continue;
      return noted_us - version->installed_us <= INSTALL_MAX_US &&
                     g_strcmp0 (version->source, ANNEX_SKILL_SOURCE_HERE) != 0
                 ? g_strdup (version->source)
                 : NULL;
    }
  return NULL;
}

/* Where the plugin of @record came from; NULL where an earlier release noted it, and nothing of it
 * is left. (transfer full) */
static char *
dup_source (AnnexSkillPlaces *places, JsonObject *record)
{
  char *source = g_strdup (annex_json_opt_string (record, "source", NULL));
  g_auto (GStrv) names = read_names (record);

  for (guint i = 0; source == NULL && names[i] != NULL; i++)
    source = find_source (places, record, names[i]);
  return source;
}

/* The ids of the versions of @name that came with the plugin of @record: no more of the skill is
 * the plugin's. (transfer full) */
static char **
dup_versions (AnnexSkillPlaces *places, JsonObject *record, const char *name)
{
  JsonArray *list = annex_json_opt_array (record, "skills");
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autoptr (GPtrArray) versions = annex_skill_shelf_list_versions (places, name);
  g_autofree char *source = NULL;
  JsonArray *noted = NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);

      if (g_strcmp0 (read_name (node), name) != 0)
        continue;
      if (JSON_NODE_HOLDS_OBJECT (node))
        noted = annex_json_opt_array (json_node_get_object (node), "versions");
      else
        source = dup_source (places, record);
    }
  for (guint i = 0; i < versions->len; i++)
    {
      const AnnexSkillVersion *version = g_ptr_array_index (versions, i);

      if (source != NULL ? g_strcmp0 (version->source, source) == 0
                         : has_string (noted, version->id))
        g_strv_builder_add (ids, version->id);
    }
  return g_strv_builder_end (ids);
}

/* Takes what the plugin of @record has of @name out of the library. */
static gboolean
drop (AnnexSkillPlaces *places, JsonObject *record, const char *name, GError **error)
{
  g_auto (GStrv) versions = dup_versions (places, record, name);
  g_autoptr (GError) wrong = NULL;

  if (versions[0] == NULL ||
      annex_skill_shelf_drop (places, name, (const char *const *) versions, &wrong) ||
      g_error_matches (wrong, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND))
    return TRUE; /* the user may have done so */
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

/* The name of a file without what changes from one version of it to the next; other sources as they
 * are. (transfer full) */
static char *
dup_stem (const char *source)
{
  static const char *const endings[] = { ".skill", ".zip" };
  g_autofree char *stem = g_strdup (source);
  gsize length;

  if (strchr (stem, '/') != NULL)
    return g_steal_pointer (&stem);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (stem, endings[i]))
      stem[strlen (stem) - strlen (endings[i])] = '\0';
  length = strlen (stem);
  while (length > 0 && strchr ("0123456789.-_ ()", stem[length - 1]) != NULL)
    length--;
  stem[length] = '\0';
  return length > 0 ? g_steal_pointer (&stem) : g_strdup (source);
}

/* Is what comes from @market (nullable) and @source the plugin of @record, and not another one that
 * calls itself the same? */
static gboolean
is_same (AnnexSkillPlaces *places, JsonObject *record, const char *market, const char *source)
{
  const char *before = annex_json_opt_string (record, "market", NULL);
  g_autofree char *from = NULL;
  g_autofree char *old_stem = NULL;
  g_autofree char *new_stem = NULL;

  if (market != NULL || before != NULL)
    return g_strcmp0 (market, before) == 0;
  from = dup_source (places, record);
  if (from == NULL)
    return FALSE;
  old_stem = dup_stem (from);
  new_stem = dup_stem (source);
  return g_str_equal (old_stem, new_stem);
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

/* The record of the plugin that @self is another version of; NULL. (transfer full) */
static JsonObject *
find_before (AnnexSkillPlaces *places, const AnnexSkillOffer *self)
{
  const char *market = g_object_get_data (self->staged, "annex-market");
  g_autoptr (JsonObject) before =
      self->plugin != NULL ? annex_skill_plugins_find (places, self->plugin) : NULL;

  return before != NULL && is_same (places, before, market, self->source)
             ? g_steal_pointer (&before)
             : NULL;
}

static char **
find_gone (AnnexSkillPlaces *places, const AnnexSkillOffer *self)
{
  g_autoptr (JsonObject) before = find_before (places, self);
  g_auto (GStrv) names = read_names (before);
  g_autoptr (GStrvBuilder) gone = g_strv_builder_new ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_auto (GStrv) versions = dup_versions (places, before, names[i]);

      if (versions[0] != NULL && !offers (self, names[i]))
        g_strv_builder_add (gone, names[i]);
    }
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
  self->staged = g_object_ref (G_OBJECT (package));
  g_object_set_data_full (self->staged, "annex-market", g_strdup (market), g_free);
  self->gone = find_gone (places, self);
  return self;
}

/* A skill that an offer has put into the library. */
typedef struct
{
  char *name;
  char *version;
} Installed;

static void
installed_free (gpointer data)
{
  Installed *self = data;

  g_free (self->name);
  g_free (self->version);
  g_free (self);
}

/* Takes the versions that were just installed back. Where that is not possible either, nothing else
 * is touched, and it is said besides why all of it failed. */
static void
take_back (AnnexSkillPlaces *places, GPtrArray *installed, GError **error)
{
  g_autoptr (GString) left = g_string_new (NULL);
  g_autoptr (GError) reason = NULL;

  for (guint i = 0; i < installed->len; i++)
    {
      const Installed *skill = g_ptr_array_index (installed, i);
      const char *const versions[] = { skill->version, NULL };
      g_autoptr (GError) wrong = NULL;

      if (!annex_skill_shelf_drop (places, skill->name, versions, &wrong) &&
          !g_error_matches (wrong, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND))
        g_string_append_printf (left, "%s%s", left->len > 0 ? ", " : "", skill->name);
    }
  if (left->len == 0 || error == NULL || *error == NULL)
    return;
  reason = g_steal_pointer (error);
  /* Translators: first what went wrong, then names of skills */
  g_set_error (error, reason->domain, reason->code, _ ("%s. New already, and not taken back: %s"),
               annex_error_said (reason), left->str);
}

static void
add_record (JsonArray *skills, const char *name, char **before, const char *version)
{
  JsonArray *versions = json_array_new ();

  for (; before != NULL && *before != NULL; before++)
    json_array_add_string_element (versions, *before);
  if (version != NULL && !has_string (versions, version))
    json_array_add_string_element (versions, version);
  json_array_add_object_element (
      skills, annex_json_build ("s", "name", name, "a", "versions", versions, NULL));
}

/* What the plugin has in the library: what was installed just now, and what @before (nullable) had
 * and was neither chosen anew nor is gone. (transfer full) */
static JsonArray *
make_records (AnnexSkillPlaces *places,
              const AnnexSkillOffer *offer,
              GPtrArray *installed,
              JsonObject *before)
{
  JsonArray *skills = json_array_new ();
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) names = read_names (before);

  for (guint i = 0; i < installed->len; i++)
    {
      const Installed *skill = g_ptr_array_index (installed, i);
      g_auto (GStrv) versions = before != NULL ? dup_versions (places, before, skill->name) : NULL;

      g_hash_table_add (known, skill->name);
      add_record (skills, skill->name, versions, skill->version);
    }
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_auto (GStrv) versions = dup_versions (places, before, names[i]);

      if (versions[0] != NULL && offers (offer, names[i]) && g_hash_table_add (known, names[i]))
        add_record (skills, names[i], versions, NULL);
    }
  return skills;
}

static gboolean
note_plugin (AnnexSkillPlaces *places,
             const AnnexSkillOffer *offer,
             GPtrArray *installed,
             JsonObject *before,
             GError **error)
{
  g_autofd int lock = annex_skill_take_lock (places, error);
  g_autoptr (JsonObject) registry = lock >= 0 ? load_registry (places, error) : NULL;

  if (registry == NULL)
    return FALSE;
  json_object_set_object_member (
      registry, offer->plugin,
      annex_json_build ("s", "market", g_object_get_data (offer->staged, "annex-market"), "s",
                        "source", offer->source, "s", "stamp",
                        g_object_get_data (offer->staged, "annex-stamp"), "s", "version",
                        offer->version, "s", "commit", offer->commit, "i", "installed_us",
                        g_get_real_time (), "a", "skills",
                        make_records (places, offer, installed, before), NULL));
  return save_registry (places, registry, error);
}

/* Installs those of @names, and lists them in @installed. */
static gboolean
install_skills (AnnexSkillPackage *package,
                const char *const *names,
                GPtrArray *installed,
                GError **error)
{
  GPtrArray *previews = annex_skill_package_get_previews (package);

  for (guint i = 0; i < previews->len; i++)
    {
      AnnexSkillPreview *preview = g_ptr_array_index (previews, i);
      Installed *skill;
      char *version = NULL;

      if (names != NULL && !g_strv_contains (names, preview->view->name))
        continue;
      if (!annex_skill_package_install (package, preview, &version, error))
        return FALSE;
      skill = g_new0 (Installed, 1);
      skill->name = g_strdup (preview->view->name);
      skill->version = version;
      g_ptr_array_add (installed, skill);
    }
  return TRUE;
}

gboolean
annex_skill_offer_install (AnnexSkillPlaces *places,
                           const AnnexSkillOffer *offer,
                           const char *const *names,
                           GError **error)
{
  g_autoptr (GPtrArray) installed = g_ptr_array_new_with_free_func (installed_free);
  g_autoptr (JsonObject) before = find_before (places, offer);

  if (!install_skills (ANNEX_SKILL_PACKAGE (offer->staged), names, installed, error) ||
      (offer->plugin != NULL && !note_plugin (places, offer, installed, before, error)))
    {
      take_back (places, installed, error);
      return FALSE;
    }
  for (char **gone = offer->gone; before != NULL && *gone != NULL; gone++)
    {
      g_autoptr (GError) wrong = NULL;

      if (!drop (places, before, *gone, &wrong))
        g_warning ("The skill “%s” is no longer in the plugin “%s”, and stays: %s", *gone,
                   offer->plugin, wrong->message);
    }
  return TRUE;
}

/* ---- the list */

GPtrArray *
annex_skill_plugins_list (AnnexSkillPlaces *places, GError **error)
{
  g_autoptr (JsonObject) registry = load_registry (places, error);
  g_autoptr (GList) names = registry != NULL ? json_object_get_members (registry) : NULL;
  GPtrArray *plugins;

  if (registry == NULL)
    return NULL;
  plugins = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_plugin_free);
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
  g_autoptr (JsonObject) before = load_registry (places, error);
  JsonObject *record = before != NULL ? annex_json_opt_object (before, plugin) : NULL;
  g_autoptr (JsonObject) registry = NULL;
  g_auto (GStrv) names = read_names (record);
  g_autofd int lock = -1;

  if (before == NULL)
    return FALSE;
  if (record == NULL)
    {
      annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND,
                        N_ ("There is no plugin “%s”"), plugin);
      return FALSE;
    }
  for (guint i = 0; names[i] != NULL; i++)
    if (!drop (places, record, names[i], error))
      return FALSE;
  lock = annex_skill_take_lock (places, error);
  registry = lock >= 0 ? load_registry (places, error) : NULL;
  if (registry == NULL)
    return FALSE;
  json_object_remove_member (registry, plugin);
  return save_registry (places, registry, error);
}
