/* test-web-page.c
 *
 * A web page that a task made reaches nothing: whatever it tries, a server on this machine that
 * listens for it is never contacted, no script runs, and it stays where it is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-desk.h"
#include "annex-help.h"
#include "annex-preview.h"
#include "annex-shot.h"
#include "annex-ui-find.h"

#include <webkit/webkit.h>

/* %1$u: the port. Each line is one way out. */
static const char page[] =
    "<!DOCTYPE html><html><head><meta charset='utf-8'><title>Expenses</title>"
    "<base href='http://127.0.0.1:%1$u/base/'>"
    "<meta http-equiv='refresh' content='0; url=http://127.0.0.1:%1$u/refresh'>"
    "<link rel='stylesheet' href='http://127.0.0.1:%1$u/style.css'>"
    "<link rel='preconnect' href='http://127.0.0.1:%1$u/'>"
    "<link rel='dns-prefetch' href='http://127.0.0.1:%1$u/'>"
    "<link rel='prefetch' href='http://127.0.0.1:%1$u/prefetch'>"
    "<link rel='preload' as='image' href='http://127.0.0.1:%1$u/preload'>"
    "<link rel='icon' href='http://127.0.0.1:%1$u/icon'>"
    "<link rel='manifest' href='http://127.0.0.1:%1$u/manifest'>"
    "<style>@import 'http://127.0.0.1:%1$u/import.css';"
    "@font-face{font-family:f;src:url('http://127.0.0.1:%1$u/font.woff2')}"
    "body{font-family:f,sans-serif;background:url('http://127.0.0.1:%1$u/background.png');"
    "cursor:url('http://127.0.0.1:%1$u/cursor.png'),auto}</style>"
    "<script src='http://127.0.0.1:%1$u/script.js'></script>"
    "<script>document.title='evil';fetch('http://127.0.0.1:%1$u/fetch');"
    "new WebSocket('ws://127.0.0.1:%1$u/socket');location='http://127.0.0.1:%1$u/go'</script>"
    "</head><body onload=\"document.title='evil';document.forms[0].submit()\"><h1>Hello</h1>"
    "<img src='http://127.0.0.1:%1$u/image.png'><img srcset='http://127.0.0.1:%1$u/set.png 2x'>"
    "<img src='relative.png'><img src='file:///etc/passwd'><img src='annex-page:other'>"
    "<img src='x' onerror=\"document.title='evil'\">"
    "<iframe src='http://127.0.0.1:%1$u/frame'></iframe><iframe src='file:///etc/passwd'></iframe>"
    "<iframe srcdoc=\"<img src='http://127.0.0.1:%1$u/srcdoc.png'>\"></iframe>"
    "<object data='http://127.0.0.1:%1$u/object'></object>"
    "<embed src='http://127.0.0.1:%1$u/embed'><audio autoplay "
    "src='http://127.0.0.1:%1$u/a'></audio>"
    "<video autoplay poster='http://127.0.0.1:%1$u/poster' src='http://127.0.0.1:%1$u/v'></video>"
    "<svg width='9' height='9'><image href='http://127.0.0.1:%1$u/svg.png'/>"
    "<use href='http://127.0.0.1:%1$u/use.svg#a'/></svg>"
    "<form action='http://127.0.0.1:%1$u/form'><input name='a' autofocus></form>"
    "<input type='image' src='http://127.0.0.1:%1$u/input.png'>"
    "<a href='http://127.0.0.1:%1$u/link' ping='http://127.0.0.1:%1$u/ping'>link</a>"
    "</body></html>";

typedef struct
{
  GSocketService *server;
  guint16 port;
  guint contacts;
  AnnexPreview *preview;
  GtkWindow *window;
} Fixture;

static gboolean
incoming_cb (Fixture *fixture)
{
  fixture->contacts++;
  return TRUE;
}

static void
set_up (Fixture *fixture)
{
  *fixture = (Fixture) { .server = g_socket_service_new () };
  fixture->port =
      g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (fixture->server), NULL, NULL);
  g_assert_cmpuint (fixture->port, !=, 0);
  g_signal_connect_swapped (fixture->server, "incoming", G_CALLBACK (incoming_cb), fixture);
  fixture->preview = g_object_new (ANNEX_TYPE_PREVIEW, NULL);
  fixture->window = annex_shot_window (GTK_WIDGET (fixture->preview), 700, 500);
}

static void
tear_down (Fixture *fixture)
{
  gtk_window_destroy (fixture->window);
  annex_shot_settle (100);
  g_socket_service_stop (fixture->server);
  g_object_unref (fixture->server);
}

static WebKitWebView *
get_view (Fixture *fixture)
{
  return WEBKIT_WEB_VIEW (
      annex_find (GTK_WIDGET (fixture->preview), annex_is_type, "WebKitWebView"));
}

static gboolean
is_shown (gpointer data)
{
  Fixture *fixture = data;
  GtkWidget *view = annex_find (GTK_WIDGET (fixture->preview), annex_is_type, "WebKitWebView");

  return view != NULL && !webkit_web_view_is_loading (WEBKIT_WEB_VIEW (view)) &&
         webkit_web_view_get_estimated_load_progress (WEBKIT_WEB_VIEW (view)) == 1.0 &&
         webkit_web_view_get_title (WEBKIT_WEB_VIEW (view)) != NULL;
}

static void
show (Fixture *fixture, const char *name, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  annex_preview_show_bytes (fixture->preview, name, bytes);
}

static gboolean
was_contacted (gpointer data)
{
  return ((Fixture *) data)->contacts > 0;
}

