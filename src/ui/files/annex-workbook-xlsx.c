/* annex-workbook-xlsx.c
 *
 * Reading xlsx (ECMA-376, SpreadsheetML): the list of sheets, shared strings, number styles and
 * cells. Only what a person sees; nothing outside the package is ever looked at.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workbook-private.h"

#include "annex-package.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_DEPTH 64
#define MAX_STRINGS 1000000
#define MAX_STYLES 65536

typedef struct
{
  AnnexWorkbookBuilder *builder;
  GHashTable *members;
  GPtrArray *names;   /* of sheets, in order */
  GPtrArray *ids;     /* their relation ids */
  GHashTable *parts;  /* relation id → member */
  GPtrArray *strings; /* GRefString */
  GHashTable *codes;  /* number format id → AnnexNumberFormat */
  GArray *styles;     /* AnnexNumberFormat by cell format */
  gboolean from_1904;
  /* while reading */
  guint depth;
  gboolean in_formats;
  gboolean in_phonetic;
  gboolean collect;
  GString *text;
  GString *formula;
  GString *value;
  char *type;
  guint column;
  guint row;
  guint style;
  gboolean full;
} Xlsx;

static gboolean
deeper (Xlsx *self, GError **error)
{
  if (++self->depth > MAX_DEPTH)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("Too deeply nested"));
      return FALSE;
    }
  return TRUE;
}

static void
end_plain (GMarkupParseContext *context, const char *name, gpointer data, GError **error)
{
  ((Xlsx *) data)->depth--;
}

static gboolean
parse (Xlsx *self, const GMarkupParser *parser, const char *member, GError **error)
{
  GBytes *bytes = g_hash_table_lookup (self->members, member);
  g_autofree char *text = NULL;
  g_autoptr (GMarkupParseContext) context = NULL;
  gsize length = 0;

  if (bytes == NULL)
    return TRUE;
  text = annex_package_dup_xml (bytes, &length);
  if (text == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("A part is no XML"));
      return FALSE;
    }
  self->depth = 0;
  self->collect = FALSE;
  context = g_markup_parse_context_new (parser, G_MARKUP_TREAT_CDATA_AS_TEXT, self, NULL);
  return g_markup_parse_context_parse (context, text, (gssize) length, error) &&
         g_markup_parse_context_end_parse (context, error);
}

/* ---- workbook.xml and its relations */

static void
start_workbook (GMarkupParseContext *context,
                const char *element,
                const char **names,
                const char **values,
                gpointer data,
                GError **error)
{
  Xlsx *self = data;
  const char *local = annex_package_local_name (element);

  if (!deeper (self, error))
    return;
  if (g_str_equal (local, "workbookPr"))
    {
      const char *from_1904 = annex_package_attribute (names, values, "date1904");

      self->from_1904 =
          from_1904 != NULL && !g_str_equal (from_1904, "0") && !g_str_equal (from_1904, "false");
    }
  else if (g_str_equal (local, "sheet") && self->names->len <= ANNEX_WORKBOOK_MAX_SHEETS)
    {
      const char *name = annex_package_attribute (names, values, "name");
      const char *id = annex_package_attribute (names, values, "id");

      g_ptr_array_add (self->names, g_strdup (name != NULL ? name : ""));
      g_ptr_array_add (self->ids, g_strdup (id != NULL ? id : ""));
    }
  else if (g_str_equal (local, "Relationship"))
    {
      const char *id = annex_package_attribute (names, values, "Id");
      const char *target = annex_package_attribute (names, values, "Target");

      if (id != NULL && target != NULL)
        g_hash_table_insert (self->parts, g_strdup (id),
                             target[0] == '/' ? g_strdup (target + 1)
                                              : g_strconcat ("xl/", target, NULL));
    }
}

/* ---- styles.xml */

static void
start_styles (GMarkupParseContext *context,
              const char *element,
              const char **names,
              const char **values,
              gpointer data,
              GError **error)
{
  Xlsx *self = data;
  const char *local = annex_package_local_name (element);
  const char *id = annex_package_attribute (names, values, "numFmtId");

  if (!deeper (self, error))
    return;
  if (g_str_equal (local, "cellXfs"))
    self->in_formats = TRUE;
  else if (g_str_equal (local, "numFmt") && id != NULL &&
           g_hash_table_size (self->codes) < MAX_STYLES)
    {
      const char *code = annex_package_attribute (names, values, "formatCode");
      AnnexNumberFormat format = annex_number_format_from_code (code != NULL ? code : "");

      g_hash_table_insert (self->codes, GUINT_TO_POINTER ((guint) g_ascii_strtoull (id, NULL, 10)),
                           g_memdup2 (&format, sizeof format));
    }
  else if (g_str_equal (local, "xf") && self->in_formats && self->styles->len < MAX_STYLES)
    {
      guint number = id != NULL ? (guint) g_ascii_strtoull (id, NULL, 10) : 0;
      const AnnexNumberFormat *known = g_hash_table_lookup (self->codes, GUINT_TO_POINTER (number));
      AnnexNumberFormat format = known != NULL ? *known : annex_number_format_from_id (number);

      g_array_append_val (self->styles, format);
    }
}

