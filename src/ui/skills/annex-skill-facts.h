/* annex-skill-facts.h
 *
 * What a skill is and may do, as groups of rows: what runs, which addresses it names, what it needs
 * from the user, what is wrong with it, its instructions and every file; and one file of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-keeper.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Adds the groups to @page. A row of a file activates the action facts.open ((ss): skill, path).
 * @offered: it is not installed yet: what changes, and what it asks for, is said too. */
void
annex_skill_facts_add (AdwPreferencesPage *page, const AnnexSkillView *view, gboolean offered);
/* Takes all groups out that were added. */
void
annex_skill_facts_clear (AdwPreferencesPage *page);
/* What changes in it against the installed version, as a page: @diff unified. */
GtkWidget *
annex_skill_diff_page_new (const char *path, const char *diff);
/* One file as a page: @bytes (taken) resolves to its GBytes. */
GtkWidget *
annex_skill_file_page_new (const char *path, DexFuture *bytes);
/* The part of @view at @path. (borrowed, nullable) */
const AnnexSkillPart *
annex_skill_view_find_part (const AnnexSkillView *view, const char *path);

G_END_DECLS
