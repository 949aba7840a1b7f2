/* test-pane.c
 *
 * The browser pane as it is used: its proxy is the only way out, sites are asked about, dialogs
 * wait, downloads are put aside, a crash is survived, and whoever drives is known.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-download-private.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "pane-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

static AnnexBrowserTab *
front (PaneFixture *self)
{
  return annex_browser_pane_get_selected (self->pane);
}

static PaneFixture *
new_fixture (void)
{
  PaneFixture *self = pane_fixture_new ();

  pane_fixture_name (self, "site.example");
  pane_fixture_name (self, "other.example");
  pane_fixture_page (self, "site.example/", NULL, "<title>Site</title><p>hello");
  pane_fixture_page (self, "other.example/", NULL, "<title>Other</title><p>other");
  self->answer = g_strdup ("task");
  return self;
}

static void
assert_refused (GError *error)
{
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED);
}

/* ---------------------------------------------------------------- the way out */

/* Plain and tunnel bear the password; a request without it is told to send it, and is no attempt.
 */
static void
test_credentials (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;

  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_no_error (error);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (front (self)), "Site"));
  g_assert_true (pane_fixture_was_asked (self, "GET site.example/"));
  /* The certificate is nobody's, but the tunnel was opened: the password went with CONNECT. */
  g_assert_false (pane_fixture_visit (self, "https://site.example/", &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CERTIFICATE);
  pane_wait_until (pane_fixture_row (self, "site.example") != NULL);
  for (guint i = 0; i < self->rows->len; i++)
    {
      AnnexLedgerEntry *row = g_ptr_array_index (self->rows, i);

      g_assert_cmpstr (row->decision, ==, "allowed");
      g_assert_cmpstr (row->channel, ==, "browser");
      g_assert_cmpstr (row->by, ==, "task");
    }
}

/* Others on this machine find the port, but not the password. */
static void
test_port_is_closed_to_others (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GIOStream) guest = NULL;
  g_autofree char *answer = NULL;
  static const char get[] = "GET http://site.example/ HTTP/1.1\r\nHost: site.example\r\n"
                            "Proxy-Authorization: Basic YW5uZXg6d3Jvbmc=\r\n\r\n";
  int sockets[2];

  g_assert_true (pane_fixture_visit (self, "http://site.example/", NULL));
  g_ptr_array_set_size (self->requests, 0);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, sockets), ==, 0);
  {
    g_autoptr (GSocket) ours = g_socket_new_from_fd (sockets[0], NULL);
    g_autoptr (GSocket) theirs = g_socket_new_from_fd (sockets[1], NULL);
    g_autoptr (GSocketConnection) end = g_socket_connection_factory_create_connection (theirs);

    guest = G_IO_STREAM (g_socket_connection_factory_create_connection (ours));
    annex_egress_proxy_accept (annex_browser_pane_get_proxy (self->pane), G_IO_STREAM (end));
  }
  g_assert_true (fake_guest_send (guest, get, strlen (get)));
  answer = fake_guest_receive_text (guest, "\r\n\r\n");
  g_assert_cmpuint (fake_status (answer), ==, 407);
  g_assert_cmpuint (self->requests->len, ==, 0);
  g_io_stream_close (guest, NULL, NULL);
}

