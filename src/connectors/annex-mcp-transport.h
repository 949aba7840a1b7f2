/* annex-mcp-transport.h
 *
 * How JSON-RPC messages go to an MCP server and come from it: lines of a process, or HTTP. Knows no
 * method; frames, limits and connections only. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector.h"
#include "annex-rpc.h"

#include <libdex.h>

G_BEGIN_DECLS

/* The most one message of a server may weigh. */
#define ANNEX_MCP_MAX_MESSAGE_BYTES (16u * 1024u * 1024u)

/* One message to send. HTTP repeats parts of it in headers. */
typedef struct
{
  const char *text;           /* on one line */
  const char *method;         /* NULL for an answer */
  const char *name;           /* nullable: what the call is about: a tool, prompt or address */
  const char *const *headers; /* nullable: name, value, … NULL: further ones the tool asks for */
  gint64 id;                  /* of a request; -1: no answer is expected */
} AnnexMcpSend;

#define ANNEX_TYPE_MCP_TRANSPORT (annex_mcp_transport_get_type ())
G_DECLARE_INTERFACE (AnnexMcpTransport, annex_mcp_transport, ANNEX, MCP_TRANSPORT, GObject)

/* Signal "message" (AnnexRpcMessage): one that came. Signal "closed" (GError): it is over; the
 * error is ANNEX_CONNECTOR_ERROR; once, and nothing after it. */
struct _AnnexMcpTransportInterface
{
  GTypeInterface parent_iface;

  DexFuture *(*send) (AnnexMcpTransport *self, const AnnexMcpSend *send);
  void (*drop) (AnnexMcpTransport *self, gint64 id);
  void (*set_version) (AnnexMcpTransport *self, const char *version, gboolean modern);
  DexFuture *(*close) (AnnexMcpTransport *self);
};

/* Sends one message. Resolves to TRUE when it is on its way, over HTTP when the answer to the POST
 * has been read; rejects with ANNEX_CONNECTOR_ERROR. */
DexFuture *
annex_mcp_transport_send (AnnexMcpTransport *self,
                          const AnnexMcpSend *send) G_GNUC_WARN_UNUSED_RESULT;
/* Nobody waits for the answer to request @id any more: over HTTP its stream is closed. */
void
annex_mcp_transport_drop (AnnexMcpTransport *self, gint64 id);
/* The protocol version agreed on; @modern: without handshake and session. */
void
annex_mcp_transport_set_version (AnnexMcpTransport *self, const char *version, gboolean modern);
/* Ends it. Resolves to TRUE. "closed" is not emitted for it. */
DexFuture *
annex_mcp_transport_close (AnnexMcpTransport *self) G_GNUC_WARN_UNUSED_RESULT;

/* For implementations. @error is taken. */
void
annex_mcp_transport_emit_message (AnnexMcpTransport *self, AnnexRpcMessage *message);
void
annex_mcp_transport_emit_closed (AnnexMcpTransport *self, GError *error);

G_END_DECLS
