/* annex-browser-view.c
 *
 * See annex-browser-view.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-view-private.h"

#include "annex-site-policy.h"
#include "annex-text.h"

#include <glib/gi18n.h>
#include <string.h>

G_DEFINE_FINAL_TYPE (AnnexBrowserView, annex_browser_view, ANNEX_TYPE_TASK_WIDGET)

enum { PROP_PANE = 1, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

/* ---------------------------------------------------------------- address */

static const char *
security_icon (AnnexSecurity security)
{
  switch (security)
    {
    case ANNEX_SECURITY_SECURE:
      return "channel-secure-symbolic";
    case ANNEX_SECURITY_PLAIN:
      return "channel-insecure-symbolic";
    case ANNEX_SECURITY_LOCAL:
      return "computer-symbolic";
    case ANNEX_SECURITY_EXCEPTION:
      return "dialog-warning-symbolic";
    case ANNEX_SECURITY_NONE:
      break;
    }
  return NULL;
}

static const char *
security_words (AnnexSecurity security)
{
  switch (security)
    {
    case ANNEX_SECURITY_SECURE:
      return _ ("Secure: only you and the site can read what is sent");
    case ANNEX_SECURITY_PLAIN:
      return _ ("Not secure: others on the way can read what is sent");
    case ANNEX_SECURITY_LOCAL:
      return _ ("On this computer or in its network");
    case ANNEX_SECURITY_EXCEPTION:
      return _ ("You visit this site although it cannot prove who it is");
    case ANNEX_SECURITY_NONE:
      break;
    }
  return NULL;
}

static gboolean
is_editing (AnnexBrowserView *self)
{
  return gtk_widget_get_state_flags (GTK_WIDGET (self->address)) & GTK_STATE_FLAG_FOCUS_WITHIN;
}

/* At rest the site's name alone, as far as there is one, or the host and port of what is no site,
 * which a narrow pane has room for; while it is edited the whole address. */
static char *
dup_address (AnnexBrowserView *self)
{
  const char *uri = self->tab != NULL ? annex_browser_tab_get_uri (self->tab) : "";
  g_autofree char *site = NULL;
  g_autofree char *shown = NULL;

  if (!is_editing (self))
    switch (annex_site_policy_judge_address (uri, &site))
      {
      case ANNEX_ADDRESS_SITE:
        return g_steal_pointer (&site);
      case ANNEX_ADDRESS_LOCAL:
        if (site != NULL)
          return g_strdup (strstr (site, "://") + strlen ("://"));
        break;
      case ANNEX_ADDRESS_EMPTY:
      case ANNEX_ADDRESS_REFUSED:
        break;
      }
  shown = annex_text_for_display (uri);
  return g_steal_pointer (&shown);
}

static void
update_address (AnnexBrowserView *self)
{
  AnnexSecurity security =
      self->tab != NULL ? annex_browser_tab_get_security (self->tab) : ANNEX_SECURITY_NONE;
  GtkEntry *entry = GTK_ENTRY (self->address);
  g_autofree char *address = dup_address (self);

  gtk_entry_set_icon_from_icon_name (entry, GTK_ENTRY_ICON_PRIMARY, security_icon (security));
  gtk_entry_set_icon_tooltip_text (entry, GTK_ENTRY_ICON_PRIMARY, security_words (security));
  gtk_entry_set_icon_activatable (entry, GTK_ENTRY_ICON_PRIMARY, FALSE);
  if (!is_editing (self))
    gtk_editable_set_text (self->address, address);
}

static void
address_focus_cb (AnnexBrowserView *self)
{
  g_autofree char *address = NULL;

  if (self->pane == NULL)
    return;
  address = dup_address (self);
  gtk_editable_set_text (self->address, address);
  if (is_editing (self))
    gtk_editable_select_region (self->address, 0, -1);
}

