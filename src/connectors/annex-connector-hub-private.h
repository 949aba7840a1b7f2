/* annex-connector-hub-private.h
 *
 * Shared by the files of AnnexConnectorHub.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector-hub.h"
#include "annex-connector-line.h"

G_BEGIN_DECLS

struct _AnnexConnectorHub
{
  GObject parent_instance;

  AnnexConnectorShelf *shelf;
  AnnexSecrets *secrets; /* NULL until they are needed */
  AnnexConnectorSecretsFunc open_secrets;
  gpointer open_secrets_data;
  AnnexStore *store;
  GPtrArray *lines;  /* AnnexConnectorLine */
  GHashTable *oauth; /* char * id: AnnexOauth */
  AnnexConnectorComputerFunc make_computer;
  gpointer make_computer_data;
  guint idle_ms; /* of a call; 0: the client's own */
};

/* In a fiber. (borrowed) */
AnnexSecrets *
annex_connector_hub_get_secrets (AnnexConnectorHub *self);
/* The line of @config in @use's task, made when there is none. In a fiber. (borrowed) */
AnnexConnectorLine *
annex_connector_hub_get_line (AnnexConnectorHub *self,
                              const AnnexConnectorConfig *config,
                              const AnnexConnectorUse *use);
/* One that belongs to no task. (transfer full) */
AnnexConnectorLine *
annex_connector_hub_make_line (AnnexConnectorHub *self,
                               const AnnexConnectorConfig *config,
                               const char *task_id,
                               AnnexComputer *computer);
/* Ends the lines of connector @id (NULL: of all) in task @task_id (NULL: in all). In a fiber. */
void
annex_connector_hub_end_lines (AnnexConnectorHub *self, const char *id, const char *task_id);
/* What was known of its sign-in or its values no longer holds; its lines start anew. In a fiber. */
void
annex_connector_hub_forget_state (AnnexConnectorHub *self, const char *id);
/* The sign-in of the connector; NULL for a command. In a fiber. (transfer full) */
AnnexOauth *
annex_connector_hub_get_oauth (AnnexConnectorHub *self, const AnnexConnectorConfig *config);
/* In a fiber: signs out of @config; the service hears of it if it may be spoken to. FALSE when the
 * tokens could not be removed. */
gboolean
annex_connector_hub_leave_service (AnnexOauth *oauth,
                                   const AnnexConnectorConfig *config,
                                   GError **error);
/* @config as people see it. @line is nullable. (transfer full) */
AnnexConnectorInfo *
annex_connector_hub_describe (AnnexConnectorHub *self,
                              const AnnexConnectorConfig *config,
                              AnnexConnectorLine *line);

/* The port's methods, by file. */
GPtrArray *
annex_connector_hub_preview (AnnexConnectors *connectors,
                             const char *text,
                             const char *title,
                             GError **error);
DexFuture *
annex_connector_hub_add (AnnexConnectors *connectors, const char *text, const char *title);
DexFuture *
annex_connector_hub_remove (AnnexConnectors *connectors, const char *id);
DexFuture *
annex_connector_hub_set_enabled (AnnexConnectors *connectors, const char *id, gboolean enabled);
DexFuture *
annex_connector_hub_set_rule (AnnexConnectors *connectors,
                              const char *id,
                              const char *tool,
                              AnnexConnectorRule rule);
DexFuture *
annex_connector_hub_set_value (AnnexConnectors *connectors,
                               const char *id,
                               const char *name,
                               const char *text,
                               gboolean secret);
DexFuture *
annex_connector_hub_approve (AnnexConnectors *connectors, const char *id, const char *tool);
DexFuture *
annex_connector_hub_find_tools (AnnexConnectors *connectors,
                                const AnnexConnectorUse *use,
                                const char *query);
DexFuture *
annex_connector_hub_get_tool (AnnexConnectors *connectors,
                              const AnnexConnectorUse *use,
                              const char *name);
DexFuture *
annex_connector_hub_call_tool (AnnexConnectors *connectors,
                               const AnnexConnectorUse *use,
                               const char *name,
                               const char *digest,
                               JsonObject *arguments,
                               const AnnexConnectorCallbacks *callbacks);
gboolean
annex_connector_hub_runs_in_computer (AnnexConnectors *connectors, const char *name);

G_END_DECLS
