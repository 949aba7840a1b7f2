/* draft.c
 *
 * Streams the upper layer of a share: what the agent changed. Read only; follows no symlink,
 * crosses no mount, opens nothing that could block, and keeps one sorted folder a level in memory.
 *
 * The format, all numbers little-endian:
 *   "ANXDRAFT", u32 version (1), then records: u32 length of what follows, u8 type.
 *   'E' entry: u8 kind ('f' file, 'd' folder, 'l' symlink, 'w' whiteout, 'o' other), u8 flags,
 *       u32 mode, u32 uid, u64 size, i64 mtime_ns, u64 rdev, 32 bytes sha256 (files; else zeros),
 *       u32 path length, u32 target length, path, target.
 *   'Z' end: u8 flags (1: more entries than asked for), u64 entries, u64 bytes hashed.
 * Entries come depth first, each folder before what is in it, the names of one folder in byte
 * order. A stream without its end record is incomplete.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FLAG_OPAQUE 1     /* a folder that hides the host's one */
#define FLAG_TOO_LARGE 2  /* not hashed: larger than what can be hashed in time */
#define FLAG_UNSTABLE 4   /* not hashed: it kept changing */
#define FLAG_UNREADABLE 8 /* not hashed or not listed: an error */
#define FLAG_TOO_DEEP 16  /* a folder whose contents are not listed */

#define MAX_DEPTH 200
#define MAX_PATH 4096
/* Either makes a file too large to be kept. */
#define MAX_HASHED (UINT64_C (4) << 30)
#define MAX_HASHING_S 60

typedef struct
{
  int fd;
  char **names;
  size_t count;
  size_t next;
  size_t path_length; /* of the folder's own path, before the slash */
} Level;

typedef struct
{
  Level levels[MAX_DEPTH + 1];
  int depth;
  dev_t device;
  char path[MAX_PATH + 2];
  uint64_t entries;
  uint64_t max_entries;
  uint64_t hashed;
} Walk;

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Reads and sorts the names of the folder @fd, which it takes. */
static bool
read_names (int fd, Level *level)
{
  int copy = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  DIR *folder = copy >= 0 ? fdopendir (copy) : NULL;
  struct dirent *item;
  size_t room = 0;

  *level = (Level) { .fd = fd };
  if (folder == NULL)
    return false;
  while ((item = readdir (folder)) != NULL)
    {
      if (strcmp (item->d_name, ".") == 0 || strcmp (item->d_name, "..") == 0)
        continue;
      if (level->count == room)
        {
          room = room == 0 ? 16 : room * 2;
          level->names = reallocate (level->names, room * sizeof *level->names);
        }
      level->names[level->count++] = format ("%s", item->d_name);
    }
  closedir (folder);
  if (level->count > 1)
    qsort (level->names, level->count, sizeof *level->names, compare_names);
  return true;
}

static void
clear_level (Level *level)
{
  for (size_t i = level->next; i < level->count; i++)
    free (level->names[i]);
  free (level->names);
  close (level->fd);
}

/* Remembered in place of a hash. */
static const uint8_t took_too_long[32];

