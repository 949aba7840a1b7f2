/* annex-image-store.c
 *
 * See annex-image-store.h. On disk: <folder>/<version>/, the symbolic link "current", and
 * .staging-<version>/ while a source assembles one. Blocking work runs in worker threads on copies
 * of the paths, so the object itself is only a name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-store-private.h"

#include "annex-future.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CURRENT_NAME "current"
#define STAGING_PREFIX ".staging-"
#define TRASH_PREFIX ".old-"
#define LOCK_NAME ".lock"
#define LOCK_INTERVAL_US (G_USEC_PER_SEC / 5)
/* A staging folder that nobody has touched for so long belongs to no download. */
#define STAGING_LIFE_S (24 * 60 * 60)

struct _AnnexImageStore
{
  GObject parent_instance;
  char *folder;
};

G_DEFINE_FINAL_TYPE (AnnexImageStore, annex_image_store, G_TYPE_OBJECT)

static gboolean
set_failed (GError **error, const char *what)
{
  int code = errno;
  GError *made = g_error_new (ANNEX_IMAGE_ERROR,
                              code == ENOSPC || code == EDQUOT ? ANNEX_IMAGE_ERROR_NO_SPACE
                                                               : ANNEX_IMAGE_ERROR_FAILED,
                              "%s: %s", what, g_strerror (code));

  annex_spoken_take (made, g_strdup_printf ("%s: %s", _ (what), g_strerror (code)));
  g_propagate_error (error, made);
  return FALSE;
}

gboolean
annex_image_store_is_version (const char *version)
{
  return version != NULL && version[0] != '\0' && version[0] != '.' &&
         strchr (version, '/') == NULL && strcmp (version, CURRENT_NAME) != 0;
}

static void
annex_image_store_finalize (GObject *object)
{
  AnnexImageStore *self = ANNEX_IMAGE_STORE (object);

  g_free (self->folder);
  G_OBJECT_CLASS (annex_image_store_parent_class)->finalize (object);
}

static void
annex_image_store_class_init (AnnexImageStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_image_store_finalize;
}

static void
annex_image_store_init (AnnexImageStore *self)
{
}

AnnexImageStore *
annex_image_store_new (const char *folder)
{
  AnnexImageStore *self = g_object_new (ANNEX_TYPE_IMAGE_STORE, NULL);

  self->folder =
      folder != NULL ? g_canonicalize_filename (folder, NULL) : annex_paths_computer ("image");
  return self;
}

const char *
annex_image_store_get_folder (AnnexImageStore *self)
{
  g_return_val_if_fail (ANNEX_IS_IMAGE_STORE (self), NULL);
  return self->folder;
}

void
annex_image_entry_free (AnnexImageEntry *self)
{
  g_free (self->version);
  g_free (self);
}

static char *
read_current (const char *folder)
{
  g_autofree char *link = g_build_filename (folder, CURRENT_NAME, NULL);
  g_autofree char *target = g_file_read_link (link, NULL);

  return annex_image_store_is_version (target) ? g_steal_pointer (&target) : NULL;
}

char *
annex_image_store_dup_current (AnnexImageStore *self)
{
  g_return_val_if_fail (ANNEX_IS_IMAGE_STORE (self), NULL);
  return read_current (self->folder);
}

DexFuture *
annex_image_store_open_version (AnnexImageStore *self,
                                const char *version,
                                GCancellable *cancellable)
{
  g_autofree char *path = NULL;

  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (self));
  if (!annex_image_store_is_version (version))
    return annex_future_new_spoken (ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND,
                                    N_ ("There is no image of the computer yet"));
  path = g_build_filename (self->folder, version, NULL);
  return annex_image_open (path, cancellable);
}

DexFuture *
annex_image_store_open_current (AnnexImageStore *self, GCancellable *cancellable)
{
  g_autofree char *version = NULL;

  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (self));
  version = read_current (self->folder);
  return annex_image_store_open_version (self, version, cancellable);
}

