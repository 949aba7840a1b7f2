/* annex-checkpoint-store.c
 *
 * See annex-checkpoint-store.h; going back and copying are in annex-checkpoint-return.c. A saved
 * memory is never written to again once it is whole, so the checkpoint shares it with the computer
 * by a second name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-checkpoint-store-private.h"

#include "annex-paths.h"
#include "annex-space.h"
#include "annex-save-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PART ".part"
#define SPARE_BYTES (G_GUINT64_CONSTANT (256) << 20)
#define MAX_FACTS_BYTES (64 * 1024)

/* ---------------------------------------------------------------- files */

char *
annex_checkpoint_dup_path (const char *id, const char *checkpoint_id, const char *name)
{
  g_autofree char *rest = g_build_filename ("checkpoints", id, checkpoint_id, name, NULL);

  return annex_paths_computer (rest);
}

gboolean
annex_checkpoint_fail (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s “%s”: %s", what, path,
               g_strerror (code));
  return FALSE;
}

gboolean
annex_checkpoint_sync (const char *path, GError **error)
{
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  if (fd >= 0 && fsync (fd) == 0)
    return TRUE;
  return annex_checkpoint_fail (error, "Cannot write", path);
}

gboolean
annex_checkpoint_share_file (const char *from, const char *to, GError **error)
{
  g_unlink (to);
  if (link (from, to) == 0)
    return TRUE;
  if (errno == ENOENT || errno == ENOSPC)
    return annex_checkpoint_fail (error, "Cannot keep", from);
  /* Not every file system has second names. */
  return annex_file_copy_sparse (from, to, error) && annex_checkpoint_sync (to, error);
}

gboolean
annex_checkpoint_copy_file (const char *from, const char *to, GError **error)
{
  /* Never into a file that has another name as well. */
  g_unlink (to);
  return annex_file_copy_sparse (from, to, error) && annex_checkpoint_sync (to, error);
}

JsonObject *
annex_checkpoint_read_facts (const char *path)
{
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL) || length > MAX_FACTS_BYTES)
    return NULL;
  return annex_json_parse_object (text, (gssize) length, NULL); /* damaged is as good as none */
}

gboolean
annex_checkpoint_write_facts (const char *path, JsonObject *facts, GError **error)
{
  g_autofree char *text = annex_json_object_to_string (facts);

  return annex_file_write_atomic (path, text, strlen (text), 0600, error);
}

/* ---------------------------------------------------------------- listing */

static guint64
measure (const char *path)
{
  struct stat info;

  return stat (path, &info) == 0 ? (guint64) info.st_blocks * 512 : 0;
}

/* NULL when the folder is none. */
static AnnexCheckpoint *
read_one (const char *id, const char *name)
{
  g_autofree char *facts_path = annex_checkpoint_dup_path (id, name, ANNEX_CHECKPOINT_FACTS);
  g_autofree char *disk = annex_checkpoint_dup_path (id, name, ANNEX_CHECKPOINT_DISK);
  g_autofree char *memory = annex_checkpoint_dup_path (id, name, ANNEX_CHECKPOINT_MEMORY);
  g_autoptr (JsonObject) facts = annex_checkpoint_read_facts (facts_path);
  g_autoptr (AnnexCheckpoint) one = NULL;

  if (facts != NULL)
    one = annex_checkpoint_new_from_json (facts, NULL);
  if (one == NULL || !g_str_equal (one->id, name) || !g_file_test (disk, G_FILE_TEST_IS_REGULAR))
    return NULL;
  /* A move to another disk leaves memories behind: they name their old place. */
  one->memory = one->memory && g_file_test (memory, G_FILE_TEST_IS_REGULAR);
  one->size_bytes = measure (disk) + (one->memory ? measure (memory) : 0);
  return g_steal_pointer (&one);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const AnnexCheckpoint *left = *(AnnexCheckpoint *const *) a;
  const AnnexCheckpoint *right = *(AnnexCheckpoint *const *) b;

  if (left->time_us != right->time_us)
    return left->time_us < right->time_us ? -1 : 1;
  return strcmp (left->id, right->id);
}

