/* test-window-parts.c
 *
 * The parts of the window by themselves: groups, suggestions, the tour's folder, search, what is
 * dropped, hostile titles, and the contracts of properties.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-desk.h"
#include "annex-files-pane.h"
#include "annex-new-task-page.h"
#include "annex-shot.h"
#include "annex-side-pane.h"
#include "annex-sidebar-model.h"
#include "annex-sidebar-row.h"
#include "annex-sidebar.h"
#include "annex-suggestions.h"
#include "annex-task-page.h"
#include "annex-tour-folder.h"
#include "annex-ui.h"
#include "annex-window-private.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define MANY_TASKS 60
#define WAIT_MS 30000
#define DAY_US (24 * G_TIME_SPAN_HOUR)

static gboolean
is_loaded (gpointer data)
{
  return annex_task_list_get_loaded (data);
}

/* ---- groups */

static void
test_groups (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexTask *waiting = annex_fake_desk_add_task (desk, "Waiting");
  AnnexTask *running = annex_fake_desk_add_task (desk, "Running");
  AnnexTask *done = annex_fake_desk_add_task (desk, "Done");
  AnnexTask *archived = annex_fake_desk_add_task (desk, "Archived");
  AnnexStore *store = annex_desk_get_store (ANNEX_DESK (desk));
  g_autoptr (AnnexTaskList) tasks = NULL;
  g_autoptr (AnnexSidebarModel) model = annex_sidebar_model_new ();
  GListModel *list = annex_sidebar_model_get_list (model);
  AnnexTaskItem *item;
  guint start;
  guint end;

  annex_fake_desk_set_state (desk, waiting, ANNEX_TASK_WAITING);
  annex_fake_desk_set_state (desk, running, ANNEX_TASK_RUNNING);
  annex_fake_desk_set_state (desk, done, ANNEX_TASK_DONE);
  annex_fake_desk_set_state (desk, archived, ANNEX_TASK_DONE);
  g_assert_true (annex_shot_await (
      annex_store_set_archived (store, annex_task_get_id (archived), TRUE), NULL));
  tasks = annex_task_list_new (store);
  annex_sidebar_model_set_tasks (model, tasks);
  g_assert_true (annex_shot_wait (is_loaded, tasks, 5000));

  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 3); /* without the archived one */
  g_assert_cmpuint (annex_sidebar_model_count (model, ANNEX_GROUP_NEEDS_YOU), ==, 1);
  g_assert_cmpuint (annex_sidebar_model_count (model, ANNEX_GROUP_WORKING), ==, 1);
  g_assert_cmpuint (annex_sidebar_model_count (model, ANNEX_GROUP_TODAY), ==, 1);
  gtk_section_model_get_section (GTK_SECTION_MODEL (list), 1, &start, &end);
  g_assert_cmpuint (start, ==, 1);
  g_assert_cmpuint (end, ==, 2);
  annex_sidebar_model_set_show_archived (model, TRUE);
  g_assert_cmpuint (annex_sidebar_model_count (model, ANNEX_GROUP_ARCHIVED), ==, 1);
  annex_sidebar_model_set_hidden (model, annex_task_get_id (done), TRUE);
  g_assert_cmpuint (annex_sidebar_model_count (model, ANNEX_GROUP_TODAY), ==, 0);
  annex_sidebar_model_set_hidden (model, annex_task_get_id (done), FALSE);
  g_assert_cmpuint (annex_sidebar_model_count (model, ANNEX_GROUP_TODAY), ==, 1);

  item = annex_task_list_find (tasks, annex_task_get_id (done));
  g_assert_cmpint (annex_sidebar_group_of (item, annex_task_item_get_updated_us (item) + DAY_US),
                   ==, ANNEX_GROUP_YESTERDAY);
  g_assert_cmpint (
      annex_sidebar_group_of (item, annex_task_item_get_updated_us (item) + 3 * DAY_US), ==,
      ANNEX_GROUP_EARLIER);
  annex_sidebar_model_set_tasks (model, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 0);
  g_clear_object (&tasks);
  annex_fake_desk_close (desk);
}

/* ---- suggestions */

