/* annex-task.c
 *
 * See annex-task.h: the object, and how committed events reach it in order, its own and those that
 * another process appends. What they mean is in annex-task-facts.c and annex-conversation.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-private.h"

#include "annex-future.h"
#include "annex-paths.h"
#include "annex-task-run.h"

#include <gio/gio.h>

/* A committed event of this process that waits to be applied. */
typedef struct
{
  AnnexEvent *event;
  DexPromise *promise;
} Committed;

struct _AnnexTask
{
  GObject parent_instance;

  AnnexStore *store;
  char *id;
  gint64 last_seq;
  gint64 sent_seq; /* the last event of the messages handed out for the next reply; -1: none were */
  AnnexTaskFacts facts;
  AnnexConversation *conversation; /* NULL until it is asked for */
  AnnexConversation *unreadable;   /* stands for one that could not be read */
  DexFuture *reading;              /* of the conversation; nullable */
  GPtrArray *unheard;              /* AnnexEvent applied while it is read */

  GQueue committed;     /* Committed, in order */
  gboolean working;     /* applying; a signal handler may append */
  gboolean catching_up; /* reading what others appended */
  GPtrArray *refreshes; /* DexPromise of annex_task_refresh */
};

G_DEFINE_FINAL_TYPE (AnnexTask, annex_task, G_TYPE_OBJECT)

enum {
  SIGNAL_EVENT,
  SIGNAL_DELTA,
  SIGNAL_OUTPUT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
catch_up (AnnexTask *self);

static void
committed_free (gpointer data)
{
  Committed *committed = data;

  annex_event_unref (committed->event);
  dex_unref (committed->promise);
  g_free (committed);
}

static void
resolve_event (DexPromise *promise, AnnexEvent *event)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, ANNEX_TYPE_EVENT);
  g_value_set_boxed (&value, event);
  dex_promise_resolve (promise, &value);
}

static void
hear (AnnexTask *self, AnnexEvent *event)
{
  if (self->conversation != NULL)
    annex_conversation_apply (self->conversation, event);
  else if (self->reading != NULL)
    g_ptr_array_add (self->unheard, annex_event_ref (event));
}

const AnnexTaskFacts *
annex_task_peek_facts (AnnexTask *self)
{
  return &self->facts;
}

static void
apply (AnnexTask *self, AnnexEvent *event, gboolean quietly)
{
  AnnexEventType type = annex_event_get_event_type (event);

  self->last_seq = annex_event_get_seq (event);
  if ((type == ANNEX_EVENT_REPLY_FINISHED || type == ANNEX_EVENT_REWOUND) &&
      annex_json_opt_string (annex_event_get_data (event), "parent", NULL) == NULL)
    self->sent_seq = -1;
  annex_task_facts_apply (&self->facts, event);
  hear (self, event);
  if (!quietly)
    g_signal_emit (self, signals[SIGNAL_EVENT], 0, event);
}

/* Applies what is committed, as far as nothing of another process is missing before it. */
static void
work_off (AnnexTask *self)
{
  if (self->working || self->catching_up)
    return;
  self->working = TRUE;
  while (!g_queue_is_empty (&self->committed) && !self->catching_up)
    {
      Committed *head = g_queue_peek_head (&self->committed);
      gint64 seq = annex_event_get_seq (head->event);

      if (seq > self->last_seq + 1)
        {
          catch_up (self);
          break;
        }
      g_queue_pop_head (&self->committed);
      if (seq == self->last_seq + 1)
        apply (self, head->event, FALSE);
      resolve_event (head->promise, head->event);
      committed_free (head);
    }
  self->working = FALSE;
}

/* Other processes' events */

static void
settle_refreshes (AnnexTask *self, const GError *error)
{
  g_autoptr (GPtrArray) refreshes = g_steal_pointer (&self->refreshes);

  self->refreshes = g_ptr_array_new_with_free_func (dex_unref);
  for (guint i = 0; i < refreshes->len; i++)
    if (error != NULL)
      dex_promise_reject (g_ptr_array_index (refreshes, i), g_error_copy (error));
    else
      dex_promise_resolve_boolean (g_ptr_array_index (refreshes, i), TRUE);
}

