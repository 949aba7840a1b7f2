/* annex-window-tasks.c
 *
 * What the window does with a task as a whole: rename, archive, export, import, delete. Each action
 * takes the task's id; "" is the one with the focus in the list, else the one that is shown. A
 * deleted task is hidden at once and deleted when its toast is gone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-window-private.h"

#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

/* Time to find the button without seeing it; a deletion cannot be taken back later. */
#define UNDO_SECONDS 30

/* Borrowed; NULL when there is nothing to act on. */
static const char *
target_task (AnnexWindow *self, GVariant *target)
{
  const char *id = g_variant_get_string (target, NULL);

  if (self->desk == NULL)
    return NULL;
  if (*id == '\0')
    id = annex_sidebar_get_focused_task (self->sidebar);
  return id != NULL ? id : self->task_id;
}

/* (transfer full) */
static char *
dup_task_title (AnnexWindow *self, const char *task_id)
{
  AnnexTaskList *tasks = annex_sidebar_get_tasks (self->sidebar);
  AnnexTaskItem *item = tasks != NULL ? annex_task_list_find (tasks, task_id) : NULL;

  return annex_text_for_display (item != NULL ? annex_task_item_get_title (item) : NULL);
}

/* ---- rename */

static DexFuture *
append_title (DexFuture *future, gpointer data)
{
  JsonObject *title = json_object_new ();

  json_object_set_string_member (title, "title", data);
  return annex_task_append (g_value_get_object (dex_future_get_value (future, NULL)),
                            ANNEX_EVENT_TITLE_CHANGED, title);
}

static void
rename_task (AnnexWindow *self, const char *task_id, const char *title)
{
  g_autofree char *shown = annex_text_for_display (title);

  if (self->desk == NULL || *g_strstrip (shown) == '\0')
    return;
  annex_window_follow (self,
                       dex_future_then (annex_desk_open_task (self->desk, task_id), append_title,
                                        g_steal_pointer (&shown), g_free),
                       NULL);
}

static void
set_title_action (GtkWidget *widget, const char *name, GVariant *target)
{
  const char *task_id;
  const char *title;

  g_variant_get (target, "(&s&s)", &task_id, &title);
  rename_task (ANNEX_WINDOW (widget), task_id, title);
}

static void
rename_response_cb (AdwAlertDialog *dialog, const char *response, gpointer data)
{
  AnnexWindow *self = data;
  GtkWidget *entry = adw_alert_dialog_get_extra_child (dialog);

  if (g_str_equal (response, "apply"))
    rename_task (self, g_object_get_data (G_OBJECT (dialog), "annex-task"),
                 gtk_editable_get_text (GTK_EDITABLE (entry)));
}

static void
rename_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);
  const char *task_id = target_task (self, target);
  AdwDialog *dialog;
  GtkWidget *entry;
  g_autofree char *title = NULL;

  if (task_id == NULL)
    return;
  title = dup_task_title (self, task_id);
  dialog = adw_alert_dialog_new (_ ("Rename Task"), NULL);
  entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (entry), title);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Title"), -1);
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), entry);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "apply",
                                  _ ("_Rename"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "apply",
                                            ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "apply");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "annex-task", g_strdup (task_id), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (rename_response_cb), self, 0);
  adw_dialog_present (dialog, widget);
  gtk_widget_grab_focus (entry);
}

/* ---- archive */

static void
archive (AnnexWindow *self, const char *task_id, gboolean archived)
{
  g_autofree char *title = dup_task_title (self, task_id);
  g_autofree char *text = NULL;
  AdwToast *toast;

  annex_window_follow (
      self, annex_store_set_archived (annex_desk_get_store (self->desk), task_id, archived), NULL);
  if (!archived)
    return;
  /* Translators: %s is a task's title */
  text = g_strdup_printf (_ ("“%s” archived"), title);
  toast = annex_ui_toast_with_action (GTK_WIDGET (self->split), text, _ ("_Undo"),
                                      "win.unarchive-task", g_variant_new_string (task_id));
  adw_toast_set_timeout (toast, UNDO_SECONDS);
}

static void
archive_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);
  const char *task_id = target_task (self, target);

  if (task_id != NULL)
    archive (self, task_id, g_str_equal (name, "win.archive-task"));
}

