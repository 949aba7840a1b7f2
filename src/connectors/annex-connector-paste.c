/* annex-connector-paste.c
 *
 * AnnexConnectorConfig from what the user pasted: other apps write the same things in a handful of
 * ways, and all of them put keys beside the rest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-config-private.h"
#include "annex-connector-fill.h"
#include "annex-mcp-http.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_PASTE_BYTES (256 * 1024)
#define MAX_CONNECTORS 50

static gpointer
fail (GError **error, const char *why)
{
  g_set_error_literal (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID, why);
  return NULL;
}

static void
add_values (AnnexConnectorConfig *self, JsonObject *values)
{
  g_autoptr (GList) names = values != NULL ? json_object_get_members (values) : NULL;

  for (GList *l = names; l != NULL; l = l->next)
    {
      const char *text = annex_json_opt_string (values, l->data, NULL);
      AnnexConnectorValue *value;

      if (text == NULL)
        continue;
      value =
          annex_connector_value_new (l->data, annex_connector_is_blank (text) ? "" : text, NULL);
      value->looks_secret = annex_connector_is_secret_name (l->data) ||
                            annex_connector_is_secret_text (text) ||
                            annex_connector_is_blank (text);
      g_ptr_array_add (self->values, value);
    }
}

static AnnexConnectorConfig *
read_entry (JsonObject *entry, const char *id, const char *title, GError **error)
{
  g_autoptr (AnnexConnectorConfig) self = annex_connector_config_new (id, title);
  /* One app nests the command. */
  JsonObject *nested = annex_json_opt_object (entry, "command");
  JsonObject *source = nested != NULL ? nested : entry;
  const char *command = annex_json_opt_string (source, nested != NULL ? "path" : "command", NULL);
  const char *address = annex_json_opt_string (
      entry, "url",
      annex_json_opt_string (entry, "serverUrl", annex_json_opt_string (entry, "httpUrl", NULL)));
  JsonArray *arguments = annex_json_opt_array (source, "args");

  self->enabled = !annex_json_opt_boolean (entry, "disabled", FALSE);
  if (command != NULL)
    {
      g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
      g_auto (GStrv) rest = arguments != NULL ? annex_connector_read_words (arguments) : NULL;

      g_strv_builder_add (words, command);
      if (rest != NULL)
        g_strv_builder_addv (words, (const char **) rest);
      self->command = g_strv_builder_end (words);
    }
  else
    self->address = g_strdup (address);
  add_values (self, annex_json_opt_object (source, command != NULL ? "env" : "headers"));
  annex_connector_fill_take_secrets (self);
  if (!annex_connector_config_check (self, error) ||
      (self->address != NULL && !annex_mcp_http_check_address (self->address, error)))
    return NULL;
  return g_steal_pointer (&self);
}

static GPtrArray *
read_entries (JsonObject *entries, GError **error)
{
  g_autoptr (GPtrArray) configs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_config_free);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  g_autoptr (GList) names = json_object_get_members (entries);

  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *entry = annex_json_opt_object (entries, l->data);
      AnnexConnectorConfig *config;

      if (entry == NULL || configs->len == MAX_CONNECTORS)
        return fail (error, _ ("The block does not list connectors, or too many."));
      g_ptr_array_add (ids,
                       annex_connector_id_from_title (l->data, (const char *const *) ids->pdata));
      config = read_entry (entry, ids->pdata[ids->len - 1], l->data, error);
      if (config == NULL)
        return NULL;
      g_ptr_array_add (configs, config);
    }
  return configs->len > 0 ? g_steal_pointer (&configs)
                          : fail (error, _ ("The block has no connectors in it."));
}

/* "file_server" of ".../file_server@1.2", "mail" of "npx -y @acme/server-mail". */
static char *
title_of_command (char **words)
{
  const char *last = words[0];
  g_autofree char *name = NULL;
  const char *start;

  for (guint i = 1; words[i] != NULL && i < 4; i++)
    if (words[i][0] != '-' && strstr (words[i], "${") == NULL && strstr (words[i], "://") == NULL)
      {
        last = words[i];
        break;
      }
  name = g_path_get_basename (last);
  if (name[0] != '@' && strchr (name, '@') != NULL)
    *strchr (name, '@') = '\0';
  start = g_str_has_prefix (name, "server-") ? name + strlen ("server-") : name;
  if (g_str_has_prefix (start, "mcp-server-"))
    start += strlen ("mcp-server-");
  return g_strdup (start[0] != '\0' ? start : "connector");
}

