/* annex-task.h
 *
 * One task: its event log and the state derived from it. Appending is the only way to change it; a
 * change is visible (getters, signal) only after it is committed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ask.h"
#include "annex-checkpoint.h"
#include "annex-event.h"
#include "annex-taint.h"
#include "annex-message.h"
#include "annex-model.h"
#include "annex-plan.h"
#include "annex-share.h"
#include "annex-store.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_TASK_RUNNING,
  ANNEX_TASK_WAITING, /* for the user */
  ANNEX_TASK_DONE,
  ANNEX_TASK_FAILED,
  ANNEX_TASK_STOPPED,
} AnnexTaskState;

const char *
annex_task_state_to_name (AnnexTaskState state);
AnnexTaskState
annex_task_state_from_name (const char *name);

#define ANNEX_TYPE_TASK (annex_task_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTask, annex_task, ANNEX, TASK, GObject)

/* Signal "event" (AnnexEvent): after it is committed and applied; main thread.
 * Signal "delta" (pointer to const AnnexDelta): provisional text, never stored. */

/* A new task; appends task-created. @system and @tools are the exact texts that will be sent for
 * ever. Resolves to an AnnexTask; rejects with ANNEX_STORE_ERROR. */
DexFuture *
annex_task_create (AnnexStore *store,
                   const char *title,
                   const char *provider,
                   const char *model,
                   const char *base_url,
                   const char *system,
                   const char *tools) G_GNUC_WARN_UNUSED_RESULT;
/* Reads a stored task; its conversation only when it is asked for. Resolves to an AnnexTask;
 * rejects NOT_FOUND. Of an imported task the shares, asks, network decisions, keeps and the base
 * URL of before the import do not count: nobody granted them here. */
DexFuture *
annex_task_load (AnnexStore *store, const char *id) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the task @new_id from this one as it was at @checkpoint: the events up to then, `forked`
 * (@text tells the model), the title, and what the user has taken back since. At rest; nothing of
 * before is open. Resolves to TRUE; rejects with ANNEX_STORE_ERROR. */
