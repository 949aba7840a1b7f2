/* annex-conversation-private.h
 *
 * What a conversation has noted of the events. Shared by the two files of AnnexConversation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-conversation.h"
#include "annex-model.h"

G_BEGIN_DECLS

/* Blocks of the user's side with the seq of their event. */
typedef struct
{
  gint64 seq;
  GPtrArray *blocks; /* AnnexBlock */
} Item;

typedef struct
{
  gint64 seq;
  AnnexBlock *block;
} Result;

/* A text that stands for all up to @seen. */
typedef struct
{
  gint64 seq;
  gint64 seen;
  AnnexBlock *text;
} Compaction;

/* One attempt of the model. */
typedef struct
{
  char *id;
  gint64 started;
  gint64 seen;
  gint64 finished; /* 0: not yet */
  AnnexStopReason stop_reason;
  GPtrArray *blocks; /* AnnexBlock, or NULL where an index is missing */
} Reply;

struct _AnnexConversation
{
  GPtrArray *items;    /* Item, by seq */
  GPtrArray *compactions; /* Compaction, by seq; the last one counts */
  GPtrArray *open;     /* Reply, started */
  GPtrArray *replies;  /* Reply, finished, by seq of finishing */
  GPtrArray *results;  /* Result, by seq */
  GHashTable *started; /* tool_use_id → gint64 seq of its last start */
};

/* GDestroyNotify of arrays of AnnexBlock that may hold NULL. */
static inline void
block_clear (gpointer data)
{
  if (data != NULL)
    annex_block_unref (data);
}

G_END_DECLS
