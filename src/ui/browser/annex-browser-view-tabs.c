/* annex-browser-view-tabs.c
 *
 * The pane's tabs as pages of a tab view. The pane leads: what is closed or chosen here is asked of
 * it, and shown when it has happened.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-page.h"
#include "annex-browser-view-private.h"

#include "annex-text.h"

#include <glib/gi18n.h>

static AdwTabPage *
find_page (AnnexBrowserView *self, AnnexBrowserTab *tab)
{
  for (int i = 0; i < adw_tab_view_get_n_pages (self->tabs); i++)
    {
      AdwTabPage *page = adw_tab_view_get_nth_page (self->tabs, i);
      AnnexBrowserPage *child = ANNEX_BROWSER_PAGE (adw_tab_page_get_child (page));

      if (annex_browser_page_get_tab (child) == tab)
        return page;
    }
  return NULL;
}

static void
tab_cb (AdwTabPage *page)
{
  AnnexBrowserTab *tab =
      annex_browser_page_get_tab (ANNEX_BROWSER_PAGE (adw_tab_page_get_child (page)));
  const char *title = annex_browser_tab_get_title (tab);
  const char *uri = annex_browser_tab_get_uri (tab);
  g_autofree char *shown = annex_text_for_display (title[0] != '\0' ? title
                                                   : uri[0] != '\0' ? uri
                                                                    : _ ("New Page"));
  GdkTexture *favicon = annex_browser_tab_get_favicon (tab);

  adw_tab_page_set_title (page, shown);
  adw_tab_page_set_icon (page, favicon != NULL ? G_ICON (favicon) : NULL);
  adw_tab_page_set_loading (page, annex_browser_tab_is_loading (tab));
  adw_tab_page_set_needs_attention (page, annex_browser_tab_get_dialog (tab) != NULL &&
                                              !adw_tab_page_get_selected (page));
}

static void
add_page (AnnexBrowserView *self, AnnexBrowserTab *tab, guint position)
{
  static const char *const signals[] = { "notify::title", "notify::uri", "notify::favicon",
                                         "notify::loading", "notify::dialog" };
  AdwTabPage *page =
      adw_tab_view_insert (self->tabs, annex_browser_page_new (self->pane, tab), (int) position);

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_object (tab, signals[i], G_CALLBACK (tab_cb), page, G_CONNECT_SWAPPED);
  tab_cb (page);
}

static gboolean
has_tab (GListModel *tabs, AnnexBrowserTab *tab)
{
  for (guint i = 0; i < g_list_model_get_n_items (tabs); i++)
    {
      g_autoptr (AnnexBrowserTab) other = g_list_model_get_item (tabs, i);

      if (other == tab)
        return TRUE;
    }
  return FALSE;
}

static void
tabs_cb (AnnexBrowserView *self, guint position, guint n_removed, guint n_added, GListModel *tabs)
{
  self->is_syncing = TRUE;
  for (int i = adw_tab_view_get_n_pages (self->tabs) - 1; i >= 0; i--)
    {
      AdwTabPage *page = adw_tab_view_get_nth_page (self->tabs, i);
      AnnexBrowserPage *child = ANNEX_BROWSER_PAGE (adw_tab_page_get_child (page));

      if (has_tab (tabs, annex_browser_page_get_tab (child)))
        continue;
      annex_browser_page_release (child);
      adw_tab_view_close_page (self->tabs, page);
    }
  for (guint i = 0; i < g_list_model_get_n_items (tabs); i++)
    {
      g_autoptr (AnnexBrowserTab) tab = g_list_model_get_item (tabs, i);

      if (find_page (self, tab) == NULL)
        add_page (self, tab, MIN (i, (guint) adw_tab_view_get_n_pages (self->tabs)));
    }
  self->is_syncing = FALSE;
  annex_browser_view_update (self);
}

static void
selected_cb (AnnexBrowserView *self)
{
  AnnexBrowserTab *tab = annex_browser_pane_get_selected (self->pane);
  AdwTabPage *page = tab != NULL ? find_page (self, tab) : NULL;

  if (page != NULL)
    {
      self->is_syncing = TRUE;
      adw_tab_view_set_selected_page (self->tabs, page);
      adw_tab_page_set_needs_attention (page, FALSE);
      self->is_syncing = FALSE;
    }
  annex_browser_view_set_front (self, tab);
}

static void
selected_page_cb (AnnexBrowserView *self)
{
  AdwTabPage *page = adw_tab_view_get_selected_page (self->tabs);

  if (self->is_syncing || page == NULL || self->pane == NULL)
    return;
  /* Looking at another tab is taking the wheel: the agent acts on the one in front. */
  annex_browser_pane_take_over (self->pane);
  annex_browser_pane_select (
      self->pane, annex_browser_page_get_tab (ANNEX_BROWSER_PAGE (adw_tab_page_get_child (page))));
}

static gboolean
close_page_cb (AnnexBrowserView *self, AdwTabPage *page)
{
  AnnexBrowserPage *child = ANNEX_BROWSER_PAGE (adw_tab_page_get_child (page));

  if (self->is_syncing)
    {
      adw_tab_view_close_page_finish (self->tabs, page, TRUE);
      return GDK_EVENT_STOP;
    }
  adw_tab_view_close_page_finish (self->tabs, page, FALSE);
  annex_browser_pane_take_over (self->pane);
  annex_browser_pane_close_tab (self->pane, annex_browser_page_get_tab (child));
  return GDK_EVENT_STOP;
}

/* Tabs stay in their task. */
static AdwTabView *
create_window_cb (AnnexBrowserView *self)
{
  return NULL;
}

void
annex_browser_view_bind_tabs (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, selected_page_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_page_cb);
  gtk_widget_class_bind_template_callback (widget_class, create_window_cb);
}

void
annex_browser_view_watch_tabs (AnnexBrowserView *self)
{
  GListModel *tabs = annex_browser_pane_get_tabs (self->pane);

  g_signal_connect_object (tabs, "items-changed", G_CALLBACK (tabs_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pane, "notify::selected", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  tabs_cb (self, 0, 0, g_list_model_get_n_items (tabs), tabs);
  selected_cb (self);
}
