/* annex-policy.h
 *
 * Pure rules about hosts and addresses: normalising a name once, refusing addresses that are not
 * public, and deciding whether a task may reach a host. No I/O, no clock, fuzzed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-taint.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define ANNEX_POLICY_ERROR (annex_policy_error_quark ())

/* Why something is refused; the message is a sentence the agent can act on. */
typedef enum {
  ANNEX_POLICY_ERROR_BAD_HOST, /* malformed name */
  ANNEX_POLICY_ERROR_ADDRESS,  /* an address literal in any spelling */
  ANNEX_POLICY_ERROR_PRIVATE,  /* resolves to a private, loopback, link-local, metadata address */
  ANNEX_POLICY_ERROR_PORT,     /* not 80 or 443 */
  ANNEX_POLICY_ERROR_NOT_ALLOWED, /* nobody allowed the host: request_network */
  ANNEX_POLICY_ERROR_NEVER,       /* the user said never */
  ANNEX_POLICY_ERROR_EXPOSED,    /* allowed before, but not by this task's user afresh: see below */
  ANNEX_POLICY_ERROR_MODEL_HOST, /* Annex's model is there: only Annex itself speaks to it */
} AnnexPolicyError;

GQuark
annex_policy_error_quark (void);

/* A host name in normal form: lower case, IDN as A-labels, no trailing dot, labels of 1–63 letters,
 * digits, hyphens and underscores, at most 253 bytes, at least two labels, not an address in any
 * spelling (dotted, decimal, hex, octal, short, bracketed IPv6; a last label that is a number makes
 * an address, as in the WHATWG URL standard). Characters that IDNA 2003 and 2008 map differently,
 * and invisible ones, are refused. @length may be -1 for a NUL-terminated text. Normalising a
 * normal form gives the same. NULL with BAD_HOST or ADDRESS. (transfer full) */
char *
annex_host_normalise (const char *text, gssize length, GError **error);
/* Is @host (normalised) a name that only has a meaning inside a machine or a local network: below
 * localhost, local (RFC 6762), internal, home.arpa (RFC 8375) or localdomain? */
gboolean
annex_host_is_local (const char *host);
/* design.md D10's list of refused ranges, and the IPv6 forms that carry such an IPv4 address:
 * v4-mapped, v4-compatible, SIIT, NAT64 (RFC 6052, 8215), 6to4, Teredo, ISATAP. */
gboolean
annex_address_is_public (GInetAddress *address);

/* The host of a model that this process uses: from now on no task reaches it, by its computer or
 * its browser pane, whatever anybody allowed. Otherwise a task that may reach it could carry data
 * out there under somebody else's key. @host: as in a URL; one that no task can name needs nothing.
 * Main thread. */
void
annex_policy_reserve_host (const char *host);
/* May a task reach @host (normalised) if the user allows it? FALSE with ANNEX_ADMIN_ERROR or
 * ANNEX_POLICY_ERROR_MODEL_HOST: then the user need not be asked. Main thread. */
gboolean
annex_policy_may_ask (const char *host, GError **error);

typedef struct
{
  char *host;
  gboolean allow;
  char *scope;    /* once, task, always, never, package-hosts */
  gint64 time_us; /* when it was made; 0: not known */
} AnnexNetworkRule;
#define ANNEX_TYPE_NETWORK_RULE (annex_network_rule_get_type ())
GType
annex_network_rule_get_type (void) G_GNUC_CONST;
AnnexNetworkRule *
annex_network_rule_new (const char *host, gboolean allow, const char *scope);
AnnexNetworkRule *
annex_network_rule_copy (const AnnexNetworkRule *self);
void
annex_network_rule_free (AnnexNetworkRule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexNetworkRule, annex_network_rule_free)

/* The rules one task lives under. Main thread. A rule covers exactly its host. Order: never > once
 * > task > always > package hosts; the first rule found decides; without one, not allowed.
 *
 * Signal "revoked" (host): a rule of that host was removed or now refuses; connections it carried
 * must be judged again. */
#define ANNEX_TYPE_NETWORK_POLICY (annex_network_policy_get_type ())
G_DECLARE_FINAL_TYPE (AnnexNetworkPolicy, annex_network_policy, ANNEX, NETWORK_POLICY, GObject)
AnnexNetworkPolicy *
annex_network_policy_new (void);
/* What the task has read and holds, which only grows. Once it is ANNEX_TAINT_BOTH, rules that
 * were made for all tasks ("always", "package-hosts") open no host that the task had not opened
 * before: the user decides about it afresh, for this task. Signal "opened" (host): a host other
 * than one of packages was opened for the first time; its answers are what others wrote. */
void
annex_network_policy_set_taint (AnnexNetworkPolicy *self, AnnexTaint taint);
/* Adds or replaces the rule of that host and scope; @host must be normalised. "never" and
 * "always" replace each other; "never" always refuses. A @scope that is not one of those above is a
 * programming error and changes nothing. */
void
annex_network_policy_set (AnnexNetworkPolicy *self,
                          const char *host,
                          gboolean allow,
                          const char *scope);
/* The same of a rule that was not made in this task: however exposed the task is, it is no fresh
 * word of its user's. One that was, and stands, stays their word. */
void
annex_network_policy_restore (AnnexNetworkPolicy *self,
                              const char *host,
                              gboolean allow,
                              const char *scope);
/* Drops the rule of that host and scope; nothing when there is none. */
void
annex_network_policy_remove (AnnexNetworkPolicy *self, const char *host, const char *scope);
/* What its user says in this task against a standing "never": that one no longer speaks here, and
 * neither does "package-hosts" for its host, so that it is asked about again after an "once". So it
 * stays until a rule of that host for all tasks is set or dropped. Nothing without a "never". */
void
annex_network_policy_lift_never (AnnexNetworkPolicy *self, const char *host);
/* May the task open a connection to @host (normalised) at @port? TRUE: allowed, *@by (static,
 * nullable pointer) says by which scope; after "once" the caller calls annex_network_policy_spend
 * when it has served 60 s and the first connection, whichever ends later. FALSE with
 * ANNEX_POLICY_ERROR, or as annex_policy_may_ask whatever the user has allowed. */
gboolean
annex_network_policy_take (AnnexNetworkPolicy *self,
                           const char *host,
                           guint port,
                           const char **by,
                           GError **error);
/* The same without opening anything: what a take would say now. */
gboolean
annex_network_policy_peek (AnnexNetworkPolicy *self,
                           const char *host,
                           guint port,
                           const char **by,
                           GError **error);
/* Uses up the "once" rule of @host. Running connections are not revoked. */
void
annex_network_policy_spend (AnnexNetworkPolicy *self, const char *host);

G_END_DECLS
