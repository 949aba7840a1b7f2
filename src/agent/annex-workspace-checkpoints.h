/* annex-workspace-checkpoints.h
 *
 * Checkpoints of a task: keeping the computer as it is, going back, trying in a copy. What happens
 * to computer, drafts and log belongs together; this is the only way in which it does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-workspace.h"

G_BEGIN_DECLS

/* In a fiber: keeps the present state of the computer, tells the log, and lets the oldest
 * checkpoint go when there are too many. NULL with ANNEX_COMPUTER_ERROR, G_IO_ERROR, or
 * ANNEX_AGENT_ERROR_BUSY while the task is at work, here or in another process. (transfer full) */
AnnexCheckpoint *
annex_workspace_checkpoint (AnnexWorkspace *self,
                            const char *name,
                            AnnexCheckpointKind kind,
                            GError **error);
/* In a fiber: the computer goes back to @checkpoint_id; what is there now is kept as a checkpoint
 * itself, whose id is *@before (nullable, transfer full; NULL when there was nothing). The model is
 * told what that means for its files, and drafts are what they were; what the user kept since then
 * stays and is marked. FALSE: nothing has changed. */
gboolean
annex_workspace_roll_back (AnnexWorkspace *self,
                           const char *checkpoint_id,
                           char **before,
                           GError **error);
/* In a fiber, before anything else is done with the computer: a roll back that a crash interrupted
 * comes to its end. TRUE also when there was none. */
gboolean
annex_workspace_finish_roll_back (AnnexWorkspace *self, GError **error);
/* In a fiber: a new task with the conversation up to @checkpoint_id (NULL: a new checkpoint, of
 * now) and a copy of the computer. @title nullable. The new task's id, at rest. (transfer full) */
char *
annex_workspace_fork (AnnexWorkspace *self,
                      const char *checkpoint_id,
                      const char *title,
                      GError **error);
/* In a fiber: the user has no more use for it. */
gboolean
annex_workspace_remove_checkpoint (AnnexWorkspace *self, const char *checkpoint_id, GError **error);
/* In a fiber: the checkpoints went with the computer's disk: tells the log. @all: those there were
 * (AnnexCheckpoint). */
gboolean
annex_workspace_tell_checkpoints_lost (AnnexWorkspace *self, GPtrArray *all, GError **error);

G_END_DECLS
