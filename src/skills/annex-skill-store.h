/* annex-skill-store.h
 *
 * The SkillLibrary and SkillKeeper ports on the shelf: the same, off the main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-secrets.h"
#include "annex-skill-keeper.h"
#include "annex-skill-shelf.h"
#include "annex-store.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_SKILL_STORE (annex_skill_store_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSkillStore, annex_skill_store, ANNEX, SKILL_STORE, GObject)

/* @places nullable: the usual ones. */
AnnexSkillLibrary *
annex_skill_store_new (AnnexSkillPlaces *places);
/* In a fiber: where secret values go; borrowed. */
typedef AnnexSecrets *(*AnnexSkillSecretsFunc) (gpointer data);
/* Where secret values go, and where it is written down what is fetched; all nullable: without the
 * one no secret can be set, without the other nothing is fetched. */
void
annex_skill_store_set_ports (AnnexSkillStore *self,
                             AnnexStore *ledger,
                             AnnexSkillSecretsFunc get_secrets,
                             gpointer data);
/* (borrowed) */
AnnexSkillPlaces *
annex_skill_store_get_places (AnnexSkillStore *self);

G_END_DECLS
