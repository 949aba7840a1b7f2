/* annex-conversation.c
 *
 * See annex-conversation.h: taking note of events. The messages are built in
 * annex-conversation-build.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-conversation-private.h"

#define MAX_BLOCK_INDEX 10000

static void
item_free (gpointer data)
{
  Item *item = data;

  g_ptr_array_unref (item->blocks);
  g_free (item);
}

static void
result_free (gpointer data)
{
  Result *result = data;

  annex_block_unref (result->block);
  g_free (result);
}

static void
compaction_free (gpointer data)
{
  Compaction *compaction = data;

  annex_block_unref (compaction->text);
  g_free (compaction);
}

static void
reply_free (gpointer data)
{
  Reply *reply = data;

  g_free (reply->id);
  g_ptr_array_unref (reply->blocks);
  g_free (reply);
}

AnnexConversation *
annex_conversation_new (void)
{
  AnnexConversation *self = g_new0 (AnnexConversation, 1);

  self->items = g_ptr_array_new_with_free_func (item_free);
  self->compactions = g_ptr_array_new_with_free_func (compaction_free);
  self->open = g_ptr_array_new_with_free_func (reply_free);
  self->replies = g_ptr_array_new_with_free_func (reply_free);
  self->results = g_ptr_array_new_with_free_func (result_free);
  self->started = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
annex_conversation_free (AnnexConversation *self)
{
  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->compactions);
  g_ptr_array_unref (self->open);
  g_ptr_array_unref (self->replies);
  g_ptr_array_unref (self->results);
  g_hash_table_unref (self->started);
  g_free (self);
}

/* Applying events */

static Item *
item_new (gint64 seq)
{
  Item *item = g_new0 (Item, 1);

  item->seq = seq;
  item->blocks = g_ptr_array_new_with_free_func (block_clear);
  return item;
}

/* What a user's turn may hold; the provider refuses the whole request for anything else. */
static gboolean
is_for_user_turn (AnnexBlock *block)
{
  switch (annex_block_get_kind (block))
    {
    case ANNEX_BLOCK_TEXT:
      return annex_block_get_text (block)[0] != '\0';
    case ANNEX_BLOCK_IMAGE:
    case ANNEX_BLOCK_DOCUMENT:
      return TRUE;
    case ANNEX_BLOCK_THINKING:
    case ANNEX_BLOCK_REDACTED_THINKING:
    case ANNEX_BLOCK_TOOL_USE:
    case ANNEX_BLOCK_TOOL_RESULT:
    case ANNEX_BLOCK_UNKNOWN:
      return FALSE;
    }
  return FALSE;
}

static AnnexBlock *
read_block (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  return annex_block_new (json_node_dup_object (node), NULL);
}

static void
apply_user_message (AnnexConversation *self, gint64 seq, JsonObject *data)
{
  JsonArray *blocks = annex_json_opt_array (data, "blocks");
  Item *item = item_new (seq);

  for (guint i = 0; blocks != NULL && i < json_array_get_length (blocks); i++)
    {
      g_autoptr (AnnexBlock) block = read_block (json_array_get_element (blocks, i));

      if (block != NULL && is_for_user_turn (block))
        g_ptr_array_add (item->blocks, g_steal_pointer (&block));
    }
  if (item->blocks->len > 0)
    g_ptr_array_add (self->items, item);
  else
    item_free (item);
}

static void
apply_announcement (AnnexConversation *self, gint64 seq, JsonObject *data)
{
  const char *text = annex_json_opt_string (data, "text", "");
  Item *item;

  if (text[0] == '\0')
    return;
  item = item_new (seq);
  g_ptr_array_add (item->blocks, annex_block_new_text (text));
  g_ptr_array_add (self->items, item);
}

static Reply *
find_open (AnnexConversation *self, JsonObject *data, guint *index)
{
  const char *id = annex_json_opt_string (data, "reply", NULL);

  for (guint i = self->open->len; id != NULL && i > 0; i--)
    {
      Reply *reply = g_ptr_array_index (self->open, i - 1);

      *index = i - 1;
      if (g_str_equal (reply->id, id))
        return reply;
    }
  return NULL;
}

static void
apply_reply_started (AnnexConversation *self, gint64 seq, JsonObject *data)
{
  const char *id = annex_json_opt_string (data, "reply", NULL);
  Reply *reply;
  guint index;

  if (id == NULL || find_open (self, data, &index) != NULL)
    return;
  reply = g_new0 (Reply, 1);
  reply->id = g_strdup (id);
  reply->started = seq;
  reply->seen = CLAMP (annex_json_opt_int (data, "seen", seq - 1), 0, seq - 1);
  reply->blocks = g_ptr_array_new_with_free_func (block_clear);
  g_ptr_array_add (self->open, reply);
}

static void
apply_block (AnnexConversation *self, JsonObject *data)
{
  guint ignored;
  Reply *reply = find_open (self, data, &ignored);
  gint64 index = annex_json_opt_int (data, "index", -1);
  AnnexBlock *block;

  if (reply == NULL || index < 0 || index > MAX_BLOCK_INDEX)
    return;
  block = read_block (json_object_get_member (data, "block"));
  if (block == NULL)
    return;
  if (index >= reply->blocks->len)
    g_ptr_array_set_size (reply->blocks, (int) index + 1);
  block_clear (g_ptr_array_index (reply->blocks, index));
  g_ptr_array_index (reply->blocks, index) = block;
}

