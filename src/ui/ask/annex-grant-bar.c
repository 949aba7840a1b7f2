/* annex-grant-bar.c
 *
 * See annex-grant-bar.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-grant-bar.h"

#include "annex-ask-words.h"
#include "annex-grant-card.h"

struct _AnnexGrantBar
{
  AnnexTaskWidget base;

  guint n_asks;

  AnnexGrantCard *card;
};

enum { PROP_N_ASKS = 1, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AnnexGrantBar, annex_grant_bar, ANNEX_TYPE_TASK_WIDGET)

static void
update (AnnexGrantBar *self)
{
  g_autoptr (GPtrArray) asks =
      self->base.task != NULL ? annex_task_dup_open_asks (self->base.task) : NULL;
  AnnexAsk *shown = annex_grant_card_get_ask (self->card);
  AnnexAsk *first = NULL;
  g_autofree char *told = NULL;
  gboolean is_new;
  guint n = 0;

  for (guint i = 0; asks != NULL && i < asks->len; i++)
    {
      AnnexAsk *ask = g_ptr_array_index (asks, i);

      if (!annex_ask_words_is_permission (ask))
        continue;
      if (first == NULL)
        first = ask;
      n++;
    }
  is_new = first != NULL &&
           (shown == NULL || !g_str_equal (annex_ask_get_id (first), annex_ask_get_id (shown)));
  annex_grant_card_set_ask (self->card, first);
  annex_grant_card_set_position (self->card, 1, n);
  gtk_widget_set_visible (GTK_WIDGET (self), n > 0);
  if (is_new && gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      told = annex_ask_words_permission (first);
      gtk_accessible_announce (GTK_ACCESSIBLE (self), told,
                               GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
    }
  if (self->n_asks == n)
    return;
  self->n_asks = n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ASKS]);
}

static void
event_cb (AnnexTaskWidget *widget, AnnexEvent *event)
{
  AnnexEventType type = annex_event_get_event_type (event);

  if (type == ANNEX_EVENT_ASK_OPENED || type == ANNEX_EVENT_ASK_ANSWERED ||
      type == ANNEX_EVENT_ASK_EXPIRED || type == ANNEX_EVENT_REWOUND ||
      type == ANNEX_EVENT_IMPORTED)
    update (ANNEX_GRANT_BAR (widget));
}

static void
desk_changed (AnnexTaskWidget *widget, AnnexDesk *old)
{
  g_object_set (ANNEX_GRANT_BAR (widget)->card, "desk", widget->desk, NULL);
}

static void
task_changed (AnnexTaskWidget *widget, AnnexTask *old)
{
  update (ANNEX_GRANT_BAR (widget));
}

static void
annex_grant_bar_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_N_ASKS)
    g_value_set_uint (value, ANNEX_GRANT_BAR (object)->n_asks);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_grant_bar_class_init (AnnexGrantBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  AnnexTaskWidgetClass *task_widget_class = (AnnexTaskWidgetClass *) klass;

  object_class->get_property = annex_grant_bar_get_property;
  task_widget_class->desk_changed = desk_changed;
  task_widget_class->task_changed = task_changed;
  task_widget_class->event = event_cb;
  properties[PROP_N_ASKS] = g_param_spec_uint ("n-asks", NULL, NULL, 0, G_MAXUINT, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (ANNEX_TYPE_GRANT_CARD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-grant-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantBar, card);
}

static void
annex_grant_bar_init (AnnexGrantBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  annex_grant_card_set_shrinks (self->card, TRUE);
}

GtkWidget *
annex_grant_bar_new (AnnexDesk *desk, AnnexTask *task)
{
  return g_object_new (ANNEX_TYPE_GRANT_BAR, "desk", desk, "task", task, NULL);
}
