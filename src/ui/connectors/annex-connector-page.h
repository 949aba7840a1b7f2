/* annex-connector-page.h
 *
 * One connector: its state with the way out, what it is given, what it can do and by which rule,
 * and what changed since the user agreed to it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connectors.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_CONNECTOR_PAGE (annex_connector_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexConnectorPage,
                      annex_connector_page,
                      ANNEX,
                      CONNECTOR_PAGE,
                      AdwNavigationPage)

GtkWidget *
annex_connector_page_new (AnnexConnectors *connectors, const char *id);
const char *
annex_connector_page_get_id (AnnexConnectorPage *self);

G_END_DECLS
