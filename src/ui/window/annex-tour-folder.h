/* annex-tour-folder.h
 *
 * The tour's folder: a copy of the sample receipts among the user's documents.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Copies the samples (@samples NULL: those installed, or $ANNEX_SAMPLES) to "Annex Tour/Receipts"
 * below @parent (NULL: the user's documents, or home). A copy that is there is used again. Resolves
 * to its path (string); rejects with G_IO_ERROR. */
DexFuture *
annex_tour_folder_make (const char *samples, const char *parent) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
