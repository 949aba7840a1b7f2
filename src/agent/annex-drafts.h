/* annex-drafts.h
 *
 * The drafts of one task: keeps the baselines, reads the upper layers after tool calls, and keeps,
 * discards and undoes. Works on ports only; the events it appends are the record.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"
#include "annex-keep.h"
#include "annex-task.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_DRAFTS (annex_drafts_get_type ())
G_DECLARE_FINAL_TYPE (AnnexDrafts, annex_drafts, ANNEX, DRAFTS, GObject)

/* @data_dir: where undo data and baselines live (NULL: annex_paths_data ("")). */
AnnexDrafts *
annex_drafts_new (AnnexTask *task, AnnexComputer *computer, const char *data_dir);

/* All of these run in a fiber or from the main loop and return futures; at most one at a time does
 * its work, later ones wait. */

/* Before tools run: makes the guest's view true and notes what the host's files are (D5a, D6).
 * Resolves to a string for the agent, or NULL. Rejects with ANNEX_COMPUTER_ERROR or G_IO_ERROR. */
DexFuture *
annex_drafts_prepare (AnnexDrafts *self) G_GNUC_WARN_UNUSED_RESULT;
/* After tools ran: reads every draft and appends draft-changed (and the plan's files) where it
 * differs from what was last told. Resolves to TRUE. */
DexFuture *
annex_drafts_update (AnnexDrafts *self) G_GNUC_WARN_UNUSED_RESULT;
/* The last read changes of a share (AnnexChange), NULL when none was read. (transfer full) */
GPtrArray *
annex_drafts_dup_changes (AnnexDrafts *self, const char *share_id);
/* Reads the draft of a share now. Resolves to a boxed GPtrArray of AnnexChange. */
DexFuture *
annex_drafts_list (AnnexDrafts *self, const char *share_id) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps the draft of @share_id, or the part of it at @paths (nullable: all; a folder stands for
 * what is in it). Resolves to a boxed GPtrArray of AnnexKept (empty: nothing to keep); rejects with
 * ANNEX_KEEP_ERROR or ANNEX_COMPUTER_ERROR; then the folder is as it was. */
DexFuture *
annex_drafts_keep (AnnexDrafts *self,
                   const char *share_id,
                   const char *const *paths) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps what the user need not look at first, which is all but active changes (annex-draft.h):
 * those stay in the draft. As annex_drafts_keep. */
DexFuture *
annex_drafts_keep_harmless (AnnexDrafts *self, const char *share_id) G_GNUC_WARN_UNUSED_RESULT;
/* Throws the draft, or a part, away. Resolves to TRUE. */
DexFuture *
annex_drafts_discard (AnnexDrafts *self,
                      const char *share_id,
                      const char *const *paths) G_GNUC_WARN_UNUSED_RESULT;
/* Takes @keep_id back. Needs no computer. Resolves to a boxed GPtrArray of AnnexKept. */
DexFuture *
annex_drafts_undo (AnnexDrafts *self, const char *keep_id) G_GNUC_WARN_UNUSED_RESULT;
/* The text diff of one changed file, "" when it makes no sense. Resolves to a string. */
DexFuture *
annex_drafts_diff (AnnexDrafts *self,
                   const char *share_id,
                   const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* Does the log say that anything is not kept and not discarded yet? Starts no computer. Resolves to
 * a boolean. */
DexFuture *
annex_drafts_is_open (AnnexDrafts *self) G_GNUC_WARN_UNUSED_RESULT;
/* After the computer was reset: appends that the drafts are empty and closes the asks about them.
 * Resolves to TRUE. */
DexFuture *
annex_drafts_tell_lost (AnnexDrafts *self) G_GNUC_WARN_UNUSED_RESULT;

/* For checkpoints: what the host's files were when the agent saw them is kept with @checkpoint_id,
 * is handed to the task of a copy, is no longer needed. The futures resolve to TRUE and reject with
 * G_IO_ERROR. */
DexFuture *
annex_drafts_keep_baselines (AnnexDrafts *self,
                             const char *checkpoint_id) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_drafts_pass_baselines (AnnexDrafts *self,
                             const char *checkpoint_id,
                             const char *task_id) G_GNUC_WARN_UNUSED_RESULT;
void
annex_drafts_drop_baselines (AnnexDrafts *self, const char *checkpoint_id);
/* annex_computer_roll_back () together with what was kept with that checkpoint, so that nothing
 * reads or keeps a draft in between. */
DexFuture *
annex_drafts_roll_back (AnnexDrafts *self,
                        const char *checkpoint_id,
                        const AnnexCheckpoint *before) G_GNUC_WARN_UNUSED_RESULT;
/* After the computer went back to a checkpoint: reads its drafts, appends what they are now, and
 * closes the asks about those that are empty. Resolves to TRUE. */
DexFuture *
annex_drafts_tell_returned (AnnexDrafts *self) G_GNUC_WARN_UNUSED_RESULT;

/* Is @change at one of @paths (NULL: yes), or below one? */
gboolean
annex_drafts_is_chosen (AnnexChange *change, const char *const *paths);
/* Do the administrator's rules let Annex write into the folder of @share as its mode says? They may be
 * newer than the share. */
gboolean
annex_drafts_is_allowed (AnnexShare *share, GError **error);
/* "3 added, 1 changed" (transfer full) */
char *
annex_drafts_describe (GPtrArray *changes);

G_END_DECLS
