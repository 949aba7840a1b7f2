/* annex-mcp-transport.c
 *
 * See annex-mcp-transport.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-mcp-transport.h"

G_DEFINE_INTERFACE (AnnexMcpTransport, annex_mcp_transport, G_TYPE_OBJECT)

static guint message_signal;
static guint closed_signal;

static void
annex_mcp_transport_default_init (AnnexMcpTransportInterface *iface)
{
  message_signal = g_signal_new ("message", ANNEX_TYPE_MCP_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, ANNEX_TYPE_RPC_MESSAGE);
  closed_signal = g_signal_new ("closed", ANNEX_TYPE_MCP_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

DexFuture *
annex_mcp_transport_send (AnnexMcpTransport *self, const AnnexMcpSend *send)
{
  return ANNEX_MCP_TRANSPORT_GET_IFACE (self)->send (self, send);
}

void
annex_mcp_transport_drop (AnnexMcpTransport *self, gint64 id)
{
  ANNEX_MCP_TRANSPORT_GET_IFACE (self)->drop (self, id);
}

void
annex_mcp_transport_set_version (AnnexMcpTransport *self, const char *version, gboolean modern)
{
  ANNEX_MCP_TRANSPORT_GET_IFACE (self)->set_version (self, version, modern);
}

DexFuture *
annex_mcp_transport_close (AnnexMcpTransport *self)
{
  return ANNEX_MCP_TRANSPORT_GET_IFACE (self)->close (self);
}

void
annex_mcp_transport_emit_message (AnnexMcpTransport *self, AnnexRpcMessage *message)
{
  g_signal_emit (self, message_signal, 0, message);
}

void
annex_mcp_transport_emit_closed (AnnexMcpTransport *self, GError *error)
{
  g_signal_emit (self, closed_signal, 0, error);
  g_error_free (error);
}
