/* annex-plan-carry.h
 *
 * The user changes the plan while the model writes the next one, which knows nothing of that: what
 * they changed holds in it, too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-event.h"
#include "annex-plan.h"

G_BEGIN_DECLS

/* The events that annex_plan_list_unseen () is to be given all of. */
extern const AnnexEventType annex_plan_carry_events[3];

/* One change of the user's. */
typedef struct
{
  AnnexPlan *before;
  AnnexPlan *after;
} AnnexPlanEdit;

/* The user's changes since the request of the model's last reply was built: AnnexPlanEdit, in order.
 * (transfer full) */
GPtrArray *annex_plan_list_unseen (GPtrArray *events);

/* @plan with @edits in it: steps that were added, renamed or wanted again are there, what was struck
 * is skipped unless it is done by now, what was moved stands after the step it was put after. The
 * files of steps are those of @current, too. (transfer full) */
AnnexPlan *annex_plan_carry (AnnexPlan *plan, GPtrArray *edits, AnnexPlan *current);

G_END_DECLS
