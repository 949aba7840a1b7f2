/* annex-connector-words.c
 *
 * See annex-connector-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-words.h"

#include "annex-spoken.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

static const struct
{
  const char *words;
  const char *icon;
  const char *style;
} states[] = {
  [ANNEX_CONNECTOR_STATE_OFF] = { N_ ("Off"), "annex-connector-symbolic", "dimmed" },
  [ANNEX_CONNECTOR_STATE_IDLE] = { N_ ("Ready When Needed"), "annex-connector-symbolic", NULL },
  [ANNEX_CONNECTOR_STATE_STARTING] = { N_ ("Starting…"), "annex-working-symbolic", "accent" },
  [ANNEX_CONNECTOR_STATE_READY] = { N_ ("Ready"), "annex-done-symbolic", "success" },
  [ANNEX_CONNECTOR_STATE_SIGN_IN] = { N_ ("Sign In Needed"), "annex-needs-you-symbolic", "accent" },
  [ANNEX_CONNECTOR_STATE_VALUES] = { N_ ("Something Is Missing"), "annex-needs-you-symbolic",
                                     "accent" },
  [ANNEX_CONNECTOR_STATE_NO_TOOLS] = { N_ ("Offers Nothing"), "dialog-warning-symbolic",
                                       "warning" },
  [ANNEX_CONNECTOR_STATE_FAILED] = { N_ ("Does Not Work"), "dialog-warning-symbolic", "warning" },
};

const char *
annex_connector_state_words (AnnexConnectorState state)
{
  return _ (states[state].words);
}

const char *
annex_connector_state_icon (AnnexConnectorState state, const char **style)
{
  *style = states[state].style;
  return states[state].icon;
}

gboolean
annex_connector_needs_user (const AnnexConnectorInfo *info)
{
  switch (info->state)
    {
    case ANNEX_CONNECTOR_STATE_OFF:
      return FALSE;
    case ANNEX_CONNECTOR_STATE_SIGN_IN:
    case ANNEX_CONNECTOR_STATE_VALUES:
    case ANNEX_CONNECTOR_STATE_NO_TOOLS:
    case ANNEX_CONNECTOR_STATE_FAILED:
      return TRUE;
    case ANNEX_CONNECTOR_STATE_IDLE:
    case ANNEX_CONNECTOR_STATE_STARTING:
    case ANNEX_CONNECTOR_STATE_READY:
      break;
    }
  return info->n_unapproved > 0;
}

const char *
annex_connector_effect_words (const AnnexConnectorTool *tool)
{
  switch (tool->effect)
    {
    case ANNEX_CONNECTOR_EFFECT_READ:
      return _ ("Says that it only reads");
    case ANNEX_CONNECTOR_EFFECT_WRITE:
      return tool->destructive ? _ ("May delete or overwrite something")
                               : _ ("Changes or sends something");
    case ANNEX_CONNECTOR_EFFECT_UNKNOWN:
      break;
    }
  return _ ("Does not say whether it changes anything");
}

AnnexConnectorRule
annex_connector_tool_get_rule (const AnnexConnectorTool *tool)
{
  if (tool->rule != ANNEX_CONNECTOR_RULE_NONE)
    return tool->rule;
  return tool->effect == ANNEX_CONNECTOR_EFFECT_READ ? ANNEX_CONNECTOR_RULE_ALLOW
                                                     : ANNEX_CONNECTOR_RULE_ASK;
}

const char *
annex_connector_rule_words (AnnexConnectorRule rule)
{
  switch (rule)
    {
    case ANNEX_CONNECTOR_RULE_ALLOW:
      return C_ ("rule", "Allow");
    case ANNEX_CONNECTOR_RULE_NEVER:
      return C_ ("rule", "Never");
    case ANNEX_CONNECTOR_RULE_ASK:
    case ANNEX_CONNECTOR_RULE_NONE:
      break;
    }
  return C_ ("rule", "Ask First");
}

void
annex_connector_tell (GtkWidget *widget, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    annex_ui_toast (widget, annex_error_said (error));
}
