/* annex-connector-extras.c
 *
 * See annex-connector-extras.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-extras.h"

#include "annex-future.h"
#include "annex-json-build.h"

typedef struct
{
  const char *name;
  const char *capability;
  const char *description;
  const char *schema;
} Extra;

static const Extra extras[] = {
  { "list_resources", "resources",
    "List what this connector offers to read: addresses, names and kinds.",
    "{\"type\":\"object\",\"properties\":{}}" },
  { "read_resource", "resources", "Read one resource by its address.",
    "{\"type\":\"object\",\"properties\":{\"uri\":{\"type\":\"string\"}},\"required\":[\"uri\"]}" },
  { "list_prompts", "prompts", "List the prepared prompts of this connector and their arguments.",
    "{\"type\":\"object\",\"properties\":{}}" },
  { "get_prompt", "prompts", "Fill in one of the prepared prompts.",
    "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"arguments\":{\"type\":"
    "\"object\",\"additionalProperties\":{\"type\":\"string\"}}},\"required\":[\"name\"]}" },
};

static const Extra *
find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (extras); i++)
    if (g_str_equal (extras[i].name, name))
      return &extras[i];
  return NULL;
}

gboolean
annex_connector_extras_has (AnnexMcpClient *client, const char *name)
{
  const Extra *extra = find (name);

  return extra != NULL && annex_mcp_client_has (client, extra->capability);
}

static void
remove_named (JsonArray *tools, const char *name)
{
  for (guint i = json_array_get_length (tools); i > 0; i--)
    {
      JsonNode *node = json_array_get_element (tools, i - 1);

      if (JSON_NODE_HOLDS_OBJECT (node) &&
          g_str_equal (annex_json_opt_string (json_node_get_object (node), "name", ""), name))
        json_array_remove_element (tools, i - 1);
    }
}

void
annex_connector_extras_add (AnnexMcpClient *client, JsonArray *tools)
{
  for (guint i = 0; i < G_N_ELEMENTS (extras); i++)
    {
      if (!annex_mcp_client_has (client, extras[i].capability))
        continue;
      remove_named (tools, extras[i].name);
      json_array_add_object_element (
          tools, annex_json_build (
                     "s", "name", extras[i].name, "s", "description", extras[i].description, "o",
                     "inputSchema", annex_json_parse_object (extras[i].schema, -1, NULL), "o",
                     "annotations", annex_json_build ("b", "readOnlyHint", TRUE, NULL), NULL));
    }
}

/* ---- calls */

typedef struct
{
  AnnexMcpClient *client;
  const Extra *extra;
  JsonObject *arguments;
  DexFuture *cancel;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->client);
  json_object_unref (call->arguments);
  dex_clear (&call->cancel);
  g_free (call);
}

static JsonObject *
result_of_text (const char *text)
{
  JsonArray *content = json_array_new ();

  json_array_add_object_element (content,
                                 annex_json_build ("s", "type", "text", "s", "text", text, NULL));
  return annex_json_build ("a", "content", content, NULL);
}

static JsonObject *
list (Call *call, GError **error)
{
  g_autoptr (JsonArray) items = dex_await_boxed (
      annex_mcp_client_list (call->client, call->extra->capability, call->cancel), error);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (items == NULL)
    return NULL;
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_set_array (node, items);
  text = annex_json_to_string (node);
  return result_of_text (text);
}

/* Each part is a resource, as it may stand in the result of a call. */
static JsonObject *
read_resource (Call *call, GError **error)
{
  const char *uri = annex_json_opt_string (call->arguments, "uri", "");
  AnnexMcpRequestOptions options = { .name = uri };
  g_autoptr (JsonObject) params = annex_json_build ("s", "uri", uri, NULL);
  g_autoptr (JsonObject) result = dex_await_boxed (
      annex_mcp_client_request (call->client, "resources/read", params, &options, call->cancel),
      error);
  JsonArray *parts = result != NULL ? annex_json_opt_array (result, "contents") : NULL;
  JsonArray *content;

  if (result == NULL)
    return NULL;
  content = json_array_new ();
  for (guint i = 0; parts != NULL && i < json_array_get_length (parts); i++)
    {
      JsonNode *part = json_array_get_element (parts, i);

      if (JSON_NODE_HOLDS_OBJECT (part))
        json_array_add_object_element (
            content, annex_json_build ("s", "type", "resource", "o", "resource",
                                       annex_json_object_copy (json_node_get_object (part)), NULL));
    }
  return annex_json_build ("a", "content", content, NULL);
}

static JsonObject *
get_prompt (Call *call, GError **error)
{
  const char *name = annex_json_opt_string (call->arguments, "name", "");
  JsonObject *given = annex_json_opt_object (call->arguments, "arguments");
  AnnexMcpRequestOptions options = { .name = name };
  g_autoptr (JsonObject) params =
      annex_json_build ("s", "name", name, "o", "arguments",
                        given != NULL ? annex_json_object_copy (given) : json_object_new (), NULL);
  g_autoptr (JsonObject) result = dex_await_boxed (
      annex_mcp_client_request (call->client, "prompts/get", params, &options, call->cancel),
      error);
  JsonArray *messages = result != NULL ? annex_json_opt_array (result, "messages") : NULL;
  JsonArray *content;

  if (result == NULL)
    return NULL;
  content = json_array_new ();
  for (guint i = 0; messages != NULL && i < json_array_get_length (messages); i++)
    {
      JsonNode *node = json_array_get_element (messages, i);
      JsonObject *part = JSON_NODE_HOLDS_OBJECT (node)
                             ? annex_json_opt_object (json_node_get_object (node), "content")
                             : NULL;

      if (part != NULL)
        json_array_add_object_element (content, annex_json_object_copy (part));
    }
  return annex_json_build ("a", "content", content, NULL);
}

static DexFuture *
call_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  JsonObject *result;

  if (g_str_equal (call->extra->name, "read_resource"))
    result = read_resource (call, &error);
  else if (g_str_equal (call->extra->name, "get_prompt"))
    result = get_prompt (call, &error);
  else
    result = list (call, &error);
  return result != NULL ? dex_future_new_take_boxed (JSON_TYPE_OBJECT, result)
                        : annex_future_new_error (error);
}

DexFuture *
annex_connector_extras_call (AnnexMcpClient *client,
                             const char *name,
                             JsonObject *arguments,
                             DexFuture *cancel)
{
  Call *call = g_new0 (Call, 1);

  call->client = g_object_ref (client);
  call->extra = find (name);
  call->arguments = annex_json_object_copy (arguments);
  call->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return annex_fiber_run (call_fiber, call, call_free);
}
