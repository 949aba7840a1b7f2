/* fake-model.c
 *
 * See fake-model.h. One thread accepts, one more serves each connection.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-model.h"

#include "annex-json-build.h"
#include "fake-http.h"
#include "fake-wire.h"

#include <stdio.h>
#include <string.h>

#define ENDLESS_BYTES (256u * 1024u * 1024u)

struct _FakeModel
{
  gatomicrefcount ref_count;
  GMutex mutex; /* of what follows */
  FakeScenario *scenario;
  GPtrArray *log;
  FILE *log_file;
  guint n_requests;
  GSocketListener *listener;
  GCancellable *stop;
  guint port;
};

/* One request being answered. */
typedef struct
{
  FakeModel *model;
  GOutputStream *out;
  FakeFormat format;
  JsonObject *record; /* of the log */
  char *name;         /* of the model */
  guint number;
  gboolean close; /* the connection ends after this */
} Exchange;

static void
fake_model_unref (FakeModel *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  fake_scenario_free (self->scenario);
  g_ptr_array_unref (self->log);
  if (self->log_file != NULL)
    fclose (self->log_file);
  g_object_unref (self->listener);
  g_object_unref (self->stop);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* Takes @record. */
static void
append_log (FakeModel *self, JsonObject *record)
{
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->log, record);
  if (self->log_file != NULL)
    {
      g_autofree char *line = annex_json_object_to_string (record);

      fprintf (self->log_file, "%s\n", line);
      fflush (self->log_file);
    }
  g_mutex_unlock (&self->mutex);
}

/* ---- faults */

static gboolean
is_kind (JsonObject *fault, const char *kind)
{
  return fault != NULL && g_str_equal (annex_json_opt_string (fault, "kind", ""), kind);
}

static const char *
type_for_status (guint status)
{
  switch (status)
    {
    case 400:
      return "invalid_request_error";
    case 401:
      return "authentication_error";
    case 402:
      return "billing_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 503:
    case 529:
      return "overloaded_error";
    case 504:
      return "timeout_error";
    default:
      return "api_error";
    }
}

static void
fail_with_status (Exchange *exchange, JsonObject *fault)
{
  static const char *const named[][2] = { { "retry_after", "retry-after" },
                                          { "retry_after_ms", "retry-after-ms" },
                                          { "should_retry", "x-should-retry" },
                                          { "location", "location" } };
  guint status = (guint) annex_json_opt_int (fault, "status", 500);
  JsonObject *given = annex_json_opt_object (fault, "headers");
  g_autoptr (JsonObject) headers =
      given != NULL ? annex_json_object_copy (given) : json_object_new ();
  const char *body = annex_json_opt_string (fault, "body", NULL);
  g_autofree char *made = fake_wire_error_body (
      exchange->format, status, annex_json_opt_string (fault, "type", type_for_status (status)),
      annex_json_opt_string (fault, "message", "scripted"));

  for (guint i = 0; i < G_N_ELEMENTS (named); i++)
    {
      const char *value = annex_json_opt_string (fault, named[i][0], NULL);

      if (value != NULL)
        json_object_set_string_member (headers, named[i][1], value);
    }
  json_object_set_int_member (exchange->record, "status", status);
  exchange->close = !fake_http_respond (
      exchange->out, status, annex_json_opt_string (fault, "content_type", "application/json"),
      headers, body != NULL ? body : made);
}

static char *
join (GPtrArray *events, guint n)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < events->len && i < n; i++)
    g_string_append (all, g_ptr_array_index (events, i));
  return g_string_free_and_steal (g_steal_pointer (&all));
}

/* The answer's first part, then nothing: the connection just ends. */
static void
cut (Exchange *exchange, JsonObject *fault, GPtrArray *events)
{
  gint64 after_events = annex_json_opt_int (fault, "after_events", G_MAXINT);
  g_autofree char *all = join (events, (guint) after_events);
  gsize n = MIN (strlen (all), (gsize) annex_json_opt_int (fault, "after_bytes", G_MAXINT));

  exchange->close = TRUE;
  if (fake_http_begin_stream (exchange->out, "text/event-stream"))
    fake_http_write_chunk (exchange->out, all, n);
}

