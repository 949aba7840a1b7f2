/* test-ui.c
 *
 * The resources are there and a window is drawn in every scheme; what a toast says is read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-shot.h"
#include "annex-ui-find.h"
#include "annex-ui.h"

static void
test_drawn (void)
{
  GtkWindow *window = annex_shot_window (gtk_label_new ("Annex"), 360, 200);

  annex_shot_take (window, "smoke");
  gtk_window_destroy (window);
}

/* In the narrowest window, beside a button, in a language of long words. */
static void
test_toast (void)
{
  static const char text[] =
      "„Die Spesenabrechnung der Dienstreise im September <b>“ wurde gelöscht";
  GtkWidget *overlay = adw_toast_overlay_new ();
  GtkWidget *page = adw_status_page_new ();
  GtkWindow *window;
  GtkWidget *label;
  int height;

  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), page);
  window = annex_shot_window (overlay, 360, 400);
  annex_ui_toast_with_action (page, text, "_Rückgängig", "win.undelete-task",
                              g_variant_new_string ("t"));
  annex_shot_settle (600);
  label = annex_find (overlay, annex_is_label_with, "Spesenabrechnung");
  g_assert_nonnull (label);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (label)), ==, text);
  g_assert_false (pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (label))));
  gtk_widget_measure (label, GTK_ORIENTATION_VERTICAL, gtk_widget_get_width (label), &height, NULL,
                      NULL, NULL);
  g_assert_cmpint (gtk_widget_get_height (gtk_widget_get_ancestor (label, ADW_TYPE_BIN)), >=,
                   height);
  label = annex_find (annex_find_button (overlay, "_Rückgängig"), annex_is_type, "GtkLabel");
  g_assert_nonnull (label);
  g_assert_false (pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (label))));
  annex_shot_take (window, "toast");
  gtk_window_destroy (window);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/drawn", test_drawn);
  g_test_add_func ("/ui/toast", test_toast);
  return g_test_run ();
}
