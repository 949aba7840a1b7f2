/* test-browser-view.c
 *
 * The browser pane as it is seen: each state, names and roles, who drives, what its buttons do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-arm.h"
#include "annex-browser-view.h"
#include "annex-fake-desk.h"
#include "annex-shot.h"

#include <libsoup/soup.h>
#include <string.h>

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexTask *task;
  SoupServer *web;
  char *origin;
  char *folder;
  AnnexBrowserPane *pane;
  GtkWidget *view;
  GtkWidget *overlay;
  GtkWindow *window;
} Fixture;

static void
request_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  static const char page[] =
      "<!doctype html><meta charset=utf-8><meta name=color-scheme content='light dark'>"
      "<title>%s</title><style>body{font:16px sans-serif;max-width:40em;margin:2em auto;padding:0 "
      "1em}"
      "input{display:block;margin:.3em 0 1em;padding:.4em;width:16em}</style>"
      "<h1>Travel expenses</h1><p>Fill in one line for each receipt.</p><form><label>Date"
      "<input value='2025-06-03'></label><label>Amount<input value='84.50'></label>"
      "<button>Next</button></form>%s";
  g_autofree char *text = NULL;
  const char *title = "Travel expenses";
  const char *more = "";

  if (g_str_equal (path, "/long"))
    title = "A title that goes on for much longer than any tab has room for, with"
            "outaspacetobreakitatanywhereinthemiddleofit";
  else if (g_str_equal (path, "/rtl"))
    title = "\xd7\x93\xd7\x95\xd7\x97 \xd7\x94\xd7\x95\xd7\xa6\xd7\x90\xd7\x95\xd7\xaa";
  else if (g_str_equal (path, "/private"))
    {
      soup_message_headers_append (soup_server_message_get_response_headers (message),
                                   "WWW-Authenticate", "Basic realm=\"Expenses\"");
      soup_server_message_set_status (message, 401, NULL);
      return;
    }
  else if (g_str_has_prefix (path, "/file"))
    soup_message_headers_append (soup_server_message_get_response_headers (message),
                                 "Content-Disposition", "attachment");
  else if (g_str_equal (path, "/where"))
    more = "<script>navigator.geolocation.getCurrentPosition(()=>{},()=>{document.title='no'})"
           "</script>";
  else if (g_str_equal (path, "/busy"))
    more = "<script>setTimeout(()=>{for(;;);},300)</script>";
  else if (g_str_equal (path, "/ask"))
    more =
        "<script>setTimeout(()=>{document.title=String(confirm('Discard what you entered?'))},50)"
        "</script>";
  if (g_str_equal (path, "/file/endless"))
    {
      /* so much that nothing has to be guessed of it */
      g_autofree char *some = g_strnfill (64 * 1024, 'x');

      soup_message_headers_set_content_type (soup_server_message_get_response_headers (message),
                                             "application/octet-stream", NULL);
      soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                         SOUP_ENCODING_CHUNKED);
      soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY,
                                some, 64 * 1024);
      soup_server_message_set_status (message, 200, NULL);
      return;
    }
  text = g_strdup_printf (page, title, more);
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "text/html", SOUP_MEMORY_COPY, text, strlen (text));
}

static void
fixture_open (Fixture *self, int width, int height)
{
  GSList *uris;

  self->desk = annex_fake_desk_new ();
  self->task = annex_fake_desk_add_task (self->desk, "Expense report");
  self->web = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->web, NULL, request_cb, NULL, NULL);
  g_assert_true (soup_server_listen_local (self->web, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (self->web);
  self->origin = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  self->folder = g_dir_make_tmp ("annex-view-XXXXXX", NULL);
  self->pane = annex_browser_pane_new (self->task, NULL, NULL, self->folder, FALSE);
  self->view = annex_browser_view_new (ANNEX_DESK (self->desk), self->task, self->pane);
  self->overlay = adw_toast_overlay_new ();
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (self->overlay), self->view);
  self->window = annex_shot_window (self->overlay, width, height);
}

