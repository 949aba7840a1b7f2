/* annex-oauth-listener.h
 *
 * Where the user's browser brings the answer of a sign-in: a port of this machine's own, taken by
 * chance, that takes one request (RFC 8252 §7.3): the first that bears the sign-in's state, which
 * nobody else knows. Whatever else knocks is turned away and changes nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector.h"

#include <libdex.h>

G_BEGIN_DECLS

#define ANNEX_OAUTH_PATH "/annex/sign-in"

#define ANNEX_TYPE_OAUTH_LISTENER (annex_oauth_listener_get_type ())
G_DECLARE_FINAL_TYPE (AnnexOauthListener, annex_oauth_listener, ANNEX, OAUTH_LISTENER, GObject)

/* Listens from now until it is finalised, for an answer with @state. NULL with ANNEX_CONNECTOR_ERROR_UNREACHABLE.
 * (transfer full) */
AnnexOauthListener *
annex_oauth_listener_new (const char *state, GError **error);
/* "http://127.0.0.1:PORT" ANNEX_OAUTH_PATH. (borrowed) */
const char *
annex_oauth_listener_get_address (AnnexOauthListener *self);
/* Resolves to the query of that request (string). What else is in it is untrusted. */
DexFuture *
annex_oauth_listener_wait (AnnexOauthListener *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
