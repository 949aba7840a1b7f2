/* annex-agent-private.h
 *
 * Shared by the parts of the run loop: the turn (calling the model), the calls (running tools), and
 * the supervisor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-agent.h"

G_BEGIN_DECLS

/* How full the model's memory is, as far as its server tells; tokens. */
typedef struct
{
  gint64 tokens; /* what it can hold; 0: not known */
  gboolean was_asked;
  gboolean was_read;      /* what the log says of the last call */
  gboolean was_compacted; /* before the call that is next, or running */
  gboolean is_cramped;    /* even a summary fills it: making another is no use */
  gint64 prompt_tokens;   /* of the last call; 0: none */
  gsize sent_bytes;       /* that they were */
} AnnexAgentWindow;

struct _AnnexAgent
{
  GObject parent_instance;

  AnnexWorkspace *workspace;
  GHashTable *tools; /* name → AnnexTool */
  DexPromise *stop;  /* rejected by stop; for everything */
  DexPromise *park;  /* rejected by park and by stop; for asks */
  gboolean running;
  AnnexAgentWindow window;
  guint max_turns;
  guint n_silent; /* replies without a word or a call, in a row */
  int lock; /* of the task, while it runs; -1 */
  gboolean stopped;
  gboolean parked;
  GError
      *missing; /* why this run's calls found no computer, and none can be made; NULL: they did */
};

/* In the fiber: one call of the model, every finished block an event. Returns the reply's stop
 * reason in *@stop_reason; FALSE with ANNEX_MODEL_ERROR, ANNEX_STORE_ERROR or G_IO_ERROR_CANCELLED.
 */
gboolean
annex_agent_turn (AnnexAgent *self,
                  AnnexStopReason *stop_reason,
                  char **stop_detail,
                  GError **error);

/* In the fiber, when the conversation no longer fits: a summary stands for it from now on. FALSE
 * with ANNEX_MODEL_ERROR_CONTEXT_FULL when there is none that fits, or ANNEX_STORE_ERROR. */
gboolean
annex_agent_compact (AnnexAgent *self, GError **error);

/* What the request is, roughly, in bytes of text. */
gsize
annex_agent_measure_request (const AnnexModelRequest *request);
/* What the server says that a request of @sent_bytes was. One that cuts what does not fit, without
 * a word, is known by this: what is sent grows, and what it has read does not. */
void
annex_agent_note_usage (AnnexAgent *self, gsize sent_bytes, const AnnexUsage *usage);
/* The user went back: what is sent is less than it was. */
void
annex_agent_note_rewind (AnnexAgent *self);
/* In the fiber, before a call: will it fit into the model's memory, with room for an answer? TRUE
 * also where that is not known. */
gboolean
annex_agent_has_room (AnnexAgent *self);

/* The folders that @task shares, on this machine. (transfer full) */
char **
annex_agent_dup_share_paths (AnnexTask *task);

/* In the fiber, before the model is called: tells it of the skills there are, or of what has
 * changed since it was told last. FALSE with ANNEX_STORE_ERROR. */
gboolean
annex_agent_tell_skills (AnnexAgent *self, GError **error);
/* The same of the connectors. */
gboolean
annex_agent_tell_connectors (AnnexAgent *self, GError **error);

/* In the fiber: runs every tool call that has no result yet, side by side. FALSE with
 * G_IO_ERROR_CANCELLED when asks were parked (they keep no result) or the user stopped. */
gboolean
annex_agent_run_calls (AnnexAgent *self, GPtrArray *calls, GError **error);

/* Has the same call failed three times, with nothing said and no success of it since? What came of
 * it last; NULL: it has not. @messages: the conversation. (transfer full) */
char *
annex_agent_dup_repeated (GPtrArray *messages, const AnnexToolCall *call);
/* In the fiber: asks the user whether such a call, which failed with @failure, is to be made once
 * more. FALSE: it is not: with *@told (transfer full), its result, or with an error:
 * G_IO_ERROR_CANCELLED (nobody is there to answer, or the user stops the task), ANNEX_STORE_ERROR.
 */
gboolean
annex_agent_may_repeat (AnnexAgent *self,
                        const AnnexToolCall *call,
                        const char *failure,
                        char **told,
                        GError **error);

/* The lock that says who works on the task, in this process or another; the caller closes it. -1
 * with ANNEX_AGENT_ERROR_BUSY or G_IO_ERROR. */
int
annex_agent_lock_task (AnnexWorkspace *workspace, GError **error);

G_END_DECLS
