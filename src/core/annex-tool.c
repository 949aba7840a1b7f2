/* annex-tool.c
 *
 * See annex-tool.h: the port's dispatch and the array of tools as it is sent.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool.h"

G_DEFINE_INTERFACE (AnnexTool, annex_tool, G_TYPE_OBJECT)
G_DEFINE_BOXED_TYPE (AnnexToolCall, annex_tool_call, annex_tool_call_copy, annex_tool_call_free)

static void
annex_tool_default_init (AnnexToolInterface *iface)
{
}

AnnexToolCall *
annex_tool_call_new (const char *id, const char *name, JsonObject *input, DexFuture *cancel)
{
  AnnexToolCall *self = g_new0 (AnnexToolCall, 1);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->input = input != NULL ? json_object_ref (input) : json_object_new ();
  self->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return self;
}

AnnexToolCall *
annex_tool_call_copy (const AnnexToolCall *self)
{
  return annex_tool_call_new (self->id, self->name, self->input, self->cancel);
}

void
annex_tool_call_free (AnnexToolCall *self)
{
  g_free (self->id);
  g_free (self->name);
  g_clear_pointer (&self->input, json_object_unref);
  dex_clear (&self->cancel);
  g_free (self);
}

const char *
annex_tool_get_name (AnnexTool *self)
{
  g_return_val_if_fail (ANNEX_IS_TOOL (self), NULL);

  return ANNEX_TOOL_GET_IFACE (self)->get_name (self);
}

const char *
annex_tool_get_description (AnnexTool *self)
{
  g_return_val_if_fail (ANNEX_IS_TOOL (self), NULL);

  return ANNEX_TOOL_GET_IFACE (self)->get_description (self);
}

const char *
annex_tool_get_schema (AnnexTool *self)
{
  g_return_val_if_fail (ANNEX_IS_TOOL (self), NULL);

  return ANNEX_TOOL_GET_IFACE (self)->get_schema (self);
}

DexFuture *
annex_tool_call (AnnexTool *self, const AnnexToolCall *call)
{
  dex_return_error_if_fail (ANNEX_IS_TOOL (self));
  dex_return_error_if_fail (call != NULL);

  return ANNEX_TOOL_GET_IFACE (self)->call (self, call);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (annex_tool_get_name (*(AnnexTool **) a),
                    annex_tool_get_name (*(AnnexTool **) b));
}

/* A schema that is none, or is not of an object, becomes the schema that takes any object: the
 * Messages API refuses the whole request otherwise. */
static JsonObject *
read_schema (AnnexTool *tool)
{
  const char *text = annex_tool_get_schema (tool);
  g_autoptr (JsonObject) schema = text != NULL ? annex_json_parse_object (text, -1, NULL) : NULL;

  if (schema == NULL)
    schema = json_object_new ();
  if (!g_str_equal (annex_json_opt_string (schema, "type", ""), "object"))
    json_object_set_string_member (schema, "type", "object");
  return g_steal_pointer (&schema);
}

char *
annex_tools_to_json (GPtrArray *tools)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = 0; tools != NULL && i < tools->len; i++)
    g_ptr_array_add (sorted, g_ptr_array_index (tools, i));
  g_ptr_array_sort (sorted, compare_names);
  for (guint i = 0; i < sorted->len; i++)
    {
      AnnexTool *tool = g_ptr_array_index (sorted, i);
      const char *description = annex_tool_get_description (tool);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "name", annex_tool_get_name (tool));
      json_object_set_string_member (object, "description", description != NULL ? description : "");
      json_object_set_object_member (object, "input_schema", read_schema (tool));
      json_array_add_object_element (array, object);
    }
  json_node_take_array (node, array);
  return annex_json_to_string (node);
}
