/* annex-skill-values-form.h
 *
 * What a skill needs from its user, as rows to be filled in: text, choice, folder, secret. What is
 * given is stored at once; a secret goes to the keyring and is not shown again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-keeper.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Fills @group, hidden where nothing is needed, with the needs of @view. */
void
annex_skill_values_fill (AdwPreferencesGroup *group,
                         AnnexSkillKeeper *keeper,
                         const AnnexSkillView *view);
/* A dialog with them, for right after an installation. (transfer floating) */
AdwDialog *
annex_skill_values_dialog_new (AnnexSkillKeeper *keeper, const AnnexSkillView *view);

G_END_DECLS
