/* annex-skill-market.c
 *
 * See annex-skill-market.h: marketplaces.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-market.h"

#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-skill-files.h"
#include "annex-skill-shelf-private.h"
#include "annex-spoken.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define MARKETS ".markets"
#define LIST ".claude-plugin/marketplace.json"
#define MAX_PLUGINS 1000

/* Names that belong to the makers of the format: from elsewhere they would be a disguise. */
static const char *const reserved[] = {
  "claude-plugins-official",
  "claude-code-plugins",
  "anthropic-agent-skills",
  "anthropic-plugins",
  "knowledge-work-plugins",
  "agent-skills",
  NULL,
};

static char *
market_path (AnnexSkillPlaces *places, const char *name, const char *child)
{
  return g_build_filename (places->data, MARKETS, name, child, NULL);
}

/* ---- reading */

/* The list in @tree, with its name, owner and plugins as the format wants them. (transfer full) */
static JsonObject *
read_list (const char *tree, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autoptr (JsonObject) list = annex_plugin_read_json (tree, LIST, &wrong);
  JsonObject *owner = list != NULL ? annex_json_opt_object (list, "owner") : NULL;
  JsonArray *plugins = list != NULL ? annex_json_opt_array (list, "plugins") : NULL;
  const char *name = list != NULL ? annex_json_opt_string (list, "name", "") : "";

  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
  if (list != NULL && annex_skill_is_name (name) && owner != NULL && plugins != NULL &&
      annex_json_opt_string (owner, "name", NULL) != NULL &&
      json_array_get_length (plugins) <= MAX_PLUGINS)
    return g_steal_pointer (&list);
  annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
                    list == NULL ? N_ ("This is no marketplace: it has no list of plugins")
                                 : N_ ("Its marketplace.json must have a name (small letters, "
                                       "digits, hyphens), an owner and a list of plugins"));
  return NULL;
}

static JsonObject *
find_entry (JsonObject *list, const char *plugin)
{
  JsonArray *plugins = annex_json_opt_array (list, "plugins");

  for (guint i = 0; plugins != NULL && i < json_array_get_length (plugins); i++)
    {
      JsonNode *node = json_array_get_element (plugins, i);

      if (JSON_NODE_HOLDS_OBJECT (node) &&
          g_str_equal (annex_json_opt_string (json_node_get_object (node), "name", ""), plugin))
        return json_node_get_object (node);
    }
  return NULL;
}

/* The folder in @tree that @entry names; NULL where it names another place, or a wrong one.
 * (transfer full) */
static char *
find_folder (JsonObject *list, JsonObject *entry, const char *tree)
{
  const char *source = annex_json_opt_string (entry, "source", NULL);
  JsonObject *metadata = annex_json_opt_object (list, "metadata");
  const char *root = metadata != NULL ? annex_json_opt_string (metadata, "pluginRoot", "") : "";
  g_autofree char *clean = source != NULL ? annex_plugin_clean_path (source) : NULL;
  g_autofree char *clean_root = annex_plugin_clean_path (root);

  if (clean == NULL || clean_root == NULL)
    return NULL;
  if (g_str_has_prefix (source, "./"))
    return g_build_filename (tree, clean, NULL);
  return g_build_filename (tree, clean_root, clean, NULL);
}

