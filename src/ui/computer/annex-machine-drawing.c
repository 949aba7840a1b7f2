/* annex-machine-drawing.c
 *
 * See annex-machine-drawing.h. Drawn on a grid of 128 × 96 and centred.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-machine-drawing.h"

#include <adwaita.h>
#include <math.h>

#define WIDTH 128
#define HEIGHT 96
#define TURN_US (2 * G_USEC_PER_SEC)

struct _AnnexMachineDrawing
{
  GtkWidget parent_instance;

  AnnexComputerState state;
  guint tick_id;
  double phase; /* 0–1, while something goes on */
};

G_DEFINE_FINAL_TYPE (AnnexMachineDrawing, annex_machine_drawing, GTK_TYPE_WIDGET)

static gboolean
is_moving (AnnexComputerState state)
{
  return state == ANNEX_COMPUTER_STARTING || state == ANNEX_COMPUTER_SAVING;
}

static GdkRGBA
with_alpha (GdkRGBA color, float alpha)
{
  color.alpha *= alpha;
  return color;
}

static void
fill_round (GtkSnapshot *snapshot, graphene_rect_t area, float radius, GdkRGBA color)
{
  GskRoundedRect rect;

  gsk_rounded_rect_init_from_rect (&rect, &area, radius);
  gtk_snapshot_push_rounded_clip (snapshot, &rect);
  gtk_snapshot_append_color (snapshot, &color, &area);
  gtk_snapshot_pop (snapshot);
}

static void
stroke_round (GtkSnapshot *snapshot, graphene_rect_t area, float radius, float width, GdkRGBA color)
{
  GskRoundedRect rect;

  gsk_rounded_rect_init_from_rect (&rect, &area, radius);
  gtk_snapshot_append_border (snapshot, &rect, (float[]) { width, width, width, width },
                              (GdkRGBA[]) { color, color, color, color });
}

static void
stroke_path (GtkSnapshot *snapshot, const char *text, GdkRGBA color, float width)
{
  g_autoptr (GskPath) path = gsk_path_parse (text);
  g_autoptr (GskStroke) stroke = gsk_stroke_new (width);

  gsk_stroke_set_line_cap (stroke, GSK_LINE_CAP_ROUND);
  gsk_stroke_set_line_join (stroke, GSK_LINE_JOIN_ROUND);
  gtk_snapshot_append_stroke (snapshot, path, stroke, &color);
}

/* Three dots, one after the other a little stronger. */
static void
draw_dots (AnnexMachineDrawing *self, GtkSnapshot *snapshot, GdkRGBA color)
{
  for (int i = 0; i < 3; i++)
    {
      double near = fabs (self->phase * 3 - i - 0.5);

      near = MIN (near, 3 - near);
      fill_round (snapshot, GRAPHENE_RECT_INIT ((float) (46 + i * 14), 36, 8, 8), 4,
                  with_alpha (color, (float) CLAMP (1.1 - 0.6 * near, 0.25, 1)));
    }
}

static void
draw_screen (AnnexMachineDrawing *self, GtkSnapshot *snapshot, GdkRGBA ink, GdkRGBA accent)
{
  GdkRGBA warning = { 0.78f, 0.48f, 0.0f, 1 };
  gboolean lit = self->state == ANNEX_COMPUTER_READY;

  fill_round (snapshot, GRAPHENE_RECT_INIT (26, 18, 76, 46), 5,
              lit ? with_alpha (accent, 0.18f) : with_alpha (ink, 0.06f));
  switch (self->state)
    {
    case ANNEX_COMPUTER_READY:
      /* a prompt */
      stroke_path (snapshot, "M 38 32 L 46 40 L 38 48", accent, 3.5f);
      stroke_path (snapshot, "M 52 49 L 66 49", accent, 3.5f);
      break;
    case ANNEX_COMPUTER_STARTING:
    case ANNEX_COMPUTER_SAVING:
    case ANNEX_COMPUTER_WAITING:
      draw_dots (self, snapshot, accent);
      break;
    case ANNEX_COMPUTER_SAVED:
      /* a moon */
      stroke_path (snapshot, "M 68 30 A 12 12 0 1 0 74 48 A 10 10 0 0 1 68 30 Z",
                   with_alpha (ink, 0.55f), 3);
      break;
    case ANNEX_COMPUTER_FAILED:
      stroke_path (snapshot, "M 64 30 L 64 43", warning, 4);
      stroke_path (snapshot, "M 64 51 L 64 51.5", warning, 4.5f);
      break;
    case ANNEX_COMPUTER_OFF:
      break;
    }
}

