/* test-exchange.c
 *
 * The exchange and HTTP with limits short enough for a test: cuts at every byte of the wire,
 * silence, keep-alives without end, a model that loads, servers that are not there or not who they
 * say.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-anthropic-stream.h"
#include "annex-exchange.h"
#include "annex-models.h"
#include "annex-future.h"
#include "annex-openai-stream.h"
#include "fake-model.h"
#include "model-test.h"

#include <string.h>

/* ---- one exchange */

typedef struct
{
  const AnnexWireFormat *format;
  const char *base_url;
  AnnexRetryPolicy retry;
  guint connect_timeout_ms;
  guint first_byte_timeout_ms;
  guint idle_timeout_ms;
  guint progress_timeout_ms;
  Seen *seen;
} Run;

static DexFuture *
run_fiber (gpointer data)
{
  Run *run = data;
  gboolean anthropic = run->format == &annex_anthropic_format;
  GError *error = NULL;
  g_autoptr (AnnexHttp) http = annex_http_new (run->base_url, &error);
  g_autoptr (GBytes) body = g_bytes_new_static ("{\"messages\":[]}", 15);
  AnnexExchange exchange = {
    .format = run->format,
    .http = http,
    .head = { .method = "POST",
              .path = anthropic ? "/v1/messages" : "/v1/chat/completions",
              .connect_timeout_ms = run->connect_timeout_ms,
              .first_byte_timeout_ms = run->first_byte_timeout_ms },
    .body = body,
    .sink = seen_sink (run->seen),
    .retry = run->retry,
    .idle_timeout_ms = run->idle_timeout_ms,
    .progress_timeout_ms = run->progress_timeout_ms,
  };
  AnnexModelReply *reply;

  g_assert_no_error (error);
  reply = annex_exchange_run (&exchange, NULL, &error);
  return reply != NULL ? dex_future_new_take_boxed (ANNEX_TYPE_MODEL_REPLY, reply)
                       : annex_future_new_error (error);
}

static Run
run_defaults (const AnnexWireFormat *format, Seen *seen)
{
  Run run = { .format = format,
              .retry = annex_retry_policy_default,
              .connect_timeout_ms = 5000,
              .first_byte_timeout_ms = 5000,
              .idle_timeout_ms = 5000,
              .progress_timeout_ms = 5000,
              .seen = seen };

  run.retry.base_ms = 1;
  run.retry.cap_ms = 1;
  run.retry.loading_ms = 1;
  run.retry.max_loading_ms = 5;
  return run;
}

static AnnexModelReply *
run_it (Run *run, const char *scenario, GError **error)
{
  g_autoptr (FakeModel) server = fake_model_new (scenario, NULL, NULL);
  g_autofree char *base_url = fake_model_dup_base_url (server);

  run->base_url = base_url;
  return settle_reply (dex_scheduler_spawn (NULL, 1024 * 1024, run_fiber, run, NULL), error);
}

#define TURN                                                                                       \
  "{\"usage\":{\"input_tokens\":1},\"blocks\":[{\"type\":\"text\",\"text\":\"Fine \xc3\xbc\"},"    \
  "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{\"x\":1}}]"
#define REPLY                                                                                      \
  "tool_use [{\"type\":\"text\",\"text\":\"Fine \xc3\xbc\"}, {\"type\":\"tool_use\",\"id\":\"t\"," \
  "\"name\":\"f\",\"input\":{\"x\":1}}] 1/20"

static const AnnexWireFormat *const formats[] = { &annex_anthropic_format, &annex_openai_format };

/* The wire is cut after so many bytes of the answer, then the server behaves: one retry, and the
 * reply is what it would have been. The last bytes do not matter to a reply that is whole. */
static void
test_cut_at_every_byte (gconstpointer data)
{
  guint retried = 0;

  for (guint n = 0; n < 2000; n++)
    {
      g_autoptr (Seen) seen = seen_new ();
      g_autoptr (GError) error = NULL;
      Run run = run_defaults (data, seen);
      g_autofree char *scenario = g_strdup_printf (
          "{\"turns\":[" TURN ",\"fault\":{\"kind\":\"cut\",\"after_bytes\":%u}}]}", n);
      AnnexModelReply *reply = run_it (&run, scenario, &error);
      g_autofree char *text = NULL;
      gboolean whole;

      g_assert_no_error (error);
      text = describe_reply (reply);
      whole = seen->retries->len == 0;
      /* Each attempt is told of, with what went each way. */
      g_assert_cmpuint (seen->n_attempts, ==, seen->retries->len + 1);
      g_assert_cmpuint (seen->n_failed, ==, seen->retries->len);
      g_assert_cmpuint (seen->bytes_up, ==, 15 * seen->n_attempts);
      g_assert_cmpuint (seen->bytes_down, >, 100);
      g_assert_cmpuint (reply->blocks->len, ==, 2);
      g_assert_cmpuint (seen->blocks->len, ==, 2);
      annex_model_reply_free (reply);
      if (whole)
        break; /* All that counts had come. */
      g_assert_cmpstr (text, ==, REPLY);
      g_assert_cmpuint (seen->retries->len, ==, 1);
      retried++;
    }
  g_assert_cmpuint (retried, >, 500);
  g_assert_cmpuint (retried, <, 2000);
}

