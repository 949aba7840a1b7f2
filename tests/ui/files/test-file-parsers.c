/* test-file-parsers.c
 *
 * Spreadsheets, documents and heads of pictures: what is read, and what hostile ones do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "zip-fixture.h"

#include "annex-painter.h"
#include "annex-file-kind.h"
#include "annex-office-text.h"
#include "annex-package-private.h"
#include "annex-package-unpack.h"
#include "annex-workbook-diff.h"
#include "annex-workbook-private.h"

#include <gdk/gdk.h>
#include <locale.h>
#include <string.h>

static GBytes *
bytes_of (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static const AnnexCell *
cell_at (AnnexWorkbook *workbook, guint sheet, guint number, guint column)
{
  AnnexSheet *found;

  g_assert_cmpuint (sheet, <, workbook->sheets->len);
  found = g_ptr_array_index (workbook->sheets, sheet);
  for (guint i = 0; i < found->rows->len; i++)
    {
      AnnexRow *row = g_ptr_array_index (found->rows, i);

      if (row->number == number)
        return annex_row_find (row, column);
    }
  return NULL;
}

static const char *
text_at (AnnexWorkbook *workbook, guint sheet, guint number, guint column)
{
  const AnnexCell *cell = cell_at (workbook, sheet, number, column);

  return cell != NULL ? cell->text : NULL;
}

static AnnexWorkbook *
read_fine (GBytes *bytes, AnnexWorkbookFormat format)
{
  g_autoptr (GError) error = NULL;
  AnnexWorkbook *workbook = annex_workbook_read (bytes, format, &error);

  g_assert_no_error (error);
  g_assert_nonnull (workbook);
  return workbook;
}

static void
test_references (void)
{
  static const struct
  {
    const char *text;
    gboolean fine;
    guint column;
    guint row;
  } cases[] = {
    { "A1", TRUE, 0, 1 },
    { "Z9", TRUE, 25, 9 },
    { "AA10", TRUE, 26, 10 },
    { "XFD1048576", TRUE, 16383, 1048576 },
    { "XFE1", FALSE, 0, 0 },
    { "A0", FALSE, 0, 0 },
    { "1A", FALSE, 0, 0 },
    { "", FALSE, 0, 0 },
    { "A", FALSE, 0, 0 },
    { "A1B", FALSE, 0, 0 },
    { "A99999999999999999999", FALSE, 0, 0 },
    { "ZZZZZZZZZZZZZZZZZZZZ1", FALSE, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint column = 0;
      guint row = 0;

      g_assert_cmpint (annex_cell_parse_reference (cases[i].text, &column, &row), ==,
                       cases[i].fine);
      if (cases[i].fine)
        {
          g_autofree char *name = annex_column_name (column);

          g_assert_cmpuint (column, ==, cases[i].column);
          g_assert_cmpuint (row, ==, cases[i].row);
          g_assert_true (g_str_has_prefix (cases[i].text, name));
        }
    }
}

static void
test_xlsx (void)
{
  g_autoptr (GBytes) bytes = zip_fixture_new_xlsx (
      "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" "
      "t=\"inlineStr\"><is><t>In</t><t>line</t></is></c></row>"
      "<row r=\"3\"><c r=\"A3\" s=\"1\"><v>45812</v></c><c "
      "r=\"B3\"><f>SUM(A1:A2)</f><v>12.50</v></c>"
      "<c r=\"C3\"><f>NOW()</f></c><c r=\"D3\" t=\"b\"><v>1</v></c><c r=\"E3\" "
      "t=\"e\"><v>#REF!</v></c>"
      "<c r=\"F3\" t=\"s\"><v>99</v></c></row>",
      "<numFmts><numFmt numFmtId=\"164\" formatCode=\"dd.mm.yyyy\"/></numFmts><cellStyleXfs><xf "
      "numFmtId=\"9\"/>"
      "</cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs>",
      "<si><r><t>Mer</t></r><r><t>chant &amp; &lt;b&gt;</t></r><rPh><t>no</t></rPh></si>");
  g_autoptr (AnnexWorkbook) workbook = read_fine (bytes, ANNEX_WORKBOOK_XLSX);

  g_assert_cmpuint (workbook->sheets->len, ==, 1);
  g_assert_cmpstr (text_at (workbook, 0, 1, 0), ==, "Merchant & <b>");
  g_assert_cmpstr (text_at (workbook, 0, 1, 2), ==, "Inline");
  g_assert_cmpstr (text_at (workbook, 0, 3, 0), ==, "2025-06-04");
  g_assert_cmpstr (text_at (workbook, 0, 3, 1), ==, "12.5");
  g_assert_cmpstr (cell_at (workbook, 0, 3, 1)->formula, ==, "=SUM(A1:A2)");
  g_assert_cmpstr (text_at (workbook, 0, 3, 2), ==, "=NOW()");
  g_assert_cmpstr (text_at (workbook, 0, 3, 3), ==, "TRUE");
  g_assert_cmpstr (text_at (workbook, 0, 3, 4), ==, "#REF!");
  g_assert_cmpstr (text_at (workbook, 0, 3, 5), ==, "99");
  g_assert_null (cell_at (workbook, 0, 2, 0));
  g_assert_false (workbook->cut);
}

static void
test_ods (void)
{
  g_autoptr (GBytes) bytes = zip_fixture_new (
      "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml",
      "<office:document-content xmlns:office=\"o\"><office:body><office:spreadsheet>"
      "<table:table "
      "table:name=\"One\"><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell>"
      "<table:table-cell table:number-columns-repeated=\"2\"/>"
      "<table:table-cell "
      "table:formula=\"of:=SUM([.A1:.A2])\"><office:annotation><text:p>note</text:p>"
      "</office:annotation><text:p>3</text:p><text:p>more</text:p></table:table-cell></"
      "table:table-row>"
      "<table:table-row table:number-rows-repeated=\"3\"><table:table-cell "
      "table:number-columns-repeated=\"2\">"
      "<text:p>x<text:s/>y</text:p></table:table-cell></table:table-row>"
      "<table:table-row "
      "table:number-rows-repeated=\"1048000\"><table:table-cell/></table:table-row>"
      "</table:table><table:table "
      "table:name=\"Two\"/></office:spreadsheet></office:body></office:document-content>",
      NULL);
  g_autoptr (AnnexWorkbook) workbook = read_fine (bytes, ANNEX_WORKBOOK_ODS);

  g_assert_cmpuint (workbook->sheets->len, ==, 2);
  g_assert_cmpstr (text_at (workbook, 0, 1, 0), ==, "A");
  g_assert_cmpstr (text_at (workbook, 0, 1, 3), ==, "3 more");
  g_assert_cmpstr (cell_at (workbook, 0, 1, 3)->formula, ==, "=SUM([.A1:.A2])");
  g_assert_cmpstr (text_at (workbook, 0, 2, 1), ==, "x y");
  g_assert_cmpstr (text_at (workbook, 0, 4, 0), ==, "x y");
  g_assert_null (cell_at (workbook, 0, 5, 0));
}

static void
test_separated (void)
{
  static const struct
  {
    const char *text;
    const char *cell; /* of row 2, column 2 */
  } cases[] = {
    { "a,b\n1,2\n", "2" },
    { "\xef\xbb\xbfname;value\r\nx;\"1;5\"\r\n", "1;5" },
    { "a\tb\n1\t\"say \"\"hi\"\"\"", "say \"hi\"" },
    { "a,b\n1,\"two\nlines\"\n", "two\nlines" },
    { "a,b\n1,caf\xe9\n", "café" },
    { "a,b\n1,\"never closed\n2,3\n", "never closed\n2,3\n" },
    { "a,b\n=1+1,=2\n", "=2" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = bytes_of (cases[i].text);
      g_autoptr (AnnexWorkbook) workbook = read_fine (bytes, ANNEX_WORKBOOK_SEPARATED);

      g_assert_cmpstr (text_at (workbook, 0, 2, 1), ==, cases[i].cell);
    }
}

