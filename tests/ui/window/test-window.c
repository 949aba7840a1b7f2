/* test-window.c
 *
 * The window with a real store behind it: every part made, named and let go; tasks by the thousand;
 * pictures of it at every size.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-composer-chip.h"
#include "annex-computer-pane.h"
#include "annex-fake-desk.h"
#include "annex-new-task-page.h"
#include "annex-shot.h"
#include "annex-side-pane.h"
#include "annex-sidebar-row.h"
#include "annex-sidebar.h"
#include "annex-task-page.h"
#include "annex-ui.h"
#include "annex-user-card.h"
#include "annex-window.h"

/* ---- helpers */

static gboolean
has_text (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_text (child))
      return TRUE;
  return FALSE;
}

static gboolean
is_named (GtkWidget *widget)
{
  const char *tooltip = gtk_widget_get_tooltip_text (widget);

  return gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget),
                                           GTK_ACCESSIBLE_PROPERTY_LABEL) ||
         gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget),
                                           GTK_ACCESSIBLE_RELATION_LABELLED_BY) ||
         (tooltip != NULL && *tooltip != '\0') || (GTK_IS_BUTTON (widget) && has_text (widget)) ||
         (GTK_IS_MENU_BUTTON (widget) && has_text (widget));
}

/* Window buttons and the inner buttons of GTK's own widgets are GTK's to name. */
static gboolean
is_ours (GtkWidget *widget)
{
  return gtk_widget_get_ancestor (widget, GTK_TYPE_WINDOW_CONTROLS) == NULL &&
         !(gtk_widget_get_parent (widget) != NULL &&
           (GTK_IS_MENU_BUTTON (gtk_widget_get_parent (widget)) ||
            GTK_IS_SEARCH_BAR (gtk_widget_get_parent (widget)))) &&
         gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY) != NULL;
}

