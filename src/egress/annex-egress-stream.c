/* annex-egress-stream.c
 *
 * One stream from its first byte to its row in the ledger: head, judgement, connection, relay.
 * Knows neither quotas nor rules; it asks the proxy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-egress-private.h"

#include "annex-future.h"
#include "annex-http-head-private.h"
#include "annex-tls-hello.h"

#include <glib-unix.h>
#include <poll.h>
#include <string.h>

/* A hello cut into the smallest records is six times its size. */
#define MAX_HELLO_WIRE_BYTES (6u * ANNEX_TLS_HELLO_MAX_BYTES)
/* A refused peer may still be sending; it gets this long to read why. */
#define LINGER_MS 500
#define LINGER_BYTES (256u * 1024u)
#define ANSWER_MS 2000
/* How long it goes on before the ledger hears how much it was so far. */
#define NOTE_US (10 * G_USEC_PER_SEC)

AnnexEgressStream *
annex_egress_stream_new (AnnexEgressProxy *proxy, GIOStream *client)
{
  AnnexEgressStream *self = g_new0 (AnnexEgressStream, 1);

  self->proxy = g_object_ref (proxy);
  self->client = g_object_ref (client);
  self->stop = dex_promise_new ();
  self->head = annex_http_head_new ();
  annex_http_head_set_host_func (self->head, annex_egress_origins_has_place,
                                 annex_egress_proxy_get_origins (proxy));
  self->up.active_us = &self->active_us;
  self->down.active_us = &self->active_us;
  return self;
}

void
annex_egress_stream_free (AnnexEgressStream *self)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->client);
  dex_clear (&self->stop);
  g_clear_error (&self->stop_error);
  g_clear_pointer (&self->head, annex_http_head_free);
  g_clear_pointer (&self->rest, g_bytes_unref);
  g_free (self);
}

static void
end_waits (AnnexEgressStream *self)
{
  if (dex_future_is_pending (DEX_FUTURE (self->stop)))
    dex_promise_reject (
        self->stop, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The stream has ended"));
}

void
annex_egress_stream_stop (AnnexEgressStream *self, GError *error)
{
  if (self->stop_error != NULL || self->phase == ANNEX_EGRESS_PHASE_ENDED ||
      !dex_future_is_pending (DEX_FUTURE (self->stop)))
    {
      g_error_free (error);
      return;
    }
  self->stop_error = error;
  end_waits (self);
}

static gboolean
client_left_cb (int fd, GIOCondition condition, gpointer data)
{
  annex_egress_stream_stop (
      data, g_error_new_literal (ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_CUT,
                                 "The program left before its connection had its turn."));
  return G_SOURCE_REMOVE;
}

GSource *
annex_egress_stream_watch_client (AnnexEgressStream *self)
{
  int events = G_IO_HUP | G_IO_ERR | (self->request->is_connect ? POLLRDHUP : 0);
  GSocketConnection *connection;
  GSource *source;

  if (!G_IS_SOCKET_CONNECTION (self->client))
    return NULL;
  connection = G_SOCKET_CONNECTION (self->client);
  source = g_unix_fd_source_new (g_socket_get_fd (g_socket_connection_get_socket (connection)),
                                 (GIOCondition) events);
  g_source_set_callback (source, G_SOURCE_FUNC (client_left_cb), self, NULL);
  g_source_attach (source, NULL);
  return source;
}

static GInputStream *
client_in (AnnexEgressStream *self)
{
  return g_io_stream_get_input_stream (self->client);
}

static GOutputStream *
client_out (AnnexEgressStream *self)
{
  return g_io_stream_get_output_stream (self->client);
}

static DexFuture *
stop_of (AnnexEgressStream *self)
{
  return DEX_FUTURE (self->stop);
}

static guint
get_head_ms (AnnexEgressStream *self)
{
  AnnexEgressLimits limits;

  annex_egress_proxy_get_limits (self->proxy, &limits);
  return limits.head_ms;
}

/* Reads on with what is left until @deadline_us. */
static GBytes *
read_until (AnnexEgressStream *self, gint64 deadline_us, GError **error)
{
  gint64 left_ms = (deadline_us - g_get_monotonic_time ()) / 1000;

  if (left_ms <= 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "It took too long");
      return NULL;
    }
  return annex_egress_read (client_in (self), (guint) left_ms, stop_of (self), error);
}