/* What @entry says about a repository. NULL with @fault. (transfer full) */
static AnnexGitSource *
read_source (JsonObject *entry, const char **fault)
{
  JsonObject *object = annex_json_opt_object (entry, "source");
  const char *kind = object != NULL ? annex_json_opt_string (object, "source", "") : "";
  const char *repository = object != NULL ? annex_json_opt_string (object, "repo", NULL) : NULL;
  const char *url = object != NULL ? annex_json_opt_string (object, "url", NULL) : NULL;
  const char *sha = object != NULL ? annex_json_opt_string (object, "sha", NULL) : NULL;
  const char *path = object != NULL ? annex_json_opt_string (object, "path", NULL) : NULL;
  gboolean github = g_str_equal (kind, "github");
  g_autoptr (AnnexGitSource) source = NULL;

  *fault = _ ("Its address is none that Annex can use");
  if (g_str_equal (kind, "npm") || g_str_equal (kind, "command") || g_str_equal (kind, "archive"))
    *fault = _ ("It comes as a package of another kind (npm, an archive or a command), which Annex "
                "does not fetch");
  else if (github || g_str_equal (kind, "url") || g_str_equal (kind, "git-subdir"))
    {
      const char *address = github ? repository : url;

      source = address != NULL ? annex_git_source_parse (address, NULL) : NULL;
    }
  if (source == NULL || !annex_git_source_is_public (source))
    return NULL;
  if (sha != NULL && (strlen (sha) != 40 || strspn (sha, "0123456789abcdef") != 40))
    return NULL;
  if (path != NULL)
    {
      g_free (source->folder);
      source->folder = annex_plugin_clean_path (path);
      if (source->folder == NULL)
        return NULL;
    }
  g_set_str (&source->ref, annex_json_opt_string (object, "ref", source->ref));
  if (source->ref != NULL && (source->ref[0] == '-' || strlen (source->ref) > 200))
    return NULL;
  source->sha = g_strdup (sha);
  *fault = NULL;
  return g_steal_pointer (&source);
}

/* What changes when the plugin does. (transfer full) */
static char *
make_stamp (JsonObject *entry, const char *folder, const AnnexGitSource *source)
{
  const char *version = annex_json_opt_string (entry, "version", NULL);

  if (folder != NULL)
    return annex_skill_files_digest (folder, NULL);
  return g_strconcat (source->sha != NULL   ? source->sha
                      : version != NULL     ? version
                      : source->ref != NULL ? source->ref
                                            : "default",
                      NULL);
}

static AnnexSkillPlugin *
make_plugin (AnnexSkillPlaces *places,
             JsonObject *list,
             JsonObject *entry,
             const char *tree,
             const char *market)
{
  AnnexSkillPlugin *self = g_new0 (AnnexSkillPlugin, 1);
  g_autofree char *folder = find_folder (list, entry, tree);
  const char *fault = NULL;
  g_autoptr (AnnexGitSource) source = folder == NULL ? read_source (entry, &fault) : NULL;
  g_autoptr (JsonObject) installed = NULL;
  g_autofree char *stamp = NULL;

  self->name = g_strdup (annex_json_opt_string (entry, "name", ""));
  self->description = g_strdup (annex_json_opt_string (entry, "description", ""));
  self->market = g_strdup (market);
  self->version = g_strdup (annex_json_opt_string (entry, "version", NULL));
  if (folder != NULL && !g_file_test (folder, G_FILE_TEST_IS_DIR))
    fault = _ ("Its folder is not in the marketplace");
  self->fault = g_strdup (fault);
  installed = annex_skill_plugins_find (places, self->name);
  self->installed =
      installed != NULL && g_str_equal (annex_json_opt_string (installed, "market", ""), market);
  if (!self->installed || fault != NULL)
    return self;
  stamp = make_stamp (entry, folder, source);
  self->installed_us = annex_json_opt_int (installed, "installed_us", 0);
  self->outdated = g_strcmp0 (stamp, annex_json_opt_string (installed, "stamp", "")) != 0;
  return self;
}

static char *
current_tree (AnnexSkillPlaces *places, const char *name, JsonObject *state)
{
  const char *id = annex_json_opt_string (state, "current", "");

  return *id != '\0' && strspn (id, "0123456789abcdefghijklmnopqrstuvwxyz") == strlen (id)
             ? market_path (places, name, id)
             : NULL;
}

