/* test-application.c
 *
 * Annex as the desktop meets it, on a session bus of its own and with a desk that is not real:
 * links, actions, the search, notifications, the background.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-shot.h"
#include "annex-ui-find.h"
#include "annex-ui.h"
#include "application-fixture.h"

#define SEARCH_PATH "/io/github/annex_desktop/Annex/SearchProvider"
#define SEARCH_INTERFACE "org.gnome.Shell.SearchProvider2"

/* ---- tests */

static void
test_links (void)
{
  static const struct
  {
    const char *uri;
    AnnexLinkKind kind;
    const char *id;
  } cases[] = {
    { "annex:task/01hzzzzzzzzzzzzzzzzzzzzzzz", ANNEX_LINK_TASK, "01hzzzzzzzzzzzzzzzzzzzzzzz" },
    { "annex:///task/01hzzzzzzzzzzzzzzzzzzzzzzz", ANNEX_LINK_TASK, "01hzzzzzzzzzzzzzzzzzzzzzzz" },
    { "ANNEX:ask/01HZZZZZZZZZZZZZZZZZZZZZZZ", ANNEX_LINK_ASK, "01HZZZZZZZZZZZZZZZZZZZZZZZ" },
    { "annex:skills", ANNEX_LINK_SKILLS, NULL },
    { "annex://skill/expense-report", ANNEX_LINK_SKILLS, "expense-report" },
    { "annex:connectors", ANNEX_LINK_CONNECTORS, NULL },
    { "annex:connector/notes", ANNEX_LINK_CONNECTORS, "notes" },
    { "annex:skill/", ANNEX_LINK_NONE, NULL },
    { "annex:skill/../x", ANNEX_LINK_NONE, NULL },
    { "annex:connector/Notes", ANNEX_LINK_NONE, NULL },
    { "annex:task/", ANNEX_LINK_NONE, NULL },
    { "annex:task/../../etc/passwd", ANNEX_LINK_NONE, NULL },
    { "annex:task/01hzzzzzzzzzzzzzzzzzzzzzzz/x", ANNEX_LINK_NONE, NULL },
    { "annex:task/01hzzzzzzzzzzzzzzzzzzzzzz'", ANNEX_LINK_NONE, NULL },
    { "annex:run/01hzzzzzzzzzzzzzzzzzzzzzzz", ANNEX_LINK_NONE, NULL },
    { "http://annex:task/01hzzzzzzzzzzzzzzzzzzzzzzz", ANNEX_LINK_NONE, NULL },
    { "", ANNEX_LINK_NONE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id = NULL;

      g_assert_cmpint (annex_link_parse (cases[i].uri, &id), ==, cases[i].kind);
      g_assert_cmpstr (id, ==, cases[i].id);
    }
  g_assert_true (annex_application_takes_argument (NULL)); /* there is a display */
  g_assert_true (annex_application_takes_argument ("--gapplication-service"));
  g_assert_true (annex_application_takes_argument ("/"));
  g_assert_true (annex_application_takes_argument ("/etc/passwd"));
  g_assert_true (annex_application_takes_argument ("file:///etc/passwd"));
  g_assert_false (annex_application_takes_argument ("/there/is/none"));
  g_assert_false (annex_application_takes_argument ("run"));
  g_assert_false (annex_application_takes_argument ("there-is-none.annex"));
}

static void
window_body (gpointer data)
{
  Fixture *fixture = data;
  AnnexWindow *window = get_window (fixture);

  g_assert_nonnull (window);
  g_assert_true (annex_window_get_desk (window) == ANNEX_DESK (fixture->desk));
  g_action_group_activate_action (G_ACTION_GROUP (fixture->application), "new-task", NULL);
  annex_shot_settle (100);
  g_assert_true (get_window (fixture) == window); /* the same */
}

static void
test_window (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };

  run (&fixture, NULL, window_body);
  g_assert_null (fixture.wanted); /* it ends for good */
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

static gboolean
lists_archived (gpointer data)
{
  return annex_shows (GTK_WIDGET (get_window (data)), "Put away");
}

static gboolean
lists_none_archived (gpointer data)
{
  return !lists_archived (data);
}

/* Archived, it is gone from the list; the menu's item brings it back, for the next start too. */
static void
archived_body (gpointer data)
{
  Fixture *fixture = data;
  GtkWidget *window = GTK_WIDGET (get_window (fixture));
  AnnexTask *task = annex_fake_desk_add_task (fixture->desk, "Put away");
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();

  g_assert_true (annex_shot_wait (lists_archived, fixture, 5000));
  gtk_widget_activate_action (window, "win.archive-task", "s", annex_task_get_id (task));
  adw_toast_overlay_dismiss_all (
      ADW_TOAST_OVERLAY (annex_find (window, annex_is_type, "AdwToastOverlay")));
  g_assert_true (annex_shot_wait (lists_none_archived, fixture, 5000));
  g_assert_true (gtk_widget_activate_action (window, "win.show-archived", NULL));
  g_assert_true (annex_shot_wait (lists_archived, fixture, 5000));
  g_assert_true (g_settings_get_boolean (settings, "show-archived"));
  g_assert_true (gtk_widget_activate_action (window, "win.show-archived", NULL));
  g_assert_true (annex_shot_wait (lists_none_archived, fixture, 5000));
  g_assert_false (g_settings_get_boolean (settings, "show-archived"));
}

static void
test_archived (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };

  run (&fixture, NULL, archived_body);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

/* Nothing leads to a page without a way back. */
static void
assert_stays (AnnexWindow *window)
{
  static const char *const actions[] = { "win.new-task", "win.inbox",      "win.search",
                                         "win.skills",   "win.connectors", "win.preferences" };
  AdwNavigationSplitView *split = ADW_NAVIGATION_SPLIT_VIEW (
      annex_find (GTK_WIDGET (window), annex_is_type, "AdwNavigationSplitView"));

  g_assert_false (gtk_widget_is_sensitive (annex_find_button (GTK_WIDGET (window), "New Task")));
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_activate_action (GTK_WIDGET (window), actions[i], NULL);
  annex_window_show_inbox (window);
  annex_window_show_skill (window, NULL);
  annex_window_search (window, "receipts");
  annex_window_show_new_task (window);
  annex_shot_settle (100);
  g_assert_true (adw_navigation_split_view_get_show_content (split));
  g_assert_false (adw_navigation_page_get_can_pop (adw_navigation_split_view_get_content (split)));
  g_assert_true (annex_shows (GTK_WIDGET (window), "The disk is full"));
  g_assert_nonnull (annex_find_button (GTK_WIDGET (window), "_Try Again"));
}

static void
failure_body (gpointer data)
{
  Fixture *fixture = data;

  g_assert_nonnull (get_window (fixture));
  g_assert_null (annex_window_get_desk (get_window (fixture)));
  /* Without a doctor none is offered. */
  g_assert_true (annex_shows (GTK_WIDGET (get_window (fixture)), "The disk is full"));
  g_assert_null (annex_find_button (GTK_WIDGET (get_window (fixture)), "Open Doctor"));
  assert_stays (get_window (fixture));
}

static void
test_failure (void)
{
  Fixture fixture = { .failed = TRUE };

  run (&fixture, NULL, failure_body);
}

static gboolean
has_desk (gpointer data)
{
  Fixture *fixture = data;

  return annex_window_get_desk (get_window (fixture)) == ANNEX_DESK (fixture->desk);
}

static gboolean
is_looking (gpointer data)
{
  return annex_fake_desk_was_called (data, "run_checks:");
}

/* From the page that says so to the mended tasks, without leaving the window. */
static void
doctor_body (gpointer data)
{
  Fixture *fixture = data;
  GtkWidget *window = GTK_WIDGET (get_window (fixture));

  annex_shot_take (GTK_WINDOW (window), "failure");
  annex_press (window, "_Try Again");
  annex_shot_settle (200);
  g_assert_null (annex_window_get_desk (ANNEX_WINDOW (window)));
  annex_press (window, "Open Doctor");
  g_assert_true (annex_shot_wait (is_looking, fixture->doctor, 10000));
  annex_shot_settle (300);
  annex_shot_take (GTK_WINDOW (window), "failure-doctor");
  fixture->failed = FALSE;
  annex_press (window, "Put It Aside");
  g_assert_true (annex_shot_wait (has_desk, fixture, 5000));
  annex_shot_settle (300);
  g_assert_true (annex_fake_desk_was_called (fixture->doctor, "repair:store"));
  g_assert_true (annex_fake_desk_was_called (fixture->desk, "run_checks:")); /* now of all of it */
  adw_dialog_force_close (
      adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window)));
  annex_shot_settle (300);
  g_assert_false (annex_shows (window, "The disk is full"));
  g_assert_false (annex_shows (window, "That did not help yet"));
  annex_press (window, "New Task");
  annex_shot_take (GTK_WINDOW (window), "failure-mended");
}

