/* annex-connector-fill.h
 *
 * Keys that stand in a command or an address. Other apps' settings have them there in plain text;
 * Annex puts ${NAME} in their place, and the key itself among the values, from where it goes to the
 * keyring. When the connector starts, each ${NAME} of one of its values is filled in again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector-config.h"

G_BEGIN_DECLS

/* Does a value of this name stand before a key, a password or the like? */
gboolean
annex_connector_is_secret_name (const char *name);
/* Does it begin as the keys of known services do? */
gboolean
annex_connector_is_secret_text (const char *text);
/* "${input:key}", "<YOUR_KEY>", "YOUR_API_KEY": the user is to put something there. */
gboolean
annex_connector_is_blank (const char *text);

/* Takes what looks secret out of the command or the address of @config. */
void
annex_connector_fill_take_secrets (AnnexConnectorConfig *config);
/* Is the value @name filled in in the command or the address? In an address it is no header then.
 */
gboolean
annex_connector_fill_uses (const AnnexConnectorConfig *config, const char *name);
/* The command as a line for a shell that has the values in its environment: no value is in it.
 * (transfer full) */
char *
annex_connector_fill_command (const AnnexConnectorConfig *config);
/* The address with @values (name, text, …, NULL) in it. (transfer full) */
char *
annex_connector_fill_address (const AnnexConnectorConfig *config, const char *const *values);

G_END_DECLS
