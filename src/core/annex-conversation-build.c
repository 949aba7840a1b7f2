/* annex-conversation-build.c
 *
 * From what a conversation has noted to the messages that go to the model.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-conversation-private.h"

/* Replies that continue each other without a word of the user's side between: one assistant turn.
 */
typedef struct
{
  gint64 started;
  gint64 finished;
  AnnexStopReason stop_reason;
  GPtrArray *blocks; /* AnnexBlock */
} Turn;

static void
turn_free (gpointer data)
{
  Turn *turn = data;

  g_ptr_array_unref (turn->blocks);
  g_free (turn);
}

static gboolean
is_for_assistant_turn (AnnexBlock *block)
{
  switch (annex_block_get_kind (block))
    {
    case ANNEX_BLOCK_TEXT:
      return annex_block_get_text (block)[0] != '\0';
    case ANNEX_BLOCK_THINKING:
    case ANNEX_BLOCK_REDACTED_THINKING:
    case ANNEX_BLOCK_TOOL_USE:
    case ANNEX_BLOCK_UNKNOWN:
      return TRUE;
    case ANNEX_BLOCK_IMAGE:
    case ANNEX_BLOCK_DOCUMENT:
    case ANNEX_BLOCK_TOOL_RESULT:
      return FALSE;
    }
  return FALSE;
}

typedef struct
{
  AnnexConversation *conversation;
  GPtrArray *messages;          /* AnnexMessage, all that stand before turn */
  Turn *turn;                   /* the last assistant turn, not yet a message; NULL: none */
  guint next_item;              /* the first item that stands in no message yet */
  const Compaction *compaction; /* whose text stands in no message yet; NULL: none */
  gint64 since;                 /* nothing up to this event counts, but for that text */
  gint64 seen;                  /* the last event the model has answered, if only with nothing */
} Builder;

