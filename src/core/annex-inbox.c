/* annex-inbox.c
 *
 * See annex-inbox.h. Knows who waits for which ask; what an answer means is the asker's matter.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-inbox.h"

#include "annex-call-asks.h"
#include "annex-future.h"
#include "annex-spoken.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

/* How often answers of other processes are looked for while something waits. */
#define POLL_MS 1000

/* One ask this process waits for. Several callers may wait for the same one. */
typedef struct
{
  AnnexInbox *inbox; /* borrowed: whoever waits holds it */
  AnnexAsk *ask;
  AnnexTask *task;
  DexPromise *promise;
  gulong handler;
  guint n_waiting;
} Waiter;

struct _AnnexInbox
{
  GObject parent_instance;

  AnnexStore *store;
  GPtrArray *waiters; /* Waiter, oldest first */
  guint poll;
};

G_DEFINE_FINAL_TYPE (AnnexInbox, annex_inbox, G_TYPE_OBJECT)

enum {
  SIGNAL_OPENED,
  SIGNAL_CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Waiters */

static void
waiter_clear (gpointer data)
{
  Waiter *waiter = data;

  g_clear_signal_handler (&waiter->handler, waiter->task);
  annex_ask_unref (waiter->ask);
  g_object_unref (waiter->task);
  dex_unref (waiter->promise);
}

static void
waiter_unref (gpointer data)
{
  g_rc_box_release_full (data, waiter_clear);
}

static void
refresh_tasks (AnnexInbox *self)
{
  for (guint i = 0; i < self->waiters->len; i++)
    {
      Waiter *waiter = g_ptr_array_index (self->waiters, i);

      /* A failure shows at the next append; here the next second tries again. */
      dex_future_disown (annex_task_refresh (waiter->task));
    }
}

static gboolean
poll_cb (gpointer data)
{
  refresh_tasks (data);
  return G_SOURCE_CONTINUE;
}

static void
update_poll (AnnexInbox *self)
{
  if (self->waiters->len > 0 && self->poll == 0)
    self->poll = g_timeout_add (POLL_MS, poll_cb, self);
  else if (self->waiters->len == 0)
    g_clear_handle_id (&self->poll, g_source_remove);
}

/* Nobody waits for it here any more; it may stay open. */
static void
remove_waiter (AnnexInbox *self, Waiter *waiter)
{
  g_clear_signal_handler (&waiter->handler, waiter->task);
  g_ptr_array_remove (self->waiters, waiter);
  update_poll (self);
}

static gboolean
is_open (AnnexTask *task, const char *ask_id)
{
  g_autoptr (GPtrArray) asks = annex_task_dup_open_asks (task);

  for (guint i = 0; i < asks->len; i++)
    if (g_str_equal (annex_ask_get_id (g_ptr_array_index (asks, i)), ask_id))
      return TRUE;
  return FALSE;
}

static void
event_cb (AnnexTask *task, AnnexEvent *event, Waiter *waiter)
{
  JsonObject *data = annex_event_get_data (event);
  AnnexEventType type = annex_event_get_event_type (event);
  AnnexInbox *inbox = waiter->inbox;
  const char *id = annex_ask_get_id (waiter->ask);

  if (type == ANNEX_EVENT_ASK_ANSWERED || type == ANNEX_EVENT_ASK_EXPIRED)
    {
      JsonObject *answer = annex_json_opt_object (data, "answer");
      g_autofree char *text = answer != NULL ? annex_json_object_to_string (answer) : NULL;

      if (g_strcmp0 (annex_json_opt_string (data, "ask", NULL), id) != 0)
        return;
      dex_promise_resolve_string (waiter->promise,
                                  text != NULL ? g_steal_pointer (&text) : g_strdup ("{}"));
    }
  else if ((type == ANNEX_EVENT_REWOUND || type == ANNEX_EVENT_IMPORTED) && !is_open (task, id))
    dex_promise_reject (waiter->promise, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                              _ ("The question no longer counts")));
  else
    return;
  g_rc_box_acquire (waiter);
  g_object_ref (inbox);
  remove_waiter (inbox, waiter);
  g_signal_emit (inbox, signals[SIGNAL_CLOSED], 0, waiter->ask);
  waiter_unref (waiter);
  g_object_unref (inbox);
}

static Waiter *
add_waiter (AnnexInbox *self, AnnexTask *task, AnnexAsk *ask)
{
  Waiter *waiter = g_rc_box_new0 (Waiter);

  waiter->inbox = self;
  waiter->ask = annex_ask_ref (ask);
  waiter->task = g_object_ref (task);
  waiter->promise = dex_promise_new ();
  waiter->handler = g_signal_connect (task, "event", G_CALLBACK (event_cb), waiter);
  g_ptr_array_add (self->waiters, waiter);
  update_poll (self);
  return waiter;
}

