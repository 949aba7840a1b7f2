/* annex-keep-apply.c
 *
 * Applies a draft to the user's folder: decides what each change becomes (conflicts, other names,
 * refusals), and takes the steps in small batches, so that the disk is waited for once a batch.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keep-private.h"

#include "annex-beneath.h"
#include "annex-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BATCH 64
/* Larger than this, what is deleted is moved to the undo store as it is, not copied for the Trash. */
#define TRASH_AT_MOST (64 * 1024 * 1024)
#define DISK_RESERVE (16 * 1024 * 1024)
#define MAX_OTHER_NAMES 200

/* One change on its way. */
typedef struct
{
  const AnnexChange *change;
  AnnexKept *kept;
  AnnexKeepStep *step; /* borrowed from the store; NULL when there is nothing to do */
} Item;

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
} Apply;

static void
item_free (gpointer data)
{
  g_free (data);
}

static void
tell (AnnexKept *kept, AnnexOutcome outcome, const char *other_path, const char *reason)
{
  kept->outcome = outcome;
  g_free (kept->other_path);
  kept->other_path = g_strdup (other_path);
  g_free (kept->reason);
  kept->reason = g_strdup (reason);
}

/* ---- deciding */

/* Where @path goes, when a folder above it went elsewhere. (transfer full) */
static char *
detour (Apply *self, const char *path)
{
  g_autofree char *folder = g_strdup (path);
  char *slash;

  while ((slash = strrchr (folder, '/')) != NULL)
    {
      const char *other;

      *slash = '\0';
      other = g_hash_table_lookup (self->detours, folder);
      if (other != NULL)
        return g_strconcat (other, path + strlen (folder), NULL);
    }
  return g_strdup (path);
}

static gboolean
is_free (Apply *self, const char *path)
{
  AnnexStat now;

  return !g_hash_table_contains (self->taken, path) &&
         annex_stat_at (self->store->root_fd, path, &now, NULL) && !now.exists;
}

/* A free name beside @path: "name (Annex).ext". */
static char *
other_path (Apply *self, const char *path)
{
  for (guint i = 1; i <= MAX_OTHER_NAMES; i++)
    {
      g_autofree char *other = annex_beneath_other_name (path, "Annex", i);

      if (is_free (self, other))
        return g_steal_pointer (&other);
    }
  return NULL;
}

static AnnexKeepStep *
add_step (Apply *self, AnnexKeepKind kind, const char *path, const AnnexChange *change)
{
  AnnexKeepStep *step = annex_keep_step_new (kind, path);

  step->number = self->store->steps->len;
  g_ptr_array_add (self->store->steps, step);
  if (change != NULL)
    {
      step->told_path = g_strdup (change->path);
      step->mode = change->mode & 0777;
      step->mtime_ns = change->mtime_ns;
      if (!change->folder && change->target == NULL)
        step->sha256 = g_strdup (change->sha256);
      if (change->folder)
        step->mode |= 0700;
    }
  g_hash_table_add (self->taken, g_strdup (path));
  return step;
}

/* The agent's version goes beside the user's. */
static AnnexKeepStep *
decide_beside (Apply *self, Item *item, const char *path, const char *reason)
{
  g_autofree char *other = other_path (self, path);

  if (other == NULL)
    {
      tell (item->kept, ANNEX_OUTCOME_FAILED, NULL, "No free name was found beside it");
      return NULL;
    }
  tell (item->kept, ANNEX_OUTCOME_KEPT_BOTH, other, reason);
  if (item->change->folder)
    g_hash_table_replace (self->detours, g_strdup (item->change->path), g_strdup (other));
  return add_step (self, item->change->folder ? ANNEX_KEEP_MKDIR : ANNEX_KEEP_PUT, other,
                   item->change);
}

static const char changed_meanwhile[] = "It changed on your computer after the agent saw it";

