/* test-models.c
 *
 * Both providers against the fake model server: what is sent, retries, every way a server can
 * misbehave, and that the key stays where it belongs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-models.h"

#include "annex-policy.h"
#include "annex-session-secrets.h"
#include "fake-model.h"
#include "model-test.h"

#include <string.h>

#define KEY "sk-very-secret-0123456789"

static GString *logged; /* everything anybody logged */

static GLogWriterOutput
log_writer (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (fields[i].length < 0)
      g_string_append_printf (logged, "%s\n", (const char *) fields[i].value);
  return level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)
             ? G_LOG_WRITER_HANDLED
             : g_log_writer_standard_streams (level, fields, n_fields, data);
}

/* For what does not come as structured messages. */
static void
log_handler (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  g_string_append_printf (logged, "%s\n", message);
  if (!(level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)))
    g_printerr ("%s: %s\n", domain, message);
}

/* ---- one server, one model, one request */

typedef struct
{
  const char *provider;
  FakeModel *server;
  AnnexModel *model;
  Seen *seen;
  GError *error;
  AnnexModelReply *reply;
  char *described;
} Fixture;

static void
fixture_clear (Fixture *self)
{
  g_clear_pointer (&self->server, fake_model_free);
  g_clear_object (&self->model);
  g_clear_pointer (&self->seen, seen_free);
  g_clear_error (&self->error);
  g_clear_pointer (&self->reply, annex_model_reply_free);
  g_free (self->described);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
fixture_start (Fixture *self, const char *provider, const char *scenario)
{
  g_autofree char *base_url = NULL;

  self->provider = provider;
  self->server = fake_model_new (scenario, NULL, &self->error);
  g_assert_no_error (self->error);
  base_url = fake_model_dup_base_url (self->server);
  self->model = annex_models_new (provider, "claude-opus-5-5", base_url, NULL, &self->error);
  g_assert_no_error (self->error);
  self->seen = seen_new ();
}

static DexFuture *
fixture_send_with (Fixture *self, AnnexModelRequest *request, DexFuture *cancel)
{
  request->on_delta = seen_on_delta;
  request->on_block = seen_on_block;
  request->user_data = self->seen;
  return annex_model_send (self->model, request, cancel);
}

static void
fixture_send (Fixture *self)
{
  g_autoptr (AnnexModelRequest) request = new_request ("Hello", NULL);

  g_clear_error (&self->error);
  g_clear_pointer (&self->reply, annex_model_reply_free);
  g_clear_pointer (&self->described, g_free);
  self->reply = settle_reply (fixture_send_with (self, request, NULL), &self->error);
  if (self->reply != NULL)
    self->described = describe_reply (self->reply);
}

static void
fixture_run (Fixture *self, const char *provider, const char *scenario)
{
  fixture_start (self, provider, scenario);
  fixture_send (self);
}

/* The log once it has @n records. (transfer full) */
static GPtrArray *
wait_for_log (FakeModel *server, guint n)
{
  for (int i = 0; i < 1000; i++)
    {
      g_autoptr (GPtrArray) log = fake_model_dup_log (server);

      if (log->len >= n)
        return g_steal_pointer (&log);
      g_usleep (10000);
    }
  g_assert_not_reached ();
}

static const char *
header_of (GPtrArray *log, guint i, const char *name)
{
  return annex_json_opt_string (annex_json_opt_object (g_ptr_array_index (log, i), "headers"), name,
                                NULL);
}

#define TURN "{\"blocks\":[{\"type\":\"text\",\"text\":\"Done.\"}]"
#define HELLO "end_turn [{\"type\":\"text\",\"text\":\"Done.\"}] 100/20"

static char *
with_fault (const char *fault)
{
  return g_strdup_printf ("{\"turns\":[" TURN ",\"faults\":[%s]}]}", fault);
}

/* ---- the plain way */

static void
test_plain (gconstpointer provider)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GPtrArray) log = NULL;
  gboolean anthropic = g_str_equal (provider, "anthropic");

  fixture_run (&fixture, provider, "{\"api_key\":\"" KEY "\",\"turns\":[" TURN "}," TURN "}]}");
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (fixture.described, ==, HELLO);
  g_assert_cmpstr (fixture.reply->request_id, ==, "req_fake");
  if (anthropic)
    g_assert_cmpfloat_with_epsilon (fixture.reply->usage.cost_usd, (4 * 100 + 20 * 20) / 1e6,
                                    1e-12);
  else
    g_assert_cmpfloat (fixture.reply->usage.cost_usd, <, 0);
  g_assert_cmpuint (fixture.seen->blocks->len, ==, 1);
  g_assert_cmpstr (fixture.seen->text->str, ==, "Done.");
  g_ptr_array_set_size (fixture.seen->blocks, 0);
  fixture_send (&fixture);
  g_assert_no_error (fixture.error);

  log = wait_for_log (fixture.server, 2);
  if (anthropic)
    {
      g_assert_cmpstr (header_of (log, 0, "x-api-key"), ==, KEY);
      g_assert_cmpstr (header_of (log, 0, "anthropic-version"), ==, "2023-06-01");
      g_assert_null (header_of (log, 0, "authorization"));
    }
  else
    g_assert_cmpstr (header_of (log, 0, "authorization"), ==, "Bearer " KEY);
  g_assert_cmpstr (header_of (log, 0, "content-type"), ==, "application/json");
  g_assert_null (header_of (log, 0, "origin"));
  g_assert_null (header_of (log, 0, "accept-encoding"));
  g_assert_cmpstr (annex_json_opt_string (g_ptr_array_index (log, 0), "text", ""), ==,
                   annex_json_opt_string (g_ptr_array_index (log, 1), "text", ""));
}

