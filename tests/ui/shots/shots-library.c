/* shots-library.c
 *
 * The screens of skills and connectors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shots-screens.h"

#include "annex-composer.h"
#include "annex-shot.h"
#include "annex-skills-page.h"
#include "shots-skills.h"

static GtkWidget *
window (ShotsStage *stage)
{
  return GTK_WIDGET (stage->window);
}

static void
ensure (ShotsStage *stage)
{
  static AnnexFakeDesk *filled;

  if (filled == stage->world->desk)
    return;
  filled = stage->world->desk;
  shots_add_skills (stage->world->desk);
  shots_add_connectors (stage->world->desk);
}

static void
settle (ShotsStage *stage)
{
  annex_shot_settle (500);
}

/* ---- skills */

static void
open_skills (ShotsStage *stage)
{
  ensure (stage);
  annex_window_show_skill (stage->window, NULL);
  shots_stage_await (stage, annex_is_label_with, "Company letters");
  settle (stage);
}

static void
open_skills_nothing (ShotsStage *stage)
{
  GtkWidget *page;

  open_skills (stage);
  page = shots_stage_find (stage, "AnnexSkillsPage");
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (annex_find (page, annex_is_type, "GtkSearchBar")),
                                  TRUE);
  gtk_editable_set_text (GTK_EDITABLE (shots_stage_await (stage, annex_is_type, "GtkSearchEntry")),
                         "unheard of");
  shots_stage_await (stage, annex_is_label_with, "Nothing Found");
  settle (stage);
}

static void
open_skill (ShotsStage *stage)
{
  ensure (stage);
  annex_window_show_skill (stage->window, "company-letters");
  shots_stage_await (stage, annex_is_label_with, "Your Values");
  settle (stage);
}

/* Not one that is on its way out, which has nothing in it any more. */
static gboolean
is_page_that_scrolls (GtkWidget *widget, const char *type)
{
  return annex_is_type (widget, type) &&
         annex_find (widget, annex_is_type, "GtkScrolledWindow") != NULL;
}

static void
scroll_down (ShotsStage *stage, const char *page)
{
  GtkWidget *found = shots_stage_await (stage, is_page_that_scrolls, page);
  GtkWidget *scroller = annex_find (found, annex_is_type, "GtkScrolledWindow");
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));

  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  annex_shot_settle (200);
}

static void
open_skill_end (ShotsStage *stage)
{
  open_skill (stage);
  scroll_down (stage, "AnnexSkillPage");
}

static void
open_skill_fault (ShotsStage *stage)
{
  ensure (stage);
  annex_window_show_skill (stage->window, "quarterly-figures");
  shots_stage_await (stage, annex_is_label_with, "Cannot Be Used");
  settle (stage);
}

static void
open_editor (ShotsStage *stage)
{
  open_skill (stage);
  shots_stage_press (stage, "_Edit");
  shots_stage_await (stage, annex_is_type, "AnnexSkillEditor");
  settle (stage);
}

static void
show_view (ShotsStage *stage, const char *view)
{
  GtkWidget *group;

  open_editor (stage);
  group =
      annex_find (shots_stage_find (stage, "AnnexSkillEditor"), annex_is_type, "AdwToggleGroup");
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (group), view);
  settle (stage);
}

static void
open_editor_preview (ShotsStage *stage)
{
  show_view (stage, "preview");
}

static void
open_editor_raw (ShotsStage *stage)
{
  show_view (stage, "raw");
}

static void
open_editor_fault (ShotsStage *stage)
{
  open_editor (stage);
  gtk_editable_set_text (GTK_EDITABLE (annex_find (shots_stage_find (stage, "AnnexSkillEditor"),
                                                   annex_is_type, "AdwEntryRow")),
                         "Company Letters!");
  annex_shot_settle (1200);
}

