/* annex-event-follower.c
 *
 * See annex-event-follower.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-event-follower.h"

#include "annex-then.h"

#define SLICE 256

struct _AnnexEventFollower
{
  GObject parent_instance;

  AnnexTask *task;
  gint64 last_seq; /* of the last event that was told */
  gboolean reading;
  gboolean again; /* an event came meanwhile */
  gboolean caught_up;
};

enum { SIGNAL_EVENTS, SIGNAL_CAUGHT_UP, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AnnexEventFollower, annex_event_follower, G_TYPE_OBJECT)

static void
read_more (AnnexEventFollower *self);

static void
tell (AnnexEventFollower *self, GPtrArray *events)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);

  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);

      if (annex_event_get_seq (event) <= self->last_seq)
        continue;
      self->last_seq = annex_event_get_seq (event);
      g_ptr_array_add (fresh, annex_event_ref (event));
    }
  if (fresh->len > 0)
    g_signal_emit (self, signals[SIGNAL_EVENTS], 0, fresh);
}

static void
read_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexEventFollower *self = object;
  GPtrArray *events = value != NULL ? g_value_get_boxed (value) : NULL;
  gboolean first;

  self->reading = FALSE;
  if (events == NULL)
    {
      g_debug ("The events of a task could not be read: %s", error->message);
      return;
    }
  tell (self, events);
  if (events->len == SLICE)
    {
      read_more (self);
      return;
    }
  first = !self->caught_up;
  self->caught_up = TRUE;
  if (first)
    g_signal_emit (self, signals[SIGNAL_CAUGHT_UP], 0);
  if (self->again || (first && annex_task_get_last_seq (self->task) > self->last_seq))
    {
      self->again = FALSE;
      read_more (self);
    }
}

static void
read_more (AnnexEventFollower *self)
{
  if (self->reading)
    return;
  self->reading = TRUE;
  annex_then (annex_store_list_events (annex_task_get_store (self->task),
                                       annex_task_get_id (self->task), self->last_seq, SLICE),
              self, read_cb);
}

static void
event_cb (AnnexEventFollower *self, AnnexEvent *event)
{
  g_autoptr (GPtrArray) one = NULL;

  if (annex_event_get_seq (event) <= self->last_seq)
    return;
  if (self->reading || annex_event_get_seq (event) != self->last_seq + 1)
    {
      /* A gap, or a slice is on its way, which may be without it: the store has them all in order.
       */
      if (self->reading)
        self->again = TRUE;
      else if (self->caught_up)
        read_more (self);
      return;
    }
  one = g_ptr_array_new ();
  g_ptr_array_add (one, event);
  tell (self, one);
}

static void
annex_event_follower_finalize (GObject *object)
{
  g_clear_object (&ANNEX_EVENT_FOLLOWER (object)->task);
  G_OBJECT_CLASS (annex_event_follower_parent_class)->finalize (object);
}

static void
annex_event_follower_class_init (AnnexEventFollowerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_event_follower_finalize;
  signals[SIGNAL_EVENTS] = g_signal_new ("events", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
  signals[SIGNAL_CAUGHT_UP] = g_signal_new ("caught-up", G_TYPE_FROM_CLASS (klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
annex_event_follower_init (AnnexEventFollower *self)
{
}

AnnexEventFollower *
annex_event_follower_new (AnnexTask *task)
{
  AnnexEventFollower *self = g_object_new (ANNEX_TYPE_EVENT_FOLLOWER, NULL);

  self->task = g_object_ref (task);
  g_signal_connect_object (task, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);
  read_more (self);
  return self;
}

gboolean
annex_event_follower_is_caught_up (AnnexEventFollower *self)
{
  g_return_val_if_fail (ANNEX_IS_EVENT_FOLLOWER (self), FALSE);
  return self->caught_up;
}