static AnnexKeepStep *
decide_content (Apply *self, Item *item, const char *path, const AnnexStat *now, gboolean conflict)
{
  const AnnexChange *change = item->change;
  AnnexKeepStep *step;

  if (!now->exists)
    {
      if (conflict)
        tell (item->kept, ANNEX_OUTCOME_DONE, NULL,
              "It had been deleted or moved on your computer; the agent's version is there now");
      return add_step (self, change->folder ? ANNEX_KEEP_MKDIR : ANNEX_KEEP_PUT, path, change);
    }
  if (change->folder && S_ISDIR (now->mode))
    return NULL;
  if (conflict || change->kind == ANNEX_CHANGE_ADDED)
    return decide_beside (self, item, path, changed_meanwhile);
  step = add_step (self, ANNEX_KEEP_SWAP, path, change);
  step->before = *now;
  return step;
}

static AnnexKeepStep *
decide_rename (Apply *self, Item *item, const char *path, const AnnexStat *now)
{
  const AnnexChange *change = item->change;
  g_autofree char *other = NULL;
  AnnexKeepStep *step;
  AnnexStat old;

  if (!annex_stat_at (self->store->root_fd, change->old_path, &old, NULL) || !old.exists ||
      change->conflict ||
      annex_draft_is_conflict (self->store->root_fd, self->baseline, change->old_path))
    {
      if (change->folder)
        {
          tell (item->kept, ANNEX_OUTCOME_REFUSED, NULL, changed_meanwhile);
          return NULL;
        }
      if (now->exists)
        return decide_beside (self, item, path, changed_meanwhile);
      tell (item->kept, ANNEX_OUTCOME_KEPT_BOTH, path,
            "The file with the old name changed on your computer, and stays");
      return add_step (self, ANNEX_KEEP_PUT, path, change);
    }
  if (now->exists && (other = other_path (self, path)) == NULL)
    {
      tell (item->kept, ANNEX_OUTCOME_FAILED, NULL, "No free name was found beside it");
      return NULL;
    }
  if (other != NULL)
    tell (item->kept, ANNEX_OUTCOME_KEPT_BOTH, other, "Another file has that name on your computer");
  step = add_step (self, ANNEX_KEEP_MOVE, other != NULL ? other : path, change);
  step->old_path = g_strdup (change->old_path);
  step->before = old;
  return step;
}

/* What becomes of one change: a step, or an outcome at once. */
static AnnexKeepStep *
decide (Apply *self, Item *item)
{
  const AnnexChange *change = item->change;
  g_autofree char *path = detour (self, change->path);
  g_autoptr (GError) error = NULL;
  AnnexKeepStep *step = NULL;
  gboolean conflict;
  AnnexStat now;

  if (change->kind == ANNEX_CHANGE_REFUSED ||
      (change->target != NULL && !annex_draft_link_stays (path, change->target)))
    {
      tell (item->kept, ANNEX_OUTCOME_REFUSED, NULL,
            change->reason != NULL ? change->reason : "The link leads out of the folder");
      return NULL;
    }
  if (!annex_stat_at (self->store->root_fd, path, &now, &error) ||
      (change->old_path != NULL && !annex_beneath_is_clean (change->old_path)))
    {
      tell (item->kept, ANNEX_OUTCOME_REFUSED, NULL,
            error != NULL ? error->message : "A path outside the folder");
      return NULL;
    }
  if (change->kind == ANNEX_CHANGE_RENAMED)
    return decide_rename (self, item, path, &now);
  conflict = change->conflict ||
             annex_draft_is_conflict (self->store->root_fd, self->baseline, change->path);
  if (change->kind == ANNEX_CHANGE_ADDED || change->kind == ANNEX_CHANGE_CHANGED)
    return decide_content (self, item, path, &now, conflict);
  if (!now.exists)
    {
      if (change->kind == ANNEX_CHANGE_MODE)
        tell (item->kept, ANNEX_OUTCOME_REFUSED, NULL, "It is no longer there");
      return NULL;
    }
  if (conflict)
    {
      tell (item->kept, ANNEX_OUTCOME_REFUSED, NULL, changed_meanwhile);
      return NULL;
    }
  step = add_step (self, change->kind == ANNEX_CHANGE_MODE ? ANNEX_KEEP_MODE : ANNEX_KEEP_REMOVE, path,
                   change);
  step->before = now;
  if (step->kind == ANNEX_KEEP_MODE && S_ISDIR (now.mode))
    step->mode = change->mode & 0777;
  return step;
}

/* ---- staging: what can be made before anything is changed */

