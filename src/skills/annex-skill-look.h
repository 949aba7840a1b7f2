/* annex-skill-look.h
 *
 * A skill's folder as a person sees it: what it says, what runs, which hosts it names, and what is
 * different from the installed version. Blocking.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-shelf.h"
#include "annex-skill-view.h"

G_BEGIN_DECLS

/* Looks at @folder, untrusted. @name (nullable): that its folder has, or had. @old_folder
 * (nullable): the installed version, or @folder itself when that is it. @skill_out (nullable;
 * transfer full): as it was read. ANNEX_SKILL_ERROR, G_IO_ERROR. (transfer full) */
AnnexSkillView *
annex_skill_look (const char *folder,
                  const char *name,
                  const char *old_folder,
                  AnnexSkill **skill_out,
                  GError **error);

G_END_DECLS
