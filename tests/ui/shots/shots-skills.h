/* shots-skills.h
 *
 * Skills and connectors for pictures and tests: real skills in the fake desk's library, and
 * connectors in every state.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-fake-connectors.h"
#include "annex-skill-keeper.h"

G_BEGIN_DECLS

/* Fills the library of @desk: some of every kind, one that is faulty, one with two versions. */
void
shots_add_skills (AnnexFakeDesk *desk);
/* A folder with a skill that is another version of one in the library, with programs, an address
 * and questions. (transfer full) */
char *
shots_make_offer (AnnexFakeDesk *desk);
/* A plugin's folder with two skills, a connector and parts that are not taken. (transfer full) */
char *
shots_make_plugin (AnnexFakeDesk *desk);
/* A folder with a skill by somebody who means ill: markup, turned words, long names. (transfer
 * full) */
char *
shots_make_hostile (AnnexFakeDesk *desk);
void
shots_add_connectors (AnnexFakeDesk *desk);
/* Writes @text to @path below @folder, with its folders. */
void
shots_write (const char *folder, const char *path, const char *text);

G_END_DECLS