static Waiter *
find_waiter (AnnexInbox *self, const char *ask_id)
{
  for (guint i = 0; i < self->waiters->len; i++)
    {
      Waiter *waiter = g_ptr_array_index (self->waiters, i);

      if (g_str_equal (annex_ask_get_id (waiter->ask), ask_id))
        return waiter;
    }
  return NULL;
}

/* Asking */

static Waiter *
find_same_waiter (AnnexInbox *self, AnnexTask *task, AnnexAsk *ask)
{
  for (guint i = 0; i < self->waiters->len; i++)
    {
      Waiter *waiter = g_ptr_array_index (self->waiters, i);

      if (waiter->task == task && annex_call_asks_is_same (waiter->ask, ask))
        return waiter;
    }
  return NULL;
}

/* An open ask of the log that nobody waits for here. (transfer full, nullable) */
static AnnexAsk *
find_same_open (AnnexTask *task, AnnexAsk *ask)
{
  g_autoptr (GPtrArray) asks = annex_task_dup_open_asks (task);

  for (guint i = 0; i < asks->len; i++)
    if (annex_call_asks_is_same (g_ptr_array_index (asks, i), ask))
      return annex_ask_ref (g_ptr_array_index (asks, i));
  return NULL;
}

typedef struct
{
  AnnexInbox *inbox;
  AnnexTask *task;
  AnnexAsk *ask;
  DexFuture *cancel;
} Asking;

static void
asking_free (gpointer data)
{
  Asking *asking = data;

  g_object_unref (asking->inbox);
  g_object_unref (asking->task);
  annex_ask_unref (asking->ask);
  dex_clear (&asking->cancel);
  g_free (asking);
}

/* The waiter stands before the event does, so that the same question asked twice at once is one
 * ask. */
static gboolean
open_ask (Waiter *waiter, GError **error)
{
  JsonObject *data = json_object_new ();
  g_autoptr (GError) local = NULL;

  json_object_set_object_member (data, "ask",
                                 annex_json_object_copy (annex_ask_get_json (waiter->ask)));
  if (dex_await (annex_task_append (waiter->task, ANNEX_EVENT_ASK_OPENED, data), &local))
    return TRUE;
  annex_error_normalise (&local);
  if (dex_future_is_pending (DEX_FUTURE (waiter->promise)))
    dex_promise_reject (waiter->promise, g_error_copy (local)); /* others wait for it too */
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static DexFuture *
ask_fiber (gpointer data)
{
  Asking *asking = data;
  AnnexInbox *self = asking->inbox;
  g_autoptr (AnnexAsk) again = find_same_open (asking->task, asking->ask);
  Waiter *waiter = find_same_waiter (self, asking->task, asking->ask);
  gboolean is_new = waiter == NULL;
  gboolean ok = TRUE;
  GError *error = NULL;
  DexFuture *result;

  if (is_new)
    waiter = add_waiter (self, asking->task, again != NULL ? again : asking->ask);
  g_rc_box_acquire (waiter);
  waiter->n_waiting++;
  if (is_new && again == NULL)
    ok = open_ask (waiter, &error);
  if (ok && is_new && dex_future_is_pending (DEX_FUTURE (waiter->promise)))
    g_signal_emit (self, signals[SIGNAL_OPENED], 0, waiter->ask);
  if (ok && annex_await_cancellable (dex_ref (waiter->promise), asking->cancel, &error))
    result = dex_ref (waiter->promise);
  else
    result = annex_future_new_error (error);
  if (--waiter->n_waiting == 0 && g_ptr_array_find (self->waiters, waiter, NULL))
    remove_waiter (self, waiter);
  waiter_unref (waiter);
  return result;
}

DexFuture *
annex_inbox_ask (AnnexInbox *self, AnnexTask *task, AnnexAsk *ask, DexFuture *cancel)
{
  Asking *asking;

  dex_return_error_if_fail (ANNEX_IS_INBOX (self));
  dex_return_error_if_fail (ANNEX_IS_TASK (task));
  dex_return_error_if_fail (ask != NULL);

  asking = g_new0 (Asking, 1);
  asking->inbox = g_object_ref (self);
  asking->task = g_object_ref (task);
  asking->ask = annex_ask_ref (ask);
  asking->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return annex_fiber_run (ask_fiber, asking, asking_free);
}

/* Closing */

typedef struct
{
  AnnexInbox *inbox;
  char *ask_id;
  AnnexEventType type;
  JsonObject *data;
} Closing;

static void
closing_free (gpointer data)
{
  Closing *closing = data;

  g_object_unref (closing->inbox);
  g_free (closing->ask_id);
  g_clear_pointer (&closing->data, json_object_unref);
  g_free (closing);
}

/* The event that opened it, of whichever task. (transfer full) */
static AnnexEvent *
find_opening (AnnexInbox *self, const char *ask_id, GError **error)
{
  g_autoptr (GPtrArray) events = dex_await_boxed (annex_store_list_open_asks (self->store), error);

  for (guint i = 0; events != NULL && i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      JsonObject *ask = annex_json_opt_object (annex_event_get_data (event), "ask");

      if (ask != NULL && g_strcmp0 (annex_json_opt_string (ask, "id", NULL), ask_id) == 0)
        return annex_event_ref (event);
    }
  if (events != NULL)
    annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                      N_ ("There is no such open question; it may have been answered already"));
  return NULL;
}

