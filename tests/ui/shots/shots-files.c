/* shots-files.c
 *
 * The files of the world: a chart, a letter, a workbook, a web page, and the draft they are in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shots-world.h"

#include "zip-fixture.h"

#include <cairo-pdf.h>

static cairo_status_t
collect_cb (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static void
write_text (cairo_t *cr, double x, double y, double size, const char *text)
{
  cairo_set_font_size (cr, size);
  cairo_move_to (cr, x, y);
  cairo_show_text (cr, text);
}

GBytes *
shots_make_chart (gboolean after)
{
  static const double sums[] = { 412, 288, 530, 1034, 296, 610 };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun" };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 900, 560);
  cairo_t *cr = cairo_create (surface);
  GByteArray *bytes = g_byte_array_new ();

  cairo_select_font_face (cr, "Inter", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_set_source_rgb (cr, 0.2, 0.2, 0.22);
  write_text (cr, 60, 56, 26, "Expenses by month, in euros");
  for (guint i = 0; i < 5; i++)
    {
      cairo_set_source_rgb (cr, 0.88, 0.88, 0.9);
      cairo_rectangle (cr, 60, 110 + i * 95, 780, 1);
      cairo_fill (cr);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sums); i++)
    {
      double height = sums[i] * (after || i < 3 ? 0.36 : 0.2);

      cairo_set_source_rgb (cr, after ? 0.21 : 0.55, after ? 0.52 : 0.58, after ? 0.89 : 0.62);
      cairo_rectangle (cr, 84 + i * 130, 490 - height, 80, height);
      cairo_fill (cr);
      cairo_set_source_rgb (cr, 0.2, 0.2, 0.22);
      write_text (cr, 104 + i * 130, 524, 20, months[i]);
    }
  cairo_destroy (cr);
  g_assert_cmpint (cairo_surface_write_to_png_stream (surface, collect_cb, bytes), ==,
                   CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (surface);
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
shots_make_letter (const char *greeting, guint n_pages)
{
  static const char *const lines[] = {
    "please find enclosed the expense report for June.",
    "It lists 24 receipts in three currencies. Two of",
    "them have no date and are listed at the end.",
    "",
    "The sums agree with the bank's statement.",
    "",
    "With kind regards",
    "Anna Berg",
  };
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (collect_cb, bytes, 420, 595);
  cairo_t *cr = cairo_create (surface);

  cairo_select_font_face (cr, "Inter", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  for (guint page = 0; page < n_pages; page++)
    {
      write_text (cr, 48, 90, 15, page == 0 ? greeting : "Enclosure");
      for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
        write_text (cr, 48, 130 + i * 20, 12, lines[i]);
      cairo_show_page (cr);
    }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return g_byte_array_free_to_bytes (bytes);
}

static void
add_text_cell (GString *rows, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append_printf (rows, "<c t=\"inlineStr\"><is><t>%s</t></is></c>", escaped);
}

GBytes *
shots_make_report (void)
{
  static const struct
  {
    const char *date;
    const char *merchant;
    const char *category;
    double amount;
  } receipts[] = {
    { "2025-06-02", "Café Central", "Meals", 12.5 },
    { "2025-06-03", "Railway", "Travel", 89 },
    { "2025-06-05", "Hotel Post", "Travel", 240 },
    { "2025-06-09", "Paper & Pen", "Office", 31.4 },
    { "2025-06-12", "Telephone", "Office", 49.99 },
    { "2025-06-17", "Bakery", "Meals", 8.2 },
    { "2025-06-21", "Taxi Lindgren", "Travel", 23.4 },
    { "2025-06-28", "Ristorante Sole", "Meals", 64 },
  };
  g_autoptr (GString) rows = g_string_new ("<row>");

  add_text_cell (rows, "Date");
  add_text_cell (rows, "Merchant");
  add_text_cell (rows, "Category");
  add_text_cell (rows, "Amount");
  g_string_append (rows, "</row>");
  for (guint i = 0; i < G_N_ELEMENTS (receipts); i++)
    {
      g_string_append (rows, "<row>");
      add_text_cell (rows, receipts[i].date);
      add_text_cell (rows, receipts[i].merchant);
      add_text_cell (rows, receipts[i].category);
      g_string_append_printf (rows, "<c><v>%.2f</v></c></row>", receipts[i].amount);
    }
  return zip_fixture_new_xlsx (rows->str, NULL, NULL);
}

GBytes *
shots_make_page (void)
{
  static const char page[] =
      "<!DOCTYPE html><html><head><meta charset='utf-8'><title>Expenses</title><style>"
      "body{font:15px/1.5 Inter,sans-serif;margin:2rem;color:#222}h1{font-size:1.5rem}"
      "table{border-collapse:collapse;width:100%}td,th{padding:.5rem;text-align:left;"
      "border-bottom:1px solid #ddd}td:last-child,th:last-child{text-align:right}"
      ".sum{background:#e8f1fc;font-weight:bold}</style></head><body>"
      "<h1>Expenses in June</h1><p>24 receipts, three currencies. See the "
      "<a href='https://www.example.org/rates'>rates that were used</a>.</p><table>"
      "<tr><th>Category<th>Receipts<th>Sum<tr><td>Travel<td>9<td>412.80 €"
      "<tr><td>Meals<td>11<td>288.15 €<tr><td>Office<td>4<td>96.40 €"
      "<tr class='sum'><td>All<td>24<td>797.35 €</table>"
      "<script>document.body.innerHTML='scripts do not run here'</script></body></html>";

  return g_bytes_new_static (page, sizeof page - 1);
}

/* What a change says of its sizes is what its two sides have, as the cards of results say. */
static void
add_change (ShotsWorld *self,
            GPtrArray *changes,
            const char *share,
            AnnexChangeKind kind,
            const char *path,
            GBytes *taken_before,
            GBytes *taken_after)
{
  g_autoptr (GBytes) before = taken_before;
  g_autoptr (GBytes) after = taken_after;
  AnnexChange *change = annex_change_new (kind, path);
  const void *data;
  gsize length;

  if (before != NULL)
    {
      data = g_bytes_get_data (before, &length);
      annex_fake_desk_set_before (self->desk, share, path, data, (gssize) length);
      change->old_size_bytes = length;
    }
  if (after != NULL)
    {
      data = g_bytes_get_data (after, &length);
      annex_fake_desk_set_after (self->desk, share, path, data, (gssize) length);
      change->size_bytes = length;
    }
  g_ptr_array_add (changes, change);
}

