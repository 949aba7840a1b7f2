/* annex-checkpoint-store.h
 *
 * The checkpoints of computers on disk: …/checkpoints/<computer>/<checkpoint>/ holds disk.qcow2,
 * memory.save (unless the computer was off), and checkpoint.json. A folder of that name is whole;
 * what is being made ends in ".part". Each step leaves, wherever it is cut short, a state that the
 * next start puts right. Blocking; worker threads only, and the computer's folder must be locked
 * and its machine not running. Knows files, neither libvirt nor tasks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-checkpoint.h"
#include "annex-computer-folder.h"

G_BEGIN_DECLS

/* Those of computer @id that are whole, oldest first, with what they take. Needs no lock.
 * (transfer full) */
GPtrArray *
annex_checkpoint_store_list (const char *id);
/* One of them; NULL with G_IO_ERROR_NOT_FOUND. (transfer full) */
AnnexCheckpoint *
annex_checkpoint_store_find (const char *id, const char *checkpoint_id, GError **error);

/* Is there room for a checkpoint of the folder's computer, of whose memory @memory_bytes are not on
 * disk yet? G_IO_ERROR_NO_SPACE says how much is needed and how much is free. */
gboolean
annex_checkpoint_store_check_room (AnnexComputerFolder *folder,
                                   guint64 memory_bytes,
                                   GError **error);
/* Do copies on this disk cost neither time nor room? */
gboolean
annex_checkpoint_store_is_cheap (AnnexComputerFolder *folder);

/* Keeps the folder's disk, and its memory where there is one, as @wanted. G_IO_ERROR.
 * (transfer full) */
AnnexCheckpoint *
annex_checkpoint_store_make (AnnexComputerFolder *folder,
                             const AnnexCheckpoint *wanted,
                             GError **error);
/* Needs no lock. TRUE also when there was none. */
gboolean
annex_checkpoint_store_remove (const char *id, const char *checkpoint_id, GError **error);
/* All of a computer. */
gboolean
annex_checkpoint_store_remove_all (const char *id, GError **error);

/* Going back, in three steps: copies beside the present files, which may still be in use; the
 * decision, on disk; and the change itself, which is made again as often as it was cut short. */
gboolean
annex_checkpoint_store_prepare_return (AnnexComputerFolder *folder,
                                       const char *checkpoint_id,
                                       GError **error);
gboolean
annex_checkpoint_store_decide_return (AnnexComputerFolder *folder,
                                      const char *checkpoint_id,
                                      GError **error);
/* TRUE also when nothing was decided. */
gboolean
annex_checkpoint_store_finish_return (AnnexComputerFolder *folder, GError **error);

/* Makes @target, locked and without a disk, a copy of the checkpoint of computer @id, given to the
 * target's computer; it is noted that its identity must be made new. */
gboolean
annex_checkpoint_store_fork (const char *id,
                             const char *checkpoint_id,
                             AnnexComputerFolder *target,
                             GError **error);

/* Deletes what no living process is making: ".part" folders and prepared copies that were never
 * decided; finishes what was. */
void
annex_checkpoint_store_clean (AnnexComputerFolder *folder);
/* Is there anything for the above to do? Needs no lock. */
gboolean
annex_checkpoint_store_has_leftovers (AnnexComputerFolder *folder);

G_END_DECLS