static AnnexSkillMarket *
read_market (AnnexSkillPlaces *places, JsonObject *state, const char *tree, GError **error)
{
  g_autoptr (JsonObject) list = read_list (tree, error);
  JsonObject *metadata = list != NULL ? annex_json_opt_object (list, "metadata") : NULL;
  const char *description;
  JsonArray *plugins;
  AnnexSkillMarket *self;

  if (list == NULL)
    return NULL;
  description = metadata != NULL ? annex_json_opt_string (metadata, "description", "") : "";
  self = g_new0 (AnnexSkillMarket, 1);
  self->name = g_strdup (annex_json_opt_string (list, "name", ""));
  self->description = g_strdup (annex_json_opt_string (list, "description", description));
  self->owner =
      g_strdup (annex_json_opt_string (annex_json_opt_object (list, "owner"), "name", NULL));
  self->address = g_strdup (annex_json_opt_string (state, "address", ""));
  self->commit = g_strdup (annex_json_opt_string (state, "commit", NULL));
  self->fetched_us = annex_json_opt_int (state, "fetched_us", 0);
  self->plugins = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_plugin_free);
  plugins = annex_json_opt_array (list, "plugins");
  for (guint i = 0; i < json_array_get_length (plugins); i++)
    {
      JsonNode *node = json_array_get_element (plugins, i);
      JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      /* Of two with one name the first is the one that is opened. */
      if (entry != NULL && annex_skill_is_name (annex_json_opt_string (entry, "name", "")) &&
          find_entry (list, annex_json_opt_string (entry, "name", "")) == entry)
        g_ptr_array_add (self->plugins, make_plugin (places, list, entry, tree, self->name));
    }
  return self;
}

/* Its state.json. NOT_FOUND where there is none: then it is gone, or none yet. (transfer full) */
static JsonObject *
load_state (AnnexSkillPlaces *places, const char *name, GError **error)
{
  g_autofree char *path = market_path (places, name, "state.json");
  g_autoptr (GError) wrong = NULL;
  JsonObject *state = annex_skill_is_name (name) ? annex_skill_load_object (path, &wrong) : NULL;

  if (state != NULL)
    return state;
  if (wrong == NULL || g_error_matches (wrong, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND,
                 _ ("There is no marketplace “%s”"), name);
  else
    g_propagate_error (error, g_steal_pointer (&wrong));
  return NULL;
}

char *
annex_skill_market_dup_address (AnnexSkillPlaces *places, const char *name, GError **error)
{
  g_autoptr (JsonObject) state = load_state (places, name, error);

  return state != NULL ? g_strdup (annex_json_opt_string (state, "address", "")) : NULL;
}

/* The marketplace @name, whatever is wrong with it; NULL where there is none. (transfer full) */
static AnnexSkillMarket *
find_market (AnnexSkillPlaces *places, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) state = load_state (places, name, &error);
  g_autofree char *tree = state != NULL ? current_tree (places, name, state) : NULL;
  AnnexSkillMarket *self = tree != NULL ? read_market (places, state, tree, &error) : NULL;

  if (self != NULL || g_error_matches (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND))
    return self;
  self = g_new0 (AnnexSkillMarket, 1);
  self->name = g_strdup (name);
  self->description = g_strdup ("");
  self->address = g_strdup (state != NULL ? annex_json_opt_string (state, "address", "") : "");
  self->fault = g_strdup (error != NULL ? annex_error_said (error)
                                        : _ ("It is not noted which of its files count"));
  self->plugins = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_plugin_free);
  return self;
}

GPtrArray *
annex_skill_market_list (AnnexSkillPlaces *places, GError **error)
{
  g_autofree char *path = g_build_filename (places->data, MARKETS, NULL);
  g_autoptr (GError) wrong = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &wrong);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *markets;
  const char *name;

  if (dir == NULL && !g_error_matches (wrong, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
  markets = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_market_free);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);
  for (guint i = 0; i < names->len; i++)
    {
      AnnexSkillMarket *market = find_market (places, g_ptr_array_index (names, i));

      if (market != NULL)
        g_ptr_array_add (markets, market);
    }
  return markets;
}

/* ---- changing */

static gboolean
may_be_called (const char *name, const char *address, JsonObject *before, GError **error)
{
  if (g_strv_contains (reserved, name) &&
      !g_str_has_prefix (address, "https://github.com/anthropics/"))
    annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_HOSTILE,
                      N_ ("It calls itself “%s”, which is another’s name"), name);
  else if (before != NULL && !g_str_equal (annex_json_opt_string (before, "address", ""), address))
    annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_EXISTS,
                      N_ ("There is a marketplace “%s” already, from %s. Remove that one first"),
                      name, annex_json_opt_string (before, "address", ""));
  else
    return TRUE;
  return FALSE;
}

