/* annex-task-page-actions.c
 *
 * What can be done with the task of an AnnexTaskPage.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-page-private.h"

#include "annex-chat-view.h"
#include "annex-draft-actions.h"
#include "annex-keep.h"
#include "annex-spoken.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

#define PANE_STEP 40

typedef struct
{
  GWeakRef page;
  gboolean sends;
  const char *done; /* said when it worked; nullable, static */
} Step;

static void
step_free (gpointer data)
{
  Step *step = data;

  g_weak_ref_clear (&step->page);
  g_free (step);
}

static DexFuture *
done_cb (DexFuture *future, gpointer data)
{
  Step *step = data;
  g_autoptr (AnnexTaskPage) self = g_weak_ref_get (&step->page);
  g_autoptr (GError) error = NULL;

  if (self == NULL || self->composer == NULL)
    return dex_future_new_true ();
  if (dex_future_get_value (future, &error) == NULL)
    annex_ui_toast (GTK_WIDGET (self), annex_error_said (error));
  if (step->sends)
    annex_composer_end_send (self->composer, error == NULL);
  else if (error == NULL && step->done != NULL)
    annex_ui_toast (GTK_WIDGET (self), step->done);
  return dex_future_new_true ();
}

/* Says so when @future (taken) fails. */
static void
follow (AnnexTaskPage *self, DexFuture *future, gboolean sends, const char *done)
{
  Step *step = g_new0 (Step, 1);

  g_weak_ref_init (&step->page, self);
  step->sends = sends;
  step->done = done;
  dex_future_disown (dex_future_finally (future, done_cb, step, step_free));
}

void
annex_task_page_send (AnnexTaskPage *self)
{
  g_autoptr (AnnexNewTask) request = NULL;

  if (self->base.desk == NULL || self->base.task == NULL)
    return;
  request = annex_composer_begin_send (self->composer);
  if (request != NULL)
    follow (self, annex_desk_say (self->base.desk, self->base.task, request), TRUE, NULL);
}

static void
stop_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (widget);

  annex_desk_stop (self->base.desk, self->base.task);
  annex_composer_focus (self->composer);
}

static void
resume_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (widget);

  follow (self, annex_desk_resume (self->base.desk, self->base.task), FALSE, NULL);
}

static void
undo_keep_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (widget);
  g_auto (GStrv) keeps = annex_task_dup_keeps (self->base.task);
  guint length = g_strv_length (keeps);

  if (length > 0)
    dex_future_disown (annex_draft_undo_keeps (widget, self->base.desk, self->base.task,
                                               (const char *const *) &keeps[length - 1]));
}

static void
find_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (widget);

  annex_chat_view_find (ANNEX_CHAT_VIEW (adw_bin_get_child (self->chat_slot)));
}

static void
write_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_composer_focus (ANNEX_TASK_PAGE (widget)->composer);
}

static void
toggle_pane_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (widget);

  adw_overlay_split_view_set_show_sidebar (self->split,
                                           !adw_overlay_split_view_get_show_sidebar (self->split));
}

static void
resize_pane_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (widget);
  int step = g_str_equal (name, "task.widen-pane") ? PANE_STEP : -PANE_STEP;

  g_object_set (self, "pane-width", CLAMP (self->pane_width + step, 300, 900), NULL);
}

static void
enlarge_pane_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (widget);

  annex_task_page_set_enlarged (self, !self->enlarged);
}

static void
show_pane_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (widget);

  g_object_set (self->pane, "tab", g_variant_get_string (target, NULL), NULL);
  adw_overlay_split_view_set_show_sidebar (self->split, TRUE);
  gtk_widget_child_focus (GTK_WIDGET (self->pane), GTK_DIR_TAB_FORWARD);
}

/* task.rename … → win.rename-task … with this task's id. */
static void
window_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (widget);
  g_autofree char *action = g_strdup_printf ("win.%s-task", name + strlen ("task."));

  gtk_widget_activate_action (widget, action, "s", annex_task_get_id (self->base.task));
}

static void
make_skill_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (widget);

  gtk_widget_activate_action (widget, "win.make-skill", "s", annex_task_get_id (self->base.task));
}

void
annex_task_page_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "task.stop", NULL, stop_action);
  gtk_widget_class_install_action (widget_class, "task.resume", NULL, resume_action);
  gtk_widget_class_install_action (widget_class, "task.undo-keep", NULL, undo_keep_action);
  gtk_widget_class_install_action (widget_class, "task.make-skill", NULL, make_skill_action);
  gtk_widget_class_install_action (widget_class, "task.find", NULL, find_action);
  gtk_widget_class_install_action (widget_class, "task.write", NULL, write_action);
  gtk_widget_class_install_action (widget_class, "task.toggle-pane", NULL, toggle_pane_action);
  gtk_widget_class_install_action (widget_class, "task.enlarge-pane", NULL, enlarge_pane_action);
  gtk_widget_class_install_action (widget_class, "task.widen-pane", NULL, resize_pane_action);
  gtk_widget_class_install_action (widget_class, "task.narrow-pane", NULL, resize_pane_action);
  gtk_widget_class_install_action (widget_class, "task.show-pane", "s", show_pane_action);
  gtk_widget_class_install_action (widget_class, "task.rename", NULL, window_action);
  gtk_widget_class_install_action (widget_class, "task.archive", NULL, window_action);
  gtk_widget_class_install_action (widget_class, "task.unarchive", NULL, window_action);
  gtk_widget_class_install_action (widget_class, "task.export", NULL, window_action);
  gtk_widget_class_install_action (widget_class, "task.delete", NULL, window_action);
  gtk_widget_class_install_action (widget_class, "task.try-again", NULL, window_action);
  gtk_widget_class_install_action (widget_class, "task.compare", NULL, window_action);
}

void
annex_task_page_update_actions (AnnexTaskPage *self, gboolean running)
{
  gboolean has_task = self->base.desk != NULL && self->base.task != NULL;
  g_auto (GStrv) keeps = has_task ? annex_task_dup_keeps (self->base.task) : NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "task.stop", has_task && running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "task.resume", has_task && !running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "task.make-skill", has_task && !running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "task.archive", has_task && !self->archived);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "task.unarchive", has_task && self->archived);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "task.try-again", has_task && !running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "task.compare",
                                 has_task && annex_task_get_again_of (self->base.task) != NULL);
  adw_banner_set_revealed (self->again_banner,
                           has_task && annex_task_get_again_of (self->base.task) != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "task.undo-keep",
                                 keeps != NULL && keeps[0] != NULL);
}
