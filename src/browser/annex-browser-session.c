/* annex-browser-session.c
 *
 * See annex-browser-session.h. Measured with WebKitGTK 2.54 and libsoup 3.6: credentials inside the
 * proxy's address are sent with CONNECT, but after a plain request was told to authenticate,
 * libsoup asks for the proxy's own address instead of the page's. So the address bears none, and
 * WebKit's question is answered instead; from then on they go with every request, tunnel and plain.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-session.h"

#include "annex-browser.h"

#include <string.h>
#include <sys/random.h>

struct _AnnexBrowserSession
{
  GObject parent_instance;

  AnnexEgressProxy *proxy;
  char *folder;
  gboolean keep_profile;

  GSocketService *service;
  guint16 port;
  char *password;
  WebKitNetworkSession *network;
  WebKitSettings *settings;
  gboolean is_closed;
};

G_DEFINE_FINAL_TYPE (AnnexBrowserSession, annex_browser_session, G_TYPE_OBJECT)

#define USER "annex"

/* ---------------------------------------------------------------- the port */

static char *
make_password (void)
{
  guint8 bytes[32];

  if (getrandom (bytes, sizeof bytes, 0) != (gssize) sizeof bytes)
    return NULL;
  return g_base64_encode (bytes, sizeof bytes);
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             AnnexBrowserSession *self)
{
  annex_egress_proxy_accept (self->proxy, G_IO_STREAM (connection));
  return TRUE;
}

static gboolean
listen_on_loopback (AnnexBrowserSession *self, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocketService) service = g_socket_service_new ();

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &bound, error))
    return FALSE;
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), self);
  self->service = g_steal_pointer (&service);
  return TRUE;
}

/* ---------------------------------------------------------------- what WebKit may do */

static void
set_feature (WebKitSettings *settings, const char *name, gboolean enabled)
{
  g_autoptr (WebKitFeatureList) features = webkit_settings_get_all_features ();
  WebKitFeature *feature = webkit_feature_list_find (features, name);

  if (feature != NULL)
    webkit_settings_set_feature_enabled (settings, feature, enabled);
}

/* Off is what speaks to others without a page's own request (preconnect, prefetch, speculation),
 * what does not go through an HTTP proxy (WebRTC), and scripts that live on without a page (service
 * and shared workers), which the rules about a page's requests would not reach. */
static WebKitSettings *
make_settings (void)
{
  static const char *const off[] = {
    "LinkPreconnect",
    "LinkPreconnectEarlyHints",
    "LinkPrefetch",
    "ServiceWorkers",
    "ServiceWorkerNavigationPreload",
    "SharedWorker",
    "SpeculationRulesPrefetch",
    "WebTransport",
    "AllowTopNavigationToDataURLs",
  };
  WebKitSettings *settings = webkit_settings_new ();

  webkit_settings_set_enable_webrtc (settings, FALSE);
  webkit_settings_set_enable_media_stream (settings, FALSE);
  webkit_settings_set_javascript_can_open_windows_automatically (settings, FALSE);
  webkit_settings_set_javascript_can_access_clipboard (settings, FALSE);
  webkit_settings_set_allow_file_access_from_file_urls (settings, FALSE);
  webkit_settings_set_allow_universal_access_from_file_urls (settings, FALSE);
  webkit_settings_set_enable_developer_extras (settings, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (off); i++)
    set_feature (settings, off[i], FALSE);
  return settings;
}

static WebKitNetworkSession *
make_network (AnnexBrowserSession *self)
{
  WebKitNetworkSession *network;
  g_autofree char *data = g_build_filename (self->folder, "profile", NULL);
  g_autofree char *cache = g_build_filename (self->folder, "cache", NULL);
  g_autofree char *cookies = g_build_filename (data, "cookies.sqlite", NULL);
  g_autofree char *address = g_strdup_printf ("http://127.0.0.1:%u", self->port);
  WebKitNetworkProxySettings *proxy;

  if (self->keep_profile)
    {
      g_mkdir_with_parents (data, 0700);
      network = webkit_network_session_new (data, cache);
      webkit_cookie_manager_set_persistent_storage (
          webkit_network_session_get_cookie_manager (network), cookies,
          WEBKIT_COOKIE_PERSISTENT_STORAGE_SQLITE);
    }
  else
    network = webkit_network_session_new_ephemeral ();
  /* No host is exempt, this machine's own names neither. */
  proxy = webkit_network_proxy_settings_new (address, NULL);
  webkit_network_session_set_proxy_settings (network, WEBKIT_NETWORK_PROXY_MODE_CUSTOM, proxy);
  webkit_network_proxy_settings_free (proxy);
  webkit_network_session_set_persistent_credential_storage_enabled (network, FALSE);
  webkit_network_session_set_tls_errors_policy (network, WEBKIT_TLS_ERRORS_POLICY_FAIL);
  webkit_website_data_manager_set_favicons_enabled (
      webkit_network_session_get_website_data_manager (network), TRUE);
  return network;
}