static AnnexWorkbookDiff *
diff_of (const char *before, const char *after)
{
  g_autoptr (GBytes) b = before != NULL ? bytes_of (before) : NULL;
  g_autoptr (GBytes) a = after != NULL ? bytes_of (after) : NULL;

  return annex_workbook_diff_new (b != NULL ? read_fine (b, ANNEX_WORKBOOK_SEPARATED) : NULL,
                                  a != NULL ? read_fine (a, ANNEX_WORKBOOK_SEPARATED) : NULL);
}

static char *
marks_of (AnnexWorkbookDiff *diff)
{
  AnnexGridSheet *sheet = g_ptr_array_index (diff->sheets, 0);
  GString *marks = g_string_new (NULL);

  for (guint i = 0; i < sheet->rows->len; i++)
    g_string_append_c (marks, "=+-~."[g_array_index (sheet->rows, AnnexGridRow, i).mark]);
  return g_string_free (marks, FALSE);
}

static void
test_diff (void)
{
  static const struct
  {
    const char *before;
    const char *after;
    const char *marks;
    guint cells;
  } cases[] = {
    { "h,i\na,1\nb,2\n", "h,i\na,1\nb,2\n", "=.", 0 },
    { "h,i\na,1\nb,2\n", "h,i\na,1\nb,3\n", "==~", 1 },
    { "h,i\na,1\nb,2\n", "h,i\na,1\nx,9\nb,2\n", "==+=", 0 },
    { "h,i\na,1\nx,9\nb,2\n", "h,i\na,1\nb,2\n", "==-=", 0 },
    { "h\n1,1,1\n2,2,2\n3\n4\n5\n6\n7\n8\n9\n", "h\n1,1,1\n2,2,2\n3\n4\n5\n6\n7\n8\n9,9\n", "=.==~",
      1 },
    { "a,b,c\n", "x,y,z\n", "-+", 0 },
    { NULL, "a\nb\n", "==", 0 },
    { "a\n", NULL, "=", 0 },
    { "", "", "", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AnnexWorkbookDiff) diff = diff_of (cases[i].before, cases[i].after);
      g_autofree char *marks = marks_of (diff);

      g_assert_cmpstr (marks, ==, cases[i].marks);
      g_assert_cmpuint (diff->n_cells_changed, ==, cases[i].cells);
    }
}

