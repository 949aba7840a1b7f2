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

/* @file and @folder: see annex_connector_shelf_new(). @store: nullable in tests only. */
AnnexConnectorHub *
annex_connector_hub_new (AnnexSecrets *secrets,
                         AnnexStore *store,
                         const char *file,
                         const char *folder);
/* Without it commands cannot be tested outside a task. @data outlives the hub. */
void
annex_connector_hub_set_computer_func (AnnexConnectorHub *self,
                                       AnnexConnectorComputerFunc func,
                                       gpointer data);
/* Ends everything that runs. Resolves to TRUE. */
DexFuture *
annex_connector_hub_close (AnnexConnectorHub *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
