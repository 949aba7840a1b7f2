/* annex-drafts.c
 *
 * Reading drafts: the queue of operations, baselines, and telling the task what changed. Keeping is
 * in annex-drafts-keep.c. Knows the Computer port only, not how shares are mounted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-drafts-private.h"

#include "annex-admin-policy.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

#define MAX_SCAN_ENTRIES 400000
#define MAX_TOLD_ENTRIES 500

G_DEFINE_FINAL_TYPE (AnnexDrafts, annex_drafts, G_TYPE_OBJECT)

static void
annex_drafts_finalize (GObject *object)
{
  AnnexDrafts *self = ANNEX_DRAFTS (object);

  g_clear_pointer (&self->baselines, g_hash_table_unref);
  g_clear_pointer (&self->changes, g_hash_table_unref);
  g_clear_pointer (&self->data_dir, g_free);
  dex_clear (&self->tail);
  g_clear_object (&self->task);
  g_clear_object (&self->computer);
  G_OBJECT_CLASS (annex_drafts_parent_class)->finalize (object);
}

static void
annex_drafts_class_init (AnnexDraftsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_drafts_finalize;
}

static void
annex_drafts_init (AnnexDrafts *self)
{
  self->baselines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->changes =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
}

AnnexDrafts *
annex_drafts_new (AnnexTask *task, AnnexComputer *computer, const char *data_dir)
{
  AnnexDrafts *self = g_object_new (ANNEX_TYPE_DRAFTS, NULL);

  self->task = g_object_ref (task);
  self->computer = g_object_ref (computer);
  self->data_dir = data_dir != NULL ? g_strdup (data_dir) : annex_paths_data ("");
  return self;
}

/* ---- the queue */

static void
op_free (gpointer data)
{
  AnnexDraftsOp *op = data;

  g_clear_object (&op->self);
  dex_clear (&op->previous);
  g_free (op->id);
  g_strfreev (op->paths);
  g_clear_pointer (&op->before, annex_checkpoint_free);
  g_free (op);
}

static DexFuture *
op_fiber (gpointer data)
{
  AnnexDraftsOp *op = data;

  /* The one before may have failed: that was its caller's to hear. */
  if (op->previous != NULL)
    dex_await (g_steal_pointer (&op->previous), NULL);
  return op->func (op);
}

DexFuture *
annex_drafts_run_op (AnnexDrafts *self, AnnexDraftsOp *op)
{
  DexFuture *future;

  op->self = g_object_ref (self);
  op->previous = g_steal_pointer (&self->tail);
  future = annex_fiber_run (op_fiber, op, op_free);
  self->tail = dex_ref (future);
  return future;
}

DexFuture *
annex_drafts_run (AnnexDrafts *self, AnnexDraftsFunc func, const char *id, const char *const *paths)
{
  AnnexDraftsOp *op = g_new0 (AnnexDraftsOp, 1);

  op->func = func;
  op->id = g_strdup (id);
  op->paths = g_strdupv ((char **) paths);
  return annex_drafts_run_op (self, op);
}

/* ---- paths and baselines */

char *
annex_drafts_dup_undo_dir (AnnexDrafts *self)
{
  return g_build_filename (self->data_dir, "undo", NULL);
}

char *
annex_drafts_dup_task_path (AnnexDrafts *self, const char *rest)
{
  return g_build_filename (self->data_dir, "tasks", annex_task_get_id (self->task), rest, NULL);
}

AnnexShare *
annex_drafts_find_share (AnnexDrafts *self, const char *id, GError **error)
{
  AnnexShare *share = annex_task_find_share (self->task, id);

  if (share == NULL)
    annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND,
                      N_ ("This task has no folder “%s”"), id);
  return share != NULL ? annex_share_ref (share) : NULL;
}

static char *
baseline_path (AnnexDrafts *self, const char *share_id)
{
  g_autofree char *name = g_strdup_printf ("baseline-%s.json", share_id);

  return annex_drafts_dup_task_path (self, name);
}

char *
annex_drafts_dup_view_path (AnnexDrafts *self, const char *share_id)
{
  g_autofree char *name = g_strdup_printf ("view-%s", share_id);

  return annex_drafts_dup_task_path (self, name);
}

