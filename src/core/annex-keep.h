/* annex-keep.h
 *
 * Applying a draft to the user's folder, and taking it back. Originals go into the undo store
 * first; a journal makes a crash at any point finish or roll back at the next start. Everything
 * below the share's root is reached with openat and O_NOFOLLOW; a symlink is data.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-draft.h"

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

#define ANNEX_KEEP_ERROR (annex_keep_error_quark ())

/* NOT_FOUND: no such keep, or nothing to undo; DISK_FULL; ROOT_GONE: the folder is not there or is
 * another one now; READ_ONLY: the share is read only; FAILED. */
typedef enum {
  ANNEX_KEEP_ERROR_NOT_FOUND,
  ANNEX_KEEP_ERROR_DISK_FULL,
  ANNEX_KEEP_ERROR_ROOT_GONE,
  ANNEX_KEEP_ERROR_READ_ONLY,
  ANNEX_KEEP_ERROR_FAILED,
} AnnexKeepError;

GQuark
annex_keep_error_quark (void);

/* What happened to one entry. KEPT_BOTH: the host's file had changed meanwhile; one version stands
 * beside the other as other_path: the agent's, or one that came while it was being kept. */
typedef enum {
  ANNEX_OUTCOME_DONE,
  ANNEX_OUTCOME_KEPT_BOTH,
  ANNEX_OUTCOME_REFUSED,
  ANNEX_OUTCOME_FAILED,
} AnnexOutcome;

typedef struct
{
  char *path;
  char *action; /* the change's kind, or "undo" */
  AnnexOutcome outcome;
  char *other_path; /* nullable */
  char *reason;     /* nullable */
} AnnexKept;
#define ANNEX_TYPE_KEPT (annex_kept_get_type ())
GType
annex_kept_get_type (void) G_GNUC_CONST;
AnnexKept *
annex_kept_copy (const AnnexKept *self);
void
annex_kept_free (AnnexKept *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexKept, annex_kept_free)
JsonObject *
annex_kept_to_json (const AnnexKept *self); /* {path, action, outcome, …} */
/* How many of @entries (nullable), the ones of a draft-kept or draft-undone, came out so; done, with
 * those where both versions stand. */
guint
annex_kept_count (JsonArray *entries, AnnexOutcome outcome);
guint
annex_kept_count_done (JsonArray *entries);

/* Delivers the agent's bytes of a file of the draft. Called in the worker thread, must fill @fd
 * (an open, empty temporary file) with the content of @path and return FALSE with @error on
 * failure. The size and sha256 are checked by the caller. */
typedef gboolean (*AnnexKeepFetch) (const char *path, int fd, gpointer user_data, GError **error);

/* Applies @changes (AnnexChange) to @root under the new identifier @keep_id; undo data below
 * @undo_dir/@keep_id. @fetch as above (@user_data must outlive the call). Blocking: worker thread.
 * Returns AnnexKept elements, one a change; NULL with ANNEX_KEEP_ERROR only when nothing at all was
 * changed. */
GPtrArray *
annex_keep_apply (const char *undo_dir,
                  const char *keep_id,
                  const char *root,
                  GPtrArray *changes,
                  AnnexBaseline *baseline,
                  AnnexKeepFetch fetch,
                  gpointer user_data,
                  GCancellable *cancellable,
                  GError **error);
/* Applies @changes, which were worked out for @copy, to the folder @origin that it is a copy of, as
 * above. What is no longer in @origin as it is in @copy has changed meanwhile (KEPT_BOTH). An
 * @origin that is gone, a link, or empty while @copy is not is ROOT_GONE. Then the same is applied to
 * @copy with its @baseline, without undo. */
GPtrArray *
annex_keep_apply_to_origin (const char *undo_dir,
                            const char *keep_id,
                            const char *origin,
                            const char *copy,
                            GPtrArray *changes,
                            AnnexBaseline *baseline,
                            AnnexKeepFetch fetch,
                            gpointer user_data,
                            GCancellable *cancellable,
                            GError **error);
/* Takes a keep back: contents, modes, times and folder times as before. What the user changed after
 * the keep is not lost: it stays, and the original is put beside it (KEPT_BOTH). What FAILED can be
 * asked for again, and is not tried before that. Blocking. */
GPtrArray *
annex_keep_undo (const char *undo_dir,
                 const char *keep_id,
                 GCancellable *cancellable,
                 GError **error);
/* Takes the keep back in @copy, a copy of @root as it is now, and leaves @root and the keep as they
 * are. A keep of another folder changes nothing. What was changed after the keep is the original
 * there too. ANNEX_KEEP_ERROR, G_IO_ERROR. Blocking. */
gboolean
annex_keep_undo_in_copy (const char *undo_dir,
                         const char *keep_id,
                         const char *root,
                         const char *copy,
                         GError **error);
/* At start: finishes or rolls back keeps and undos a crash interrupted. Returns the number
 * repaired, or -1. */
int
annex_keep_recover (const char *undo_dir, GError **error);
/* Bytes the undo store takes; and forgetting one keep for good. */
guint64
annex_keep_get_size (const char *undo_dir, const char *keep_id);
gboolean
annex_keep_forget (const char *undo_dir, const char *keep_id, GError **error);

G_END_DECLS
