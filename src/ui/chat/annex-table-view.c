/* annex-table-view.c
 *
 * A Markdown table: a grid that scrolls sideways when it is wide. A long one shows its first rows,
 * and more each time one asks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-block-view.h"

#include "annex-prose.h"

#include <glib/gi18n.h>

#define FIRST_CELLS 240
#define MORE_CELLS 600
#define MAX_WIDTH_CHARS 48

typedef struct
{
  AnnexMarkdownBlock *block;
  GtkWidget *grid;
  GtkWidget *more;
  guint n_rows; /* shown */
} Table;

static void
table_free (gpointer data)
{
  Table *table = data;

  annex_markdown_block_unref (table->block);
  g_free (table);
}

static float
get_xalign (AnnexMarkdownBlock *block, guint column)
{
  return block->alignments[column] == 'r' ? 1.0f : block->alignments[column] == 'c' ? 0.5f : 0.0f;
}

static GtkWidget *
new_cell (Table *table, guint row, guint column)
{
  AnnexMarkdownInline *text = table->block->cells->pdata[row * table->block->n_columns + column];
  GtkWidget *cell = annex_prose_new ();
  GtkLabel *label = annex_prose_get_label (ANNEX_PROSE (cell));

  annex_prose_set_text (ANNEX_PROSE (cell), text, table->block);
  annex_prose_set_xalign (ANNEX_PROSE (cell), get_xalign (table->block, column));
  if (g_utf8_strlen (text->text, -1) <= MAX_WIDTH_CHARS)
    annex_prose_set_wrap (ANNEX_PROSE (cell), FALSE);
  gtk_label_set_max_width_chars (label, MAX_WIDTH_CHARS);
  gtk_widget_set_hexpand (cell, TRUE);
  gtk_widget_add_css_class (cell, "annex-cell");
  if (row == 0)
    gtk_widget_add_css_class (cell, "heading");
  if ((row + 1) * table->block->n_columns >= table->block->cells->len)
    gtk_widget_add_css_class (cell, "annex-last");
  return cell;
}

static void
add_rows (Table *table, guint n_cells)
{
  guint n_columns = table->block->n_columns;
  guint all = table->block->cells->len / n_columns;
  guint end = MIN (all, table->n_rows + MAX (n_cells / n_columns, 2));
  g_autofree char *words = NULL;

  for (guint row = table->n_rows; row < end; row++)
    for (guint column = 0; column < n_columns; column++)
      gtk_grid_attach (GTK_GRID (table->grid), new_cell (table, row, column), (int) column,
                       (int) row, 1, 1);
  table->n_rows = end;
  gtk_widget_set_visible (table->more, end < all);
  words = g_strdup_printf (
      ngettext ("Show More · %u row left", "Show More · %u rows left", all - end), all - end);
  gtk_button_set_label (GTK_BUTTON (table->more), words);
}

static void
more_clicked_cb (Table *table)
{
  add_rows (table, MORE_CELLS);
}

GtkWidget *
annex_table_view_new (AnnexMarkdownBlock *block)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  Table *table = g_new0 (Table, 1);

  table->block = annex_markdown_block_ref (block);
  table->grid = gtk_grid_new ();
  table->more = gtk_button_new ();
  gtk_widget_add_css_class (table->more, "flat");
  gtk_widget_add_css_class (table->more, "annex-more");
  g_signal_connect_swapped (table->more, "clicked", G_CALLBACK (more_clicked_cb), table);
  g_object_set_data_full (G_OBJECT (box), "table", table, table_free);
  gtk_accessible_update_property (GTK_ACCESSIBLE (table->grid), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Table"), -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), table->grid);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_widget_add_css_class (box, "annex-table");
  gtk_widget_set_overflow (box, GTK_OVERFLOW_HIDDEN);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_box_append (GTK_BOX (box), table->more);
  add_rows (table, FIRST_CELLS);
  return box;
}

void
annex_table_view_set_search (GtkWidget *widget, const char *words)
{
  Table *table = g_object_get_data (G_OBJECT (widget), "table");

  for (GtkWidget *cell = gtk_widget_get_first_child (table->grid); cell != NULL;
       cell = gtk_widget_get_next_sibling (cell))
    annex_prose_set_search (ANNEX_PROSE (cell), words);
}
