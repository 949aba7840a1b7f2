/* annex-mcp-http.h
 *
 * MCP over Streamable HTTP: each message is a POST of its own, answered by JSON or by server-sent
 * events. https, or plain http on this machine; no redirects, no cookies.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-mcp-traffic.h"
#include "annex-mcp-transport.h"

G_BEGIN_DECLS

/* A token for the service: a future that resolves to a string. @refused: it did not take that one;
 * NULL: any. Rejects SIGN_IN when there is none, and the message goes without. */
typedef DexFuture *(*AnnexMcpTokenFunc) (const char *refused, gpointer data);
/* The service refused what its token does not allow; @challenge is what it said (borrowed,
 * untrusted). */
typedef void (*AnnexMcpChallengeFunc) (const char *challenge, gpointer data);

#define ANNEX_TYPE_MCP_HTTP (annex_mcp_http_get_type ())
G_DECLARE_FINAL_TYPE (AnnexMcpHttp, annex_mcp_http, ANNEX, MCP_HTTP, GObject)

/* May it be one at all? https, or http on this machine. ANNEX_CONNECTOR_ERROR_INVALID. */
gboolean
annex_mcp_http_check_address (const char *address, GError **error);
/* NULL with ANNEX_CONNECTOR_ERROR_INVALID, whose text does not repeat the address. (transfer full)
 */
AnnexMcpTransport *
annex_mcp_http_new (const char *address, GError **error);
/* Sent as "Authorization: Bearer" with every message; NULL: none. */
void
annex_mcp_http_set_token (AnnexMcpHttp *self, const char *token);
/* @func is asked before each message, and once more when the service refuses with 401. @wanted
 * (nullable) is told of a 403 that further permissions would mend. */
void
annex_mcp_http_set_token_func (AnnexMcpHttp *self,
                               AnnexMcpTokenFunc func,
                               AnnexMcpChallengeFunc wanted,
                               gpointer data,
                               GDestroyNotify free_data);
/* Further headers of the user's: name, value, … NULL. Those the protocol needs cannot be replaced.
 */
void
annex_mcp_http_set_headers (AnnexMcpHttp *self, const char *const *headers);
void
annex_mcp_http_set_traffic_func (AnnexMcpHttp *self,
                                 AnnexMcpTrafficFunc func,
                                 gpointer data,
                                 GDestroyNotify free_data);
/* Each exchange is told in the ledger of @store, which is kept until the last one has ended:
 * whoever began them may be gone by then. @task_id: nullable. */
void
annex_mcp_http_set_ledger (AnnexMcpHttp *self, AnnexStore *store, const char *task_id);
/* What the last 401 or 403 said in WWW-Authenticate, untrusted; NULL when there was none.
 * (borrowed)
 */
const char *
annex_mcp_http_get_challenge (AnnexMcpHttp *self);

G_END_DECLS
