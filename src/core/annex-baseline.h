/* annex-baseline.h
 *
 * What the host's files were when the agent may have read them: a stat of each path of a share,
 * frozen for a path when it first appears in the upper layer (D5a). Conflicts are judged against
 * it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean exists;
  guint32 mode; /* type and permission bits, as st_mode */
  guint64 inode;
  guint64 size_bytes;
  gint64 mtime_ns;
  gint64 ctime_ns;
} AnnexStat;

#define ANNEX_TYPE_BASELINE (annex_baseline_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBaseline, annex_baseline, ANNEX, BASELINE, GObject)

/* Not thread-safe: one user at a time. */
AnnexBaseline *
annex_baseline_new (void);
/* Stats everything below @root (no symlink followed, no mount crossed, at most @max_entries, the
 * rest is reported by `annex_baseline_is_partial`) as the newest view. Before each tool call. Paths
 * frozen earlier keep their frozen stat. Blocking: worker thread. G_IO_ERROR. */
gboolean
annex_baseline_scan (AnnexBaseline *self, const char *root, guint max_entries, GError **error);
gboolean
annex_baseline_is_partial (AnnexBaseline *self);
/* Stores the newest view in the file @path, unless it is there already, so that it outlives this
 * process. Blocking: worker thread. G_FILE_ERROR, G_IO_ERROR. */
gboolean
annex_baseline_store_view (AnnexBaseline *self, const char *path, GError **error);
/* Takes the view that was stored in the file @path, unless there is one from a scan. A file that is
 * not there, or is none, changes nothing: then nothing is known. Blocking: worker thread. */
void
annex_baseline_load_view (AnnexBaseline *self, const char *path);
/* Is the newest view one that was taken by annex_baseline_load_view? */
gboolean
annex_baseline_is_loaded (AnnexBaseline *self);
/* Can the folder open as @root_fd be the one that was scanned last? FALSE when its file system is
 * another one and its inode too: that of the share has gone, and what lay below it shows. */
gboolean
annex_baseline_may_be_root (AnnexBaseline *self, int root_fd);
/* Freezes the newest view of @path; nothing if frozen already. */
void
annex_baseline_freeze (AnnexBaseline *self, const char *path);
/* Freezes @path and the newest view of everything below it: for a folder the agent deleted or
 * replaced. What is not in that view then did not exist. Nothing if frozen so already. */
void
annex_baseline_freeze_tree (AnnexBaseline *self, const char *path);
/* Brings the frozen part in line with the upper layer (AnnexUpperEntry elements): freezes what is
 * new in it (trees for whiteouts and opaque folders), thaws what has left it. TRUE when something
 * changed, and should be stored before the agent goes on. */
gboolean
annex_baseline_follow (AnnexBaseline *self, GPtrArray *upper);
/* Forgets a frozen path and what is frozen below it by a tree (kept, discarded, undone). */
void
annex_baseline_thaw (AnnexBaseline *self, const char *path);
/* The frozen stat, else the newest view's. FALSE when the path was never seen; then it did not
 * exist, unless the view is partial. */
gboolean
annex_baseline_lookup (AnnexBaseline *self, const char *path, AnnexStat *stat);
gboolean
annex_baseline_is_frozen (AnnexBaseline *self, const char *path);
/* Only the frozen part, to store across restarts. */
JsonObject *
annex_baseline_to_json (AnnexBaseline *self);
AnnexBaseline *
annex_baseline_new_from_json (JsonObject *json, GError **error);

/* lstat below @root_fd without following symlinks anywhere. TRUE also when it does not exist
 * (exists = FALSE); FALSE on another error. */
gboolean
annex_stat_at (int root_fd, const char *path, AnnexStat *stat, GError **error);
/* Has the file stayed the same? A folder is the same as long as it is the same folder with the same
 * permissions: its times and size change with what is in it. */
gboolean
annex_stat_same (const AnnexStat *a, const AnnexStat *b);

G_END_DECLS
