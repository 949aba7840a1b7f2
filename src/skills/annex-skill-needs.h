/* annex-skill-needs.h
 *
 * What a skill needs from its user: declared in the skill's metadata, filled in outside it, so that
 * the skill can be passed on without anything private.
 *
 *   metadata:
 *     annex.company: text              text, choice, folder or secret
 *     annex.company.label: Company     what the user is asked; else made from the id
 *     annex.company.help: As on your letters
 *     annex.company.default: ACME
 *     annex.company.optional: "yes"
 *     annex.format.options: PDF | Word of a choice
 *     annex.key.env: BANK_KEY          of a secret: the variable a command gets it in
 *
 * In the skill's texts {{annex.company}} stands for the value.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-need.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The needs that @metadata (an object of strings; nullable) declares, in its order. What is wrong
 * is said in @problems (char *, transfer full to it) and left out. (transfer full) */
GPtrArray *
annex_skill_needs_from_metadata (JsonObject *metadata, GPtrArray *problems);
/* The need of @id, borrowed; NULL when there is none. */
AnnexSkillNeed *
annex_skill_needs_find (GPtrArray *needs, const char *id);
/* Is @value one that @need can have? FALSE with G_IO_ERROR_INVALID_ARGUMENT. */
gboolean
annex_skill_need_check (const AnnexSkillNeed *need, const char *value, GError **error);
/* @text with {{annex.ID}} of each of @values (an object of strings) replaced. (transfer full) */
char *
annex_skill_needs_fill (const char *text, JsonObject *values);
gboolean
annex_skill_need_is_id (const char *id);

G_END_DECLS
