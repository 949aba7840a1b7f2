/* annex-oauth-grant.h
 *
 * What the user's sign-in to one service gave: tokens, bound to the service they are for and to the
 * server that issued them, and how to get the next ones. Its JSON lies in the keyring and nowhere
 * else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector.h"
#include "annex-json.h"

G_BEGIN_DECLS

/* How Annex is known to a server that signs in. */
typedef struct
{
  char *id;
  char *secret;  /* nullable */
  gboolean post; /* its secret goes in the body */
} AnnexOauthClient;

typedef struct
{
  char *issuer;
  char *resource; /* what the tokens are for, as it is called in requests for them */
  char *address;  /* the connector's, for which alone they are used */
  char *scope;    /* nullable */
  char *token_address;
  char *revocation_address; /* nullable */
  AnnexOauthClient client;
  char *access_token;
  char *refresh_token; /* nullable */
  gint64 expires_s;    /* wall clock; 0: not known */
} AnnexOauthGrant;

/* (transfer full) */
AnnexOauthGrant *
annex_oauth_grant_new (void);
void
annex_oauth_grant_free (AnnexOauthGrant *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexOauthGrant, annex_oauth_grant_free)

/* As it was kept; NULL when it is none or belongs to another address than @address: it is not used
 * for it. (transfer full) */
AnnexOauthGrant *
annex_oauth_grant_from_text (const char *text, const char *address);
/* For the keyring. (transfer full) */
char *
annex_oauth_grant_to_text (const AnnexOauthGrant *self);

/* Takes the tokens of an answer of the token address (RFC 6749 §5.1): what it does not name stays,
 * but for the time they last. Nothing is changed on ANNEX_CONNECTOR_ERROR_PROTOCOL. */
gboolean
annex_oauth_grant_take (AnnexOauthGrant *self, JsonObject *answer, GError **error);
/* Will the access token be refused within half a minute? */
gboolean
annex_oauth_grant_is_over (const AnnexOauthGrant *self);

/* A form's body of name, value, … NULL; pairs with a NULL value are left out. (transfer full) */
char *
annex_oauth_form (const char *name, ...) G_GNUC_NULL_TERMINATED;
/* @form (taken) with what names @client, and the Authorization header when it has a secret that
 * goes there (transfer full; NULL: none). (transfer full) */
char *
annex_oauth_client_sign (const AnnexOauthClient *client, char *form, char **authorization);
/* The reason of a refusal (RFC 6749 §5.2) for people, in one short line. (transfer full) */
char *
annex_oauth_dup_reason (const char *error, const char *description);

G_END_DECLS
