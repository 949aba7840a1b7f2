/* annex-mcp-traffic.h
 *
 * What connectors and their sign-ins send, as it is told to the ledger.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-store.h"

G_BEGIN_DECLS

/* One exchange; valid while it is told. */
typedef struct
{
  gboolean ended;
  gint64 begun; /* set by who is told that it begins, and still there when it has ended */
  const char *method;
  const char *host;
  guint port;
  guint64 sent_bytes; /* what it is about to send, where it has not ended */
  guint64 received_bytes;
} AnnexMcpTraffic;

/* Told twice: before anything is sent, which waits for the future that is returned then (NULL: for
 * nothing) and is not sent when that rejects; and when it has ended, when the result is NULL.
 * (transfer full) */
typedef DexFuture *(*AnnexMcpTrafficFunc) (AnnexMcpTraffic *traffic, gpointer data);

/* In a fiber: tells @func (nullable) that a request to @place begins. FALSE with
 * ANNEX_CONNECTOR_ERROR_NOT_STARTED: nothing may be sent. */
gboolean
annex_mcp_traffic_begin (AnnexMcpTrafficFunc func,
                         gpointer data,
                         const char *method,
                         GUri *place,
                         guint64 bytes,
                         gint64 *begun,
                         GError **error);
/* Tells @func (nullable) that it has ended. */
void
annex_mcp_traffic_end (AnnexMcpTrafficFunc func,
                       gpointer data,
                       const char *method,
                       GUri *place,
                       gint64 begun,
                       guint64 sent_bytes,
                       guint64 received_bytes);
/* What such a func does: the row in the ledger of @store. @task_id: nullable. */
DexFuture *
annex_mcp_traffic_write (AnnexMcpTraffic *self, AnnexStore *store, const char *task_id);

G_END_DECLS
