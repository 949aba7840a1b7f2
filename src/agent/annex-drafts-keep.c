/* annex-drafts-keep.c
 *
 * Keeping, discarding and undoing drafts. The agent's files are first brought to a staging folder
 * on the host (annex-drafts-stage.c), so that a computer lost meanwhile cannot leave a keep half
 * done.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-drafts-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-space.h"
#include "annex-spoken.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* ---- the blocking part of keep and undo */

typedef struct
{
  char *undo_dir;
  char *keep_id;
  char *root;
  char *origin; /* nullable: root is a copy of it */
  GPtrArray *changes;
  AnnexBaseline *baseline;
  GHashTable *staged;
} KeepJob;

static void
keep_job_free (gpointer data)
{
  KeepJob *job = data;

  g_free (job->undo_dir);
  g_free (job->keep_id);
  g_free (job->root);
  g_free (job->origin);
  g_clear_pointer (&job->changes, g_ptr_array_unref);
  g_clear_object (&job->baseline);
  g_clear_pointer (&job->staged, g_hash_table_unref);
  g_free (job);
}

/* What the undo store takes of it: what is there now. */
static guint64
measure_kept (GPtrArray *changes)
{
  guint64 bytes = 0;

  for (guint i = 0; i < changes->len; i++)
    bytes += ((AnnexChange *) g_ptr_array_index (changes, i))->old_size_bytes;
  return bytes;
}

static DexFuture *
keep_work (gpointer data)
{
  KeepJob *job = data;
  GError *error = NULL;
  GPtrArray *kept;

  if (job->changes != NULL && !annex_space_check (measure_kept (job->changes), &error))
    kept = NULL;
  else if (job->changes != NULL && job->origin != NULL)
    kept = annex_keep_apply_to_origin (job->undo_dir, job->keep_id, job->origin, job->root,
                                       job->changes, job->baseline, annex_drafts_fetch_staged,
                                       job->staged, NULL, &error);
  else if (job->changes != NULL)
    kept = annex_keep_apply (job->undo_dir, job->keep_id, job->root, job->changes, job->baseline,
                             annex_drafts_fetch_staged, job->staged, NULL, &error);
  else
    kept = annex_keep_undo (job->undo_dir, job->keep_id, NULL, &error);
  if (kept == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, kept);
}

/* ---- choosing */

static gboolean
is_below (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

gboolean
annex_drafts_is_chosen (AnnexChange *change, const char *const *paths)
{
  if (paths == NULL)
    return TRUE;
  for (guint i = 0; paths[i] != NULL; i++)
    if (is_below (change->path, paths[i]) ||
        (change->old_path != NULL && is_below (change->old_path, paths[i])))
      return TRUE;
  return FALSE;
}

/* Those at @paths; with @leave_active only what need not be looked at first. */
static GPtrArray *
choose (GPtrArray *changes, char **paths, gboolean leave_active)
{
  GPtrArray *chosen = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);

  for (guint i = 0; i < changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);

      if (!(leave_active && change->active) &&
          annex_drafts_is_chosen (change, (const char *const *) paths))
        g_ptr_array_add (chosen, annex_change_copy (change));
    }
  return chosen;
}

/* The upper entries that are settled now. A folder goes with its children (the guest takes empty
 * parents away), so that nothing unsettled below it is lost. */
static GPtrArray *
settled_paths (GPtrArray *changes, GPtrArray *chosen, GPtrArray *kept)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) open = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; kept != NULL && i < kept->len; i++)
    {
      AnnexKept *entry = g_ptr_array_index (kept, i);

      if (entry->outcome != ANNEX_OUTCOME_DONE && entry->outcome != ANNEX_OUTCOME_KEPT_BOTH)
        g_hash_table_add (open, entry->path);
    }
  /* Both have one order. */
  for (guint i = 0, j = 0; i < changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);

      if (j < chosen->len &&
          g_str_equal (change->path, ((AnnexChange *) g_ptr_array_index (chosen, j))->path))
        j++;
      else
        g_hash_table_add (open, change->path);
    }
  for (guint i = 0; i < chosen->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (chosen, i);
      gboolean unsettled = FALSE;
      GHashTableIter iter;
      gpointer path;

      g_hash_table_iter_init (&iter, open);
      while (!unsettled && g_hash_table_iter_next (&iter, &path, NULL))
        unsettled = is_below (path, change->path);
      if (unsettled)
        continue;
      g_ptr_array_add (paths, g_strdup (change->path));
      if (change->old_path != NULL)
        g_ptr_array_add (paths, g_strdup (change->old_path));
    }
  g_ptr_array_add (paths, NULL);
  return paths;
}

