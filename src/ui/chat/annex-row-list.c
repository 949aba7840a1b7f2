/* annex-row-list.c
 *
 * What the list is to others: its model, its scrolling, where one is. How rows get their places is
 * in annex-row-list-layout.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-row-list-private.h"

#include <math.h>

#define GUESSED_HEIGHT 60
#define SETTLE_MS 150

static void
scrollable_iface_init (GtkScrollableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexRowList,
                               annex_row_list,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, scrollable_iface_init))

enum {
  PROP_0,
  PROP_AT_END,
  N_PROPS,
  PROP_HADJUSTMENT,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY,
};

static GParamSpec *properties[N_PROPS];
static guint near_start_signal;

static void
scrollable_iface_init (GtkScrollableInterface *iface)
{
}

static void
set_at_end (AnnexRowList *self, gboolean at_end)
{
  if (self->at_end == at_end)
    return;
  self->at_end = at_end;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AT_END]);
}

/* Layout */

static gboolean
settle_cb (gpointer data)
{
  AnnexRowList *self = data;

  self->settle_id = 0;
  self->settle = TRUE;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

static void
settle_later (AnnexRowList *self)
{
  g_clear_handle_id (&self->settle_id, g_source_remove);
  self->settle_id = g_timeout_add (SETTLE_MS, settle_cb, self);
}

static void
annex_row_list_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  AnnexRowList *self = ANNEX_ROW_LIST (widget);
  gboolean near_start = annex_row_list_lay_out (self, width, height);

  if (self->adjustments[GTK_ORIENTATION_HORIZONTAL] != NULL)
    gtk_adjustment_configure (self->adjustments[GTK_ORIENTATION_HORIZONTAL], 0, 0, width, 1, width,
                              width);
  if (near_start)
    g_signal_emit (self, near_start_signal, 0);
}

static void
annex_row_list_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  AnnexRowList *self = ANNEX_ROW_LIST (widget);

  *minimum = 1;
  *natural = 1;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    return;
  for (guint i = 0; i < self->rows->len; i++)
    {
      int row_minimum;

      if (annex_row_list_get_row (self, i)->widget == NULL)
        continue;
      gtk_widget_measure (annex_row_list_get_row (self, i)->widget, orientation, -1, &row_minimum,
                          NULL, NULL, NULL);
      *minimum = MAX (*minimum, row_minimum);
    }
  *natural = MAX (*minimum, self->max_width);
}

/* Scrolling */

static gboolean
is_end (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_value (adjustment) >=
         gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) - 1;
}

/* The value belongs to a place: from the anchor if that is near, for its place is exact, else from
 * the sums, which are guesses as good as the scroll bar is. */
static void
value_changed_cb (AnnexRowList *self)
{
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];
  double value = gtk_adjustment_get_value (adjustment);
  double page = gtk_adjustment_get_page_size (adjustment);
  double by = value - self->value;

  if (self->configuring || self->rows->len == 0)
    return;
  self->value = value;
  if (fabs (by) <= page * 2)
    self->above += (int) round (by);
  else
    {
      gint64 sum = 0;
      guint i = 0;

      while (i + 1 < self->rows->len && sum + annex_row_list_get_row (self, i)->height <= value)
        sum += annex_row_list_get_row (self, i++)->height;
      self->anchor = i;
      self->above = (int) (value - (double) sum);
    }
  set_at_end (self, is_end (adjustment));
  settle_later (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
set_adjustment (AnnexRowList *self, GtkOrientation orientation, GtkAdjustment *adjustment)
{
  GtkAdjustment *old = self->adjustments[orientation];

  if (old != NULL)
    g_signal_handlers_disconnect_by_func (old, value_changed_cb, self);
  if (!g_set_object (&self->adjustments[orientation], adjustment) || adjustment == NULL)
    return;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    g_signal_connect_swapped (adjustment, "value-changed", G_CALLBACK (value_changed_cb), self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
show_child (AnnexRowList *self, GtkWidget *child)
{
  graphene_rect_t bounds;
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  double top, bottom, by = 0;
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];

  if (adjustment == NULL || !gtk_widget_compute_bounds (child, GTK_WIDGET (self), &bounds))
    return;
  top = bounds.origin.y;
  bottom = top + bounds.size.height;
  if (top < 0 && bottom < height)
    by = top - 12;
  else if (bottom > height && top > 0)
    by = MIN (bottom - height + 12, top);
  if (by != 0)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + by);
}

/* What the keyboard reaches is shown; a click into something that is partly visible moves nothing.
 */
static void
annex_row_list_set_focus_child (GtkWidget *widget, GtkWidget *child)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  GTK_WIDGET_CLASS (annex_row_list_parent_class)->set_focus_child (widget, child);
  if (child != NULL && focus != NULL && GTK_IS_WINDOW (root) &&
      gtk_window_get_focus_visible (GTK_WINDOW (root)) && gtk_widget_is_ancestor (focus, widget))
    show_child (ANNEX_ROW_LIST (widget), focus);
}

/* The model */

