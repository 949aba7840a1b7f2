/* annex-cli-skills-private.h
 *
 * Shared by the files of `annex skills`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-cli.h"
#include "annex-skill-keeper.h"

G_BEGIN_DECLS

void
annex_cli_print_offer (const AnnexSkillOffer *offer, gboolean json);
/* Reads one line of the user's. NULL at the end of the input. (transfer full) */
char *
annex_cli_read_answer (const char *prompt, gboolean hidden);
/* In a fiber: asks, unless @yes, and installs all of @offer. Returns an exit status. */
int
annex_cli_install_offer (AnnexSkillKeeper *keeper, const AnnexSkillOffer *offer, gboolean yes);

/* In a fiber; @words NULL-terminated. */
int
annex_cli_skills_make (char **words, const char *output, gboolean json);
int
annex_cli_skills_market (char **words, gboolean json);
int
annex_cli_skills_plugin (char **words, gboolean json, gboolean yes);

G_END_DECLS
