/* annex-transcript-append.c
 *
 * What a new event, or a provisional delta, changes in the items that are there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-transcript-private.h"

#define MAX_INDEX 10000

/* The list */

static guint
get_n_items (AnnexTranscriptBuilder *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->items));
}

/* Before what is provisional. */
static void
add_item (AnnexTranscriptBuilder *self, AnnexTranscriptItem *item)
{
  item->silent = FALSE;
  g_list_store_insert (self->items, get_n_items (self) - self->n_provisional, item);
}

static gboolean
find_item (AnnexTranscriptBuilder *self, AnnexTranscriptItem *item, guint *position)
{
  for (guint i = get_n_items (self); i > 0; i--)
    {
      g_autoptr (AnnexTranscriptItem) other =
          g_list_model_get_item (G_LIST_MODEL (self->items), i - 1);

      *position = i - 1;
      if (other == item)
        return TRUE;
    }
  return FALSE;
}

static void
remove_item (AnnexTranscriptBuilder *self, AnnexTranscriptItem *item)
{
  guint position;

  if (find_item (self, item, &position))
    g_list_store_remove (self->items, position);
}

static void
drop_provisional (AnnexTranscriptBuilder *self)
{
  guint n = get_n_items (self);

  if (self->n_provisional > 0)
    g_list_store_splice (self->items, n - self->n_provisional, self->n_provisional, NULL, 0);
  self->n_provisional = 0;
}

/* Replies */

static void
put_first (GHashTable *table, const char *key, AnnexEvent *event)
{
  if (!g_hash_table_contains (table, key))
    g_hash_table_insert (table, g_strdup (key), annex_event_ref (event));
}

static void
reply_started (AnnexTranscriptBuilder *self, JsonObject *data)
{
  for (guint i = 0; i < self->open_blocks->len; i++)
    remove_item (self, self->open_blocks->pdata[i]);
  g_ptr_array_set_size (self->open_blocks, 0);
  for (guint i = 0; i < self->open_calls->len; i++)
    {
      AnnexTranscriptItem *item = self->open_calls->pdata[i];

      item->finished = TRUE;
      annex_transcript_item_changed (item);
    }
  g_ptr_array_set_size (self->open_calls, 0);
  g_set_str (&self->reply, annex_json_opt_string (data, "reply", NULL));
  self->started_later = self->called_later = TRUE;
  self->missed = FALSE;
  self->missed_index = G_MAXUINT;
}

static void
reply_ended (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  const char *reply = annex_json_opt_string (data, "reply", NULL);
  gboolean counts = annex_event_get_event_type (event) == ANNEX_EVENT_REPLY_FINISHED &&
                    annex_transcript_reply_counts (event);

  if (reply == NULL)
    return;
  if (!self->started_later && !g_hash_table_contains (self->closings, reply))
    g_hash_table_insert (self->closings, g_strdup (reply), GINT_TO_POINTER (counts ? 1 : 2));
  for (guint i = self->open_blocks->len; i > 0; i--)
    {
      AnnexTranscriptItem *item = self->open_blocks->pdata[i - 1];
      JsonObject *block = annex_event_get_data (item->event);

      if (!g_str_equal (annex_json_opt_string (block, "reply", ""), reply))
        continue;
      if (!counts)
        remove_item (self, item);
      g_ptr_array_remove_index (self->open_blocks, i - 1);
    }
  if (g_strcmp0 (reply, self->reply) == 0)
    {
      drop_provisional (self);
      g_clear_pointer (&self->reply, g_free);
    }
}

static void
retry_announced (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  if (annex_json_opt_int (data, "retry_in_ms", -1) < 0)
    return;
  self->retry = annex_transcript_item_new (ANNEX_ITEM_NOTICE, event);
  add_item (self, self->retry);
}

/* Blocks */

