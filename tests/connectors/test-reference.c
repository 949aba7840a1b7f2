/* test-reference.c
 *
 * MCP's reference servers from npm with our client: over their streams in a real computer, as a
 * task starts them, and over HTTP. The computer's own npm fetches what the lock file pins, through
 * Annex's own way out and from where the image's npm is set to.
 *
 *   test-reference FOLDER
 *
 * FOLDER has package.json and package-lock.json.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-port.h"
#include "annex-egress-hosts.h"
#include "annex-future.h"
#include "annex-paths.h"
#include "annex-json-build.h"
#include "annex-mcp-client.h"
#include "annex-mcp-http.h"
#include "annex-mcp-stdio.h"
#include "../computer/computer-fixture.h"

#include <string.h>

#define LIMIT_S 3000
#define SERVERS "/home/agent/servers"
#define PORT 3001
#define PORT_TEXT G_STRINGIFY (PORT)

static const char *folder;
static char *why_not;         /* nullable: the servers cannot be had */
static AnnexComputer *shared; /* one for all tests, with the servers in it */

/* ---- the servers */

static AnnexProcess *
spawn (const char *text)
{
  g_autoptr (AnnexCommand) command = annex_command_new (text);
  AnnexProcess *process = dex_await_object (annex_computer_spawn (shared, command), NULL);

  g_assert_nonnull (process);
  return process;
}

static void
put_file (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = g_strconcat ("cat > " SERVERS "/", name, NULL);
  g_autoptr (AnnexProcess) process = spawn (text);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) bytes =
      dex_await_object (dex_file_read (file, G_PRIORITY_DEFAULT), NULL);

  g_assert_nonnull (bytes);
  await_true (dex_output_stream_splice (annex_process_get_stdin (process), G_INPUT_STREAM (bytes),
                                        G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE |
                                            G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                        G_PRIORITY_DEFAULT));
  g_assert_cmpint (dex_await_int (annex_process_wait (process), NULL), ==, 0);
}

/* Whom the computer may reach: where its package managers fetch from, as in every task. */
static AnnexNetworkPolicy *
make_policy (void)
{
  g_autofree char *current = annex_image_store_dup_current (fixture_images ());
  g_autofree char *hosts = g_build_filename (annex_image_store_get_folder (fixture_images ()),
                                             current, "package-hosts.txt", NULL);
  AnnexNetworkPolicy *policy = annex_network_policy_new ();
  g_autoptr (GError) error = NULL;

  annex_egress_load_package_hosts (hosts, policy, &error);
  g_assert_no_error (error);
  return policy;
}

/* The computer with the servers in it. That a registry cannot be reached is no fault of Annex's,
 * and of no other does npm speak like that. */
static void
prepare (void)
{
  g_autoptr (AnnexNetworkPolicy) policy = NULL;
  g_autofree char *task_id = NULL;
  g_autofree char *said = NULL;
  g_autoptr (AnnexProcess) npm = NULL;
  int status;

  if (shared != NULL)
    return;
  policy = make_policy ();
  task_id = annex_identifier_new ();
  shared = annex_computers_get (fixture_computers (), task_id, policy);
  await_started (shared);
  await_output (shared, "mkdir " SERVERS " ~/files");
  put_file ("package.json");
  put_file ("package-lock.json");
  /* Few at a time, and again with what it has by then: an emulated computer keeps connections
   * waiting for longer than the way out allows. */
  npm = spawn (
      "cd " SERVERS " && for n in 1 2 3 4 5; do npm ci --ignore-scripts --no-audit --no-fund "
      "--maxsockets 3 --prefer-offline < /dev/null > npm.log 2>&1 && exit 0; done; exit 1");
  status = dex_await_int (annex_process_wait (npm), NULL);
  said = await_output (shared, "grep -m 1 -E '(error|ERR!) code' " SERVERS "/npm.log || true");
  g_test_message ("npm ended with %d: %s", status, said);
  if (status != 0 &&
      g_regex_match_simple ("code (E40[348]|E50.|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONN)", said, 0, 0))
    why_not = g_strdup_printf ("the servers cannot be had from where npm is set to: %s", said);
  else
    g_assert_cmpint (status, ==, 0);
}

/* ---- short forms of the client's calls, in a fiber */

static DexFuture *
stream_fiber (gpointer data)
{
  g_autoptr (AnnexProcess) process = spawn (data);

  return dex_future_new_take_object (annex_mcp_stdio_new (process));
}

static DexFuture *
stream_cb (gpointer data)
{
  return annex_fiber_run (stream_fiber, data, NULL);
}

