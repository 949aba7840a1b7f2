/* annex-skill-install.h
 *
 * What somebody passed on, before any of it is installed: every file, what runs, what it asks for,
 * what is wrong with it, and what changes against the installed version. Then install, or not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-keeper.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signals: "installed" (names: G_TYPE_STRV); "add-connector" (text), of a plugin's connector. */
#define ANNEX_TYPE_SKILL_INSTALL (annex_skill_install_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSkillInstall, annex_skill_install, ANNEX, SKILL_INSTALL, AdwDialog)

AdwDialog *
annex_skill_install_new (AnnexSkillKeeper *keeper, const AnnexSkillOffer *offer);

G_END_DECLS
