/* fuzz-rpc.c
 *
 * Messages of MCP servers, one a line: what is read is of one kind and whole, what is written of it
 * is read again as the same, and tools that are taken can be called by a name and with headers that
 * model providers and HTTP take.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-mcp-tool.h"
#include "annex-rpc.h"

#include <string.h>

static void
check_name (const char *name)
{
  g_assert_cmpuint (strlen (name), <=, 128);
  for (const char *c = name; *c != '\0'; c++)
    g_assert_true (g_ascii_isalnum (*c) || *c == '_' || *c == '-');
}

static void
check_header (const char *text)
{
  g_assert_cmpuint (strlen (text), >, 0);
  for (const char *c = text; *c != '\0'; c++)
    g_assert_true (*c >= 0x20 && *c < 0x7f);
}

static void
check_tool (JsonNode *declared, JsonObject *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexMcpTool) tool = annex_mcp_tool_new (declared, &error);
  g_autofree char *name = NULL;
  g_auto (GStrv) headers = NULL;

  if (tool == NULL)
    {
      g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL);
      return;
    }
  g_assert_cmpuint (strlen (tool->name), >, 0);
  g_assert_cmpuint (strlen (tool->title), >, 0);
  g_assert_nonnull (tool->schema);
  name = annex_mcp_tool_dup_model_name ("fuzz", tool->name);
  g_assert_true (g_str_has_prefix (name, "fuzz__"));
  check_name (name);
  headers = annex_mcp_tool_dup_headers (tool, arguments);
  for (guint i = 0; headers != NULL && headers[i] != NULL; i++)
    check_header (headers[i]);
}

static void
check_tools (JsonObject *result)
{
  JsonArray *tools = annex_json_opt_array (result, "tools");
  JsonObject *arguments = annex_json_opt_object (result, "arguments");

  for (guint i = 0; tools != NULL && i < json_array_get_length (tools); i++)
    check_tool (json_array_get_element (tools, i), arguments != NULL ? arguments : result);
}

/* The message in our own words, for being read again. NULL: Annex writes no such message. */
static char *
write_again (AnnexRpcMessage *message)
{
  switch (message->kind)
    {
    case ANNEX_RPC_REQUEST:
      if (annex_rpc_message_get_number (message) < 0)
        return NULL;
      return annex_rpc_request (annex_rpc_message_get_number (message), message->method,
                                message->params != NULL ? json_object_ref (message->params) : NULL);
    case ANNEX_RPC_NOTIFICATION:
      return annex_rpc_notification (
          message->method, message->params != NULL ? json_object_ref (message->params) : NULL);
    case ANNEX_RPC_RESULT:
      return annex_rpc_result (message->id, json_object_ref (message->result));
    case ANNEX_RPC_ERROR:
      return annex_rpc_error (message->id, message->code, message->text);
    }
  return NULL;
}

static void
check_message (const char *line, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexRpcMessage) message = annex_rpc_parse (line, (gssize) length, &error);
  g_autoptr (AnnexRpcMessage) copy = NULL;
  g_autoptr (AnnexRpcMessage) again = NULL;
  g_autofree char *text = NULL;

  if (message == NULL)
    {
      g_assert_true (error != NULL && error->domain == ANNEX_JSON_ERROR);
      return;
    }
  g_assert_no_error (error);
  g_assert_true ((message->kind == ANNEX_RPC_REQUEST || message->kind == ANNEX_RPC_NOTIFICATION) ==
                 (message->method != NULL));
  g_assert_true ((message->kind == ANNEX_RPC_RESULT) == (message->result != NULL));
  g_assert_true (message->id != NULL || message->kind == ANNEX_RPC_NOTIFICATION ||
                 message->kind == ANNEX_RPC_ERROR);
  copy = annex_rpc_message_copy (message);
  text = write_again (copy);
  if (text != NULL)
    {
      g_assert_null (strchr (text, '\n'));
      again = annex_rpc_parse (text, -1, &error);
      g_assert_no_error (error);
      g_assert_cmpint (again->kind, ==, message->kind);
      g_assert_cmpstr (again->method, ==, message->method);
      g_assert_cmpint (again->code, ==, message->code);
      g_assert_cmpint (annex_rpc_message_get_number (again), ==,
                       annex_rpc_message_get_number (message));
    }
  if (message->result != NULL)
    check_tools (message->result);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *at = (const char *) data;
  gsize left = size;

  while (left > 0)
    {
      const char *end = memchr (at, '\n', left);
      gsize length = end != NULL ? (gsize) (end - at) : left;

      check_message (length > 0 ? at : "", length);
      at += length;
      left -= length;
      if (left > 0)
        {
          at++;
          left--;
        }
    }
  return 0;
}
