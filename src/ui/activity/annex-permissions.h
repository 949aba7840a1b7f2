/* annex-permissions.h
 *
 * What a task may reach and read now, and taking it back or changing it. Each change is an event of
 * the task, so that it stands in its time line, and of standing rules a change of the store.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"
#include "annex-policy.h"

G_BEGIN_DECLS

/* The standing rules and those of @task (nullable), by host. Resolves to a boxed GPtrArray of
 * AnnexNetworkRule; rejects with ANNEX_STORE_ERROR. */
DexFuture *
annex_permissions_list (AnnexDesk *desk, AnnexTask *task) G_GNUC_WARN_UNUSED_RESULT;
/* Decides about @host (normalised) anew. @scope: "task", "always", "never", or NULL: the decision
 * of @old_scope is taken back, and Annex may ask again. Resolves to TRUE; rejects with
 * ANNEX_STORE_ERROR. */
DexFuture *
annex_permissions_decide (AnnexDesk *desk,
                          AnnexTask *task,
                          const char *host,
                          const char *scope,
                          const char *old_scope) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