/* Without the proxy nothing loads: there is no other way. */
static void
test_fails_closed (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;

  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  pane_run (annex_egress_proxy_close (annex_browser_pane_get_proxy (self->pane)), NULL);
  g_ptr_array_set_size (self->requests, 0);
  g_assert_false (pane_fixture_visit (self, "http://site.example/?again", &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_LOAD_FAILED);
  g_assert_cmpuint (self->requests->len, ==, 0);
}

/* ---------------------------------------------------------------- sites */

static void
test_first_visit_asks (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;

  g_set_str (&self->answer, "no");
  g_assert_false (pane_fixture_visit (self, "http://site.example/", &error));
  assert_refused (error);
  g_assert_cmpuint (self->requests->len, ==, 0);
  g_assert_cmpuint (self->net->queries->len, ==, 0);
  g_clear_error (&error);

  g_set_str (&self->answer, "task");
  g_assert_true (pane_fixture_visit (self, "http://www.site.example/x", NULL) ||
                 annex_browser_tab_get_failure (front (self)) != NULL);
  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (self->asked->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (self->asked, 0), ==, "site: site.example");

  /* Nothing but web pages, and none of this machine. */
  g_assert_false (pane_fixture_visit (self, "file:///etc/passwd", &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (pane_fixture_visit (self, "data:text/html,x", &error));
  g_clear_error (&error);
  g_assert_false (pane_fixture_visit (self, "http://127.0.0.1:9/", &error));
  assert_refused (error);
  g_assert_cmpuint (self->asked->len, ==, 2);
}

static void
test_once_and_never (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;

  g_set_str (&self->answer, "once");
  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_cmpuint (self->asked->len, ==, 1);
  annex_browser_end (ANNEX_BROWSER (self->pane));
  g_set_str (&self->answer, "never");
  g_assert_false (pane_fixture_visit (self, "http://site.example/", &error));
  assert_refused (error);
  g_clear_error (&error);
  g_assert_cmpuint (self->asked->len, ==, 2);
}

static void
set_plan (PaneFixture *self, const char *step)
{
  g_autoptr (GError) error = NULL;
  JsonArray *steps = json_array_new ();

  json_array_add_object_element (
      steps, annex_json_build ("s", "id", "1", "s", "title", step, "s", "state", "pending", NULL));
  pane_run (annex_task_append (self->task, ANNEX_EVENT_PLAN_UPDATED,
                               annex_json_build ("a", "steps", steps, NULL)),
            &error);
  g_assert_no_error (error);
}

/* A plan's sites come together, and no other with them. */
static void
test_sites_of_the_plan (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;

  pane_fixture_name (self, "third.example");
  pane_fixture_page (self, "third.example/", NULL, "third");
  set_plan (self, "Compare https://www.site.example/list with other.example and notes.md");
  g_set_str (&self->answer, "Allow for this task");
  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_true (pane_fixture_visit (self, "http://other.example/", &error));
  g_assert_cmpuint (self->asked->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (self->asked, 0), ==,
                   "question: Sites: The plan names these sites. May Annex use all of them?\n"
                   "site.example\nother.example");
  g_set_str (&self->answer, "no");
  g_assert_false (pane_fixture_visit (self, "http://third.example/", &error));
  assert_refused (error);
  g_assert_cmpstr (g_ptr_array_index (self->asked, 1), ==, "site: third.example");
}

/* Who does not want them together is asked about each, when it is needed. */
static void
test_sites_of_the_plan_one_by_one (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;

  set_plan (self, "Compare site.example with other.example");
  self->answers = g_strsplit ("Ask for each|once|no", "|", -1);
  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_false (pane_fixture_visit (self, "http://other.example/", &error));
  assert_refused (error);
  g_assert_cmpuint (self->asked->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (self->asked, 1), ==, "site: site.example");
  g_assert_cmpstr (g_ptr_array_index (self->asked, 2), ==, "site: other.example");
  g_assert_cmpuint (pane_fixture_count_host (self, "other.example"), ==, 0);
}

/* Every way from an allowed page to another site ends in a question, before a byte leaves. */
static void
test_ways_to_another_site (void)
{
  static const struct
  {
    const char *name;
    const char *body;
    const char *headers;
    const char *script;
  } ways[] = {
    { "redirect", "", "Location: http://other.example/", NULL },
    { "location", "<script>location='http://other.example/'</script>", NULL, NULL },
    { "meta", "<meta http-equiv=refresh content='0;url=http://other.example/'>", NULL, NULL },
    { "link", "<a id=a href='http://other.example/'>x</a>", NULL, "a.click()" },
    { "form",
      "<form id=f method=post action='http://other.example/'><input name=n value=secret>"
      "</form>",
      NULL, "f.submit()" },
    { "form-get", "<form id=f action='http://other.example/'><input name=n value=secret></form>",
      NULL, "f.submit()" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (PaneFixture) self = new_fixture ();
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", ways[i].name);
      annex_browser_pane_allow_sites (self->pane, (const char *const[]) { "site.example", NULL },
                                      "task");
      pane_fixture_page (self, "site.example/way", ways[i].headers, ways[i].body);
      g_set_str (&self->answer, "no");
      pane_fixture_visit (self, "http://site.example/way", &error);
      if (ways[i].script != NULL)
        {
          g_assert_no_error (error);
          g_free (pane_fixture_script (self, ways[i].script));
        }
      if (error == NULL)
        {
          gint64 until_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

          while (error == NULL && g_get_monotonic_time () < until_us)
            pane_run (annex_browser_pane_settle (self->pane, front (self), "call-2", NULL), &error);
        }
      assert_refused (error);
      g_assert_cmpuint (self->asked->len, ==, 1);
      g_assert_cmpstr (g_ptr_array_index (self->asked, 0), ==, "site: other.example");
      g_assert_cmpuint (pane_fixture_count_host (self, "other.example"), ==, 0);
      g_assert_cmpstr (self->bodies->str, ==, "");
      /* The agent goes on where it was. */
      if (ways[i].script != NULL)
        {
          g_clear_error (&error);
          pane_run (annex_browser_pane_begin_turn (self->pane, "x", FALSE, NULL), &error);
          g_assert_no_error (error);
          g_assert_true (annex_browser_pane_may_look (self->pane, front (self)));
        }
    }
}

/* The same, allowed: the page comes, and a form's data with it. */
static void
test_way_allowed (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;

  annex_browser_pane_allow_sites (self->pane, (const char *const[]) { "site.example", NULL },
                                  "task");
  pane_fixture_page (self, "site.example/form", NULL,
                     "<form id=f method=post action='http://other.example/'>"
                     "<input name=n value=data></form>");
  pane_fixture_page (self, "site.example/go", NULL,
                     "<script>location='http://other.example/'</script>");
  g_assert_true (pane_fixture_visit (self, "http://site.example/form", &error));
  g_free (pane_fixture_script (self, "f.submit()"));
  for (guint i = 0; i < 100 && !pane_fixture_was_asked (self, "POST other.example/"); i++)
    g_assert_true (
        pane_run (annex_browser_pane_settle (self->pane, front (self), "call-2", NULL), &error));
  g_assert_true (pane_fixture_was_asked (self, "POST other.example/"));
  g_assert_cmpstr (self->bodies->str, ==, "n=data");
  g_assert_cmpuint (self->asked->len, ==, 1);

  annex_browser_pane_close_tab (self->pane, front (self));
  g_assert_true (pane_fixture_visit (self, "http://site.example/go", &error));
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (front (self)), "Other"));
  g_assert_cmpuint (self->asked->len, ==, 1);
}

/* The user's own hand is asked nothing; a page of this machine is theirs by its exact origin. */
static void
test_user_opens (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autofree char *local = g_strdup_printf ("http://127.0.0.1:%u/", self->port);
  g_autofree char *place = g_strdup_printf ("127.0.0.1:%u/", self->port);
  g_autoptr (GError) error = NULL;
  AnnexBrowserTab *tab;

  pane_fixture_page (self, place, NULL, "<title>Mine</title>");
  tab = annex_browser_pane_open (self->pane, local);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Mine"));
  g_assert_cmpint (annex_browser_tab_get_security (tab), ==, ANNEX_SECURITY_LOCAL);
  annex_browser_pane_load (self->pane, tab, "http://site.example/");
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Site"));
  g_assert_cmpint (annex_browser_tab_get_security (tab), ==, ANNEX_SECURITY_PLAIN);
  g_assert_cmpuint (self->asked->len, ==, 0);
  /* From then on both are the agent's to use. */
  g_assert_true (pane_fixture_visit (self, local, &error));
  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_cmpuint (self->asked->len, ==, 0);
  annex_browser_end (ANNEX_BROWSER (self->pane));

  annex_browser_pane_load (self->pane, tab, "file:///etc/passwd");
  g_assert_error (annex_browser_tab_get_failure (tab), ANNEX_BROWSER_ERROR,
                  ANNEX_BROWSER_ERROR_INVALID);
  annex_browser_pane_load (self->pane, tab, "what is the weather");
  g_assert_error (annex_browser_tab_get_failure (tab), ANNEX_BROWSER_ERROR,
                  ANNEX_BROWSER_ERROR_INVALID);
}

/* Where the user went by following a page, the agent does not look before it is handed over. */
static void
test_users_page_is_theirs (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;
  AnnexBrowserTab *tab;

  pane_fixture_page (self, "site.example/link", NULL,
                     "<title>Link</title><a id=a href='http://other.example/'>x</a>");
  tab = annex_browser_pane_open (self->pane, "http://site.example/link");
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Link"));
  g_free (pane_fixture_script (self, "a.click()"));
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Other"));
  g_assert_false (annex_browser_pane_may_look (self->pane, tab));
  g_assert_true (pane_run (annex_browser_begin (ANNEX_BROWSER (self->pane), "x", NULL), &error));
  g_assert_true (front (self) != tab);

  annex_browser_pane_select (self->pane, tab);
  annex_browser_pane_take_over (self->pane);
  annex_browser_pane_hand_back (self->pane);
  g_assert_true (annex_browser_pane_may_look (self->pane, tab));
}

/* ---------------------------------------------------------------- who drives */

static void
test_take_over (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (DexFuture) turn = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  turn = annex_browser_pane_begin_turn (self->pane, "Annex is reading", FALSE, NULL);
  pane_run (dex_ref (turn), &error);
  g_assert_no_error (error);
  g_assert_false (g_value_get_boolean (dex_future_get_value (turn, NULL)));
  g_assert_cmpstr (annex_browser_pane_get_activity (self->pane), ==, "Annex is reading");
  /* What the agent does inside the page is no hand of the user's. */
  g_free (pane_fixture_script (self, "document.body.click()"));
  g_assert_cmpint (annex_browser_pane_get_driver (self->pane), ==, ANNEX_DRIVER_ANNEX);

  annex_browser_pane_take_over (self->pane);
  g_assert_cmpint (annex_browser_pane_get_driver (self->pane), ==, ANNEX_DRIVER_USER);
  g_assert_cmpstr (annex_browser_pane_get_activity (self->pane), ==, "");
  dex_clear (&turn);
  turn = annex_browser_pane_begin_turn (self->pane, "Annex is typing", FALSE, NULL);
  pane_wait_ms (100);
  g_assert_true (dex_future_is_pending (turn));
  annex_browser_pane_hand_back (self->pane);
  pane_run (dex_ref (turn), &error);
  g_assert_no_error (error);
  g_assert_true (g_value_get_boolean (dex_future_get_value (turn, NULL)));
  annex_browser_end (ANNEX_BROWSER (self->pane));
  g_assert_cmpint (annex_browser_pane_get_driver (self->pane), ==, ANNEX_DRIVER_NOBODY);
}

/* ---------------------------------------------------------------- dialogs */

static void
test_dialogs (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;
  AnnexBrowserTab *tab;
  g_autofree char *title = NULL;

  pane_fixture_page (self, "site.example/ask", NULL,
                     "<button id=b onclick=\"setTimeout(()=>{document.title=confirm('Sure?')+','"
                     "+prompt('Who?','me')},0)\">x</button>");
  g_assert_true (pane_fixture_visit (self, "http://site.example/ask", &error));
  tab = front (self);
  g_free (pane_fixture_script (self, "b.click()"));
  pane_wait_until (annex_browser_tab_get_dialog (tab) != NULL);
  g_assert_cmpint (annex_browser_tab_get_dialog (tab)->kind, ==, ANNEX_DIALOG_CONFIRM);
  g_assert_cmpstr (annex_browser_tab_get_dialog (tab)->message, ==, "Sure?");
  g_assert_false (pane_run (annex_browser_pane_begin_turn (self->pane, "x", FALSE, NULL), &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_DIALOG);
  g_assert_nonnull (strstr (error->message, "Sure?"));
  g_clear_error (&error);
  g_assert_true (annex_browser_tab_answer_dialog (tab, TRUE, NULL, &error));
  pane_wait_until (annex_browser_tab_get_dialog (tab) != NULL);
  g_assert_cmpint (annex_browser_tab_get_dialog (tab)->kind, ==, ANNEX_DIALOG_PROMPT);
  g_assert_cmpstr (annex_browser_tab_get_dialog (tab)->preset, ==, "me");
  g_assert_true (annex_browser_tab_answer_dialog (tab, TRUE, "you", &error));
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "true,you"));
  g_assert_null (annex_browser_tab_get_dialog (tab));
  g_assert_false (annex_browser_tab_answer_dialog (tab, TRUE, NULL, &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_NOT_FOUND);
}

/* A site's own sign-in is the user's; ours for the proxy is never shown. What comes after the
 * answer is WebKit's, and over plain http does not always come: see src/browser/README.md. */
static void
test_sign_in (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;
  AnnexBrowserTab *tab;

  pane_fixture_page (self, "site.example/private", "WWW-Authenticate: Basic realm=\"r\"",
                     "<title>Private</title>");
  pane_fixture_visit (self, "http://site.example/private", &error);
  tab = front (self);
  pane_wait_until (annex_browser_tab_get_dialog (tab) != NULL);
  g_assert_cmpint (annex_browser_tab_get_dialog (tab)->kind, ==, ANNEX_DIALOG_SIGN_IN);
  g_assert_cmpstr (annex_browser_tab_get_dialog (tab)->message, ==, "site.example");
  g_assert_false (annex_browser_tab_answer_dialog (tab, TRUE, "x", &error));
  annex_browser_tab_answer_sign_in (tab, "user", "password");
  g_assert_null (annex_browser_tab_get_dialog (tab));
}

/* ---------------------------------------------------------------- downloads */

static GPtrArray *
take_downloads (PaneFixture *self)
{
  g_autoptr (DexFuture) taken = annex_browser_pane_take_downloads (self->pane, NULL);

  g_assert_true (pane_run (dex_ref (taken), NULL));
  return g_value_dup_boxed (dex_future_get_value (taken, NULL));
}

static void
test_downloads (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) large = NULL;
  g_autofree char *folder = NULL;
  AnnexBrowserFile *file;
  GStatBuf info;

  pane_fixture_file (self, "site.example/f", "application/x-thing",
                     "Content-Disposition: attachment; filename=\"../../.evil report.sh\"", 5000);
  pane_fixture_file (self, "site.example/big", "application/x-thing", NULL, 200 * 1024);
  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_true (pane_fixture_visit (self, "http://site.example/f", &error));
  pane_wait_until (g_list_model_get_n_items (annex_browser_pane_get_downloads (self->pane)) == 1);
  files = take_downloads (self);
  g_assert_cmpuint (files->len, ==, 1);
  file = g_ptr_array_index (files, 0);
  g_assert_null (file->problem);
  g_assert_cmpuint (file->size_bytes, ==, 5000);
  folder = g_build_filename (self->folder, "downloads", NULL);
  g_assert_true (g_str_has_prefix (file->path, folder));
  g_assert_null (strchr (file->name, '/'));
  g_assert_cmpint (file->name[0], !=, '.');
  g_assert_cmpint (g_stat (file->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  none = take_downloads (self);
  g_assert_cmpuint (none->len, ==, 0);

  annex_browser_download_set_limit (100 * 1024);
  pane_fixture_visit (self, "http://site.example/big", NULL);
  pane_wait_until (g_list_model_get_n_items (annex_browser_pane_get_downloads (self->pane)) == 2);
  large = take_downloads (self);
  annex_browser_download_set_limit (ANNEX_BROWSER_DOWNLOAD_MAX_BYTES);
  g_assert_cmpuint (large->len, ==, 1);
  file = g_ptr_array_index (large, 0);
  g_assert_nonnull (file->problem);
  g_assert_null (file->path);
}

static void
test_names (void)
{
  static const char *const names[][2] = {
    { "report.pdf", "report.pdf" },
    { "../../etc/passwd", "_.._etc_passwd" },
    { ".bashrc", "bashrc" },
    { "", "download" },
    { "...", "download" },
    { "a\nb.txt", "ab.txt" },
    { "photo\xe2\x80\xaegnp.exe", "photognp.exe" },
    { "-rf", "rf" },
    { "C:\\x\\y.txt", "C:_x_y.txt" },
    { "\xff\xfe.txt", NULL },
  };
  g_autofree char *long_name = g_strnfill (400, 'n');
  g_autofree char *with_ending = g_strconcat (long_name, ".xlsx", NULL);
  g_autofree char *cut = annex_browser_download_safe_name (with_ending);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *safe = annex_browser_download_safe_name (names[i][0]);

      g_assert_true (g_utf8_validate (safe, -1, NULL));
      if (names[i][1] != NULL)
        g_assert_cmpstr (safe, ==, names[i][1]);
    }
  g_assert_cmpuint (g_utf8_strlen (cut, -1), ==, 120);
  g_assert_true (g_str_has_suffix (cut, ".xlsx"));
}

/* ---------------------------------------------------------------- when things go wrong */

static void
test_failures (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;
  AnnexBrowserTab *tab;

  annex_browser_pane_allow_sites (
      self->pane, (const char *const[]) { "nowhere.example", "bad.example", NULL }, "task");
  pane_fixture_name (self, "bad.example");
  pane_fixture_page (self, "bad.example/", NULL, "<title>Bad</title>");
  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  tab = front (self);

  /* A certificate that nobody has signed: explained, and the user's to accept. */
  g_assert_false (pane_fixture_visit (self, "https://bad.example/", &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CERTIFICATE);
  g_assert_cmpstr (annex_browser_tab_get_failed_uri (tab), ==, "https://bad.example/");
  g_assert_cmpuint (pane_fixture_count_host (self, "bad.example"), ==, 0);
  g_clear_error (&error);
  annex_browser_pane_allow_failed (self->pane, tab);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Bad"));
  g_assert_cmpint (annex_browser_tab_get_security (tab), ==, ANNEX_SECURITY_EXCEPTION);

  /* The page's process ends: said, and mended by a reload. */
  webkit_web_view_terminate_web_process (annex_browser_tab_get_view (tab));
  pane_wait_until (annex_browser_tab_get_failure (tab) != NULL);
  g_assert_error (annex_browser_tab_get_failure (tab), ANNEX_BROWSER_ERROR,
                  ANNEX_BROWSER_ERROR_CRASHED);
  g_assert_false (pane_run (annex_browser_pane_begin_turn (self->pane, "x", FALSE, NULL), &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CRASHED);
  g_clear_error (&error);
  annex_browser_tab_reload (tab);
  pane_wait_until (annex_browser_tab_get_failure (tab) == NULL &&
                   !annex_browser_tab_is_loading (tab));
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (tab), "Bad"));
}

/* A window that a page opens is a tab under the same rules. */
static void
test_new_window (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (GError) error = NULL;

  pane_fixture_page (self, "site.example/open", NULL,
                     "<a id=same target=_blank href='http://site.example/'>x</a>"
                     "<a id=other target=_blank href='http://other.example/'>x</a>");
  g_assert_true (pane_fixture_visit (self, "http://site.example/open", &error));
  g_free (pane_fixture_script (self, "same.click()"));
  pane_wait_until (g_list_model_get_n_items (annex_browser_pane_get_tabs (self->pane)) == 2);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (front (self)), "Site"));
  annex_browser_pane_select (self->pane, annex_browser_pane_find_tab (self->pane, 1));
  g_set_str (&self->answer, "no");
  g_free (pane_fixture_script (self, "other.click()"));
  pane_wait_until (g_list_model_get_n_items (annex_browser_pane_get_tabs (self->pane)) == 3);
  for (guint i = 0; i < 100 && error == NULL; i++)
    pane_run (annex_browser_pane_settle (self->pane, front (self), "call-3", NULL), &error);
  assert_refused (error);
  g_assert_cmpuint (pane_fixture_count_host (self, "other.example"), ==, 0);
}

