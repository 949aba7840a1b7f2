/* annex-skill-page.h
 *
 * One skill: what it is for, whether it is on, the user's own values for it, its versions with a
 * way back, what it may do and every file of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-keeper.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_SKILL_PAGE (annex_skill_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSkillPage, annex_skill_page, ANNEX, SKILL_PAGE, AdwNavigationPage)

/* @info: of the library's list; what is not known of it yet is read. Inside an AnnexSkillsPage,
 * which carries out skills.edit and skills.try. */
GtkWidget *
annex_skill_page_new (AnnexSkillKeeper *keeper, const AnnexSkillInfo *info);

G_END_DECLS