static void
fixture_close (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (annex_shot_await (annex_browser_pane_close (self->pane), &error));
  gtk_window_destroy (self->window);
  annex_shot_settle (100);
  g_assert_finalize_object (self->pane);
  soup_server_disconnect (self->web);
  g_object_unref (self->web);
  annex_fake_desk_close (self->desk);
  g_object_unref (self->desk);
  g_free (self->origin);
  g_free (self->folder);
}

/* ---------------------------------------------------------------- finding and waiting */

typedef gboolean (*Match) (GtkWidget *widget, gconstpointer data);

static GtkWidget *
find (GtkWidget *widget, Match match, gconstpointer data)
{
  if (gtk_widget_get_mapped (widget) && match (widget, data))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, match, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_label (GtkWidget *widget, gconstpointer text)
{
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL;
}

static gboolean
is_button (GtkWidget *widget, gconstpointer label)
{
  return GTK_IS_BUTTON (widget) &&
         (g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0 ||
          g_strcmp0 (gtk_widget_get_tooltip_text (widget), label) == 0);
}

static gboolean
is_address (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_ENTRY (widget) &&
         g_strcmp0 (gtk_entry_get_placeholder_text (GTK_ENTRY (widget)), "Web address") == 0;
}

typedef struct
{
  GtkWidget *root;
  Match match;
  gconstpointer data;
} Sought;

static gboolean
is_there (gpointer data)
{
  Sought *sought = data;

  return find (sought->root, sought->match, sought->data) != NULL;
}

static GtkWidget *
await_widget (Fixture *self, Match match, gconstpointer data)
{
  Sought sought = { self->view, match, data };

  if (!annex_shot_wait (is_there, &sought, 60000))
    g_error ("“%s” is not shown", (const char *) data);
  return find (self->view, match, data);
}

static void
click (Fixture *self, const char *label)
{
  g_signal_emit_by_name (await_widget (self, is_button, label), "clicked");
}

typedef struct
{
  AnnexBrowserTab *tab;
  const char *title;
} Titled;

static gboolean
is_titled (gpointer data)
{
  Titled *titled = data;

  return g_str_equal (annex_browser_tab_get_title (titled->tab), titled->title) &&
         !annex_browser_tab_is_loading (titled->tab);
}

static AnnexBrowserTab *
open_page (Fixture *self, const char *path, const char *title)
{
  g_autofree char *uri = g_strconcat (self->origin, path, NULL);
  AnnexBrowserTab *tab = annex_browser_pane_open (self->pane, uri);
  Titled titled = { tab, title };

  if (title != NULL)
    g_assert_true (annex_shot_wait (is_titled, &titled, 60000));
  annex_shot_settle (200);
  return tab;
}

/* ---------------------------------------------------------------- tests */

static gboolean
is_page_view (GtkWidget *widget, gconstpointer data)
{
  return WEBKIT_IS_WEB_VIEW (widget);
}

static gboolean
is_unarmed (GtkWidget *widget, gconstpointer data)
{
  return gtk_widget_has_css_class (widget, "unarmed");
}

static gboolean
is_answerable (gpointer data)
{
  Fixture *self = data;

  return find (self->view, is_unarmed, NULL) == NULL;
}

static void
await_answerable (Fixture *self)
{
  g_assert_true (annex_shot_wait (is_answerable, self, 60000));
}

static void
test_empty (void)
{
  Fixture self;

  fixture_open (&self, 800, 700);
  await_widget (&self, has_label, "No Page Open");
  /* Nothing of WebKit runs before a page is wanted. */
  g_assert_cmpuint (g_list_model_get_n_items (annex_browser_pane_get_tabs (self.pane)), ==, 0);
  annex_shot_take_styles (self.window, "browser-empty", 800, FALSE);
  click (&self, "Open a _Page");
  await_widget (&self, has_label, "New Page");
  g_assert_cmpuint (g_list_model_get_n_items (annex_browser_pane_get_tabs (self.pane)), ==, 1);
  fixture_close (&self);
}

static void
test_names (void)
{
  static const char *const buttons[] = { "Back", "Reload", "Enlarge" };
  Fixture self;
  GtkWidget *address;

  fixture_open (&self, 800, 700);
  open_page (&self, "/", "Travel expenses");
  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    {
      GtkWidget *button = await_widget (&self, is_button, buttons[i]);

      gtk_test_accessible_assert_role (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_ROLE_BUTTON);
    }
  address = await_widget (&self, is_address, NULL);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (address), GTK_ACCESSIBLE_ROLE_TEXT_BOX);
  g_assert_null (gtk_test_accessible_check_property (GTK_ACCESSIBLE (address),
                                                     GTK_ACCESSIBLE_PROPERTY_LABEL, "Web address"));
  /* The whole port is seen, also where there is little room. */
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (address)), ==,
                   self.origin + strlen ("http://"));
  fixture_close (&self);
}

