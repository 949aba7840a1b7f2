/* annex-egress-dial.c
 *
 * See annex-egress-dial.h. The address that was checked is the address that is dialled: a name is
 * never handed to anything that would resolve it again, but for the user's own system proxy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-egress-dial.h"

#include "annex-future.h"

#include <string.h>

/* More addresses of one name are not tried. */
#define MAX_ADDRESSES 16
/* An address that does not answer must not use up the time of the next one. */
#define ADDRESS_LIMIT_MS 4000

void
annex_egress_route_clear (AnnexEgressRoute *route)
{
  g_clear_object (&route->connection);
  g_clear_pointer (&route->proxy_authorization, g_free);
}

/* What is left until @deadline_us, at least 1 so that it never means "no limit". */
static guint
left_ms (gint64 deadline_us)
{
  gint64 left = (deadline_us - g_get_monotonic_time ()) / 1000;

  return (guint) CLAMP (left, 1, G_MAXINT);
}

/* Waits for @step (taken) and returns its value (borrowed from *@settled, which the caller frees).
 */
static const GValue *
wait_for (DexFuture *step, DexFuture *stop, DexFuture **settled, GError **error)
{
  *settled = step;
  if (!annex_await_cancellable (dex_ref (step), stop, error))
    return NULL;
  return dex_future_get_value (step, error);
}

/* Says what went wrong in words of ours; a stop stays a stop. */
static gboolean
fail (GError **error, GError *cause, AnnexEgressError code, const char *host, const char *what)
{
  g_autoptr (GError) owned = cause;

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&owned));
      return FALSE;
    }
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    code = ANNEX_EGRESS_ERROR_TIMED_OUT;
  g_set_error (error, ANNEX_EGRESS_ERROR, (int) code, "Annex could not reach %s: %s (%s).", host,
               what, cause != NULL ? cause->message : "no address answered");
  return FALSE;
}

/* ---------------------------------------------------------------- names */

/* All addresses of @host; every one of them public, unless the user opened it. */
static GList *
resolve (const AnnexEgressDialer *dialer,
         const char *host,
         gboolean is_origin,
         gint64 deadline_us,
         DexFuture *stop,
         GError **error)
{
  g_autoptr (GResolver) resolver = NULL;
  g_autoptr (DexFuture) settled = NULL;
  g_autolist (GInetAddress) addresses = NULL;
  GError *cause = NULL;
  const GValue *value;

  resolver = dialer->resolver != NULL ? g_object_ref (dialer->resolver) : g_resolver_get_default ();
  value = wait_for (annex_future_with_timeout (dex_resolver_lookup_by_name (resolver, host),
                                               left_ms (deadline_us)),
                    stop, &settled, &cause);
  if (value == NULL)
    {
      fail (error, cause, ANNEX_EGRESS_ERROR_UNKNOWN_HOST, host, "its name has no address");
      return NULL;
    }
  addresses = g_value_dup_boxed (value);
  if (addresses == NULL)
    {
      fail (error, NULL, ANNEX_EGRESS_ERROR_UNKNOWN_HOST, host, "its name has no address");
      return NULL;
    }
  /* One bad address among good ones is how rebinding starts: all or nothing. */
  for (GList *l = addresses; l != NULL && !is_origin; l = l->next)
    if (!annex_address_is_public (l->data))
      {
        g_set_error (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_PRIVATE,
                     "Annex refused the connection to %s: its name leads to an address inside the "
                     "user's own machine or network, which cannot be reached.",
                     host);
        return NULL;
      }
  return g_steal_pointer (&addresses);
}

/* ---------------------------------------------------------------- connecting */

/* One TCP connection, never through a proxy. */
static GIOStream *
connect_to (GSocketConnectable *target, guint limit_ms, DexFuture *stop, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (DexFuture) settled = NULL;
  const GValue *value;

  g_socket_client_set_enable_proxy (client, FALSE);
  value =
      wait_for (annex_future_with_timeout (dex_socket_client_connect (client, target), limit_ms),
                stop, &settled, error);
  return value != NULL ? g_value_dup_object (value) : NULL;
}

