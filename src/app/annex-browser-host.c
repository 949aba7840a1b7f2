/* annex-browser-host.c
 *
 * See annex-browser-host.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-host.h"

#include <glib/gi18n.h>

#define WIDTH 1280
#define HEIGHT 900

typedef struct
{
  AnnexBrowserPane *pane; /* borrowed: it owns this */
  GtkWidget *window;
  GtkWidget *stack;
  GtkWidget *line;
  GtkWidget *button;
} Host;

static void
host_free (gpointer data)
{
  Host *host = data;

  gtk_window_destroy (GTK_WINDOW (host->window));
  g_free (host);
}

static void
selected_cb (Host *host)
{
  AnnexBrowserTab *tab = annex_browser_pane_get_selected (host->pane);
  GtkWidget *view = tab != NULL ? GTK_WIDGET (annex_browser_tab_get_view (tab)) : NULL;

  if (view == NULL)
    return;
  if (gtk_widget_get_parent (view) == NULL)
    gtk_stack_add_child (GTK_STACK (host->stack), view);
  gtk_stack_set_visible_child (GTK_STACK (host->stack), view);
  gtk_window_present (GTK_WINDOW (host->window));
}

/* Views of tabs that are gone. */
static void
tabs_cb (Host *host, guint position, guint removed, guint added)
{
  GListModel *tabs = annex_browser_pane_get_tabs (host->pane);
  GtkWidget *next;

  for (GtkWidget *view = gtk_widget_get_first_child (host->stack); view != NULL; view = next)
    {
      gboolean found = FALSE;

      next = gtk_widget_get_next_sibling (view);
      for (guint i = 0; i < g_list_model_get_n_items (tabs) && !found; i++)
        {
          g_autoptr (AnnexBrowserTab) tab = g_list_model_get_item (tabs, i);

          found = GTK_WIDGET (annex_browser_tab_get_view (tab)) == view;
        }
      if (!found)
        gtk_stack_remove (GTK_STACK (host->stack), view);
    }
  selected_cb (host);
}

static void
driver_cb (Host *host)
{
  const char *activity = annex_browser_pane_get_activity (host->pane);
  AnnexDriver driver = annex_browser_pane_get_driver (host->pane);

  gtk_label_set_text (GTK_LABEL (host->line),
                      driver == ANNEX_DRIVER_USER               ? _ ("You have the browser")
                      : activity != NULL && activity[0] != '\0' ? activity
                                                                : _ ("Annex uses this browser"));
  gtk_button_set_label (GTK_BUTTON (host->button),
                        driver == ANNEX_DRIVER_USER ? _ ("Hand Back") : _ ("Take Over"));
}

static void
clicked_cb (Host *host)
{
  if (annex_browser_pane_get_driver (host->pane) == ANNEX_DRIVER_USER)
    annex_browser_pane_hand_back (host->pane);
  else
    annex_browser_pane_take_over (host->pane);
}

/* Closing it would take the page's size from it; the task goes on. */
static gboolean
close_cb (GtkWindow *window)
{
  gtk_window_minimize (window);
  return TRUE;
}

GtkWidget *
annex_browser_host_new (AnnexBrowserPane *pane)
{
  Host *host = g_new0 (Host, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  host->pane = pane;
  host->window = gtk_window_new ();
  host->stack = gtk_stack_new ();
  host->line = gtk_label_new (NULL);
  host->button = gtk_button_new ();
  gtk_window_set_title (GTK_WINDOW (host->window), _ ("Annex’s Browser"));
  gtk_window_set_default_size (GTK_WINDOW (host->window), WIDTH, HEIGHT);
  gtk_label_set_xalign (GTK_LABEL (host->line), 0);
  gtk_label_set_ellipsize (GTK_LABEL (host->line), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (host->line, TRUE);
  gtk_widget_set_vexpand (host->stack, TRUE);
  gtk_widget_set_margin_start (bar, 12);
  gtk_widget_set_margin_end (bar, 6);
  gtk_widget_set_margin_top (bar, 6);
  gtk_widget_set_margin_bottom (bar, 6);
  gtk_box_append (GTK_BOX (bar), host->line);
  gtk_box_append (GTK_BOX (bar), host->button);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), host->stack);
  gtk_window_set_child (GTK_WINDOW (host->window), box);
  g_signal_connect (host->window, "close-request", G_CALLBACK (close_cb), NULL);
  g_signal_connect_swapped (host->button, "clicked", G_CALLBACK (clicked_cb), host);
  g_signal_connect_swapped (pane, "notify::selected", G_CALLBACK (selected_cb), host);
  g_signal_connect_swapped (pane, "notify::driver", G_CALLBACK (driver_cb), host);
  g_signal_connect_swapped (pane, "notify::activity", G_CALLBACK (driver_cb), host);
  g_signal_connect_swapped (annex_browser_pane_get_tabs (pane), "items-changed",
                            G_CALLBACK (tabs_cb), host);
  g_object_set_data_full (G_OBJECT (pane), "annex-browser-host", host, host_free);
  driver_cb (host);
  return host->window;
}
