/* annex-plugin-manifest.c
 *
 * See annex-plugin-manifest.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plugin-manifest.h"

#include "annex-json-build.h"
#include "annex-skill-files.h"
#include "annex-spoken.h"
#include "annex-zip.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_JSON_BYTES (1024 * 1024)
#define MAX_PATHS 200
#define MANIFEST ".claude-plugin/plugin.json"

void
annex_plugin_manifest_free (AnnexPluginManifest *self)
{
  g_free (self->name);
  g_free (self->description);
  g_free (self->version);
  g_strfreev (self->skills);
  g_strfreev (self->commands);
  g_ptr_array_unref (self->connectors);
  g_ptr_array_unref (self->left_out);
  g_free (self);
}

char *
annex_plugin_clean_path (const char *path)
{
  g_autofree char *clean = NULL;

  while (g_str_has_prefix (path, "./"))
    path += 2;
  clean = g_strdup (path);
  while (g_str_has_suffix (clean, "/"))
    clean[strlen (clean) - 1] = '\0';
  if (*clean == '\0' || g_str_equal (clean, "."))
    return g_str_has_prefix (path, "/") ? NULL : g_strdup ("");
  return annex_zip_is_clean_path (clean) ? g_steal_pointer (&clean) : NULL;
}

JsonObject *
annex_plugin_read_json (const char *folder, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = annex_skill_files_read (folder, path, NULL);
  g_autoptr (GError) wrong = NULL;
  JsonObject *object = NULL;
  const char *text;
  gsize length;

  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &length);
  if (length <= MAX_JSON_BYTES && length > 0)
    object = annex_json_parse_object (text, (gssize) length, &wrong);
  if (object == NULL)
    {
      const char *none = N_ ("it is empty or larger than 1 MiB");
      GError *made =
          g_error_new (ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT, "“%s” cannot be read: %s", path,
                       wrong != NULL ? wrong->message : none);

      annex_spoken_take (made,
                         g_strdup_printf (_ ("“%s” cannot be read: %s"), path,
                                          wrong != NULL ? annex_error_said (wrong) : _ (none)));
      g_propagate_error (error, made);
    }
  return object;
}

/* ---- paths */

static gboolean
wrong_type (const char *key, GError **error)
{
  annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
                    N_ ("The plugin’s “%s” is not as the format says"), key);
  return FALSE;
}

/* The paths of @key in @object, one text or a list of them. *@paths NULL where it is absent. */
static gboolean
read_paths (JsonObject *object, const char *key, char ***paths, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonNode *node = object != NULL ? json_object_get_member (object, key) : NULL;
  JsonArray *list = object != NULL ? annex_json_opt_array (object, key) : NULL;
  const char *one = object != NULL ? annex_json_opt_string (object, key, NULL) : NULL;
  guint n = list != NULL ? json_array_get_length (list) : 1;

  *paths = NULL;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if ((one == NULL && list == NULL) || n > MAX_PATHS)
    return wrong_type (key, error);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *element = list != NULL ? json_array_get_element (list, i) : node;
      const char *text = JSON_NODE_HOLDS_VALUE (element) ? json_node_get_string (element) : NULL;
      g_autofree char *clean = text != NULL ? annex_plugin_clean_path (text) : NULL;

      if (clean == NULL)
        return wrong_type (key, error);
      g_strv_builder_add (builder, clean);
    }
  *paths = g_strv_builder_end (builder);
  return TRUE;
}

/* ---- connectors */

/* A server whose command lies in the plugin is not run: nothing of a plugin is a program of this
 * machine's. */
static gboolean
needs_plugin (JsonNode *server)
{
  g_autofree char *text = json_to_string (server, FALSE);

  return strstr (text, "${CLAUDE_PLUGIN_ROOT}") != NULL ||
         strstr (text, "${CLAUDE_PLUGIN_DATA}") != NULL;
}

static void
add_connectors (AnnexPluginManifest *self, JsonObject *servers)
{
  JsonObject *inner = annex_json_opt_object (servers, "mcpServers");
  g_autoptr (GList) names = json_object_get_members (inner != NULL ? inner : servers);
  g_autoptr (JsonObject) taken = json_object_new ();
  g_autoptr (JsonObject) all = NULL;

  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonNode *server = json_object_get_member (inner != NULL ? inner : servers, l->data);

      if (!JSON_NODE_HOLDS_OBJECT (server))
        continue;
      if (needs_plugin (server))
        g_ptr_array_add (self->left_out,
                         g_strdup_printf ("the connector “%s”: it is a program of the plugin",
                                          (const char *) l->data));
      else
        json_object_set_member (taken, l->data, json_node_copy (server));
    }
  if (json_object_get_size (taken) == 0)
    return;
  all = annex_json_build ("o", "mcpServers", json_object_ref (taken), NULL);
  g_ptr_array_add (self->connectors, annex_json_object_to_string (all));
}