static gboolean
dial_direct (const AnnexEgressDialer *dialer,
             const char *host,
             guint port,
             GList *addresses,
             gint64 deadline_us,
             DexFuture *stop,
             AnnexEgressRoute *route,
             GError **error)
{
  GError *cause = NULL;
  guint n = 0;

  for (GList *l = addresses; l != NULL && n < MAX_ADDRESSES; l = l->next, n++)
    {
      g_autoptr (GSocketAddress) checked = g_inet_socket_address_new (l->data, (guint16) port);
      g_autoptr (GSocketAddress) dialled = NULL;
      guint limit_ms = left_ms (deadline_us);

      if (dialer->connect != NULL)
        dialled = dialer->connect (G_INET_SOCKET_ADDRESS (checked), dialer->connect_data);
      else
        dialled = g_object_ref (checked);
      if (dialled == NULL)
        continue;
      if (l->next != NULL)
        limit_ms = MIN (limit_ms, ADDRESS_LIMIT_MS);
      g_clear_error (&cause);
      route->connection = connect_to (G_SOCKET_CONNECTABLE (dialled), limit_ms, stop, &cause);
      if (route->connection != NULL)
        return TRUE;
      if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        break;
    }
  return fail (error, cause, ANNEX_EGRESS_ERROR_UNREACHABLE, host, "nothing answers there");
}

/* ---------------------------------------------------------------- the user's own proxy */

static void
proxies_found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  DexPromise *promise = data;
  GError *error = NULL;
  char **uris = g_proxy_resolver_lookup_finish (G_PROXY_RESOLVER (source), result, &error);

  if (uris == NULL)
    dex_promise_reject (promise, error);
  else
    dex_promise_resolve_boxed (promise, G_TYPE_STRV, uris);
  dex_unref (promise);
}

static DexFuture *
find_proxies (GProxyResolver *proxies, const char *uri)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  g_proxy_resolver_lookup_async (proxies, uri, dex_promise_get_cancellable (promise),
                                 proxies_found_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
proxy_connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  DexPromise *promise = data;
  GError *error = NULL;
  GIOStream *stream = g_proxy_connect_finish (G_PROXY (source), result, &error);

  if (stream == NULL)
    dex_promise_reject (promise, error);
  else
    dex_promise_resolve_object (promise, stream);
  dex_unref (promise);
}

/* Asks the proxy at the other end of @connection for a tunnel. */
static GIOStream *
connect_through (GIOStream *connection,
                 GUri *proxy_uri,
                 const char *host,
                 guint port,
                 guint limit_ms,
                 DexFuture *stop,
                 GError **error)
{
  const char *scheme = g_uri_get_scheme (proxy_uri);
  g_autoptr (GProxy) proxy = g_proxy_get_default_for_protocol (scheme);
  g_autoptr (GSocketAddress) remote = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (DexFuture) settled = NULL;
  DexPromise *promise;
  const GValue *value;

  if (proxy == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "proxies of kind %s are unknown",
                   scheme);
      return NULL;
    }
  remote = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), error);
  if (remote == NULL)
    return NULL;
  address =
      g_object_new (G_TYPE_PROXY_ADDRESS, "address",
                    g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)), "port",
                    (guint) g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (remote)),
                    "protocol", scheme, "destination-protocol", port == 443 ? "https" : "http",
                    "destination-hostname", host, "destination-port", port, "username",
                    g_uri_get_user (proxy_uri), "password", g_uri_get_password (proxy_uri), NULL);
  promise = dex_promise_new_cancellable ();
  g_proxy_connect_async (proxy, connection, G_PROXY_ADDRESS (address),
                         dex_promise_get_cancellable (promise), proxy_connected_cb,
                         dex_ref (promise));
  value =
      wait_for (annex_future_with_timeout (DEX_FUTURE (promise), limit_ms), stop, &settled, error);
  return value != NULL ? g_value_dup_object (value) : NULL;
}

static guint16
default_port (const char *scheme)
{
  if (g_str_equal (scheme, "http"))
    return 80;
  return g_str_equal (scheme, "https") ? 443 : 1080;
}

