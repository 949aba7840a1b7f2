/* pane-fixture.c
 *
 * See pane-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pane-fixture.h"

#include "annex-future.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *type;
  char *headers;
  GBytes *body;
} Page;

static void
page_free (gpointer data)
{
  Page *page = data;

  g_free (page->type);
  g_free (page->headers);
  g_bytes_unref (page->body);
  g_free (page);
}

/* ---------------------------------------------------------------- the web */

static void
add_headers (SoupMessageHeaders *headers, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *colon = strstr (lines[i], ": ");

      if (colon == NULL)
        continue;
      *colon = '\0';
      soup_message_headers_append (headers, lines[i], colon + 2);
    }
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  PaneFixture *self = data;
  const char *host =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Host");
  g_autofree char *place = g_strconcat (host != NULL ? host : "", path, NULL);
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  Page *page = g_hash_table_lookup (self->pages, place);
  guint status = 200;

  g_ptr_array_add (self->requests,
                   g_strdup_printf ("%s %s", soup_server_message_get_method (message), place));
  if (body->length > 0)
    g_string_append_len (self->bodies, body->data, (gssize) body->length);
  if (page == NULL)
    {
      soup_server_message_set_status (message, 404, NULL);
      soup_server_message_set_response (message, "text/html", SOUP_MEMORY_STATIC, "none", 4);
      return;
    }
  if (page->headers != NULL)
    {
      add_headers (soup_server_message_get_response_headers (message), page->headers);
      if (strstr (page->headers, "Location: ") != NULL)
        status = 302;
      if (strstr (page->headers, "WWW-Authenticate: ") != NULL &&
          soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                        "Authorization") == NULL)
        status = 401;
    }
  soup_server_message_set_status (message, status, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message),
                                         page->type, NULL);
  if (g_bytes_get_size (page->body) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), page->body);
}

void
pane_fixture_page (PaneFixture *self, const char *place, const char *headers, const char *body)
{
  Page *page = g_new0 (Page, 1);

  page->type = g_strdup ("text/html; charset=utf-8");
  page->headers = g_strdup (headers);
  page->body = g_bytes_new (body, strlen (body));
  g_hash_table_insert (self->pages, g_strdup (place), page);
}

void
pane_fixture_file (PaneFixture *self,
                   const char *place,
                   const char *type,
                   const char *headers,
                   gsize length)
{
  Page *page = g_new0 (Page, 1);

  page->type = g_strdup (type);
  page->headers = g_strdup (headers);
  page->body = g_bytes_new_take (g_strnfill (length, 'x'), length);
  g_hash_table_insert (self->pages, g_strdup (place), page);
}

void
pane_fixture_name (PaneFixture *self, const char *host)
{
  fake_internet_name (self->net, host, FAKE_WEB, NULL);
}

/* Every public address is the one web server; nothing else is ever dialled. */
static GSocketAddress *
connect_cb (GInetSocketAddress *checked, gpointer data)
{
  PaneFixture *self = data;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  guint16 port = g_inet_socket_address_get_port (checked);

  if (g_inet_address_get_is_loopback (g_inet_socket_address_get_address (checked)))
    return g_object_ref (G_SOCKET_ADDRESS (checked));
  return g_inet_socket_address_new (loopback, port == 443 ? self->tls_port : self->port);
}

static guint16
listen_on (SoupServer *web, SoupServerListenOptions options)
{
  g_autoptr (GError) error = NULL;
  GSList *before = soup_server_get_uris (web);
  GSList *after;
  guint16 port = 0;

  g_assert_true (soup_server_listen_local (web, 0, options | SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  g_assert_no_error (error);
  after = soup_server_get_uris (web);
  for (GSList *l = after; l != NULL; l = l->next)
    if (g_str_equal (g_uri_get_scheme (l->data),
                     options & SOUP_SERVER_LISTEN_HTTPS ? "https" : "http"))
      port = (guint16) g_uri_get_port (l->data);
  g_slist_free_full (before, (GDestroyNotify) g_uri_unref);
  g_slist_free_full (after, (GDestroyNotify) g_uri_unref);
  return port;
}

static void
start_web (PaneFixture *self)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "self-signed.pem", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);
  self->web = soup_server_new ("server-header", "fixture", "tls-certificate", certificate, NULL);
  soup_server_add_handler (self->web, NULL, request_cb, self, NULL);
  self->port = listen_on (self->web, 0);
  self->tls_port = listen_on (self->web, SOUP_SERVER_LISTEN_HTTPS);
}

/* ---------------------------------------------------------------- the pane */

