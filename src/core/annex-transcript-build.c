/* annex-transcript-build.c
 *
 * Items from a log that is read from its end. An event decides by what came after it, which is
 * known when it is read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-transcript-private.h"

/* How a reply ended, as the older blocks of it see it. */
typedef enum {
  CLOSING_FINISHED = 1,
  CLOSING_FAILED,
} Closing;

static void
queue_free (gpointer data)
{
  g_queue_free_full (data, (GDestroyNotify) annex_event_unref);
}

static void
builder_init (AnnexTranscriptBuilder *self)
{
  self->cuts = g_array_new (FALSE, FALSE, sizeof (AnnexTranscriptCut));
  self->closings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->results =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) annex_event_unref);
  self->starts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) annex_event_unref);
  self->answers =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) annex_event_unref);
  self->calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, queue_free);
  self->steps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->asks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->open_blocks = g_ptr_array_new_with_free_func (g_object_unref);
  self->open_calls = g_ptr_array_new_with_free_func (g_object_unref);
  self->fresh = g_ptr_array_new_with_free_func (g_object_unref);
  self->started_later = self->called_later = self->imported_later = self->retry_over = FALSE;
  self->fresh_cut = FALSE;
  self->only_quiet = TRUE;
  self->missed = FALSE;
  self->missed_index = G_MAXUINT;
  self->last_time_us = 0;
}

static void
builder_clear (AnnexTranscriptBuilder *self)
{
  g_clear_pointer (&self->cuts, g_array_unref);
  g_clear_pointer (&self->closings, g_hash_table_unref);
  g_clear_pointer (&self->results, g_hash_table_unref);
  g_clear_pointer (&self->starts, g_hash_table_unref);
  g_clear_pointer (&self->answers, g_hash_table_unref);
  g_clear_pointer (&self->calls, g_hash_table_unref);
  g_clear_pointer (&self->steps, g_hash_table_unref);
  g_clear_pointer (&self->asks, g_hash_table_unref);
  g_clear_pointer (&self->open_blocks, g_ptr_array_unref);
  g_clear_pointer (&self->open_calls, g_ptr_array_unref);
  g_clear_pointer (&self->fresh, g_ptr_array_unref);
  g_clear_object (&self->thinking);
  g_clear_object (&self->said);
  g_clear_object (&self->retry);
  g_clear_pointer (&self->reply, g_free);
}

AnnexTranscriptBuilder *
annex_transcript_builder_new (void)
{
  AnnexTranscriptBuilder *self = g_new0 (AnnexTranscriptBuilder, 1);

  self->items = g_list_store_new (ANNEX_TYPE_TRANSCRIPT_ITEM);
  self->older = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  self->newer = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  builder_init (self);
  return self;
}

void
annex_transcript_builder_free (AnnexTranscriptBuilder *self)
{
  builder_clear (self);
  g_ptr_array_unref (self->older);
  g_ptr_array_unref (self->newer);
  g_object_unref (self->items);
  g_free (self);
}

GListStore *
annex_transcript_builder_get_items (AnnexTranscriptBuilder *self)
{
  return self->items;
}

/* What both directions need */

gboolean
annex_transcript_is_cut (AnnexTranscriptBuilder *self, gint64 seq)
{
  for (guint i = 0; i < self->cuts->len; i++)
    {
      AnnexTranscriptCut *cut = &g_array_index (self->cuts, AnnexTranscriptCut, i);

      if (seq > cut->from && seq < cut->to)
        return TRUE;
    }
  return FALSE;
}

/* Does not stand between a folder, or a rewind, and the message it belongs to. */
gboolean
annex_transcript_is_quiet (AnnexEventType type)
{
  return type == ANNEX_EVENT_SHARE_GRANTED || type == ANNEX_EVENT_ANNOUNCEMENT ||
         type == ANNEX_EVENT_TITLE_CHANGED || type == ANNEX_EVENT_STATE_CHANGED ||
         type == ANNEX_EVENT_TASK_CREATED;
}

gboolean
annex_transcript_ends_retry (AnnexEventType type)
{
  return type == ANNEX_EVENT_BLOCK || type == ANNEX_EVENT_REPLY_FINISHED ||
         type == ANNEX_EVENT_REPLY_FAILED || type == ANNEX_EVENT_USER_MESSAGE ||
         type == ANNEX_EVENT_ERROR || type == ANNEX_EVENT_STATE_CHANGED ||
         type == ANNEX_EVENT_REWOUND || type == ANNEX_EVENT_IMPORTED ||
         type == ANNEX_EVENT_FORKED;
}

