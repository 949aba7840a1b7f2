/* annex-computer-move.c
 *
 * See annex-computer-move.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-move.h"

#include "annex-beneath.h"
#include "annex-computer-folder.h"
#include "annex-domain-xml.h"
#include "annex-future.h"
#include "annex-paths.h"
#include "annex-space.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FOLDER_NAME "annex-computers"
#define BUFFER_BYTES (1u << 20)
#define SPARE_BYTES (G_GUINT64_CONSTANT (256) << 20)
#define MAX_DEPTH 6

static const char *const kinds[] = { "image", "computers", "checkpoints" };

struct _AnnexComputerMove
{
  char *folder;     /* the new one */
  char *old;        /* NULL: the usual places */
  char *computers;  /* at the old place */
  GPtrArray *locks; /* AnnexComputerFolder: what was copied */
};

G_DEFINE_BOXED_TYPE (AnnexComputerMove,
                     annex_computer_move,
                     annex_computer_move_ref,
                     annex_computer_move_unref)

AnnexComputerMove *
annex_computer_move_ref (AnnexComputerMove *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
computer_move_clear (gpointer data)
{
  AnnexComputerMove *self = data;

  g_free (self->folder);
  g_free (self->old);
  g_free (self->computers);
  g_ptr_array_unref (self->locks);
}

void
annex_computer_move_unref (AnnexComputerMove *self)
{
  g_atomic_rc_box_release_full (self, computer_move_clear);
}

const char *
annex_computer_move_get_folder (AnnexComputerMove *self)
{
  return self->folder;
}

typedef struct
{
  char *folder;
  GCancellable *cancellable;
  AnnexProgressFunc progress;
  gpointer user_data;
  AnnexComputerMove *made;
  guint64 total;
  guint64 done;
  gint64 told_us;
} Move;

static void
move_free (gpointer data)
{
  Move *move = data;

  g_free (move->folder);
  g_clear_object (&move->cancellable);
  annex_computer_move_unref (move->made);
  g_free (move);
}

/* Progress, in the main thread */

typedef struct
{
  AnnexProgressFunc progress;
  gpointer user_data;
  double fraction;
} Told;

static gboolean
told_cb (gpointer data)
{
  Told *told = data;

  told->progress (_ ("Moving Annex’s computers…"), told->fraction, told->user_data);
  return G_SOURCE_REMOVE;
}

static void
tell (Move *move)
{
  gint64 now = g_get_monotonic_time ();
  Told *told;

  if (move->progress == NULL || now - move->told_us < 100000)
    return;
  move->told_us = now;
  told = g_new0 (Told, 1);
  told->progress = move->progress;
  told->user_data = move->user_data;
  /* Each byte is copied and compared. */
  told->fraction = CLAMP ((double) move->done / (double) MAX (move->total * 2, 1), 0, 1);
  g_idle_add_full (G_PRIORITY_DEFAULT, told_cb, told, g_free);
}

/* Copying */

static gboolean
set_error (GError **error, const char *what, const char *name)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), _ ("%s “%s”: %s"), _ (what), name,
               g_strerror (code));
  return FALSE;
}

static gboolean
write_all (int fd, const char *bytes, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      bytes += n;
      length -= (gsize) n;
    }
  return TRUE;
}

static gssize
read_full (int fd, char *bytes, gsize length)
{
  gsize done = 0;

  while (done < length)
    {
      gssize n = read (fd, bytes + done, length - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      done += (gsize) n;
    }
  return (gssize) done;
}

/* Runs of zeros become holes again. */
static gboolean
is_zero (const char *bytes, gsize length)
{
  return length > 0 && bytes[0] == 0 && memcmp (bytes, bytes + 1, length - 1) == 0;
}

static gboolean
copy_bytes (Move *move, int in, int out, const char *name, GError **error)
{
  g_autofree char *buffer = g_malloc (BUFFER_BYTES);
  off_t length = 0;
  gssize n;

  while ((n = read_full (in, buffer, BUFFER_BYTES)) > 0)
    {
      if (g_cancellable_set_error_if_cancelled (move->cancellable, error))
        return FALSE;
      if (is_zero (buffer, (gsize) n) ? lseek (out, n, SEEK_CUR) < 0
                                      : !write_all (out, buffer, (gsize) n))
        return set_error (error, N_ ("The copy cannot be written:"), name);
      length += n;
      move->done += (guint64) n;
      tell (move);
    }
  if (n < 0)
    return set_error (error, N_ ("This cannot be read:"), name);
  if (ftruncate (out, length) != 0 || fsync (out) != 0)
    return set_error (error, N_ ("The copy cannot be written:"), name);
  return TRUE;
}

static gboolean
compare_bytes (Move *move, int in, int out, const char *name, GError **error)
{
  g_autofree char *ours = g_malloc (BUFFER_BYTES);
  g_autofree char *theirs = g_malloc (BUFFER_BYTES);
  gssize n;

  if (lseek (in, 0, SEEK_SET) < 0 || lseek (out, 0, SEEK_SET) < 0)
    return set_error (error, N_ ("This cannot be read:"), name);
  while ((n = read_full (in, ours, BUFFER_BYTES)) > 0)
    {
      if (g_cancellable_set_error_if_cancelled (move->cancellable, error))
        return FALSE;
      if (read_full (out, theirs, (gsize) n) != n || memcmp (ours, theirs, (gsize) n) != 0)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       _ ("The copy of “%s” is not the same; the other disk may be faulty"), name);
          return FALSE;
        }
      move->done += (guint64) n;
      tell (move);
    }
  return n == 0 ? TRUE : set_error (error, N_ ("This cannot be read:"), name);
}

