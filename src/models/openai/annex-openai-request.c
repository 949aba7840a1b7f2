/* annex-openai-request.c
 *
 * See annex-openai-request.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-openai-request.h"

#include "annex-json-build.h"

#include <string.h>

/* ---- parts of a message */

static JsonObject *
new_text_part (const char *text)
{
  return annex_json_build ("s", "type", "text", "s", "text", text, NULL);
}

/* The image_url part of an image block; NULL when its source cannot be sent. */
static JsonObject *
new_image_part (JsonObject *image)
{
  JsonObject *source = annex_json_opt_object (image, "source");
  const char *type = source != NULL ? annex_json_opt_string (source, "type", "") : "";
  g_autofree char *url = NULL;

  if (g_str_equal (type, "base64"))
    url = g_strdup_printf ("data:%s;base64,%s",
                           annex_json_opt_string (source, "media_type", "image/png"),
                           annex_json_opt_string (source, "data", ""));
  else if (g_str_equal (type, "url"))
    url = g_strdup (annex_json_opt_string (source, "url", ""));
  else
    return NULL;
  return annex_json_build ("s", "type", "image_url", "o", "image_url",
                           annex_json_build ("s", "url", url, NULL), NULL);
}

/* What a document says, or that it is there. (transfer full) */
static char *
describe_document (JsonObject *document)
{
  JsonObject *source = annex_json_opt_object (document, "source");
  const char *type = source != NULL ? annex_json_opt_string (source, "type", "") : "";
  const char *title = annex_json_opt_string (document, "title", NULL);

  if (g_str_equal (type, "text"))
    return g_strdup_printf ("%s%s%s", title != NULL ? title : "", title != NULL ? ":\n" : "",
                            annex_json_opt_string (source, "data", ""));
  return g_strdup_printf (
      "[A document%s%s (%s) is attached, which this model cannot read directly. "
      "Read it with a tool.]",
      title != NULL ? " named " : "", title != NULL ? title : "",
      source != NULL ? annex_json_opt_string (source, "media_type", type) : "");
}

/* Text of one block of a user message or a tool result; NULL when it has none. (transfer full) */
static char *
text_of (JsonObject *block)
{
  const char *type = annex_json_opt_string (block, "type", "");

  if (g_str_equal (type, "text"))
    return g_strdup (annex_json_opt_string (block, "text", ""));
  if (g_str_equal (type, "document"))
    return describe_document (block);
  return NULL;
}

/* Adds @block as a part, if it can be one. */
static void
add_part (JsonArray *parts, JsonObject *block)
{
  g_autofree char *text = text_of (block);
  JsonObject *part = NULL;

  if (text != NULL && *text != '\0')
    part = new_text_part (text);
  else if (g_str_equal (annex_json_opt_string (block, "type", ""), "image"))
    part = new_image_part (block);
  if (part != NULL)
    json_array_add_object_element (parts, part);
}

/* A string where all is text, which every chat template takes, else the parts. (transfer full) */
static JsonNode *
content_of (JsonArray *parts)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (parts); i++)
    {
      JsonObject *part = json_array_get_object_element (parts, i);

      if (!g_str_equal (annex_json_opt_string (part, "type", ""), "text"))
        {
          json_node_unref (node);
          node = json_node_new (JSON_NODE_ARRAY);
          json_node_set_array (node, parts);
          return node;
        }
      if (text->len > 0)
        g_string_append (text, "\n\n");
      g_string_append (text, annex_json_opt_string (part, "text", ""));
    }
  json_node_set_string (node, text->str);
  return node;
}

/* ---- messages */

/* The text of a tool result; its pictures go to @moved. (transfer full) */
static char *
split_result (AnnexBlock *block, JsonArray *moved)
{
  JsonObject *json = annex_block_get_json (block);
  JsonArray *content = annex_json_opt_array (json, "content");
  g_autoptr (GString) out = g_string_new (annex_json_opt_string (json, "content", ""));
  guint pictures = 0;

  for (guint i = 0; content != NULL && i < json_array_get_length (content); i++)
    {
      JsonNode *node = json_array_get_element (content, i);
      JsonObject *part = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      g_autofree char *text = part != NULL ? text_of (part) : NULL;

      if (text != NULL)
        g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", text);
      else if (part != NULL && g_str_equal (annex_json_opt_string (part, "type", ""), "image"))
        {
          add_part (moved, part);
          pictures++;
        }
    }
  if (pictures > 0)
    g_string_append_printf (out, "%s[%u picture%s: see the next message]", out->len > 0 ? "\n" : "",
                            pictures, pictures > 1 ? "s" : "");
  if (annex_block_get_is_error (block) && !g_str_has_prefix (out->str, "Error"))
    g_string_prepend (out, "Error: ");
  return g_string_free_and_steal (g_steal_pointer (&out));
}

static void
add_user_message (JsonArray *messages, GPtrArray *blocks)
{
  g_autoptr (JsonArray) moved = json_array_new ();
  g_autoptr (JsonArray) parts = json_array_new ();

  for (guint i = 0; i < blocks->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (blocks, i);

      if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_RESULT)
        {
          g_autofree char *text = split_result (block, moved);

          json_array_add_object_element (messages,
                                         annex_json_build ("s", "role", "tool", "s", "tool_call_id",
                                                           annex_block_get_tool_use_id (block), "s",
                                                           "content", text, NULL));
        }
      else
        add_part (parts, annex_block_get_json (block));
    }
  for (guint i = 0; i < json_array_get_length (parts); i++)
    json_array_add_element (moved, annex_json_copy (json_array_get_element (parts, i)));
  if (json_array_get_length (moved) > 0)
    json_array_add_object_element (
        messages, annex_json_build ("s", "role", "user", "n", "content", content_of (moved), NULL));
}