static void
items_changed_cb (AnnexRowList *self, guint position, guint removed, guint added)
{
  int guess = self->rows->len > 0 ? (int) (self->total / self->rows->len) : GUESSED_HEIGHT;

  g_clear_handle_id (&self->drop_id, g_source_remove); /* the next allocation knows what is far */
  for (guint i = position; i < position + removed; i++)
    {
      annex_row_list_drop_widget (self, annex_row_list_get_row (self, i));
      self->total -= annex_row_list_get_row (self, i)->height;
    }
  g_array_remove_range (self->rows, position, removed);
  for (guint i = 0; i < added; i++)
    {
      AnnexListRow row = { .height = CLAMP (guess, 20, 400) };

      g_array_insert_val (self->rows, position + i, row);
      self->total += row.height;
    }
  if (position + removed <= self->anchor && !(position == 0 && self->anchor == 0 && removed == 0))
    self->anchor += added - removed;
  else if (position == 0 && removed == 0 && self->rows->len > added)
    self->anchor += added; /* put before the first one, which stays where it is */
  else if (self->anchor >= position && self->anchor < position + removed &&
           self->anchor >= position + added)
    {
      self->anchor = position + added;
      self->above = 0;
    }
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* The object */

static void
annex_row_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexRowList *self = ANNEX_ROW_LIST (object);

  if (id == PROP_AT_END)
    g_value_set_boolean (value, self->at_end);
  else if (id == PROP_HADJUSTMENT || id == PROP_VADJUSTMENT)
    g_value_set_object (value, self->adjustments[id == PROP_VADJUSTMENT]);
  else if (id == PROP_HSCROLL_POLICY || id == PROP_VSCROLL_POLICY)
    g_value_set_enum (value, GTK_SCROLL_MINIMUM);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_row_list_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexRowList *self = ANNEX_ROW_LIST (object);

  if (id == PROP_HADJUSTMENT)
    set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, g_value_get_object (value));
  else if (id == PROP_VADJUSTMENT)
    set_adjustment (self, GTK_ORIENTATION_VERTICAL, g_value_get_object (value));
  else if (id != PROP_HSCROLL_POLICY && id != PROP_VSCROLL_POLICY)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_row_list_dispose (GObject *object)
{
  AnnexRowList *self = ANNEX_ROW_LIST (object);

  g_clear_handle_id (&self->settle_id, g_source_remove);
  g_clear_handle_id (&self->again_id, g_source_remove);
  g_clear_handle_id (&self->drop_id, g_source_remove);
  annex_row_list_set_model (self, NULL);
  set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, NULL);
  set_adjustment (self, GTK_ORIENTATION_VERTICAL, NULL);
  G_OBJECT_CLASS (annex_row_list_parent_class)->dispose (object);
}

static void
annex_row_list_finalize (GObject *object)
{
  g_array_unref (ANNEX_ROW_LIST (object)->rows);
  G_OBJECT_CLASS (annex_row_list_parent_class)->finalize (object);
}

static void
annex_row_list_class_init (AnnexRowListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_row_list_get_property;
  object_class->set_property = annex_row_list_set_property;
  object_class->dispose = annex_row_list_dispose;
  object_class->finalize = annex_row_list_finalize;
  widget_class->size_allocate = annex_row_list_size_allocate;
  widget_class->measure = annex_row_list_measure;
  widget_class->set_focus_child = annex_row_list_set_focus_child;

  properties[PROP_AT_END] =
      g_param_spec_boolean ("at-end", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");
  near_start_signal = g_signal_new ("near-start", ANNEX_TYPE_ROW_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "row-list");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void
annex_row_list_init (AnnexRowList *self)
{
  self->rows = g_array_new (FALSE, TRUE, sizeof (AnnexListRow));
  self->max_width = 720;
  self->at_end = TRUE;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

void
annex_row_list_set_func (AnnexRowList *self, AnnexRowListFunc create, gpointer user_data)
{
  self->create = create;
  self->user_data = user_data;
}

void
annex_row_list_set_keep (AnnexRowList *self, AnnexRowListKeepFunc keep)
{
  self->keep = keep;
}

void
annex_row_list_set_model (AnnexRowList *self, GListModel *model)
{
  if (self->model == model)
    return;
  if (self->model != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->model, items_changed_cb, self);
      items_changed_cb (self, 0, self->rows->len, 0);
    }
  g_set_object (&self->model, model);
  self->anchor = 0;
  self->above = 0;
  self->was_at_end = FALSE;
  if (model == NULL)
    return;
  g_signal_connect_swapped (model, "items-changed", G_CALLBACK (items_changed_cb), self);
  items_changed_cb (self, 0, 0, g_list_model_get_n_items (model));
  set_at_end (self, TRUE);
}

void
annex_row_list_set_max_width (AnnexRowList *self, int width)
{
  self->max_width = width;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

gboolean
annex_row_list_get_at_end (AnnexRowList *self)
{
  return self->at_end;
}

void
annex_row_list_scroll_to_end (AnnexRowList *self)
{
  set_at_end (self, TRUE);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
annex_row_list_scroll_to (AnnexRowList *self, guint position)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  GtkWidget *widget = annex_row_list_get_widget (self, position);
  graphene_rect_t bounds;

  if (position >= self->rows->len)
    return;
  if (widget != NULL && gtk_widget_get_child_visible (widget) &&
      gtk_widget_compute_bounds (widget, GTK_WIDGET (self), &bounds) && bounds.origin.y >= 0 &&
      bounds.origin.y + bounds.size.height <= height)
    return;
  set_at_end (self, FALSE);
  self->anchor = position;
  self->above = -height / 3;
  self->settle = TRUE;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

guint
annex_row_list_get_n_widgets (AnnexRowList *self)
{
  return self->n_widgets;
}

GtkWidget *
annex_row_list_get_widget (AnnexRowList *self, guint position)
{
  return position < self->rows->len ? annex_row_list_get_row (self, position)->widget : NULL;
}

gboolean
annex_row_list_get_top (AnnexRowList *self, guint *position, int *above)
{
  if (self->rows->len == 0)
    return FALSE;
  *position = self->anchor;
  *above = self->above;
  return TRUE;
}