static void
apply_reply_finished (AnnexConversation *self, gint64 seq, JsonObject *data)
{
  guint index;
  Reply *reply = find_open (self, data, &index);

  if (reply == NULL)
    return;
  reply->finished = seq;
  reply->stop_reason =
      annex_stop_reason_from_name (annex_json_opt_string (data, "stop_reason", ""));
  g_ptr_array_add (self->replies, g_ptr_array_steal_index (self->open, index));
}

static void
apply_reply_failed (AnnexConversation *self, JsonObject *data)
{
  guint index;

  if (find_open (self, data, &index) != NULL)
    g_ptr_array_remove_index (self->open, index);
}

static void
apply_tool_started (AnnexConversation *self, gint64 seq, JsonObject *data)
{
  const char *id = annex_json_opt_string (data, "tool_use_id", NULL);

  if (id != NULL)
    g_hash_table_insert (self->started, g_strdup (id), g_memdup2 (&seq, sizeof seq));
}

static void
apply_tool_finished (AnnexConversation *self, gint64 seq, JsonObject *data)
{
  g_autoptr (AnnexBlock) block = read_block (json_object_get_member (data, "result"));
  const char *id = annex_json_opt_string (data, "tool_use_id", NULL);
  Result *result;

  if (block == NULL || annex_block_get_kind (block) != ANNEX_BLOCK_TOOL_RESULT ||
      g_strcmp0 (annex_block_get_tool_use_id (block), id) != 0)
    return;
  result = g_new0 (Result, 1);
  result->seq = seq;
  result->block = g_steal_pointer (&block);
  g_ptr_array_add (self->results, result);
}

/* Nothing is forgotten here: the user may go back to before it. */
static void
apply_compacted (AnnexConversation *self, gint64 seq, JsonObject *data)
{
  const char *text = annex_json_opt_string (data, "text", "");
  Compaction *compaction;

  if (text[0] == '\0')
    return;
  compaction = g_new0 (Compaction, 1);
  compaction->seq = seq;
  compaction->seen = CLAMP (annex_json_opt_int (data, "seen", seq - 1), 0, seq - 1);
  compaction->text = annex_block_new_text (text);
  g_ptr_array_add (self->compactions, compaction);
}

static gboolean
is_tool_start_after (gpointer key, gpointer value, gpointer to_seq)
{
  return *(gint64 *) value > *(gint64 *) to_seq;
}

static void
apply_rewound (AnnexConversation *self, JsonObject *data)
{
  gint64 to_seq = annex_json_opt_int (data, "to_seq", -1);

  if (to_seq < 0)
    return;
  while (self->items->len > 0 &&
         ((Item *) g_ptr_array_index (self->items, self->items->len - 1))->seq > to_seq)
    g_ptr_array_set_size (self->items, (int) self->items->len - 1);
  while (self->results->len > 0 &&
         ((Result *) g_ptr_array_index (self->results, self->results->len - 1))->seq > to_seq)
    g_ptr_array_set_size (self->results, (int) self->results->len - 1);
  while (self->replies->len > 0 &&
         ((Reply *) g_ptr_array_index (self->replies, self->replies->len - 1))->finished > to_seq)
    g_ptr_array_set_size (self->replies, (int) self->replies->len - 1);
  while (self->compactions->len > 0 &&
         ((Compaction *) g_ptr_array_index (self->compactions, self->compactions->len - 1))->seq >
             to_seq)
    g_ptr_array_set_size (self->compactions, (int) self->compactions->len - 1);
  /* An attempt that runs while the user goes back answers what no longer counts. */
  g_ptr_array_set_size (self->open, 0);
  g_hash_table_foreach_remove (self->started, is_tool_start_after, &to_seq);
}

void
annex_conversation_apply (AnnexConversation *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  gint64 seq = annex_event_get_seq (event);
  AnnexEventType type = annex_event_get_event_type (event);

  if (annex_json_opt_string (data, "parent", NULL) != NULL)
    return;
  if (type == ANNEX_EVENT_USER_MESSAGE)
    apply_user_message (self, seq, data);
  else if (type == ANNEX_EVENT_ANNOUNCEMENT || type == ANNEX_EVENT_SHARE_GRANTED ||
           type == ANNEX_EVENT_SHARE_MODE || type == ANNEX_EVENT_SHARE_REVOKED ||
           type == ANNEX_EVENT_ROLLED_BACK || type == ANNEX_EVENT_FORKED)
    apply_announcement (self, seq, data);
  else if (type == ANNEX_EVENT_REPLY_STARTED)
    apply_reply_started (self, seq, data);
  else if (type == ANNEX_EVENT_BLOCK)
    apply_block (self, data);
  else if (type == ANNEX_EVENT_REPLY_FINISHED)
    apply_reply_finished (self, seq, data);
  else if (type == ANNEX_EVENT_REPLY_FAILED)
    apply_reply_failed (self, data);
  else if (type == ANNEX_EVENT_TOOL_STARTED)
    apply_tool_started (self, seq, data);
  else if (type == ANNEX_EVENT_TOOL_FINISHED)
    apply_tool_finished (self, seq, data);
  else if (type == ANNEX_EVENT_REWOUND)
    apply_rewound (self, data);
  else if (type == ANNEX_EVENT_COMPACTED)
    apply_compacted (self, seq, data);
}
