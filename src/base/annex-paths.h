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
