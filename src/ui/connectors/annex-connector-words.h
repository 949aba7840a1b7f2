/* annex-connector-words.h
 *
 * The window's words for connectors: states, what a tool does, the user's rules.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connectors.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* "Ready", "Sign In Needed" … Translated, borrowed. */
const char *
annex_connector_state_words (AnnexConnectorState state);
/* Its icon, and the style class of that (nullable). Borrowed. */
const char *
annex_connector_state_icon (AnnexConnectorState state, const char **style);
/* Does it wait for the user? What is off does not. */
gboolean
annex_connector_needs_user (const AnnexConnectorInfo *info);
/* "Only reads", "Changes something" … Translated, borrowed. */
const char *
annex_connector_effect_words (const AnnexConnectorTool *tool);
/* What holds for @tool: the user's rule, else what follows from its effect. Never NONE. */
AnnexConnectorRule
annex_connector_tool_get_rule (const AnnexConnectorTool *tool);
/* "Allow", "Ask First", "Never". Translated, borrowed. */
const char *
annex_connector_rule_words (AnnexConnectorRule rule);
/* Says at the foot of @widget's window what went wrong. Nothing of a cancellation. */
void
annex_connector_tell (GtkWidget *widget, const GError *error);

G_END_DECLS
