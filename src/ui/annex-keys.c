/* annex-keys.c
 *
 * See annex-keys.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keys.h"

void
annex_keys_add (GtkWindow *window, const char *accel, const char *action)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_set_scope (GTK_SHORTCUT_CONTROLLER (controller),
                                     GTK_SHORTCUT_SCOPE_GLOBAL);
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (controller),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string (accel), gtk_named_action_new (action)));
  gtk_widget_add_controller (GTK_WIDGET (window), controller);
}