gboolean
annex_transcript_reply_counts (AnnexEvent *finished)
{
  const char *reason = annex_json_opt_string (annex_event_get_data (finished), "stop_reason", "");

  return annex_stop_reason_from_name (reason) != ANNEX_STOP_REFUSAL;
}

AnnexTranscriptItem *
annex_transcript_item_new_for_block (AnnexEvent *event)
{
  JsonObject *block = annex_json_opt_object (annex_event_get_data (event), "block");
  const char *type = block != NULL ? annex_json_opt_string (block, "type", "") : "";
  AnnexTranscriptItem *item = NULL;

  if (g_str_equal (type, "text") && annex_json_opt_string (block, "text", "")[0] != '\0')
    item = annex_transcript_item_new (ANNEX_ITEM_TEXT, event);
  else if (g_str_equal (type, "thinking"))
    item = annex_transcript_item_new (ANNEX_ITEM_THINKING, event);
  else if (g_str_equal (type, "tool_use") && annex_json_opt_string (block, "id", NULL) != NULL)
    item = annex_transcript_item_new (ANNEX_ITEM_STEP, event);
  if (item != NULL)
    annex_transcript_item_commit (item, event);
  return item;
}

static AnnexTranscriptItem *
new_ask (AnnexEvent *event)
{
  JsonObject *json = annex_json_opt_object (annex_event_get_data (event), "ask");
  g_autoptr (AnnexAsk) ask =
      json != NULL ? annex_ask_new_from_json (json_object_ref (json), NULL) : NULL;
  AnnexTranscriptItem *item;

  if (ask == NULL)
    return NULL;
  item = annex_transcript_item_new (ANNEX_ITEM_ASK, event);
  item->ask = g_steal_pointer (&ask);
  return item;
}

AnnexTranscriptItem *
annex_transcript_item_new_simple (AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  const char *state = annex_json_opt_string (data, "state", "");
  AnnexEventType type = annex_event_get_event_type (event);

  if (annex_json_opt_string (data, "parent", NULL) != NULL)
    return NULL;
  if (type == ANNEX_EVENT_USER_MESSAGE)
    return annex_transcript_item_new (ANNEX_ITEM_USER, event);
  if (type == ANNEX_EVENT_ASK_OPENED)
    return new_ask (event);
  if (type == ANNEX_EVENT_FILES_PRESENTED)
    return annex_transcript_item_new (ANNEX_ITEM_RESULT, event);
  if (type == ANNEX_EVENT_DRAFT_KEPT || type == ANNEX_EVENT_DRAFT_DISCARDED ||
      type == ANNEX_EVENT_DRAFT_UNDONE)
    return annex_transcript_item_new (ANNEX_ITEM_DRAFT, event);
  if (type == ANNEX_EVENT_ERROR)
    return annex_transcript_item_new (ANNEX_ITEM_ERROR, event);
  if (type == ANNEX_EVENT_SHARE_GRANTED || type == ANNEX_EVENT_SHARE_MODE ||
      type == ANNEX_EVENT_SHARE_REVOKED || type == ANNEX_EVENT_IMPORTED ||
      type == ANNEX_EVENT_FORKED || type == ANNEX_EVENT_ROLLED_BACK ||
      type == ANNEX_EVENT_COMPACTED ||
      (type == ANNEX_EVENT_STATE_CHANGED && g_str_equal (state, "stopped")) ||
      (type == ANNEX_EVENT_COMPUTER_CHANGED && g_str_equal (state, "failed")))
    return annex_transcript_item_new (ANNEX_ITEM_NOTICE, event);
  return NULL;
}

/* What a rewind takes back; what the user decided stays. */
static gboolean
can_be_cut (AnnexEventType type)
{
  return type != ANNEX_EVENT_SHARE_GRANTED && type != ANNEX_EVENT_SHARE_MODE &&
         type != ANNEX_EVENT_SHARE_REVOKED && type != ANNEX_EVENT_DRAFT_KEPT &&
         type != ANNEX_EVENT_DRAFT_DISCARDED && type != ANNEX_EVENT_DRAFT_UNDONE &&
         type != ANNEX_EVENT_IMPORTED && type != ANNEX_EVENT_FORKED &&
         type != ANNEX_EVENT_ROLLED_BACK;
}

/* Looking back */

static void
back_put (GHashTable *table, const char *key, AnnexEvent *event)
{
  if (key != NULL)
    g_hash_table_insert (table, g_strdup (key), annex_event_ref (event));
}

