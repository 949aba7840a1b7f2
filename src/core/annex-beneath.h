/* annex-beneath.h
 *
 * Reaching files below a folder's file descriptor without ever following a symlink or crossing a
 * mount, however the path is made. Private to core: drafts, baselines and keeps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-baseline.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* Deeper trees than this are refused, not followed: they would use up the file descriptors. */
#define ANNEX_BENEATH_MAX_DEPTH 200

/* Is @path relative, at most 4096 bytes, without empty, "." and ".." components, each at most 255
 * bytes? */
gboolean
annex_beneath_is_clean (const char *path);
/* Opens a folder of Annex's own, or one that was just chosen. -1 with errno. */
int
annex_beneath_open_root (const char *path);
/* Opens a share's root: a resolved path, of which no part may have become a symlink since. -1 with
 * errno: ELOOP or ENOTDIR for one that has. */
int
annex_beneath_open_share (const char *path);
/* openat2 below @root_fd; "" is @root_fd itself. O_NOFOLLOW and O_CLOEXEC are added. -1 with errno:
 * EINVAL for a path that is not clean, ELOOP for a symlink on the way, EXDEV for a mount. */
int
annex_beneath_open (int root_fd, const char *path, int flags);
/* Opens the folder @path lies in; *@name is set to its last component, inside @path. */
int
annex_beneath_open_parent (int root_fd, const char *path, const char **name);
/* lstat below @root_fd: 0, or -1 with errno. */
int
annex_beneath_lstat (int root_fd, const char *path, struct stat *info);
/* The target of a symlink, NULL with errno. (transfer full) */
char *
annex_beneath_readlink (int root_fd, const char *path);
/* Lower-case hex sha256 of a regular file, NULL with @error. Does not block on FIFOs. */
char *
annex_beneath_sha256 (int root_fd, const char *path, GError **error);
/* The names in folder @fd, sorted by bytes. NULL with errno. (transfer full) */
GPtrArray *
annex_beneath_list (int fd);
/* Removes @name below @folder_fd, a whole tree if it is one. TRUE also when it was not there. */
gboolean
annex_beneath_remove (int folder_fd, const char *name);
/* Sums up what is below @name (or @name itself): names, kinds, inodes, sizes and times, so that a
 * change between two looks is seen. *@bytes, if not NULL, is the size of all files. NULL with
 * errno. (transfer full) */
char *
annex_beneath_fingerprint (int folder_fd, const char *name, guint64 *bytes);
/* @path with @suffix put before its extension: "a/b.txt", " (Annex)" → "a/b (Annex).txt"; shortened
 * so that the name stays a valid one. @number > 1 makes it " (Annex 2)". (transfer full) */
char *
annex_beneath_other_name (const char *path, const char *word, guint number);

void
annex_stat_from_info (AnnexStat *stat, const struct stat *info);
/* Sets @error to G_IO_ERROR from errno: "@what “@path”: …". Returns FALSE. */
gboolean
annex_beneath_set_error (GError **error, const char *what, const char *path);

/* Any bytes as JSON text and back: bytes that are not printable UTF-8, and '%', become %XX.
 * (transfer full) */
char *
annex_beneath_path_to_text (const char *path);
char *
annex_beneath_path_from_text (const char *text);

G_END_DECLS
