/* annex-scroller.c
 *
 * See annex-scroller.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-scroller.h"

#define TENDED "annex-tended"

static gboolean
overflows (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_lower (adjustment) >
         gtk_adjustment_get_page_size (adjustment);
}

static void
changed_cb (GtkScrolledWindow *scroller)
{
  gboolean scrolls = overflows (gtk_scrolled_window_get_vadjustment (scroller)) ||
                     overflows (gtk_scrolled_window_get_hadjustment (scroller));

  if (gtk_widget_get_focusable (GTK_WIDGET (scroller)) != scrolls)
    gtk_widget_set_focusable (GTK_WIDGET (scroller), scrolls);
}

void
annex_scroller_tend (GtkScrolledWindow *scroller)
{
  g_return_if_fail (GTK_IS_SCROLLED_WINDOW (scroller));
  if (g_object_get_data (G_OBJECT (scroller), TENDED) != NULL)
    return;
  g_object_set_data (G_OBJECT (scroller), TENDED, GINT_TO_POINTER (TRUE));
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (scroller), "changed",
                           G_CALLBACK (changed_cb), scroller, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_hadjustment (scroller), "changed",
                           G_CALLBACK (changed_cb), scroller, G_CONNECT_SWAPPED);
  changed_cb (scroller);
}

static gboolean
map_cb (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer data)
{
  GObject *widget = g_value_get_object (values);

  if (GTK_IS_SCROLLED_WINDOW (widget))
    annex_scroller_tend (GTK_SCROLLED_WINDOW (widget));
  return TRUE;
}

void
annex_scroller_tend_all (void)
{
  static gboolean done;

  if (done)
    return;
  done = TRUE;
  g_type_class_unref (g_type_class_ref (GTK_TYPE_WIDGET)); /* the signal is its class’s */
  g_signal_add_emission_hook (g_signal_lookup ("map", GTK_TYPE_WIDGET), 0, map_cb, NULL, NULL);
}
