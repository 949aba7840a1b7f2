/* shots-stage.c
 *
 * Getting around in the window whose pictures are taken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shots-screens.h"

#include "annex-shot.h"

#include <glib/gi18n.h>

GtkWidget *
shots_stage_find (ShotsStage *stage, const char *type_name)
{
  return annex_find (GTK_WIDGET (stage->window), annex_is_type, type_name);
}

typedef struct
{
  ShotsStage *stage;
  AnnexFindFunc func;
  const char *text;
} Wanted;

static gboolean
is_there (gpointer data)
{
  Wanted *wanted = data;
  GtkWidget *found = annex_find (GTK_WIDGET (wanted->stage->window), wanted->func, wanted->text);

  return found != NULL && (!GTK_IS_BUTTON (found) || gtk_widget_is_sensitive (found));
}

/* What is looked for is on screen in the language of the pictures. A part of a sentence is not
 * found in another; then the picture is taken after a while. */
GtkWidget *
shots_stage_await (ShotsStage *stage, AnnexFindFunc func, const char *text)
{
  const char *words = _ (text);
  Wanted wanted = { stage, func, words };
  gboolean abroad = words == text && g_getenv ("LANGUAGE") != NULL;

  if (!annex_shot_wait (is_there, &wanted, abroad ? 5000 : 30 * 1000) && !abroad)
    g_error ("There is no “%s”", words);
  return annex_find (GTK_WIDGET (stage->window), func, words);
}

void
shots_stage_press (ShotsStage *stage, const char *label)
{
  shots_stage_await (stage, annex_is_button, label);
  annex_press (GTK_WIDGET (stage->window), _ (label));
  annex_shot_settle (200);
}

void
shots_stage_open_task (ShotsStage *stage, AnnexTask *task)
{
  annex_window_open_task (stage->window, annex_task_get_id (task), NULL);
  shots_stage_await (stage, annex_is_type, "AnnexRowList");
  annex_shot_settle (400);
}

void
shots_stage_show_pane (ShotsStage *stage, AnnexTask *task, const char *tab)
{
  const char *type = g_str_equal (tab, "plan")       ? "AnnexPlanView"
                     : g_str_equal (tab, "files")    ? "AnnexFilesPane"
                     : g_str_equal (tab, "computer") ? "AnnexComputerPane"
                                                     : "AnnexActivityPane";

  shots_stage_open_task (stage, task);
  gtk_widget_activate_action (GTK_WIDGET (stage->window), "win.show-pane", "s", tab);
  shots_stage_await (stage, annex_is_type, type);
  annex_shot_settle (400);
}

static AdwDialog *
get_dialog (ShotsStage *stage)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (stage->window));
}

static gboolean
has_dialog (gpointer data)
{
  return get_dialog (data) != NULL;
}

AdwDialog *
shots_stage_await_dialog (ShotsStage *stage)
{
  g_assert_true (annex_shot_wait (has_dialog, stage, 30 * 1000));
  return get_dialog (stage);
}

static void
close_searches (GtkWidget *widget)
{
  if (GTK_IS_SEARCH_BAR (widget))
    gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (widget), FALSE);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    close_searches (child);
}

void
shots_stage_reset (ShotsStage *stage)
{
  GtkWidget *page;
  AdwDialog *dialog;

  if (stage->other != NULL)
    gtk_window_destroy (stage->other);
  stage->other = NULL;
  while ((dialog = get_dialog (stage)) != NULL)
    {
      adw_dialog_force_close (dialog);
      annex_shot_settle (50);
    }
  close_searches (GTK_WIDGET (stage->window));
  page = shots_stage_find (stage, "AnnexTaskPage");
  if (page != NULL)
    g_object_set (page, "pane-shown", stage->width >= 1200, "pane-width", 360, NULL);
  annex_window_show_new_task (stage->window);
  annex_shot_settle (50);
}
