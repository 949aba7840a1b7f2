/* annex-oauth-request.c
 *
 * See annex-oauth-request.h. A session for each request: there are few, and one that is given up is
 * aborted whole.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-oauth-request.h"

#include "annex-future.h"
#include "annex-policy.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <string.h>

#define PIECE_BYTES (16 * 1024)
#define RESOLVE_MS 10000

typedef struct
{
  const AnnexOauthRequest *request;
  const AnnexOauthWay *way;
  GUri *uri;
  SoupSession *session;
  SoupMessage *message;
  gint64 deadline_us;
  guint64 received;
  gint64 begun;
} Exchange;

/* ---- waiting */

static guint
left_ms (Exchange *self)
{
  gint64 left = (self->deadline_us - g_get_monotonic_time ()) / 1000;

  return (guint) CLAMP (left, 1, G_MAXINT);
}

/* The value of @step (taken), or NULL with the error in the words of a person. */
static const GValue *
await (Exchange *self, DexFuture *step, GError **error)
{
  const char *host = g_uri_get_host (self->uri);
  g_autoptr (GError) local = NULL;

  if (annex_await_cancellable (annex_future_with_timeout (dex_ref (step), left_ms (self)),
                               self->way->cancel, &local))
    return dex_future_get_value (step, error);
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local));
  else if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_TIMED_OUT,
                      N_ ("%s did not answer in time; try again later."), host);
  else if (local->domain == G_TLS_ERROR)
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNREACHABLE,
                      N_ ("The secure connection to %s was refused: %s."), host, local->message);
  else
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNREACHABLE,
                      N_ ("%s cannot be reached; check the network. (%s)"), host, local->message);
  return NULL;
}

/* ---- where a name leads */

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, NULL);
  gboolean local = FALSE;

  for (GList *at = addresses; at != NULL; at = at->next)
    local |= !annex_address_is_public (at->data);
  g_resolver_free_addresses (addresses);
  dex_promise_resolve_boolean (promise, local);
}

gboolean
annex_oauth_host_is_local (const char *host, const AnnexOauthWay *way)
{
  g_autoptr (GInetAddress) literal = g_inet_address_new_from_string (host);
  g_autofree char *name = NULL;
  g_autoptr (GResolver) resolver = NULL;
  g_autoptr (DexPromise) found = NULL;

  if (literal != NULL)
    return !annex_address_is_public (literal);
  name = annex_host_normalise (host, -1, NULL);
  if (name == NULL || annex_host_is_local (name))
    return TRUE;
  resolver = g_resolver_get_default ();
  found = dex_promise_new ();
  g_resolver_lookup_by_name_async (resolver, name, NULL, resolved_cb, dex_ref (found));
  /* A name that cannot be looked up here is the proxy's to look up, or cannot be reached at all. */
  return annex_await_cancellable (annex_future_with_timeout (dex_ref (found), RESOLVE_MS),
                                  way->cancel, NULL) &&
         g_value_get_boolean (dex_future_get_value (DEX_FUTURE (found), NULL));
}

static gboolean
is_this_machine (const char *host)
{
  g_autoptr (GInetAddress) literal = g_inet_address_new_from_string (host);

  return literal != NULL ? g_inet_address_get_is_loopback (literal)
                         : g_ascii_strcasecmp (host, "localhost") == 0;
}

static gboolean
check_place (Exchange *self, GError **error)
{
  if (self->way->local || !annex_oauth_host_is_local (g_uri_get_host (self->uri), self->way))
    return TRUE;
  annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                    N_ ("%s lies in a private network, which the service has no business with."),
                    g_uri_get_host (self->uri));
  return FALSE;
}

/* ---- the exchange */

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

static const char *
method_of (Exchange *self)
{
  return self->request->type != NULL ? "POST" : "GET";
}

static guint64
sent_bytes (Exchange *self)
{
  return self->request->body != NULL ? strlen (self->request->body) : 0;
}

static void
prepare (Exchange *self)
{
  const AnnexOauthRequest *request = self->request;
  SoupMessageHeaders *headers;

  self->session =
      soup_session_new_with_options ("timeout", 0, "user-agent", "Annex/" ANNEX_VERSION, NULL);
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
  if (is_this_machine (g_uri_get_host (self->uri)))
    soup_session_set_proxy_resolver (self->session, NULL);
  self->message = soup_message_new_from_uri (method_of (self), self->uri);
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_disable_feature (self->message, SOUP_TYPE_AUTH_MANAGER);
  headers = soup_message_get_request_headers (self->message);
  soup_message_headers_replace (headers, "Accept", "application/json");
  if (request->authorization != NULL)
    soup_message_headers_replace (headers, "Authorization", request->authorization);
  if (request->type != NULL)
    {
      g_autoptr (GBytes) body = g_bytes_new (request->body, strlen (request->body));

      soup_message_set_request_body_from_bytes (self->message, request->type, body);
    }
}

