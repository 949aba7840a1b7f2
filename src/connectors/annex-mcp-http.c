/* annex-mcp-http.c
 *
 * See annex-mcp-http.h. One fiber a message; one more that listens to a server of the older
 * generation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-future.h"
#include "annex-mcp-http-private.h"
#include "annex-spoken.h"
#include "annex-sse.h"

#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <string.h>

#define PIECE_BYTES (64 * 1024)
#define MAX_FAILURE_BYTES (1024 * 1024)
#define LISTEN_PAUSE_MS 5000
#define MAX_SILENT_LISTENS 3
#define MAX_LISTEN_DOUBLINGS 6
#define RESUME_PAUSE_MS 1000
#define MAX_RETRY_MS 30000
#define DELETE_MS 5000

static void
annex_mcp_http_transport_init (AnnexMcpTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexMcpHttp,
                               annex_mcp_http,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_MCP_TRANSPORT,
                                                      annex_mcp_http_transport_init))

/* One message on its way, or the stream that is listened to. */
typedef struct
{
  AnnexMcpHttp *self;
  char *text; /* NULL: GET */
  char *method;
  char *name;
  char **headers;
  gint64 id;
  gboolean answered;
  GCancellable *cancellable;
  SoupMessage *message;
  guint64 received;
  char *last_id;  /* where its stream broke off, nullable */
  guint retry_ms; /* before it is asked for again */
} Post;

static void
post_free (gpointer data)
{
  Post *post = data;

  g_object_unref (post->self);
  g_free (post->text);
  g_free (post->method);
  g_free (post->name);
  g_strfreev (post->headers);
  g_clear_object (&post->cancellable);
  g_clear_object (&post->message);
  g_free (post->last_id);
  g_free (post);
}

static void
cancel_cb (GCancellable *whole, gpointer data)
{
  g_cancellable_cancel (data);
}

static Post *
post_new (AnnexMcpHttp *self, const AnnexMcpSend *send)
{
  Post *post = g_new0 (Post, 1);

  post->self = g_object_ref (self);
  post->id = -1;
  post->cancellable = g_cancellable_new ();
  if (send == NULL)
    return post;
  post->text = g_strdup (send->text);
  post->method = g_strdup (send->method);
  post->name = g_strdup (send->name);
  post->headers = g_strdupv ((char **) send->headers);
  post->id = send->id;
  return post;
}

/* ---- heads */

static void
add_headers (SoupMessageHeaders *headers, const char *const *pairs)
{
  for (guint i = 0; pairs != NULL && pairs[i] != NULL && pairs[i + 1] != NULL; i += 2)
    soup_message_headers_replace (headers, pairs[i], pairs[i + 1]);
}

static SoupMessage *
create_message (Post *post, const char *http_method)
{
  AnnexMcpHttp *self = post->self;
  gboolean posts = post->text != NULL && g_str_equal (http_method, "POST");
  SoupMessage *message = soup_message_new_from_uri (http_method, self->address);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  add_headers (headers, (const char *const *) self->headers);
  soup_message_headers_replace (
      headers, "Accept", posts ? "application/json, text/event-stream" : "text/event-stream");
  if (!posts && post->last_id != NULL)
    soup_message_headers_replace (headers, "Last-Event-ID", post->last_id);
  if (self->version != NULL)
    soup_message_headers_replace (headers, "MCP-Protocol-Version", self->version);
  if (self->token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", self->token, NULL);

      soup_message_headers_replace (headers, "Authorization", bearer);
    }
  if (self->modern && post->method != NULL)
    {
      soup_message_headers_replace (headers, "Mcp-Method", post->method);
      if (post->name != NULL)
        soup_message_headers_replace (headers, "Mcp-Name", post->name);
      add_headers (headers, (const char *const *) post->headers);
    }
  if (!self->modern && self->session_id != NULL)
    soup_message_headers_replace (headers, "Mcp-Session-Id", self->session_id);
  if (posts)
    {
      g_autoptr (GBytes) body = g_bytes_new (post->text, strlen (post->text));

      soup_message_set_request_body_from_bytes (message, "application/json", body);
    }
  return message;
}

/* ---- bodies */

