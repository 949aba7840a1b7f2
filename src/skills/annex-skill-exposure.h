/* annex-skill-exposure.h
 *
 * What in a skill's texts looks private, before it is passed on: addresses, numbers of accounts and
 * cards, keys, paths, the user's name, names of shares. It finds what it can and promises no more:
 * the user decides about each. Blocking.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-view.h"
#include "annex-skill.h"

G_BEGIN_DECLS

/* Looks through all texts of @folder. @names (nullable): the user's; @shares (nullable): names of
 * folders; @values (nullable): {id: text} of the user's own values of the skill, those that are
 * references to secrets left out of the search: a question for one is the need it belongs to.
 * There is a limit to how many different texts are found: keys and values count first, wherever
 * they are, and files that hold more are among the unseen. (transfer full) */
AnnexExposures *
annex_exposures_find (const char *folder,
                      const char *const *names,
                      const char *const *shares,
                      JsonObject *values,
                      GError **error);
/* The real name and the login of who runs Annex, where they tell something. (transfer full) */
char **
annex_exposures_dup_user_names (void);
/* The changed texts: path → GBytes, for annex_skill_package_make. Each of @found has its choice. In
 * the front matter a question is a removal. SKILL.md is always written anew, with the new needs and
 * without keys that the format does not have. @name: that the skill has where it says none.
 * ANNEX_SKILL_ERROR_FAILED where @folder is no longer what was looked through. (transfer full) */
GHashTable *
annex_exposures_apply (const char *folder,
                       const char *name,
                       const AnnexExposures *found,
                       GError **error);

G_END_DECLS
