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

/* A copy that was made. As long as it lives no computer that was copied can be used from the old
 * place, by no process: what it would change there would be lost. Reference counted. */
typedef struct _AnnexComputerMove AnnexComputerMove;

#define ANNEX_TYPE_COMPUTER_MOVE (annex_computer_move_get_type ())
GType
annex_computer_move_get_type (void) G_GNUC_CONST;
AnnexComputerMove *
annex_computer_move_ref (AnnexComputerMove *self);
void
annex_computer_move_unref (AnnexComputerMove *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexComputerMove, annex_computer_move_unref)

/* Copies what lies where computers live now (annex_paths_computer) into a new folder
 * "annex-computers" in @folder. What is asleep loses its memory, as if it had been switched off;
 * templates are made anew. Resolves to an AnnexComputerMove (boxed); rejects with G_IO_ERROR
 * (NO_SPACE, EXISTS, BUSY: another Annex uses a computer, CANCELLED …): then @folder is as it was.
 * Nothing is removed at the old place. @progress: main thread. */
DexFuture *
annex_computer_move_copy (const char *folder,
                          AnnexProgressFunc progress,
                          gpointer user_data,
                          GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* The new folder's path. (borrowed) */
const char *
annex_computer_move_get_folder (AnnexComputerMove *self);
/* Removes what was copied, with what could be made again, from the old place, and lets go of it.
 * Resolves to TRUE; rejects with G_IO_ERROR_BUSY when another Annex has made a computer there since:
 * then everything is left as it is. */
DexFuture *
annex_computer_move_finish (AnnexComputerMove *self) G_GNUC_WARN_UNUSED_RESULT;
/* Removes image, computers and templates below @folder (NULL: the usual places). Resolves to TRUE.
 */
DexFuture *
annex_computer_move_remove (const char *folder) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