/* Hands on one message. An error that names no request answers the one it came for. */
static gboolean
take_text (Post *post, const char *text, gsize length, GError **error)
{
  g_autoptr (GError) local = NULL;
  /* The bytes of nothing are NULL. */
  g_autoptr (AnnexRpcMessage) message =
      annex_rpc_parse (length > 0 ? text : "", (gssize) length, &local);

  if (message == NULL)
    {
      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                        N_ ("It answers with something else than a message: %s."), local->message);
      return FALSE;
    }
  if (message->kind == ANNEX_RPC_ERROR && message->id == NULL && post->id >= 0)
    {
      message->id = json_node_new (JSON_NODE_VALUE);
      json_node_set_int (message->id, post->id);
    }
  if (message->kind == ANNEX_RPC_RESULT || message->kind == ANNEX_RPC_ERROR)
    post->answered |= annex_rpc_message_get_number (message) == post->id;
  annex_mcp_transport_emit_message (ANNEX_MCP_TRANSPORT (post->self), message);
  return TRUE;
}

/* One without data only tells where the stream is. */
static gboolean
event_cb (const char *name, const char *data, gpointer user_data, GError **error)
{
  return !g_str_equal (name, "message") || data[0] == '\0' ||
         take_text (user_data, data, strlen (data), error);
}

/* Calling a message off does not end the reading of its answer, which may say nothing for ever. */
static GBytes *
read_piece (Post *post, GInputStream *stream, GError **error)
{
  g_autoptr (GError) local = NULL;
  GBytes *piece = dex_await_boxed (
      dex_future_first (dex_input_stream_read_bytes (stream, PIECE_BYTES, G_PRIORITY_DEFAULT),
                        dex_cancellable_new_from_cancellable (post->cancellable), NULL),
      &local);

  if (piece != NULL && !g_cancellable_is_cancelled (post->cancellable))
    {
      post->received += g_bytes_get_size (piece);
      return piece;
    }
  g_clear_pointer (&piece, g_bytes_unref);
  annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                    N_ ("The connection to %s broke off."), g_uri_get_host (post->self->address));
  return NULL;
}

static gboolean
read_events_into (Post *post, AnnexSse *events, GInputStream *stream, GError **error)
{
  for (;;)
    {
      g_autoptr (GBytes) piece = read_piece (post, stream, error);

      if (piece == NULL)
        return FALSE;
      if (g_bytes_get_size (piece) == 0)
        return TRUE;
      if (annex_sse_feed (events, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece),
                          event_cb, post, error))
        continue;
      if (error != NULL && (*error)->domain == ANNEX_SSE_ERROR)
        {
          g_clear_error (error);
          annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_LIMIT,
                            N_ ("It sent a message that is too long."));
        }
      return FALSE;
    }
}

static gboolean
read_events (Post *post, GInputStream *stream, GError **error)
{
  g_autoptr (AnnexSse) events = annex_sse_new (ANNEX_MCP_MAX_MESSAGE_BYTES);
  gboolean read = read_events_into (post, events, stream, error);

  if (annex_sse_get_last_id (events) != NULL)
    g_set_str (&post->last_id, annex_sse_get_last_id (events));
  post->retry_ms = MIN (annex_sse_get_retry_ms (events), MAX_RETRY_MS);
  return read;
}

/* The whole body; NULL with LIMIT or ENDED. */
static GByteArray *
read_body (Post *post, GInputStream *stream, gsize max_bytes, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (;;)
    {
      g_autoptr (GBytes) piece = read_piece (post, stream, error);

      if (piece == NULL)
        return NULL;
      if (g_bytes_get_size (piece) == 0)
        return g_steal_pointer (&all);
      if (all->len + g_bytes_get_size (piece) > max_bytes)
        {
          annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_LIMIT,
                            N_ ("It sent a message that is too long."));
          return NULL;
        }
      g_byte_array_append (all, g_bytes_get_data (piece, NULL), (guint) g_bytes_get_size (piece));
    }
}

/* ---- one exchange */

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  GInputStream *stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (stream != NULL)
    dex_promise_resolve_object (promise, stream);
  else
    dex_promise_reject (promise, error);
}

/* The head of the answer; NULL with the error. */
static GInputStream *
open_stream (Post *post, const char *http_method, GError **error)
{
  g_autoptr (DexPromise) sent = dex_promise_new ();
  g_autoptr (GError) local = NULL;
  GInputStream *stream;

  post->message = create_message (post, http_method);
  soup_session_send_async (post->self->session, post->message, G_PRIORITY_DEFAULT,
                           post->cancellable, sent_cb, dex_ref (sent));
  stream = dex_await_object (dex_ref (sent), &local);
  if (stream == NULL)
    g_propagate_error (error, annex_mcp_http_explain (post->self, local));
  return stream;
}

