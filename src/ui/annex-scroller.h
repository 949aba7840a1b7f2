/* annex-scroller.h
 *
 * Scrolled windows and the keyboard. GTK lets each take the focus, where nothing in it can, so that
 * the arrow keys scroll it; but its role has no name, and a screen reader is silent there. Where
 * all is in view there is nothing to scroll, and it is no stop.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* From now on this holds for every scrolled window that comes into view, those inside of libraries'
 * widgets too. Main thread; once a process. */
void
annex_scroller_tend_all (void);

/* The same for one. */
void
annex_scroller_tend (GtkScrolledWindow *scroller);

G_END_DECLS