/* ---------------------------------------------------------------- head */

static gboolean
fail_head_read (AnnexEgressStream *self, GError *cause, GError **error)
{
  g_autoptr (GError) owned = cause;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_set_error_literal (error, ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_TIMED_OUT,
                         "Annex dropped a connection that did not send its request in time.");
  else
    g_propagate_error (error, g_steal_pointer (&owned));
  return FALSE;
}

static gboolean
read_head (AnnexEgressStream *self, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + (gint64) get_head_ms (self) * 1000;

  for (;;)
    {
      g_autoptr (GBytes) bytes = NULL;
      GError *cause = NULL;
      AnnexHttpHeadState state;
      gsize consumed;
      gsize length;
      const guint8 *data;

      bytes = read_until (self, deadline_us, &cause);
      if (bytes == NULL)
        return fail_head_read (self, cause, error);
      data = g_bytes_get_data (bytes, &length);
      if (length == 0)
        {
          self->is_silent = annex_http_head_get_size (self->head) == 0;
          g_set_error_literal (error, ANNEX_HTTP_HEAD_ERROR, ANNEX_HTTP_HEAD_ERROR_SYNTAX,
                               "Annex refused a malformed request: it ended within its head.");
          return FALSE;
        }
      state = annex_http_head_feed (self->head, data, length, &consumed);
      if (state == ANNEX_HTTP_HEAD_REJECTED)
        {
          g_propagate_error (error, g_error_copy (annex_http_head_get_error (self->head)));
          return FALSE;
        }
      if (state == ANNEX_HTTP_HEAD_ACCEPTED)
        {
          self->request = annex_http_head_get_request (self->head);
          self->rest = g_bytes_new_from_bytes (bytes, consumed, length - consumed);
          return TRUE;
        }
    }
}

/* ---------------------------------------------------------------- answers */

static guint
status_of (AnnexEgressStream *self, const GError *error)
{
  if (error->domain == ANNEX_POLICY_ERROR || error->domain == ANNEX_HTTP_HEAD_ERROR)
    return annex_http_status_of (error);
  if (error->domain != ANNEX_EGRESS_ERROR)
    return 502;
  switch ((AnnexEgressError) error->code)
    {
    case ANNEX_EGRESS_ERROR_TIMED_OUT:
      return self->request == NULL ? 408 : 504;
    case ANNEX_EGRESS_ERROR_BUSY:
    case ANNEX_EGRESS_ERROR_LEDGER:
      return 503;
    case ANNEX_EGRESS_ERROR_CREDENTIALS:
      return 407;
    case ANNEX_EGRESS_ERROR_BODY:
      return 400;
    case ANNEX_EGRESS_ERROR_TUNNEL:
      return 403;
    case ANNEX_EGRESS_ERROR_UNKNOWN_HOST:
    case ANNEX_EGRESS_ERROR_UNREACHABLE:
    case ANNEX_EGRESS_ERROR_PROXY:
    case ANNEX_EGRESS_ERROR_CUT:
      break;
    }
  return 502;
}

/* For the status line and a header: printable ASCII, so that every client shows it. */
static char *
dup_plain_sentence (const char *sentence)
{
  GString *plain = g_string_new (NULL);

  for (const char *p = sentence; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == 0x201c || c == 0x201d)
        g_string_append_c (plain, '"');
      else
        g_string_append_c (plain, c >= 0x20 && c < 0x7f ? (char) c : '?');
    }
  return g_string_free (plain, FALSE);
}

/* Tells the guest why, in the status line, a header and the body: clients differ in which of them
 * they show. */
