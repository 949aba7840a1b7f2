/* annex-plan-row.h
 *
 * One step of a plan: its node, title, time, files and sub-agents, and the entry while it is
 * edited.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-plan-track.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_PLAN_ROW (annex_plan_row_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPlanRow, annex_plan_row, ANNEX, PLAN_ROW, GtkListBoxRow)

/* Signals: "renamed" (title), "open-file" (path), "edit-ended" ().
 * The actions of its menu are of the group "plan", with the step's id as target. */
GtkWidget *
annex_plan_row_new (const char *step_id);
const char *
annex_plan_row_get_id (AnnexPlanRow *self);
guint
annex_plan_row_get_index (AnnexPlanRow *self);
/* @index of @n steps, 0 …; @alive: the task works in this process. */
void
annex_plan_row_show (AnnexPlanRow *self,
                     const AnnexStep *step,
                     AnnexPlanTrack *track,
                     guint index,
                     guint n,
                     gboolean alive);
/* Shows the time that has passed. */
void
annex_plan_row_update_time (AnnexPlanRow *self);
/* Puts an entry in place of the title. */
void
annex_plan_row_edit (AnnexPlanRow *self);
gboolean
annex_plan_row_is_edited (AnnexPlanRow *self);

G_END_DECLS