GPtrArray *
annex_checkpoint_store_list (const char *id)
{
  g_autofree char *root = annex_checkpoint_dup_path (id, NULL, NULL);
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_checkpoint_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      AnnexCheckpoint *one = read_one (id, name);

      if (one != NULL)
        g_ptr_array_add (all, one);
    }
  g_ptr_array_sort (all, compare_times);
  return all;
}

AnnexCheckpoint *
annex_checkpoint_store_find (const char *id, const char *checkpoint_id, GError **error)
{
  AnnexCheckpoint *one = strchr (checkpoint_id, '/') == NULL ? read_one (id, checkpoint_id) : NULL;

  if (one == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         _ ("There is no such checkpoint any more"));
  return one;
}

/* ---------------------------------------------------------------- room */

gboolean
annex_checkpoint_store_is_cheap (AnnexComputerFolder *folder)
{
  g_autofree char *disk = annex_computer_folder_dup_path (folder, ANNEX_CHECKPOINT_DISK);
  g_autofree char *probe = annex_computer_folder_dup_path (folder, "clone.part");
  g_autofd int from = open (disk, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  g_autofd int to = -1;
  gboolean cheap;

  if (from < 0)
    return FALSE;
  g_unlink (probe);
  to = open (probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  cheap = to >= 0 && ioctl (to, FICLONE, from) == 0;
  g_unlink (probe);
  return cheap;
}

gboolean
annex_checkpoint_store_check_room (AnnexComputerFolder *folder,
                                   guint64 memory_bytes,
                                   GError **error)
{
  g_autofree char *disk = annex_computer_folder_dup_path (folder, ANNEX_CHECKPOINT_DISK);
  g_autofree char *place = annex_computer_folder_dup_path (folder, ".");
  guint64 needed = memory_bytes + SPARE_BYTES;
  g_autofree char *needed_text = NULL;
  g_autofree char *free_text = NULL;
  struct statvfs info;
  guint64 room;

  if (!annex_checkpoint_store_is_cheap (folder))
    needed += measure (disk);
  if (statvfs (place, &info) != 0)
    return annex_checkpoint_fail (error, "Cannot read", place);
  room = (guint64) info.f_bavail * info.f_frsize;
  if (room >= needed)
    return annex_space_check (needed - SPARE_BYTES, error);
  needed_text = g_format_size (needed);
  free_text = g_format_size (room);
  g_set_error (
      error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
      _ ("A checkpoint needs %s on this machine’s disk, and %s are free. Free some space, or "
         "remove older checkpoints"),
      needed_text, free_text);
  return FALSE;
}

/* ---------------------------------------------------------------- making */

/* Everything into the unfinished folder @part, on disk. */
static gboolean
fill_part (AnnexComputerFolder *folder, AnnexCheckpoint *made, const char *part, GError **error)
{
  g_autofree char *from_disk = annex_computer_folder_dup_path (folder, ANNEX_CHECKPOINT_DISK);
  g_autofree char *from_memory = annex_computer_folder_dup_path (folder, ANNEX_CHECKPOINT_MEMORY);
  g_autofree char *to_disk = g_build_filename (part, ANNEX_CHECKPOINT_DISK, NULL);
  g_autofree char *to_memory = g_build_filename (part, ANNEX_CHECKPOINT_MEMORY, NULL);
  g_autofree char *to_facts = g_build_filename (part, ANNEX_CHECKPOINT_FACTS, NULL);
  g_autofree char *of_computer = annex_computer_folder_dup_path (folder, ANNEX_COMPUTER_FACTS);
  g_autoptr (JsonObject) computer = annex_checkpoint_read_facts (of_computer);
  g_autoptr (JsonObject) facts = NULL;
  const char *image =
      computer != NULL ? annex_json_opt_string (computer, ANNEX_FACT_IMAGE, NULL) : NULL;

  if (!annex_checkpoint_copy_file (from_disk, to_disk, error))
    return FALSE;
  made->memory = annex_save_file_check (from_memory, annex_computer_folder_get_id (folder), NULL);
  if (made->memory && !annex_checkpoint_share_file (from_memory, to_memory, error))
    return FALSE;
  made->size_bytes = measure (to_disk) + (made->memory ? measure (to_memory) : 0);
  facts = annex_checkpoint_to_json (made);
  if (image != NULL)
    json_object_set_string_member (facts, ANNEX_FACT_IMAGE, image);
  return annex_checkpoint_write_facts (to_facts, facts, error) &&
         annex_checkpoint_sync (part, error);
}

AnnexCheckpoint *
annex_checkpoint_store_make (AnnexComputerFolder *folder,
                             const AnnexCheckpoint *wanted,
                             GError **error)
{
  const char *id = annex_computer_folder_get_id (folder);
  g_autofree char *part_name = g_strconcat (wanted->id, PART, NULL);
  g_autofree char *root = annex_checkpoint_dup_path (id, NULL, NULL);
  g_autofree char *part = annex_checkpoint_dup_path (id, part_name, NULL);
  g_autofree char *whole = annex_checkpoint_dup_path (id, wanted->id, NULL);
  g_autoptr (AnnexCheckpoint) made = annex_checkpoint_copy (wanted);

  if (!annex_folder_remove_flat (part, error) || !annex_paths_make (part, error))
    return NULL;
  if (fill_part (folder, made, part, error))
    {
      if (g_rename (part, whole) == 0)
        {
          annex_checkpoint_sync (root, NULL); /* it is there; a crash of the machine may lose it */
          return g_steal_pointer (&made);
        }
      annex_checkpoint_fail (error, "Cannot write", whole);
    }
  annex_folder_remove_flat (part, NULL); /* the first error is told; the rest is cleaned later */
  return NULL;
}

/* ---------------------------------------------------------------- removing */

gboolean
annex_checkpoint_store_remove (const char *id, const char *checkpoint_id, GError **error)
{
  g_autofree char *part_name = g_strconcat (checkpoint_id, PART, NULL);
  g_autofree char *part = annex_checkpoint_dup_path (id, part_name, NULL);
  g_autofree char *whole = NULL;

  if (strchr (checkpoint_id, '/') != NULL || checkpoint_id[0] == '.')
    return TRUE; /* the name of none */
  whole = annex_checkpoint_dup_path (id, checkpoint_id, NULL);
  /* Half a checkpoint must not look like one. */
  if (!annex_folder_remove_flat (part, error))
    return FALSE;
  if (g_rename (whole, part) != 0)
    return errno == ENOENT || annex_checkpoint_fail (error, "Cannot delete", whole);
  return annex_folder_remove_flat (part, error);
}

/* Deletes the folders in the computer's folder, all of them or those that are unfinished. */
static gboolean
remove_folders (const char *id, gboolean all, GError **error)
{
  g_autofree char *root = annex_checkpoint_dup_path (id, NULL, NULL);
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (root, name, NULL);

      if ((all || g_str_has_suffix (name, PART)) && !annex_folder_remove_flat (path, error))
        return FALSE;
    }
  g_rmdir (root); /* unless there are some left */
  return TRUE;
}

gboolean
annex_checkpoint_store_remove_all (const char *id, GError **error)
{
  return remove_folders (id, TRUE, error);
}

/* ---------------------------------------------------------------- leftovers */

void
annex_checkpoint_store_clean (AnnexComputerFolder *folder)
{
  g_autoptr (GError) error = NULL;

  if (!annex_checkpoint_store_finish_return (folder, &error))
    {
      g_warning ("A computer could not be brought back to its checkpoint: %s", error->message);
      return; /* its copies are still needed */
    }
  annex_computer_folder_discard (folder, ANNEX_CHECKPOINT_DISK ANNEX_CHECKPOINT_NEW);
  annex_computer_folder_discard (folder, ANNEX_CHECKPOINT_MEMORY ANNEX_CHECKPOINT_NEW);
  annex_computer_folder_discard (folder, "clone.part");
  remove_folders (annex_computer_folder_get_id (folder), FALSE, NULL);
}

gboolean
annex_checkpoint_store_has_leftovers (AnnexComputerFolder *folder)
{
  g_autofree char *root =
      annex_checkpoint_dup_path (annex_computer_folder_get_id (folder), NULL, NULL);
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, PART))
      return TRUE;
  return annex_computer_folder_has (folder, ANNEX_CHECKPOINT_DISK ANNEX_CHECKPOINT_NEW) ||
         annex_computer_folder_has (folder, ANNEX_CHECKPOINT_MEMORY ANNEX_CHECKPOINT_NEW) ||
         annex_computer_folder_has (folder, ANNEX_CHECKPOINT_DECISION);
}
