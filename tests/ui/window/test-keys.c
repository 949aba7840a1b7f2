/* test-keys.c
 *
 * Real keys, pressed on the display, in Annex as a whole: which part of the window they are for.
 * GTK gives an application's own keys to it before any widget sees them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-pane.h"
#include "annex-browser-slot.h"
#include "annex-browser-view.h"
#include "annex-plan-row.h"
#include "annex-shot.h"
#include "annex-sidebar-row.h"
#include "annex-sidebar.h"
#include "annex-task-page.h"
#include "annex-terminal.h"
#include "annex-ui-find.h"
#include "annex-ui.h"
#include "application-fixture.h"
#include "pane-computer.h"

#include <gdk/x11/gdkx.h>
#include <libsoup/soup.h>

/* ---- pressing */

static void
pressed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_check_finish (G_SUBPROCESS (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static gboolean
is_active (gpointer data)
{
  return gtk_window_is_active (data);
}

/* In @window, as xdotool names it: "ctrl+w". */
static void
press (GtkWindow *window, const char *key)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (window));
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  g_autofree char *id = g_strdup_printf ("%lu", gdk_x11_surface_get_xid (surface));
  G_GNUC_END_IGNORE_DEPRECATIONS
  const char *const calls[][5] = { { "xdotool", "windowfocus", id }, { "xdotool", "key", key } };

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSubprocess) process =
          g_subprocess_newv (calls[i], G_SUBPROCESS_FLAGS_NONE, &error);
      gboolean done = FALSE;

      g_assert_no_error (error);
      g_subprocess_wait_check_async (process, NULL, pressed_cb, &done);
      g_assert_true (annex_shot_wait (is_true, &done, 20000));
      if (i == 0)
        g_assert_true (annex_shot_wait (is_active, window, 10000));
    }
  annex_shot_settle (400);
}

static gboolean
shows_page (gpointer data)
{
  return annex_find (GTK_WIDGET (data), annex_is_type, "AnnexTaskPage") != NULL;
}

static GtkWidget *
open_task (Fixture *fixture, AnnexTask *task)
{
  AnnexWindow *window = get_window (fixture);

  annex_window_open_task (window, annex_task_get_id (task), NULL);
  g_assert_true (annex_shot_wait (shows_page, window, 10000));
  annex_shot_settle (500);
  return annex_find (GTK_WIDGET (window), annex_is_type, "AnnexTaskPage");
}

static AdwDialog *
get_dialog (Fixture *fixture)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (get_window (fixture)));
}

static gboolean
is_focused (GtkWidget *widget)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

static void
run_keys (void (*body) (gpointer))
{
  Fixture fixture = { .desk = annex_fake_desk_new () };

  run (&fixture, NULL, body);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

/* ---- the plan */

static GtkWidget *
nth_step (GtkWidget *page, int n)
{
  GtkWidget *view = annex_find (page, annex_is_type, "AnnexPlanView");
  GtkWidget *list = annex_find (view, annex_is_type, "GtkListBox");

  return GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), n));
}

static void
plan_body (gpointer data)
{
  Fixture *fixture = data;
  GtkWindow *window = GTK_WINDOW (get_window (fixture));
  AnnexTask *other = annex_fake_desk_add_task (fixture->desk, "Other");
  AnnexTask *task = annex_fake_desk_add_task (fixture->desk, "Report");
  GtkWidget *page;

  annex_fake_desk_plan (fixture->desk, task,
                        "[{\"title\": \"Read\", \"state\": \"pending\"},"
                        "{\"title\": \"Write\", \"state\": \"pending\"}]");
  page = open_task (fixture, task);
  gtk_widget_activate_action (page, "task.show-pane", "s", "plan");
  annex_shot_settle (500);
  gtk_widget_grab_focus (nth_step (page, 1));
  press (window, "F2");
  g_assert_null (get_dialog (fixture));
  g_assert_true (annex_plan_row_is_edited (ANNEX_PLAN_ROW (nth_step (page, 1))));
  press (window, "Escape");
  g_assert_false (annex_plan_row_is_edited (ANNEX_PLAN_ROW (nth_step (page, 1))));
  gtk_widget_grab_focus (nth_step (page, 1));
  press (window, "alt+Up");
  g_assert_true (annex_fake_desk_was_called (fixture->desk, "change_plan:*"));
  g_assert_cmpstr (annex_window_get_task_id (ANNEX_WINDOW (window)), ==, annex_task_get_id (task));
  /* Elsewhere they are the window's. */
  annex_composer_focus (annex_task_page_get_composer (ANNEX_TASK_PAGE (page)));
  press (window, "F2");
  g_assert_nonnull (get_dialog (fixture));
  g_assert_true (annex_shows (GTK_WIDGET (window), "Rename Task"));
  press (window, "Escape");
  g_assert_null (get_dialog (fixture));
  annex_composer_focus (annex_task_page_get_composer (ANNEX_TASK_PAGE (page)));
  press (window, "alt+Down");
  annex_shot_settle (500);
  g_assert_cmpstr (annex_window_get_task_id (ANNEX_WINDOW (window)), ==, annex_task_get_id (other));
}

