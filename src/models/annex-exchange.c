/* annex-exchange.c
 *
 * See annex-exchange.h. An attempt either gives a whole reply or an error with what the retry
 * policy needs to know; nothing of a failed attempt survives it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-exchange.h"

#include "annex-future.h"
#include "annex-models.h"
#include "annex-spoken.h"
#include "annex-sse.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_ERROR_BODY_BYTES (64 * 1024)
#define MAX_REPAIRS 2
#define MAX_ANSWER_BYTES (4 * 1024 * 1024)
#define ERROR_BODY_TIMEOUT_MS 10000
#define AFTERWORD_TIMEOUT_MS 3000

/* What the policy reads; the strings are our own copies. */
typedef struct
{
  AnnexFailure failure;
  char *retry_after_ms;
  char *retry_after;
  char *should_retry;
} Attempt;

static void
attempt_clear (Attempt *attempt)
{
  g_clear_pointer (&attempt->retry_after_ms, g_free);
  g_clear_pointer (&attempt->retry_after, g_free);
  g_clear_pointer (&attempt->should_retry, g_free);
  memset (attempt, 0, sizeof *attempt);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Attempt, attempt_clear)

/* ---- errors */

/* @text without the key, which servers like to quote; NULL when it is not in there. */
static char *
strike_out_key (const char *text, const char *key)
{
  g_auto (GStrv) parts = NULL;

  if (key == NULL || strlen (key) < 4 || strstr (text, key) == NULL)
    return NULL;
  parts = g_strsplit (text, key, -1);
  return g_strjoinv ("…", parts);
}

static void
strike_out_of_error (GError *error, const char *key)
{
  char *clean = strike_out_key (error->message, key);
  char *said = strike_out_key (annex_error_said (error), key);

  if (said != NULL && error->domain == ANNEX_MODEL_ERROR)
    annex_spoken_take (error, said);
  else
    g_free (said);
  if (clean == NULL)
    return;
  g_free (error->message);
  error->message = clean;
}

/* The error an answer that is no success means; its hints go to @attempt. NULL on cancel. */
static GError *
read_status_error (const AnnexWireFormat *format,
                   AnnexHttpResponse *response,
                   const char *key,
                   DexFuture *cancel,
                   Attempt *attempt)
{
  guint status = annex_http_response_get_status (response);
  GError *error = NULL;
  g_autofree char *body = annex_http_response_read_text (response, MAX_ERROR_BODY_BYTES,
                                                         ERROR_BODY_TIMEOUT_MS, cancel, &error);

  g_autofree char *clean = NULL;

  if (body == NULL)
    return error;
  clean = strike_out_key (body, key);
  attempt->failure.status = status;
  attempt->retry_after_ms = g_strdup (annex_http_response_get_header (response, "retry-after-ms"));
  attempt->retry_after = g_strdup (annex_http_response_get_header (response, "retry-after"));
  attempt->should_retry = g_strdup (annex_http_response_get_header (response, "x-should-retry"));
  if (status >= 300 && status < 400)
    {
      attempt->failure.permanent = TRUE;
      return annex_spoken_new (
          ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL,
          N_ ("The server sends requests on to another address; Annex does not "
              "follow, so that the key stays where it belongs"));
    }
  return format->read_error (status, clean != NULL ? clean : body, &attempt->failure);
}

/* ---- one attempt */

typedef struct
{
  const AnnexExchange *exchange;
  AnnexWireStream *stream;
} Reading;

static gboolean
event_cb (const char *name, const char *data, gpointer user_data, GError **error)
{
  Reading *reading = user_data;
  const AnnexWireFormat *format = reading->exchange->format;
  g_autofree char *clean = NULL;

  if (format->stream_state (reading->stream) == ANNEX_WIRE_FINISHED)
    return TRUE;
  clean = strike_out_key (data, reading->exchange->key);
  return format->stream_event (reading->stream, name, clean != NULL ? clean : data, error);
}

static void
note_progress (const AnnexWireFormat *format,
               AnnexWireStream *stream,
               guint64 *seen,
               gint64 *seen_at_us)
{
  guint64 now = format->stream_progress (stream);

  if (now != *seen)
    {
      *seen = now;
      *seen_at_us = g_get_monotonic_time ();
    }
}