/* The provisional item of that block; n_provisional from the end on are provisional. */
static AnnexTranscriptItem *
find_provisional (AnnexTranscriptBuilder *self, guint index, guint *position)
{
  guint n = get_n_items (self);

  for (guint i = n - self->n_provisional; i < n; i++)
    {
      g_autoptr (AnnexTranscriptItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      *position = i;
      if (item->index == index)
        return item; /* the list keeps it */
    }
  return NULL;
}

/* Puts @made, or the provisional item that it completes, into the list. Returns which. (borrowed)
 */
static AnnexTranscriptItem *
place_block (AnnexTranscriptBuilder *self,
             AnnexTranscriptItem *made,
             AnnexEvent *event,
             JsonObject *data)
{
  gint64 index = annex_json_opt_int (data, "index", -1);
  gboolean is_running = g_strcmp0 (annex_json_opt_string (data, "reply", NULL), self->reply) == 0;
  guint first = get_n_items (self) - self->n_provisional;
  g_autoptr (AnnexTranscriptItem) item = NULL;
  guint position;

  if (is_running && index >= 0 && index <= MAX_INDEX && self->n_provisional > 0)
    g_set_object (&item, find_provisional (self, (guint) index, &position));
  if (item == NULL)
    {
      add_item (self, made);
      return made;
    }
  if (item->kind == made->kind && position == first)
    {
      self->n_provisional--;
      annex_transcript_item_commit (item, event);
      return item;
    }
  g_list_store_remove (self->items, position);
  self->n_provisional--;
  if (item->kind == made->kind)
    {
      annex_transcript_item_commit (item, event);
      made = item;
    }
  add_item (self, made);
  return made;
}

static void
block_added (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  g_autoptr (AnnexTranscriptItem) made = annex_transcript_item_new_for_block (event);
  AnnexTranscriptItem *item = made;

  if (made == NULL)
    return;
  if (annex_json_opt_string (data, "reply", NULL) != NULL)
    {
      item = place_block (self, made, event, data);
      g_ptr_array_add (self->open_blocks, g_object_ref (item));
    }
  if (item->kind == ANNEX_ITEM_STEP)
    {
      if (item != made || annex_json_opt_string (data, "reply", NULL) != NULL)
        g_ptr_array_add (self->open_calls, g_object_ref (item));
      g_hash_table_insert (self->steps, g_strdup (item->call), g_object_ref (item));
    }
  if (item->kind != ANNEX_ITEM_THINKING)
    return;
  if (self->last_time_us == 0)
    g_set_object (&self->thinking, item);
  else
    {
      item->began_us = MIN (self->last_time_us, item->time_us);
      item->duration_ms = (item->time_us - item->began_us) / 1000;
      annex_transcript_item_changed (item);
    }
}

/* Calls */

static void
call_started (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  const char *id = annex_json_opt_string (data, "tool_use_id", NULL);
  AnnexTranscriptItem *item = id != NULL ? g_hash_table_lookup (self->steps, id) : NULL;

  if (item == NULL && id != NULL)
    put_first (self->starts, id, event);
  if (item == NULL || item->called || item->finish != NULL)
    return;
  item->called = TRUE;
  item->began_us = annex_event_get_time_us (event);
  annex_transcript_item_changed (item);
}

static void
call_finished (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  const char *id = annex_json_opt_string (data, "tool_use_id", NULL);
  AnnexTranscriptItem *item = id != NULL ? g_hash_table_lookup (self->steps, id) : NULL;

  if (item == NULL && id != NULL)
    put_first (self->results, id, event);
  if (item == NULL || item->finish != NULL)
    return;
  annex_transcript_item_set_finish (item, event);
  g_ptr_array_remove (self->open_calls, item);
}

static void
child_called (AnnexTranscriptBuilder *self, AnnexEvent *event, const char *parent)
{
  AnnexEventType type = annex_event_get_event_type (event);
  AnnexTranscriptItem *item = g_hash_table_lookup (self->steps, parent);
  GQueue *queue;

  if (type != ANNEX_EVENT_TOOL_STARTED && type != ANNEX_EVENT_TOOL_FINISHED)
    return;
  if (item != NULL)
    {
      annex_transcript_item_add_child_event (item, event);
      return;
    }
  queue = g_hash_table_lookup (self->calls, parent);
  if (queue != NULL)
    g_queue_push_head (queue, annex_event_ref (event));
  else
    {
      /* As annex-transcript-build.c frees it. */
      queue = g_queue_new ();
      g_queue_push_head (queue, annex_event_ref (event));
      g_hash_table_insert (self->calls, g_strdup (parent), queue);
    }
}

/* The rest */

static void
ask_closed (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  const char *id = annex_json_opt_string (data, "ask", NULL);
  AnnexTranscriptItem *item = id != NULL ? g_hash_table_lookup (self->asks, id) : NULL;

  if (item != NULL && !item->answered)
    annex_transcript_item_set_answer (item, event);
  else if (item == NULL && id != NULL)
    put_first (self->answers, id, event);
}

/* The folders nothing came after belong to what the user says now. */
static void
take_folders (AnnexTranscriptBuilder *self, AnnexTranscriptItem *said)
{
  for (guint i = 0; i < self->fresh->len; i++)
    {
      AnnexTranscriptItem *notice = self->fresh->pdata[i];

      if (said->folders == NULL)
        said->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
      g_ptr_array_add (said->folders, annex_event_ref (notice->event));
      remove_item (self, notice);
    }
  g_ptr_array_set_size (self->fresh, 0);
  said->edited = self->fresh_cut;
  if (self->only_quiet)
    g_set_object (&self->said, said);
}

static void
simple_added (AnnexTranscriptBuilder *self, AnnexEvent *event)
{
  g_autoptr (AnnexTranscriptItem) item = annex_transcript_item_new_simple (event);

  if (item == NULL)
    return;
  if (item->kind == ANNEX_ITEM_ASK)
    g_hash_table_insert (self->asks, g_strdup (annex_ask_get_id (item->ask)), g_object_ref (item));
  if (item->kind == ANNEX_ITEM_USER)
    take_folders (self, item);
  if (annex_event_get_event_type (event) == ANNEX_EVENT_SHARE_GRANTED)
    g_ptr_array_add (self->fresh, g_object_ref (item));
  add_item (self, item);
}

static void
own_added (AnnexTranscriptBuilder *self, AnnexEvent *event, JsonObject *data)
{
  AnnexEventType type = annex_event_get_event_type (event);

  if (annex_transcript_ends_retry (type))
    {
      if (self->retry != NULL)
        remove_item (self, self->retry);
      g_clear_object (&self->retry);
      self->retry_over = TRUE;
    }
  if (type == ANNEX_EVENT_REPLY_STARTED)
    reply_started (self, data);
  else if (type == ANNEX_EVENT_REPLY_FINISHED || type == ANNEX_EVENT_REPLY_FAILED)
    {
      reply_ended (self, event, data);
      if (type == ANNEX_EVENT_REPLY_FAILED)
        retry_announced (self, event, data);
    }
  else if (type == ANNEX_EVENT_BLOCK)
    block_added (self, event, data);
  else if (type == ANNEX_EVENT_TOOL_STARTED)
    call_started (self, event, data);
  else if (type == ANNEX_EVENT_TOOL_FINISHED)
    call_finished (self, event, data);
  else if (type == ANNEX_EVENT_ASK_ANSWERED || type == ANNEX_EVENT_ASK_EXPIRED)
    ask_closed (self, event, data);
  else
    simple_added (self, event);
}

void
annex_transcript_builder_append (AnnexTranscriptBuilder *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  AnnexEventType type = annex_event_get_event_type (event);
  const char *parent = annex_json_opt_string (data, "parent", NULL);

  g_ptr_array_add (self->newer, annex_event_ref (event));
  if (parent == NULL &&
      (type == ANNEX_EVENT_REWOUND || type == ANNEX_EVENT_IMPORTED || type == ANNEX_EVENT_FORKED))
    {
      annex_transcript_builder_rebuild (self);
      return;
    }
  if (parent != NULL)
    child_called (self, event, parent);
  else
    own_added (self, event, data);
  if (!annex_transcript_is_quiet (type))
    {
      g_ptr_array_set_size (self->fresh, 0);
      self->fresh_cut = FALSE;
      self->only_quiet = FALSE;
    }
  self->last_time_us = annex_event_get_time_us (event);
}

/* Deltas */

static AnnexTranscriptItem *
add_provisional (AnnexTranscriptBuilder *self, const AnnexDelta *delta)
{
  AnnexItemKind kind = delta->kind == ANNEX_DELTA_TEXT       ? ANNEX_ITEM_TEXT
                       : delta->kind == ANNEX_DELTA_THINKING ? ANNEX_ITEM_THINKING
                                                             : ANNEX_ITEM_STEP;
  g_autoptr (AnnexTranscriptItem) item = annex_transcript_item_new (kind, NULL);

  item->index = delta->index;
  item->silent = FALSE;
  if (kind == ANNEX_ITEM_STEP)
    item->tool = annex_text_make_valid (delta->name != NULL ? delta->name : "", -1);
  else
    item->stream = g_string_new (NULL);
  self->n_provisional++;
  g_list_store_append (self->items, item);
  return item; /* the list keeps it */
}

/* The item of a call that has not finished: the agent's own, or one of a sub-agent's. */
static AnnexTranscriptItem *
find_open_call (AnnexTranscriptBuilder *self, const char *id)
{
  AnnexTranscriptItem *item = g_hash_table_lookup (self->steps, id);

  for (guint i = 0; i < self->open_calls->len && item == NULL; i++)
    {
      AnnexTranscriptItem *parent = self->open_calls->pdata[i];
      guint n =
          parent->children != NULL ? g_list_model_get_n_items (G_LIST_MODEL (parent->children)) : 0;

      for (guint k = n; k > 0 && item == NULL; k--)
        {
          g_autoptr (AnnexTranscriptItem) child =
              g_list_model_get_item (G_LIST_MODEL (parent->children), k - 1);

          if (g_strcmp0 (child->call, id) == 0)
            item = child; /* kept by its list */
        }
    }
  return item;
}

void
annex_transcript_builder_add_output (AnnexTranscriptBuilder *self, const char *id, GBytes *piece)
{
  AnnexTranscriptItem *item = find_open_call (self, id);

  if (item != NULL && !item->finished)
    annex_transcript_item_add_output (item, piece);
}

void
annex_transcript_builder_add_delta (AnnexTranscriptBuilder *self, const AnnexDelta *delta)
{
  AnnexTranscriptItem *item;
  guint position;

  if (delta->kind == ANNEX_DELTA_RETRY)
    {
      drop_provisional (self);
      return;
    }
  if (self->missed)
    {
      self->missed = FALSE;
      self->missed_index = delta->index;
    }
  if (delta->index > MAX_INDEX || delta->index == self->missed_index)
    return;
  item = find_provisional (self, delta->index, &position);
  if (item == NULL)
    item = add_provisional (self, delta);
  if (item->stream == NULL || delta->text == NULL ||
      (item->kind == ANNEX_ITEM_TEXT) != (delta->kind == ANNEX_DELTA_TEXT))
    return;
  if (g_utf8_validate (delta->text, -1, NULL))
    g_string_append (item->stream, delta->text);
  else
    {
      g_autofree char *valid = annex_text_make_valid (delta->text, -1);

      g_string_append (item->stream, valid);
    }
  annex_transcript_item_changed (item);
}
