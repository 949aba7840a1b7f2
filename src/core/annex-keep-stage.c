/* annex-keep-stage.c
 *
 * What can be made before anything is changed: the new content under a temporary name, checked, and
 * the original in the undo store.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keep-apply-private.h"

#include "annex-beneath.h"
#include "annex-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
check_content (int fd, const AnnexChange *change, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *piece = g_malloc (1 << 18);
  guint64 length = 0;
  gssize n;

  while ((n = pread (fd, piece, 1 << 18, (off_t) length)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return annex_beneath_set_error (error, "Cannot read", change->path);
      g_checksum_update (sum, piece, n);
      length += (guint64) n;
    }
  if (length == change->size_bytes && g_strcmp0 (g_checksum_get_string (sum), change->sha256) == 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                       _ ("The agent’s file changed while it was being kept"));
  return FALSE;
}

/* A replaced file hands its access list, user attributes and group on to its successor. */
static void
inherit (int parent, const char *name, int fd)
{
  g_autofd int old = openat (parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat info;

  if (old < 0 || fstat (old, &info) != 0 || !S_ISREG (info.st_mode))
    return;
  if (info.st_gid != getegid () && fchown (fd, (uid_t) -1, info.st_gid) != 0)
    errno = 0; /* not ours to give */
  annex_copy_attributes (old, fd);
}

static gboolean
stage_file (AnnexKeepApply *self,
            AnnexKeepItem *item,
            int parent,
            const char *temporary,
            const char *name,
            GError **error)
{
  const AnnexChange *change = item->change;
  const struct timespec times[2] = {
    { .tv_nsec = UTIME_OMIT }, { change->mtime_ns / 1000000000, change->mtime_ns % 1000000000 }
  };
  g_autofd int fd =
      openat (parent, temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

  if (fd < 0)
    return annex_beneath_set_error (error, "Cannot write", change->path);
  annex_keep_point ("content");
  if (!self->fetch (change->path, fd, self->user_data, error) || !check_content (fd, change, error))
    return FALSE;
  if (item->step->kind == ANNEX_KEEP_SWAP)
    inherit (parent, name, fd);
  if (fchmod (fd, item->step->mode) != 0 || futimens (fd, times) != 0)
    return annex_beneath_set_error (error, "Cannot write", change->path);
  return TRUE;
}

static gboolean
stage_new (AnnexKeepApply *self,
           AnnexKeepItem *item,
           int parent,
           const char *temporary,
           const char *name,
           GError **error)
{
  const AnnexChange *change = item->change;
  const struct timespec times[2] = {
    { .tv_nsec = UTIME_OMIT }, { change->mtime_ns / 1000000000, change->mtime_ns % 1000000000 }
  };
  struct stat info;

  annex_keep_point ("stage");
  if (change->folder)
    {
      if (mkdirat (parent, temporary, item->step->mode) != 0)
        return annex_beneath_set_error (error, "Cannot write", change->path);
    }
  else if (change->target != NULL)
    {
      if (symlinkat (change->target, parent, temporary) != 0)
        return annex_beneath_set_error (error, "Cannot write", change->path);
      utimensat (parent, temporary, times, AT_SYMLINK_NOFOLLOW);
    }
  else if (!stage_file (self, item, parent, temporary, name, error))
    return FALSE;
  if (fstatat (parent, temporary, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return annex_beneath_set_error (error, "Cannot write", change->path);
  item->step->inode = info.st_ino;
  return TRUE;
}

/* Has the user been there since the decision? Asked after the fingerprint was taken: what comes
 * later is seen by that. */
static gboolean
is_stale (AnnexKeepApply *self, AnnexKeepStep *step, int parent, const char *name)
{
  struct stat info;
  AnnexStat now;

  if (fstatat (parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return TRUE;
  annex_stat_from_info (&now, &info);
  return !annex_stat_same (&step->before, &now) ||
         (S_ISDIR (now.mode) &&
          annex_draft_is_conflict (self->store->root_fd, self->baseline, step->path));
}

/* Saves what is replaced or removed. What is to go to the Trash is copied: there it may be edited.
 */
static gboolean
stage_original (AnnexKeepApply *self,
                AnnexKeepStep *step,
                int parent,
                const char *name,
                GError **error)
{
  g_autofree char *object = g_strdup_printf ("%u", step->number);
  struct stat here, store;
  guint64 bytes = 0;
  gboolean near;

  step->original = annex_beneath_fingerprint (parent, name, &bytes);
  if (step->original == NULL || fstat (parent, &here) != 0 ||
      fstat (self->store->objects_fd, &store) != 0)
    return annex_beneath_set_error (error, "Cannot read", step->path);
  near = here.st_dev == store.st_dev;
  step->stale = is_stale (self, step, parent, name);
  if (step->stale)
    return TRUE;
  annex_keep_point ("save");
  if (step->kind == ANNEX_KEEP_SWAP)
    step->object =
        annex_copy_at (parent, name, self->store->objects_fd, object, ANNEX_COPY_LINK, error);
  else if (near && bytes > ANNEX_KEEP_TRASH_AT_MOST)
    step->moved = step->object = TRUE;
  else
    {
      g_autoptr (GError) local = NULL;

      step->object = step->trash =
          annex_copy_at (parent, name, self->store->objects_fd, object, ANNEX_COPY_COPY, &local);
      if (!step->object && near && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
        step->moved = step->object = TRUE;
      else if (!step->object)
        g_propagate_error (error, g_steal_pointer (&local));
    }
  annex_keep_point ("saved");
  return step->object;
}

gboolean
annex_keep_stage (AnnexKeepApply *self, AnnexKeepItem *item, GError **error)
{
  AnnexKeepStep *step = item->step;
  const char *name;
  g_autofree char *temporary = NULL;
  g_autofd int parent = -1;

  if (step->kind == ANNEX_KEEP_MODE || step->kind == ANNEX_KEEP_MOVE ||
      step->kind == ANNEX_KEEP_MKDIR)
    return TRUE;
  temporary = annex_keep_step_temporary (step, self->store->keep_id);
  parent = annex_beneath_open_parent (self->store->root_fd, step->path, &name);
  if (parent < 0)
    return annex_beneath_set_error (error, "Cannot reach", step->path);
  if (step->kind != ANNEX_KEEP_REMOVE && !stage_new (self, item, parent, temporary, name, error))
    return FALSE;
  return step->kind == ANNEX_KEEP_PUT || stage_original (self, step, parent, name, error);
}