static void
test_doctor (void)
{
  Fixture fixture = { .failed = TRUE,
                      .desk = annex_fake_desk_new (),
                      .doctor = annex_fake_desk_new () };

  annex_fake_desk_set_check (
      fixture.doctor, "store", ANNEX_CHECK_FAILED, "The list of tasks",
      "The list of tasks is damaged. Annex can put it aside and begin with an empty one; your "
      "folders are not touched.",
      "Put It Aside", NULL);
  run (&fixture, NULL, doctor_body);
  annex_fake_desk_close (fixture.doctor);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.doctor);
  g_object_unref (fixture.desk);
}

static void
link_body (gpointer data)
{
  Fixture *fixture = data;
  g_autofree char *id = NULL;

  annex_shot_settle (300);
  g_assert_nonnull (annex_window_get_task_id (get_window (fixture)));
}

static void
test_open_link (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };
  AnnexTask *task = annex_fake_desk_add_task (fixture.desk, "Linked");
  g_autofree char *link = g_strconcat ("annex:task/", annex_task_get_id (task), NULL);

  run (&fixture, link, link_body);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

static gboolean
is_answered (gpointer data)
{
  return annex_fake_desk_was_called (data, "answer*");
}

static void
ask_body (gpointer data)
{
  Fixture *fixture = data;
  AnnexTask *task = annex_fake_desk_add_task (fixture->desk, "<b>Bold</b> & title");
  AnnexAsk *ask = annex_fake_desk_ask (
      fixture->desk, task,
      annex_ask_new_network (annex_task_get_id (task), "example.org", "<i>why</i>"));
  g_autofree char *id = g_strdup (annex_ask_get_id (ask));

  annex_shot_settle (200);
  g_assert_true (was_noticed (fixture, "AddNotification", "Asks to contact example.org"));
  g_assert_true (was_noticed (fixture, "AddNotification", "app.open-ask"));
  g_assert_false (was_noticed (fixture, "AddNotification", "always"));
  g_assert_false (was_noticed (fixture, "AddNotification", "'once'"));
  annex_fake_desk_ask (fixture->desk, task,
                       annex_ask_new_consent (annex_task_get_id (task), "Send files",
                                              "May Annex give this to it?", "Send", "Do not send"));
  annex_shot_settle (200);
  g_assert_true (was_noticed (fixture, "AddNotification", "'Do not send'"));
  g_assert_false (was_noticed (fixture, "AddNotification", "'Send'")); /* a button grants nothing */
  g_action_group_activate_action (G_ACTION_GROUP (fixture->application), "answer",
                                  g_variant_new ("(ss)", id, "never"));
  g_assert_true (annex_shot_wait (is_answered, fixture->desk, 3000));
  annex_fake_desk_set_state (fixture->desk, task, ANNEX_TASK_DONE);
  annex_shot_settle (200);
  g_assert_true (was_noticed (fixture, "AddNotification", "‹b›Bold‹/b› ＆ title"));
}

