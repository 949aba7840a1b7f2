/* annex-row-list.c
 *
 * See annex-row-list.h.
 *
 * Rows are laid out from an anchor: the row at the top of what is visible, and how much of it is
 * above; or the end. Heights of rows that never were near are guesses, so the value of the
 * adjustment may differ from where the anchor is; that is put right when nobody scrolls, or at once
 * near the ends of the scroll range.
 *
 * Making rows takes as long as several frames where many come into sight at once, so each frame makes
 * as many as it has time for, those nearest to the anchor first; the others come in the next ones and
 * move nothing that is there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-row-list.h"

#include <math.h>

#define GUESSED_HEIGHT 60
#define SETTLE_MS 150
/* Rows that keep their widgets though they are not near. */
#define PADDING 12
/* Below the last row. */
#define END_SPACE 24
/* Of a frame, from its beginning, the time until which rows are made; and what they get in any case. */
#define BUDGET_US 8000
#define LEAST_US 1500

typedef struct
{
  GtkWidget *widget; /* nullable */
  int height;
  gboolean known; /* height is measured, for the present width */
} Row;

struct _AnnexRowList
{
  GtkWidget parent_instance;

  GListModel *model;
  AnnexRowListFunc create;
  gpointer user_data;
  int max_width;
  int width; /* the rows' now */

  GArray *rows; /* Row */
  gint64 total; /* of all heights */
  guint n_widgets;
  gint64 deadline_us;  /* for making rows in this allocation; 0: none was made yet */
  gboolean unfinished; /* there was no time for all of them */

  gboolean at_end;
  guint anchor; /* a row */
  int above;    /* pixels of it above the top */
  double value; /* the adjustment's, as last seen; differs from where the anchor is by the drift */
  gboolean settle; /* put the drift right now */
  guint settle_id;
  guint again_id;

  GtkAdjustment *adjustments[2]; /* horizontal, vertical */
  gboolean configuring;
};

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

static Row *
get_row (AnnexRowList *self, guint i)
{
  return &g_array_index (self->rows, Row, i);
}

static void
set_at_end (AnnexRowList *self, gboolean at_end)
{
  if (self->at_end == at_end)
    return;
  self->at_end = at_end;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AT_END]);
}

/* Rows */

static void
set_height (AnnexRowList *self, Row *row, int height, gboolean known)
{
  self->total += height - row->height;
  row->height = height;
  row->known = known;
}

static void
drop_widget (AnnexRowList *self, Row *row)
{
  if (row->widget == NULL)
    return;
  gtk_widget_unparent (row->widget);
  row->widget = NULL;
  self->n_widgets--;
}

static void
need_widget (AnnexRowList *self, guint i)
{
  Row *row = get_row (self, i);
  g_autoptr (GObject) item = NULL;
  GtkWidget *next = NULL;

  if (row->widget != NULL)
    return;
  item = g_list_model_get_item (self->model, i);
  row->widget = self->create (item, self->user_data);
  self->n_widgets++;
  /* In order, for the keyboard and for those who listen. */
  for (guint j = i + 1; j < self->rows->len && j < i + 200 && next == NULL; j++)
    next = get_row (self, j)->widget;
  if (next != NULL)
    gtk_widget_insert_before (row->widget, GTK_WIDGET (self), next);
  else
    gtk_widget_insert_before (row->widget, GTK_WIDGET (self), NULL);
}

static gint64
get_deadline_us (AnnexRowList *self, gint64 now_us)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));
  gint64 began_us = clock != NULL ? gdk_frame_clock_get_frame_time (clock) : now_us;

  return CLAMP (began_us + BUDGET_US, now_us + LEAST_US, now_us + BUDGET_US);
}

