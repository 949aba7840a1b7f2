/* annex-drafts-return.c
 *
 * Drafts and checkpoints. What the host's files were when the agent saw them (the baselines)
 * belongs to a state of the computer: it is kept with the checkpoint, comes back with it, and goes
 * along into a copy. So a file that the user kept or changed since then is a conflict, and nothing
 * is lost.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-drafts-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"

#include <glib/gstdio.h>

/* tasks/<task>/checkpoint-<checkpoint>.json. (transfer full) */
static char *
dup_kept_path (AnnexDrafts *self, const char *checkpoint_id)
{
  g_autofree char *name = g_strdup_printf ("checkpoint-%s.json", checkpoint_id);

  return annex_drafts_dup_task_path (self, name);
}

static JsonObject *
read_kept (AnnexDrafts *self, const char *checkpoint_id)
{
  g_autofree char *path = dup_kept_path (self, checkpoint_id);
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  return annex_json_parse_object (text, (gssize) length, NULL); /* damaged: no conflict is known */
}

static DexFuture *
keep_op (AnnexDraftsOp *op)
{
  AnnexDrafts *self = op->self;
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (self->task);
  g_autoptr (JsonObject) all = json_object_new ();
  g_autofree char *path = dup_kept_path (self, op->id);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = NULL;
  GError *error = NULL;

  for (guint i = 0; i < shares->len; i++)
    {
      const char *id = annex_share_get_id (g_ptr_array_index (shares, i));

      json_object_set_object_member (all, id,
                                     annex_baseline_to_json (annex_drafts_get_baseline (self, id)));
    }
  text = annex_json_object_to_string (all);
  if (!annex_paths_make (folder, &error) ||
      !annex_file_write_atomic (path, text, strlen (text), 0600, &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

DexFuture *
annex_drafts_keep_baselines (AnnexDrafts *self, const char *checkpoint_id)
{
  return annex_drafts_run (self, keep_op, checkpoint_id, NULL);
}

/* The baselines of then, or none where they are not known: then no conflict is. */
static void
take_baselines (AnnexDrafts *self, const char *checkpoint_id)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (self->task);
  g_autoptr (JsonObject) all = read_kept (self, checkpoint_id);

  for (guint i = 0; i < shares->len; i++)
    {
      const char *id = annex_share_get_id (g_ptr_array_index (shares, i));
      JsonObject *json = all != NULL ? annex_json_opt_object (all, id) : NULL;
      AnnexBaseline *then = json != NULL ? annex_baseline_new_from_json (json, NULL) : NULL;
      g_autofree char *view = annex_drafts_dup_view_path (self, id);
      g_autoptr (GError) error = NULL;

      g_hash_table_replace (self->baselines, g_strdup (id),
                            then != NULL ? then : annex_baseline_new ());
      g_hash_table_remove (self->changes, id);
      g_unlink (view); /* it is of now, not of then */
      /* The computer has gone back already; the next change of them stores them again. */
      if (!annex_drafts_save_baseline (self, id, &error))
        g_warning ("What a folder was like cannot be stored: %s", error->message);
    }
}

static DexFuture *
roll_back_op (AnnexDraftsOp *op)
{
  GError *error = NULL;

  if (!dex_await (annex_computer_roll_back (op->self->computer, op->id, op->before), &error))
    return annex_future_new_error (error);
  take_baselines (op->self, op->id);
  return dex_future_new_true ();
}

DexFuture *
annex_drafts_roll_back (AnnexDrafts *self, const char *checkpoint_id, const AnnexCheckpoint *before)
{
  AnnexDraftsOp *op = g_new0 (AnnexDraftsOp, 1);

  op->func = roll_back_op;
  op->id = g_strdup (checkpoint_id);
  op->before = before != NULL ? annex_checkpoint_copy (before) : NULL;
  return annex_drafts_run_op (self, op);
}

/* @op->paths holds the task that gets them. */
static DexFuture *
pass_op (AnnexDraftsOp *op)
{
  g_autoptr (JsonObject) all = read_kept (op->self, op->id);
  g_autofree char *folder = g_build_filename (op->self->data_dir, "tasks", op->paths[0], NULL);
  g_autoptr (GList) ids = all != NULL ? json_object_get_members (all) : NULL;
  GError *error = NULL;

  if (!annex_paths_make (folder, &error))
    return annex_future_new_error (error);
  for (GList *at = ids; at != NULL; at = at->next)
    {
      JsonObject *json = annex_json_opt_object (all, at->data);
      g_autofree char *name = g_strdup_printf ("baseline-%s.json", (char *) at->data);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *text = json != NULL ? annex_json_object_to_string (json) : NULL;

      if (text != NULL && strchr (at->data, '/') == NULL &&
          !annex_file_write_atomic (path, text, strlen (text), 0600, &error))
        return annex_future_new_error (error);
    }
  return dex_future_new_true ();
}

DexFuture *
annex_drafts_pass_baselines (AnnexDrafts *self, const char *checkpoint_id, const char *task_id)
{
  const char *const to[] = { task_id, NULL };

  return annex_drafts_run (self, pass_op, checkpoint_id, to);
}

void
annex_drafts_drop_baselines (AnnexDrafts *self, const char *checkpoint_id)
{
  g_autofree char *path = dup_kept_path (self, checkpoint_id);

  g_unlink (path);
}

/* ---- after the computer went back */

/* Nothing of the share's draft is left: what was asked about it needs no answer. */
static gboolean
close_asks (AnnexDrafts *self, AnnexShare *share, GError **error)
{
  g_autoptr (GPtrArray) asks = annex_task_dup_open_asks (self->task);

  for (guint i = 0; i < asks->len; i++)
    {
      AnnexAsk *ask = g_ptr_array_index (asks, i);

      if (annex_ask_get_kind (ask) == ANNEX_ASK_DRAFT &&
          g_strcmp0 (annex_json_opt_string (annex_ask_get_json (ask), "share", NULL),
                     annex_share_get_id (share)) == 0 &&
          !dex_await (annex_task_append (self->task, ANNEX_EVENT_ASK_EXPIRED,
                                         annex_json_build ("s", "ask", annex_ask_get_id (ask), "o",
                                                           "answer", json_object_new (), NULL)),
                      error))
        return FALSE;
    }
  return TRUE;
}

static DexFuture *
returned_op (AnnexDraftsOp *op)
{
  AnnexDrafts *self = op->self;
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (self->task);
  GError *error = NULL;

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);
      g_autoptr (GPtrArray) changes = NULL;

      if (annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY)
        continue;
      changes = annex_drafts_read (self, share, &error);
      if (changes == NULL || !annex_drafts_tell (self, share, changes, &error) ||
          (changes->len == 0 && !close_asks (self, share, &error)))
        return annex_future_new_error (error);
    }
  return dex_future_new_true ();
}

DexFuture *
annex_drafts_tell_returned (AnnexDrafts *self)
{
  return annex_drafts_run (self, returned_op, NULL, NULL);
}

void
annex_drafts_mark_kept (AnnexDrafts *self, AnnexShare *share, GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);
      g_autofree char *path = annex_text_make_valid (change->path, -1);

      if (change->reason == NULL &&
          annex_task_is_kept_since (self->task, annex_share_get_id (share), path))
        change->reason = g_strdup ("You have kept a later version of this already");
    }
}
