/* annex-file-handle.c
 *
 * See annex-file-handle.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-file-handle.h"

#include "annex-draft-actions.h"
#include "annex-file-hand.h"
#include "annex-future.h"
#include "annex-result-file.h"
#include "annex-spoken.h"
#include "annex-text.h"

#include <glib/gi18n.h>

struct _AnnexFileHandle
{
  GtkBox parent_instance;

  AnnexDesk *desk;
  AnnexTask *task;
  char *guest_path;
  GFile *file; /* once it is here */
  guint serial;
  gboolean looking;

  AdwSpinner *spinner;
  GtkButton *open;
};

G_DEFINE_FINAL_TYPE (AnnexFileHandle, annex_file_handle, GTK_TYPE_BOX)

static const char *const actions[] = { "changed-file.open", "changed-file.show",
                                       "changed-file.save" };

static void
set_busy (AnnexFileHandle *self, gboolean busy)
{
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i], !busy);
}

/* ---- fetching */

typedef struct
{
  GWeakRef self;
  guint serial;
  AnnexDesk *desk;
  AnnexTask *task;
  char *guest_path;
  gboolean look; /* for a drag: quietly, and only what can be had now */
  AnnexFileHand how;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_weak_ref_clear (&work->self);
  g_clear_object (&work->desk);
  g_clear_object (&work->task);
  g_free (work->guest_path);
  g_free (work);
}

static DexFuture *
work_fiber (gpointer data)
{
  Work *work = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = dex_await_object (
      annex_result_file_fetch (work->desk, work->task, work->guest_path, !work->look), &error);
  g_autoptr (AnnexFileHandle) self = g_weak_ref_get (&work->self);

  if (self == NULL)
    return dex_future_new_true ();
  /* What was asked for comes, though another change may be shown by now. */
  if (self->serial == work->serial)
    {
      if (work->look)
        self->looking = FALSE;
      else
        set_busy (self, FALSE);
      if (file != NULL)
        g_set_object (&self->file, file);
    }
  if (file != NULL && !work->look)
    annex_file_hand_over (GTK_WIDGET (self), file, work->how);
  else if (file == NULL && !work->look)
    {
      g_autofree char *reason = annex_text_for_display (annex_error_said (error));
      g_autofree char *text = g_strdup_printf (_ ("It cannot be opened: %s"), reason);

      annex_toast (GTK_WIDGET (self), text);
    }
  return dex_future_new_true ();
}

static Work *
work_new (AnnexFileHandle *self)
{
  Work *work = g_new0 (Work, 1);

  g_weak_ref_init (&work->self, self);
  work->serial = self->serial;
  work->desk = g_object_ref (self->desk);
  work->task = g_object_ref (self->task);
  work->guest_path = g_strdup (self->guest_path);
  return work;
}

static void
open_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexFileHandle *self = ANNEX_FILE_HANDLE (widget);
  Work *work;

  if (self->guest_path == NULL)
    return;
  work = work_new (self);
  work->how = g_str_equal (name, actions[0])   ? ANNEX_FILE_HAND_OPEN
              : g_str_equal (name, actions[1]) ? ANNEX_FILE_HAND_SHOW
                                               : ANNEX_FILE_HAND_SAVE;
  set_busy (self, TRUE);
  annex_fiber_start (work_fiber, work, work_free);
}

/* ---- dragging out */

/* A drag cannot wait for the file, so it is fetched when the pointer comes near. */
static void
entered_cb (AnnexFileHandle *self)
{
  Work *work;

  if (self->guest_path == NULL || self->file != NULL || self->looking)
    return;
  self->looking = TRUE;
  work = work_new (self);
  work->look = TRUE;
  annex_fiber_start (work_fiber, work, work_free);
}

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, AnnexFileHandle *self)
{
  return self->file != NULL ? annex_file_hand_provide (self->file) : NULL;
}

void
annex_file_handle_set_grip (AnnexFileHandle *self, GtkWidget *grip)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  g_return_if_fail (ANNEX_IS_FILE_HANDLE (self));

  g_signal_connect_object (source, "prepare", G_CALLBACK (prepare_cb), self, 0);
  g_signal_connect_object (motion, "enter", G_CALLBACK (entered_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (grip, GTK_EVENT_CONTROLLER (source));
  gtk_widget_add_controller (grip, motion);
}

/* ---- life */

static gboolean
has_file (const AnnexChange *change)
{
  return change != NULL && !change->folder && change->target == NULL &&
         change->kind != ANNEX_CHANGE_DELETED && change->kind != ANNEX_CHANGE_REFUSED;
}

void
annex_file_handle_set_change (AnnexFileHandle *self,
                              AnnexDesk *desk,
                              AnnexTask *task,
                              const char *share_id,
                              const AnnexChange *change)
{
  AnnexShare *share = has_file (change) ? annex_task_find_share (task, share_id) : NULL;

  g_return_if_fail (ANNEX_IS_FILE_HANDLE (self));

  self->serial++;
  self->looking = FALSE;
  g_clear_object (&self->file);
  g_clear_pointer (&self->guest_path, g_free);
  set_busy (self, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self), share != NULL);
  if (share != NULL)
    {
      g_autofree char *folder = annex_share_dup_guest_path (share);
      g_autofree char *name = annex_text_file_name (change->path);
      g_autofree char *label = g_strdup_printf (_ ("Open %s"), name);

      g_set_object (&self->desk, desk);
      g_set_object (&self->task, task);
      self->guest_path = g_build_filename (folder, change->path, NULL);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->open), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      label, -1);
    }
}

static void
annex_file_handle_dispose (GObject *object)
{
  AnnexFileHandle *self = ANNEX_FILE_HANDLE (object);

  self->serial++;
  gtk_widget_dispose_template (GTK_WIDGET (object), ANNEX_TYPE_FILE_HANDLE);
  g_clear_object (&self->desk);
  g_clear_object (&self->task);
  g_clear_object (&self->file);
  g_clear_pointer (&self->guest_path, g_free);
  G_OBJECT_CLASS (annex_file_handle_parent_class)->dispose (object);
}

static void
annex_file_handle_class_init (AnnexFileHandleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_file_handle_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-file-handle.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexFileHandle, spinner);
  gtk_widget_class_bind_template_child (widget_class, AnnexFileHandle, open);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, open_action);
}

static void
annex_file_handle_init (AnnexFileHandle *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
