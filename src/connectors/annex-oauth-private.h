/* annex-oauth-private.h
 *
 * Shared by the files of AnnexOauth.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-oauth-grant.h"
#include "annex-oauth-request.h"
#include "annex-oauth.h"

G_BEGIN_DECLS

struct _AnnexOauth
{
  GObject parent_instance;

  AnnexSecrets *secrets;
  char *secret_id;
  char *title;
  char *address;
  AnnexOauthClient client; /* id NULL: none was made */
  char *document;
  guint request_ms;
  guint answer_ms;
  AnnexOauthOpenFunc open;
  gpointer open_data;
  GDestroyNotify open_free;
  AnnexMcpTrafficFunc traffic;
  gpointer traffic_data;
  GDestroyNotify traffic_free;

  AnnexOauthGrant *grant; /* nullable */
  char *wanted;           /* nullable: the challenge of a service that wants more permissions */
  gboolean looked;        /* the keyring was asked for it */
  guint n_sign_outs;
  DexFuture *renewing;    /* nullable; kept */
  DexFuture *signing_in;  /* nullable; kept */
};

/* In a fiber: how the connector's own requests go. */
void
annex_oauth_way_init (AnnexOauth *self, AnnexOauthWay *way, DexFuture *cancel);
/* In a fiber: the grant, from the keyring when it was not asked yet; NULL: none. (borrowed, until
 * the next await) */
AnnexOauthGrant *
annex_oauth_look (AnnexOauth *self);
/* In a fiber: @grant (taken) is the grant from now on. SIGN_IN when it cannot be kept. */
gboolean
annex_oauth_keep (AnnexOauth *self, AnnexOauthGrant *grant, GError **error);
/* In a fiber: one request to the token address. An answer of 4xx is SIGN_IN with its reason in a
 * sentence, and @code (nullable, transfer full) is what it says. (transfer full) */
JsonObject *
annex_oauth_ask_token (AnnexOauth *self,
                       const AnnexOauthWay *way,
                       const char *address,
                       const AnnexOauthClient *client,
                       char *form,
                       char **code,
                       GError **error);
/* In a fiber, annex-oauth-sign-in.c: a sign-in from its beginning to the tokens. (transfer full) */
AnnexOauthGrant *
annex_oauth_go (AnnexOauth *self, const char *challenge, DexFuture *cancel, GError **error);

G_END_DECLS
