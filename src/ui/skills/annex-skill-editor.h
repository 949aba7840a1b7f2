/* annex-skill-editor.h
 *
 * Writing a skill: a form with name, purpose and steps in Markdown, how the steps look, and the
 * whole text for those who want it. What breaks a rule is said where it is; saving makes a new
 * version.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-keeper.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signal "saved" (name). */
#define ANNEX_TYPE_SKILL_EDITOR (annex_skill_editor_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSkillEditor, annex_skill_editor, ANNEX, SKILL_EDITOR, AdwNavigationPage)

GtkWidget *
annex_skill_editor_new (AnnexSkillKeeper *keeper, const AnnexSkillDraft *draft);
/* What would be lost now; NULL when nothing would. (transfer full, nullable) */
AnnexSkillDraft *
annex_skill_editor_dup_unsaved (AnnexSkillEditor *self);

G_END_DECLS
