/* annex-keep-copy.c
 *
 * What a folder was before a keep, made out of a copy of it. The keep itself, and the user's
 * folder, stay as they are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keep-private.h"

#include "annex-beneath.h"
#include "annex-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
put_original (AnnexKeepStore *store, AnnexKeepStep *step, int root_fd, GError **error)
{
  const char *name;
  g_autofree char *object = g_strdup_printf ("%u", step->number);
  g_autofd int parent = annex_beneath_open_parent (root_fd, step->path, &name);

  if (parent < 0)
    return annex_beneath_set_error (error, "Cannot write", step->path);
  return annex_beneath_remove (parent, name) &&
         annex_copy_at (store->objects_fd, object, parent, name, ANNEX_COPY_COPY, error);
}

static gboolean
move_back (AnnexKeepStep *step, int root_fd)
{
  const char *name;
  const char *old_name;
  g_autofd int parent = annex_beneath_open_parent (root_fd, step->path, &name);
  g_autofd int old_parent = annex_beneath_open_parent (root_fd, step->old_path, &old_name);

  return parent >= 0 && old_parent >= 0 &&
         annex_keep_rename_new (parent, name, old_parent, old_name) == 0;
}

static void
restore_mode (AnnexKeepStep *step, int root_fd)
{
  const struct timespec times[2] = {
    { .tv_nsec = UTIME_OMIT },
    { .tv_sec = step->before.mtime_ns / 1000000000, .tv_nsec = step->before.mtime_ns % 1000000000 },
  };
  g_autofd int fd = annex_beneath_open (root_fd, step->path, O_RDONLY | O_NONBLOCK);

  if (fd < 0 || fchmod (fd, step->before.mode & 07777) != 0)
    return; /* gone since: there is nothing to give a mode to */
  futimens (fd, times);
}

static gboolean
take_back (AnnexKeepStore *store, AnnexKeepStep *step, int root_fd, GError **error)
{
  const char *name;
  g_autofd int parent = -1;

  switch (step->kind)
    {
    case ANNEX_KEEP_SWAP:
    case ANNEX_KEEP_REMOVE:
      return put_original (store, step, root_fd, error);
    case ANNEX_KEEP_PUT:
    case ANNEX_KEEP_MKDIR:
      parent = annex_beneath_open_parent (root_fd, step->path, &name);
      /* A folder that holds something of the user's own by now stays. */
      if (parent >= 0)
        unlinkat (parent, name, step->kind == ANNEX_KEEP_MKDIR ? AT_REMOVEDIR : 0);
      return TRUE;
    case ANNEX_KEEP_MOVE:
      move_back (step, root_fd); /* it may have gone on since */
      return TRUE;
    case ANNEX_KEEP_MODE:
      restore_mode (step, root_fd);
      return TRUE;
    }
  g_assert_not_reached ();
}

gboolean
annex_keep_undo_in_copy (const char *undo_dir,
                         const char *keep_id,
                         const char *root,
                         const char *copy,
                         GError **error)
{
  g_autoptr (AnnexKeepStore) store = annex_keep_store_open (undo_dir, keep_id, error);
  g_autofd int root_fd = -1;

  if (store == NULL)
    return FALSE;
  if (!g_str_equal (store->root, root))
    return TRUE;
  root_fd = annex_beneath_open_root (copy);
  if (root_fd < 0)
    return annex_beneath_set_error (error, "Cannot read", copy);
  for (guint i = store->steps->len; i > 0; i--)
    {
      AnnexKeepStep *step = g_ptr_array_index (store->steps, i - 1);

      if (step->done && !step->undone && !take_back (store, step, root_fd, error))
        return FALSE;
    }
  return TRUE;
}