/* The agent works on while nobody looks: a page has its size, is looked at and clicked. */
static void
test_not_shown (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (JsonObject) empty = json_object_new ();
  g_autoptr (JsonObject) click = json_object_new ();
  g_autoptr (DexFuture) looked = NULL;
  g_autofree char *size = NULL;
  g_autofree char *ref = NULL;
  g_autoptr (GError) error = NULL;
  AnnexPageAnswer *answer;

  self->is_hidden = TRUE;
  pane_fixture_page (self, "site.example/button", NULL,
                     "<title>x</title><button onclick=\"document.title='clicked'\">Go</button>");
  g_assert_true (pane_fixture_visit (self, "http://site.example/button", &error));
  size = pane_fixture_script (self, "innerWidth + 'x' + innerHeight");
  g_assert_cmpstr (size, ==, "1280x900");
  looked = annex_page_run (annex_browser_tab_get_page (front (self)), "snapshot", empty, 0, NULL);
  pane_run (dex_ref (looked), &error);
  g_assert_no_error (error);
  answer = g_value_get_boxed (dex_future_get_value (looked, NULL));
  g_assert_nonnull (strstr (answer->text, "button \"Go\" [ref="));
  ref = g_strndup (strstr (answer->text, "[ref=") + 5,
                   strcspn (strstr (answer->text, "[ref=") + 5, "]"));
  json_object_set_string_member (click, "target", ref);
  pane_run (annex_page_run (annex_browser_tab_get_page (front (self)), "click", click, 0, NULL),
            &error);
  g_assert_no_error (error);
  pane_wait_until (g_str_equal (annex_browser_tab_get_title (front (self)), "clicked"));
}

