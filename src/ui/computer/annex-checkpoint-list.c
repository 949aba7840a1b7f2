/* annex-checkpoint-list.c
 *
 * See annex-checkpoint-list.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-checkpoint-list.h"

#include "annex-checkpoint-row.h"
#include "annex-draft-actions.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

struct _AnnexCheckpointList
{
  AnnexTaskWidget base;

  char *busy; /* the checkpoint that is worked on, "" for the present; NULL: none */

  AdwPreferencesGroup *group;
  GtkListBox *rows;
};

G_DEFINE_FINAL_TYPE (AnnexCheckpointList, annex_checkpoint_list, ANNEX_TYPE_TASK_WIDGET)

static void
read_list (AnnexCheckpointList *self);

/* ---- what the user asked for, and what came of it */

typedef struct
{
  GWeakRef self;
  AnnexTask *task;
  char *what;  /* keep, back, copy, remove */
  char *words; /* of the checkpoint; nullable */
} Asked;

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  g_weak_ref_clear (&asked->self);
  g_clear_object (&asked->task);
  g_free (asked->what);
  g_free (asked->words);
  g_free (asked);
}

static void
run (AnnexCheckpointList *self, const char *what, const AnnexCheckpoint *one, DexFuture *future);

typedef struct
{
  GWeakRef self;
  AnnexTask *task;
  char *before;
} Undo;

static void
undo_free (gpointer data, GClosure *closure)
{
  Undo *undo = data;

  g_weak_ref_clear (&undo->self);
  g_object_unref (undo->task);
  g_free (undo->before);
  g_free (undo);
}

static void
undo_cb (AdwToast *toast, Undo *undo)
{
  g_autoptr (AnnexCheckpointList) self = g_weak_ref_get (&undo->self);

  if (self != NULL && self->base.desk != NULL && self->base.task == undo->task &&
      self->busy == NULL)
    run (self, "undo", NULL, annex_desk_roll_back (self->base.desk, undo->task, undo->before));
}

/* @before: the checkpoint that undoes it; nullable. */
static void
tell_back (AnnexCheckpointList *self, Asked *asked, const char *before)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_TOAST_OVERLAY);
  g_autofree char *text = g_strdup_printf (_ ("The computer is back at “%s”"), asked->words);
  AdwToast *toast;
  Undo *undo;

  if (overlay == NULL)
    return;
  toast = annex_ui_toast_new (text);
  if (before != NULL)
    {
      undo = g_new0 (Undo, 1);
      g_weak_ref_init (&undo->self, self);
      undo->task = g_object_ref (asked->task);
      undo->before = g_strdup (before);
      adw_toast_set_button_label (toast, _ ("Undo"));
      adw_toast_set_timeout (toast, 10);
      g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_cb), undo, undo_free, 0);
    }
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
}

static void
tell_done (AnnexCheckpointList *self, Asked *asked, const GValue *value)
{
  if (g_str_equal (asked->what, "back"))
    tell_back (self, asked, G_VALUE_HOLDS_STRING (value) ? g_value_get_string (value) : NULL);
  else if (g_str_equal (asked->what, "undo"))
    annex_toast (GTK_WIDGET (self), _ ("The computer is as it was before you went back"));
  else if (g_str_equal (asked->what, "copy"))
    {
      AnnexTask *copy = g_value_get_object (value);

      if (!gtk_widget_activate_action (GTK_WIDGET (self), "win.open-task", "s",
                                       annex_task_get_id (copy)))
        annex_toast (GTK_WIDGET (self), _ ("The copy is in your list of tasks"));
    }
}

static DexFuture *
done_cb (DexFuture *future, gpointer data)
{
  Asked *asked = data;
  g_autoptr (AnnexCheckpointList) self = g_weak_ref_get (&asked->self);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL)
    return dex_ref (future);
  g_clear_pointer (&self->busy, g_free);
  if (value == NULL)
    {
      g_autofree char *reason = annex_text_for_display (annex_error_said (error));

      annex_toast (GTK_WIDGET (self), reason);
    }
  else if (self->base.task == asked->task)
    tell_done (self, asked, value);
  read_list (self);
  return dex_ref (future);
}

