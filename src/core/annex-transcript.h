/* annex-transcript.h
 *
 * One task's conversation as a person reads it: a live GListModel of AnnexTranscriptItem, derived
 * from the event log and the provisional deltas. Knows no widget, and no words that are shown but
 * those of the log.
 *
 * What no longer counts is not there: rewound parts, blocks of failed, refused and abandoned
 * replies. Decisions of the user (folders, what was kept) stay where they were made.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  ANNEX_ITEM_USER,     /* what the user said: text, images, files, folders granted with it */
  ANNEX_ITEM_TEXT,     /* the agent's prose, Markdown; grows while it streams */
  ANNEX_ITEM_THINKING, /* folded */
  ANNEX_ITEM_STEP,     /* one tool call and its result; sub-agents' calls are children */
  ANNEX_ITEM_ASK,      /* a question, or what became of it; permission asks too, as a record */
  ANNEX_ITEM_RESULT,   /* files presented */
  ANNEX_ITEM_DRAFT,    /* kept, discarded or undone changes */
  ANNEX_ITEM_NOTICE, /* Annex's own quiet word, by the type of its event: a folder granted, changed
                      * or revoked; an attempt that is repeated (gone as soon as it was); stopped;
                      * the computer failed; imported */
  ANNEX_ITEM_ERROR,  /* domain, code, message, advice */
} AnnexItemKind;

/* Property "revision" (uint): grows with every change of the item, so that a view updates; a
 * finished item hardly changes any more (a late result, a folder that belongs to it). */
#define ANNEX_TYPE_TRANSCRIPT_ITEM (annex_transcript_item_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTranscriptItem, annex_transcript_item, ANNEX, TRANSCRIPT_ITEM, GObject)

AnnexItemKind
annex_transcript_item_get_kind (AnnexTranscriptItem *self);
gint64
annex_transcript_item_get_seq (AnnexTranscriptItem *self); /* of its first event; 0: provisional */
gint64
annex_transcript_item_get_time_us (AnnexTranscriptItem *self);
/* Of STEP: it has a result, or was interrupted and will have none. */
gboolean
annex_transcript_item_is_finished (AnnexTranscriptItem *self);
guint
annex_transcript_item_get_revision (AnnexTranscriptItem *self);
/* USER, TEXT, THINKING, NOTICE, ERROR, and the result of STEP: the text so far, valid UTF-8, ""
 * when there is none. (borrowed, valid until the next change) */
const char *
annex_transcript_item_get_text (AnnexTranscriptItem *self);
/* STEP: the tool's name, its input (nullable while it streams, and of a sub-agent's call), the
 * result block (nullable), how long it took or when it began. THINKING: how long. All borrowed. */
const char *
annex_transcript_item_get_tool (AnnexTranscriptItem *self);
JsonObject *
annex_transcript_item_get_input (AnnexTranscriptItem *self);
JsonObject *
annex_transcript_item_get_result (AnnexTranscriptItem *self);
gint64
annex_transcript_item_get_duration_ms (AnnexTranscriptItem *self); /* < 0: running, or not known */
gint64
annex_transcript_item_get_began_us (AnnexTranscriptItem *self);
gboolean
annex_transcript_item_is_error (AnnexTranscriptItem *self);
/* STEP: the user stopped it; then it is no error. */
gboolean
annex_transcript_item_is_stopped (AnnexTranscriptItem *self);
/* STEP whose command runs: the last lines it wrote, at most @n_lines, valid UTF-8, escape sequences
 * and all; "" when there are none or it has finished. Does not count as a change: whoever shows
 * it looks now and then. (transfer full) */
char *
annex_transcript_item_dup_output (AnnexTranscriptItem *self, guint n_lines);
/* USER: it took the place of one that was rewound. */
gboolean
annex_transcript_item_is_edited (AnnexTranscriptItem *self);
/* USER: share-granted events (AnnexEvent) of the folders given with it. Borrowed, nullable. */
GPtrArray *
annex_transcript_item_get_folders (AnnexTranscriptItem *self);
/* The event or ask it came from, for the kinds that have one. Borrowed, nullable. */
AnnexEvent *
annex_transcript_item_get_event (AnnexTranscriptItem *self);
AnnexAsk *
annex_transcript_item_get_ask (AnnexTranscriptItem *self);
/* NULL: open. An empty object: it can no longer be answered (of an imported task). */
JsonObject *
annex_transcript_item_get_answer (AnnexTranscriptItem *self);
/* TRUE when the time limit was over: the answer is what was taken instead. */
gboolean
annex_transcript_item_has_expired (AnnexTranscriptItem *self);
/* STEP of a delegate: its calls, AnnexTranscriptItem elements. Borrowed, nullable. */
GListModel *
annex_transcript_item_get_children (AnnexTranscriptItem *self);

#define ANNEX_TYPE_TRANSCRIPT (annex_transcript_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTranscript, annex_transcript, ANNEX, TRANSCRIPT, GObject)

/* Reads the log of @task in parts: the newest one at once, older ones when they are asked for, so
 * that a long task opens like a short one. Properties "loaded" (the newest part is there),
 * "loading" and "complete" (the oldest one, too). Signal "failed" (GError): a part could not be
 * read; asking again tries again. */
AnnexTranscript *
annex_transcript_new (AnnexTask *task);
AnnexTask *
annex_transcript_get_task (AnnexTranscript *self);
gboolean
annex_transcript_get_loaded (AnnexTranscript *self);
gboolean
annex_transcript_get_loading (AnnexTranscript *self);
gboolean
annex_transcript_get_complete (AnnexTranscript *self);
/* Reads one more part and puts its items before the others. Nothing while one is being read. */
void
annex_transcript_load_older (AnnexTranscript *self);

G_END_DECLS