static JsonArray *
await_list (AnnexMcpClient *client, const char *what)
{
  g_autoptr (GError) error = NULL;
  JsonArray *items = dex_await_boxed (annex_mcp_client_list (client, what, NULL), &error);

  g_assert_no_error (error);
  return items;
}

static gboolean
has_item (JsonArray *items, const char *name)
{
  for (guint i = 0; i < json_array_get_length (items); i++)
    if (g_strcmp0 (annex_json_opt_string (json_array_get_object_element (items, i), "name", NULL),
                   name) == 0)
      return TRUE;
  return FALSE;
}

static JsonObject *
await_call_with (AnnexMcpClient *client,
                 const char *tool,
                 const char *arguments,
                 const AnnexMcpRequestOptions *options)
{
  g_autoptr (JsonObject) params = annex_json_build (
      "s", "name", tool, "o", "arguments", annex_json_parse_object (arguments, -1, NULL), NULL);
  g_autoptr (GError) error = NULL;
  JsonObject *result = dex_await_boxed (
      annex_mcp_client_request (client, "tools/call", params, options, NULL), &error);

  g_assert_no_error (error);
  return result;
}

/* The result's content as text. (transfer full) */
static char *
await_call (AnnexMcpClient *client, const char *tool, const char *arguments)
{
  AnnexMcpRequestOptions options = { .name = tool };
  g_autoptr (JsonObject) result = await_call_with (client, tool, arguments, &options);

  return annex_json_object_to_string (result);
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in: %.2000s", part, text);
}

static void
assert_call (AnnexMcpClient *client, const char *tool, const char *arguments, const char *part)
{
  g_autofree char *text = await_call (client, tool, arguments);

  assert_has (text, part);
}

