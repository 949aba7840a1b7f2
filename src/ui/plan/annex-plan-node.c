/* annex-plan-node.c
 *
 * See annex-plan-node.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plan-node.h"

#include <adwaita.h>
#include <math.h>

#define WIDTH 28
#define BRANCH_WIDTH 50
#define RADIUS 7.0f
#define BRANCH_RADIUS 5.0f
#define CENTRE_X 14.0f
#define BRANCH_X 36.0f
#define CENTRE_Y 18.0f
#define TURN_US (1600 * 1000)

struct _AnnexPlanNode
{
  GtkWidget parent_instance;

  gboolean branch;
  AnnexStepState state;
  gboolean alive;
  gboolean above;
  gboolean below;
  guint tick;
  double turn; /* 0 … 1 */
};

G_DEFINE_FINAL_TYPE (AnnexPlanNode, annex_plan_node, GTK_TYPE_WIDGET)

/* ---- drawing */

static void
stroke (GtkSnapshot *snapshot,
        GskPathBuilder *builder,
        float width,
        const GdkRGBA *color,
        GskLineCap cap)
{
  g_autoptr (GskPath) path = gsk_path_builder_free_to_path (builder);
  GskStroke *pen = gsk_stroke_new (width);

  gsk_stroke_set_line_cap (pen, cap);
  gsk_stroke_set_line_join (pen, GSK_LINE_JOIN_ROUND);
  gtk_snapshot_append_stroke (snapshot, path, pen, color);
  gsk_stroke_free (pen);
}

static void
stroke_line (GtkSnapshot *snapshot, float x, float y1, float y2, const GdkRGBA *color)
{
  GskPathBuilder *builder = gsk_path_builder_new ();

  gsk_path_builder_move_to (builder, x, y1);
  gsk_path_builder_line_to (builder, x, y2);
  stroke (snapshot, builder, 2, color, GSK_LINE_CAP_BUTT);
}

static void
stroke_circle (GtkSnapshot *snapshot, float x, float y, float radius, const GdkRGBA *color)
{
  GskPathBuilder *builder = gsk_path_builder_new ();

  gsk_path_builder_add_circle (builder, &GRAPHENE_POINT_INIT (x, y), radius);
  stroke (snapshot, builder, 2, color, GSK_LINE_CAP_ROUND);
}

static void
fill_circle (GtkSnapshot *snapshot, float x, float y, float radius, const GdkRGBA *color)
{
  GskPathBuilder *builder = gsk_path_builder_new ();
  g_autoptr (GskPath) path = NULL;

  gsk_path_builder_add_circle (builder, &GRAPHENE_POINT_INIT (x, y), radius);
  path = gsk_path_builder_free_to_path (builder);
  gtk_snapshot_append_fill (snapshot, path, GSK_FILL_RULE_WINDING, color);
}

/* Lines through points around the node's middle, in units of its radius. */
static void
stroke_sign (GtkSnapshot *snapshot,
             float x,
             float y,
             float radius,
             const float (*points)[2],
             guint n_points,
             const GdkRGBA *color)
{
  GskPathBuilder *builder = gsk_path_builder_new ();

  gsk_path_builder_move_to (builder, x + points[0][0] * radius, y + points[0][1] * radius);
  for (guint i = 1; i < n_points; i++)
    gsk_path_builder_line_to (builder, x + points[i][0] * radius, y + points[i][1] * radius);
  stroke (snapshot, builder, radius * 0.26f, color, GSK_LINE_CAP_ROUND);
}

