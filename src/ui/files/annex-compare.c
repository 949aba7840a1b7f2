/* annex-compare.c
 *
 * See annex-compare.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-compare.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define HANDLE 24

struct _AnnexCompare
{
  GtkWidget parent_instance;

  GdkPaintable *before;
  GdkPaintable *after;
  double position;
};

enum { PROP_0, PROP_POSITION, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AnnexCompare, annex_compare, GTK_TYPE_WIDGET)

/* Where a picture lies: as large as fits, never larger than it is twice over. */
static graphene_rect_t
area_of (AnnexCompare *self, GdkPaintable *picture)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double height = gtk_widget_get_height (GTK_WIDGET (self));
  double w = MAX (gdk_paintable_get_intrinsic_width (picture), 1);
  double h = MAX (gdk_paintable_get_intrinsic_height (picture), 1);
  double scale = MIN (MIN (width / w, height / h), 2.0);

  return GRAPHENE_RECT_INIT ((float) (width - w * scale) / 2, (float) (height - h * scale) / 2,
                             (float) (w * scale), (float) (h * scale));
}

static graphene_rect_t
whole_area (AnnexCompare *self)
{
  graphene_rect_t area = area_of (self, self->after != NULL ? self->after : self->before);

  if (self->before != NULL)
    {
      graphene_rect_t other = area_of (self, self->before);

      graphene_rect_union (&area, &other, &area);
    }
  return area;
}

static void
draw (GtkSnapshot *snapshot, GdkPaintable *picture, graphene_rect_t area, graphene_rect_t clip)
{
  gtk_snapshot_push_clip (snapshot, &clip);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &area.origin);
  gdk_paintable_snapshot (picture, snapshot, area.size.width, area.size.height);
  gtk_snapshot_restore (snapshot);
  gtk_snapshot_pop (snapshot);
}

static void
draw_handle (AnnexCompare *self, GtkSnapshot *snapshot, graphene_rect_t area, float x)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (style);
  float y = area.origin.y + area.size.height / 2;
  GskRoundedRect knob;

  gtk_snapshot_append_color (snapshot, accent,
                             &GRAPHENE_RECT_INIT (x - 1, area.origin.y, 2, area.size.height));
  gsk_rounded_rect_init_from_rect (
      &knob, &GRAPHENE_RECT_INIT (x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE), HANDLE / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &knob);
  gtk_snapshot_append_color (snapshot, accent, &knob.bounds);
  gtk_snapshot_append_color (snapshot, &(GdkRGBA) { 1, 1, 1, 1 },
                             &GRAPHENE_RECT_INIT (x - 4, y - 5, 2, 10));
  gtk_snapshot_append_color (snapshot, &(GdkRGBA) { 1, 1, 1, 1 },
                             &GRAPHENE_RECT_INIT (x + 2, y - 5, 2, 10));
  gtk_snapshot_pop (snapshot);
}

static void
annex_compare_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AnnexCompare *self = ANNEX_COMPARE (widget);
  graphene_rect_t area;
  float x;

  if (self->before == NULL && self->after == NULL)
    return;
  area = whole_area (self);
  x = area.origin.x + area.size.width * (float) self->position;
  if (self->before == NULL || self->after == NULL)
    {
      draw (snapshot, self->before != NULL ? self->before : self->after, area, area);
      return;
    }
  draw (snapshot, self->before, area_of (self, self->before),
        GRAPHENE_RECT_INIT (area.origin.x, area.origin.y, x - area.origin.x, area.size.height));
  draw (
      snapshot, self->after, area_of (self, self->after),
      GRAPHENE_RECT_INIT (x, area.origin.y, area.origin.x + area.size.width - x, area.size.height));
  draw_handle (self, snapshot, area, x);
}

static void
annex_compare_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       int for_size,
                       int *minimum,
                       int *natural,
                       int *minimum_baseline,
                       int *natural_baseline)
{
  *minimum = 80;
  *natural = 320;
}

static void
drag_to (AnnexCompare *self, double x)
{
  graphene_rect_t area;

  if (self->before == NULL || self->after == NULL)
    return;
  area = whole_area (self);
  annex_compare_set_position (self, (x - area.origin.x) / MAX (area.size.width, 1));
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, AnnexCompare *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  drag_to (self, x);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, AnnexCompare *self)
{
  double x;
  double y;

  if (gtk_gesture_drag_get_start_point (gesture, &x, &y))
    drag_to (self, x + dx);
}

static gboolean
move_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  AnnexCompare *self = ANNEX_COMPARE (widget);
  double step = g_variant_get_double (args);

  annex_compare_set_position (self, ABS (step) > 1 ? step > 0 : self->position + step);
  return TRUE;
}

static void
annex_compare_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_POSITION)
    g_value_set_double (value, ANNEX_COMPARE (object)->position);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_compare_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_POSITION)
    annex_compare_set_position (ANNEX_COMPARE (object), g_value_get_double (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_compare_dispose (GObject *object)
{
  AnnexCompare *self = ANNEX_COMPARE (object);

  g_clear_object (&self->before);
  g_clear_object (&self->after);
  G_OBJECT_CLASS (annex_compare_parent_class)->dispose (object);
}

static void
annex_compare_class_init (AnnexCompareClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  static const struct
  {
    guint key;
    double step;
  } keys[] = {
    { GDK_KEY_Left, -0.05 },    { GDK_KEY_KP_Left, -0.05 }, { GDK_KEY_Right, 0.05 },
    { GDK_KEY_KP_Right, 0.05 }, { GDK_KEY_Home, -2 },       { GDK_KEY_End, 2 },
  };

  object_class->get_property = annex_compare_get_property;
  object_class->set_property = annex_compare_set_property;
  object_class->dispose = annex_compare_dispose;
  widget_class->snapshot = annex_compare_snapshot;
  widget_class->measure = annex_compare_measure;
  properties[PROP_POSITION] =
      g_param_spec_double ("position", NULL, NULL, 0, 1, 0.5,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding (widget_class, keys[i].key, 0, move_cb, "d", keys[i].step);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
  gtk_widget_class_set_css_name (widget_class, "annexcompare");
}

static void
annex_compare_init (AnnexCompare *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->position = 0.5;
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Line between before and after"),
      GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 1.0,
      GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 0.5, -1);
}

void
annex_compare_set_pictures (AnnexCompare *self, GdkPaintable *before, GdkPaintable *after)
{
  g_return_if_fail (ANNEX_IS_COMPARE (self));

  g_set_object (&self->before, before);
  g_set_object (&self->after, after);
  gtk_widget_set_focusable (GTK_WIDGET (self), before != NULL && after != NULL);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self),
                                   before != NULL && after != NULL ? "col-resize" : NULL);
  annex_compare_set_position (self, 0.5);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

double
annex_compare_get_position (AnnexCompare *self)
{
  g_return_val_if_fail (ANNEX_IS_COMPARE (self), 0);

  return self->position;
}

void
annex_compare_set_position (AnnexCompare *self, double position)
{
  g_return_if_fail (ANNEX_IS_COMPARE (self));

  position = CLAMP (position, 0, 1);
  if (self->position == position)
    return;
  self->position = position;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                  position, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}
