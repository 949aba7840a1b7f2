/* annex-web-page.c
 *
 * See annex-web-page.h. Each of these alone keeps the page from reaching anything; together they
 * hold if one of them has a hole:
 * - the page comes by a scheme of its own with a Content-Security-Policy that is a sandbox and
 *   allows data: and its own styles only;
 * - scripts are switched off;
 * - its network session keeps nothing and goes through a proxy that nobody answers at;
 * - every other navigation, window, download, question and permission is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-web-page.h"

#include <webkit/webkit.h>

#define SCHEME "annex-page"
#define ADDRESS SCHEME ":page"
/* The discard service's port on this machine: refused before it leaves. */
#define NO_PROXY "http://127.0.0.1:9"
#define POLICY                                                                                     \
  "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; sandbox; "        \
  "base-uri 'none'; form-action 'none'"
#define MEMORY_LIMIT_MB 600

static void
request_cb (WebKitURISchemeRequest *request, gpointer data)
{
  GBytes *html = data;
  g_autoptr (WebKitURISchemeResponse) response = NULL;
  g_autoptr (GInputStream) stream = NULL;
  SoupMessageHeaders *headers;

  if (g_strcmp0 (webkit_uri_scheme_request_get_uri (request), ADDRESS) != 0)
    {
      g_autoptr (GError) error =
          g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Nothing but the page is here");

      webkit_uri_scheme_request_finish_error (request, error);
      return;
    }
  stream = g_memory_input_stream_new_from_bytes (html);
  response = webkit_uri_scheme_response_new (stream, (gint64) g_bytes_get_size (html));
  headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  soup_message_headers_append (headers, "Content-Security-Policy", POLICY);
  soup_message_headers_append (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_append (headers, "Referrer-Policy", "no-referrer");
  webkit_uri_scheme_response_set_http_headers (response, headers); /* taken */
  webkit_uri_scheme_response_set_content_type (response, "text/html");
  webkit_uri_scheme_request_finish_with_response (request, response);
}

/* ---- what it may not do */

static void
follow_link (WebKitWebView *view, const char *address)
{
  const char *scheme = g_uri_peek_scheme (address);

  if (g_strcmp0 (scheme, "http") == 0 || g_strcmp0 (scheme, "https") == 0 ||
      g_strcmp0 (scheme, "mailto") == 0)
    gtk_widget_activate_action (GTK_WIDGET (view), "preview.open-link", "s", address);
}

static gboolean
policy_cb (WebKitWebView *view,
           WebKitPolicyDecision *decision,
           WebKitPolicyDecisionType type,
           gpointer data)
{
  WebKitNavigationAction *action;
  const char *address;

  if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE)
    {
      WebKitURIRequest *request =
          webkit_response_policy_decision_get_request (WEBKIT_RESPONSE_POLICY_DECISION (decision));

      if (g_strcmp0 (webkit_uri_request_get_uri (request), ADDRESS) == 0)
        return FALSE;
      webkit_policy_decision_ignore (decision);
      return TRUE;
    }
  action = webkit_navigation_policy_decision_get_navigation_action (
      WEBKIT_NAVIGATION_POLICY_DECISION (decision));
  address = webkit_uri_request_get_uri (webkit_navigation_action_get_request (action));
  /* the page itself, and places within it */
  if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION &&
      (g_strcmp0 (address, ADDRESS) == 0 || g_str_has_prefix (address, ADDRESS "#")))
    return FALSE;
  webkit_policy_decision_ignore (decision);
  if (webkit_navigation_action_is_user_gesture (action) &&
      webkit_navigation_action_get_navigation_type (action) == WEBKIT_NAVIGATION_TYPE_LINK_CLICKED)
    follow_link (view, address);
  return TRUE;
}

static gboolean
refuse_cb (void)
{
  return TRUE;
}

static gboolean
permission_cb (WebKitWebView *view, WebKitPermissionRequest *request, gpointer data)
{
  webkit_permission_request_deny (request);
  return TRUE;
}