/* A call, its result, and an answer that depends on it: the same conversation on both wires. */
static void
test_tool_loop (gconstpointer provider)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (AnnexModelRequest) request = new_request ("List them", NULL);
  AnnexModelReply *reply;

  fixture_start (&fixture, provider,
                 "{\"turns\":[{\"match\":\"List\",\"blocks\":[{\"type\":\"tool_use\",\"id\":\"t1\","
                 "\"name\":\"shell\",\"input\":{\"command\":\"ls\"}}]},"
                 "{\"when\":\"report\",\"blocks\":[{\"type\":\"text\",\"text\":"
                 "\"I saw {{last_tool_result:(\\\\w+)\\\\.pdf}}\"}]}]}");
  reply = settle_reply (fixture_send_with (&fixture, request, NULL), &fixture.error);
  g_assert_no_error (fixture.error);
  g_assert_cmpint (reply->stop_reason, ==, ANNEX_STOP_TOOL_USE);
  add_message (request, ANNEX_ROLE_ASSISTANT,
               annex_block_ref (g_ptr_array_index (reply->blocks, 0)), NULL);
  annex_model_reply_free (reply);
  add_message (request, ANNEX_ROLE_USER,
               annex_block_new_tool_result_text ("t1", "report.pdf\n", FALSE), NULL);
  g_ptr_array_set_size (fixture.seen->blocks, 0);
  reply = settle_reply (fixture_send_with (&fixture, request, NULL), &fixture.error);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (annex_block_get_text (g_ptr_array_index (reply->blocks, 0)), ==, "I saw report");
  annex_model_reply_free (reply);
}

/* ---- errors and retries */

