/* annex-keep-origin.c
 *
 * Keeping what was worked out on a copy of the user's folder: whether the folder is still what the
 * copy is, and the same change of both.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keep.h"

#include "annex-beneath.h"
#include "annex-spoken.h"
#include "annex-tree.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SCAN_ENTRIES 200000
#define PIECE_BYTES 65536

static gboolean
is_same_link (int one, int other, const char *path)
{
  char targets[2][4096];
  ssize_t lengths[2];
  int roots[2] = { one, other };

  for (guint i = 0; i < 2; i++)
    {
      const char *name;
      g_autofd int parent = annex_beneath_open_parent (roots[i], path, &name);

      lengths[i] = parent >= 0 ? readlinkat (parent, name, targets[i], sizeof targets[i]) : -1;
    }
  return lengths[0] >= 0 && lengths[0] == lengths[1] &&
         memcmp (targets[0], targets[1], (gsize) lengths[0]) == 0;
}

/* As much as there is, unless it fails. */
static gssize
fill (int fd, char *buffer)
{
  gssize done = 0;

  while (done < PIECE_BYTES)
    {
      gssize n = read (fd, buffer + done, (gsize) (PIECE_BYTES - done));

      if (n < 0)
        return -1;
      if (n == 0)
        break;
      done += n;
    }
  return done;
}

static gboolean
is_same_file (int one, int other, const char *path)
{
  g_autofd int a = annex_beneath_open (one, path, O_RDONLY | O_NONBLOCK);
  g_autofd int b = annex_beneath_open (other, path, O_RDONLY | O_NONBLOCK);
  g_autofree char *pieces = g_malloc (2 * PIECE_BYTES);

  if (a < 0 || b < 0)
    return FALSE;
  for (;;)
    {
      gssize n = fill (a, pieces);
      gssize m = fill (b, pieces + PIECE_BYTES);

      if (n < 0 || n != m || memcmp (pieces, pieces + PIECE_BYTES, (gsize) n) != 0)
        return FALSE;
      if (n == 0)
        return TRUE;
    }
}

static gboolean
is_same_tree (const char *copy, const char *origin, const char *path)
{
  g_autofree char *expected = g_build_filename (copy, path, NULL);
  g_autofree char *actual = g_build_filename (origin, path, NULL);
  g_autoptr (GPtrArray) files = annex_tree_compare (NULL, expected, actual, NULL, NULL, NULL);

  for (guint i = 0; files != NULL && i < files->len; i++)
    if (((AnnexTreeFile *) g_ptr_array_index (files, i))->likeness != ANNEX_LIKENESS_SAME)
      return FALSE;
  return files != NULL;
}

/* Is @change one of something that the user's folder has differently by now? */
static gboolean
has_changed (const AnnexChange *change,
             const char *copy,
             int copy_fd,
             const char *origin,
             int origin_fd)
{
  const char *path = change->old_path != NULL ? change->old_path : change->path;
  AnnexStat seen, now;

  if (change->kind == ANNEX_CHANGE_ADDED || change->kind == ANNEX_CHANGE_REFUSED)
    return FALSE; /* whatever is in its way is found when it is applied */
  if (!annex_stat_at (copy_fd, path, &seen, NULL) || !annex_stat_at (origin_fd, path, &now, NULL))
    return TRUE;
  if (!now.exists)
    return change->kind != ANNEX_CHANGE_DELETED;
  if (!seen.exists || (seen.mode & S_IFMT) != (now.mode & S_IFMT))
    return TRUE;
  if (S_ISDIR (now.mode))
    return change->kind != ANNEX_CHANGE_MODE && !is_same_tree (copy, origin, path);
  if (S_ISLNK (now.mode))
    return !is_same_link (copy_fd, origin_fd, path);
  return !S_ISREG (now.mode) || seen.size_bytes != now.size_bytes ||
         !is_same_file (copy_fd, origin_fd, path);
}

static gboolean
is_empty (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return dir != NULL && g_dir_read_name (dir) == NULL;
}

/* The changes as they are for @origin. NULL with ANNEX_KEEP_ERROR. (transfer full) */
static GPtrArray *
judge (GPtrArray *changes, const char *copy, const char *origin, GError **error)
{
  g_autoptr (GPtrArray) judged =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  g_autofd int copy_fd = annex_beneath_open_share (copy);
  g_autofd int origin_fd = annex_beneath_open_share (origin);

  if (copy_fd < 0 || origin_fd < 0)
    {
      annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_ROOT_GONE,
                        N_ ("The folder “%s” is not there any more"),
                        origin_fd < 0 ? origin : copy);
      return NULL;
    }
  /* What is left where a disk was mounted is no folder of the user's. */
  if (is_empty (origin) && !is_empty (copy))
    {
      annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_ROOT_GONE,
                        N_ ("The folder “%s” is empty now; is its disk there?"), origin);
      return NULL;
    }
  for (guint i = 0; i < changes->len; i++)
    {
      AnnexChange *change = annex_change_copy (g_ptr_array_index (changes, i));

      change->conflict = has_changed (change, copy, copy_fd, origin, origin_fd);
      g_ptr_array_add (judged, change);
    }
  return g_steal_pointer (&judged);
}

/* The copy is what the agent sees: it goes on from what was kept. */
static void
apply_to_copy (const char *undo_dir,
               const char *keep_id,
               const char *copy,
               GPtrArray *changes,
               AnnexBaseline *baseline,
               AnnexKeepFetch fetch,
               gpointer user_data)
{
  g_autofree char *copy_id = g_strconcat (keep_id, "-copy", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) kept =
      annex_keep_apply (undo_dir, copy_id, copy, changes, baseline, fetch, user_data, NULL, &error);

  if (kept == NULL)
    g_message ("The copy of a folder is not what was kept: %s", error->message);
  else if (!annex_keep_forget (undo_dir, copy_id, &error))
    g_message ("What was for taking it back in a copy stays: %s", error->message);
}

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
                            GError **error)
{
  g_autoptr (GPtrArray) judged = judge (changes, copy, origin, error);
  g_autoptr (AnnexBaseline) now = annex_baseline_new ();
  GPtrArray *kept;

  if (judged == NULL || !annex_baseline_scan (now, origin, MAX_SCAN_ENTRIES, error))
    return NULL;
  kept = annex_keep_apply (undo_dir, keep_id, origin, judged, now, fetch, user_data, cancellable,
                           error);
  if (kept != NULL)
    apply_to_copy (undo_dir, keep_id, copy, changes, baseline, fetch, user_data);
  return kept;
}
