/* annex-site-rule.h
 *
 * What the user decided about a site of the browser pane. It stands among the decisions about hosts
 * under a name that no host has ("site:example.org"), so a site that the browser may use is none that
 * the task's computer may reach.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task.h"

G_BEGIN_DECLS

/* The name of the rule of @site. (transfer full) */
char *
annex_site_rule_dup_name (const char *site);
/* The site inside the name of a rule; NULL when it is a rule of a host. (borrowed) */
const char *
annex_site_rule_get_site (const char *name);

/* The user's decision about @site: a network-decided event of @task, and with "always" and "never" a
 * standing rule, before it. @label: once, task, always, never, no. Resolves to TRUE; rejects with
 * ANNEX_STORE_ERROR. */
DexFuture *
annex_site_rule_decide (AnnexTask *task,
                        const char *site,
                        const char *label) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
