/* annex-drafts-private.h
 *
 * Shared by annex-drafts.c (reading), annex-drafts-keep.c (keeping, discarding, undoing),
 * annex-drafts-stage.c (the agent's contents), annex-drafts-newer.c (what it wrote meanwhile) and
 * annex-drafts-return.c (checkpoints).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-drafts.h"

G_BEGIN_DECLS

struct _AnnexDrafts
{
  GObject parent_instance;

  AnnexTask *task;
  AnnexComputer *computer;
  char *data_dir;
  GHashTable *baselines; /* share id → AnnexBaseline */
  GHashTable *changes;   /* share id → GPtrArray of AnnexChange, as last read */
  DexFuture *tail;       /* the operation that runs or waits last */
};

/* One operation. Its function runs in a fiber, alone. */
typedef struct _AnnexDraftsOp AnnexDraftsOp;
typedef DexFuture *(*AnnexDraftsFunc) (AnnexDraftsOp *op);
struct _AnnexDraftsOp
{
  AnnexDrafts *self;
  DexFuture *previous;
  AnnexDraftsFunc func;
  char *id; /* of the share, the keep or the checkpoint */
  char **paths;
  AnnexCheckpoint *before; /* nullable */
};

DexFuture *
annex_drafts_run (AnnexDrafts *self, AnnexDraftsFunc func, const char *id, const char *const *paths)
    G_GNUC_WARN_UNUSED_RESULT;
/* The same with an operation (taken) of which func, id, paths and before are filled in. */
DexFuture *
annex_drafts_run_op (AnnexDrafts *self, AnnexDraftsOp *op) G_GNUC_WARN_UNUSED_RESULT;

/* In an operation: reads the draft of @share and returns its changes. (transfer full) */
GPtrArray *
annex_drafts_read (AnnexDrafts *self, AnnexShare *share, GError **error);
/* The same, and what they were worked out from: *@upper (AnnexUpperEntry, transfer full). */
GPtrArray *
annex_drafts_read_upper (AnnexDrafts *self, AnnexShare *share, GPtrArray **upper, GError **error);
/* Gives those of @changes a reason that the user kept after the state the computer went back to. */
void
annex_drafts_mark_kept (AnnexDrafts *self, AnnexShare *share, GPtrArray *changes);
/* In an operation: appends draft-changed where it differs from what was told. */
gboolean
annex_drafts_tell (AnnexDrafts *self, AnnexShare *share, GPtrArray *changes, GError **error);
AnnexBaseline *
annex_drafts_get_baseline (AnnexDrafts *self, const char *share_id);
gboolean
annex_drafts_save_baseline (AnnexDrafts *self, const char *share_id, GError **error);
/* <data>/undo and <data>/tasks/<task id>/<rest>. (transfer full) */
char *
annex_drafts_dup_undo_dir (AnnexDrafts *self);
char *
annex_drafts_dup_task_path (AnnexDrafts *self, const char *rest);
/* Where the newest view of the folder of share @share_id is stored. (transfer full) */
char *
annex_drafts_dup_view_path (AnnexDrafts *self, const char *share_id);
/* The share, or an error that names it. The user may take it from the task while an operation
 * awaits something. (transfer full) */
AnnexShare *
annex_drafts_find_share (AnnexDrafts *self, const char *id, GError **error);

/* In an operation: takes what @upper holds and no change names out of the upper layer. */
gboolean
annex_drafts_forget_unchanged (AnnexDrafts *self,
                               AnnexShare *share,
                               GPtrArray *upper,
                               GPtrArray *changes,
                               GError **error);

/* In an operation: the paths that the agent has written to since @then (AnnexUpperEntry) was read,
 * and all folders above them: none of these may be taken out of the upper layer. A set of strings.
 * (transfer full) */
GHashTable *
annex_drafts_read_newer (AnnexDrafts *self, AnnexShare *share, GPtrArray *then, GError **error);
/* In an operation, when @chosen was kept as @kept tells: takes from @paths (NULL at its end), which
 * shall be forgotten, those at or below which the agent has written since @then was read. What was
 * kept there is what the newer version is a change of. */
gboolean
annex_drafts_leave_newer (AnnexDrafts *self,
                          AnnexShare *share,
                          GPtrArray *then,
                          GPtrArray *chosen,
                          GPtrArray *kept,
                          GPtrArray *paths,
                          GError **error);

/* ---- annex-drafts-stage.c: what the agent wrote, which the guest sends */

/* Is @change one of a file, whose content is fetched? */
gboolean
annex_drafts_needs_content (AnnexChange *change);
/* In an operation: brings the contents of @changes to @folder, if there is room for as much as they
 * say they are; no more than that is taken of one. ANNEX_KEEP_ERROR_DISK_FULL,
 * ANNEX_COMPUTER_ERROR, G_IO_ERROR_TIMED_OUT when the guest stops sending. path → staged file.
 * (transfer full) */
GHashTable *
annex_drafts_stage (AnnexDrafts *self,
                    AnnexShare *share,
                    GPtrArray *changes,
                    const char *folder,
                    GError **error);
void
annex_drafts_remove_staging (const char *folder);
/* An AnnexKeepFetch of what annex_drafts_stage() returned. Worker thread. */
gboolean
annex_drafts_fetch_staged (const char *path, int fd, gpointer user_data, GError **error);
/* In an operation: the first @max_bytes of one file, in memory. (transfer full) */
GBytes *
annex_drafts_read_file (AnnexDrafts *self,
                        AnnexShare *share,
                        const char *path,
                        gsize max_bytes,
                        GError **error);
/* How long the guest may take for each MiB. For tests. */
void
annex_drafts_set_patience (guint milliseconds);

G_END_DECLS
