/* annex-connector-config.c
 *
 * See annex-connector-config.h. Here: the value and its own JSON.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-config-private.h"

#include "annex-admin-policy.h"
#include "annex-json-build.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_ID 40
#define MAX_TITLE_CHARS 80
#define MAX_VALUE_BYTES 8192
#define MAX_WORDS 100
#define MAX_VALUES 100

G_DEFINE_BOXED_TYPE (AnnexConnectorConfig,
                     annex_connector_config,
                     annex_connector_config_copy,
                     annex_connector_config_free)

/* ---- values */

AnnexConnectorValue *
annex_connector_value_new (const char *name, const char *value, const char *secret_id)
{
  AnnexConnectorValue *self = g_new0 (AnnexConnectorValue, 1);

  self->name = g_strdup (name);
  self->value = g_strdup (value);
  self->secret_id = g_strdup (secret_id);
  return self;
}

void
annex_connector_value_free (gpointer data)
{
  AnnexConnectorValue *self = data;

  g_free (self->name);
  g_free (self->value);
  g_free (self->secret_id);
  g_free (self);
}

void
annex_connector_config_set_title (AnnexConnectorConfig *self, const char *title)
{
  g_free (self->title);
  self->title = g_utf8_substring (title, 0, MIN (g_utf8_strlen (title, -1), MAX_TITLE_CHARS));
}

AnnexConnectorConfig *
annex_connector_config_new (const char *id, const char *title)
{
  AnnexConnectorConfig *self = g_new0 (AnnexConnectorConfig, 1);

  self->id = g_strdup (id);
  annex_connector_config_set_title (self, title);
  self->enabled = TRUE;
  self->values = g_ptr_array_new_with_free_func (annex_connector_value_free);
  self->rules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

AnnexConnectorConfig *
annex_connector_config_copy (const AnnexConnectorConfig *self)
{
  AnnexConnectorConfig *copy = annex_connector_config_new (self->id, self->title);
  GHashTableIter iter;
  gpointer tool, rule;

  copy->enabled = self->enabled;
  copy->command = g_strdupv (self->command);
  copy->address = g_strdup (self->address);
  for (guint i = 0; i < self->values->len; i++)
    {
      const AnnexConnectorValue *value = self->values->pdata[i];
      AnnexConnectorValue *other =
          annex_connector_value_new (value->name, value->value, value->secret_id);

      other->looks_secret = value->looks_secret;
      g_ptr_array_add (copy->values, other);
    }
  g_hash_table_iter_init (&iter, self->rules);
  while (g_hash_table_iter_next (&iter, &tool, &rule))
    g_hash_table_insert (copy->rules, g_strdup (tool), rule);
  return copy;
}

void
annex_connector_config_free (AnnexConnectorConfig *self)
{
  g_free (self->id);
  g_free (self->title);
  g_strfreev (self->command);
  g_free (self->address);
  g_ptr_array_unref (self->values);
  g_hash_table_unref (self->rules);
  g_free (self);
}

AnnexConnectorRule
annex_connector_config_get_rule (const AnnexConnectorConfig *self, const char *tool)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->rules, tool));
}

void
annex_connector_config_set_rule (AnnexConnectorConfig *self,
                                 const char *tool,
                                 AnnexConnectorRule rule)
{
  if (rule == ANNEX_CONNECTOR_RULE_NONE)
    g_hash_table_remove (self->rules, tool);
  else
    g_hash_table_insert (self->rules, g_strdup (tool), GUINT_TO_POINTER (rule));
}

/* ---- ids */