/* FALSE when it has no widget yet, and none can be made in this frame. */
static gboolean
measure_row (AnnexRowList *self, guint i)
{
  Row *row = get_row (self, i);
  int height;

  if (row->widget == NULL)
    {
      gint64 now_us = g_get_monotonic_time ();

      if (self->deadline_us == 0)
        self->deadline_us = get_deadline_us (self, now_us);
      else if (now_us >= self->deadline_us)
        {
          self->unfinished = TRUE;
          return FALSE;
        }
      need_widget (self, i);
      row = get_row (self, i);
    }
  gtk_widget_measure (row->widget, GTK_ORIENTATION_VERTICAL, self->width, &height, NULL, NULL,
                      NULL);
  set_height (self, row, height, TRUE);
  return TRUE;
}

static gboolean
is_held (AnnexRowList *self, GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

static gint64
sum_before (AnnexRowList *self, guint end)
{
  gint64 sum = 0;

  for (guint i = 0; i < end && i < self->rows->len; i++)
    sum += get_row (self, i)->height;
  return sum;
}

/* Layout */

/* Puts the anchor where the rows' end is at the bottom. */
static void
anchor_at_end (AnnexRowList *self, int height)
{
  int sum = END_SPACE;
  guint i = self->rows->len;

  while (i > 0 && sum < height && measure_row (self, i - 1))
    sum += get_row (self, --i)->height;
  self->anchor = MIN (i, self->rows->len - 1);
  self->above = i > 0 ? sum - height : MAX (sum - height, 0);
}

/* Measures what is visible, and half a view more on both sides. Returns the range and where it
 * begins, relative to the top of the view. */
static void
measure_near (AnnexRowList *self, int height, guint *first, guint *last, int *top)
{
  int margin = height / 2;
  int y = -self->above;
  guint i = self->anchor;

  while (i < self->rows->len && y < height + margin && measure_row (self, i))
    y += get_row (self, i++)->height;
  *last = i;
  i = self->anchor;
  y = -self->above;
  while (i > 0 && y > -margin && measure_row (self, i - 1))
    y -= get_row (self, --i)->height;
  *first = i;
  *top = y;
}

/* The view is not full though there is something above, or the anchor lies too low: move it. */
static void
fill_view (AnnexRowList *self, int height)
{
  int bottom = -self->above;
  guint i = self->anchor;

  while (i < self->rows->len && bottom < height && measure_row (self, i))
    bottom += get_row (self, i++)->height;
  if (i == self->rows->len && bottom + END_SPACE < height)
    anchor_at_end (self, height);
  while (self->above < 0 && self->anchor > 0 && measure_row (self, self->anchor - 1))
    self->above += get_row (self, --self->anchor)->height;
  if (self->anchor == 0 && self->above < 0)
    self->above = 0;
  while (self->anchor + 1 < self->rows->len &&
         self->above >= get_row (self, self->anchor)->height && get_row (self, self->anchor)->known)
    {
      self->above -= get_row (self, self->anchor)->height;
      self->anchor++;
      measure_row (self, self->anchor);
    }
}

/* Keeps the value as it is while somebody scrolls: a scroll that goes on by itself knows only
 * values. */
static void
configure (AnnexRowList *self, int height)
{
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];
  double place = (double) sum_before (self, self->anchor) + self->above;
  double upper = MAX ((double) self->total + END_SPACE, height);
  double value;

  if (adjustment == NULL)
    return;
  value = gtk_adjustment_get_value (adjustment);
  if (self->at_end || self->settle || self->settle_id == 0 || self->anchor == 0 || value < height ||
      value > upper - 2 * height)
    value = place;
  self->settle = FALSE;
  self->value = CLAMP (value, 0, upper - height);
  self->configuring = TRUE;
  gtk_adjustment_configure (adjustment, self->value, 0, upper, height * 0.1, height * 0.9, height);
  self->configuring = FALSE;
}

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
drop_far (AnnexRowList *self, guint first, guint last)
{
  for (guint i = 0; i < self->rows->len && self->n_widgets > 0; i++)
    {
      Row *row = get_row (self, i);

      if (row->widget == NULL || (i + PADDING >= first && i < last + PADDING))
        continue;
      if (!is_held (self, row->widget))
        drop_widget (self, row);
    }
}