/* The log cannot be read, so what is committed cannot be applied in order. */
static void
fail_committed (AnnexTask *self, const GError *error)
{
  Committed *committed;

  while ((committed = g_queue_pop_head (&self->committed)) != NULL)
    {
      dex_promise_reject (committed->promise, g_error_copy (error));
      committed_free (committed);
    }
}

static DexFuture *
caught_up_cb (DexFuture *future, gpointer data)
{
  AnnexTask *self = data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  GPtrArray *events = value != NULL ? g_value_get_boxed (value) : NULL;

  for (guint i = 0; events != NULL && i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);

      if (annex_event_get_seq (event) == self->last_seq + 1)
        apply (self, event, FALSE);
    }
  self->catching_up = FALSE;
  settle_refreshes (self, error);
  if (error != NULL)
    fail_committed (self, error);
  work_off (self);
  return dex_future_new_true ();
}

static void
catch_up (AnnexTask *self)
{
  if (self->catching_up)
    return;
  self->catching_up = TRUE;
  dex_future_disown (
      dex_future_finally (annex_store_list_events (self->store, self->id, self->last_seq, 0),
                          caught_up_cb, g_object_ref (self), g_object_unref));
}

DexFuture *
annex_task_refresh (AnnexTask *self)
{
  DexPromise *promise;

  dex_return_error_if_fail (ANNEX_IS_TASK (self));

  promise = dex_promise_new ();
  g_ptr_array_add (self->refreshes, dex_ref (promise));
  catch_up (self);
  return DEX_FUTURE (promise);
}

/* Append */

typedef struct
{
  AnnexTask *task;
  DexPromise *promise;
} Append;

static void
append_free (gpointer data)
{
  Append *append = data;

  g_object_unref (append->task);
  dex_unref (append->promise);
  g_free (append);
}

static DexFuture *
appended_cb (DexFuture *future, gpointer data)
{
  Append *append = data;
  GError *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  Committed *committed;

  if (value == NULL)
    dex_promise_reject (append->promise, error);
  else
    {
      committed = g_new0 (Committed, 1);
      committed->event = annex_event_ref (g_value_get_boxed (value));
      committed->promise = dex_ref (append->promise);
      g_queue_push_tail (&append->task->committed, committed);
      work_off (append->task);
    }
  return dex_future_new_true ();
}

/* The chain is disowned: an event that is committed is applied, whether or not its caller waits. */
DexFuture *
annex_task_append (AnnexTask *self, AnnexEventType type, JsonObject *data)
{
  Append *append;
  DexPromise *promise;

  dex_return_error_if_fail (ANNEX_IS_TASK (self));

  if (data == NULL)
    data = json_object_new ();
  if (type == ANNEX_EVENT_REPLY_STARTED && !json_object_has_member (data, "seen") &&
      !json_object_has_member (data, "parent"))
    json_object_set_int_member (data, "seen",
                                self->sent_seq >= 0 ? self->sent_seq : self->last_seq);
  promise = dex_promise_new ();
  append = g_new0 (Append, 1);
  append->task = g_object_ref (self);
  append->promise = dex_ref (promise);
  dex_future_disown (dex_future_finally (annex_store_append (self->store, self->id, type, data),
                                         appended_cb, append, append_free));
  return DEX_FUTURE (promise);
}

void
annex_task_emit_delta (AnnexTask *self, const AnnexDelta *delta)
{
  g_return_if_fail (ANNEX_IS_TASK (self));

  g_signal_emit (self, signals[SIGNAL_DELTA], 0, delta);
}

void
annex_task_emit_output (AnnexTask *self, const char *tool_use_id, GBytes *piece)
{
  g_return_if_fail (ANNEX_IS_TASK (self));

  g_signal_emit (self, signals[SIGNAL_OUTPUT], 0, tool_use_id, piece);
}

/* Create and load */

static AnnexTask *
task_new (AnnexStore *store, const char *id)
{
  AnnexTask *self = g_object_new (ANNEX_TYPE_TASK, NULL);

  self->store = g_object_ref (store);
  self->id = g_strdup (id);
  return self;
}

