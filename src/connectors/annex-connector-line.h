/* annex-connector-line.h
 *
 * One connector as one task runs it: started when needed, its tools listed, how it is, and its end.
 * A command runs in the task's computer; a service is reached from here, each exchange a row of the
 * ledger. Knows no rule and asks nobody. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector-shelf.h"
#include "annex-mcp-client.h"
#include "annex-oauth.h"
#include "annex-secrets.h"
#include "annex-store.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_CONNECTOR_LINE (annex_connector_line_get_type ())
G_DECLARE_FINAL_TYPE (AnnexConnectorLine, annex_connector_line, ANNEX, CONNECTOR_LINE, GObject)

/* Signal "changed" (): another state, or other tools. Signal "secret-given" (const char *name,
 * const char *text): it is started with that secret. */

/* @task_id: nullable, for the ledger. @computer: nullable for one that has an address. @store:
 * nullable in tests only. @oauth: nullable, the user's sign-in. */
AnnexConnectorLine *
annex_connector_line_new (const AnnexConnectorConfig *config,
                          AnnexConnectorShelf *shelf,
                          AnnexSecrets *secrets,
                          AnnexStore *store,
                          AnnexOauth *oauth,
                          const char *task_id,
                          AnnexComputer *computer);
/* How long a call may go without an answer or progress; 0: the client's own limit. */
void
annex_connector_line_set_idle_ms (AnnexConnectorLine *self, guint idle_ms);

/* Starts it and lists its tools, where that is not so already: what it has goes into its record.
 * Resolves to TRUE; rejects with ANNEX_CONNECTOR_ERROR, in a sentence that names the connector, or
 * G_IO_ERROR_CANCELLED on @cancel (nullable). */
DexFuture *
annex_connector_line_start (AnnexConnectorLine *self, DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* Ends it. Resolves to TRUE. Before the last reference is dropped. */
DexFuture *
annex_connector_line_stop (AnnexConnectorLine *self) G_GNUC_WARN_UNUSED_RESULT;
/* A call of one of its tools; it has been started. Resolves and rejects as
 * annex_connectors_call_tool. @callbacks: nullable. */
DexFuture *
annex_connector_line_call (AnnexConnectorLine *self,
                           const AnnexMcpTool *tool,
                           JsonObject *arguments,
                           const AnnexConnectorCallbacks *callbacks,
                           DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
const AnnexConnectorConfig *
annex_connector_line_get_config (AnnexConnectorLine *self);
const char *
annex_connector_line_get_task_id (AnnexConnectorLine *self);
/* IDLE, STARTING, READY, SIGN_IN, VALUES, NO_TOOLS or FAILED. */
AnnexConnectorState
annex_connector_line_get_state (AnnexConnectorLine *self);
/* Why it failed, nullable, untrusted. (borrowed) */
const char *
annex_connector_line_get_error (AnnexConnectorLine *self);
/* The same in the user's language. (borrowed, nullable) */
const char *
annex_connector_line_get_said (AnnexConnectorLine *self);
/* Are its tools other ones now than those that were listed? */
gboolean
annex_connector_line_is_stale (AnnexConnectorLine *self);

G_END_DECLS
