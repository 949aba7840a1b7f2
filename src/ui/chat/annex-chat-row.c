/* annex-chat-row.c
 *
 * See annex-chat-row.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-chat-row.h"

G_DEFINE_FINAL_TYPE (AnnexChatRow, annex_chat_row, G_TYPE_OBJECT)

static guint changed_signal;

static void
annex_chat_row_finalize (GObject *object)
{
  AnnexChatRow *self = ANNEX_CHAT_ROW (object);

  g_clear_object (&self->item);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->nested, g_hash_table_unref);
  g_clear_pointer (&self->block, annex_markdown_block_unref);
  G_OBJECT_CLASS (annex_chat_row_parent_class)->finalize (object);
}

static void
annex_chat_row_class_init (AnnexChatRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_chat_row_finalize;
  changed_signal = g_signal_new ("changed", ANNEX_TYPE_CHAT_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
annex_chat_row_init (AnnexChatRow *self)
{
}

AnnexChatRow *
annex_chat_row_new (AnnexRowKind kind, AnnexTranscriptItem *item)
{
  AnnexChatRow *self = g_object_new (ANNEX_TYPE_CHAT_ROW, NULL);

  self->kind = kind;
  self->item = g_object_ref (item);
  return self;
}

void
annex_chat_row_changed (AnnexChatRow *self)
{
  self->found_serial = 0;
  g_signal_emit (self, changed_signal, 0);
}

void
annex_chat_row_set_block (AnnexChatRow *self, AnnexMarkdownBlock *block)
{
  g_clear_pointer (&self->block, annex_markdown_block_unref);
  self->block = annex_markdown_block_ref (block);
  self->found_serial = 0;
}

AnnexChatRow *
annex_chat_row_get_nested (AnnexChatRow *self, AnnexTranscriptItem *item)
{
  AnnexChatRow *row;

  if (self->nested == NULL)
    self->nested = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  row = g_hash_table_lookup (self->nested, item);
  if (row != NULL)
    return row;
  row = annex_chat_row_new (ANNEX_ROW_STEPS, item);
  row->items = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (row->items, g_object_ref (item));
  g_hash_table_insert (self->nested, item, row); /* which holds the item */
  return row;
}

char *
annex_chat_row_dup_text (AnnexChatRow *self)
{
  switch (self->kind)
    {
    case ANNEX_ROW_BLOCK:
      return annex_markdown_block_dup_text (self->block);
    case ANNEX_ROW_USER:
    case ANNEX_ROW_ASK:
    case ANNEX_ROW_ERROR:
      return g_strdup (annex_transcript_item_get_text (self->item));
    case ANNEX_ROW_THINKING:
    case ANNEX_ROW_STEPS:
    case ANNEX_ROW_RESULT:
    case ANNEX_ROW_DRAFT:
    case ANNEX_ROW_NOTICE:
      return g_strdup ("");
    }
  return g_strdup ("");
}
