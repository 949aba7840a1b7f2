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
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexTask *task;
  GSignalGroup *task_signals;
  guint n_asks;

  AnnexGrantCard *card;
};

enum { PROP_DESK = 1, PROP_TASK, PROP_N_ASKS, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AnnexGrantBar, annex_grant_bar, ADW_TYPE_BIN)

static void
update (AnnexGrantBar *self)
{
  g_autoptr (GPtrArray) asks = self->task != NULL ? annex_task_dup_open_asks (self->task) : NULL;
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
    gtk_accessible_announce (GTK_ACCESSIBLE (self), annex_ask_words_permission (first),
                             GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
  if (self->n_asks == n)
    return;
  self->n_asks = n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ASKS]);
}

static void
event_cb (AnnexTask *task, AnnexEvent *event, gpointer data)
{
  AnnexEventType type = annex_event_get_event_type (event);

  if (type == ANNEX_EVENT_ASK_OPENED || type == ANNEX_EVENT_ASK_ANSWERED ||
      type == ANNEX_EVENT_ASK_EXPIRED || type == ANNEX_EVENT_REWOUND ||
      type == ANNEX_EVENT_IMPORTED)
    update (data);
}

void
annex_grant_bar_set_task (AnnexGrantBar *self, AnnexTask *task)
{
  g_return_if_fail (ANNEX_IS_GRANT_BAR (self));

  if (!g_set_object (&self->task, task))
    return;
  g_signal_group_set_target (self->task_signals, task);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TASK]);
}

static void
annex_grant_bar_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexGrantBar *self = ANNEX_GRANT_BAR (object);

  if (id == PROP_DESK)
    g_value_set_object (value, self->desk);
  else if (id == PROP_TASK)
    g_value_set_object (value, self->task);
  else
    g_value_set_uint (value, self->n_asks);
}

static void
annex_grant_bar_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexGrantBar *self = ANNEX_GRANT_BAR (object);

  if (id == PROP_TASK)
    annex_grant_bar_set_task (self, g_value_get_object (value));
  else if (id == PROP_DESK && g_set_object (&self->desk, g_value_get_object (value)))
    {
      g_object_set (self->card, "desk", self->desk, NULL);
      g_object_notify_by_pspec (object, pspec);
    }
}

static void
annex_grant_bar_dispose (GObject *object)
{
  AnnexGrantBar *self = ANNEX_GRANT_BAR (object);

  g_clear_object (&self->task_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_GRANT_BAR);
  g_clear_object (&self->task);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (annex_grant_bar_parent_class)->dispose (object);
}

static void
annex_grant_bar_class_init (AnnexGrantBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = annex_grant_bar_get_property;
  object_class->set_property = annex_grant_bar_set_property;
  object_class->dispose = annex_grant_bar_dispose;
  properties[PROP_DESK] = g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK, flags);
  properties[PROP_TASK] = g_param_spec_object ("task", NULL, NULL, ANNEX_TYPE_TASK, flags);
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
  self->task_signals = g_signal_group_new (ANNEX_TYPE_TASK);
  g_signal_group_connect (self->task_signals, "event", G_CALLBACK (event_cb), self);
}

GtkWidget *
annex_grant_bar_new (AnnexDesk *desk, AnnexTask *task)
{
  return g_object_new (ANNEX_TYPE_GRANT_BAR, "desk", desk, "task", task, NULL);
}