static void
take_at_widths (const char *name, const char *path, const char *title)
{
  static const int widths[] = { 300, 360, 800, 1600 };

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      Fixture self;

      fixture_open (&self, widths[i], 900);
      open_page (&self, path, title);
      annex_shot_take_styles (self.window, name, widths[i], FALSE);
      fixture_close (&self);
    }
}

static void
test_page (void)
{
  take_at_widths ("browser-page", "/", "Travel expenses");
}

static void
test_tabs (void)
{
  Fixture self;

  fixture_open (&self, 800, 700);
  open_page (&self, "/", "Travel expenses");
  open_page (&self, "/long", NULL);
  open_page (&self, "/rtl",
             "\xd7\x93\xd7\x95\xd7\x97 \xd7\x94\xd7\x95\xd7\xa6\xd7\x90\xd7\x95\xd7\xaa");
  for (guint i = 0; i < 5; i++)
    open_page (&self, "/", "Travel expenses");
  annex_shot_take_styles (self.window, "browser-tabs", 800, FALSE);
  while (g_list_model_get_n_items (annex_browser_pane_get_tabs (self.pane)) > 0)
    {
      annex_browser_pane_close_tab (self.pane, annex_browser_pane_get_selected (self.pane));
      annex_shot_settle (20);
    }
  await_widget (&self, has_label, "No Page Open");
  fixture_close (&self);
}

static void
test_driving (void)
{
  Fixture self;

  fixture_open (&self, 800, 700);
  open_page (&self, "/", "Travel expenses");
  g_assert_true (
      annex_shot_await (annex_browser_begin (ANNEX_BROWSER (self.pane), "x", NULL), NULL));
  annex_browser_pane_set_activity (self.pane, "Annex is filling in the form");
  await_widget (&self, has_label, "Annex is filling in the form");
  annex_shot_settle (400);
  annex_shot_take_styles (self.window, "browser-driving", 800, FALSE);
  click (&self, "Take Over");
  g_assert_cmpint (annex_browser_pane_get_driver (self.pane), ==, ANNEX_DRIVER_USER);
  await_widget (&self, has_label, "Annex waits");
  annex_shot_take_styles (self.window, "browser-taken", 800, FALSE);
  click (&self, "Hand Back");
  g_assert_cmpint (annex_browser_pane_get_driver (self.pane), ==, ANNEX_DRIVER_ANNEX);
  /* Any of the user's own doings takes the wheel. */
  gtk_widget_activate_action (self.view, "browser.new-tab", NULL);
  g_assert_cmpint (annex_browser_pane_get_driver (self.pane), ==, ANNEX_DRIVER_USER);
  annex_browser_end (ANNEX_BROWSER (self.pane));
  fixture_close (&self);
}

static void
test_dialog (void)
{
  Fixture self;
  AnnexBrowserTab *tab;
  Titled titled;

  fixture_open (&self, 800, 700);
  tab = open_page (&self, "/ask", NULL);
  await_widget (&self, has_label, "Discard what you entered?");
  /* A click that comes at once was meant for something else. */
  click (&self, "_OK");
  click (&self, "_Cancel");
  g_assert_nonnull (annex_browser_tab_get_dialog (tab));
  annex_shot_take_styles (self.window, "browser-dialog", 800, FALSE);
  await_answerable (&self);
  click (&self, "_Cancel");
  titled = (Titled) { tab, "false" };
  g_assert_true (annex_shot_wait (is_titled, &titled, 60000));
  fixture_close (&self);
}