static void
take_session (Post *post)
{
  const char *id = soup_message_headers_get_one (soup_message_get_response_headers (post->message),
                                                 "Mcp-Session-Id");

  if (!post->self->modern && id != NULL && g_strcmp0 (post->method, "initialize") == 0)
    g_set_str (&post->self->session_id, id);
}

/* A refusal. One that answers in the protocol is an answer, whatever its status. */
static gboolean
read_failure (Post *post, GInputStream *stream, guint status, GError **error)
{
  AnnexMcpHttp *self = post->self;
  g_autoptr (GByteArray) body = NULL;

  if (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN)
    g_set_str (&self->challenge,
               soup_message_headers_get_list (soup_message_get_response_headers (post->message),
                                              "WWW-Authenticate"));
  else if (status < 500)
    body = read_body (post, stream, MAX_FAILURE_BYTES, NULL); /* else the status says it */
  if (body != NULL && post->id >= 0 &&
      take_text (post, (const char *) body->data, body->len, NULL) && post->answered)
    return TRUE;
  if (status == SOUP_STATUS_NOT_FOUND && self->session_id != NULL && !self->closed)
    {
      self->closed = TRUE;
      annex_mcp_transport_emit_closed (
          ANNEX_MCP_TRANSPORT (self),
          annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                            N_ ("The service has forgotten this session.")));
    }
  annex_mcp_http_refuse (self, status, error);
  return FALSE;
}

/* Waits as long as the service wants; FALSE when it is called off. */
static gboolean
pause_before (Post *post)
{
  guint ms = post->retry_ms > 0 ? post->retry_ms : RESUME_PAUSE_MS;

  dex_await (dex_future_first (dex_timeout_new_msec ((int) ms),
                               dex_cancellable_new_from_cancellable (post->cancellable), NULL),
             NULL); /* rejects by its nature */
  return !g_cancellable_is_cancelled (post->cancellable);
}

/* The events of an answer. Of the older generation, one whose stream broke off goes on where it
 * was, if the service has said where that is. */
static gboolean
read_answer_events (Post *post, GInputStream *first, GError **error)
{
  g_autoptr (GInputStream) stream = g_object_ref (first);
  guint silent = 0;

  for (;;)
    {
      g_autoptr (GError) local = NULL;
      guint64 before = post->received;
      gboolean read = read_events (post, stream, &local);

      if (post->answered || (read && post->last_id == NULL))
        return TRUE;
      silent = post->received > before ? 0 : silent + 1;
      if (!read && !g_error_matches (local, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED))
        silent = MAX_SILENT_LISTENS;
      if (post->self->modern || post->id < 0 || post->last_id == NULL ||
          silent >= MAX_SILENT_LISTENS || !pause_before (post))
        {
          if (local != NULL)
            g_propagate_error (error, g_steal_pointer (&local));
          return read;
        }
      g_clear_object (&stream);
      g_clear_object (&post->message);
      stream = open_stream (post, "GET", error);
      if (stream == NULL)
        return FALSE;
      if (soup_message_get_status (post->message) != SOUP_STATUS_OK)
        {
          if (local != NULL)
            g_propagate_error (error, g_steal_pointer (&local));
          return read;
        }
    }
}

static gboolean
read_answer (Post *post, GInputStream *stream, GError **error)
{
  guint status = soup_message_get_status (post->message);
  const char *type = soup_message_headers_get_content_type (
      soup_message_get_response_headers (post->message), NULL);
  g_autoptr (GByteArray) body = NULL;

  if (status < 200 || status > 299)
    return read_failure (post, stream, status, error);
  take_session (post);
  if (g_strcmp0 (type, "text/event-stream") == 0)
    return read_answer_events (post, stream, error);
  body = read_body (post, stream, ANNEX_MCP_MAX_MESSAGE_BYTES, error);
  if (body == NULL)
    return FALSE;
  return post->id < 0 || take_text (post, (const char *) body->data, body->len, error);
}

/* One way there and back. */
static gboolean
exchange (Post *post, GError **error)
{
  g_autoptr (GInputStream) stream = NULL;

  g_clear_object (&post->message);
  stream = open_stream (post, "POST", error);
  return stream != NULL && read_answer (post, stream, error);
}