/* Takes settled entries out of the upper layer and the baseline, and tells what is left. */
static gboolean
settle (AnnexDrafts *self, AnnexShare *share, GPtrArray *paths, GError **error)
{
  AnnexBaseline *baseline = annex_drafts_get_baseline (self, annex_share_get_id (share));
  g_autoptr (GPtrArray) rest = NULL;

  if (paths->len > 1 && !dex_await (annex_computer_forget_draft (
                                        self->computer, share, (const char *const *) paths->pdata),
                                    error))
    return FALSE;
  for (guint i = 0; i + 1 < paths->len; i++)
    annex_baseline_thaw (baseline, g_ptr_array_index (paths, i));
  if (!annex_drafts_save_baseline (self, annex_share_get_id (share), error))
    return FALSE;
  rest = annex_drafts_read (self, share, error);
  return rest != NULL && annex_drafts_tell (self, share, rest, error);
}

static JsonArray *
kept_to_json (GPtrArray *kept)
{
  JsonArray *entries = json_array_new ();

  for (guint i = 0; i < kept->len; i++)
    json_array_add_object_element (entries, annex_kept_to_json (g_ptr_array_index (kept, i)));
  return entries;
}

/* ---- operations */

/* (transfer full) */
static AnnexShare *
find_writable (AnnexDrafts *self, const char *id, GError **error)
{
  g_autoptr (AnnexShare) share = annex_drafts_find_share (self, id, error);

  if (share == NULL)
    return NULL;
  if (annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY)
    {
      annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_READ_ONLY,
                        N_ ("The folder “%s” is read only for this task"),
                        annex_share_get_name (share));
      return NULL;
    }
  /* It may have been given before there was such a rule, and its draft been made since. */
  if (!annex_drafts_is_allowed (share, error))
    return NULL;
  return g_steal_pointer (&share);
}

static GPtrArray *
apply (AnnexDrafts *self, AnnexShare *share, GPtrArray *chosen, const char *keep_id, GError **error)
{
  const char *share_id = annex_share_get_id (share);
  g_autofree char *staging = annex_drafts_dup_task_path (self, "staging");
  g_autoptr (GHashTable) staged = NULL;
  g_autoptr (AnnexShare) still = NULL;
  GPtrArray *kept = NULL;
  KeepJob *job;

  staged = annex_drafts_stage (self, share, chosen, staging, error);
  /* That took its time: the user may have taken the folder back, or made it read only. */
  if (staged != NULL)
    still = find_writable (self, share_id, error);
  if (still != NULL)
    {
      job = g_new0 (KeepJob, 1);
      job->undo_dir = annex_drafts_dup_undo_dir (self);
      job->keep_id = g_strdup (keep_id);
      job->root = g_strdup (annex_share_get_path (share));
      job->origin = g_strdup (annex_share_get_origin (share));
      job->changes = g_ptr_array_ref (chosen);
      job->baseline = g_object_ref (annex_drafts_get_baseline (self, share_id));
      job->staged = g_hash_table_ref (staged);
      kept =
          dex_await_boxed (annex_worker_run ("annex-keep", keep_work, job, keep_job_free), error);
      /* What was begun may have touched a file without changing it. */
      if (kept == NULL)
        annex_drafts_save_baseline (self, share_id, NULL);
    }
  annex_drafts_remove_staging (staging);
  return kept;
}

static DexFuture *
keep_chosen (AnnexDraftsOp *op, gboolean leave_active)
{
  AnnexDrafts *self = op->self;
  g_autoptr (GPtrArray) upper = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) chosen = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) settled = NULL;
  g_autofree char *keep_id = annex_identifier_new ();
  GError *error = NULL;
  g_autoptr (AnnexShare) share = find_writable (self, op->id, &error);

  if (share != NULL)
    changes = annex_drafts_read_upper (self, share, &upper, &error);
  if (changes == NULL)
    return annex_future_new_error (error);
  chosen = choose (changes, op->paths, leave_active);
  if (chosen->len == 0)
    return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_ptr_array_new ());
  /* Committed first, so that a crash in the middle leaves a keep that can be found and undone. */
  if (!dex_await (
          annex_task_append (self->task, ANNEX_EVENT_DRAFT_KEEPING,
                             annex_json_build ("s", "keep", keep_id, "s", "share", op->id, NULL)),
          &error))
    return annex_future_new_error (error);
  kept = apply (self, share, chosen, keep_id, &error);
  if (kept == NULL)
    return annex_future_new_error (error);
  if (!dex_await (annex_task_append (self->task, ANNEX_EVENT_DRAFT_KEPT,
                                     annex_json_build ("s", "keep", keep_id, "s", "share", op->id,
                                                       "a", "entries", kept_to_json (kept), NULL)),
                  &error))
    return annex_future_new_error (error);
  settled = settled_paths (changes, chosen, kept);
  /* With a folder that was taken back by now its draft went, too. */
  if (annex_task_find_share (self->task, op->id) != NULL &&
      (!annex_drafts_leave_newer (self, share, upper, chosen, kept, settled, &error) ||
       !settle (self, share, settled, &error)))
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&kept));
}

static DexFuture *
keep_op (AnnexDraftsOp *op)
{
  return keep_chosen (op, FALSE);
}

static DexFuture *
keep_harmless_op (AnnexDraftsOp *op)
{
  return keep_chosen (op, TRUE);
}