/* At the width that the pane has beside a task, the most narrow one. */
static void
test_permission (void)
{
  Fixture self;
  AnnexBrowserTab *tab;
  Titled titled;

  fixture_open (&self, 300, 700);
  tab = open_page (&self, "/where", NULL);
  await_widget (&self, has_label, "wants to know where you are");
  await_widget (&self, has_label, self.origin); /* the heading says who */
  await_answerable (&self);
  annex_shot_take_styles (self.window, "browser-permission", 300, FALSE);
  click (&self, "_Don’t Allow");
  titled = (Titled) { tab, "no" };
  g_assert_true (annex_shot_wait (is_titled, &titled, 60000));
  fixture_close (&self);
}

static void
test_sign_in (void)
{
  Fixture self;

  fixture_open (&self, 300, 700);
  open_page (&self, "/private", NULL);
  await_widget (&self, has_label, "Sign in to 127.0.0.1");
  await_answerable (&self);
  annex_shot_take_styles (self.window, "browser-sign-in", 300, FALSE);
  click (&self, "_Cancel");
  fixture_close (&self);
}

static void
test_certificate (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "self-signed.pem", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);
  Fixture self;
  GSList *uris;
  GtkWidget *address;

  g_assert_no_error (error);
  fixture_open (&self, 300, 700);
  soup_server_set_tls_certificate (self.web, certificate);
  g_assert_true (soup_server_listen_local (
      self.web, 0, SOUP_SERVER_LISTEN_IPV4_ONLY | SOUP_SERVER_LISTEN_HTTPS, &error));
  uris = soup_server_get_uris (self.web);
  for (GSList *each = uris; each != NULL; each = each->next)
    if (g_str_equal (g_uri_get_scheme (each->data), "https"))
      {
        g_free (self.origin);
        self.origin = g_strdup_printf ("https://127.0.0.1:%d", g_uri_get_port (each->data));
      }
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  annex_browser_pane_open (self.pane, NULL);
  address = await_widget (&self, is_address, NULL);
  gtk_editable_set_text (GTK_EDITABLE (address), self.origin);
  g_signal_emit_by_name (address, "activate");
  await_widget (&self, has_label, "Site Cannot Prove Who It Is");
  await_answerable (&self);
  annex_shot_take_styles (self.window, "browser-certificate", 300, FALSE);
  click (&self, "_Visit Anyway");
  await_widget (&self, is_page_view, NULL);
  fixture_close (&self);
}

static gboolean
is_downloads (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_MENU_BUTTON (widget) &&
         g_strcmp0 (gtk_widget_get_tooltip_text (widget), "Downloads") == 0;
}

/* (transfer full, nullable) */
static AnnexBrowserDownload *
find_endless (GListModel *downloads)
{
  for (guint i = 0; i < g_list_model_get_n_items (downloads); i++)
    {
      g_autoptr (AnnexBrowserDownload) one = g_list_model_get_item (downloads, i);

      if (g_str_has_suffix (annex_browser_download_get_uri (one), "/endless"))
        return g_steal_pointer (&one);
    }
  return NULL;
}

static gboolean
are_three (gpointer downloads)
{
  g_autoptr (AnnexBrowserDownload) endless = find_endless (downloads);

  return g_list_model_get_n_items (downloads) == 3 && endless != NULL &&
         annex_browser_download_get_received (endless) > 0;
}

