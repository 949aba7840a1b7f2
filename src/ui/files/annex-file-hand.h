/* annex-file-hand.h
 *
 * Handing a file of this machine to the user's own apps: opened, shown in its folder, saved
 * elsewhere, dragged. What does not work is told in a toast.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum {
  ANNEX_FILE_HAND_OPEN,
  ANNEX_FILE_HAND_SHOW,
  ANNEX_FILE_HAND_SAVE,
} AnnexFileHand;

/* @widget: what was pressed; it is kept until that is over. */
void
annex_file_hand_over (GtkWidget *widget, GFile *file, AnnexFileHand how);
/* What a drag of @file carries. (transfer full) */
GdkContentProvider *
annex_file_hand_provide (GFile *file);

G_END_DECLS
