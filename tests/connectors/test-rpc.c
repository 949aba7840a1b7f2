/* test-rpc.c
 *
 * JSON-RPC messages and declared tools, case by case.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-mcp-tool.h"
#include "annex-rpc.h"

static const struct
{
  const char *text;
  const char *read; /* NULL: refused */
} messages[] = {
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", "request ping 1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"ping\",\"params\":{}}", "request ping -1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\",\"params\":null}",
    "notification ping -1" },
  { "{\"jsonrpc\":\"2.0\",\"method\":\"x\"}", "notification x -1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}", "result 7" },
  { "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{},\"error\":null}", "result 7" },
  { "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32601,\"message\":\"no\"}}",
    "error -32601 no" },
  { "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700}}", "error -32700 " },
  { "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":1,\"message\":5,\"data\":[1]}}",
    "error 1 " },
  { "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", NULL },
  { "{\"id\":1,\"method\":\"ping\"}", NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}", NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}", NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":[1]}", NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"result\":{}}", NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1}", NULL },
  { "{\"jsonrpc\":\"2.0\",\"result\":{}}", NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":5}", NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{\"code\":1}}", NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"message\":\"x\"}}", NULL },
  { "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", NULL },
  { "ping", NULL },
  { "", NULL },
};

static char *
describe (const AnnexRpcMessage *message)
{
  gint64 number = annex_rpc_message_get_number (message);

  switch (message->kind)
    {
    case ANNEX_RPC_REQUEST:
      return g_strdup_printf ("request %s %" G_GINT64_FORMAT, message->method, number);
    case ANNEX_RPC_NOTIFICATION:
      return g_strdup_printf ("notification %s %" G_GINT64_FORMAT, message->method, number);
    case ANNEX_RPC_RESULT:
      return g_strdup_printf ("result %" G_GINT64_FORMAT, number);
    case ANNEX_RPC_ERROR:
      return g_strdup_printf ("error %" G_GINT64_FORMAT " %s", message->code, message->text);
    }
  return NULL;
}

static void
test_read (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexRpcMessage) message = annex_rpc_parse (messages[i].text, -1, &error);
      g_autoptr (AnnexRpcMessage) copy = NULL;
      g_autofree char *read = NULL;

      g_test_message ("%s", messages[i].text);
      if (message == NULL)
        {
          g_assert_null (messages[i].read);
          g_assert_nonnull (error);
          g_assert_cmpint (error->domain, ==, ANNEX_JSON_ERROR);
          continue;
        }
      copy = annex_rpc_message_copy (message);
      read = describe (copy);
      g_assert_cmpstr (read, ==, messages[i].read);
    }
}

static void
test_write (void)
{
  g_autoptr (AnnexRpcMessage) asked =
      annex_rpc_parse ("{\"jsonrpc\":\"2.0\",\"id\":\"q\\n\",\"method\":\"x\"}", -1, NULL);
  g_autofree char *request = annex_rpc_request (3, "tools/list", NULL);
  g_autofree char *notification = annex_rpc_notification ("n", json_object_new ());
  g_autofree char *result = annex_rpc_result (asked->id, json_object_new ());
  g_autofree char *failure = annex_rpc_error (NULL, ANNEX_RPC_INVALID_REQUEST, "line\nbreak");

  g_assert_cmpstr (request, ==, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\"}");
  g_assert_cmpstr (notification, ==, "{\"jsonrpc\":\"2.0\",\"method\":\"n\",\"params\":{}}");
  g_assert_cmpstr (result, ==, "{\"jsonrpc\":\"2.0\",\"id\":\"q\\n\",\"result\":{}}");
  g_assert_cmpstr (failure, ==,
                   "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":"
                   "\"line\\nbreak\"}}");
}

/* ---- tools */

