/* annex-browser-view-downloads.c
 *
 * The list of what pages gave. Nothing opens from here: a file is data that lies in quarantine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-view-private.h"

#include "annex-text.h"

#include <glib/gi18n.h>

static void
stop_cb (GtkWidget *button)
{
  annex_browser_download_cancel (g_object_get_data (G_OBJECT (button), "download"));
}

static void
update_cb (GtkWidget *row)
{
  AnnexBrowserDownload *download = g_object_get_data (G_OBJECT (row), "download");
  GtkWidget *button = g_object_get_data (G_OBJECT (row), "button");
  g_autofree char *received =
      annex_text_format_size (annex_browser_download_get_received (download));
  g_autofree char *size = annex_text_format_size (annex_browser_download_get_size (download));
  g_autofree char *name = annex_text_for_display (annex_browser_download_get_name (download));
  const char *reason = annex_browser_download_get_reason (download);
  g_autofree char *words = NULL;

  switch (annex_browser_download_get_state (download))
    {
    case ANNEX_DOWNLOAD_RUNNING:
      /* Translators: sizes: how much has come, of how much */
      words = annex_browser_download_get_size (download) > 0
                  ? g_strdup_printf (_ ("%s of %s"), received, size)
                  : g_strdup (received);
      break;
    case ANNEX_DOWNLOAD_DONE:
      words = g_strdup (received);
      break;
    case ANNEX_DOWNLOAD_FAILED:
      /* Translators: %s is a sentence that says why a file was not downloaded */
      words = reason != NULL ? g_strdup_printf (_ ("Not downloaded. %s"), _ (reason))
                             : g_strdup (_ ("Not downloaded"));
      break;
    }
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), words);
  gtk_widget_set_visible (button,
                          annex_browser_download_get_state (download) == ANNEX_DOWNLOAD_RUNNING);
}

static GtkWidget *
create_row (gpointer item, gpointer data)
{
  static const char *const signals[] = { "notify::name", "notify::state", "notify::received",
                                         "notify::size" };
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_from_icon_name ("process-stop-symbolic");

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  gtk_widget_set_tooltip_text (button, _ ("Stop"));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_object_set_data_full (G_OBJECT (button), "download", g_object_ref (item), g_object_unref);
  g_signal_connect (button, "clicked", G_CALLBACK (stop_cb), NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  g_object_set_data_full (G_OBJECT (row), "download", g_object_ref (item), g_object_unref);
  g_object_set_data (G_OBJECT (row), "button", button);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_object (item, signals[i], G_CALLBACK (update_cb), row, G_CONNECT_SWAPPED);
  update_cb (row);
  return row;
}

static void
changed_cb (AnnexBrowserView *self)
{
  GListModel *downloads = annex_browser_pane_get_downloads (self->pane);

  gtk_widget_set_visible (self->downloads_button, g_list_model_get_n_items (downloads) > 0);
}

void
annex_browser_view_watch_downloads (AnnexBrowserView *self)
{
  GListModel *downloads = annex_browser_pane_get_downloads (self->pane);

  gtk_list_box_bind_model (self->downloads, downloads, create_row, NULL, NULL);
  g_signal_connect_object (downloads, "items-changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  changed_cb (self);
}
