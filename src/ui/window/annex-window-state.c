/* annex-window-state.c
 *
 * The window as it was when it was closed, in the settings: size, pane, task.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-window-private.h"

static void
pane_changed_cb (AnnexWindow *self, GParamSpec *pspec, AnnexTaskPage *page)
{
  g_autofree char *tab = NULL;

  /* Only what this tells of: the rest may be as it is because Annex began to browse. */
  if (g_str_equal (pspec->name, "pane-width"))
    g_object_get (page, "pane-width", &self->pane_width, NULL);
  else if (g_str_equal (pspec->name, "pane-tab"))
    {
      g_object_get (page, "pane-tab", &tab, NULL);
      g_set_str (&self->pane_tab, tab);
    }
  else if (!self->compact) /* an overlaying pane is opened and closed for a look */
    g_object_get (page, "pane-shown", &self->pane_shown, NULL);
}

static void
compact_cb (AnnexTaskPage *page, GParamSpec *pspec, AnnexWindow *self)
{
  g_object_set (page, "compact", self->compact, "pane-shown", !self->compact && self->pane_shown,
                NULL);
}

/* A task's page follows the window's width, and the panes of all tasks are as the last one was. */
void
annex_window_bind_page (AnnexWindow *self, AnnexTaskPage *page)
{
  g_object_set (page, "compact", self->compact, "pane-width", self->pane_width, "pane-shown",
                self->pane_shown && !self->compact, "pane-tab", self->pane_tab, NULL);
  g_object_bind_property (self, "narrow", page, "narrow", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (self, "notify::compact", G_CALLBACK (compact_cb), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "notify::pane-shown", G_CALLBACK (pane_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "notify::pane-tab", G_CALLBACK (pane_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "notify::pane-width", G_CALLBACK (pane_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

/* The menu's item with its check mark. */
static void
add_show_archived (AnnexWindow *self)
{
  g_autoptr (GPropertyAction) action =
      g_property_action_new ("show-archived", self->sidebar, "show-archived");

  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (action));
}

void
annex_window_restore_state (AnnexWindow *self)
{
  g_autofree char *task = NULL;

  add_show_archived (self);
  self->pane_shown = TRUE;
  self->pane_width = 360;
  g_set_str (&self->pane_tab, "plan");
  if (self->settings == NULL)
    return;
  gtk_window_set_default_size (GTK_WINDOW (self),
                               g_settings_get_int (self->settings, "window-width"),
                               g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  self->pane_shown = g_settings_get_boolean (self->settings, "pane-shown");
  self->pane_width = g_settings_get_int (self->settings, "pane-width");
  g_clear_pointer (&self->pane_tab, g_free);
  self->pane_tab = g_settings_get_string (self->settings, "pane-tab");
  g_settings_bind (self->settings, "show-archived", self->sidebar, "show-archived",
                   G_SETTINGS_BIND_DEFAULT);
  task = g_settings_get_string (self->settings, "last-task");
  self->restoring = *task != '\0' && g_set_str (&self->wanted_task, task);
}

/* At once: the next start finds it even when this one was killed. */
void
annex_window_save_task (AnnexWindow *self)
{
  if (self->settings != NULL)
    g_settings_set_string (self->settings, "last-task", self->task_id != NULL ? self->task_id : "");
}

void
annex_window_save_state (AnnexWindow *self)
{
  int width;
  int height;

  if (self->settings == NULL)
    return;
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_delay (self->settings);
  if (width >= 360 && height >= 294)
    {
      g_settings_set_int (self->settings, "window-width", width);
      g_settings_set_int (self->settings, "window-height", height);
    }
  g_settings_set_boolean (self->settings, "window-maximized",
                          gtk_window_is_maximized (GTK_WINDOW (self)));
  g_settings_set_boolean (self->settings, "pane-shown", self->pane_shown);
  g_settings_set_int (self->settings, "pane-width", self->pane_width);
  g_settings_set_string (self->settings, "pane-tab", self->pane_tab);
  g_settings_apply (self->settings);
}
