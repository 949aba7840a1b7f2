/* annex-keep-apply.c
 *
 * Applies a draft to the user's folder: the order of things, in small batches, so that the disk is
 * waited for once a batch.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keep-apply-private.h"

#include "annex-baseline-renew.h"
#include "annex-beneath.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define BATCH 64
#define DISK_RESERVE (16 * 1024 * 1024)

static void
item_free (gpointer data)
{
  g_free (data);
}

/* ---- taking a batch */

/* That the original was linked into the undo store, and no longer is, has given it another ctime.
 * That alone is no change of the user's. */
static void
renew_baseline (AnnexKeepApply *self, AnnexKeepStep *step)
{
  AnnexStat expected = step->before;
  AnnexStat seen, now;

  if (self->baseline == NULL || step->kind != ANNEX_KEEP_SWAP ||
      g_strcmp0 (step->path, step->told_path) != 0 || S_ISDIR (step->before.mode) ||
      !annex_baseline_lookup (self->baseline, step->path, &seen) ||
      !annex_stat_same (&seen, &step->before) ||
      !annex_stat_at (self->store->root_fd, step->path, &now, NULL))
    return;
  expected.ctime_ns = now.ctime_ns;
  if (annex_stat_same (&expected, &now))
    annex_baseline_renew (self->baseline, step->path, &now);
}

static void
give_up (AnnexKeepApply *self, AnnexKeepItem *item, const char *reason)
{
  AnnexKeepStep *step = item->step;

  if (annex_keep_drop_step (self->store, step))
    annex_keep_store_note_skip (self->store, step);
  else
    annex_keep_store_note_done (self->store, step);
  renew_baseline (self, step);
  item->step = NULL;
  if (item->kept != NULL)
    annex_keep_tell (item->kept, ANNEX_OUTCOME_FAILED, step->beside, reason);
}

/* The host's file is not the one it was a moment ago: the agent's goes beside it. */
static gboolean
take_beside (AnnexKeepApply *self, AnnexKeepItem *item, GError **error)
{
  AnnexKeepStep *step = item->step;
  AnnexKeepResult result = ANNEX_KEEP_RESULT_CONFLICT;
  g_autofree char *object = g_strdup_printf ("%u", step->number);

  if (item->kept == NULL || step->kind == ANNEX_KEEP_REMOVE || step->kind == ANNEX_KEEP_MODE)
    {
      give_up (self, item, ANNEX_KEEP_CHANGED_MEANWHILE);
      if (item->kept != NULL)
        item->kept->outcome =
            step->beside != NULL ? ANNEX_OUTCOME_KEPT_BOTH : ANNEX_OUTCOME_REFUSED;
      return TRUE;
    }
  if (step->kind == ANNEX_KEEP_SWAP)
    {
      annex_beneath_remove (self->store->objects_fd, object);
      step->object = FALSE;
      step->kind = ANNEX_KEEP_PUT;
    }
  for (int i = 0; i < 10 && result == ANNEX_KEEP_RESULT_CONFLICT; i++)
    {
      g_autofree char *other = annex_keep_other_path (self, step->path);

      if (other == NULL)
        break;
      g_free (step->path);
      step->path = g_strdup (other);
      annex_keep_tell (item->kept, ANNEX_OUTCOME_KEPT_BOTH, other, ANNEX_KEEP_CHANGED_MEANWHILE);
      annex_keep_store_note_plan (self->store, step);
      if (!annex_keep_store_commit (self->store, error))
        return FALSE;
      result = annex_keep_take_step (self->store, step, error);
    }
  if (result != ANNEX_KEEP_RESULT_DONE && *error == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, ANNEX_KEEP_CHANGED_MEANWHILE);
  return result == ANNEX_KEEP_RESULT_DONE;
}

static void
take (AnnexKeepApply *self, AnnexKeepItem *item)
{
  g_autoptr (GError) error = NULL;
  AnnexKeepResult result = item->step->stale
                               ? ANNEX_KEEP_RESULT_CONFLICT
                               : annex_keep_take_step (self->store, item->step, &error);

  if (result == ANNEX_KEEP_RESULT_CONFLICT && take_beside (self, item, &error))
    {
      if (item->step == NULL)
        return;
      result = ANNEX_KEEP_RESULT_DONE;
    }
  if (result != ANNEX_KEEP_RESULT_DONE)
    {
      give_up (self, item, error->message);
      return;
    }
  annex_keep_store_note_done (self->store, item->step);
  if (item->step->beside != NULL && item->kept != NULL)
    annex_keep_tell (item->kept, ANNEX_OUTCOME_KEPT_BOTH, item->step->beside,
                     ANNEX_KEEP_CHANGED_MEANWHILE);
}

