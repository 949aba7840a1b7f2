/* annex-connector.c
 *
 * See annex-connector.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector.h"

#include "annex-spoken.h"

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_connector_error)

const char *
annex_connector_error_name (AnnexConnectorError code)
{
  static const char *const names[] = {
    [ANNEX_CONNECTOR_ERROR_NOT_STARTED] = "not-started",
    [ANNEX_CONNECTOR_ERROR_SIGN_IN] = "sign-in",
    [ANNEX_CONNECTOR_ERROR_FORBIDDEN] = "forbidden",
    [ANNEX_CONNECTOR_ERROR_UNREACHABLE] = "unreachable",
    [ANNEX_CONNECTOR_ERROR_ENDED] = "ended",
    [ANNEX_CONNECTOR_ERROR_TIMED_OUT] = "timed-out",
    [ANNEX_CONNECTOR_ERROR_PROTOCOL] = "protocol",
    [ANNEX_CONNECTOR_ERROR_LIMIT] = "limit",
    [ANNEX_CONNECTOR_ERROR_INVALID] = "invalid",
    [ANNEX_CONNECTOR_ERROR_REFUSED] = "refused",
    [ANNEX_CONNECTOR_ERROR_UNKNOWN_TOOL] = "unknown-tool",
    [ANNEX_CONNECTOR_ERROR_CHANGED] = "changed",
    [ANNEX_CONNECTOR_ERROR_VALUES] = "values",
  };

  return names[code];
}

const char *
annex_connector_effect_to_name (AnnexConnectorEffect effect)
{
  static const char *const names[] = {
    [ANNEX_CONNECTOR_EFFECT_UNKNOWN] = "unknown",
    [ANNEX_CONNECTOR_EFFECT_READ] = "read",
    [ANNEX_CONNECTOR_EFFECT_WRITE] = "write",
  };

  return names[effect];
}

static const char *const rule_names[] = {
  [ANNEX_CONNECTOR_RULE_NONE] = NULL,
  [ANNEX_CONNECTOR_RULE_ALLOW] = "allow",
  [ANNEX_CONNECTOR_RULE_ASK] = "ask",
  [ANNEX_CONNECTOR_RULE_NEVER] = "never",
};

const char *
annex_connector_rule_to_name (AnnexConnectorRule rule)
{
  return rule_names[rule];
}

AnnexConnectorRule
annex_connector_rule_from_name (const char *name)
{
  for (guint i = ANNEX_CONNECTOR_RULE_ALLOW; i < G_N_ELEMENTS (rule_names); i++)
    if (g_strcmp0 (rule_names[i], name) == 0)
      return i;
  return ANNEX_CONNECTOR_RULE_NONE;
}
