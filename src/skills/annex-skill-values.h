/* annex-skill-values.h
 *
 * The user's own values for a skill, kept outside it: CONFIG/skill-values/NAME.ORIGIN.json. What
 * was given to a skill of one origin is not for one of that name from elsewhere, and none is for
 * one of a share. Of a secret only the reference secret:<id> is there; the secret itself is in the
 * keyring. Blocking.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-shelf.h"

G_BEGIN_DECLS

/* {id: value or secret:<id>}; empty where nothing was given. (transfer full) */
JsonObject *
annex_skill_values_load (AnnexSkillPlaces *places, const char *name, AnnexSkillOrigin origin);
/* @value NULL: takes it away. Of a secret the reference. Checks it. *@old (nullable, transfer
 * full): what it was, NULL for nothing. Waits for others who change the library. G_IO_ERROR,
 * ANNEX_SKILL_ERROR. */
gboolean
annex_skill_values_set (AnnexSkillPlaces *places,
                        const char *name,
                        AnnexSkillOrigin origin,
                        const AnnexSkillNeed *need,
                        const char *value,
                        char **old,
                        GError **error);
/* Forgets all of @name's: what it was, whose secrets are the caller's to remove. Where it cannot be
 * read, it stays. Waits as above. (transfer full) */
JsonObject *
annex_skill_values_take (AnnexSkillPlaces *places,
                         const char *name,
                         AnnexSkillOrigin origin,
                         GError **error);
/* The library has the user's own version of the skill of @origin now: what was given to that goes
 * with it. */
void
annex_skill_values_move_to_library (AnnexSkillPlaces *places,
                                    const char *name,
                                    AnnexSkillOrigin origin);
/* Before a skill @name comes into the library: an older version of Annex noted values without their
 * origin, and they are none of its. */
void
annex_skill_values_settle (AnnexSkillPlaces *places, const char *name);
/* What holds for @skill: the stored values that its needs allow, then their defaults. A folder is
 * its name in the computer, not its path here. (transfer full) */
JsonObject *
annex_skill_values_resolve (AnnexSkill *skill, JsonObject *stored);
/* Ids of needs without a value that are not optional. (transfer full) */
char **
annex_skill_values_find_missing (AnnexSkill *skill, JsonObject *resolved);

/* What the model gets for using the skill of @info, with the values that the user gave it.
 * (transfer full) */
AnnexSkillUse *
annex_skill_use_make (AnnexSkillPlaces *places,
                      const AnnexSkillInfo *info,
                      const char *arguments,
                      GError **error);

G_END_DECLS