static void
test_ask (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };

  run (&fixture, NULL, ask_body);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

static void
background_body (gpointer data)
{
  Fixture *fixture = data;
  AnnexTask *task = annex_fake_desk_add_task (fixture->desk, "Long");

  annex_fake_desk_set_state (fixture->desk, task, ANNEX_TASK_RUNNING);
  annex_shot_settle (100);
  gtk_window_close (GTK_WINDOW (get_window (fixture)));
  annex_shot_settle (300);
  g_assert_null (get_window (fixture));
  g_assert_false (fixture->closed); /* it goes on */
  g_assert_true (was_noticed (fixture, "AddNotification", "background"));
  g_application_activate (G_APPLICATION (fixture->application));
  annex_shot_settle (300);
  g_assert_nonnull (get_window (fixture)); /* and one comes back to it */
  annex_fake_desk_set_state (fixture->desk, task, ANNEX_TASK_DONE);
  annex_shot_settle (100);
}

static void
test_background (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };

  run (&fixture, NULL, background_body);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

static gboolean
has_window (gpointer data)
{
  return get_window (data) != NULL;
}

/* The notice is for one without a window: with one again, or with nothing to do, it is none. */
static void
notice_body (gpointer data)
{
  Fixture *fixture = data;
  AnnexTask *task = annex_fake_desk_add_task (fixture->desk, "Long");
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();

  g_settings_set_boolean (settings, "background-notice-shown", FALSE);
  annex_fake_desk_set_state (fixture->desk, task, ANNEX_TASK_RUNNING);
  annex_shot_settle (100);
  gtk_window_close (GTK_WINDOW (get_window (fixture)));
  annex_shot_settle (300);
  g_assert_true (was_noticed (fixture, "AddNotification", "Annex Goes on Working"));
  g_assert_false (was_noticed (fixture, "RemoveNotification", "'background'"));
  g_application_activate (G_APPLICATION (fixture->application));
  g_assert_true (annex_shot_wait (has_window, fixture, 5000));
  annex_shot_settle (300);
  g_assert_true (was_noticed (fixture, "RemoveNotification", "'background'"));
  g_ptr_array_set_size (fixture->notices, 0);
  g_settings_set_boolean (settings, "background-notice-shown", FALSE);
  gtk_window_close (GTK_WINDOW (get_window (fixture)));
  annex_shot_settle (300);
  g_assert_true (was_noticed (fixture, "AddNotification", "Annex Goes on Working"));
  g_application_hold (G_APPLICATION (fixture->application)); /* for the rest of this */
  annex_fake_desk_set_state (fixture->desk, task, ANNEX_TASK_DONE);
  annex_shot_settle (300);
  g_assert_true (was_noticed (fixture, "RemoveNotification", "'background'"));
  g_application_release (G_APPLICATION (fixture->application));
}

