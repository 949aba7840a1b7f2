/* annex-oauth.h
 *
 * The user's sign-in to one connector over HTTP (OAuth 2.1 as MCP uses it): in the system's
 * browser, with the answer on a port of this machine; its tokens in the keyring, used for that
 * connector's address alone, renewed when they end, given back at sign-out. Knows no connector's
 * settings and no window. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-mcp-http.h"
#include "annex-secrets.h"

G_BEGIN_DECLS

/* The user has to sign in at @address, a page of @host (with its port; in letters that cannot be
 * mistaken): show the host, and open the page in the system's browser when the user agrees. Both
 * are borrowed. Returns a future that resolves when it was opened; it rejects when it cannot be, or
 * with G_IO_ERROR_CANCELLED when the user does not want it. */
typedef DexFuture *(*AnnexOauthOpenFunc) (const char *address, const char *host, gpointer data);

#define ANNEX_TYPE_OAUTH (annex_oauth_get_type ())
G_DECLARE_FINAL_TYPE (AnnexOauth, annex_oauth, ANNEX, OAUTH, GObject)

/* For the connector @id at @address (https, or http on this machine), which people know as @title.
 * NULL with ANNEX_CONNECTOR_ERROR_INVALID. (transfer full) */
AnnexOauth *
annex_oauth_new (AnnexSecrets *secrets,
                 const char *id,
                 const char *title,
                 const char *address,
                 GError **error);
/* Without it nobody can be asked: signing in rejects SIGN_IN. */
void
annex_oauth_set_open_func (AnnexOauth *self,
                           AnnexOauthOpenFunc func,
                           gpointer data,
                           GDestroyNotify free_data);
/* Called for every request of Annex's own; what the browser does is the user's. */
void
annex_oauth_set_traffic_func (AnnexOauth *self,
                              AnnexMcpTrafficFunc func,
                              gpointer data,
                              GDestroyNotify free_data);
/* An app that the user has made for Annex at the service; NULL: none. @secret may be NULL. */
void
annex_oauth_set_client (AnnexOauth *self, const char *id, const char *secret);
/* The address of the document that describes Annex (OAuth Client ID Metadata Document); NULL: there
 * is none. */
void
annex_oauth_set_document (AnnexOauth *self, const char *address);
/* How long one request may take (20 s), and the user's way through the browser (10 min). 0: as it
 * is. */
void
annex_oauth_set_limits (AnnexOauth *self, guint request_ms, guint answer_ms);

/* Signs the user in, with all that happens in between. @challenge: what the service said when it
 * refused (annex_mcp_http_get_challenge); NULL: as its attached connections saw it, or it is asked.
 * When it wants further permissions they
 * are asked for together with those there are. One at a time: a second call waits for the first.
 * Resolves to TRUE. Rejects with G_IO_ERROR_CANCELLED on @cancel and when the user does not want
 * it; else with ANNEX_CONNECTOR_ERROR: SIGN_IN (refused, or the answer was not the right one),
 * FORBIDDEN (it wants again what it has), INVALID (it needs a client id, or no sign-in), PROTOCOL,
 * UNREACHABLE, TIMED_OUT, LIMIT. What there was before stays until it succeeds. */
DexFuture *
annex_oauth_sign_in (AnnexOauth *self,
                     const char *challenge,
                     DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a token for the connector's address (string), renewed when it has ended or is
 * @refused (nullable); rejects SIGN_IN when the user has to sign in first, else as above. */
DexFuture *
annex_oauth_get_token (AnnexOauth *self, const char *refused) G_GNUC_WARN_UNUSED_RESULT;
/* Gives the tokens back to the service and removes them here. Resolves to whether the service has
 * taken them back (boolean); rejects with ANNEX_SECRETS_ERROR when they could not be removed here.
 */
DexFuture *
annex_oauth_sign_out (AnnexOauth *self) G_GNUC_WARN_UNUSED_RESULT;
/* The same without a word to the service, which may not be spoken to. Resolves to FALSE. */
DexFuture *
annex_oauth_forget (AnnexOauth *self) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to whether there are tokens (boolean). They may have ended. */
DexFuture *
annex_oauth_is_signed_in (AnnexOauth *self) G_GNUC_WARN_UNUSED_RESULT;

/* Gives @http the tokens of @self, which it keeps. */
void
annex_oauth_attach (AnnexOauth *self, AnnexMcpHttp *http);

G_END_DECLS
