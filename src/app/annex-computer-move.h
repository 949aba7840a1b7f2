/* annex-computer-move.h
 *
 * Moving images and computers to another folder, on another disk perhaps: copied, compared, then
 * put in place whole. Knows files only; who calls sees to it that no computer runs here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-check.h"

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

/* Copies what lies at @from (annex_paths_computer: NULL for the usual places) into a new folder
 * "annex-computers" in @folder. What is asleep loses its memory, as if it had been switched off;
 * templates are made anew. Resolves to the new folder's path (string); rejects with G_IO_ERROR
 * (NO_SPACE, EXISTS, BUSY: another Annex uses a computer, CANCELLED …): then @folder is as it was.
 * Nothing is removed at @from. @progress: main thread. */
DexFuture *
annex_computer_move_copy (const char *folder,
                          AnnexProgressFunc progress,
                          gpointer user_data,
                          GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* Removes image, computers and templates below @folder (NULL: the usual places). Resolves to TRUE.
 */
DexFuture *
annex_computer_move_remove (const char *folder) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