AnnexBaseline *
annex_drafts_get_baseline (AnnexDrafts *self, const char *share_id)
{
  AnnexBaseline *baseline = g_hash_table_lookup (self->baselines, share_id);
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (baseline != NULL)
    return baseline;
  path = baseline_path (self, share_id);
  if (g_file_get_contents (path, &text, &length, NULL))
    {
      g_autoptr (JsonObject) json = annex_json_parse_object (text, (gssize) length, NULL);

      if (json != NULL)
        baseline = annex_baseline_new_from_json (json, NULL);
    }
  if (baseline == NULL)
    baseline = annex_baseline_new ();
  g_hash_table_insert (self->baselines, g_strdup (share_id), baseline);
  return baseline;
}

gboolean
annex_drafts_save_baseline (AnnexDrafts *self, const char *share_id, GError **error)
{
  g_autofree char *path = baseline_path (self, share_id);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (JsonObject) json = annex_baseline_to_json (annex_drafts_get_baseline (self, share_id));
  g_autofree char *text = annex_json_object_to_string (json);

  return annex_paths_make (folder, error) &&
         annex_file_write_atomic (path, text, strlen (text), 0600, error);
}

/* ---- blocking parts, in a worker thread */

typedef struct
{
  AnnexBaseline *baseline;
  GPtrArray *upper;
  char *root;
  char *view_path;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_object (&job->baseline);
  g_clear_pointer (&job->upper, g_ptr_array_unref);
  g_free (job->root);
  g_free (job->view_path);
  g_free (job);
}

static Job *
job_new (AnnexDrafts *self, AnnexBaseline *baseline, GPtrArray *upper, AnnexShare *share)
{
  Job *job = g_new0 (Job, 1);

  job->baseline = g_object_ref (baseline);
  job->upper = upper != NULL ? g_ptr_array_ref (upper) : NULL;
  job->root = g_strdup (annex_share_get_path (share));
  job->view_path = annex_drafts_dup_view_path (self, annex_share_get_id (share));
  return job;
}

static DexFuture *
scan_work (gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  g_autoptr (GError) unstored = NULL;
  g_autofree char *folder = g_path_get_dirname (job->view_path);

  if (!annex_baseline_scan (job->baseline, job->root, MAX_SCAN_ENTRIES, &error))
    return annex_future_new_error (error);
  /* Without it, an interrupted command costs conflicts that are none, and no file. */
  if (!annex_paths_make (folder, &unstored) ||
      !annex_baseline_store_view (job->baseline, job->view_path, &unstored))
    g_warning ("What a folder holds could not be noted: %s", unstored->message);
  return dex_future_new_true ();
}

static DexFuture *
load_work (gpointer data)
{
  Job *job = data;

  annex_baseline_load_view (job->baseline, job->view_path);
  return dex_future_new_true ();
}

static DexFuture *
compute_work (gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  GPtrArray *changes = annex_draft_compute (job->upper, job->baseline, job->root, &error);

  if (changes == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, changes);
}

/* ---- reading and telling */

GPtrArray *
annex_drafts_read_upper (AnnexDrafts *self, AnnexShare *share, GPtrArray **out, GError **error)
{
  const char *id = annex_share_get_id (share);
  AnnexBaseline *baseline = annex_drafts_get_baseline (self, id);
  g_autoptr (GPtrArray) upper = NULL;
  g_autoptr (GPtrArray) changes = NULL;

  upper = dex_await_boxed (annex_computer_read_draft (self->computer, share), error);
  if (upper == NULL ||
      !dex_await (annex_worker_run ("annex-view", load_work, job_new (self, baseline, NULL, share),
                                    job_free),
                  error))
    return NULL;
  if (annex_baseline_follow (baseline, upper) && !annex_drafts_save_baseline (self, id, error))
    return NULL;
  changes = dex_await_boxed (annex_worker_run ("annex-draft", compute_work,
                                               job_new (self, baseline, upper, share), job_free),
                             error);
  if (changes == NULL || !annex_drafts_forget_unchanged (self, share, upper, changes, error))
    return NULL;
  annex_drafts_mark_kept (self, share, changes);
  g_hash_table_replace (self->changes, g_strdup (id), g_ptr_array_ref (changes));
  *out = g_steal_pointer (&upper);
  return g_steal_pointer (&changes);
}

GPtrArray *
annex_drafts_read (AnnexDrafts *self, AnnexShare *share, GError **error)
{
  g_autoptr (GPtrArray) upper = NULL;

  return annex_drafts_read_upper (self, share, &upper, error);
}