static const struct
{
  const char *declared;
  const char *read; /* title|description|effect|destructive; NULL: left out */
} tools[] = {
  { "{\"name\":\"a\",\"inputSchema\":{\"type\":\"object\"}}", "a||unknown|no" },
  { "{\"name\":\"a.b\",\"title\":\"T\",\"description\":\"D\",\"inputSchema\":{}}",
    "T|D|unknown|no" },
  { "{\"name\":\"a\",\"inputSchema\":{},\"annotations\":{\"title\":\"N\",\"readOnlyHint\":true}}",
    "N||read|no" },
  { "{\"name\":\"a\",\"inputSchema\":{},\"annotations\":{}}", "a||write|yes" },
  { "{\"name\":\"a\",\"inputSchema\":{},\"annotations\":{\"destructiveHint\":false}}",
    "a||write|no" },
  { "{\"name\":\"a\",\"inputSchema\":{},\"annotations\":{\"readOnlyHint\":\"yes\"}}",
    "a||write|yes" },
  { "{\"name\":\"a\",\"inputSchema\":{\"properties\":{\"r\":{\"type\":\"string\","
    "\"x-mcp-header\":\"R\"}}}}",
    "a||unknown|no" },
  { "{\"name\":\"a\",\"inputSchema\":{\"properties\":{\"r\":{\"type\":\"array\","
    "\"x-mcp-header\":\"R\"}}}}",
    NULL },
  { "{\"name\":\"a\",\"inputSchema\":{\"properties\":{\"r\":{\"type\":\"string\","
    "\"x-mcp-header\":\"R: x\"}}}}",
    NULL },
  { "{\"name\":\"a\",\"inputSchema\":{\"properties\":{\"r\":{\"type\":\"string\","
    "\"x-mcp-header\":\"R\"},\"s\":{\"type\":\"string\",\"x-mcp-header\":\"r\"}}}}",
    NULL },
  { "{\"name\":\"\",\"inputSchema\":{}}", NULL },
  { "{\"name\":5,\"inputSchema\":{}}", NULL },
  { "{\"name\":\"a\"}", NULL },
  { "{\"name\":\"a\",\"inputSchema\":{\"type\":\"array\"}}", NULL },
  { "[]", NULL },
};

static void
test_tools (void)
{
  static const char *const effects[] = { "unknown", "read", "write" };

  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      g_autoptr (JsonNode) node = annex_json_parse (tools[i].declared, -1, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexMcpTool) tool = annex_mcp_tool_new (node, &error);
      g_autofree char *read = NULL;

      g_test_message ("%s", tools[i].declared);
      if (tool == NULL)
        {
          g_assert_null (tools[i].read);
          g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL);
          continue;
        }
      read = g_strdup_printf ("%s|%s|%s|%s", tool->title, tool->description, effects[tool->effect],
                              tool->destructive ? "yes" : "no");
      g_assert_cmpstr (read, ==, tools[i].read);
    }
}

static void
test_headers (void)
{
  g_autoptr (JsonNode) node = annex_json_parse (
      "{\"name\":\"a\",\"inputSchema\":{\"properties\":{"
      "\"s\":{\"type\":\"string\",\"x-mcp-header\":\"S\"},"
      "\"b\":{\"type\":\"boolean\",\"x-mcp-header\":\"B\"},"
      "\"gone\":{\"type\":\"string\",\"x-mcp-header\":\"Gone\"},"
      "\"in\":{\"properties\":{\"n\":{\"type\":\"integer\",\"x-mcp-header\":\"N\"}}}}}}",
      -1, NULL);
  g_autoptr (AnnexMcpTool) tool = annex_mcp_tool_new (node, NULL);
  static const char *const values[][2] = {
    { "plain", "plain" },
    { " edge", "=?base64?IGVkZ2U=?=" },
    { "", "=?base64?"
          "?=" },
    { "ü", "=?base64?w7w=?=" },
    { "a\\r\\nb", "=?base64?YQ0KYg==?=" },
    { "=?base64?x?=", "=?base64?PT9iYXNlNjQ/eD89?=" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "{\"s\":\"%s\",\"b\":true,\"gone\":null,\"in\":{\"n\":42}}", values[i][0]);
      g_autoptr (JsonObject) arguments = annex_json_parse_object (text, -1, NULL);
      g_auto (GStrv) headers = annex_mcp_tool_dup_headers (tool, arguments);
      g_autofree char *joined = g_strjoinv ("|", headers);
      g_autofree char *expected =
          g_strdup_printf ("Mcp-Param-S|%s|Mcp-Param-B|true|Mcp-Param-N|42", values[i][1]);

      g_assert_cmpstr (joined, ==, expected);
    }
}

static void
test_model_names (void)
{
  g_autofree char *plain = annex_mcp_tool_dup_model_name ("mail", "send-note_2");
  g_autofree char *dotted = annex_mcp_tool_dup_model_name ("mail", "send.note");
  g_autofree char *other = annex_mcp_tool_dup_model_name ("mail", "send note");
  g_autofree char *endless = g_strnfill (400, 'x');
  g_autofree char *longest = annex_mcp_tool_dup_model_name ("mail", endless);

  g_assert_cmpstr (plain, ==, "mail__send-note_2");
  g_assert_true (g_str_has_prefix (dotted, "mail__send_note_"));
  g_assert_cmpstr (dotted, !=, other);
  g_assert_cmpuint (strlen (longest), ==, 128);
  g_assert_true (g_regex_match_simple ("^[a-zA-Z0-9_-]{1,128}$", other, 0, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rpc/read", test_read);
  g_test_add_func ("/rpc/write", test_write);
  g_test_add_func ("/mcp-tool/declared", test_tools);
  g_test_add_func ("/mcp-tool/headers", test_headers);
  g_test_add_func ("/mcp-tool/model-names", test_model_names);
  return g_test_run ();
}
