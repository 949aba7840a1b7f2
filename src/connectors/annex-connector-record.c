/* annex-connector-record.c
 *
 * See annex-connector-record.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-record.h"

#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <string.h>

#define MAX_FILE_BYTES (64 * 1024 * 1024)
#define MAX_SUMMARY_CHARS 160
/* So that a changed one can be shown whole to who is to agree to it. */
#define MAX_DEFINITION_BYTES (64 * 1024)

AnnexConnectorRecord *
annex_connector_record_new (void)
{
  AnnexConnectorRecord *self = g_new0 (AnnexConnectorRecord, 1);

  self->tools = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_mcp_tool_free);
  self->approved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->state = ANNEX_CONNECTOR_STATE_IDLE;
  return self;
}

void
annex_connector_record_free (AnnexConnectorRecord *self)
{
  g_ptr_array_unref (self->tools);
  g_hash_table_unref (self->approved);
  g_free (self->error);
  g_free (self->said);
  g_free (self);
}

/* ---- definitions */

/* As tools/list has it, of the members that count. */
static JsonObject *
tool_to_json (const AnnexMcpTool *tool)
{
  JsonObject *json = annex_json_build ("s", "name", tool->name, "s", "title", tool->title, "s",
                                       "description", tool->description, "o", "inputSchema",
                                       annex_json_object_copy (tool->schema), NULL);

  if (tool->effect != ANNEX_CONNECTOR_EFFECT_UNKNOWN)
    json_object_set_object_member (
        json, "annotations",
        annex_json_build ("b", "readOnlyHint", tool->effect == ANNEX_CONNECTOR_EFFECT_READ, "b",
                          "destructiveHint", tool->destructive, NULL));
  return json;
}

char *
annex_mcp_tool_dup_definition (const AnnexMcpTool *self)
{
  g_autoptr (JsonObject) json = tool_to_json (self);

  return annex_json_object_to_string (json);
}

char *
annex_mcp_tool_dup_digest (const AnnexMcpTool *self)
{
  g_autofree char *definition = annex_mcp_tool_dup_definition (self);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, definition, -1);
}

/* ---- the file */

static gboolean
is_too_large (const AnnexMcpTool *tool)
{
  g_autofree char *definition = annex_mcp_tool_dup_definition (tool);

  return strlen (definition) > MAX_DEFINITION_BYTES;
}

static void
read_tools (AnnexConnectorRecord *self, JsonArray *declared)
{
  guint n = declared != NULL ? json_array_get_length (declared) : 0;

  g_ptr_array_set_size (self->tools, 0);
  for (guint i = 0; i < n && self->tools->len < ANNEX_CONNECTOR_MAX_TOOLS; i++)
    {
      AnnexMcpTool *tool = annex_mcp_tool_new (json_array_get_element (declared, i), NULL);

      /* One that cannot be used is as good as not there; of two of one name the first counts. */
      if (tool != NULL && !is_too_large (tool) &&
          annex_connector_record_find (self, tool->name) == NULL)
        g_ptr_array_add (self->tools, tool);
      else
        g_clear_pointer (&tool, annex_mcp_tool_free);
    }
}

static AnnexConnectorState
read_state (const char *name)
{
  static const AnnexConnectorState kept[] = {
    ANNEX_CONNECTOR_STATE_SIGN_IN,
    ANNEX_CONNECTOR_STATE_NO_TOOLS,
    ANNEX_CONNECTOR_STATE_FAILED,
  };

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_str_equal (annex_connector_state_to_name (kept[i]), name))
      return kept[i];
  return ANNEX_CONNECTOR_STATE_IDLE;
}

AnnexConnectorRecord *
annex_connector_record_load (const char *path)
{
  AnnexConnectorRecord *self = annex_connector_record_new ();
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) json = NULL;
  JsonObject *approved;
  g_autoptr (GList) names = NULL;
  gsize length = 0;

  if (g_file_get_contents (path, &text, &length, NULL) && length <= MAX_FILE_BYTES)
    json = annex_json_parse_object (text, (gssize) length, NULL);
  if (json == NULL)
    return self;
  read_tools (self, annex_json_opt_array (json, "tools"));
  self->looked_at = annex_json_opt_boolean (json, "looked_at", FALSE);
  self->state = read_state (annex_json_opt_string (json, "state", ""));
  self->error = g_strdup (annex_json_opt_string (json, "error", NULL));
  self->said = g_strdup (annex_json_opt_string (json, "said", self->error));
  approved = annex_json_opt_object (json, "approved");
  names = approved != NULL ? json_object_get_members (approved) : NULL;
  for (GList *l = names; l != NULL; l = l->next)
    g_hash_table_replace (self->approved, g_strdup (l->data),
                          g_strdup (annex_json_opt_string (approved, l->data, "")));
  return self;
}

gboolean
annex_connector_record_save (const AnnexConnectorRecord *self, const char *path, GError **error)
{
  JsonArray *tools = json_array_new ();
  JsonObject *approved = json_object_new ();
  g_autoptr (JsonObject) json = NULL;
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = NULL;
  g_autoptr (GList) names =
      g_list_sort (g_hash_table_get_keys (self->approved), (GCompareFunc) strcmp);

  for (guint i = 0; i < self->tools->len; i++)
    json_array_add_object_element (tools, tool_to_json (self->tools->pdata[i]));
  for (GList *l = names; l != NULL; l = l->next)
    json_object_set_string_member (approved, l->data,
                                   g_hash_table_lookup (self->approved, l->data));
  json =
      annex_json_build ("b", "looked_at", self->looked_at, "s", "state",
                        annex_connector_state_to_name (self->state), "s", "error", self->error, "s",
                        "said", self->said, "a", "tools", tools, "o", "approved", approved, NULL);
  text = annex_json_object_to_string (json);
  return annex_paths_make (folder, error) &&
         annex_file_write_atomic (path, text, strlen (text), 0600, error);
}

