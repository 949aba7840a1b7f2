/* annex-skill-store.h
 *
 * The SkillLibrary port on the shelf: the same, off the main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-shelf.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_SKILL_STORE (annex_skill_store_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSkillStore, annex_skill_store, ANNEX, SKILL_STORE, GObject)

/* @places nullable: the usual ones. */
AnnexSkillLibrary *
annex_skill_store_new (AnnexSkillPlaces *places);
/* (borrowed) */
AnnexSkillPlaces *
annex_skill_store_get_places (AnnexSkillStore *self);

G_END_DECLS
