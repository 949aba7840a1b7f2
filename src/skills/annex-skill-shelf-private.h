/* annex-skill-shelf-private.h
 *
 * The files that the shelf keeps about skills.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"
#include "annex-skill-private.h"
#include "annex-skill-shelf.h"

G_BEGIN_DECLS

/* CONFIG/skills.json; empty where it is absent or damaged. (transfer full) */
JsonObject *
annex_skill_settings_load (AnnexSkillPlaces *places);
/* Is @value in the list @key? */
gboolean
annex_skill_settings_has (JsonObject *settings, const char *key, const char *value);
/* Names in the library, sorted. (transfer full) */
char **
annex_skill_state_list (AnnexSkillPlaces *places);
/* DATA/skills/NAME/state.json; NULL where it is absent or damaged. (transfer full) */
JsonObject *
annex_skill_state_load (AnnexSkillPlaces *places, const char *name);
/* The version that counts, {id, installed_us, source}; NULL when there is none. (borrowed) */
JsonObject *
annex_skill_state_get_current (JsonObject *state);

G_END_DECLS