static gboolean
authenticate_cb (WebKitWebView *view, WebKitAuthenticationRequest *request, gpointer data)
{
  webkit_authentication_request_cancel (request);
  return TRUE;
}

static void
download_cb (WebKitNetworkSession *session, WebKitDownload *download, gpointer data)
{
  webkit_download_cancel (download);
}

static void
ended_cb (WebKitWebView *view)
{
  gtk_widget_activate_action (GTK_WIDGET (view), "preview.page-ended", NULL);
}

static void
refuse_everything (WebKitWebView *view, WebKitNetworkSession *session)
{
  static const char *const refused[] = { "context-menu",     "print",
                                         "run-file-chooser", "script-dialog",
                                         "enter-fullscreen", "show-notification" };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    g_signal_connect (view, refused[i], G_CALLBACK (refuse_cb), NULL);
  g_signal_connect (view, "decide-policy", G_CALLBACK (policy_cb), NULL);
  g_signal_connect (view, "permission-request", G_CALLBACK (permission_cb), NULL);
  g_signal_connect (view, "authenticate", G_CALLBACK (authenticate_cb), NULL);
  g_signal_connect (session, "download-started", G_CALLBACK (download_cb), NULL);
}

static WebKitSettings *
new_settings (void)
{
  return webkit_settings_new_with_settings (
      "enable-javascript", FALSE, "enable-javascript-markup", FALSE, "enable-html5-database", FALSE,
      "enable-html5-local-storage", FALSE, "enable-media", FALSE, "enable-mediasource", FALSE,
      "enable-media-stream", FALSE, "enable-webaudio", FALSE, "enable-webgl", FALSE,
      "enable-webrtc", FALSE, "enable-fullscreen", FALSE, "enable-page-cache", FALSE,
      "allow-file-access-from-file-urls", FALSE, "allow-universal-access-from-file-urls", FALSE,
      "enable-developer-extras", FALSE, "enable-back-forward-navigation-gestures", FALSE,
      "hardware-acceleration-policy", WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER, "default-charset",
      "utf-8", NULL);
}

static WebKitNetworkSession *
new_session (void)
{
  WebKitNetworkSession *session = webkit_network_session_new_ephemeral ();
  WebKitNetworkProxySettings *proxy = webkit_network_proxy_settings_new (NO_PROXY, NULL);

  webkit_network_session_set_proxy_settings (session, WEBKIT_NETWORK_PROXY_MODE_CUSTOM, proxy);
  webkit_network_session_set_persistent_credential_storage_enabled (session, FALSE);
  webkit_network_proxy_settings_free (proxy);
  return session;
}

GtkWidget *
annex_web_page_new (GBytes *html)
{
  WebKitMemoryPressureSettings *pressure = webkit_memory_pressure_settings_new ();
  g_autoptr (WebKitWebContext) context = NULL;
  g_autoptr (WebKitNetworkSession) session = new_session ();
  g_autoptr (WebKitSettings) settings = new_settings ();
  WebKitWebView *view;

  webkit_memory_pressure_settings_set_memory_limit (pressure, MEMORY_LIMIT_MB);
  context = g_object_new (WEBKIT_TYPE_WEB_CONTEXT, "memory-pressure-settings", pressure, NULL);
  webkit_memory_pressure_settings_free (pressure);
  webkit_web_context_set_cache_model (context, WEBKIT_CACHE_MODEL_DOCUMENT_VIEWER);
  webkit_web_context_set_spell_checking_enabled (context, FALSE);
  webkit_web_context_register_uri_scheme (context, SCHEME, request_cb, g_bytes_ref (html),
                                          (GDestroyNotify) g_bytes_unref);
  view = g_object_new (WEBKIT_TYPE_WEB_VIEW, "web-context", context, "network-session", session,
                       "settings", settings, NULL);
  refuse_everything (view, session);
  g_signal_connect (view, "web-process-terminated", G_CALLBACK (ended_cb), NULL);
  webkit_web_view_load_uri (view, ADDRESS);
  return GTK_WIDGET (view);
}
