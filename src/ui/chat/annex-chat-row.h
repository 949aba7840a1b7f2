/* annex-chat-row.h
 *
 * One row of the conversation: a block of prose, a run of steps, a card. Holds what its widget
 * needs to be made again, its open or folded state too. Knows no widget.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-markdown.h"
#include "annex-transcript.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_ROW_USER,
  ANNEX_ROW_BLOCK, /* a Markdown block of the agent's prose */
  ANNEX_ROW_THINKING,
  ANNEX_ROW_STEPS, /* one step, or a run of the same kind */
  ANNEX_ROW_ASK,
  ANNEX_ROW_RESULT,
  ANNEX_ROW_DRAFT,
  ANNEX_ROW_NOTICE,
  ANNEX_ROW_ERROR,
} AnnexRowKind;

/* Signal "changed": what it shows changed; its widget updates. */
#define ANNEX_TYPE_CHAT_ROW (annex_chat_row_get_type ())
G_DECLARE_FINAL_TYPE (AnnexChatRow, annex_chat_row, ANNEX, CHAT_ROW, GObject)

struct _AnnexChatRow
{
  GObject parent_instance;

  AnnexRowKind kind;
  AnnexTranscriptItem *item; /* the first one of a run */
  GPtrArray *items;          /* AnnexTranscriptItem, of STEPS */
  GHashTable *nested;        /* AnnexTranscriptItem → AnnexChatRow: see _get_nested; nullable */
  AnnexMarkdownBlock *block; /* of BLOCK */
  gboolean first;            /* of its item */
  gboolean open;             /* shows its details */
  gboolean more;             /* shows all of it */
  gboolean below;            /* of RESULT: its cards stand below the conversation */
  guint found;               /* how often the words searched for are in it … */
  guint found_serial;        /* … if these are those; 0: not known */
};

AnnexChatRow *
annex_chat_row_new (AnnexRowKind kind, AnnexTranscriptItem *item);
void
annex_chat_row_changed (AnnexChatRow *self);
void
annex_chat_row_set_block (AnnexChatRow *self, AnnexMarkdownBlock *block);
/* Of STEPS: the row of one step among its details, the same each time, so that it stays open. Made
 * when it is first wanted. (borrowed) */
AnnexChatRow *
annex_chat_row_get_nested (AnnexChatRow *self, AnnexTranscriptItem *item);
/* What a search looks in. (transfer full) */
char *
annex_chat_row_dup_text (AnnexChatRow *self);

G_END_DECLS