/* Also what is in a closed popover. */
static gboolean
says (GtkWidget *widget, const char *text)
{
  if (has_label (widget, text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (says (child, text))
      return TRUE;
  return FALSE;
}

static void
test_downloads (void)
{
  Fixture self;
  GListModel *downloads;
  GtkWidget *button;
  g_autoptr (AnnexBrowserDownload) endless = NULL;

  fixture_open (&self, 300, 700);
  downloads = annex_browser_pane_get_downloads (self.pane);
  open_page (&self, "/", "Travel expenses");
  open_page (&self, "/file/Receipts.html", NULL);
  open_page (&self, "/file/A-receipt-whose-name-somebody-made-very-long-with-a-date-in-it.html",
             NULL);
  open_page (&self, "/file/endless", NULL);
  button = await_widget (&self, is_downloads, NULL);
  g_assert_true (annex_shot_wait (are_three, downloads, 60000));
  endless = find_endless (downloads);
  annex_browser_download_cancel (endless);
  g_assert_cmpint (annex_browser_download_get_state (endless), ==, ANNEX_DOWNLOAD_FAILED);
  g_assert_true (says (button, "Receipts.html"));
  g_assert_true (says (button, "Not downloaded. It was stopped."));
  annex_shot_take_styles (self.window, "browser-downloads", 300, FALSE);
  fixture_close (&self);
}

static void
test_failures (void)
{
  static const char *const addresses[][2] = {
    { "what is the weather", "Not a Web Address" },
    { "file:///etc/passwd", "Not a Web Address" },
    { "http://127.0.0.1:9/", "Page Cannot Be Reached" },
  };
  Fixture self;

  fixture_open (&self, 800, 700);
  annex_browser_pane_open (self.pane, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      GtkWidget *address = await_widget (&self, is_address, NULL);

      gtk_editable_set_text (GTK_EDITABLE (address), addresses[i][0]);
      g_signal_emit_by_name (address, "activate");
      if (i == 2 && !g_network_monitor_get_network_available (g_network_monitor_get_default ()))
        await_widget (&self, has_label, "You Are Offline");
      else
        await_widget (&self, has_label, addresses[i][1]);
    }
  annex_shot_take_styles (self.window, "browser-failed", 800, FALSE);
  fixture_close (&self);
}

static void
test_crash (void)
{
  Fixture self;
  AnnexBrowserTab *tab;
  Titled titled;

  fixture_open (&self, 360, 700);
  tab = open_page (&self, "/", "Travel expenses");
  webkit_web_view_terminate_web_process (annex_browser_tab_get_view (tab));
  await_widget (&self, has_label, "The Page Crashed");
  annex_shot_take_styles (self.window, "browser-crashed", 360, FALSE);
  click (&self, "_Try Again");
  titled = (Titled) { tab, "Travel expenses" };
  g_assert_true (annex_shot_wait (is_titled, &titled, 60000));
  fixture_close (&self);
}

/* A page that was ended for being left is said to be. */
static void
test_ended (void)
{
  Fixture self;
  AnnexBrowserTab *tab;
  Sought sought;

  fixture_open (&self, 800, 700);
  sought = (Sought) { self.overlay, has_label, "The page before did not answer, and was ended" };
  tab = open_page (&self, "/busy", "Travel expenses");
  annex_shot_settle (1000);
  annex_browser_pane_load (self.pane, tab, self.origin);
  g_assert_true (annex_shot_wait (is_there, &sought, 60000));
  annex_shot_settle (300);
  annex_shot_take (self.window, "browser-ended");
  fixture_close (&self);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  /* WebKit warns that it has no accessible pages for GTK's test backend. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/ui/browser/empty", test_empty);
  g_test_add_func ("/ui/browser/names", test_names);
  g_test_add_func ("/ui/browser/page", test_page);
  g_test_add_func ("/ui/browser/tabs", test_tabs);
  g_test_add_func ("/ui/browser/driving", test_driving);
  g_test_add_func ("/ui/browser/permission", test_permission);
  g_test_add_func ("/ui/browser/sign-in", test_sign_in);
  g_test_add_func ("/ui/browser/certificate", test_certificate);
  g_test_add_func ("/ui/browser/downloads", test_downloads);
  g_test_add_func ("/ui/browser/dialog", test_dialog);
  g_test_add_func ("/ui/browser/failures", test_failures);
  g_test_add_func ("/ui/browser/crash", test_crash);
  g_test_add_func ("/ui/browser/ended", test_ended);
  return g_test_run ();
}
