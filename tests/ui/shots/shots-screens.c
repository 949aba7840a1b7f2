/* shots-screens.c
 *
 * The screens of a window in use.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shots-screens.h"

#include "annex-activity-pane.h"
#include "annex-draft-node.h"
#include "annex-doctor-row.h"
#include "annex-shot.h"
#include "annex-task-page.h"
#include "annex-terminal.h"
#include "annex-use-graph.h"

static void
activate (ShotsStage *stage, const char *action)
{
  gtk_widget_activate_action (GTK_WIDGET (stage->window), action, NULL);
  annex_shot_settle (200);
}

/* ---- tasks */

static void
open_new_task (ShotsStage *stage)
{
}

static AnnexComposer *
get_composer (ShotsStage *stage)
{
  return ANNEX_COMPOSER (shots_stage_find (stage, "AnnexComposer"));
}

static gboolean
has_chip (gpointer data)
{
  g_auto (GStrv) folders = annex_composer_dup_folders (data);

  return folders[0] != NULL;
}

static void
open_new_task_filled (ShotsStage *stage)
{
  AnnexComposer *composer = get_composer (stage);

  annex_composer_clear (composer);
  annex_composer_add_folder (composer, stage->world->folder);
  g_assert_true (annex_shot_wait (has_chip, composer, 30000));
  annex_composer_set_text (composer,
                           "Turn these receipts into an expense report.\nBy month, please.");
  annex_shot_settle (300);
}

static void
open_drop (ShotsStage *stage)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (stage->window));
  GdkDragAction action = 0;

  annex_composer_clear (get_composer (stage));
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "enter", 10.0, 10.0, &action);
    }
}

static void
leave_drop (ShotsStage *stage)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (stage->window));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "leave");
    }
}

static void
open_sidebar (ShotsStage *stage)
{
  leave_drop (stage);
  adw_navigation_split_view_set_show_content (
      ADW_NAVIGATION_SPLIT_VIEW (shots_stage_find (stage, "AdwNavigationSplitView")), FALSE);
}

static void
open_search (ShotsStage *stage)
{
  annex_window_search (stage->window, "receipts");
  annex_shot_settle (600);
}

static void
open_search_nothing (ShotsStage *stage)
{
  annex_window_search (stage->window, "unheard of");
  annex_shot_settle (600);
}

static void
open_fresh (ShotsStage *stage)
{
  shots_stage_open_task (stage, stage->world->fresh);
}

static void
open_working (ShotsStage *stage)
{
  shots_stage_open_task (stage, stage->world->working);
}

static void
open_done (ShotsStage *stage)
{
  shots_stage_open_task (stage, stage->world->done);
  /* with its size the picture of a file comes */
  shots_stage_await (stage, annex_is_label_with, "Spreadsheet · ");
  annex_shot_settle (200);
}

static void
open_done_top (ShotsStage *stage)
{
  GtkWidget *list;

  shots_stage_open_task (stage, stage->world->done);
  list = shots_stage_find (stage, "AnnexRowList");
  gtk_adjustment_set_value (gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list)), 0);
  annex_shot_settle (200);
}

static void
open_find (ShotsStage *stage)
{
  shots_stage_open_task (stage, stage->world->done);
  activate (stage, "win.find");
  gtk_editable_set_text (GTK_EDITABLE (shots_stage_find (stage, "GtkSearchEntry")), "receipt");
  annex_shot_settle (500);
}

static void
open_question (ShotsStage *stage)
{
  shots_stage_open_task (stage, stage->world->question);
}

static void
open_grant (ShotsStage *stage)
{
  shots_stage_open_task (stage, stage->world->grant);
  annex_shot_settle (800); /* its buttons wait a moment */
}

static void
open_grant_details (ShotsStage *stage)
{
  open_grant (stage);
  shots_stage_press (stage, "Details");
}

static void
open_failed (ShotsStage *stage)
{
  shots_stage_open_task (stage, stage->world->failed);
}

static void
open_hostile (ShotsStage *stage)
{
  shots_world_add_hostile (stage->world);
  shots_stage_open_task (stage, stage->world->hostile);
}

static void
open_inbox (ShotsStage *stage)
{
  annex_window_show_inbox (stage->window);
  annex_shot_settle (300);
}

/* ---- the side pane */

static void
open_plan (ShotsStage *stage)
{
  shots_stage_show_pane (stage, stage->world->working, "plan");
}

static void
open_plan_none (ShotsStage *stage)
{
  shots_stage_show_pane (stage, stage->world->fresh, "plan");
}

