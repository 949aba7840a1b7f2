/* annex-skills-page.h
 *
 * The library of skills: a card for each, searched by words; behind a card the skill's own page;
 * and what is about to be installed, before it is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"
#include "annex-skill-keeper.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Property: "desk" (nullable). Signals: "try-skill" (name): a new task with it; "add-connector"
 * (text): what a plugin brings, to be looked at. */
#define ANNEX_TYPE_SKILLS_PAGE (annex_skills_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSkillsPage, annex_skills_page, ANNEX, SKILLS_PAGE, AdwBin)

GtkWidget *
annex_skills_page_new (AnnexDesk *desk);
/* The skill called @name (nullable: the library). Waits for the desk when it is not there yet. */
void
annex_skills_page_show (AnnexSkillsPage *self, const char *name);
/* Shows what is in @file, an archive or a folder, and offers to install it. Waits for the desk. */
void
annex_skills_page_open (AnnexSkillsPage *self, GFile *file);
/* The editor with @draft, which is in no library yet. */
void
annex_skills_page_edit (AnnexSkillsPage *self, const AnnexSkillDraft *draft);
/* Lets a draft be written out of the task @task_id, then shows the editor with it. */
void
annex_skills_page_make (AnnexSkillsPage *self, const char *task_id);

G_END_DECLS