static void
note_folders_of (AnnexKeepApply *self, const char *path)
{
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;

  if (folder != NULL)
    annex_keep_store_note_folder (self->store, g_str_equal (folder, ".") ? "" : folder);
}

/* After a failure that concerns everything, the rest is only told. */
static void
stop_batch (AnnexKeepApply *self, GPtrArray *items, GError *error)
{
  if (self->stop == NULL)
    self->stop = error;
  else
    g_error_free (error);
  for (guint i = 0; i < items->len; i++)
    {
      AnnexKeepItem *item = g_ptr_array_index (items, i);

      if (item->step != NULL)
        give_up (self, item, self->stop->message);
    }
}

static void
take_batch (AnnexKeepApply *self, GPtrArray *items)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new ();
  GError *error = NULL;

  for (guint i = 0; i < items->len; i++)
    {
      AnnexKeepItem *item = g_ptr_array_index (items, i);

      note_folders_of (self, item->step->path);
      note_folders_of (self, item->step->old_path);
      annex_keep_store_note_stage (self->store, item->step);
    }
  if (!annex_keep_store_commit (self->store, &error))
    {
      stop_batch (self, items, error);
      return;
    }
  for (guint i = 0; i < items->len; i++)
    {
      AnnexKeepItem *item = g_ptr_array_index (items, i);
      g_autoptr (GError) local = NULL;

      if (annex_keep_stage (self, item, &local))
        g_ptr_array_add (steps, item->step);
      else
        give_up (self, item, local->message);
    }
  annex_keep_point ("staged");
  annex_keep_store_sync (self->store, steps);
  for (guint i = 0; i < steps->len; i++)
    annex_keep_store_note_plan (self->store, g_ptr_array_index (steps, i));
  if (!annex_keep_store_commit (self->store, &error))
    {
      stop_batch (self, items, error);
      return;
    }
  for (guint i = 0; i < items->len; i++)
    {
      AnnexKeepItem *item = g_ptr_array_index (items, i);

      if (item->step != NULL)
        take (self, item);
      if (item->step != NULL)
        g_hash_table_remove (self->taken, item->step->path);
    }
  annex_keep_store_sync (self->store, steps);
}

/* ---- the order of things */

/* Folders first, from the top; then what moves, before a folder it is in goes; then contents; then
 * deletions. */
static int
phase_of (const AnnexChange *change)
{
  switch (change->kind)
    {
    case ANNEX_CHANGE_RENAMED:
      return 1;
    case ANNEX_CHANGE_ADDED:
    case ANNEX_CHANGE_CHANGED:
      return change->folder ? 0 : 2;
    case ANNEX_CHANGE_MODE:
      return 3;
    case ANNEX_CHANGE_DELETED:
    case ANNEX_CHANGE_REFUSED:
      return 4;
    }
  return 4;
}

/* Folders that are missing on the way to @path: it was kept without the folder it is in. */
static void
add_parents (AnnexKeepApply *self, GPtrArray *items, const char *path)
{
  for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      g_autofree char *folder = g_strndup (path, (gsize) (slash - path));
      AnnexKeepItem *item;

      if (!annex_keep_is_free (self, folder))
        continue;
      item = g_new0 (AnnexKeepItem, 1);
      item->step = annex_keep_add_step (self, ANNEX_KEEP_MKDIR, folder, NULL);
      item->step->mode = 0755;
      g_ptr_array_add (items, item);
    }
}

static void
run_phase (AnnexKeepApply *self, GPtrArray *changes, int phase)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (item_free);

  for (guint i = 0; i < changes->len; i++)
    {
      const AnnexChange *change = g_ptr_array_index (changes, i);
      AnnexKept *kept = g_ptr_array_index (self->kept, i);
      AnnexKeepItem *item;

      if (phase_of (change) != phase)
        continue;
      if (self->stop == NULL)
        g_cancellable_set_error_if_cancelled (self->cancellable, &self->stop);
      if (self->stop != NULL)
        {
          annex_keep_tell (kept, ANNEX_OUTCOME_FAILED, NULL, self->stop->message);
          continue;
        }
      item = g_new0 (AnnexKeepItem, 1);
      item->change = change;
      item->kept = kept;
      if (phase <= 2)
        {
          g_autofree char *path = annex_keep_detour (self, change->path);

          if (annex_beneath_is_clean (path))
            add_parents (self, items, path);
        }
      /* Folders made on the way must be there before what is in them is staged. */
      if (phase > 0 && items->len > 0 &&
          ((AnnexKeepItem *) g_ptr_array_index (items, items->len - 1))->change == NULL)
        {
          take_batch (self, items);
          g_ptr_array_set_size (items, 0);
        }
      item->step = annex_keep_decide (self, item);
      if (item->step == NULL)
        {
          item_free (item);
          continue;
        }
      g_ptr_array_add (items, item);
      if (items->len >= BATCH)
        {
          take_batch (self, items);
          g_ptr_array_set_size (items, 0);
        }
    }
  if (items->len > 0 && self->stop == NULL)
    take_batch (self, items);
}

