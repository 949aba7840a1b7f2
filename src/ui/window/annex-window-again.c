/* annex-window-again.c
 *
 * A task tried again, and the two tries beside each other. Each action takes a task's id; "" is the
 * task that is shown.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-window-private.h"

#include "annex-again-dialog.h"
#include "annex-comparison-dialog.h"
#include "annex-spoken.h"
#include "annex-then.h"
#include "annex-ui.h"

static void
show_task_cb (AnnexWindow *self, AnnexTask *task)
{
  annex_window_open_task (self, annex_task_get_id (task), NULL);
}

static void
present (AnnexWindow *self, AdwDialog *dialog, const char *signal)
{
  g_signal_connect_object (dialog, signal, G_CALLBACK (show_task_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
again_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexWindow *self = object;

  if (value == NULL)
    annex_ui_toast (GTK_WIDGET (self->split), annex_error_said (error));
  else if (self->desk != NULL)
    present (self, annex_again_dialog_new (self->desk, g_value_get_object (value)), "made");
}

static void
compare_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexWindow *self = object;

  if (value == NULL)
    annex_ui_toast (GTK_WIDGET (self->split), annex_error_said (error));
  else if (self->desk != NULL)
    present (self, annex_comparison_dialog_new (self->desk, g_value_get_object (value)),
             "open-task");
}

static void
task_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);
  const char *id = g_variant_get_string (target, NULL);

  if (*id == '\0')
    id = self->task_id;
  if (self->desk != NULL && id != NULL)
    annex_then (annex_desk_open_task (self->desk, id), self,
                g_str_equal (name, "win.try-again-task") ? again_cb : compare_cb);
}

void
annex_window_install_again_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.try-again-task", "s", task_action);
  gtk_widget_class_install_action (widget_class, "win.compare-task", "s", task_action);
}
