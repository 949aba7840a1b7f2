/* annex-browser-view-actions.c
 *
 * What the user can do with the page in front, by buttons and keys. Each is the user's own hand, so
 * it takes the wheel first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-view-private.h"

#define ZOOM_STEP 1.2

static AnnexBrowserTab *
take (AnnexBrowserView *self)
{
  if (self->tab != NULL)
    annex_browser_pane_touch (self->pane, self->tab);
  return self->tab;
}

static void
back_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexBrowserTab *tab = take (ANNEX_BROWSER_VIEW (widget));

  if (tab != NULL)
    annex_browser_tab_go_back (tab);
}

static void
forward_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexBrowserTab *tab = take (ANNEX_BROWSER_VIEW (widget));

  if (tab != NULL)
    annex_browser_tab_go_forward (tab);
}

static void
reload_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexBrowserTab *tab = take (ANNEX_BROWSER_VIEW (widget));

  if (tab != NULL)
    annex_browser_tab_reload (tab);
}

static void
stop_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexBrowserTab *tab = take (ANNEX_BROWSER_VIEW (widget));

  if (tab != NULL)
    annex_browser_tab_stop (tab);
}

/* Once more, it leads back to the message. */
static void
address_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexBrowserView *self = ANNEX_BROWSER_VIEW (widget);
  GtkStateFlags state = gtk_widget_get_state_flags (GTK_WIDGET (self->address));

  if ((state & GTK_STATE_FLAG_FOCUS_WITHIN) == 0 ||
      !gtk_widget_activate_action (widget, "task.write", NULL))
    gtk_widget_grab_focus (GTK_WIDGET (self->address));
}

static void
new_tab_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexBrowserView *self = ANNEX_BROWSER_VIEW (widget);

  annex_browser_pane_open (self->pane, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self->address));
}

static void
close_tab_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexBrowserView *self = ANNEX_BROWSER_VIEW (widget);
  AnnexBrowserTab *tab = take (self);
  WebKitWebView *view;

  if (tab == NULL)
    return;
  annex_browser_pane_close_tab (self->pane, tab);
  /* The keys stay here: the next one of these is not the window's. */
  view = self->tab != NULL ? annex_browser_tab_get_view (self->tab) : NULL;
  if (view == NULL || !gtk_widget_get_mapped (GTK_WIDGET (view)) ||
      !gtk_widget_grab_focus (GTK_WIDGET (view)))
    gtk_widget_grab_focus (GTK_WIDGET (self->address));
}

/* The key, which is also that of the window. */
static void
close_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action (
      widget, ANNEX_BROWSER_VIEW (widget)->tab != NULL ? "browser.close-tab" : "window.close",
      NULL);
}

static gboolean
has_page (AnnexBrowserView *self)
{
  return self->tab != NULL && annex_browser_tab_get_uri (self->tab)[0] != '\0';
}

/* The key is also that of the conversation, which is searched where there is no page. */
static void
find_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexBrowserView *self = ANNEX_BROWSER_VIEW (widget);

  if (!has_page (self))
    {
      gtk_widget_activate_action (widget, "task.find", NULL);
      return;
    }
  gtk_search_bar_set_search_mode (self->find_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->find_entry));
}

/* Zooming changes nothing in the page that the agent sees, so it takes no wheel. */
static void
zoom_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexBrowserTab *tab = ANNEX_BROWSER_VIEW (widget)->tab;
  double zoom = 1;

  if (tab == NULL)
    return;
  g_object_get (tab, "zoom", &zoom, NULL);
  if (g_str_equal (name, "browser.zoom-in"))
    zoom *= ZOOM_STEP;
  else if (g_str_equal (name, "browser.zoom-out"))
    zoom /= ZOOM_STEP;
  else
    zoom = 1;
  annex_browser_tab_set_zoom (tab, zoom);
}

void
annex_browser_view_update_actions (AnnexBrowserView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean back = FALSE;
  gboolean forward = FALSE;
  gboolean page = has_page (self);

  if (self->tab != NULL)
    g_object_get (self->tab, "can-go-back", &back, "can-go-forward", &forward, NULL);
  gtk_widget_action_set_enabled (widget, "browser.back", back);
  gtk_widget_action_set_enabled (widget, "browser.forward", forward);
  gtk_widget_set_visible (self->forward_button, forward);
  gtk_widget_action_set_enabled (widget, "browser.reload", page);
  gtk_widget_action_set_enabled (widget, "browser.find-in-page", page);
  gtk_widget_action_set_enabled (widget, "browser.zoom-in", page);
  gtk_widget_action_set_enabled (widget, "browser.zoom-out", page);
  gtk_widget_action_set_enabled (widget, "browser.zoom-normal", page);
  gtk_widget_action_set_enabled (widget, "browser.close-tab", self->tab != NULL);
}

void
annex_browser_view_install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc func;
    guint key;
    GdkModifierType modifiers;
  } table[] = {
    { "browser.back", back_action, GDK_KEY_Left, GDK_ALT_MASK },
    { "browser.forward", forward_action, GDK_KEY_Right, GDK_ALT_MASK },
    { "browser.reload", reload_action, GDK_KEY_F5, 0 },
    { "browser.stop", stop_action, 0, 0 },
    /* These three have the key of a window's action, which asks here first. */
    { "browser.address", address_action, 0, 0 },
    { "browser.close", close_action, 0, 0 },
    { "browser.find", find_action, 0, 0 },
    { "browser.find-in-page", find_action, 0, 0 },
    { "browser.new-tab", new_tab_action, GDK_KEY_t, GDK_CONTROL_MASK },
    { "browser.close-tab", close_tab_action, 0, 0 },
    { "browser.zoom-in", zoom_action, GDK_KEY_plus, GDK_CONTROL_MASK },
    { "browser.zoom-out", zoom_action, GDK_KEY_minus, GDK_CONTROL_MASK },
    { "browser.zoom-normal", zoom_action, GDK_KEY_0, GDK_CONTROL_MASK },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      gtk_widget_class_install_action (widget_class, table[i].name, NULL, table[i].func);
      if (table[i].key != 0)
        gtk_widget_class_add_binding_action (widget_class, table[i].key, table[i].modifiers,
                                             table[i].name, NULL);
    }
}
