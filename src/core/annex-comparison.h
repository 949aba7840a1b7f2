/* annex-comparison.h
 *
 * Two tries of the same task beside each other: what each made of the folders, what it said in the
 * end, its steps, its time and its cost. Read from the two logs alone; no computer is started.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-recording.h"
#include "annex-store.h"
#include "annex-tree.h"

G_BEGIN_DECLS

/* What became of a change that a try made. */
typedef enum {
  ANNEX_MADE_DRAFT, /* neither kept nor thrown away yet */
  ANNEX_MADE_KEPT,
  ANNEX_MADE_UNDONE, /* kept, and taken back */
  ANNEX_MADE_DISCARDED,
} AnnexMadeState;

/* One change that a try made of a folder. */
typedef struct
{
  char *share_id;
  char *folder;   /* the share's name: the same in both tries */
  char *path;     /* relative, valid UTF-8 */
  char *old_path; /* nullable: of what was moved */
  char *kind;     /* "added", "changed", "renamed", "deleted", "mode", "refused" */
  char *keep;     /* nullable: the keep that it was in */
  gboolean is_folder;
  gint64 size_bytes; /* -1: not known */
  char *sha256;      /* nullable: a folder, nothing any more, or not recorded */
  AnnexMadeState state;
} AnnexMadeFile;

typedef struct
{
  AnnexRecording *recording;
  char *words;      /* the last that was said; "" */
  GPtrArray *files; /* AnnexMadeFile, sorted by folder and path; refused ones are left out */
  char **keeps;     /* that can be taken back, oldest first */
} AnnexTry;

typedef struct
{
  const AnnexMadeFile *before; /* nullable: not of the first try */
  const AnnexMadeFile *after;  /* nullable: not of the second one */
  gboolean is_same;            /* both are there and come to the same */
  gboolean is_unsure;          /* nothing is known that tells them apart, and nothing that they are
                                * the same */
} AnnexComparedFile;

#define ANNEX_TYPE_COMPARISON (annex_comparison_get_type ())
typedef struct
{
  AnnexTry *before;
  AnnexTry *after;
  GArray *files;     /* AnnexComparedFile: different ones first, then sorted by folder and path */
  GArray *steps;     /* AnnexStepPair */
  guint n_different; /* files that are not the same */
} AnnexComparison;
GType
annex_comparison_get_type (void) G_GNUC_CONST;

/* @before and @after: the whole logs of two tasks (AnnexEvent), in order. ANNEX_JSON_ERROR as
 * annex_recording_new. (transfer full) */
AnnexComparison *
annex_comparison_new (GPtrArray *before, GPtrArray *after, GError **error);
/* Reads both logs. Resolves to an AnnexComparison (boxed); rejects with ANNEX_STORE_ERROR and
 * ANNEX_JSON_ERROR. */
DexFuture *
annex_comparison_load (AnnexStore *store,
                       const char *before_id,
                       const char *after_id) G_GNUC_WARN_UNUSED_RESULT;
AnnexComparison *
annex_comparison_ref (AnnexComparison *self);
void
annex_comparison_unref (AnnexComparison *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexComparison, annex_comparison_unref)

G_END_DECLS
