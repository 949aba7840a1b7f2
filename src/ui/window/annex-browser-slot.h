/* annex-browser-slot.h
 *
 * The place of the browser pane beside a conversation. It says what will be here until there is a
 * pane; the pane's own view comes from the browser's module, which is loaded with it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-widget.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_BROWSER_SLOT (annex_browser_slot_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBrowserSlot, annex_browser_slot, ANNEX, BROWSER_SLOT, AnnexTaskWidget)

/* How the view of a pane is made, instead of by the module: for whoever has the views already, as
 * tests have. */
typedef GtkWidget *(*AnnexBrowserViewFunc) (AnnexDesk *desk, AnnexTask *task, AnnexBrowser *pane);
void
annex_browser_slot_set_view_func (AnnexBrowserViewFunc func);

G_END_DECLS
