/* annex-workbook-diff.h
 *
 * What differs between two spreadsheets, cell by cell: sheets by their names, rows by their
 * content, cells by their column. Pure; for worker threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-workbook.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_GRID_SAME,
  ANNEX_GRID_ADDED,
  ANNEX_GRID_REMOVED,
  ANNEX_GRID_CHANGED,
  ANNEX_GRID_GAP, /* rows that are the same, left out */
} AnnexGridMark;

/* One line of the grid; the rows are borrowed from the workbooks. */
typedef struct
{
  AnnexGridMark mark;
  const AnnexRow *before; /* nullable */
  const AnnexRow *after;  /* nullable */
  guint n_left_out;       /* of GAP */
} AnnexGridRow;

typedef struct
{
  char *name;
  AnnexGridMark mark; /* of the sheet: SAME, ADDED, REMOVED, CHANGED */
  GArray *rows;       /* AnnexGridRow */
  guint n_columns;
} AnnexGridSheet;

typedef struct
{
  AnnexWorkbook *before; /* owned, nullable */
  AnnexWorkbook *after;  /* owned, nullable */
  GPtrArray *sheets;     /* AnnexGridSheet */
  guint n_cells_changed;
  guint n_rows_added;
  guint n_rows_removed;
  gboolean cut;
} AnnexWorkbookDiff;

/* Takes both; either may be NULL: then it is the other one, whole, and nothing is marked. */
AnnexWorkbookDiff *
annex_workbook_diff_new (AnnexWorkbook *before, AnnexWorkbook *after);
void
annex_workbook_diff_free (AnnexWorkbookDiff *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexWorkbookDiff, annex_workbook_diff_free)

/* Does the cell of that column differ in a CHANGED row? */
gboolean
annex_grid_row_differs (const AnnexGridRow *row, guint column);

G_END_DECLS
