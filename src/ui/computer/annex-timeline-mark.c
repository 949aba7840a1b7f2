/* annex-timeline-mark.c
 *
 * See annex-timeline-mark.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-timeline-mark.h"

#include <adwaita.h>

#define WIDTH 16
#define RADIUS 5.0f
#define LINE 2.0f

struct _AnnexTimelineMark
{
  GtkWidget parent_instance;

  gboolean present;
  gboolean above;
  gboolean below;
};

G_DEFINE_FINAL_TYPE (AnnexTimelineMark, annex_timeline_mark, GTK_TYPE_WIDGET)

static void
draw_line (GtkSnapshot *snapshot, const GdkRGBA *color, float middle, float from, float to)
{
  if (to > from)
    gtk_snapshot_append_color (snapshot, color,
                               &GRAPHENE_RECT_INIT (middle - LINE / 2, from, LINE, to - from));
}

static void
annex_timeline_mark_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AnnexTimelineMark *self = ANNEX_TIMELINE_MARK (widget);
  float middle = (float) gtk_widget_get_width (widget) / 2;
  float height = (float) gtk_widget_get_height (widget);
  g_autoptr (GdkRGBA) accent =
      adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  GskRoundedRect dot;
  GdkRGBA ink;
  GdkRGBA line;
  float width = self->present ? RADIUS : LINE;

  gtk_widget_get_color (widget, &ink);
  line = ink;
  line.alpha *= 0.25f;
  ink.alpha *= 0.6f;
  if (self->above)
    draw_line (snapshot, &line, middle, 0, height / 2 - RADIUS);
  if (self->below)
    draw_line (snapshot, &line, middle, height / 2 + RADIUS, height);
  gsk_rounded_rect_init_from_rect (
      &dot, &GRAPHENE_RECT_INIT (middle - RADIUS, height / 2 - RADIUS, RADIUS * 2, RADIUS * 2),
      RADIUS);
  if (self->present)
    ink = *accent;
  gtk_snapshot_append_border (snapshot, &dot, (float[]) { width, width, width, width },
                              (GdkRGBA[]) { ink, ink, ink, ink });
}

static void
annex_timeline_mark_measure (GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  *minimum = *natural = WIDTH;
}

static void
annex_timeline_mark_class_init (AnnexTimelineMarkClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = annex_timeline_mark_snapshot;
  widget_class->measure = annex_timeline_mark_measure;
  gtk_widget_class_set_css_name (widget_class, "annextimelinemark");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
annex_timeline_mark_init (AnnexTimelineMark *self)
{
}

void
annex_timeline_mark_set (AnnexTimelineMark *self, gboolean present, gboolean above, gboolean below)
{
  g_return_if_fail (ANNEX_IS_TIMELINE_MARK (self));

  self->present = present;
  self->above = above;
  self->below = below;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