static gboolean
check_content (int fd, const AnnexChange *change, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *piece = g_malloc (1 << 18);
  guint64 length = 0;
  gssize n;

  while ((n = pread (fd, piece, 1 << 18, (off_t) length)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return annex_beneath_set_error (error, "Cannot read", change->path);
      g_checksum_update (sum, piece, n);
      length += (guint64) n;
    }
  if (length == change->size_bytes && g_strcmp0 (g_checksum_get_string (sum), change->sha256) == 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                       "The agent's file changed while it was being kept");
  return FALSE;
}

/* A replaced file hands its access list, user attributes and group on to its successor. */
static void
inherit (int parent, const char *name, int fd)
{
  g_autofd int old = openat (parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat info;

  if (old < 0 || fstat (old, &info) != 0 || !S_ISREG (info.st_mode))
    return;
  if (info.st_gid != getegid () && fchown (fd, (uid_t) -1, info.st_gid) != 0)
    errno = 0; /* not ours to give */
  annex_copy_attributes (old, fd);
}

static gboolean
stage_file (Apply *self, Item *item, int parent, const char *temporary, const char *name, GError **error)
{
  const AnnexChange *change = item->change;
  const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
                                     { change->mtime_ns / 1000000000,
                                       change->mtime_ns % 1000000000 } };
  g_autofd int fd = openat (parent, temporary,
                            O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

  if (fd < 0)
    return annex_beneath_set_error (error, "Cannot write", change->path);
  annex_keep_point ("content");
  if (!self->fetch (change->path, fd, self->user_data, error) || !check_content (fd, change, error))
    return FALSE;
  if (item->step->kind == ANNEX_KEEP_SWAP)
    inherit (parent, name, fd);
  if (fchmod (fd, item->step->mode) != 0 || futimens (fd, times) != 0)
    return annex_beneath_set_error (error, "Cannot write", change->path);
  return TRUE;
}

static gboolean
stage_new (Apply *self, Item *item, int parent, const char *temporary, const char *name, GError **error)
{
  const AnnexChange *change = item->change;
  const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
                                     { change->mtime_ns / 1000000000,
                                       change->mtime_ns % 1000000000 } };
  struct stat info;

  annex_keep_point ("stage");
  if (change->folder)
    {
      if (mkdirat (parent, temporary, item->step->mode) != 0)
        return annex_beneath_set_error (error, "Cannot write", change->path);
    }
  else if (change->target != NULL)
    {
      if (symlinkat (change->target, parent, temporary) != 0)
        return annex_beneath_set_error (error, "Cannot write", change->path);
      utimensat (parent, temporary, times, AT_SYMLINK_NOFOLLOW);
    }
  else if (!stage_file (self, item, parent, temporary, name, error))
    return FALSE;
  if (fstatat (parent, temporary, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return annex_beneath_set_error (error, "Cannot write", change->path);
  item->step->inode = info.st_ino;
  return TRUE;
}

/* Has the user been there since the decision? Asked after the fingerprint was taken: what comes later
 * is seen by that. */
static gboolean
is_stale (Apply *self, AnnexKeepStep *step, int parent, const char *name)
{
  struct stat info;
  AnnexStat now;

  if (fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return TRUE;
  annex_stat_from_info (&now, &info);
  return !annex_stat_same (&step->before, &now) ||
         (S_ISDIR (now.mode) &&
          annex_draft_is_conflict (self->store->root_fd, self->baseline, step->path));
}

/* Saves what is replaced or removed. What is to go to the Trash is copied: there it may be edited. */
static gboolean
stage_original (Apply *self, AnnexKeepStep *step, int parent, const char *name, GError **error)
{
  g_autofree char *object = g_strdup_printf ("%u", step->number);
  struct stat here, store;
  guint64 bytes = 0;
  gboolean near;

  step->original = annex_beneath_fingerprint (parent, name, &bytes);
  if (step->original == NULL || fstat (parent, &here) != 0 ||
      fstat (self->store->objects_fd, &store) != 0)
    return annex_beneath_set_error (error, "Cannot read", step->path);
  near = here.st_dev == store.st_dev;
  step->stale = is_stale (self, step, parent, name);
  if (step->stale)
    return TRUE;
  annex_keep_point ("save");
  if (step->kind == ANNEX_KEEP_SWAP)
    step->object = annex_copy_at (parent, name, self->store->objects_fd, object, ANNEX_COPY_LINK, error);
  else if (near && bytes > TRASH_AT_MOST)
    step->moved = step->object = TRUE;
  else
    {
      g_autoptr (GError) local = NULL;

      step->object = step->trash
          = annex_copy_at (parent, name, self->store->objects_fd, object, ANNEX_COPY_COPY, &local);
      if (!step->object && near && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
        step->moved = step->object = TRUE;
      else if (!step->object)
        g_propagate_error (error, g_steal_pointer (&local));
    }
  annex_keep_point ("saved");
  return step->object;
}

static gboolean
stage (Apply *self, Item *item, GError **error)
{
  AnnexKeepStep *step = item->step;
  const char *name;
  g_autofree char *temporary = NULL;
  g_autofd int parent = -1;

  if (step->kind == ANNEX_KEEP_MODE || step->kind == ANNEX_KEEP_MOVE || step->kind == ANNEX_KEEP_MKDIR)
    return TRUE;
  temporary = annex_keep_step_temporary (step, self->store->keep_id);
  parent = annex_beneath_open_parent (self->store->root_fd, step->path, &name);
  if (parent < 0)
    return annex_beneath_set_error (error, "Cannot reach", step->path);
  if (step->kind != ANNEX_KEEP_REMOVE && !stage_new (self, item, parent, temporary, name, error))
    return FALSE;
  return step->kind == ANNEX_KEEP_PUT || stage_original (self, step, parent, name, error);
}

/* ---- taking a batch */

static void
give_up (Apply *self, Item *item, const char *reason)
{
  AnnexKeepStep *step = item->step;

  annex_keep_drop_step (self->store, step);
  annex_keep_store_note_skip (self->store, step);
  item->step = NULL;
  if (item->kept != NULL)
    tell (item->kept, ANNEX_OUTCOME_FAILED, NULL, reason);
}

/* The host's file is not the one it was a moment ago: the agent's goes beside it. */
static gboolean
take_beside (Apply *self, Item *item, GError **error)
{
  AnnexKeepStep *step = item->step;
  AnnexKeepResult result = ANNEX_KEEP_RESULT_CONFLICT;
  g_autofree char *object = g_strdup_printf ("%u", step->number);

  if (item->kept == NULL || step->kind == ANNEX_KEEP_REMOVE || step->kind == ANNEX_KEEP_MODE)
    {
      give_up (self, item, changed_meanwhile);
      if (item->kept != NULL)
        item->kept->outcome = ANNEX_OUTCOME_REFUSED;
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
      g_autofree char *other = other_path (self, step->path);

      if (other == NULL)
        break;
      g_free (step->path);
      step->path = g_strdup (other);
      tell (item->kept, ANNEX_OUTCOME_KEPT_BOTH, other, changed_meanwhile);
      annex_keep_store_note_plan (self->store, step);
      if (!annex_keep_store_commit (self->store, error))
        return FALSE;
      result = annex_keep_take_step (self->store, step, error);
    }
  if (result != ANNEX_KEEP_RESULT_DONE && *error == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, changed_meanwhile);
  return result == ANNEX_KEEP_RESULT_DONE;
}

static void
take (Apply *self, Item *item)
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
  if (result == ANNEX_KEEP_RESULT_DONE)
    annex_keep_store_note_done (self->store, item->step);
  else
    give_up (self, item, error->message);
}

static void
note_folders_of (Apply *self, const char *path)
{
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;

  if (folder != NULL)
    annex_keep_store_note_folder (self->store, g_str_equal (folder, ".") ? "" : folder);
}

/* After a failure that concerns everything, the rest is only told. */
static void
stop_batch (Apply *self, GPtrArray *items, GError *error)
{
  if (self->stop == NULL)
    self->stop = error;
  else
    g_error_free (error);
  for (guint i = 0; i < items->len; i++)
    {
      Item *item = g_ptr_array_index (items, i);

      if (item->step != NULL)
        give_up (self, item, self->stop->message);
    }
}

static void
take_batch (Apply *self, GPtrArray *items)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new ();
  GError *error = NULL;

  for (guint i = 0; i < items->len; i++)
    {
      Item *item = g_ptr_array_index (items, i);

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
      Item *item = g_ptr_array_index (items, i);
      g_autoptr (GError) local = NULL;

      if (stage (self, item, &local))
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
      Item *item = g_ptr_array_index (items, i);

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
add_parents (Apply *self, GPtrArray *items, const char *path)
{
  for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      g_autofree char *folder = g_strndup (path, (gsize) (slash - path));
      Item *item;

      if (!is_free (self, folder))
        continue;
      item = g_new0 (Item, 1);
      item->step = add_step (self, ANNEX_KEEP_MKDIR, folder, NULL);
      item->step->mode = 0755;
      g_ptr_array_add (items, item);
    }
}

static void
run_phase (Apply *self, GPtrArray *changes, int phase)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (item_free);

  for (guint i = 0; i < changes->len; i++)
    {
      const AnnexChange *change = g_ptr_array_index (changes, i);
      AnnexKept *kept = g_ptr_array_index (self->kept, i);
      Item *item;

      if (phase_of (change) != phase)
        continue;
      if (self->stop == NULL)
        g_cancellable_set_error_if_cancelled (self->cancellable, &self->stop);
      if (self->stop != NULL)
        {
          tell (kept, ANNEX_OUTCOME_FAILED, NULL, self->stop->message);
          continue;
        }
      item = g_new0 (Item, 1);
      item->change = change;
      item->kept = kept;
      if (phase <= 2)
        {
          g_autofree char *path = detour (self, change->path);

          if (annex_beneath_is_clean (path))
            add_parents (self, items, path);
        }
      /* Folders made on the way must be there before what is in them is staged. */
      if (phase > 0 && items->len > 0 && ((Item *) g_ptr_array_index (items, items->len - 1))->change == NULL)
        {
          take_batch (self, items);
          g_ptr_array_set_size (items, 0);
        }
      item->step = decide (self, item);
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
check_space (Apply *self, GPtrArray *changes, GError **error)
{
  struct statvfs here, there;
  guint64 room_here, room_there, need_here = DISK_RESERVE, need_there = DISK_RESERVE;
  struct stat root, objects;

  if (fstatvfs (self->store->root_fd, &here) != 0 || fstatvfs (self->store->objects_fd, &there) != 0 ||
      fstat (self->store->root_fd, &root) != 0 || fstat (self->store->objects_fd, &objects) != 0)
    return TRUE;
  room_here = (guint64) here.f_bavail * here.f_frsize;
  room_there = (guint64) there.f_bavail * there.f_frsize;
  for (guint i = 0; i < changes->len; i++)
    {
      const AnnexChange *change = g_ptr_array_index (changes, i);

      if (change->kind == ANNEX_CHANGE_ADDED || change->kind == ANNEX_CHANGE_CHANGED)
        need_here += change->size_bytes + 4096;
      if (root.st_dev != objects.st_dev || (change->kind == ANNEX_CHANGE_DELETED &&
                                            change->old_size_bytes <= TRASH_AT_MOST))
        if (change->kind == ANNEX_CHANGE_CHANGED || change->kind == ANNEX_CHANGE_DELETED)
          need_there += change->old_size_bytes + 4096;
    }
  if (root.st_dev == objects.st_dev)
    need_here = need_there = need_here + need_there - DISK_RESERVE;
  if (need_here <= room_here && need_there <= room_there)
    return TRUE;
  g_set_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_DISK_FULL,
               "There is not enough free space to keep this: %" G_GUINT64_FORMAT " MB are needed",
               (MAX (need_here, need_there) + 999999) / 1000000);
  return FALSE;
}

static gboolean
check_paths (GPtrArray *changes, GError **error)
{
  for (guint i = 0; i < changes->len; i++)
    if (!annex_beneath_is_clean (((AnnexChange *) g_ptr_array_index (changes, i))->path))
      {
        g_set_error_literal (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_FAILED,
                             "A path of the draft is not below the folder");
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
  Apply self = { .baseline = baseline, .fetch = fetch, .user_data = user_data,
                 .cancellable = cancellable };

  if (!check_paths (changes, error))
    return NULL;
  store = annex_keep_store_create (undo_dir, keep_id, root, error);
  if (store == NULL)
    return NULL;
  self.store = store;
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
        g_warning ("%s", local->message);
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
