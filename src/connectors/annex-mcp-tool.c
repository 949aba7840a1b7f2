/* annex-mcp-tool.c
 *
 * See annex-mcp-tool.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-mcp-tool.h"

#include <string.h>

#define MAX_NAME_CHARS 256
#define MAX_TITLE_CHARS 200
#define MAX_DESCRIPTION_CHARS 8192
#define MAX_MODEL_NAME 128
#define HASH_DIGITS 8
#define MAX_SCHEMA_DEPTH 20
#define MARKER_START "=?base64?"
#define MARKER_END "?="

G_DEFINE_BOXED_TYPE (AnnexMcpTool, annex_mcp_tool, annex_mcp_tool_copy, annex_mcp_tool_free)

AnnexMcpTool *
annex_mcp_tool_copy (const AnnexMcpTool *self)
{
  AnnexMcpTool *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  copy->title = g_strdup (self->title);
  copy->description = g_strdup (self->description);
  copy->schema = json_object_ref (self->schema);
  return copy;
}

void
annex_mcp_tool_free (AnnexMcpTool *self)
{
  g_free (self->name);
  g_free (self->title);
  g_free (self->description);
  g_clear_pointer (&self->schema, json_object_unref);
  g_free (self);
}

static char *
dup_start (const char *text, glong max_chars)
{
  return g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), max_chars));
}

/* ---- headers */

static gboolean
is_token (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= 100 &&
         strspn (name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == length;
}

static gboolean
is_plain_type (JsonObject *property)
{
  static const char *const types[] = { "string", "integer", "boolean", NULL };

  return g_strv_contains (types, annex_json_opt_string (property, "type", ""));
}

/* Called for each property that wants a header: @path leads to its argument. FALSE stops. */
typedef gboolean (*HeaderFunc) (const char *header,
                                JsonObject *property,
                                GPtrArray *path,
                                gpointer data);

static gboolean
walk_headers (JsonObject *schema, GPtrArray *path, HeaderFunc func, gpointer data)
{
  JsonObject *properties = annex_json_opt_object (schema, "properties");
  g_autoptr (GList) names = properties != NULL ? json_object_get_members (properties) : NULL;

  if (path->len > MAX_SCHEMA_DEPTH)
    return FALSE;
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *property = annex_json_opt_object (properties, l->data);
      const char *header;
      gboolean going;

      if (property == NULL)
        continue;
      header = annex_json_opt_string (property, "x-mcp-header", NULL);
      g_ptr_array_add (path, l->data);
      going = (header == NULL || func (header, property, path, data)) &&
              walk_headers (property, path, func, data);
      g_ptr_array_set_size (path, (int) path->len - 1);
      if (!going)
        return FALSE;
    }
  return TRUE;
}

/* A name may be asked for once, whatever its case, and only for plain values. */
static gboolean
check_header (const char *header, JsonObject *property, GPtrArray *path, gpointer data)
{
  GHashTable *seen = data;

  return is_token (header) && is_plain_type (property) &&
         g_hash_table_add (seen, g_ascii_strdown (header, -1));
}

static char *
value_to_text (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return g_strdup (json_node_get_string (node));
    case G_TYPE_INT64:
      return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
    case G_TYPE_BOOLEAN:
      return g_strdup (json_node_get_boolean (node) ? "true" : "false");
    default:
      return NULL;
    }
}

static gboolean
is_plain_text (const char *text)
{
  gsize length = strlen (text);

  for (const char *p = text; *p != '\0'; p++)
    if (*p < 0x20 || *p > 0x7e)
      return FALSE;
  return length > 0 && text[0] != ' ' && text[length - 1] != ' ' &&
         !(g_str_has_prefix (text, MARKER_START) && g_str_has_suffix (text, MARKER_END));
}

typedef struct
{
  JsonObject *arguments;
  GStrvBuilder *headers;
} Collect;

