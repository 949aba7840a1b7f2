/* annex-connector-config-private.h
 *
 * Shared by the files of AnnexConnectorConfig.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector-config.h"

G_BEGIN_DECLS

AnnexConnectorConfig *
annex_connector_config_new (const char *id, const char *title);
/* As much of it as a title may have. */
void
annex_connector_config_set_title (AnnexConnectorConfig *self, const char *title);
/* Can it be at all? ANNEX_CONNECTOR_ERROR_INVALID. */
gboolean
annex_connector_config_check (const AnnexConnectorConfig *self, GError **error);
AnnexConnectorValue *
annex_connector_value_new (const char *name, const char *value, const char *secret_id);
void
annex_connector_value_free (gpointer data);
/* The strings of @array. (transfer full) */
char **
annex_connector_read_words (JsonArray *array);

G_END_DECLS
