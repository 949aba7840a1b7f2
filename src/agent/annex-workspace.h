/* annex-workspace.h
 *
 * What the tools of one task work with: the task, its computer, its drafts, the inbox, the network
 * policy and the secrets, and the commands left running in the background.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"
#include "annex-drafts.h"
#include "annex-inbox.h"
#include "annex-model.h"
#include "annex-policy.h"
#include "annex-secrets.h"
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
AnnexModel *
annex_workspace_get_model (AnnexWorkspace *self);
AnnexDrafts *
annex_workspace_get_drafts (AnnexWorkspace *self);

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

/* The way out of the computer refused something; @reason is the sentence about it. Most clients hide
 * what a proxy says to a CONNECT, so the next result of a command tells it. Whoever wires the way out
 * calls this; main thread. */
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

/* In a fiber: grants a folder: appends share-granted, which also tells the model, and attaches it. One that is shared already
 * gets @mode, but review does not open a read-only one. (transfer full) */
AnnexShare *
annex_workspace_grant_folder (AnnexWorkspace *self,
                              const char *path,
                              AnnexShareMode mode,
                              GError **error);

G_END_DECLS
