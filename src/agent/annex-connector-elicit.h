/* annex-connector-elicit.h
 *
 * What a connector asks the user in the midst of a call (MCP elicitation) as an ask of Annex's, and
 * the answer back in the form that it wants. Pure. What comes from the connector is untrusted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ask.h"

G_BEGIN_DECLS

/* The ask for @params, which name the connector @title in it; a page that the user is to open is
 * shown whole, and not opened. NULL when it cannot be asked. (transfer full) */
AnnexAsk *
annex_connector_elicit_ask (const char *task_id, const char *title, JsonObject *params);
/* {"action", "content"?}: what @answer (nullable: there is none) says. (transfer full) */
JsonObject *
annex_connector_elicit_answer (JsonObject *params, JsonObject *answer);

G_END_DECLS
