/* annex-keep-store.c
 *
 * The folder of one keep: made, opened, locked, brought to the disk, removed. Its journal is in
 * annex-keep-journal.c. Knows nothing of how steps are taken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keep-private.h"

#include "annex-beneath.h"
#include "annex-json.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- steps */

AnnexKeepStep *
annex_keep_step_new (AnnexKeepKind kind, const char *path)
{
  AnnexKeepStep *self = g_new0 (AnnexKeepStep, 1);

  self->kind = kind;
  self->path = g_strdup (path);
  return self;
}

void
annex_keep_step_free (AnnexKeepStep *self)
{
  g_free (self->path);
  g_free (self->old_path);
  g_free (self->told_path);
  g_free (self->beside);
  g_free (self->original);
  g_free (self->sha256);
  g_free (self->undo_path);
  g_free (self);
}

char *
annex_keep_step_temporary (AnnexKeepStep *self, const char *keep_id)
{
  return g_strdup_printf (".annex-%s-%u", keep_id, self->number);
}

char *
annex_keep_step_undo_temporary (AnnexKeepStep *self, const char *keep_id)
{
  return g_strdup_printf (".annex-%s-%u-undo", keep_id, self->number);
}

static void
folder_free (gpointer data)
{
  AnnexKeepFolder *folder = data;

  g_free (folder->path);
  g_free (folder);
}

/* ---- opening */

static AnnexKeepStore *
store_new (const char *undo_dir, const char *keep_id)
{
  AnnexKeepStore *self = g_new0 (AnnexKeepStore, 1);

  self->keep_id = g_strdup (keep_id);
  self->folder = g_build_filename (undo_dir, keep_id, NULL);
  self->folder_fd = self->objects_fd = self->root_fd = self->journal_fd = -1;
  self->pending = g_string_new (NULL);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_keep_step_free);
  self->folders = g_ptr_array_new_with_free_func (folder_free);
  self->folder_of = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
annex_keep_store_free (AnnexKeepStore *self)
{
  const int fds[] = { self->folder_fd, self->objects_fd, self->root_fd, self->journal_fd };

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    if (fds[i] >= 0)
      close (fds[i]);
  g_hash_table_unref (self->folder_of);
  g_ptr_array_unref (self->steps);
  g_ptr_array_unref (self->folders);
  g_string_free (self->pending, TRUE);
  g_free (self->keep_id);
  g_free (self->folder);
  g_free (self->root);
  g_free (self);
}

gboolean
annex_keep_set_error (GError **error, const char *what)
{
  int code = errno;
  GError *made =
      g_error_new (ANNEX_KEEP_ERROR,
                   code == ENOSPC || code == EDQUOT || code == EFBIG ? ANNEX_KEEP_ERROR_DISK_FULL
                                                                     : ANNEX_KEEP_ERROR_FAILED,
                   "%s: %s", what, g_strerror (code));

  annex_spoken_take (made, g_strdup_printf ("%s: %s", _ (what), g_strerror (code)));
  g_propagate_error (error, made);
  return FALSE;
}

static gboolean
is_keep_id (const char *keep_id)
{
  return annex_beneath_is_clean (keep_id) && strchr (keep_id, '/') == NULL && keep_id[0] != '.';
}

static gboolean
open_folder (AnnexKeepStore *self, gboolean create, GError **error)
{
  if (create && (!annex_paths_make (self->folder, error)))
    return FALSE;
  self->folder_fd = open (self->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (self->folder_fd < 0)
    return annex_keep_set_error (error, N_ ("The undo store cannot be opened"));
  if (create && mkdirat (self->folder_fd, "objects", 0700) != 0 && errno != EEXIST)
    return annex_keep_set_error (error, N_ ("The undo store cannot be written"));
  self->objects_fd =
      openat (self->folder_fd, "objects", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  self->journal_fd =
      openat (self->folder_fd, "journal",
              O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | (create ? O_CREAT | O_EXCL : 0), 0600);
  if (self->journal_fd < 0)
    return annex_keep_set_error (error, N_ ("The undo store cannot be opened"));
  if (flock (self->journal_fd, LOCK_EX | LOCK_NB) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                           _ ("This is being kept or undone now"));
      return FALSE;
    }
  return TRUE;
}

gboolean
annex_keep_store_open_root (AnnexKeepStore *self, GError **error)
{
  struct stat info;
  g_autofree char *valid = annex_text_make_valid (self->root, -1);

  self->root_fd = annex_beneath_open_share (self->root);
  if (self->root_fd >= 0 && fstat (self->root_fd, &info) == 0 &&
      (self->root_inode == 0 || self->root_inode == info.st_ino))
    {
      self->root_inode = info.st_ino;
      return TRUE;
    }
  if (self->root_fd >= 0)
    annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_ROOT_GONE,
                      N_ ("“%s” is another folder now"), valid);
  else
    annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_ROOT_GONE,
                      N_ ("“%s” is not there: %s"), valid, g_strerror (errno));
  return FALSE;
}

