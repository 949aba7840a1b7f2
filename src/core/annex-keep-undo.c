/* annex-keep-undo.c
 *
 * Taking a keep back, step by step from the last to the first. What the user has done since stays:
 * then the original is put beside it. An undo that a crash interrupted is simply run again.
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
#include <unistd.h>

#define BATCH 64
#define MAX_OTHER_NAMES 200

typedef struct
{
  AnnexKeepStore *store;
  GPtrArray *told; /* AnnexKept */
} Undo;

static const char changed_since[] = "You changed it after it was kept; your version stays";

static void
tell (AnnexKept *kept, AnnexOutcome outcome, const char *other_path, const char *reason)
{
  kept->outcome = outcome;
  g_free (kept->other_path);
  kept->other_path = g_strdup (other_path);
  g_free (kept->reason);
  kept->reason = g_strdup (reason);
}

static void
tell_errno (AnnexKept *kept, const char *path)
{
  g_autoptr (GError) error = NULL;

  annex_beneath_set_error (&error, "Cannot change", path);
  tell (kept, ANNEX_OUTCOME_FAILED, NULL, error->message);
}

/* Is what stands at @name what the keep left there? Another ctime alone (a backup's mark, an
 * indexer's attribute) is looked into. */
static gboolean
is_as_left (AnnexKeepStep *step, int parent, const char *name)
{
  struct stat info;
  AnnexStat now;

  if (fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return FALSE;
  annex_stat_from_info (&now, &info);
  if (now.inode != step->after.inode || now.mode != step->after.mode)
    return FALSE;
  if (S_ISDIR (now.mode))
    return TRUE;
  if (now.size_bytes != step->after.size_bytes || now.mtime_ns != step->after.mtime_ns)
    return FALSE;
  if (now.ctime_ns != step->after.ctime_ns && step->sha256 != NULL)
    {
      g_autofree char *sha256 = annex_beneath_sha256 (parent, name, NULL);

      return g_strcmp0 (sha256, step->sha256) == 0;
    }
  return TRUE;
}

/* Does undoing it bring something back from the undo store? */
static gboolean
step_restores (AnnexKeepStep *step)
{
  return step->kind == ANNEX_KEEP_SWAP || step->kind == ANNEX_KEEP_REMOVE;
}

static gboolean
exists_at (int folder_fd, const char *name, struct stat *info)
{
  struct stat own;

  return fstatat (folder_fd, name, info != NULL ? info : &own, AT_SYMLINK_NOFOLLOW) == 0;
}

static gboolean
is_empty_folder (int parent, const char *name)
{
  g_autofd int fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  g_autoptr (GPtrArray) names = fd >= 0 ? annex_beneath_list (fd) : NULL;

  return names != NULL && names->len == 0;
}

/* What stands at @from is somebody's own: it gets its name back, or one beside it, which *@other is
 * set to (nullable). FALSE when it stays where it is. */
static gboolean
give_back (int parent, const char *from, const char *name, char **other)
{
  if (annex_keep_rename_new (parent, from, parent, name) == 0)
    return TRUE;
  if (errno != EEXIST)
    return FALSE;
  for (guint i = 1; i < MAX_OTHER_NAMES; i++)
    {
      g_autofree char *free_name = annex_beneath_other_name (name, "yours", i);

      if (annex_keep_rename_new (parent, from, parent, free_name) == 0)
        {
          if (other != NULL)
            *other = g_steal_pointer (&free_name);
          return TRUE;
        }
      if (errno != EEXIST)
        return FALSE;
    }
  return FALSE;
}

/* ---- settling an interrupted undo */

/* Takes away what an undo of @step left at @temporary. Only what Annex put there goes: the
 * original, which is saved, or the agent's version. Somebody else's was there if they were faster.
 */
static void
tidy (AnnexKeepStep *step, int parent, const char *temporary, const char *name)
{
  struct stat info;
  gboolean saved;

  if (!exists_at (parent, temporary, &info))
    return;
  saved = step_restores (step) && (!step->undo_planned || info.st_ino == step->undo_inode);
  if (saved || (is_as_left (step, parent, temporary) &&
                (!S_ISDIR (info.st_mode) || is_empty_folder (parent, temporary))))
    annex_beneath_remove (parent, temporary);
  else
    give_back (parent, temporary, name, NULL);
}

/* Tidies what an interrupted undo of @step left. TRUE when the step is undone already. */
static gboolean
settle_undo (AnnexKeepStore *store, AnnexKeepStep *step)
{
  const char *name;
  const char *path = step->undo_path != NULL ? step->undo_path : step->path;
  g_autofree char *temporary = annex_keep_step_undo_temporary (step, store->keep_id);
  g_autofree char *aside = g_strconcat (temporary, "-aside", NULL);
  g_autofd int parent = annex_beneath_open_parent (store->root_fd, path, &name);
  struct stat info;
  gboolean undone;

  if (parent < 0)
    return FALSE;
  undone = step_restores (step) && step->undo_planned && exists_at (parent, name, &info) &&
           info.st_ino == step->undo_inode;
  /* What it was exchanged with is the agent's version, unless the user was faster. Before that it
   * was only on its way, and has its name back. */
  if (exists_at (parent, aside, NULL))
    {
      if (undone)
        tidy (step, parent, aside, name);
      else
        give_back (parent, aside, name, NULL);
    }
  tidy (step, parent, temporary, name);
  return undone;
}

/* ---- staging */

static gboolean
make_parents (AnnexKeepStore *store, const char *path)
{
  for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      g_autofree char *folder = g_strndup (path, (gsize) (slash - path));
      const char *name;
      g_autofd int parent = annex_beneath_open_parent (store->root_fd, folder, &name);

      if (parent < 0 || (mkdirat (parent, name, 0755) != 0 && errno != EEXIST))
        return FALSE;
    }
  return TRUE;
}