static DexFuture *
ask_cb (AnnexAsk *ask, const char *tool_use_id, DexFuture *cancel, gpointer data)
{
  PaneFixture *self = data;
  JsonObject *answer;
  GError *error = NULL;

  g_ptr_array_add (self->asked,
                   g_strdup_printf ("%s: %s", annex_ask_kind_to_name (annex_ask_get_kind (ask)),
                                    annex_ask_get_text (ask)));
  g_clear_pointer (&self->last_ask, annex_ask_unref);
  self->last_ask = annex_ask_ref (ask);
  if (self->answers != NULL && self->asked->len <= g_strv_length (self->answers))
    g_set_str (&self->answer, self->answers[self->asked->len - 1]);
  if (self->answer == NULL)
    {
      annex_ask_unref (ask);
      return dex_future_new_infinite ();
    }
  answer = annex_ask_make_answer (ask, self->answer, &error);
  g_assert_no_error (error);
  annex_ask_unref (ask);
  return dex_future_new_take_boxed (JSON_TYPE_OBJECT, answer);
}

static void
recorded_cb (AnnexEgressProxy *proxy, AnnexLedgerEntry *entry, PaneFixture *self)
{
  g_ptr_array_add (self->rows, annex_ledger_entry_copy (entry));
}

/* Whatever is in front is shown, as the window does it. */
static void
selected_cb (PaneFixture *self)
{
  AnnexBrowserTab *tab = annex_browser_pane_get_selected (self->pane);
  GtkWidget *view = tab != NULL ? GTK_WIDGET (annex_browser_tab_get_view (tab)) : NULL;

  if (view == NULL || self->is_hidden)
    return;
  if (gtk_widget_get_parent (view) == NULL)
    gtk_stack_add_child (self->stack, view);
  gtk_stack_set_visible_child (self->stack, view);
}

static void
removed_cb (GListModel *tabs, guint position, guint n_removed, guint n_added, PaneFixture *self)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->stack));

  while (child != NULL)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (child);
      gboolean is_there = FALSE;

      for (guint i = 0; i < g_list_model_get_n_items (tabs); i++)
        {
          g_autoptr (AnnexBrowserTab) tab = g_list_model_get_item (tabs, i);

          is_there |= GTK_WIDGET (annex_browser_tab_get_view (tab)) == child;
        }
      if (!is_there)
        gtk_stack_remove (self->stack, child);
      child = next;
    }
}

static DexFuture *
port_cb (guint port, gpointer data)
{
  PaneFixture *self = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GError *error = NULL;
  GSocketConnection *connection =
      g_socket_client_connect_to_host (client, "127.0.0.1", self->port, NULL, &error);

  g_assert_no_error (error);
  return dex_future_new_take_object (connection);
}

void
pane_fixture_serve_computer (PaneFixture *self)
{
  annex_browser_pane_set_computer_ports (self->pane, port_cb, self, NULL);
}

gboolean
pane_run (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) kept = future;
  gint64 until_us = g_get_monotonic_time () + 200 * G_USEC_PER_SEC;

  while (dex_future_is_pending (kept))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (2000);
    }
  return dex_future_get_value (kept, error) != NULL;
}

void
pane_wait_ms (guint ms)
{
  pane_run (dex_timeout_new_msec ((int) ms), NULL);
}

static void
make_task (PaneFixture *self)
{
  g_autofree char *path = g_build_filename (self->folder, "annex.db", NULL);
  g_autoptr (DexFuture) opened = NULL;
  g_autoptr (DexFuture) created = NULL;
  g_autoptr (GError) error = NULL;

  opened = annex_store_open (path);
  pane_run (dex_ref (opened), &error);
  g_assert_no_error (error);
  self->store = g_value_dup_object (dex_future_get_value (opened, NULL));
  created = annex_task_create (self->store, "t", "p", "m", NULL, "s", "[]");
  pane_run (dex_ref (created), &error);
  g_assert_no_error (error);
  self->task = g_value_dup_object (dex_future_get_value (created, NULL));
}