static GPtrArray *
take_one (AnnexConnectorConfig *config, GError **error)
{
  g_autoptr (AnnexConnectorConfig) owned = config;
  GPtrArray *configs;

  if (!annex_connector_config_check (config, error))
    return NULL;
  configs = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_config_free);
  g_ptr_array_add (configs, g_steal_pointer (&owned));
  return configs;
}

static AnnexConnectorConfig *
new_titled (const char *title, const char *fallback)
{
  const char *used = title != NULL && title[0] != '\0' ? title : fallback;
  g_autofree char *id = annex_connector_id_from_title (used, NULL);

  return annex_connector_config_new (id, used);
}

static GPtrArray *
read_address (const char *text, const char *title, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  AnnexConnectorConfig *config;

  if (uri == NULL || !annex_mcp_http_check_address (text, error))
    return uri != NULL ? NULL : fail (error, _ ("This address is not one."));
  config = new_titled (title, g_uri_get_host (uri));
  config->address = g_strdup (text);
  annex_connector_fill_take_secrets (config);
  return take_one (config, error);
}

/* NAME=value words before the command are its environment. */
static GPtrArray *
read_command (const char *text, const char *title, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (JsonObject) env = json_object_new ();
  AnnexConnectorConfig *config;
  guint first = 0;

  if (!g_shell_parse_argv (text, NULL, &words, NULL))
    return fail (error, _ ("This is neither an address nor a command nor a block of settings."));
  for (; words[first] != NULL && strchr (words[first], '=') != NULL && words[first][0] != '-';
       first++)
    {
      const char *equals = strchr (words[first], '=');
      g_autofree char *variable = g_strndup (words[first], (gsize) (equals - words[first]));

      json_object_set_string_member (env, variable, equals + 1);
    }
  if (words[first] == NULL)
    return fail (error, _ ("The command is missing."));
  config = new_titled (title, "connector");
  config->command = g_strdupv (words + first);
  add_values (config, env);
  annex_connector_fill_take_secrets (config);
  /* Not before: a key is no title. */
  if (title == NULL || title[0] == '\0')
    {
      g_autofree char *name = title_of_command (config->command);

      g_free (config->id);
      config->id = annex_connector_id_from_title (name, NULL);
      annex_connector_config_set_title (config, name);
    }
  return take_one (config, error);
}

static GPtrArray *
read_block (const char *text, const char *title, GError **error)
{
  static const char *const lists[] = { "mcpServers", "servers", "context_servers" };
  g_autoptr (JsonObject) block = annex_json_parse_object (text, -1, NULL);
  g_autofree char *braced = NULL;
  g_autofree char *id = NULL;
  const char *name;
  AnnexConnectorConfig *config;

  /* A piece out of the middle of a file: "mail": {…} */
  if (block == NULL && text[0] == '"')
    {
      braced = g_strconcat ("{", text, "}", NULL);
      if (g_str_has_suffix (text, ","))
        braced[strlen (braced) - 2] = ' ';
      block = annex_json_parse_object (braced, -1, NULL);
    }
  if (block == NULL)
    return fail (error, _ ("This block of settings is not whole: check its braces and commas."));
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    if (annex_json_opt_object (block, lists[i]) != NULL)
      return read_entries (annex_json_opt_object (block, lists[i]), error);
  if (!json_object_has_member (block, "command") && !json_object_has_member (block, "url") &&
      !json_object_has_member (block, "serverUrl") && !json_object_has_member (block, "httpUrl"))
    return read_entries (block, error);
  name = title != NULL && title[0] != '\0' ? title
                                           : annex_json_opt_string (block, "name", "connector");
  id = annex_connector_id_from_title (name, NULL);
  config = read_entry (block, id, name, error);
  return config != NULL ? take_one (config, error) : NULL;
}

GPtrArray *
annex_connector_config_read_paste (const char *text, const char *title, GError **error)
{
  g_autofree char *stripped = NULL;

  if (strlen (text) > MAX_PASTE_BYTES || !g_utf8_validate (text, -1, NULL))
    return fail (error, _ ("This is too long, or no text."));
  stripped = g_strstrip (g_strdup (text));
  if (stripped[0] == '\0')
    return fail (error, _ ("There is nothing here."));
  if (stripped[0] == '{' || stripped[0] == '"')
    return read_block (stripped, title, error);
  if (strstr (stripped, "://") != NULL && strpbrk (stripped, " \t\n") == NULL)
    return read_address (stripped, title, error);
  return read_command (stripped, title, error);
}
