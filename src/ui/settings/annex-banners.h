/* annex-banners.h
 *
 * A line under the header bar for a lasting condition: no network, a refused key, a full disk, no
 * fast virtual machines. One at a time, the worst one; it opens the doctor page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "desk" (AnnexDesk, nullable); "check-id" (read only, nullable: of which check it
 * speaks). What works with a limit is told once: not again after its details were opened. */
#define ANNEX_TYPE_BANNERS (annex_banners_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBanners, annex_banners, ANNEX, BANNERS, AdwBin)

GtkWidget *
annex_banners_new (AnnexDesk *desk);
const char *
annex_banners_get_check_id (AnnexBanners *self); /* nullable */

G_END_DECLS