static void
test_suggestions (void)
{
  static const struct
  {
    const char *folder;
    const char *names[6];
    const char *first; /* beginning of the first suggestion's title */
  } cases[] = {
    { "Receipts", { "a.pdf", "b.jpg" }, "Make an expense report" },
    { "Stuff", { "Rechnung 12.pdf", "invoice-7.PDF", "x.csv" }, "Make an expense report" },
    { "Figures", { "a.csv", "b.xlsx", "c.ODS", "readme.txt" }, "Sum up the spreadsheets" },
    { "Holiday", { "IMG_1.JPG", "IMG_2.heic", "notes.txt" }, "Sort pictures by day" },
    { "Contracts", { "a.docx", "b.pdf", "bonjour.pdf" }, "Sum up the documents" },
    { "Things", { "a.bin", ".pdf", "csv" }, "Tidy up this folder" },
    { "\377\376", { "\200.pdf" }, "Sum up the documents" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      AnnexFolderContents contents = { 0 };
      AnnexSuggestion chosen[ANNEX_SUGGESTIONS];

      for (guint j = 0; cases[i].names[j] != NULL; j++)
        annex_folder_contents_add (&contents, cases[i].folder, cases[i].names[j]);
      annex_suggestions_choose (&contents, chosen);
      g_assert_cmpstr (chosen[0].title, ==, cases[i].first);
      for (guint j = 1; j < ANNEX_SUGGESTIONS; j++)
        g_assert_cmpstr (chosen[j].title, !=, chosen[j - 1].title);
    }
}

static void
test_look (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  static const char *const names[] = { "a.csv", "b.csv", ".hidden.csv", NULL };
  g_autofree char *folder = annex_fake_desk_make_folder (desk, "Tables", names);
  const char *folders[] = { folder, "/does/not/exist", NULL };
  g_autoptr (DexFuture) look = annex_suggestions_look (folders);
  const AnnexFolderContents *contents;

  g_assert_true (annex_shot_await (dex_ref (look), NULL));
  contents = g_bytes_get_data (g_value_get_boxed (dex_future_get_value (look, NULL)), NULL);
  g_assert_cmpuint (contents->files, ==, 2);
  g_assert_cmpuint (contents->spreadsheets, ==, 2);
  annex_fake_desk_close (desk);
}

static void
test_tour_folder (void)
{
  g_autofree char *parent = g_dir_make_tmp ("annex-tour-XXXXXX", NULL);
  g_autofree char *samples = g_build_filename (parent, "samples", NULL);
  g_autofree char *receipts = g_build_filename (samples, "receipts", NULL);
  g_autofree char *receipt = g_build_filename (receipts, "a.txt", NULL);
  g_autofree char *trip = g_build_filename (receipts, "A trip", "Day 1", NULL);
  g_autofree char *deep = g_build_filename (trip, "b.txt", NULL);
  g_autofree char *loop = g_build_filename (trip, "up", NULL);
  g_autofree char *copied = NULL;
  const char *path;

  g_assert_cmpint (g_mkdir_with_parents (trip, 0755), ==, 0);
  g_assert_true (g_file_set_contents (receipt, "12.50", -1, NULL));
  g_assert_true (g_file_set_contents (deep, "7.00", -1, NULL));
  g_assert_cmpint (symlink ("..", loop), ==, 0);
  for (guint i = 0; i < 2; i++) /* the second time it is there */
    {
      g_autoptr (DexFuture) made = annex_tour_folder_make (samples, parent);
      g_autofree char *below = NULL;
      g_autofree char *link = NULL;

      g_assert_true (annex_shot_await (dex_ref (made), NULL));
      path = g_value_get_string (dex_future_get_value (made, NULL));
      g_free (copied);
      copied = g_build_filename (path, "a.txt", NULL);
      g_assert_true (g_file_test (copied, G_FILE_TEST_IS_REGULAR));
      below = g_build_filename (path, "A trip", "Day 1", "b.txt", NULL);
      g_assert_true (g_file_test (below, G_FILE_TEST_IS_REGULAR));
      link = g_build_filename (path, "A trip", "Day 1", "up", NULL);
      g_assert_false (g_file_test (link, G_FILE_TEST_EXISTS));
    }
  {
    g_autoptr (GError) error = NULL;

    g_assert_false (
        annex_shot_await (annex_tour_folder_make ("/does/not/exist", receipts), &error));
    g_assert_nonnull (error);
  }
}

/* ---- search */

static GtkWidget *
find (GtkWidget *widget, GType type)
{
  GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (widget), type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, type);
  return found;
}

static const char *
visible_page (GtkWidget *sidebar)
{
  return gtk_stack_get_visible_child_name (GTK_STACK (find (sidebar, GTK_TYPE_STACK)));
}

