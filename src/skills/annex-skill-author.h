/* annex-skill-author.h
 *
 * Writing skills: a draft out of a skill, what is wrong with it, and its way into the library. A
 * draft is checked strictly. Blocking, but for the check.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-shelf.h"

G_BEGIN_DECLS

/* A draft of the skill in the folder of @info. (transfer full) */
AnnexSkillDraft *
annex_skill_author_edit (const AnnexSkillInfo *info, GError **error);
/* AnnexSkillFault elements. (transfer full) */
GPtrArray *
annex_skill_author_check (const AnnexSkillDraft *draft);
/* (transfer full) */
char *
annex_skill_author_to_text (const AnnexSkillDraft *draft);
/* See annex_skill_keeper_from_text(). */
gboolean
annex_skill_author_from_text (AnnexSkillDraft *draft, const char *text, GPtrArray **faults);
/* Writes the files of @draft into the new folder @target. FORMAT while a fault is left. */
gboolean
annex_skill_author_write_folder (AnnexSkillPlaces *places,
                                 const AnnexSkillDraft *draft,
                                 const char *target,
                                 GError **error);
/* Puts it into the library as a new version. */
gboolean
annex_skill_author_install (AnnexSkillPlaces *places, const AnnexSkillDraft *draft, GError **error);

G_END_DECLS
