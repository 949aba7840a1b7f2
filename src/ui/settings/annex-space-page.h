/* annex-space-page.h
 *
 * What takes space on the disk, task by task, and giving it back. A page of the preferences.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_SPACE_PAGE (annex_space_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSpacePage, annex_space_page, ANNEX, SPACE_PAGE, AdwNavigationPage)

/* (transfer floating) */
AdwNavigationPage *
annex_space_page_new (AnnexDesk *desk);

G_END_DECLS