static DexFuture *
created_cb (DexFuture *future, gpointer data)
{
  AnnexEvent *event = g_value_get_boxed (dex_future_get_value (future, NULL));
  AnnexTask *self = task_new (data, annex_event_get_task_id (event));

  self->conversation = annex_conversation_new ();
  apply (self, event, TRUE);
  return dex_future_new_take_object (self);
}

DexFuture *
annex_task_create (AnnexStore *store,
                   const char *title,
                   const char *provider,
                   const char *model,
                   const char *base_url,
                   const char *system,
                   const char *tools)
{
  g_autofree char *id = NULL;
  JsonObject *data;

  dex_return_error_if_fail (ANNEX_IS_STORE (store));

  id = annex_identifier_new ();
  data = json_object_new ();
  json_object_set_string_member (data, "title", title != NULL ? title : "");
  json_object_set_string_member (data, "provider", provider != NULL ? provider : "");
  json_object_set_string_member (data, "model", model != NULL ? model : "");
  if (base_url != NULL)
    json_object_set_string_member (data, "base_url", base_url);
  json_object_set_string_member (data, "system", system != NULL ? system : "");
  json_object_set_string_member (data, "tools", tools != NULL ? tools : "[]");
  return dex_future_then (annex_store_append (store, id, ANNEX_EVENT_TASK_CREATED, data),
                          created_cb, g_object_ref (store), g_object_unref);
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer data)
{
  AnnexTask *self = data;
  AnnexTaskRecord *record = g_value_get_boxed (dex_future_get_value (future, NULL));

  annex_task_facts_clear (&self->facts);
  self->facts = record->facts;
  record->has_facts = FALSE; /* they moved */
  self->last_seq = record->last_seq;
  return dex_future_new_take_object (g_object_ref (self));
}

DexFuture *
annex_task_load (AnnexStore *store, const char *id)
{
  dex_return_error_if_fail (ANNEX_IS_STORE (store));
  dex_return_error_if_fail (id != NULL);

  return dex_future_then (annex_task_read_facts (store, id), loaded_cb, task_new (store, id),
                          g_object_unref);
}

/* The conversation */

static void
take_conversation (AnnexTask *self, AnnexConversation *conversation)
{
  self->conversation = conversation;
  for (guint i = 0; i < self->unheard->len; i++)
    annex_conversation_apply (conversation, g_ptr_array_index (self->unheard, i));
  g_ptr_array_set_size (self->unheard, 0);
}

static DexFuture *
conversation_read_cb (DexFuture *future, gpointer data)
{
  AnnexTask *self = data;
  const GValue *value = dex_future_get_value (future, NULL); /* handed on */

  dex_clear (&self->reading);
  if (value == NULL)
    {
      g_ptr_array_set_size (self->unheard, 0);
      return dex_ref (future);
    }
  if (self->conversation == NULL)
    take_conversation (
        self, g_steal_pointer (&((AnnexTaskRecord *) g_value_get_boxed (value))->conversation));
  return dex_future_new_true ();
}

DexFuture *
annex_task_read_conversation (AnnexTask *self)
{
  dex_return_error_if_fail (ANNEX_IS_TASK (self));

  if (self->conversation != NULL)
    return dex_future_new_true ();
  if (self->reading == NULL)
    {
      self->reading =
          dex_future_finally (annex_task_read_events (self->store, self->id, self->last_seq),
                              conversation_read_cb, g_object_ref (self), g_object_unref);
      dex_future_disown (dex_ref (self->reading));
    }
  return dex_ref (self->reading);
}

static AnnexConversation *
get_conversation (AnnexTask *self)
{
  g_autoptr (GError) error = NULL;
  AnnexConversation *conversation;

  if (self->conversation != NULL)
    return self->conversation;
  conversation = annex_task_read_events_now (self->store, self->id, self->last_seq, &error);
  if (conversation != NULL)
    {
      g_ptr_array_set_size (self->unheard, 0);
      take_conversation (self, conversation);
      return conversation;
    }
  g_info ("The conversation of a task cannot be read: %s", error->message);
  if (self->unreadable == NULL)
    self->unreadable = annex_conversation_new ();
  return self->unreadable;
}

