/* annex-skill-row.h
 *
 * A skill in the library, and its card: what it is for, what it may do, where it came from, when it
 * was used last, and whether it is on. What it may do is read when the card is first seen.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-keeper.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signal "changed" (): what is known of it. */
#define ANNEX_TYPE_SKILL_ITEM (annex_skill_item_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSkillItem, annex_skill_item, ANNEX, SKILL_ITEM, GObject)

/* @keeper nullable: then nothing more is read. */
AnnexSkillItem *
annex_skill_item_new (AnnexSkillKeeper *keeper, const AnnexSkillInfo *info);
const AnnexSkillInfo *
annex_skill_item_get_info (AnnexSkillItem *self);
/* Does @words (nullable) stand in its name or description? Case does not matter. */
gboolean
annex_skill_item_matches (AnnexSkillItem *self, const char *words);

/* Signal "switched" (name, enabled). */
#define ANNEX_TYPE_SKILL_ROW (annex_skill_row_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSkillRow, annex_skill_row, ANNEX, SKILL_ROW, AdwBin)

GtkWidget *
annex_skill_row_new (void);
/* @item nullable. */
void
annex_skill_row_set_item (AnnexSkillRow *self, AnnexSkillItem *item);
/* What a screen reader says of the whole card. (transfer full) */
char *
annex_skill_row_dup_words (AnnexSkillRow *self);

G_END_DECLS
