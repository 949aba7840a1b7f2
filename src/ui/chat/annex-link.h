/* annex-link.h
 *
 * Where a link leads, before it is opened: its host, its whole address, and two buttons. For links
 * in anything that the agent, the computer or the web wrote.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Shows @n_addresses of them in a popover of @widget that points to a place in it. */
void
annex_link_popup (GtkWidget *widget,
                  const char *const *addresses,
                  guint n_addresses,
                  double x,
                  double y);

G_END_DECLS