/* The object */

static void
annex_task_finalize (GObject *object)
{
  AnnexTask *self = ANNEX_TASK (object);

  g_queue_clear_full (&self->committed, committed_free);
  g_ptr_array_unref (self->refreshes);
  annex_task_facts_clear (&self->facts);
  g_clear_pointer (&self->conversation, annex_conversation_free);
  g_clear_pointer (&self->unreadable, annex_conversation_free);
  g_ptr_array_unref (self->unheard);
  dex_clear (&self->reading);
  g_clear_object (&self->store);
  g_free (self->id);
  G_OBJECT_CLASS (annex_task_parent_class)->finalize (object);
}

static void
annex_task_class_init (AnnexTaskClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_task_finalize;
  signals[SIGNAL_EVENT] = g_signal_new ("event", ANNEX_TYPE_TASK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, ANNEX_TYPE_EVENT);
  signals[SIGNAL_DELTA] = g_signal_new ("delta", ANNEX_TYPE_TASK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_OUTPUT] = g_signal_new ("output", ANNEX_TYPE_TASK, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BYTES);
}

static void
annex_task_init (AnnexTask *self)
{
  self->sent_seq = -1;
  g_queue_init (&self->committed);
  self->refreshes = g_ptr_array_new_with_free_func (dex_unref);
  self->unheard = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  annex_task_facts_init (&self->facts);
}

/* Getters */

AnnexStore *
annex_task_get_store (AnnexTask *self)
{
  return self->store;
}

const char *
annex_task_get_id (AnnexTask *self)
{
  return self->id;
}

char *
annex_task_dup_title (AnnexTask *self)
{
  return g_strdup (self->facts.title);
}

AnnexTaskState
annex_task_get_state (AnnexTask *self)
{
  return self->facts.state;
}

const char *
annex_task_get_provider (AnnexTask *self)
{
  return self->facts.provider;
}

const char *
annex_task_get_model (AnnexTask *self)
{
  return self->facts.model;
}

const char *
annex_task_get_base_url (AnnexTask *self)
{
  return self->facts.base_url;
}

const char *
annex_task_get_system (AnnexTask *self)
{
  return self->facts.system;
}

const char *
annex_task_get_tools (AnnexTask *self)
{
  return self->facts.tools;
}

AnnexPlan *
annex_task_get_plan (AnnexTask *self)
{
  return self->facts.plan;
}

JsonObject *
annex_task_get_skills (AnnexTask *self)
{
  return annex_task_facts_get_skills (&self->facts);
}

JsonObject *
annex_task_get_connectors (AnnexTask *self)
{
  return annex_task_facts_get_connectors (&self->facts);
}

GPtrArray *
annex_task_dup_messages (AnnexTask *self)
{
  self->sent_seq = self->last_seq;
  return annex_conversation_dup_messages (get_conversation (self));
}

GPtrArray *
annex_task_dup_unanswered (AnnexTask *self)
{
  return annex_conversation_dup_unanswered (get_conversation (self));
}

gboolean
annex_task_was_tool_started (AnnexTask *self, const char *tool_use_id)
{
  return annex_conversation_was_tool_started (get_conversation (self), tool_use_id);
}

AnnexStopReason
annex_task_get_last_reason (AnnexTask *self)
{
  return annex_conversation_get_last_reason (get_conversation (self));
}

gint64
annex_task_get_turn_seq (AnnexTask *self)
{
  return annex_conversation_get_turn_seq (get_conversation (self));
}

gboolean
annex_task_needs_model (AnnexTask *self)
{
  return annex_conversation_needs_model (get_conversation (self));
}

guint
annex_task_count_compacted (AnnexTask *self)
{
  return annex_conversation_count_compacted (get_conversation (self));
}

void
annex_task_get_usage (AnnexTask *self, AnnexUsage *usage)
{
  *usage = self->facts.spent.usage;
}

gint64
annex_task_get_last_seq (AnnexTask *self)
{
  return self->last_seq;
}
