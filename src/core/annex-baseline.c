/* annex-baseline.c
 *
 * See annex-baseline.h. Reads the host's folder, writes nothing; knows nothing of the guest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-baseline-private.h"

#include "annex-baseline-renew.h"
#include "annex-beneath.h"
#include "annex-draft.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

G_DEFINE_FINAL_TYPE (AnnexBaseline, annex_baseline, G_TYPE_OBJECT)

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
annex_baseline_finalize (GObject *object)
{
  AnnexBaseline *self = ANNEX_BASELINE (object);

  g_hash_table_unref (self->newest);
  g_hash_table_unref (self->frozen);
  g_hash_table_unref (self->trees);
  G_OBJECT_CLASS (annex_baseline_parent_class)->finalize (object);
}

static void
annex_baseline_class_init (AnnexBaselineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_baseline_finalize;
}

static void
annex_baseline_init (AnnexBaseline *self)
{
  self->newest = new_table ();
  self->frozen = new_table ();
  self->trees = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

AnnexBaseline *
annex_baseline_new (void)
{
  return g_object_new (ANNEX_TYPE_BASELINE, NULL);
}

/* ---- scanning */

typedef struct
{
  GHashTable *table;
  GString *path;
  dev_t device;
  guint left;
  gboolean partial;
} Scan;

