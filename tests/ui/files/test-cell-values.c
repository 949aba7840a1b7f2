/* test-cell-values.c
 *
 * How the numbers of a spreadsheet are shown, and cells that are shown alike and hold something else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workbook-diff.h"
#include "annex-workbook-private.h"
#include "zip-fixture.h"

static AnnexWorkbook *
read_fine (GBytes *bytes, AnnexWorkbookFormat format)
{
  g_autoptr (GError) error = NULL;
  AnnexWorkbook *workbook = annex_workbook_read (bytes, format, &error);

  g_assert_no_error (error);
  return workbook;
}

static void
test_numbers (void)
{
  static const struct
  {
    const char *value;
    const char *code;
    const char *shown;
  } cases[] = {
    { "45812", "yyyy-mm-dd", "2025-06-04" },
    { "45812.5", "d/m/yy h:mm", "2025-06-04 12:00" },
    { "0.75", "[h]:mm", "18:00:00" },
    { "0.30000000000000004", "General", "0.3" },
    { "1234.5", "#,##0.00", "1234.50" },
    { "12.5", "[$EUR] #,##0.00;[Red]-#,##0.00", "12.50" },
    { "1.0749", "0.0000", "1.0749" },
    { "1.25", "0.0", "1.2" },
    { "0.00000012", "0.00E+00", "1.2e-07" },
    { "0.125", "0%", "12.5 %" },
    { "42", "0", "42" },
    { "1e400", "0.00", "1e400" },
    { "abc", "0.00", "abc" },
    { "", "0.00", "" },
    { "-1e300", "yyyy", "-1e+300" },
    { "1e300", "0.00", NULL },
    { "3", "\"day\" 0", "3" },
    { "3", "\"unclosed", "3" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      AnnexNumberFormat format = annex_number_format_from_code (cases[i].code);
      g_autofree char *shown = annex_number_show (cases[i].value, &format, FALSE);

      if (cases[i].shown != NULL)
        g_assert_cmpstr (shown, ==, cases[i].shown);
      else
        g_assert_nonnull (shown);
    }
}

/* Of the second cell. */
static const char *
text_of (AnnexWorkbook *workbook)
{
  AnnexSheet *sheet = g_ptr_array_index (workbook->sheets, 0);
  const AnnexCell *cell = annex_row_find (g_ptr_array_index (sheet->rows, 0), 1);

  g_assert_nonnull (cell);
  return cell->text;
}

static AnnexWorkbook *
sheet_of_number (const char *value, const char *code)
{
  g_autofree char *rows =
      g_strdup_printf ("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Rate</t></is></c>"
                       "<c r=\"B1\" s=\"1\"><v>%s</v></c></row>",
                       value);
  g_autofree char *styles =
      g_strdup_printf ("<numFmts><numFmt numFmtId=\"164\" formatCode=\"%s\"/></numFmts>"
                       "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs>",
                       code);
  g_autoptr (GBytes) bytes = zip_fixture_new_xlsx (rows, styles, NULL);

  return read_fine (bytes, ANNEX_WORKBOOK_XLSX);
}

static AnnexWorkbook *
sheet_of_attributes (const char *attributes)
{
  g_autofree char *content = g_strdup_printf (
      "<office:document-content xmlns:office=\"o\"><office:body><office:spreadsheet>"
      "<table:table table:name=\"One\"><table:table-row><table:table-cell><text:p>Rate</text:p>"
      "</table:table-cell><table:table-cell %s><text:p>1.07</text:p></table:table-cell>"
      "</table:table-row></table:table></office:spreadsheet></office:body>"
      "</office:document-content>",
      attributes);
  g_autoptr (GBytes) bytes = zip_fixture_new (
      "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", content, NULL);

  return read_fine (bytes, ANNEX_WORKBOOK_ODS);
}

/* What is hidden by its format, or by the text beside it, is a change as well. */
static void
test_shown_alike (void)
{
  static const struct
  {
    const char *before;
    const char *after;
    const char *code; /* NULL: the attributes of a cell of ods */
    const char *shown;
    gboolean same;
  } cases[] = {
    { "1.0712", "1.0749", "0.00", "1.07", FALSE },
    { "1.0712", "1.0749", "#,##0.0", "1.1", FALSE },
    { "1.0712", "1.07120000000000001", "0.00", "1.07", TRUE },
    { "45812.25", "45812.75", "yyyy-mm-dd", "2025-06-04", FALSE },
    { "45812.25", "45812.2503", "yyyy-mm-dd hh:mm", "2025-06-04 06:00", FALSE },
    { "0.12345678901", "0.12345678902", "0%", "12.3456789 %", FALSE },
    { "office:value=\"1.0712\"", "office:value=\"1.0749\"", NULL, "1.07", FALSE },
    { "office:value=\"1.0712\"", "office:value=\"1.07120\"", NULL, "1.07", TRUE },
    { "office:date-value=\"2025-06-04T06:00:00\"", "office:date-value=\"2025-06-04T18:00:00\"",
      NULL, "1.07", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *code = cases[i].code;
      AnnexWorkbook *before = code != NULL ? sheet_of_number (cases[i].before, code)
                                           : sheet_of_attributes (cases[i].before);
      AnnexWorkbook *after = code != NULL ? sheet_of_number (cases[i].after, code)
                                          : sheet_of_attributes (cases[i].after);
      g_autoptr (AnnexWorkbookDiff) diff = annex_workbook_diff_new (before, after);

      g_assert_cmpstr (text_of (before), ==, cases[i].shown);
      g_assert_cmpstr (text_of (after), ==, cases[i].shown);
      g_assert_cmpuint (diff->n_cells_changed, ==, cases[i].same ? 0 : 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/cell-values/numbers", test_numbers);
  g_test_add_func ("/ui/cell-values/shown-alike", test_shown_alike);
  return g_test_run ();
}