/* ---------------------------------------------------------------- class */

static void
annex_browser_session_dispose (GObject *object)
{
  AnnexBrowserSession *self = ANNEX_BROWSER_SESSION (object);

  if (self->service != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->service, self);
      g_socket_service_stop (self->service);
      g_socket_listener_close (G_SOCKET_LISTENER (self->service));
    }
  g_clear_object (&self->service);
  g_clear_object (&self->network);
  g_clear_object (&self->settings);
  g_clear_object (&self->proxy);
  G_OBJECT_CLASS (annex_browser_session_parent_class)->dispose (object);
}

static void
annex_browser_session_finalize (GObject *object)
{
  AnnexBrowserSession *self = ANNEX_BROWSER_SESSION (object);

  g_free (self->folder);
  g_free (self->password);
  G_OBJECT_CLASS (annex_browser_session_parent_class)->finalize (object);
}

static void
annex_browser_session_class_init (AnnexBrowserSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = annex_browser_session_dispose;
  G_OBJECT_CLASS (klass)->finalize = annex_browser_session_finalize;
}

static void
annex_browser_session_init (AnnexBrowserSession *self)
{
}

/* ---------------------------------------------------------------- public */

AnnexBrowserSession *
annex_browser_session_new (AnnexStore *store,
                           const char *task_id,
                           AnnexNetworkPolicy *policy,
                           const char *folder,
                           gboolean keep_profile)
{
  AnnexBrowserSession *self = g_object_new (ANNEX_TYPE_BROWSER_SESSION, NULL);

  self->proxy = annex_egress_proxy_new (store, task_id, policy);
  annex_egress_proxy_set_channel (self->proxy, "browser");
  self->folder = g_strdup (folder);
  self->keep_profile = keep_profile;
  return self;
}

AnnexEgressProxy *
annex_browser_session_get_proxy (AnnexBrowserSession *self)
{
  return self->proxy;
}

gboolean
annex_browser_session_open (AnnexBrowserSession *self, GError **error)
{
  if (self->network != NULL)
    return TRUE;
  self->password = make_password ();
  if (self->is_closed || self->password == NULL)
    {
      g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_LOAD_FAILED,
                           "The browser of this task is closed.");
      return FALSE;
    }
  /* The password first: there must be no moment without it. */
  annex_egress_proxy_set_credentials (self->proxy, USER, self->password);
  if (!listen_on_loopback (self, error))
    return FALSE;
  self->network = make_network (self);
  self->settings = make_settings ();
  return TRUE;
}

WebKitNetworkSession *
annex_browser_session_get_network (AnnexBrowserSession *self)
{
  return self->network;
}

WebKitWebView *
annex_browser_session_create_view (AnnexBrowserSession *self,
                                   WebKitUserContentManager *manager,
                                   WebKitWebView *related)
{
  g_return_val_if_fail (self->network != NULL, NULL);
  if (related != NULL)
    return g_object_new (WEBKIT_TYPE_WEB_VIEW, "related-view", related, "settings", self->settings,
                         "user-content-manager", manager, NULL);
  return g_object_new (WEBKIT_TYPE_WEB_VIEW, "network-session", self->network, "settings",
                       self->settings, "user-content-manager", manager, NULL);
}

gboolean
annex_browser_session_answer_proxy (AnnexBrowserSession *self, WebKitAuthenticationRequest *request)
{
  WebKitCredential *credential;

  if (!webkit_authentication_request_is_for_proxy (request))
    return FALSE;
  /* A site's own question before this one makes it a retry, too; the password is right anyway. */
  if (self->is_closed ||
      g_strcmp0 (webkit_authentication_request_get_host (request), "127.0.0.1") != 0 ||
      webkit_authentication_request_get_port (request) != self->port)
    {
      webkit_authentication_request_cancel (request);
      return TRUE;
    }
  credential =
      webkit_credential_new (USER, self->password, WEBKIT_CREDENTIAL_PERSISTENCE_FOR_SESSION);
  webkit_authentication_request_authenticate (request, credential);
  webkit_credential_free (credential);
  return TRUE;
}

DexFuture *
annex_browser_session_close (AnnexBrowserSession *self)
{
  self->is_closed = TRUE;
  if (self->service != NULL)
    {
      g_socket_service_stop (self->service);
      g_socket_listener_close (G_SOCKET_LISTENER (self->service));
    }
  return annex_egress_proxy_close (self->proxy);
}
