/* annex-browser-slot.c
 *
 * See annex-browser-slot.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-slot.h"

#include "annex-browser-module.h"
#include "annex-module.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

struct _AnnexBrowserSlot
{
  AnnexTaskWidget base;

  AnnexBrowser *browser; /* whose view is shown; nullable */

  GtkStack *stack;
  AdwStatusPage *empty;
  GtkWidget *open_button;
};

G_DEFINE_FINAL_TYPE (AnnexBrowserSlot, annex_browser_slot, ANNEX_TYPE_TASK_WIDGET)

static AnnexBrowserViewFunc view_func;

void
annex_browser_slot_set_view_func (AnnexBrowserViewFunc func)
{
  view_func = func;
}

static GtkWidget *
create_view (AnnexBrowserSlot *self, AnnexBrowser *browser)
{
  g_autoptr (GError) error = NULL;
  AnnexBrowserModuleGetFunc get;

  if (view_func != NULL)
    return view_func (self->base.desk, self->base.task, browser);
  get = annex_module_load (ANNEX_BROWSER_MODULE_FILE, ANNEX_BROWSER_MODULE_SYMBOL, &error);
  if (get == NULL || get ()->new_view == NULL)
    {
      g_warning ("The browser pane cannot be shown: %s",
                 error != NULL ? error->message : "it was built without a view");
      return NULL;
    }
  return get ()->new_view (self->base.desk, self->base.task, browser);
}

static void
update (AnnexBrowserSlot *self)
{
  AnnexBrowser *browser = self->base.desk != NULL && self->base.task != NULL
                              ? annex_desk_get_browser (self->base.desk, self->base.task)
                              : NULL;
  GtkWidget *view;

  if (browser == self->browser)
    return;
  if (self->browser != NULL)
    gtk_stack_remove (self->stack, gtk_stack_get_child_by_name (self->stack, "view"));
  g_clear_object (&self->browser);
  view = browser != NULL ? create_view (self, browser) : NULL;
  if (view != NULL)
    {
      self->browser = g_object_ref (browser);
      gtk_stack_add_named (self->stack, view, "view");
    }
  gtk_stack_set_visible_child_name (self->stack, view != NULL ? "view" : "empty");
}

static DexFuture *
ready_cb (DexFuture *future, gpointer data)
{
  AnnexBrowserSlot *self = data;
  g_autoptr (GError) error = NULL;

  gtk_widget_set_sensitive (self->open_button, TRUE);
  if (dex_future_get_value (future, &error) == NULL)
    adw_status_page_set_description (self->empty,
                                     _ ("The browser could not be started on this computer."));
  else
    update (self);
  return dex_future_new_true ();
}

static void
open_cb (AnnexBrowserSlot *self)
{
  if (self->base.desk == NULL || self->base.task == NULL)
    return;
  gtk_widget_set_sensitive (self->open_button, FALSE);
  dex_future_disown (dex_future_finally (annex_desk_open_browser (self->base.desk, self->base.task),
                                         ready_cb, g_object_ref (self), g_object_unref));
}

/* ---------------------------------------------------------------- class */

static void
desk_changed (AnnexTaskWidget *widget, AnnexDesk *old)
{
  update (ANNEX_BROWSER_SLOT (widget));
}

static void
task_changed (AnnexTaskWidget *widget, AnnexTask *old)
{
  update (ANNEX_BROWSER_SLOT (widget));
}

static void
browser_opened (AnnexTaskWidget *widget)
{
  update (ANNEX_BROWSER_SLOT (widget));
}

static void
annex_browser_slot_dispose (GObject *object)
{
  AnnexBrowserSlot *self = ANNEX_BROWSER_SLOT (object);

  g_clear_object (&self->browser);
  G_OBJECT_CLASS (annex_browser_slot_parent_class)->dispose (object);
}

static void
annex_browser_slot_class_init (AnnexBrowserSlotClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  AnnexTaskWidgetClass *task_widget_class = (AnnexTaskWidgetClass *) klass;

  object_class->dispose = annex_browser_slot_dispose;
  task_widget_class->desk_changed = desk_changed;
  task_widget_class->task_changed = task_changed;
  task_widget_class->browser_opened = browser_opened;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-browser-slot.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserSlot, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserSlot, empty);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserSlot, open_button);
  gtk_widget_class_bind_template_callback (widget_class, open_cb);
}

static void
annex_browser_slot_init (AnnexBrowserSlot *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