static void
draw_running (AnnexPlanNode *self, GtkSnapshot *snapshot, float x, float y, float radius)
{
  GskPathBuilder *builder = gsk_path_builder_new ();
  GdkRGBA color;
  GdkRGBA faint;
  double from = self->turn * 2 * G_PI;

  gtk_widget_get_color (GTK_WIDGET (self), &color);
  faint = color;
  faint.alpha *= 0.3f;
  stroke_circle (snapshot, x, y, radius - 1, &faint);
  gsk_path_builder_move_to (builder, x + (float) cos (from) * (radius - 1),
                            y + (float) sin (from) * (radius - 1));
  for (int i = 1; i <= 24; i++)
    {
      double angle = from + i * (G_PI * 0.75) / 24 * 2;

      gsk_path_builder_line_to (builder, x + (float) cos (angle) * (radius - 1),
                                y + (float) sin (angle) * (radius - 1));
    }
  stroke (snapshot, builder, 2, &color, GSK_LINE_CAP_ROUND);
  fill_circle (snapshot, x, y, radius * 0.36f, &color);
}

/* In progress, but its task rests. */
static void
draw_paused (GtkSnapshot *snapshot, float x, float y, float radius, const GdkRGBA *color)
{
  static const float left[][2] = { { -0.2f, -0.32f }, { -0.2f, 0.32f } };
  static const float right[][2] = { { 0.2f, -0.32f }, { 0.2f, 0.32f } };

  stroke_circle (snapshot, x, y, radius - 1, color);
  stroke_sign (snapshot, x, y, radius, left, G_N_ELEMENTS (left), color);
  stroke_sign (snapshot, x, y, radius, right, G_N_ELEMENTS (right), color);
}

static void
draw_node (AnnexPlanNode *self, GtkSnapshot *snapshot, float x, float y, float radius)
{
  static const float check[][2] = { { -0.42f, 0.04f }, { -0.1f, 0.36f }, { 0.46f, -0.32f } };
  static const float bang[][2] = { { 0, -0.5f }, { 0, 0.12f } };
  static const float dot[][2] = { { 0, 0.48f }, { 0, 0.5f } };
  static const float dash[][2] = { { -0.36f, 0 }, { 0.36f, 0 } };
  const GdkRGBA white = { 1, 1, 1, 1 };
  GdkRGBA color;
  GdkRGBA faint;

  gtk_widget_get_color (GTK_WIDGET (self), &color);
  faint = color;
  faint.alpha *= 0.55f;
  switch (self->state)
    {
    case ANNEX_STEP_PENDING:
      stroke_circle (snapshot, x, y, radius - 1, &faint);
      break;
    case ANNEX_STEP_IN_PROGRESS:
      if (self->alive)
        draw_running (self, snapshot, x, y, radius);
      else
        draw_paused (snapshot, x, y, radius, &faint);
      break;
    case ANNEX_STEP_COMPLETED:
      fill_circle (snapshot, x, y, radius, &color);
      stroke_sign (snapshot, x, y, radius, check, G_N_ELEMENTS (check), &white);
      break;
    case ANNEX_STEP_FAILED:
      fill_circle (snapshot, x, y, radius, &color);
      stroke_sign (snapshot, x, y, radius, bang, G_N_ELEMENTS (bang), &white);
      stroke_sign (snapshot, x, y, radius, dot, G_N_ELEMENTS (dot), &white);
      break;
    case ANNEX_STEP_SKIPPED:
      stroke_circle (snapshot, x, y, radius - 1, &faint);
      stroke_sign (snapshot, x, y, radius, dash, G_N_ELEMENTS (dash), &faint);
      break;
    }
}

static void
annex_plan_node_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AnnexPlanNode *self = ANNEX_PLAN_NODE (widget);
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  float gap = self->branch ? 0 : RADIUS + 3;
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  float x = mirrored ? width - CENTRE_X : CENTRE_X;
  GdkRGBA line;

  /* The line is quiet whatever the node's own colour is. */
  gtk_widget_get_color (gtk_widget_get_parent (widget), &line);
  line.alpha *= 0.2f;
  if (self->above && CENTRE_Y - gap > 0)
    stroke_line (snapshot, x, 0, CENTRE_Y - gap, &line);
  if (self->below && height > CENTRE_Y + gap)
    stroke_line (snapshot, x, CENTRE_Y + gap, height, &line);
  if (self->branch)
    {
      GskPathBuilder *builder = gsk_path_builder_new ();
      float end = mirrored ? width - BRANCH_X : BRANCH_X;
      float side = mirrored ? -1 : 1;

      gsk_path_builder_move_to (builder, x, 0);
      gsk_path_builder_cubic_to (builder, x, CENTRE_Y, x, CENTRE_Y,
                                 end - side * (BRANCH_RADIUS + 3), CENTRE_Y);
      stroke (snapshot, builder, 2, &line, GSK_LINE_CAP_ROUND);
      draw_node (self, snapshot, end, CENTRE_Y, BRANCH_RADIUS);
      return;
    }
  draw_node (self, snapshot, x, CENTRE_Y, RADIUS);
}