/* ---- the whole keep */

/* Is there room for what comes, and for what is saved of what goes? */
static gboolean
check_space (AnnexKeepApply *self, GPtrArray *changes, GError **error)
{
  struct statvfs here, there;
  guint64 room_here, room_there, need_here = DISK_RESERVE, need_there = DISK_RESERVE;
  struct stat root, objects;

  if (fstatvfs (self->store->root_fd, &here) != 0 ||
      fstatvfs (self->store->objects_fd, &there) != 0 || fstat (self->store->root_fd, &root) != 0 ||
      fstat (self->store->objects_fd, &objects) != 0)
    return TRUE;
  room_here = (guint64) here.f_bavail * here.f_frsize;
  room_there = (guint64) there.f_bavail * there.f_frsize;
  for (guint i = 0; i < changes->len; i++)
    {
      const AnnexChange *change = g_ptr_array_index (changes, i);

      if (change->kind == ANNEX_CHANGE_ADDED || change->kind == ANNEX_CHANGE_CHANGED)
        need_here += change->size_bytes + 4096;
      if (root.st_dev != objects.st_dev || (change->kind == ANNEX_CHANGE_DELETED &&
                                            change->old_size_bytes <= ANNEX_KEEP_TRASH_AT_MOST))
        if (change->kind == ANNEX_CHANGE_CHANGED || change->kind == ANNEX_CHANGE_DELETED)
          need_there += change->old_size_bytes + 4096;
    }
  if (root.st_dev == objects.st_dev)
    need_here = need_there = need_here + need_there - DISK_RESERVE;
  if (need_here <= room_here && need_there <= room_there)
    return TRUE;
  annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_DISK_FULL,
                    N_ ("There is not enough free space to keep this: %u MB are needed"),
                    (guint) ((MAX (need_here, need_there) + 999999) / 1000000));
  return FALSE;
}

static gboolean
check_paths (GPtrArray *changes, GError **error)
{
  for (guint i = 0; i < changes->len; i++)
    if (!annex_beneath_is_clean (((AnnexChange *) g_ptr_array_index (changes, i))->path))
      {
        annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_FAILED,
                          N_ ("A path of the draft is not below the folder"));
        return FALSE;
      }
  return TRUE;
}

static gboolean
any_step_done (AnnexKeepStore *store)
{
  for (guint i = 0; i < store->steps->len; i++)
    if (((AnnexKeepStep *) g_ptr_array_index (store->steps, i))->done)
      return TRUE;
  return FALSE;
}

GPtrArray *
annex_keep_apply (const char *undo_dir,
                  const char *keep_id,
                  const char *root,
                  GPtrArray *changes,
                  AnnexBaseline *baseline,
                  AnnexKeepFetch fetch,
                  gpointer user_data,
                  GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (AnnexKeepStore) store = NULL;
  AnnexKeepApply self = {
    .baseline = baseline, .fetch = fetch, .user_data = user_data, .cancellable = cancellable
  };

  if (!check_paths (changes, error))
    return NULL;
  store = annex_keep_store_create (undo_dir, keep_id, root, error);
  if (store == NULL)
    return NULL;
  self.store = store;
  if (baseline != NULL && !annex_baseline_may_be_root (baseline, store->root_fd))
    {
      annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_ROOT_GONE,
                        N_ ("The disk or server of “%s” is not connected now"), root);
      annex_keep_store_remove (store);
      return NULL;
    }
  if (!check_space (&self, changes, error))
    {
      annex_keep_store_remove (store);
      return NULL;
    }
  self.kept = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_kept_free);
  self.detours = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self.taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < changes->len; i++)
    {
      const AnnexChange *change = g_ptr_array_index (changes, i);
      AnnexKept *kept = g_new0 (AnnexKept, 1);

      kept->path = g_strdup (change->path);
      kept->action = g_strdup (annex_change_kind_to_name (change->kind));
      g_ptr_array_add (self.kept, kept);
    }
  for (int phase = 0; phase <= 4; phase++)
    run_phase (&self, changes, phase);

  if (any_step_done (store))
    {
      g_autoptr (GError) local = NULL;

      annex_keep_store_note_end (store);
      /* Without its end a journal is still good: the next start settles it. */
      if (!annex_keep_store_commit (store, &local))
        g_message ("%s", local->message);
    }
  else
    {
      annex_keep_finish (store);
      if (self.stop != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&self.stop));
          g_clear_pointer (&self.kept, g_ptr_array_unref);
        }
    }
  g_clear_error (&self.stop);
  g_hash_table_unref (self.detours);
  g_hash_table_unref (self.taken);
  return self.kept;
}
