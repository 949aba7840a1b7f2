/* annex-task-list-private.h
 *
 * Shared by the task list and its items.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-list.h"

G_BEGIN_DECLS

AnnexTaskItem *
annex_task_item_new (const AnnexTaskSummary *summary);
/* Takes over what differs and notifies each property that changed. */
void
annex_task_item_update (AnnexTaskItem *self, const AnnexTaskSummary *summary);

G_END_DECLS
