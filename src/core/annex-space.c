/* annex-space.c
 *
 * See annex-space.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-space.h"

#include "annex-beneath.h"
#include "annex-computer.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 64

G_DEFINE_BOXED_TYPE (AnnexSpace, annex_space, annex_space_copy, annex_space_free)

static GMutex mutex;
static guint64 limit_bytes;

void
annex_space_use_free (AnnexSpaceUse *self)
{
  g_free (self->task_id);
  g_free (self);
}

static AnnexSpace *
space_new (void)
{
  AnnexSpace *self = g_new0 (AnnexSpace, 1);

  self->uses = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_space_use_free);
  return self;
}

AnnexSpace *
annex_space_copy (const AnnexSpace *self)
{
  AnnexSpace *copy = space_new ();
  GPtrArray *uses = copy->uses;

  *copy = *self;
  copy->uses = uses;
  for (guint i = 0; i < self->uses->len; i++)
    {
      const AnnexSpaceUse *use = g_ptr_array_index (self->uses, i);
      AnnexSpaceUse *other = g_memdup2 (use, sizeof *use);

      other->task_id = g_strdup (use->task_id);
      g_ptr_array_add (uses, other);
    }
  return copy;
}

void
annex_space_free (AnnexSpace *self)
{
  g_ptr_array_unref (self->uses);
  g_free (self);
}

/* ---- measuring */

static guint64
measure (int fd, guint depth)
{
  g_autoptr (GPtrArray) names = annex_beneath_list (fd);
  guint64 bytes = 0;

  for (guint i = 0; names != NULL && depth <= MAX_DEPTH && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      struct stat info;

      if (fstatat (fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      bytes += (guint64) info.st_blocks * 512;
      if (S_ISDIR (info.st_mode))
        {
          g_autofd int child = openat (fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

          if (child >= 0)
            bytes += measure (child, depth + 1);
        }
    }
  return bytes;
}

guint64
annex_space_measure_folder (const char *path)
{
  g_autofd int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  return fd >= 0 ? measure (fd, 0) : 0;
}

static AnnexSpaceUse *
take_use (AnnexSpace *self, const char *task_id)
{
  AnnexSpaceUse *use;

  for (guint i = 0; i < self->uses->len; i++)
    if (g_str_equal (((AnnexSpaceUse *) g_ptr_array_index (self->uses, i))->task_id, task_id))
      return g_ptr_array_index (self->uses, i);
  use = g_new0 (AnnexSpaceUse, 1);
  use->task_id = g_strdup (task_id);
  g_ptr_array_add (self->uses, use);
  return use;
}

/* The folders in @place, one a task. Returns what they take together. */
static guint64
add_uses (AnnexSpace *self, const char *place, gboolean checkpoints)
{
  g_autofree char *root = annex_paths_computer (place);
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;
  guint64 all = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (root, name, NULL);
      guint64 bytes = annex_space_measure_folder (folder);
      AnnexSpaceUse *use = bytes > 0 ? take_use (self, name) : NULL;

      all += bytes;
      if (use != NULL && checkpoints)
        use->checkpoint_bytes = bytes;
      else if (use != NULL)
        use->computer_bytes = bytes;
    }
  return all;
}

static int
compare_uses (gconstpointer a, gconstpointer b)
{
  const AnnexSpaceUse *first = *(AnnexSpaceUse *const *) a;
  const AnnexSpaceUse *second = *(AnnexSpaceUse *const *) b;
  guint64 of_first = first->computer_bytes + first->checkpoint_bytes;
  guint64 of_second = second->computer_bytes + second->checkpoint_bytes;

  return of_first > of_second ? -1 : of_first < of_second;
}

AnnexSpace *
annex_space_measure (void)
{
  AnnexSpace *self = space_new ();
  g_autofree char *images = annex_paths_computer ("image");
  g_autofree char *templates = annex_paths_computer ("template");
  g_autofree char *undo = annex_paths_data ("undo");

  self->computer_bytes = add_uses (self, "computers", FALSE);
  self->checkpoint_bytes = add_uses (self, "checkpoints", TRUE);
  g_ptr_array_sort (self->uses, compare_uses);
  self->system_bytes = annex_space_measure_folder (images) + annex_space_measure_folder (templates);
  self->undo_bytes = annex_space_measure_folder (undo);
  self->total_bytes =
      self->system_bytes + self->computer_bytes + self->checkpoint_bytes + self->undo_bytes;
  self->limit_bytes = annex_space_get_limit ();
  return self;
}

/* ---- the limit */

void
annex_space_set_limit (guint64 bytes)
{
  g_mutex_lock (&mutex);
  limit_bytes = bytes;
  g_mutex_unlock (&mutex);
}

guint64
annex_space_get_limit (void)
{
  guint64 bytes;

  g_mutex_lock (&mutex);
  bytes = limit_bytes;
  g_mutex_unlock (&mutex);
  return bytes;
}

gboolean
annex_space_check (guint64 more_bytes, GError **error)
{
  guint64 limit = annex_space_get_limit ();
  g_autoptr (AnnexSpace) space = NULL;
  g_autofree char *allowed = NULL;
  g_autofree char *taken = NULL;
  g_autofree char *wanted = NULL;

  if (limit == 0)
    return TRUE;
  space = annex_space_measure ();
  if (space->total_bytes + more_bytes <= limit)
    return TRUE;
  allowed = g_format_size_full (limit, G_FORMAT_SIZE_IEC_UNITS);
  taken = g_format_size_full (space->total_bytes, G_FORMAT_SIZE_IEC_UNITS);
  wanted = g_format_size_full (more_bytes, G_FORMAT_SIZE_IEC_UNITS);
  annex_set_spoken (
      error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_DISK_LIMIT,
      N_ ("Annex may take %s of the disk and has %s; this needs about %s more. Free the space "
          "of old tasks, or raise the limit in the preferences"),
      allowed, taken, wanted);
  return FALSE;
}
