/* annex-markdown-box.c
 *
 * See annex-markdown-box.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-markdown-box.h"

#include "annex-prose.h"

#define MAX_BLOCKS 400
#define INDENT 18

static GtkWidget *
make_code (const AnnexMarkdownBlock *block)
{
  g_autofree char *text = annex_markdown_block_dup_text (block);
  GtkWidget *label = gtk_label_new (g_strchomp (text));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_css_classes (label, (const char *[]) { "monospace", "annex-preview", NULL });
  return label;
}

static GtkWidget *
make_prose (AnnexMarkdownBlock *block)
{
  GtkWidget *prose = block->kind == ANNEX_MARKDOWN_HEADING ? annex_prose_new_heading (block->level)
                                                           : annex_prose_new ();

  if (block->text != NULL)
    annex_prose_set_text (ANNEX_PROSE (prose), block->text, block);
  else
    {
      g_autofree char *text = annex_markdown_block_dup_text (block);

      annex_prose_set_plain (ANNEX_PROSE (prose), text);
    }
  if (block->kind == ANNEX_MARKDOWN_HEADING)
    gtk_widget_add_css_class (prose, block->level < 2   ? "title-2"
                                     : block->level < 3 ? "title-3"
                                                        : "heading");
  gtk_widget_set_hexpand (prose, TRUE);
  return prose;
}

/* NULL: none. (transfer full) */
static char *
dup_marker (const AnnexMarkdownNest *nest)
{
  switch (nest->marker)
    {
    case ANNEX_MARKER_BULLET:
      return g_strdup ("•");
    case ANNEX_MARKER_NUMBER:
      return g_strdup_printf ("%d.", nest->number);
    case ANNEX_MARKER_OPEN:
      return g_strdup ("☐");
    case ANNEX_MARKER_DONE:
      return g_strdup ("☑");
    case ANNEX_MARKER_NONE:
      break;
    }
  return NULL;
}

static GtkWidget *
make_block (AnnexMarkdownBlock *block)
{
  GtkWidget *content = block->kind == ANNEX_MARKDOWN_CODE ? make_code (block)
                       : block->kind == ANNEX_MARKDOWN_RULE
                           ? gtk_separator_new (GTK_ORIENTATION_HORIZONTAL)
                           : make_prose (block);
  GtkWidget *box;
  GtkWidget *label;
  g_autofree char *marker = NULL;

  if (block->n_nest == 0)
    return content;
  marker = dup_marker (&block->nest[block->n_nest - 1]);
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  label = gtk_label_new (marker != NULL ? marker : "");
  gtk_label_set_width_chars (GTK_LABEL (label), 2);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_add_css_class (label, "annex-mark");
  gtk_widget_set_margin_start (box, (int) (block->n_nest - 1) * INDENT);
  gtk_widget_set_hexpand (content, TRUE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), content);
  return box;
}

void
annex_markdown_box_fill (GtkBox *box, const char *text)
{
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_markdown_block_unref);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);
  annex_markdown_parse (text, strlen (text), blocks, NULL, NULL);
  for (guint i = 0; i < MIN (blocks->len, MAX_BLOCKS); i++)
    gtk_box_append (box, make_block (g_ptr_array_index (blocks, i)));
}
