/* annex-block-view.c
 *
 * See annex-block-view.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-block-view.h"

#include "annex-code-view.h"
#include "annex-prose.h"

#include <glib/gi18n.h>

struct _AnnexBlockView
{
  GtkWidget parent_instance;

  AnnexChatRow *row;
  AnnexMarkdownBlock *block; /* as it is shown */
  GtkWidget *box;
  GtkWidget *content;
  char *search;
};

G_DEFINE_FINAL_TYPE (AnnexBlockView, annex_block_view, GTK_TYPE_WIDGET)

/* Nesting */

static int
digits (int number)
{
  int n = 1;

  for (; number >= 10; number /= 10)
    n++;
  return n;
}

static GtkWidget *
new_item_mark (const AnnexMarkdownNest *nest, guint depth)
{
  static const char *const bullets[] = { "•", "◦", "▪" };
  g_autofree char *number = NULL;
  GtkWidget *mark;

  if (nest->marker == ANNEX_MARKER_OPEN || nest->marker == ANNEX_MARKER_DONE)
    {
      mark = gtk_image_new_from_icon_name (
          nest->marker == ANNEX_MARKER_DONE ? "checkbox-checked-symbolic" : "checkbox-symbolic");
      gtk_accessible_update_property (GTK_ACCESSIBLE (mark), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      nest->marker == ANNEX_MARKER_DONE ? _ ("Done") : _ ("To do"),
                                      -1);
      gtk_widget_set_valign (mark, GTK_ALIGN_START);
      gtk_widget_set_margin_top (mark, 4);
    }
  else if (nest->marker == ANNEX_MARKER_NUMBER)
    {
      number = g_strdup_printf ("%d.", nest->number);
      mark = gtk_label_new (number);
      gtk_widget_add_css_class (mark, "numeric");
    }
  else
    mark = gtk_label_new (
        nest->marker == ANNEX_MARKER_BULLET ? bullets[depth % G_N_ELEMENTS (bullets)] : NULL);
  if (GTK_IS_LABEL (mark))
    {
      gtk_label_set_xalign (GTK_LABEL (mark), 1);
      gtk_label_set_yalign (GTK_LABEL (mark), 0);
    }
  gtk_widget_add_css_class (mark, "annex-mark");
  gtk_widget_set_size_request (mark, nest->number > 99 ? 10 + 9 * digits (nest->number) : 24, -1);
  return mark;
}

static void
add_nesting (AnnexBlockView *self)
{
  guint depth = 0;

  for (guint i = 0; i < self->block->n_nest; i++)
    {
      GtkWidget *mark;

      if (self->block->nest[i].kind == ANNEX_NEST_ITEM)
        mark = new_item_mark (&self->block->nest[i], depth++);
      else
        {
          mark = gtk_separator_new (GTK_ORIENTATION_VERTICAL);
          gtk_widget_add_css_class (mark, "annex-quote");
        }
      gtk_box_append (GTK_BOX (self->box), mark);
    }
}

/* Content */

static GtkWidget *
new_content (AnnexMarkdownBlock *block)
{
  static const char *const headings[] = { "title-2", "title-3", "title-4",
                                          "heading", "heading", "heading" };
  GtkWidget *widget;

  switch (block->kind)
    {
    case ANNEX_MARKDOWN_CODE:
      return annex_code_view_new (NULL, block->info);
    case ANNEX_MARKDOWN_TABLE:
      return annex_table_view_new (block);
    case ANNEX_MARKDOWN_RULE:
      return gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);
    case ANNEX_MARKDOWN_HEADING:
      widget = annex_prose_new_heading (block->level);
      gtk_widget_add_css_class (widget, headings[CLAMP (block->level, 1, 6) - 1]);
      return widget;
    case ANNEX_MARKDOWN_PARAGRAPH:
      widget = annex_prose_new ();
      gtk_widget_add_css_class (widget, "annex-prose");
      return widget;
    }
  return NULL;
}

static int
get_space_above (AnnexMarkdownBlock *block, gboolean first)
{
  if (block->continued)
    return 0;
  if (first)
    return 12;
  if (block->tight)
    return 3;
  if (block->kind == ANNEX_MARKDOWN_HEADING)
    return 18;
  return 9;
}

static void
expanded_cb (AnnexBlockView *self)
{
  self->row->more = TRUE;
}

