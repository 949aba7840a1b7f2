/* annex-fake-connectors.h
 *
 * Connectors for tests of widgets: as the test sets them, each call noted by the fake desk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-fake-desk.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_FAKE_CONNECTORS (annex_fake_connectors_get_type ())
G_DECLARE_FINAL_TYPE (AnnexFakeConnectors, annex_fake_connectors, ANNEX, FAKE_CONNECTORS, GObject)

AnnexFakeConnectors *
annex_fake_connectors_new (AnnexFakeDesk *desk);
/* Those of the desk. (borrowed) */
AnnexFakeConnectors *
annex_fake_desk_get_connectors (AnnexFakeDesk *desk);

/* One more, on and never looked at; the test fills in the rest and then calls _changed.
 * (borrowed) */
AnnexConnectorInfo *
annex_fake_connectors_add (AnnexFakeConnectors *self,
                           const char *id,
                           const char *title,
                           AnnexConnectorKind kind,
                           const char *where);
/* A tool of it. (borrowed) */
AnnexConnectorTool *
annex_fake_connector_add_tool (AnnexConnectorInfo *info,
                               const char *name,
                               const char *title,
                               const char *summary,
                               AnnexConnectorEffect effect);
AnnexConnectorNeed *
annex_fake_connector_add_need (AnnexConnectorInfo *info,
                               const char *name,
                               const char *text,
                               gboolean secret,
                               gboolean missing);
/* Ends all that was added. */
void
annex_fake_connectors_clear (AnnexFakeConnectors *self);

G_END_DECLS