static void
open_files_none (ShotsStage *stage)
{
  shots_stage_show_pane (stage, stage->world->fresh, "files");
}

static void
open_files_no_changes (ShotsStage *stage)
{
  shots_stage_show_pane (stage, stage->world->working, "files");
}

static void
open_files (ShotsStage *stage)
{
  shots_stage_show_pane (stage, stage->world->done, "files");
}

static gboolean
is_draft (GtkWidget *widget, const char *text)
{
  return GTK_IS_LIST_VIEW (widget) && gtk_widget_has_css_class (widget, "annex-draft");
}

/* As by a click on the line of @name; @seen is in its preview. */
static void
preview (ShotsStage *stage, const char *name, const char *seen)
{
  GtkSelectionModel *model;

  shots_stage_show_pane (stage, stage->world->done, "files");
  if (stage->width >= 1200)
    g_object_set (shots_stage_find (stage, "AnnexTaskPage"), "pane-width", 800, NULL);
  model = gtk_list_view_get_model (GTK_LIST_VIEW (shots_stage_await (stage, is_draft, "draft")));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (model)); i++)
    {
      g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (model), i);
      g_autoptr (AnnexDraftNode) node = gtk_tree_list_row_get_item (row);

      if (g_str_equal (annex_draft_node_get_name (node), name))
        gtk_single_selection_set_selected (GTK_SINGLE_SELECTION (model), i);
    }
  shots_stage_await (stage, annex_is_label_with, seen);
  annex_shot_settle (300);
}

static void
open_preview_text (ShotsStage *stage)
{
  preview (stage, "Notes.txt", "The taxi is checked");
}

static void
open_preview_cells (ShotsStage *stage)
{
  preview (stage, "Amounts.csv", "20.00 → 23.40");
}

static void
open_preview_sheet (ShotsStage *stage)
{
  preview (stage, "Expense report.xlsx", "Taxi Lindgren");
}

static void
open_preview_pages (ShotsStage *stage)
{
  preview (stage, "Letter.pdf", "2 pages");
}

static void
open_preview_images (ShotsStage *stage)
{
  preview (stage, "Expense chart.png", "Before");
}

static void
open_preview_page (ShotsStage *stage)
{
  preview (stage, "Summary.html", "Summary.html");
  annex_shot_settle (1500);
}

static void
open_preview_moved (ShotsStage *stage)
{
  preview (stage, "2025-06-03 Railway.pdf", "1 page");
}

static void
open_discard (ShotsStage *stage)
{
  shots_stage_show_pane (stage, stage->world->done, "files");
  gtk_widget_activate_action (shots_stage_find (stage, "AnnexFilesPane"), "files.discard", NULL);
  annex_shot_settle (400);
}

static void
add_samples (GtkWidget *widget)
{
  for (guint i = 0; ANNEX_IS_USE_GRAPH (widget) && i < 110; i++)
    annex_use_graph_add (ANNEX_USE_GRAPH (widget), 0.15 + i * 0.004 + (i * 37 % 11) * 0.01);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    add_samples (child);
}

static void
open_computer (ShotsStage *stage)
{
  shots_stage_show_pane (stage, stage->world->working, "computer");
  add_samples (shots_stage_find (stage, "AnnexComputerPane"));
}

static void
open_computer_off (ShotsStage *stage)
{
  pane_computer_set_state (stage->world->computer, ANNEX_COMPUTER_OFF, NULL);
  shots_stage_show_pane (stage, stage->world->done, "computer");
}

static void
open_computer_failed (ShotsStage *stage)
{
  pane_computer_set_state (stage->world->computer, ANNEX_COMPUTER_FAILED,
                           "QEMU is not installed on this machine.");
  shots_stage_show_pane (stage, stage->world->done, "computer");
}

static gboolean
is_written (gpointer data)
{
  g_autofree char *text = annex_terminal_dup_text (data);

  return text != NULL && strstr (text, "drwx") != NULL;
}