static void
answer (AnnexEgressStream *self, const GError *error)
{
  guint status = status_of (self, error);
  g_autofree char *sentence = g_utf8_make_valid (error->message, -1);
  g_autofree char *plain = dup_plain_sentence (sentence);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;

  g_string_printf (text,
                   "HTTP/1.1 %u %s\r\n"
                   "Content-Type: text/plain; charset=utf-8\r\n"
                   "Content-Length: %" G_GSIZE_FORMAT "\r\n"
                   "X-Annex-Reason: %s\r\n"
                   "%s"
                   "Connection: close\r\n\r\n",
                   status, plain, strlen (sentence) + 1, plain,
                   status == 407 ? "Proxy-Authenticate: Basic realm=\"Annex\"\r\n" : "");
  if (self->request == NULL || !g_str_equal (self->request->method, "HEAD"))
    g_string_append_printf (text, "%s\n", sentence);
  bytes = g_bytes_new (text->str, text->len);
  /* The guest may be gone already; its row is written all the same. One that made room goes now. */
  if (!annex_egress_write (client_out (self), bytes, ANSWER_MS, NULL, NULL, NULL) ||
      (self->request == NULL && status == 503))
    return;
  annex_egress_end_writing (self->client);
  annex_egress_drain (client_in (self), LINGER_BYTES, LINGER_MS, NULL);
}

/* ---------------------------------------------------------------- relay */

/* The way up, which runs beside the way down. Borrows the stream: it is awaited. */
typedef struct
{
  AnnexEgressStream *stream;
  GIOStream *server;
} Up;

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static DexFuture *
tunnel_up_fiber (gpointer data)
{
  Up *up = data;
  AnnexEgressStream *self = up->stream;
  GError *error = NULL;

  if (annex_egress_pump (client_in (self), g_io_stream_get_output_stream (up->server), &self->up,
                         stop_of (self), &error))
    {
      self->is_half_closed = TRUE;
      annex_egress_end_writing (up->server);
    }
  else
    annex_egress_stream_stop (self, error);
  return dex_future_new_true ();
}

static DexFuture *
plain_up_fiber (gpointer data)
{
  Up *up = data;
  AnnexEgressStream *self = up->stream;
  GError *error = NULL;

  if (annex_egress_copy_body (client_in (self), self->rest, self->request,
                              g_io_stream_get_output_stream (up->server), &self->up, &self->n_extra,
                              stop_of (self), &error))
    /* One request a stream: what follows it is read, so that a peer that leaves is noticed, and
     * dropped. */
    self->n_extra += annex_egress_drain (client_in (self), G_MAXUINT64, 0, stop_of (self));
  else if (error->domain == ANNEX_EGRESS_ERROR)
    annex_egress_stream_stop (self, error);
  else
    /* A server may answer and close before it has read everything; its answer is on its way. */
    g_error_free (error);
  self->is_half_closed = TRUE;
  return dex_future_new_true ();
}

/* Does each side speak for as long as it likes? */
static gboolean
is_two_way (AnnexEgressStream *self)
{
  return self->request->is_connect || self->request->is_socket;
}

