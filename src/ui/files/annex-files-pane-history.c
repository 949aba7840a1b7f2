/* annex-files-pane-history.c
 *
 * What was kept earlier, from the log, each with Undo.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-files-pane-private.h"

#include "annex-future.h"
#include "annex-keep.h"
#include "annex-row.h"
#include "annex-text.h"

#include <glib/gi18n.h>

typedef struct
{
  GWeakRef self;
  guint serial;
  AnnexTask *task;
} History;

static void
history_free (gpointer data)
{
  History *history = data;

  g_weak_ref_clear (&history->self);
  g_clear_object (&history->task);
  g_free (history);
}

static void
add_keep (AnnexFilesPane *self, AnnexEvent *event, gboolean can_undo)
{
  JsonObject *data = annex_event_get_data (event);
  const char *id = annex_json_opt_string (data, "keep", "");
  AnnexShare *share =
      annex_task_find_share (self->base.task, annex_json_opt_string (data, "share", ""));
  guint n = annex_kept_count_done (annex_json_opt_array (data, "entries"));
  g_autofree char *name =
      annex_text_for_display (share != NULL ? annex_share_get_name (share) : NULL);
  g_autofree char *when = annex_text_format_day_and_time (annex_event_get_time_us (event), 0);
  g_autofree char *title = NULL;
  GtkWidget *row;

  if (name[0] != '\0')
    title = g_strdup_printf (ngettext ("%u change in %s", "%u changes in %s", n), n, name);
  else
    title = g_strdup_printf (ngettext ("%u change", "%u changes", n), n);
  row = annex_row_new (title, when);
  if (can_undo)
    {
      GtkWidget *button = gtk_button_new_with_label (_ ("Undo"));

      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "files.undo");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", id);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
    }
  else
    {
      GtkWidget *label = gtk_label_new (_ ("Undone"));

      gtk_widget_add_css_class (label, "dimmed");
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
    }
  gtk_list_box_prepend (self->history_list, row);
}

/* @events: draft-kept. */
static void
show (AnnexFilesPane *self, GPtrArray *events)
{
  g_auto (GStrv) keeps = annex_task_dup_keeps (self->base.task);
  guint n = 0;

  gtk_list_box_remove_all (self->history_list);
  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      const char *id = annex_json_opt_string (annex_event_get_data (event), "keep", "");

      add_keep (self, event, keeps != NULL && g_strv_contains ((const char *const *) keeps, id));
      n++;
    }
  gtk_widget_set_sensitive (GTK_WIDGET (self->history), n > 0);
}

static DexFuture *
history_fiber (gpointer data)
{
  static const AnnexEventType kept = ANNEX_EVENT_DRAFT_KEPT;
  History *history = data;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (AnnexFilesPane) self = NULL;
  g_autoptr (GError) error = NULL;

  events =
      dex_await_boxed (annex_store_list_events_of (annex_task_get_store (history->task),
                                                   annex_task_get_id (history->task), &kept, 1),
                       &error);
  self = g_weak_ref_get (&history->self);
  if (events == NULL)
    g_info ("Earlier keeps cannot be read: %s", error->message);
  else if (self != NULL && self->serial == history->serial)
    show (self, events);
  return dex_future_new_true ();
}

void
annex_files_pane_read_history (AnnexFilesPane *self)
{
  History *history = g_new0 (History, 1);

  g_weak_ref_init (&history->self, self);
  history->serial = self->serial;
  history->task = g_object_ref (self->base.task);
  annex_fiber_start (history_fiber, history, history_free);
}