AnnexSkillMarket *
annex_skill_market_install (AnnexSkillPlaces *places,
                            const char *tree,
                            const char *address,
                            const char *commit,
                            const char *name,
                            GError **error)
{
  g_autofd int lock = annex_skill_take_lock (places, error);
  g_autoptr (JsonObject) list = lock >= 0 ? read_list (tree, error) : NULL;
  const char *own = list != NULL ? annex_json_opt_string (list, "name", "") : "";
  g_autofree char *id = annex_identifier_new ();
  g_autofree char *folder = market_path (places, own, NULL);
  g_autofree char *target = market_path (places, own, id);
  g_autofree char *path = market_path (places, own, "state.json");
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) state = NULL;
  g_autofree char *old = NULL;
  g_autoptr (GError) wrong = NULL;

  if (list == NULL)
    return NULL;
  if (name != NULL && !g_str_equal (name, own))
    {
      annex_set_spoken (
          error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
          N_ ("The marketplace calls itself “%s” now. Remove it and add it again if that is "
              "right"),
          own);
      return NULL;
    }
  before = annex_skill_load_object (path, &wrong);
  if (before == NULL && !g_error_matches (wrong, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
  if (!may_be_called (own, address, before, error) || !annex_paths_make (folder, error))
    return NULL;
  if (g_rename (tree, target) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   _ ("The marketplace cannot be kept: %s"), g_strerror (errno));
      return NULL;
    }
  state = annex_json_build ("s", "address", address, "s", "commit", commit, "s", "current", id, "i",
                            "fetched_us", g_get_real_time (), NULL);
  if (!annex_skill_save_object (path, state, error))
    {
      annex_skill_files_remove (target);
      return NULL;
    }
  old = before != NULL ? current_tree (places, own, before) : NULL;
  if (old != NULL)
    annex_skill_files_remove (old);
  return read_market (places, state, target, error);
}

gboolean
annex_skill_market_remove (AnnexSkillPlaces *places, const char *name, GError **error)
{
  g_autofd int lock = annex_skill_take_lock (places, error);
  g_autofree char *state = market_path (places, name, "state.json");
  g_autofree char *folder = market_path (places, name, NULL);

  if (lock < 0)
    return FALSE;
  if (annex_skill_is_name (name) && g_remove (state) == 0)
    return annex_skill_files_remove (folder) || TRUE; /* without its state it is gone */
  g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND,
               _ ("There is no marketplace “%s”"), name);
  return FALSE;
}

gboolean
annex_skill_market_locate (AnnexSkillPlaces *places,
                           const char *market,
                           const char *plugin,
                           JsonObject **entry,
                           char **folder,
                           AnnexGitSource **source,
                           GError **error)
{
  g_autoptr (JsonObject) state = load_state (places, market, error);
  g_autofree char *tree = state != NULL ? current_tree (places, market, state) : NULL;
  g_autoptr (JsonObject) list = tree != NULL ? read_list (tree, error) : NULL;
  JsonObject *found = list != NULL ? find_entry (list, plugin) : NULL;
  g_autofree char *stamp = NULL;
  const char *fault = NULL;

  *folder = NULL;
  *source = NULL;
  if (found == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND,
                     _ ("There is no plugin “%s” in “%s”"), plugin, market);
      return FALSE;
    }
  *folder = find_folder (list, found, tree);
  if (*folder == NULL)
    *source = read_source (found, &fault);
  else if (!g_file_test (*folder, G_FILE_TEST_IS_DIR))
    fault = _ ("Its folder is not in the marketplace");
  if (fault != NULL)
    {
      g_clear_pointer (folder, g_free);
      g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_UNUSABLE,
                   _ ("The plugin “%s” cannot be opened. %s"), plugin, fault);
      return FALSE;
    }
  stamp = make_stamp (found, *folder, *source);
  *entry = annex_json_object_copy (found);
  json_object_set_string_member (*entry, "annex_stamp", stamp != NULL ? stamp : "");
  return TRUE;
}
