/* annex-template.h
 *
 * The warm template: a computer that has booted once, saved, from which each task's computer is
 * made by restoring a renamed copy. It lies in the cache folder under the key of its kit; it can
 * always be made again. Must not know tasks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer-folder.h"
#include "annex-computer-kit.h"

G_BEGIN_DECLS

/* What a template takes on the disk, roughly: the memory that a guest has touched when it is ready.
 */
#define ANNEX_TEMPLATE_ABOUT_BYTES (G_GUINT64_CONSTANT (160) << 20)

/* Is there a template for @kit that nothing has touched since it was made? Blocking but short. */
gboolean
annex_template_exists (const AnnexComputerKit *kit);

typedef enum {
  ANNEX_TEMPLATE_NONE, /* none was ever made, or all were cleared away */
  ANNEX_TEMPLATE_READY,
  ANNEX_TEMPLATE_STALE,   /* those there are were made with another system, QEMU or machine */
  ANNEX_TEMPLATE_CHANGED, /* something has touched it since it was made, so it is not used */
} AnnexTemplateState;

/* What there is for @kit. Blocking but short. */
AnnexTemplateState
annex_template_look (const AnnexComputerKit *kit);

/* Boots a computer without shares, lets it settle, saves it. Takes about a boot and a save; the
 * memory of one computer must be free. While another Annex makes the same one, waits for that. When
 * @cancel rejects, the computer is destroyed and nothing is left. Resolves to TRUE, at once when there
 * is one already; a @trial boots all the same, to see whether it does, and leaves that one as it is.
 * @guest_failed, which must live until the future settles, becomes TRUE where a computer was started
 * and did not come up, and FALSE with any other failure. */
DexFuture *
annex_template_make (AnnexVirt *virt,
                     AnnexComputerKit *kit,
                     gboolean trial,
                     DexFuture *cancel,
                     gboolean *guest_failed) G_GNUC_WARN_UNUSED_RESULT;

/* Puts copies into @folder: the disk as disk.qcow2, the memory as @memory_name, the latter given to
 * the folder's computer. The disk comes last and at once: a crash leaves none, or a whole one.
 * @folder must be locked and live until the future settles. Resolves to TRUE; rejects with
 * DISK_FULL or FAILED. */
DexFuture *
annex_template_copy (AnnexComputerKit *kit,
                     AnnexComputerFolder *folder,
                     const char *memory_name) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes the template of @kit, because it was refused. Blocking but short. */
void
annex_template_discard (const AnnexComputerKit *kit);

/* Bytes all templates take on disk; with @clear deletes them. Blocking. */
guint64
annex_template_measure_all (gboolean clear);

/* The path of the template's memory file, for tests. (transfer full) */
char *
annex_template_dup_memory_path (const AnnexComputerKit *kit);

/* ANNEX_COMPUTER_ERROR for a G_IO_ERROR of a file of ours. Takes @error. */
GError *
annex_computer_error_from_io (GError *error);

G_END_DECLS
