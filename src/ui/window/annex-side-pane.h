/* annex-side-pane.h
 *
 * The pane at the side of a task: Plan, Files, Computer, Browser, Activity.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-widget.h"

G_BEGIN_DECLS

/* Properties: "tab" (plan, files, computer, browser, activity), "closable" (a close button is
 * shown). Its close button activates task.toggle-pane. */
#define ANNEX_TYPE_SIDE_PANE (annex_side_pane_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSidePane, annex_side_pane, ANNEX, SIDE_PANE, AnnexTaskWidget)

/* See annex_computer_pane_is_moving. */
gboolean
annex_side_pane_is_moving (AnnexSidePane *self);

G_END_DECLS
