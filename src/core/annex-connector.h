/* annex-connector.h
 *
 * The Connectors port: the user's services as tools, each an MCP server. Implemented in
 * src/connectors. Everything that comes from a connector is untrusted: names, descriptions,
 * results.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define ANNEX_CONNECTOR_ERROR (annex_connector_error_quark ())

/* What a person or the agent can act on. */
typedef enum {
  ANNEX_CONNECTOR_ERROR_NOT_STARTED, /* its command cannot be run, or ended at once */
  ANNEX_CONNECTOR_ERROR_SIGN_IN,     /* the service wants the user to sign in (401) */
  ANNEX_CONNECTOR_ERROR_FORBIDDEN,   /* signed in, but not allowed to (403) */
  ANNEX_CONNECTOR_ERROR_UNREACHABLE, /* no network, no such host, no TLS */
  ANNEX_CONNECTOR_ERROR_ENDED,       /* it ended, or hung up, in the middle */
  ANNEX_CONNECTOR_ERROR_TIMED_OUT,
  ANNEX_CONNECTOR_ERROR_PROTOCOL, /* it does not speak MCP, or not as it should */
  ANNEX_CONNECTOR_ERROR_LIMIT,    /* more than Annex takes of one connector */
  ANNEX_CONNECTOR_ERROR_INVALID,  /* an address or a command that cannot be */
  ANNEX_CONNECTOR_ERROR_REFUSED,  /* it answered with an error; the text is its own */
} AnnexConnectorError;

GQuark
annex_connector_error_quark (void);
const char *
annex_connector_error_name (AnnexConnectorError code);

G_END_DECLS
