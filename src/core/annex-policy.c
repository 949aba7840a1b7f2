/* annex-policy.c
 *
 * The rules one task lives under: who allowed which host, and for how long. Pure state; knows no
 * network, no clock and no store.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-policy.h"

#include "annex-admin-policy.h"

/* In the order they are asked. */
static const char *const scopes[] = { "never", "once", "task", "always", "package-hosts" };

#define N_SCOPES G_N_ELEMENTS (scopes)
#define SCOPE_NEVER 0
#define SCOPE_ONCE 1
#define SCOPE_ALWAYS 3
#define SCOPE_PACKAGES 4

/* What is known of one host: per scope a rule or none. */
typedef struct
{
  gboolean is_set[N_SCOPES];
  gboolean allow[N_SCOPES];
  gboolean was_opened;
  gboolean is_fresh;  /* a rule for all tasks was made while this one was exposed */
  gboolean is_lifted; /* a "never" stands, and its user said otherwise in this task */
} HostRules;

struct _AnnexNetworkPolicy
{
  GObject parent_instance;

  GHashTable *hosts; /* char * → HostRules */
  AnnexTaint taint;
};

G_DEFINE_BOXED_TYPE (AnnexNetworkRule,
                     annex_network_rule,
                     annex_network_rule_copy,
                     annex_network_rule_free)
G_DEFINE_FINAL_TYPE (AnnexNetworkPolicy, annex_network_policy, G_TYPE_OBJECT)

enum {
  SIGNAL_REVOKED,
  SIGNAL_OPENED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

AnnexNetworkRule *
annex_network_rule_new (const char *host, gboolean allow, const char *scope)
{
  AnnexNetworkRule *self = g_new0 (AnnexNetworkRule, 1);

  self->host = g_strdup (host);
  self->allow = allow;
  self->scope = g_strdup (scope);
  return self;
}

AnnexNetworkRule *
annex_network_rule_copy (const AnnexNetworkRule *self)
{
  AnnexNetworkRule *copy = annex_network_rule_new (self->host, self->allow, self->scope);

  copy->time_us = self->time_us;
  return copy;
}

void
annex_network_rule_free (AnnexNetworkRule *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->scope);
  g_free (self);
}

/* ---------------------------------------------------------------- hosts of models */

/* Of the process, as the administrator's rules are: there is no policy that does without. */
static GHashTable *reserved;

void
annex_policy_reserve_host (const char *host)
{
  g_autofree char *normal = annex_host_normalise (host, -1, NULL);

  if (normal == NULL)
    return;
  if (reserved == NULL)
    reserved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add (reserved, g_steal_pointer (&normal));
}

gboolean
annex_policy_may_ask (const char *host, GError **error)
{
  g_return_val_if_fail (host != NULL, FALSE);

  if (reserved != NULL && g_hash_table_contains (reserved, host))
    {
      g_set_error (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_MODEL_HOST,
                   "Annex refused the connection to %s: its model is there, and only Annex itself "
                   "speaks to it. Asking the user does not change that.",
                   host);
      return FALSE;
    }
  return annex_admin_policy_check_host (annex_admin_policy_get (), host, error);
}

/* ---------------------------------------------------------------- rules */

static int
find_scope (const char *scope)
{
  for (guint i = 0; i < N_SCOPES; i++)
    if (g_strcmp0 (scope, scopes[i]) == 0)
      return (int) i;
  return -1;
}

/* The scope that decides, or -1 when no rule speaks of the host. */
static int
find_deciding_scope (HostRules *rules)
{
  if (rules == NULL)
    return -1;
  for (guint i = 0; i < N_SCOPES; i++)
    if (rules->is_set[i] && (i != SCOPE_PACKAGES || !rules->is_lifted))
      return (int) i;
  return -1;
}

static void
annex_network_policy_finalize (GObject *object)
{
  AnnexNetworkPolicy *self = ANNEX_NETWORK_POLICY (object);

  g_clear_pointer (&self->hosts, g_hash_table_unref);
  G_OBJECT_CLASS (annex_network_policy_parent_class)->finalize (object);
}