AnnexKeepStore *
annex_keep_store_create (const char *undo_dir,
                         const char *keep_id,
                         const char *root,
                         GError **error)
{
  g_autoptr (AnnexKeepStore) self = store_new (undo_dir, keep_id);

  self->root = g_strdup (root);
  if (!is_keep_id (keep_id))
    {
      annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_FAILED, N_ ("A bad identifier"));
      return NULL;
    }
  if (!annex_keep_store_open_root (self, error) || !open_folder (self, TRUE, error))
    return NULL;
  self->begun = TRUE;
  annex_keep_store_note_keep (self);
  if (!annex_keep_store_commit (self, error))
    {
      annex_keep_store_remove (self);
      return NULL;
    }
  fsync (self->folder_fd);
  return g_steal_pointer (&self);
}

AnnexKeepStore *
annex_keep_store_open (const char *undo_dir, const char *keep_id, GError **error)
{
  g_autoptr (AnnexKeepStore) self = store_new (undo_dir, keep_id);

  if (!is_keep_id (keep_id) || !g_file_test (self->folder, G_FILE_TEST_IS_DIR))
    {
      annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND,
                        N_ ("There is nothing to undo"));
      return NULL;
    }
  if (!open_folder (self, FALSE, error) || !annex_keep_store_read (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
annex_keep_store_remove (AnnexKeepStore *self)
{
  g_autofree char *parent = g_path_get_dirname (self->folder);
  g_autofd int parent_fd = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  /* The journal goes last: as long as it is there, the rest is known. */
  return parent_fd >= 0 && annex_beneath_remove (self->folder_fd, "objects") &&
         annex_beneath_remove (parent_fd, self->keep_id);
}

/* ---- syncing */

/* Brings the file or tree @name to the disk. Writing is begun for all before any is waited for, so
 * that they share one commit of the file system's own journal; what others write is not waited for.
 */
static void
sync_any (int folder_fd, const char *name, gboolean wait, guint depth)
{
  g_autofd int fd = openat (folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  g_autoptr (GPtrArray) names = NULL;
  struct stat info;

  if (fd < 0 || fstat (fd, &info) != 0)
    {
      /* A file without read permission; a symlink is in its folder. */
      if (wait && errno == EACCES)
        syncfs (folder_fd);
      return;
    }
  if (S_ISDIR (info.st_mode) && depth <= ANNEX_BENEATH_MAX_DEPTH)
    names = annex_beneath_list (fd);
  for (guint i = 0; names != NULL && i < names->len; i++)
    sync_any (fd, g_ptr_array_index (names, i), wait, depth + 1);
  if (wait)
    fsync (fd);
  else if (S_ISREG (info.st_mode))
    sync_file_range (fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

static void
sync_parent (AnnexKeepStore *self, const char *path, GHashTable *seen)
{
  const char *name;
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;
  g_autofd int fd = -1;

  if (folder == NULL || !g_hash_table_add (seen, g_steal_pointer (&folder)))
    return;
  fd = annex_beneath_open_parent (self->root_fd, path, &name);
  if (fd >= 0)
    fsync (fd);
}

static void
sync_step (AnnexKeepStore *self, AnnexKeepStep *step, gboolean wait)
{
  g_autofree char *object = g_strdup_printf ("%u", step->number);
  g_autofree char *temporary = self->undoing ? annex_keep_step_undo_temporary (step, self->keep_id)
                                             : annex_keep_step_temporary (step, self->keep_id);
  const char *path = self->undoing ? step->undo_path : step->path;
  const char *name;
  g_autofd int parent = path != NULL ? annex_beneath_open_parent (self->root_fd, path, &name) : -1;

  if (!self->undoing && !step->moved)
    sync_any (self->objects_fd, object, wait, 0);
  if (parent >= 0)
    sync_any (parent, temporary, wait, 0);
}

void
annex_keep_store_sync (AnnexKeepStore *self, GPtrArray *steps)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < steps->len; i++)
    sync_step (self, g_ptr_array_index (steps, i), FALSE);
  for (guint i = 0; i < steps->len; i++)
    sync_step (self, g_ptr_array_index (steps, i), TRUE);
  for (guint i = 0; i < steps->len; i++)
    {
      AnnexKeepStep *step = g_ptr_array_index (steps, i);

      sync_parent (self, step->path, seen);
      sync_parent (self, step->old_path, seen);
    }
  fsync (self->objects_fd);
}
