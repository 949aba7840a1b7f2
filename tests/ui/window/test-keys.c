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

/* In @window, as xdotool names it: "ctrl+w". Returns when the display has it. */
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
}

/* Until it has done what it is for. */
static void
press_until (GtkWindow *window, const char *key, AnnexShotCondition condition, gpointer data)
{
  press (window, key);
  g_assert_true (annex_shot_wait (condition, data, 20000));
}

/* What it must not do, it would have done by then. */
static void
press_in_vain (GtkWindow *window, const char *key)
{
  press (window, key);
  annex_shot_settle (400);
}

static gboolean
shows_page (gpointer data)
{
  return annex_find (GTK_WIDGET (data), annex_is_type, "AnnexTaskPage") != NULL;
}

static gboolean
is_focused (gpointer data)
{
  GtkWidget *widget = data;
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

/* With the focus in its message. */
static GtkWidget *
open_task (Fixture *fixture, AnnexTask *task)
{
  AnnexWindow *window = get_window (fixture);
  GtkWidget *page;

  annex_window_open_task (window, annex_task_get_id (task), NULL);
  g_assert_true (annex_shot_wait (shows_page, window, 10000));
  page = annex_find (GTK_WIDGET (window), annex_is_type, "AnnexTaskPage");
  g_assert_true (
      annex_shot_wait (is_focused, annex_task_page_get_composer (ANNEX_TASK_PAGE (page)), 10000));
  return page;
}

static AdwDialog *
get_dialog (Fixture *fixture)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (get_window (fixture)));
}

static gboolean
has_dialog (gpointer fixture)
{
  return get_dialog (fixture) != NULL;
}

static gboolean
has_no_dialog (gpointer fixture)
{
  return get_dialog (fixture) == NULL;
}

static gboolean
has_no_window (gpointer fixture)
{
  return get_window (fixture) == NULL;
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
  GtkWidget *list = view != NULL ? annex_find (view, annex_is_type, "GtkListBox") : NULL;

  return list != NULL ? GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), n)) : NULL;
}

static gboolean
shows_steps (gpointer page)
{
  return nth_step (page, 1) != NULL && gtk_widget_get_mapped (nth_step (page, 1));
}

static gboolean
edits_step (gpointer page)
{
  return annex_plan_row_is_edited (ANNEX_PLAN_ROW (nth_step (page, 1)));
}

static gboolean
edits_no_step (gpointer page)
{
  return !edits_step (page);
}

static gboolean
has_changed_plan (gpointer desk)
{
  return annex_fake_desk_was_called (desk, "change_plan:*");
}

static gboolean
shows_other (gpointer fixture)
{
  const char *shown = annex_window_get_task_id (get_window (fixture));

  return shown != NULL &&
         g_str_equal (shown, g_object_get_data (G_OBJECT (get_window (fixture)), "annex-other"));
}

static gboolean
shows_rename (gpointer window)
{
  return annex_shows (window, "Rename Task");
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
  g_assert_true (annex_shot_wait (shows_steps, page, 10000));
  gtk_widget_grab_focus (nth_step (page, 1));
  press_until (window, "F2", edits_step, page);
  g_assert_null (get_dialog (fixture));
  press_until (window, "Escape", edits_no_step, page);
  gtk_widget_grab_focus (nth_step (page, 1));
  press_until (window, "alt+Up", has_changed_plan, fixture->desk);
  g_assert_cmpstr (annex_window_get_task_id (ANNEX_WINDOW (window)), ==, annex_task_get_id (task));
  /* Elsewhere they are the window's. */
  annex_composer_focus (annex_task_page_get_composer (ANNEX_TASK_PAGE (page)));
  press_until (window, "F2", has_dialog, fixture);
  g_assert_true (annex_shot_wait (shows_rename, window, 10000));
  press_until (window, "Escape", has_no_dialog, fixture);
  annex_composer_focus (annex_task_page_get_composer (ANNEX_TASK_PAGE (page)));
  g_object_set_data (G_OBJECT (window), "annex-other", (gpointer) annex_task_get_id (other));
  press_until (window, "alt+Down", shows_other, fixture);
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

static gboolean
lists_task (gpointer window)
{
  return annex_find (window, is_row_of, "Only listed") != NULL;
}

/* Of a file that is asked for; NULL: it is not there. */
static GtkWidget *
find_chooser (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (g_str_equal (G_OBJECT_TYPE_NAME (window), "GtkFileChooserDialog"))
        return window;
    }
  return NULL;
}

static gboolean
has_chooser (gpointer data)
{
  return find_chooser () != NULL;
}

static gboolean
has_no_chooser (gpointer data)
{
  return find_chooser () == NULL;
}

static void
focus_row (GtkWindow *window)
{
  GtkWidget *row;

  g_assert_true (annex_shot_wait (lists_task, window, 10000));
  row = gtk_widget_get_parent (annex_find (GTK_WIDGET (window), is_row_of, "Only listed"));
  gtk_widget_grab_focus (row);
  g_assert_true (annex_shot_wait (is_focused, row, 10000));
}

