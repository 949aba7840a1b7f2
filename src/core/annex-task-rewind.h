/* annex-task-rewind.h
 *
 * Going back in a task and saying something else there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task.h"

G_BEGIN_DECLS

/* What came after @to_seq no longer counts, and the user says @blocks (taken) instead: both are
 * recorded, or neither. Resolves to TRUE when both are applied; rejects with ANNEX_STORE_ERROR. */
DexFuture *
annex_task_rewind (AnnexTask *self,
                   gint64 to_seq,
                   JsonArray *blocks) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
