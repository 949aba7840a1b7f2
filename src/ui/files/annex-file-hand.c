/* annex-file-hand.c
 *
 * See annex-file-hand.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-file-hand.h"

#include "annex-draft-actions.h"
#include "annex-spoken.h"
#include "annex-text.h"

#include <glib/gi18n.h>

static void
launched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;

  if (!gtk_file_launcher_launch_finish (GTK_FILE_LAUNCHER (source), result, &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    annex_toast (widget, _ ("No app could open it"));
}

static void
shown_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;

  if (!gtk_file_launcher_open_containing_folder_finish (GTK_FILE_LAUNCHER (source), result, &error))
    annex_toast (widget, _ ("The folder could not be shown"));
}

static void
copied_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;
  g_autofree char *text = NULL;

  if (g_file_copy_finish (G_FILE (source), result, &error))
    {
      annex_toast (widget, _ ("Saved"));
      return;
    }
  reason = annex_text_for_display (annex_error_said (error));
  text = g_strdup_printf (_ ("Not saved: %s"), reason);
  annex_toast (widget, text);
}

typedef struct
{
  GtkWidget *widget;
  GFile *file;
} Save;

static void
save_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Save *save = data;
  g_autoptr (GFile) target = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (target != NULL)
    g_file_copy_async (save->file, target, G_FILE_COPY_OVERWRITE, G_PRIORITY_DEFAULT, NULL, NULL,
                       NULL, copied_cb, g_object_ref (save->widget));
  g_object_unref (save->widget);
  g_object_unref (save->file);
  g_free (save);
}

static void
ask_where (GtkWidget *widget, GtkWindow *window, GFile *file)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *name = g_file_get_basename (file);
  Save *save = g_new0 (Save, 1);

  save->widget = g_object_ref (widget);
  save->file = g_object_ref (file);
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, window, NULL, save_chosen_cb, save);
}

void
annex_file_hand_over (GtkWidget *widget, GFile *file, AnnexFileHand how)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWindow *window = GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  switch (how)
    {
    case ANNEX_FILE_HAND_OPEN:
      gtk_file_launcher_launch (launcher, window, NULL, launched_cb, g_object_ref (widget));
      break;
    case ANNEX_FILE_HAND_SHOW:
      gtk_file_launcher_open_containing_folder (launcher, window, NULL, shown_cb,
                                                g_object_ref (widget));
      break;
    case ANNEX_FILE_HAND_SAVE:
      ask_where (widget, window, file);
      break;
    }
}

GdkContentProvider *
annex_file_hand_provide (GFile *file)
{
  GSList *files = g_slist_prepend (NULL, file);
  GdkFileList *list = gdk_file_list_new_from_list (files);
  GdkContentProvider *provider = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);

  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  g_slist_free (files);
  return provider;
}