static void
back_rewound (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  AnnexTranscriptCut cut = { annex_json_opt_int (data, "to_seq", -1), annex_event_get_seq (event) };

  if (cut.from < 0)
    return;
  g_array_append_val (self->cuts, cut);
  g_hash_table_remove_all (self->closings);
  self->started_later = TRUE;
  if (self->said != NULL)
    self->said->edited = TRUE;
  if (self->only_quiet)
    self->fresh_cut = TRUE;
}

static void
back_ended (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  const char *reply = annex_json_opt_string (data, "reply", NULL);
  gboolean counts = annex_event_get_event_type (event) == ANNEX_EVENT_REPLY_FINISHED &&
                    annex_transcript_reply_counts (event) &&
                    !annex_transcript_is_cut (self, annex_event_get_seq (event));

  if (reply != NULL)
    g_hash_table_insert (self->closings, g_strdup (reply),
                         GINT_TO_POINTER (counts ? CLOSING_FINISHED : CLOSING_FAILED));
}

static void
back_started (AnnexTranscriptBuilder *self, JsonObject *data)
{
  const char *reply = annex_json_opt_string (data, "reply", NULL);

  if (!self->started_later && reply != NULL && !g_hash_table_contains (self->closings, reply))
    {
      g_set_str (&self->reply, reply);
      self->missed = TRUE;
    }
  g_hash_table_remove_all (self->closings);
  self->started_later = self->called_later = TRUE;
}

/* Gives a call what came of it, as the later events had it. */
static void
back_call (AnnexTranscriptBuilder *self, AnnexTranscriptItem *item)
{
  AnnexEvent *start = g_hash_table_lookup (self->starts, item->call);
  AnnexEvent *finish = g_hash_table_lookup (self->results, item->call);
  GQueue *calls = g_hash_table_lookup (self->calls, item->call);

  if (start != NULL &&
      (finish == NULL || annex_event_get_seq (start) < annex_event_get_seq (finish)))
    {
      item->began_us = annex_event_get_time_us (start);
      item->called = TRUE;
    }
  for (GList *l = calls != NULL ? calls->tail : NULL; l != NULL; l = l->prev)
    annex_transcript_item_add_child_event (item, l->data);
  if (finish != NULL)
    annex_transcript_item_set_finish (item, finish);
  else if (self->called_later || self->imported_later)
    item->finished = TRUE;
  if (!g_hash_table_contains (self->steps, item->call))
    g_hash_table_insert (self->steps, g_strdup (item->call), g_object_ref (item));
  g_hash_table_remove (self->starts, item->call);
  g_hash_table_remove (self->results, item->call);
  g_hash_table_remove (self->calls, item->call);
}

static AnnexTranscriptItem *
back_block (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  g_autoptr (AnnexTranscriptItem) item = annex_transcript_item_new_for_block (event);
  const char *reply = annex_json_opt_string (data, "reply", NULL);
  Closing closing = reply != NULL ? GPOINTER_TO_INT (g_hash_table_lookup (self->closings, reply))
                                  : CLOSING_FAILED;
  gboolean is_open = closing == 0 && !self->started_later;

  if (item == NULL)
    return NULL;
  if (item->kind == ANNEX_ITEM_STEP)
    back_call (self, item);
  if ((closing != CLOSING_FINISHED && !is_open) || annex_transcript_is_cut (self, item->seq))
    return NULL;
  if (item->kind == ANNEX_ITEM_THINKING)
    g_set_object (&self->thinking, item);
  if (item->kind == ANNEX_ITEM_STEP && !item->finished)
    g_ptr_array_add (self->open_calls, g_object_ref (item));
  if (is_open)
    g_ptr_array_add (self->open_blocks, g_object_ref (item));
  return g_steal_pointer (&item);
}

static void
back_ask (AnnexTranscriptBuilder *self, AnnexTranscriptItem *item)
{
  const char *id = annex_ask_get_id (item->ask);
  AnnexEvent *answer = g_hash_table_lookup (self->answers, id);

  if (answer != NULL)
    annex_transcript_item_set_answer (item, answer);
  else if (self->imported_later)
    item->answer = json_object_new ();
  if (!g_hash_table_contains (self->asks, id))
    g_hash_table_insert (self->asks, g_strdup (id), g_object_ref (item));
  g_hash_table_remove (self->answers, id);
}

static void
add_folder (AnnexTranscriptItem *said, AnnexEvent *event)
{
  if (said->folders == NULL)
    said->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  g_ptr_array_insert (said->folders, 0, annex_event_ref (event));
  annex_transcript_item_changed (said);
}

