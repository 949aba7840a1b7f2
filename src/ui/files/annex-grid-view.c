/* annex-grid-view.c
 *
 * See annex-grid-view.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-grid-view.h"

#include "annex-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_COLUMNS 40
#define MAX_CELL_CHARS 32

/* ---- a row for the list */

#define ANNEX_TYPE_GRID_ITEM (annex_grid_item_get_type ())
G_DECLARE_FINAL_TYPE (AnnexGridItem, annex_grid_item, ANNEX, GRID_ITEM, GObject)

struct _AnnexGridItem
{
  GObject parent_instance;

  AnnexPreviewContent *content; /* keeps what @row points to */
  const AnnexGridRow *row;
};

G_DEFINE_FINAL_TYPE (AnnexGridItem, annex_grid_item, G_TYPE_OBJECT)

static void
annex_grid_item_finalize (GObject *object)
{
  g_clear_object (&ANNEX_GRID_ITEM (object)->content);
  G_OBJECT_CLASS (annex_grid_item_parent_class)->finalize (object);
}

static void
annex_grid_item_class_init (AnnexGridItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_grid_item_finalize;
}

static void
annex_grid_item_init (AnnexGridItem *self)
{
}

/* ---- the rows of a sheet; items are made when they are looked at */

#define ANNEX_TYPE_GRID_MODEL (annex_grid_model_get_type ())
G_DECLARE_FINAL_TYPE (AnnexGridModel, annex_grid_model, ANNEX, GRID_MODEL, GObject)

struct _AnnexGridModel
{
  GObject parent_instance;

  AnnexPreviewContent *content;
  AnnexGridSheet *sheet;
};

static GType
model_get_item_type (GListModel *model)
{
  return ANNEX_TYPE_GRID_ITEM;
}

static guint
model_get_n_items (GListModel *model)
{
  return ANNEX_GRID_MODEL (model)->sheet->rows->len;
}

static gpointer
model_get_item (GListModel *model, guint position)
{
  AnnexGridModel *self = ANNEX_GRID_MODEL (model);
  AnnexGridItem *item;

  if (position >= self->sheet->rows->len)
    return NULL;
  item = g_object_new (ANNEX_TYPE_GRID_ITEM, NULL);
  item->content = g_object_ref (self->content);
  item->row = &g_array_index (self->sheet->rows, AnnexGridRow, position);
  return item;
}

static void
model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = model_get_item_type;
  iface->get_n_items = model_get_n_items;
  iface->get_item = model_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexGridModel,
                               annex_grid_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, model_iface_init))

static void
annex_grid_model_finalize (GObject *object)
{
  g_clear_object (&ANNEX_GRID_MODEL (object)->content);
  G_OBJECT_CLASS (annex_grid_model_parent_class)->finalize (object);
}

static void
annex_grid_model_class_init (AnnexGridModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_grid_model_finalize;
}

static void
annex_grid_model_init (AnnexGridModel *self)
{
}

/* ---- the view */

struct _AnnexGridView
{
  AdwBin parent_instance;

  AnnexPreviewContent *content;
  GtkBox *box;
  GtkDropDown *sheets;
  GtkScrolledWindow *scroller;
};

G_DEFINE_FINAL_TYPE (AnnexGridView, annex_grid_view, ADW_TYPE_BIN)

static const char *
style_of (AnnexGridMark mark)
{
  switch (mark)
    {
    case ANNEX_GRID_ADDED:
      return "annex-added";
    case ANNEX_GRID_REMOVED:
      return "annex-removed";
    case ANNEX_GRID_CHANGED:
      return "annex-changed";
    case ANNEX_GRID_GAP:
      return "dimmed";
    case ANNEX_GRID_SAME:
      break;
    }
  return NULL;
}

static void
set_style (GtkWidget *label, AnnexGridMark mark)
{
  static const AnnexGridMark marks[] = { ANNEX_GRID_ADDED, ANNEX_GRID_REMOVED, ANNEX_GRID_CHANGED,
                                         ANNEX_GRID_GAP };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (marks[i] == mark)
      gtk_widget_add_css_class (label, style_of (marks[i]));
    else
      gtk_widget_remove_css_class (label, style_of (marks[i]));
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkColumnViewCell *cell, gpointer data)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), MAX_CELL_CHARS);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "numeric");
  gtk_column_view_cell_set_child (cell, label);
}

static gboolean
is_number (const char *text)
{
  char *end;

  g_ascii_strtod (text, &end);
  while (*end == ' ' || *end == '%')
    end++;
  return end != text && *end == '\0';
}

