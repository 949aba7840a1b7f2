/* annex-sub-agent.h
 *
 * A sub-agent: an own prompt, an own short conversation in memory, own tools, limits. What it does
 * are events that name the call as their parent. Used by delegate and browse; knows neither.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-tool.h"
#include "annex-workspace.h"

G_BEGIN_DECLS

/* How it ended. */
typedef enum {
  ANNEX_SUB_SAID,    /* a reply without a call: what it said is the result */
  ANNEX_SUB_DONE,    /* it called done */
  ANNEX_SUB_STUCK,   /* the same failure came too often, and nobody had a way out */
  ANNEX_SUB_ROUNDS,  /* it came to no end in the rounds it had … */
  ANNEX_SUB_TIME,    /* … or in the time */
  ANNEX_SUB_STOPPED, /* the user stopped it, and it had said something */
} AnnexSubEnd;

typedef struct
{
  AnnexSubEnd end;
  char *text;       /* what it said last, "" when nothing; of STOPPED as far as it came */
  JsonObject *done; /* of DONE: the input of done */
  char *failure;    /* of STUCK: what failed */
} AnnexSubResult;

void
annex_sub_result_free (AnnexSubResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSubResult, annex_sub_result_free)

/* The same failure came @max_same_failures times. In the fiber: returns what the sub-agent is told
 * so that it goes on, or NULL: it ends STUCK, or with @error set. (transfer full) */
typedef char *(*AnnexSubStuckFunc) (const char *failure, gpointer data, GError **error);

/* All borrowed, for the time of the run. */
typedef struct
{
  AnnexWorkspace *workspace;
  const AnnexToolCall *call; /* that started it */
  const char *system;        /* its prompt; NULL: the task's */
  const char *opening;       /* what it is told first */
  const char *reads; /* what its tools' results are from (annex-taint.h); NULL: the task's own */
  GPtrArray *tools;  /* AnnexTool; one named "done" is described here and never called */
  guint max_rounds;
  guint max_seconds;       /* of models and tools; what @idle_us counts is not meant; 0: no limit */
  const gint64 *idle_us;   /* nullable: how long it has waited for the user so far */
  guint max_same_failures; /* of one tool in one way, with no success of it between; 0: no limit */
  gboolean same_input;     /* … and with the same input: others are not counted with it */
  AnnexSubStuckFunc stuck; /* nullable */
  gpointer stuck_data;
  gsize
      max_kept_chars; /* 0: all results stay as they were. Else, when long results have grown beyond
                       * this together, all but the newest two become one line. Only then does
                       * anything change that was sent before: between two such moments the
                       * conversation grows at its end alone, so that the provider's cache holds. */
  const char *forgotten; /* that line */
} AnnexSubAgent;

/* In a fiber: runs it to its end. NULL with ANNEX_MODEL_ERROR, ANNEX_STORE_ERROR,
 * ANNEX_AGENT_ERROR_COST_LIMIT or G_IO_ERROR_CANCELLED. */
AnnexSubResult *
annex_sub_agent_run (const AnnexSubAgent *self, GError **error);

G_END_DECLS