static void
test_plan (void)
{
  run_keys (plan_body);
}

/* ---- the list of tasks */

static gboolean
is_row_of (GtkWidget *widget, const char *title)
{
  return ANNEX_IS_SIDEBAR_ROW (widget) && annex_shows (widget, title);
}

static void
sidebar_body (gpointer data)
{
  Fixture *fixture = data;
  GtkWindow *window = GTK_WINDOW (get_window (fixture));
  AnnexTask *shown = annex_fake_desk_add_task (fixture->desk, "Shown");
  GtkWidget *row;
  GtkWidget *entry;

  annex_fake_desk_add_task (fixture->desk, "Only listed");
  for (guint i = 0; i < 2; i++)
    {
      if (i == 1)
        open_task (fixture, shown);
      annex_shot_settle (500);
      row = annex_find (GTK_WIDGET (window), is_row_of, "Only listed");
      g_assert_nonnull (row);
      gtk_widget_grab_focus (gtk_widget_get_parent (row));
      press (window, "F2");
      g_assert_nonnull (get_dialog (fixture));
      entry = adw_alert_dialog_get_extra_child (ADW_ALERT_DIALOG (get_dialog (fixture)));
      g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "Only listed");
      adw_dialog_force_close (get_dialog (fixture));
      annex_shot_settle (500);
    }
}

static void
test_sidebar (void)
{
  run_keys (sidebar_body);
}

/* ---- the browser */

static guint
count_tabs (AnnexBrowserPane *pane)
{
  return g_list_model_get_n_items (annex_browser_pane_get_tabs (pane));
}

static GtkWidget *
make_view (AnnexDesk *desk, AnnexTask *task, AnnexBrowser *browser)
{
  return annex_browser_view_new (desk, task, ANNEX_BROWSER_PANE (browser));
}

static gboolean
is_address (GtkWidget *widget, const char *text)
{
  return GTK_IS_ENTRY (widget) &&
         g_strcmp0 (gtk_entry_get_placeholder_text (GTK_ENTRY (widget)), text) == 0;
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  static const char page[] = "<!doctype html><title>Page</title><p>Some words</p>";

  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "text/html", SOUP_MEMORY_STATIC, page,
                                    sizeof page - 1);
}

static gboolean
shows_web_view (gpointer data)
{
  return annex_find (data, annex_is_type, "WebKitWebView") != NULL;
}

static gboolean
is_loaded (gpointer data)
{
  return g_str_equal (annex_browser_tab_get_title (data), "Page") &&
         !annex_browser_tab_is_loading (data);
}