static void
test_status (gconstpointer provider)
{
  static const struct
  {
    guint status;
    int code;
  } rows[] = {
    { 400, ANNEX_MODEL_ERROR_INVALID },      { 401, ANNEX_MODEL_ERROR_AUTH },
    { 402, ANNEX_MODEL_ERROR_BILLING },      { 403, ANNEX_MODEL_ERROR_PERMISSION },
    { 404, ANNEX_MODEL_ERROR_NOT_FOUND },    { 413, ANNEX_MODEL_ERROR_TOO_LARGE },
    { 429, ANNEX_MODEL_ERROR_RATE_LIMITED }, { 500, ANNEX_MODEL_ERROR_SERVER },
    { 503, ANNEX_MODEL_ERROR_OVERLOADED },   { 529, ANNEX_MODEL_ERROR_OVERLOADED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autofree char *fault = g_strdup_printf (
          "{\"kind\":\"status\",\"status\":%u,\"should_retry\":\"false\",\"times\":-1,"
          "\"message\":\"the key " KEY " is odd\"}",
          rows[i].status);
      g_autofree char *scenario = with_fault (fault);

      fixture_run (&fixture, provider, scenario);
      g_assert_error (fixture.error, ANNEX_MODEL_ERROR, rows[i].code);
      g_assert_null (strstr (fixture.error->message, KEY));
      g_assert_cmpuint (fixture.seen->retries->len, ==, 0);
    }
}

static void
test_retry_after (gconstpointer provider)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (GPtrArray) log = NULL;
  g_autofree char *scenario = with_fault (
      "{\"kind\":\"status\",\"status\":429,\"retry_after\":\"0.15\"},"
      "{\"kind\":\"status\",\"status\":529,\"retry_after_ms\":\"40\",\"message\":\"" KEY "\"}");
  gint64 first;
  gint64 second;
  gint64 third;

  fixture_run (&fixture, provider, scenario);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (fixture.described, ==, HELLO);
  g_assert_cmpuint (fixture.seen->retries->len, ==, 2);
  g_assert_cmpuint (fixture.seen->last_delay_ms, ==, 40);
  g_assert_null (strstr (g_ptr_array_index (fixture.seen->retries, 1), KEY));
  log = wait_for_log (fixture.server, 3);
  first = annex_json_opt_int (g_ptr_array_index (log, 0), "time_us", 0);
  second = annex_json_opt_int (g_ptr_array_index (log, 1), "time_us", 0);
  third = annex_json_opt_int (g_ptr_array_index (log, 2), "time_us", 0);
  g_assert_cmpint (second - first, >=, 150000);
  g_assert_cmpint (third - second, >=, 40000);
}

/* An error after whole blocks: the attempt is forgotten, the next one counts alone. */
static void
test_overloaded_in_stream (gconstpointer provider)
{
  g_auto (Fixture) fixture = { 0 };

  fixture_run (
      &fixture, provider,
      "{\"turns\":[{\"blocks\":[{\"type\":\"thinking\",\"thinking\":\"hm\"},"
      "{\"type\":\"text\",\"text\":\"one\"},{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\","
      "\"input\":{}}],\"fault\":{\"kind\":\"error-event\",\"after_events\":6,\"message\":\"" KEY
      "\"}}]}");
  g_assert_no_error (fixture.error);
  g_assert_cmpuint (fixture.seen->retries->len, ==, 1);
  g_assert_null (strstr (g_ptr_array_index (fixture.seen->retries, 0), KEY));
  g_assert_cmpuint (fixture.reply->blocks->len, ==, 3);
  g_assert_cmpuint (fixture.seen->blocks->len, ==, 3);
  g_assert_cmpstr (fixture.seen->text->str, ==, "one");
}

static void
test_misbehaviour (gconstpointer provider)
{
  static const struct
  {
    const char *fault;
    int code;
  } rows[] = {
    { "{\"kind\":\"html\"}", ANNEX_MODEL_ERROR_PROTOCOL },
    { "{\"kind\":\"raw\",\"body\":\"data: {\\\"a\\\":\\n\\n\"}", ANNEX_MODEL_ERROR_PROTOCOL },
    { "{\"kind\":\"status\",\"status\":302,\"location\":\"http://127.0.0.1:1/\"}",
      ANNEX_MODEL_ERROR_PROTOCOL },
    { "{\"kind\":\"endless\",\"of\":\"line\"}", ANNEX_MODEL_ERROR_PROTOCOL },
    { "{\"kind\":\"error-event\",\"after_events\":2,\"type\":\"authentication_error\",\"message\":"
      "\"" KEY "\"}",
      ANNEX_MODEL_ERROR_AUTH },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autofree char *scenario = with_fault (rows[i].fault);

      fixture_run (&fixture, provider, scenario);
      g_assert_error (fixture.error, ANNEX_MODEL_ERROR, rows[i].code);
      g_assert_null (strstr (fixture.error->message, KEY));
      g_assert_cmpuint (fixture.seen->retries->len, ==, 0);
    }
}

