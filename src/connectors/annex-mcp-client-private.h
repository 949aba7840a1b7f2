/* annex-mcp-client-private.h
 *
 * Shared by the files of AnnexMcpClient.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-mcp-client.h"

G_BEGIN_DECLS

#define ANNEX_MCP_MODERN_VERSION "2026-07-28"

struct _AnnexMcpClient
{
  GObject parent_instance;

  AnnexMcpOpenFunc open;
  gpointer open_data;
  GDestroyNotify open_free;
  AnnexMcpElicitFunc elicit;
  gpointer elicit_data;
  GDestroyNotify elicit_free;

  AnnexMcpTransport *transport; /* NULL: no line */
  DexFuture *starting;          /* NULL: not started; else the start, done or not */
  GHashTable *pending;          /* gint64 id: Pending */
  gint64 last_id;
  gboolean modern;
  gboolean spoke_once; /* which generation it is of is known */
  gboolean listening;
  DexFuture *closing; /* nullable; kept: lines that ended are being closed */
  GError *end;        /* why there is no line; NULL: there is one, or none was opened yet */
  DexPromise *stop;   /* resolved while it is switched off */
  guint n_stopping;
  guint n_answers;    /* on their way to the server */
  guint n_elicits;    /* questions of the server's that are open */

  char *version;
  char *server_name;
  char *instructions;
  JsonObject *capabilities;
};

/* One request and its answer on an open line, in a fiber. (transfer full) */
JsonObject *
annex_mcp_client_exchange (AnnexMcpClient *self,
                           const char *method,
                           JsonObject *params,
                           const AnnexMcpRequestOptions *options,
                           DexFuture *cancel,
                           gint64 *code,
                           GError **error);
/* Sends what needs no answer. */
void
annex_mcp_client_post (AnnexMcpClient *self, const char *method, char *text);
/* Rejects every request under way with copies of @error. */
void
annex_mcp_client_fail_pending (AnnexMcpClient *self, const GError *error);
/* Opens the line, in a fiber; ENDED when it is switched off meanwhile. */
gboolean
annex_mcp_client_open_line (AnnexMcpClient *self, GError **error);
/* A server may answer and end in one breath: is the line still there when the answer is looked at?
 */
gboolean
annex_mcp_client_check_line (AnnexMcpClient *self, GError **error);
/* Forgets the line without closing it. (transfer full) (nullable) */
AnnexMcpTransport *
annex_mcp_client_let_go (AnnexMcpClient *self);
/* Closes it, in a fiber. */
void
annex_mcp_client_close_line (AnnexMcpClient *self);
/* The line is of no further use: closes it, and says why. Takes @error. */
void
annex_mcp_client_end (AnnexMcpClient *self, GError *error);
/* The error of what its user ended. (transfer full) */
GError *
annex_mcp_client_switched_off (void);
/* Takes what the transport brings. */
void
annex_mcp_client_take_message (AnnexMcpClient *self, AnnexRpcMessage *message);
/* What a server may ask of Annex, as its protocol wants it declared. (transfer full) */
JsonObject *
annex_mcp_client_capabilities (AnnexMcpClient *self);
/* Asks the user, or declines where nobody can be asked. In a fiber. (transfer full) */
JsonObject *
annex_mcp_client_elicit (AnnexMcpClient *self, JsonObject *params);
void
annex_mcp_client_emit_changed (AnnexMcpClient *self, const char *what);
void
annex_mcp_client_emit_ended (AnnexMcpClient *self, GError *error);

G_END_DECLS