static gboolean
dial_proxy (const char *proxy_text,
            const char *host,
            guint port,
            gboolean is_tunnel,
            gint64 deadline_us,
            DexFuture *stop,
            AnnexEgressRoute *route,
            GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (proxy_text, G_URI_FLAGS_HAS_PASSWORD, NULL);
  g_autoptr (GSocketConnectable) target = NULL;
  g_autoptr (GIOStream) connection = NULL;
  GError *cause = NULL;
  int proxy_port;

  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return fail (error, NULL, ANNEX_EGRESS_ERROR_PROXY, host,
                 "the system's proxy settings are malformed");
  proxy_port = g_uri_get_port (uri);
  target = g_network_address_new (g_uri_get_host (uri),
                                  proxy_port > 0 ? (guint16) proxy_port
                                                 : default_port (g_uri_get_scheme (uri)));
  connection = connect_to (target, left_ms (deadline_us), stop, &cause);
  if (connection == NULL)
    return fail (error, cause, ANNEX_EGRESS_ERROR_PROXY, host,
                 "the system's own proxy does not answer");

  /* Company proxies often refuse CONNECT to port 80; a plain request goes to them as one. */
  if (!is_tunnel && g_str_equal (g_uri_get_scheme (uri), "http"))
    {
      route->is_absolute = TRUE;
      if (g_uri_get_user (uri) != NULL)
        {
          g_autofree char *pair =
              g_strdup_printf ("%s:%s", g_uri_get_user (uri),
                               g_uri_get_password (uri) != NULL ? g_uri_get_password (uri) : "");
          g_autofree char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));

          route->proxy_authorization = g_strconcat ("Basic ", encoded, NULL);
        }
      route->connection = g_steal_pointer (&connection);
      return TRUE;
    }
  route->connection =
      connect_through (connection, uri, host, port, left_ms (deadline_us), stop, &cause);
  if (route->connection == NULL)
    return fail (error, cause, ANNEX_EGRESS_ERROR_PROXY, host, "the system's own proxy refused it");
  return TRUE;
}

/* The proxies the system wants for @host, "direct://" among them. */
static char **
list_proxies (const AnnexEgressDialer *dialer,
              const char *host,
              guint port,
              gint64 deadline_us,
              DexFuture *stop,
              GError **error)
{
  g_autoptr (GProxyResolver) proxies = NULL;
  g_autoptr (DexFuture) settled = NULL;
  g_autofree char *uri = NULL;
  GError *cause = NULL;
  const GValue *value;

  proxies =
      dialer->proxies != NULL ? g_object_ref (dialer->proxies) : annex_egress_system_proxies ();
  uri = g_strdup_printf ("%s://%s/", port == 443 ? "https" : "http", host);
  value = wait_for (annex_future_with_timeout (find_proxies (proxies, uri), left_ms (deadline_us)),
                    stop, &settled, &cause);
  /* Going around a proxy that could not be found would be a decision that is not ours. */
  if (value == NULL)
    {
      fail (error, cause, ANNEX_EGRESS_ERROR_PROXY, host,
            "the system's proxy settings could not be read");
      return NULL;
    }
  return g_value_dup_boxed (value);
}

