/* annex-arm.c
 *
 * See annex-arm.h. What is known of a widget is kept by it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-arm.h"

typedef struct
{
  GtkWidget *widget; /* borrowed: it owns this */
  guint source;      /* while it runs, the widget is not ready */
} Arm;

static Arm *
get_arm (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), "annex-arm");
}

static gboolean
ready_cb (gpointer data)
{
  Arm *arm = data;

  arm->source = 0;
  gtk_widget_remove_css_class (arm->widget, "unarmed");
  return G_SOURCE_REMOVE;
}

static void
map_cb (GtkWidget *widget)
{
  annex_arm_again (widget);
}

static void
unmap_cb (GtkWidget *widget)
{
  g_clear_handle_id (&get_arm (widget)->source, g_source_remove);
}

static void
arm_free (gpointer data)
{
  Arm *arm = data;

  g_clear_handle_id (&arm->source, g_source_remove);
  g_free (arm);
}

void
annex_arm_watch (GtkWidget *widget)
{
  Arm *arm = g_new0 (Arm, 1);

  g_return_if_fail (get_arm (widget) == NULL);

  arm->widget = widget;
  g_object_set_data_full (G_OBJECT (widget), "annex-arm", arm, arm_free);
  g_signal_connect (widget, "map", G_CALLBACK (map_cb), NULL);
  g_signal_connect (widget, "unmap", G_CALLBACK (unmap_cb), NULL);
  annex_arm_again (widget);
}

void
annex_arm_again (GtkWidget *widget)
{
  Arm *arm = get_arm (widget);

  g_clear_handle_id (&arm->source, g_source_remove);
  gtk_widget_add_css_class (widget, "unarmed");
  if (gtk_widget_get_mapped (widget))
    arm->source = g_timeout_add (ANNEX_ARM_DELAY_MS, ready_cb, arm);
}

gboolean
annex_arm_is_ready (GtkWidget *widget)
{
  return gtk_widget_get_mapped (widget) && get_arm (widget)->source == 0;
}