static gboolean
is_id (const char *id)
{
  gsize length = strlen (id);

  return length > 0 && length <= MAX_ID && id[0] != '-' && id[length - 1] != '-' &&
         strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

char *
annex_connector_id_from_title (const char *title, const char *const *taken)
{
  g_autofree char *ascii = g_str_to_ascii (title, "C");
  g_autoptr (GString) id = g_string_new (NULL);
  g_autofree char *base = NULL;

  for (const char *p = ascii; *p != '\0' && id->len < MAX_ID - 4; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (id, g_ascii_tolower (*p));
    else if (id->len > 0 && id->str[id->len - 1] != '-')
      g_string_append_c (id, '-');
  while (id->len > 0 && id->str[id->len - 1] == '-')
    g_string_truncate (id, id->len - 1);
  if (id->len == 0)
    g_string_assign (id, "connector");
  base = g_strdup (id->str);
  for (guint i = 2; taken != NULL && g_strv_contains (taken, id->str); i++)
    g_string_printf (id, "%s-%u", base, i);
  return g_strdup (id->str);
}

/* ---- checks */

/* Control characters would end a header or a line of a log. */
static gboolean
is_clean (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if ((guchar) *p < 0x20 || *p == 0x7f)
      return FALSE;
  return strlen (text) <= MAX_VALUE_BYTES;
}

static gboolean
is_variable (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= 200 && !g_ascii_isdigit (name[0]) &&
         strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static gboolean
is_header (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= 200 &&
         strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
             length;
}

static gboolean
fail (GError **error, const char *why)
{
  g_set_error_literal (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID, why);
  return FALSE;
}

gboolean
annex_connector_config_check (const AnnexConnectorConfig *self, GError **error)
{
  if (!is_id (self->id))
    return fail (error, _ ("A connector’s name must have letters or digits."));
  if ((self->command != NULL) == (self->address != NULL))
    return fail (error, _ ("A connector needs either a command or an address."));
  if (self->address != NULL && !is_clean (self->address))
    return fail (error, _ ("The connector’s address is not one."));
  if (self->command != NULL && (self->command[0] == NULL || self->command[0][0] == '\0' ||
                                g_strv_length (self->command) > MAX_WORDS))
    return fail (error, _ ("The connector’s command is empty or too long."));
  for (guint i = 0; self->command != NULL && self->command[i] != NULL; i++)
    if (strlen (self->command[i]) > MAX_VALUE_BYTES)
      return fail (error, _ ("A word of the connector’s command is too long."));
  if (self->values->len > MAX_VALUES)
    return fail (error, _ ("The connector is given too many values."));
  for (guint i = 0; i < self->values->len; i++)
    {
      const AnnexConnectorValue *value = self->values->pdata[i];

      if (self->command != NULL ? !is_variable (value->name) : !is_header (value->name))
        return fail (error, _ ("A value of the connector has a name that cannot be."));
      if (value->value != NULL && !is_clean (value->value))
        return fail (error, _ ("A value of the connector has characters that cannot be sent."));
    }
  return TRUE;
}

/* ---- its own JSON */

static void
read_values (AnnexConnectorConfig *self, JsonObject *values)
{
  g_autoptr (GList) names = values != NULL ? json_object_get_members (values) : NULL;

  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *secret = annex_json_opt_object (values, l->data);
      const char *plain = annex_json_opt_string (values, l->data, NULL);
      const char *id = secret != NULL ? annex_json_opt_string (secret, "secret", NULL) : NULL;

      AnnexConnectorValue *value;

      if (plain == NULL && (id == NULL || (id[0] != '\0' && !g_str_has_prefix (id, "secret:"))))
        continue;
      /* {"secret": ""}: the user has not given it yet. */
      value = id != NULL && id[0] == '\0' ? annex_connector_value_new (l->data, "", NULL)
                                          : annex_connector_value_new (l->data, plain, id);
      value->looks_secret = id != NULL && id[0] == '\0';
      g_ptr_array_add (self->values, value);
    }
}

char **
annex_connector_read_words (JsonArray *array)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_strv_builder_add (words, json_node_get_string (node));
    }
  return g_strv_builder_end (words);
}

AnnexConnectorConfig *
annex_connector_config_from_json (JsonObject *json, GError **error)
{
  const char *id = annex_json_opt_string (json, "id", "");
  g_autoptr (AnnexConnectorConfig) self =
      annex_connector_config_new (id, annex_json_opt_string (json, "title", id));
  JsonArray *command = annex_json_opt_array (json, "command");
  JsonObject *rules = annex_json_opt_object (json, "rules");
  g_autoptr (GList) tools = rules != NULL ? json_object_get_members (rules) : NULL;

  self->enabled = annex_json_opt_boolean (json, "enabled", TRUE);
  self->address = g_strdup (annex_json_opt_string (json, "address", NULL));
  if (command != NULL)
    self->command = annex_connector_read_words (command);
  read_values (self, annex_json_opt_object (json, command != NULL ? "env" : "headers"));
  for (GList *l = tools; l != NULL; l = l->next)
    annex_connector_config_set_rule (
        self, l->data,
        annex_connector_rule_from_name (annex_json_opt_string (rules, l->data, NULL)));
  return annex_connector_config_check (self, error) ? g_steal_pointer (&self) : NULL;
}

JsonObject *
annex_connector_config_to_json (const AnnexConnectorConfig *self)
{
  JsonObject *json =
      annex_json_build ("s", "id", self->id, "s", "title", self->title, "b", "enabled",
                        self->enabled, "s", "address", self->address, NULL);
  JsonObject *values = json_object_new ();
  JsonObject *rules = json_object_new ();
  g_autoptr (GList) tools =
      g_list_sort (g_hash_table_get_keys (self->rules), (GCompareFunc) strcmp);

  if (self->command != NULL)
    {
      JsonArray *words = json_array_new ();

      for (guint i = 0; self->command[i] != NULL; i++)
        json_array_add_string_element (words, self->command[i]);
      json_object_set_array_member (json, "command", words);
    }
  for (guint i = 0; i < self->values->len; i++)
    {
      const AnnexConnectorValue *value = self->values->pdata[i];

      if (value->secret_id != NULL || value->value == NULL || value->value[0] == '\0')
        json_object_set_object_member (
            values, value->name,
            annex_json_build ("s", "secret", value->secret_id != NULL ? value->secret_id : "",
                              NULL));
      else if (!value->looks_secret)
        json_object_set_string_member (values, value->name, value->value);
    }
  json_object_set_object_member (json, self->command != NULL ? "env" : "headers", values);
  for (GList *l = tools; l != NULL; l = l->next)
    json_object_set_string_member (
        rules, l->data,
        annex_connector_rule_to_name (annex_connector_config_get_rule (self, l->data)));
  json_object_set_object_member (json, "rules", rules);
  return json;
}

gboolean
annex_connector_config_is_allowed (const AnnexConnectorConfig *self, GError **error)
{
  g_autoptr (GUri) uri =
      self->address != NULL ? g_uri_parse (self->address, G_URI_FLAGS_NONE, NULL) : NULL;
  g_autofree char *host = uri != NULL && g_uri_get_host (uri) != NULL
                              ? g_ascii_strdown (g_uri_get_host (uri), -1)
                              : NULL;

  return annex_admin_policy_check_connector (annex_admin_policy_get (), self->id, host, error);
}
