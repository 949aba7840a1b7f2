/* annex-computer-pane-actions.c
 *
 * What the user does with a computer: start, sleep, free its space, move, open a terminal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-pane-private.h"

#include "annex-draft-actions.h"
#include "annex-keys.h"
#include "annex-spoken.h"
#include "annex-terminal.h"
#include "annex-text.h"

#include <glib/gi18n.h>

/* ---- running something the user asked for */

typedef struct
{
  GWeakRef self;
  char *done; /* what to say when it went well; nullable */
} Told;

static void
told_free (gpointer data)
{
  Told *told = data;

  g_weak_ref_clear (&told->self);
  g_free (told->done);
  g_free (told);
}

static DexFuture *
done_cb (DexFuture *future, gpointer data)
{
  Told *told = data;
  g_autoptr (AnnexComputerPane) self = g_weak_ref_get (&told->self);
  g_autoptr (GError) error = NULL;

  if (self == NULL)
    return dex_ref (future);
  self->busy = FALSE;
  g_clear_object (&self->moving);
  if (dex_future_get_value (future, &error) != NULL)
    {
      if (told->done != NULL)
        annex_toast (GTK_WIDGET (self), told->done);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autofree char *reason = annex_text_for_display (annex_error_said (error));

      annex_toast (GTK_WIDGET (self), reason);
    }
  annex_computer_pane_poll (self);
  return dex_ref (future);
}

static void
run (AnnexComputerPane *self, DexFuture *future, const char *done)
{
  Told *told = g_new0 (Told, 1);

  g_weak_ref_init (&told->self, self);
  told->done = g_strdup (done);
  self->busy = TRUE;
  annex_computer_pane_update (self);
  dex_future_disown (dex_future_finally (future, done_cb, told, told_free));
}

static void
start_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexComputerPane *self = ANNEX_COMPUTER_PANE (widget);

  if (self->base.desk != NULL && self->base.task != NULL && !self->busy)
    run (self, annex_desk_start_computer (self->base.desk, self->base.task), NULL);
}

static void
sleep_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexComputerPane *self = ANNEX_COMPUTER_PANE (widget);

  if (self->computer != NULL && !self->busy)
    run (self, annex_computer_save (self->computer), NULL);
}

/* ---- freeing its space */

static guint
count_open_changes (AnnexTask *task)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);
  gint64 n = 0;

  for (guint i = 0; i < shares->len; i++)
    {
      JsonObject *data =
          annex_task_get_draft (task, annex_share_get_id (g_ptr_array_index (shares, i)));

      if (data != NULL)
        n += annex_json_opt_int (data, "added", 0) + annex_json_opt_int (data, "changed", 0) +
             annex_json_opt_int (data, "renamed", 0) + annex_json_opt_int (data, "deleted", 0);
    }
  return (guint) CLAMP (n, 0, G_MAXINT);
}

static void
free_response_cb (AdwAlertDialog *dialog, const char *response, AnnexComputerPane *self)
{
  if (g_str_equal (response, "free-space") && self->base.desk != NULL && self->base.task != NULL &&
      !self->busy)
    run (self, annex_desk_reset_computer (self->base.desk, self->base.task),
         _ ("Its space is free again"));
}

static void
free_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexComputerPane *self = ANNEX_COMPUTER_PANE (widget);
  AdwDialog *dialog = adw_alert_dialog_new (_ ("Free the Space?"), NULL);
  g_autofree char *changes = NULL;
  g_autofree char *body = NULL;
  guint n;

  if (self->base.task == NULL)
    return;
  n = count_open_changes (self->base.task);
  if (n > 0)
    changes = g_strdup_printf (
        ngettext ("%u change in your folders that you have not kept is lost, too.",
                  "%u changes in your folders that you have not kept are lost, too.", n),
        n);
  body = g_strdup_printf ("%s%s%s",
                          _ ("Annex’s computer for this task is like new afterwards. Programs that "
                             "were installed in it, files outside your folders and its checkpoints "
                             "are lost. This cannot be undone."),
                          changes != NULL ? "\n\n" : "", changes != NULL ? changes : "");
  adw_alert_dialog_set_body (ADW_ALERT_DIALOG (dialog), body);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "free-space",
                                  _ ("_Free Space"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "free-space",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (free_response_cb), self, 0);
  adw_dialog_present (dialog, widget);
}