static void
break_with_event (Exchange *exchange, JsonObject *fault, GPtrArray *events)
{
  g_autofree char *all = join (events, (guint) annex_json_opt_int (fault, "after_events", 0));
  g_autofree char *event = fake_wire_error_event (
      exchange->format, annex_json_opt_string (fault, "type", "overloaded_error"),
      annex_json_opt_string (fault, "message", "scripted"));

  exchange->close = !(fake_http_begin_stream (exchange->out, "text/event-stream") &&
                      fake_http_write_chunk (exchange->out, all, strlen (all)) &&
                      fake_http_write_chunk (exchange->out, event, strlen (event)) &&
                      fake_http_end_stream (exchange->out));
}

/* Writes without end, until the client is gone or a quarter of a GiB went out. */
static void
go_on_for_ever (Exchange *exchange, JsonObject *fault)
{
  const char *of = annex_json_opt_string (fault, "of", "text");
  gulong pause_us = (gulong) annex_json_opt_int (fault, "delay_ms", 0) * 1000;
  g_autofree char *filler = g_strnfill (4000, 'x');
  g_autofree char *start = fake_wire_text_start (exchange->format, exchange->name);
  g_autofree char *piece = NULL;
  gboolean raw = g_str_equal (of, "head");
  gsize total = 0;
  gboolean alive;

  if (g_str_equal (of, "ping"))
    piece = g_strdup (exchange->format == FAKE_FORMAT_ANTHROPIC
                          ? "event: ping\ndata: {\"type\":\"ping\"}\n\n"
                          : ": ping\n\n");
  else if (g_str_equal (of, "line"))
    piece = g_strdup (filler);
  else if (raw)
    piece = g_strdup_printf ("x-filler: %s\r\n", filler);
  else
    piece = fake_wire_text_piece (exchange->format,
                                  annex_json_opt_string (fault, "text", "and so on, "));
  if (raw)
    alive = fake_http_write (exchange->out, "HTTP/1.1 200 OK\r\n", 17);
  else
    alive = fake_http_begin_stream (exchange->out, "text/event-stream") &&
            fake_http_write_chunk (exchange->out, start, strlen (start));
  if (alive && g_str_equal (of, "line"))
    alive = fake_http_write_chunk (exchange->out, "data: ", 6);
  while (alive && total < ENDLESS_BYTES)
    {
      alive = raw ? fake_http_write (exchange->out, piece, strlen (piece))
                  : fake_http_write_chunk (exchange->out, piece, strlen (piece));
      total += strlen (piece);
      if (pause_us > 0)
        g_usleep (pause_us);
    }
  exchange->close = TRUE;
  json_object_set_boolean_member (exchange->record, "client_left", !alive);
  json_object_set_int_member (exchange->record, "bytes", (gint64) total);
}

static void
be_silent (Exchange *exchange, JsonObject *fault)
{
  if (annex_json_opt_boolean (fault, "after_head", FALSE))
    fake_http_begin_stream (exchange->out, "text/event-stream");
  g_usleep ((gulong) annex_json_opt_int (fault, "ms", 1000) * 1000);
  exchange->close = TRUE;
}

/* ---- answers */

static void
wait_for_file (FakeModel *self, const char *path)
{
  while (path != NULL && !g_file_test (path, G_FILE_TEST_EXISTS) &&
         !g_cancellable_is_cancelled (self->stop))
    g_usleep (20000);
}

static void
serve (Exchange *exchange, JsonObject *turn, JsonObject *fault, GPtrArray *events)
{
  gint64 chunk_bytes = annex_json_opt_int (turn, "chunk_bytes", 0);
  gulong pause_us =
      is_kind (fault, "slow") ? (gulong) annex_json_opt_int (fault, "ms", 50) * 1000 : 0;
  gboolean alive;

  g_usleep ((gulong) annex_json_opt_int (turn, "delay_ms", 0) * 1000);
  wait_for_file (exchange->model, annex_json_opt_string (turn, "wait_for", NULL));
  alive = fake_http_begin_stream (exchange->out, "text/event-stream");
  for (guint i = 0; alive && i < events->len; i++)
    {
      const char *event = g_ptr_array_index (events, i);
      gsize left = strlen (event);

      while (alive && left > 0)
        {
          gsize n = chunk_bytes > 0 ? MIN (left, (gsize) chunk_bytes) : left;

          alive = fake_http_write_chunk (exchange->out, event, n);
          event += n;
          left -= n;
        }
      if (pause_us > 0)
        g_usleep (pause_us);
    }
  exchange->close = !(alive && fake_http_end_stream (exchange->out));
  json_object_set_boolean_member (exchange->record, "client_left", exchange->close);
}