static void
test_picture (void)
{
  g_autoptr (PaneFixture) self = new_fixture ();
  g_autoptr (DexFuture) taken = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  const double box[4] = { 10, 20, 100, 50 };

  g_assert_true (pane_fixture_visit (self, "http://site.example/", NULL));
  taken = annex_browser_tab_take_picture (front (self), box);
  g_assert_true (pane_run (dex_ref (taken), NULL));
  texture =
      gdk_texture_new_from_bytes (g_value_get_boxed (dex_future_get_value (taken, NULL)), NULL);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 100);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, 50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  gtk_init ();
  g_test_add_func ("/browser/pane/names", test_names);
  g_test_add_func ("/browser/pane/credentials", test_credentials);
  g_test_add_func ("/browser/pane/port-is-closed-to-others", test_port_is_closed_to_others);
  g_test_add_func ("/browser/pane/fails-closed", test_fails_closed);
  g_test_add_func ("/browser/pane/first-visit-asks", test_first_visit_asks);
  g_test_add_func ("/browser/pane/once-and-never", test_once_and_never);
  g_test_add_func ("/browser/pane/sites-of-the-plan", test_sites_of_the_plan);
  g_test_add_func ("/browser/pane/sites-of-the-plan-one-by-one", test_sites_of_the_plan_one_by_one);
  g_test_add_func ("/browser/pane/ways-to-another-site", test_ways_to_another_site);
  g_test_add_func ("/browser/pane/way-allowed", test_way_allowed);
  g_test_add_func ("/browser/pane/user-opens", test_user_opens);
  g_test_add_func ("/browser/pane/users-page-is-theirs", test_users_page_is_theirs);
  g_test_add_func ("/browser/pane/take-over", test_take_over);
  g_test_add_func ("/browser/pane/dialogs", test_dialogs);
  g_test_add_func ("/browser/pane/sign-in", test_sign_in);
  g_test_add_func ("/browser/pane/downloads", test_downloads);
  g_test_add_func ("/browser/pane/failures", test_failures);
  g_test_add_func ("/browser/pane/new-window", test_new_window);
  g_test_add_func ("/browser/pane/not-shown", test_not_shown);
  g_test_add_func ("/browser/pane/picture", test_picture);
  return g_test_run ();
}