/* Reads events until the reply is whole. */
static gboolean
read_events (const AnnexExchange *self,
             AnnexHttpResponse *response,
             AnnexWireStream *stream,
             DexFuture *cancel,
             GError **error)
{
  g_autoptr (AnnexSse) events = annex_sse_new (0);
  Reading reading = { self, stream };
  guint64 progress = 0;
  gint64 progress_at_us = g_get_monotonic_time ();

  for (;;)
    {
      AnnexWireState state = self->format->stream_state (stream);
      guint timeout_ms = state == ANNEX_WIRE_OPEN ? self->idle_timeout_ms : AFTERWORD_TIMEOUT_MS;
      g_autoptr (GBytes) piece = NULL;
      g_autoptr (GError) local = NULL;

      if (state == ANNEX_WIRE_FINISHED)
        return TRUE;
      piece = annex_http_response_read (response, timeout_ms, cancel, &local);
      if (piece == NULL && state == ANNEX_WIRE_ENOUGH && local->domain == ANNEX_MODEL_ERROR)
        return TRUE; /* Only the afterword is missing. */
      if (piece == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (g_bytes_get_size (piece) == 0)
        return TRUE; /* Whether it was whole is for stream_finish() to say. */
      if (!annex_sse_feed (events, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece),
                           event_cb, &reading, &local))
        {
          if (local->domain == ANNEX_SSE_ERROR)
            g_set_error_literal (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL,
                                 local->message);
          else
            g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      note_progress (self->format, stream, &progress, &progress_at_us);
      if (g_get_monotonic_time () - progress_at_us > (gint64) self->progress_timeout_ms * 1000)
        {
          annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TIMED_OUT,
                            N_ ("The server kept the line open for %u s and said nothing"),
                            self->progress_timeout_ms / 1000);
          return FALSE;
        }
    }
}

/* After the last event the body should end; reading that end lets the connection be used again. */
static void
read_end (AnnexHttpResponse *response, DexFuture *cancel)
{
  g_autoptr (GError) ignored =
      NULL; /* The reply is whole; this is for the connection's sake only. */

  for (int i = 0; i < 4; i++)
    {
      g_autoptr (GBytes) piece = annex_http_response_read (response, 250, cancel, &ignored);

      if (piece == NULL || g_bytes_get_size (piece) == 0)
        return;
    }
}

static AnnexModelReply *
read_reply (const AnnexExchange *self,
            AnnexHttpResponse *response,
            DexFuture *cancel,
            GError **error)
{
  AnnexWireStream *stream = self->format->stream_new (&self->sink);
  AnnexModelReply *reply = NULL;

  if (read_events (self, response, stream, cancel, error))
    reply = self->format->stream_finish (stream, error);
  if (reply != NULL)
    {
      if (self->format->stream_state (stream) == ANNEX_WIRE_FINISHED)
        read_end (response, cancel);
      if (reply->request_id == NULL)
        reply->request_id = g_strdup (annex_http_response_get_header (response, "request-id"));
      if (reply->request_id == NULL)
        reply->request_id = g_strdup (annex_http_response_get_header (response, "x-request-id"));
    }
  self->format->stream_free (stream);
  return reply;
}

static gboolean
is_event_stream (AnnexHttpResponse *response)
{
  const char *type = annex_http_response_get_content_type (response);

  /* Some servers forget the header; those that name another type mean it. */
  return *type == '\0' || g_str_equal (type, "text/event-stream") ||
         g_str_equal (type, "text/plain") || g_str_equal (type, "application/octet-stream");
}

static GError *
explain_wrong_type (const AnnexExchange *self,
                    AnnexHttpResponse *response,
                    DexFuture *cancel,
                    Attempt *attempt)
{
  const char *type = annex_http_response_get_content_type (response);
  GError *error = NULL;
  g_autofree char *body = NULL;
  g_autofree char *clipped = NULL;

  if (g_str_equal (type, "application/json"))
    {
      g_autoptr (JsonObject) json = NULL;

      body = annex_http_response_read_text (response, MAX_ERROR_BODY_BYTES, ERROR_BODY_TIMEOUT_MS,
                                            cancel, &error);
      if (body == NULL)
        return error;
      json = annex_json_parse_object (body, -1, NULL);
      if (json != NULL && json_object_has_member (json, "error"))
        return self->format->read_error (500, body, &attempt->failure);
    }
  clipped = annex_wire_clip (type, "");
  return annex_spoken_new (
      ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL,
      N_ ("%s answered with %.80s and not with a stream of events; is the address a "
          "model server’s?"),
      annex_http_get_host (self->http), clipped);
}