/* What one side has and the other has not is all there, in order, whatever the tables are. */
static void
test_diff_random (void)
{
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (GString) before = g_string_new (NULL);
      g_autoptr (GString) after = g_string_new (NULL);
      g_autoptr (AnnexWorkbookDiff) diff = NULL;
      guint old_rows = 0;
      guint new_rows = 0;
      AnnexGridSheet *sheet;

      for (guint i = (guint) g_test_rand_int_range (0, 30); i > 0; i--)
        g_string_append_printf (before, "%d,%d\n", g_test_rand_int_range (0, 5),
                                g_test_rand_int_range (0, 3));
      for (guint i = (guint) g_test_rand_int_range (0, 30); i > 0; i--)
        g_string_append_printf (after, "%d,%d\n", g_test_rand_int_range (0, 5),
                                g_test_rand_int_range (0, 3));
      diff = diff_of (before->str, after->str);
      sheet = g_ptr_array_index (diff->sheets, 0);
      for (guint i = 0; i < sheet->rows->len; i++)
        {
          const AnnexGridRow *row = &g_array_index (sheet->rows, AnnexGridRow, i);
          guint gap = row->mark == ANNEX_GRID_GAP ? row->n_left_out : 0;

          old_rows += gap + (row->before != NULL);
          new_rows += gap + (row->after != NULL);
          if (row->mark == ANNEX_GRID_SAME)
            g_assert_true (annex_row_equal (row->before, row->after));
        }
      g_assert_cmpuint (old_rows, ==,
                        ((AnnexSheet *) g_ptr_array_index (diff->before->sheets, 0))->rows->len);
      g_assert_cmpuint (new_rows, ==,
                        ((AnnexSheet *) g_ptr_array_index (diff->after->sheets, 0))->rows->len);
    }
}