static gboolean
has_results (gpointer data)
{
  return g_str_equal (visible_page (data), "results");
}

static gboolean
has_nothing (gpointer data)
{
  return g_str_equal (visible_page (data), "nothing-found");
}

static void
test_search (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  GtkWidget *sidebar = g_object_new (ANNEX_TYPE_SIDEBAR, NULL);
  GtkWindow *window = annex_shot_window (sidebar, 300, 600);
  AnnexTask *task;

  g_assert_cmpstr (visible_page (sidebar), ==, "loading");
  annex_sidebar_set_desk (ANNEX_SIDEBAR (sidebar), ANNEX_DESK (desk));
  annex_shot_settle (200);
  g_assert_cmpstr (visible_page (sidebar), ==, "empty");
  task = annex_fake_desk_add_task (desk, "Newsletter");
  annex_fake_desk_user (desk, task, "about hedgehogs");
  annex_fake_desk_add_task (desk, "Slides");
  annex_shot_settle (500);
  g_assert_cmpstr (visible_page (sidebar), ==, "tasks");
  annex_sidebar_start_search (ANNEX_SIDEBAR (sidebar), "hedgehogs");
  g_assert_true (annex_shot_wait (has_results, sidebar, 3000));
  annex_shot_take (window, "window-search");
  annex_sidebar_start_search (ANNEX_SIDEBAR (sidebar), "\"unbalanced ( NEAR * xyzzy");
  g_assert_true (annex_shot_wait (has_nothing, sidebar, 3000));
  annex_shot_take (window, "window-search-nothing");
  gtk_window_destroy (window);
  annex_fake_desk_close (desk);
}

static gboolean
has_all_results (gpointer data)
{
  GtkWidget *page = gtk_stack_get_visible_child (GTK_STACK (find (data, GTK_TYPE_STACK)));
  GtkWidget *list = find (page, GTK_TYPE_LIST_VIEW);

  return has_results (data) &&
         g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)))) ==
             MANY_TASKS;
}

/* They come a few at a time, and in the end they are all there. */
static void
test_search_many (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  GtkWidget *sidebar = g_object_new (ANNEX_TYPE_SIDEBAR, NULL);
  GtkWindow *window = annex_shot_window (sidebar, 300, 600);

  annex_fake_desk_add_tasks (desk, MANY_TASKS);
  annex_sidebar_set_desk (ANNEX_SIDEBAR (sidebar), ANNEX_DESK (desk));
  annex_sidebar_start_search (ANNEX_SIDEBAR (sidebar), "task");
  g_assert_true (annex_shot_wait (has_all_results, sidebar, WAIT_MS));
  gtk_window_destroy (window);
  annex_fake_desk_close (desk);
}

/* ---- drops */

static GtkEventController *
get_drop_target (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        return controller; /* the widget holds it */
    }
  g_assert_not_reached ();
}

static gboolean
has_chips (gpointer data)
{
  g_auto (GStrv) folders = annex_composer_dup_folders (data);

  return folders[0] != NULL;
}

static void
test_drop (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  g_autofree char *path =
      annex_fake_desk_make_folder (desk, "Receipts", (const char *[]) { "a.pdf", NULL });
  GtkWidget *window = annex_window_new (NULL);
  GtkWidget *page = find (window, ANNEX_TYPE_NEW_TASK_PAGE);
  GtkEventController *target = get_drop_target (window);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GdkFileList *files = gdk_file_list_new_from_array (&file, 1);
  g_auto (GValue) value = G_VALUE_INIT;
  GdkDragAction action = 0;
  gboolean taken = FALSE;

  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 700);
  gtk_window_present (GTK_WINDOW (window));
  annex_window_set_desk (ANNEX_WINDOW (window), ANNEX_DESK (desk));
  annex_shot_settle (200);
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, files);
  g_signal_emit_by_name (target, "enter", 10.0, 10.0, &action);
  g_assert_cmpint (action, ==, GDK_ACTION_COPY);
  annex_shot_take (GTK_WINDOW (window), "window-drop");
  g_signal_emit_by_name (target, "drop", &value, 10.0, 10.0, &taken);
  g_assert_true (taken);
  g_assert_true (annex_shot_wait (
      has_chips, annex_new_task_page_get_composer (ANNEX_NEW_TASK_PAGE (page)), 3000));
  gtk_window_destroy (GTK_WINDOW (window));
  annex_fake_desk_close (desk);
}

