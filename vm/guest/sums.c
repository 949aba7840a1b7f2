/* sums.c
 *
 * Remembers the hashes of files that have not changed since the last listing: a draft is listed
 * after every command, and hashing is most of the work. Wrong only if the agent wants it to be, as
 * root in its own computer; the host checks every content it takes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A file changed this lately may change again without another ctime. */
#define SETTLED_NS INT64_C (2000000000)
#define MAX_SUMS 400000

typedef struct
{
  uint64_t inode;
  uint64_t size;
  int64_t mtime_ns;
  int64_t ctime_ns;
  uint8_t digest[32];
} Sum;

static Sum *known; /* sorted by inode */
static size_t known_count;
static Sum *seen;
static size_t seen_count;
static size_t seen_room;

static int
compare_sums (const void *a, const void *b)
{
  const Sum *x = a, *y = b;

  return (x->inode > y->inode) - (x->inode < y->inode);
}

static void
describe (const struct stat *info, Sum *sum)
{
  sum->inode = info->st_ino;
  sum->size = (uint64_t) info->st_size;
  sum->mtime_ns = (int64_t) info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
  sum->ctime_ns = (int64_t) info->st_ctim.tv_sec * 1000000000 + info->st_ctim.tv_nsec;
}

void
sums_load (const char *path)
{
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  struct stat info;
  size_t bytes;

  known_count = 0;
  if (fd < 0)
    return;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size > 0 &&
      info.st_size <= (off_t) (MAX_SUMS * sizeof (Sum)) && info.st_size % sizeof (Sum) == 0)
    {
      bytes = (size_t) info.st_size;
      known = allocate (bytes);
      if (read (fd, known, bytes) == (ssize_t) bytes)
        known_count = bytes / sizeof (Sum);
      qsort (known, known_count, sizeof *known, compare_sums);
    }
  close (fd);
}

bool
sums_find (const struct stat *info, uint8_t digest[32])
{
  Sum wanted, *found;

  describe (info, &wanted);
  found =
      known_count > 0 ? bsearch (&wanted, known, known_count, sizeof *known, compare_sums) : NULL;
  if (found == NULL || found->size != wanted.size || found->mtime_ns != wanted.mtime_ns ||
      found->ctime_ns != wanted.ctime_ns)
    return false;
  memcpy (digest, found->digest, 32);
  return true;
}

void
sums_add (const struct stat *info, const uint8_t digest[32])
{
  struct timespec now;
  Sum sum;

  describe (info, &sum);
  clock_gettime (CLOCK_REALTIME, &now);
  if (seen_count >= MAX_SUMS ||
      (int64_t) now.tv_sec * 1000000000 + now.tv_nsec < sum.ctime_ns + SETTLED_NS)
    return;
  if (seen_count == seen_room)
    {
      seen_room = seen_room == 0 ? 1024 : seen_room * 2;
      seen = reallocate (seen, seen_room * sizeof *seen);
    }
  memcpy (sum.digest, digest, 32);
  seen[seen_count++] = sum;
}

void
sums_save (const char *path)
{
  char *temporary = format ("%s.new", path);
  size_t bytes = seen_count * sizeof *seen;
  int fd;

  unlink (temporary);
  fd = open (temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd >= 0)
    {
      bool good = write (fd, seen, bytes) == (ssize_t) bytes;

      close (fd);
      if (!good || rename (temporary, path) != 0)
        unlink (temporary);
    }
  free (temporary);
}
