/* annex-draft-compute.c
 *
 * From the upper layer, the baseline and the host's folder to the list of changes. Reads only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-draft.h"

#include "annex-beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of the host's that the draft deletes: perhaps it only has another name now. */
typedef struct
{
  char *path;
  guint64 size_bytes;
  char *sha256; /* NULL until needed */
  gboolean used;
} Leaver;

typedef struct
{
  int root_fd;
  AnnexBaseline *baseline;
  GPtrArray *upper;
  GHashTable *by_path; /* borrowed path → AnnexUpperEntry */
  GPtrArray *changes;
  GPtrArray *leavers;
  GHashTable *wanted_sizes; /* of added files: guint64 */
} Compute;

static void
leaver_free (gpointer data)
{
  Leaver *leaver = data;

  g_free (leaver->path);
  g_free (leaver->sha256);
  g_free (leaver);
}

static gboolean
is_below (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && path[length] == '/';
}

/* ---- conflicts */

static gboolean
is_conflict_at (AnnexBaseline *baseline, const char *path, const AnnexStat *now)
{
  AnnexStat seen;

  if (baseline == NULL)
    return FALSE;
  if (!annex_baseline_lookup (baseline, path, &seen))
    return now->exists;
  return !annex_stat_same (&seen, now);
}

static gboolean
is_tree_conflict (int folder_fd,
                  const char *name,
                  AnnexBaseline *baseline,
                  const char *path,
                  guint depth)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autofd int fd = -1;
  struct stat info;
  AnnexStat now;

  if (fstatat (folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return TRUE;
  annex_stat_from_info (&now, &info);
  if (is_conflict_at (baseline, path, &now))
    return TRUE;
  if (!S_ISDIR (info.st_mode))
    return FALSE;
  fd = openat (folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  names = fd >= 0 && depth < ANNEX_BENEATH_MAX_DEPTH ? annex_beneath_list (fd) : NULL;
  if (names == NULL)
    return TRUE;
  for (guint i = 0; i < names->len; i++)
    {
      const char *child = g_ptr_array_index (names, i);
      g_autofree char *child_path = g_build_filename (path, child, NULL);

      if (is_tree_conflict (fd, child, baseline, child_path, depth + 1))
        return TRUE;
    }
  return FALSE;
}

gboolean
annex_draft_is_conflict (int root_fd, AnnexBaseline *baseline, const char *path)
{
  g_autofd int parent = -1;
  const char *name;
  AnnexStat now;

  if (baseline == NULL)
    return FALSE;
  if (!annex_stat_at (root_fd, path, &now, NULL))
    return TRUE;
  if (!now.exists || !S_ISDIR (now.mode))
    return is_conflict_at (baseline, path, &now);
  parent = annex_beneath_open_parent (root_fd, path, &name);
  return parent < 0 || is_tree_conflict (parent, name, baseline, path, 0);
}

/* ---- single entries */

static AnnexChange *
add_change (Compute *self, AnnexChangeKind kind, const AnnexUpperEntry *entry, const AnnexStat *now)
{
  AnnexChange *change = annex_change_new (kind, entry->path);

  change->folder = entry->kind == ANNEX_UPPER_FOLDER;
  change->mode = entry->mode & 0777;
  change->mtime_ns = entry->mtime_ns;
  change->size_bytes = entry->kind == ANNEX_UPPER_FILE ? entry->size_bytes : 0;
  change->old_size_bytes = now->exists && S_ISREG (now->mode) ? now->size_bytes : 0;
  change->sha256 = g_strdup (entry->sha256);
  change->target = g_strdup (entry->target);
  g_ptr_array_add (self->changes, change);
  return change;
}

static void
refuse (Compute *self, const AnnexUpperEntry *entry, const AnnexStat *now, const char *reason)
{
  AnnexChange *change = add_change (self, ANNEX_CHANGE_REFUSED, entry, now);

  change->reason = g_strdup (reason);
}

/* Notes the files of a tree that is to be deleted; their sum goes to *@bytes. */
static void
note_leavers (Compute *self,
              int folder_fd,
              const char *name,
              const char *path,
              guint64 *bytes,
              guint depth)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autofd int fd = -1;
  struct stat info;

  if (fstatat (folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return;
  if (S_ISREG (info.st_mode))
    {
      guint64 size = (guint64) info.st_size;

      *bytes += size;
      if (size > 0 && g_hash_table_contains (self->wanted_sizes, &size))
        {
          Leaver *leaver = g_new0 (Leaver, 1);

          leaver->path = g_strdup (path);
          leaver->size_bytes = size;
          g_ptr_array_add (self->leavers, leaver);
        }
      return;
    }
  if (!S_ISDIR (info.st_mode) || depth >= ANNEX_BENEATH_MAX_DEPTH)
    return;
  fd = openat (folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  names = fd >= 0 ? annex_beneath_list (fd) : NULL;
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *child = g_ptr_array_index (names, i);
      g_autofree char *child_path = g_build_filename (path, child, NULL);

      note_leavers (self, fd, child, child_path, bytes, depth + 1);
    }
}

static void
add_deletion (Compute *self, const char *path, const AnnexStat *now)
{
  AnnexChange *change = annex_change_new (ANNEX_CHANGE_DELETED, path);
  const char *name;
  g_autofd int parent = annex_beneath_open_parent (self->root_fd, path, &name);

  change->folder = S_ISDIR (now->mode);
  change->conflict = annex_draft_is_conflict (self->root_fd, self->baseline, path);
  if (parent >= 0)
    note_leavers (self, parent, name, path, &change->old_size_bytes, 0);
  /* What stays where it is cannot have become something else. */
  while (change->conflict && self->leavers->len > 0)
    {
      Leaver *last = g_ptr_array_index (self->leavers, self->leavers->len - 1);

      if (!g_str_equal (last->path, path) && !is_below (last->path, path))
        break;
      g_ptr_array_set_size (self->leavers, (int) self->leavers->len - 1);
    }
  g_ptr_array_add (self->changes, change);
}

static void
compute_file (Compute *self, const AnnexUpperEntry *entry, const AnnexStat *now)
{
  AnnexChange *change;
  gboolean same = FALSE;

  if (entry->problem != NULL || entry->sha256 == NULL)
    {
      refuse (self, entry, now,
              entry->problem != NULL ? entry->problem : N_ ("Its content is not known"));
      return;
    }
  if (now->exists && S_ISREG (now->mode) && now->size_bytes == entry->size_bytes)
    {
      g_autofree char *sha256 = annex_beneath_sha256 (self->root_fd, entry->path, NULL);

      same = g_strcmp0 (sha256, entry->sha256) == 0;
    }
  /* The time alone is no conflict: whoever wrote it there, it is what the agent has. */
  if (same && (now->mode & 0777) == (entry->mode & 0777) &&
      (now->mtime_ns == entry->mtime_ns || is_conflict_at (self->baseline, entry->path, now)))
    return;
  change = add_change (
      self, !now->exists ? ANNEX_CHANGE_ADDED : (same ? ANNEX_CHANGE_MODE : ANNEX_CHANGE_CHANGED),
      entry, now);
  change->conflict = is_conflict_at (self->baseline, entry->path, now);
}

static void
compute_link (Compute *self, const AnnexUpperEntry *entry, const AnnexStat *now)
{
  AnnexChange *change;

  if (now->exists && S_ISLNK (now->mode))
    {
      g_autofree char *target = annex_beneath_readlink (self->root_fd, entry->path);

      if (g_strcmp0 (target, entry->target) == 0)
        return;
    }
  if (!annex_draft_link_stays (entry->path, entry->target))
    {
      refuse (self, entry, now,
              entry->target != NULL && *entry->target == '/'
                  ? N_ ("A link to a fixed place could lead out of the folder")
                  : N_ ("The link could lead out of the folder"));
      return;
    }
  change = add_change (self, now->exists ? ANNEX_CHANGE_CHANGED : ANNEX_CHANGE_ADDED, entry, now);
  change->conflict = is_conflict_at (self->baseline, entry->path, now);
}

/* What the opaque folder @path hides: whatever of the host's is not in the upper layer. */
static void
compute_hidden (Compute *self, const char *path)
{
  g_autofd int fd = annex_beneath_open (self->root_fd, path, O_RDONLY | O_DIRECTORY);
  g_autoptr (GPtrArray) names = fd >= 0 ? annex_beneath_list (fd) : NULL;

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, g_ptr_array_index (names, i), NULL);
      AnnexStat now;

      if (!g_hash_table_contains (self->by_path, child) &&
          annex_stat_at (self->root_fd, child, &now, NULL) && now.exists)
        add_deletion (self, child, &now);
    }
}

static void
compute_folder (Compute *self, const AnnexUpperEntry *entry, const AnnexStat *now, gboolean opaque)
{
  AnnexChange *change;

  if (entry->problem != NULL)
    {
      refuse (self, entry, now, entry->problem);
      return;
    }
  if (now->exists && S_ISDIR (now->mode))
    {
      if (opaque)
        compute_hidden (self, entry->path);
      if ((now->mode & 0777) == (entry->mode & 0777))
        return;
      change = add_change (self, ANNEX_CHANGE_MODE, entry, now);
    }
  else
    change = add_change (self, now->exists ? ANNEX_CHANGE_CHANGED : ANNEX_CHANGE_ADDED, entry, now);
  change->conflict = is_conflict_at (self->baseline, entry->path, now);
}

/* The folders of the upper layer that hide the host's: marked so, or in one that does. */
static gboolean
hides_host (Compute *self, GHashTable *hiding, const AnnexUpperEntry *entry)
{
  const char *slash = strrchr (entry->path, '/');
  g_autofree char *parent =
      slash != NULL ? g_strndup (entry->path, (gsize) (slash - entry->path)) : NULL;

  if (!entry->opaque && (parent == NULL || !g_hash_table_contains (hiding, parent)))
    return FALSE;
  g_hash_table_add (hiding, entry->path);
  return TRUE;
}

static gboolean
compute_entries (Compute *self, GError **error)
{
  g_autoptr (GHashTable) hiding = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->upper->len; i++)
    {
      const AnnexUpperEntry *entry = g_ptr_array_index (self->upper, i);
      AnnexStat now;
      g_autoptr (GError) local = NULL;

      if (!annex_stat_at (self->root_fd, entry->path, &now, &local))
        {
          now = (AnnexStat) { 0 };
          refuse (self, entry, &now, local->message);
          continue;
        }
      switch (entry->kind)
        {
        case ANNEX_UPPER_FILE:
          compute_file (self, entry, &now);
          break;
        case ANNEX_UPPER_FOLDER:
          compute_folder (self, entry, &now, hides_host (self, hiding, entry));
          break;
        case ANNEX_UPPER_SYMLINK:
          compute_link (self, entry, &now);
          break;
        case ANNEX_UPPER_WHITEOUT:
          if (now.exists)
            add_deletion (self, entry->path, &now);
          break;
        case ANNEX_UPPER_OTHER:
          refuse (self, entry, &now,
                  entry->problem != NULL ? entry->problem
                                         : N_ ("Only files, folders and links can be kept"));
          break;
        }
    }
  return TRUE;
}

