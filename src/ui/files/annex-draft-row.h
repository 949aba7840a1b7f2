/* annex-draft-row.h
 *
 * One line of the draft's tree: a folder of the user's with its mode, a folder with its counts, or
 * a change with its mark. Its mode menu uses the actions "files.mode" (ss: share, mode),
 * "files.show" (s) and "files.revoke" (s) of whatever it is in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-draft-node.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_DRAFT_ROW (annex_draft_row_get_type ())
G_DECLARE_FINAL_TYPE (AnnexDraftRow, annex_draft_row, ANNEX, DRAFT_ROW, GtkBox)

/* @node is nullable. */
void
annex_draft_row_set_node (AnnexDraftRow *self, AnnexDraftNode *node);

G_END_DECLS