static void
fill_content (AnnexBlockView *self)
{
  AnnexMarkdownBlock *block = self->block;

  if (ANNEX_IS_PROSE (self->content))
    annex_prose_set_text (ANNEX_PROSE (self->content), block->text, block);
  else if (ANNEX_IS_CODE_VIEW (self->content))
    annex_code_view_set_text (ANNEX_CODE_VIEW (self->content), block->text->text);
}

static gboolean
is_same_frame (const AnnexMarkdownBlock *a, const AnnexMarkdownBlock *b)
{
  if (a->kind != b->kind || a->kind == ANNEX_MARKDOWN_TABLE || a->level != b->level ||
      a->n_nest != b->n_nest || g_strcmp0 (a->info, b->info) != 0)
    return FALSE;
  for (guint i = 0; i < a->n_nest; i++)
    if (a->nest[i].kind != b->nest[i].kind || a->nest[i].marker != b->nest[i].marker ||
        a->nest[i].number != b->nest[i].number)
      return FALSE;
  return TRUE;
}

/* Besides what a label offers by itself. */
static void
add_menu (AnnexBlockView *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenuItem) item = g_menu_item_new (_ ("Copy Whole Answer"), NULL);

  g_menu_item_set_action_and_target (item, "chat.copy-item", "x",
                                     annex_transcript_item_get_seq (self->row->item));
  g_menu_append_item (menu, item);
  gtk_label_set_extra_menu (annex_prose_get_label (ANNEX_PROSE (self->content)),
                            G_MENU_MODEL (menu));
}

static void
make_content (AnnexBlockView *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  add_nesting (self);
  self->content = new_content (self->block);
  gtk_widget_set_hexpand (self->content, TRUE);
  if (self->block->kind == ANNEX_MARKDOWN_RULE)
    gtk_widget_set_valign (self->content, GTK_ALIGN_CENTER);
  if (ANNEX_IS_CODE_VIEW (self->content))
    {
      annex_code_view_set_expanded (ANNEX_CODE_VIEW (self->content), self->row->more);
      g_signal_connect_object (self->content, "expanded", G_CALLBACK (expanded_cb), self,
                               G_CONNECT_SWAPPED);
    }
  gtk_box_append (GTK_BOX (self->box), self->content);
  if (ANNEX_IS_PROSE (self->content))
    add_menu (self);
}

static void
apply_search (AnnexBlockView *self)
{
  if (ANNEX_IS_PROSE (self->content))
    annex_prose_set_search (ANNEX_PROSE (self->content), self->search);
  else if (ANNEX_IS_CODE_VIEW (self->content))
    annex_code_view_set_search (ANNEX_CODE_VIEW (self->content), self->search);
  else if (self->block->kind == ANNEX_MARKDOWN_TABLE)
    annex_table_view_set_search (self->content, self->search);
}

static void
update (AnnexBlockView *self)
{
  g_autoptr (AnnexMarkdownBlock) was = g_steal_pointer (&self->block);

  self->block = annex_markdown_block_ref (self->row->block);
  if (was == NULL || !is_same_frame (was, self->block))
    make_content (self);
  gtk_widget_set_margin_top (self->box, get_space_above (self->block, self->row->first));
  fill_content (self);
  if (self->search != NULL)
    apply_search (self);
}

void
annex_block_view_set_search (AnnexBlockView *self, const char *words)
{
  if (g_set_str (&self->search, words))
    apply_search (self);
}

/* The object */

static void
annex_block_view_dispose (GObject *object)
{
  AnnexBlockView *self = ANNEX_BLOCK_VIEW (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  self->content = NULL;
  g_clear_pointer (&self->block, annex_markdown_block_unref);
  g_clear_pointer (&self->search, g_free);
  g_clear_object (&self->row);
  G_OBJECT_CLASS (annex_block_view_parent_class)->dispose (object);
}

static void
annex_block_view_class_init (AnnexBlockViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = annex_block_view_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "block-view");
}

static void
annex_block_view_init (AnnexBlockView *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
annex_block_view_new (AnnexChatRow *row)
{
  AnnexBlockView *self = g_object_new (ANNEX_TYPE_BLOCK_VIEW, NULL);

  self->row = g_object_ref (row);
  g_signal_connect_object (row, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