static void
run (AnnexCheckpointList *self, const char *what, const AnnexCheckpoint *one, DexFuture *future)
{
  Asked *asked = g_new0 (Asked, 1);

  g_weak_ref_init (&asked->self, self);
  asked->task = g_object_ref (self->base.task);
  asked->what = g_strdup (what);
  asked->words = one != NULL ? annex_checkpoint_dup_words (one) : NULL;
  self->busy = g_strdup (one != NULL ? one->id : "");
  annex_checkpoint_list_update (self);
  dex_future_disown (dex_future_finally (future, done_cb, asked, asked_free));
}

/* ---- keeping, with a name */

static void
keep_response_cb (AdwAlertDialog *dialog, const char *response, AnnexCheckpointList *self)
{
  GtkWidget *entry = adw_alert_dialog_get_extra_child (dialog);
  g_autofree char *name = NULL;

  if (!g_str_equal (response, "keep") || self->base.desk == NULL || self->base.task == NULL ||
      self->busy != NULL)
    return;
  name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry)));
  g_strstrip (name);
  run (self, "keep", NULL,
       annex_desk_checkpoint (self->base.desk, self->base.task, name[0] != '\0' ? name : NULL));
}

static void
ask_name (AnnexCheckpointList *self)
{
  AdwDialog *dialog = adw_alert_dialog_new (
      _ ("Keep This State?"),
      _ ("Annex’s computer rests for a few seconds. You can come back to what it is now: files, "
         "installed programs, and what runs in it."));
  GtkWidget *entry = gtk_entry_new ();

  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _ ("Name (optional)"));
  gtk_entry_set_max_length (GTK_ENTRY (entry), ANNEX_CHECKPOINT_MAX_NAME_CHARS);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name"),
                                  -1);
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), entry);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "keep",
                                  _ ("_Keep"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "keep",
                                            ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "keep");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_dialog_set_focus (dialog, entry);
  g_signal_connect_object (dialog, "response", G_CALLBACK (keep_response_cb), self, 0);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static DexFuture *
make_copy (AnnexCheckpointList *self, const AnnexCheckpoint *one)
{
  g_autofree char *old = annex_task_dup_title (self->base.task);
  /* Translators: the title of a task that is a copy of the task %s */
  g_autofree char *title = g_strdup_printf (_ ("%s (copy)"), old);

  return annex_desk_fork (self->base.desk, self->base.task, one != NULL ? one->id : NULL, title);
}

static void
chosen_cb (AnnexCheckpointRow *row, const char *what, AnnexCheckpointList *self)
{
  const AnnexCheckpoint *one = annex_checkpoint_row_get_checkpoint (row);

  if (self->base.desk == NULL || self->base.task == NULL || self->busy != NULL)
    return;
  if (g_str_equal (what, "keep"))
    ask_name (self);
  else if (g_str_equal (what, "back"))
    run (self, what, one, annex_desk_roll_back (self->base.desk, self->base.task, one->id));
  else if (g_str_equal (what, "copy"))
    run (self, what, one, make_copy (self, one));
  else
    run (self, what, one, annex_desk_remove_checkpoint (self->base.desk, self->base.task, one->id));
}

/* ---- the list */

void
annex_checkpoint_list_update (AnnexCheckpointList *self)
{
  gboolean there = self->base.desk != NULL && self->base.task != NULL;
  gboolean working = there && annex_desk_is_running (self->base.desk, self->base.task);
  gboolean can = there && !working && self->busy == NULL;
  GtkListBoxRow *row;

  adw_preferences_group_set_description (
      self->group,
      working ? _ ("Stop the task to keep the computer as it is, or to go back.") : NULL);
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->rows, i)) != NULL; i++)
    {
      const AnnexCheckpoint *one = annex_checkpoint_row_get_checkpoint (ANNEX_CHECKPOINT_ROW (row));

      annex_checkpoint_row_set_state (ANNEX_CHECKPOINT_ROW (row), can,
                                      g_strcmp0 (self->busy, one != NULL ? one->id : "") == 0);
    }
}

static void
add_row (AnnexCheckpointList *self, const AnnexCheckpoint *one, gboolean is_last)
{
  GtkWidget *row = annex_checkpoint_row_new (one, is_last);

  g_signal_connect_object (row, "chosen", G_CALLBACK (chosen_cb), self, 0);
  gtk_list_box_append (self->rows, row);
}