static void
test_endless_text (gconstpointer provider)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *text = g_strnfill (20000, 'x');
  g_autofree char *fault = g_strdup_printf ("{\"kind\":\"endless\",\"text\":\"%s\"}", text);
  g_autofree char *scenario = with_fault (fault);
  g_autoptr (GPtrArray) log = NULL;

  fixture_run (&fixture, provider, scenario);
  g_assert_error (fixture.error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL);
  log = wait_for_log (fixture.server, 1);
  g_assert_true (annex_json_opt_boolean (g_ptr_array_index (log, 0), "client_left", FALSE));
}

/* A head that never ends is given up. */
static void
test_endless_head (gconstpointer provider)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *scenario = with_fault ("{\"kind\":\"endless\",\"of\":\"head\"}");
  g_autoptr (GPtrArray) log = NULL;

  fixture_run (&fixture, provider, scenario);
  g_assert_nonnull (fixture.error);
  log = wait_for_log (fixture.server, 1);
  g_assert_cmpint (annex_json_opt_int (g_ptr_array_index (log, 0), "bytes", 0), <,
                   64 * 1024 * 1024);
}

static void
test_malformed_tool (gconstpointer provider)
{
  g_auto (Fixture) fixture = { 0 };
  JsonObject *input;

  fixture_run (
      &fixture, provider,
      "{\"turns\":[{\"blocks\":[{\"type\":\"tool_use\",\"name\":\"shell\",\"input\":{\"command\":"
      "\"ls\"}}],\"fault\":{\"kind\":\"malformed-tool\"}}]}");
  g_assert_no_error (fixture.error);
  input = annex_block_get_tool_input (g_ptr_array_index (fixture.reply->blocks, 0));
  g_assert_cmpstr (annex_json_opt_string (input, ANNEX_MALFORMED_INPUT, ""), ==,
                   "{\"command\":\"ls\"");
}

/* ---- stopping */

typedef struct
{
  Seen *seen;
  DexCancellable *cancel;
} Stopping;

static void
stop_on_delta (const AnnexDelta *delta, gpointer data)
{
  Stopping *stopping = data;

  seen_on_delta (delta, stopping->seen);
  if (stopping->seen->text->len > 100)
    dex_cancellable_cancel (stopping->cancel);
}

/* Stopping in mid-answer closes the connection, so that the server stops too. */
static void
test_cancel (gconstpointer provider)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *scenario = with_fault ("{\"kind\":\"endless\",\"delay_ms\":2}");
  g_autoptr (AnnexModelRequest) request = new_request ("Hello", NULL);
  g_autoptr (DexCancellable) cancel = dex_cancellable_new ();
  g_autoptr (GPtrArray) log = NULL;
  Stopping stopping = { NULL, cancel };

  fixture_start (&fixture, provider, scenario);
  stopping.seen = fixture.seen;
  request->on_delta = stop_on_delta;
  request->user_data = &stopping;
  g_assert_null (settle_reply (annex_model_send (fixture.model, request, DEX_FUTURE (cancel)),
                               &fixture.error));
  g_assert_error (fixture.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  log = wait_for_log (fixture.server, 1);
  g_assert_true (annex_json_opt_boolean (g_ptr_array_index (log, 0), "client_left", FALSE));
}

static void
cancel_cb (gpointer data)
{
  dex_cancellable_cancel (data);
}

/* Stopped before the head, and while waiting for a retry. */
static void
test_cancel_early (gconstpointer provider)
{
  static const char *const faults[] = {
    "{\"kind\":\"silent\",\"ms\":3000}",
    "{\"kind\":\"status\",\"status\":429,\"retry_after\":\"30\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autofree char *scenario = with_fault (faults[i]);
      g_autoptr (AnnexModelRequest) request = new_request ("Hello", NULL);
      g_autoptr (DexCancellable) cancel = dex_cancellable_new ();
      gint64 start = g_get_monotonic_time ();

      fixture_start (&fixture, provider, scenario);
      g_timeout_add_once (300, cancel_cb, cancel);
      g_assert_null (settle_reply (fixture_send_with (&fixture, request, DEX_FUTURE (cancel)),
                                   &fixture.error));
      g_assert_error (fixture.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 2500000);
    }
}

/* ---- the key */

