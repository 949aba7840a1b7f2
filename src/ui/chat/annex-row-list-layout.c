/* annex-row-list-layout.c
 *
 * Rows are laid out from an anchor: the row at the top of what is visible, and how much of it is
 * above; or the end. Heights of rows that never were near are guesses, so the value of the
 * adjustment may differ from where the anchor is; that is put right when nobody scrolls, or at once
 * near the ends of the scroll range.
 *
 * Making rows takes as long as several frames where many come into sight at once, so each frame
 * makes as many as it has time for, those nearest to the anchor first; the others come in the next
 * ones and move nothing that is there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-row-list-private.h"

/* Rows that keep their widgets though they are not near. */
#define PADDING 12
/* Of those that are farther away, so many lose them in a turn of the main loop. */
#define DROPPED 4
/* So many new rows at the end come one after the other below what is there; more are a new view. */
#define MAX_HELD 48
/* Below the last row. */
#define END_SPACE 24
/* Of a frame, from its beginning, the time until which rows are made; and what they get in any
 * case. */
#define BUDGET_US 8000
#define LEAST_US 1500
/* So few are made at once at any time: another frame would cost more. */
#define FEW 3

AnnexListRow *
annex_row_list_get_row (AnnexRowList *self, guint i)
{
  return &g_array_index (self->rows, AnnexListRow, i);
}

/* Rows */

static void
set_height (AnnexRowList *self, AnnexListRow *row, int height, gboolean known)
{
  self->total += height - row->height;
  row->height = height;
  row->known = known;
}

void
annex_row_list_drop_widget (AnnexRowList *self, AnnexListRow *row)
{
  if (row->widget == NULL)
    return;
  gtk_widget_unparent (row->widget);
  row->widget = NULL;
  row->placed = FALSE;
  self->n_widgets--;
}

static void
need_widget (AnnexRowList *self, guint i)
{
  AnnexListRow *row = annex_row_list_get_row (self, i);
  g_autoptr (GObject) item = NULL;
  GtkWidget *next = NULL;

  if (row->widget != NULL)
    return;
  item = g_list_model_get_item (self->model, i);
  row->widget = self->create (item, self->user_data);
  self->n_widgets++;
  /* In order, for the keyboard and for those who listen. */
  for (guint j = i + 1; j < self->rows->len && j < i + 200 && next == NULL; j++)
    next = annex_row_list_get_row (self, j)->widget;
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

/* The first rows of all do not come into a frame whose time was used before, by the style of the
 * page they are in, but into the next one. */
static gboolean
is_deferred (AnnexRowList *self)
{
  gint64 now_us = g_get_monotonic_time ();

  return self->n_widgets == 0 && !self->deferred &&
         get_deadline_us (self, now_us) == now_us + LEAST_US;
}

static gboolean
may_make (AnnexRowList *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->n_made == 0)
    self->deadline_us = get_deadline_us (self, now_us);
  if (!self->deferred && (self->n_made < FEW || now_us < self->deadline_us))
    return TRUE;
  self->unfinished = TRUE;
  return FALSE;
}

/* FALSE when it has no widget yet, and none can be made in this frame. */
static gboolean
measure_row (AnnexRowList *self, guint i)
{
  AnnexListRow *row = annex_row_list_get_row (self, i);
  int height;

  if (row->widget == NULL)
    {
      if (!may_make (self))
        return FALSE;
      need_widget (self, i);
      self->n_made++;
      row = annex_row_list_get_row (self, i);
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

  return (focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget))) ||
         (self->keep != NULL && self->keep (widget));
}

static gint64
sum_before (AnnexRowList *self, guint end)
{
  gint64 sum = 0;

  for (guint i = 0; i < end && i < self->rows->len; i++)
    sum += annex_row_list_get_row (self, i)->height;
  return sum;
}

/* Layout */

/* While rows come at the end, those there is no time for yet are held back, not those above them:
 * what one reads does not blink. Rows below somebody who was further up are not new, only far.
 * Returns the end of what is shown. */
static guint
make_new_rows (AnnexRowList *self)
{
  guint end = self->rows->len;

  if (!self->at_end || !self->was_at_end)
    return end;
  while (end > 0 && self->rows->len - end <= MAX_HELD &&
         annex_row_list_get_row (self, end - 1)->widget == NULL)
    end--;
  if (end == 0 || annex_row_list_get_row (self, end - 1)->widget == NULL ||
      !annex_row_list_get_row (self, end - 1)->placed)
    return self->rows->len;
  while (end < self->rows->len && measure_row (self, end))
    end++;
  return end;
}

