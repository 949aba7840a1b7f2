/* annex-skill-package-private.h
 *
 * Shared by staging a package and looking at what is staged.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-package.h"

G_BEGIN_DECLS

/* Looks at the skill staged in @folder; @name (nullable): that its folder had. ANNEX_SKILL_ERROR,
 * G_IO_ERROR. (transfer full) */
AnnexSkillPreview *
annex_skill_preview_new (AnnexSkillPlaces *places,
                         const char *folder,
                         const char *name,
                         GError **error);
void
annex_skill_preview_free (gpointer preview);

G_END_DECLS
