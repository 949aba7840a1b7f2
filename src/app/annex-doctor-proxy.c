/* annex-doctor-proxy.c
 *
 * Whether the system's proxy, where there is one, answers and lets Annex through. What it refuses
 * looks like a server that cannot be reached.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-future.h"

#include <glib/gi18n.h>

#define PROXY_LIMIT_S 5
/* For a question about no address in particular; it is never sent. */
#define ANY_ADDRESS "https://example.org/"

typedef struct
{
  GProxyResolver *proxies;
  char *address; /* nullable */
} Trial;

static void
trial_free (gpointer data)
{
  Trial *trial = data;

  g_object_unref (trial->proxies);
  g_free (trial->address);
  g_free (trial);
}

static guint16
usual_port (const char *scheme)
{
  if (g_str_has_prefix (scheme, "socks"))
    return 1080;
  return g_str_equal (scheme, "https") ? 443 : 80;
}

/* The connection is begun as any other is; it ends where the other side would speak first. */
static char *
try_through (Trial *trial, const char *proxy)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_client_set_timeout (client, PROXY_LIMIT_S);
  g_socket_client_set_proxy_resolver (client, trial->proxies);
  connection = g_socket_client_connect_to_uri (client, trial->address, 443, NULL, &error);
  if (connection != NULL)
    return NULL;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED))
    return g_strdup_printf (
        _ ("Your system’s proxy (%s) wants a name and a password that it does not "
           "get."),
        proxy);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED))
    return g_strdup_printf (_ ("Your system’s proxy (%s) does not let Annex through."), proxy);
  return NULL;
}

static char *
try_proxy (Trial *trial, const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD, NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autofree char *proxy = NULL;
  int port;

  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_host (uri)[0] == '\0')
    return g_strdup (_ ("The system’s proxy settings are malformed."));
  port = g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : usual_port (g_uri_get_scheme (uri));
  proxy = g_strdup_printf ("%s:%d", g_uri_get_host (uri), port);
  g_socket_client_set_timeout (client, PROXY_LIMIT_S);
  g_socket_client_set_enable_proxy (client, FALSE);
  connection =
      g_socket_client_connect_to_host (client, g_uri_get_host (uri), (guint16) port, NULL, NULL);
  if (connection == NULL)
    return g_strdup_printf (_ ("Your system’s proxy (%s) does not answer."), proxy);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return trial->address != NULL && g_str_has_prefix (trial->address, "https://")
             ? try_through (trial, proxy)
             : NULL;
}

static DexFuture *
trial_work (gpointer data)
{
  Trial *trial = data;
  g_auto (GStrv) proxies = g_proxy_resolver_lookup (
      trial->proxies, trial->address != NULL ? trial->address : ANY_ADDRESS, NULL, NULL);

  if (proxies == NULL || proxies[0] == NULL || g_str_has_prefix (proxies[0], "direct"))
    return dex_future_new_take_string (NULL);
  return dex_future_new_take_string (try_proxy (trial, proxies[0]));
}

char *
annex_doctor_dup_proxy_fault (AnnexDoctor *self, const char *address)
{
  Trial *trial = g_new0 (Trial, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *fault = NULL;

  trial->proxies = g_object_ref (self->world.proxies != NULL ? self->world.proxies
                                                             : g_proxy_resolver_get_default ());
  trial->address = g_strdup (address);
  fault = dex_await_string (
      annex_future_with_timeout (annex_worker_run ("annex-proxy", trial_work, trial, trial_free),
                                 self->world.answer_limit_ms + 2 * PROXY_LIMIT_S * 1000),
      &error);
  return error == NULL ? g_steal_pointer (&fault)
                       : g_strdup (_ ("What finds your system’s proxy does not answer."));
}