static GBytes *
words (const char *text)
{
  return g_bytes_new_static (text, strlen (text));
}

static void
add_texts (ShotsWorld *self, GPtrArray *changes, const char *share)
{
  add_change (
      self, changes, share, ANNEX_CHANGE_CHANGED, "Amounts.csv",
      words ("Date,Merchant,Amount\n2025-06-02,Café Central,12.50\n2025-06-03,Railway,89.00\n"
             "2025-06-04,Taxi,20.00\n2025-06-05,Hotel Post,240.00\n"),
      words ("Date,Merchant,Amount\n2025-06-02,Café Central,12.50\n2025-06-03,Railway,89.00\n"
             "2025-06-04,Taxi,23.40\n2025-06-05,Hotel Post,240.00\n2025-06-09,Paper & "
             "Pen,31.40\n"));
  add_change (
      self, changes, share, ANNEX_CHANGE_CHANGED, "Notes.txt",
      words ("Receipts of June\n\nCheck the taxi.\nAsk for the missing one.\n"
             "Send it to the office before Friday.\n\nThank you.\n"),
      words ("Receipts of June\n\nThe taxi is checked: 23.40.\nAsk for the missing one.\n"
             "Send it to the office before Friday.\n\nThe hotel's second invoice was a copy; it is "
             "counted once.\nThank you.\n"));
}

void
shots_set_draft (ShotsWorld *self, AnnexTask *task, const char *share)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);

  add_change (self, changes, share, ANNEX_CHANGE_ADDED, "Expense report.xlsx", NULL,
              shots_make_report ());
  add_change (self, changes, share, ANNEX_CHANGE_ADDED, "Summary.html", NULL, shots_make_page ());
  add_change (self, changes, share, ANNEX_CHANGE_CHANGED, "Expense chart.png",
              shots_make_chart (FALSE), shots_make_chart (TRUE));
  add_change (self, changes, share, ANNEX_CHANGE_CHANGED, "Letter.pdf",
              shots_make_letter ("Dear Sir,", 2), shots_make_letter ("Dear Ms Lind,", 2));
  add_texts (self, changes, share);
  add_change (self, changes, share, ANNEX_CHANGE_DELETED, "2025-06/hosting-invoice (1).pdf",
              shots_make_letter ("Invoice", 1), NULL);
  for (guint i = 0; i < 4; i++)
    {
      static const char *const to[] = { "2025-06/2025-06-02 Café Central.pdf",
                                        "2025-06/2025-06-03 Railway.pdf",
                                        "2025-07/2025-07-01 Telephone.pdf", "2025-07/No date.jpg" };
      static const char *const from[] = { "scan 0012.pdf", "ticket.pdf", "phone.pdf",
                                          "IMG_2231.jpg" };
      AnnexChange *moved;

      add_change (self, changes, share, ANNEX_CHANGE_RENAMED, to[i], NULL,
                  shots_make_letter ("Receipt", 1));
      moved = g_ptr_array_index (changes, changes->len - 1);
      moved->old_path = g_strdup (from[i]);
      moved->old_size_bytes = moved->size_bytes;
    }
  annex_fake_desk_set_draft (self->desk, task, share, changes);
}
