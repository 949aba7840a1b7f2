/* annex-oauth-metadata.h
 *
 * What a service says about signing in to it, read and judged: the challenge of a refusal
 * (RFC 6750, RFC 9728 §5.1), the metadata of the service (RFC 9728) and of the server that signs
 * people in (RFC 8414, OpenID Connect Discovery), and where both are looked for. Pure. All of it is
 * untrusted text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector.h"
#include "annex-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* ---- addresses */

/* May a sign-in use @address? It must be https without user name or fragment; where @local (the
 * user's own connector is in this machine or network) it may name such a place too, and http on
 * this machine. ANNEX_CONNECTOR_ERROR_PROTOCOL; @what names it in the sentence: "sign-in page",
 * marked with NC_() in the context "part of a service". */
gboolean
annex_oauth_check_address (const char *address, gboolean local, const char *what, GError **error);
/* The host of @address as it goes over the wire, for people: "accounts.example.org", with its port
 * unless it is the usual one; NULL when it has none. (transfer full) */
char *
annex_oauth_dup_host (const char *address);
/* How the connector at @address is called in requests for a token (RFC 8707; MCP): scheme and host
 * in lower case, no fragment, no slash that stands alone. (transfer full) */
char *
annex_oauth_dup_resource (const char *address);
/* Is @address, or a folder above it, @resource? */
gboolean
annex_oauth_resource_covers (const char *resource, const char *address);
/* Where the metadata of the connector at @address may be, the best first; the last place is the
 * root of its host. (transfer full) */
char **
annex_oauth_resource_places (const char *address);
/* Where the metadata of @issuer may be, in the order that MCP wants. (transfer full) */
char **
annex_oauth_server_places (const char *issuer);

/* ---- what services say */

typedef struct
{
  char *metadata; /* nullable: where the service's metadata is */
  char *scope;    /* nullable: what has to be asked for, cleaned */
  char *error;    /* nullable: invalid_token, insufficient_scope … */
} AnnexOauthChallenge;
/* The first Bearer challenge of a WWW-Authenticate header (NULL: none); all NULL when it has none.
 * (transfer full) */
AnnexOauthChallenge *
annex_oauth_challenge_new (const char *header);
void
annex_oauth_challenge_free (AnnexOauthChallenge *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexOauthChallenge, annex_oauth_challenge_free)

/* The words of @first and @second (nullable both) without repetition, less what no scope can be;
 * NULL when none is left. (transfer full) */
char *
annex_oauth_join_scopes (const char *first, const char *second);
/* Are all words of @wanted among those of @granted? Either may be NULL: none. */
gboolean
annex_oauth_has_scopes (const char *granted, const char *wanted);

typedef struct
{
  char *resource; /* as it calls itself; covers the connector's address */
  char *server;   /* the issuer of tokens it names first */
  char *scope;    /* nullable: all that it knows */
} AnnexOauthService;
/* Metadata of the connector at @address. ANNEX_CONNECTOR_ERROR_PROTOCOL. (transfer full) */
AnnexOauthService *
annex_oauth_service_new (JsonObject *json, const char *address, gboolean local, GError **error);
void
annex_oauth_service_free (AnnexOauthService *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexOauthService, annex_oauth_service_free)

typedef struct
{
  char *issuer;
  char *authorization; /* the page the user's browser goes to */
  char *token;
  char *registration; /* nullable */
  char *revocation;   /* nullable */
  gboolean documents; /* takes a client id that is the address of a document */
  gboolean says_iss;  /* always names itself in its answer (RFC 9207) */
  gboolean offline;   /* knows offline_access */
  gboolean post;      /* takes an app's secret in the body only */
} AnnexOauthServer;
/* Metadata of @issuer: it must say that it is that one, that it does PKCE with S256, and where its
 * pages are. ANNEX_CONNECTOR_ERROR_PROTOCOL. (transfer full) */
AnnexOauthServer *
annex_oauth_server_new (JsonObject *json, const char *issuer, gboolean local, GError **error);
void
annex_oauth_server_free (AnnexOauthServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexOauthServer, annex_oauth_server_free)

G_END_DECLS
