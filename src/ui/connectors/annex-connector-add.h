/* annex-connector-add.h
 *
 * The dialog that adds a connector: one that is well known, or what the user pasted. Shows what it
 * understood before anything is added.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connectors.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signal "added" (ids: G_TYPE_STRV). */
#define ANNEX_TYPE_CONNECTOR_ADD (annex_connector_add_get_type ())
G_DECLARE_FINAL_TYPE (AnnexConnectorAdd, annex_connector_add, ANNEX, CONNECTOR_ADD, AdwDialog)

/* @text (nullable): what was pasted, to be looked at right away. */
AdwDialog *
annex_connector_add_new (AnnexConnectors *connectors, const char *text);

/* A service whose connector is worth offering. Static. */
typedef struct
{
  const char *title;
  const char *words; /* what it is for; to be translated */
  const char *address;
} AnnexGoodConnector;
const AnnexGoodConnector *
annex_good_connectors (guint *n_connectors);

G_END_DECLS
