/* annex-welcome.h
 *
 * The first run: what Annex is, how it thinks, and its computer. Can be left at any step; what was
 * not done waits in the preferences and on the doctor page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Property: "desk" (AnnexDesk, nullable).
 * Signal "finished" (gboolean): all steps were gone through; TRUE when the tour was chosen and
 * there is a computer for it, so that the window begins it. Not emitted when the dialog is closed before. */
#define ANNEX_TYPE_WELCOME (annex_welcome_get_type ())
G_DECLARE_FINAL_TYPE (AnnexWelcome, annex_welcome, ANNEX, WELCOME, AdwDialog)

AdwDialog *
annex_welcome_new (AnnexDesk *desk);
/* Is this the first run: was it never closed, and is the tour all there is? */
gboolean
annex_welcome_is_needed (AnnexDesk *desk);

G_END_DECLS