static void
test_redirect_keeps_key (gconstpointer provider)
{
  g_autoptr (FakeModel) other = fake_model_new ("{\"turns\":[]}", NULL, NULL);
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *fault =
      g_strdup_printf ("{\"kind\":\"status\",\"status\":307,\"location\":\"http://127.0.0.1:%u/\"}",
                       fake_model_get_port (other));
  g_autofree char *scenario = with_fault (fault);
  g_autoptr (GPtrArray) log = NULL;

  fixture_run (&fixture, provider, scenario);
  g_assert_error (fixture.error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL);
  log = fake_model_dup_log (other);
  g_assert_cmpuint (log->len, ==, 0);
}

/* A server's key is found under its own address, and no other server gets it. */
static void
test_key_from_secrets (gconstpointer provider)
{
  g_autoptr (AnnexSecrets) secrets = annex_session_secrets_new ("Test.");
  g_autoptr (FakeModel) server =
      fake_model_new ("{\"api_key\":\"right-one\",\"turns\":[" TURN "}]}", NULL, NULL);
  g_autofree char *base_url = fake_model_dup_base_url (server);
  g_autofree char *with_v1 = g_strconcat (base_url, "/v1/", NULL);
  g_autofree char *id = annex_models_dup_secret_id (provider, with_v1);
  g_autofree char *own_id = annex_models_dup_secret_id (provider, NULL);
  g_autofree char *expected = g_strdup_printf ("model:%s:%s", (char *) provider, base_url);
  g_autoptr (AnnexModel) model = annex_models_new (provider, "m", with_v1, secrets, NULL);
  g_autoptr (AnnexModelRequest) request = new_request ("Hello", NULL);
  g_autoptr (GError) error = NULL;
  AnnexModelReply *reply;
  DexFuture *stored;

  g_unsetenv ("ANNEX_API_KEY");
  g_assert_cmpstr (id, ==, expected);
  stored = annex_secrets_store (secrets, own_id, "own", "wrong-one");
  dex_unref (stored);
  g_assert_null (settle_reply (annex_model_send (model, request, NULL), &error));
  g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NO_KEY);
  g_clear_error (&error);
  stored = annex_secrets_store (secrets, id, "this", " right-one\n");
  dex_unref (stored);
  reply = settle_reply (annex_model_send (model, request, NULL), &error);
  g_assert_no_error (error);
  annex_model_reply_free (reply);
  g_clear_pointer (&request->system, g_free);
  stored = annex_secrets_store (secrets, id, "this", "two\r\nlines: x");
  dex_unref (stored);
  g_assert_null (settle_reply (annex_model_send (model, request, NULL), &error));
  g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_AUTH);
  g_setenv ("ANNEX_API_KEY", KEY, TRUE);
}

static void
test_no_key (gconstpointer provider)
{
  g_autoptr (AnnexModel) model = annex_models_new (provider, "m", NULL, NULL, NULL);
  g_autoptr (AnnexModelRequest) request = new_request ("Hello", NULL);
  g_autoptr (GError) error = NULL;

  g_unsetenv ("ANNEX_API_KEY");
  g_assert_null (settle_reply (annex_model_send (model, request, NULL), &error));
  g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NO_KEY);
  g_setenv ("ANNEX_API_KEY", KEY, TRUE);
}

/* ---- asking the server about itself */

static void
test_check_and_list (gconstpointer provider)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DexFuture) check = NULL;
  g_autoptr (DexFuture) list = NULL;
  char **models;

  fixture_start (&fixture, provider,
                 "{\"api_key\":\"" KEY "\",\"models\":[\"one\",\"two\"],\"turns\":[]}");
  check = annex_model_check (fixture.model);
  settle (check, &fixture.error);
  g_assert_no_error (fixture.error);
  list = annex_model_list (fixture.model);
  settle (list, &fixture.error);
  g_assert_no_error (fixture.error);
  models = g_value_get_boxed (dex_future_get_value (list, NULL));
  g_assert_cmpstr (models[0], ==, "one");
  g_assert_cmpstr (models[1], ==, "two");
  g_assert_null (models[2]);
  g_clear_pointer (&check, dex_unref);
  g_setenv ("ANNEX_API_KEY", "another", TRUE);
  check = annex_model_check (fixture.model);
  g_setenv ("ANNEX_API_KEY", "another", TRUE);
  settle (check, &fixture.error);
  g_assert_error (fixture.error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_AUTH);
  g_setenv ("ANNEX_API_KEY", KEY, TRUE);
}