static void
place_rows (AnnexRowList *self, int width, int height, guint first, guint last, int top)
{
  int y = top;
  int x = (width - self->width) / 2;

  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = get_row (self, i);
      GtkAllocation place = { x, y, self->width, row->height };

      if (i >= first && i < last)
        {
          gtk_widget_set_child_visible (row->widget, TRUE);
          gtk_widget_size_allocate (row->widget, &place, -1);
          y += row->height;
        }
      else if (row->widget != NULL && is_held (self, row->widget))
        {
          /* Where it cannot be seen, but keeps the keyboard and the selection. */
          place.y = -row->height - 100000;
          gtk_widget_size_allocate (row->widget, &place, -1);
        }
      else if (row->widget != NULL)
        gtk_widget_set_child_visible (row->widget, FALSE);
    }
}

static gboolean
again_cb (gpointer data)
{
  AnnexRowList *self = data;

  self->again_id = 0;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* Text views know their height only when they have been laid out, which is while they are given
 * their place: too late to be heard. */
static void
check_heights (AnnexRowList *self, guint first, guint last)
{
  for (guint i = first; i < last && !self->unfinished; i++)
    {
      int height;

      gtk_widget_measure (get_row (self, i)->widget, GTK_ORIENTATION_VERTICAL, self->width, &height,
                          NULL, NULL, NULL);
      self->unfinished = height != get_row (self, i)->height;
    }
  if (self->unfinished && self->again_id == 0)
    self->again_id = g_idle_add_full (GDK_PRIORITY_REDRAW - 1, again_cb, self, NULL);
}

static void
set_row_width (AnnexRowList *self, int width)
{
  int row_width = MIN (width, self->max_width);

  if (row_width == self->width)
    return;
  self->width = row_width;
  for (guint i = 0; i < self->rows->len; i++)
    get_row (self, i)->known = FALSE;
}

static void
annex_row_list_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  AnnexRowList *self = ANNEX_ROW_LIST (widget);
  guint first = 0, last = 0;
  int top = 0;

  set_row_width (self, width);
  self->unfinished = FALSE;
  self->deadline_us = 0;
  if (self->rows->len > 0 && height > 0)
    {
      self->anchor = MIN (self->anchor, self->rows->len - 1);
      if (self->at_end)
        anchor_at_end (self, height);
      else
        fill_view (self, height);
      measure_near (self, height, &first, &last, &top);
      drop_far (self, first, last);
      place_rows (self, width, height, first, last, top);
      check_heights (self, first, last);
    }
  configure (self, height);
  if (self->adjustments[GTK_ORIENTATION_HORIZONTAL] != NULL)
    gtk_adjustment_configure (self->adjustments[GTK_ORIENTATION_HORIZONTAL], 0, 0, width, 1, width,
                              width);
  if (first < PADDING)
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

      if (get_row (self, i)->widget == NULL)
        continue;
      gtk_widget_measure (get_row (self, i)->widget, orientation, -1, &row_minimum, NULL, NULL,
                          NULL);
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

      while (i + 1 < self->rows->len && sum + get_row (self, i)->height <= value)
        sum += get_row (self, i++)->height;
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

  for (guint i = position; i < position + removed; i++)
    {
      drop_widget (self, get_row (self, i));
      self->total -= get_row (self, i)->height;
    }
  g_array_remove_range (self->rows, position, removed);
  for (guint i = 0; i < added; i++)
    {
      Row row = { .height = CLAMP (guess, 20, 400) };

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
  self->rows = g_array_new (FALSE, TRUE, sizeof (Row));
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
  return position < self->rows->len ? get_row (self, position)->widget : NULL;
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
