/* annex-help.h
 *
 * The manual in a window of Annex's own, for where no viewer of help pages sees it: as one web page
 * that has everything in it, shown locked down (annex-web-page.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ANNEX_HELP_FILE "annex-manual.html" /* beside the modules: see annex-module.h */

/* Shows the window, which stays the only one, as one of @parent's application. FALSE, with a
 * warning in the log, where what it needs is not installed. */
gboolean
annex_help_present (GtkWindow *parent);

G_END_DECLS