/* Lists folder @fd (taken). What cannot be read is passed over: the guest cannot read it either. */
static void
scan_folder (Scan *scan, int fd, guint depth)
{
  gsize length = scan->path->len;
  DIR *folder = fdopendir (fd);
  struct dirent *item;

  if (folder == NULL)
    {
      close (fd);
      return;
    }
  while ((item = readdir (folder)) != NULL)
    {
      AnnexStat *stat;
      struct stat info;
      int child;

      if (strcmp (item->d_name, ".") == 0 || strcmp (item->d_name, "..") == 0 ||
          fstatat (fd, item->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      if (scan->left == 0)
        {
          scan->partial = TRUE;
          break;
        }
      scan->left--;
      if (length > 0)
        g_string_append_c (scan->path, '/');
      g_string_append (scan->path, item->d_name);
      stat = g_new (AnnexStat, 1);
      annex_stat_from_info (stat, &info);
      g_hash_table_insert (scan->table, g_strdup (scan->path->str), stat);
      if (S_ISDIR (info.st_mode) && info.st_dev == scan->device)
        {
          if (depth >= ANNEX_BENEATH_MAX_DEPTH)
            scan->partial = TRUE;
          else if ((child = openat (fd, item->d_name,
                                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) >= 0)
            scan_folder (scan, child, depth + 1);
        }
      g_string_truncate (scan->path, length);
    }
  closedir (folder);
}

/* Is @now what @before was? */
static gboolean
is_same_view (GHashTable *before, GHashTable *now)
{
  GHashTableIter iter;
  gpointer path;
  gpointer stat;

  if (g_hash_table_size (before) != g_hash_table_size (now))
    return FALSE;
  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, &path, &stat))
    {
      const AnnexStat *was = g_hash_table_lookup (before, path);

      if (was == NULL || !annex_stat_same (was, stat))
        return FALSE;
    }
  return TRUE;
}

gboolean
annex_baseline_scan (AnnexBaseline *self, const char *root, guint max_entries, GError **error)
{
  Scan scan = { .left = max_entries };
  int fd = annex_beneath_open_share (root);
  struct stat info;

  if (fd < 0 || fstat (fd, &info) != 0)
    {
      annex_beneath_set_error (error, "Cannot read the folder", root);
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  scan.table = new_table ();
  scan.path = g_string_new (NULL);
  scan.device = info.st_dev;
  scan_folder (&scan, fd, 0);
  g_string_free (scan.path, TRUE);
  self->is_stored = self->is_stored && self->partial == scan.partial &&
                    self->root_device == info.st_dev && self->root_inode == info.st_ino &&
                    is_same_view (self->newest, scan.table);
  g_hash_table_unref (self->newest);
  self->newest = scan.table;
  self->partial = scan.partial;
  self->root_device = info.st_dev;
  self->root_inode = info.st_ino;
  self->is_loaded = FALSE;
  return TRUE;
}

gboolean
annex_baseline_may_be_root (AnnexBaseline *self, int root_fd)
{
  struct stat info;

  return self->root_device == 0 || self->is_loaded ||
         (fstat (root_fd, &info) == 0 &&
          (info.st_dev == self->root_device || info.st_ino == self->root_inode));
}

gboolean
annex_baseline_is_partial (AnnexBaseline *self)
{
  return self->partial;
}

/* ---- freezing */

static gboolean
is_below (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && path[length] == '/';
}

void
annex_baseline_freeze (AnnexBaseline *self, const char *path)
{
  AnnexStat stat;

  if (g_hash_table_contains (self->frozen, path))
    return;
  /* What was never seen did not exist; but of a partial view nothing can be said. */
  if (!annex_baseline_lookup (self, path, &stat))
    {
      if (self->partial)
        return;
      stat = (AnnexStat) { 0 };
    }
  g_hash_table_insert (self->frozen, g_strdup (path), g_memdup2 (&stat, sizeof stat));
}

void
annex_baseline_freeze_tree (AnnexBaseline *self, const char *path)
{
  GHashTableIter iter;
  const char *below;
  AnnexStat *stat;

  if (g_hash_table_contains (self->trees, path))
    return;
  annex_baseline_freeze (self, path);
  stat = g_hash_table_lookup (self->frozen, path);
  if (stat == NULL || !S_ISDIR (stat->mode) || self->partial)
    return;
  g_hash_table_iter_init (&iter, self->newest);
  while (g_hash_table_iter_next (&iter, (gpointer *) &below, (gpointer *) &stat))
    if (is_below (below, path) && !g_hash_table_contains (self->frozen, below))
      g_hash_table_insert (self->frozen, g_strdup (below), g_memdup2 (stat, sizeof *stat));
  g_hash_table_add (self->trees, g_strdup (path));
}

void
annex_baseline_thaw (AnnexBaseline *self, const char *path)
{
  g_hash_table_remove (self->frozen, path);
  if (g_hash_table_remove (self->trees, path))
    {
      GHashTableIter iter;
      const char *below;

      g_hash_table_iter_init (&iter, self->frozen);
      while (g_hash_table_iter_next (&iter, (gpointer *) &below, NULL))
        if (is_below (below, path))
          g_hash_table_iter_remove (&iter);
    }
}

void
annex_baseline_renew (AnnexBaseline *self, const char *path, const AnnexStat *stat)
{
  annex_baseline_thaw (self, path);
  g_hash_table_insert (self->frozen, g_strdup (path), g_memdup2 (stat, sizeof *stat));
}

/* Is @path below a folder that was frozen as a tree? */
static gboolean
is_in_tree (AnnexBaseline *self, const char *path)
{
  g_autofree char *folder = NULL;
  char *slash;

  if (g_hash_table_size (self->trees) == 0)
    return FALSE;
  folder = g_strdup (path);
  while ((slash = strrchr (folder, '/')) != NULL)
    {
      *slash = '\0';
      if (g_hash_table_contains (self->trees, folder))
        return TRUE;
    }
  return FALSE;
}

gboolean
annex_baseline_follow (AnnexBaseline *self, GPtrArray *upper)
{
  g_autoptr (GHashTable) present = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  guint before = g_hash_table_size (self->frozen);
  gboolean changed = FALSE;
  GHashTableIter iter;
  const char *path;

  for (guint i = 0; i < upper->len; i++)
    g_hash_table_add (present, ((AnnexUpperEntry *) g_ptr_array_index (upper, i))->path);
  g_hash_table_iter_init (&iter, self->frozen);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, NULL))
    if (!g_hash_table_contains (present, path) && !is_in_tree (self, path))
      g_ptr_array_add (gone, g_strdup (path));
  for (guint i = 0; i < gone->len; i++)
    annex_baseline_thaw (self, g_ptr_array_index (gone, i));
  changed = gone->len > 0;
  before -= MIN (before, gone->len);
  for (guint i = 0; i < upper->len; i++)
    {
      const AnnexUpperEntry *entry = g_ptr_array_index (upper, i);

      if (entry->kind == ANNEX_UPPER_WHITEOUT || entry->opaque || entry->kind != ANNEX_UPPER_FOLDER)
        annex_baseline_freeze_tree (self, entry->path);
      else
        annex_baseline_freeze (self, entry->path);
    }
  return changed || g_hash_table_size (self->frozen) != before;
}