char *
annex_image_store_stage (AnnexImageStore *self, const char *version, GError **error)
{
  g_autofree char *name = NULL, *path = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (ANNEX_IS_IMAGE_STORE (self), NULL);
  if (!annex_image_store_is_version (version))
    {
      annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
                        N_ ("The image’s version cannot be a folder’s name"));
      return NULL;
    }
  name = g_strconcat (STAGING_PREFIX, version, NULL);
  path = g_build_filename (self->folder, name, NULL);
  if (!annex_paths_make (path, &local))
    {
      annex_set_spoken (
          error, ANNEX_IMAGE_ERROR,
          g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ? ANNEX_IMAGE_ERROR_NO_SPACE
                                                                   : ANNEX_IMAGE_ERROR_FAILED,
          N_ ("The folder for the computer’s image cannot be made: %s"), local->message);
      return NULL;
    }
  return g_steal_pointer (&path);
}

int
annex_image_store_lock_blocking (AnnexImageStore *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) local = NULL;
  int fd;

  g_return_val_if_fail (ANNEX_IS_IMAGE_STORE (self), -1);
  path = g_build_filename (self->folder, LOCK_NAME, NULL);
  if (!annex_paths_make (self->folder, &local) ||
      (fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
    {
      set_failed (error, N_ ("The folder for the computer’s image cannot be used"));
      return -1;
    }
  while (flock (fd, LOCK_EX | LOCK_NB) < 0)
    {
      if (errno != EWOULDBLOCK && errno != EINTR)
        {
          set_failed (error, N_ ("The folder for the computer’s image cannot be used"));
          close (fd);
          return -1;
        }
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        {
          close (fd);
          return -1;
        }
      g_usleep (LOCK_INTERVAL_US);
    }
  return fd;
}

/* ---- removing */

/* Removes @path with all below it, never following a link; returns the bytes that were freed. */
static guint64
remove_tree (const char *path)
{
  struct stat info;
  guint64 freed = 0;

  if (lstat (path, &info) < 0)
    return 0;
  if (S_ISDIR (info.st_mode))
    {
      g_autoptr (GDir) dir = NULL;
      const char *name;

      chmod (path, 0700);
      dir = g_dir_open (path, 0, NULL);
      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          freed += remove_tree (child);
        }
      rmdir (path);
    }
  else if (unlink (path) == 0 && info.st_nlink <= 1)
    {
      freed = (guint64) info.st_blocks * 512;
    }
  return freed;
}

/* Takes @name out of the store at once, then removes it: nobody sees half an image. */
static guint64
remove_entry (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *identifier = annex_identifier_new ();
  g_autofree char *trash_name = g_strconcat (TRASH_PREFIX, identifier, NULL);
  g_autofree char *trash = g_build_filename (folder, trash_name, NULL);

  if (g_str_has_prefix (name, TRASH_PREFIX) || rename (path, trash) < 0)
    return remove_tree (path);
  return remove_tree (trash);
}

/* ---- installing */

static gboolean
point_current (const char *folder, const char *version, GError **error)
{
  g_autofree char *identifier = annex_identifier_new ();
  g_autofree char *temporary_name = g_strconcat (TRASH_PREFIX, identifier, NULL);
  g_autofree char *temporary = g_build_filename (folder, temporary_name, NULL);
  g_autofree char *current = g_build_filename (folder, CURRENT_NAME, NULL);

  if (symlink (version, temporary) < 0)
    return set_failed (error, N_ ("The new image cannot be made the current one"));
  if (rename (temporary, current) < 0)
    {
      set_failed (error, N_ ("The new image cannot be made the current one"));
      unlink (temporary);
      return FALSE;
    }
  return TRUE;
}

static void
sync_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  syncfs (fd);
  close (fd);
}

