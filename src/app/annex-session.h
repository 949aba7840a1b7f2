/* annex-session.h
 *
 * The wiring of one running Annex: opens the store, and makes models, computers and workspaces for
 * tasks. The only place that knows every implementation of a port.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-agent.h"
#include "annex-browsers.h"
#include "annex-config.h"
#include "annex-computers.h"
#include "annex-connectors.h"
#include "annex-inbox.h"
#include "annex-image-store.h"
#include "annex-secrets.h"
#include "annex-skill-library.h"
#include "annex-store.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_SESSION (annex_session_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSession, annex_session, ANNEX, SESSION, GObject)

/* Opens the task database and repairs what a crash left. Resolves to an AnnexSession; rejects with
 * ANNEX_STORE_ERROR. */
DexFuture *
annex_session_open (void) G_GNUC_WARN_UNUSED_RESULT;
/* Puts every computer to sleep and closes the database. Resolves to TRUE. */
DexFuture *
annex_session_close (AnnexSession *self) G_GNUC_WARN_UNUSED_RESULT;

/* Borrowed. The secrets and the computers are made at the first call. */
AnnexStore *
annex_session_get_store (AnnexSession *self);
AnnexInbox *
annex_session_get_inbox (AnnexSession *self);
AnnexSecrets *
annex_session_get_secrets (AnnexSession *self);
AnnexSkillLibrary *
annex_session_get_skills (AnnexSession *self);
/* In a fiber. */
AnnexConnectors *
annex_session_get_connectors (AnnexSession *self);
AnnexComputers *
annex_session_get_computers (AnnexSession *self);
AnnexConfig *
annex_session_get_config (AnnexSession *self);
AnnexImageStore *
annex_session_get_images (AnnexSession *self);
/* The sources of packages that the system of the tasks' computers is set to; empty without an image.
 * Reads a small file. (transfer full) */
char **
annex_session_dup_package_hosts (AnnexSession *self);
AnnexBrowsers *
annex_session_get_browsers (AnnexSession *self);
/* Does the user want tasks to have a computer at all? The setting use-computer, and
 * $ANNEX_NO_COMPUTER for whoever looks after this machine. */
gboolean
annex_session_wants_computer (void);
/* Were computers needed in this process? */
gboolean
annex_session_has_computers (AnnexSession *self);
/* After computers were moved, and with none running: they are found where they are now. Nothing may
 * hold a workspace. */
void
annex_session_forget_computers (AnnexSession *self);

/* For tests: the computer of a task instead of a virtual machine. (transfer full) */
typedef AnnexComputer *(*AnnexSessionComputerFunc) (const char *task_id, gpointer data);
void
annex_session_set_computer_func (AnnexSession *self, AnnexSessionComputerFunc func, gpointer data);

/* The first line of @prompt (nullable), shortened. (transfer full) */
char *
annex_session_make_title (const char *prompt);
/* In a fiber: a new task of @model and what the model is told at its start. NULL with
 * ANNEX_STORE_ERROR. (transfer full) */
AnnexTask *
annex_session_create_task (AnnexSession *self,
                           const char *title,
                           AnnexModel *model,
                           GError **error);

/* In a fiber: the model of @provider; NULL with ANNEX_MODEL_ERROR. @model and @base_url nullable:
 * without an address and without a key, openai is the first model server found on this machine.
 * (transfer full) */
AnnexModel *
annex_session_create_model (AnnexSession *self,
                            const char *provider,
                            const char *model,
                            const char *base_url,
                            GError **error);
/* In a fiber: gives @workspace the cheaper model for sub-agents that the user chose, if there is
 * one and its task is no tour. */
void
annex_session_use_helper (AnnexSession *self, AnnexWorkspace *workspace);
/* In a fiber: what @task works with: its computer, shares attached, network rules loaded. @model
 * nullable: for looking at drafts. NULL with ANNEX_STORE_ERROR or ANNEX_COMPUTER_ERROR.
 * (transfer full) */
AnnexWorkspace *
annex_session_create_workspace (AnnexSession *self,
                                AnnexTask *task,
                                AnnexModel *model,
                                GError **error);
/* In a fiber: deletes @task, which nothing may be working on, with its computer, what it keeps for
 * undoing and all else of it on this machine; ANNEX_STORE_ERROR or ANNEX_COMPUTER_ERROR. Its ledger
 * stays. */
gboolean
annex_session_delete_task (AnnexSession *self, AnnexTask *task, GError **error);
/* Where the copies of folders lie that a task was given which tries another one again. (transfer
 * full) */
char *
annex_session_dup_trial_folder (const char *task_id);

G_END_DECLS