static JsonObject *
new_call (AnnexBlock *block)
{
  g_autofree char *arguments = annex_json_object_to_string (annex_block_get_tool_input (block));

  return annex_json_build ("s", "id", annex_block_get_tool_use_id (block), "s", "type", "function",
                           "o", "function",
                           annex_json_build ("s", "name", annex_block_get_tool_name (block), "s",
                                             "arguments", arguments, NULL),
                           NULL);
}

/* NULL when it neither says nor calls anything, but thinks. (transfer full) */
static JsonObject *
map_assistant_message (AnnexMessage *message)
{
  GPtrArray *blocks = annex_message_get_blocks (message);
  g_autoptr (JsonArray) calls = json_array_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  JsonObject *object;

  for (guint i = 0; i < blocks->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (blocks, i);

      if (annex_block_get_kind (block) == ANNEX_BLOCK_TEXT)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n\n" : "",
                                annex_block_get_text (block));
      else if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_USE)
        json_array_add_object_element (calls, new_call (block));
    }
  if (text->len == 0 && json_array_get_length (calls) == 0)
    return NULL;
  /* "" and not null: some templates fail on null. */
  object = annex_json_build ("s", "role", "assistant", "s", "content", text->str, NULL);
  if (json_array_get_length (calls) > 0)
    json_object_set_array_member (object, "tool_calls", g_steal_pointer (&calls));
  return object;
}

/* What the user's side said since the model's last message is one message: some templates refuse
 * two in a row. */
static JsonArray *
map_messages (const AnnexModelRequest *request)
{
  g_autoptr (GPtrArray) said = g_ptr_array_new (); /* AnnexBlock, borrowed */
  JsonArray *messages = json_array_new ();

  if (request->system != NULL && *request->system != '\0')
    json_array_add_object_element (
        messages, annex_json_build ("s", "role", "system", "s", "content", request->system, NULL));
  for (guint i = 0; request->messages != NULL && i < request->messages->len; i++)
    {
      AnnexMessage *message = g_ptr_array_index (request->messages, i);
      JsonObject *answer;

      if (annex_message_get_role (message) == ANNEX_ROLE_USER)
        {
          g_ptr_array_extend (said, annex_message_get_blocks (message), NULL, NULL);
          continue;
        }
      answer = map_assistant_message (message);
      if (answer == NULL)
        continue;
      add_user_message (messages, said);
      g_ptr_array_set_size (said, 0);
      json_array_add_object_element (messages, answer);
    }
  add_user_message (messages, said);
  return messages;
}

/* ---- tools */

static JsonObject *
map_tool (JsonObject *tool)
{
  JsonObject *schema = annex_json_opt_object (tool, "input_schema");
  JsonObject *parameters;

  if (schema != NULL)
    parameters = annex_json_object_copy (schema);
  else
    parameters =
        annex_json_build ("s", "type", "object", "o", "properties", json_object_new (), NULL);
  return annex_json_build ("s", "type", "function", "o", "function",
                           annex_json_build ("s", "name", annex_json_opt_string (tool, "name", ""),
                                             "s", "description",
                                             annex_json_opt_string (tool, "description", ""), "o",
                                             "parameters", parameters, NULL),
                           NULL);
}

/* NULL with an error; an empty array when there are none. (transfer full) */
static JsonArray *
map_tools (const char *tools, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  JsonArray *mapped;
  JsonArray *array;

  if (tools == NULL || *tools == '\0')
    return json_array_new ();
  node = annex_json_parse (tools, -1, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error_literal (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_INVALID,
                           "The task’s stored tools are damaged");
      return NULL;
    }
  mapped = json_array_new ();
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *tool = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (tool))
        json_array_add_object_element (mapped, map_tool (json_node_get_object (tool)));
    }
  return mapped;
}

char *
annex_openai_build_body (const AnnexModelRequest *request,
                         const char *model,
                         AnnexOpenaiLimit limit,
                         GError **error)
{
  g_autoptr (JsonArray) tools = map_tools (request->tools, error);
  g_autoptr (JsonObject) body = NULL;

  if (tools == NULL)
    return NULL;
  body = annex_json_build ("s", "model", model, "b", "stream", TRUE, "o", "stream_options",
                           annex_json_build ("b", "include_usage", TRUE, NULL), NULL);
  if (request->max_tokens > 0)
    json_object_set_int_member (
        body, limit == ANNEX_OPENAI_LIMIT_MAX_TOKENS ? "max_tokens" : "max_completion_tokens",
        request->max_tokens);
  if (json_array_get_length (tools) > 0)
    {
      json_object_set_array_member (body, "tools", g_steal_pointer (&tools));
      /* llama.cpp gives one call a turn for some models unless told. */
      json_object_set_boolean_member (body, "parallel_tool_calls", TRUE);
    }
  json_object_set_array_member (body, "messages", map_messages (request));
  return annex_json_object_to_string (body);
}
