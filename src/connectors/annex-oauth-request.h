/* annex-oauth-request.h
 *
 * One request of a sign-in and its answer, a JSON object: limits on size and time, no redirects, no
 * cookies, no private address unless the user's own connector is at one. Knows no step of a
 * sign-in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"
#include "annex-mcp-http.h"

G_BEGIN_DECLS

#define ANNEX_OAUTH_MAX_BYTES (256u * 1024u)

/* What all requests of one sign-in share; everything is borrowed. */
typedef struct
{
  gboolean local;   /* places in this machine and its network may be asked */
  guint timeout_ms; /* of a whole request */
  AnnexMcpTrafficFunc traffic;
  gpointer traffic_data;
  DexFuture *cancel; /* nullable */
} AnnexOauthWay;

typedef struct
{
  const char *address;       /* checked already */
  const char *type;          /* of the body; NULL: GET */
  const char *body;          /* nullable; may hold secrets */
  const char *authorization; /* nullable */
} AnnexOauthRequest;

/* In a fiber: the answer's object, and its HTTP @status, 2xx or 4xx. NULL with
 * ANNEX_CONNECTOR_ERROR (UNREACHABLE, TIMED_OUT, LIMIT, PROTOCOL: no object, or it leads elsewhere)
 * or G_IO_ERROR_CANCELLED. With @may_be_empty an answer that is no object is an empty one.
 * (transfer full) */
JsonObject *
annex_oauth_request_run (const AnnexOauthRequest *self,
                         const AnnexOauthWay *way,
                         gboolean may_be_empty,
                         guint *status,
                         GError **error);

/* In a fiber: how the answer begins: its @status and its @challenge (transfer full; NULL: none).
 * FALSE with an error as above. */
gboolean
annex_oauth_request_probe (const AnnexOauthRequest *self,
                           const AnnexOauthWay *way,
                           guint *status,
                           char **challenge,
                           GError **error);

/* In a fiber: is @host one of this machine or its network, by its name or by what that leads to? A
 * name that is not found is not. */
gboolean
annex_oauth_host_is_local (const char *host, const AnnexOauthWay *way);

G_END_DECLS