/* Emits a drop of @path on @window. */
static void
drop (GtkWidget *window, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_array (&file, 1));
  g_signal_emit_by_name (get_drop_target (window), "drop", &value, 10.0, 10.0, &taken);
  g_assert_true (taken);
}

static gboolean
can_send (gpointer composer)
{
  gboolean possible;

  g_object_get (composer, "can-send", &possible, NULL);
  return possible;
}

static gboolean
has_shares (gpointer task)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);

  return shares->len == 1;
}

/* With a task in front of the user, what is dropped goes with the next message to that one; for
 * which no word is needed. */
static void
test_drop_on_task (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  g_autofree char *path =
      annex_fake_desk_make_folder (desk, "More", (const char *[]) { "a.pdf", NULL });
  AnnexTask *task = annex_fake_desk_add_task (desk, "Receipts");
  GtkWidget *window = annex_window_new (NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GSList) folders = g_slist_prepend (NULL, folder);
  AnnexComposer *composer;

  annex_fake_desk_set_state (desk, task, ANNEX_TASK_DONE);
  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 700);
  gtk_window_present (GTK_WINDOW (window));
  annex_window_set_desk (ANNEX_WINDOW (window), ANNEX_DESK (desk));
  annex_window_open_task (ANNEX_WINDOW (window), annex_task_get_id (task), NULL);
  annex_shot_settle (500);
  annex_window_describe_drop (ANNEX_WINDOW (window), folders);
  g_assert_nonnull (strstr (gtk_label_get_text (ANNEX_WINDOW (window)->drop_body), "this task"));
  composer = annex_window_get_composer (ANNEX_WINDOW (window));
  g_assert_false (can_send (composer));
  drop (window, path);
  g_assert_true (annex_shot_wait (has_chips, composer, 3000));
  g_assert_true (can_send (composer));
  annex_shot_take (GTK_WINDOW (window), "window-drop-on-task");
  g_signal_emit_by_name (composer, "send");
  g_assert_true (annex_shot_wait (has_shares, task, 3000));
  annex_shot_settle (200);
  g_assert_false (has_chips (composer));
  drop (window, path); /* it has that one */
  annex_shot_settle (500);
  g_assert_false (has_chips (composer));
  gtk_window_destroy (GTK_WINDOW (window));
  annex_fake_desk_close (desk);
}

/* The dialog that a folder is chosen in; NULL: not there yet. */
static GtkWidget *
find_chooser (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (g_type_is_a (G_OBJECT_TYPE (window), g_type_from_name ("GtkFileChooserDialog")))
        return window;
    }
  return NULL;
}

static gboolean
has_chooser (gpointer data)
{
  return g_type_from_name ("GtkFileChooserDialog") != 0 && find_chooser () != NULL;
}

static gboolean
has_chosen (gpointer data)
{
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (find_chooser ()));
  G_GNUC_END_IGNORE_DEPRECATIONS

  return file != NULL && g_file_equal (file, data);
}

static gboolean
was_granted (gpointer data)
{
  return annex_fake_desk_was_called (data, "grant_folder:*");
}

/* A folder added in Files is given as new folders are. */
static void
test_added_in_files (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  g_autofree char *path =
      annex_fake_desk_make_folder (desk, "More", (const char *[]) { "a.pdf", NULL });
  AnnexTask *task = annex_fake_desk_add_task (desk, "Receipts");
  GtkWidget *pane = annex_files_pane_new (ANNEX_DESK (desk), task);
  GtkWindow *window = annex_shot_window (pane, 400, 700);
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();
  g_autofree char *call = g_strdup_printf ("grant_folder:%s:read-only", path);

  g_settings_set_enum (settings, "default-folder-mode", ANNEX_SHARE_READ_ONLY);
  g_assert_true (gtk_widget_activate_action (pane, "files.add", NULL));
  g_assert_true (annex_shot_wait (has_chooser, NULL, 10000));
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  g_assert_true (gtk_file_chooser_set_file (GTK_FILE_CHOOSER (find_chooser ()), folder, NULL));
  g_assert_true (annex_shot_wait (has_chosen, folder, 20000));
  gtk_dialog_response (GTK_DIALOG (find_chooser ()), GTK_RESPONSE_ACCEPT);
  G_GNUC_END_IGNORE_DEPRECATIONS
  g_assert_true (annex_shot_wait (was_granted, desk, 5000));
  g_assert_true (annex_fake_desk_was_called (desk, call));
  g_settings_reset (settings, "default-folder-mode");
  gtk_window_destroy (window);
  annex_shot_settle (200);
  annex_fake_desk_close (desk);
}

