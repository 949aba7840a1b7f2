/* annex-plan-change.h
 *
 * What a user can do to a plan: a new plan, and the words in which the agent is told. Pure. The
 * words are the agent's to read, so they are not translated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-plan.h"

G_BEGIN_DECLS

/* Each: a new plan, and *@what (transfer full); NULL when it would change nothing. (transfer full)
 */
AnnexPlan *
annex_plan_change_rename (AnnexPlan *plan, const char *id, const char *title, char **what);
/* To stand at @index of the new plan. */
AnnexPlan *
annex_plan_change_move (AnnexPlan *plan, const char *id, guint index, char **what);
AnnexPlan *
annex_plan_change_add (AnnexPlan *plan, const char *title, char **what);
AnnexPlan *
annex_plan_change_strike (AnnexPlan *plan, const char *id, char **what);
/* Struck, done or failed: to be done again. */
AnnexPlan *
annex_plan_change_restore (AnnexPlan *plan, const char *id, char **what);

G_END_DECLS