static void
test_notice (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };

  run (&fixture, NULL, notice_body);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

/* Who quits is not told that Annex goes on, and will be when it does. */
static void
quit_body (gpointer data)
{
  Fixture *fixture = data;
  AnnexTask *task = annex_fake_desk_add_task (fixture->desk, "Long");
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();

  g_settings_set_boolean (settings, "background-notice-shown", FALSE);
  annex_fake_desk_set_state (fixture->desk, task, ANNEX_TASK_RUNNING);
  annex_shot_settle (100);
  g_action_group_activate_action (G_ACTION_GROUP (fixture->application), "quit", NULL);
  annex_shot_settle (300);
  g_assert_null (get_window (fixture));
  g_assert_false (was_noticed (fixture, "AddNotification", "background"));
  g_assert_false (g_settings_get_boolean (settings, "background-notice-shown"));
}

static void
test_quit (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };

  run (&fixture, NULL, quit_body);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

/* As from a notification, a link and the launcher, while the last saving goes on. */
static void
want_cb (gpointer data)
{
  Fixture *fixture = data;
  GActionGroup *actions = G_ACTION_GROUP (fixture->application);
  g_autoptr (GFile) link = g_file_new_for_uri ("annex:skill/expense-report");

  g_assert_null (get_window (fixture));
  g_action_group_activate_action (actions, "open-task",
                                  g_variant_new_string ("01hzzzzzzzzzzzzzzzzzzzzzzz"));
  g_action_group_activate_action (actions, "answer",
                                  g_variant_new ("(ss)", "01hzzzzzzzzzzzzzzzzzzzzzza", "Large"));
  g_action_group_activate_action (actions, "new-task", NULL);
  g_application_open (G_APPLICATION (fixture->application), &link, 1, "");
  g_application_activate (G_APPLICATION (fixture->application));
  g_application_activate (G_APPLICATION (fixture->application));
  g_assert_null (get_window (fixture)); /* nobody's window is taken away */
}