static gboolean
promises_work (gpointer data)
{
  return g_str_equal (gtk_label_get_text (ANNEX_WINDOW (data)->drop_title),
                      "Drop to let Annex work on v1.0");
}

static gboolean
promises_copy (gpointer data)
{
  return g_str_equal (gtk_label_get_text (ANNEX_WINDOW (data)->drop_title),
                      "Drop to give LICENSE to Annex");
}

/* A dot in its name makes no file of a folder, nor the lack of one a folder of a file. */
static void
test_hover (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  g_autofree char *path =
      annex_fake_desk_make_folder (desk, "v1.0", (const char *[]) { "LICENSE", NULL });
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GFile) file = g_file_get_child (folder, "LICENSE");
  g_autoptr (GSList) folders = g_slist_prepend (NULL, folder);
  g_autoptr (GSList) files = g_slist_prepend (NULL, file);
  GtkWidget *window = g_object_ref (annex_window_new (NULL));

  annex_window_describe_drop (ANNEX_WINDOW (window), folders);
  g_assert_true (annex_shot_wait (promises_work, window, 20000));
  annex_window_describe_drop (ANNEX_WINDOW (window), files);
  g_assert_true (annex_shot_wait (promises_copy, window, 20000));
  annex_window_describe_drop (ANNEX_WINDOW (window), folders);
  gtk_window_destroy (GTK_WINDOW (window)); /* with the answer on its way */
  g_object_unref (window);
  annex_shot_settle (200);
  annex_fake_desk_close (desk);
}

/* ---- hostile words */

static void
test_hostile (void)
{
  g_autofree char *flood = g_strnfill (10000, 'W');
  const char *titles[] = { "<b>bold</b> & <span size='99999'>x</span>",
                           "line\nbreak\r\n\tand tab",
                           "invoice\342\200\256fdp.exe",
                           flood,
                           "🧑‍💻🧾 résumé مرحبا",
                           "" };
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  GtkWidget *window = annex_window_new (NULL);
  AnnexTask *last = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      last = annex_fake_desk_add_task (desk, titles[i]);
      annex_fake_desk_set_state (desk, last, ANNEX_TASK_DONE);
    }
  gtk_window_set_default_size (GTK_WINDOW (window), 800, 640);
  gtk_window_present (GTK_WINDOW (window));
  annex_window_set_desk (ANNEX_WINDOW (window), ANNEX_DESK (desk));
  annex_shot_settle (300);
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      gtk_widget_activate_action (window, "win.next-task", NULL);
      annex_shot_settle (150);
      for (guint j = 0; j < 100 && annex_window_get_task_id (ANNEX_WINDOW (window)) == NULL; j++)
        {
          gtk_widget_activate_action (window, "win.next-task", NULL); /* the list was not there */
          annex_shot_settle (100);
        }
      g_assert_nonnull (annex_window_get_task_id (ANNEX_WINDOW (window)));
    }
  g_assert_cmpint (gtk_widget_get_width (window), <=, 800); /* nothing pushed it wider */
  annex_shot_take (GTK_WINDOW (window), "window-hostile");
  gtk_window_destroy (GTK_WINDOW (window));
  annex_fake_desk_close (desk);
}

/* ---- right to left */

static void
test_rtl (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "تقرير المصاريف");
  GtkWidget *window;

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  annex_fake_desk_user (desk, task, "حوّل هذا المجلد إلى تقرير مصاريف");
  window = annex_window_new (NULL);
  gtk_window_set_default_size (GTK_WINDOW (window), 1300, 700);
  gtk_window_present (GTK_WINDOW (window));
  annex_window_set_desk (ANNEX_WINDOW (window), ANNEX_DESK (desk));
  annex_window_open_task (ANNEX_WINDOW (window), annex_task_get_id (task), NULL);
  annex_shot_settle (800);
  annex_shot_take (GTK_WINDOW (window), "window-rtl");
  gtk_window_destroy (GTK_WINDOW (window));
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  annex_fake_desk_close (desk);
}

/* ---- properties */