static void
assert_answer (AnnexMcpClient *client, const char *method, JsonObject *params, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer =
      dex_await_boxed (annex_mcp_client_request (client, method, params, NULL, NULL), &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = annex_json_object_to_string (answer);
  assert_has (text, part);
}

/* ---- the servers' tests */

/* As a user adds it: npx looks beside itself before it asks the registry. */
static void
memory (void)
{
  g_autoptr (AnnexMcpClient) client = NULL;
  g_autoptr (JsonArray) tools = NULL;

  client = annex_mcp_client_new (
      stream_cb, (gpointer) "cd " SERVERS " && exec npx -y @modelcontextprotocol/server-memory",
      NULL);
  tools = await_list (client, "tools");
  g_test_message ("measured: %u tools of %s, protocol %s", json_array_get_length (tools),
                  annex_mcp_client_get_server_name (client), annex_mcp_client_get_version (client));
  g_assert_true (has_item (tools, "create_entities"));
  g_assert_true (has_item (tools, "read_graph"));
  assert_call (client, "create_entities",
               "{\"entities\":[{\"name\":\"Müller\",\"entityType\":\"person\",\"observations\":"
               "[\"likes \\\"tea\\\"\\nand\\u2028cake\"]}]}",
               "Müller");
  assert_call (client, "search_nodes", "{\"query\":\"cake\"}", "Müller");
  /* What it is asked with matters to it. */
  assert_call (client, "create_entities", "{\"entities\":5}", "\"isError\":true");
  await_true (annex_mcp_client_stop (client));
}

static void
filesystem (void)
{
  g_autoptr (AnnexMcpClient) client = NULL;
  g_autoptr (JsonArray) tools = NULL;

  client = annex_mcp_client_new (
      stream_cb, (gpointer) "exec node " SERVERS "/node_modules/.bin/mcp-server-filesystem ~/files",
      NULL);
  tools = await_list (client, "tools");
  g_assert_true (has_item (tools, "write_file"));
  assert_call (client, "write_file",
               "{\"path\":\"/home/agent/files/note.txt\",\"content\":\"one\\ntwo\\n\"}",
               "note.txt");
  assert_output (shared, "cat ~/files/note.txt", "one\ntwo");
  assert_call (client, "read_text_file", "{\"path\":\"/home/agent/files/note.txt\",\"head\":1}",
               "one");
  assert_call (client, "read_text_file", "{\"path\":\"/etc/passwd\"}", "\"isError\":true");
  await_true (annex_mcp_client_stop (client));
  /* It has ended with its streams. */
  for (guint i = 0; i < 100; i++)
    {
      /* The brackets keep the look-out from seeing itself. */
      if (await_command (shared, "pgrep -f '[m]cp-server-filesystem'", NULL) == 1)
        return;
      await_ms (200);
    }
  g_assert_not_reached ();
}

typedef struct
{
  guint n_steps, n_asked, n_changes;
  double last;
} Seen;

static void
progress_cb (double progress, double total, const char *text, gpointer data)
{
  Seen *seen = data;

  g_assert_cmpfloat (progress, >=, seen->last);
  seen->last = progress;
  seen->n_steps++;
}

static DexFuture *
elicit_cb (JsonObject *params, gpointer data)
{
  Seen *seen = data;
  g_autofree char *text = annex_json_object_to_string (params);

  assert_has (text, "requestedSchema");
  seen->n_asked++;
  return dex_future_new_take_boxed (
      JSON_TYPE_OBJECT, annex_json_build ("s", "action", "accept", "o", "content",
                                          annex_json_build ("s", "name", "Änne", "b", "check", TRUE,
                                                            "s", "color", "green", NULL),
                                          NULL));
}

static void
changed_cb (AnnexMcpClient *client, const char *what, Seen *seen)
{
  seen->n_changes += g_str_equal (what, "tools");
}

/* The tools when @name is among them, which may be only after the server has said that they have
 * changed. */
static JsonArray *
await_tool (AnnexMcpClient *client, const char *name, Seen *seen)
{
  for (guint i = 0; i < 600; i++)
    {
      guint before = seen->n_changes;
      g_autoptr (JsonArray) tools = await_list (client, "tools");

      if (has_item (tools, name))
        return g_steal_pointer (&tools);
      for (guint j = 0; j < 600 && seen->n_changes == before; j++)
        await_ms (100);
    }
  g_assert_not_reached ();
}

/* What it offers besides tools. */
static void
check_lists (AnnexMcpClient *client)
{
  g_autoptr (JsonArray) prompts = await_list (client, "prompts");
  g_autoptr (JsonArray) resources = await_list (client, "resources");
  g_autoptr (JsonArray) templates = await_list (client, "resourceTemplates");
  g_autoptr (JsonObject) simple = annex_json_build ("s", "name", "simple-prompt", NULL);
  g_autoptr (JsonObject) city =
      annex_json_build ("s", "name", "args-prompt", "o", "arguments",
                        annex_json_build ("s", "city", "Köln", NULL), NULL);
  g_autoptr (JsonObject) which = NULL;

  g_test_message ("measured: %u prompts, %u resources, %u templates, protocol %s",
                  json_array_get_length (prompts), json_array_get_length (resources),
                  json_array_get_length (templates), annex_mcp_client_get_version (client));
  g_assert_true (has_item (prompts, "args-prompt"));
  assert_answer (client, "prompts/get", simple, "\"messages\":[{");
  assert_answer (client, "prompts/get", city, "Köln");
  g_assert_cmpuint (json_array_get_length (templates), >, 0);
  g_assert_cmpuint (json_array_get_length (resources), >, 0);
  which = annex_json_build (
      "s", "uri", annex_json_opt_string (json_array_get_object_element (resources, 0), "uri", ""),
      NULL);
  assert_answer (client, "resources/read", which, "\"contents\":[{");
}

/* Results of all kinds. */
static void
check_results (AnnexMcpClient *client)
{
  assert_call (client, "echo", "{\"message\":\"grüße\"}", "grüße");
  assert_call (client, "get-sum", "{\"a\":2,\"b\":40}", "42");
  assert_call (client, "get-tiny-image", "{}", "\"mimeType\":\"image/png\"");
  assert_call (client, "get-structured-content", "{\"location\":\"New York\"}",
               "\"structuredContent\":{");
  assert_call (client, "get-resource-links", "{\"count\":2}", "resource_link");
  assert_call (client, "get-annotated-message", "{\"messageType\":\"error\"}", "\"priority\":1");
  /* What it is asked with matters to it. */
  assert_call (client, "get-sum", "{\"a\":\"two\"}", "\"isError\":true");
}

static void
check_long_call (AnnexMcpClient *client, Seen *seen)
{
  AnnexMcpRequestOptions options = { .name = "trigger-long-running-operation",
                                     .progress = progress_cb,
                                     .progress_data = seen };
  g_autoptr (JsonObject) params = annex_json_build (
      "s", "name", options.name, "o", "arguments",
      annex_json_build ("i", "duration", (gint64) 3600, "i", "steps", (gint64) 3600, NULL), NULL);
  g_autoptr (DexCancellable) cancel = dex_cancellable_new ();
  g_autoptr (DexFuture) called = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) done =
      await_call_with (client, options.name, "{\"duration\":2,\"steps\":4}", &options);

  g_assert_false (annex_json_opt_boolean (done, "isError", FALSE));
  g_assert_cmpuint (seen->n_steps, >=, 3);
  /* One that would take an hour is given up in its midst, and the line is of further use. */
  *seen = (Seen) { .n_changes = seen->n_changes };
  called = annex_mcp_client_request (client, "tools/call", params, &options, DEX_FUTURE (cancel));
  for (guint i = 0; i < 600 && seen->n_steps == 0; i++)
    await_ms (100);
  g_assert_cmpuint (seen->n_steps, >, 0);
  dex_cancellable_cancel (cancel);
  g_assert_false (dex_await (dex_ref (called), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_call (client, "echo", "{\"message\":\"still here\"}", "still here");
}

static void
check_everything (AnnexMcpClient *client)
{
  Seen seen = { 0 };
  g_autoptr (JsonArray) tools = NULL;

  annex_mcp_client_set_elicit_func (client, elicit_cb, &seen, NULL);
  g_signal_connect (client, "changed", G_CALLBACK (changed_cb), &seen);
  /* It has some tools only for those who can be asked, and tells of them when it knows. */
  tools = await_tool (client, "trigger-elicitation-request", &seen);
  g_assert_true (has_item (tools, "echo"));
  check_lists (client);
  check_results (client);
  check_long_call (client, &seen);
  assert_call (client, "trigger-elicitation-request", "{}", "Änne");
  g_assert_cmpuint (seen.n_asked, ==, 1);
  await_true (annex_mcp_client_stop (client));
}

static void
everything (void)
{
  g_autoptr (AnnexMcpClient) client = NULL;

  client = annex_mcp_client_new (
      stream_cb, (gpointer) "exec node " SERVERS "/node_modules/.bin/mcp-server-everything", NULL);
  check_everything (client);
}

/* ---- HTTP: a port of this machine that leads to one in the computer, which has no network */

static DexFuture *
relay_fiber (gpointer data)
{
  GIOStream *outside = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) inside = dex_await_object (annex_computer_open_port (shared, PORT), &error);

  g_assert_no_error (error);
  g_io_stream_splice_async (outside, inside,
                            G_IO_STREAM_SPLICE_CLOSE_STREAM1 | G_IO_STREAM_SPLICE_CLOSE_STREAM2,
                            G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  return dex_future_new_true ();
}

static gboolean
incoming_cb (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  annex_fiber_start (relay_fiber, g_object_ref (connection), g_object_unref);
  return TRUE;
}

static DexFuture *
address_cb (gpointer data)
{
  return dex_future_new_take_object (annex_mcp_http_new (data, NULL));
}

static void
await_listening (void)
{
  for (guint i = 0; i < 600; i++)
    {
      if (await_command (shared, "(: </dev/tcp/127.0.0.1/" PORT_TEXT ") 2>/dev/null", NULL) == 0)
        return;
      await_ms (500);
    }
  g_assert_not_reached ();
}

static void
over_http (void)
{
  g_autoptr (AnnexProcess) server = NULL;
  g_autoptr (AnnexMcpClient) client = NULL;
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) taken = NULL;
  g_autofree char *address = NULL;

  server = spawn ("PORT=" PORT_TEXT " exec node " SERVERS
                  "/node_modules/.bin/mcp-server-everything streamableHttp");
  await_listening ();
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (service), any,
                                                G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                                &taken, NULL));
  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), NULL);
  address = g_strdup_printf ("http://127.0.0.1:%u/mcp",
                             g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (taken)));
  client = annex_mcp_client_new (address_cb, address, NULL);
  check_everything (client);
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  await_true (annex_process_kill (server));
}

/* ---- all of it */

static DexFuture *
body_fiber (gpointer data)
{
  void (*body) (void) = data;

  body ();
  return dex_future_new_true ();
}

static void
run (gconstpointer data)
{
  fixture_run (body_fiber, prepare, LIMIT_S);
  if (why_not != NULL)
    g_test_skip (why_not);
  else
    fixture_run (body_fiber, (gpointer) data, LIMIT_S);
}

static void
end (void)
{
  await_true (annex_computer_reset (shared));
  g_clear_object (&shared);
}

int
main (int argc, char **argv)
{
  int status;

  if (!fixture_init (&argc, &argv, &status))
    return status;
  g_assert_cmpint (argc, ==, 2);
  folder = argv[1];
  g_test_add_data_func ("/reference/memory", memory, run);
  g_test_add_data_func ("/reference/filesystem", filesystem, run);
  g_test_add_data_func ("/reference/everything", everything, run);
  g_test_add_data_func ("/reference/http", over_http, run);
  status = g_test_run ();
  if (shared != NULL)
    fixture_run (body_fiber, end, LIMIT_S);
  fixture_clear ();
  g_free (why_not);
  return status;
}