static void
address_activate_cb (AnnexBrowserView *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (self->address));

  if (text[0] == '\0')
    return;
  if (self->tab == NULL)
    annex_browser_pane_open (self->pane, text);
  else
    annex_browser_pane_load (self->pane, self->tab, text);
  if (self->tab != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (annex_browser_tab_get_view (self->tab)));
}

static gboolean
address_key_cb (AnnexBrowserView *self, guint key, guint code, GdkModifierType state)
{
  if (key != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  address_focus_cb (self);
  return GDK_EVENT_STOP;
}

/* ---------------------------------------------------------------- finding */

static WebKitFindController *
finder (AnnexBrowserView *self)
{
  WebKitWebView *view = self->tab != NULL ? annex_browser_tab_get_view (self->tab) : NULL;

  return view != NULL ? webkit_web_view_get_find_controller (view) : NULL;
}

static void
find_cb (AnnexBrowserView *self)
{
  const char *text = gtk_editable_get_text (self->find_entry);

  if (finder (self) == NULL)
    return;
  if (text[0] == '\0')
    webkit_find_controller_search_finish (finder (self));
  else
    webkit_find_controller_search (
        finder (self), text, WEBKIT_FIND_OPTIONS_CASE_INSENSITIVE | WEBKIT_FIND_OPTIONS_WRAP_AROUND,
        1000);
}

static void
find_next_cb (AnnexBrowserView *self)
{
  if (finder (self) != NULL)
    webkit_find_controller_search_next (finder (self));
}

static void
find_previous_cb (AnnexBrowserView *self)
{
  if (finder (self) != NULL)
    webkit_find_controller_search_previous (finder (self));
}

static void
find_stop_cb (AnnexBrowserView *self)
{
  gtk_search_bar_set_search_mode (self->find_bar, FALSE);
}

static void
find_mode_cb (AnnexBrowserView *self)
{
  if (!gtk_search_bar_get_search_mode (self->find_bar) && finder (self) != NULL)
    webkit_find_controller_search_finish (finder (self));
}

/* ---------------------------------------------------------------- who drives */

static void
drive_cb (AnnexBrowserView *self)
{
  if (annex_browser_pane_get_driver (self->pane) == ANNEX_DRIVER_USER)
    annex_browser_pane_hand_back (self->pane);
  else
    annex_browser_pane_take_over (self->pane);
}

static void
update_driver (AnnexBrowserView *self)
{
  const char *activity = annex_browser_pane_get_activity (self->pane);
  g_autofree char *shown = annex_text_for_display (activity);
  AnnexDriver driver = annex_browser_pane_get_driver (self->pane);

  gtk_revealer_set_reveal_child (self->drive_line, driver != ANNEX_DRIVER_NOBODY);
  switch (driver)
    {
    case ANNEX_DRIVER_ANNEX:
      gtk_widget_add_css_class (self->frame, "annex-driven");
      gtk_widget_add_css_class (GTK_WIDGET (self->drive_line), "annex-driven");
      gtk_label_set_text (self->drive_label,
                          shown[0] != '\0' ? shown : _ ("Annex is using this page"));
      gtk_button_set_label (self->drive_button, _ ("Take Over"));
      break;
    case ANNEX_DRIVER_USER:
      gtk_widget_remove_css_class (self->frame, "annex-driven");
      gtk_widget_remove_css_class (GTK_WIDGET (self->drive_line), "annex-driven");
      gtk_label_set_text (self->drive_label, _ ("Annex waits, and does not see what you type"));
      gtk_button_set_label (self->drive_button, _ ("Hand Back"));
      break;
    case ANNEX_DRIVER_NOBODY:
      gtk_widget_remove_css_class (self->frame, "annex-driven");
      gtk_widget_remove_css_class (GTK_WIDGET (self->drive_line), "annex-driven");
      break;
    }
}

/* ---------------------------------------------------------------- the page in front */

void
annex_browser_view_update (AnnexBrowserView *self)
{
  gboolean loading = self->tab != NULL && annex_browser_tab_is_loading (self->tab);

  gtk_stack_set_visible_child_name (self->content,
                                    adw_tab_view_get_n_pages (self->tabs) > 0 ? "tabs" : "empty");
  gtk_stack_set_visible_child_name (self->load_stack, loading ? "stop" : "reload");
  gtk_widget_set_visible (GTK_WIDGET (self->progress), loading);
  if (loading)
    gtk_progress_bar_set_fraction (self->progress, annex_browser_tab_get_progress (self->tab));
  update_address (self);
  annex_browser_view_update_actions (self);
}

void
annex_browser_view_set_front (AnnexBrowserView *self, AnnexBrowserTab *tab)
{
  if (self->tab != NULL)
    g_signal_handlers_disconnect_by_func (self->tab, annex_browser_view_update, self);
  g_set_object (&self->tab, tab);
  if (tab != NULL)
    g_signal_connect_object (tab, "notify", G_CALLBACK (annex_browser_view_update), self,
                             G_CONNECT_SWAPPED);
  annex_browser_view_update (self);
}

/* ---------------------------------------------------------------- class */

static void
annex_browser_view_constructed (GObject *object)
{
  AnnexBrowserView *self = ANNEX_BROWSER_VIEW (object);

  G_OBJECT_CLASS (annex_browser_view_parent_class)->constructed (object);
  if (self->pane == NULL)
    return;
  annex_browser_view_watch_tabs (self);
  annex_browser_view_watch_downloads (self);
  g_signal_connect_object (self->pane, "notify::driver", G_CALLBACK (update_driver), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->pane, "notify::activity", G_CALLBACK (update_driver), self,
                           G_CONNECT_SWAPPED);
  update_driver (self);
}

static void
annex_browser_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PANE)
    g_value_set_object (value, ANNEX_BROWSER_VIEW (object)->pane);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_browser_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PANE)
    ANNEX_BROWSER_VIEW (object)->pane = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_browser_view_dispose (GObject *object)
{
  AnnexBrowserView *self = ANNEX_BROWSER_VIEW (object);

  if (self->tab != NULL)
    g_signal_handlers_disconnect_by_data (self->tab, self);
  g_clear_object (&self->tab);
  self->is_syncing = TRUE;
  G_OBJECT_CLASS (annex_browser_view_parent_class)->dispose (object);
  g_clear_object (&self->pane); /* the tabs go with the template, and ask for it */
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, forward_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, load_stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, address);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, downloads_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, downloads);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, enlarge_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, find_bar);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, find_entry);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, drive_line);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, drive_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, drive_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, progress);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, frame);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, content);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserView, tabs);
  gtk_widget_class_bind_template_callback (widget_class, address_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, address_focus_cb);
  gtk_widget_class_bind_template_callback (widget_class, address_key_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, find_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, drive_cb);
}

static void
annex_browser_view_class_init (AnnexBrowserViewClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = annex_browser_view_constructed;
  object_class->get_property = annex_browser_view_get_property;
  object_class->set_property = annex_browser_view_set_property;
  object_class->dispose = annex_browser_view_dispose;
  properties[PROP_PANE] = g_param_spec_object ("pane", NULL, NULL, ANNEX_TYPE_BROWSER_PANE,
                                               flags | G_PARAM_CONSTRUCT_ONLY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-browser-view.ui");
  bind_children (widget_class);
  annex_browser_view_bind_tabs (widget_class);
  annex_browser_view_install_actions (widget_class);
}

static void
annex_browser_view_init (AnnexBrowserView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
annex_browser_view_new (AnnexDesk *desk, AnnexTask *task, AnnexBrowserPane *pane)
{
  return g_object_new (ANNEX_TYPE_BROWSER_VIEW, "desk", desk, "task", task, "pane", pane, NULL);
}
