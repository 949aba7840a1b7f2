/* annex-workbook.c
 *
 * The values of a workbook and the reader of separated values; xlsx and ods have files of their
 * own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workbook-private.h"

#include "annex-json.h"
#include "annex-package.h"

#include <glib/gi18n.h>
#include <string.h>

void
annex_cell_clear (AnnexCell *cell)
{
  g_clear_pointer (&cell->text, g_ref_string_release);
  g_clear_pointer (&cell->value, g_ref_string_release);
  g_clear_pointer (&cell->formula, g_ref_string_release);
}

static void
row_free (gpointer data)
{
  AnnexRow *row = data;

  g_array_unref (row->cells);
  g_free (row);
}

static void
sheet_free (gpointer data)
{
  AnnexSheet *sheet = data;

  g_free (sheet->name);
  g_ptr_array_unref (sheet->rows);
  g_free (sheet);
}

void
annex_workbook_free (AnnexWorkbook *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->sheets);
  g_free (self);
}

/* ---- building */

void
annex_workbook_builder_init (AnnexWorkbookBuilder *self)
{
  *self = (AnnexWorkbookBuilder) { 0 };
  self->workbook = g_new0 (AnnexWorkbook, 1);
  self->workbook->sheets = g_ptr_array_new_with_free_func (sheet_free);
}

gboolean
annex_workbook_builder_begin_sheet (AnnexWorkbookBuilder *self, const char *name)
{
  self->sheet = NULL;
  self->row = NULL;
  if (self->workbook->sheets->len >= ANNEX_WORKBOOK_MAX_SHEETS)
    {
      self->workbook->cut = TRUE;
      return FALSE;
    }
  self->sheet = g_new0 (AnnexSheet, 1);
  self->sheet->name = annex_text_make_valid (name != NULL ? name : "", -1);
  self->sheet->rows = g_ptr_array_new_with_free_func (row_free);
  g_ptr_array_add (self->workbook->sheets, self->sheet);
  return TRUE;
}

void
annex_workbook_builder_begin_row (AnnexWorkbookBuilder *self, guint number)
{
  AnnexRow *last = NULL;

  self->row = NULL;
  if (self->sheet == NULL || number == 0)
    return;
  if (number > ANNEX_WORKBOOK_MAX_ROWS)
    {
      self->workbook->cut = TRUE;
      return;
    }
  if (self->sheet->rows->len > 0)
    last = g_ptr_array_index (self->sheet->rows, self->sheet->rows->len - 1);
  if (last != NULL && last->number >= number)
    return;
  /* one that stayed empty is used again */
  if (last == NULL || last->cells->len > 0)
    {
      last = g_new0 (AnnexRow, 1);
      last->cells = g_array_new (FALSE, FALSE, sizeof (AnnexCell));
      g_array_set_clear_func (last->cells, (GDestroyNotify) annex_cell_clear);
      g_ptr_array_add (self->sheet->rows, last);
    }
  last->number = number;
  self->row = last;
}

static char *
acquire (char *text)
{
  return text != NULL ? g_ref_string_acquire (text) : NULL;
}

gboolean
annex_workbook_builder_add (AnnexWorkbookBuilder *self, const AnnexCell *cell)
{
  AnnexCell own = { .column = cell->column };
  GArray *cells;

  if (self->row == NULL)
    return TRUE;
  if (cell->column >= ANNEX_WORKBOOK_MAX_COLUMNS || self->n_cells >= ANNEX_WORKBOOK_MAX_CELLS)
    {
      self->workbook->cut = TRUE;
      return FALSE;
    }
  cells = self->row->cells;
  if (cells->len > 0 && g_array_index (cells, AnnexCell, cells->len - 1).column >= cell->column)
    return TRUE;
  own.text = cell->text != NULL ? g_ref_string_acquire (cell->text) : g_ref_string_new_intern ("");
  own.value = acquire (cell->value);
  own.formula = acquire (cell->formula);
  g_array_append_val (cells, own);
  self->n_cells++;
  self->sheet->n_columns = MAX (self->sheet->n_columns, cell->column + 1);
  return TRUE;
}