static gboolean
collect_header (const char *header, JsonObject *property, GPtrArray *path, gpointer data)
{
  Collect *collect = data;
  JsonObject *object = collect->arguments;
  g_autofree char *text = NULL;
  g_autofree char *encoded = NULL;

  for (guint i = 0; object != NULL && i + 1 < path->len; i++)
    object = annex_json_opt_object (object, path->pdata[i]);
  if (object != NULL)
    text = value_to_text (json_object_get_member (object, path->pdata[path->len - 1]));
  if (text == NULL)
    return TRUE;
  if (!is_plain_text (text))
    {
      g_autofree char *base64 = g_base64_encode ((const guchar *) text, strlen (text));

      encoded = g_strconcat (MARKER_START, base64, MARKER_END, NULL);
    }
  g_strv_builder_take (collect->headers, g_strconcat ("Mcp-Param-", header, NULL));
  g_strv_builder_add (collect->headers, encoded != NULL ? encoded : text);
  return TRUE;
}

char **
annex_mcp_tool_dup_headers (const AnnexMcpTool *self, JsonObject *arguments)
{
  g_autoptr (GPtrArray) path = g_ptr_array_new ();
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();
  Collect collect = { .arguments = arguments, .headers = headers };

  walk_headers (self->schema, path, collect_header, &collect);
  return g_strv_builder_end (headers);
}

/* ---- the declaration */

static AnnexMcpTool *
refuse (GError **error, const char *why)
{
  g_set_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
               "A tool is left out: %s.", why);
  return NULL;
}

static void
read_effect (AnnexMcpTool *self, JsonObject *annotations)
{
  if (annotations == NULL)
    return;
  self->effect = annex_json_opt_boolean (annotations, "readOnlyHint", FALSE)
                     ? ANNEX_CONNECTOR_EFFECT_READ
                     : ANNEX_CONNECTOR_EFFECT_WRITE;
  self->destructive = self->effect == ANNEX_CONNECTOR_EFFECT_WRITE &&
                      annex_json_opt_boolean (annotations, "destructiveHint", TRUE);
}

AnnexMcpTool *
annex_mcp_tool_new (JsonNode *declared, GError **error)
{
  JsonObject *object = declared != NULL && JSON_NODE_HOLDS_OBJECT (declared)
                           ? json_node_get_object (declared)
                           : NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) path = g_ptr_array_new ();
  JsonObject *annotations;
  JsonObject *schema;
  const char *name;
  const char *title;
  AnnexMcpTool *self;

  if (object == NULL)
    return refuse (error, "it is no object");
  name = annex_json_opt_string (object, "name", "");
  if (name[0] == '\0' || g_utf8_strlen (name, -1) > MAX_NAME_CHARS)
    return refuse (error, "its name is missing or too long");
  schema = annex_json_opt_object (object, "inputSchema");
  if (schema == NULL || !g_str_equal (annex_json_opt_string (schema, "type", "object"), "object"))
    return refuse (error, "its arguments are not described");
  if (!walk_headers (schema, path, check_header, seen))
    return refuse (error, "it wants headers that cannot be sent");
  annotations = annex_json_opt_object (object, "annotations");
  title = annex_json_opt_string (object, "title", "");
  if (title[0] == '\0' && annotations != NULL)
    title = annex_json_opt_string (annotations, "title", "");
  self = g_new0 (AnnexMcpTool, 1);
  self->name = g_strdup (name);
  self->title = dup_start (title[0] != '\0' ? title : name, MAX_TITLE_CHARS);
  self->description =
      dup_start (annex_json_opt_string (object, "description", ""), MAX_DESCRIPTION_CHARS);
  self->schema = annex_json_object_copy (schema);
  read_effect (self, annotations);
  return self;
}

/* ---- the name for the model */

char *
annex_mcp_tool_dup_model_name (const char *connector, const char *tool)
{
  GString *name = g_string_new (connector);
  gsize start;
  gboolean changed = FALSE;

  g_string_append (name, "__");
  start = name->len;
  for (const char *p = tool; *p != '\0'; p++)
    {
      gboolean legal = g_ascii_isalnum (*p) || *p == '_' || *p == '-';

      changed |= !legal;
      g_string_append_c (name, legal ? *p : '_');
    }
  if (changed || name->len > MAX_MODEL_NAME)
    {
      g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, tool, -1);

      g_string_truncate (name, MIN (name->len, MAX (start, MAX_MODEL_NAME - HASH_DIGITS - 1)));
      g_string_append_printf (name, "_%.*s", HASH_DIGITS, hash);
    }
  return g_string_free (name, FALSE);
}