char *
annex_drafts_describe (GPtrArray *changes)
{
  guint count[ANNEX_CHANGE_REFUSED + 1] = { 0 };
  GString *text = g_string_new (NULL);
  static const char *const words[] = {
    "added", "changed", "renamed", "deleted", "with other permissions", "that cannot be kept"
  };

  for (guint i = 0; i < changes->len; i++)
    count[((AnnexChange *) g_ptr_array_index (changes, i))->kind]++;
  for (guint i = 0; i < G_N_ELEMENTS (count); i++)
    if (count[i] > 0)
      g_string_append_printf (text, "%s%u %s", text->len > 0 ? ", " : "", count[i], words[i]);
  return g_string_free (text, FALSE);
}

/* Attributes the changed files to the plan's step in progress. */
static gboolean
touch_plan (AnnexDrafts *self, AnnexShare *share, GPtrArray *changes, GError **error)
{
  AnnexPlan *before = annex_task_get_plan (self->task);
  g_autoptr (AnnexPlan) plan = NULL;
  g_autofree char *old_text = NULL;
  g_autofree char *new_text = NULL;
  g_autoptr (JsonObject) old_json = NULL;
  JsonObject *json;

  if (before == NULL || annex_plan_get_n_steps (before) == 0)
    return TRUE;
  plan = annex_plan_ref (before);
  for (guint i = 0; i < changes->len && i < MAX_TOLD_ENTRIES; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);
      g_autofree char *valid = annex_text_make_valid (change->path, -1);
      g_autofree char *path = g_build_filename (annex_share_get_name (share), valid, NULL);
      AnnexPlan *next;

      if (change->folder)
        continue;
      next = annex_plan_with_file (plan, path);
      annex_plan_unref (plan);
      plan = next;
    }
  json = annex_plan_to_json (plan, NULL, "app");
  old_json = annex_plan_to_json (before, NULL, "app");
  new_text = annex_json_object_to_string (json);
  old_text = annex_json_object_to_string (old_json);
  if (g_str_equal (old_text, new_text))
    {
      json_object_unref (json);
      return TRUE;
    }
  return dex_await (annex_task_append (self->task, ANNEX_EVENT_PLAN_UPDATED, json), error);
}

gboolean
annex_drafts_tell (AnnexDrafts *self, AnnexShare *share, GPtrArray *changes, GError **error)
{
  const char *id = annex_share_get_id (share);
  gint64 count[ANNEX_CHANGE_REFUSED + 1] = { 0 };
  JsonObject *before = annex_task_get_draft (self->task, id);
  g_autofree char *old_text = before != NULL ? annex_json_object_to_string (before) : NULL;
  JsonArray *entries = json_array_new ();
  JsonObject *data;
  g_autofree char *text = NULL;

  for (guint i = 0; i < changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);

      count[change->kind]++;
      if (i < MAX_TOLD_ENTRIES)
        json_array_add_object_element (entries, annex_change_to_json (change));
    }
  data =
      annex_json_build ("s", "share", id, "i", "added", count[ANNEX_CHANGE_ADDED], "i", "changed",
                        count[ANNEX_CHANGE_CHANGED] + count[ANNEX_CHANGE_MODE], "i", "renamed",
                        count[ANNEX_CHANGE_RENAMED], "i", "deleted", count[ANNEX_CHANGE_DELETED],
                        "i", "refused", count[ANNEX_CHANGE_REFUSED], "a", "entries", entries, NULL);
  text = annex_json_object_to_string (data);
  if (g_strcmp0 (text, old_text) == 0 || (changes->len == 0 && before == NULL))
    {
      json_object_unref (data);
      return TRUE;
    }
  if (!dex_await (annex_task_append (self->task, ANNEX_EVENT_DRAFT_CHANGED, data), error))
    return FALSE;
  return touch_plan (self, share, changes, error);
}

/* ---- operations */

/* What an earlier process left in the middle of a command or of a keep is judged against what it
 * saw, before it is looked at anew: else what the user wrote since would not be seen, and what was
 * kept would be taken for the user's. */
static gboolean
read_left (AnnexDrafts *self, AnnexShare *share, GError **error)
{
  AnnexBaseline *baseline = annex_drafts_get_baseline (self, annex_share_get_id (share));
  g_autoptr (GPtrArray) changes = NULL;

  if (!dex_await (annex_worker_run ("annex-view", load_work, job_new (self, baseline, NULL, share),
                                    job_free),
                  error))
    return FALSE;
  if (!annex_baseline_is_loaded (baseline) || !annex_drafts_is_allowed (share, NULL))
    return TRUE;
  changes = annex_drafts_read (self, share, error);
  return changes != NULL;
}