PaneFixture *
pane_fixture_new (void)
{
  PaneFixture *self;
  AnnexEgressProxy *proxy;
  g_autoptr (GProxyResolver) direct = g_simple_proxy_resolver_new (NULL, NULL);

  self = g_new0 (PaneFixture, 1);
  self->net = fake_internet_new (NULL);
  self->pages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, page_free);
  self->requests = g_ptr_array_new_with_free_func (g_free);
  self->bodies = g_string_new (NULL);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ledger_entry_free);
  self->asked = g_ptr_array_new_with_free_func (g_free);
  self->folder = g_dir_make_tmp ("annex-pane-XXXXXX", NULL);
  start_web (self);
  make_task (self);
  self->policy = annex_network_policy_new ();
  self->pane = annex_browser_pane_new (self->task, self->store, self->policy, self->folder, FALSE);
  annex_browser_set_ask_func (ANNEX_BROWSER (self->pane), ask_cb, self, NULL);
  proxy = annex_browser_pane_get_proxy (self->pane);
  annex_egress_proxy_set_resolver (proxy, self->net->resolver);
  annex_egress_proxy_set_proxy_resolver (proxy, direct);
  annex_egress_proxy_set_connect_func (proxy, connect_cb, self);
  g_signal_connect (proxy, "recorded", G_CALLBACK (recorded_cb), self);

  self->stack = GTK_STACK (gtk_stack_new ());
  self->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_default_size (self->window, 900, 700);
  gtk_window_set_child (self->window, GTK_WIDGET (self->stack));
  gtk_window_present (self->window);
  g_signal_connect_swapped (self->pane, "notify::selected", G_CALLBACK (selected_cb), self);
  g_signal_connect (annex_browser_pane_get_tabs (self->pane), "items-changed",
                    G_CALLBACK (removed_cb), self);
  return self;
}

void
pane_fixture_free (PaneFixture *self)
{
  g_autoptr (GError) error = NULL;

  pane_run (annex_browser_pane_close (self->pane), &error);
  g_assert_no_error (error);
  g_signal_handlers_disconnect_by_data (self->pane, self);
  gtk_window_destroy (self->window);
  /* What WebKit still has to say is heard before its listener is gone. */
  pane_wait_ms (50);
  g_signal_handlers_disconnect_by_data (annex_browser_pane_get_proxy (self->pane), self);
  g_assert_finalize_object (self->pane);
  g_clear_object (&self->policy);
  g_clear_object (&self->task);
  pane_run (annex_store_close (self->store), NULL);
  g_clear_object (&self->store);
  soup_server_disconnect (self->web);
  g_clear_object (&self->web);
  fake_internet_free (self->net);
  g_hash_table_unref (self->pages);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->asked);
  g_string_free (self->bodies, TRUE);
  g_free (self->folder);
  g_clear_pointer (&self->last_ask, annex_ask_unref);
  g_free (self->answer);
  g_strfreev (self->answers);
  g_free (self);
}

/* ---------------------------------------------------------------- doing */

gboolean
pane_fixture_visit (PaneFixture *self, const char *uri, GError **error)
{
  if (annex_browser_pane_get_driver (self->pane) == ANNEX_DRIVER_NOBODY &&
      !pane_run (annex_browser_begin (ANNEX_BROWSER (self->pane), "test", NULL), error))
    return FALSE;
  return pane_run (annex_browser_pane_visit (self->pane,
                                             annex_browser_pane_get_selected (self->pane), uri,
                                             "call-1", NULL),
                   error);
}

typedef struct
{
  gboolean is_done;
  char *text;
} Script;

static void
script_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Script *script = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JSCValue) value =
      webkit_web_view_evaluate_javascript_finish (WEBKIT_WEB_VIEW (source), result, &error);

  script->text = value != NULL ? jsc_value_to_string (value) : g_strdup (error->message);
  script->is_done = TRUE;
}

char *
pane_fixture_script (PaneFixture *self, const char *text)
{
  AnnexBrowserTab *tab = annex_browser_pane_get_selected (self->pane);
  Script script = { 0 };

  webkit_web_view_evaluate_javascript (annex_browser_tab_get_view (tab), text, -1, NULL, NULL, NULL,
                                       script_cb, &script);
  pane_wait_until (script.is_done);
  return script.text;
}

gboolean
pane_fixture_was_asked (PaneFixture *self, const char *request)
{
  return g_ptr_array_find_with_equal_func (self->requests, request, g_str_equal, NULL);
}

guint
pane_fixture_count_host (PaneFixture *self, const char *host)
{
  guint n = 0;

  for (guint i = 0; i < self->requests->len; i++)
    {
      const char *place = strchr (g_ptr_array_index (self->requests, i), ' ') + 1;

      n += g_str_has_prefix (place, host) && place[strlen (host)] == '/';
    }
  return n;
}

AnnexLedgerEntry *
pane_fixture_row (PaneFixture *self, const char *host)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      AnnexLedgerEntry *row = g_ptr_array_index (self->rows, i);

      if (g_str_equal (row->host, host))
        return row;
    }
  return NULL;
}
