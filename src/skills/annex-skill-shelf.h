/* annex-skill-shelf.h
 *
 * Where skills are on the disk: Annex's own library with its versions, those that come with Annex,
 * those in a share the user trusts, and those in the home folder where the user wants them.
 * Blocking functions over plain paths; any thread.
 *
 *   DATA/skills/NAME/state.json   which version counts, and where each came from
 *   DATA/skills/NAME/VERSION/     the skill
 *   CONFIG/skills.json            what is off, trusted, and when each was used last
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-view.h"
#include "annex-skill.h"

G_BEGIN_DECLS

#define ANNEX_SKILL_MAX_VERSIONS 10

#define ANNEX_TYPE_SKILL_PLACES (annex_skill_places_get_type ())
typedef struct
{
  char *data;     /* …/annex/skills */
  char *config;   /* …/annex */
  char *built_in; /* nullable */
  char *home;     /* the user's home folder */
} AnnexSkillPlaces;
GType
annex_skill_places_get_type (void) G_GNUC_CONST;
/* The usual places. (transfer full) */
AnnexSkillPlaces *
annex_skill_places_new (void);
AnnexSkillPlaces *
annex_skill_places_copy (const AnnexSkillPlaces *self);
void
annex_skill_places_free (AnnexSkillPlaces *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSkillPlaces, annex_skill_places_free)

/* Every skill that a task with the shared @folders (nullable) can see, and those it cannot because
 * they are off or shadowed: AnnexSkillInfo elements by name. Of one name the first counts: a
 * trusted share, the library, the home folder, built in. A skill that cannot be read is listed with
 * its fault. (transfer full) */
GPtrArray *
annex_skill_shelf_scan (AnnexSkillPlaces *places, const char *const *folders);
/* The one of @name that counts; where none can be read, the first with its fault. NULL with
 * NOT_FOUND. (transfer full) */
AnnexSkillInfo *
annex_skill_shelf_find (AnnexSkillPlaces *places,
                        const char *name,
                        const char *const *folders,
                        GError **error);

/* The folder of the version of @name that counts in the library; NULL when it is not there.
 * (transfer full) */
char *
annex_skill_shelf_dup_installed (AnnexSkillPlaces *places, const char *name);
/* Moves the folder @staged (on the same file system) into the library as the newest version of
 * @name. A failure leaves things as they were. @source: where it came from, for people. *@version
 * (nullable, transfer full): the version's id. */
gboolean
annex_skill_shelf_install (AnnexSkillPlaces *places,
                           const char *name,
                           const char *staged,
                           const char *source,
                           char **version,
                           GError **error);
/* The version before counts again; @staying away, the newer one stays on the disk. NOT_FOUND when
 * there is none. */
gboolean
annex_skill_shelf_undo (AnnexSkillPlaces *places, const char *name, GError **error);
/* @version counts from now on. NOT_FOUND. */
gboolean
annex_skill_shelf_restore (AnnexSkillPlaces *places,
                           const char *name,
                           const char *version,
                           GError **error);
/* AnnexSkillVersion elements, the newest first. (transfer full) */
GPtrArray *
annex_skill_shelf_list_versions (AnnexSkillPlaces *places, const char *name);
/* Removes all versions. NOT_FOUND when it is not in the library. */
gboolean
annex_skill_shelf_remove (AnnexSkillPlaces *places, const char *name, GError **error);
/* Removes those of @versions that are there. Where the one that counted is among them, the newest
 * of the others counts from now on; where there is no other, the skill is removed. NOT_FOUND when
 * it is not in the library. */
gboolean
annex_skill_shelf_drop (AnnexSkillPlaces *places,
                        const char *name,
                        const char *const *versions,
                        GError **error);
/* A new empty folder beside the library, on its file system. (transfer full) */
char *
annex_skill_shelf_make_staging (AnnexSkillPlaces *places, GError **error);
/* Removes what a crash left. */
void
annex_skill_shelf_clean (AnnexSkillPlaces *places);

/* The user's settings about skills. */
gboolean
annex_skill_shelf_set_enabled (AnnexSkillPlaces *places,
                               const char *name,
                               gboolean enabled,
                               GError **error);
/* What the user said is remembered either way. */
gboolean
annex_skill_shelf_set_trusted (AnnexSkillPlaces *places,
                               const char *folder,
                               gboolean trusted,
                               GError **error);
/* Names of the skills in @folder/.agents/skills where the user has neither trusted nor refused it.
 * (transfer full) */
char **
annex_skill_shelf_find_untrusted (AnnexSkillPlaces *places, const char *folder);
/* Folders. NULL where it cannot be read which they are. (transfer full) */
char **
annex_skill_shelf_list_trusted (AnnexSkillPlaces *places, GError **error);
gboolean
annex_skill_shelf_get_look_in_home (AnnexSkillPlaces *places);
gboolean
annex_skill_shelf_set_look_in_home (AnnexSkillPlaces *places, gboolean look, GError **error);
/* Notes that it was used now. */
void
annex_skill_shelf_touch (AnnexSkillPlaces *places, const char *name);

G_END_DECLS
