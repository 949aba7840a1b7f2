/* annex-files-pane-actions.c
 *
 * The actions "files.…": keep and discard what is chosen, and what one can do with a folder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-draft-actions.h"
#include "annex-files-pane-private.h"

#include "annex-future.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-usual-mode.h"

#include <glib/gi18n.h>

/* ---- keep and discard */

static GPtrArray *
chosen_parts (AnnexFilesPane *self)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_draft_part_free);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->roots)); i++)
    {
      g_autoptr (AnnexDraftNode) root = g_list_model_get_item (G_LIST_MODEL (self->roots), i);
      const char *id = annex_share_get_id (annex_draft_node_get_share (root));
      guint checked = annex_draft_node_get_n_checked (root);
      g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

      if (checked == 0)
        continue;
      if (checked < annex_draft_node_get_n_keepable (root))
        annex_draft_node_collect (root, TRUE, paths);
      g_ptr_array_add (paths, NULL);
      g_ptr_array_add (
          parts, annex_draft_part_new (
                     id, paths->len > 1 ? (const char *const *) paths->pdata : NULL, checked));
    }
  return parts;
}

static DexFuture *
done_cb (DexFuture *future, gpointer data)
{
  GWeakRef *ref = data;
  g_autoptr (AnnexFilesPane) self = g_weak_ref_get (ref);

  if (self != NULL)
    {
      self->busy = FALSE;
      annex_files_pane_update (self);
    }
  return dex_ref (future);
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* @status: what is being done; NULL while the user is only asked. */
static void
run (AnnexFilesPane *self, DexFuture *future, const char *status)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  g_weak_ref_init (ref, self);
  self->busy = TRUE;
  if (status != NULL)
    gtk_label_set_text (self->status, status);
  annex_files_pane_update (self);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), status != NULL);
  dex_future_disown (dex_future_finally (future, done_cb, ref, weak_free));
}

static void
keep_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  AnnexFilesPane *self = data;
  g_autoptr (GPtrArray) parts = chosen_parts (self);

  if (self->base.desk != NULL && self->base.task != NULL && parts->len > 0)
    run (self, annex_draft_keep_parts (GTK_WIDGET (self), self->base.desk, self->base.task, parts),
         _ ("Keeping the changes…"));
}

static void
discard_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  AnnexFilesPane *self = data;
  g_autoptr (GPtrArray) parts = chosen_parts (self);

  if (self->base.desk != NULL && self->base.task != NULL && parts->len > 0)
    run (self,
         annex_draft_discard_parts (GTK_WIDGET (self), self->base.desk, self->base.task, parts),
         NULL);
}

/* ---- folders */

typedef struct
{
  GWeakRef widget;
} Told;

static DexFuture *
tell_cb (DexFuture *future, gpointer data)
{
  Told *told = data;
  g_autoptr (GtkWidget) widget = g_weak_ref_get (&told->widget);
  g_autoptr (GError) error = NULL;

  if (widget != NULL && dex_future_get_value (future, &error) == NULL && error != NULL &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autofree char *text = annex_text_for_display (annex_error_said (error));

      annex_toast (widget, text);
    }
  return dex_ref (future);
}

static void
told_free (gpointer data)
{
  g_weak_ref_clear (&((Told *) data)->widget);
  g_free (data);
}

/* Runs on by itself; a failure is told in a toast. */
static void
run_and_tell (AnnexFilesPane *self, DexFuture *future)
{
  Told *told = g_new0 (Told, 1);

  g_weak_ref_init (&told->widget, self);
  dex_future_disown (dex_future_finally (future, tell_cb, told, told_free));
}

static void
mode_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  AnnexFilesPane *self = data;
  const char *name = g_action_get_name (G_ACTION (action));
  AnnexShareMode mode;

  if (self->base.desk != NULL && self->base.task != NULL && g_str_has_prefix (name, "mode-") &&
      annex_share_mode_from_name (g_variant_get_string (value, NULL), &mode, NULL))
    run_and_tell (self,
                  annex_desk_set_share_mode (self->base.desk, self->base.task, name + 5, mode));
}

/* ---- taking a folder away */

typedef struct
{
  AnnexDesk *desk;
  AnnexTask *task;
  char *share_id;
} Revoke;

static void
revoke_free (gpointer data)
{
  Revoke *revoke = data;

  g_object_unref (revoke->desk);
  g_object_unref (revoke->task);
  g_free (revoke->share_id);
  g_free (revoke);
}