char *
annex_workbook_new_text (const char *text, gssize length)
{
  g_autofree char *valid = annex_text_make_valid (text, length);

  if (g_utf8_strlen (valid, -1) > ANNEX_WORKBOOK_MAX_TEXT)
    {
      g_autofree char *head = g_utf8_substring (valid, 0, ANNEX_WORKBOOK_MAX_TEXT);
      g_autofree char *cut = g_strconcat (head, "…", NULL);

      return g_ref_string_new (cut);
    }
  return g_ref_string_new (valid);
}

/* ---- rows and references */

gboolean
annex_cell_equal (const AnnexCell *a, const AnnexCell *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return a->column == b->column && g_str_equal (a->text, b->text) &&
         g_strcmp0 (a->value, b->value) == 0 && g_strcmp0 (a->formula, b->formula) == 0;
}

const AnnexCell *
annex_row_find (const AnnexRow *row, guint column)
{
  guint low = 0;
  guint high = row != NULL ? row->cells->len : 0;

  while (low < high)
    {
      guint middle = (low + high) / 2;
      const AnnexCell *cell = &g_array_index (row->cells, AnnexCell, middle);

      if (cell->column == column)
        return cell;
      if (cell->column < column)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

gboolean
annex_row_equal (const AnnexRow *a, const AnnexRow *b)
{
  if (a->cells->len != b->cells->len)
    return FALSE;
  for (guint i = 0; i < a->cells->len; i++)
    if (!annex_cell_equal (&g_array_index (a->cells, AnnexCell, i),
                           &g_array_index (b->cells, AnnexCell, i)))
      return FALSE;
  return TRUE;
}

guint
annex_row_hash (const AnnexRow *row)
{
  guint hash = 5381;

  for (guint i = 0; i < row->cells->len; i++)
    {
      const AnnexCell *cell = &g_array_index (row->cells, AnnexCell, i);

      hash = hash * 31 + cell->column;
      hash = hash * 31 + g_str_hash (cell->text);
      if (cell->value != NULL)
        hash = hash * 31 + g_str_hash (cell->value);
      if (cell->formula != NULL)
        hash = hash * 31 + g_str_hash (cell->formula);
    }
  return hash;
}

char *
annex_column_name (guint column)
{
  char name[16];
  guint end = sizeof name - 1;

  name[end] = '\0';
  for (column++; column > 0 && end > 0; column = (column - 1) / 26)
    name[--end] = (char) ('A' + (column - 1) % 26);
  return g_strdup (name + end);
}

gboolean
annex_cell_parse_reference (const char *reference, guint *column, guint *row)
{
  guint64 letters = 0;
  guint64 number = 0;

  for (; g_ascii_isalpha (*reference) && letters <= ANNEX_WORKBOOK_MAX_COLUMNS; reference++)
    letters = letters * 26 + (guint) (g_ascii_toupper (*reference) - 'A') + 1;
  for (; g_ascii_isdigit (*reference) && number <= ANNEX_WORKBOOK_MAX_ROWS; reference++)
    number = number * 10 + (guint) (*reference - '0');
  if (*reference != '\0' || letters == 0 || letters > ANNEX_WORKBOOK_MAX_COLUMNS || number == 0 ||
      number > ANNEX_WORKBOOK_MAX_ROWS)
    return FALSE;
  *column = (guint) letters - 1;
  *row = (guint) number;
  return TRUE;
}

/* ---- separated values (RFC 4180, and what spreadsheets make of it) */

static char *
dup_text (GBytes *bytes, gsize *length)
{
  char *text = annex_package_dup_xml (bytes, length);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (text != NULL)
    return text;
  text = g_convert (data, (gssize) size, "UTF-8", "WINDOWS-1252", NULL, length, NULL);
  if (text == NULL)
    text = g_convert (data, (gssize) size, "UTF-8", "ISO-8859-1", NULL, length, NULL);
  return text;
}

/* The separator that the first lines have most of, outside quotes. */
static char
guess_separator (const char *text, gsize length)
{
  static const char separators[] = { ',', ';', '\t' };
  guint count[G_N_ELEMENTS (separators)] = { 0 };
  guint lines = 0;
  guint best = 0;
  gboolean quoted = FALSE;

  for (gsize i = 0; i < length && i < 65536 && lines < 10; i++)
    {
      if (text[i] == '"')
        quoted = !quoted;
      else if (text[i] == '\n' && !quoted)
        lines++;
      for (guint s = 0; s < G_N_ELEMENTS (separators) && !quoted; s++)
        count[s] += text[i] == separators[s];
    }
  for (guint s = 1; s < G_N_ELEMENTS (separators); s++)
    if (count[s] > count[best])
      best = s;
  return separators[best];
}

static gboolean
add_field (AnnexWorkbookBuilder *builder, guint column, GString *field)
{
  AnnexCell cell = { .column = column };
  gboolean more;

  if (field->len == 0)
    return TRUE;
  cell.text = annex_workbook_new_text (field->str, (gssize) field->len);
  more = annex_workbook_builder_add (builder, &cell);
  annex_cell_clear (&cell);
  g_string_truncate (field, 0);
  return more;
}

gboolean
annex_workbook_read_separated (AnnexWorkbookBuilder *builder, GBytes *bytes, GError **error)
{
  gsize length = 0;
  g_autofree char *text = dup_text (bytes, &length);
  g_autoptr (GString) field = g_string_new (NULL);
  guint number = 1;
  guint column = 0;
  gboolean quoted = FALSE;
  gboolean more = TRUE;
  char separator;

  if (text == NULL || memchr (text, '\0', length) != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("This is no text"));
      return FALSE;
    }
  separator = guess_separator (text, length);
  annex_workbook_builder_begin_sheet (builder, "");
  annex_workbook_builder_begin_row (builder, number);
  for (gsize i = 0; i < length && more; i++)
    {
      char c = text[i];

      if (quoted && c == '"' && i + 1 < length && text[i + 1] == '"')
        g_string_append_c (field, text[++i]);
      else if (c == '"' && (quoted || field->len == 0))
        quoted = !quoted;
      else if (!quoted && c == separator)
        more = add_field (builder, column++, field);
      else if (!quoted && c == '\n')
        {
          more = add_field (builder, column, field);
          column = 0;
          annex_workbook_builder_begin_row (builder, ++number);
        }
      else if (quoted || c != '\r')
        g_string_append_c (field, c);
    }
  if (more)
    add_field (builder, column, field);
  return TRUE;
}

AnnexWorkbook *
annex_workbook_read (GBytes *bytes, AnnexWorkbookFormat format, GError **error)
{
  AnnexWorkbookBuilder builder;
  g_autoptr (AnnexWorkbook) workbook = NULL;
  gboolean fine = FALSE;

  annex_workbook_builder_init (&builder);
  workbook = builder.workbook;
  switch (format)
    {
    case ANNEX_WORKBOOK_XLSX:
      fine = annex_workbook_read_xlsx (&builder, bytes, error);
      break;
    case ANNEX_WORKBOOK_ODS:
      fine = annex_workbook_read_ods (&builder, bytes, error);
      break;
    case ANNEX_WORKBOOK_SEPARATED:
      fine = annex_workbook_read_separated (&builder, bytes, error);
      break;
    }
  for (guint i = 0; i < workbook->sheets->len; i++)
    {
      AnnexSheet *sheet = g_ptr_array_index (workbook->sheets, i);
      AnnexRow *last =
          sheet->rows->len > 0 ? g_ptr_array_index (sheet->rows, sheet->rows->len - 1) : NULL;

      if (last != NULL && last->cells->len == 0)
        g_ptr_array_remove_index (sheet->rows, sheet->rows->len - 1);
    }
  return fine ? g_steal_pointer (&workbook) : NULL;
}
