/* annex-keep-steps.c
 *
 * Taking one step of a keep: each is one rename, checked afterwards against what was expected to be
 * there, and turned back if it was not. Also finding out after a crash whether a step was taken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keep-private.h"

#include "annex-beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_OTHER_NAMES 200
#define CHANGED_WHILE_KEPT _ ("It changed while it was being kept")

static AnnexKeepHook the_hook;

void
annex_keep_set_hook (AnnexKeepHook hook)
{
  the_hook = hook;
}

void
annex_keep_point (const char *what)
{
  if (the_hook != NULL)
    the_hook (what);
}

/* ---- renames */

int
annex_keep_rename_new (int from_fd, const char *from, int to_fd, const char *to)
{
  struct stat info;

  if (renameat2 (from_fd, from, to_fd, to, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return -1;
  /* A link never replaces either. */
  if (linkat (from_fd, from, to_fd, to, 0) == 0)
    return unlinkat (from_fd, from, 0);
  if (errno == EEXIST)
    return -1;
  if (fstatat (to_fd, to, &info, AT_SYMLINK_NOFOLLOW) == 0)
    {
      errno = EEXIST;
      return -1;
    }
  return renameat (from_fd, from, to_fd, to);
}

int
annex_keep_exchange (int folder_fd, const char *temporary, const char *name)
{
  g_autofree char *aside = NULL;

  if (renameat2 (folder_fd, temporary, folder_fd, name, RENAME_EXCHANGE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return -1;
  aside = g_strconcat (temporary, "-aside", NULL);
  if (renameat (folder_fd, name, folder_fd, aside) != 0)
    return -1;
  annex_keep_point ("aside");
  if (annex_keep_rename_new (folder_fd, temporary, folder_fd, name) != 0)
    {
      int code = errno;

      annex_keep_rename_new (folder_fd, aside, folder_fd, name);
      errno = code;
      return -1;
    }
  annex_keep_point ("exchanged");
  return renameat (folder_fd, aside, folder_fd, temporary);
}

gboolean
annex_keep_is_original (int folder_fd, const char *name, const char *print)
{
  g_autofree char *now = annex_beneath_fingerprint (folder_fd, name, NULL);

  return now != NULL && g_strcmp0 (now, print) == 0;
}

/* What was checked gets another name before it goes: a crash while a tree is being removed must not
 * leave half of one that looks like somebody's changed files. */
static void
remove_checked (int parent, const char *temporary)
{
  g_autofree char *gone = g_strconcat (temporary, "-gone", NULL);

  annex_keep_point ("checked");
  if (renameat (parent, temporary, parent, gone) != 0)
    return;
  annex_keep_point ("gone");
  annex_beneath_remove (parent, gone);
}

/* What stands at @from is somebody's own, newer than what is saved. It goes to the step's place, or
 * gets a name beside what has come there meanwhile. FALSE with errno: it stays where it is. */
static gboolean
give_back (AnnexKeepStep *step, int from_fd, const char *from, int parent, const char *name)
{
  if (annex_keep_rename_new (from_fd, from, parent, name) == 0)
    return TRUE;
  if (errno != EEXIST)
    return FALSE;
  for (guint i = 1; i <= MAX_OTHER_NAMES; i++)
    {
      g_autofree char *other = annex_beneath_other_name (step->path, "before Annex", i);
      const char *slash = strrchr (other, '/');

      if (annex_keep_rename_new (from_fd, from, parent, slash != NULL ? slash + 1 : other) == 0)
        {
          g_free (step->beside);
          step->beside = g_steal_pointer (&other);
          return TRUE;
        }
      if (errno != EEXIST)
        return FALSE;
    }
  return FALSE;
}

/* It could not be given back: it is told where it is. */
static void
leave_at (AnnexKeepStep *step, const char *temporary)
{
  g_autofree char *folder = g_path_get_dirname (step->path);

  g_free (step->beside);
  step->beside =
      g_str_equal (folder, ".") ? g_strdup (temporary) : g_build_filename (folder, temporary, NULL);
}

/* ---- taking a step */

static AnnexKeepResult
fail (AnnexKeepStep *step, GError **error)
{
  annex_beneath_set_error (error, "Cannot change", step->path);
  return ANNEX_KEEP_RESULT_FAILED;
}

static AnnexKeepResult
take_put (int parent, const char *temporary, const char *name, AnnexKeepStep *step, GError **error)
{
  annex_keep_point ("put");
  if (annex_keep_rename_new (parent, temporary, parent, name) == 0)
    return ANNEX_KEEP_RESULT_DONE;
  return errno == EEXIST ? ANNEX_KEEP_RESULT_CONFLICT : fail (step, error);
}

static AnnexKeepResult
take_swap (int parent, const char *temporary, const char *name, AnnexKeepStep *step, GError **error)
{
  annex_keep_point ("swap");
  if (annex_keep_exchange (parent, temporary, name) != 0)
    return errno == ENOENT ? ANNEX_KEEP_RESULT_CONFLICT : fail (step, error);
  annex_keep_point ("swapped");
  if (!annex_keep_is_original (parent, temporary, step->original))
    {
      /* Somebody was faster: theirs goes back where it was. */
      if (annex_keep_exchange (parent, temporary, name) == 0)
        return ANNEX_KEEP_RESULT_CONFLICT;
      if (!give_back (step, parent, temporary, parent, name))
        leave_at (step, temporary);
      if (step->beside != NULL)
        return ANNEX_KEEP_RESULT_DONE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, CHANGED_WHILE_KEPT);
      return ANNEX_KEEP_RESULT_FAILED;
    }
  remove_checked (parent, temporary);
  return ANNEX_KEEP_RESULT_DONE;
}

static gboolean
put_in_trash (AnnexKeepStore *store, int parent, const char *name, AnnexKeepStep *step)
{
  g_autofree char *path = g_build_filename (store->root, step->path, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  struct stat here, there;

  /* The Trash is reached by path: it must be the same file by that way, too. */
  if (fstatat (parent, name, &here, AT_SYMLINK_NOFOLLOW) != 0 || lstat (path, &there) != 0 ||
      here.st_ino != there.st_ino || here.st_dev != there.st_dev)
    return FALSE;
  annex_keep_point ("trash");
  return g_file_trash (file, NULL, NULL) && fstatat (parent, name, &here, AT_SYMLINK_NOFOLLOW) != 0;
}

static AnnexKeepResult
take_remove (AnnexKeepStore *store,
             int parent,
             const char *temporary,
             const char *name,
             AnnexKeepStep *step,
             GError **error)
{
  g_autofree char *object = g_strdup_printf ("%u", step->number);
  int target = step->moved ? store->objects_fd : parent;
  const char *aside = step->moved ? object : temporary;

  if (!annex_keep_is_original (parent, name, step->original))
    return ANNEX_KEEP_RESULT_CONFLICT;
  if (step->trash && put_in_trash (store, parent, name, step))
    return ANNEX_KEEP_RESULT_DONE;
  annex_keep_point ("remove");
  if (annex_keep_rename_new (parent, name, target, aside) != 0)
    return fail (step, error);
  annex_keep_point ("removed");
  if (!annex_keep_is_original (target, aside, step->original))
    {
      if (give_back (step, target, aside, parent, name))
        return ANNEX_KEEP_RESULT_CONFLICT;
      /* It is gone from its place. What is in the undo store comes back from there. */
      if (!step->moved)
        leave_at (step, temporary);
      return ANNEX_KEEP_RESULT_DONE;
    }
  if (!step->moved)
    remove_checked (parent, temporary);
  return ANNEX_KEEP_RESULT_DONE;
}

static AnnexKeepResult
take_move (AnnexKeepStore *store, int parent, const char *name, AnnexKeepStep *step, GError **error)
{
  const char *old_name;
  g_autofd int old_parent = annex_beneath_open_parent (store->root_fd, step->old_path, &old_name);
  struct stat info;

  if (old_parent < 0)
    return fail (step, error);
  annex_keep_point ("move");
  if (annex_keep_rename_new (old_parent, old_name, parent, name) != 0)
    return errno == EEXIST ? ANNEX_KEEP_RESULT_CONFLICT : fail (step, error);
  annex_keep_point ("moved");
  if (fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_ino == step->before.inode)
    return ANNEX_KEEP_RESULT_DONE;
  if (annex_keep_rename_new (parent, name, old_parent, old_name) != 0)
    {
      /* Its name was taken again: theirs has the new one. */
      g_free (step->beside);
      step->beside = g_strdup (step->path);
      return ANNEX_KEEP_RESULT_DONE;
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, CHANGED_WHILE_KEPT);
  return ANNEX_KEEP_RESULT_FAILED;
}

static AnnexKeepResult
take_mode (int parent, const char *name, AnnexKeepStep *step, GError **error)
{
  g_autofd int fd = openat (parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
                                     { step->mtime_ns / 1000000000, step->mtime_ns % 1000000000 } };
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  struct stat info;
  AnnexStat now;

  if (fd < 0 || fstat (fd, &info) != 0)
    return fail (step, error);
  annex_stat_from_info (&now, &info);
  if (S_ISLNK (info.st_mode) || !annex_stat_same (&now, &step->before))
    return ANNEX_KEEP_RESULT_CONFLICT;
  annex_keep_point ("mode");
  if (chmod (link, step->mode) != 0)
    return fail (step, error);
  annex_keep_point ("time");
  if (S_ISREG (info.st_mode) && utimensat (parent, name, times, AT_SYMLINK_NOFOLLOW) != 0)
    return fail (step, error);
  return ANNEX_KEEP_RESULT_DONE;
}

AnnexKeepResult
annex_keep_take_step (AnnexKeepStore *store, AnnexKeepStep *step, GError **error)
{
  const char *name;
  g_autofree char *temporary = annex_keep_step_temporary (step, store->keep_id);
  g_autofd int parent = annex_beneath_open_parent (store->root_fd, step->path, &name);
  AnnexKeepResult result = ANNEX_KEEP_RESULT_FAILED;
  struct stat info;

  if (parent < 0)
    return fail (step, error);
  switch (step->kind)
    {
    case ANNEX_KEEP_PUT:
      result = take_put (parent, temporary, name, step, error);
      break;
    case ANNEX_KEEP_SWAP:
      result = take_swap (parent, temporary, name, step, error);
      break;
    case ANNEX_KEEP_REMOVE:
      result = take_remove (store, parent, temporary, name, step, error);
      break;
    case ANNEX_KEEP_MOVE:
      result = take_move (store, parent, name, step, error);
      break;
    case ANNEX_KEEP_MODE:
      result = take_mode (parent, name, step, error);
      break;
    case ANNEX_KEEP_MKDIR:
      annex_keep_point ("mkdir");
      if (mkdirat (parent, name, step->mode) == 0)
        result = ANNEX_KEEP_RESULT_DONE;
      else
        result = errno == EEXIST ? ANNEX_KEEP_RESULT_CONFLICT : fail (step, error);
      break;
    }
  annex_keep_point ("taken");
  step->after = (AnnexStat) { 0 };
  if (fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0)
    annex_stat_from_info (&step->after, &info);
  return result;
}

/* ---- after a crash */

/* What is left beside the step's place. A planned step's is Annex's own only as the file that was
 * made then: the step may have failed halfway, with somebody's newer version there. */
static void
drop_temporary (AnnexKeepStep *step, int parent, const char *temporary, const char *name)
{
  struct stat info;

  if (fstatat (parent, temporary, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return;
  if (!step->planned || info.st_ino == step->inode)
    annex_beneath_remove (parent, temporary);
  else if (!give_back (step, parent, temporary, parent, name))
    leave_at (step, temporary);
}

static gboolean
has_object (AnnexKeepStore *store, AnnexKeepStep *step)
{
  g_autofree char *object = g_strdup_printf ("%u", step->number);
  struct stat info;

  return fstatat (store->objects_fd, object, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

gboolean
annex_keep_drop_step (AnnexKeepStore *store, AnnexKeepStep *step)
{
  const char *name;
  g_autofree char *temporary = annex_keep_step_temporary (step, store->keep_id);
  g_autofree char *aside = g_strconcat (temporary, "-aside", NULL);
  g_autofree char *object = g_strdup_printf ("%u", step->number);
  g_autofd int parent = annex_beneath_open_parent (store->root_fd, step->path, &name);

  /* The object goes first: where it is and the temporary is not, the step was taken. */
  if (step->moved && has_object (store, step))
    {
      if (parent < 0 || !give_back (step, store->objects_fd, object, parent, name))
        return FALSE;
    }
  else
    annex_beneath_remove (store->objects_fd, object);
  step->object = FALSE;
  if (parent >= 0)
    {
      drop_temporary (step, parent, aside, name);
      drop_temporary (step, parent, temporary, name);
    }
  return TRUE;
}

/* What was replaced stands at @temporary. It goes when it is the original, which is saved;
 * otherwise it is somebody's newer file, and is put beside. */
static void
settle_replaced (AnnexKeepStep *step, int parent, const char *temporary, const char *name)
{
  struct stat info;

  if (fstatat (parent, temporary, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return;
  if (annex_keep_is_original (parent, temporary, step->original))
    annex_beneath_remove (parent, temporary);
  else
    give_back (step, parent, temporary, parent, name);
}

/* Was there a checked original on its way out? It is gone now. */
static gboolean
settle_gone (int parent, const char *temporary)
{
  g_autofree char *gone = g_strconcat (temporary, "-gone", NULL);
  struct stat info;

  return fstatat (parent, gone, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
         annex_beneath_remove (parent, gone);
}

static gboolean
settle_swap (AnnexKeepStore *store,
             AnnexKeepStep *step,
             int parent,
             const char *temporary,
             const char *name,
             const AnnexStat *now)
{
  g_autofree char *aside = g_strconcat (temporary, "-aside", NULL);
  gboolean gone = settle_gone (parent, temporary);
  gboolean effective = gone || (now->exists && now->inode == step->inode);
  gboolean put_aside;
  struct stat info;

  put_aside = fstatat (parent, aside, &info, AT_SYMLINK_NOFOLLOW) == 0;
  /* Without a temporary the new version has been at its place, whatever somebody put there since.
   */
  if (fstatat (parent, temporary, &info, AT_SYMLINK_NOFOLLOW) == 0)
    effective = effective || info.st_ino != step->inode;
  else
    effective = effective || (!put_aside && has_object (store, step));
  if (put_aside)
    {
      if (!effective)
        give_back (step, parent, aside, parent, name);
      else
        settle_replaced (step, parent, aside, name);
    }
  if (effective)
    settle_replaced (step, parent, temporary, name);
  return effective;
}

static gboolean
settle_remove (AnnexKeepStore *store,
               AnnexKeepStep *step,
               int parent,
               const char *temporary,
               const char *name,
               const AnnexStat *now)
{
  struct stat info;

  if (step->moved)
    return has_object (store, step);
  if (settle_gone (parent, temporary))
    return TRUE;
  if (fstatat (parent, temporary, &info, AT_SYMLINK_NOFOLLOW) == 0)
    {
      if (!annex_keep_is_original (parent, temporary, step->original))
        return !give_back (step, parent, temporary, parent, name);
      annex_beneath_remove (parent, temporary);
      return TRUE;
    }
  return !now->exists || now->inode != step->before.inode;
}

/* The permissions of a MODE step are there: the time may still be missing. */
static gboolean
settle_time (AnnexKeepStep *step, int parent, const char *name, const AnnexStat *now)
{
  const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
                                     { step->mtime_ns / 1000000000, step->mtime_ns % 1000000000 } };

  if (S_ISREG (now->mode) && now->mtime_ns == step->before.mtime_ns)
    utimensat (parent, name, times, AT_SYMLINK_NOFOLLOW);
  return TRUE;
}

/* What the step left at its place, for undo to compare with. What somebody has changed since is
 * noted as nothing that could be met again. */
static void
look_after (AnnexKeepStore *store, AnnexKeepStep *step, int parent, const char *name)
{
  struct stat info;

  step->after = (AnnexStat) { 0 };
  if (fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return;
  annex_stat_from_info (&step->after, &info);
  if (step->kind == ANNEX_KEEP_SWAP && step->after.inode != step->inode)
    step->after.inode = 0;
  if ((step->kind == ANNEX_KEEP_SWAP || step->kind == ANNEX_KEEP_PUT) && step->sha256 != NULL)
    {
      g_autofree char *sha256 = annex_beneath_sha256 (store->root_fd, step->path, NULL);

      if (g_strcmp0 (sha256, step->sha256) != 0)
        step->after.inode = 0;
    }
}

gboolean
annex_keep_settle_step (AnnexKeepStore *store, AnnexKeepStep *step)
{
  const char *name;
  g_autofree char *temporary = annex_keep_step_temporary (step, store->keep_id);
  g_autofd int parent = annex_beneath_open_parent (store->root_fd, step->path, &name);
  gboolean effective = FALSE;
  struct stat info;
  AnnexStat now = { 0 };

  if (!step->planned)
    return !annex_keep_drop_step (store, step);
  /* The folder it was in is gone since: what is saved may be all there is of it. */
  if (parent < 0)
    return step->object && has_object (store, step);
  if (fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0)
    annex_stat_from_info (&now, &info);
  switch (step->kind)
    {
    case ANNEX_KEEP_PUT:
      effective = now.exists && now.inode == step->inode;
      annex_beneath_remove (parent, temporary);
      break;
    case ANNEX_KEEP_SWAP:
      effective = settle_swap (store, step, parent, temporary, name, &now);
      break;
    case ANNEX_KEEP_REMOVE:
      effective = settle_remove (store, step, parent, temporary, name, &now);
      break;
    case ANNEX_KEEP_MOVE:
      effective = now.exists && now.inode == step->before.inode;
      break;
    case ANNEX_KEEP_MODE:
      effective = now.exists && now.inode == step->before.inode && now.mode != step->before.mode;
      if (now.exists && now.inode == step->before.inode && (now.mode & 07777) == step->mode)
        effective = settle_time (step, parent, name, &now);
      break;
    case ANNEX_KEEP_MKDIR:
      effective = now.exists && S_ISDIR (now.mode);
      break;
    }
  if (!effective)
    effective = !annex_keep_drop_step (store, step);
  look_after (store, step, parent, name);
  return effective;
}