static void
test_documents (void)
{
  static const struct
  {
    const char *member;
    const char *xml;
    const char *text;
  } cases[] = {
    { "word/document.xml",
      "<w:document><w:body><w:p><w:r><w:t>One</w:t></w:r><w:r><w:tab/><w:t> two</w:t></w:r></w:p>"
      "<w:p><w:del><w:r><w:t>gone</w:t></w:r></w:del><w:r><w:t>a &amp; "
      "b</w:t><w:br/><w:t>c</w:t></w:r></w:p>"
      "</w:body></w:document>",
      "One\t two\na & b\nc\n" },
    { "content.xml",
      "<office:body><office:text><text:h>Title</text:h><text:p>a<text:s "
      "text:c=\"2\"/>b<text:span>c</text:span>"
      "</text:p></office:text></office:body>",
      "Title\na  bc\n" },
    { "ppt/slides/slide1.xml", "<p:sld><a:p><a:r><a:t>Slide</a:t></a:r></a:p></p:sld>", "Slide\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) package = zip_fixture_new ("Bilder/Gr\xc3\xbc\xc3\x9f"
                                                    "e.png",
                                                    "x", cases[i].member, cases[i].xml, NULL);
      g_autoptr (GError) error = NULL;
      gboolean cut = TRUE;
      g_autoptr (GBytes) text = annex_office_text_read (package, &cut, &error);

      g_assert_no_error (error);
      g_assert_false (cut);
      g_assert_cmpmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text), cases[i].text,
                       strlen (cases[i].text));
    }
}

/* ---- hostile ones */

static void
assert_refused (GBytes *bytes, AnnexWorkbookFormat format)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexWorkbook) workbook = annex_workbook_read (bytes, format, &error);

  g_assert_null (workbook);
  g_assert_nonnull (error);
}

static void
test_bombs (void)
{
  /* much out of little */
  g_autoptr (GBytes) bomb =
      zip_fixture_new_repeated ("content.xml", "<a>", "                ", 30 * 1024 * 1024, "</a>");
  g_autoptr (GBytes) deep =
      zip_fixture_new_repeated ("content.xml", "", "<a>", 3 * 1000 * 1000, "");
  g_autoptr (GBytes) entities = zip_fixture_new (
      "content.xml",
      "<!DOCTYPE l [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><x><text:p>&b;</text:p></x>",
      NULL);
  g_autoptr (GBytes) outside = zip_fixture_new (
      "content.xml",
      "<!DOCTYPE l [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x><text:p>&a;</text:p></x>", NULL);
  g_autoptr (GBytes) empty = zip_fixture_new ("mimetype", "x", NULL);
  GBytes *all[] = { bomb, deep, entities, outside, empty };

  g_assert_cmpuint (g_bytes_get_size (bomb), <, 100 * 1024);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean cut = FALSE;
      g_autoptr (GBytes) text = annex_office_text_read (all[i], &cut, &error);

      g_assert_null (text);
      g_assert_nonnull (error);
      assert_refused (all[i], ANNEX_WORKBOOK_ODS);
      assert_refused (all[i], ANNEX_WORKBOOK_XLSX);
    }
}

static void
test_many_cells (void)
{
  g_autoptr (GString) rows = g_string_new (NULL);
  g_autoptr (GBytes) many = NULL;
  g_autoptr (GBytes) repeated = zip_fixture_new (
      "content.xml",
      "<d><table:table table:name=\"a\"><table:table-row table:number-rows-repeated=\"4000000000\">"
      "<table:table-cell "
      "table:number-columns-repeated=\"16000\"><text:p>x</text:p></table:table-cell>"
      "</table:table-row></table:table></d>",
      NULL);
  g_autoptr (GBytes) beyond = zip_fixture_new (
      "content.xml",
      "<d><table:table table:name=\"a\"><table:table-row table:number-rows-repeated=\"10000000\"/>"
      "<table:table-row table:number-rows-repeated=\"10000000\"><table:table-cell "
      "table:number-columns-repeated=\"10000000\"><text:p>x</text:p></table:table-cell>"
      "</table:table-row></table:table></d>",
      NULL);
  g_autoptr (GBytes) far =
      zip_fixture_new_xlsx ("<row r=\"4294967295\"><c r=\"A4294967295\"><v>1</v></c></row><row "
                            "r=\"1\"><c r=\"XFD1\"><v>2</v></c></row>",
                            NULL, NULL);
  g_autoptr (AnnexWorkbook) one = NULL;
  g_autoptr (AnnexWorkbook) two = NULL;
  g_autoptr (AnnexWorkbook) three = NULL;
  g_autoptr (AnnexWorkbook) four = NULL;

  for (guint i = 1; i <= 100000; i++)
    g_string_append_printf (rows,
                            "<row r=\"%u\"><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>", i);
  many = zip_fixture_new_xlsx (rows->str, NULL, NULL);
  one = read_fine (many, ANNEX_WORKBOOK_XLSX);
  g_assert_true (one->cut);
  two = read_fine (repeated, ANNEX_WORKBOOK_ODS);
  g_assert_true (two->cut);
  three = read_fine (far, ANNEX_WORKBOOK_XLSX);
  g_assert_true (three->cut);
  g_assert_cmpstr (text_at (three, 0, 1, 16383), ==, "2");
  four = read_fine (beyond, ANNEX_WORKBOOK_ODS);
  g_assert_true (four->cut);
}

