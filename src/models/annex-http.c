/* annex-http.c
 *
 * See annex-http.h. One SoupSession per request in flight, kept for the next request when the body
 * was read to its end and aborted otherwise: so a stopped answer closes its connection, which is
 * how servers learn that nobody reads it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-http.h"

#include "annex-future.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 15000
#define FIRST_BYTE_TIMEOUT_MS 120000
#define PIECE_BYTES (64 * 1024)
#define MAX_HEAD_BYTES (64 * 1024)
#define KEEP_SESSIONS 2

struct _AnnexHttp
{
  gatomicrefcount ref_count;
  char *base_url;
  char *host;
  gboolean loopback;
  GPtrArray *idle; /* SoupSession */
};

struct _AnnexHttpResponse
{
  AnnexHttp *http;
  SoupSession *session;
  SoupMessage *message;
  GInputStream *stream;
  char *content_type;
  gboolean complete;
  guint64 bytes; /* of the body, read so far */
};

/* A request on its way to its head. */
typedef struct
{
  DexTimeout *limit;
  guint first_byte_timeout_ms;
  gboolean connected;
} Progress;

/* ---- the server */

static gboolean
host_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0;
}

static char *
strip_base_url (const char *base_url)
{
  char *base = g_strstrip (g_strdup (base_url));

  while (g_str_has_suffix (base, "/"))
    base[strlen (base) - 1] = '\0';
  if (g_str_has_suffix (base, "/v1"))
    base[strlen (base) - strlen ("/v1")] = '\0';
  while (g_str_has_suffix (base, "/"))
    base[strlen (base) - 1] = '\0';
  return base;
}

