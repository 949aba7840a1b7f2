/* annex-checkpoint-row.h
 *
 * One checkpoint in the time line of a computer, or its present state at the top.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-checkpoint.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signals: "chosen" (const char *what): "keep" on the present state; "back", "copy" or "remove" on
 * a checkpoint. */
#define ANNEX_TYPE_CHECKPOINT_ROW (annex_checkpoint_row_get_type ())
G_DECLARE_FINAL_TYPE (AnnexCheckpointRow,
                      annex_checkpoint_row,
                      ANNEX,
                      CHECKPOINT_ROW,
                      GtkListBoxRow)

/* @checkpoint NULL: the present state. @is_last: the time line ends here. */
GtkWidget *
annex_checkpoint_row_new (const AnnexCheckpoint *checkpoint, gboolean is_last);
/* NULL for the present state. (borrowed) */
const AnnexCheckpoint *
annex_checkpoint_row_get_checkpoint (AnnexCheckpointRow *self);
/* Can anything be chosen now; is this one being worked on? */
void
annex_checkpoint_row_set_state (AnnexCheckpointRow *self, gboolean is_sensitive, gboolean is_busy);

/* What it is called: the user's name, or what it was made for. For one line. (transfer full) */
char *
annex_checkpoint_dup_words (const AnnexCheckpoint *checkpoint);

G_END_DECLS