static void
ending_body (gpointer data)
{
  g_assert_nonnull (get_window (data));
  g_assert_null (annex_application_dup_wanted (((Fixture *) data)->application));
  g_action_group_activate_action (G_ACTION_GROUP (((Fixture *) data)->application), "quit", NULL);
}

static void
test_ending (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new (), .meanwhile = want_cb };
  const char *const words[] = { "annex:task/01hzzzzzzzzzzzzzzzzzzzzzzz",
                                "annex:ask/01hzzzzzzzzzzzzzzzzzzzzzza", "--new-task",
                                "annex:skill/expense-report", NULL };

  run (&fixture, NULL, ending_body);
  g_assert_nonnull (fixture.wanted);
  g_assert_true (g_strv_equal ((const char *const *) fixture.wanted, words));
  g_strfreev (fixture.wanted);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

/* ---- the desktop's search */

typedef struct
{
  GVariant *reply;
  gboolean done;
} Reply;

static void
replied_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Reply *reply = data;
  g_autoptr (GError) error = NULL;

  reply->reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_assert_no_error (error);
  reply->done = TRUE;
}

static gboolean
is_done (gpointer data)
{
  return ((Reply *) data)->done;
}

static GVariant *
call (Fixture *fixture, const char *method, GVariant *parameters)
{
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (fixture->application));
  Reply reply = { 0 };

  g_dbus_connection_call (bus, ANNEX_APPLICATION_ID, SEARCH_PATH, SEARCH_INTERFACE, method,
                          parameters, NULL, 0, 3000, NULL, replied_cb, &reply);
  g_assert_true (annex_shot_wait (is_done, &reply, 4000));
  return reply.reply;
}

static void
search_body (gpointer data)
{
  Fixture *fixture = data;
  AnnexTask *task = annex_fake_desk_add_task (fixture->desk, "Expense report");
  const char *terms[] = { "expense", NULL };
  const char *ids[] = { annex_task_get_id (task), NULL };
  g_autoptr (GVariant) found =
      call (fixture, "GetInitialResultSet", g_variant_new ("(^as)", terms));
  g_autoptr (GVariant) within =
      call (fixture, "GetSubsearchResultSet", g_variant_new ("(^as^as)", ids, terms));
  g_autoptr (GVariant) metas = call (fixture, "GetResultMetas", g_variant_new ("(^as)", ids));
  g_autofree char *found_text = g_variant_print (found, FALSE);
  g_autofree char *within_text = g_variant_print (within, FALSE);
  g_autofree char *metas_text = g_variant_print (metas, FALSE);
  g_autoptr (GVariant) activated = NULL;

  g_assert_nonnull (strstr (found_text, annex_task_get_id (task)));
  g_assert_nonnull (strstr (within_text, annex_task_get_id (task)));
  g_assert_nonnull (strstr (metas_text, "Expense report"));
  activated = call (fixture, "ActivateResult",
                    g_variant_new ("(s^asu)", annex_task_get_id (task), terms, 0));
  annex_shot_settle (300);
  g_assert_cmpstr (annex_window_get_task_id (get_window (fixture)), ==, annex_task_get_id (task));
}

static void
test_search (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };

  run (&fixture, NULL, search_body);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

/* One answer for each that was asked for, in that order, and none without a name: the desktop drops
 * them all otherwise. What was found before does not limit what is found next. */
