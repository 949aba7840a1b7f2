/* annex-checkpoint-list.h
 *
 * The checkpoints of a task's computer as a time line: now at the top, then what was kept, with Go
 * Back and Try in a Copy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-widget.h"

G_BEGIN_DECLS

/* A copy that was made is opened by the action "win.open-task". */
#define ANNEX_TYPE_CHECKPOINT_LIST (annex_checkpoint_list_get_type ())
G_DECLARE_FINAL_TYPE (AnnexCheckpointList,
                      annex_checkpoint_list,
                      ANNEX,
                      CHECKPOINT_LIST,
                      AnnexTaskWidget)

/* Whether anything can be done now may have changed. */
void
annex_checkpoint_list_update (AnnexCheckpointList *self);

G_END_DECLS
