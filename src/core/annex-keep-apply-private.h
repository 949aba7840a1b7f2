/* annex-keep-apply-private.h
 *
 * What the parts of applying a draft share: deciding, staging, and taking batches.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-keep-private.h"

G_BEGIN_DECLS

/* Larger than this, what is deleted is moved to the undo store as it is, not copied for the Trash.
 */
#define ANNEX_KEEP_TRASH_AT_MOST (64 * 1024 * 1024)
#define ANNEX_KEEP_CHANGED_MEANWHILE "It changed on your computer after the agent saw it"

/* One change on its way. */
typedef struct
{
  const AnnexChange *change;
  AnnexKept *kept;
  AnnexKeepStep *step; /* borrowed from the store; NULL when there is nothing to do */
} AnnexKeepItem;

typedef struct
{
  AnnexKeepStore *store;
  AnnexBaseline *baseline;
  AnnexKeepFetch fetch;
  gpointer user_data;
  GCancellable *cancellable;
  GPtrArray *kept;
  GHashTable *detours; /* folder of the draft → folder it went to instead */
  GHashTable *taken;   /* paths that steps not taken yet will use */
  GError *stop;        /* why nothing more is done: the journal or the disk */
} AnnexKeepApply;

void
annex_keep_tell (AnnexKept *kept, AnnexOutcome outcome, const char *other_path, const char *reason);

/* ---- annex-keep-decide.c */

/* Where @path goes, when a folder above it went elsewhere. (transfer full) */
char *
annex_keep_detour (AnnexKeepApply *self, const char *path);
gboolean
annex_keep_is_free (AnnexKeepApply *self, const char *path);
/* A free name beside @path: "name (Annex).ext"; NULL when there is none. (transfer full) */
char *
annex_keep_other_path (AnnexKeepApply *self, const char *path);
AnnexKeepStep *
annex_keep_add_step (AnnexKeepApply *self,
                     AnnexKeepKind kind,
                     const char *path,
                     const AnnexChange *change);
/* What becomes of one change: a step (borrowed), or NULL and an outcome at once. */
AnnexKeepStep *
annex_keep_decide (AnnexKeepApply *self, AnnexKeepItem *item);

/* ---- annex-keep-stage.c */

/* Makes the step's temporary and saves the original, changing nothing the user sees. */
gboolean
annex_keep_stage (AnnexKeepApply *self, AnnexKeepItem *item, GError **error);

G_END_DECLS
