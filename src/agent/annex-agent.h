/* annex-agent.h
 *
 * The run loop of one task: calls the model, runs its tools, until the model has nothing more to
 * do, the user stops it, or it must wait for the user. One supervisor fiber per task; everything it
 * does is an event first, so that it goes on after a restart at exactly the event it was at.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-tool.h"
#include "annex-workspace.h"

G_BEGIN_DECLS

#define ANNEX_AGENT_ERROR (annex_agent_error_quark ())

/* REFUSED: the model declined; TURN_LIMIT: it went round too often; BUSY: it runs already, here or
 * in another process; COST_LIMIT: the task has cost what it may; SILENT: the model answered without
 * a word. */
typedef enum {
  ANNEX_AGENT_ERROR_REFUSED,
  ANNEX_AGENT_ERROR_TURN_LIMIT,
  ANNEX_AGENT_ERROR_BUSY,
  ANNEX_AGENT_ERROR_COST_LIMIT,
  ANNEX_AGENT_ERROR_SILENT,
} AnnexAgentError;

GQuark
annex_agent_error_quark (void);

#define ANNEX_TYPE_AGENT (annex_agent_get_type ())
G_DECLARE_FINAL_TYPE (AnnexAgent, annex_agent, ANNEX, AGENT, GObject)

/* @tools: AnnexTool elements, those that the task's stored `tools` text names; a tool that is named
 * there and missing here answers with an error. */
AnnexAgent *
annex_agent_new (AnnexWorkspace *workspace, GPtrArray *tools);
/* From the next turn on: a run ends with TURN_LIMIT after @turns (at first 300), and with COST_LIMIT
 * when all of the task has cost @cost_usd or more (0, at first: no limit; a cost that is not known
 * is not limited). */
void
annex_agent_set_limits (AnnexAgent *self, guint turns, double cost_usd);
/* Runs the task. Resolves to an int, the AnnexTaskState it came to rest in: DONE, STOPPED, or
 * WAITING (after annex_agent_park). Rejects with ANNEX_MODEL_ERROR, ANNEX_AGENT_ERROR,
 * ANNEX_STORE_ERROR, ANNEX_COMPUTER_ERROR (calls needed a computer, and there can be none) … after
 * it has appended an error event and the state failed. */
DexFuture *
annex_agent_run (AnnexAgent *self) G_GNUC_WARN_UNUSED_RESULT;
/* Appends what the user says; a running loop sees it at its next turn. Resolves to TRUE. */
DexFuture *
annex_agent_say (AnnexAgent *self, const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* The user stops it: commands are ended, the run resolves to STOPPED. */
void
annex_agent_stop (AnnexAgent *self);
/* Nobody is there to answer: open asks stay open, other tools finish, the run resolves to WAITING.
 */
void
annex_agent_park (AnnexAgent *self);
gboolean
annex_agent_is_running (AnnexAgent *self);
AnnexWorkspace *
annex_agent_get_workspace (AnnexAgent *self);

/* The tools of a task's computer, as the model sees them, bound to @workspace. (transfer full) */
GPtrArray *
annex_agent_create_tools (AnnexWorkspace *workspace);
/* The exact tools text for a new task; browse is among them only @with_display. (transfer full) */
char *
annex_agent_dup_tools_text (gboolean with_display);
/* The exact system text for a new task: nothing volatile in it. (transfer full) */
char *
annex_agent_dup_system_text (void);
/* Those of @task: as it was made, or as of now where it was imported. (transfer full) */
char *
annex_agent_dup_task_tools (AnnexTask *task);
char *
annex_agent_dup_task_system (AnnexTask *task);
/* What the model is told at the start of a task: today's date, the locale, what is missing here.
 * (transfer full) */
char *
annex_agent_dup_opening (gboolean with_display);

G_END_DECLS
