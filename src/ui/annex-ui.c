/* annex-ui.c
 *
 * See annex-ui.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ui.h"

#include <gtksourceview/gtksource.h>

void
annex_ui_init (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_source_init ();
  gtk_css_provider_load_from_resource (provider, "/io/github/annex_desktop/Annex/style.css");
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/io/github/annex_desktop/Annex/icons");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}
