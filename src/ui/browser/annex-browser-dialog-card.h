/* annex-browser-dialog-card.h
 *
 * What a page asks, as a card inside its own pane: never a window of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-pane.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_BROWSER_DIALOG_CARD (annex_browser_dialog_card_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBrowserDialogCard,
                      annex_browser_dialog_card,
                      ANNEX,
                      BROWSER_DIALOG_CARD,
                      AdwBin)

/* For the dialog that @tab has open now; answering it by hand takes the wheel of @pane. */
GtkWidget *
annex_browser_dialog_card_new (AnnexBrowserPane *pane, AnnexBrowserTab *tab);

G_END_DECLS