static void
end_styles (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Xlsx *self = data;

  self->depth--;
  if (g_str_equal (annex_package_local_name (element), "cellXfs"))
    self->in_formats = FALSE;
}

/* ---- sharedStrings.xml */

static void
start_strings (GMarkupParseContext *context,
               const char *element,
               const char **names,
               const char **values,
               gpointer data,
               GError **error)
{
  Xlsx *self = data;
  const char *local = annex_package_local_name (element);

  if (!deeper (self, error))
    return;
  if (g_str_equal (local, "si"))
    g_string_truncate (self->text, 0);
  else if (g_str_equal (local, "rPh"))
    self->in_phonetic = TRUE;
  self->collect = g_str_equal (local, "t") && !self->in_phonetic;
}

static void
end_strings (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Xlsx *self = data;
  const char *local = annex_package_local_name (element);

  self->depth--;
  self->collect = FALSE;
  if (g_str_equal (local, "rPh"))
    self->in_phonetic = FALSE;
  else if (g_str_equal (local, "si") && self->strings->len < MAX_STRINGS)
    g_ptr_array_add (self->strings,
                     annex_workbook_new_text (self->text->str, (gssize) self->text->len));
}

static void
text_strings (GMarkupParseContext *context,
              const char *text,
              gsize length,
              gpointer data,
              GError **error)
{
  Xlsx *self = data;

  if (self->collect && self->text->len < 4 * ANNEX_WORKBOOK_MAX_TEXT + 8)
    g_string_append_len (self->text, text, (gssize) length);
}

/* ---- a sheet */

static void
start_sheet (GMarkupParseContext *context,
             const char *element,
             const char **names,
             const char **values,
             gpointer data,
             GError **error)
{
  Xlsx *self = data;
  const char *local = annex_package_local_name (element);

  if (!deeper (self, error))
    return;
  if (g_str_equal (local, "row"))
    {
      const char *number = annex_package_attribute (names, values, "r");
      guint64 parsed = number != NULL ? g_ascii_strtoull (number, NULL, 10) : self->row + 1;

      self->row = (guint) MIN (parsed, G_MAXUINT - 1);
      self->column = 0;
      annex_workbook_builder_begin_row (self->builder, self->row);
    }
  else if (g_str_equal (local, "c"))
    {
      const char *reference = annex_package_attribute (names, values, "r");
      const char *style = annex_package_attribute (names, values, "s");
      guint row;

      g_free (self->type);
      self->type = g_strdup (annex_package_attribute (names, values, "t"));
      self->style = style != NULL ? (guint) MIN (g_ascii_strtoull (style, NULL, 10), G_MAXUINT) : 0;
      if (reference != NULL)
        annex_cell_parse_reference (reference, &self->column, &row);
      g_string_truncate (self->value, 0);
      g_string_truncate (self->formula, 0);
    }
  else if (g_str_equal (local, "rPh"))
    self->in_phonetic = TRUE;
  self->collect = !self->in_phonetic && (g_str_equal (local, "v") || g_str_equal (local, "t") ||
                                         g_str_equal (local, "f"));
}

/* What a person sees of the cell, and in full where that is less. */
static void
read_text (Xlsx *self, AnnexCell *cell)
{
  const AnnexNumberFormat general = { .style = ANNEX_NUMBER_GENERAL };
  const AnnexNumberFormat *format = &general;
  g_autofree char *shown = NULL;
  g_autofree char *all = NULL;

  if (g_strcmp0 (self->type, "s") == 0)
    {
      guint64 index = g_ascii_strtoull (self->value->str, NULL, 10);

      if (index < self->strings->len)
        cell->text = g_ref_string_acquire (g_ptr_array_index (self->strings, index));
    }
  else if (g_strcmp0 (self->type, "b") == 0)
    cell->text = g_ref_string_new (g_str_equal (self->value->str, "1") ? "TRUE" : "FALSE");
  else if ((self->type == NULL || g_str_equal (self->type, "n")) && self->value->len > 0)
    {
      if (self->style < self->styles->len)
        format = &g_array_index (self->styles, AnnexNumberFormat, self->style);
      shown = annex_number_show (self->value->str, format, self->from_1904);
      all = annex_number_show_all (self->value->str, format, self->from_1904);
      cell->text = annex_workbook_new_text (shown, -1);
      if (!g_str_equal (shown, all))
        cell->value = annex_workbook_new_text (all, -1);
    }
}

