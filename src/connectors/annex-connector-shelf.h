/* annex-connector-shelf.h
 *
 * The connectors the user has set up, in a file that several processes of Annex share, and what is
 * known of each from its last start. Knows no server. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector-config.h"
#include "annex-connector-record.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_CONNECTOR_SHELF (annex_connector_shelf_get_type ())
G_DECLARE_FINAL_TYPE (AnnexConnectorShelf, annex_connector_shelf, ANNEX, CONNECTOR_SHELF, GObject)

/* Signal "changed" (): another process changed the file. */

/* @file and @folder: NULL for those of the user, connectors.json of the settings and connectors/ of
 * the data. Nothing is written before something is changed. */
AnnexConnectorShelf *
annex_connector_shelf_new (const char *file, const char *folder);

/* AnnexConnectorConfig elements by title. A file that is damaged has none, and is left as it is:
 * annex_connector_shelf_change refuses. (transfer full) */
GPtrArray *
annex_connector_shelf_dup_all (AnnexConnectorShelf *self);
/* NULL with ANNEX_CONNECTOR_ERROR_INVALID when there is none. (transfer full) */
AnnexConnectorConfig *
annex_connector_shelf_find (AnnexConnectorShelf *self, const char *id, GError **error);

/* Changes the list, AnnexConnectorConfig elements in no order; FALSE with @error: nothing is
 * written. */
typedef gboolean (*AnnexConnectorChangeFunc) (GPtrArray *configs, gpointer data, GError **error);
/* Calls @func with the list as it is now, which no other process changes meanwhile, and writes it
 * whole. ANNEX_CONNECTOR_ERROR_INVALID, G_IO_ERROR, or @func's own. */
gboolean
annex_connector_shelf_change (AnnexConnectorShelf *self,
                              AnnexConnectorChangeFunc func,
                              gpointer data,
                              GError **error);

/* What is known of the connector @id. (borrowed until the next call) */
AnnexConnectorRecord *
annex_connector_shelf_get_record (AnnexConnectorShelf *self, const char *id);
/* After it was changed. */
gboolean
annex_connector_shelf_save_record (AnnexConnectorShelf *self, const char *id, GError **error);
void
annex_connector_shelf_remove_record (AnnexConnectorShelf *self, const char *id);

G_END_DECLS
