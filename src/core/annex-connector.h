/* annex-connector.h
 *
 * What the Connectors port (annex-connectors.h) and its implementation speak of: errors, effects of
 * tools, the user's rules.
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
  ANNEX_CONNECTOR_ERROR_PROTOCOL,     /* it does not speak MCP, or not as it should */
  ANNEX_CONNECTOR_ERROR_LIMIT,        /* more than Annex takes of one connector */
  ANNEX_CONNECTOR_ERROR_INVALID,      /* an address or a command that cannot be */
  ANNEX_CONNECTOR_ERROR_REFUSED,      /* it answered with an error; the text is its own */
  ANNEX_CONNECTOR_ERROR_UNKNOWN_TOOL, /* no connector that is on has such a tool */
  ANNEX_CONNECTOR_ERROR_CHANGED,      /* the tool is not the one any more that was decided on */
  ANNEX_CONNECTOR_ERROR_VALUES,       /* a value it needs is missing */
} AnnexConnectorError;

GQuark
annex_connector_error_quark (void);
const char *
annex_connector_error_name (AnnexConnectorError code);

/* What a connector says that a call does. A hint: the user's own rule decides. */
typedef enum {
  ANNEX_CONNECTOR_EFFECT_UNKNOWN,
  ANNEX_CONNECTOR_EFFECT_READ,
  ANNEX_CONNECTOR_EFFECT_WRITE,
} AnnexConnectorEffect;

/* "unknown", "read", "write". */
const char *
annex_connector_effect_to_name (AnnexConnectorEffect effect);

/* The user's rule for a tool. Without one, what reads is allowed and all else is asked. */
typedef enum {
  ANNEX_CONNECTOR_RULE_NONE,
  ANNEX_CONNECTOR_RULE_ALLOW,
  ANNEX_CONNECTOR_RULE_ASK,
  ANNEX_CONNECTOR_RULE_NEVER,
} AnnexConnectorRule;

/* "allow", "ask", "never"; NULL for NONE. */
const char *
annex_connector_rule_to_name (AnnexConnectorRule rule);
/* NONE for anything else. */
AnnexConnectorRule
annex_connector_rule_from_name (const char *name);

G_END_DECLS