static void
answer (Exchange *exchange, JsonObject *turn, JsonObject *fault)
{
  g_autoptr (GPtrArray) events =
      fake_wire_render (exchange->format, turn, fault, exchange->name, exchange->number);

  json_object_set_int_member (exchange->record, "status", 200);
  if (is_kind (fault, "status"))
    fail_with_status (exchange, fault);
  else if (is_kind (fault, "cut"))
    cut (exchange, fault, events);
  else if (is_kind (fault, "error-event"))
    break_with_event (exchange, fault, events);
  else if (is_kind (fault, "endless"))
    go_on_for_ever (exchange, fault);
  else if (is_kind (fault, "silent"))
    be_silent (exchange, fault);
  else if (is_kind (fault, "close"))
    exchange->close = TRUE;
  else if (is_kind (fault, "html"))
    exchange->close = !fake_http_respond (exchange->out, 200, "text/html", NULL,
                                          "<html><body>Please log in</body></html>");
  else if (is_kind (fault, "raw"))
    {
      const char *body = annex_json_opt_string (fault, "body", "");

      exchange->close = !(fake_http_begin_stream (exchange->out, "text/event-stream") &&
                          fake_http_write_chunk (exchange->out, body, strlen (body)) &&
                          fake_http_end_stream (exchange->out));
    }
  else
    serve (exchange, turn, fault, events);
}

static gboolean
is_key_right (FakeModel *self, FakeHttpRequest *request)
{
  const char *wanted =
      annex_json_opt_string (fake_scenario_get_json (self->scenario), "api_key", NULL);
  const char *bearer = annex_json_opt_string (request->headers, "authorization", "");

  if (wanted == NULL)
    return TRUE;
  if (g_str_has_prefix (bearer, "Bearer "))
    bearer += strlen ("Bearer ");
  return g_str_equal (wanted, annex_json_opt_string (request->headers, "x-api-key", bearer));
}

static void
reject (Exchange *exchange, guint status, const char *message)
{
  g_autoptr (JsonObject) fault =
      annex_json_build ("i", "status", (gint64) status, "s", "message", message, NULL);

  fail_with_status (exchange, fault);
}

static void
handle_messages (Exchange *exchange, JsonObject *body)
{
  FakeModel *self = exchange->model;
  g_autoptr (FakeRequest) request = fake_request_new (exchange->format, body);
  g_autoptr (JsonObject) turn = NULL;
  JsonObject *fault = NULL;
  guint number = 0;

  exchange->name = g_strdup (annex_json_opt_string (body, "model", "fake"));
  g_mutex_lock (&self->mutex);
  turn = fake_scenario_next (self->scenario, request, &number, &fault);
  g_mutex_unlock (&self->mutex);
  if (turn == NULL)
    {
      json_object_set_string_member (exchange->record, "problem", "no turn fits");
      reject (exchange, 400, "the scenario has no turn for this request");
      return;
    }
  json_object_set_int_member (exchange->record, "turn", number);
  if (fault != NULL)
    json_object_set_string_member (exchange->record, "fault",
                                   annex_json_opt_string (fault, "kind", ""));
  answer (exchange, turn, fault);
}

/* ---- the other paths */

static const char *
owner (const char *identity)
{
  static const char *const owners[][2] = { { "llama.cpp", "llamacpp" },
                                           { "vllm", "vllm" },
                                           { "lm-studio", "organization_owner" },
                                           { "ollama", "library" } };

  for (guint i = 0; i < G_N_ELEMENTS (owners); i++)
    if (g_str_equal (owners[i][0], identity))
      return owners[i][1];
  return "annex";
}