/* ---- export and import */

static void
export_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexWindow) self = data;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);
  const char *task_id = g_object_get_data (source, "annex-task");

  if (file == NULL || self->desk == NULL)
    return; /* the user closed it */
  if (g_file_peek_path (file) == NULL)
    annex_ui_toast (GTK_WIDGET (self->split), _ ("A task can only be exported to this machine"));
  else
    annex_window_follow (
        self,
        annex_store_export (annex_desk_get_store (self->desk), task_id, g_file_peek_path (file)),
        _ ("Task exported"));
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);
  const char *task_id = target_task (self, target);
  g_autoptr (GtkFileDialog) dialog = NULL;
  g_autofree char *title = NULL;
  g_autofree char *file_name = NULL;

  if (task_id == NULL)
    return;
  dialog = gtk_file_dialog_new ();
  title = dup_task_title (self, task_id);
  g_strdelimit (title, "/", '-');
  file_name = g_strdup_printf ("%.120s.annex", *title != '\0' ? title : _ ("Task"));
  gtk_file_dialog_set_title (dialog, _ ("Export Task"));
  if (g_utf8_validate (file_name, -1, NULL))
    gtk_file_dialog_set_initial_name (dialog, file_name);
  g_object_set_data_full (G_OBJECT (dialog), "annex-task", g_strdup (task_id), g_free);
  gtk_file_dialog_save (dialog, GTK_WINDOW (self), NULL, export_chosen_cb, g_object_ref (self));
}

static DexFuture *
imported_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexWindow) self = g_weak_ref_get (data);

  if (self != NULL && self->desk != NULL)
    annex_window_open_task (self, g_value_get_string (dex_future_get_value (future, NULL)), NULL);
  return dex_future_new_true ();
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

void
annex_window_import (AnnexWindow *self, GFile *file)
{
  GWeakRef *weak;

  if (self->desk == NULL || g_file_peek_path (file) == NULL)
    {
      annex_ui_toast (GTK_WIDGET (self->split), _ ("This file cannot be opened now"));
      return;
    }
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  annex_window_follow (self,
                       dex_future_then (annex_store_import (annex_desk_get_store (self->desk),
                                                            g_file_peek_path (file)),
                                        imported_cb, weak, weak_free),
                       NULL);
}

static void
import_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexWindow) self = data;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL)
    annex_window_import (self, file);
}

static void
import_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Exported tasks"));
  gtk_file_filter_add_suffix (filter, "annex");
  gtk_file_filter_add_suffix (filter, "jsonl");
  gtk_file_dialog_set_default_filter (dialog, filter);
  gtk_file_dialog_set_title (dialog, _ ("Open Exported Task"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (self), NULL, import_chosen_cb, g_object_ref (self));
}

/* ---- delete */

typedef struct
{
  GWeakRef window;
  char *task_id;
} Delete;

static Delete *
delete_new (AnnexWindow *self, const char *task_id)
{
  Delete *step = g_new0 (Delete, 1);

  g_weak_ref_init (&step->window, self);
  step->task_id = g_strdup (task_id);
  return step;
}

static void
delete_free (gpointer data)
{
  Delete *step = data;

  g_weak_ref_clear (&step->window);
  g_free (step->task_id);
  g_free (step);
}

/* What could not be deleted is there again, with what is being written in its page. */
static DexFuture *
deleted_cb (DexFuture *future, gpointer data)
{
  Delete *step = data;
  g_autoptr (AnnexWindow) self = g_weak_ref_get (&step->window);
  g_autoptr (GError) error = NULL;
  gboolean deleted = dex_future_get_value (future, &error) != NULL;

  if (self == NULL || self->sidebar == NULL)
    return dex_future_new_true ();
  if (deleted)
    annex_window_close_task (self, step->task_id);
  else
    {
      annex_sidebar_set_task_hidden (self->sidebar, step->task_id, FALSE);
      annex_ui_toast (GTK_WIDGET (self->split), annex_error_said (error));
    }
  return dex_future_new_true ();
}

static void
delete_now (AnnexWindow *self, const char *task_id)
{
  Delete *step = delete_new (self, task_id);

  if (g_hash_table_remove (self->deleting, step->task_id) && self->desk != NULL)
    dex_future_disown (dex_future_finally (annex_desk_delete_task (self->desk, step->task_id),
                                           deleted_cb, step, delete_free));
  else
    delete_free (step);
}

