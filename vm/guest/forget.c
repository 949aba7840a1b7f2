/* forget.c
 *
 * Takes entries out of the upper layer, so that the guest sees the host's files again. The overlay
 * is unmounted while its upper layer changes (anything else is undefined), and mounted afresh.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Opens the folder that holds @path's last component, which *name is set to. */
static int
open_parent (int root_fd, char *path, char **name)
{
  char *slash = strrchr (path, '/');
  int fd;

  if (slash == NULL)
    {
      *name = path;
      return fcntl (root_fd, F_DUPFD_CLOEXEC, 0);
    }
  *slash = '\0';
  fd = open_beneath (root_fd, path, O_RDONLY | O_DIRECTORY);
  *slash = '/';
  *name = slash + 1;
  return fd;
}

/* Empties the folder @fd (taken) whatever its depth, with a stack of its own. */
static bool
empty_folder (int fd)
{
  size_t depth = 0, room = 16;
  DIR **stack = allocate (room * sizeof *stack);
  char **names = allocate (room * sizeof *names);
  bool good = true;

  stack[0] = fdopendir (fd);
  if (stack[0] == NULL)
    {
      close (fd);
      free (stack);
      free (names);
      return false;
    }
  for (;;)
    {
      struct dirent *item = readdir (stack[depth]);
      int child;

      if (item == NULL)
        {
          closedir (stack[depth]);
          if (depth == 0)
            break;
          depth--;
          good &= unlinkat (dirfd (stack[depth]), names[depth], AT_REMOVEDIR) == 0;
          free (names[depth]);
          continue;
        }
      if (strcmp (item->d_name, ".") == 0 || strcmp (item->d_name, "..") == 0)
        continue;
      if (unlinkat (dirfd (stack[depth]), item->d_name, 0) == 0)
        continue;
      child = openat (dirfd (stack[depth]), item->d_name,
                      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (child < 0)
        {
          good = false;
          continue;
        }
      if (depth + 2 > room)
        {
          room *= 2;
          stack = reallocate (stack, room * sizeof *stack);
          names = reallocate (names, room * sizeof *names);
        }
      names[depth] = format ("%s", item->d_name);
      stack[++depth] = fdopendir (child);
      if (stack[depth] == NULL)
        {
          close (child);
          free (names[--depth]);
          good = false;
        }
    }
  free (stack);
  free (names);
  return good;
}

/* A folder that is only there because something in it was: the host has it too, with the same mode,
 * and it hides nothing. */
static bool
is_copied_up (int lower_fd, int upper_fd, char *path)
{
  int fd = open_beneath (upper_fd, path, O_RDONLY | O_DIRECTORY);
  int host_fd = lower_fd >= 0 ? open_beneath (lower_fd, path, O_PATH | O_DIRECTORY) : -1;
  struct stat info, host;
  bool result = fd >= 0 && host_fd >= 0 && fstat (fd, &info) == 0 && fstat (host_fd, &host) == 0 &&
                (info.st_mode & 0777) == (host.st_mode & 0777) &&
                overlay_mark (fd, "opaque") != 'y';

  if (fd >= 0)
    close (fd);
  if (host_fd >= 0)
    close (host_fd);
  return result;
}

/* Removes one entry; a folder goes with all it holds. */
static bool
forget_entry (int upper_fd, char *path)
{
  char *name;
  int parent = open_parent (upper_fd, path, &name);
  int fd;
  bool good;

  if (parent < 0)
    return errno == ENOENT;
  if (unlinkat (parent, name, 0) == 0 || errno == ENOENT ||
      unlinkat (parent, name, AT_REMOVEDIR) == 0)
    {
      close (parent);
      return true;
    }
  fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  good = fd >= 0 && empty_folder (fd) && unlinkat (parent, name, AT_REMOVEDIR) == 0;
  close (parent);
  return good;
}

/* Hides the host's @name, which the upper folder @fd does not have or has as a folder. */
static void
hide_name (const Place *place, int fd, int host_fd, const char *name)
{
  struct stat info, host;

  if (fstatat (fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    mknodat (fd, name, S_IFCHR, 0);
  else if (S_ISDIR (info.st_mode) && fstatat (host_fd, name, &host, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR (host.st_mode))
    {
      int child = openat (fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

      if (child < 0)
        return;
      overlay_set_opaque (child, place->user_xattrs);
      close (child);
    }
}

/* An opaque folder would go on hiding what is to be seen again. Once the host has the folder too,
 * it is turned into one that hides the same names one by one. */
static void
uncover_folder (const Place *place, int lower_fd, int upper_fd, char *path)
{
  int fd = open_beneath (upper_fd, path, O_RDONLY | O_DIRECTORY);
  int host_fd = lower_fd >= 0 ? open_beneath (lower_fd, path, O_RDONLY | O_DIRECTORY) : -1;
  DIR *names;
  struct dirent *item;

  if (fd >= 0 && host_fd >= 0 && overlay_mark (fd, "opaque") == 'y' &&
      (names = fdopendir (fcntl (host_fd, F_DUPFD_CLOEXEC, 0))) != NULL)
    {
      while ((item = readdir (names)) != NULL)
        if (strcmp (item->d_name, ".") != 0 && strcmp (item->d_name, "..") != 0)
          hide_name (place, fd, host_fd, item->d_name);
      closedir (names);
      overlay_unmark (fd, "opaque");
    }
  if (fd >= 0)
    close (fd);
  if (host_fd >= 0)
    close (host_fd);
}

/* From the top down: uncovering a folder makes those in it opaque. */
static void
uncover_parents (const Place *place, int lower_fd, int upper_fd, char *path)
{
  for (char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      *slash = '\0';
      uncover_folder (place, lower_fd, upper_fd, path);
      *slash = '/';
    }
}

/* Removes the parents of @path that nothing needs any more. */
static void
forget_parents (int lower_fd, int upper_fd, char *path)
{
  char *slash;

  while ((slash = strrchr (path, '/')) != NULL)
    {
      char *name;
      int parent;
      bool gone;

      *slash = '\0';
      if (!is_copied_up (lower_fd, upper_fd, path))
        return;
      parent = open_parent (upper_fd, path, &name);
      if (parent < 0)
        return;
      gone = unlinkat (parent, name, AT_REMOVEDIR) == 0;
      close (parent);
      if (!gone)
        return;
    }
}

static int
compare_backwards (const void *a, const void *b)
{
  return strcmp (*(char *const *) b, *(char *const *) a);
}

static bool
edit_upper (Place *place, bool all, char **paths, long count)
{
  int upper_fd = open (place->upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int lower_fd = open (place->lower, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool good = true;

  if (upper_fd < 0)
    return complain ("%s: %s", place->upper, strerror (errno));
  if (all)
    good = empty_folder (fcntl (upper_fd, F_DUPFD_CLOEXEC, 0)) ||
           complain ("not everything could be removed: %s", strerror (errno));
  else
    {
      /* Backwards, what is in a folder comes before the folder. All are uncovered before the first
       * is removed, so that no path of the list is taken for one that the agent deleted. */
      qsort (paths, (size_t) count, sizeof *paths, compare_backwards);
      for (long i = 0; i < count; i++)
        if (path_is_clean (paths[i]))
          uncover_parents (place, lower_fd, upper_fd, paths[i]);
      for (long i = 0; i < count; i++)
        if (!path_is_clean (paths[i]))
          good = complain ("a path is not below the share");
        else if (!forget_entry (upper_fd, paths[i]))
          good = complain ("an entry could not be removed: %s", strerror (errno));
        else
          forget_parents (lower_fd, upper_fd, paths[i]);
    }
  syncfs (upper_fd);
  close (upper_fd);
  if (lower_fd >= 0)
    close (lower_fd);
  return good;
}

bool
draft_forget (Place *place, bool all, bool end_holders)
{
  struct rlimit files;
  char **paths = NULL;
  long count = all ? 0 : read_paths (&paths);
  bool mounted = place->folder != NULL && place_is_mounted (place->folder);
  bool good;

  if (count < 0)
    return complain ("the paths cannot be read");
  place->read_only = mounted && place_is_mounted_read_only (place->folder);
  if (getrlimit (RLIMIT_NOFILE, &files) == 0)
    {
      files.rlim_cur = files.rlim_max;
      setrlimit (RLIMIT_NOFILE, &files);
    }
  if (mounted && !unmount_overlay (place, end_holders))
    return false;
  /* What the host wrote a moment ago decides below which folders something shall be seen again. */
  drop_caches ();
  good = edit_upper (place, all, paths, count);
  if (mounted)
    good &= mount_overlay (place);
  for (long i = 0; i < count; i++)
    free (paths[i]);
  free (paths);
  return good;
}