static void
append_model (GString *out, JsonObject *scenario, const char *name)
{
  gint64 window = annex_json_opt_int (scenario, "window", 0);

  g_string_append_printf (out, "{\"id\":\"%s\",\"object\":\"model\",\"owned_by\":\"%s\"", name,
                          owner (annex_json_opt_string (scenario, "identity", "")));
  if (window > 0)
    g_string_append_printf (out, ",\"max_input_tokens\":%" G_GINT64_FORMAT, window);
  g_string_append_c (out, '}');
}

/* As Anthropic does: of a model, or of an alias of it, which is its id without the date. NULL where
 * there is none, and of servers that are something else. (transfer full) */
static char *
describe_model (JsonObject *scenario, const char *id)
{
  JsonArray *models = annex_json_opt_array (scenario, "models");
  g_autofree char *dated = g_strconcat (id, "-20251001", NULL);

  if (json_object_has_member (scenario, "identity"))
    return NULL;
  for (guint i = 0; models != NULL && i < json_array_get_length (models); i++)
    {
      const char *name = json_array_get_string_element (models, i);
      g_autoptr (GString) out = g_string_new (NULL);

      if (!g_str_equal (name, id) && !g_str_equal (name, dated))
        continue;
      append_model (out, scenario, name);
      return g_string_free_and_steal (g_steal_pointer (&out));
    }
  return NULL;
}

/* The answer to a GET; NULL for a path nobody serves. (transfer full) */
static char *
describe (FakeModel *self, const char *path, const char **type)
{
  JsonObject *scenario = fake_scenario_get_json (self->scenario);
  const char *identity = annex_json_opt_string (scenario, "identity", "");
  JsonArray *models = annex_json_opt_array (scenario, "models");
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean tags = g_str_equal (path, "/api/tags");

  *type = "application/json";
  if (g_str_equal (path, "/") && g_str_equal (identity, "ollama"))
    {
      *type = "text/plain";
      return g_strdup ("Ollama is running");
    }
  if (g_str_equal (path, "/health"))
    return g_strdup ("{\"status\":\"ok\"}");
  if (g_str_equal (path, "/api/version") && g_str_equal (identity, "ollama"))
    return g_strdup ("{\"version\":\"0.30.0\"}");
  if (g_str_has_prefix (path, "/v1/models/"))
    return describe_model (scenario, path + strlen ("/v1/models/"));
  if (!g_str_equal (path, "/v1/models") && !(tags && g_str_equal (identity, "ollama")))
    return NULL;
  g_string_append (out,
                   tags ? "{\"models\":[" : "{\"object\":\"list\",\"has_more\":false,\"data\":[");
  for (guint i = 0; i < (models != NULL ? json_array_get_length (models) : 1); i++)
    {
      const char *name = models != NULL ? json_array_get_string_element (models, i) : "fake";

      g_string_append (out, i > 0 ? "," : "");
      if (tags)
        g_string_append_printf (out, "{\"name\":\"%s\"}", name);
      else
        append_model (out, scenario, name);
    }
  g_string_append (out, "]}");
  return g_string_free_and_steal (g_steal_pointer (&out));
}

static void
handle_get (Exchange *exchange, FakeHttpRequest *request)
{
  const char *type;
  g_autofree char *body = describe (exchange->model, request->path, &type);

  json_object_set_int_member (exchange->record, "status", body != NULL ? 200 : 404);
  exchange->close = !fake_http_respond (exchange->out, body != NULL ? 200 : 404, type, NULL,
                                        body != NULL ? body : "{\"detail\":\"Not Found\"}");
}

static void
route (Exchange *exchange, FakeHttpRequest *request, JsonObject *body)
{
  gboolean is_get = g_str_equal (request->method, "GET");
  gboolean is_open = is_get && !g_str_has_prefix (request->path, "/v1/");

  if (!is_open && !is_key_right (exchange->model, request))
    reject (exchange, 401, "invalid key");
  else if (is_get)
    handle_get (exchange, request);
  else if (body == NULL)
    reject (exchange, 400, "the body is no JSON object");
  else if (g_str_equal (request->path, "/v1/messages") ||
           g_str_equal (request->path, "/v1/chat/completions"))
    handle_messages (exchange, body);
  else
    reject (exchange, 404, "no such path");
}