static void
open_pages (AnnexBrowserPane *pane, SoupServer *web, GtkWidget *page)
{
  GSList *uris = soup_server_get_uris (web);
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%d/", g_uri_get_port (uris->data));

  for (guint i = 0; i < 2; i++)
    g_assert_true (annex_shot_wait (is_loaded, annex_browser_pane_open (pane, uri), 60000));
  g_assert_true (annex_shot_wait (shows_web_view, page, 10000));
  annex_shot_settle (500);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static void
browser_body (gpointer data)
{
  Fixture *fixture = data;
  GtkWindow *window = GTK_WINDOW (get_window (fixture));
  AnnexTask *task = annex_fake_desk_add_task (fixture->desk, "Expenses");
  g_autofree char *folder = annex_fake_desk_make_folder (fixture->desk, "pane", NULL);
  AnnexBrowserPane *pane = annex_browser_pane_new (task, NULL, NULL, folder, FALSE);
  g_autoptr (SoupServer) web = soup_server_new (NULL, NULL);
  GtkWidget *page;
  GtkWidget *view;
  GtkWidget *address;

  soup_server_add_handler (web, NULL, request_cb, NULL, NULL);
  g_assert_true (soup_server_listen_local (web, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  annex_browser_slot_set_view_func (make_view);
  annex_fake_desk_set_browser (fixture->desk, task, ANNEX_BROWSER (pane));
  page = open_task (fixture, task);
  gtk_widget_activate_action (page, "task.show-pane", "s", "browser");
  open_pages (pane, web, page);
  view = annex_find (page, annex_is_type, "AnnexBrowserView");
  address = annex_find (view, is_address, "Web address");
  gtk_widget_grab_focus (annex_find (view, annex_is_type, "WebKitWebView"));
  g_assert_true (is_focused (annex_find (view, annex_is_type, "WebKitWebView")));
  press (window, "ctrl+f");
  g_assert_true (is_focused (view));
  g_assert_false (is_focused (address));
  g_assert_nonnull (annex_find (view, annex_is_type, "GtkSearchEntry"));
  press (window, "ctrl+l");
  g_assert_true (is_focused (address));
  press (window, "ctrl+l"); /* once more leads out of it */
  g_assert_true (is_focused (GTK_WIDGET (annex_task_page_get_composer (ANNEX_TASK_PAGE (page)))));
  gtk_widget_grab_focus (address);
  press (window, "ctrl+w");
  g_assert_cmpuint (count_tabs (pane), ==, 1);
  g_assert_true (is_focused (view));
  press (window, "ctrl+w");
  g_assert_cmpuint (count_tabs (pane), ==, 0);
  g_assert_true (get_window (fixture) == ANNEX_WINDOW (window));
  press (window, "ctrl+w"); /* no page is left to close */
  g_assert_null (get_window (fixture));
  g_assert_true (annex_shot_await (annex_browser_pane_close (pane), NULL));
  annex_fake_desk_set_browser (fixture->desk, task, NULL);
  g_object_unref (pane);
}

static void
test_browser (void)
{
  run_keys (browser_body);
}

/* ---- the terminal */

static GtkWindow *
find_window (Fixture *fixture, const char *title)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (fixture->application)); l != NULL;
       l = l->next)
    if (g_strcmp0 (gtk_window_get_title (l->data), title) == 0)
      return l->data;
  return NULL;
}

static void
terminal_body (gpointer data)
{
  Fixture *fixture = data;
  AnnexTask *task = annex_fake_desk_add_task (fixture->desk, "Report");
  GtkWidget *pane;
  GtkWidget *terminal;
  GtkWindow *window;

  gtk_widget_activate_action (open_task (fixture, task), "task.show-pane", "s", "computer");
  annex_shot_settle (500);
  pane = annex_find (GTK_WIDGET (get_window (fixture)), annex_is_type, "AnnexComputerPane");
  g_assert_true (gtk_widget_activate_action (pane, "computer.terminal", NULL));
  annex_shot_settle (1000);
  window = find_window (fixture, "Terminal: Report");
  g_assert_nonnull (window);
  terminal = annex_find (GTK_WIDGET (window), annex_is_type, "VteTerminal");
  gtk_widget_grab_focus (terminal);
  press (window, "ctrl+w"); /* deletes a word in every shell */
  g_assert_true (find_window (fixture, "Terminal: Report") == window);
  press (window, "ctrl+q");
  g_assert_true (find_window (fixture, "Terminal: Report") == window);
  g_assert_false (fixture->closed);
  press (window, "ctrl+shift+w");
  g_assert_null (find_window (fixture, "Terminal: Report"));
  /* The window has them. */
  window = GTK_WINDOW (get_window (fixture));
  press (window, "ctrl+w");
  g_assert_null (get_window (fixture));
}

static void
test_terminal (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };
  g_autoptr (PaneComputer) computer = pane_computer_new ();

  pane_computer_set_state (computer, ANNEX_COMPUTER_READY, NULL);
  annex_fake_desk_set_computer (fixture.desk, ANNEX_COMPUTER (computer));
  run (&fixture, NULL, terminal_body);
  annex_fake_desk_set_computer (fixture.desk, NULL);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

static void
quit_body (gpointer data)
{
  press (GTK_WINDOW (get_window (data)), "ctrl+q");
  g_assert_null (get_window (data));
}

static void
test_quit (void)
{
  run_keys (quit_body);
}

int
main (int argc, char **argv)
{
  g_autoptr (GSettings) settings = NULL;

  annex_shot_init (&argc, &argv);
  /* WebKit warns that it has no accessible pages for GTK's test backend. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  settings = annex_ui_dup_settings ();
  g_settings_set_boolean (settings, "first-run-done", TRUE);
  g_test_add_func ("/keys/plan", test_plan);
  g_test_add_func ("/keys/sidebar", test_sidebar);
  g_test_add_func ("/keys/browser", test_browser);
  g_test_add_func ("/keys/terminal", test_terminal);
  g_test_add_func ("/keys/quit", test_quit);
  return g_test_run ();
}
