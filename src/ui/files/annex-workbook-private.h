/* annex-workbook-private.h
 *
 * Building a workbook, for its readers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-workbook.h"

G_BEGIN_DECLS

/* What a reader fills. */
typedef struct
{
  AnnexWorkbook *workbook;
  AnnexSheet *sheet; /* the present one; nullable */
  AnnexRow *row;     /* the present one; nullable */
  guint n_cells;
} AnnexWorkbookBuilder;

void
annex_workbook_builder_init (AnnexWorkbookBuilder *self);
/* FALSE when there are too many. */
gboolean
annex_workbook_builder_begin_sheet (AnnexWorkbookBuilder *self, const char *name);
/* Rows come in order; one that does not, or is beyond the limits, gets no cells. */
void
annex_workbook_builder_begin_row (AnnexWorkbookBuilder *self, guint number);
/* FALSE when there are too many cells; out of order ones are left out. What @cell has are
 * GRefStrings, cut already (annex_workbook_new_text), referenced here; each may be NULL. */
gboolean
annex_workbook_builder_add (AnnexWorkbookBuilder *self, const AnnexCell *cell);

/* Releases what @cell has, which it has referenced itself. */
void
annex_cell_clear (AnnexCell *cell);
/* A GRefString of @text for one cell: valid, cut to the limit. */
char *
annex_workbook_new_text (const char *text, gssize length);

/* The readers. FALSE with @error; a limit that was reached is no error but workbook->cut. */
gboolean
annex_workbook_read_xlsx (AnnexWorkbookBuilder *builder, GBytes *bytes, GError **error);
gboolean
annex_workbook_read_ods (AnnexWorkbookBuilder *builder, GBytes *bytes, GError **error);
gboolean
annex_workbook_read_separated (AnnexWorkbookBuilder *builder, GBytes *bytes, GError **error);

/* How a number of xlsx is shown. */
typedef enum {
  ANNEX_NUMBER_GENERAL,
  ANNEX_NUMBER_DATE,
  ANNEX_NUMBER_DATE_TIME,
  ANNEX_NUMBER_TIME,
  ANNEX_NUMBER_WHOLE,
  ANNEX_NUMBER_DECIMALS,
  ANNEX_NUMBER_PERCENT,
} AnnexNumberStyle;

typedef struct
{
  AnnexNumberStyle style;
  guint decimals; /* of DECIMALS */
} AnnexNumberFormat;

/* From a format code ("yyyy-mm-dd", "#,##0.00"), or one of the built-in ids. */
AnnexNumberFormat
annex_number_format_from_code (const char *code);
AnnexNumberFormat
annex_number_format_from_id (guint id);
/* @value is the number's text as stored. (transfer full) */
char *
annex_number_show (const char *value, const AnnexNumberFormat *format, gboolean from_1904);
/* The same in full: all digits that count, and the time of a date. (transfer full) */
char *
annex_number_show_all (const char *value, const AnnexNumberFormat *format, gboolean from_1904);

G_END_DECLS
