/* annex-browser-slot.c
 *
 * See annex-browser-slot.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-slot.h"

#include "annex-browser-module.h"
#include "annex-module.h"

#include <glib/gi18n.h>

struct _AnnexBrowserSlot
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexTask *task;
  AnnexBrowser *browser; /* whose view is shown; nullable */

  GtkStack *stack;
  AdwStatusPage *empty;
  GtkWidget *open_button;
};

G_DEFINE_FINAL_TYPE (AnnexBrowserSlot, annex_browser_slot, ADW_TYPE_BIN)

enum { PROP_DESK = 1, PROP_TASK, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

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
    return view_func (self->desk, self->task, browser);
  get = annex_module_load (ANNEX_BROWSER_MODULE_FILE, ANNEX_BROWSER_MODULE_SYMBOL, &error);
  if (get == NULL || get ()->new_view == NULL)
    {
      g_warning ("The browser pane cannot be shown: %s",
                 error != NULL ? error->message : "it was built without a view");
      return NULL;
    }
  return get ()->new_view (self->desk, self->task, browser);
}

static void
update (AnnexBrowserSlot *self)
{
  AnnexBrowser *browser = self->desk != NULL && self->task != NULL
                              ? annex_desk_get_browser (self->desk, self->task)
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

static void
opened_cb (AnnexBrowserSlot *self, AnnexTask *task)
{
  if (task == self->task)
    update (self);
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
  if (self->desk == NULL || self->task == NULL)
    return;
  gtk_widget_set_sensitive (self->open_button, FALSE);
  dex_future_disown (dex_future_finally (annex_desk_open_browser (self->desk, self->task), ready_cb,
                                         g_object_ref (self), g_object_unref));
}

/* ---------------------------------------------------------------- class */

static void
set_desk (AnnexBrowserSlot *self, AnnexDesk *desk)
{
  if (self->desk != NULL)
    g_signal_handlers_disconnect_by_func (self->desk, opened_cb, self);
  g_set_object (&self->desk, desk);
  if (desk != NULL)
    g_signal_connect_object (desk, "browser-opened", G_CALLBACK (opened_cb), self,
                             G_CONNECT_SWAPPED);
  update (self);
}

static void
annex_browser_slot_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexBrowserSlot *self = ANNEX_BROWSER_SLOT (object);

  switch (id)
    {
    case PROP_DESK:
      g_value_set_object (value, self->desk);
      break;
    case PROP_TASK:
      g_value_set_object (value, self->task);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_browser_slot_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexBrowserSlot *self = ANNEX_BROWSER_SLOT (object);

  switch (id)
    {
    case PROP_DESK:
      set_desk (self, g_value_get_object (value));
      break;
    case PROP_TASK:
      if (g_set_object (&self->task, g_value_get_object (value)))
        update (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_browser_slot_dispose (GObject *object)
{
  AnnexBrowserSlot *self = ANNEX_BROWSER_SLOT (object);

  /* The child is the template's too: the bin must not find it gone. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_BROWSER_SLOT);
  g_clear_object (&self->browser);
  g_clear_object (&self->task);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (annex_browser_slot_parent_class)->dispose (object);
}

static void
annex_browser_slot_class_init (AnnexBrowserSlotClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_browser_slot_get_property;
  object_class->set_property = annex_browser_slot_set_property;
  object_class->dispose = annex_browser_slot_dispose;
  properties[PROP_DESK] = g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK, flags);
  properties[PROP_TASK] = g_param_spec_object ("task", NULL, NULL, ANNEX_TYPE_TASK, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
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