static GInputStream *
open_stream (Exchange *self, GError **error)
{
  g_autoptr (DexPromise) sent = dex_promise_new ();
  const GValue *value;

  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, NULL, sent_cb,
                           dex_ref (sent));
  value = await (self, DEX_FUTURE (sent), error);
  return value != NULL ? g_value_dup_object (value) : NULL;
}

static GByteArray *
read_body (Exchange *self, GInputStream *stream, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (;;)
    {
      g_autoptr (DexFuture) read =
          dex_input_stream_read_bytes (stream, PIECE_BYTES, G_PRIORITY_DEFAULT);
      const GValue *value = await (self, read, error);
      GBytes *piece = value != NULL ? g_value_get_boxed (value) : NULL;

      if (piece == NULL)
        return NULL;
      if (g_bytes_get_size (piece) == 0)
        return g_steal_pointer (&all);
      self->received += g_bytes_get_size (piece);
      if (self->received > ANNEX_OAUTH_MAX_BYTES)
        {
          annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_LIMIT,
                            N_ ("%s sends more than a sign-in can need."),
                            g_uri_get_host (self->uri));
          return NULL;
        }
      g_byte_array_append (all, g_bytes_get_data (piece, NULL), (guint) g_bytes_get_size (piece));
    }
}

static gboolean
check_status (Exchange *self, guint status, GError **error)
{
  const char *host = g_uri_get_host (self->uri);

  if (status >= 300 && status <= 399)
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                      N_ ("%s sends Annex on to another address, which it does not follow."), host);
  else if (status >= 500 || status < 200)
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNREACHABLE,
                      N_ ("%s has a fault of its own now (HTTP %u); try again later."), host,
                      status);
  else
    return TRUE;
  return FALSE;
}

/* The head of the answer. */
static GInputStream *
begin (Exchange *self, guint *status, GError **error)
{
  GInputStream *stream;

  if (!check_place (self, error) ||
      !annex_mcp_traffic_begin (self->way->traffic, self->way->traffic_data, method_of (self),
                                self->uri, sent_bytes (self), &self->begun, error))
    return NULL;
  prepare (self);
  stream = open_stream (self, error);
  if (stream != NULL)
    *status = soup_message_get_status (self->message);
  return stream;
}

static JsonObject *
run (Exchange *self, gboolean may_be_empty, guint *status, GError **error)
{
  g_autoptr (GInputStream) stream = begin (self, status, error);
  g_autoptr (GByteArray) body = NULL;
  JsonObject *json;

  if (stream == NULL || !check_status (self, *status, error))
    return NULL;
  body = read_body (self, stream, error);
  if (body == NULL)
    return NULL;
  json = annex_json_parse_object (body->len > 0 ? (const char *) body->data : "", body->len, NULL);
  if (json == NULL && may_be_empty)
    return json_object_new ();
  if (json == NULL)
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                      N_ ("%s answers with something else than a sign-in needs (HTTP %u)."),
                      g_uri_get_host (self->uri), *status);
  return json;
}

static gboolean
exchange_init (Exchange *self,
               const AnnexOauthRequest *request,
               const AnnexOauthWay *way,
               GError **error)
{
  self->request = request;
  self->way = way;
  self->deadline_us = g_get_monotonic_time () + (gint64) way->timeout_ms * 1000;
  self->uri = g_uri_parse (request->address, SOUP_HTTP_URI_FLAGS, NULL);
  if (self->uri != NULL)
    return TRUE;
  annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                    N_ ("The service names an address that is none: %s"), request->address);
  return FALSE;
}

static void
exchange_clear (Exchange *self)
{
  if (self->session != NULL)
    {
      annex_mcp_traffic_end (self->way->traffic, self->way->traffic_data, method_of (self),
                             self->uri, self->begun, sent_bytes (self), self->received);
      soup_session_abort (self->session);
    }
  g_clear_object (&self->message);
  g_clear_object (&self->session);
  g_clear_pointer (&self->uri, g_uri_unref);
}

JsonObject *
annex_oauth_request_run (const AnnexOauthRequest *request,
                         const AnnexOauthWay *way,
                         gboolean may_be_empty,
                         guint *status,
                         GError **error)
{
  Exchange self = { 0 };
  JsonObject *json =
      exchange_init (&self, request, way, error) ? run (&self, may_be_empty, status, error) : NULL;

  exchange_clear (&self);
  return json;
}

gboolean
annex_oauth_request_probe (const AnnexOauthRequest *request,
                           const AnnexOauthWay *way,
                           guint *status,
                           char **challenge,
                           GError **error)
{
  Exchange self = { 0 };
  g_autoptr (GInputStream) stream =
      exchange_init (&self, request, way, error) ? begin (&self, status, error) : NULL;

  *challenge = NULL;
  if (stream != NULL)
    *challenge = g_strdup (soup_message_headers_get_list (
        soup_message_get_response_headers (self.message), "WWW-Authenticate"));
  exchange_clear (&self);
  return stream != NULL;
}
