/* annex-workspace.h
 *
 * What the tools of one task work with: the task, its computer, its drafts, the inbox, the network
 * policy and the secrets, and the commands left running in the background.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser.h"
#include "annex-computer.h"
#include "annex-connectors.h"
#include "annex-drafts.h"
#include "annex-inbox.h"
#include "annex-model.h"
#include "annex-policy.h"
#include "annex-secrets.h"
#include "annex-skill-library.h"
#include "annex-task.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_WORKSPACE (annex_workspace_get_type ())
G_DECLARE_FINAL_TYPE (AnnexWorkspace, annex_workspace, ANNEX, WORKSPACE, GObject)

AnnexWorkspace *
annex_workspace_new (AnnexTask *task,
                     AnnexComputer *computer,
                     AnnexInbox *inbox,
                     AnnexNetworkPolicy *policy,
                     AnnexSecrets *secrets,
                     AnnexModel *model,
                     const char *data_dir);

/* All borrowed. */
AnnexTask *
annex_workspace_get_task (AnnexWorkspace *self);
AnnexComputer *
annex_workspace_get_computer (AnnexWorkspace *self);
AnnexInbox *
annex_workspace_get_inbox (AnnexWorkspace *self);
AnnexNetworkPolicy *
annex_workspace_get_policy (AnnexWorkspace *self);
AnnexSecrets *
annex_workspace_get_secrets (AnnexWorkspace *self);
/* In a fiber: the task's computer is about to be given a secret, @words its reference or its name:
 * an event the first time, for from then on the task holds data of the user's. FALSE with
 * ANNEX_STORE_ERROR: do not give it. */
gboolean
annex_workspace_note_secret (AnnexWorkspace *self, const char *words, GError **error);
/* Something in the task is given a secret, whose text is @value: from now on results say @words,
 * its reference or its name, where they would say the text. What could not wait for
 * annex_workspace_note_secret is noted here. */
void
annex_workspace_give_secret (AnnexWorkspace *self, const char *words, const char *value);
/* @block (taken), a tool's result, without what was given. (transfer full) */
AnnexBlock *
annex_workspace_hide_secrets (AnnexWorkspace *self, AnnexBlock *block);
AnnexModel *
annex_workspace_get_model (AnnexWorkspace *self);
/* A workspace that was made without a model, for looking at drafts, gets one before its task runs.
 */
void
annex_workspace_set_model (AnnexWorkspace *self, AnnexModel *model);
/* A cheaper model for sub-agents; the task's own one when none was set. (borrowed) */
void
annex_workspace_set_helper_model (AnnexWorkspace *self, AnnexModel *model);
AnnexModel *
annex_workspace_get_helper_model (AnnexWorkspace *self);
/* What the task, with its sub-agents, may cost (0, at first: no limit). */
void
annex_workspace_set_max_cost (AnnexWorkspace *self, double cost_usd);
/* Before a model is called: FALSE with ANNEX_AGENT_ERROR_COST_LIMIT when the task has cost that
 * much or more; a cost that is not known is not limited. */
gboolean
annex_workspace_may_cost_more (AnnexWorkspace *self, GError **error);
/* The skills its task can use; NULL when none was set. (borrowed) */
void
annex_workspace_set_skills (AnnexWorkspace *self, AnnexSkillLibrary *skills);
AnnexSkillLibrary *
annex_workspace_get_skills (AnnexWorkspace *self);
/* The connectors its task can use; NULL when none were set. (borrowed) */
void
annex_workspace_set_connectors (AnnexWorkspace *self, AnnexConnectors *connectors);
AnnexConnectors *
annex_workspace_get_connectors (AnnexWorkspace *self);
AnnexDrafts *
annex_workspace_get_drafts (AnnexWorkspace *self);
/* Makes the task's browser pane: a future of an AnnexBrowser; rejects with
 * ANNEX_BROWSER_ERROR_NO_DISPLAY. */
typedef DexFuture *(*AnnexWorkspaceBrowserFunc) (gpointer data);
/* How the pane is made when it is first needed; NULL, at first: there is none. */
void
annex_workspace_set_browser_func (AnnexWorkspace *self,
                                  AnnexWorkspaceBrowserFunc func,
                                  gpointer data,
                                  GDestroyNotify free_data);
/* Resolves to the AnnexBrowser; rejects with ANNEX_BROWSER_ERROR_NO_DISPLAY. */
DexFuture *
annex_workspace_open_browser (AnnexWorkspace *self) G_GNUC_WARN_UNUSED_RESULT;
/* There is one pane: whoever uses it waits for this first, the future of the one before (transfer
 * full, nullable), and leaves its own, which settles when it is done. */
DexFuture *
annex_workspace_queue_for_browser (AnnexWorkspace *self, DexFuture *done);

/* Commands in the background, by id; NULL when there is none. (borrowed) */
void
annex_workspace_add_process (AnnexWorkspace *self, const char *id, AnnexProcess *process);
AnnexProcess *
annex_workspace_get_process (AnnexWorkspace *self, const char *id);
void
annex_workspace_remove_process (AnnexWorkspace *self, const char *id);

/* Signal "output" (const char *tool_use_id, GBytes *piece): what a running command writes,
 * untrusted; main thread. */
void
annex_workspace_emit_output (AnnexWorkspace *self, const char *tool_use_id, GBytes *piece);

/* In a fiber: the task has read what others wrote, from @source (annex-taint.h); an event the
 * first time. To be called before the model gets it. FALSE with ANNEX_STORE_ERROR. */
gboolean
annex_workspace_note_untrusted (AnnexWorkspace *self, const char *source, GError **error);

