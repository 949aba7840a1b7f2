/* annex-side-pane.h
 *
 * The pane at the side of a task: Plan, Files, Computer, Browser, Activity.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "desk", "task" (both nullable), "tab" (plan, files, computer, browser, activity),
 * "closable" (a close button is shown). Its close button activates task.toggle-pane. */
#define ANNEX_TYPE_SIDE_PANE (annex_side_pane_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSidePane, annex_side_pane, ANNEX, SIDE_PANE, AdwBin)

G_END_DECLS
