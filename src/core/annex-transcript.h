/* annex-transcript.h
 *
 * One task's conversation as a person reads it: a live, append-only GListModel of
 * AnnexTranscriptItem, derived from the event log and the provisional deltas. Knows no widget, and
 * no words that are shown but those of the log.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  ANNEX_ITEM_USER,     /* what the user said: text, images, files, folders granted with it */
  ANNEX_ITEM_TEXT,     /* the agent's prose, Markdown; grows while it streams */
  ANNEX_ITEM_THINKING, /* folded */
  ANNEX_ITEM_STEP,     /* one tool call and its result; sub-agents' calls are children */
  ANNEX_ITEM_ASK,      /* a question, or what became of it; permission asks too, as a record */
  ANNEX_ITEM_RESULT,   /* files presented */
  ANNEX_ITEM_DRAFT,    /* kept, discarded or undone changes */
  ANNEX_ITEM_NOTICE,   /* Annex's own quiet word: folder granted or revoked, retrying, rewound, computer */
  ANNEX_ITEM_ERROR,    /* domain, code, message, advice */
} AnnexItemKind;

/* Property "revision" (uint): grows with every change of the item, so that a view updates; a
 * finished item does not change any more. */
#define ANNEX_TYPE_TRANSCRIPT_ITEM (annex_transcript_item_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTranscriptItem, annex_transcript_item, ANNEX, TRANSCRIPT_ITEM, GObject)

AnnexItemKind annex_transcript_item_get_kind (AnnexTranscriptItem *self);
gint64 annex_transcript_item_get_seq (AnnexTranscriptItem *self); /* of its first event; 0: provisional */
gint64 annex_transcript_item_get_time_us (AnnexTranscriptItem *self);
gboolean annex_transcript_item_is_finished (AnnexTranscriptItem *self);
guint annex_transcript_item_get_revision (AnnexTranscriptItem *self);
/* USER, TEXT, THINKING, NOTICE, ERROR: the text so far (borrowed, valid until the next change). */
const char *annex_transcript_item_get_text (AnnexTranscriptItem *self);
/* STEP: the tool's name, input (nullable while it streams), the result block (nullable), the live
 * tail of its output, how long it took or when it began. All borrowed. */
const char *annex_transcript_item_get_tool (AnnexTranscriptItem *self);
JsonObject *annex_transcript_item_get_input (AnnexTranscriptItem *self);
JsonObject *annex_transcript_item_get_result (AnnexTranscriptItem *self);
gint64 annex_transcript_item_get_duration_ms (AnnexTranscriptItem *self); /* < 0: running */
gboolean annex_transcript_item_is_error (AnnexTranscriptItem *self);
/* The event or ask it came from, for the kinds that have one. Borrowed, nullable. */
AnnexEvent *annex_transcript_item_get_event (AnnexTranscriptItem *self);
AnnexAsk *annex_transcript_item_get_ask (AnnexTranscriptItem *self);
JsonObject *annex_transcript_item_get_answer (AnnexTranscriptItem *self); /* NULL: open */
/* STEP of a delegate: its calls, AnnexTranscriptItem elements. Borrowed, nullable. */
GListModel *annex_transcript_item_get_children (AnnexTranscriptItem *self);

#define ANNEX_TYPE_TRANSCRIPT (annex_transcript_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTranscript, annex_transcript, ANNEX, TRANSCRIPT, GObject)

/* Reads the log of @task in slices that never hold the main loop longer than a few milliseconds; the
 * newest part is there first, older items are put before it as they are read or asked for. Property
 * "loaded". */
AnnexTranscript *annex_transcript_new (AnnexTask *task);
AnnexTask *annex_transcript_get_task (AnnexTranscript *self);

G_END_DECLS