/* With a token that the service takes, if there is one: an old one is renewed once. */
static gboolean
exchange_signed (Post *post, GError **error)
{
  AnnexMcpHttp *self = post->self;
  g_autoptr (GError) local = NULL;
  g_autofree char *token = NULL;

  if (!annex_mcp_http_fetch_token (self, post->cancellable, error))
    return FALSE;
  token = g_strdup (self->token);
  if (exchange (post, &local))
    return TRUE;
  if (post->message != NULL &&
      soup_message_get_status (post->message) == SOUP_STATUS_UNAUTHORIZED &&
      annex_mcp_http_renew_token (self, token, post->cancellable))
    return exchange (post, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static DexFuture *
post_fiber (gpointer data)
{
  Post *post = data;
  AnnexMcpHttp *self = post->self;
  gulong handler =
      g_cancellable_connect (self->whole, G_CALLBACK (cancel_cb), post->cancellable, NULL);
  GError *error = NULL;
  gint64 begun = 0;
  gboolean begins, read;

  self->n_busy++;
  if (post->id >= 0)
    g_hash_table_insert (self->running, &post->id, post->cancellable);
  begins = annex_mcp_http_begin_traffic (self, "POST", strlen (post->text), &begun, &error);
  read = begins && exchange_signed (post, &error);
  if (post->id >= 0)
    g_hash_table_remove (self->running, &post->id);
  g_cancellable_disconnect (self->whole, handler);
  if (begins)
    annex_mcp_http_end_traffic (self, "POST", begun, strlen (post->text), post->received);
  annex_mcp_http_leave (self);
  /* What a stream that broke off after the answer says no longer matters. */
  if (post->answered || (read && post->id < 0))
    {
      g_clear_error (&error);
      return dex_future_new_true ();
    }
  if (error == NULL)
    annex_set_spoken (&error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                      N_ ("It ended its answer without a result."));
  return annex_future_new_error (error);
}

static DexFuture *
http_send (AnnexMcpTransport *transport, const AnnexMcpSend *send)
{
  AnnexMcpHttp *self = ANNEX_MCP_HTTP (transport);

  if (self->closed)
    return annex_future_new_spoken (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                                    N_ ("The connection was closed."));
  return annex_fiber_run (post_fiber, post_new (self, send), post_free);
}

static void
http_drop (AnnexMcpTransport *transport, gint64 id)
{
  GCancellable *cancellable = g_hash_table_lookup (ANNEX_MCP_HTTP (transport)->running, &id);

  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

/* ---- listening to a server of the older generation */

typedef enum {
  LISTEN_HEARD,
  LISTEN_NOT_OFFERED,
  LISTEN_UNREACHED, /* the network or the service has a fault now */
  LISTEN_NOT_BEGUN, /* the ledger could not be written: nothing was asked */
} Listen;

static Listen
judge_listen (Post *post, GInputStream *stream)
{
  guint status = stream != NULL ? soup_message_get_status (post->message) : 0;

  if (stream == NULL || (status >= 500 && status != SOUP_STATUS_NOT_IMPLEMENTED))
    return LISTEN_UNREACHED;
  return status == SOUP_STATUS_OK ? LISTEN_HEARD : LISTEN_NOT_OFFERED;
}

static Listen
listen_once (AnnexMcpHttp *self, guint64 *received)
{
  Post *post = post_new (self, NULL);
  gulong handler =
      g_cancellable_connect (self->whole, G_CALLBACK (cancel_cb), post->cancellable, NULL);
  g_autoptr (GInputStream) stream = NULL;
  Listen end = LISTEN_NOT_BEGUN;
  gint64 begun = 0;

  self->n_busy++;
  post->last_id = g_steal_pointer (&self->heard_id);
  if (annex_mcp_http_begin_traffic (self, "GET", 0, &begun, NULL))
    {
      stream = open_stream (post, "GET", NULL);
      end = judge_listen (post, stream);
      if (end == LISTEN_HEARD)
        read_events (post, stream, NULL); /* however it ends, it is tried again */
      annex_mcp_http_end_traffic (self, "GET", begun, 0, post->received);
    }
  annex_mcp_http_leave (self);
  *received = post->received;
  self->heard_id = g_steal_pointer (&post->last_id);
  g_cancellable_disconnect (self->whole, handler);
  post_free (post);
  return end;
}

static DexFuture *
listen_fiber (gpointer data)
{
  AnnexMcpHttp *self = data;
  guint silent = 0, unreached = 0;

  while (!self->closed && silent < MAX_SILENT_LISTENS)
    {
      guint64 received = 0;
      Listen end = listen_once (self, &received);

      if (end == LISTEN_NOT_OFFERED)
        break;
      if (end == LISTEN_HEARD)
        silent = received > 0 ? 0 : silent + 1;
      /* Each attempt is a row of the ledger: of a service that is away there are ever fewer. */
      unreached = end == LISTEN_UNREACHED ? MIN (unreached + 1, MAX_LISTEN_DOUBLINGS) : 0;
      if (!self->closed)
        dex_await (
            dex_future_first (dex_timeout_new_msec ((int) (self->listen_pause_ms << unreached)),
                              dex_cancellable_new_from_cancellable (self->whole), NULL),
            NULL); /* rejects by its nature */
    }
  self->listening = FALSE;
  return dex_future_new_true ();
}

static void
http_set_version (AnnexMcpTransport *transport, const char *version, gboolean modern)
{
  AnnexMcpHttp *self = ANNEX_MCP_HTTP (transport);

  g_set_str (&self->version, version);
  self->modern = modern;
  if (!modern && version != NULL && !self->listening && !self->closed)
    {
      self->listening = TRUE;
      annex_fiber_start (listen_fiber, g_object_ref (self), g_object_unref);
    }
}

/* ---- the end */

static DexFuture *
close_fiber (gpointer data)
{
  AnnexMcpHttp *self = data;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (DexPromise) sent = NULL;
  gint64 begun = 0;
  Post *post;

  g_cancellable_cancel (self->whole);
  if (self->n_busy > 0 && self->quiet == NULL)
    self->quiet = dex_promise_new ();
  if (self->n_busy > 0)
    dex_await (dex_ref (self->quiet), NULL); /* each was cancelled */
  if (self->session_id == NULL || self->modern ||
      !annex_mcp_http_begin_traffic (self, "DELETE", 0, &begun, NULL))
    return dex_future_new_true ();
  /* A courtesy; the service ends its session by itself too. */
  sent = dex_promise_new ();
  post = post_new (self, NULL);
  post->message = create_message (post, "DELETE");
  soup_session_send_async (self->session, post->message, G_PRIORITY_DEFAULT, post->cancellable,
                           sent_cb, dex_ref (sent));
  stream = dex_await_object (annex_future_with_timeout (dex_ref (sent), DELETE_MS), NULL);
  if (stream == NULL)
    g_cancellable_cancel (post->cancellable);
  annex_mcp_http_end_traffic (self, "DELETE", begun, 0, 0);
  post_free (post);
  return dex_future_new_true ();
}

static DexFuture *
http_close (AnnexMcpTransport *transport)
{
  AnnexMcpHttp *self = ANNEX_MCP_HTTP (transport);

  self->closed = TRUE;
  return annex_fiber_run (close_fiber, g_object_ref (self), g_object_unref);
}

static void
annex_mcp_http_finalize (GObject *object)
{
  AnnexMcpHttp *self = ANNEX_MCP_HTTP (object);

  g_uri_unref (self->address);
  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_hash_table_unref (self->running);
  g_object_unref (self->whole);
  dex_clear (&self->quiet);
  g_free (self->token);
  g_strfreev (self->headers);
  g_free (self->version);
  g_free (self->session_id);
  g_free (self->heard_id);
  g_free (self->challenge);
  if (self->traffic_free != NULL)
    self->traffic_free (self->traffic_data);
  if (self->token_free != NULL)
    self->token_free (self->token_data);
  G_OBJECT_CLASS (annex_mcp_http_parent_class)->finalize (object);
}

static void
annex_mcp_http_class_init (AnnexMcpHttpClass *class)
{
  G_OBJECT_CLASS (class)->finalize = annex_mcp_http_finalize;
}

static void
annex_mcp_http_init (AnnexMcpHttp *self)
{
  self->running = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->whole = g_cancellable_new ();
  self->listen_pause_ms = LISTEN_PAUSE_MS;
  /* A stream that is listened to, and calls beside each other that may each ask back. */
  self->session = soup_session_new_with_options ("timeout", 0, "idle-timeout", 60, "max-conns", 64,
                                                 "max-conns-per-host", 64, "user-agent",
                                                 "Annex/" ANNEX_VERSION, NULL);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
}

static void
annex_mcp_http_transport_init (AnnexMcpTransportInterface *iface)
{
  iface->send = http_send;
  iface->drop = http_drop;
  iface->set_version = http_set_version;
  iface->close = http_close;
}

AnnexMcpTransport *
annex_mcp_http_new (const char *address, GError **error)
{
  AnnexMcpHttp *self;

  if (!annex_mcp_http_check_address (address, error))
    return NULL;
  self = g_object_new (ANNEX_TYPE_MCP_HTTP, NULL);
  self->address = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  if (annex_mcp_http_is_loopback (g_uri_get_host (self->address)))
    soup_session_set_proxy_resolver (self->session, NULL);
  return ANNEX_MCP_TRANSPORT (self);
}
