/* annex-connector-hub.h
 *
 * The Connectors port over what the user has set up: which connectors there are, their lines in the
 * tasks that use them, the rules, and what the user has agreed to.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connectors.h"
#include "annex-secrets.h"
#include "annex-store.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_CONNECTOR_HUB (annex_connector_hub_get_type ())
G_DECLARE_FINAL_TYPE (AnnexConnectorHub, annex_connector_hub, ANNEX, CONNECTOR_HUB, GObject)

/* The computer that belongs to no task, for testing commands. NULL with an error. In a fiber.
 * (transfer full) */
typedef AnnexComputer *(*AnnexConnectorComputerFunc) (gpointer data, GError **error);

/* Where the user's secrets are; called in a fiber, and once. (borrowed) */
typedef AnnexSecrets *(*AnnexConnectorSecretsFunc) (gpointer data);

/* @file and @folder: see annex_connector_shelf_new(). @secrets: NULL with
 * annex_connector_hub_set_secrets_func(). @store: nullable in tests only. */
AnnexConnectorHub *
annex_connector_hub_new (AnnexSecrets *secrets,
                         AnnexStore *store,
                         const char *file,
                         const char *folder);
/* The hub is made before there is a fiber, and a keyring takes a moment. @data outlives the hub. */
void
annex_connector_hub_set_secrets_func (AnnexConnectorHub *self,
                                      AnnexConnectorSecretsFunc func,
                                      gpointer data);
/* Without it commands cannot be tested outside a task. @data outlives the hub. */
void
annex_connector_hub_set_computer_func (AnnexConnectorHub *self,
                                       AnnexConnectorComputerFunc func,
                                       gpointer data);
/* How long a call may go without an answer or progress; 0: a minute. */
void
annex_connector_hub_set_idle_ms (AnnexConnectorHub *self, guint idle_ms);
/* Ends everything that runs. Resolves to TRUE. */
DexFuture *
annex_connector_hub_close (AnnexConnectorHub *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
