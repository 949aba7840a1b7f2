/* annex-browser-host.h
 *
 * A plain window around a browser pane, for tasks that run from the command line: the user sees
 * every step and can take over there, too. Where there is no user, as under Xvfb, the pages need
 * its size.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-pane.h"

G_BEGIN_DECLS

/* The window, not shown yet; it shows itself with the first tab and lives as long as @pane.
 * (borrowed)
 */
GtkWidget *
annex_browser_host_new (AnnexBrowserPane *pane);

G_END_DECLS
