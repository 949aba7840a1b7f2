/* annex-task-page-browser.c
 *
 * The browser pane shows itself when Annex begins to browse. Where it would cover the conversation,
 * or the user has left it or is busy in the pane, a quiet line says so instead, and leads there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-page-private.h"

#include <glib/gi18n.h>

static AnnexDriver
get_driver (AnnexTaskPage *self)
{
  return self->browser != NULL ? annex_browser_get_driver (self->browser) : ANNEX_DRIVER_NOBODY;
}

static gboolean
is_pane_shown (AnnexTaskPage *self)
{
  return adw_overlay_split_view_get_show_sidebar (self->split);
}

static gboolean
sees_browser (AnnexTaskPage *self)
{
  g_autofree char *tab = NULL;

  g_object_get (self->pane, "tab", &tab, NULL);
  return is_pane_shown (self) && g_strcmp0 (tab, "browser") == 0;
}

static void
update_line (AnnexTaskPage *self)
{
  AnnexDriver driver = get_driver (self);

  if (driver == ANNEX_DRIVER_ANNEX)
    gtk_label_set_text (self->browser_label, _ ("Annex is using the browser"));
  else if (driver == ANNEX_DRIVER_USER)
    gtk_label_set_text (self->browser_label, _ ("Annex waits until you hand the browser back"));
  gtk_revealer_set_reveal_child (self->browser_line,
                                 driver != ANNEX_DRIVER_NOBODY && !sees_browser (self));
}

/* Is the user doing something in the pane, which would go from under their hands? */
static gboolean
is_pane_used (AnnexTaskPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return is_pane_shown (self) && focus != NULL &&
         gtk_widget_is_ancestor (focus, GTK_WIDGET (self->pane));
}

static void
driver_cb (AnnexTaskPage *self)
{
  gboolean is_driven = get_driver (self) != ANNEX_DRIVER_NOBODY;
  gboolean begins = is_driven && !self->was_driven;

  self->was_driven = is_driven;
  if (begins && !self->compact && !self->left_browser && !is_pane_used (self) &&
      !sees_browser (self))
    {
      self->is_arranging = TRUE;
      g_object_set (self->pane, "tab", "browser", NULL);
      adw_overlay_split_view_set_show_sidebar (self->split, TRUE);
      self->is_arranging = FALSE;
      self->showed_browser = TRUE;
    }
  update_line (self);
}

static void
set_browser (AnnexTaskPage *self, AnnexBrowser *browser)
{
  if (self->browser == browser)
    return;
  if (self->browser != NULL)
    g_signal_handlers_disconnect_by_func (self->browser, driver_cb, self);
  g_set_object (&self->browser, browser);
  if (browser != NULL)
    g_signal_connect_object (browser, "notify::driver", G_CALLBACK (driver_cb), self,
                             G_CONNECT_SWAPPED);
  driver_cb (self);
}

void
annex_task_page_find_browser (AnnexTaskPage *self)
{
  set_browser (self, self->base.desk != NULL && self->base.task != NULL
                         ? annex_desk_get_browser (self->base.desk, self->base.task)
                         : NULL);
}

void
annex_task_page_pane_changed (AnnexTaskPage *self)
{
  gboolean sees = sees_browser (self);

  if (!self->is_arranging && !self->compact)
    {
      if (sees)
        self->left_browser = FALSE;
      else if (self->saw_browser && self->showed_browser &&
               (self->was_driven || !is_pane_shown (self)))
        self->left_browser = TRUE;
    }
  self->saw_browser = sees;
  update_line (self);
}
