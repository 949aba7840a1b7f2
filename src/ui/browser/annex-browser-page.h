/* annex-browser-page.h
 *
 * What one tab of the pane shows: its web view, or why there is none, and the card of an open
 * dialog.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-pane.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_BROWSER_PAGE (annex_browser_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBrowserPage, annex_browser_page, ANNEX, BROWSER_PAGE, AdwBin)

GtkWidget *
annex_browser_page_new (AnnexBrowserPane *pane, AnnexBrowserTab *tab);
/* (borrowed) */
AnnexBrowserTab *
annex_browser_page_get_tab (AnnexBrowserPage *self);
/* Lets go of the web view, which the tab is about to end. */
void
annex_browser_page_release (AnnexBrowserPage *self);

G_END_DECLS