static JsonObject *
new_record (FakeModel *self, FakeHttpRequest *request, JsonObject *body, guint *number)
{
  g_mutex_lock (&self->mutex);
  *number = ++self->n_requests;
  g_mutex_unlock (&self->mutex);
  return annex_json_build ("i", "n", (gint64) *number, "i", "time_us", g_get_real_time (), "s",
                           "method", request->method, "s", "path", request->path, "o", "headers",
                           annex_json_object_copy (request->headers), "o", "body",
                           body != NULL ? json_object_ref (body) : NULL, "s", "text", request->body,
                           NULL);
}

/* ---- connections */

typedef struct
{
  FakeModel *model;
  GSocketConnection *connection;
} Connection;

static gpointer
connection_thread (gpointer data)
{
  Connection *self = data;
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (self->connection));
  g_autoptr (GInputStream) buffered = g_buffered_input_stream_new (in);
  gboolean close = FALSE;

  while (!close)
    {
      g_autoptr (FakeHttpRequest) request = fake_http_read (buffered);
      g_autoptr (JsonObject) body = NULL;
      Exchange exchange = { .model = self->model, .format = FAKE_FORMAT_ANTHROPIC };

      if (request == NULL)
        break;
      body = request->body != NULL ? annex_json_parse_object (request->body, -1, NULL) : NULL;
      exchange.out = g_io_stream_get_output_stream (G_IO_STREAM (self->connection));
      if (g_str_equal (request->path, "/v1/chat/completions") ||
          json_object_has_member (request->headers, "authorization"))
        exchange.format = FAKE_FORMAT_OPENAI;
      exchange.record = new_record (self->model, request, body, &exchange.number);
      route (&exchange, request, body);
      append_log (self->model, exchange.record);
      close = exchange.close;
      g_free (exchange.name);
    }
  g_io_stream_close (G_IO_STREAM (self->connection), NULL, NULL);
  g_object_unref (self->connection);
  fake_model_unref (self->model);
  g_free (self);
  return NULL;
}

static gpointer
accept_thread (gpointer data)
{
  FakeModel *self = data;

  for (;;)
    {
      GSocketConnection *connection =
          g_socket_listener_accept (self->listener, NULL, self->stop, NULL);
      Connection *state;

      if (connection == NULL)
        break;
      g_socket_set_timeout (g_socket_connection_get_socket (connection), 60);
      state = g_new0 (Connection, 1);
      state->model = self;
      state->connection = connection;
      g_atomic_ref_count_inc (&self->ref_count);
      g_thread_unref (g_thread_new ("fake-connection", connection_thread, state));
    }
  g_socket_listener_close (self->listener);
  fake_model_unref (self);
  return NULL;
}

FakeModel *
fake_model_new (const char *scenario, const char *log_path, GError **error)
{
  FakeScenario *parsed = fake_scenario_new (scenario, error);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocketAddress) bound = NULL;
  FakeModel *self;

  if (parsed == NULL)
    return NULL;
  address = g_inet_socket_address_new (
      loopback, (guint16) annex_json_opt_int (fake_scenario_get_json (parsed), "port", 0));
  self = g_new0 (FakeModel, 1);
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->scenario = parsed;
  self->log = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  self->listener = g_socket_listener_new ();
  self->stop = g_cancellable_new ();
  if (log_path != NULL)
    self->log_file = fopen (log_path, "we");
  if (!g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &bound, error))
    {
      fake_model_unref (self);
      return NULL;
    }
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_atomic_ref_count_inc (&self->ref_count);
  g_thread_unref (g_thread_new ("fake-model", accept_thread, self));
  return self;
}

void
fake_model_free (FakeModel *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->stop);
  fake_model_unref (self);
}

guint
fake_model_get_port (FakeModel *self)
{
  return self->port;
}

char *
fake_model_dup_base_url (FakeModel *self)
{
  return g_strdup_printf ("http://127.0.0.1:%u", self->port);
}

GPtrArray *
fake_model_dup_log (FakeModel *self)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->log->len; i++)
    g_ptr_array_add (copy, json_object_ref (g_ptr_array_index (self->log, i)));
  g_mutex_unlock (&self->mutex);
  return copy;
}

guint
fake_model_count_left (FakeModel *self)
{
  guint left;

  g_mutex_lock (&self->mutex);
  left = fake_scenario_count_left (self->scenario);
  g_mutex_unlock (&self->mutex);
  return left;
}