/* ---- moving */

static void
progress_cb (const char *sentence, double fraction, gpointer data)
{
  AnnexComputerPane *self = g_weak_ref_get (data);
  g_autofree char *shown = NULL;

  if (self == NULL)
    return;
  shown = annex_computer_dup_message_words (sentence);
  if (self->moving != NULL)
    {
      gtk_label_set_text (self->message, shown);
      gtk_widget_set_visible (GTK_WIDGET (self->message), TRUE);
      if (fraction < 0)
        gtk_progress_bar_pulse (self->progress);
      else
        gtk_progress_bar_set_fraction (self->progress, CLAMP (fraction, 0, 1));
    }
  g_object_unref (self);
}

static DexFuture *
moved_cb (DexFuture *future, gpointer data)
{
  return dex_ref (future);
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
move_to (AnnexComputerPane *self, const char *path)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);
  DexFuture *future;

  g_weak_ref_init (ref, self);
  g_clear_object (&self->moving);
  self->moving = g_cancellable_new ();
  gtk_progress_bar_set_fraction (self->progress, 0);
  gtk_label_set_text (self->message, _ ("Moving…"));
  future = annex_desk_move_computers (self->base.desk, path, progress_cb, ref, self->moving);
  /* the reference lives as long as the move does */
  run (self, dex_future_finally (future, moved_cb, ref, weak_free), _ ("Computers live there now"));
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexComputerPane) self = data;
  g_autoptr (GFile) folder =
      gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autofree char *path = folder != NULL ? g_file_get_path (folder) : NULL;

  if (path != NULL && self->base.desk != NULL && !self->busy)
    move_to (self, path);
}

static void
move_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexComputerPane *self = ANNEX_COMPUTER_PANE (widget);
  GtkRoot *root = gtk_widget_get_root (widget);
  g_autoptr (GtkFileDialog) dialog = NULL;

  if (self->base.desk == NULL)
    return;
  if (self->moving != NULL)
    {
      g_cancellable_cancel (self->moving);
      return;
    }
  dialog = gtk_file_dialog_new ();
  gtk_file_dialog_set_title (dialog, _ ("Where Computers Shall Live"));
  gtk_file_dialog_select_folder (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                                 folder_chosen_cb, g_object_ref (self));
}

/* For the folder that is known already. */
static void
move_to_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexComputerPane *self = ANNEX_COMPUTER_PANE (widget);

  if (self->base.desk != NULL && !self->busy)
    move_to (self, g_variant_get_string (parameter, NULL));
}

/* ---- terminal */

static void
terminal_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexComputerPane *self = ANNEX_COMPUTER_PANE (widget);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *view;
  GtkWidget *window;
  GtkWidget *terminal;
  g_autofree char *title = NULL;
  g_autofree char *name_of_task = NULL;
  g_autofree char *shown = NULL;

  if (self->computer == NULL || self->base.task == NULL)
    return;
  name_of_task = annex_task_dup_title (self->base.task);
  shown = annex_text_for_display (name_of_task);
  title = g_strdup_printf (_ ("Terminal: %s"), shown);
  window = adw_window_new ();
  view = adw_toolbar_view_new ();
  terminal = annex_terminal_new (self->computer);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), terminal);
  adw_window_set_content (ADW_WINDOW (window), view);
  annex_keys_add (GTK_WINDOW (window), "<Control><Shift>w", "window.close");
  gtk_window_set_title (GTK_WINDOW (window), title);
  gtk_window_set_default_size (GTK_WINDOW (window), 760, 480);
  if (GTK_IS_WINDOW (root))
    gtk_window_set_application (GTK_WINDOW (window),
                                gtk_window_get_application (GTK_WINDOW (root)));
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_grab_focus (terminal);
}

void
annex_computer_pane_install_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "computer.start", NULL, start_action);
  gtk_widget_class_install_action (klass, "computer.sleep", NULL, sleep_action);
  gtk_widget_class_install_action (klass, "computer.free", NULL, free_action);
  gtk_widget_class_install_action (klass, "computer.move", NULL, move_action);
  gtk_widget_class_install_action (klass, "computer.move-to", "s", move_to_action);
  gtk_widget_class_install_action (klass, "computer.terminal", NULL, terminal_action);
}