static gboolean
read_connectors (AnnexPluginManifest *self, const char *folder, JsonObject *object, GError **error)
{
  JsonObject *inline_servers = object != NULL ? annex_json_opt_object (object, "mcpServers") : NULL;
  g_auto (GStrv) paths = NULL;

  if (inline_servers != NULL)
    {
      add_connectors (self, inline_servers);
      return TRUE;
    }
  if (!read_paths (object, "mcpServers", &paths, error))
    return FALSE;
  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    {
      g_autoptr (JsonObject) servers = annex_plugin_read_json (folder, paths[i], NULL);

      if (servers != NULL)
        add_connectors (self, servers);
    }
  return TRUE;
}

/* ---- what is not taken */

static void
tell_left_out (AnnexPluginManifest *self, const char *folder, JsonObject *object)
{
  static const struct
  {
    const char *path;
    const char *key;
    const char *words;
  } parts[] = {
    { "hooks", "hooks", NC_ ("part of a plugin", "hooks: they are never run") },
    { "agents", "agents", NC_ ("part of a plugin", "agents: Annex has none of its own kind") },
    { ".lsp.json", "lspServers", NC_ ("part of a plugin", "language servers") },
    { "output-styles", "outputStyles", NC_ ("part of a plugin", "output styles") },
    { "themes", NULL, NC_ ("part of a plugin", "themes") },
    { "monitors", NULL, NC_ ("part of a plugin", "monitors") },
    { "workflows", "workflows", NC_ ("part of a plugin", "workflows") },
    { "bin", NULL, NC_ ("part of a plugin", "programs in bin") },
    { "settings.json", NULL, NC_ ("part of a plugin", "settings") },
    { NULL, "userConfig", NC_ ("part of a plugin", "its own settings (userConfig)") },
    { NULL, "channels", NC_ ("part of a plugin", "channels") },
    { NULL, "dependencies",
      NC_ ("part of a plugin", "other plugins it builds on: install them yourself") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path =
          parts[i].path != NULL ? g_build_filename (folder, parts[i].path, NULL) : NULL;

      if ((path != NULL && g_file_test (path, G_FILE_TEST_EXISTS)) ||
          (parts[i].key != NULL && object != NULL && json_object_has_member (object, parts[i].key)))
        g_ptr_array_add (self->left_out,
                         g_strdup (g_dpgettext2 (NULL, "part of a plugin", parts[i].words)));
    }
}

/* ---- all of it */

static const char *
pick (JsonObject *manifest, JsonObject *entry, const char *key)
{
  const char *value = manifest != NULL ? annex_json_opt_string (manifest, key, NULL) : NULL;

  if (value == NULL && entry != NULL)
    value = annex_json_opt_string (entry, key, NULL);
  return value != NULL && *value != '\0' ? value : NULL;
}

AnnexPluginManifest *
annex_plugin_manifest_load (const char *folder, JsonObject *entry, GError **error)
{
  g_autoptr (AnnexPluginManifest) self = g_new0 (AnnexPluginManifest, 1);
  gboolean strict = entry == NULL || annex_json_opt_boolean (entry, "strict", TRUE);
  g_autoptr (JsonObject) manifest = NULL;
  g_autoptr (JsonObject) servers = NULL;
  g_autoptr (GError) wrong = NULL;
  JsonObject *parts;

  self->connectors = g_ptr_array_new_with_free_func (g_free);
  self->left_out = g_ptr_array_new_null_terminated (8, g_free, TRUE);
  manifest = annex_plugin_read_json (folder, MANIFEST, &wrong);
  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
  /* Not strict: the marketplace's entry says what the plugin is made of. */
  parts = strict ? manifest : entry;
  self->name = g_strdup (pick (manifest, entry, "name"));
  self->version = g_strdup (pick (manifest, entry, "version"));
  self->description = g_strdup (pick (manifest, entry, "description"));
  if (self->description == NULL)
    self->description = g_strdup ("");
  if (!read_paths (parts, "skills", &self->skills, error) ||
      !read_paths (parts, "commands", &self->commands, error) ||
      !read_connectors (self, folder, parts, error))
    return NULL;
  self->scan = strict || (self->skills == NULL && self->commands == NULL);
  servers = annex_plugin_read_json (folder, ".mcp.json", NULL);
  if (servers != NULL && (parts == NULL || !json_object_has_member (parts, "mcpServers")))
    add_connectors (self, servers);
  tell_left_out (self, folder, parts);
  return g_steal_pointer (&self);
}
