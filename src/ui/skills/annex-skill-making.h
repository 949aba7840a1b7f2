/* annex-skill-making.h
 *
 * “Make This a Skill”: says that a draft is being written out of a task, and why none was. Leaving
 * the page stops it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signal "made" (AnnexSkillDraft): to be edited; the page is of no use any more. */
#define ANNEX_TYPE_SKILL_MAKING (annex_skill_making_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSkillMaking, annex_skill_making, ANNEX, SKILL_MAKING, AdwNavigationPage)

/* Begins at once. */
GtkWidget *
annex_skill_making_new (AnnexDesk *desk, const char *task_id);

G_END_DECLS
