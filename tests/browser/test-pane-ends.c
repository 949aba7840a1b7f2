/* test-pane-ends.c
 *
 * A page that is ended, or ends by itself, while its tab is being sent elsewhere: the tab gets
 * there all the same, or where it was sent last, and nothing of the end is left.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-tab-private.h"
#include "pane-fixture.h"

#define COMPUTER "http://localhost.computer:8000/"

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
  static const char busy[] =
      "<title>Busy</title><script>setTimeout(() => { for (;;); }, 100)</script>";
  PaneFixture *self = pane_fixture_new ();

  pane_fixture_name (self, "site.example");
  pane_fixture_name (self, "bank.example");
  pane_fixture_page (self, "site.example/", NULL, "<title>Site</title>");
  pane_fixture_page (self, "site.example/busy", NULL, busy);
  pane_fixture_page (self, "site.example/moved", "Location: http://bank.example/there", "");
  pane_fixture_page (self, "bank.example/there", NULL, "<title>There</title>");
  pane_fixture_page (self, "localhost.computer:8000/", NULL, busy);
  soup_server_add_handler (self->web, "/hang", hang_cb, self, NULL);
  pane_fixture_serve_computer (self);
  return self;
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
assert_gets_to (AnnexBrowserTab *tab, const char *title)
{
  pane_wait_until (annex_browser_tab_get_failure (tab) != NULL ||
                   (g_str_equal (annex_browser_tab_get_title (tab), title) &&
                    annex_browser_tab_is_settled (tab)));
  g_assert_no_error (annex_browser_tab_get_failure (tab));
  g_assert_false (tab->is_ending);
  /* Longer than any timer of the way there. */
  pane_wait_ms (600);
  g_assert_null (tab->leave);
}

/* ---------------------------------------------------------------- a page of the computer's */

/* As the button does, which may be pressed twice. */
static void
end_twice (AnnexBrowserTab *tab)
{
  annex_browser_tab_end (tab);
  annex_browser_tab_end (tab);
}

static void
crash (AnnexBrowserTab *tab)
{
  webkit_web_view_terminate_web_process (annex_browser_tab_get_view (tab));
}

static void
reload_twice (AnnexBrowserTab *tab)
{
  crash (tab);
  annex_browser_tab_reload (tab);
  annex_browser_pane_load (tab->hooks_data, tab, "http://site.example/moved");
}

static const struct
{
  const char *path;
  void (*end) (AnnexBrowserTab *tab);
} ends[] = {
  { "/browser/ends/ended-while-left", end_twice },
  { "/browser/ends/crashed-while-left", crash },
  { "/browser/ends/crashed-and-sent-again", reload_twice },
};

static void
test_while_left (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab = open_busy (self, COMPUTER);

  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  pane_wait_until (tab->n_emptied > 0);
  ends[n].end (tab);
  assert_gets_to (tab, "There");
  g_assert_cmpuint (tab->n_emptied, ==, 0);
  /* A crash is heard of again, and ends no later way. */
  crash (tab);
  pane_wait_until (annex_browser_tab_get_failure (tab) != NULL);
  g_assert_error (annex_browser_tab_get_failure (tab), ANNEX_BROWSER_ERROR,
                  ANNEX_BROWSER_ERROR_CRASHED);
  annex_browser_pane_load (self->pane, tab, "http://site.example/");
  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  assert_gets_to (tab, "There");
}

/* One that crashed before is not there any more, and leads nowhere. */
static void
test_crashed_before (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab = open_busy (self, COMPUTER);

  annex_browser_tab_end (tab);
  pane_wait_until (annex_browser_tab_get_failure (tab) != NULL);
  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  assert_gets_to (tab, "There");
}

/* ---------------------------------------------------------------- between the end and the going on
 */

static void
send_cb (WebKitWebView *view, WebKitWebProcessTerminationReason reason, AnnexBrowserTab *tab)
{
  annex_browser_tab_load (tab, "http://site.example/");
  annex_browser_tab_reload (tab);
}

static void
stop_cb (WebKitWebView *view, WebKitWebProcessTerminationReason reason, AnnexBrowserTab *tab)
{
  annex_browser_tab_stop (tab);
}

static void
test_sent_meanwhile (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab = open_busy (self, "http://site.example/busy");
  gulong handler = g_signal_connect (annex_browser_tab_get_view (tab), "web-process-terminated",
                                     G_CALLBACK (send_cb), tab);

  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  assert_gets_to (tab, "Site");
  g_assert_false (pane_fixture_was_asked (self, "GET site.example/moved"));
  g_signal_handler_disconnect (annex_browser_tab_get_view (tab), handler);
}

static void
test_stopped_meanwhile (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab = open_busy (self, "http://site.example/busy");
  gulong handler = g_signal_connect (annex_browser_tab_get_view (tab), "web-process-terminated",
                                     G_CALLBACK (stop_cb), tab);

  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  pane_wait_until (tab->was_ended && !tab->is_ending && annex_browser_tab_is_settled (tab));
  pane_wait_ms (500);
  g_assert_false (pane_fixture_was_asked (self, "GET site.example/moved"));
  g_assert_cmpstr (annex_browser_tab_get_uri (tab), ==, "");
  g_assert_false (annex_browser_tab_is_loading (tab));
  g_signal_handler_disconnect (annex_browser_tab_get_view (tab), handler);
  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  assert_gets_to (tab, "There");
}

/* ---------------------------------------------------------------- what is said of it */

static void
test_address (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab = open_busy (self, "http://site.example/busy");

  annex_browser_pane_load (self->pane, tab, "http://BANK.example/hang");
  pane_wait_until (tab->was_ended && !tab->is_ending);
  pane_wait_ms (1000);
  g_assert_true (annex_browser_tab_is_loading (tab));
  g_assert_cmpstr (annex_browser_tab_get_uri (tab), ==, "http://bank.example/hang");
  g_assert_cmpstr (annex_browser_tab_get_page_uri (tab), ==, "");
}

/* Of the page before the one that is shown, and of none before that. */
static void
test_told (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  AnnexBrowserTab *tab = open_busy (self, "http://site.example/busy");

  annex_browser_pane_load (self->pane, tab, "http://site.example/moved");
  assert_gets_to (tab, "There");
  annex_browser_pane_load (self->pane, tab, "http://site.example/");
  assert_gets_to (tab, "Site");
  g_assert_false (annex_browser_tab_take_ended (tab));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  gtk_init ();
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    g_test_add_data_func (ends[i].path, GUINT_TO_POINTER (i), test_while_left);
  g_test_add_func ("/browser/ends/crashed-before", test_crashed_before);
  g_test_add_func ("/browser/ends/sent-meanwhile", test_sent_meanwhile);
  g_test_add_func ("/browser/ends/stopped-meanwhile", test_stopped_meanwhile);
  g_test_add_func ("/browser/ends/address", test_address);
  g_test_add_func ("/browser/ends/told", test_told);
  return g_test_run ();
}