static void
results_body (gpointer data)
{
  static const char *const names[] = { "Untitled task", "Deleted task", "Bills of June",
                                       "Bills of May" };
  Fixture *fixture = data;
  const char *may = annex_task_get_id (annex_fake_desk_add_task (fixture->desk, "Bills of May"));
  const char *june = annex_task_get_id (annex_fake_desk_add_task (fixture->desk, "Bills of June"));
  const char *none = annex_task_get_id (annex_fake_desk_add_task (fixture->desk, " "));
  const char *ids[] = { none, "01hzzzzzzzzzzzzzzzzzzzzzzz", june, may, NULL };
  const char *before[] = { may, NULL };
  const char *terms[] = { "bills", "june", NULL };
  g_autoptr (GVariant) metas = call (fixture, "GetResultMetas", g_variant_new ("(^as)", ids));
  g_autoptr (GVariant) list = g_variant_get_child_value (metas, 0);
  g_autoptr (GVariant) within =
      call (fixture, "GetSubsearchResultSet", g_variant_new ("(^as^as)", before, terms));
  g_autofree char *within_text = g_variant_print (within, FALSE);

  g_assert_cmpuint (g_variant_n_children (list), ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GVariant) meta = g_variant_get_child_value (list, i);
      const char *id = NULL;
      const char *name = NULL;

      g_assert_true (g_variant_lookup (meta, "id", "&s", &id));
      g_assert_true (g_variant_lookup (meta, "name", "&s", &name));
      g_assert_cmpstr (id, ==, ids[i]);
      g_assert_cmpstr (name, ==, names[i]);
    }
  g_assert_nonnull (strstr (within_text, june));
}

static void
test_results (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };

  run (&fixture, NULL, results_body);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

static void
later_cb (gpointer data)
{
  Fixture *fixture = data;

  g_assert_null (get_window (fixture));
  fixture->lingered = TRUE;
  g_application_quit (G_APPLICATION (fixture->application));
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  g_assert_no_error (error);
  g_timeout_add_once (500, later_cb, data);
}

static void
search_cb (gpointer data)
{
  Fixture *fixture = data;
  const char *terms[] = { "bills", NULL };

  g_dbus_connection_call (g_application_get_dbus_connection (G_APPLICATION (fixture->application)),
                          ANNEX_APPLICATION_ID, SEARCH_PATH, SEARCH_INTERFACE,
                          "GetInitialResultSet", g_variant_new ("(^as)", terms), NULL, 0, 3000,
                          NULL, searched_cb, fixture);
}

/* Started by the desktop for a search, it is there for the next call of it. */
static void
test_search_lingers (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };
  char *argv[] = { "annex", "--gapplication-service", NULL };

  fixture.application = annex_application_new (open_desk, close_desk, &fixture);
  g_timeout_add_once (300, search_cb, &fixture);
  g_assert_cmpint (g_application_run (G_APPLICATION (fixture.application), 2, argv), ==, 0);
  g_assert_true (fixture.closed);
  g_assert_true (fixture.lingered);
  g_clear_object (&fixture.application);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

int
main (int argc, char **argv)
{
  g_autoptr (GSettings) settings = NULL;

  g_setenv ("GNOTIFICATION_BACKEND", "gtk", TRUE);
  annex_shot_init (&argc, &argv);
  settings = annex_ui_dup_settings ();
  g_settings_set_boolean (settings, "first-run-done", TRUE);
  g_test_add_func ("/application/links", test_links);
  g_test_add_func ("/application/window", test_window);
  g_test_add_func ("/application/archived", test_archived);
  g_test_add_func ("/application/failure", test_failure);
  g_test_add_func ("/application/doctor", test_doctor);
  g_test_add_func ("/application/open-link", test_open_link);
  g_test_add_func ("/application/ask", test_ask);
  g_test_add_func ("/application/background", test_background);
  g_test_add_func ("/application/notice", test_notice);
  g_test_add_func ("/application/quit", test_quit);
  g_test_add_func ("/application/ending", test_ending);
  g_test_add_func ("/application/search", test_search);
  g_test_add_func ("/application/results", test_results);
  g_test_add_func ("/application/search-lingers", test_search_lingers);
  return g_test_run ();
}