static DexFuture *
prepare_op (AnnexDraftsOp *op)
{
  AnnexDrafts *self = op->self;
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (self->task);
  g_autofree char *note = NULL;
  GError *error = NULL;

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);
      AnnexBaseline *baseline = annex_drafts_get_baseline (self, annex_share_get_id (share));

      if (annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY)
        continue;
      if (!read_left (self, share, &error) ||
          !dex_await (annex_worker_run ("annex-scan", scan_work,
                                        job_new (self, baseline, NULL, share), job_free),
                      &error))
        return annex_future_new_error (error);
    }
  note = dex_await_string (annex_computer_refresh (self->computer), &error);
  if (error != NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_string (g_steal_pointer (&note));
}

gboolean
annex_drafts_is_allowed (AnnexShare *share, GError **error)
{
  return annex_admin_policy_check_share (annex_admin_policy_get (), annex_share_get_home (share),
                                         annex_share_get_mode (share), error);
}

static DexFuture *
update_op (AnnexDraftsOp *op)
{
  AnnexDrafts *self = op->self;
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (self->task);
  GError *error = NULL;

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);
      g_autoptr (GPtrArray) changes = NULL;

      /* The computer has not what the rules forbid, so there is nothing to read either. */
      if (annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY ||
          !annex_drafts_is_allowed (share, NULL))
        continue;
      changes = annex_drafts_read (self, share, &error);
      if (changes == NULL || !annex_drafts_tell (self, share, changes, &error))
        return annex_future_new_error (error);
    }
  return dex_future_new_true ();
}

/* Nothing is read: the log alone tells. */
static DexFuture *
is_open_op (AnnexDraftsOp *op)
{
  AnnexDrafts *self = op->self;
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (self->task);
  gboolean open = FALSE;

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);
      JsonObject *data = annex_task_get_draft (self->task, annex_share_get_id (share));
      JsonArray *entries = data != NULL ? annex_json_opt_array (data, "entries") : NULL;

      open = open || (entries != NULL && json_array_get_length (entries) > 0);
    }
  return dex_future_new_for_boolean (open);
}

/* The computer is as new: its drafts are gone, and so is what was asked about them. */
static DexFuture *
lost_op (AnnexDraftsOp *op)
{
  AnnexDrafts *self = op->self;
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (self->task);
  g_autoptr (GPtrArray) asks = annex_task_dup_open_asks (self->task);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  GError *error = NULL;

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);

      annex_baseline_follow (annex_drafts_get_baseline (self, annex_share_get_id (share)), none);
      if (!annex_drafts_save_baseline (self, annex_share_get_id (share), &error) ||
          !annex_drafts_tell (self, share, none, &error))
        return annex_future_new_error (error);
    }
  for (guint i = 0; i < asks->len; i++)
    {
      AnnexAsk *ask = g_ptr_array_index (asks, i);

      if (annex_ask_get_kind (ask) == ANNEX_ASK_DRAFT &&
          !dex_await (annex_task_append (self->task, ANNEX_EVENT_ASK_EXPIRED,
                                         annex_json_build ("s", "ask", annex_ask_get_id (ask), "o",
                                                           "answer", json_object_new (), NULL)),
                      &error))
        return annex_future_new_error (error);
    }
  return dex_future_new_true ();
}

static DexFuture *
list_op (AnnexDraftsOp *op)
{
  GError *error = NULL;
  g_autoptr (AnnexShare) share = annex_drafts_find_share (op->self, op->id, &error);
  GPtrArray *changes = NULL;

  if (share != NULL)
    changes = annex_drafts_read (op->self, share, &error);
  if (changes == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, changes);
}

DexFuture *
annex_drafts_prepare (AnnexDrafts *self)
{
  return annex_drafts_run (self, prepare_op, NULL, NULL);
}

DexFuture *
annex_drafts_update (AnnexDrafts *self)
{
  return annex_drafts_run (self, update_op, NULL, NULL);
}

DexFuture *
annex_drafts_is_open (AnnexDrafts *self)
{
  return annex_drafts_run (self, is_open_op, NULL, NULL);
}

DexFuture *
annex_drafts_tell_lost (AnnexDrafts *self)
{
  return annex_drafts_run (self, lost_op, NULL, NULL);
}

DexFuture *
annex_drafts_list (AnnexDrafts *self, const char *share_id)
{
  return annex_drafts_run (self, list_op, share_id, NULL);
}

GPtrArray *
annex_drafts_dup_changes (AnnexDrafts *self, const char *share_id)
{
  GPtrArray *changes = g_hash_table_lookup (self->changes, share_id);

  return changes != NULL ? g_ptr_array_ref (changes) : NULL;
}
