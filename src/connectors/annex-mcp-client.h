/* annex-mcp-client.h
 *
 * One MCP server as a client sees it, of either generation of the protocol (2026-07-28 without
 * handshake, 2025-11-25 and older with one): starting, asking, progress, cancelling, what the
 * server asks back, changes of its lists. Knows no connector, no policy and no model. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-mcp-transport.h"

G_BEGIN_DECLS

/* Opens a new line to the server. Returns a future that resolves to an AnnexMcpTransport (object).
 */
typedef DexFuture *(*AnnexMcpOpenFunc) (gpointer data);
/* The server asks the user (MCP elicitation): @params as it sent them, untrusted, borrowed. Returns
 * a future that resolves to {"action": "accept"|"decline"|"cancel", "content"?} (JsonObject,
 * boxed). */
typedef DexFuture *(*AnnexMcpElicitFunc) (JsonObject *params, gpointer data);
/* How far a request is; @total < 0: not known; @text "" or untrusted. */
typedef void (*AnnexMcpProgressFunc) (double progress,
                                      double total,
                                      const char *text,
                                      gpointer data);

typedef struct
{
  const char *name;           /* what the call is about, for HTTP's headers; nullable */
  const char *const *headers; /* see AnnexMcpSend; nullable */
  AnnexMcpProgressFunc progress;
  gpointer progress_data; /* must live as long as the request */
  guint idle_ms;          /* without answer or progress; 0: 60 000 */
  guint whole_ms;         /* in all; 0: 1 800 000 */
} AnnexMcpRequestOptions;

#define ANNEX_TYPE_MCP_CLIENT (annex_mcp_client_get_type ())
G_DECLARE_FINAL_TYPE (AnnexMcpClient, annex_mcp_client, ANNEX, MCP_CLIENT, GObject)

/* Signal "changed" (const char *): the server's list of "tools", "prompts" or "resources" is
 * another one now. Signal "ended" (GError): the line to it is gone; the next request opens a new
 * one. */

/* Nothing is opened before the first request. */
AnnexMcpClient *
annex_mcp_client_new (AnnexMcpOpenFunc open, gpointer data, GDestroyNotify free_data);
/* NULL: a server that asks is told that nobody can be asked. Before the start. */
void
annex_mcp_client_set_elicit_func (AnnexMcpClient *self,
                                  AnnexMcpElicitFunc func,
                                  gpointer data,
                                  GDestroyNotify free_data);

/* Opens the line and finds out what the server speaks; callers at the same time share one start.
 * Resolves to TRUE; rejects with ANNEX_CONNECTOR_ERROR. */
DexFuture *
annex_mcp_client_start (AnnexMcpClient *self) G_GNUC_WARN_UNUSED_RESULT;
/* Starts it when needed and asks @method. @params (nullable) is copied. Resolves to the result, a
 * JsonObject (boxed); rejects with ANNEX_CONNECTOR_ERROR or, on @cancel, G_IO_ERROR_CANCELLED: the
 * server is told. */
DexFuture *
annex_mcp_client_request (AnnexMcpClient *self,
                          const char *method,
                          JsonObject *params,
                          const AnnexMcpRequestOptions *options,
                          DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* All pages of a list: @what is "tools", "prompts", "resources" or "resourceTemplates". A server
 * that does not have them has none. Resolves to a JsonArray (boxed), at most 10 000 long. */
DexFuture *
annex_mcp_client_list (AnnexMcpClient *self,
                       const char *what,
                       DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* Ends the line; requests under way reject ENDED. Resolves to TRUE. Before the last reference is
 * dropped. */
DexFuture *
annex_mcp_client_stop (AnnexMcpClient *self) G_GNUC_WARN_UNUSED_RESULT;

/* Known after a start; before it NULL, or FALSE. Untrusted. (borrowed) */
const char *
annex_mcp_client_get_server_name (AnnexMcpClient *self);
const char *
annex_mcp_client_get_instructions (AnnexMcpClient *self);
const char *
annex_mcp_client_get_version (AnnexMcpClient *self);
gboolean
annex_mcp_client_is_modern (AnnexMcpClient *self);
/* Has the server said that it has @what: "tools", "resources", "prompts"? */
gboolean
annex_mcp_client_has (AnnexMcpClient *self, const char *what);
gboolean
annex_mcp_client_is_started (AnnexMcpClient *self);

G_END_DECLS