/* Puts the original under a temporary name beside the place it comes back to. */
static gboolean
stage_original (AnnexKeepStore *store, AnnexKeepStep *step, AnnexKept *kept)
{
  const char *name;
  g_autofree char *temporary = annex_keep_step_undo_temporary (step, store->keep_id);
  g_autofree char *object = g_strdup_printf ("%u", step->number);
  g_autofd int parent = -1;
  g_autoptr (GError) error = NULL;
  struct stat info;

  if (!make_parents (store, step->undo_path) ||
      (parent = annex_beneath_open_parent (store->root_fd, step->undo_path, &name)) < 0)
    {
      tell_errno (kept, step->undo_path);
      return FALSE;
    }
  annex_keep_point ("undo stage");
  if (!annex_copy_at (store->objects_fd, object, parent, temporary, ANNEX_COPY_LINK, &error) ||
      !exists_at (parent, temporary, &info))
    {
      tell (kept, ANNEX_OUTCOME_FAILED, NULL,
            error != NULL ? error->message : "It cannot be copied");
      return FALSE;
    }
  step->undo_inode = info.st_ino;
  return TRUE;
}

/* ---- taking steps back */

/* Brings the staged original to a free name beside its place. */
static gboolean
restore_beside (Undo *self, AnnexKeepStep *step, AnnexKept *kept, int parent, const char *from)
{
  AnnexKeepStore *store = self->store;
  g_autofree char *place = g_strdup (step->undo_path);

  for (guint i = 1; i <= MAX_OTHER_NAMES; i++)
    {
      g_autofree char *other = annex_beneath_other_name (place, "before Annex", i);
      const char *slash = strrchr (other, '/');
      const char *name = slash != NULL ? slash + 1 : other;

      if (exists_at (parent, name, NULL))
        continue;
      g_free (step->undo_path);
      step->undo_path = g_strdup (other);
      annex_keep_store_note_undo_plan (store, step);
      if (!annex_keep_store_commit (store, NULL))
        break;
      if (annex_keep_rename_new (parent, from, parent, name) == 0)
        {
          tell (kept, ANNEX_OUTCOME_KEPT_BOTH, other, changed_since);
          return TRUE;
        }
      if (errno != EEXIST)
        break;
    }
  tell_errno (kept, step->path);
  return FALSE;
}

static gboolean
undo_put (AnnexKeepStep *step, AnnexKept *kept, int parent, const char *temporary, const char *name)
{
  if (!exists_at (parent, name, NULL))
    return TRUE;
  if (!is_as_left (step, parent, name))
    {
      tell (kept, ANNEX_OUTCOME_KEPT_BOTH, NULL, changed_since);
      return TRUE;
    }
  annex_keep_point ("undo put");
  if (annex_keep_rename_new (parent, name, parent, temporary) != 0)
    {
      tell_errno (kept, step->path);
      return FALSE;
    }
  annex_keep_point ("undo put aside");
  if (!is_as_left (step, parent, temporary))
    {
      g_autofree char *other = NULL;
      g_autofree char *folder = g_path_get_dirname (step->path);
      g_autofree char *other_path = NULL;

      if (!give_back (parent, temporary, name, &other))
        other = g_strdup (temporary);
      if (other != NULL)
        other_path =
            g_str_equal (folder, ".") ? g_strdup (other) : g_build_filename (folder, other, NULL);
      tell (kept, ANNEX_OUTCOME_KEPT_BOTH, other_path, changed_since);
      return TRUE;
    }
  return annex_beneath_remove (parent, temporary);
}