static void
show_one (GtkLabel *label, const AnnexCell *cell)
{
  g_autofree char *text = annex_text_for_display (cell != NULL ? cell->text : NULL);

  gtk_label_set_text (label, text);
  gtk_label_set_xalign (label, cell != NULL && is_number (cell->text) ? 1 : 0);
}

/* "12.50 → 14.00", the former struck out. */
static void
show_both (GtkLabel *label, const AnnexCell *before, const AnnexCell *after)
{
  const char *old_value = before == NULL ? "" : before->text;
  const char *new_value = after == NULL ? "" : after->text;
  g_autofree char *old_text = NULL;
  g_autofree char *new_text = NULL;
  g_autofree char *text = NULL;
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  PangoAttribute *strike = pango_attr_strikethrough_new (TRUE);
  PangoAttribute *pale = pango_attr_foreground_alpha_new (40000);

  /* another value that is shown alike, or the same value by another formula */
  if (before != NULL && after != NULL && g_str_equal (old_value, new_value))
    {
      gboolean hidden = g_strcmp0 (before->value, after->value) != 0;
      const char *old_hidden = hidden ? before->value : before->formula;
      const char *new_hidden = hidden ? after->value : after->formula;

      old_value = old_hidden != NULL ? old_hidden : old_value;
      new_value = new_hidden != NULL ? new_hidden : new_value;
    }
  old_text = annex_text_for_display (old_value);
  new_text = annex_text_for_display (new_value);
  text = old_text[0] == '\0' ? g_strdup (new_text)
                             : g_strdup_printf ("%s → %s", old_text, new_text[0] ? new_text : "∅");
  strike->end_index = pale->end_index = (guint) strlen (old_text);
  pango_attr_list_insert (attributes, strike);
  pango_attr_list_insert (attributes, pale);
  gtk_label_set_text (label, text);
  gtk_label_set_attributes (label, attributes);
  gtk_label_set_xalign (label, 0);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkColumnViewCell *cell, gpointer data)
{
  guint column = GPOINTER_TO_UINT (data);
  AnnexGridItem *item = gtk_column_view_cell_get_item (cell);
  GtkWidget *label = gtk_column_view_cell_get_child (cell);
  const AnnexGridRow *row = item->row;
  const AnnexCell *before = annex_row_find (row->before, column);
  const AnnexCell *after = annex_row_find (row->after, column);
  const AnnexCell *shown = after != NULL || row->after != NULL ? after : before;
  g_autofree char *formula = NULL;

  gtk_label_set_attributes (GTK_LABEL (label), NULL);
  if (annex_grid_row_differs (row, column))
    {
      show_both (GTK_LABEL (label), before, after);
      set_style (label, ANNEX_GRID_CHANGED);
    }
  else
    {
      show_one (GTK_LABEL (label), shown);
      set_style (label, row->mark == ANNEX_GRID_CHANGED ? ANNEX_GRID_SAME : row->mark);
    }
  if (shown != NULL && shown->formula != NULL)
    formula = annex_text_for_display (shown->formula);
  gtk_widget_set_tooltip_text (label, formula);
}

static void
bind_number_cb (GtkSignalListItemFactory *factory, GtkColumnViewCell *cell, gpointer data)
{
  AnnexGridItem *item = gtk_column_view_cell_get_item (cell);
  GtkWidget *label = gtk_column_view_cell_get_child (cell);
  const AnnexGridRow *row = item->row;
  guint number = row->after != NULL    ? row->after->number
                 : row->before != NULL ? row->before->number
                                       : 0;
  g_autofree char *text = NULL;
  g_autofree char *tip = NULL;

  switch (row->mark)
    {
    case ANNEX_GRID_GAP:
      text = g_strdup ("⋯");
      tip =
          g_strdup_printf (ngettext ("%u row is the same", "%u rows are the same", row->n_left_out),
                           row->n_left_out);
      break;
    case ANNEX_GRID_ADDED:
      text = g_strdup_printf ("+ %u", number);
      tip = g_strdup (_ ("Row added"));
      break;
    case ANNEX_GRID_REMOVED:
      text = g_strdup_printf ("− %u", number);
      tip = g_strdup (_ ("Row deleted"));
      break;
    case ANNEX_GRID_CHANGED:
      text = g_strdup_printf ("~ %u", number);
      tip = g_strdup (_ ("Row changed"));
      break;
    case ANNEX_GRID_SAME:
      text = g_strdup_printf ("%u", number);
      break;
    }
  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_widget_set_tooltip_text (label, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  tip != NULL ? tip : text, -1);
  set_style (label, row->mark);
}

static void
add_column (GtkColumnView *view, const char *title, GCallback bind, guint column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkColumnViewColumn) made = NULL;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", bind, GUINT_TO_POINTER (column));
  made = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_resizable (made, title[0] != '\0');
  gtk_column_view_append_column (view, made);
}