static void
annex_network_policy_class_init (AnnexNetworkPolicyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_network_policy_finalize;

  signals[SIGNAL_REVOKED] = g_signal_new ("revoked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_OPENED] = g_signal_new ("opened", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
annex_network_policy_init (AnnexNetworkPolicy *self)
{
  self->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

AnnexNetworkPolicy *
annex_network_policy_new (void)
{
  return g_object_new (ANNEX_TYPE_NETWORK_POLICY, NULL);
}

void
annex_network_policy_set_taint (AnnexNetworkPolicy *self, AnnexTaint taint)
{
  g_return_if_fail (ANNEX_IS_NETWORK_POLICY (self));

  self->taint |= taint;
}

static void
set_rule (AnnexNetworkPolicy *self, const char *host, gboolean allow, int index, gboolean is_fresh)
{
  HostRules *rules;

  /* "never" that allows is a contradiction; the safe reading is the name. */
  if (index == SCOPE_NEVER)
    allow = FALSE;

  rules = g_hash_table_lookup (self->hosts, host);
  if (rules == NULL)
    {
      rules = g_new0 (HostRules, 1);
      g_hash_table_insert (self->hosts, g_strdup (host), rules);
    }

  if (index == SCOPE_NEVER)
    rules->is_set[SCOPE_ALWAYS] = FALSE;
  else if (index == SCOPE_ALWAYS)
    rules->is_set[SCOPE_NEVER] = FALSE;
  if (index == SCOPE_NEVER || index == SCOPE_ALWAYS)
    rules->is_lifted = FALSE;
  rules->is_set[index] = TRUE;
  rules->allow[index] = allow;
  if (index == SCOPE_ALWAYS)
    rules->is_fresh = allow && is_fresh;

  if (!allow)
    g_signal_emit (self, signals[SIGNAL_REVOKED], 0, host);
}

void
annex_network_policy_set (AnnexNetworkPolicy *self,
                          const char *host,
                          gboolean allow,
                          const char *scope)
{
  int index = find_scope (scope);

  g_return_if_fail (ANNEX_IS_NETWORK_POLICY (self));
  g_return_if_fail (host != NULL);
  g_return_if_fail (index >= 0);
  set_rule (self, host, allow, index, self->taint == ANNEX_TAINT_BOTH);
}

void
annex_network_policy_restore (AnnexNetworkPolicy *self,
                              const char *host,
                              gboolean allow,
                              const char *scope)
{
  int index = find_scope (scope);
  HostRules *rules;

  g_return_if_fail (ANNEX_IS_NETWORK_POLICY (self));
  g_return_if_fail (host != NULL);
  g_return_if_fail (index >= 0);
  /* What the user said here comes back from where it is kept, and stays what they said here. */
  rules = g_hash_table_lookup (self->hosts, host);
  set_rule (self, host, allow, index,
            rules != NULL && rules->is_set[SCOPE_ALWAYS] && rules->is_fresh);
}

void
annex_network_policy_remove (AnnexNetworkPolicy *self, const char *host, const char *scope)
{
  int index = find_scope (scope);
  HostRules *rules;

  g_return_if_fail (ANNEX_IS_NETWORK_POLICY (self));
  g_return_if_fail (host != NULL);
  g_return_if_fail (index >= 0);

  rules = g_hash_table_lookup (self->hosts, host);
  if (rules != NULL && index == SCOPE_NEVER)
    rules->is_lifted = FALSE;
  if (rules == NULL || !rules->is_set[index])
    return;
  rules->is_set[index] = FALSE;
  if (index == SCOPE_ALWAYS)
    rules->is_fresh = FALSE;
  g_signal_emit (self, signals[SIGNAL_REVOKED], 0, host);
}

void
annex_network_policy_lift_never (AnnexNetworkPolicy *self, const char *host)
{
  HostRules *rules;

  g_return_if_fail (ANNEX_IS_NETWORK_POLICY (self));
  g_return_if_fail (host != NULL);

  rules = g_hash_table_lookup (self->hosts, host);
  if (rules == NULL || !rules->is_set[SCOPE_NEVER])
    return;
  rules->is_set[SCOPE_NEVER] = FALSE;
  rules->is_lifted = TRUE;
}

/* A rule that decides knows of this task when it was made in it, or for a host that the task had
 * open before it was both. */
static gboolean
is_known_to_task (AnnexNetworkPolicy *self, HostRules *rules, int index)
{
  return self->taint != ANNEX_TAINT_BOTH || index < SCOPE_ALWAYS || rules->was_opened ||
         (index == SCOPE_ALWAYS && rules->is_fresh);
}

static void
note_opened (AnnexNetworkPolicy *self, const char *host, HostRules *rules, int index)
{
  if (rules->was_opened)
    return;
  /* What was opened by a fresh word for once is asked about again. */
  rules->was_opened = self->taint != ANNEX_TAINT_BOTH;
  if (index != SCOPE_PACKAGES)
    g_signal_emit (self, signals[SIGNAL_OPENED], 0, host);
}

/* The scope by which @host may be reached, -1 with @error. */
static int
judge (AnnexNetworkPolicy *self, const char *host, guint port, GError **error)
{
  HostRules *rules;
  int index;

  if (port != 80 && port != 443)
    {
      g_set_error (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_PORT,
                   "Annex refused the connection to %s: port %u cannot be reached, only the web's "
                   "ports 80 and 443 can.",
                   host, port);
      return -1;
    }
  if (annex_host_is_local (host))
    {
      g_set_error (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_PRIVATE,
                   "Annex refused the connection to %s: it belongs to the user's own machine or "
                   "network, which cannot be reached.",
                   host);
      return -1;
    }

  if (!annex_policy_may_ask (host, error))
    return -1;

  rules = g_hash_table_lookup (self->hosts, host);
  index = find_deciding_scope (rules);
  if (index < 0)
    {
      g_set_error (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_NOT_ALLOWED,
                   "Annex refused the connection to %s: nobody has allowed it. Call "
                   "request_network with host “%s” and a reason to ask the user.",
                   host, host);
      return -1;
    }
  if (!rules->allow[index])
    {
      g_set_error (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_NEVER,
                   "Annex refused the connection to %s: the user does not want it to be reached. "
                   "Go on without it.",
                   host);
      return -1;
    }
  if (!is_known_to_task (self, rules, index))
    {
      g_set_error (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_EXPOSED,
                   "Annex refused the connection to %s: this task has read what others wrote and "
                   "has data of the user's, so the user decides afresh where it may go. Call "
                   "request_network with host “%s” and a reason.",
                   host, host);
      return -1;
    }
  return index;
}

gboolean
annex_network_policy_take (AnnexNetworkPolicy *self,
                           const char *host,
                           guint port,
                           const char **by,
                           GError **error)
{
  int index;

  g_return_val_if_fail (ANNEX_IS_NETWORK_POLICY (self), FALSE);
  g_return_val_if_fail (host != NULL, FALSE);

  index = judge (self, host, port, error);
  if (index < 0)
    return FALSE;
  note_opened (self, host, g_hash_table_lookup (self->hosts, host), index);
  if (by != NULL)
    *by = scopes[index];
  return TRUE;
}

gboolean
annex_network_policy_peek (AnnexNetworkPolicy *self,
                           const char *host,
                           guint port,
                           const char **by,
                           GError **error)
{
  int index;

  g_return_val_if_fail (ANNEX_IS_NETWORK_POLICY (self), FALSE);
  g_return_val_if_fail (host != NULL, FALSE);

  index = judge (self, host, port, error);
  if (index >= 0 && by != NULL)
    *by = scopes[index];
  return index >= 0;
}

void
annex_network_policy_spend (AnnexNetworkPolicy *self, const char *host)
{
  HostRules *rules;

  g_return_if_fail (ANNEX_IS_NETWORK_POLICY (self));
  g_return_if_fail (host != NULL);

  rules = g_hash_table_lookup (self->hosts, host);
  if (rules != NULL)
    rules->is_set[SCOPE_ONCE] = FALSE;
}