static void
open_install (ShotsStage *stage)
{
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;

  ensure (stage);
  path = shots_make_offer (stage->world->desk);
  file = g_file_new_for_path (path);
  annex_window_open_skill (stage->window, file);
  shots_stage_await_dialog (stage);
  settle (stage);
}

static void
open_install_files (ShotsStage *stage)
{
  open_install (stage);
  scroll_down (stage, "AnnexSkillInstall");
}

static void
open_install_diff (ShotsStage *stage)
{
  open_install (stage);
  gtk_widget_activate_action (annex_find (window (stage), annex_is_type, "AnnexSkillInstall"),
                              "facts.open", "(ss)", "expense-report", "SKILL.md");
  settle (stage);
}

static void
open_install_hostile (ShotsStage *stage)
{
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;

  ensure (stage);
  path = shots_make_hostile (stage->world->desk);
  file = g_file_new_for_path (path);
  annex_window_open_skill (stage->window, file);
  shots_stage_await_dialog (stage);
  settle (stage);
}

static void
open_install_plugin (ShotsStage *stage)
{
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;

  ensure (stage);
  path = shots_make_plugin (stage->world->desk);
  file = g_file_new_for_path (path);
  annex_window_open_skill (stage->window, file);
  shots_stage_await_dialog (stage);
  settle (stage);
}

static void
open_export (ShotsStage *stage)
{
  open_skill (stage);
  shots_stage_press (stage, "_Pass On…");
  shots_stage_await (stage, annex_is_label_with, "Does This Look Private?");
  settle (stage);
}

static void
open_export_ready (ShotsStage *stage)
{
  ensure (stage);
  annex_window_show_skill (stage->window, "meeting-notes");
  shots_stage_press (stage, "_Pass On…");
  shots_stage_await (stage, annex_is_label_with, "Ready to Be Passed On");
  settle (stage);
}

static void
open_plugins (ShotsStage *stage)
{
  open_skills (stage);
  gtk_widget_activate_action (shots_stage_find (stage, "AnnexSkillsPage"), "skills.plugins", NULL);
  shots_stage_await (stage, annex_is_type, "AnnexPluginsPage");
  settle (stage);
}

static void
make_skill (ShotsStage *stage)
{
  ensure (stage);
  gtk_widget_activate_action (window (stage), "win.make-skill", "s",
                              annex_task_get_id (stage->world->done));
}

static void
open_making (ShotsStage *stage)
{
  annex_fake_desk_hold (stage->world->desk, "make_skill");
  make_skill (stage);
  shots_stage_await (stage, annex_is_label_with, "Writing a Skill…");
  settle (stage);
}

static void
open_making_failed (ShotsStage *stage)
{
  annex_fake_desk_release (stage->world->desk, "make_skill"); /* of the screen before */
  annex_fake_desk_fail (stage->world->desk, "make_skill",
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED,
                                             "The model wrote no skill. Try it again, or with "
                                             "another model"));
  make_skill (stage);
  shots_stage_await (stage, annex_is_label_with, "No Skill Was Written");
  settle (stage);
}

static void
open_made (ShotsStage *stage)
{
  annex_fake_desk_release (stage->world->desk, "make_skill");
  make_skill (stage);
  shots_stage_await (stage, annex_is_label_with, "scripts/report.py");
  settle (stage);
}

static gboolean
is_text (GtkWidget *widget, const char *text)
{
  return GTK_IS_TEXT_VIEW (widget);
}

static void
open_completion (ShotsStage *stage)
{
  GtkWidget *composer;

  ensure (stage);
  annex_window_show_new_task (stage->window);
  composer = shots_stage_find (stage, "AnnexComposer");
  annex_composer_clear (ANNEX_COMPOSER (composer));
  annex_composer_add_skill (ANNEX_COMPOSER (composer), "meeting-notes");
  gtk_text_buffer_insert_at_cursor (
      gtk_text_view_get_buffer (GTK_TEXT_VIEW (annex_find (composer, is_text, NULL))), "Please /e",
      -1);
  shots_stage_await (stage, annex_is_label_with, "/expense-report");
  settle (stage);
}

