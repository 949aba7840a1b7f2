/* annex-mcp-tool.h
 *
 * One tool as an MCP server declares it, checked; and the HTTP headers its arguments are repeated
 * in (MCP 2026-07-28, x-mcp-header). Pure. All of it is untrusted text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector.h"
#include "annex-json.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_MCP_TOOL (annex_mcp_tool_get_type ())
typedef struct
{
  char *name;         /* as the server calls it */
  char *title;        /* never empty: the name when it gives none */
  char *description;  /* may be "" */
  JsonObject *schema; /* of its arguments: an object type */
  AnnexConnectorEffect effect; /* readOnlyHint: READ; anything else it says: WRITE */
  gboolean destructive; /* a write that may delete or overwrite */
} AnnexMcpTool;
GType
annex_mcp_tool_get_type (void) G_GNUC_CONST;
/* From an element of tools/list. ANNEX_CONNECTOR_ERROR_PROTOCOL: it cannot be used; the text says
 * why. (transfer full) */
AnnexMcpTool *
annex_mcp_tool_new (JsonNode *declared, GError **error);
AnnexMcpTool *
annex_mcp_tool_copy (const AnnexMcpTool *self);
void
annex_mcp_tool_free (AnnexMcpTool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexMcpTool, annex_mcp_tool_free)

/* The headers of a call with @arguments: name, value, … NULL; without such an argument none. Values
 * that a header cannot hold as they are go as =?base64?…?=. (transfer full) */
char **
annex_mcp_tool_dup_headers (const AnnexMcpTool *self, JsonObject *arguments);

/* The name the model calls it by: "<connector>__<tool>" of the characters that model providers
 * take, at most 128 long; a hash stands for what had to be changed, so that two tools never share
 * one. The connector's own id has these characters already. (transfer full) */
char *
annex_mcp_tool_dup_model_name (const char *connector, const char *tool);

G_END_DECLS