/* ---- renames */

static const char *
base_name (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

/* The unused leaver with the content of @change; one with the same name is preferred. */
static Leaver *
find_leaver (Compute *self, GHashTable *by_size, const AnnexChange *change)
{
  GPtrArray *candidates = g_hash_table_lookup (by_size, &change->size_bytes);
  Leaver *found = NULL;

  for (guint i = 0; candidates != NULL && i < candidates->len; i++)
    {
      Leaver *leaver = g_ptr_array_index (candidates, i);

      if (leaver->used)
        continue;
      if (leaver->sha256 == NULL)
        leaver->sha256 = annex_beneath_sha256 (self->root_fd, leaver->path, NULL);
      if (g_strcmp0 (leaver->sha256, change->sha256) != 0)
        continue;
      if (found == NULL)
        found = leaver;
      if (g_str_equal (base_name (leaver->path), base_name (change->path)))
        return leaver;
    }
  return found;
}

static void
find_renames (Compute *self)
{
  g_autoptr (GHashTable) by_size =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GHashTable) moved = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->leavers->len; i++)
    {
      Leaver *leaver = g_ptr_array_index (self->leavers, i);
      GPtrArray *list = g_hash_table_lookup (by_size, &leaver->size_bytes);

      if (list == NULL)
        {
          list = g_ptr_array_new ();
          g_hash_table_insert (by_size, &leaver->size_bytes, list);
        }
      g_ptr_array_add (list, leaver);
    }
  for (guint i = 0; i < self->changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (self->changes, i);
      Leaver *leaver;

      if (change->kind != ANNEX_CHANGE_ADDED || change->folder || change->target != NULL ||
          change->size_bytes == 0 || change->conflict)
        continue;
      leaver = find_leaver (self, by_size, change);
      if (leaver == NULL)
        continue;
      leaver->used = TRUE;
      change->kind = ANNEX_CHANGE_RENAMED;
      change->old_path = g_strdup (leaver->path);
      change->old_size_bytes = leaver->size_bytes;
      g_hash_table_add (moved, leaver->path);
    }
  /* A file that was renamed is not deleted as well. */
  for (guint i = self->changes->len; i-- > 0;)
    {
      AnnexChange *change = g_ptr_array_index (self->changes, i);

      if (change->kind == ANNEX_CHANGE_DELETED && g_hash_table_contains (moved, change->path))
        g_ptr_array_remove_index (self->changes, i);
    }
}

