/* annex-workbook.h
 *
 * A spreadsheet as text, cell by cell, read from xlsx, ods or separated values. Pure; for worker
 * threads; what it reads is untrusted, so everything has a limit and "cut" says when one was
 * reached. Formulas are text and are never worked out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define ANNEX_WORKBOOK_MAX_CELLS 200000 /* of all sheets together */
#define ANNEX_WORKBOOK_MAX_SHEETS 100
#define ANNEX_WORKBOOK_MAX_COLUMNS 16384
#define ANNEX_WORKBOOK_MAX_ROWS 10000000
#define ANNEX_WORKBOOK_MAX_TEXT 2000 /* characters of one cell */

/* One cell that holds something. Cells share texts. */
typedef struct
{
  guint column;  /* from 0 */
  char *text;    /* GRefString: what a person sees */
  char *value;   /* GRefString, in full, where less of it is shown; nullable */
  char *formula; /* GRefString, with "="; nullable */
} AnnexCell;

typedef struct
{
  guint number;  /* from 1 */
  GArray *cells; /* AnnexCell, by column */
} AnnexRow;

typedef struct
{
  char *name;
  GPtrArray *rows; /* AnnexRow, by number; rows without a cell are left out */
  guint n_columns;
} AnnexSheet;

typedef struct
{
  GPtrArray *sheets; /* AnnexSheet */
  gboolean cut;
} AnnexWorkbook;

typedef enum {
  ANNEX_WORKBOOK_XLSX,
  ANNEX_WORKBOOK_ODS,
  ANNEX_WORKBOOK_SEPARATED, /* comma, semicolon or tab */
} AnnexWorkbookFormat;

/* Fails with G_IO_ERROR_INVALID_DATA or NO_SPACE. (transfer full) */
AnnexWorkbook *
annex_workbook_read (GBytes *bytes, AnnexWorkbookFormat format, GError **error);
void
annex_workbook_free (AnnexWorkbook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexWorkbook, annex_workbook_free)

/* Shown alike, and nothing hidden behind it that differs. Both nullable. */
gboolean
annex_cell_equal (const AnnexCell *a, const AnnexCell *b);
/* The cell of @row (nullable) at @column, or NULL. Borrowed. */
const AnnexCell *
annex_row_find (const AnnexRow *row, guint column);
gboolean
annex_row_equal (const AnnexRow *a, const AnnexRow *b);
guint
annex_row_hash (const AnnexRow *row);
/* "A", "Z", "AA" … of a column from 0. (transfer full) */
char *
annex_column_name (guint column);
/* "B12" → 1, 12. FALSE when it is no reference or is beyond the limits. */
gboolean
annex_cell_parse_reference (const char *reference, guint *column, guint *row);

G_END_DECLS
