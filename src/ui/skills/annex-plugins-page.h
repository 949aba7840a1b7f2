/* annex-plugins-page.h
 *
 * Where skills come from besides single files: plugins, marketplaces that list them, folders that
 * the user trusts, and the skills of other apps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-keeper.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signal "offer" (AnnexSkillOffer): to be looked at before it is installed. */
#define ANNEX_TYPE_PLUGINS_PAGE (annex_plugins_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPluginsPage, annex_plugins_page, ANNEX, PLUGINS_PAGE, AdwNavigationPage)

GtkWidget *
annex_plugins_page_new (AnnexSkillKeeper *keeper);

G_END_DECLS