/* ---- folder renames */

/* Counts what is in the host's folder; -1 when something there is not a file or folder. */
static int
count_tree (int folder_fd, const char *name, guint depth)
{
  g_autofd int fd = openat (folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  g_autoptr (GPtrArray) names =
      fd >= 0 && depth < ANNEX_BENEATH_MAX_DEPTH ? annex_beneath_list (fd) : NULL;
  int count = 0;

  if (names == NULL)
    return -1;
  for (guint i = 0; i < names->len; i++)
    {
      const char *child = g_ptr_array_index (names, i);
      struct stat info;
      int below = 0;

      if (fstatat (fd, child, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return -1;
      if (S_ISDIR (info.st_mode))
        below = count_tree (fd, child, depth + 1);
      else if (!S_ISREG (info.st_mode))
        return -1;
      if (below < 0)
        return -1;
      count += 1 + below;
    }
  return count;
}

/* Is the added folder @folder, whose changes are those from @first on, the deleted @old with
 * another name? Everything in it must be a rename from the same place in @old, or a folder or empty
 * file that is there too, and nothing may be missing. *@after is the index behind its changes. */
static gboolean
is_renamed_folder (Compute *self, guint first, const char *folder, const char *old, guint *after)
{
  const char *name;
  g_autofd int parent = annex_beneath_open_parent (self->root_fd, old, &name);
  guint i;
  int count = 0;

  for (i = first; i < self->changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (self->changes, i);
      g_autofree char *expected = NULL;
      AnnexStat now;

      if (!is_below (change->path, folder))
        break;
      expected = g_build_filename (old, change->path + strlen (folder) + 1, NULL);
      if (change->kind == ANNEX_CHANGE_RENAMED)
        {
          if (!g_str_equal (change->old_path, expected))
            return FALSE;
        }
      else if (change->kind != ANNEX_CHANGE_ADDED || change->target != NULL ||
               !annex_stat_at (self->root_fd, expected, &now, NULL) ||
               !(change->folder
                     ? S_ISDIR (now.mode)
                     : S_ISREG (now.mode) && now.size_bytes == 0 && change->size_bytes == 0))
        return FALSE;
      count++;
    }
  *after = i;
  return parent >= 0 && count > 0 && count_tree (parent, name, 0) == count;
}

static void
find_folder_renames (Compute *self)
{
  g_autoptr (GHashTable) deleted = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (self->changes, i);

      if (change->kind == ANNEX_CHANGE_DELETED && change->folder && !change->conflict)
        g_hash_table_insert (deleted, change->path, change);
    }
  for (guint i = 0; i < self->changes->len && g_hash_table_size (deleted) > 0; i++)
    {
      AnnexChange *change = g_ptr_array_index (self->changes, i);
      AnnexChange *gone = NULL;
      g_autofree char *old = NULL;
      guint after = i + 1;

      if (change->kind != ANNEX_CHANGE_ADDED || !change->folder || change->conflict)
        continue;
      /* The first rename in it says where it came from. */
      for (guint j = i + 1; j < self->changes->len && old == NULL; j++)
        {
          AnnexChange *inner = g_ptr_array_index (self->changes, j);

          if (!is_below (inner->path, change->path))
            break;
          if (inner->kind == ANNEX_CHANGE_RENAMED &&
              g_str_has_suffix (inner->old_path, inner->path + strlen (change->path)))
            old = g_strndup (inner->old_path, strlen (inner->old_path) - strlen (inner->path) +
                                                  strlen (change->path));
        }
      gone = old != NULL ? g_hash_table_lookup (deleted, old) : NULL;
      if (gone == NULL || !is_renamed_folder (self, i + 1, change->path, old, &after))
        continue;
      change->kind = ANNEX_CHANGE_RENAMED;
      change->old_path = g_steal_pointer (&old);
      change->old_size_bytes = change->size_bytes = gone->old_size_bytes;
      g_hash_table_remove (deleted, gone->path);
      if (after > i + 1)
        g_ptr_array_remove_range (self->changes, i + 1, after - i - 1);
      gone->kind = ANNEX_CHANGE_REFUSED; /* marked, and taken out below */
      gone->size_bytes = G_MAXUINT64;
    }
  for (guint i = self->changes->len; i-- > 0;)
    if (((AnnexChange *) g_ptr_array_index (self->changes, i))->size_bytes == G_MAXUINT64)
      g_ptr_array_remove_index (self->changes, i);
}

/* What a program would run or obey by itself; taking such a thing away is harmless. */
static void
mark_active (Compute *self)
{
  for (guint i = 0; i < self->changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (self->changes, i);

      if (change->kind == ANNEX_CHANGE_DELETED || change->kind == ANNEX_CHANGE_REFUSED ||
          !annex_draft_is_active (change->path))
        continue;
      change->active = TRUE;
      if (change->reason == NULL)
        change->reason = g_strdup ("Programs run or obey a file of this name by themselves");
    }
}

static int
compare_changes (gconstpointer a, gconstpointer b)
{
  const char *x = (*(AnnexChange *const *) a)->path;
  const char *y = (*(AnnexChange *const *) b)->path;

  /* '/' before every other byte, so that a folder is followed by what is in it. */
  while (*x != '\0' && *x == *y)
    x++, y++;
  return (*x == '/' ? 1 : (guchar) *x * 2) - (*y == '/' ? 1 : (guchar) *y * 2);
}

GPtrArray *
annex_draft_compute (GPtrArray *upper, AnnexBaseline *baseline, const char *root, GError **error)
{
  Compute self = { .baseline = baseline, .upper = upper };

  self.root_fd = annex_beneath_open_share (root);
  if (self.root_fd < 0)
    {
      annex_beneath_set_error (error, "Cannot read the folder", root);
      return NULL;
    }
  self.by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self.changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  self.leavers = g_ptr_array_new_with_free_func (leaver_free);
  self.wanted_sizes = g_hash_table_new (g_int64_hash, g_int64_equal);
  for (guint i = 0; i < upper->len; i++)
    {
      AnnexUpperEntry *entry = g_ptr_array_index (upper, i);

      g_hash_table_insert (self.by_path, entry->path, entry);
      if (entry->kind == ANNEX_UPPER_FILE)
        g_hash_table_add (self.wanted_sizes, &entry->size_bytes);
    }
  compute_entries (&self, error);
  g_ptr_array_sort (self.changes, compare_changes);
  find_renames (&self);
  find_folder_renames (&self);
  mark_active (&self);
  g_hash_table_unref (self.by_path);
  g_hash_table_unref (self.wanted_sizes);
  g_ptr_array_unref (self.leavers);
  close (self.root_fd);
  return self.changes;
}