static DexFuture *
close_fiber (gpointer data)
{
  Closing *closing = data;
  AnnexInbox *self = closing->inbox;
  Waiter *waiter = find_waiter (self, closing->ask_id);
  g_autoptr (AnnexEvent) opening = NULL;
  g_autoptr (AnnexAsk) ask = NULL;
  GError *error = NULL;

  if (waiter != NULL)
    {
      /* Its task's signal wakes the waiter and tells that it is closed. */
      if (dex_await (
              annex_task_append (waiter->task, closing->type, g_steal_pointer (&closing->data)),
              &error))
        return dex_future_new_true ();
      return annex_future_new_error (error);
    }
  opening = find_opening (self, closing->ask_id, &error);
  if (opening == NULL ||
      !dex_await (annex_store_append (self->store, annex_event_get_task_id (opening), closing->type,
                                      g_steal_pointer (&closing->data)),
                  &error))
    return annex_future_new_error (error);
  refresh_tasks (self);
  ask = annex_ask_new_from_json (
      json_object_ref (annex_json_opt_object (annex_event_get_data (opening), "ask")), NULL);
  if (ask != NULL)
    g_signal_emit (self, signals[SIGNAL_CLOSED], 0, ask);
  return dex_future_new_true ();
}

static DexFuture *
close_ask (AnnexInbox *self, const char *ask_id, AnnexEventType type, JsonObject *data)
{
  Closing *closing = g_new0 (Closing, 1);

  closing->inbox = g_object_ref (self);
  closing->ask_id = g_strdup (ask_id);
  closing->type = type;
  closing->data = data;
  return annex_fiber_run (close_fiber, closing, closing_free);
}

DexFuture *
annex_inbox_answer (AnnexInbox *self, const char *ask_id, JsonObject *answer, const char *by)
{
  JsonObject *data;

  dex_return_error_if_fail (ANNEX_IS_INBOX (self));
  dex_return_error_if_fail (ask_id != NULL && answer != NULL);

  data = json_object_new ();
  json_object_set_string_member (data, "ask", ask_id);
  json_object_set_object_member (data, "answer", answer);
  json_object_set_string_member (data, "by", by != NULL ? by : "user");
  return close_ask (self, ask_id, ANNEX_EVENT_ASK_ANSWERED, data);
}

DexFuture *
annex_inbox_expire (AnnexInbox *self, const char *ask_id, JsonObject *answer)
{
  JsonObject *data;

  dex_return_error_if_fail (ANNEX_IS_INBOX (self));
  dex_return_error_if_fail (ask_id != NULL);

  if (answer == NULL)
    {
      answer = json_object_new ();
      json_object_set_string_member (answer, "answer", "none");
    }
  data = json_object_new ();
  json_object_set_string_member (data, "ask", ask_id);
  json_object_set_object_member (data, "answer", answer);
  return close_ask (self, ask_id, ANNEX_EVENT_ASK_EXPIRED, data);
}

GPtrArray *
annex_inbox_dup_waiting (AnnexInbox *self)
{
  GPtrArray *asks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ask_unref);

  for (guint i = 0; i < self->waiters->len; i++)
    g_ptr_array_add (asks, annex_ask_ref (((Waiter *) g_ptr_array_index (self->waiters, i))->ask));
  return asks;
}

/* The object */

static void
annex_inbox_finalize (GObject *object)
{
  AnnexInbox *self = ANNEX_INBOX (object);

  g_clear_handle_id (&self->poll, g_source_remove);
  g_ptr_array_unref (self->waiters);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (annex_inbox_parent_class)->finalize (object);
}

static void
annex_inbox_class_init (AnnexInboxClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_inbox_finalize;
  signals[SIGNAL_OPENED] = g_signal_new ("opened", ANNEX_TYPE_INBOX, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, ANNEX_TYPE_ASK);
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", ANNEX_TYPE_INBOX, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, ANNEX_TYPE_ASK);
}

static void
annex_inbox_init (AnnexInbox *self)
{
  self->waiters = g_ptr_array_new_with_free_func (waiter_unref);
}

AnnexInbox *
annex_inbox_new (AnnexStore *store)
{
  AnnexInbox *self = g_object_new (ANNEX_TYPE_INBOX, NULL);

  self->store = g_object_ref (store);
  return self;
}
