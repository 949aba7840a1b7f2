/* annex-row-list.h
 *
 * A column of rows of any height over a GListModel, of which only those near the visible part have
 * widgets. Made for reading: what one reads stays where it is, whatever grows, comes or goes around
 * it; it follows the end only while it is at the end. Knows nothing of conversations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* The widget of @item; the list drops it when it is far away and asks again when it is near. */
typedef GtkWidget *(*AnnexRowListFunc) (gpointer item, gpointer user_data);

/* Properties: those of GtkScrollable; "at-end" (boolean, read only): the last row's end is visible
 * and is followed. Signal "near-start": the first row is nearly visible. */
#define ANNEX_TYPE_ROW_LIST (annex_row_list_get_type ())
G_DECLARE_FINAL_TYPE (AnnexRowList, annex_row_list, ANNEX, ROW_LIST, GtkWidget)

/* Nullable. Begins at the end. */
void
annex_row_list_set_model (AnnexRowList *self, GListModel *model);
void
annex_row_list_set_func (AnnexRowList *self, AnnexRowListFunc create, gpointer user_data);
/* The widest the column becomes. */
/* Whether a row's widget holds what must not be lost: then it stays, though it is not near. */
typedef gboolean (*AnnexRowListKeepFunc) (GtkWidget *widget);
void
annex_row_list_set_keep (AnnexRowList *self, AnnexRowListKeepFunc keep);
void
annex_row_list_set_max_width (AnnexRowList *self, int width);
gboolean
annex_row_list_get_at_end (AnnexRowList *self);
void
annex_row_list_scroll_to_end (AnnexRowList *self);
/* So that the row is visible, a third from the top when it was not. */
void
annex_row_list_scroll_to (AnnexRowList *self, guint position);
/* How many rows have widgets. */
guint
annex_row_list_get_n_widgets (AnnexRowList *self);
/* NULL when it has none now. (borrowed) */
GtkWidget *
annex_row_list_get_widget (AnnexRowList *self, guint position);
/* The first row that is visible, and how much of it is above; FALSE when there is none. */
gboolean
annex_row_list_get_top (AnnexRowList *self, guint *position, int *above);

G_END_DECLS