AnnexHttp *
annex_http_new (const char *base_url, GError **error)
{
  g_autofree char *base = strip_base_url (base_url);
  g_autoptr (GUri) uri = g_uri_parse (base, SOUP_HTTP_URI_FLAGS, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  const char *problem = NULL;
  AnnexHttp *self;

  if (host == NULL || *host == '\0')
    problem = N_ ("is not an address such as http://127.0.0.1:8080");
  else if (!g_str_equal (g_uri_get_scheme (uri), "http") &&
           !g_str_equal (g_uri_get_scheme (uri), "https"))
    problem = N_ ("must begin with http:// or https://");
  else if (g_uri_get_userinfo (uri) != NULL)
    problem = N_ ("must not hold a user name or password; the key is asked for separately");
  else if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    problem = N_ ("must not hold a question mark or a hash sign");
  if (problem != NULL)
    {
      /* The text itself stays out of the message: it may hold a password. */
      annex_set_spoken_detail (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_INVALID,
                               N_ ("The model server’s address %s"), problem);
      return NULL;
    }

  self = g_new0 (AnnexHttp, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->base_url = g_steal_pointer (&base);
  self->host = g_strdup (host);
  self->loopback = host_is_loopback (host);
  self->idle = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

AnnexHttp *
annex_http_ref (AnnexHttp *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
annex_http_unref (AnnexHttp *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->idle);
  g_free (self->base_url);
  g_free (self->host);
  g_free (self);
}

const char *
annex_http_get_base_url (AnnexHttp *self)
{
  return self->base_url;
}

const char *
annex_http_get_host (AnnexHttp *self)
{
  return self->host;
}

guint
annex_http_get_port (AnnexHttp *self)
{
  g_autoptr (GUri) uri = g_uri_parse (self->base_url, G_URI_FLAGS_NONE, NULL);

  if (uri != NULL && g_uri_get_port (uri) > 0)
    return (guint) g_uri_get_port (uri);
  return uri != NULL && g_str_equal (g_uri_get_scheme (uri), "http") ? 80 : 443;
}

gboolean
annex_http_is_loopback (AnnexHttp *self)
{
  return self->loopback;
}

static SoupSession *
take_session (AnnexHttp *self)
{
  SoupSession *session;

  if (self->idle->len > 0)
    return g_ptr_array_steal_index (self->idle, self->idle->len - 1);
  session = soup_session_new_with_options ("timeout", 0, "idle-timeout", 60, "user-agent",
                                           "Annex/" ANNEX_VERSION, NULL);
  /* No Accept-Encoding: events must come as they are made, and sizes be what they seem. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  if (self->loopback)
    soup_session_set_proxy_resolver (session, NULL);
  return session;
}

static void
give_back_session (AnnexHttp *self, SoupSession *session, gboolean clean)
{
  if (clean && self->idle->len < KEEP_SESSIONS)
    {
      g_ptr_array_add (self->idle, session);
      return;
    }
  soup_session_abort (session);
  g_object_unref (session);
}

/* ---- failures */

static const char *
certificate_problem (GTlsCertificateFlags flags)
{
  if (flags & G_TLS_CERTIFICATE_EXPIRED)
    return "its certificate has expired";
  if (flags & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return "its certificate is not valid yet; check this computer’s clock";
  if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return "its certificate belongs to another name";
  if (flags & G_TLS_CERTIFICATE_REVOKED)
    return "its certificate was withdrawn";
  if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return "its certificate is signed by nobody this computer trusts";
  return "the two sides did not agree";
}

static GError *
explain_send_error (AnnexHttp *self,
                    SoupMessage *message,
                    const GError *cause,
                    gboolean connected,
                    gboolean *permanent)
{
  AnnexModelError code = connected ? ANNEX_MODEL_ERROR_CUT : ANNEX_MODEL_ERROR_OFFLINE;

  *permanent = FALSE;
  if (cause->domain == G_TLS_ERROR || soup_message_get_tls_peer_certificate_errors (message) != 0)
    {
      *permanent = TRUE;
      return annex_spoken_new (
          ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OFFLINE,
          N_ ("The secure connection to %s was refused: %s"), self->host,
          certificate_problem (soup_message_get_tls_peer_certificate_errors (message)));
    }
  if (cause->domain == G_RESOLVER_ERROR)
    return annex_spoken_new (ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OFFLINE,
                             N_ ("The name %s was not found; check the network and the address"),
                             self->host);
  if (cause->domain == SOUP_SESSION_ERROR)
    {
      if (cause->code == SOUP_SESSION_ERROR_PARSING || cause->code == SOUP_SESSION_ERROR_ENCODING)
        return annex_spoken_new (ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL,
                                 N_ ("The server at %s does not answer in HTTP"), self->host);
    }
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return annex_spoken_new (ANNEX_MODEL_ERROR, code, N_ ("Nothing answers at %s"), self->base_url);
  return annex_spoken_new (ANNEX_MODEL_ERROR, code,
                           connected ? N_ ("The connection to %s broke off: %s")
                                     : N_ ("Cannot connect to %s: %s"),
                           self->host, cause->message);
}

static void
set_timed_out (GError **error, AnnexHttp *self, gboolean connected, guint timeout_ms)
{
  g_clear_error (error);
  if (connected)
    annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TIMED_OUT,
                      N_ ("Nothing came from %s for %u s"), self->host, (timeout_ms + 999) / 1000);
  else
    annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OFFLINE,
                      N_ ("%s could not be reached within %u s"), self->host,
                      (timeout_ms + 999) / 1000);
}

/* ---- sending */

static void
postpone (Progress *progress)
{
  dex_timeout_postpone_until (progress->limit, g_get_monotonic_time () +
                                                   (gint64) progress->first_byte_timeout_ms * 1000);
}

static void
starting_cb (SoupMessage *message, gpointer data)
{
  Progress *progress = data;

  progress->connected = TRUE;
  postpone (progress);
}

static void
wrote_cb (SoupMessage *message, guint size, gpointer data)
{
  postpone (data);
}

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

static SoupMessage *
new_message (AnnexHttp *self, const AnnexHttpRequest *request, GError **error)
{
  g_autofree char *uri = g_strconcat (self->base_url, request->path, NULL);
  SoupMessage *message = soup_message_new (request->method, uri);
  SoupMessageHeaders *headers;

  if (message == NULL)
    {
      annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_INVALID,
                        N_ ("The model server’s address is not valid"));
      return NULL;
    }
  /* Idempotent here means: an idle connection may be used again. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
  soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  headers = soup_message_get_request_headers (message);
  for (guint i = 0; request->headers != NULL && request->headers[i] != NULL; i += 2)
    soup_message_headers_replace (headers, request->headers[i], request->headers[i + 1]);
  if (request->body != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", request->body);
  return message;
}

static gboolean
check_head (AnnexHttp *self, SoupMessage *message, GError **error)
{
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;
  gsize total = 0;

  soup_message_headers_iter_init (&iter, soup_message_get_response_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    total += strlen (name) + strlen (value);
  if (total <= MAX_HEAD_BYTES)
    return TRUE;
  annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL,
                    N_ ("The head of the answer from %s is too large"), self->host);
  return FALSE;
}

/* Waits for the head; NULL with a model error or a cancel. */
static GInputStream *
await_head (AnnexHttp *self,
            SoupSession *session,
            SoupMessage *message,
            const AnnexHttpRequest *request,
            DexFuture *cancel,
            gboolean *permanent,
            GError **error)
{
  guint connect_ms =
      request->connect_timeout_ms > 0 ? request->connect_timeout_ms : CONNECT_TIMEOUT_MS;
  g_autoptr (DexPromise) sent = dex_promise_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (DexFuture) limit = dex_timeout_new_msec ((int) connect_ms);
  Progress progress = { .limit = DEX_TIMEOUT (limit) };
  g_autoptr (GError) local = NULL;
  GInputStream *stream = NULL;

  progress.first_byte_timeout_ms =
      request->first_byte_timeout_ms > 0 ? request->first_byte_timeout_ms : FIRST_BYTE_TIMEOUT_MS;
  g_signal_connect (message, "starting", G_CALLBACK (starting_cb), &progress);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (wrote_cb), &progress);
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, cancellable, sent_cb,
                           dex_ref (sent));
  if (annex_await_cancellable (dex_future_first (dex_ref (sent), dex_ref (limit), NULL), cancel,
                               &local))
    stream = g_value_dup_object (dex_future_get_value (DEX_FUTURE (sent), NULL));
  g_signal_handlers_disconnect_by_data (message, &progress);
  if (stream != NULL)
    return stream;

  g_cancellable_cancel (cancellable);
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local));
  else if (dex_future_is_rejected (DEX_FUTURE (sent)))
    g_propagate_error (error,
                       explain_send_error (self, message, local, progress.connected, permanent));
  else
    set_timed_out (error, self, progress.connected,
                   progress.connected ? progress.first_byte_timeout_ms : connect_ms);
  return NULL;
}

