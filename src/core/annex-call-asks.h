/* annex-call-asks.h
 *
 * What the tool calls of a task have asked, by the id of the call. An id names a call only in its
 * turn: servers give the same one to later calls, and no later call may take an answer that was given
 * to another. In the thread of the task.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ask.h"

G_BEGIN_DECLS

typedef struct _AnnexCallAsks AnnexCallAsks;

AnnexCallAsks *
annex_call_asks_new (void);
void
annex_call_asks_free (AnnexCallAsks *self);

/* Is @ask one of the call @tool_use_id? A call may ask several things, each under a name of its own:
 * "id/…" or "id:…". */
gboolean
annex_call_asks_is_of (AnnexAsk *ask, const char *tool_use_id);
/* Do both ask the same for the same, whenever they were made? */
gboolean
annex_call_asks_is_same (AnnexAsk *a, AnnexAsk *b);

/* What the log tells. */
void
annex_call_asks_opened (AnnexCallAsks *self, gint64 seq, AnnexAsk *ask);
/* @answer: NULL where there is none. */
void
annex_call_asks_closed (AnnexCallAsks *self, const char *ask_id, JsonObject *answer);
/* Forgets what is open, what was asked after @seq, and all of it. */
void
annex_call_asks_forget_open (AnnexCallAsks *self);
void
annex_call_asks_forget_after (AnnexCallAsks *self, gint64 seq);
void
annex_call_asks_forget_all (AnnexCallAsks *self);

/* What was asked last under the name @tool_use (the id of a call, or a name below it) after the event
 * @seq. *@answer: NULL while it is open, and where it was closed without one. (borrowed, nullable) */
AnnexAsk *
annex_call_asks_find (AnnexCallAsks *self,
                      const char *tool_use,
                      gint64 seq,
                      gboolean *is_closed,
                      JsonObject **answer);
/* See annex_task_dup_secret_name(). */
char *
annex_call_asks_dup_secret_name (AnnexCallAsks *self, const char *reference);

G_END_DECLS
