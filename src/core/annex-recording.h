/* annex-recording.h
 *
 * What a task's log holds of how it went, for trying it again: what the user said, what the model
 * replied, what each call came to, which folders there were. Pure; read once, then immutable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-block.h"
#include "annex-model.h"
#include "annex-share.h"

G_BEGIN_DECLS

/* One call of a tool, and what became of it. */
typedef struct
{
  char *tool_use_id;
  char *tool;
  char *input;        /* its JSON text */
  AnnexBlock *result; /* nullable: it never ended */
  gint64 duration_ms; /* -1: not known */
  gboolean is_error;  /* the tool said so, or it never ended */
} AnnexRecordedStep;

typedef struct
{
  char *name; /* in the computer: /folders/<name> */
  char *path; /* on the machine where it was recorded */
  AnnexShareMode mode;
} AnnexRecordedFolder;

#define ANNEX_TYPE_RECORDING (annex_recording_get_type ())
typedef struct
{
  char *title;
  char *provider;
  char *model;
  GPtrArray *prompts; /* GPtrArray of AnnexBlock: each is what the user said at once */
  GPtrArray *replies; /* AnnexModelReply, the main conversation's, in order */
  GPtrArray *steps;   /* AnnexRecordedStep, the main conversation's, in order */
  GPtrArray *folders; /* AnnexRecordedFolder */
  char **keeps;       /* ids of keeps that were not undone, oldest first */
  char **presented;   /* paths in the computer, each once */
  AnnexUsage usage;   /* of all, sub-agents included */
  gint64 duration_ms; /* of replies and calls together */
} AnnexRecording;
GType
annex_recording_get_type (void) G_GNUC_CONST;

/* @events (AnnexEvent): a whole log, in order. What was rewound is left out. Fails with
 * ANNEX_JSON_ERROR when a block in it is none, or when the user said nothing. (transfer full) */
AnnexRecording *
annex_recording_new (GPtrArray *events, GError **error);
AnnexRecording *
annex_recording_ref (AnnexRecording *self);
void
annex_recording_unref (AnnexRecording *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexRecording, annex_recording_unref)

/* NULL when there was no such call. (borrowed) */
const AnnexRecordedStep *
annex_recording_find_step (AnnexRecording *self, const char *tool_use_id);

/* Two lists of steps beside each other. */
typedef struct
{
  const AnnexRecordedStep *before; /* nullable (borrowed) */
  const AnnexRecordedStep *after;  /* nullable (borrowed) */
} AnnexStepPair;
/* Pairs the steps of @before and @after (AnnexRecordedStep) that are the same call, and else those
 * of the same tool, in order: at most 2 000 of each are looked at. Returns an array of
 * AnnexStepPair that borrows from both. (transfer full) */
GArray *
annex_recorded_steps_pair (GPtrArray *before, GPtrArray *after);

G_END_DECLS
