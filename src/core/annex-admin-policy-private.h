/* annex-admin-policy-private.h
 *
 * What the files of AnnexAdminPolicy share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-admin-policy.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_ADMIN_PROVIDERS,
  ANNEX_ADMIN_BASE_URLS,
  ANNEX_ADMIN_NETWORK_HOSTS,
  ANNEX_ADMIN_NETWORK_NEVER,
  ANNEX_ADMIN_SHARE_ROOTS,
  ANNEX_ADMIN_SHARE_MODES,
  ANNEX_ADMIN_SKILLS,
  ANNEX_ADMIN_CONNECTORS,
  ANNEX_ADMIN_AUDIT_COLLECTORS,
} AnnexAdminList;
#define ANNEX_ADMIN_N_LISTS (ANNEX_ADMIN_AUDIT_COLLECTORS + 1)

/* One file's. */
typedef struct
{
  char **lists[ANNEX_ADMIN_N_LISTS]; /* each nullable: the file says nothing of it */
  double task_cost_usd;              /* 0: nothing */
  guint task_turns;                  /* 0: nothing */
  gboolean computer_required;
} AnnexAdminRules;

struct _AnnexAdminPolicy
{
  GPtrArray *rules; /* AnnexAdminRules */
  char *fault;      /* nullable: the first one */
};

AnnexAdminPolicy *
annex_admin_policy_new (void);
void
annex_admin_rules_free (gpointer rules);
/* Scheme and host in lower case, no user, query, fragment or slash at the end; NULL: it is no web
 * address. (transfer full) */
char *
annex_admin_address_normalise (const char *text);

G_END_DECLS
