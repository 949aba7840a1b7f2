/* annex-workbook-ods.c
 *
 * Reading ods (OpenDocument 1.3, table:table in content.xml).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workbook-private.h"

#include "annex-package.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_DEPTH 200

typedef struct
{
  AnnexWorkbookBuilder *builder;
  guint depth;
  guint row; /* the number of the present row */
  guint row_repeat;
  guint column;
  guint cell_repeat;
  guint skip; /* inside a note or the like */
  gboolean in_cell;
  gboolean in_text;
  gboolean full;
  GString *text;
  char *value; /* as it is stored, whatever is shown of it */
  char *formula;
  GArray *row_cells; /* Pending: a repeated row gets them again */
} Ods;

typedef struct
{
  AnnexCell cell;
  guint repeat;
} Pending;

static void
pending_clear (gpointer data)
{
  annex_cell_clear (&((Pending *) data)->cell);
}

static guint
repeat_of (const char **names, const char **values, const char *name)
{
  const char *text = annex_package_attribute (names, values, name);
  guint64 count = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 1;

  return (guint) CLAMP (count, 1, ANNEX_WORKBOOK_MAX_ROWS);
}

/* What the cell holds: a number with the digits that count, a date or a time as they are written.
 * NULL where the text is all of it. (transfer full) */
static char *
dup_value (const char **names, const char **values)
{
  static const char *const others[] = { "date-value", "time-value" };
  const AnnexNumberFormat general = { .style = ANNEX_NUMBER_GENERAL };
  const char *number = annex_package_attribute (names, values, "value");

  if (number != NULL)
    return annex_number_show_all (number, &general, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      const char *value = annex_package_attribute (names, values, others[i]);

      if (value != NULL)
        return g_strdup (value);
    }
  return NULL;
}

static void
start_cell (Ods *self, const char **names, const char **values)
{
  const char *formula = annex_package_attribute (names, values, "formula");

  self->in_cell = TRUE;
  self->cell_repeat = repeat_of (names, values, "number-columns-repeated");
  g_string_truncate (self->text, 0);
  g_free (self->value);
  self->value = dup_value (names, values);
  g_clear_pointer (&self->formula, g_free);
  if (formula != NULL)
    {
      const char *equals = strchr (formula, '=');

      self->formula = g_strdup (equals != NULL ? equals : formula);
    }
}

static void
start (GMarkupParseContext *context,
       const char *element,
       const char **names,
       const char **values,
       gpointer data,
       GError **error)
{
  Ods *self = data;
  const char *local = annex_package_local_name (element);

  if (++self->depth > MAX_DEPTH)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("Too deeply nested"));
  else if (self->skip > 0 || g_str_equal (local, "annotation") || g_str_equal (local, "shapes"))
    self->skip++;
  else if (g_str_equal (local, "table") && g_str_has_prefix (element, "table:"))
    {
      self->row = 0;
      self->full = !annex_workbook_builder_begin_sheet (
          self->builder, annex_package_attribute (names, values, "name"));
    }
  else if (g_str_equal (local, "table-row"))
    {
      self->row++;
      self->column = 0;
      self->row_repeat = repeat_of (names, values, "number-rows-repeated");
      g_array_set_size (self->row_cells, 0);
    }
  else if (g_str_equal (local, "table-cell") || g_str_equal (local, "covered-table-cell"))
    start_cell (self, names, values);
  else if (self->in_cell && (g_str_equal (local, "p") || g_str_equal (local, "h")))
    {
      if (self->text->len > 0)
        g_string_append_c (self->text, ' ');
      self->in_text = TRUE;
    }
  else if (self->in_text && (g_str_equal (local, "s") || g_str_equal (local, "tab")))
    g_string_append_c (self->text, ' ');
}

