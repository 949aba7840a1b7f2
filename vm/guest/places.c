/* places.c
 *
 * Where a share lives in the guest, and which shares are mounted now.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "guest.h"

#include <errno.h>
#include <mntent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void *
allocate (size_t size)
{
  return reallocate (NULL, size);
}

void *
reallocate (void *old, size_t size)
{
  void *result = realloc (old, size);

  if (result == NULL)
    {
      complain ("out of memory");
      exit (1);
    }
  return result;
}

char *
format (const char *text, ...)
{
  char *result = NULL;
  va_list args;
  int length;

  va_start (args, text);
  length = vasprintf (&result, text, args);
  va_end (args);
  if (length < 0)
    {
      complain ("out of memory");
      exit (1);
    }
  return result;
}

bool
make_folders (const char *path)
{
  char *copy = format ("%s", path);
  bool good = true;

  for (char *slash = strchr (copy + 1, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      *slash = '\0';
      mkdir (copy, 0755);
      *slash = '/';
    }
  if (mkdir (copy, 0755) != 0 && errno != EEXIST)
    good = complain ("%s cannot be made: %s", path, strerror (errno));
  free (copy);
  return good;
}

bool
place_resolve (Place *place, const char *given_lower)
{
  size_t length = place->tag != NULL ? strlen (place->tag) : 0;

  if (length == 0 || length > 36 ||
      strspn (place->tag, "abcdefghijklmnopqrstuvwxyz0123456789") != length)
    return complain ("a share's tag is 1 to 36 letters and digits");
  if (place->name != NULL && (!path_is_clean (place->name) || strchr (place->name, '/') != NULL))
    return complain ("a share's name is one file name");
  place->lower = given_lower != NULL ? format ("%s", given_lower)
                                     : format ("%s/run/annex/lower/%s", place->prefix, place->tag);
  place->lower_is_given = given_lower != NULL;
  place->upper = format ("%s/var/lib/annex/shares/%s/upper", place->prefix, place->tag);
  place->sums = format ("%s/run/annex/draft-%s.sums", place->prefix, place->tag);
  place->work = format ("%s/var/lib/annex/shares/%s/work", place->prefix, place->tag);
  if (place->name != NULL)
    place->folder = format ("%s/folders/%s", place->prefix, place->name);
  return true;
}

/* The last mount at a place is the one that is seen. */
static bool
find_mount (const char *path, bool *read_only)
{
  FILE *mounts = setmntent ("/proc/self/mounts", "re");
  struct mntent *mount;
  bool found = false;

  *read_only = false;
  if (mounts == NULL)
    return false;
  while ((mount = getmntent (mounts)) != NULL)
    if (strcmp (mount->mnt_dir, path) == 0)
      {
        found = true;
        *read_only = hasmntopt (mount, "ro") != NULL;
      }
  endmntent (mounts);
  return found;
}

bool
place_is_mounted (const char *path)
{
  bool read_only;

  return find_mount (path, &read_only);
}

bool
place_is_mounted_read_only (const char *path)
{
  bool read_only;

  return find_mount (path, &read_only) && read_only;
}

/* The value of option @name of @mount, up to the next comma: ours hold none. NULL if absent. */
static char *
option_value (const struct mntent *mount, const char *name)
{
  const char *option = hasmntopt (mount, name);
  const char *equals = option != NULL ? strchr (option, '=') : NULL;

  return equals != NULL ? format ("%.*s", (int) strcspn (equals + 1, ","), equals + 1) : NULL;
}

int
place_list_mounted (const char *prefix, bool user_xattrs, Place **places)
{
  FILE *mounts = setmntent ("/proc/self/mounts", "re");
  char *folders = format ("%s/folders/", prefix);
  char *shares = format ("%s/var/lib/annex/shares/", prefix);
  struct mntent *mount;
  int count = 0;

  *places = NULL;
  if (mounts == NULL)
    return -1;
  while ((mount = getmntent (mounts)) != NULL)
    {
      Place place = { .prefix = prefix, .user_xattrs = user_xattrs };
      char *upper, *lower;

      if (strcmp (mount->mnt_type, "overlay") != 0 ||
          strncmp (mount->mnt_dir, folders, strlen (folders)) != 0)
        continue;
      upper = option_value (mount, "upperdir");
      lower = option_value (mount, "lowerdir");
      if (upper == NULL || lower == NULL || strncmp (upper, shares, strlen (shares)) != 0)
        continue;
      place.read_only = hasmntopt (mount, "ro") != NULL;
      place.name = format ("%s", mount->mnt_dir + strlen (folders));
      place.tag =
          format ("%.*s", (int) strcspn (upper + strlen (shares), "/"), upper + strlen (shares));
      if (!place_resolve (&place, lower))
        continue;
      *places = reallocate (*places, (size_t) (count + 1) * sizeof **places);
      (*places)[count++] = place;
      free (upper);
      free (lower);
    }
  endmntent (mounts);
  free (folders);
  free (shares);
  return count;
}