/* Who is told. */
typedef struct
{
  AnnexModelTrafficFunc func; /* nullable */
  gpointer data;
  GDestroyNotify free_data;
} Listener;

/* Of what belongs to no task. */
static Listener listener;

void
annex_models_set_traffic_func (AnnexModelTrafficFunc func, gpointer data, GDestroyNotify free_data)
{
  Listener old = listener;

  listener = (Listener) { func, data, free_data };
  if (old.free_data != NULL)
    old.free_data (old.data);
}

void
annex_models_clear_traffic_func (gpointer data)
{
  if (listener.func != NULL && listener.data == data)
    annex_models_set_traffic_func (NULL, NULL, NULL);
}

static AnnexModelTraffic
name_traffic (AnnexHttp *http)
{
  return (AnnexModelTraffic) {
    .host = annex_http_get_host (http),
    .port = annex_http_get_port (http),
    .local = annex_http_is_loopback (http),
  };
}

/* Nothing is sent before it is known to be. */
static gboolean
tell_begin (const Listener *to, AnnexHttp *http, gint64 *begun, GError **error)
{
  AnnexModelTraffic traffic = name_traffic (http);
  DexFuture *written;

  if (to->func == NULL)
    return TRUE;
  written = to->func (&traffic, to->data);
  *begun = traffic.begun;
  return written == NULL || dex_await (written, error);
}

/* What it was, whatever came of it. */
static void
tell_end (const Listener *to,
          AnnexHttp *http,
          gint64 begun,
          gsize body_bytes,
          AnnexHttpResponse *response,
          const GError *failure)
{
  AnnexModelTraffic traffic = name_traffic (http);

  if (to->func == NULL)
    return;
  traffic.ended = TRUE;
  traffic.begun = begun;
  traffic.failure = failure;
  traffic.bytes_down = response != NULL ? annex_http_response_get_bytes (response) : 0;
  /* Of a connection that broke off before an answer came, it may have got all. */
  if (response != NULL || !g_error_matches (failure, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OFFLINE))
    traffic.bytes_up = body_bytes;
  to->func (&traffic, to->data);
}

static AnnexModelReply *
read_answer (const AnnexExchange *self,
             AnnexHttpResponse *response,
             DexFuture *cancel,
             Attempt *attempt,
             GError **error)
{
  guint status = annex_http_response_get_status (response);

  if (status < 200 || status > 299)
    {
      g_propagate_error (error,
                         read_status_error (self->format, response, self->key, cancel, attempt));
      return NULL;
    }
  if (!is_event_stream (response))
    {
      g_propagate_error (error, explain_wrong_type (self, response, cancel, attempt));
      return NULL;
    }
  return read_reply (self, response, cancel, error);
}