static void
end_cell (Ods *self)
{
  self->in_cell = FALSE;
  if (self->text->len > 0 || self->value != NULL || self->formula != NULL)
    {
      Pending pending = { .cell = { .column = self->column }, .repeat = self->cell_repeat };
      AnnexCell *cell = &pending.cell;

      if (self->formula != NULL)
        cell->formula = annex_workbook_new_text (self->formula, -1);
      if (self->text->len > 0)
        cell->text = annex_workbook_new_text (self->text->str, (gssize) self->text->len);
      else if (self->value != NULL)
        cell->text = annex_workbook_new_text (self->value, -1);
      else
        cell->text = g_ref_string_acquire (cell->formula);
      if (self->value != NULL && !g_str_equal (cell->text, self->value))
        cell->value = annex_workbook_new_text (self->value, -1);
      g_array_append_val (self->row_cells, pending);
    }
  self->column = MIN (self->column + self->cell_repeat, ANNEX_WORKBOOK_MAX_COLUMNS);
}

static gboolean
add_row (Ods *self)
{
  annex_workbook_builder_begin_row (self->builder, self->row);
  for (guint i = 0; i < self->row_cells->len; i++)
    {
      const Pending *pending = &g_array_index (self->row_cells, Pending, i);
      AnnexCell cell = pending->cell;

      for (guint n = 0; n < pending->repeat; n++, cell.column++)
        if (!annex_workbook_builder_add (self->builder, &cell))
          return FALSE;
    }
  return TRUE;
}

static void
end (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Ods *self = data;
  const char *local = annex_package_local_name (element);

  self->depth--;
  if (self->skip > 0)
    self->skip--;
  else if (g_str_equal (local, "p") || g_str_equal (local, "h"))
    self->in_text = FALSE;
  else if (g_str_equal (local, "table-cell") || g_str_equal (local, "covered-table-cell"))
    end_cell (self);
  else if (g_str_equal (local, "table-row"))
    {
      guint64 next = (guint64) self->row + self->row_repeat - 1;

      for (guint n = 0; n < self->row_repeat && self->row_cells->len > 0 && !self->full; n++)
        {
          /* Beyond that no row is kept, and each may be told to have many millions of cells. */
          self->full = self->row > ANNEX_WORKBOOK_MAX_ROWS || !add_row (self);
          self->row++;
        }
      if (self->full)
        self->builder->workbook->cut = TRUE;
      self->row = (guint) MIN (next, G_MAXUINT / 2);
    }
  if (self->full)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
}

static void
text (GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
  Ods *self = data;

  if (self->in_text && self->skip == 0 && self->text->len < 4 * ANNEX_WORKBOOK_MAX_TEXT + 8)
    g_string_append_len (self->text, text, (gssize) length);
}

gboolean
annex_workbook_read_ods (AnnexWorkbookBuilder *builder, GBytes *bytes, GError **error)
{
  static const char *const wanted[] = { "content.xml", NULL };
  static const GMarkupParser parser = { start, end, text, NULL, NULL };
  g_autoptr (GHashTable) members = annex_package_read (bytes, wanted, error);
  GBytes *content = members != NULL ? g_hash_table_lookup (members, "content.xml") : NULL;
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autofree char *xml = NULL;
  g_autoptr (GError) local = NULL;
  gsize length = 0;
  Ods self = { .builder = builder };
  gboolean fine;

  if (members == NULL)
    return FALSE;
  xml = content != NULL ? annex_package_dup_xml (content, &length) : NULL;
  if (xml == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("It has no content"));
      return FALSE;
    }
  self.text = g_string_new (NULL);
  self.row_cells = g_array_new (FALSE, FALSE, sizeof (Pending));
  g_array_set_clear_func (self.row_cells, pending_clear);
  context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &self, NULL);
  fine = g_markup_parse_context_parse (context, xml, (gssize) length, &local) &&
         g_markup_parse_context_end_parse (context, &local);
  fine = fine || self.full;
  if (fine && builder->workbook->sheets->len == 0)
    {
      fine = FALSE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("It has no sheet"));
    }
  else if (!fine)
    g_propagate_error (error, g_steal_pointer (&local));
  g_string_free (self.text, TRUE);
  g_array_unref (self.row_cells);
  g_free (self.value);
  g_free (self.formula);
  return fine;
}