AnnexImage *
annex_image_store_install_blocking (AnnexImageStore *self,
                                    const char *staging,
                                    GCancellable *cancellable,
                                    GError **error)
{
  g_autoptr (AnnexImage) staged = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *parent = NULL, *target = NULL;
  const char *version;

  g_return_val_if_fail (ANNEX_IS_IMAGE_STORE (self) && staging != NULL, NULL);
  parent = g_path_get_dirname (staging);
  if (strcmp (parent, self->folder) != 0)
    {
      annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_FAILED,
                        N_ ("Only an image staged in this store can be installed"));
      return NULL;
    }
  staged = annex_image_open_blocking (staging, cancellable, error);
  if (staged == NULL)
    return NULL;
  version = annex_image_get_version (staged);
  target = g_build_filename (self->folder, version, NULL);
  sync_folder (staging);
  if (rename (staging, target) < 0)
    {
      g_autoptr (AnnexImage) there = NULL;

      if (errno != EEXIST && errno != ENOTEMPTY)
        {
          set_failed (error, N_ ("The image cannot be moved into place"));
          return NULL;
        }
      /* The same version is there already. What is whole stays, running computers use it. */
      there = annex_image_open_blocking (target, cancellable, &local);
      if (there == NULL && local->domain != ANNEX_IMAGE_ERROR)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      if (there == NULL ||
          strcmp (annex_image_get_sha256 (there), annex_image_get_sha256 (staged)) != 0)
        {
          remove_entry (self->folder, version);
          if (rename (staging, target) < 0)
            {
              set_failed (error, N_ ("The image cannot be moved into place"));
              return NULL;
            }
        }
      else
        {
          remove_tree (staging);
        }
    }
  sync_folder (self->folder);
  if (!point_current (self->folder, version, error))
    return NULL;
  return annex_image_open_blocking (target, cancellable, error);
}

/* ---- worker threads */

typedef struct
{
  AnnexImageStore *store;
  char *argument;
  GStrv keep;
  GCancellable *cancellable;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_object_unref (work->store);
  g_free (work->argument);
  g_strfreev (work->keep);
  g_clear_object (&work->cancellable);
  g_free (work);
}

static Work *
work_new (AnnexImageStore *store, const char *argument)
{
  Work *work = g_new0 (Work, 1);

  work->store = g_object_ref (store);
  work->argument = g_strdup (argument);
  return work;
}

static DexFuture *
install_work (gpointer data)
{
  Work *work = data;
  GError *error = NULL;
  AnnexImage *image =
      annex_image_store_install_blocking (work->store, work->argument, work->cancellable, &error);

  if (image == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_IMAGE, image);
}

DexFuture *
annex_image_store_install (AnnexImageStore *self, const char *staging, GCancellable *cancellable)
{
  Work *work;

  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (self));
  dex_return_error_if_fail (staging != NULL);
  work = work_new (self, staging);
  g_set_object (&work->cancellable, cancellable);
  return annex_worker_run ("image-install", install_work, work, work_free);
}

AnnexImage *
annex_image_store_set_current_blocking (AnnexImageStore *self,
                                        const char *version,
                                        GCancellable *cancellable,
                                        GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, version, NULL);
  g_autofree char *current = annex_image_store_dup_current (self);
  g_autoptr (AnnexImage) image = annex_image_open_blocking (path, cancellable, error);

  if (image == NULL ||
      (g_strcmp0 (current, version) != 0 && !point_current (self->folder, version, error)))
    return NULL;
  return g_steal_pointer (&image);
}

static DexFuture *
set_current_work (gpointer data)
{
  Work *work = data;
  GError *error = NULL;
  g_autoptr (AnnexImage) image =
      annex_image_store_set_current_blocking (work->store, work->argument, NULL, &error);

  if (image == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_for_boolean (TRUE);
}

DexFuture *
annex_image_store_set_current (AnnexImageStore *self, const char *version)
{
  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (self));
  if (!annex_image_store_is_version (version))
    return annex_future_new_spoken (ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND,
                                    N_ ("There is no such image of the computer"));
  return annex_worker_run ("image-set-current", set_current_work, work_new (self, version),
                           work_free);
}

/* ---- listing */

typedef struct
{
  AnnexImageEntry entry;
  gint64 modified_s;
} Listed;

static int
compare_listed (gconstpointer a, gconstpointer b)
{
  const Listed *left = *(Listed *const *) a, *right = *(Listed *const *) b;

  if (left->modified_s != right->modified_s)
    return left->modified_s > right->modified_s ? -1 : 1;
  return strcmp (right->entry.version, left->entry.version);
}

