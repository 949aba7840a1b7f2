/* guest.h
 *
 * What the parts of the guest helper share. The helper is one static binary without libraries; it
 * runs as root inside a task's computer, and nothing it prints is trusted by the host.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

/* ---- places: where one share lives in the guest (places.c) */

typedef struct
{
  const char *prefix; /* "" or, in tests, a folder everything lies below */
  const char *tag;    /* the share's id and virtiofs tag: [a-z0-9]+ */
  const char *name;   /* the folder's name below /folders, or NULL */
  bool user_xattrs;   /* in tests: an overlay of an unprivileged user namespace */
  bool read_only;     /* nothing may be written below /folders/<name> */
  char *lower;        /* <prefix>/run/annex/lower/<tag>, or what --lower names */
  bool lower_is_given;
  char *upper;  /* <prefix>/var/lib/annex/shares/<tag>/upper */
  char *work;   /* <prefix>/var/lib/annex/shares/<tag>/work */
  char *sums;   /* <prefix>/run/annex/draft-<tag>.sums */
  char *folder; /* <prefix>/folders/<name>, NULL without a name */
} Place;

/* Fills the paths from prefix, tag and name. Returns false after a message for a bad tag or name.
 */
bool
place_resolve (Place *place, const char *given_lower);
/* All shares that are mounted now; *places is allocated. Returns how many, or -1. */
int
place_list_mounted (const char *prefix, bool user_xattrs, Place **places);
bool
place_is_mounted (const char *path);
bool
place_is_mounted_read_only (const char *path);
/* mkdir -p with mode 0755. */
bool
make_folders (const char *path);
/* printf into a new string; ends the program when there is no memory. */
char *
format (const char *text, ...) __attribute__ ((format (printf, 1, 2)));
void *
allocate (size_t size);
void *
reallocate (void *old, size_t size);

/* ---- talking (annex-guest.c) */

/* A message on stderr; returns false, so that `return complain (…)` reads well. */
bool
complain (const char *text, ...) __attribute__ ((format (printf, 1, 2)));
/* One line of fields on stdout, separated by tabs; bytes that are not printable ASCII, and
 * backslashes, become \ooo. The list ends with NULL. */
void
report (const char *first, ...) __attribute__ ((sentinel));
/* Reads stdin to its end: NUL-terminated paths. *paths is allocated; returns the count, or -1. */
long
read_paths (char ***paths);

/* ---- mounts (mounts.c) */

bool
mount_share (Place *place);
bool
unmount_share (Place *place);
bool
mount_overlay (Place *place);
/* Makes a mounted share read only, or writable again, as @place says. */
bool
change_mode (Place *place);
/* Takes the overlay of @place away. Ends what holds it when @end_holders; otherwise what holds it
 * keeps its old view, and is reported. */
bool
unmount_overlay (Place *place, bool end_holders);
/* Makes the guest's view of @places true. */
bool
refresh_shares (Place *places, int count, bool end_holders);
/* Drops what the kernel remembers of names and files that nobody holds. */
bool
drop_caches (void);

/* ---- holders (holders.c) */

typedef struct
{
  pid_t pid;
  char command[64];
  char *path; /* what it holds, below the share's folder */
  char what;  /* 'c' working folder, 'f' open file, 'd' open folder, 'm' mapped file */
  bool deleted;
} Holder;

typedef struct
{
  Holder *items;
  size_t count;
} Holders;

/* Every process but this one that has something below @folder open, mapped or as its working
 * folder. Free with holders_clear. */
void
holders_find (const char *folder, Holders *holders);
void
holders_clear (Holders *holders);
/* One "held" or "ended" line a process. */
void
holders_report (const Holders *holders, const char *word, const char *name);
/* TERM, one second, KILL. */
void
holders_end (const Holders *holders);

/* ---- the draft (draft.c, sums.c, stream.c, forget.c, content.c, sha256.c) */

bool
draft_list (const Place *place, uint64_t max_entries);
bool
draft_forget (Place *place, bool all, bool end_holders);
bool
content_cat (const char *upper, const char *path);
bool
content_serve (const char *upper);

/* Opens @path (relative, checked) below @root_fd without following a symlink anywhere. */
int
open_beneath (int root_fd, const char *path, int flags);
/* True when @path is relative, without empty, "." and ".." components. */
bool
path_is_clean (const char *path);
/* Is there an overlay mark of that name ("opaque", "whiteout", …)? Returns the first byte of its
 * value, 'y' for an empty one, or 0. */
char
overlay_mark (int fd, const char *name);
void
overlay_unmark (int fd, const char *name);
bool
overlay_set_opaque (int fd, bool user_xattrs);

/* Hashes known from the last listing (sums.c). */
void
sums_load (const char *path);
bool
sums_find (const struct stat *info, uint8_t digest[32]);
void
sums_add (const struct stat *info, const uint8_t digest[32]);
void
sums_save (const char *path);

typedef struct
{
  uint32_t state[8];
  uint64_t length;
  uint8_t block[64];
  size_t used;
} Sha256;

void
sha256_start (Sha256 *sum);
void
sha256_add (Sha256 *sum, const void *bytes, size_t length);
void
sha256_end (Sha256 *sum, uint8_t digest[32]);

/* Buffered output; the program ends when the host has hung up. */
void
stream_bytes (const void *bytes, size_t length);
void
stream_u8 (uint8_t value);
void
stream_u32 (uint32_t value);
void
stream_u64 (uint64_t value);
void
stream_flush (void);