static AnnexTranscriptItem *
back_simple (AnnexTranscriptBuilder *self, AnnexEvent *event)
{
  AnnexEventType type = annex_event_get_event_type (event);
  g_autoptr (AnnexTranscriptItem) item = NULL;

  if (type == ANNEX_EVENT_SHARE_GRANTED && self->said != NULL)
    {
      add_folder (self->said, event);
      return NULL;
    }
  item = annex_transcript_item_new_simple (event);
  if (item == NULL)
    return NULL;
  if (item->kind == ANNEX_ITEM_ASK)
    back_ask (self, item);
  if (can_be_cut (type) && annex_transcript_is_cut (self, item->seq))
    return NULL;
  if (type == ANNEX_EVENT_SHARE_GRANTED && self->only_quiet)
    g_ptr_array_insert (self->fresh, 0, g_object_ref (item));
  return g_steal_pointer (&item);
}

/* An attempt that is to be repeated: shown until anything came of it. */
static AnnexTranscriptItem *
back_retry (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  if (self->retry_over || annex_json_opt_int (data, "retry_in_ms", -1) < 0 ||
      annex_transcript_is_cut (self, annex_event_get_seq (event)))
    return NULL;
  self->retry = annex_transcript_item_new (ANNEX_ITEM_NOTICE, event);
  return g_object_ref (self->retry);
}

static void
back_child (AnnexTranscriptBuilder *self, AnnexEvent *event, const char *parent)
{
  AnnexEventType type = annex_event_get_event_type (event);
  GQueue *queue;

  if ((type != ANNEX_EVENT_TOOL_STARTED && type != ANNEX_EVENT_TOOL_FINISHED) ||
      annex_transcript_is_cut (self, annex_event_get_seq (event)))
    return;
  queue = g_hash_table_lookup (self->calls, parent);
  if (queue == NULL)
    g_hash_table_insert (self->calls, g_strdup (parent), queue = g_queue_new ());
  g_queue_push_tail (queue, annex_event_ref (event));
}

static AnnexTranscriptItem *
back_own (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  AnnexEventType type = annex_event_get_event_type (event);
  gboolean is_cut = annex_transcript_is_cut (self, annex_event_get_seq (event));
  AnnexTranscriptItem *item = NULL;

  if (type == ANNEX_EVENT_REWOUND)
    back_rewound (self, event, data);
  else if (type == ANNEX_EVENT_REPLY_STARTED)
    back_started (self, data);
  else if (type == ANNEX_EVENT_REPLY_FINISHED || type == ANNEX_EVENT_REPLY_FAILED)
    {
      back_ended (self, event, data);
      if (type == ANNEX_EVENT_REPLY_FAILED)
        item = back_retry (self, event, data);
    }
  else if (type == ANNEX_EVENT_BLOCK)
    item = back_block (self, event, data);
  else if (type == ANNEX_EVENT_TOOL_STARTED && !is_cut)
    back_put (self->starts, annex_json_opt_string (data, "tool_use_id", NULL), event);
  else if (type == ANNEX_EVENT_TOOL_FINISHED && !is_cut)
    back_put (self->results, annex_json_opt_string (data, "tool_use_id", NULL), event);
  else if (type == ANNEX_EVENT_ASK_ANSWERED || type == ANNEX_EVENT_ASK_EXPIRED)
    back_put (self->answers, annex_json_opt_string (data, "ask", NULL), event);
  else
    item = back_simple (self, event);
  if (type == ANNEX_EVENT_IMPORTED || type == ANNEX_EVENT_FORKED)
    self->imported_later = TRUE;
  if (annex_transcript_ends_retry (type))
    self->retry_over = TRUE;
  return item;
}

static AnnexTranscriptItem *
look_back (AnnexTranscriptBuilder *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  AnnexEventType type = annex_event_get_event_type (event);
  const char *parent = annex_json_opt_string (data, "parent", NULL);
  AnnexTranscriptItem *item = NULL;

  if (self->last_time_us == 0)
    self->last_time_us = annex_event_get_time_us (event);
  if (self->thinking != NULL)
    {
      AnnexTranscriptItem *thinking = self->thinking;

      thinking->began_us = MIN (annex_event_get_time_us (event), thinking->time_us);
      thinking->duration_ms = (thinking->time_us - thinking->began_us) / 1000;
      annex_transcript_item_changed (thinking);
      g_clear_object (&self->thinking);
    }
  if (parent != NULL)
    back_child (self, event, parent);
  else
    item = back_own (self, event, data);
  if (item != NULL && item->kind == ANNEX_ITEM_USER)
    g_set_object (&self->said, item);
  else if (!annex_transcript_is_quiet (type))
    g_clear_object (&self->said);
  self->only_quiet = self->only_quiet && annex_transcript_is_quiet (type);
  return item;
}