static DexFuture *
discard_op (AnnexDraftsOp *op)
{
  AnnexDrafts *self = op->self;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) chosen = NULL;
  g_autoptr (GPtrArray) settled = NULL;
  JsonArray *names = json_array_new ();
  GError *error = NULL;
  g_autoptr (AnnexShare) share = annex_drafts_find_share (self, op->id, &error);

  if (share != NULL)
    changes = annex_drafts_read (self, share, &error);
  if (changes == NULL)
    {
      json_array_unref (names);
      return annex_future_new_error (error);
    }
  chosen = choose (changes, op->paths, FALSE);
  for (guint i = 0; i < chosen->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (chosen, i);
      g_autofree char *valid = annex_text_make_valid (change->path, -1);

      json_array_add_string_element (names, valid);
    }
  if (!dex_await (
          annex_task_append (self->task, ANNEX_EVENT_DRAFT_DISCARDED,
                             annex_json_build ("s", "share", op->id, "a", "paths", names, NULL)),
          &error))
    return annex_future_new_error (error);
  settled = settled_paths (changes, chosen, NULL);
  if (!settle (self, share, settled, &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

static gboolean
tell_undone (AnnexDraftsOp *op, GPtrArray *undone, GError **error)
{
  return dex_await (annex_task_append (op->self->task, ANNEX_EVENT_DRAFT_UNDONE,
                                       annex_json_build ("s", "keep", op->id, "a", "entries",
                                                         kept_to_json (undone), NULL)),
                    error);
}

static DexFuture *
undo_op (AnnexDraftsOp *op)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GPtrArray) undone = NULL;
  KeepJob *job = g_new0 (KeepJob, 1);
  GError *error = NULL;

  job->undo_dir = annex_drafts_dup_undo_dir (op->self);
  job->keep_id = g_strdup (op->id);
  undone = dex_await_boxed (annex_worker_run ("annex-undo", keep_work, job, keep_job_free), &error);
  /* Rolled back, or taken back to its end at a start after a crash: then nobody has told it yet. */
  if (undone == NULL && g_error_matches (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND))
    tell_undone (op, none, NULL);
  if (undone == NULL || !tell_undone (op, undone, &error))
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&undone));
}

/* ---- the diff of one file */

#define MAX_DIFF_BYTES (1024 * 1024)

static GBytes *
read_host_file (AnnexShare *share, const char *path)
{
  g_autofd int root = open (annex_share_get_path (share), O_PATH | O_DIRECTORY | O_CLOEXEC);
  AnnexStat stat;
  g_autofd int fd = -1;
  g_autofree char *buffer = NULL;
  gssize n;

  if (root < 0 || !annex_stat_at (root, path, &stat, NULL) || !stat.exists ||
      !S_ISREG (stat.mode) || stat.size_bytes > MAX_DIFF_BYTES)
    return NULL;
  fd = openat (root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return NULL;
  buffer = g_malloc (MAX_DIFF_BYTES + 1);
  n = read (fd, buffer, MAX_DIFF_BYTES + 1);
  if (n < 0 || n > MAX_DIFF_BYTES)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&buffer), (gsize) n);
}

static DexFuture *
diff_op (AnnexDraftsOp *op)
{
  AnnexDrafts *self = op->self;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  GError *error = NULL;
  char *diff = NULL;
  g_autoptr (AnnexShare) share = annex_drafts_find_share (self, op->id, &error);

  if (share != NULL)
    changes = annex_drafts_read (self, share, &error);
  if (changes == NULL)
    return annex_future_new_error (error);
  for (guint i = 0; i < changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);

      if (!g_str_equal (change->path, op->paths[0]) || change->size_bytes > MAX_DIFF_BYTES)
        continue;
      if (annex_drafts_needs_content (change))
        {
          after = annex_drafts_read_file (self, share, change->path, MAX_DIFF_BYTES + 1, &error);
          if (after == NULL)
            return annex_future_new_error (error);
        }
      if (change->kind != ANNEX_CHANGE_ADDED)
        before = read_host_file (share, change->old_path != NULL ? change->old_path : change->path);
      diff = annex_draft_diff (before, after, change->path);
    }
  return dex_future_new_take_string (diff != NULL ? diff : g_strdup (""));
}

DexFuture *
annex_drafts_keep (AnnexDrafts *self, const char *share_id, const char *const *paths)
{
  return annex_drafts_run (self, keep_op, share_id, paths);
}

DexFuture *
annex_drafts_keep_harmless (AnnexDrafts *self, const char *share_id)
{
  return annex_drafts_run (self, keep_harmless_op, share_id, NULL);
}

DexFuture *
annex_drafts_discard (AnnexDrafts *self, const char *share_id, const char *const *paths)
{
  return annex_drafts_run (self, discard_op, share_id, paths);
}

DexFuture *
annex_drafts_undo (AnnexDrafts *self, const char *keep_id)
{
  return annex_drafts_run (self, undo_op, keep_id, NULL);
}

DexFuture *
annex_drafts_diff (AnnexDrafts *self, const char *share_id, const char *path)
{
  const char *paths[] = { path, NULL };

  return annex_drafts_run (self, diff_op, share_id, paths);
}