static AnnexModelReply *
run_attempt (const AnnexExchange *self,
             GBytes *body,
             DexFuture *cancel,
             Attempt *attempt,
             GError **error)
{
  Listener to = { .func = self->sink.on_traffic, .data = self->sink.user_data };
  AnnexHttpRequest request = self->head;
  g_autoptr (AnnexHttpResponse) response = NULL;
  g_autoptr (GError) failure = NULL;
  AnnexModelReply *reply = NULL;
  gint64 begun = 0;

  if (!tell_begin (&to, self->http, &begun, error))
    return NULL;
  request.body = body;
  response = annex_http_send (self->http, &request, cancel, &attempt->failure.permanent, &failure);
  if (response != NULL)
    reply = read_answer (self, response, cancel, attempt, &failure);
  tell_end (&to, self->http, begun, g_bytes_get_size (body), response, failure);
  if (reply == NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return reply;
}

/* ---- all attempts */

static void
announce_retry (const AnnexExchange *self, const GError *error, guint delay_ms)
{
  AnnexDelta delta = { .kind = ANNEX_DELTA_RETRY, .text = error->message, .retry_in_ms = delay_ms };

  if (self->sink.on_delta != NULL)
    self->sink.on_delta (&delta, self->sink.user_data);
}

static gboolean
wait_ms (guint delay_ms, DexFuture *cancel, GError **error)
{
  g_autoptr (GError) local = NULL;

  /* A timeout future rejects when its time has come. */
  if (annex_await_cancellable (dex_timeout_new_msec ((int) delay_ms), cancel, &local) ||
      g_error_matches (local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Whether to go on after @failed; then the wait is over, or @body was repaired. */
static gboolean
prepare_next (const AnnexExchange *self,
              Attempt *attempt,
              GError *failed,
              GBytes **body,
              guint *retries,
              guint *loading_ms,
              guint *repairs,
              DexFuture *cancel,
              GError **error)
{
  guint delay_ms = 0;

  strike_out_of_error (failed, self->key);
  if (failed->domain == ANNEX_MODEL_ERROR)
    {
      GBytes *other = NULL;

      if (self->repair != NULL && *repairs < MAX_REPAIRS)
        other = self->repair (failed, self->repair_data);
      if (other != NULL)
        {
          *repairs += 1;
          g_clear_pointer (body, g_bytes_unref);
          *body = other;
          announce_retry (self, failed, 0);
          return TRUE;
        }
      attempt->failure.code = failed->code;
      attempt->failure.retry_after_ms = attempt->retry_after_ms;
      attempt->failure.retry_after = attempt->retry_after;
      attempt->failure.should_retry = attempt->should_retry;
      if (annex_retry_decide (&self->retry, &attempt->failure, *retries, *loading_ms,
                              g_random_double (), &delay_ms))
        {
          if (attempt->failure.loading)
            *loading_ms += delay_ms;
          else
            *retries += 1;
          announce_retry (self, failed, delay_ms);
          return wait_ms (delay_ms, cancel, error);
        }
    }
  g_propagate_error (error, g_error_copy (failed));
  return FALSE;
}

AnnexModelReply *
annex_exchange_run (const AnnexExchange *self, DexFuture *cancel, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_ref (self->body);
  guint repairs = 0;
  guint retries = 0;
  guint loading_ms = 0;

  for (;;)
    {
      g_auto (Attempt) attempt = { 0 };
      g_autoptr (GError) failed = NULL;
      AnnexModelReply *reply = run_attempt (self, body, cancel, &attempt, &failed);

      if (reply != NULL)
        return reply;
      if (!prepare_next (self, &attempt, failed, &body, &retries, &loading_ms, &repairs, cancel,
                         error))
        return NULL;
    }
}

char *
annex_exchange_get (const AnnexWireFormat *format,
                    AnnexHttp *http,
                    const char *path,
                    const char *const *headers,
                    const char *key,
                    guint timeout_ms,
                    GError **error)
{
  AnnexHttpRequest request = { .method = "GET",
                               .path = path,
                               .headers = headers,
                               .connect_timeout_ms = timeout_ms,
                               .first_byte_timeout_ms = timeout_ms };
  /* A server that sends a byte now and then would keep each single wait short. Kept, for each of
   * them lets go of it. */
  g_autoptr (DexFuture) end = annex_future_keep (dex_timeout_new_msec ((int) timeout_ms * 2));
  g_autoptr (AnnexHttpResponse) response = NULL;
  g_auto (Attempt) attempt = { 0 };
  GError *failed = NULL;
  char *text = NULL;
  gint64 begun = 0;
  guint status;

  if (!tell_begin (&listener, http, &begun, error))
    return NULL;
  response = annex_http_send (http, &request, end, NULL, &failed);
  status = response != NULL ? annex_http_response_get_status (response) : 0;
  if (status >= 200 && status <= 299)
    text = annex_http_response_read_text (response, MAX_ANSWER_BYTES, timeout_ms, end, &failed);
  else if (response != NULL)
    failed = read_status_error (format, response, key, end, &attempt);
  if (failed != NULL)
    strike_out_of_error (failed, key);
  tell_end (&listener, http, begun, 0, response, failed);
  if (text != NULL)
    return text;
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (failed);
      failed = annex_spoken_new (ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TIMED_OUT,
                                 N_ ("%s did not answer within %u s"), annex_http_get_host (http),
                                 (timeout_ms * 2 + 999) / 1000);
    }
  strike_out_of_error (failed, key);
  g_propagate_error (error, failed);
  return NULL;
}