/* Same checkpoints, same rows: who reads a menu is not interrupted. */
static gboolean
is_shown (AnnexCheckpointList *self, GPtrArray *all)
{
  if (gtk_list_box_get_row_at_index (self->rows, 0) == NULL ||
      gtk_list_box_get_row_at_index (self->rows, (int) all->len + 1) != NULL)
    return FALSE;
  for (guint i = 0; i < all->len; i++)
    {
      const AnnexCheckpoint *one = g_ptr_array_index (all, all->len - 1 - i);
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->rows, (int) i + 1);
      const AnnexCheckpoint *shown =
          row != NULL ? annex_checkpoint_row_get_checkpoint (ANNEX_CHECKPOINT_ROW (row)) : NULL;

      if (shown == NULL || !g_str_equal (shown->id, one->id) || shown->memory != one->memory)
        return FALSE;
    }
  return TRUE;
}

static void
show_list (AnnexCheckpointList *self, GPtrArray *all)
{
  if (!is_shown (self, all))
    {
      gtk_list_box_remove_all (self->rows);
      add_row (self, NULL, all->len == 0);
      for (guint i = all->len; i > 0; i--)
        add_row (self, g_ptr_array_index (all, i - 1), i == 1);
    }
  annex_checkpoint_list_update (self);
}

typedef struct
{
  GWeakRef self;
  AnnexTask *task;
} Read;

static void
read_free (gpointer data)
{
  Read *read = data;

  g_weak_ref_clear (&read->self);
  g_object_unref (read->task);
  g_free (read);
}

static DexFuture *
read_cb (DexFuture *future, gpointer data)
{
  Read *read = data;
  g_autoptr (AnnexCheckpointList) self = g_weak_ref_get (&read->self);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    g_info ("The checkpoints are not known: %s", error->message);
  else if (self != NULL && self->base.task == read->task)
    show_list (self, g_value_get_boxed (value));
  return dex_ref (future);
}

static void
read_list (AnnexCheckpointList *self)
{
  Read *read;

  annex_checkpoint_list_update (self);
  if (self->base.desk == NULL || self->base.task == NULL ||
      !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  read = g_new0 (Read, 1);
  g_weak_ref_init (&read->self, self);
  read->task = g_object_ref (self->base.task);
  dex_future_disown (dex_future_finally (
      annex_desk_list_checkpoints (self->base.desk, self->base.task), read_cb, read, read_free));
}

static void
event_cb (AnnexTaskWidget *widget, AnnexEvent *event)
{
  AnnexCheckpointList *self = ANNEX_CHECKPOINT_LIST (widget);
  AnnexEventType type = annex_event_get_event_type (event);

  if (type == ANNEX_EVENT_CHECKPOINT_MADE || type == ANNEX_EVENT_CHECKPOINT_REMOVED ||
      type == ANNEX_EVENT_ROLLED_BACK)
    read_list (self);
}

static void
annex_checkpoint_list_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (annex_checkpoint_list_parent_class)->map (widget);
  read_list (ANNEX_CHECKPOINT_LIST (widget));
}

/* ---- properties and life */

static void
desk_changed (AnnexTaskWidget *widget, AnnexDesk *old)
{
  read_list (ANNEX_CHECKPOINT_LIST (widget));
}

static void
task_changed (AnnexTaskWidget *widget, AnnexTask *old)
{
  AnnexCheckpointList *self = ANNEX_CHECKPOINT_LIST (widget);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  g_clear_pointer (&self->busy, g_free);
  show_list (self, none);
  read_list (self);
}

static void
annex_checkpoint_list_dispose (GObject *object)
{
  AnnexCheckpointList *self = ANNEX_CHECKPOINT_LIST (object);

  g_clear_pointer (&self->busy, g_free);
  G_OBJECT_CLASS (annex_checkpoint_list_parent_class)->dispose (object);
}

static void
annex_checkpoint_list_class_init (AnnexCheckpointListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  AnnexTaskWidgetClass *task_widget_class = (AnnexTaskWidgetClass *) klass;

  object_class->dispose = annex_checkpoint_list_dispose;
  task_widget_class->desk_changed = desk_changed;
  task_widget_class->task_changed = task_changed;
  task_widget_class->event = event_cb;
  widget_class->map = annex_checkpoint_list_map;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-checkpoint-list.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexCheckpointList, group);
  gtk_widget_class_bind_template_child (widget_class, AnnexCheckpointList, rows);
}

static void
annex_checkpoint_list_init (AnnexCheckpointList *self)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  show_list (self, none);
}
