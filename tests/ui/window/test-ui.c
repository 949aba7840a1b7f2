/* test-ui.c
 *
 * The resources are there and a window is drawn in every scheme.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-shot.h"

static void
test_drawn (void)
{
  GtkWindow *window = annex_shot_window (gtk_label_new ("Annex"), 360, 200);

  annex_shot_take (window, "smoke");
  gtk_window_destroy (window);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/drawn", test_drawn);
  return g_test_run ();
}