void
annex_window_finish_deletes (AnnexWindow *self)
{
  g_auto (GStrv) ids = (char **) g_hash_table_get_keys_as_array (self->deleting, NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    ids[i] = g_strdup (ids[i]);
  for (guint i = 0; ids[i] != NULL; i++)
    delete_now (self, ids[i]);
}

static void
toast_gone_cb (AdwToast *toast, gpointer data)
{
  AnnexWindow *self = data;

  if (self->deleting != NULL) /* else the window is on its way out and has done so */
    delete_now (self, g_object_get_data (G_OBJECT (toast), "annex-task"));
}

void
annex_window_take_back (AnnexWindow *self, const char *task_id)
{
  g_autofree char *key = NULL;
  g_autoptr (AdwToast) toast = NULL;

  if (!g_hash_table_steal_extended (self->deleting, task_id, (gpointer *) &key,
                                    (gpointer *) &toast))
    return;
  annex_sidebar_set_task_hidden (self->sidebar, task_id, FALSE);
  if (toast != NULL)
    adw_toast_dismiss (toast);
}

static void
undelete_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);
  g_autofree char *task_id =
      g_variant_dup_string (target, NULL); /* the toast goes, and its target */

  if (g_hash_table_contains (self->deleting, task_id))
    annex_window_open_task (self, task_id, NULL);
}

static DexFuture *
stop_cb (DexFuture *future, gpointer data)
{
  Delete *step = data;
  g_autoptr (AnnexWindow) self = g_weak_ref_get (&step->window);
  AnnexTask *task = g_value_get_object (dex_future_get_value (future, NULL));

  if (self != NULL && self->desk != NULL && annex_desk_is_running (self->desk, task) &&
      g_hash_table_contains (self->deleting, step->task_id))
    annex_desk_stop (self->desk, task);
  return dex_future_new_true ();
}

static void
delete_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);
  g_autofree char *task_id = g_strdup (target_task (self, target));
  g_autofree char *title = NULL;
  g_autofree char *text = NULL;
  AnnexTaskPage *page;
  AdwToast *toast;

  if (task_id == NULL || g_hash_table_contains (self->deleting, task_id))
    return;
  page = annex_window_find_page (self, task_id);
  if (page != NULL && annex_task_page_is_moving (page))
    {
      annex_ui_toast (GTK_WIDGET (self->split),
                      _ ("Annex’s computers are being moved; try again when that is done"));
      return;
    }
  title = dup_task_title (self, task_id);
  text = g_strdup_printf (_ ("“%s” deleted"), title);
  annex_sidebar_set_task_hidden (self->sidebar, task_id, TRUE);
  if (g_strcmp0 (self->task_id, task_id) == 0)
    annex_window_show_new_task (self); /* its page waits, with what is being written */
  toast = annex_ui_toast_with_action (GTK_WIDGET (self->split), text, _ ("_Undo"),
                                      "win.undelete-task", g_variant_new_string (task_id));
  g_hash_table_insert (self->deleting, g_strdup (task_id), g_object_ref (toast));
  /* Nothing goes on unseen; after Undo it can be continued. */
  dex_future_disown (dex_future_then (annex_desk_open_task (self->desk, task_id), stop_cb,
                                      delete_new (self, task_id), delete_free));
  g_object_set_data_full (G_OBJECT (toast), "annex-task", g_steal_pointer (&task_id), g_free);
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (toast_gone_cb), self, 0);
}

void
annex_window_install_task_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.set-title", "(ss)", set_title_action);
  gtk_widget_class_install_action (widget_class, "win.rename-task", "s", rename_action);
  gtk_widget_class_install_action (widget_class, "win.archive-task", "s", archive_action);
  gtk_widget_class_install_action (widget_class, "win.unarchive-task", "s", archive_action);
  gtk_widget_class_install_action (widget_class, "win.export-task", "s", export_action);
  gtk_widget_class_install_action (widget_class, "win.import-task", NULL, import_action);
  gtk_widget_class_install_action (widget_class, "win.delete-task", "s", delete_action);
  gtk_widget_class_install_action (widget_class, "win.undelete-task", "s", undelete_action);
}
