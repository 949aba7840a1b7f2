/* annex-copy.h
 *
 * Exact copies of files and trees: contents, holes, modes, times, extended attributes; as hard
 * links or shared blocks where the file system has them. Private to core.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* COPY: never shares an inode. LINK: a hard link for each file where possible. */
typedef enum {
  ANNEX_COPY_COPY,
  ANNEX_COPY_LINK,
} AnnexCopyHow;

/* Copies a file, symlink, FIFO, socket or whole tree @from in @from_fd to the new name @to in
 * @to_fd. Nothing is followed. On failure what was made is removed. G_IO_ERROR. */
gboolean
annex_copy_at (int from_fd,
               const char *from,
               int to_fd,
               const char *to,
               AnnexCopyHow how,
               GError **error);
/* Copies what extended attributes can be copied (access lists, user attributes) from one open file
 * to another. Best effort. */
void
annex_copy_attributes (int from_fd, int to_fd);

G_END_DECLS