static guint64
measure (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint64 size = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      struct stat info;

      if (lstat (child, &info) == 0 && S_ISREG (info.st_mode))
        size += (guint64) info.st_blocks * 512;
    }
  return size;
}

static void
entry_free (gpointer data)
{
  annex_image_entry_free (data);
}

static DexFuture *
list_work (gpointer data)
{
  Work *work = data;
  const char *folder = work->store->folder;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *current = read_current (folder);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat info;
      Listed *listed;

      if (!annex_image_store_is_version (name) || lstat (path, &info) < 0 ||
          !S_ISDIR (info.st_mode))
        continue;
      listed = g_new0 (Listed, 1);
      listed->entry.version = g_strdup (name);
      listed->entry.size_bytes = measure (path);
      listed->entry.current = g_strcmp0 (name, current) == 0;
      listed->modified_s = info.st_mtim.tv_sec;
      g_ptr_array_add (entries, listed);
    }
  g_ptr_array_sort (entries, compare_listed);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&entries));
}

DexFuture *
annex_image_store_list (AnnexImageStore *self)
{
  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (self));
  return annex_worker_run ("image-list", list_work, work_new (self, NULL), work_free);
}

/* ---- freeing space */

static gboolean
is_abandoned (const char *path)
{
  struct stat info;

  return lstat (path, &info) == 0 &&
         info.st_mtim.tv_sec + STAGING_LIFE_S < g_get_real_time () / G_USEC_PER_SEC;
}

/* A source that fills the store is about to change which image is the current one. FALSE: one does,
 * or there is no store. */
static gboolean
try_lock (const char *folder, int *lock)
{
  g_autofree char *path = g_build_filename (folder, LOCK_NAME, NULL);

  *lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (*lock >= 0 && flock (*lock, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (*lock >= 0)
    close (*lock);
  *lock = -1;
  return FALSE;
}

/* With @argument set, everything goes. */
static DexFuture *
remove_work (gpointer data)
{
  Work *work = data;
  const char *folder = work->store->folder;
  gboolean all = work->argument != NULL;
  g_autofree char *current = NULL;
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GPtrArray) doomed = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  guint64 freed = 0;
  int lock = -1;

  if (all && !g_file_test (folder, G_FILE_TEST_IS_DIR))
    return dex_future_new_for_uint64 (0);
  if (!try_lock (folder, &lock))
    return all ? annex_future_new_spoken (ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_FAILED,
                                          N_ ("The computer’s image is being set up right now"))
               : dex_future_new_for_uint64 (0);
  current = read_current (folder);
  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      gboolean doom;

      if (g_str_has_prefix (name, STAGING_PREFIX))
        doom = all || is_abandoned (path);
      else if (g_str_has_prefix (name, TRASH_PREFIX))
        doom = TRUE;
      else if (annex_image_store_is_version (name))
        doom = all ||
               (current != NULL && strcmp (name, current) != 0 &&
                !(work->keep != NULL && g_strv_contains ((const char *const *) work->keep, name)));
      else
        doom = all &&
               (strcmp (name, CURRENT_NAME) == 0 || strcmp (name, ANNEX_IMAGE_STORE_FALLEN) == 0);
      if (doom)
        g_ptr_array_add (doomed, g_strdup (name));
    }
  for (guint i = 0; i < doomed->len; i++)
    freed += remove_entry (folder, g_ptr_array_index (doomed, i));
  if (all)
    {
      g_autofree char *path = g_build_filename (folder, LOCK_NAME, NULL);

      unlink (path);
      rmdir (folder);
    }
  close (lock);
  return dex_future_new_for_uint64 (freed);
}

DexFuture *
annex_image_store_remove_unused (AnnexImageStore *self, const char *const *keep)
{
  Work *work;

  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (self));
  work = work_new (self, NULL);
  work->keep = g_strdupv ((GStrv) keep);
  return annex_worker_run ("image-remove", remove_work, work, work_free);
}

DexFuture *
annex_image_store_clear (AnnexImageStore *self)
{
  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (self));
  return annex_worker_run ("image-remove", remove_work, work_new (self, "all"), work_free);
}