/* What is on one side only is shown whole, up to a length; then the view says that it is not. */
static void
test_long_table (void)
{
  g_autoptr (GString) rows = g_string_new (NULL);
  AnnexWorkbookDiff *diff;

  for (guint i = 0; i < 20000; i++)
    g_string_append (rows, "1,2\n");
  diff = diff_of (NULL, rows->str);
  g_assert_false (diff->cut);
  annex_workbook_diff_free (diff);
  g_string_append (rows, "1,2\n");
  diff = diff_of (NULL, rows->str);
  g_assert_true (diff->cut);
  annex_workbook_diff_free (diff);
}

/* One string that a million cells share takes its place once. */
static void
test_shared_flood (void)
{
  g_autoptr (GString) rows = g_string_new (NULL);
  g_autofree char *text = g_strnfill (1000000, 'x');
  g_autofree char *strings = g_strdup_printf ("<si><t>%s</t></si>", text);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexWorkbook) workbook = NULL;

  for (guint i = 1; i <= 50000; i++)
    g_string_append_printf (rows, "<row><c t=\"s\"><v>0</v></c></row>");
  bytes = zip_fixture_new_xlsx (rows->str, NULL, strings);
  workbook = read_fine (bytes, ANNEX_WORKBOOK_XLSX);
  g_assert_true (text_at (workbook, 0, 1, 0) == text_at (workbook, 0, 50000, 0));
  g_assert_cmpint (g_utf8_strlen (text_at (workbook, 0, 1, 0), -1), ==,
                   ANNEX_WORKBOOK_MAX_TEXT + 1);
}

#define N_BY_PROGRAM 30

static void
use_program (gboolean use)
{
  annex_package_set_reader (use ? NULL : annex_package_unpack);
}

/* Every kind of damage of a real file ends in an error or a value, never in a crash. */
static void
test_damaged (void)
{
  g_autoptr (GBytes) xlsx = zip_fixture_new_xlsx (
      "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"><f>A1</f><v>2</v></c></row>", "",
      "<si><t>x</t></si>");
  g_autoptr (GBytes) ods = zip_fixture_new (
      "content.xml",
      "<d><table:table table:name=\"a\"><table:table-row><table:table-cell><text:p>x</text:p>"
      "</table:table-cell></table:table-row></table:table></d>",
      NULL);
  GBytes *files[] = { xlsx, ods };

  for (guint round = 0; round < 3000; round++)
    {
      gsize length;
      const guint8 *data = g_bytes_get_data (files[round % 2], &length);
      gsize keep = round % 3 == 0 ? (gsize) g_test_rand_int_range (0, (int) length) : length;
      g_autofree guint8 *copy = g_memdup2 (data, length);
      g_autoptr (GBytes) damaged = NULL;
      gboolean cut;

      use_program (round < N_BY_PROGRAM);
      for (guint i = 0; i < 1 + round % 4; i++)
        copy[g_test_rand_int_range (0, (int) length)] = (guint8) g_test_rand_int_range (0, 256);
      damaged = g_bytes_new (copy, keep);
      for (AnnexWorkbookFormat format = ANNEX_WORKBOOK_XLSX; format <= ANNEX_WORKBOOK_SEPARATED;
           format++)
        {
          g_autoptr (AnnexWorkbook) workbook = annex_workbook_read (damaged, format, NULL);

          if (workbook != NULL && format == ANNEX_WORKBOOK_SEPARATED)
            annex_workbook_diff_free (annex_workbook_diff_new (g_steal_pointer (&workbook), NULL));
        }
      g_bytes_unref (annex_office_text_read (damaged, &cut, NULL) ?: g_bytes_new (NULL, 0));
    }
  use_program (TRUE);
}

