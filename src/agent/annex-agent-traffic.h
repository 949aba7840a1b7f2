/* annex-agent-traffic.h
 *
 * What goes to a model's server and comes from it, as rows of the ledger.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"
#include "annex-store.h"

G_BEGIN_DECLS

/* What an AnnexModelTrafficFunc does. @task_id NULL: it was asked for no task, as a list of models
 * is. A server on this machine is no row: nothing leaves. */
DexFuture *
annex_agent_write_traffic (AnnexModelTraffic *traffic, AnnexStore *store, const char *task_id);

G_END_DECLS
