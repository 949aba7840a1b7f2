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

/* The source of the versions that the user wrote. */
#define ANNEX_SKILL_SOURCE_HERE "Written here"

/* A file of ours. NULL with G_FILE_ERROR_NOENT where there is none, and with ANNEX_SKILL_ERROR
 * where it cannot be read or is damaged. (transfer full) */
JsonObject *
annex_skill_load_object (const char *path, GError **error);
/* The same to be changed and saved: empty where there is none. What cannot be read now is never
 * taken for empty, for then it would be lost with saving. (transfer full) */
JsonObject *
annex_skill_load_to_change (const char *path, GError **error);
/* The same to be looked at only: what cannot be read is empty, too. (transfer full) */
JsonObject *
annex_skill_load_to_look (const char *path);
/* Writes it whole or not at all, with its folder. */
gboolean
annex_skill_save_object (const char *path, JsonObject *object, GError **error);
/* Held while something is changed; two windows or a window and a command may do so. -1 on failure,
 * else to be closed. */
int
annex_skill_take_lock (AnnexSkillPlaces *places, GError **error);
/* CONFIG/skills.json, to be looked at. (transfer full) */
JsonObject *
annex_skill_settings_load (AnnexSkillPlaces *places);
/* The same for who says what is wrong with it. (transfer full) */
JsonObject *
annex_skill_settings_read (AnnexSkillPlaces *places, GError **error);
/* Is @value in the list @key? */
gboolean
annex_skill_settings_has (JsonObject *settings, const char *key, const char *value);
/* Puts @value into the list @key, or takes it out. */
gboolean
annex_skill_settings_set_in_list (AnnexSkillPlaces *places,
                                  const char *key,
                                  const char *value,
                                  gboolean there,
                                  GError **error);
/* @folder/.agents/skills, where it is a folder inside of @folder; *@root is what @folder really is.
 * (transfer full, nullable; *@root transfer full) */
char *
annex_skill_shelf_dup_skills_folder (const char *folder, char **root);
/* The skills in the folder @path alone, trusted or not. (transfer full) */
GPtrArray *
annex_skill_shelf_scan_folder (AnnexSkillPlaces *places, const char *path);
/* Names in the library, sorted. (transfer full) */
char **
annex_skill_state_list (AnnexSkillPlaces *places);
/* DATA/skills/NAME/state.json. NULL with NOT_FOUND where @name is not in the library, and with
 * another error where the file cannot be read or is damaged. (transfer full) */
JsonObject *
annex_skill_state_load (AnnexSkillPlaces *places, const char *name, GError **error);
/* The version that counts, {id, installed_us, source}; NULL when there is none. (borrowed) */
JsonObject *
annex_skill_state_get_current (JsonObject *state);

G_END_DECLS
