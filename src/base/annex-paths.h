/* annex-paths.h
 *
 * Where Annex keeps things: below the XDG base directories, created with mode 0700 when asked for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* $XDG_DATA_HOME/annex/<rest>: the task database, undo store, image. (transfer full) */
char *
annex_paths_data (const char *rest);
/* $XDG_CACHE_HOME/annex/<rest>: what can be made again: templates, thumbnails. (transfer full) */
char *
annex_paths_cache (const char *rest);
/* $XDG_RUNTIME_DIR/annex/<rest>: sockets. Short: socket paths stay under 107 characters. Falls back
 * to a private folder under the cache when there is no runtime directory. (transfer full) */
char *
annex_paths_runtime (const char *rest);
/* $XDG_CONFIG_HOME/annex/<rest>. (transfer full) */
char *
annex_paths_config (const char *rest);

/* Where images, computers and templates live, which take the room: @rest is "image", "computers" or
 * "template", with what is below it. $XDG_DATA_HOME/annex/<rest>, templates $XDG_CACHE_HOME/annex/
 * <rest>, unless another folder was set. (transfer full) */
char *
annex_paths_computer (const char *rest);
/* Another folder for them, absolute, also on another disk; NULL: the usual ones. Before anything uses
 * them, or while nothing does. Any thread. */
void
annex_paths_set_computer_folder (const char *folder);
/* The folder that was set, NULL for none. (transfer full) */
char *
annex_paths_dup_computer_folder (void);

/* Makes @path and its parents, mode 0700. Fails with G_IO_ERROR. */
gboolean
annex_paths_make (const char *path, GError **error);

/* Writes @bytes to @path so that a crash leaves the old or the new file, whole: a temporary file
 * in the same folder, fsync, rename, fsync of the folder. Blocking; worker threads only for
 * anything large. */
gboolean
annex_file_write_atomic (const char *path,
                         const void *bytes,
                         gsize length,
                         int mode,
                         GError **error);

/* Lower-case hex sha256 of a file, read in pieces. Blocking. NULL with G_IO_ERROR.
 * (transfer full) */
char *
annex_file_sha256 (const char *path, GCancellable *cancellable, GError **error);

/* A new identifier: 26 characters of Crockford base 32, time first (a ULID), so that identifiers
 * sort by creation. (transfer full) */
char *
annex_identifier_new (void);

G_END_DECLS
