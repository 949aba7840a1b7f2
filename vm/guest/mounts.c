/* mounts.c
 *
 * Mounts a share: virtiofs below, an overlay above it at /folders/<name>; and keeps its view true.
 *
 * What stays stale, and why: an overlay keeps a name's entry as long as something holds it. Once
 * the host has replaced that file, the entry answers ESTALE, to everybody, and dropping caches
 * cannot evict it. The host's attributes and names are believed for one second (virtiofsd's
 * cache=auto). Everything that nobody holds is evicted by dropping caches; what is held is looked
 * at here, and gets a fresh overlay when it is stale.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

/* virtiofsd's time limit for names and attributes, and some more. */
#define BELIEF_MS 1050

#define PROBE_LIMIT_MS 10000
#define PROBE_PAUSE_MS 20

bool
drop_caches (void)
{
  int fd = open ("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
  bool good = fd >= 0;

  if (fd < 0)
    return false;
  /* 4 is for silence: without it each round is a line in the kernel's log. */
  if (pwrite (fd, "4\n", 2, 0) < 0)
    good = false;
  /* 2 is for entries and inodes. The first round only takes the "used lately" mark from entries,
   * and an overlay's entries must go before those of the layer below them. */
  for (int i = 0; i < 4 && good; i++)
    good = pwrite (fd, "2\n", 2, 0) == 2;
  close (fd);
  return good;
}

bool
mount_overlay (Place *place)
{
  /* No redirects and no index: a rename is a whiteout and a copy, and every entry of the upper
   * layer says all there is to say about it. */
  char *options =
      format ("lowerdir=%s,upperdir=%s,workdir=%s,redirect_dir=nofollow,index=off,"
              "metacopy=off,xino=off%s",
              place->lower, place->upper, place->work, place->user_xattrs ? ",userxattr" : "");
  bool good = true;

  if (mount ("overlay", place->folder, "overlay",
             MS_NODEV | MS_NOSUID | (place->read_only ? MS_RDONLY : 0), options) != 0)
    good = complain ("%s cannot be mounted: %s", place->folder, strerror (errno));
  free (options);
  return good;
}

/* The upper layer's root is what the share's root looks like in the guest. */
static bool
make_upper (Place *place)
{
  struct stat info;
  bool is_new = stat (place->upper, &info) != 0;

  if (!make_folders (place->upper) || !make_folders (place->work))
    return false;
  if (!is_new)
    return true;
  if (stat (place->lower, &info) != 0)
    return complain ("%s: %s", place->lower, strerror (errno));
  if ((!place->user_xattrs && chown (place->upper, info.st_uid, info.st_gid) != 0) ||
      chmod (place->upper, (info.st_mode & 0777) | 0700) != 0)
    return complain ("%s: %s", place->upper, strerror (errno));
  return true;
}

/* A device that was just plugged in is found some moments later; until then its tag is unknown. */
static bool
mount_lower (const Place *place)
{
  const struct timespec pause = { .tv_nsec = PROBE_PAUSE_MS * 1000000L };

  for (int waited_ms = 0;; waited_ms += PROBE_PAUSE_MS)
    {
      if (mount (place->tag, place->lower, "virtiofs", MS_RDONLY | MS_NODEV | MS_NOSUID, NULL) == 0)
        return true;
      if (errno != EINVAL || waited_ms >= PROBE_LIMIT_MS)
        return false;
      nanosleep (&pause, NULL);
    }
}

bool
mount_share (Place *place)
{
  if (place->folder == NULL)
    return complain ("a name is needed");
  if (place_is_mounted (place->folder))
    return complain ("%s is mounted already", place->folder);
  if (!place->lower_is_given)
    {
      if (!make_folders (place->lower))
        return false;
      if (!place_is_mounted (place->lower) && !mount_lower (place))
        return complain ("the share %s cannot be reached: %s", place->tag, strerror (errno));
    }
  if (!make_upper (place) || !make_folders (place->folder) || !mount_overlay (place))
    {
      if (!place->lower_is_given)
        umount2 (place->lower, MNT_DETACH);
      return false;
    }
  return true;
}

bool
unmount_overlay (Place *place, bool end_holders)
{
  Holders holders;

  if (umount2 (place->folder, 0) == 0)
    return true;
  if (errno == EINVAL)
    return true; /* not mounted */
  holders_find (place->folder, &holders);
  if (end_holders)
    {
      holders_end (&holders);
      holders_report (&holders, "ended", place->name);
    }
  else
    holders_report (&holders, "held", place->name);
  holders_clear (&holders);
  /* Mounts inside it, too, go with a lazy unmount. */
  if (umount2 (place->folder, 0) != 0 && umount2 (place->folder, MNT_DETACH) != 0)
    return complain ("%s cannot be unmounted: %s", place->folder, strerror (errno));
  return true;
}

bool
change_mode (Place *place)
{
  unsigned long flags =
      MS_REMOUNT | MS_NODEV | MS_NOSUID | (place->read_only ? (unsigned long) MS_RDONLY : 0);

  if (place->folder == NULL)
    return complain ("a name is needed");
  if (!place_is_mounted (place->folder))
    return complain ("%s is not mounted", place->folder);
  if (mount (NULL, place->folder, NULL, flags, NULL) == 0)
    return true;
  if (errno != EBUSY)
    return complain ("%s cannot be mounted another way: %s", place->folder, strerror (errno));
  /* Something has a file open for writing. It would go on writing to the old mount. */
  return unmount_overlay (place, true) && mount_overlay (place);
}

bool
unmount_share (Place *place)
{
  bool good = true;

  if (place->folder == NULL)
    return complain ("a name is needed");
  while (umount2 (place->folder, MNT_DETACH) == 0)
    ;
  if (errno != EINVAL && errno != ENOENT)
    good = complain ("%s cannot be unmounted: %s", place->folder, strerror (errno));
  rmdir (place->folder);
  if (place->lower_is_given)
    return good;
  while (umount2 (place->lower, MNT_DETACH) == 0)
    ;
  if (errno != EINVAL && errno != ENOENT)
    good = complain ("%s cannot be unmounted: %s", place->lower, strerror (errno));
  rmdir (place->lower);
  return good;
}

static bool
is_stale_path (const char *path)
{
  struct stat info;

  return lstat (path, &info) != 0 && errno == ESTALE;
}

/* Does what @holder holds, or a folder above it, hide the truth from others? */
static bool
is_stale (const Place *place, const Holder *holder)
{
  char *path = format ("%s/%s", place->folder, holder->path);
  size_t root = strlen (place->folder);
  bool stale;

  /* An open folder keeps its list of names, which cannot be compared with anything. */
  if (holder->what == 'd' && !holder->deleted)
    {
      free (path);
      return true;
    }
  stale = !holder->deleted && is_stale_path (path);
  while (!stale && strlen (path) > root)
    {
      *strrchr (path, '/') = '\0';
      stale = strlen (path) > root && is_stale_path (path);
    }
  free (path);
  return stale;
}

static bool
refresh_share (Place *place, const Holders *holders, bool end_holders)
{
  bool stale = holders->count == 0; /* held by something that /proc does not show */

  for (size_t i = 0; i < holders->count && !stale; i++)
    stale = is_stale (place, &holders->items[i]);
  if (!stale)
    {
      report ("ok", place->name, NULL);
      return true;
    }
  if (!unmount_overlay (place, end_holders))
    return false;
  drop_caches ();
  if (!mount_overlay (place))
    return false;
  report ("fresh", place->name, NULL);
  return true;
}

/* Using a mount takes the mark of MNT_EXPIRE away. */
static void
use_mount (const Place *place)
{
  int fd = open (place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd >= 0)
    close (fd);
}

/* MNT_EXPIRE says EBUSY when something holds the mount, else it marks it; a mount that is still
 * marked at the second call is unmounted, so the mark must never stay. */
static bool
is_held (Place *place)
{
  bool held;

  use_mount (place);
  if (umount2 (place->folder, MNT_EXPIRE) == 0)
    return !mount_overlay (place);
  held = errno == EBUSY;
  use_mount (place);
  return held;
}

bool
refresh_shares (Place *places, int count, bool end_holders)
{
  Holders *holders = allocate ((size_t) (count + 1) * sizeof *holders);
  bool *held = allocate ((size_t) (count + 1) * sizeof *held);
  bool any = false, good = true;

  /* In a user namespace of a test it is not allowed, and there is no host that changes anything. */
  if (!drop_caches () && count > 0 && !places[0].user_xattrs)
    good = complain ("the caches cannot be dropped: %s", strerror (errno));
  for (int i = 0; i < count; i++)
    {
      held[i] = is_held (&places[i]);
      any |= held[i];
    }
  if (any)
    {
      const struct timespec belief = { BELIEF_MS / 1000, BELIEF_MS % 1000 * 1000000L };

      nanosleep (&belief, NULL);
    }
  for (int i = 0; i < count; i++)
    {
      if (!held[i])
        {
          report ("ok", places[i].name, NULL);
          continue;
        }
      holders_find (places[i].folder, &holders[i]);
      good &= refresh_share (&places[i], &holders[i], end_holders);
      holders_clear (&holders[i]);
    }
  free (holders);
  free (held);
  return good;
}