void
annex_transcript_builder_prepend (AnnexTranscriptBuilder *self, GPtrArray *events)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = events->len; i > 0; i--)
    {
      AnnexEvent *event = g_ptr_array_index (events, i - 1);
      AnnexTranscriptItem *item = look_back (self, event);

      g_ptr_array_add (self->older, annex_event_ref (event));
      if (item != NULL)
        g_ptr_array_insert (items, -1, item);
    }
  for (guint i = 0; i < items->len / 2; i++)
    {
      gpointer swapped = items->pdata[i];

      items->pdata[i] = items->pdata[items->len - 1 - i];
      items->pdata[items->len - 1 - i] = swapped;
    }
  for (guint i = 0; i < items->len; i++)
    ((AnnexTranscriptItem *) items->pdata[i])->silent = FALSE;
  if (items->len > 0)
    g_list_store_splice (self->items, 0, 0, items->pdata, items->len);
}

/* Doing it all again */

static gboolean
is_same (AnnexTranscriptItem *a, AnnexTranscriptItem *b)
{
  guint n_a = a->folders != NULL ? a->folders->len : 0;
  guint n_b = b->folders != NULL ? b->folders->len : 0;

  /* Children are cut only with a call that loses its result. */
  return a->event != NULL && a->event == b->event && a->finish == b->finish &&
         a->finished == b->finished && (a->answer == NULL) == (b->answer == NULL) &&
         a->edited == b->edited && a->began_us == b->began_us && a->called == b->called &&
         n_a == n_b && a->children == NULL && b->children == NULL;
}

static void
keep_object (GPtrArray *array, AnnexTranscriptItem *now, AnnexTranscriptItem *kept)
{
  for (guint i = 0; i < array->len; i++)
    if (array->pdata[i] == now)
      g_set_object ((AnnexTranscriptItem **) &array->pdata[i], kept);
}

/* Keeps the objects of what did not change, at the beginning. */
static void
replace_items (AnnexTranscriptBuilder *self, GPtrArray *items)
{
  GListModel *old = G_LIST_MODEL (self->items);
  guint n_old = g_list_model_get_n_items (old);
  guint same = 0;

  for (; same < n_old && same < items->len; same++)
    {
      g_autoptr (AnnexTranscriptItem) item = g_list_model_get_item (old, same);
      AnnexTranscriptItem *now = items->pdata[same];

      if (!is_same (item, now))
        break;
      /* What looks ahead must find the object that is shown. */
      if (now->call != NULL && g_hash_table_lookup (self->steps, now->call) == now)
        g_hash_table_insert (self->steps, g_strdup (now->call), g_object_ref (item));
      if (now->ask != NULL && g_hash_table_lookup (self->asks, annex_ask_get_id (now->ask)) == now)
        g_hash_table_insert (self->asks, g_strdup (annex_ask_get_id (now->ask)),
                             g_object_ref (item));
      if (self->said == now)
        g_set_object (&self->said, item);
      if (self->thinking == now)
        g_set_object (&self->thinking, item);
      if (self->retry == now)
        g_set_object (&self->retry, item);
      keep_object (self->fresh, now, item);
      keep_object (self->open_blocks, now, item);
      keep_object (self->open_calls, now, item);
    }
  for (guint i = same; i < items->len; i++)
    ((AnnexTranscriptItem *) items->pdata[i])->silent = FALSE;
  g_list_store_splice (self->items, same, n_old - same, items->pdata + same, items->len - same);
}

void
annex_transcript_builder_rebuild (AnnexTranscriptBuilder *self)
{
  g_autoptr (GListStore) before = self->items;
  g_autoptr (GPtrArray) events =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *built;

  for (guint i = self->older->len; i > 0; i--)
    g_ptr_array_add (events, annex_event_ref (self->older->pdata[i - 1]));
  for (guint i = 0; i < self->newer->len; i++)
    g_ptr_array_add (events, annex_event_ref (self->newer->pdata[i]));
  builder_clear (self);
  builder_init (self);
  g_ptr_array_set_size (self->older, 0);
  g_ptr_array_set_size (self->newer, 0);
  self->n_provisional = 0;

  self->items = g_list_store_new (ANNEX_TYPE_TRANSCRIPT_ITEM);
  annex_transcript_builder_prepend (self, events);
  self->missed = FALSE;
  built = G_LIST_MODEL (self->items);
  for (guint i = 0; i < g_list_model_get_n_items (built); i++)
    g_ptr_array_add (items, g_list_model_get_item (built, i));
  g_object_unref (self->items);
  self->items = g_steal_pointer (&before);
  replace_items (self, items);
}