/* Thinking that the server no longer takes is left out, once. */
static void
test_thinking_repair (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (AnnexModelRequest) request = new_request ("Hello", NULL);
  g_autoptr (GPtrArray) log = NULL;
  g_autofree char *scenario = with_fault (
      "{\"kind\":\"status\",\"status\":400,\"message\":\"Invalid `signature` in `thinking` block: "
      "bound to a different conversation\"}");
  AnnexModelReply *reply;

  add_message (request, ANNEX_ROLE_ASSISTANT,
               block_from ("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"b2xk\"}"),
               annex_block_new_text ("Hi"), NULL);
  add_message (request, ANNEX_ROLE_USER, annex_block_new_text ("Go on"), NULL);
  fixture_start (&fixture, "anthropic", scenario);
  reply = settle_reply (fixture_send_with (&fixture, request, NULL), &fixture.error);
  g_assert_no_error (fixture.error);
  annex_model_reply_free (reply);
  log = wait_for_log (fixture.server, 2);
  g_assert_nonnull (
      strstr (annex_json_opt_string (g_ptr_array_index (log, 0), "text", ""), "b2xk"));
  g_assert_null (strstr (annex_json_opt_string (g_ptr_array_index (log, 1), "text", ""), "b2xk"));
}

static void
add_for_both (const char *name, GTestDataFunc func)
{
  static const char *const providers[] = { "anthropic", "openai" };

  for (gsize i = 0; i < G_N_ELEMENTS (providers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/models/%s/%s", providers[i], name);

      g_test_add_data_func (path, providers[i], func);
    }
}

/* Who speaks to a model's host is Annex, and never a task. */
static void
test_host_is_reserved (void)
{
  static const struct
  {
    const char *provider;
    const char *base_url;
    const char *host;
  } cases[] = {
    { "anthropic", NULL, "api.anthropic.com" },
    { "openai", NULL, "api.openai.com" },
    { "anthropic", "https://Gateway.Example/anthropic", "gateway.example" },
    { "openai", "https://models.example:8443/v1", "models.example" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AnnexModel) model = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (annex_policy_may_ask (cases[i].host, NULL));
      model = annex_models_new (cases[i].provider, "m", cases[i].base_url, NULL, &error);
      g_assert_no_error (error);
      g_assert_false (annex_policy_may_ask (cases[i].host, &error));
      g_assert_error (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_MODEL_HOST);
    }
  g_assert_true (annex_policy_may_ask ("example.com", NULL));
}

int
main (int argc, char **argv)
{
  int status;

  g_setenv ("ANNEX_API_KEY", KEY, TRUE);
  logged = g_string_new (NULL);
  g_log_set_writer_func (log_writer, NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_log_set_default_handler (log_handler, NULL);
  dex_init ();
  add_for_both ("plain", test_plain);
  add_for_both ("tool-loop", test_tool_loop);
  add_for_both ("status", test_status);
  add_for_both ("retry-after", test_retry_after);
  add_for_both ("overloaded-in-stream", test_overloaded_in_stream);
  add_for_both ("misbehaviour", test_misbehaviour);
  add_for_both ("endless-text", test_endless_text);
  add_for_both ("endless-head", test_endless_head);
  add_for_both ("malformed-tool", test_malformed_tool);
  add_for_both ("cancel", test_cancel);
  add_for_both ("cancel-early", test_cancel_early);
  add_for_both ("redirect-keeps-key", test_redirect_keeps_key);
  add_for_both ("key-from-secrets", test_key_from_secrets);
  add_for_both ("no-key", test_no_key);
  add_for_both ("check-and-list", test_check_and_list);
  g_test_add_func ("/models/thinking-repair", test_thinking_repair);
  g_test_add_func ("/models/host-is-reserved", test_host_is_reserved);
  status = g_test_run ();
  /* Nothing that ran let the key into a log; and something was logged. */
  g_assert_cmpuint (logged->len, >, 0);
  g_assert_null (strstr (logged->str, KEY));
  return status;
}
