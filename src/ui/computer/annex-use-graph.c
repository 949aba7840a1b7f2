/* annex-use-graph.c
 *
 * See annex-use-graph.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-use-graph.h"

#include <adwaita.h>

struct _AnnexUseGraph
{
  GtkWidget parent_instance;

  double samples[ANNEX_USE_GRAPH_SAMPLES]; /* a ring */
  guint n_samples;
  guint next;
};

G_DEFINE_FINAL_TYPE (AnnexUseGraph, annex_use_graph, GTK_TYPE_WIDGET)

/* The @i-th newest. */
static double
sample (AnnexUseGraph *self, guint i)
{
  return self->samples[(self->next + ANNEX_USE_GRAPH_SAMPLES - 1 - i) % ANNEX_USE_GRAPH_SAMPLES];
}

/* One stretch of the line without a gap, the newest at the end of the row. */
static void
draw_stretch (AnnexUseGraph *self, GtkSnapshot *snapshot, guint from, guint to)
{
  g_autoptr (GdkRGBA) accent =
      adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  g_autoptr (GskPathBuilder) line = gsk_path_builder_new ();
  g_autoptr (GskPathBuilder) area = gsk_path_builder_new ();
  g_autoptr (GskPath) line_path = NULL;
  g_autoptr (GskPath) area_path = NULL;
  g_autoptr (GskStroke) stroke = gsk_stroke_new (1.5f);
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  float step = width / (ANNEX_USE_GRAPH_SAMPLES - 1);
  GdkRGBA pale = *accent;
  float x = 0;

  for (guint i = from; i <= to; i++)
    {
      float y = 1 + (height - 2) * (1 - (float) CLAMP (sample (self, i), 0, 1));

      x = mirrored ? (float) i * step : width - (float) i * step;
      if (i == from)
        {
          gsk_path_builder_move_to (line, x, y);
          gsk_path_builder_move_to (area, x, height);
        }
      else
        gsk_path_builder_line_to (line, x, y);
      gsk_path_builder_line_to (area, x, y);
    }
  gsk_path_builder_line_to (area, x, height);
  gsk_path_builder_close (area);
  line_path = gsk_path_builder_free_to_path (g_steal_pointer (&line));
  area_path = gsk_path_builder_free_to_path (g_steal_pointer (&area));
  pale.alpha = 0.15f;
  gtk_snapshot_append_fill (snapshot, area_path, GSK_FILL_RULE_WINDING, &pale);
  gtk_snapshot_append_stroke (snapshot, line_path, stroke, accent);
}

static void
annex_use_graph_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AnnexUseGraph *self = ANNEX_USE_GRAPH (widget);
  GdkRGBA base;
  guint from = 0;

  gtk_widget_get_color (widget, &base);
  base.alpha *= 0.15f;
  gtk_snapshot_append_color (snapshot, &base,
                             &GRAPHENE_RECT_INIT (0, (float) gtk_widget_get_height (widget) - 1,
                                                  (float) gtk_widget_get_width (widget), 1));
  while (from < self->n_samples)
    {
      guint to = from;

      if (sample (self, from) < 0)
        {
          from++;
          continue;
        }
      while (to + 1 < self->n_samples && sample (self, to + 1) >= 0)
        to++;
      if (to > from)
        draw_stretch (self, snapshot, from, to);
      from = to + 1;
    }
}

static void
annex_use_graph_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 60 : 40;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 140 : 40;
}

static void
annex_use_graph_class_init (AnnexUseGraphClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = annex_use_graph_snapshot;
  widget_class->measure = annex_use_graph_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
annex_use_graph_init (AnnexUseGraph *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

void
annex_use_graph_add (AnnexUseGraph *self, double fraction)
{
  g_return_if_fail (ANNEX_IS_USE_GRAPH (self));

  self->samples[self->next] = fraction;
  self->next = (self->next + 1) % ANNEX_USE_GRAPH_SAMPLES;
  self->n_samples = MIN (self->n_samples + 1, ANNEX_USE_GRAPH_SAMPLES);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
annex_use_graph_clear (AnnexUseGraph *self)
{
  g_return_if_fail (ANNEX_IS_USE_GRAPH (self));

  self->n_samples = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