DexFuture *
annex_task_fork (AnnexTask *self,
                 const AnnexCheckpoint *checkpoint,
                 const char *new_id,
                 const char *title,
                 const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* Reads the conversation, unless that was done: messages, unanswered and started calls and whether
 * the model is needed come from it. Who asks for these and has not waited for this makes the main
 * loop wait; of a conversation that cannot be read they say that there is nothing. Resolves to
 * TRUE; rejects with ANNEX_STORE_ERROR. */
DexFuture *
annex_task_read_conversation (AnnexTask *self) G_GNUC_WARN_UNUSED_RESULT;

/* Appends an event and applies it. Takes @data. Resolves to the AnnexEvent (boxed). Events are
 * committed in the order of the calls, and applied even when nobody waits for the future.
 * reply-started gets `seen`, the last event of the messages handed out for it: call
 * annex_task_dup_messages before. Main thread. */
DexFuture *
annex_task_append (AnnexTask *self,
                   AnnexEventType type,
                   JsonObject *data) G_GNUC_WARN_UNUSED_RESULT;
/* Reads and applies what another process appended. Resolves to TRUE; rejects with
 * ANNEX_STORE_ERROR. Appending does so by itself when it finds a gap. */
DexFuture *
annex_task_refresh (AnnexTask *self) G_GNUC_WARN_UNUSED_RESULT;
/* Emits "output" (const char *tool_use_id, GBytes *piece): what a running command writes, never
 * stored; a piece may begin or end within a character. */
void
annex_task_emit_output (AnnexTask *self, const char *tool_use_id, GBytes *piece);
/* Emits "delta". */
void
annex_task_emit_delta (AnnexTask *self, const AnnexDelta *delta);

AnnexStore *
annex_task_get_store (AnnexTask *self);
const char *
annex_task_get_id (AnnexTask *self);
char *
annex_task_dup_title (AnnexTask *self);
AnnexTaskState
annex_task_get_state (AnnexTask *self);
const char *
annex_task_get_provider (AnnexTask *self);
const char *
annex_task_get_model (AnnexTask *self);
const char *
annex_task_get_base_url (AnnexTask *self); /* nullable */
/* The id of the task that this is another try of, on copies of its folders. (nullable) */
const char *
annex_task_get_again_of (AnnexTask *self);
/* The exact texts that every request to the model begins with. NULL: the task was imported, and
 * what its file holds there is another's; Annex's own are used. (nullable) */
const char *
annex_task_get_system (AnnexTask *self);
const char *
annex_task_get_tools (AnnexTask *self);
AnnexPlan *
annex_task_get_plan (AnnexTask *self);
/* AnnexShare elements, in order of granting. (transfer full) */
GPtrArray *
annex_task_dup_shares (AnnexTask *self);
AnnexShare *
annex_task_find_share (AnnexTask *self, const char *id_or_name); /* borrowed, nullable */
/* Open asks (AnnexAsk). (transfer full) */
GPtrArray *
annex_task_dup_open_asks (AnnexTask *self);
/* How the question that the user answered with the secret @reference ("secret:…") in this task was
 * headed. (transfer full, nullable: the task was never given it) */
char *
annex_task_dup_secret_name (AnnexTask *self, const char *reference);
/* The ask that the call @tool_use_id opened last, while it is open; NULL otherwise: then *@answer
 * is what it was answered with, or expired with, or NULL when it asked nothing. (both transfer
 * full) */
AnnexAsk *
annex_task_dup_ask_of_call (AnnexTask *self, const char *tool_use_id, JsonObject **answer);
/* The same once it is closed: what was asked. (transfer full, nullable) */
AnnexAsk *
annex_task_dup_closed_ask_of_call (AnnexTask *self, const char *tool_use_id);
/* The data of the last draft-changed of a share; NULL when nothing was told of it. (borrowed) */
JsonObject *
annex_task_get_draft (AnnexTask *self, const char *share_id);
/* The catalogue of skills that the model was told of last, {name: description}; NULL when it was
 * told of none. (borrowed) */
JsonObject *
annex_task_get_skills (AnnexTask *self);
/* The same of connectors, {id: line}. */
JsonObject *
annex_task_get_connectors (AnnexTask *self);
/* Did the user allow this tool for the task, as it was defined by @digest? */
gboolean
annex_task_has_tool_grant (AnnexTask *self,
                           const char *connector,
                           const char *tool,
                           const char *digest);
/* The conversation as it goes to the model (AnnexMessage, transfer full): blocks of finished
 * replies only, tool results joined into one user message in the order of the calls, announcements
 * and messages the user sent meanwhile after them; rewound parts left out. Append-only across calls
 * (but for a rewind): what a reply's request was built from stands before it, all else after it,
 * and a result that the next request was sent without does not count later. While a tool_use has no
 * result, the messages end with it; see unanswered. For the agent alone, just before a request:
 * the next reply-started takes this call as what it has seen. */
GPtrArray *
annex_task_dup_messages (AnnexTask *self);
/* tool_use blocks of the last finished reply that have no result yet (AnnexBlock), and whether each
 * had been started before (then a restart interrupted it). (transfer full) */
GPtrArray *
annex_task_dup_unanswered (AnnexTask *self);
gboolean
annex_task_was_tool_started (AnnexTask *self, const char *tool_use_id);
/* TRUE when there is something the model has not answered, or it paused its turn; FALSE while a
 * tool_use has no result, and after a refusal until something new is said. */
gboolean
annex_task_needs_model (AnnexTask *self);
/* How often the conversation was compacted since the model last answered and had room for it. */
guint
annex_task_count_compacted (AnnexTask *self);
/* Network decisions of scope task, as (host → allow) pairs: AnnexNetworkRule elements. */
GPtrArray *
annex_task_dup_network_rules (AnnexTask *self);
/* What it has read of others, and holds of the user's; see annex-taint.h. */
AnnexTaint
annex_task_get_taint (AnnexTask *self);
/* How many single files, with pictures, it was handed over. */
guint
annex_task_count_given_files (AnnexTask *self);
/* The secrets that its computer or one of its connectors was given; @name as in data-given. */
guint
annex_task_count_given_secrets (AnnexTask *self);
gboolean
annex_task_was_given_secret (AnnexTask *self, const char *name);
/* The sources it has read that others wrote, oldest first. (transfer full) */
char **
annex_task_dup_untrusted (AnnexTask *self);
/* Sums of all replies, rewound and sub-agents' ones too; the cost is < 0 when one is unknown. */
void
annex_task_get_usage (AnnexTask *self, AnnexUsage *usage);
gint64
annex_task_get_last_seq (AnnexTask *self);
/* Ids of keeps (begun or done: draft-keeping, draft-kept) not undone, oldest first. A begun one
 * that a crash rolled back has nothing to undo. (transfer full) */
char **
annex_task_dup_keeps (AnnexTask *self);
/* The data of a rolling-back event whose end was not told: a crash came between. (borrowed,
 * nullable) */
JsonObject *
annex_task_get_rolling_back (AnnexTask *self);
/* Was this file of the draft kept after the state that the computer went back to? Then the folder
 * has a newer version. @path made valid UTF-8, as events have it. */
gboolean
annex_task_is_kept_since (AnnexTask *self, const char *share_id, const char *path);

G_END_DECLS