static DexFuture *
confirmed_cb (DexFuture *future, gpointer data)
{
  Revoke *revoke = data;

  if (!g_value_get_boolean (dex_future_get_value (future, NULL)))
    return dex_future_new_true ();
  return annex_desk_revoke_share (revoke->desk, revoke->task, revoke->share_id);
}

static guint
count_changes (AnnexFilesPane *self, const char *share_id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->roots)); i++)
    {
      g_autoptr (AnnexDraftNode) root = g_list_model_get_item (G_LIST_MODEL (self->roots), i);

      if (g_str_equal (annex_share_get_id (annex_draft_node_get_share (root)), share_id))
        return annex_draft_node_get_n_keepable (root);
    }
  return 0;
}

/* What was not kept goes with the folder, which nothing can undo. */
static void
revoke_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  AnnexFilesPane *self = data;
  const char *share_id = g_variant_get_string (parameter, NULL);
  Revoke *revoke;
  guint n;

  if (self->base.desk == NULL || self->base.task == NULL)
    return;
  n = count_changes (self, share_id);
  revoke = g_new0 (Revoke, 1);
  revoke->desk = g_object_ref (self->base.desk);
  revoke->task = g_object_ref (self->base.task);
  revoke->share_id = g_strdup (share_id);
  run_and_tell (self, dex_future_then (n > 0 ? annex_draft_confirm_discard (GTK_WIDGET (self), n)
                                             : dex_future_new_true (),
                                       confirmed_cb, revoke, revoke_free));
}

static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  AnnexFilesPane *self = data;
  AnnexShare *share =
      self->base.task != NULL
          ? annex_task_find_share (self->base.task, g_variant_get_string (parameter, NULL))
          : NULL;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autoptr (GFile) file = NULL;
  g_autoptr (GtkFileLauncher) launcher = NULL;

  if (share == NULL)
    return;
  file = g_file_new_for_path (annex_share_get_home (share));
  launcher = gtk_file_launcher_new (file);
  gtk_file_launcher_launch (launcher, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, NULL,
                            NULL);
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexFilesPane) self = data;
  g_autoptr (GFile) folder =
      gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autofree char *path = folder != NULL ? g_file_get_path (folder) : NULL;

  if (path != NULL && self->base.desk != NULL && self->base.task != NULL)
    run_and_tell (self, annex_desk_grant_folder (self->base.desk, self->base.task, path,
                                                 annex_usual_mode ()));
}

static void
add_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  AnnexFilesPane *self = data;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  if (self->base.desk == NULL || self->base.task == NULL)
    return;
  gtk_file_dialog_set_title (dialog, _ ("Let Annex Work on a Folder"));
  gtk_file_dialog_select_folder (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                                 folder_chosen_cb, g_object_ref (self));
}

static void
undo_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  AnnexFilesPane *self = data;
  const char *ids[] = { g_variant_get_string (parameter, NULL), NULL };

  gtk_popover_popdown (self->history_popover);
  if (self->base.desk != NULL && self->base.task != NULL)
    run (self, annex_draft_undo_keeps (GTK_WIDGET (self), self->base.desk, self->base.task, ids),
         _ ("Putting your files back…"));
}

void
annex_files_pane_add_actions (AnnexFilesPane *self)
{
  static const GActionEntry entries[] = {
    { .name = "keep", .activate = keep_cb },
    { .name = "discard", .activate = discard_cb },
    { .name = "add", .activate = add_cb },
    { .name = "show", .activate = show_cb, .parameter_type = "s" },
    { .name = "revoke", .activate = revoke_cb, .parameter_type = "s" },
    { .name = "undo", .activate = undo_cb, .parameter_type = "s" },
  };

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "files", G_ACTION_GROUP (self->actions));
}

void
annex_files_pane_add_mode_actions (AnnexFilesPane *self)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (self->base.task);

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);
      g_autofree char *name = g_strdup_printf ("mode-%s", annex_share_get_id (share));
      GVariant *state =
          g_variant_new_string (annex_share_mode_to_name (annex_share_get_mode (share)));
      g_autoptr (GSimpleAction) action =
          g_simple_action_new_stateful (name, G_VARIANT_TYPE_STRING, state);

      g_signal_connect (action, "activate", G_CALLBACK (mode_cb), self);
      g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
    }
}
