/* annex-skill-market.h
 *
 * Marketplaces: lists of plugins by strangers, pinned to what was fetched; and which plugins are
 * installed, from where. Blocking; what has to be fetched first is the caller's.
 *
 *   DATA/skills/.markets/NAME/state.json   address, commit, which folder counts
 *   DATA/skills/.markets/NAME/ID/          its files
 *   DATA/skills/.plugins.json              what is installed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-fetch.h"
#include "annex-skill-package.h"

G_BEGIN_DECLS

/* AnnexSkillMarket elements, by name; one that cannot be read has its fault. NULL where it cannot
 * be seen which there are. (transfer full) */
GPtrArray *
annex_skill_market_list (AnnexSkillPlaces *places, GError **error);
/* Where it came from. NULL with NOT_FOUND, or where that cannot be read. (transfer full) */
char *
annex_skill_market_dup_address (AnnexSkillPlaces *places, const char *name, GError **error);
/* Takes the staged folder @tree as a marketplace. @name (nullable): that it must have, when it is
 * an update. @commit nullable. ANNEX_SKILL_ERROR. (transfer full) */
AnnexSkillMarket *
annex_skill_market_install (AnnexSkillPlaces *places,
                            const char *tree,
                            const char *address,
                            const char *commit,
                            const char *name,
                            GError **error);
gboolean
annex_skill_market_remove (AnnexSkillPlaces *places, const char *name, GError **error);

/* Where the plugin @plugin of @market is. *@entry (transfer full): the marketplace's word about it.
 * Either *@folder, its files here, or *@source, to be fetched (both transfer full). */
gboolean
annex_skill_market_locate (AnnexSkillPlaces *places,
                           const char *market,
                           const char *plugin,
                           JsonObject **entry,
                           char **folder,
                           AnnexGitSource **source,
                           GError **error);

/* ---- installed plugins */

/* The offer of @package: what it holds, and what the installed one, if it came from the same place,
 * had besides.
 * @market and @commit nullable. (transfer full) */
AnnexSkillOffer *
annex_skill_offer_new (AnnexSkillPlaces *places,
                       AnnexSkillPackage *package,
                       const char *market,
                       const char *commit);
/* Installs @names (nullable: all) of @offer, all or none, and notes the plugin. */
gboolean
annex_skill_offer_install (AnnexSkillPlaces *places,
                           const AnnexSkillOffer *offer,
                           const char *const *names,
                           GError **error);
/* AnnexSkillPlugin elements, by name. NULL where it cannot be read which there are. (transfer full)
 */
GPtrArray *
annex_skill_plugins_list (AnnexSkillPlaces *places, GError **error);
/* Removes it with the versions of skills that came with it; what the user or somebody else put
 * under the same names stays, and counts. NOT_FOUND. */
gboolean
annex_skill_plugins_remove (AnnexSkillPlaces *places, const char *plugin, GError **error);
/* {"market", "source", "stamp", "version", "commit", "installed_us", "skills": [{"name",
 * "versions": […]}]} of the installed plugin; NULL. (transfer full) */
JsonObject *
annex_skill_plugins_find (AnnexSkillPlaces *places, const char *plugin);

G_END_DECLS