/* XML damaged before it is packed, so that the checksum does not hide the reader behind it. */
static void
test_damaged_xml (void)
{
  static const char xml[] =
      "<d><table:table table:name=\"a\"><table:table-row "
      "table:number-rows-repeated=\"2\"><table:table-cell "
      "table:formula=\"of:=A1\" table:number-columns-repeated=\"2\"><text:p>x<text:s "
      "text:c=\"9\"/></text:p>"
      "</table:table-cell></table:table-row></table:table></d>";

  for (guint round = 0; round < 3000; round++)
    {
      g_autofree char *copy = g_strdup (xml);
      g_autoptr (GBytes) package = NULL;
      g_autoptr (AnnexWorkbook) workbook = NULL;
      g_autoptr (GBytes) text = NULL;
      gboolean cut;

      use_program (round < N_BY_PROGRAM);
      for (guint i = 0; i < 1 + round % 3; i++)
        copy[g_test_rand_int_range (0, sizeof xml - 1)] =
            "<>/\"= a9\xff&;"[g_test_rand_int_range (0, 11)];
      package = zip_fixture_new ("content.xml", copy, NULL);
      workbook = annex_workbook_read (package, ANNEX_WORKBOOK_ODS, NULL);
      text = annex_office_text_read (package, &cut, NULL);
    }
  use_program (TRUE);
}

/* ---- kinds and pictures */

