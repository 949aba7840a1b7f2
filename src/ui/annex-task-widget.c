/* annex-task-widget.c
 *
 * See annex-task-widget.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-widget.h"

enum { PROP_DESK = 1, PROP_TASK, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_ABSTRACT_TYPE (AnnexTaskWidget, annex_task_widget, ADW_TYPE_BIN)

#define GET_CLASS(self)                                                                            \
  G_TYPE_INSTANCE_GET_CLASS (self, ANNEX_TYPE_TASK_WIDGET, AnnexTaskWidgetClass)

static void
event_cb (AnnexTaskWidget *self, AnnexEvent *event)
{
  GET_CLASS (self)->event (self, event);
}

static void
task_state_cb (AnnexTaskWidget *self, AnnexTask *task)
{
  if (task == self->task)
    GET_CLASS (self)->run_changed (self);
}

static void
browser_opened_cb (AnnexTaskWidget *self, AnnexTask *task)
{
  if (task == self->task)
    GET_CLASS (self)->browser_opened (self);
}

/* Connects to @object instead of @old, either nullable, where the type wants to hear. */
static void
hear (AnnexTaskWidget *self,
      gpointer old,
      gpointer object,
      const char *signal,
      GCallback callback,
      gboolean is_wanted)
{
  if (!is_wanted)
    return;
  if (old != NULL)
    g_signal_handlers_disconnect_by_func (old, callback, self);
  if (object != NULL)
    g_signal_connect_object (object, signal, callback, self, G_CONNECT_SWAPPED);
}

static void
set_desk (AnnexTaskWidget *self, AnnexDesk *desk)
{
  AnnexTaskWidgetClass *klass = GET_CLASS (self);
  g_autoptr (AnnexDesk) old = NULL;

  if (self->desk == desk)
    return;
  old = g_steal_pointer (&self->desk);
  g_set_object (&self->desk, desk);
  hear (self, old, desk, "task-state", G_CALLBACK (task_state_cb), klass->run_changed != NULL);
  hear (self, old, desk, "browser-opened", G_CALLBACK (browser_opened_cb),
        klass->browser_opened != NULL);
  if (klass->desk_changed != NULL)
    klass->desk_changed (self, old);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESK]);
}

static void
set_task (AnnexTaskWidget *self, AnnexTask *task)
{
  AnnexTaskWidgetClass *klass = GET_CLASS (self);
  g_autoptr (AnnexTask) old = NULL;

  if (self->task == task)
    return;
  old = g_steal_pointer (&self->task);
  g_set_object (&self->task, task);
  hear (self, old, task, "event", G_CALLBACK (event_cb), klass->event != NULL);
  if (klass->task_changed != NULL)
    klass->task_changed (self, old);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TASK]);
}

static void
annex_task_widget_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexTaskWidget *self = ANNEX_TASK_WIDGET (object);

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
annex_task_widget_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexTaskWidget *self = ANNEX_TASK_WIDGET (object);

  switch (id)
    {
    case PROP_DESK:
      set_desk (self, g_value_get_object (value));
      break;
    case PROP_TASK:
      set_task (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_task_widget_dispose (GObject *object)
{
  AnnexTaskWidget *self = ANNEX_TASK_WIDGET (object);

  if (self->desk != NULL)
    g_signal_handlers_disconnect_by_data (self->desk, self);
  if (self->task != NULL)
    g_signal_handlers_disconnect_by_data (self->task, self);
  /* The child is the template's too: the bin must not find it gone. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), G_OBJECT_TYPE (self));
  g_clear_object (&self->task);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (annex_task_widget_parent_class)->dispose (object);
}

static void
annex_task_widget_class_init (AnnexTaskWidgetClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = annex_task_widget_get_property;
  object_class->set_property = annex_task_widget_set_property;
  object_class->dispose = annex_task_widget_dispose;
  properties[PROP_DESK] = g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK, flags);
  properties[PROP_TASK] = g_param_spec_object ("task", NULL, NULL, ANNEX_TYPE_TASK, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
annex_task_widget_init (AnnexTaskWidget *self)
{
}

void
annex_task_widget_bind_part (AnnexTaskWidget *self, AnnexTaskWidget *part)
{
  g_object_bind_property (self, "desk", part, "desk", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self, "task", part, "task", G_BINDING_SYNC_CREATE);
}

GtkWidget *
annex_task_widget_create_part (AnnexTaskWidget *self, GType type)
{
  GtkWidget *part = g_object_new (type, NULL);

  annex_task_widget_bind_part (self, ANNEX_TASK_WIDGET (part));
  return part;
}