static void
test_reaches_nothing (void)
{
  Fixture fixture;
  g_autofree char *text = NULL;
  g_autofree char *address = NULL;
  g_autofree char *host = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;

  set_up (&fixture);
  text = g_strdup_printf (page, fixture.port);
  show (&fixture, "page.html", text);
  g_assert_true (annex_shot_wait (is_shown, &fixture, 60 * 1000));
  annex_shot_settle (2000); /* for what comes late */
  g_assert_cmpuint (fixture.contacts, ==, 0);
  g_assert_cmpstr (webkit_web_view_get_title (get_view (&fixture)), ==, "Expenses");
  g_assert_cmpstr (webkit_web_view_get_uri (get_view (&fixture)), ==, "annex-page:page");
  annex_shot_take (fixture.window, "web-page-hostile");

  /* nor when it is told to go there */
  address = g_strdup_printf ("http://127.0.0.1:%u/", fixture.port);
  webkit_web_view_load_uri (get_view (&fixture), address);
  annex_shot_settle (500);
  webkit_web_view_load_uri (get_view (&fixture), "file:///etc/passwd");
  annex_shot_settle (500);
  g_assert_cmpuint (fixture.contacts, ==, 0);
  g_assert_cmpstr (webkit_web_view_get_title (get_view (&fixture)), ==, "Expenses");

  /* the server does hear those who come */
  host = g_strdup_printf ("127.0.0.1:%u", fixture.port);
  connection = g_socket_client_connect_to_host (client, host, 0, NULL, NULL);
  g_assert_nonnull (connection);
  g_assert_true (annex_shot_wait (was_contacted, &fixture, 10 * 1000));
  tear_down (&fixture);
}

/* As a page, as its text, and gone again with its processes. */
static void
test_views (void)
{
  Fixture fixture;
  GtkWidget *views;
  GtkWidget *view;

  set_up (&fixture);
  show (&fixture, "Page.HTML", "<title>Sums</title><p>Hello</p>");
  g_assert_true (annex_shot_wait (is_shown, &fixture, 60 * 1000));
  views = annex_find (GTK_WIDGET (fixture.preview), annex_is_type, "AdwToggleGroup");
  g_assert_nonnull (views);
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (views), "text");
  annex_shot_settle (100);
  g_assert_true (annex_shows (GTK_WIDGET (fixture.preview), "<title>Sums</title>"));
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (views), "page");
  annex_shot_settle (100);
  g_assert_nonnull (get_view (&fixture));

  /* a link is shown before anything opens it */
  gtk_widget_activate_action (GTK_WIDGET (get_view (&fixture)), "preview.open-link", "s",
                              "https://www.example.org/a?b=<c>");
  annex_shot_settle (200);
  g_assert_true (annex_shows (GTK_WIDGET (fixture.preview), "www.example.org"));

  view = GTK_WIDGET (get_view (&fixture));
  g_object_add_weak_pointer (G_OBJECT (view), (gpointer *) &view);
  annex_preview_clear (fixture.preview);
  annex_shot_settle (200);
  g_assert_null (view);
  g_assert_false (gtk_widget_get_visible (views));
  show (&fixture, "notes.txt", "<title>no page</title>");
  annex_shot_settle (600);
  g_assert_false (gtk_widget_get_visible (views));
  tear_down (&fixture);
}

static WebKitWebView *
find_manual (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);
      GtkWidget *view = annex_find (window, annex_is_type, "WebKitWebView");

      if (view != NULL)
        return WEBKIT_WEB_VIEW (view);
    }
  return NULL;
}

static gboolean
is_at (gpointer address)
{
  WebKitWebView *view = find_manual ();

  return view != NULL && !webkit_web_view_is_loading (view) &&
         g_strcmp0 (webkit_web_view_get_title (view), "Annex Help") == 0 &&
         g_strcmp0 (webkit_web_view_get_uri (view), address) == 0;
}

/* Annex's own manual is such a page too, in one window; links lead within it. */
static void
test_manual (void)
{
  GtkWindow *parent = annex_shot_window (gtk_label_new ("Annex"), 300, 200);
  WebKitWebView *view;
  GtkWindow *window;

  g_assert_true (annex_help_present (parent));
  g_assert_true (annex_shot_wait (is_at, (char *) "annex-page:page", 60 * 1000));
  view = find_manual ();
  window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (view)));
  annex_shot_settle (500);
  annex_shot_take (window, "manual");
  webkit_web_view_load_uri (view, "annex-page:page#computer-checkpoints");
  g_assert_true (
      annex_shot_wait (is_at, (char *) "annex-page:page#computer-checkpoints", 10 * 1000));
  annex_shot_settle (500);
  annex_shot_take (window, "manual-page");
  g_assert_true (annex_help_present (parent));
  g_assert_true (find_manual () == view);

  /* it ran out of memory: nothing empty stays, and it can be shown again */
  gtk_widget_activate_action (GTK_WIDGET (view), "preview.page-ended", NULL);
  annex_shot_settle (100);
  g_assert_null (find_manual ());
  g_assert_true (annex_help_present (parent));
  g_assert_true (annex_shot_wait (is_at, (char *) "annex-page:page", 60 * 1000));
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (find_manual ()))));
  gtk_window_destroy (parent);
  annex_shot_settle (100);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/web-page/reaches-nothing", test_reaches_nothing);
  g_test_add_func ("/ui/web-page/views", test_views);
  g_test_add_func ("/ui/web-page/manual", test_manual);
  return g_test_run ();
}