/* ---- what is known */

AnnexMcpTool *
annex_connector_record_find (const AnnexConnectorRecord *self, const char *tool)
{
  for (guint i = 0; i < self->tools->len; i++)
    if (g_str_equal (((AnnexMcpTool *) self->tools->pdata[i])->name, tool))
      return self->tools->pdata[i];
  return NULL;
}

static char *
digest_all (const AnnexConnectorRecord *self)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < self->tools->len; i++)
    {
      g_autofree char *definition = annex_mcp_tool_dup_definition (self->tools->pdata[i]);

      g_checksum_update (sum, (const guchar *) definition, (gssize) strlen (definition) + 1);
    }
  return g_strdup (g_checksum_get_string (sum));
}

gboolean
annex_connector_record_take_tools (AnnexConnectorRecord *self, JsonArray *declared)
{
  g_autofree char *before = digest_all (self);
  g_autofree char *after = NULL;
  gboolean first = !self->looked_at;

  read_tools (self, declared);
  /* Nothing yet is nothing agreed to: one that offers its tools only after a sign-in is as new then
   * as now. */
  if (first && self->tools->len > 0)
    {
      self->looked_at = TRUE;
      annex_connector_record_approve (self, NULL);
    }
  after = digest_all (self);
  return first || !g_str_equal (before, after);
}

gboolean
annex_connector_record_approve (AnnexConnectorRecord *self, const char *tool)
{
  gboolean found = tool == NULL;

  for (guint i = 0; i < self->tools->len; i++)
    {
      AnnexMcpTool *known = self->tools->pdata[i];

      if (tool != NULL && !g_str_equal (known->name, tool))
        continue;
      found = TRUE;
      g_hash_table_replace (self->approved, g_strdup (known->name),
                            annex_mcp_tool_dup_definition (known));
    }
  return found;
}

gboolean
annex_connector_record_is_approved (const AnnexConnectorRecord *self, const AnnexMcpTool *tool)
{
  g_autofree char *definition = annex_mcp_tool_dup_definition (tool);

  return g_strcmp0 (g_hash_table_lookup (self->approved, tool->name), definition) == 0;
}

void
annex_connector_record_set_state (AnnexConnectorRecord *self,
                                  AnnexConnectorState state,
                                  const GError *error)
{
  self->state = state;
  g_set_str (&self->error, error != NULL ? error->message : NULL);
  g_set_str (&self->said, error != NULL ? annex_error_said (error) : NULL);
}

/* ---- for people */

static char *
dup_cut (const char *text, glong max_chars)
{
  g_autofree char *cut = NULL;

  if (g_utf8_strlen (text, -1) <= max_chars)
    return g_strdup (text);
  cut = g_utf8_substring (text, 0, max_chars - 1);
  return g_strconcat (g_strchomp (cut), "…", NULL);
}

/* The first sentence, or what of it fits, on one line. */
static char *
dup_summary (const char *description)
{
  g_autofree char *text = annex_text_make_valid (description, -1);
  char *end;

  g_strstrip (text);
  if ((end = strstr (text, "\n\n")) != NULL)
    *end = '\0';
  g_strdelimit (text, "\r\n\t", ' ');
  if ((end = strstr (text, ". ")) != NULL)
    end[1] = '\0';
  return dup_cut (g_strstrip (text), MAX_SUMMARY_CHARS);
}

/* A definition as a person reads it: its words, then its arguments. */
static char *
dup_readable (const AnnexMcpTool *tool)
{
  g_autofree char *schema = annex_json_object_to_string (tool->schema);
  const char *effect = tool->destructive                                ? "changes, may delete"
                       : tool->effect == ANNEX_CONNECTOR_EFFECT_WRITE   ? "changes"
                       : tool->effect == ANNEX_CONNECTOR_EFFECT_UNKNOWN ? "not told"
                                                                        : "only reads";

  return g_strdup_printf ("%s\n%s\nEffect: %s\nArguments: %s", tool->title, tool->description,
                          effect, schema);
}

static char *
dup_approved (const AnnexConnectorRecord *self, const char *name)
{
  const char *definition = g_hash_table_lookup (self->approved, name);
  g_autoptr (JsonNode) node = definition != NULL ? annex_json_parse (definition, -1, NULL) : NULL;
  g_autoptr (AnnexMcpTool) tool = node != NULL ? annex_mcp_tool_new (node, NULL) : NULL;

  return tool != NULL ? dup_readable (tool) : NULL;
}

AnnexConnectorTool *
annex_connector_record_describe (const AnnexConnectorRecord *self,
                                 const char *connector,
                                 const AnnexMcpTool *tool,
                                 AnnexConnectorRule rule)
{
  AnnexConnectorTool *shown = g_new0 (AnnexConnectorTool, 1);

  shown->name = g_strdup (tool->name);
  shown->model_name = annex_mcp_tool_dup_model_name (connector, tool->name);
  shown->title = g_strdup (tool->title);
  shown->summary = dup_summary (tool->description);
  shown->description = g_strdup (tool->description);
  shown->effect = tool->effect;
  shown->destructive = tool->destructive;
  shown->rule = rule;
  shown->unapproved = !annex_connector_record_is_approved (self, tool);
  if (shown->unapproved)
    {
      shown->before = dup_approved (self, tool->name);
      shown->after = dup_readable (tool);
    }
  return shown;
}
