/* annex-connector.c
 *
 * See annex-connector.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector.h"

G_DEFINE_QUARK (annex_connector_error, annex_connector_error)

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
  };

  return names[code];
}
