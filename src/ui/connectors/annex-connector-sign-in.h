/* annex-connector-sign-in.h
 *
 * Signing in to a connector's service: says at which host, opens its page in the user's browser
 * when they want that, and waits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connectors.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* As annex_connectors_sign_in. @cancel is rejected when the user closes the dialog. */
DexFuture *
annex_connector_sign_in (GtkWidget *parent,
                         AnnexConnectors *connectors,
                         const AnnexConnectorInfo *info,
                         DexPromise *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* The dialog over @parent, if there is one, has no more use. */
void
annex_connector_sign_in_close (GtkWidget *parent);

G_END_DECLS