static void
open_terminal (ShotsStage *stage)
{
  GListModel *toplevels = gtk_window_get_toplevels ();
  GtkWidget *terminal;

  pane_computer_set_state (stage->world->computer, ANNEX_COMPUTER_READY, NULL);
  shots_stage_show_pane (stage, stage->world->working, "computer");
  gtk_widget_activate_action (shots_stage_find (stage, "AnnexComputerPane"), "computer.terminal",
                              NULL);
  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i);

      if (window != GTK_WINDOW (stage->window))
        stage->other = window;
    }
  g_assert_nonnull (stage->other);
  terminal = annex_find (GTK_WIDGET (stage->other), annex_is_type, "AnnexTerminal");
  annex_terminal_type (ANNEX_TERMINAL (terminal), "PS1='agent@annex:~$ '; clear; ls -l /\n");
  g_assert_true (annex_shot_wait (is_written, terminal, 30000));
  annex_shot_settle (300);
}

static void
open_activity (ShotsStage *stage)
{
  shots_stage_show_pane (stage, stage->world->done, "activity");
}

static gboolean
is_decisions (GtkWidget *widget, const char *text)
{
  return GTK_IS_EXPANDER (widget) &&
         gtk_widget_get_ancestor (widget, ANNEX_TYPE_ACTIVITY_PANE) != NULL;
}

static void
open_activity_decisions (ShotsStage *stage)
{
  open_activity (stage);
  gtk_expander_set_expanded (
      GTK_EXPANDER (shots_stage_await (stage, is_decisions, "your decisions")), TRUE);
  annex_shot_settle (300);
}

static void
open_activity_none (ShotsStage *stage)
{
  shots_stage_show_pane (stage, stage->world->grant, "activity");
}

/* ---- dialogs */

static void
set_checks (ShotsStage *stage, gboolean fine)
{
  AnnexFakeDesk *desk = stage->world->desk;

  annex_fake_desk_set_check (
      desk, "kvm", fine ? ANNEX_CHECK_OK : ANNEX_CHECK_NOTICE, "Fast virtual machines",
      fine
          ? "Virtual machines are fast here: a trial computer started."
          : "This machine is itself a virtual machine, and whoever runs it has not allowed virtual "
            "machines inside it. Annex’s computer is emulated, which is several times slower; "
            "where it may not run at all, it can be turned off in the preferences.",
      NULL,
      "Please allow nested virtualization for this virtual machine (the processor flag vmx or svm "
      "must be passed on to it).");
  annex_fake_desk_set_check (desk, "qemu", ANNEX_CHECK_OK, "Running virtual machines",
                             "The program that runs virtual machines is here.", NULL, NULL);
  annex_fake_desk_set_check (
      desk, "image", fine ? ANNEX_CHECK_OK : ANNEX_CHECK_FAILED, "The computer’s system",
      fine
          ? "The system of Annex’s computer is here and whole."
          : "The system of Annex’s computer is damaged and must be made again. Tasks and files are "
            "not touched.",
      fine ? NULL : "Build It Again", NULL);
  annex_fake_desk_set_check (
      desk, "virtiofsd", fine ? ANNEX_CHECK_OK : ANNEX_CHECK_FAILED, "Sharing folders",
      fine ? "Folders can be shared with the computer."
           : "The program that shows your folders to the computer (virtiofsd) is not installed. "
             "Tasks without folders work.",
      NULL, "Please install virtiofsd, version 1.13 or newer (the one written in Rust).");
  annex_fake_desk_set_check (desk, "keyring", ANNEX_CHECK_OK, "The keyring",
                             "Keys are kept in the desktop’s keyring.", NULL, NULL);
  annex_fake_desk_set_check (desk, "disk", ANNEX_CHECK_OK, "Room on the disk",
                             "There is enough room on the disk: 52.0 GB are free.", NULL, NULL);
}

static void
open_banner (ShotsStage *stage)
{
  set_checks (stage, FALSE);
  shots_stage_open_task (stage, stage->world->working);
}

static void
open_doctor (ShotsStage *stage)
{
  set_checks (stage, FALSE);
  activate (stage, "win.doctor");
}

static gboolean
is_check (GtkWidget *widget, const char *id)
{
  return ADW_IS_EXPANDER_ROW (widget) && g_strcmp0 (annex_doctor_row_get_id (widget), id) == 0;
}

static void
open_doctor_details (ShotsStage *stage)
{
  open_doctor (stage);
  shots_stage_await_dialog (stage);
  adw_expander_row_set_expanded (
      ADW_EXPANDER_ROW (shots_stage_await (stage, is_check, "virtiofsd")), TRUE);
}

static void
open_doctor_fine (ShotsStage *stage)
{
  set_checks (stage, TRUE);
  activate (stage, "win.doctor");
}

static void
open_models (ShotsStage *stage)
{
  activate (stage, "win.preferences");
}