static void
sidebar_body (gpointer data)
{
  Fixture *fixture = data;
  GtkWindow *window = GTK_WINDOW (get_window (fixture));
  AnnexTask *shown = annex_fake_desk_add_task (fixture->desk, "Shown");
  GtkWidget *entry;

  annex_fake_desk_add_task (fixture->desk, "Only listed");
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *name = NULL;

      if (i == 1)
        open_task (fixture, shown);
      focus_row (window);
      press_until (window, "F2", has_dialog, fixture);
      entry = adw_alert_dialog_get_extra_child (ADW_ALERT_DIALOG (get_dialog (fixture)));
      g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "Only listed");
      adw_dialog_force_close (get_dialog (fixture));
      g_assert_true (annex_shot_wait (has_no_dialog, fixture, 10000));
      focus_row (window);
      press_until (window, "ctrl+shift+s", has_chooser, NULL);
      G_GNUC_BEGIN_IGNORE_DEPRECATIONS
      name = gtk_file_chooser_get_current_name (GTK_FILE_CHOOSER (find_chooser ()));
      g_assert_cmpstr (name, ==, "Only listed.annex");
      gtk_dialog_response (GTK_DIALOG (find_chooser ()), GTK_RESPONSE_CANCEL);
      G_GNUC_END_IGNORE_DEPRECATIONS
      g_assert_true (annex_shot_wait (has_no_chooser, NULL, 10000));
    }
}

static void
test_sidebar (void)
{
  run_keys (sidebar_body);
}

/* ---- the browser */

static gboolean
has_one_tab (gpointer pane)
{
  return g_list_model_get_n_items (annex_browser_pane_get_tabs (pane)) == 1;
}

static gboolean
has_no_tab (gpointer pane)
{
  return g_list_model_get_n_items (annex_browser_pane_get_tabs (pane)) == 0;
}

static gboolean
shows_browser (gpointer page)
{
  GtkWidget *view = annex_find (page, annex_is_type, "AnnexBrowserView");

  return view != NULL && gtk_widget_get_mapped (view);
}

static gboolean
finds_in_conversation (gpointer page)
{
  GtkWidget *view = annex_find (page, annex_is_type, "AnnexChatView");
  GtkWidget *entry = view != NULL ? annex_find (view, annex_is_type, "GtkSearchEntry") : NULL;

  return entry != NULL && is_focused (entry);
}

static gboolean
finds_nothing (gpointer page)
{
  return !finds_in_conversation (page);
}

static gboolean
finds_in_page (gpointer view)
{
  GtkWidget *entry = annex_find (view, annex_is_type, "GtkSearchEntry");

  return entry != NULL && is_focused (entry);
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
  GtkWidget *view = annex_find (data, annex_is_type, "WebKitWebView");

  return view != NULL && gtk_widget_get_mapped (view);
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
  GtkWidget *web_view;

  soup_server_add_handler (web, NULL, request_cb, NULL, NULL);
  g_assert_true (soup_server_listen_local (web, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  annex_browser_slot_set_view_func (make_view);
  annex_fake_desk_set_browser (fixture->desk, task, ANNEX_BROWSER (pane));
  page = open_task (fixture, task);
  gtk_widget_activate_action (page, "task.show-pane", "s", "browser");
  g_assert_true (annex_shot_wait (shows_browser, page, 10000));
  view = annex_find (page, annex_is_type, "AnnexBrowserView");
  address = annex_find (view, is_address, "Web address");
  gtk_widget_grab_focus (address);
  g_assert_true (annex_shot_wait (is_focused, address, 10000));
  press_until (window, "ctrl+f", finds_in_conversation, page); /* there is no page to find it in */
  press_until (window, "Escape", finds_nothing, page);
  open_pages (pane, web, page);
  web_view = annex_find (view, annex_is_type, "WebKitWebView");
  gtk_widget_grab_focus (web_view);
  g_assert_true (annex_shot_wait (is_focused, web_view, 10000));
  press_until (window, "ctrl+f", finds_in_page, view);
  g_assert_true (finds_nothing (page));
  press_until (window, "ctrl+l", is_focused, address);
  press_until (window, "ctrl+l", is_focused, /* once more leads out of it */
               annex_task_page_get_composer (ANNEX_TASK_PAGE (page)));
  gtk_widget_grab_focus (address);
  press_until (window, "ctrl+w", has_one_tab, pane);
  g_assert_true (annex_shot_wait (is_focused, view, 10000));
  press_until (window, "ctrl+w", has_no_tab, pane);
  g_assert_true (get_window (fixture) == ANNEX_WINDOW (window));
  press_until (window, "ctrl+w", has_no_window, fixture); /* no page is left to close */
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

static gboolean
has_terminal (gpointer fixture)
{
  GtkWindow *window = find_window (fixture, "Terminal: Report");

  return window != NULL && gtk_widget_get_mapped (GTK_WIDGET (window));
}

static gboolean
has_no_terminal (gpointer fixture)
{
  return find_window (fixture, "Terminal: Report") == NULL;
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
  pane = annex_find (GTK_WIDGET (get_window (fixture)), annex_is_type, "AnnexComputerPane");
  g_assert_true (gtk_widget_activate_action (pane, "computer.terminal", NULL));
  g_assert_true (annex_shot_wait (has_terminal, fixture, 10000));
  window = find_window (fixture, "Terminal: Report");
  terminal = annex_find (GTK_WIDGET (window), annex_is_type, "VteTerminal");
  gtk_widget_grab_focus (terminal);
  press_in_vain (window, "ctrl+w"); /* deletes a word in every shell */
  g_assert_true (find_window (fixture, "Terminal: Report") == window);
  press_in_vain (window, "ctrl+q");
  g_assert_true (find_window (fixture, "Terminal: Report") == window);
  g_assert_false (fixture->closed);
  press_until (window, "ctrl+shift+w", has_no_terminal, fixture);
  /* The window has them. */
  window = GTK_WINDOW (get_window (fixture));
  press_until (window, "ctrl+w", has_no_window, fixture);
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
  press_until (GTK_WINDOW (get_window (data)), "ctrl+q", has_no_window, data);
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