static void
count_cb (guint *count)
{
  (*count)++;
}

/* The default, one notification a change, none for the same value again. */
static void
check_boolean (GType type, const char *name, gboolean initial)
{
  GtkWidget *widget = g_object_ref_sink (g_object_new (type, NULL));
  g_autofree char *signal = g_strconcat ("notify::", name, NULL);
  guint count = 0;
  gboolean value;

  g_object_get (widget, name, &value, NULL);
  g_assert_cmpint (value, ==, initial);
  g_signal_connect_swapped (widget, signal, G_CALLBACK (count_cb), &count);
  for (guint i = 0; i < 2; i++)
    {
      g_object_set (widget, name, !initial, NULL);
      g_object_get (widget, name, &value, NULL);
      g_assert_cmpint (value, ==, !initial);
      g_assert_cmpuint (count, ==, 1);
    }
  if (GTK_IS_WINDOW (widget))
    gtk_window_destroy (GTK_WINDOW (widget));
  g_object_unref (widget);
}

static void
check_desk (GType type)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  GtkWidget *widget = g_object_ref_sink (g_object_new (type, NULL));
  AnnexDesk *value = NULL;
  guint count = 0;

  g_object_get (widget, "desk", &value, NULL);
  g_assert_null (value);
  g_signal_connect_swapped (widget, "notify::desk", G_CALLBACK (count_cb), &count);
  g_object_set (widget, "desk", desk, NULL);
  g_object_set (widget, "desk", desk, NULL);
  g_assert_cmpuint (count, ==, 1);
  g_object_get (widget, "desk", &value, NULL);
  g_assert_true (value == ANNEX_DESK (desk));
  g_object_unref (value);
  g_object_set (widget, "desk", NULL, NULL);
  g_assert_cmpuint (count, ==, 2);
  if (GTK_IS_WINDOW (widget))
    gtk_window_destroy (GTK_WINDOW (widget));
  g_object_unref (widget);
  annex_shot_settle (20);
  annex_fake_desk_close (desk);
}

static void
test_properties (void)
{
  const GType with_desk[] = {
    ANNEX_TYPE_WINDOW,        ANNEX_TYPE_SIDEBAR,   ANNEX_TYPE_COMPOSER,
    ANNEX_TYPE_NEW_TASK_PAGE, ANNEX_TYPE_TASK_PAGE, ANNEX_TYPE_SIDE_PANE
  };

  for (guint i = 0; i < G_N_ELEMENTS (with_desk); i++)
    check_desk (with_desk[i]);
  check_boolean (ANNEX_TYPE_COMPOSER, "show-stop", FALSE);
  check_boolean (ANNEX_TYPE_COMPOSER, "show-profiles", FALSE);
  check_boolean (ANNEX_TYPE_COMPOSER, "busy", FALSE);
  check_boolean (ANNEX_TYPE_SIDEBAR, "show-archived", FALSE);
  check_boolean (ANNEX_TYPE_SIDEBAR, "computer-ready", FALSE);
  check_boolean (ANNEX_TYPE_SIDE_PANE, "closable", FALSE);
  check_boolean (ANNEX_TYPE_TASK_PAGE, "compact", FALSE);
  check_boolean (ANNEX_TYPE_TASK_PAGE, "narrow", FALSE);
  check_boolean (ANNEX_TYPE_TASK_PAGE, "pane-shown", TRUE);
  check_boolean (ANNEX_TYPE_WINDOW, "compact", FALSE);
  check_boolean (ANNEX_TYPE_WINDOW, "narrow", FALSE);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/window/groups", test_groups);
  g_test_add_func ("/ui/window/suggestions", test_suggestions);
  g_test_add_func ("/ui/window/look", test_look);
  g_test_add_func ("/ui/window/tour-folder", test_tour_folder);
  g_test_add_func ("/ui/window/search", test_search);
  g_test_add_func ("/ui/window/search-many", test_search_many);
  g_test_add_func ("/ui/window/drop", test_drop);
  g_test_add_func ("/ui/window/drop-on-task", test_drop_on_task);
  g_test_add_func ("/ui/window/added-in-files", test_added_in_files);
  g_test_add_func ("/ui/window/hover", test_hover);
  g_test_add_func ("/ui/window/hostile", test_hostile);
  g_test_add_func ("/ui/window/rtl", test_rtl);
  g_test_add_func ("/ui/window/properties", test_properties);
  return g_test_run ();
}