/* ---- being alive */

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  AnnexPlanNode *self = ANNEX_PLAN_NODE (widget);

  self->turn = (double) (gdk_frame_clock_get_frame_time (clock) % TURN_US) / TURN_US;
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static void
update_tick (AnnexPlanNode *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean turns =
      self->alive && gtk_widget_get_mapped (widget) && adw_get_enable_animations (widget);

  if (turns && self->tick == 0)
    self->tick = gtk_widget_add_tick_callback (widget, tick_cb, NULL, NULL);
  else if (!turns && self->tick != 0)
    {
      gtk_widget_remove_tick_callback (widget, self->tick);
      self->tick = 0;
      self->turn = 0;
      gtk_widget_queue_draw (widget);
    }
}

static void
annex_plan_node_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (annex_plan_node_parent_class)->map (widget);
  update_tick (ANNEX_PLAN_NODE (widget));
}

static void
annex_plan_node_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (annex_plan_node_parent_class)->unmap (widget);
  update_tick (ANNEX_PLAN_NODE (widget));
}

static void
annex_plan_node_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = ANNEX_PLAN_NODE (widget)->branch ? BRANCH_WIDTH : WIDTH;
  else
    *minimum = *natural = (int) (CENTRE_Y * 2);
}

static void
annex_plan_node_class_init (AnnexPlanNodeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = annex_plan_node_snapshot;
  widget_class->measure = annex_plan_node_measure;
  widget_class->map = annex_plan_node_map;
  widget_class->unmap = annex_plan_node_unmap;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
  gtk_widget_class_set_css_name (widget_class, "annex-plan-node");
}

static void
settings_cb (AnnexPlanNode *self)
{
  update_tick (self);
}

static void
annex_plan_node_init (AnnexPlanNode *self)
{
  g_signal_connect_object (gtk_widget_get_settings (GTK_WIDGET (self)),
                           "notify::gtk-enable-animations", G_CALLBACK (settings_cb), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
annex_plan_node_new (gboolean branch)
{
  AnnexPlanNode *self = g_object_new (ANNEX_TYPE_PLAN_NODE, NULL);

  self->branch = branch;
  return GTK_WIDGET (self);
}

void
annex_plan_node_set_state (AnnexPlanNode *self, AnnexStepState state, gboolean alive)
{
  static const char *const pending[] = { NULL };
  static const char *const running[] = { "accent", NULL };
  static const char *const completed[] = { "done", NULL };
  static const char *const failed[] = { "failed", NULL };
  const char *const *classes = pending;

  g_return_if_fail (ANNEX_IS_PLAN_NODE (self));

  if (state == ANNEX_STEP_IN_PROGRESS && alive)
    classes = running;
  else if (state == ANNEX_STEP_COMPLETED)
    classes = completed;
  else if (state == ANNEX_STEP_FAILED)
    classes = failed;
  self->state = state;
  self->alive = alive && state == ANNEX_STEP_IN_PROGRESS;
  gtk_widget_set_css_classes (GTK_WIDGET (self), (const char **) classes);
  update_tick (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
annex_plan_node_set_line (AnnexPlanNode *self, gboolean above, gboolean below)
{
  g_return_if_fail (ANNEX_IS_PLAN_NODE (self));

  if (self->above == above && self->below == below)
    return;
  self->above = above;
  self->below = below;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