static void
show_sheet (AnnexGridView *self, guint index)
{
  AnnexWorkbookDiff *diff = annex_preview_content_get_grid (self->content);
  AnnexGridModel *model;
  GtkColumnView *view;

  if (index >= diff->sheets->len)
    return;
  model = g_object_new (ANNEX_TYPE_GRID_MODEL, NULL);
  model->content = g_object_ref (self->content);
  model->sheet = g_ptr_array_index (diff->sheets, index);
  view = GTK_COLUMN_VIEW (
      gtk_column_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (model)))));
  gtk_widget_add_css_class (GTK_WIDGET (view), "annex-grid");
  gtk_column_view_set_show_column_separators (view, TRUE);
  gtk_column_view_set_show_row_separators (view, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Spreadsheet"), -1);
  add_column (view, "", G_CALLBACK (bind_number_cb), 0);
  for (guint i = 0; i < model->sheet->n_columns && i < MAX_COLUMNS; i++)
    {
      g_autofree char *name = annex_column_name (i);

      add_column (view, name, G_CALLBACK (bind_cb), i);
    }
  gtk_scrolled_window_set_child (self->scroller, GTK_WIDGET (view));
}

static void
sheet_selected_cb (AnnexGridView *self)
{
  if (self->content != NULL)
    show_sheet (self, gtk_drop_down_get_selected (self->sheets));
}

static void
annex_grid_view_dispose (GObject *object)
{
  g_clear_object (&ANNEX_GRID_VIEW (object)->content);
  G_OBJECT_CLASS (annex_grid_view_parent_class)->dispose (object);
}

static void
annex_grid_view_class_init (AnnexGridViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = annex_grid_view_dispose;
}

static void
annex_grid_view_init (AnnexGridView *self)
{
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  self->sheets = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  gtk_widget_set_halign (GTK_WIDGET (self->sheets), GTK_ALIGN_START);
  gtk_widget_set_margin_start (GTK_WIDGET (self->sheets), 12);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->sheets), 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->sheets), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Sheet"), -1);
  g_signal_connect_swapped (self->sheets, "notify::selected", G_CALLBACK (sheet_selected_cb), self);
  self->scroller = GTK_SCROLLED_WINDOW (gtk_scrolled_window_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->scroller), TRUE);
  gtk_box_append (self->box, GTK_WIDGET (self->sheets));
  gtk_box_append (self->box, GTK_WIDGET (self->scroller));
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->box));
}

/* The name, and whether it is one of the sheets that differ. */
static char *
dup_sheet_title (AnnexGridSheet *sheet, gboolean compared)
{
  g_autofree char *name = annex_text_for_display (sheet->name);

  if (compared && sheet->mark == ANNEX_GRID_ADDED)
    return g_strdup_printf (C_ ("sheet", "%s (new)"), name);
  if (compared && sheet->mark == ANNEX_GRID_REMOVED)
    return g_strdup_printf (C_ ("sheet", "%s (deleted)"), name);
  if (compared && sheet->mark == ANNEX_GRID_CHANGED)
    return g_strdup_printf (C_ ("sheet", "%s (changed)"), name);
  return g_steal_pointer (&name);
}

void
annex_grid_view_set_content (AnnexGridView *self, AnnexPreviewContent *content)
{
  AnnexWorkbookDiff *diff = content != NULL ? annex_preview_content_get_grid (content) : NULL;
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint first = 0;

  g_return_if_fail (ANNEX_IS_GRID_VIEW (self));

  g_clear_object (&self->content);
  gtk_scrolled_window_set_child (self->scroller, NULL);
  for (guint i = 0; diff != NULL && i < diff->sheets->len; i++)
    {
      AnnexGridSheet *sheet = g_ptr_array_index (diff->sheets, i);
      gboolean compared = diff->before != NULL && diff->after != NULL;
      g_autofree char *title = dup_sheet_title (sheet, compared);

      gtk_string_list_append (names, title);
      if (compared && sheet->mark != ANNEX_GRID_SAME &&
          ((AnnexGridSheet *) g_ptr_array_index (diff->sheets, first))->mark == ANNEX_GRID_SAME)
        first = i;
    }
  gtk_drop_down_set_model (self->sheets, G_LIST_MODEL (names));
  gtk_widget_set_visible (GTK_WIDGET (self->sheets), diff != NULL && diff->sheets->len > 1);
  if (diff == NULL)
    return;
  g_set_object (&self->content, content);
  gtk_drop_down_set_selected (self->sheets, first);
  show_sheet (self, first);
}