static guint
check_names (GtkWidget *widget)
{
  guint controls = 0;

  if ((GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_ENTRY (widget) ||
       GTK_IS_TEXT_VIEW (widget) || GTK_IS_SEARCH_ENTRY (widget) || GTK_IS_LIST_VIEW (widget)) &&
      is_ours (widget) && gtk_widget_get_mapped (widget))
    {
      controls++;
      if (!is_named (widget))
        g_error ("A control has no accessible name: %s below %s", G_OBJECT_TYPE_NAME (widget),
                 G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    controls += check_names (child);
  return controls;
}

static GtkWidget *
find (GtkWidget *widget, GType type)
{
  GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (widget), type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, type);
  return found;
}

static AnnexWindow *
open_window (AnnexFakeDesk *desk, int width, int height)
{
  GtkWidget *window = annex_window_new (NULL);

  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_present (GTK_WINDOW (window));
  if (desk != NULL)
    annex_window_set_desk (ANNEX_WINDOW (window), ANNEX_DESK (desk));
  annex_shot_settle (300);
  return ANNEX_WINDOW (window);
}

static void
close_window (AnnexWindow *window)
{
  gpointer weak = window;

  g_object_add_weak_pointer (G_OBJECT (window), &weak);
  gtk_window_destroy (GTK_WINDOW (window));
  annex_shot_settle (100);
  g_assert_null (weak); /* nothing holds it */
}

static gboolean
shows_task (gpointer data)
{
  return find (data, ANNEX_TYPE_TASK_PAGE) != NULL && annex_window_get_task_id (data) != NULL;
}

/* A task as one meets it in the middle of its work. */
static AnnexTask *
add_receipts (AnnexFakeDesk *desk)
{
  static const char *const names[] = { "2025-06-02 Cafe.pdf", "2025-06-14 Train.pdf", NULL };
  AnnexTask *task = annex_fake_desk_add_task (desk, "Expense report, June");
  g_autofree char *folder = annex_fake_desk_make_folder (desk, "Receipts", names);
  g_autofree char *share = annex_fake_desk_share (desk, task, folder, ANNEX_SHARE_REVIEW);
  g_autofree char *call = NULL;

  annex_fake_desk_user (desk, task, "Turn this folder into an expense report");
  annex_fake_desk_text (desk, task, "I found **24 receipts** in three currencies.");
  call = annex_fake_desk_call (desk, task, "shell", "{\"command\": \"python3 report.py\"}");
  annex_fake_desk_result (desk, task, call, "shell", "done", FALSE, 1100);
  annex_fake_desk_plan (desk, task,
                        "[{\"title\": \"Look at the receipts\", \"state\": \"completed\"},"
                        "{\"title\": \"Read amounts and dates\", \"state\": \"completed\"},"
                        "{\"title\": \"Check duplicates\", \"state\": \"in_progress\"},"
                        "{\"title\": \"Write the report\", \"state\": \"pending\"},"
                        "{\"title\": \"File by month\", \"state\": \"pending\"}]");
  annex_fake_desk_set_state (desk, task, ANNEX_TASK_RUNNING);
  return task;
}

static void
add_others (AnnexFakeDesk *desk)
{
  AnnexTask *contract = annex_fake_desk_add_task (desk, "Contract comparison");
  AnnexTask *newsletter = annex_fake_desk_add_task (desk, "Newsletter");
  AnnexTask *slides =
      annex_fake_desk_add_task (desk, "Slides for Tuesday’s meeting with the board");
  AnnexTask *failed = annex_fake_desk_add_task (desk, "Rename holiday pictures");
  AnnexTask *stopped = annex_fake_desk_add_task (desk, "تقرير المصاريف");

  annex_fake_desk_ask (
      desk, contract,
      annex_ask_new_network (annex_task_get_id (contract), "example.org", "to compare"));
  annex_fake_desk_set_state (desk, contract, ANNEX_TASK_WAITING);
  annex_fake_desk_set_state (desk, newsletter, ANNEX_TASK_RUNNING);
  annex_fake_desk_set_state (desk, slides, ANNEX_TASK_DONE);
  annex_fake_desk_set_state (desk, failed, ANNEX_TASK_FAILED);
  annex_fake_desk_set_state (desk, stopped, ANNEX_TASK_STOPPED);
}

/* ---- tests */

static void
test_without_desk (void)
{
  AnnexWindow *window = open_window (NULL, 1000, 700);

  g_assert_cmpuint (check_names (GTK_WIDGET (window)), >, 6);
  g_assert_null (annex_window_get_task_id (window));
  annex_window_open_task (window, "01hzzzzzzzzzzzzzzzzzzzzzzz", NULL);
  close_window (window);
}

static void
test_parts (void)
{
  const GType types[] = { ANNEX_TYPE_SIDEBAR,  ANNEX_TYPE_SIDEBAR_ROW,   ANNEX_TYPE_NEW_TASK_PAGE,
                          ANNEX_TYPE_COMPOSER, ANNEX_TYPE_COMPOSER_CHIP, ANNEX_TYPE_SIDE_PANE,
                          ANNEX_TYPE_TASK_PAGE };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      GtkWidget *widget = g_object_ref_sink (g_object_new (types[i], NULL));

      g_object_add_weak_pointer (G_OBJECT (widget), (gpointer *) &widget);
      g_object_unref (widget);
      g_assert_null (widget);
    }
}

static void
test_task (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexTask *task = add_receipts (desk);
  AnnexWindow *window;
  AnnexComposer *composer;
  GtkWidget *page;
  int width;

  add_others (desk);
  window = open_window (desk, 1400, 860);
  annex_window_open_task (window, annex_task_get_id (task), NULL);
  g_assert_true (annex_shot_wait (shows_task, window, 3000));
  g_assert_cmpstr (annex_window_get_task_id (window), ==, annex_task_get_id (task));
  annex_shot_settle (300);
  g_assert_cmpuint (check_names (GTK_WIDGET (window)), >, 10);

  page = find (GTK_WIDGET (window), ANNEX_TYPE_TASK_PAGE);
  composer = annex_task_page_get_composer (ANNEX_TASK_PAGE (page));
  annex_composer_set_text (composer, "And by month, please");
  g_signal_emit_by_name (composer, "send");
  annex_shot_settle (200);
  g_assert_true (annex_fake_desk_was_called (desk, "say:*"));
  g_assert_true (annex_composer_is_empty (composer));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.widen-pane", NULL);
  g_object_get (page, "pane-width", &width, NULL);
  g_assert_cmpint (width, ==, 400);
  g_assert_true (gtk_widget_activate_action (page, "task.stop", NULL));
  g_assert_true (annex_fake_desk_was_called (desk, "stop*"));
  close_window (window);
  annex_fake_desk_close (desk);
}

static gboolean
is_gone (gpointer data)
{
  return annex_fake_desk_was_called (data, "delete_task*");
}

