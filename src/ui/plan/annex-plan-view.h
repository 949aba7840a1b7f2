/* annex-plan-view.h
 *
 * The plan of a task, drawn, and the user's changes of it: edit, move, add, strike. Each change
 * goes to the agent in plain words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-widget.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_PLAN_VIEW (annex_plan_view_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPlanView, annex_plan_view, ANNEX, PLAN_VIEW, AnnexTaskWidget)

/* Signal "open-file" (path, "Receipts/June.pdf"): the user wants to see a file that a step touched.
 */
GtkWidget *
annex_plan_view_new (AnnexDesk *desk, AnnexTask *task);

G_END_DECLS
