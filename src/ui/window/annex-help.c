/* annex-help.c
 *
 * See annex-help.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-help.h"

#include "annex-keys.h"
#include "annex-module.h"
#include "annex-web-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

static void
ended_action (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  gtk_window_destroy (window);
}

/* (transfer floating) */
static GtkWidget *
new_page (void)
{
  g_autofree char *path = annex_module_dup_path (ANNEX_HELP_FILE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) html = NULL;
  AnnexWebPageNewFunc new_func;
  char *text;
  gsize length;

  if (g_file_get_contents (path, &text, &length, &error))
    {
      html = g_bytes_new_take (text, length);
      new_func =
          annex_module_load (ANNEX_WEB_PAGE_MODULE_FILE, ANNEX_WEB_PAGE_MODULE_SYMBOL, &error);
      if (new_func != NULL)
        return new_func (html);
    }
  g_warning ("The manual cannot be shown: %s", error->message);
  return NULL;
}

static GtkWindow *
new_window (GtkWidget *page)
{
  static const GActionEntry entries[] = { { .name = "page-ended", .activate = ended_action } };
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  GtkWidget *window = adw_window_new ();
  GtkWidget *view = adw_toolbar_view_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), window);
  gtk_widget_insert_action_group (window, "preview", G_ACTION_GROUP (actions));
  gtk_accessible_update_property (GTK_ACCESSIBLE (page), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Help"),
                                  -1);
  gtk_widget_set_vexpand (page, TRUE);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_toolbar_view_set_top_bar_style (ADW_TOOLBAR_VIEW (view), ADW_TOOLBAR_RAISED_BORDER);
  adw_window_set_content (ADW_WINDOW (window), view);
  annex_keys_add (GTK_WINDOW (window), "<Control>w", "window.close");
  annex_keys_add (GTK_WINDOW (window), "<Control>q", "app.quit");
  gtk_window_set_title (GTK_WINDOW (window), _ ("Help"));
  gtk_window_set_default_size (GTK_WINDOW (window), 960, 720);
  return GTK_WINDOW (window);
}

gboolean
annex_help_present (GtkWindow *parent)
{
  static GtkWindow *shown;
  GtkWidget *page;

  g_return_val_if_fail (GTK_IS_WINDOW (parent), FALSE);

  if (shown == NULL)
    {
      page = new_page ();
      if (page == NULL)
        return FALSE;
      g_set_weak_pointer (&shown, new_window (page));
      gtk_window_set_application (shown, gtk_window_get_application (parent));
      gtk_widget_grab_focus (page);
    }
  gtk_window_present (shown);
  return TRUE;
}