/* The way out of the computer refused something; @reason is the sentence about it. Most clients
 * hide what a proxy says to a CONNECT, so the next result of a command tells it. Whoever wires the
 * way out calls this; main thread. */
void
annex_workspace_add_refusal (AnnexWorkspace *self, const char *reason);
/* What was refused since the last call, for the model; NULL when nothing was. (transfer full) */
char *
annex_workspace_take_refusals (AnnexWorkspace *self);

/* @park rejects when nobody is there to answer: then every ask of this workspace stops waiting,
 * while commands go on. NULL: none. */
void
annex_workspace_set_park (AnnexWorkspace *self, DexFuture *park);

/* In a fiber: opens @ask (taken) for the call @tool_use_id and waits for its answer, also across
 * restarts: an ask that this call opened before is waited for again, and an answer that came
 * meanwhile is used. Returns the answer; NULL with G_IO_ERROR_CANCELLED when @cancel rejects first:
 * then the ask stays open. (transfer full) */
JsonObject *
annex_workspace_ask (AnnexWorkspace *self,
                     AnnexAsk *ask,
                     const char *tool_use_id,
                     DexFuture *cancel,
                     GError **error);

/* The same for what is no call's and is asked once in a task: @name stands for the call, and an
 * answer counts for the very same @ask only. What else is open under @name is closed. */
JsonObject *
annex_workspace_ask_once (AnnexWorkspace *self,
                          AnnexAsk *ask,
                          const char *name,
                          DexFuture *cancel,
                          GError **error);
/* In a fiber: there is nothing to ask under @name any more; what is open is closed. */
void
annex_workspace_drop_once (AnnexWorkspace *self, const char *name);

/* As annex_workspace_ask, for a call that may ask several times in its midst, and cannot be taken
 * up again: opens
 * @ask anew each time. NULL with G_IO_ERROR_CANCELLED when nobody is there to answer (the ask stays
 * open) or @cancel (nullable) rejects: then the ask is closed. When it rejects with
 * ANNEX_ASK_ERROR_SETTLED, the user's answer is its message.
 */
JsonObject *
annex_workspace_ask_midway (AnnexWorkspace *self,
                            AnnexAsk *ask,
                            const char *tool_use_id,
                            DexFuture *cancel,
                            GError **error);
/* In a fiber: the call @tool_use_id was interrupted: what it asked last and the user has answered
 * since is carried out. Returns a sentence about it, NULL when there is none. (transfer full) */
char *
annex_workspace_settle_midway (AnnexWorkspace *self, const char *tool_use_id, GError **error);

/* A row of the ledger for what goes to a model's server and comes from it; see
 * AnnexModelTrafficFunc. A server on this machine is none: nothing leaves. */
DexFuture *
annex_workspace_note_traffic (AnnexWorkspace *self, AnnexModelTraffic *traffic);

/* In a fiber: grants a folder: appends share-granted, which also tells the model, and attaches it.
 * One that is shared already gets @mode, but review does not open a read-only one. (transfer full)
 */
AnnexShare *
annex_workspace_grant_folder (AnnexWorkspace *self,
                              const char *path,
                              AnnexShareMode mode,
                              GError **error);

/* In a fiber: the same of @path, a copy of the user's folder @origin (absolute), where what is kept
 * goes. (transfer full) */
AnnexShare *
annex_workspace_grant_copy (AnnexWorkspace *self,
                            const char *path,
                            const char *origin,
                            AnnexShareMode mode,
                            GError **error);

/* In a fiber: what the user's answer to a folder ask grants, a path with ":MODE" at its end or
 * without (then review). NULL with ANNEX_SHARE_ERROR or ANNEX_STORE_ERROR. (transfer full) */
AnnexShare *
annex_workspace_grant_answer (AnnexWorkspace *self, const char *answer, GError **error);
/* In a fiber: the user's own change of a mode, whichever way; the model is told. NOT_FOUND for no
 * such share. */
gboolean
annex_workspace_set_share_mode (AnnexWorkspace *self,
                                const char *share_id,
                                AnnexShareMode mode,
                                GError **error);
/* In a fiber: gives the computer the shares that the task has now, after another process changed
 * them. */
gboolean
annex_workspace_apply_shares (AnnexWorkspace *self, GError **error);
/* What the question about the skills that a folder brings is asked under, before the folder's path.
 */
#define ANNEX_WORKSPACE_SKILLS_IN "skills-in-"
/* In a fiber: takes a share back: the computer loses it within a second, the model is told, and
 * what was asked about its skills is closed. */
gboolean
annex_workspace_revoke_share (AnnexWorkspace *self, const char *share_id, GError **error);
/* In a fiber: carries out the user's decision about @host: @label is once, task, always or never,
 * or no, which refuses it this time and leaves no rule. */
gboolean
annex_workspace_decide_host (AnnexWorkspace *self,
                             const char *host,
                             const char *label,
                             GError **error);
/* In a fiber: carries out the user's decision about a connector's tool, which @ask is of: @label as
 * above. ANNEX_STORE_ERROR. */
gboolean
annex_workspace_decide_tool (AnnexWorkspace *self,
                             AnnexAsk *ask,
                             const char *label,
                             GError **error);
/* In a fiber: carries out the answer to an ask that no call waits for any more, because it was
 * opened again, and tells the model. @answer is in the log already. ANNEX_STORE_ERROR; a folder
 * that cannot be shared is told to the model and is no error. */
gboolean
annex_workspace_take_late_answer (AnnexWorkspace *self,
                                  AnnexAsk *ask,
                                  JsonObject *answer,
                                  GError **error);

G_END_DECLS
