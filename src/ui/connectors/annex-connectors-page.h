/* annex-connectors-page.h
 *
 * The user's connectors: those that wait for the user first, each with its state in plain words;
 * behind each its own page, and adding one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Property: "desk" (nullable). */
#define ANNEX_TYPE_CONNECTORS_PAGE (annex_connectors_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexConnectorsPage, annex_connectors_page, ANNEX, CONNECTORS_PAGE, AdwBin)

GtkWidget *
annex_connectors_page_new (AnnexDesk *desk);
/* The page of the connector @id (nullable: the list). */
void
annex_connectors_page_show (AnnexConnectorsPage *self, const char *id);
/* The dialog that adds one, with @text (nullable) filled in and understood. */
void
annex_connectors_page_add (AnnexConnectorsPage *self, const char *text);

G_END_DECLS