static gboolean
undo_swap (Undo *self,
           AnnexKeepStep *step,
           AnnexKept *kept,
           int parent,
           const char *temporary,
           const char *name)
{
  gboolean left;

  annex_keep_point ("undo swap");
  if (!exists_at (parent, name, NULL))
    {
      if (annex_keep_rename_new (parent, temporary, parent, name) == 0)
        return TRUE;
      tell_errno (kept, step->path);
      return FALSE;
    }
  left = is_as_left (step, parent, name) &&
         (!S_ISDIR (step->after.mode) || is_empty_folder (parent, name));
  if (!left)
    return restore_beside (self, step, kept, parent, temporary);
  annex_keep_point ("undo exchange");
  if (annex_keep_exchange (parent, temporary, name) != 0)
    {
      tell_errno (kept, step->path);
      return FALSE;
    }
  annex_keep_point ("undo swapped");
  if (!is_as_left (step, parent, temporary) ||
      (S_ISDIR (step->after.mode) && !is_empty_folder (parent, temporary)))
    {
      annex_keep_exchange (parent, temporary, name);
      return restore_beside (self, step, kept, parent, temporary);
    }
  return annex_beneath_remove (parent, temporary);
}

static gboolean
undo_remove (Undo *self,
             AnnexKeepStep *step,
             AnnexKept *kept,
             int parent,
             const char *temporary,
             const char *name)
{
  annex_keep_point ("undo remove");
  if (annex_keep_rename_new (parent, temporary, parent, name) == 0)
    return TRUE;
  if (errno == EEXIST)
    return restore_beside (self, step, kept, parent, temporary);
  tell_errno (kept, step->path);
  return FALSE;
}

static gboolean
undo_move (Undo *self, AnnexKeepStep *step, AnnexKept *kept, int parent, const char *name)
{
  const char *old_name;
  g_autofd int old_parent = -1;
  struct stat info;

  if (make_parents (self->store, step->undo_path))
    old_parent = annex_beneath_open_parent (self->store->root_fd, step->undo_path, &old_name);
  if (old_parent < 0)
    {
      tell_errno (kept, step->undo_path);
      return FALSE;
    }
  if (exists_at (old_parent, old_name, &info) && info.st_ino == step->before.inode)
    return TRUE; /* by an undo that was interrupted */
  if (!exists_at (parent, name, &info) || info.st_ino != step->before.inode)
    {
      tell (kept, ANNEX_OUTCOME_REFUSED, NULL, "You moved or replaced it after it was kept");
      return TRUE;
    }
  annex_keep_point ("undo move");
  if (annex_keep_rename_new (parent, name, old_parent, old_name) == 0)
    return TRUE;
  if (errno == EEXIST && old_parent >= 0)
    for (guint i = 1; i <= MAX_OTHER_NAMES; i++)
      {
        g_autofree char *other = annex_beneath_other_name (step->undo_path, "before Annex", i);
        const char *slash = strrchr (other, '/');

        if (annex_keep_rename_new (parent, name, old_parent, slash != NULL ? slash + 1 : other) ==
            0)
          {
            tell (kept, ANNEX_OUTCOME_KEPT_BOTH, other, "Another file has its old name now");
            return TRUE;
          }
        if (errno != EEXIST)
          break;
      }
  tell_errno (kept, step->path);
  return FALSE;
}