/* @code < 0: it succeeds. */
static void
assert_outcome (const AnnexWireFormat *format,
                const char *fault,
                guint limit_ms,
                int code,
                guint retries)
{
  g_autoptr (Seen) seen = seen_new ();
  g_autoptr (GError) error = NULL;
  Run run = run_defaults (format, seen);
  g_autofree char *scenario =
      g_strdup_printf ("{\"turns\":[" TURN ",\"fault\":{\"kind\":%s}}]}", fault);
  AnnexModelReply *reply;

  run.first_byte_timeout_ms = run.idle_timeout_ms = run.progress_timeout_ms = limit_ms;
  reply = run_it (&run, scenario, &error);
  if (code < 0)
    {
      g_assert_no_error (error);
      annex_model_reply_free (reply);
    }
  else
    {
      g_assert_null (reply);
      g_assert_error (error, ANNEX_MODEL_ERROR, code);
    }
  g_assert_cmpuint (seen->retries->len, ==, retries);
}

static void
test_faults (gconstpointer data)
{
  assert_outcome (data, "\"cut\",\"after_bytes\":60,\"times\":-1", 5000, ANNEX_MODEL_ERROR_CUT, 2);
  assert_outcome (data, "\"close\",\"times\":-1", 5000, ANNEX_MODEL_ERROR_CUT, 2);
  assert_outcome (data, "\"close\"", 5000, -1, 1);
  assert_outcome (data, "\"silent\",\"ms\":2000,\"times\":-1", 150, ANNEX_MODEL_ERROR_TIMED_OUT, 2);
  assert_outcome (data, "\"silent\",\"ms\":2000,\"after_head\":true", 500, -1, 1);
  assert_outcome (data, "\"status\",\"status\":529,\"times\":-1", 5000,
                  ANNEX_MODEL_ERROR_OVERLOADED, 4);
  assert_outcome (data, "\"status\",\"status\":500,\"times\":4", 5000, -1, 4);
  assert_outcome (data, "\"status\",\"status\":429,\"should_retry\":\"false\"", 5000,
                  ANNEX_MODEL_ERROR_RATE_LIMITED, 0);
  assert_outcome (data, "\"error-event\",\"after_events\":1,\"times\":-1", 5000,
                  ANNEX_MODEL_ERROR_OVERLOADED, 4);
  assert_outcome (data, "\"unknown-events\"", 5000, -1, 0);
  assert_outcome (data, "\"slow\",\"ms\":60", 2000, -1, 0);
  /* A model that loads is waited for, beyond the count of retries, but not for ever. */
  assert_outcome (data, "\"status\",\"status\":503,\"message\":\"Loading model\",\"times\":5", 5000,
                  -1, 5);
  assert_outcome (data, "\"status\",\"status\":503,\"message\":\"Loading model\",\"times\":-1",
                  5000, ANNEX_MODEL_ERROR_OVERLOADED, 5);
}

/* Keep-alives are no progress. */
static void
test_pings_only (gconstpointer data)
{
  g_autoptr (Seen) seen = seen_new ();
  g_autoptr (GError) error = NULL;
  Run run = run_defaults (data, seen);

  run.progress_timeout_ms = 300;
  run.retry.max_transport_retries = 0;
  g_assert_null (run_it (&run,
                         "{\"turns\":[{\"fault\":{\"kind\":\"endless\",\"of\":\"ping\","
                         "\"delay_ms\":10}}]}",
                         &error));
  g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TIMED_OUT);
}

/* ---- servers that are not there, or not who they say */