static void
annex_machine_drawing_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AnnexMachineDrawing *self = ANNEX_MACHINE_DRAWING (widget);
  g_autoptr (GdkRGBA) accent =
      adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  GdkRGBA ink;
  GdkRGBA line;

  gtk_widget_get_color (widget, &ink);
  line = with_alpha (ink, self->state == ANNEX_COMPUTER_OFF ? 0.35f : 0.6f);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT ((float) (gtk_widget_get_width (widget) - WIDTH) / 2,
                                      (float) (gtk_widget_get_height (widget) - HEIGHT) / 2));
  fill_round (snapshot, GRAPHENE_RECT_INIT (18, 10, 92, 62), 10, with_alpha (ink, 0.05f));
  stroke_round (snapshot, GRAPHENE_RECT_INIT (18, 10, 92, 62), 10, 3, line);
  draw_screen (self, snapshot, ink, *accent);
  stroke_path (snapshot, "M 64 73 L 64 84", line, 3);
  stroke_path (snapshot, "M 44 86 L 84 86", line, 3);
  fill_round (snapshot, GRAPHENE_RECT_INIT (61, 65.5f, 6, 3), 1.5f,
              self->state == ANNEX_COMPUTER_READY ? *accent : with_alpha (ink, 0.3f));
  gtk_snapshot_restore (snapshot);
}

static void
annex_machine_drawing_measure (GtkWidget *widget,
                               GtkOrientation orientation,
                               int for_size,
                               int *minimum,
                               int *natural,
                               int *minimum_baseline,
                               int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  AnnexMachineDrawing *self = ANNEX_MACHINE_DRAWING (widget);

  self->phase = (double) (gdk_frame_clock_get_frame_time (clock) % TURN_US) / TURN_US;
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static void
update_tick (AnnexMachineDrawing *self)
{
  gboolean wanted = is_moving (self->state) && gtk_widget_get_mapped (GTK_WIDGET (self)) &&
                    adw_get_enable_animations (GTK_WIDGET (self));

  if (wanted && self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
  else if (!wanted && self->tick_id != 0)
    {
      gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
      self->tick_id = 0;
    }
}

static void
annex_machine_drawing_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (annex_machine_drawing_parent_class)->map (widget);
  update_tick (ANNEX_MACHINE_DRAWING (widget));
}

static void
annex_machine_drawing_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (annex_machine_drawing_parent_class)->unmap (widget);
  update_tick (ANNEX_MACHINE_DRAWING (widget));
}

static void
annex_machine_drawing_class_init (AnnexMachineDrawingClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = annex_machine_drawing_snapshot;
  widget_class->measure = annex_machine_drawing_measure;
  widget_class->map = annex_machine_drawing_map;
  widget_class->unmap = annex_machine_drawing_unmap;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
annex_machine_drawing_init (AnnexMachineDrawing *self)
{
  self->phase = 0.2;
}

void
annex_machine_drawing_set_state (AnnexMachineDrawing *self, AnnexComputerState state)
{
  g_return_if_fail (ANNEX_IS_MACHINE_DRAWING (self));

  if (self->state == state)
    return;
  self->state = state;
  update_tick (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
