/* annex-policy.h
 *
 * Pure rules about hosts and addresses: normalising a name once, refusing addresses that are not
 * public, and deciding whether a task may reach a host. No I/O, no clock, fuzzed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define ANNEX_POLICY_ERROR (annex_policy_error_quark ())

/* Why something is refused; the message is a sentence the agent can act on. */
typedef enum
{
  ANNEX_POLICY_ERROR_BAD_HOST,   /* malformed name */
  ANNEX_POLICY_ERROR_ADDRESS,    /* an address literal in any spelling */
  ANNEX_POLICY_ERROR_PRIVATE,    /* resolves to a private, loopback, link-local, metadata address */
  ANNEX_POLICY_ERROR_PORT,       /* not 80 or 443 */
  ANNEX_POLICY_ERROR_NOT_ALLOWED,/* nobody allowed the host: request_network */
  ANNEX_POLICY_ERROR_NEVER,      /* the user said never */
} AnnexPolicyError;

GQuark annex_policy_error_quark (void);

/* A host name in normal form: lower case, IDN as A-labels, no trailing dot, labels of 1–63 letters,
 * digits, hyphens and underscores, at most 253 bytes, at least two labels, not an address in any
 * spelling (dotted, decimal, hex, octal, short, bracketed IPv6). NULL with BAD_HOST or ADDRESS.
 * (transfer full) */
char *annex_host_normalise (const char *text, gssize length, GError **error);
/* design.md D10's list of refused ranges, and their v4-mapped and NAT64 forms. */
gboolean annex_address_is_public (GInetAddress *address);

typedef struct
{
  char *host;
  gboolean allow;
  char *scope; /* once, task, always, never, package-hosts */
} AnnexNetworkRule;
#define ANNEX_TYPE_NETWORK_RULE (annex_network_rule_get_type ())
GType annex_network_rule_get_type (void) G_GNUC_CONST;
AnnexNetworkRule *annex_network_rule_new (const char *host, gboolean allow, const char *scope);
AnnexNetworkRule *annex_network_rule_copy (const AnnexNetworkRule *self);
void annex_network_rule_free (AnnexNetworkRule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexNetworkRule, annex_network_rule_free)

/* The rules one task lives under. Main thread. "once" is used up by `take`. A rule covers exactly
 * its host. Order: never > once > task > always > package hosts; else not allowed. */
#define ANNEX_TYPE_NETWORK_POLICY (annex_network_policy_get_type ())
G_DECLARE_FINAL_TYPE (AnnexNetworkPolicy, annex_network_policy, ANNEX, NETWORK_POLICY, GObject)
AnnexNetworkPolicy *annex_network_policy_new (void);
/* Adds or replaces the rule of that host and scope; @host must be normalised. */
void annex_network_policy_set (AnnexNetworkPolicy *self,
                               const char *host,
                               gboolean allow,
                               const char *scope);
/* May the task open a connection to @host (normalised) at @port? TRUE: allowed, *@by (borrowed,
 * nullable pointer) says by which rule ("once" is then consumed once it has served 60 s or the
 * first connection, whichever comes later in the proxy's judgement). FALSE with ANNEX_POLICY_ERROR. */
gboolean annex_network_policy_take (AnnexNetworkPolicy *self,
                                    const char *host,
                                    guint port,
                                    const char **by,
                                    GError **error);

G_END_DECLS