/* ---- connectors */

static void
open_connectors (ShotsStage *stage)
{
  ensure (stage);
  annex_composer_clear (ANNEX_COMPOSER (shots_stage_find (stage, "AnnexComposer")));
  annex_window_show_connector (stage->window, NULL);
  shots_stage_await (stage, annex_is_label_with, "Bookkeeping");
  settle (stage);
}

static void
show_connector (ShotsStage *stage, const char *id, const char *seen)
{
  open_connectors (stage);
  annex_window_show_connector (stage->window, id);
  shots_stage_await (stage, annex_is_label_with, seen);
  settle (stage);
}

static void
open_connector (ShotsStage *stage)
{
  show_connector (stage, "notes", "Search pages");
}

static void
open_connector_end (ShotsStage *stage)
{
  open_connector (stage);
  scroll_down (stage, "AnnexConnectorPage");
}

static void
open_connector_failed (ShotsStage *stage)
{
  show_connector (stage, "bookkeeping", "BOOKS_REGION");
}

static void
open_connector_values (ShotsStage *stage)
{
  show_connector (stage, "parcels", "Something Is Missing");
}

static void
open_connector_no_tools (ShotsStage *stage)
{
  show_connector (stage, "archive", "Offers Nothing");
}

static void
open_sign_in (ShotsStage *stage)
{
  show_connector (stage, "calendar", "Sign In Needed");
  shots_stage_press (stage, "_Sign In…");
  shots_stage_await_dialog (stage);
  settle (stage);
}

static void
open_add (ShotsStage *stage)
{
  open_connectors (stage);
  shots_stage_press (stage, "Add Connector");
  shots_stage_await_dialog (stage);
  settle (stage);
}

static void
open_add_preview (ShotsStage *stage)
{
  open_connectors (stage);
  annex_window_add_connector (stage->window,
                              "{\"mcpServers\": {\"notes\": {\"command\": \"npx\"}}}");
  shots_stage_await_dialog (stage);
  settle (stage);
}

static const ShotsScreen screens[] = {
  { "skills", open_skills, TRUE },
  { "skills-nothing", open_skills_nothing, FALSE },
  { "skill", open_skill, TRUE },
  { "skill-end", open_skill_end, FALSE },
  { "skill-fault", open_skill_fault, FALSE },
  { "skill-editor", open_editor, TRUE },
  { "skill-editor-preview", open_editor_preview, FALSE },
  { "skill-editor-raw", open_editor_raw, FALSE },
  { "skill-editor-fault", open_editor_fault, FALSE },
  { "skill-install", open_install, TRUE },
  { "skill-install-files", open_install_files, FALSE },
  { "skill-install-diff", open_install_diff, FALSE },
  { "skill-install-plugin", open_install_plugin, FALSE },
  { "skill-install-hostile", open_install_hostile, FALSE },
  { "skill-export", open_export, TRUE },
  { "skill-export-ready", open_export_ready, FALSE },
  { "skill-plugins", open_plugins, FALSE },
  { "skill-completion", open_completion, FALSE },
  { "skill-making", open_making, FALSE },
  { "skill-making-failed", open_making_failed, FALSE },
  { "skill-made", open_made, FALSE },
  { "connectors", open_connectors, TRUE },
  { "connector", open_connector, TRUE },
  { "connector-end", open_connector_end, FALSE },
  { "connector-failed", open_connector_failed, FALSE },
  { "connector-values", open_connector_values, FALSE },
  { "connector-no-tools", open_connector_no_tools, FALSE },
  { "connector-sign-in", open_sign_in, FALSE },
  { "connector-add", open_add, TRUE },
  { "connector-add-preview", open_add_preview, FALSE },
};

const ShotsScreen *
shots_get_library_screens (guint *n_screens)
{
  *n_screens = G_N_ELEMENTS (screens);
  return screens;
}