static gboolean
copy_file (Move *move, int from, int to, const char *name, const struct stat *info, GError **error)
{
  g_autofd int in = openat (from, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  g_autofd int out =
      in >= 0 ? openat (to, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
  struct timespec times[2] = { info->st_atim, info->st_mtim };

  if (out < 0)
    return set_error (error, N_ ("This cannot be copied:"), name);
  if (!copy_bytes (move, in, out, name, error) || !compare_bytes (move, in, out, name, error))
    return FALSE;
  if (fchmod (out, info->st_mode & 07777) != 0 || futimens (out, times) != 0)
    return set_error (error, N_ ("This cannot be copied:"), name);
  return TRUE;
}

/* What only fits this place, or can be made again. */
static gboolean
is_left_behind (const char *name)
{
  return g_str_has_prefix (name, "memory.save") || g_str_equal (name, "template.save");
}

static gboolean
copy_folder (Move *move, int from, int to, guint depth, GError **error)
{
  g_autoptr (GPtrArray) names = annex_beneath_list (from);

  if (names == NULL || depth > MAX_DEPTH)
    return set_error (error, N_ ("A folder cannot be read"), "");
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      struct stat info;

      if (is_left_behind (name))
        continue;
      if (fstatat (from, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return set_error (error, N_ ("This cannot be copied:"), name);
      if (S_ISDIR (info.st_mode))
        {
          g_autofd int child = openat (from, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
          g_autofd int made = -1;

          if (child < 0 || mkdirat (to, name, 0700) != 0)
            return set_error (error, N_ ("This cannot be copied:"), name);
          made = openat (to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
          if (made < 0)
            return set_error (error, N_ ("This cannot be copied:"), name);
          if (!copy_folder (move, child, made, depth + 1, error))
            return FALSE;
          if (fchmod (made, info.st_mode & 07777) != 0)
            return set_error (error, N_ ("This cannot be copied:"), name);
        }
      else if (S_ISLNK (info.st_mode))
        {
          char target[PATH_MAX];
          gssize n = readlinkat (from, name, target, sizeof target - 1);

          if (n < 0)
            return set_error (error, N_ ("This cannot be copied:"), name);
          target[n] = '\0';
          if (symlinkat (target, to, name) != 0)
            return set_error (error, N_ ("This cannot be copied:"), name);
        }
      else if (S_ISREG (info.st_mode) && !copy_file (move, from, to, name, &info, error))
        return FALSE;
    }
  return fsync (to) == 0 ? TRUE : set_error (error, N_ ("A folder cannot be written"), "");
}

/* The move */

static gboolean
lock_computers (AnnexComputerMove *made, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (made->computers, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      AnnexComputerFolder *folder;

      if (!annex_computer_id_is_valid (name))
        continue;
      folder = annex_computer_folder_new (name);
      g_ptr_array_add (made->locks, folder);
      if (annex_computer_folder_lock (folder, error))
        continue;
      g_prefix_error (error, "A computer is in use by another Annex: ");
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_locked (AnnexComputerMove *made, const char *id)
{
  for (guint i = 0; i < made->locks->len; i++)
    if (g_str_equal (annex_computer_folder_get_id (g_ptr_array_index (made->locks, i)), id))
      return TRUE;
  return FALSE;
}

/* FALSE: another process has made a computer there since. */
static gboolean
is_all (AnnexComputerMove *made, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (made->computers, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (annex_computer_id_is_valid (name) && !is_locked (made, name))
      {
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                             _ ("Another Annex has made a computer meanwhile; try again when it "
                                "has ended"));
        return FALSE;
      }
  return TRUE;
}

static gboolean
has_room (Move *move, GError **error)
{
  struct statvfs info;
  g_autofree char *needed = NULL;
  g_autofree char *there = NULL;
  guint64 room;

  if (statvfs (move->folder, &info) != 0)
    return set_error (error, N_ ("The folder cannot be used"), move->folder);
  room = (guint64) info.f_bavail * info.f_frsize;
  if (room >= move->total + SPARE_BYTES)
    return TRUE;
  needed = g_format_size (move->total + SPARE_BYTES);
  there = g_format_size (room);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
               _ ("There is not enough room there: %s are needed, %s are free"), needed, there);
  return FALSE;
}

static gboolean
is_inside_old (const char *folder)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *old = annex_paths_computer (kinds[i]);
      g_autofree char *below = g_strconcat (old, "/", NULL);
      g_autofree char *with_end = g_strconcat (folder, "/", NULL);

      if (g_str_has_prefix (with_end, below))
        return TRUE;
    }
  return FALSE;
}

static gboolean
copy_all (Move *move, int part, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *old = annex_paths_computer (kinds[i]);
      g_autofd int from = open (old, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      g_autofd int to = -1;

      if (from < 0 && errno == ENOENT)
        continue;
      if (from < 0)
        return set_error (error, N_ ("This cannot be read:"), old);
      if (mkdirat (part, kinds[i], 0700) != 0)
        return set_error (error, N_ ("The folder cannot be made:"), kinds[i]);
      to = openat (part, kinds[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
      if (to < 0)
        return set_error (error, N_ ("The folder cannot be made:"), kinds[i]);
      if (!copy_folder (move, from, to, 0, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
copy_into (Move *move, int root, GError **error)
{
  static const char part_name[] = FOLDER_NAME ".part";
  g_autofd int part = -1;
  struct stat info;

  if (fstatat (root, FOLDER_NAME, &info, AT_SYMLINK_NOFOLLOW) == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _ ("There is a folder “%s” there already"),
                   FOLDER_NAME);
      return FALSE;
    }
  annex_beneath_remove (root, part_name);
  if (mkdirat (root, part_name, 0700) != 0)
    return set_error (error, N_ ("The folder cannot be written"), move->folder);
  part = openat (root, part_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (part >= 0 && copy_all (move, part, error) && is_all (move->made, error) && fsync (part) == 0)
    {
      if (renameat (root, part_name, root, FOLDER_NAME) == 0 && fsync (root) == 0)
        return TRUE;
      set_error (error, N_ ("The folder cannot be written"), move->folder);
    }
  else if (error != NULL && *error == NULL)
    set_error (error, N_ ("The folder cannot be written"), move->folder);
  annex_beneath_remove (root, part_name);
  return FALSE;
}

static DexFuture *
copy_work (gpointer data)
{
  Move *move = data;
  g_autofd int root = open (move->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  GError *error = NULL;
  gboolean ok;

  if (root < 0)
    {
      set_error (&error, "The folder cannot be used", move->folder);
      return annex_future_new_error (error);
    }
  if (is_inside_old (move->folder))
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                    _ ("The computers live in that folder already"));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *old = annex_paths_computer (kinds[i]);

      move->total += annex_space_measure_folder (old);
    }
  ok = has_room (move, &error) && lock_computers (move->made, &error) &&
       copy_into (move, root, &error);
  if (ok)
    return dex_future_new_take_boxed (ANNEX_TYPE_COMPUTER_MOVE,
                                      annex_computer_move_ref (move->made));
  g_ptr_array_set_size (move->made->locks, 0); /* who hears of the end may start one at once */
  return annex_future_new_error (error);
}

DexFuture *
annex_computer_move_copy (const char *folder,
                          AnnexProgressFunc progress,
                          gpointer user_data,
                          GCancellable *cancellable)
{
  Move *move;

  dex_return_error_if_fail (folder != NULL && g_path_is_absolute (folder));

  move = g_new0 (Move, 1);
  move->folder = g_strdup (folder);
  move->progress = progress;
  move->user_data = user_data;
  move->made = g_atomic_rc_box_new0 (AnnexComputerMove);
  move->made->folder = g_build_filename (folder, FOLDER_NAME, NULL);
  move->made->old = annex_paths_dup_computer_folder ();
  move->made->computers = annex_paths_computer ("computers");
  move->made->locks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_computer_folder_free);
  g_set_object (&move->cancellable, cancellable);
  return annex_worker_run ("annex-move", copy_work, move, move_free);
}

/* Removing */

static void
remove_at (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofd int fd = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd >= 0)
    annex_beneath_remove (fd, name);
}

static void
remove_all (const char *folder)
{
  g_autofree char *template =
      folder != NULL ? g_build_filename (folder, "template", NULL) : annex_paths_cache ("template");

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path =
          folder != NULL ? g_build_filename (folder, kinds[i], NULL) : annex_paths_data (kinds[i]);

      remove_at (path);
    }
  remove_at (template);
  if (folder != NULL)
    rmdir (folder);
}

static DexFuture *
remove_work (gpointer folder)
{
  remove_all (folder);
  return dex_future_new_true ();
}

DexFuture *
annex_computer_move_remove (const char *folder)
{
  return annex_worker_run ("annex-move", remove_work, g_strdup (folder), g_free);
}

static DexFuture *
finish_work (gpointer data)
{
  AnnexComputerMove *self = data;
  GError *error = NULL;
  gboolean ok = is_all (self, &error);

  if (ok)
    remove_all (self->old);
  g_ptr_array_set_size (self->locks, 0); /* who hears of the end may start one at once */
  return ok ? dex_future_new_true () : dex_future_new_for_error (error);
}

DexFuture *
annex_computer_move_finish (AnnexComputerMove *self)
{
  return annex_worker_run ("annex-move", finish_work, annex_computer_move_ref (self),
                           (GDestroyNotify) annex_computer_move_unref);
}