static bool
same_file (const struct stat *a, const struct stat *b)
{
  return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
         a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
         a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Hashes what @fd holds now. Returns the flags. */
static int
hash_once (int fd, uint8_t digest[32], uint64_t *length)
{
  static uint8_t piece[1 << 17];
  struct timespec start, now;
  Sha256 sum;
  ssize_t n;

  *length = 0;
  clock_gettime (CLOCK_MONOTONIC, &start);
  sha256_start (&sum);
  while ((n = pread (fd, piece, sizeof piece, (off_t) *length)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FLAG_UNREADABLE;
      sha256_add (&sum, piece, (size_t) n);
      *length += (uint64_t) n;
      clock_gettime (CLOCK_MONOTONIC, &now);
      if (*length > MAX_HASHED || now.tv_sec - start.tv_sec > MAX_HASHING_S)
        return FLAG_TOO_LARGE;
    }
  sha256_end (&sum, digest);
  return 0;
}

/* Hashes @fd; *now is what the file was when it was hashed. Returns the flags. */
static int
hash_file (int fd, struct stat *now, uint8_t digest[32], uint64_t *hashed)
{
  for (int attempt = 0; attempt < 3; attempt++)
    {
      struct stat after;
      uint64_t length;
      int flags;

      if (fstat (fd, now) != 0)
        return FLAG_UNREADABLE;
      if ((uint64_t) now->st_size > MAX_HASHED)
        return FLAG_TOO_LARGE;
      if (sums_find (now, digest))
        {
          sums_add (now, digest);
          return memcmp (digest, took_too_long, 32) == 0 ? FLAG_TOO_LARGE : 0;
        }
      flags = hash_once (fd, digest, &length);
      *hashed += length;
      if (flags == FLAG_TOO_LARGE)
        sums_add (now, took_too_long);
      if (flags != 0)
        return flags;
      if (fstat (fd, &after) == 0 && same_file (now, &after) && length == (uint64_t) after.st_size)
        {
          sums_add (now, digest);
          return 0;
        }
    }
  return FLAG_UNSTABLE;
}

static void
write_entry (const char *path,
             char kind,
             int flags,
             const struct stat *info,
             const uint8_t digest[32],
             const char *target,
             size_t target_length)
{
  size_t path_length = strlen (path);

  stream_u32 (
      (uint32_t) (1 + 1 + 1 + 4 + 4 + 8 + 8 + 8 + 32 + 4 + 4 + path_length + target_length));
  stream_u8 ('E');
  stream_u8 ((uint8_t) kind);
  stream_u8 ((uint8_t) flags);
  stream_u32 (info->st_mode);
  stream_u32 (info->st_uid);
  stream_u64 ((uint64_t) info->st_size);
  stream_u64 ((uint64_t) ((int64_t) info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec));
  stream_u64 (info->st_rdev);
  stream_bytes (digest, 32);
  stream_u32 ((uint32_t) path_length);
  stream_u32 ((uint32_t) target_length);
  stream_bytes (path, path_length);
  stream_bytes (target, target_length);
}

static void
list_file (Walk *walk, int folder_fd, const char *name, struct stat *info)
{
  uint8_t digest[32] = { 0 };
  char kind = 'f';
  int flags = FLAG_UNREADABLE;
  int fd = openat (folder_fd, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
  struct stat now;

  /* The name may lead to something else by now. */
  if (fd >= 0 && fstat (fd, &now) == 0 && S_ISREG (now.st_mode))
    {
      *info = now;
      if (info->st_size == 0 && overlay_mark (fd, "whiteout") != 0)
        {
          kind = 'w';
          flags = 0;
        }
      else
        flags = hash_file (fd, info, digest, &walk->hashed);
    }
  if (fd >= 0)
    close (fd);
  if (flags != 0)
    memset (digest, 0, sizeof digest);
  write_entry (walk->path, kind, flags, info, digest, "", 0);
}

/* Writes the folder and, if it can be listed, makes it the next level. */
static void
list_folder (Walk *walk, int folder_fd, const char *name, struct stat *info)
{
  static const uint8_t none[32];
  int fd = openat (folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  size_t length = strlen (walk->path);
  int flags = 0;
  bool enter = false;
  Level level;

  if (fd < 0)
    flags = FLAG_UNREADABLE;
  else if (walk->depth >= MAX_DEPTH || length + 1 + 255 > MAX_PATH)
    flags = FLAG_TOO_DEEP;
  else if (info->st_dev == walk->device)
    enter = true;
  if (fd >= 0 && overlay_mark (fd, "opaque") == 'y')
    flags |= FLAG_OPAQUE;
  if (enter && !read_names (fd, &level))
    {
      flags |= FLAG_UNREADABLE;
      enter = false;
    }
  write_entry (walk->path, info->st_dev == walk->device ? 'd' : 'o', flags, info, none, "", 0);
  if (!enter)
    {
      if (fd >= 0)
        close (fd);
      return;
    }
  level.path_length = length;
  walk->levels[++walk->depth] = level;
}

static void
list_entry (Walk *walk, int folder_fd, const char *name)
{
  static const uint8_t none[32];
  char target[4097];
  ssize_t target_length = 0;
  struct stat info;
  char kind = 'o';

  if (fstatat (folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return; /* gone meanwhile */
  walk->entries++;
  if (S_ISREG (info.st_mode))
    {
      list_file (walk, folder_fd, name, &info);
      return;
    }
  if (S_ISDIR (info.st_mode))
    {
      list_folder (walk, folder_fd, name, &info);
      return;
    }
  if (S_ISLNK (info.st_mode))
    {
      target_length = readlinkat (folder_fd, name, target, sizeof target - 1);
      if (target_length > 0)
        kind = 'l';
      else
        target_length = 0;
    }
  else if (S_ISCHR (info.st_mode) && info.st_rdev == 0)
    kind = 'w';
  write_entry (walk->path, kind, 0, &info, none, target, (size_t) target_length);
}

bool
draft_list (const Place *place, uint64_t max_entries)
{
  static Walk walk;
  const char *upper = place->upper;
  int fd = open (upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat info;
  bool cut = false;

  if (fd < 0 || fstat (fd, &info) != 0)
    return complain ("%s: %s", upper, strerror (errno));
  /* What was listed must survive a crash of the computer. */
  if (syncfs (fd) != 0)
    return complain ("%s cannot be synced: %s", upper, strerror (errno));
  walk.device = info.st_dev;
  walk.max_entries = max_entries;
  if (!read_names (fd, &walk.levels[0]))
    return complain ("%s cannot be listed: %s", upper, strerror (errno));

  sums_load (place->sums);
  stream_bytes ("ANXDRAFT", 8);
  stream_u32 (1);
  while (walk.depth >= 0 && !cut)
    {
      Level *level = &walk.levels[walk.depth];
      char *name;
      size_t start = level->path_length;

      if (level->next == level->count)
        {
          clear_level (level);
          walk.depth--;
          continue;
        }
      if (walk.entries >= walk.max_entries)
        {
          cut = true;
          break;
        }
      name = level->names[level->next++];
      snprintf (walk.path + start, sizeof walk.path - start, "%s%s", start > 0 ? "/" : "", name);
      list_entry (&walk, level->fd, name);
      free (name);
    }
  stream_u32 (1 + 1 + 8 + 8);
  stream_u8 ('Z');
  stream_u8 (cut ? 1 : 0);
  stream_u64 (walk.entries);
  stream_u64 (walk.hashed);
  stream_flush ();
  sums_save (place->sums);
  return true;
}