gboolean
annex_egress_dial (const AnnexEgressDialer *dialer,
                   const char *host,
                   guint port,
                   gboolean is_tunnel,
                   DexFuture *stop,
                   AnnexEgressRoute *route,
                   GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + (gint64) dialer->limit_ms * 1000;
  g_autolist (GInetAddress) addresses = NULL;
  g_auto (GStrv) proxies = NULL;
  g_autoptr (GError) unresolved = NULL;
  GError *cause = NULL;

  proxies = list_proxies (dialer, host, port, deadline_us, stop, error);
  if (proxies == NULL)
    return FALSE;

  /* Also before a proxy: a name that is known here to be private stays refused. Behind a company's
   * proxy, though, names may not resolve here at all; then the proxy decides. */
  addresses = resolve (dialer, host, FALSE, deadline_us, stop, &unresolved);
  if (addresses == NULL &&
      !g_error_matches (unresolved, ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_UNKNOWN_HOST))
    {
      g_propagate_error (error, g_steal_pointer (&unresolved));
      return FALSE;
    }

  for (guint i = 0; proxies[i] != NULL; i++)
    {
      g_clear_error (&cause);
      annex_egress_route_clear (route);
      if (!g_str_has_prefix (proxies[i], "direct://"))
        {
          if (dial_proxy (proxies[i], host, port, is_tunnel, deadline_us, stop, route, &cause))
            return TRUE;
        }
      else if (addresses == NULL)
        cause = g_error_copy (unresolved);
      else if (dial_direct (dialer, host, port, addresses, deadline_us, stop, route, &cause))
        return TRUE;
      if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        break;
    }
  if (cause == NULL)
    return fail (error, NULL, ANNEX_EGRESS_ERROR_PROXY, host, "the system names no way out");
  g_propagate_error (error, cause);
  return FALSE;
}

gboolean
annex_egress_dial_origin (const AnnexEgressDialer *dialer,
                          const char *host,
                          guint port,
                          DexFuture *stop,
                          AnnexEgressRoute *route,
                          GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + (gint64) dialer->limit_ms * 1000;
  g_autolist (GInetAddress) addresses = NULL;

  addresses = resolve (dialer, host, TRUE, deadline_us, stop, error);
  return addresses != NULL &&
         dial_direct (dialer, host, port, addresses, deadline_us, stop, route, error);
}

/* ---------------------------------------------------------------- the system's settings */

/* A setting of the environment as an address; the first of @names that is set. */
static char *
dup_environment_proxy (const char *const *names)
{
  for (; *names != NULL; names++)
    {
      const char *value = g_getenv (*names);

      if (value != NULL && value[0] != '\0')
        return strstr (value, "://") != NULL ? g_strdup (value)
                                             : g_strconcat ("http://", value, NULL);
    }
  return NULL;
}

static GProxyResolver *
environment_proxies (void)
{
  static const char *const http[] = { "http_proxy", "all_proxy", "ALL_PROXY", NULL };
  static const char *const https[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                       NULL };
  g_autofree char *http_proxy = dup_environment_proxy (http);
  g_autofree char *https_proxy = dup_environment_proxy (https);
  const char *no_proxy =
      g_getenv ("no_proxy") != NULL ? g_getenv ("no_proxy") : g_getenv ("NO_PROXY");
  g_auto (GStrv) ignored = g_strsplit (no_proxy != NULL ? no_proxy : "", ",", -1);
  g_autoptr (GStrvBuilder) patterns = g_strv_builder_new ();
  g_auto (GStrv) ignore_hosts = NULL;
  GProxyResolver *resolver;

  for (guint i = 0; ignored[i] != NULL; i++)
    {
      const char *pattern = g_strstrip (ignored[i]);

      if (pattern[0] == '.')
        g_strv_builder_take (patterns, g_strconcat ("*", pattern, NULL));
      else if (pattern[0] != '\0')
        g_strv_builder_add (patterns, pattern);
    }
  ignore_hosts = g_strv_builder_end (patterns);
  resolver = g_simple_proxy_resolver_new (NULL, ignore_hosts);
  if (http_proxy != NULL)
    g_simple_proxy_resolver_set_uri_proxy (G_SIMPLE_PROXY_RESOLVER (resolver), "http", http_proxy);
  if (https_proxy != NULL)
    g_simple_proxy_resolver_set_uri_proxy (G_SIMPLE_PROXY_RESOLVER (resolver), "https",
                                           https_proxy);
  return resolver;
}

GProxyResolver *
annex_egress_system_proxies (void)
{
  GProxyResolver *system = g_proxy_resolver_get_default ();

  /* GIO's stand-in that always says "direct" where no desktop settings are readable. */
  if (g_str_equal (G_OBJECT_TYPE_NAME (system), "GDummyProxyResolver"))
    return environment_proxies ();
  return g_object_ref (system);
}
