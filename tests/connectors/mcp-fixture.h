/* mcp-fixture.h
 *
 * An MCP client and the fake server it speaks to, over streams or HTTP, for tests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"
#include "annex-mcp-client.h"

G_BEGIN_DECLS

typedef struct
{
  const char *era;
  gboolean http;
} McpWay;

#define MCP_N_WAYS 4

extern const McpWay mcp_ways[MCP_N_WAYS];

typedef struct
{
  AnnexMcpClient *client;
  AnnexProcess *server; /* the HTTP server; over streams each line starts its own */
  GStrv arguments;
  char *address;
  const char *token;
  const char *choice;   /* what the user answers */
  DexPromise *thinking; /* nullable: the user answers when it resolves */
  DexPromise *late;     /* nullable: lines are opened when it resolves */
  GPtrArray *asked;     /* char * */
  GPtrArray *progress;
  guint changes;
  guint ends;
  guint opened;
  guint64 sent, received;
  gint64 begun; /* exchanges */
  guint refused_listens; /* so many times the ledger cannot be written before one */
  guint listen_pause_ms; /* between two, 0: as ever */
} McpCase;

/* @...: further arguments of the server's, NULL at the end. */
McpCase *
mcp_case_new (const McpWay *way, ...);
/* Stops it, and waits until its processes are gone. */
void
mcp_case_free (McpCase *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCase, mcp_case_free)

/* Calls @tool with @arguments, JSON. */
DexFuture *
mcp_case_call (McpCase *self, const char *tool, const char *arguments, DexFuture *cancel);
/* The text of the first part of a call's @result. (transfer full) */
char *
mcp_case_first_text (JsonObject *result);

/* Runs the main loop until @future is settled. */
void
mcp_case_settle (DexFuture *future);
/* Its boxed value (transfer full), or NULL with its error. Takes @future. */
gpointer
mcp_case_take_object (DexFuture *future, GError **error);
/* Did it resolve? Takes @future. */
gboolean
mcp_case_take_true (DexFuture *future, GError **error);

G_END_DECLS
