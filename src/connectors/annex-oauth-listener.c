/* annex-oauth-listener.c
 *
 * See annex-oauth-listener.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-oauth-listener.h"

#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <string.h>

struct _AnnexOauthListener
{
  GObject parent_instance;

  SoupServer *server;
  char *host; /* with the port, as a browser names it */
  char *address;
  char *state;
  DexPromise *answer;
};

G_DEFINE_FINAL_TYPE (AnnexOauthListener, annex_oauth_listener, G_TYPE_OBJECT)

#define PAGE(title, text)                                                                          \
  "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Annex</title>"            \
  "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" "            \
  "content=\"light dark\"><style>body{font:1.1rem/1.5 Adwaita Sans,Cantarell,sans-serif;"          \
  "max-width:32rem;margin:20vh auto;padding:0 1.5rem;text-align:center}</style></head><body>"      \
  "<h1>" title "</h1><p>" text "</p></body></html>"

/* Says the same whatever the answer is: Annex itself says whether the sign-in went well. */
static const char taken[] =
    PAGE ("Back to Annex",
          "Annex has the answer. You can close this page; Annex shows whether you are signed in.");
static const char not_ours[] =
    PAGE ("Another sign-in",
          "This answer belongs to a sign-in that Annex does not wait for, so it was not used. "
          "Begin again in Annex.");

static void
answer_page (SoupServerMessage *message, guint status, const char *page)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace (headers, "Content-Security-Policy",
                                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                                "frame-ancestors 'none'");
  soup_message_headers_replace (headers, "Connection", "close");
  soup_server_message_set_response (message, "text/html; charset=utf-8", SOUP_MEMORY_STATIC, page,
                                    strlen (page));
  soup_server_message_set_status (message, status, NULL);
}

/* The page is with the browser, or the browser is gone: what comes next may stop the server. */
static void
finished_cb (SoupServerMessage *message, AnnexOauthListener *self)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));

  if (dex_future_is_pending (DEX_FUTURE (self->answer)))
    dex_promise_resolve_string (self->answer, g_strdup (query));
}

static gboolean
is_ours (AnnexOauthListener *self, GUri *uri)
{
  const char *query = g_uri_get_query (uri);
  g_autoptr (GHashTable) answer =
      query != NULL ? g_uri_parse_params (query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL) : NULL;

  return answer != NULL && g_strcmp0 (g_hash_table_lookup (answer, "state"), self->state) == 0;
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  AnnexOauthListener *self = data;
  const char *host =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Host");

  /* Under another name it is a page that tries its luck. */
  if (!g_str_equal (path, ANNEX_OAUTH_PATH) || g_strcmp0 (host, self->host) != 0)
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      return;
    }
  if (!g_str_equal (soup_server_message_get_method (message), "GET"))
    {
      soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
      return;
    }
  if (!is_ours (self, soup_server_message_get_uri (message)))
    {
      answer_page (message, SOUP_STATUS_BAD_REQUEST, not_ours);
      return;
    }
  answer_page (message, SOUP_STATUS_OK, taken);
  g_signal_connect_object (message, "finished", G_CALLBACK (finished_cb), self, G_CONNECT_DEFAULT);
}

static void
annex_oauth_listener_finalize (GObject *object)
{
  AnnexOauthListener *self = ANNEX_OAUTH_LISTENER (object);

  soup_server_remove_handler (self->server, NULL);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_free (self->host);
  g_free (self->address);
  g_free (self->state);
  dex_clear (&self->answer);
  G_OBJECT_CLASS (annex_oauth_listener_parent_class)->finalize (object);
}

static void
annex_oauth_listener_class_init (AnnexOauthListenerClass *class)
{
  G_OBJECT_CLASS (class)->finalize = annex_oauth_listener_finalize;
}

static void
annex_oauth_listener_init (AnnexOauthListener *self)
{
  self->server = soup_server_new ("server-header", "Annex", NULL);
  self->answer = dex_promise_new ();
  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);
}

AnnexOauthListener *
annex_oauth_listener_new (const char *state, GError **error)
{
  g_autoptr (AnnexOauthListener) self = g_object_new (ANNEX_TYPE_OAUTH_LISTENER, NULL);
  g_autoptr (GError) local = NULL;
  GSList *uris;

  if (!soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &local))
    {
      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNREACHABLE,
                        N_ ("This computer has no free port for the answer of the sign-in: %s."),
                        local->message);
      return NULL;
    }
  self->state = g_strdup (state);
  uris = soup_server_get_uris (self->server);
  self->host = g_strdup_printf ("127.0.0.1:%d", g_uri_get_port (uris->data));
  self->address = g_strconcat ("http://", self->host, ANNEX_OAUTH_PATH, NULL);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return g_steal_pointer (&self);
}

const char *
annex_oauth_listener_get_address (AnnexOauthListener *self)
{
  return self->address;
}

DexFuture *
annex_oauth_listener_wait (AnnexOauthListener *self)
{
  return dex_ref (DEX_FUTURE (self->answer));
}