static guint
count_rows (AnnexWindow *window)
{
  GtkWidget *list = find (GTK_WIDGET (window), GTK_TYPE_LIST_VIEW);

  return g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list))));
}

static void
await_rows (AnnexWindow *window, guint n)
{
  for (guint i = 0; i < 100 && count_rows (window) != n; i++)
    annex_shot_settle (100);
  g_assert_cmpuint (count_rows (window), ==, n);
}

static void
test_delete (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexTask *first = annex_fake_desk_add_task (desk, "First");
  AnnexTask *second = annex_fake_desk_add_task (desk, "Second");
  AnnexWindow *window = open_window (desk, 1000, 700);

  await_rows (window, 2);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.delete-task", "s",
                              annex_task_get_id (first));
  await_rows (window, 1);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.undelete-task", "s",
                              annex_task_get_id (first));
  await_rows (window, 2);
  g_assert_false (annex_fake_desk_was_called (desk, "delete_task*"));

  gtk_widget_activate_action (GTK_WIDGET (window), "win.delete-task", "s",
                              annex_task_get_id (second));
  annex_shot_settle (100);
  g_assert_false (annex_fake_desk_was_called (desk, "delete_task*"));
  gtk_window_close (GTK_WINDOW (window)); /* with it the toast is gone */
  g_assert_true (annex_shot_wait (is_gone, desk, 2000));
  annex_fake_desk_close (desk);
}

/* What opens late and fails takes nothing from what was wanted after it. */
static void
test_open_after_failure (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "There");
  AnnexWindow *window = open_window (desk, 1000, 700);

  annex_window_open_task (window, "01hzzzzzzzzzzzzzzzzzzzzzzz", NULL);
  annex_fake_desk_hold (desk, "open_task");
  annex_window_open_task (window, annex_task_get_id (task), NULL);
  annex_shot_settle (300);
  annex_fake_desk_release (desk, "open_task");
  g_assert_true (annex_shot_wait (shows_task, window, 3000));
  g_assert_cmpstr (annex_window_get_task_id (window), ==, annex_task_get_id (task));
  close_window (window);
  annex_fake_desk_close (desk);
}

/* Who writes when the desk comes goes on writing; else the task of last time is there. */
static void
test_restore (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "Yesterday's");
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();

  for (guint i = 0; i < 3; i++)
    {
      AnnexWindow *window;
      AnnexComposer *composer;

      g_settings_set_string (settings, "last-task", annex_task_get_id (task));
      window = open_window (NULL, 1000, 700);
      composer = annex_new_task_page_get_composer (
          ANNEX_NEW_TASK_PAGE (find (GTK_WIDGET (window), ANNEX_TYPE_NEW_TASK_PAGE)));
      if (i == 0)
        annex_composer_set_text (composer, "Compare the two con");
      annex_fake_desk_hold (desk, "open_task");
      annex_window_set_desk (window, ANNEX_DESK (desk));
      if (i == 1) /* while the task is being opened */
        annex_composer_set_text (composer, "Compare the two con");
      annex_shot_settle (100);
      annex_fake_desk_release (desk, "open_task");
      annex_shot_settle (400);
      g_assert_cmpstr (annex_window_get_task_id (window), ==,
                       i == 2 ? annex_task_get_id (task) : NULL);
      g_assert_cmpint (annex_composer_is_empty (composer), ==, i == 2);
      close_window (window);
    }
  annex_fake_desk_close (desk);
}

static void
open_and_wait (AnnexWindow *window, AnnexTask *task)
{
  annex_window_open_task (window, annex_task_get_id (task), NULL);
  for (guint i = 0;
       i < 100 && g_strcmp0 (annex_window_get_task_id (window), annex_task_get_id (task)) != 0; i++)
    annex_shot_settle (50);
  annex_shot_settle (150);
}

static GtkWidget *
find_shown_card (AnnexWindow *window)
{
  GtkWidget *page = find (GTK_WIDGET (window), ANNEX_TYPE_NEW_TASK_PAGE);
  GtkWidget *stack = gtk_widget_get_ancestor (page, GTK_TYPE_STACK);

  return find (gtk_stack_get_visible_child (GTK_STACK (stack)), ANNEX_TYPE_USER_CARD);
}

static GtkWidget *
await_shown_card (AnnexWindow *window)
{
  for (guint i = 0; i < 100 && find_shown_card (window) == NULL; i++)
    annex_shot_settle (100);
  return find_shown_card (window);
}