static void
assert_unreachable (const char *base_url, guint retries, const char *word)
{
  g_autoptr (Seen) seen = seen_new ();
  g_autoptr (GError) error = NULL;
  Run run = run_defaults (&annex_anthropic_format, seen);

  run.base_url = base_url;
  g_assert_null (
      settle_reply (dex_scheduler_spawn (NULL, 1024 * 1024, run_fiber, &run, NULL), &error));
  g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OFFLINE);
  g_assert_cmpuint (seen->retries->len, ==, retries);
  if (strstr (error->message, word) == NULL)
    g_error ("“%s” does not say “%s”", error->message, word);
}

static void
test_nobody_there (void)
{
  assert_unreachable ("http://127.0.0.1:9", 2, "Nothing answers");
  assert_unreachable ("http://no-such-host.invalid", 2, "no-such-host.invalid");
}

/* Made for this test, for the address 127.0.0.1, signed by itself. */
static const char certificate[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMNYewiI6nj9DILGI\n"
    "bGj48hk6kHAlf0fNHhclqvetE9OhRANCAARWv8QRIBjr//96qLDnbROprfGC6Tr7\n"
    "XAlUbMbq+eXMBR3psbVrMkCAoW0QAfFVjU5WHaAhFXU4bczvgjiWRd9z\n"
    "-----END PRIVATE KEY-----\n"
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBkDCCATagAwIBAgIUU2Qj8/6ps3SoA5srFt8p+fMVTb4wCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMTAyMzM1MVoYDzIxMjYxMDI4\n"
    "MDIzMzUxWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAARWv8QRIBjr//96qLDnbROprfGC6Tr7XAlUbMbq+eXMBR3psbVrMkCA\n"
    "oW0QAfFVjU5WHaAhFXU4bczvgjiWRd9zo2QwYjAdBgNVHQ4EFgQU2Qmo/ADxRkdd\n"
    "ZkWd3/m0VMhMa38wHwYDVR0jBBgwFoAU2Qmo/ADxRkddZkWd3/m0VMhMa38wDwYD\n"
    "VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC\n"
    "IQCM+uaFbcELjODhniJuy2xZnvyt29q1LJFvJsJD7W4PWwIgJEq8K/AlMloHtQD9\n"
    "3dwzPevWEL8qF9QbuSVAGynFgPw=\n"
    "-----END CERTIFICATE-----\n";

static gpointer
tls_thread (gpointer data)
{
  g_autoptr (GSocketListener) listener = data;
  g_autoptr (GTlsCertificate) own = g_tls_certificate_new_from_pem (certificate, -1, NULL);

  for (;;)
    {
      g_autoptr (GSocketConnection) raw = g_socket_listener_accept (listener, NULL, NULL, NULL);
      g_autoptr (GIOStream) tls = NULL;
      char buffer[100];

      if (raw == NULL)
        break;
      tls = g_tls_server_connection_new (G_IO_STREAM (raw), own, NULL);
      if (g_input_stream_read (g_io_stream_get_input_stream (tls), buffer, sizeof buffer, NULL,
                               NULL) > 0)
        g_error ("A request came through a connection that was not to be trusted");
    }
  return NULL;
}

static void
test_certificate (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *base_url = g_strdup_printf ("https://127.0.0.1:%u", port);
  g_autofree char *other_name = g_strdup_printf ("https://localhost:%u", port);

  g_thread_unref (g_thread_new ("tls", tls_thread, g_object_ref (listener)));
  assert_unreachable (base_url, 0, "signed by nobody");
  assert_unreachable (other_name, 0, "another name");
}

/* An https address of a server that speaks plain HTTP. */
static void
test_no_tls (void)
{
  g_autoptr (FakeModel) server = fake_model_new ("{\"turns\":[]}", NULL, NULL);
  g_autofree char *base_url =
      g_strdup_printf ("https://127.0.0.1:%u", fake_model_get_port (server));

  assert_unreachable (base_url, 0, "secure connection");
}

/* ---- servers that send a byte now and then */

typedef struct
{
  GSocketListener *listener; /* owned */
  const char *start;         /* sent at once */
  int hung_up;               /* atomic */
} Dribble;

static gpointer
dribble_thread (gpointer data)
{
  Dribble *dribble = data;
  g_autoptr (GSocketListener) listener = dribble->listener;
  g_autoptr (GSocketConnection) stream = g_socket_listener_accept (listener, NULL, NULL, NULL);
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (stream));
  char buffer[4096];

  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (stream)), buffer,
                                        sizeof buffer, NULL, NULL),
                   >, 0);
  if (g_output_stream_write_all (out, dribble->start, strlen (dribble->start), NULL, NULL, NULL))
    while (g_output_stream_write_all (out, "x", 1, NULL, NULL, NULL))
      g_usleep (20000);
  g_atomic_int_set (&dribble->hung_up, TRUE);
  return NULL;
}