/* Puts the anchor where the end of the rows that are shown is at the bottom. */
static void
anchor_at_end (AnnexRowList *self, int height)
{
  int sum = END_SPACE;
  guint i = self->end;

  while (i > 0 && sum < height && measure_row (self, i - 1))
    sum += annex_row_list_get_row (self, --i)->height;
  self->anchor = MIN (i, self->end - 1);
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

  while (i < self->end && y < height + margin && measure_row (self, i))
    y += annex_row_list_get_row (self, i++)->height;
  *last = i;
  i = self->anchor;
  y = -self->above;
  while (i > 0 && y > -margin && measure_row (self, i - 1))
    y -= annex_row_list_get_row (self, --i)->height;
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
    bottom += annex_row_list_get_row (self, i++)->height;
  if (i == self->rows->len && bottom + END_SPACE < height)
    anchor_at_end (self, height);
  /* A row that was never placed may yet change its height, which would move what one reads. */
  while (self->above < 0 && self->anchor > 0 &&
         annex_row_list_get_row (self, self->anchor - 1)->placed &&
         measure_row (self, self->anchor - 1))
    self->above += annex_row_list_get_row (self, --self->anchor)->height;
  if (self->above < 0 && self->anchor > 0)
    self->unfinished = TRUE;
  else
    self->above = MAX (self->above, 0);
  while (self->anchor + 1 < self->rows->len &&
         self->above >= annex_row_list_get_row (self, self->anchor)->height &&
         annex_row_list_get_row (self, self->anchor)->known)
    {
      self->above -= annex_row_list_get_row (self, self->anchor)->height;
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
  double held = (double) (self->total - sum_before (self, self->end));
  double upper = MAX ((double) self->total - held + END_SPACE, height);
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
drop_cb (gpointer data);

/* A few now, the others in later turns. */
static void
drop_far (AnnexRowList *self)
{
  guint n = 0;

  for (guint i = 0; i < self->rows->len && self->n_widgets > 0; i++)
    {
      AnnexListRow *row = annex_row_list_get_row (self, i);

      if (row->widget == NULL || (i + PADDING >= self->first && i < self->last + PADDING) ||
          is_held (self, row->widget))
        continue;
      if (n++ < DROPPED)
        annex_row_list_drop_widget (self, row);
    }
  if (n > DROPPED && self->drop_id == 0)
    self->drop_id = g_idle_add (drop_cb, self);
}

static gboolean
drop_cb (gpointer data)
{
  AnnexRowList *self = data;

  self->drop_id = 0;
  drop_far (self);
  return G_SOURCE_REMOVE;
}

static void
place_rows (AnnexRowList *self, int width, int height, guint first, guint last, int top)
{
  int y = top;
  int x = (width - self->width) / 2;

  for (guint i = 0; i < self->rows->len; i++)
    {
      AnnexListRow *row = annex_row_list_get_row (self, i);
      GtkAllocation place = { x, y, self->width, row->height };

      if (i >= first && i < last)
        {
          gtk_widget_set_child_visible (row->widget, TRUE);
          gtk_widget_size_allocate (row->widget, &place, -1);
          row->placed = TRUE;
          y += row->height;
        }
      else if (row->widget != NULL && is_held (self, row->widget))
        {
          /* Where it cannot be seen, but keeps the keyboard, the selection and what was written. */
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

      gtk_widget_measure (annex_row_list_get_row (self, i)->widget, GTK_ORIENTATION_VERTICAL,
                          self->width, &height, NULL, NULL, NULL);
      self->unfinished = height != annex_row_list_get_row (self, i)->height;
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
    annex_row_list_get_row (self, i)->known = annex_row_list_get_row (self, i)->placed = FALSE;
}

gboolean
annex_row_list_lay_out (AnnexRowList *self, int width, int height)
{
  guint first = 0, last = 0;
  int top = 0;

  set_row_width (self, width);
  self->unfinished = FALSE;
  self->n_made = 0;
  if (self->rows->len > 0 && height > 0)
    {
      self->anchor = MIN (self->anchor, self->rows->len - 1);
      self->deferred = is_deferred (self);
      self->end = make_new_rows (self);
      if (self->at_end)
        anchor_at_end (self, height);
      else
        fill_view (self, height);
      measure_near (self, height, &first, &last, &top);
      self->first = first;
      self->last = last;
      drop_far (self);
      place_rows (self, width, height, first, last, top);
      check_heights (self, first, last);
      self->was_at_end = self->at_end;
    }
  configure (self, height);
  return first < PADDING;
}
