/* annex-skill-words.h
 *
 * The window's words for skills. What comes from a skill is untrusted and is cleaned here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-keeper.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* "expense-report" → "Expense report". (transfer full) */
char *
annex_skill_dup_title (const char *name);
/* "Came with Annex", "Yours", "In a shared folder" … Translated, borrowed. */
const char *
annex_skill_origin_words (AnnexSkillOrigin origin);
/* What a skill may do, in a few words: "Runs programs · Names 2 hosts", or "Instructions only".
 * (transfer full) */
char *
annex_skill_dup_abilities (const AnnexSkillView *view);
/* The source of a version, for display. (transfer full) */
char *
annex_skill_dup_source (const char *source);
/* Where it came from and when it was used last. (transfer full) */
char *
annex_skill_dup_provenance (const AnnexSkillInfo *info);
/* How many values the user still has to give. */
guint
annex_skill_count_missing (const AnnexSkillView *view);
/* "New", "Changed", "Removed"; "" of what is the same. Translated, borrowed. */
const char *
annex_skill_change_words (AnnexSkillChange change);
/* "E-mail address", "Account or card number" … Translated, borrowed. */
const char *
annex_exposure_words (AnnexExposureKind kind);
/* Says at the foot of @widget's window what went wrong. Nothing of a cancellation. */
void
annex_skill_tell (GtkWidget *widget, const GError *error);

G_END_DECLS