static gboolean
undo_mode (AnnexKeepStep *step, AnnexKept *kept, int parent, const char *name)
{
  g_autofd int fd = openat (parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
                                     { step->before.mtime_ns / 1000000000,
                                       step->before.mtime_ns % 1000000000 } };
  struct stat info;
  AnnexStat now;

  if (fd < 0 || fstat (fd, &info) != 0)
    return TRUE; /* gone: nothing to take back */
  annex_stat_from_info (&now, &info);
  if (now.inode != step->before.inode ||
      (now.mode != step->after.mode && now.mode != step->before.mode))
    {
      tell (kept, ANNEX_OUTCOME_KEPT_BOTH, NULL, changed_since);
      return TRUE;
    }
  annex_keep_point ("undo mode");
  if (chmod (link, step->before.mode & 07777) != 0)
    {
      tell_errno (kept, step->path);
      return FALSE;
    }
  if (S_ISREG (info.st_mode) && now.mtime_ns == step->after.mtime_ns)
    utimensat (parent, name, times, AT_SYMLINK_NOFOLLOW);
  return TRUE;
}

static gboolean
undo_mkdir (AnnexKeepStep *step, AnnexKept *kept, int parent, const char *name)
{
  annex_keep_point ("undo mkdir");
  if (unlinkat (parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
    return TRUE;
  if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
    {
      tell (kept, ANNEX_OUTCOME_KEPT_BOTH, NULL, "There are other files in it now; it stays");
      return TRUE;
    }
  tell_errno (kept, step->path);
  return FALSE;
}

static gboolean
undo_step (Undo *self, AnnexKeepStep *step, AnnexKept *kept)
{
  const char *name;
  g_autofree char *temporary = annex_keep_step_undo_temporary (step, self->store->keep_id);
  g_autofd int parent = annex_beneath_open_parent (self->store->root_fd, step->path, &name);

  /* A folder the keep made may be gone already, by an undo that was interrupted. */
  if (parent < 0 && step->kind != ANNEX_KEEP_MOVE)
    {
      if (step->kind == ANNEX_KEEP_PUT || step->kind == ANNEX_KEEP_MKDIR ||
          step->kind == ANNEX_KEEP_MODE)
        return TRUE; /* gone with its folder */
      tell_errno (kept, step->path);
      return FALSE;
    }
  switch (step->kind)
    {
    case ANNEX_KEEP_PUT:
      return undo_put (step, kept, parent, temporary, name);
    case ANNEX_KEEP_SWAP:
      return undo_swap (self, step, kept, parent, temporary, name);
    case ANNEX_KEEP_REMOVE:
      return undo_remove (self, step, kept, parent, temporary, name);
    case ANNEX_KEEP_MOVE:
      return undo_move (self, step, kept, parent, name);
    case ANNEX_KEEP_MODE:
      return undo_mode (step, kept, parent, name);
    case ANNEX_KEEP_MKDIR:
      return undo_mkdir (step, kept, parent, name);
    }
  return FALSE;
}

/* ---- batches */

/* Undoes the @count steps from @first downwards. FALSE when the journal cannot be written. */
static gboolean
undo_batch (Undo *self, GPtrArray *steps, GError **error)
{
  AnnexKeepStore *store = self->store;
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = 0; i < steps->len; i++)
    annex_keep_store_note_undo_stage (store, g_ptr_array_index (steps, i));
  if (!annex_keep_store_commit (store, error))
    return FALSE;
  for (guint i = 0; i < steps->len; i++)
    {
      AnnexKeepStep *step = g_ptr_array_index (steps, i);
      AnnexKept *one = g_new0 (AnnexKept, 1);

      one->path = g_strdup (step->told_path != NULL ? step->told_path : step->path);
      one->action = g_strdup ("undo");
      g_ptr_array_add (kept, one);
      if (step_restores (step) && !stage_original (store, step, one))
        continue;
      annex_keep_store_note_undo_plan (store, step);
    }
  annex_keep_store_sync (store, steps);
  if (!annex_keep_store_commit (store, error))
    {
      g_ptr_array_set_free_func (kept, (GDestroyNotify) annex_kept_free);
      return FALSE;
    }
  for (guint i = 0; i < steps->len; i++)
    {
      AnnexKeepStep *step = g_ptr_array_index (steps, i);
      AnnexKept *one = g_ptr_array_index (kept, i);

      if (one->outcome != ANNEX_OUTCOME_FAILED && undo_step (self, step, one))
        annex_keep_store_note_undone (store, step);
      else if (one->outcome != ANNEX_OUTCOME_FAILED)
        tell (one, ANNEX_OUTCOME_FAILED, NULL, "It could not be taken back");
      annex_keep_point ("undo taken");
      /* Folders made on the way are nobody's change, unless they could not go. */
      if (step->told_path == NULL && one->outcome == ANNEX_OUTCOME_DONE)
        annex_kept_free (one);
      else
        g_ptr_array_add (self->told, one);
    }
  annex_keep_store_sync (store, steps);
  return annex_keep_store_commit (store, error);
}

static void
restore_folder_times (AnnexKeepStore *store)
{
  for (guint i = 0; i < store->folders->len; i++)
    {
      AnnexKeepFolder *folder = g_ptr_array_index (store->folders, i);
      const struct timespec times[2] = {
        { .tv_nsec = UTIME_OMIT }, { folder->mtime_ns / 1000000000, folder->mtime_ns % 1000000000 }
      };
      g_autofd int fd = -1;

      if (!folder->restore)
        continue;
      fd = annex_beneath_open (store->root_fd, folder->path, O_RDONLY | O_DIRECTORY);
      annex_keep_point ("folder time");
      if (fd >= 0)
        futimens (fd, times);
    }
}

static gboolean
any_failed (AnnexKeepStore *store)
{
  for (guint i = 0; i < store->steps->len; i++)
    {
      AnnexKeepStep *step = g_ptr_array_index (store->steps, i);

      if (step->done && !step->undone)
        return TRUE;
    }
  return FALSE;
}

GPtrArray *
annex_keep_undo_store (AnnexKeepStore *store, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_kept_free);
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();
  g_autoptr (GError) unnoted = NULL;
  Undo self = { .store = store, .told = told };

  if (!store->undoing)
    annex_keep_store_note_undo (store);
  else if (store->undo_left)
    annex_keep_store_note_undo_left (store, FALSE);
  if (!annex_keep_store_commit (store, error))
    return NULL;
  for (guint i = store->steps->len; i-- > 0;)
    {
      AnnexKeepStep *step = g_ptr_array_index (store->steps, i);

      if (!step->done || step->undone)
        continue;
      if ((step->undo_staged || step->undo_planned) && settle_undo (store, step))
        {
          annex_keep_store_note_undone (store, step);
          continue;
        }
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      g_free (step->undo_path);
      step->undo_path = g_strdup (step->kind == ANNEX_KEEP_MOVE ? step->old_path : step->path);
      g_ptr_array_add (batch, step);
      if (batch->len < BATCH)
        continue;
      if (!undo_batch (&self, batch, error))
        return NULL;
      g_ptr_array_set_size (batch, 0);
    }
  if (batch->len > 0 && !undo_batch (&self, batch, error))
    return NULL;
  restore_folder_times (store);
  /* What could not be taken back may be tried again, once somebody asks for it. */
  if (any_failed (store))
    {
      annex_keep_store_note_undo_left (store, TRUE);
      if (!annex_keep_store_commit (store, &unnoted))
        g_message ("%s", unnoted->message);
    }
  else
    {
      annex_keep_store_note_undo_end (store);
      if (!annex_keep_store_commit (store, error))
        return NULL;
      annex_keep_point ("undo end");
      annex_keep_store_remove (store);
    }
  return g_steal_pointer (&told);
}