static gboolean
relay (AnnexEgressStream *self, GIOStream *server, DexFiberFunc up_fiber, GError **error)
{
  Up up = { self, server };
  g_autoptr (DexFuture) going_up = annex_fiber_run (up_fiber, &up, NULL);
  GError *failure = NULL;

  if (annex_egress_pump (g_io_stream_get_input_stream (server), client_out (self), &self->down,
                         stop_of (self), &failure))
    {
      self->is_half_closed = TRUE;
      /* A plain request without an answer is still to be answered, by us. */
      if (is_two_way (self) || self->down.bytes > 0)
        annex_egress_end_writing (self->client);
      if (!is_two_way (self))
        end_waits (self);
    }
  else
    end_waits (self);
  /* It resolves in every case; `up` lives on this stack, so it must have ended. */
  dex_await (g_steal_pointer (&going_up), NULL);

  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

/* ---------------------------------------------------------------- tunnels */

static gboolean
fail_tunnel (GError **error, const char *host, const char *what)
{
  g_set_error (error, ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_TUNNEL,
               "Annex cut the connection to %s: %s.", host, what);
  return FALSE;
}

static gboolean
judge_hello (AnnexEgressStream *self, AnnexTlsHello *hello, GError **error)
{
  const char *given = annex_tls_hello_get_server_name (hello);
  const char *host = self->request->host;
  g_autofree char *name = NULL;

  if (annex_tls_hello_is_encrypted (hello))
    return fail_tunnel (error, host, "its TLS hides which host is asked for (encrypted hello)");
  if (given == NULL)
    return fail_tunnel (error, host, "its TLS does not say which host is asked for (no SNI)");
  name = annex_host_normalise (given, -1, NULL);
  if (g_strcmp0 (name, host) != 0)
    return fail_tunnel (error, host, "its TLS asks for another host (SNI)");
  return TRUE;
}

/* Reads the ClientHello that must open the tunnel. Returns its bytes and what came with them. */
static GBytes *
read_hello (AnnexEgressStream *self, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + (gint64) get_head_ms (self) * 1000;
  g_autoptr (AnnexTlsHello) hello = annex_tls_hello_new ();
  g_autoptr (GByteArray) wire = g_byte_array_new ();
  g_autoptr (GBytes) bytes = g_bytes_ref (self->rest);

  for (;;)
    {
      AnnexTlsHelloState state;
      gsize length;
      const guint8 *data = g_bytes_get_data (bytes, &length);

      if (length > 0)
        g_byte_array_append (wire, data, (guint) length);
      state = annex_tls_hello_feed (hello, data, length);
      if (state == ANNEX_TLS_HELLO_COMPLETE)
        return judge_hello (self, hello, error)
                   ? g_byte_array_free_to_bytes (g_steal_pointer (&wire))
                   : NULL;
      if (state == ANNEX_TLS_HELLO_WRONG || wire->len > MAX_HELLO_WIRE_BYTES)
        {
          fail_tunnel (error, self->request->host, "only TLS (https) goes through CONNECT");
          return NULL;
        }
      g_bytes_unref (bytes);
      bytes = read_until (self, deadline_us, error);
      if (bytes == NULL)
        return NULL;
      if (g_bytes_get_size (bytes) == 0)
        {
          fail_tunnel (error, self->request->host, "it ended before TLS began");
          return NULL;
        }
    }
}

static gboolean
serve_tunnel (AnnexEgressStream *self, GIOStream *server, GError **error)
{
  static const char established[] = "HTTP/1.1 200 Connection established\r\n\r\n";
  /* TLS alert: fatal, access denied. So a client fails at once and says so. */
  static const guint8 denied[] = { 0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x31 };
  g_autoptr (GBytes) greeting = g_bytes_new_static (established, strlen (established));
  g_autoptr (GBytes) hello = NULL;

  self->is_answered = TRUE;
  if (!annex_egress_write (client_out (self), greeting, ANSWER_MS, NULL, stop_of (self), error))
    return FALSE;
  /* What the user opened by hand may be an address, which no hello names, or no TLS at all. */
  if (self->is_origin)
    return annex_egress_write (g_io_stream_get_output_stream (server), self->rest, 0, &self->up,
                               stop_of (self), error) &&
           relay (self, server, tunnel_up_fiber, error);
  hello = read_hello (self, error);
  if (hello == NULL)
    {
      g_autoptr (GBytes) alert = g_bytes_new_static (denied, sizeof denied);

      /* Only a courtesy: the tunnel ends either way. */
      annex_egress_write (client_out (self), alert, ANSWER_MS, NULL, stop_of (self), NULL);
      annex_egress_end_writing (self->client);
      return FALSE;
    }
  return annex_egress_write (g_io_stream_get_output_stream (server), hello, 0, &self->up,
                             stop_of (self), error) &&
         relay (self, server, tunnel_up_fiber, error);
}

/* ---------------------------------------------------------------- plain requests */

static gboolean
serve_plain (AnnexEgressStream *self, const AnnexEgressRoute *route, GError **error)
{
  DexFiberFunc up_fiber = self->request->is_socket ? tunnel_up_fiber : plain_up_fiber;
  g_autoptr (GBytes) head = NULL;

  head =
      annex_http_request_write_head (self->request, route->is_absolute, route->proxy_authorization);
  if (!annex_egress_write (g_io_stream_get_output_stream (route->connection), head, 0, &self->up,
                           stop_of (self), error) ||
      (self->request->is_socket &&
       !annex_egress_write (g_io_stream_get_output_stream (route->connection), self->rest, 0,
                            &self->up, stop_of (self), error)) ||
      !relay (self, route->connection, up_fiber, error))
    {
      self->is_answered = self->down.bytes > 0;
      return FALSE;
    }
  self->is_answered = self->down.bytes > 0;
  if (!self->is_answered && self->stop_error == NULL)
    {
      g_set_error (error, ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_UNREACHABLE,
                   "Annex could not reach %s: it closed the connection without an answer.",
                   self->request->host);
      return FALSE;
    }
  return TRUE;
}

/* ---------------------------------------------------------------- from head to row */

/* To an origin of the user's: straight there, or as its own function does it. */
static gboolean
connect_origin (AnnexEgressStream *self,
                const AnnexEgressDialer *dialer,
                AnnexEgressRoute *route,
                GError **error)
{
  const AnnexEgressOrigin *origin =
      annex_egress_origins_find (annex_egress_proxy_get_origins (self->proxy), self->request);
  g_autoptr (DexFuture) opened = NULL;
  const GValue *value;

  if (origin == NULL || origin->open == NULL)
    return annex_egress_dial_origin (dialer, self->request->host, self->request->port,
                                     stop_of (self), route, error);
  opened = annex_future_with_timeout (origin->open (origin->port, origin->data), dialer->limit_ms);
  if (!annex_await_cancellable (dex_ref (opened), stop_of (self), error))
    return FALSE;
  value = dex_future_get_value (opened, error);
  if (value == NULL)
    return FALSE;
  route->connection = g_value_dup_object (value);
  return TRUE;
}

static gboolean
connect_route (AnnexEgressStream *self, AnnexEgressRoute *route, GError **error)
{
  AnnexEgressDialer dialer;

  annex_egress_proxy_get_dialer (self->proxy, &dialer);
  if (self->is_origin)
    return connect_origin (self, &dialer, route, error);
  return annex_egress_dial (&dialer, self->request->host, self->request->port,
                            self->request->is_connect, stop_of (self), route, error);
}

/* In the ledger before anything of it leaves, even the question for the host's address. */
static gboolean
begin_row (AnnexEgressStream *self, GError **error)
{
  g_autoptr (AnnexLedgerEntry) row = annex_egress_proxy_new_row (self->proxy, self);

  row->by = g_strdup (self->by);
  if (!annex_egress_log_begin (annex_egress_proxy_get_log (self->proxy), row, error))
    return FALSE;
  self->begun = row->begun;
  return TRUE;
}

/* Should Annex be killed, this is what is known of it. */
void
annex_egress_stream_note (AnnexEgressStream *self)
{
  gint64 now_us = g_get_monotonic_time ();
  guint64 bytes = self->up.bytes + self->down.bytes;

  if (self->phase != ANNEX_EGRESS_PHASE_SERVING || bytes == self->noted_bytes ||
      now_us - self->noted_us < NOTE_US)
    return;
  self->noted_us = now_us;
  self->noted_bytes = bytes;
  annex_egress_log_note (annex_egress_proxy_get_log (self->proxy), self->begun, self->up.bytes,
                         self->down.bytes);
}

static gboolean
serve (AnnexEgressStream *self, GError **error)
{
  g_auto (AnnexEgressRoute) route = { 0 };
  gboolean is_served;

  if (!read_head (self, error))
    return FALSE;
  self->phase = ANNEX_EGRESS_PHASE_JUDGED;
  if (!annex_egress_proxy_judge (self->proxy, self, error) ||
      !annex_egress_proxy_wait_turn (self->proxy, self, error))
    return FALSE;
  /* An origin is a scheme, too; and nobody else's socket is known from plain requests. */
  if (self->request->is_socket && !self->is_origin)
    {
      g_set_error_literal (error, ANNEX_HTTP_HEAD_ERROR, ANNEX_HTTP_HEAD_ERROR_UPGRADE,
                           "Annex refused a web socket to a place that was not opened.");
      return FALSE;
    }
  if (!begin_row (self, error) || !connect_route (self, &route, error))
    return FALSE;

  self->active_us = self->noted_us = g_get_monotonic_time ();
  self->phase = ANNEX_EGRESS_PHASE_SERVING;
  is_served = self->request->is_connect ? serve_tunnel (self, route.connection, error)
                                        : serve_plain (self, &route, error);
  annex_egress_shut (route.connection);
  return is_served;
}

static const char *
refused_by (const GError *error)
{
  if (error->domain == ANNEX_HTTP_HEAD_ERROR)
    return "filter";
  if (error->domain == ANNEX_POLICY_ERROR)
    switch ((AnnexPolicyError) error->code)
      {
      case ANNEX_POLICY_ERROR_NOT_ALLOWED:
        return "default";
      case ANNEX_POLICY_ERROR_NEVER:
        return "never";
      case ANNEX_POLICY_ERROR_EXPOSED:
        return "exposure";
      case ANNEX_POLICY_ERROR_ADDRESS:
      case ANNEX_POLICY_ERROR_PRIVATE:
        return "address";
      case ANNEX_POLICY_ERROR_BAD_HOST:
      case ANNEX_POLICY_ERROR_PORT:
      case ANNEX_POLICY_ERROR_MODEL_HOST:
        return "policy";
      }
  if (error->domain == ANNEX_EGRESS_ERROR)
    switch ((AnnexEgressError) error->code)
      {
      case ANNEX_EGRESS_ERROR_BUSY:
        return "quota";
      case ANNEX_EGRESS_ERROR_TUNNEL:
      case ANNEX_EGRESS_ERROR_BODY:
        return "filter";
      case ANNEX_EGRESS_ERROR_CREDENTIALS:
      case ANNEX_EGRESS_ERROR_LEDGER:
        return "policy";
      case ANNEX_EGRESS_ERROR_UNKNOWN_HOST:
      case ANNEX_EGRESS_ERROR_UNREACHABLE:
      case ANNEX_EGRESS_ERROR_TIMED_OUT:
      case ANNEX_EGRESS_ERROR_PROXY:
      case ANNEX_EGRESS_ERROR_CUT:
        break;
      }
  return NULL;
}

static void
fill_row (AnnexEgressStream *self, AnnexLedgerEntry *row, const GError *error)
{
  const char *by = error != NULL ? refused_by (error) : NULL;

  row->bytes_up = self->up.bytes;
  row->bytes_down = self->down.bytes;
  if (by != NULL || (error != NULL && self->by == NULL))
    {
      row->decision = g_strdup ("refused");
      row->by = g_strdup (by != NULL ? by : "filter");
    }
  else
    {
      /* Once bytes flowed it was allowed, however it ended. */
      gboolean flowed = self->up.bytes > 0 || self->down.bytes > 0;

      row->decision = g_strdup (error == NULL || flowed ? "allowed" : "failed");
      row->by = g_strdup (self->by);
    }
  if (error != NULL)
    row->reason = g_utf8_make_valid (error->message, -1);
  else if (self->n_extra > 0)
    row->reason = g_strdup ("What followed the request on the same connection was not sent.");
}

static void
tell_blocked (AnnexEgressStream *self, const AnnexLedgerEntry *row, const GError *error)
{
  if (g_str_equal (row->decision, "refused") &&
      !g_error_matches (error, ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_CUT))
    annex_egress_proxy_emit_blocked (self->proxy, self->request != NULL ? self->request->host : "",
                                     row->reason);
}

DexFuture *
annex_egress_stream_fiber (gpointer data)
{
  AnnexEgressStream *self = data;
  g_autoptr (AnnexLedgerEntry) row = NULL;
  g_autoptr (GError) error = NULL;

  serve (self, &error);
  if (self->stop_error != NULL && (error == NULL || is_cancelled (error)))
    {
      g_clear_error (&error);
      error = g_error_copy (self->stop_error);
    }
  self->phase = ANNEX_EGRESS_PHASE_ENDED;
  if (!self->is_silent && !self->is_challenge)
    {
      row = annex_egress_proxy_new_row (self->proxy, self);
      fill_row (self, row, error);
      tell_blocked (self, row, error);
    }
  if (error != NULL && !self->is_answered && !self->is_silent &&
      !g_error_matches (error, ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_CUT))
    answer (self, error);
  annex_egress_shut (self->client);
  if (row != NULL)
    annex_egress_log_add (annex_egress_proxy_get_log (self->proxy), row);
  annex_egress_proxy_stream_ended (self->proxy, self);
  return dex_future_new_true ();
}