static gboolean
is_let_go (gpointer data)
{
  return *(gpointer *) data == NULL;
}

/* Of the tasks looked at, those with something under way keep their page: an edited message, the
 * computers on their way to another disk. */
static void
test_busy_pages (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexWindow *window = open_window (desk, 1400, 860);
  AnnexTask *tasks[12];
  gpointer card, pane, idle;

  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      tasks[i] = annex_fake_desk_add_task (desk, "t");
      annex_fake_desk_user (desk, tasks[i], "Make it blue");
    }
  open_and_wait (window, tasks[0]);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.show-pane", "s", "computer");
  annex_shot_settle (300);
  pane = find (GTK_WIDGET (window), ANNEX_TYPE_COMPUTER_PANE);
  g_assert_nonnull (pane);
  g_object_add_weak_pointer (pane, &pane);
  annex_fake_desk_hold (desk, "move_computers");
  gtk_widget_activate_action (pane, "computer.move-to", "s", "/media/disk");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.delete-task", "s",
                              annex_task_get_id (tasks[0]));
  annex_shot_settle (100);
  g_assert_nonnull (pane); /* not while they move */
  await_rows (window, 12);

  open_and_wait (window, tasks[1]);
  card = await_shown_card (window);
  g_assert_nonnull (card);
  g_object_add_weak_pointer (card, &card);
  annex_user_card_edit (card);
  open_and_wait (window, tasks[2]);
  idle = await_shown_card (window);
  g_object_add_weak_pointer (idle, &idle);
  for (guint i = 3; i < G_N_ELEMENTS (tasks); i++)
    open_and_wait (window, tasks[i]);
  g_assert_true (annex_shot_wait (is_let_go, &idle, 20000));
  g_assert_nonnull (pane);
  g_assert_nonnull (card);
  annex_fake_desk_release (desk, "move_computers");
  annex_shot_settle (200);
  g_clear_weak_pointer (&pane); /* may have gone by now */
  g_clear_weak_pointer (&card);
  close_window (window);
  annex_fake_desk_close (desk);
}

static guint
count_results (AnnexWindow *window)
{
  GtkWidget *stack = find (find (GTK_WIDGET (window), ANNEX_TYPE_SIDEBAR), GTK_TYPE_STACK);
  GtkWidget *page = gtk_stack_get_child_by_name (GTK_STACK (stack), "results");
  GtkWidget *list = find (page, GTK_TYPE_LIST_VIEW);

  return g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list))));
}

static gboolean
has_one_result (gpointer data)
{
  return count_results (data) == 1;
}

static void
end_toasts (AnnexWindow *window)
{
  GtkWidget *overlay = find (GTK_WIDGET (window), ADW_TYPE_TOAST_OVERLAY);

  adw_toast_overlay_dismiss_all (ADW_TOAST_OVERLAY (overlay));
  annex_shot_settle (300);
}

/* What is opened while it can be undone is not deleted; what works on is stopped, also unseen. */
static void
test_delete_and_open (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "First");
  AnnexWindow *window = open_window (desk, 1000, 700);

  annex_fake_desk_set_state (desk, task, ANNEX_TASK_RUNNING);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.delete-task", "s",
                              annex_task_get_id (task));
  annex_shot_settle (200);
  g_assert_true (annex_fake_desk_was_called (desk, "stop*"));
  annex_window_open_task (window, annex_task_get_id (task), NULL);
  g_assert_true (annex_shot_wait (shows_task, window, 3000));
  annex_shot_settle (200);
  g_assert_cmpuint (count_rows (window), ==, 1);
  end_toasts (window);
  g_assert_false (annex_fake_desk_was_called (desk, "delete_task*"));
  g_assert_cmpstr (annex_window_get_task_id (window), ==, annex_task_get_id (task));
  close_window (window);
  g_assert_false (annex_fake_desk_was_called (desk, "delete_task*"));
  annex_fake_desk_close (desk);
}

static void
test_delete_found (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "First");
  AnnexWindow *window;

  annex_fake_desk_add_task (desk, "Second");
  window = open_window (desk, 1000, 700);
  annex_window_search (window, "First");
  g_assert_true (annex_shot_wait (has_one_result, window, 3000));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.delete-task", "s",
                              annex_task_get_id (task));
  g_assert_cmpuint (count_results (window), ==, 0);
  annex_window_search (window, "Fir");
  annex_shot_settle (600);
  g_assert_cmpuint (count_results (window), ==, 0);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.undelete-task", "s",
                              annex_task_get_id (task));
  g_assert_true (annex_shot_wait (has_one_result, window, 3000));
  close_window (window);
  annex_fake_desk_close (desk);
}