/* ---- finishing an interrupted keep */

static gboolean
is_open (AnnexKeepStep *step)
{
  return !step->done && !step->skipped && (step->staged || step->planned);
}

gboolean
annex_keep_has_open_steps (AnnexKeepStore *store)
{
  for (guint i = 0; i < store->steps->len; i++)
    if (is_open (g_ptr_array_index (store->steps, i)))
      return TRUE;
  return FALSE;
}

gboolean
annex_keep_finish (AnnexKeepStore *store)
{
  gboolean any = FALSE;

  for (guint i = 0; i < store->steps->len; i++)
    {
      AnnexKeepStep *step = g_ptr_array_index (store->steps, i);

      if (is_open (step))
        {
          if (annex_keep_settle_step (store, step))
            annex_keep_store_note_done (store, step);
          else
            annex_keep_store_note_skip (store, step);
        }
      any |= step->done;
    }
  if (any)
    {
      g_autoptr (GError) error = NULL;

      annex_keep_store_note_end (store);
      /* What cannot be written now is found out again the next time. */
      if (!annex_keep_store_commit (store, &error))
        g_message ("%s", error->message);
      return TRUE;
    }
  for (guint i = 0; i < store->folders->len; i++)
    ((AnnexKeepFolder *) g_ptr_array_index (store->folders, i))->restore = TRUE;
  restore_folder_times (store);
  annex_keep_store_remove (store);
  return FALSE;
}
