/* annex-skill-export.h
 *
 * Passing a skill on: what looks private in it is decided about, one by one, and then it is one
 * file, to be saved or dragged out of the window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-keeper.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_SKILL_EXPORT (annex_skill_export_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSkillExport, annex_skill_export, ANNEX, SKILL_EXPORT, AdwDialog)

AdwDialog *
annex_skill_export_new (AnnexSkillKeeper *keeper, const char *name);

G_END_DECLS