static void
add_cell (Xlsx *self)
{
  AnnexCell cell = { .column = self->column };

  if (self->value->len == 0 && self->formula->len == 0)
    return;
  read_text (self, &cell);
  if (self->formula->len > 0)
    {
      g_string_prepend_c (self->formula, '=');
      cell.formula = annex_workbook_new_text (self->formula->str, (gssize) self->formula->len);
    }
  if (cell.text == NULL && self->value->len == 0 && cell.formula != NULL)
    cell.text = g_ref_string_acquire (cell.formula);
  if (cell.text == NULL)
    cell.text = annex_workbook_new_text (self->value->str, -1);
  self->full = !annex_workbook_builder_add (self->builder, &cell);
  annex_cell_clear (&cell);
}

static void
end_sheet (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Xlsx *self = data;
  const char *local = annex_package_local_name (element);

  self->depth--;
  self->collect = FALSE;
  if (g_str_equal (local, "rPh"))
    self->in_phonetic = FALSE;
  else if (g_str_equal (local, "c"))
    {
      add_cell (self);
      self->column++;
    }
  /* enough was read: leave */
  if (self->full)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
}

static void
text_sheet (GMarkupParseContext *context,
            const char *text,
            gsize length,
            gpointer data,
            GError **error)
{
  Xlsx *self = data;
  const char *local = annex_package_local_name (g_markup_parse_context_get_element (context));
  GString *into = g_str_equal (local, "f") ? self->formula : self->value;

  if (self->collect && into->len < 4 * ANNEX_WORKBOOK_MAX_TEXT + 8)
    g_string_append_len (into, text, (gssize) length);
}

static gboolean
parse_sheets (Xlsx *self, GError **error)
{
  static const GMarkupParser sheet = { start_sheet, end_sheet, text_sheet, NULL, NULL };

  for (guint i = 0; i < self->names->len && !self->full; i++)
    {
      const char *part = g_hash_table_lookup (self->parts, g_ptr_array_index (self->ids, i));
      g_autoptr (GError) local = NULL;

      if (part == NULL || !g_hash_table_contains (self->members, part))
        continue;
      if (!annex_workbook_builder_begin_sheet (self->builder, g_ptr_array_index (self->names, i)))
        break;
      self->row = 0;
      if (!parse (self, &sheet, part, &local) && !self->full)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  if (self->builder->workbook->sheets->len == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("It has no sheet"));
      return FALSE;
    }
  return TRUE;
}

static gboolean
parse_all (Xlsx *self, GError **error)
{
  static const GMarkupParser workbook = { start_workbook, end_plain, NULL, NULL, NULL };
  static const GMarkupParser styles = { start_styles, end_styles, NULL, NULL, NULL };
  static const GMarkupParser strings = { start_strings, end_strings, text_strings, NULL, NULL };

  return parse (self, &workbook, "xl/workbook.xml", error) &&
         parse (self, &workbook, "xl/_rels/workbook.xml.rels", error) &&
         parse (self, &styles, "xl/styles.xml", error) &&
         parse (self, &strings, "xl/sharedStrings.xml", error) && parse_sheets (self, error);
}

gboolean
annex_workbook_read_xlsx (AnnexWorkbookBuilder *builder, GBytes *bytes, GError **error)
{
  static const char *const wanted[] = { "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
                                        "xl/styles.xml",   "xl/sharedStrings.xml",
                                        "xl/worksheets/",  NULL };
  g_autoptr (GHashTable) members = annex_package_read (bytes, wanted, error);
  Xlsx self = { .builder = builder };
  gboolean fine;

  if (members == NULL)
    return FALSE;
  self.members = members;
  self.names = g_ptr_array_new_with_free_func (g_free);
  self.ids = g_ptr_array_new_with_free_func (g_free);
  self.parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self.strings = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ref_string_release);
  self.codes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self.styles = g_array_new (FALSE, FALSE, sizeof (AnnexNumberFormat));
  self.text = g_string_new (NULL);
  self.formula = g_string_new (NULL);
  self.value = g_string_new (NULL);
  fine = parse_all (&self, error);
  g_ptr_array_unref (self.names);
  g_ptr_array_unref (self.ids);
  g_hash_table_unref (self.parts);
  g_ptr_array_unref (self.strings);
  g_hash_table_unref (self.codes);
  g_array_unref (self.styles);
  g_string_free (self.text, TRUE);
  g_string_free (self.formula, TRUE);
  g_string_free (self.value, TRUE);
  g_free (self.type);
  return fine;
}