static gboolean
has_tool_use (GPtrArray *blocks, const char *id)
{
  for (guint i = 0; i < blocks->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (blocks, i);

      if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_USE &&
          g_strcmp0 (annex_block_get_tool_use_id (block), id) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
add_reply_blocks (GPtrArray *blocks, Reply *reply)
{
  for (guint i = 0; i < reply->blocks->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (reply->blocks, i);

      if (block == NULL || !is_for_assistant_turn (block))
        continue;
      /* Two calls of one id cannot both be answered. */
      if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_USE &&
          has_tool_use (blocks, annex_block_get_tool_use_id (block)))
        continue;
      g_ptr_array_add (blocks, annex_block_ref (block));
    }
}

/* The index of the first result after @seq. */
static guint
first_result_after (AnnexConversation *self, gint64 seq)
{
  guint low = 0;
  guint high = self->results->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (((Result *) g_ptr_array_index (self->results, middle))->seq > seq)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

/* The first result of that call since @turn began, known by @until. (borrowed, nullable) */
static AnnexBlock *
find_result (AnnexConversation *self, Turn *turn, const char *id, gint64 until)
{
  for (guint i = first_result_after (self, turn->started); i < self->results->len; i++)
    {
      Result *result = g_ptr_array_index (self->results, i);

      if (result->seq > until)
        return NULL;
      if (g_strcmp0 (annex_block_get_tool_use_id (result->block), id) == 0)
        return result->block;
    }
  return NULL;
}

/* Adds the results of @turn's calls in their order. With @fill a missing one is made up: the model
 * was called without it, and must not be told otherwise later. Returns how many were missing. */
static guint
add_results (AnnexConversation *self, Turn *turn, gint64 until, gboolean fill, GPtrArray *blocks)
{
  guint missing = 0;

  for (guint i = 0; i < turn->blocks->len; i++)
    {
      AnnexBlock *call = g_ptr_array_index (turn->blocks, i);
      const char *id = annex_block_get_tool_use_id (call);
      AnnexBlock *result;

      if (annex_block_get_kind (call) != ANNEX_BLOCK_TOOL_USE)
        continue;
      result = find_result (self, turn, id, until);
      if (result != NULL)
        g_ptr_array_add (blocks, annex_block_ref (result));
      else
        missing++;
      if (result == NULL && fill)
        g_ptr_array_add (blocks,
                         annex_block_new_tool_result_text (
                             id, "The call was interrupted; its result is not known.", TRUE));
    }
  return missing;
}

static void
add_items (Builder *builder, gint64 until, GPtrArray *blocks)
{
  GPtrArray *items = builder->conversation->items;

  if (builder->compaction != NULL && builder->since <= until)
    g_ptr_array_add (blocks, annex_block_ref (builder->compaction->text));
  if (builder->since <= until)
    builder->compaction = NULL;
  for (; builder->next_item < items->len; builder->next_item++)
    {
      Item *item = g_ptr_array_index (items, builder->next_item);

      if (item->seq > until)
        return;
      for (guint i = 0; i < item->blocks->len; i++)
        g_ptr_array_add (blocks, annex_block_ref (g_ptr_array_index (item->blocks, i)));
    }
}

static void
add_message (Builder *builder, AnnexRole role, GPtrArray *blocks)
{
  g_ptr_array_add (builder->messages, annex_message_new (role, blocks));
}

static void
close_turn (Builder *builder)
{
  if (builder->turn != NULL)
    add_message (builder, ANNEX_ROLE_ASSISTANT, builder->turn->blocks);
  g_clear_pointer (&builder->turn, turn_free);
}

static void
start_turn (Builder *builder, Reply *reply, GPtrArray *said)
{
  Turn *turn = g_new0 (Turn, 1);

  turn->started = reply->started;
  turn->finished = reply->finished;
  turn->stop_reason = reply->stop_reason;
  turn->blocks = g_ptr_array_ref (said);
  builder->turn = turn;
}

static void
continue_turn (Builder *builder, Reply *reply)
{
  Turn *turn = builder->turn;

  add_reply_blocks (turn->blocks, reply);
  turn->finished = reply->finished;
  turn->stop_reason = reply->stop_reason;
}

static gboolean
has_item (Builder *builder, gint64 until)
{
  GPtrArray *items = builder->conversation->items;

  if (builder->compaction != NULL && builder->since <= until)
    return TRUE;
  return builder->next_item < items->len &&
         ((Item *) g_ptr_array_index (items, builder->next_item))->seq <= until;
}

/* A reply counts when it saw the one before it, when there was something to answer, and when it has
 * anything to send back: of a refusal nothing is, as the Messages API asks for. */
static void
add_reply (Builder *builder, Reply *reply)
{
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (block_clear);
  g_autoptr (GPtrArray) answered = g_ptr_array_new_with_free_func (block_clear);
  Turn *turn = builder->turn;

  if (reply->seen < builder->since || (turn != NULL && reply->seen < turn->finished))
    return;
  if (turn == NULL && !has_item (builder, reply->seen))
    return;
  builder->seen = MAX (builder->seen, reply->seen);
  add_reply_blocks (said, reply);
  if (said->len == 0 || reply->stop_reason == ANNEX_STOP_REFUSAL)
    {
      if (turn != NULL)
        turn->stop_reason = ANNEX_STOP_OTHER; /* a paused turn was taken up again, in vain */
      return;
    }
  if (turn != NULL)
    {
      add_results (builder->conversation, turn, reply->seen, FALSE, answered);
      if (answered->len == 0 && !has_item (builder, reply->seen))
        {
          continue_turn (builder, reply);
          return;
        }
      g_ptr_array_set_size (answered, 0);
      add_results (builder->conversation, turn, reply->seen, TRUE, answered);
    }
  add_items (builder, reply->seen, answered);
  close_turn (builder);
  add_message (builder, ANNEX_ROLE_USER, answered);
  start_turn (builder, reply, said);
}

static void
builder_init (Builder *builder, AnnexConversation *self)
{
  *builder = (Builder) { .conversation = self };
  builder->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_message_unref);
  if (self->compactions->len > 0)
    {
      builder->compaction = g_ptr_array_index (self->compactions, self->compactions->len - 1);
      builder->since = builder->compaction->seen;
    }
  while (builder->next_item < self->items->len &&
         ((Item *) g_ptr_array_index (self->items, builder->next_item))->seq <= builder->since)
    builder->next_item++;
  for (guint i = 0; i < self->replies->len; i++)
    add_reply (builder, g_ptr_array_index (self->replies, i));
}

static void
builder_clear (Builder *builder)
{
  g_clear_pointer (&builder->messages, g_ptr_array_unref);
  g_clear_pointer (&builder->turn, turn_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Builder, builder_clear)

/* What the user's side has said since the last turn; nothing while a call of it has no result. */
static GPtrArray *
dup_last_words (Builder *builder, guint *missing)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func (block_clear);

  *missing = 0;
  if (builder->turn != NULL)
    *missing = add_results (builder->conversation, builder->turn, G_MAXINT64, FALSE, blocks);
  if (*missing > 0)
    g_ptr_array_set_size (blocks, 0);
  else
    add_items (builder, G_MAXINT64, blocks);
  return blocks;
}

GPtrArray *
annex_conversation_dup_messages (AnnexConversation *self)
{
  g_auto (Builder) builder = { 0 };
  g_autoptr (GPtrArray) blocks = NULL;
  guint missing;

  builder_init (&builder, self);
  blocks = dup_last_words (&builder, &missing);
  close_turn (&builder);
  if (blocks->len > 0)
    add_message (&builder, ANNEX_ROLE_USER, blocks);
  return g_steal_pointer (&builder.messages);
}

GPtrArray *
annex_conversation_dup_unanswered (AnnexConversation *self)
{
  GPtrArray *calls = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  g_auto (Builder) builder = { 0 };

  builder_init (&builder, self);
  for (guint i = 0; builder.turn != NULL && i < builder.turn->blocks->len; i++)
    {
      AnnexBlock *call = g_ptr_array_index (builder.turn->blocks, i);

      if (annex_block_get_kind (call) == ANNEX_BLOCK_TOOL_USE &&
          find_result (self, builder.turn, annex_block_get_tool_use_id (call), G_MAXINT64) == NULL)
        g_ptr_array_add (calls, annex_block_ref (call));
    }
  return calls;
}

AnnexStopReason
annex_conversation_get_last_reason (AnnexConversation *self)
{
  Reply *last =
      self->replies->len > 0 ? g_ptr_array_index (self->replies, self->replies->len - 1) : NULL;

  return last != NULL ? last->stop_reason : ANNEX_STOP_OTHER;
}

gint64
annex_conversation_get_turn_seq (AnnexConversation *self)
{
  g_auto (Builder) builder = { 0 };

  builder_init (&builder, self);
  return builder.turn != NULL ? builder.turn->started : 0;
}

gboolean
annex_conversation_was_tool_started (AnnexConversation *self, const char *tool_use_id)
{
  const gint64 *seq = g_hash_table_lookup (self->started, tool_use_id);
  g_auto (Builder) builder = { 0 };

  if (seq == NULL)
    return FALSE;
  builder_init (&builder, self);
  return builder.turn != NULL && *seq > builder.turn->started;
}

/* Is there a result of the last turn's calls that came after @seen? */
static gboolean
has_new_result (AnnexConversation *self, Turn *turn, gint64 seen)
{
  for (guint i = self->results->len; i > 0; i--)
    {
      Result *result = g_ptr_array_index (self->results, i - 1);

      if (result->seq <= seen || result->seq <= turn->started)
        return FALSE;
      if (has_tool_use (turn->blocks, annex_block_get_tool_use_id (result->block)))
        return TRUE;
    }
  return FALSE;
}

gboolean
annex_conversation_needs_model (AnnexConversation *self)
{
  g_auto (Builder) builder = { 0 };
  g_autoptr (GPtrArray) blocks = NULL;
  const Item *last = NULL;
  gboolean compacted;
  guint missing;

  builder_init (&builder, self);
  compacted = builder.compaction != NULL;
  if (builder.next_item < self->items->len)
    last = g_ptr_array_index (self->items, self->items->len - 1);
  blocks = dup_last_words (&builder, &missing);
  if (missing > 0)
    return FALSE;
  if (compacted || (last != NULL && last->seq > builder.seen))
    return TRUE;
  return builder.turn != NULL && (builder.turn->stop_reason == ANNEX_STOP_PAUSE_TURN ||
                                  has_new_result (self, builder.turn, builder.seen));
}

guint
annex_conversation_count_compacted (AnnexConversation *self)
{
  gint64 answered = 0;
  guint n = 0;

  for (guint i = self->replies->len; i > 0 && answered == 0; i--)
    {
      Reply *reply = g_ptr_array_index (self->replies, i - 1);

      if (reply->stop_reason != ANNEX_STOP_CONTEXT_FULL)
        answered = reply->finished;
    }
  for (guint i = 0; i < self->compactions->len; i++)
    n += ((Compaction *) g_ptr_array_index (self->compactions, i))->seq > answered;
  return n;
}
