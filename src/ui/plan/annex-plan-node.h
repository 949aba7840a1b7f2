/* annex-plan-node.h
 *
 * The drawn part of a plan: a piece of the vertical line with one node on it, or a branch from it.
 * Its colour is the style's, so that it follows accent, dark and high contrast.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-plan.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_PLAN_NODE (annex_plan_node_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPlanNode, annex_plan_node, ANNEX, PLAN_NODE, GtkWidget)

/* @branch: the node stands beside the line, joined to it by a curve. */
GtkWidget *
annex_plan_node_new (gboolean branch);
/* @alive: it works right now; then it turns, unless motion is to be reduced. */
void
annex_plan_node_set_state (AnnexPlanNode *self, AnnexStepState state, gboolean alive);
/* Does the line come from above, and go on below? */
void
annex_plan_node_set_line (AnnexPlanNode *self, gboolean above, gboolean below);

G_END_DECLS