gboolean
annex_baseline_lookup (AnnexBaseline *self, const char *path, AnnexStat *stat)
{
  AnnexStat *found = g_hash_table_lookup (self->frozen, path);

  if (found == NULL && is_in_tree (self, path))
    {
      *stat = (AnnexStat) { 0 };
      return TRUE;
    }
  if (found == NULL)
    found = g_hash_table_lookup (self->newest, path);
  if (found == NULL)
    return FALSE;
  *stat = *found;
  return TRUE;
}

gboolean
annex_baseline_is_frozen (AnnexBaseline *self, const char *path)
{
  return g_hash_table_contains (self->frozen, path);
}

/* ---- storing */

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

JsonObject *
annex_baseline_to_json (AnnexBaseline *self)
{
  JsonObject *json = json_object_new ();
  JsonArray *items = json_array_new ();
  g_autoptr (GList) paths = g_list_sort (g_hash_table_get_keys (self->frozen), compare_paths);

  for (GList *l = paths; l != NULL; l = l->next)
    {
      const AnnexStat *stat = g_hash_table_lookup (self->frozen, l->data);
      g_autofree char *text = annex_beneath_path_to_text (l->data);
      JsonObject *item = json_object_new ();

      json_object_set_string_member (item, "path", text);
      if (g_hash_table_contains (self->trees, l->data))
        json_object_set_boolean_member (item, "tree", TRUE);
      if (stat->exists)
        {
          json_object_set_int_member (item, "mode", stat->mode);
          json_object_set_int_member (item, "inode", (gint64) stat->inode);
          json_object_set_int_member (item, "size", (gint64) stat->size_bytes);
          json_object_set_int_member (item, "mtime_ns", stat->mtime_ns);
          json_object_set_int_member (item, "ctime_ns", stat->ctime_ns);
        }
      json_array_add_object_element (items, item);
    }
  json_object_set_array_member (json, "frozen", items);
  return json;
}

AnnexBaseline *
annex_baseline_new_from_json (JsonObject *json, GError **error)
{
  g_autoptr (AnnexBaseline) self = annex_baseline_new ();
  JsonArray *items = annex_json_get_array (json, "frozen", error);

  if (items == NULL)
    return NULL;
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonNode *node = json_array_get_element (items, i);
      JsonObject *item = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *text = item != NULL ? annex_json_get_string (item, "path", error) : NULL;
      g_autofree char *path = NULL;
      AnnexStat stat = { 0 };

      if (item == NULL)
        g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_TYPE,
                             "A frozen entry is not an object");
      if (text == NULL)
        return NULL;
      path = annex_beneath_path_from_text (text);
      stat.exists = json_object_has_member (item, "mode");
      stat.mode = (guint32) annex_json_opt_int (item, "mode", 0);
      stat.inode = (guint64) annex_json_opt_int (item, "inode", 0);
      stat.size_bytes = (guint64) annex_json_opt_int (item, "size", 0);
      stat.mtime_ns = annex_json_opt_int (item, "mtime_ns", 0);
      stat.ctime_ns = annex_json_opt_int (item, "ctime_ns", 0);
      if (annex_json_opt_boolean (item, "tree", FALSE))
        g_hash_table_add (self->trees, g_strdup (path));
      g_hash_table_insert (self->frozen, g_steal_pointer (&path), g_memdup2 (&stat, sizeof stat));
    }
  return g_steal_pointer (&self);
}

/* ---- one file */

gboolean
annex_stat_at (int root_fd, const char *path, AnnexStat *stat, GError **error)
{
  struct stat info;

  *stat = (AnnexStat) { 0 };
  if (annex_beneath_lstat (root_fd, path, &info) == 0)
    {
      annex_stat_from_info (stat, &info);
      return TRUE;
    }
  /* A file or symlink where a folder was: what was below it is gone. */
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
    return TRUE;
  return annex_beneath_set_error (error, "Cannot look at", path);
}

gboolean
annex_stat_same (const AnnexStat *a, const AnnexStat *b)
{
  if (!a->exists || !b->exists)
    return a->exists == b->exists;
  if (a->mode != b->mode || a->inode != b->inode)
    return FALSE;
  return S_ISDIR (a->mode) || (a->size_bytes == b->size_bytes && a->mtime_ns == b->mtime_ns &&
                               a->ctime_ns == b->ctime_ns);
}