AnnexHttpResponse *
annex_http_send (AnnexHttp *self,
                 const AnnexHttpRequest *request,
                 DexFuture *cancel,
                 gboolean *permanent,
                 GError **error)
{
  g_autoptr (SoupMessage) message = new_message (self, request, error);
  g_autoptr (GInputStream) stream = NULL;
  AnnexHttpResponse *response;
  SoupSession *session;
  const char *type;
  gboolean ignored;

  if (permanent == NULL)
    permanent = &ignored;
  *permanent = FALSE;
  if (message == NULL)
    return NULL;
  session = take_session (self);
  stream = await_head (self, session, message, request, cancel, permanent, error);
  if (stream == NULL || !check_head (self, message, error))
    {
      give_back_session (self, session, FALSE);
      return NULL;
    }
  type = soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);
  response = g_new0 (AnnexHttpResponse, 1);
  response->http = annex_http_ref (self);
  response->session = session;
  response->message = g_steal_pointer (&message);
  response->stream = g_steal_pointer (&stream);
  response->content_type = g_ascii_strdown (type != NULL ? type : "", -1);
  return response;
}

/* ---- the answer */

void
annex_http_response_free (AnnexHttpResponse *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->stream);
  g_clear_object (&self->message);
  give_back_session (self->http, self->session, self->complete);
  g_free (self->content_type);
  annex_http_unref (self->http);
  g_free (self);
}

guint
annex_http_response_get_status (AnnexHttpResponse *self)
{
  return soup_message_get_status (self->message);
}

const char *
annex_http_response_get_header (AnnexHttpResponse *self, const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (self->message), name);
}

const char *
annex_http_response_get_content_type (AnnexHttpResponse *self)
{
  return self->content_type;
}

GBytes *
annex_http_response_read (AnnexHttpResponse *self,
                          guint idle_timeout_ms,
                          DexFuture *cancel,
                          GError **error)
{
  g_autoptr (DexFuture) piece =
      dex_input_stream_read_bytes (self->stream, PIECE_BYTES, G_PRIORITY_DEFAULT);
  g_autoptr (GError) local = NULL;
  GBytes *bytes;

  if (!annex_await_cancellable (
          dex_future_first (dex_ref (piece), dex_timeout_new_msec ((int) idle_timeout_ms), NULL),
          cancel, &local))
    {
      if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_propagate_error (error, g_steal_pointer (&local));
      else if (!dex_future_is_rejected (piece))
        set_timed_out (error, self->http, TRUE, idle_timeout_ms);
      else
        annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_CUT,
                          N_ ("The answer from %s broke off"), self->http->host);
      return NULL;
    }
  bytes = g_value_dup_boxed (dex_future_get_value (piece, NULL));
  self->bytes += g_bytes_get_size (bytes);
  if (g_bytes_get_size (bytes) == 0)
    self->complete = TRUE;
  return bytes;
}

guint64
annex_http_response_get_bytes (AnnexHttpResponse *self)
{
  return self->bytes;
}

char *
annex_http_response_read_text (AnnexHttpResponse *self,
                               gsize max_bytes,
                               guint idle_timeout_ms,
                               DexFuture *cancel,
                               GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  while (all->len < max_bytes && !self->complete)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (GBytes) piece = annex_http_response_read (self, idle_timeout_ms, cancel, &local);

      if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      if (piece == NULL)
        break;
      g_byte_array_append (all, g_bytes_get_data (piece, NULL), (guint) g_bytes_get_size (piece));
    }
  return annex_text_make_valid ((const char *) all->data, (gssize) MIN (all->len, max_bytes));
}