static void
test_delete_fails (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "First");
  AnnexWindow *window = open_window (desk, 1000, 700);

  annex_fake_desk_fail (desk, "delete_task",
                        g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "There is no libvirt"));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.delete-task", "s",
                              annex_task_get_id (task));
  annex_shot_settle (100);
  g_assert_cmpuint (count_rows (window), ==, 0);
  end_toasts (window);
  g_assert_true (annex_fake_desk_was_called (desk, "delete_task*"));
  g_assert_cmpuint (count_rows (window), ==, 1); /* it does not look deleted */
  close_window (window);
  annex_fake_desk_close (desk);
}

static void
test_rename (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "Old");
  AnnexWindow *window = open_window (desk, 1000, 700);
  g_autofree char *title = NULL;

  gtk_widget_activate_action (GTK_WIDGET (window), "win.set-title", "(ss)",
                              annex_task_get_id (task), "New\nname");
  annex_shot_settle (200);
  title = annex_task_dup_title (task);
  g_assert_cmpstr (title, ==, "New name");
  close_window (window);
  annex_fake_desk_close (desk);
}

static gboolean
has_thousand (gpointer data)
{
  return count_rows (data) == 1000;
}

static void
test_thousand (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexWindow *window;
  gint64 began;
  guint rows = 0;

  annex_fake_desk_add_tasks (desk, 1000);
  began = g_get_monotonic_time ();
  window = open_window (desk, 1000, 700);
  g_assert_true (annex_shot_wait (has_thousand, window, 10000));
  g_test_message ("1000 tasks listed after %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - began) / 1000);
  annex_shot_settle (200);
  for (GtkWidget *row = gtk_widget_get_first_child (find (GTK_WIDGET (window), GTK_TYPE_LIST_VIEW));
       row != NULL; row = gtk_widget_get_next_sibling (row))
    rows++;
  g_assert_cmpuint (rows, <, 400); /* virtualised */
  close_window (window);
  annex_fake_desk_close (desk);
}

static gboolean
has_chip (gpointer data)
{
  g_auto (GStrv) folders = annex_composer_dup_folders (data);

  return folders[0] != NULL;
}

static void
test_composer (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  static const char *const names[] = { "a.csv", "b.csv", NULL };
  g_autofree char *folder = annex_fake_desk_make_folder (desk, "Tables", names);
  AnnexWindow *window = open_window (desk, 1000, 700);
  GtkWidget *page = find (GTK_WIDGET (window), ANNEX_TYPE_NEW_TASK_PAGE);
  AnnexComposer *composer = annex_new_task_page_get_composer (ANNEX_NEW_TASK_PAGE (page));
  g_autoptr (AnnexNewTask) request = NULL;
  gboolean can_send;

  g_assert_null (annex_composer_dup_request (composer));
  annex_composer_set_text (composer, "  \n ");
  g_object_get (composer, "can-send", &can_send, NULL);
  g_assert_false (can_send);
  annex_composer_add_folder (composer, folder);
  g_assert_true (annex_shot_wait (has_chip, composer, 2000));
  annex_composer_add_folder (composer, folder); /* twice is once */
  annex_composer_add_folder (composer, "/");    /* may not be shared */
  annex_shot_settle (300);
  annex_composer_set_text (composer, " Sum them up\n");
  g_object_get (composer, "can-send", &can_send, NULL);
  g_assert_true (can_send);
  request = annex_composer_dup_request (composer);
  g_assert_cmpstr (request->prompt, ==, "Sum them up");
  g_assert_cmpuint (request->folders->len, ==, 1);
  g_assert_cmpint (((AnnexFolderChoice *) request->folders->pdata[0])->mode, ==,
                   ANNEX_SHARE_REVIEW);
  g_signal_emit_by_name (composer, "send");
  g_assert_true (annex_shot_wait (shows_task, window, 3000));
  g_assert_true (annex_fake_desk_was_called (desk, "create_task*"));
  g_assert_true (annex_composer_is_empty (composer));
  close_window (window);
  annex_fake_desk_close (desk);
}

static void
test_breakpoints (void)
{
  const struct
  {
    int width;
    gboolean compact;
    gboolean narrow;
  } cases[] = {
    { 360, TRUE, TRUE }, { 720, TRUE, TRUE }, { 800, TRUE, FALSE }, { 1600, FALSE, FALSE }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      AnnexWindow *window = open_window (NULL, cases[i].width, 640);
      gboolean compact;
      gboolean narrow;

      g_object_get (window, "compact", &compact, "narrow", &narrow, NULL);
      g_assert_cmpint (compact, ==, cases[i].compact);
      g_assert_cmpint (narrow, ==, cases[i].narrow);
      close_window (window);
    }
}

static void
test_pictures (void)
{
  const int sizes[][2] = { { 360, 720 }, { 800, 640 }, { 1600, 960 } };
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  g_autofree char *folder = annex_fake_desk_make_folder (
      desk, "Receipts 2025", (const char *[]) { "receipt 1.pdf", "receipt 2.jpg", NULL });
  g_autofree char *file = g_build_filename (folder, "receipt 1.pdf", NULL);
  AnnexTask *task = add_receipts (desk);

  add_others (desk);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      AnnexWindow *window = open_window (desk, sizes[i][0], sizes[i][1]);
      GtkWidget *page = find (GTK_WIDGET (window), ANNEX_TYPE_NEW_TASK_PAGE);
      AnnexComposer *composer = annex_new_task_page_get_composer (ANNEX_NEW_TASK_PAGE (page));
      GtkWidget *split = find (GTK_WIDGET (window), ADW_TYPE_NAVIGATION_SPLIT_VIEW);

      annex_shot_take (GTK_WINDOW (window), "window-new-task");
      annex_composer_add_folder (composer, folder);
      annex_composer_add_folder (composer, file);
      annex_shot_wait (has_chip, composer, 2000);
      annex_composer_set_text (composer,
                               "Turn these receipts into an expense report.\nBy month, please.");
      annex_shot_settle (200);
      annex_shot_take (GTK_WINDOW (window), "window-new-task-filled");
      annex_composer_clear (composer);
      annex_window_open_task (window, annex_task_get_id (task), NULL);
      g_assert_true (annex_shot_wait (shows_task, window, 3000));
      annex_shot_settle (800);
      annex_shot_take (GTK_WINDOW (window), "window-task");
      if (sizes[i][0] == 1600)
        for (guint j = 0; j < 3; j++)
          {
            const char *tabs[] = { "files", "computer", "activity" };
            g_autofree char *name = g_strconcat ("window-", tabs[j], NULL);

            gtk_widget_activate_action (GTK_WIDGET (window), "win.show-pane", "s", tabs[j]);
            annex_shot_settle (500);
            annex_shot_take (GTK_WINDOW (window), name);
          }
      annex_window_show_inbox (window);
      annex_shot_settle (400);
      annex_shot_take (GTK_WINDOW (window), "window-inbox");
      adw_navigation_split_view_set_show_content (ADW_NAVIGATION_SPLIT_VIEW (split), FALSE);
      annex_shot_settle (400);
      if (sizes[i][0] == 360)
        annex_shot_take (GTK_WINDOW (window), "window-sidebar");
      gtk_widget_activate_action (GTK_WIDGET (window), "win.shortcuts", NULL);
      annex_shot_settle (400);
      annex_shot_take (GTK_WINDOW (window), "window-shortcuts");
      close_window (window);
    }
  annex_fake_desk_close (desk);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/window/without-desk", test_without_desk);
  g_test_add_func ("/ui/window/parts", test_parts);
  g_test_add_func ("/ui/window/task", test_task);
  g_test_add_func ("/ui/window/delete", test_delete);
  g_test_add_func ("/ui/window/open-after-failure", test_open_after_failure);
  g_test_add_func ("/ui/window/restore", test_restore);
  g_test_add_func ("/ui/window/busy-pages", test_busy_pages);
  g_test_add_func ("/ui/window/delete-and-open", test_delete_and_open);
  g_test_add_func ("/ui/window/delete-found", test_delete_found);
  g_test_add_func ("/ui/window/delete-fails", test_delete_fails);
  g_test_add_func ("/ui/window/rename", test_rename);
  g_test_add_func ("/ui/window/thousand", test_thousand);
  g_test_add_func ("/ui/window/composer", test_composer);
  g_test_add_func ("/ui/window/breakpoints", test_breakpoints);
  g_test_add_func ("/ui/window/pictures", test_pictures);
  return g_test_run ();
}
