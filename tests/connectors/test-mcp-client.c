/* test-mcp-client.c
 *
 * The MCP client against a real process and a real HTTP server of either generation, and against
 * those that misbehave.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-mcp-http.h"
#include "annex-mcp-stdio.h"
#include "annex-mcp-tool.h"
#include "host-process.h"
#include "mcp-fixture.h"

#include <string.h>

/* ---- the ordinary way */

static void
test_ordinary (gconstpointer data)
{
  const McpWay *way = data;
  g_autoptr (McpCase) self = mcp_case_new (way, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) tools =
      mcp_case_take_object (annex_mcp_client_list (self->client, "tools", NULL), &error);
  g_autoptr (JsonArray) prompts = NULL;
  g_autoptr (JsonObject) echoed = NULL;
  g_autoptr (JsonObject) failed = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (tools), ==, 8);
  g_assert_true (annex_mcp_client_is_modern (self->client) == g_str_equal (way->era, "modern"));
  g_assert_cmpstr (annex_mcp_client_get_version (self->client), ==,
                   g_str_equal (way->era, "modern") ? "2026-07-28" : "2025-11-25");
  g_assert_cmpstr (annex_mcp_client_get_instructions (self->client), ==, "Be kind.");
  g_assert_cmpstr (annex_mcp_client_get_server_name (self->client), ==,
                   g_str_equal (way->era, "modern") ? "The Fake" : "fake");
  /* It says it has none, so it is not asked. */
  prompts = mcp_case_take_object (annex_mcp_client_list (self->client, "prompts", NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (prompts), ==, 0);

  echoed = mcp_case_take_object (mcp_case_call (self, "echo", "{\"text\":\"grüße \\u0007\"}", NULL),
                                 &error);
  g_assert_no_error (error);
  text = mcp_case_first_text (echoed);
  g_assert_cmpstr (text, ==, "grüße \a");
  failed = mcp_case_take_object (mcp_case_call (self, "fail", "{}", NULL), &error);
  g_assert_no_error (error);
  g_assert_true (annex_json_opt_boolean (failed, "isError", FALSE));
  g_assert_null (mcp_case_take_object (mcp_case_call (self, "no-such", "{}", NULL), &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_REFUSED);
  g_assert_cmpstr (error->message, ==, "Not found");
  g_assert_true (annex_mcp_client_is_started (self->client));
  g_assert_cmpuint (self->ends, ==, 0);
  if (way->http)
    g_assert_cmpuint (self->received, >, 1000);
}

static void
progress_cb (double progress, double total, const char *text, gpointer data)
{
  McpCase *self = data;

  g_ptr_array_add (self->progress, g_strdup_printf ("%g/%g %s", progress, total, text));
}

static void
test_progress (gconstpointer data)
{
  g_autoptr (McpCase) self = mcp_case_new (data, NULL);
  g_autoptr (JsonObject) params =
      annex_json_build ("s", "name", "slow", "o", "arguments",
                        annex_json_build ("i", "steps", (gint64) 3, NULL), NULL);
  AnnexMcpRequestOptions options = { .name = "slow",
                                     .progress = progress_cb,
                                     .progress_data = self };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = mcp_case_take_object (
      annex_mcp_client_request (self->client, "tools/call", params, &options, NULL), &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
  g_assert_cmpuint (self->progress->len, ==, 3);
  g_assert_cmpstr (self->progress->pdata[2], ==, "3/3 Step 3");
}

static void
test_asks_back (gconstpointer data)
{
  const McpWay *way = data;
  gboolean modern = g_str_equal (way->era, "modern");
  g_autoptr (McpCase) self = mcp_case_new (way, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) accepted = NULL;
  g_autoptr (JsonObject) declined = NULL;
  g_autofree char *yes = NULL;
  g_autofree char *no = NULL;

  self->choice = "blue";
  accepted = mcp_case_take_object (mcp_case_call (self, "ask", "{}", NULL), &error);
  g_assert_no_error (error);
  yes = mcp_case_first_text (accepted);
  g_assert_cmpstr (yes, ==, "{\"action\": \"accept\", \"content\": {\"colour\": \"blue\"}}");
  self->choice = NULL;
  declined = mcp_case_take_object (mcp_case_call (self, "ask", "{}", NULL), &error);
  g_assert_no_error (error);
  no = mcp_case_first_text (declined);
  g_assert_cmpstr (no, ==, "{\"action\": \"decline\"}");
  g_assert_cmpuint (self->asked->len, ==, 2);
  g_assert_cmpstr (self->asked->pdata[0], ==, "Which colour?");
  g_assert_true (annex_mcp_client_is_modern (self->client) == modern);
}

static void
expect_changes (McpCase *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (JsonArray) tools = NULL;

  g_assert_true (mcp_case_take_true (annex_mcp_client_start (self->client), &error));
  /* The stream of changes is opened by the side; what changed before it is seen at the next list.
   */
  for (guint i = 0; self->changes == 0; i++)
    {
      gint64 until = g_get_monotonic_time () + 300000;

      g_assert_cmpuint (i, <, 200);
      g_clear_pointer (&result, json_object_unref);
      result = mcp_case_take_object (mcp_case_call (self, "grow", "{}", NULL), &error);
      g_assert_no_error (error);
      while (self->changes == 0 && g_get_monotonic_time () < until)
        {
          g_main_context_iteration (NULL, FALSE);
          g_usleep (1000);
        }
    }
  tools = mcp_case_take_object (annex_mcp_client_list (self->client, "tools", NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (tools), ==, 9);
}

static void
test_changes (gconstpointer data)
{
  g_autoptr (McpCase) self = mcp_case_new (data, NULL);

  expect_changes (self);
}

/* A ledger that could not be written for a moment does not end the listening. */
static void
test_listens_again (void)
{
  g_autoptr (McpCase) self = mcp_case_new (&mcp_ways[3], NULL);

  self->listen_pause_ms = 50;
  self->refused_listens = 4;
  expect_changes (self);
  g_assert_cmpuint (self->refused_listens, ==, 0);
}

/* Nor does a service that is away for a moment. */
static void
test_listens_after_fault (void)
{
  g_autoptr (McpCase) self = mcp_case_new (&mcp_ways[3], "--fault", "away", NULL);

  self->listen_pause_ms = 5;
  expect_changes (self);
}

static void
test_cancel (gconstpointer data)
{
  g_autoptr (McpCase) self = mcp_case_new (data, NULL);
  g_autoptr (DexCancellable) cancel = dex_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) echoed = NULL;
  DexFuture *called;

  g_assert_true (mcp_case_take_true (annex_mcp_client_start (self->client), &error));
  called = mcp_case_call (self, "slow", "{\"steps\":1000}", DEX_FUTURE (cancel));
  for (guint i = 0; i < 20; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
    }
  g_assert_true (dex_future_is_pending (called));
  dex_cancellable_cancel (cancel);
  g_assert_null (mcp_case_take_object (called, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  /* The line is of further use. */
  echoed = mcp_case_take_object (mcp_case_call (self, "echo", "{}", NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self->opened, ==, 1);
}

/* ---- those that misbehave */

static void
test_harmless_faults (gconstpointer data)
{
  static const char *const faults[] = { "noise", "wrong-id", "flood", "twice", "deaf", "exit" };
  const McpWay *way = data;

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (McpCase) self = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) echoed = NULL;
      g_autofree char *text = NULL;

      /* What is of streams only. */
      if (way->http && (i == 0 || i >= 4))
        continue;
      self = mcp_case_new (way, "--fault", faults[i], NULL);
      echoed =
          mcp_case_take_object (mcp_case_call (self, "echo", "{\"text\":\"x\"}", NULL), &error);
      g_test_message ("%s", faults[i]);
      g_assert_no_error (error);
      text = mcp_case_first_text (echoed);
      g_assert_cmpstr (text, ==, "x");
    }
}

static void
assert_call_fails (const McpWay *way, const char *fault, AnnexConnectorError code, const char *word)
{
  g_autoptr (McpCase) self = mcp_case_new (way, "--fault", fault, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (mcp_case_take_object (mcp_case_call (self, "echo", "{}", NULL), &error));
  g_test_message ("%s: %s", fault, error->message);
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_harmful_faults (gconstpointer data)
{
  const McpWay *way = data;

  assert_call_fails (way, "huge", ANNEX_CONNECTOR_ERROR_LIMIT, way->http ? "too long" : "16 MB");
  if (!way->http)
    {
      assert_call_fails (way, "junk", ANNEX_CONNECTOR_ERROR_PROTOCOL, "something else");
      /* Its good answer came first. */
      assert_call_fails (way, "chatter", ANNEX_CONNECTOR_ERROR_PROTOCOL, "something else");
      assert_call_fails (way, "drop", ANNEX_CONNECTOR_ERROR_ENDED, "the fake ran out of memory");
    }
  else
    {
      assert_call_fails (way, "drop", ANNEX_CONNECTOR_ERROR_UNREACHABLE, "127.0.0.1");
      assert_call_fails (way, "pings", ANNEX_CONNECTOR_ERROR_LIMIT, "more than it takes answers");
      assert_call_fails (way, "sign-in", ANNEX_CONNECTOR_ERROR_SIGN_IN, "sign in");
    }
  if (g_str_equal (way->era, "modern"))
    assert_call_fails (way, "inquisitive", ANNEX_CONNECTOR_ERROR_LIMIT, "too much at once");
}

static void
test_endless_list (gconstpointer data)
{
  g_autoptr (McpCase) self = mcp_case_new (data, "--fault", "endless", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      mcp_case_take_object (annex_mcp_client_list (self->client, "tools", NULL), &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_LIMIT);
}

static void
test_silent (gconstpointer data)
{
  g_autoptr (McpCase) self = mcp_case_new (data, "--fault", "silent", NULL);
  g_autoptr (JsonObject) params = annex_json_build ("s", "name", "echo", NULL);
  AnnexMcpRequestOptions options = { .name = "echo", .idle_ms = 500 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) tools = NULL;

  g_assert_true (mcp_case_take_true (annex_mcp_client_start (self->client), &error));
  g_assert_null (mcp_case_take_object (
      annex_mcp_client_request (self->client, "tools/call", params, &options, NULL), &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_TIMED_OUT);
  g_clear_error (&error);
  tools = mcp_case_take_object (annex_mcp_client_list (self->client, "tools", NULL), &error);
  g_assert_no_error (error);
}

/* Of ten questions at once the user sees one. */
static void
test_nagging (gconstpointer data)
{
  g_autoptr (McpCase) self = mcp_case_new (data, "--fault", "nag", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *text = NULL;
  DexFuture *called;

  self->choice = "blue";
  self->thinking = dex_promise_new ();
  called = mcp_case_call (self, "echo", "{}", NULL);
  while (self->asked->len == 0)
    g_main_context_iteration (NULL, TRUE);
  /* The others have come when they are answered, which takes less than this. */
  for (guint i = 0; i < 200; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (2000);
    }
  g_assert_cmpuint (self->asked->len, ==, 1);
  g_assert_true (dex_future_is_pending (called));
  dex_promise_resolve_boolean (self->thinking, TRUE);
  result = mcp_case_take_object (called, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self->asked->len, ==, 1);
  text = mcp_case_first_text (result);
  g_assert_cmpstr (text, ==,
                   "accept cancel cancel cancel cancel cancel cancel cancel cancel cancel");
}

static void
assert_stops_soon (McpCase *self, DexFuture *started)
{
  g_autoptr (DexFuture) stopped =
      annex_future_with_timeout (annex_mcp_client_stop (self->client), 60000);
  g_autoptr (GError) error = NULL;

  g_assert_true (mcp_case_take_true (g_steal_pointer (&stopped), &error));
  g_assert_no_error (error);
  g_assert_false (mcp_case_take_true (started, &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED);
  g_assert_cmpstr (error->message, ==, "It was switched off.");
  g_assert_false (annex_mcp_client_is_started (self->client));
}

/* Whoever switches it off does not wait for a start that may take ten minutes. */
static void
test_stop_at_start (gconstpointer data)
{
  g_autoptr (McpCase) self = mcp_case_new (data, "--fault", "mute", NULL);
  DexFuture *started = annex_mcp_client_start (self->client);

  /* Asked as the other generation too, which is the wait that may be long. */
  for (guint i = 0; i < 600; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10000);
    }
  g_assert_true (dex_future_is_pending (started));
  assert_stops_soon (self, started);
  g_assert_cmpuint (self->opened, ==, 1);
}

/* Nor for the computer it runs in; what comes of it later is closed. */
static void
test_stop_at_opening (void)
{
  g_autoptr (McpCase) self = mcp_case_new (&mcp_ways[1], NULL);
  g_autoptr (AnnexProcess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) echoed = NULL;
  DexFuture *started;

  self->late = dex_promise_new ();
  started = annex_mcp_client_start (self->client);
  while (self->opened == 0)
    g_main_context_iteration (NULL, TRUE);
  assert_stops_soon (self, started);
  process = host_process_new ((const char *const *) self->arguments);
  dex_promise_resolve_object (self->late, annex_mcp_stdio_new (process));
  dex_clear (&self->late);
  g_clear_object (&process);
  while (host_process_get_n () > 0)
    g_main_context_iteration (NULL, TRUE);
  /* It is of use again. */
  echoed = mcp_case_take_object (mcp_case_call (self, "echo", "{}", NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self->opened, ==, 2);
}

/* A server that ended is started again by the next request. */
static void
test_comes_back (void)
{
  g_autoptr (McpCase) self = mcp_case_new (&mcp_ways[0], "--fault", "drop", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) tools = NULL;

  g_assert_null (mcp_case_take_object (mcp_case_call (self, "echo", "{}", NULL), &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED);
  g_clear_error (&error);
  g_assert_cmpuint (self->ends, ==, 1);
  g_assert_false (annex_mcp_client_is_started (self->client));
  tools = mcp_case_take_object (annex_mcp_client_list (self->client, "tools", NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self->opened, ==, 2);
}

/* An answer whose stream breaks off is asked for where it was. */
static void
test_resumed (void)
{
  g_autoptr (McpCase) self = mcp_case_new (&mcp_ways[3], "--fault", "resume", NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) echoed =
          mcp_case_take_object (mcp_case_call (self, "echo", "{\"text\":\"hello\"}", NULL), &error);

      g_assert_no_error (error);
      g_assert_nonnull (echoed);
    }
  g_assert_cmpuint (self->opened, ==, 1);
}

/* So is a session that the service forgot. */
static void
test_forgotten_session (void)
{
  g_autoptr (McpCase) self = mcp_case_new (&mcp_ways[3], "--fault", "session", NULL);
  guint failed = 0;

  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) echoed =
          mcp_case_take_object (mcp_case_call (self, "echo", "{}", NULL), &error);

      failed += echoed == NULL;
    }
  g_assert_cmpuint (failed, >=, 1);
  g_assert_cmpuint (failed, <=, 3);
  g_assert_cmpuint (self->opened, >, 1);
}

static void
test_signed_in (void)
{
  g_autoptr (McpCase) self = mcp_case_new (&mcp_ways[2], "--fault", "sign-in", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) echoed = NULL;

  self->token = "right";
  echoed = mcp_case_take_object (mcp_case_call (self, "echo", "{}", NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (
      annex_json_opt_string (annex_json_opt_object (echoed, "structuredContent"), "token", ""), ==,
      "Bearer right");
}

static void
test_headers (void)
{
  g_autoptr (McpCase) self = mcp_case_new (&mcp_ways[2], NULL);
  g_autoptr (JsonObject) params =
      annex_json_parse_object ("{\"name\":\"region\",\"arguments\":{\"region\":\"süd\",\"deep\":"
                               "{\"level\":3}}}",
                               -1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) tools =
      mcp_case_take_object (annex_mcp_client_list (self->client, "tools", NULL), &error);
  g_auto (GStrv) headers = NULL;
  AnnexMcpRequestOptions options = { .name = "region" };
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *text = NULL;
  guint usable = 0;

  for (guint i = 0; i < json_array_get_length (tools); i++)
    {
      g_autoptr (AnnexMcpTool) tool = annex_mcp_tool_new (json_array_get_element (tools, i), NULL);

      usable += tool != NULL;
      if (tool != NULL && g_str_equal (tool->name, "region"))
        headers = annex_mcp_tool_dup_headers (tool, annex_json_opt_object (params, "arguments"));
    }
  g_assert_cmpuint (usable, ==, 7);
  options.headers = (const char *const *) headers;
  result = mcp_case_take_object (
      annex_mcp_client_request (self->client, "tools/call", params, &options, NULL), &error);
  g_assert_no_error (error);
  text = mcp_case_first_text (result);
  g_assert_cmpstr (text, ==,
                   "Mcp-Method=tools/call Mcp-Name=region "
                   "Mcp-Param-Region==?base64?c8O8ZA==?= Mcp-Param-Level=3");
}

static void
test_unknown_version (void)
{
  g_autoptr (McpCase) self = mcp_case_new (&mcp_ways[1], "--old", "1999-01-01", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (mcp_case_take_true (annex_mcp_client_start (self->client), &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL);
}

static void
test_addresses (void)
{
  static const char *const bad[] = { "",
                                     "example.org/mcp",
                                     "http://example.org/mcp",
                                     "ftp://example.org",
                                     "https://user:secret@example.org/",
                                     "https://",
                                     "http://127.0.0.1.example.org/" };
  static const char *const good[] = { "https://example.org/mcp", "http://127.0.0.1:3001/mcp",
                                      "http://localhost/mcp", "http://[::1]:80/" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_null (annex_mcp_http_new (bad[i], &error));
      g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID);
      g_assert_null (strstr (error->message, "secret"));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (AnnexMcpTransport) transport = annex_mcp_http_new (good[i], NULL);

      g_assert_nonnull (transport);
    }
}

static void
test_nobody_there (void)
{
  g_autoptr (McpCase) self = mcp_case_new (&mcp_ways[2], NULL);
  g_autoptr (GError) error = NULL;

  g_set_str (&self->address, "http://127.0.0.1:9/mcp");
  g_assert_false (mcp_case_take_true (annex_mcp_client_start (self->client), &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNREACHABLE);
}

static void
add (const char *name, GTestDataFunc func)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mcp_ways); i++)
    {
      g_autofree char *path = g_strdup_printf ("/mcp/%s/%s/%s", mcp_ways[i].http ? "http" : "stdio",
                                               mcp_ways[i].era, name);

      g_test_add_data_func (path, &mcp_ways[i], func);
    }
}

/* The debug messages of every connection are no use to anybody. */
static void
log_handler (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  if (!(level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)))
    g_log_default_handler (domain, level, message, data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_default_handler (log_handler, NULL);
  dex_init ();
  add ("ordinary", test_ordinary);
  add ("progress", test_progress);
  add ("asks-back", test_asks_back);
  add ("changes", test_changes);
  add ("cancel", test_cancel);
  add ("harmless-faults", test_harmless_faults);
  add ("harmful-faults", test_harmful_faults);
  add ("endless-list", test_endless_list);
  add ("silent", test_silent);
  g_test_add_data_func ("/mcp/stdio/handshake/nagging", &mcp_ways[1], test_nagging);
  g_test_add_data_func ("/mcp/http/handshake/nagging", &mcp_ways[3], test_nagging);
  g_test_add_data_func ("/mcp/stdio/handshake/stop-at-start", &mcp_ways[1], test_stop_at_start);
  g_test_add_func ("/mcp/stop-at-opening", test_stop_at_opening);
  g_test_add_func ("/mcp/comes-back", test_comes_back);
  g_test_add_func ("/mcp/forgotten-session", test_forgotten_session);
  g_test_add_func ("/mcp/resumed", test_resumed);
  g_test_add_func ("/mcp/listens-again", test_listens_again);
  g_test_add_func ("/mcp/listens-after-fault", test_listens_after_fault);
  g_test_add_func ("/mcp/signed-in", test_signed_in);
  g_test_add_func ("/mcp/headers", test_headers);
  g_test_add_func ("/mcp/unknown-version", test_unknown_version);
  g_test_add_func ("/mcp/addresses", test_addresses);
  g_test_add_func ("/mcp/nobody-there", test_nobody_there);
  return g_test_run ();
}