static void
test_kinds (void)
{
  static const struct
  {
    const char *name;
    const char *head; /* nullable */
    AnnexFileKind kind;
  } cases[] = {
    { "a.csv", "a,b", ANNEX_FILE_WORKBOOK },
    { "a.xlsx", "PK\x03\x04", ANNEX_FILE_WORKBOOK },
    { "a.xlsx", "plain", ANNEX_FILE_TEXT },
    { "a.docx", NULL, ANNEX_FILE_DOCUMENT },
    { "a.txt", "%PDF-1.7", ANNEX_FILE_PDF },
    { "a.pdf", "text", ANNEX_FILE_TEXT },
    { "a.txt", "\x89PNG\r\n\x1a\n", ANNEX_FILE_IMAGE },
    { "noext", "text", ANNEX_FILE_TEXT },
    { "noext", "\x01\xff\xfe", ANNEX_FILE_OTHER },
    { "a.zip", "PK\x03\x04", ANNEX_FILE_OTHER },
    { "", "", ANNEX_FILE_TEXT },
    { "a.PNG", NULL, ANNEX_FILE_IMAGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = cases[i].head != NULL ? bytes_of (cases[i].head) : NULL;

      g_assert_cmpint (annex_file_kind_guess (cases[i].name, bytes), ==, cases[i].kind);
    }
  g_assert_cmpstr (annex_file_kind_icon_name ("x.xlsx", FALSE), ==,
                   "x-office-spreadsheet-symbolic");
}

#define PNG_HEAD "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

static void
test_image_sizes (void)
{
  static const struct
  {
    const char *data;
    gsize length;
    gboolean fine;
    guint width;
    guint height;
  } cases[] = {
    { PNG_HEAD "\0\0\1\0\0\0\0\x80", 24, TRUE, 256, 128 },
    { PNG_HEAD "\xff\xff\xff\xff\0\0\0\1", 24, FALSE, 0, 0 },
    { PNG_HEAD "\0\0\x40\0\0\0\x40\0", 24, FALSE, 0, 0 }, /* 16384 × 16384 */
    { PNG_HEAD "\0\0\1", 19, FALSE, 0, 0 },
    { PNG_HEAD "\0\0\0\0\0\0\0\1", 24, FALSE, 0, 0 },
    { "GIF89a\x10\0\x20\0", 10, TRUE, 16, 32 },
    { "\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x11\x08\0\x20\0\x10\3", 19, TRUE, 16, 32 },
    { "\xff\xd8\xff\xe0\0\0ab\xff\xc0\0\x11\x08\0\x20\0\x10\3", 19, FALSE, 0, 0 },
    { "\xff\xd8\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12, FALSE, 0, 0 },
    { "RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x0f\0\0\x1f\0\0", 30, TRUE, 16, 32 },
    { "RIFF\0\0\0\0WEBP", 12, FALSE, 0, 0 },
    { "", 0, FALSE, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (cases[i].data, cases[i].length);
      guint width;
      guint height;

      g_assert_cmpint (annex_image_read_size (bytes, &width, &height), ==, cases[i].fine);
      if (cases[i].fine)
        {
          g_assert_cmpuint (width, ==, cases[i].width);
          g_assert_cmpuint (height, ==, cases[i].height);
        }
    }
  for (guint round = 0; round < 20000; round++)
    {
      static const char *const heads[] = { "\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF89a",
                                           "RIFFxxxxWEBPVP8 " };
      guint8 data[40];
      g_autoptr (GBytes) bytes = NULL;
      guint width;
      guint height;

      for (guint i = 0; i < sizeof data; i++)
        data[i] = (guint8) g_test_rand_int_range (0, 256);
      memcpy (data, heads[round % 4], strlen (heads[round % 4]));
      bytes = g_bytes_new (data, (gsize) g_test_rand_int_range (0, sizeof data + 1));
      annex_image_read_size (bytes, &width, &height);
    }
}

/* Painted by the program that can do nothing else. */
static void
test_pdf (void)
{
#define PAGE "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\n"
  static const struct
  {
    const char *text;
    guint n_pages;
    guint n_painted;
  } rows[] = {
    { "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
      "2 0 obj<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3>>endobj\n"
      "3 0 obj" PAGE "4 0 obj" PAGE "5 0 obj" PAGE "trailer<</Root 1 0 R>>\n",
      3, 2 },
    { "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n", 0, 0 },
    { "%PDF-1.7\n", 0, 0 },
    { "no PDF at all", 0, 0 },
    { "", 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (rows[i].text, strlen (rows[i].text));
      g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func (g_object_unref);

      g_assert_cmpuint (annex_painter_paint_pdf (bytes, 100, 2, pages), ==, rows[i].n_pages);
      g_assert_cmpuint (pages->len, ==, rows[i].n_painted);
      for (guint j = 0; j < pages->len; j++)
        {
          g_assert_cmpint (gdk_texture_get_width (g_ptr_array_index (pages, j)), ==, 100);
          g_assert_cmpint (gdk_texture_get_height (g_ptr_array_index (pages, j)), ==, 50);
        }
    }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/files/references", test_references);
  g_test_add_func ("/ui/files/xlsx", test_xlsx);
  g_test_add_func ("/ui/files/ods", test_ods);
  g_test_add_func ("/ui/files/separated", test_separated);
  g_test_add_func ("/ui/files/diff", test_diff);
  g_test_add_func ("/ui/files/diff-random", test_diff_random);
  g_test_add_func ("/ui/files/documents", test_documents);
  g_test_add_func ("/ui/files/bombs", test_bombs);
  g_test_add_func ("/ui/files/many-cells", test_many_cells);
  g_test_add_func ("/ui/files/long-table", test_long_table);
  g_test_add_func ("/ui/files/shared-flood", test_shared_flood);
  g_test_add_func ("/ui/files/damaged", test_damaged);
  g_test_add_func ("/ui/files/damaged-xml", test_damaged_xml);
  g_test_add_func ("/ui/files/kinds", test_kinds);
  g_test_add_func ("/ui/files/image-sizes", test_image_sizes);
  g_test_add_func ("/ui/files/pdf", test_pdf);
  return g_test_run ();
}