typedef struct
{
  AnnexHttp *http;
} Get;

static DexFuture *
get_fiber (gpointer data)
{
  Get *get = data;
  GError *error = NULL;
  char *text =
      annex_exchange_get (&annex_openai_format, get->http, "/v1/models", NULL, NULL, 400, &error);

  return text != NULL ? dex_future_new_take_string (text) : annex_future_new_error (error);
}

typedef struct
{
  gboolean refuses;
  guint n_begun;
  guint n_ended;
} Told;

static DexFuture *
told_cb (AnnexModelTraffic *traffic, gpointer data)
{
  Told *told = data;

  g_assert_cmpstr (traffic->host, ==, "127.0.0.1");
  told->n_begun += !traffic->ended;
  told->n_ended += traffic->ended;
  if (traffic->ended)
    {
      g_assert_cmpint (traffic->begun, ==, 5183);
      g_assert_error (traffic->failure, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OFFLINE);
      return NULL;
    }
  traffic->begun = 5183;
  return told->refuses ? dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "It is full")
                       : dex_future_new_true ();
}

/* What is asked for no task is told, too, and not asked where that cannot be written. */
static void
test_get_told (void)
{
  Told told = { 0 };
  g_autoptr (GError) error = NULL;
  Get get = { .http = annex_http_new ("http://127.0.0.1:9", &error) };

  g_assert_no_error (error);
  annex_models_set_traffic_func (told_cb, &told, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (DexFuture) got = NULL;

      told.refuses = i == 1;
      got = dex_scheduler_spawn (NULL, 1024 * 1024, get_fiber, &get, NULL);
      settle (got, &error);
      if (i == 0)
        g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OFFLINE);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      g_clear_error (&error);
    }
  g_assert_cmpuint (told.n_begun, ==, 2);
  g_assert_cmpuint (told.n_ended, ==, 1);
  annex_models_clear_traffic_func (&error); /* somebody else */
  annex_models_clear_traffic_func (&told);
  annex_http_unref (get.http);
}

/* Each single wait is short, and yet it ends. The server goes on until it is hung up on. */
static void
test_dribble (gconstpointer data)
{
  Dribble dribble = { .listener = g_socket_listener_new (), .start = data };
  guint16 port = g_socket_listener_add_any_inet_port (dribble.listener, NULL, NULL);
  g_autofree char *base_url = g_strdup_printf ("http://127.0.0.1:%u", port);
  GThread *thread = g_thread_new ("dribble", dribble_thread, &dribble);
  g_autoptr (GError) error = NULL;
  Get get = { .http = annex_http_new (base_url, &error) };
  g_autoptr (DexFuture) got = NULL;

  g_assert_no_error (error);
  got = dex_scheduler_spawn (NULL, 1024 * 1024, get_fiber, &get, NULL);
  settle (got, &error);
  g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TIMED_OUT);
  annex_http_unref (get.http);
  while (!g_atomic_int_get (&dribble.hung_up))
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_thread_join (thread);
}

/* The debug messages of a thousand connections are no use to anybody. */
static void
log_handler (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  if (!(level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO)))
    g_log_default_handler (domain, level, message, data);
}

static void
add_for_both (const char *name, GTestDataFunc func)
{
  static const char *const names[] = { "anthropic", "openai" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strdup_printf ("/exchange/%s/%s", names[i], name);

      g_test_add_data_func (path, formats[i], func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_default_handler (log_handler, NULL);
  dex_init ();
  add_for_both ("cut-at-every-byte", test_cut_at_every_byte);
  add_for_both ("faults", test_faults);
  add_for_both ("pings-only", test_pings_only);
  g_test_add_func ("/exchange/nobody-there", test_nobody_there);
  g_test_add_func ("/exchange/certificate", test_certificate);
  g_test_add_func ("/exchange/no-tls", test_no_tls);
  g_test_add_data_func ("/exchange/dribble/head", "HTTP/1.1 200 OK\r\nX-Long: ", test_dribble);
  g_test_add_data_func ("/exchange/dribble/body", "HTTP/1.1 200 OK\r\n\r\n", test_dribble);
  g_test_add_data_func ("/exchange/dribble/failure", "HTTP/1.1 500 No\r\n\r\n", test_dribble);
  g_test_add_func ("/exchange/get-told", test_get_told);
  return g_test_run ();
}
