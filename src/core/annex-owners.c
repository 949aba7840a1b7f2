/* annex-owners.c
 *
 * See annex-owners.h. The locks are those of an open file (F_OFD_SETLK): closing another descriptor
 * of the same file does not let go of them, and two databases opened by one process are two owners.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-owners.h"

#include "annex-spoken.h"
#include "annex-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define ATTEMPTS 8

struct _AnnexOwners
{
  char *path;
  int fd;        /* -1: not opened yet */
  gint64 number; /* 0: none yet */
};

AnnexOwners *
annex_owners_new (const char *path)
{
  AnnexOwners *self = g_new0 (AnnexOwners, 1);

  self->path = g_strconcat (path, "-owners", NULL);
  self->fd = -1;
  return self;
}

void
annex_owners_free (AnnexOwners *self)
{
  annex_owners_release (self);
  g_free (self->path);
  g_free (self);
}

static gboolean
open_file (AnnexOwners *self)
{
  if (self->fd < 0)
    self->fd = open (self->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  return self->fd >= 0;
}

static gint64
new_number (void)
{
  gint64 number = ((gint64) g_random_int () << 30) ^ (gint64) g_random_int ();

  return MAX (number, 1);
}

gint64
annex_owners_claim (AnnexOwners *self, GError **error)
{
  gboolean opened = self->number != 0 || open_file (self);

  for (guint i = 0; opened && self->number == 0 && i < ATTEMPTS; i++)
    {
      struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };

      lock.l_start = new_number ();
      if (fcntl (self->fd, F_OFD_SETLK, &lock) == 0)
        self->number = lock.l_start;
      else if (errno != EAGAIN && errno != EACCES && errno != EINTR)
        break;
    }
  if (self->number == 0)
    annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED,
                      N_ ("The file %s cannot be locked: %s"), self->path, g_strerror (errno));
  return self->number;
}

gboolean
annex_owners_is_gone (AnnexOwners *self, gint64 number)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = number, .l_len = 1 };

  if (number == self->number)
    return FALSE; /* one's own lock is not in one's way */
  if (number <= 0)
    return TRUE; /* nobody's */
  return open_file (self) && fcntl (self->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;
}

void
annex_owners_release (AnnexOwners *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  self->number = 0;
}
