/* annex-save-file.h
 *
 * A computer's saved memory as a file: copying it without its holes, and giving the copy to another
 * computer. Blocking; worker threads only. Knows the head of libvirt's save format, nothing else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Copies @from to the new or emptied file @to (mode 0600): by reference where the file system can,
 * else only what holds data, so that a sparse file stays sparse. Fails with G_IO_ERROR; @to is gone
 * then. */
gboolean
annex_file_copy_sparse (const char *from, const char *to, GError **error);

/* Gives the file @part its name @to once all of it is on the disk: whoever finds @to finds it whole,
 * whatever happened in between. Fails with G_IO_ERROR; @part is gone then. */
gboolean
annex_file_put_in_place (const char *part, const char *to, GError **error);

/* Makes the copy @to of the saved memory @from that belongs to computer @new_id instead of @old_id:
 * in its head, each mention of the identifier and of the UUID that follows from it is replaced;
 * both have the same length (see annex-domain-xml.h). Fails with G_IO_ERROR_INVALID_DATA when @from
 * is not a save of @old_id, and as above. */
gboolean
annex_save_file_copy (const char *from,
                      const char *to,
                      const char *old_id,
                      const char *new_id,
                      GError **error);

/* Is @path a complete save of computer @id, as far as its head says? G_IO_ERROR. */
gboolean
annex_save_file_check (const char *path, const char *id, GError **error);

G_END_DECLS