static void
open_model (ShotsStage *stage)
{
  g_autoptr (GPtrArray) profiles = annex_desk_dup_profiles (ANNEX_DESK (stage->world->desk));
  AnnexModelProfile *profile = g_ptr_array_index (profiles, 0);

  activate (stage, "win.preferences");
  gtk_widget_activate_action (GTK_WIDGET (shots_stage_await_dialog (stage)),
                              "preferences.open-model", "s", profile->id);
}

static void
open_network (ShotsStage *stage)
{
  AnnexStore *store = annex_desk_get_store (ANNEX_DESK (stage->world->desk));

  g_assert_true (annex_shot_await (annex_store_set_rule (store, "example.org", TRUE), NULL));
  g_assert_true (annex_shot_await (annex_store_set_rule (store, "bad.example.net", FALSE), NULL));
  activate (stage, "win.preferences");
  adw_preferences_dialog_set_visible_page_name (
      ADW_PREFERENCES_DIALOG (shots_stage_await_dialog (stage)), "network");
}

static void
open_general (ShotsStage *stage)
{
  activate (stage, "win.preferences");
  adw_preferences_dialog_set_visible_page_name (
      ADW_PREFERENCES_DIALOG (shots_stage_await_dialog (stage)), "general");
}

static void
open_general_end (ShotsStage *stage)
{
  GtkAdjustment *adjustment;

  open_general (stage);
  annex_shot_settle (200);
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (
      shots_stage_await (stage, annex_is_type, "AdwComboRow"), GTK_TYPE_SCROLLED_WINDOW)));
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
}

static void
open_shortcuts (ShotsStage *stage)
{
  activate (stage, "win.shortcuts");
}

static void
open_about (ShotsStage *stage)
{
  activate (stage, "win.about");
}

static const ShotsScreen screens[] = {
  { "new-task", open_new_task, TRUE },
  { "new-task-filled", open_new_task_filled, TRUE },
  { "new-task-drop", open_drop, FALSE },
  { "sidebar", open_sidebar, TRUE },
  { "sidebar-search", open_search, FALSE },
  { "sidebar-search-nothing", open_search_nothing, FALSE },
  { "task-begun", open_fresh, FALSE },
  { "task-working", open_working, TRUE },
  { "task-done", open_done, TRUE },
  { "task-done-top", open_done_top, FALSE },
  { "task-find", open_find, FALSE },
  { "task-question", open_question, TRUE },
  { "task-grant", open_grant, TRUE },
  { "task-grant-details", open_grant_details, FALSE },
  { "task-failed", open_failed, FALSE },
  { "inbox", open_inbox, TRUE },
  { "plan", open_plan, TRUE },
  { "plan-none", open_plan_none, FALSE },
  { "files-none", open_files_none, FALSE },
  { "files-no-changes", open_files_no_changes, FALSE },
  { "files", open_files, TRUE },
  { "files-preview-text", open_preview_text, FALSE },
  { "files-preview-cells", open_preview_cells, FALSE },
  { "files-preview-sheet", open_preview_sheet, FALSE },
  { "files-preview-pages", open_preview_pages, FALSE },
  { "files-preview-images", open_preview_images, TRUE },
  { "files-preview-web", open_preview_page, FALSE },
  { "files-preview-moved", open_preview_moved, FALSE },
  { "files-discard", open_discard, FALSE },
  { "computer", open_computer, TRUE },
  { "computer-terminal", open_terminal, FALSE },
  { "computer-off", open_computer_off, FALSE },
  { "computer-failed", open_computer_failed, FALSE },
  { "activity", open_activity, TRUE },
  { "activity-decisions", open_activity_decisions, FALSE },
  { "activity-none", open_activity_none, FALSE },
  { "banner", open_banner, FALSE },
  { "doctor", open_doctor, TRUE },
  { "doctor-details", open_doctor_details, FALSE },
  { "doctor-fine", open_doctor_fine, FALSE },
  { "preferences-models", open_models, FALSE },
  { "preferences-model", open_model, FALSE },
  { "preferences-network", open_network, FALSE },
  { "preferences-general", open_general, FALSE },
  { "preferences-general-end", open_general_end, FALSE },
  { "preferences-space", shots_open_space, FALSE },
  { "shortcuts", open_shortcuts, FALSE },
  { "about", open_about, FALSE },
  { "task-hostile", open_hostile, FALSE },
};

const ShotsScreen *
shots_get_screens (guint *n_screens)
{
  *n_screens = G_N_ELEMENTS (screens);
  return screens;
}
