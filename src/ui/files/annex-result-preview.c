/* annex-result-preview.c
 *
 * See annex-result-preview.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-result-preview.h"

#include "annex-future.h"
#include "annex-preview.h"
#include "annex-spoken.h"
#include "annex-text.h"

#include <glib/gi18n.h>

#define MAX_BYTES (32 * 1024 * 1024)

typedef struct
{
  GWeakRef preview;
  GFile *file;
  char *name;
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_weak_ref_clear (&look->preview);
  g_object_unref (look->file);
  g_free (look->name);
  g_free (look);
}

static DexFuture *
read_work (gpointer data)
{
  GError *error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read (data, NULL, &error);
  GBytes *bytes = stream != NULL
                      ? g_input_stream_read_bytes (G_INPUT_STREAM (stream), MAX_BYTES, NULL, &error)
                      : NULL;

  if (bytes == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES, bytes);
}

static DexFuture *
look_fiber (gpointer data)
{
  Look *look = data;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexPreview) preview = NULL;
  g_autoptr (GError) error = NULL;

  bytes = dex_await_boxed (
      annex_worker_run ("annex-result", read_work, g_object_ref (look->file), g_object_unref),
      &error);
  preview = g_weak_ref_get (&look->preview);
  if (preview == NULL)
    return dex_future_new_true ();
  if (bytes != NULL)
    annex_preview_show_bytes (preview, look->name, bytes);
  else
    {
      g_autofree char *reason = annex_text_for_display (annex_error_said (error));

      annex_preview_show_failure (preview, look->name, reason);
    }
  return dex_future_new_true ();
}

static void
open_cb (GtkWidget *button, AdwDialog *dialog)
{
  g_autoptr (GtkFileLauncher) launcher =
      gtk_file_launcher_new (g_object_get_data (G_OBJECT (dialog), "annex-file"));
  GtkRoot *root = gtk_widget_get_root (button);

  /* Where no app opens it, the desktop says so. */
  gtk_file_launcher_launch (launcher, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, NULL,
                            NULL);
}

void
annex_result_preview_present (GtkWidget *parent, GFile *file, const char *name)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *bar = adw_header_bar_new ();
  GtkWidget *preview = g_object_new (ANNEX_TYPE_PREVIEW, NULL);
  GtkWidget *open = gtk_button_new_with_mnemonic (_ ("_Open"));
  g_autofree char *title = annex_text_file_name (name);
  Look *look = g_new0 (Look, 1);

  gtk_widget_set_tooltip_text (open, _ ("Open with Another App"));
  adw_header_bar_pack_start (ADW_HEADER_BAR (bar), open);
  adw_header_bar_set_show_title (ADW_HEADER_BAR (bar), FALSE);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), bar);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), preview);
  adw_dialog_set_child (dialog, view);
  adw_dialog_set_title (dialog, title);
  adw_dialog_set_content_width (dialog, 900);
  adw_dialog_set_content_height (dialog, 800);
  g_object_set_data_full (G_OBJECT (dialog), "annex-file", g_object_ref (file), g_object_unref);
  g_signal_connect_object (open, "clicked", G_CALLBACK (open_cb), dialog, G_CONNECT_DEFAULT);
  adw_dialog_present (dialog, parent);

  g_weak_ref_init (&look->preview, preview);
  look->file = g_object_ref (file);
  look->name = g_strdup (name);
  annex_fiber_start (look_fiber, look, look_free);
}
