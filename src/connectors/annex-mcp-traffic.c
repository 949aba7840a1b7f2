/* annex-mcp-traffic.c
 *
 * See annex-mcp-traffic.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-mcp-traffic.h"

#include "annex-connector.h"
#include "annex-spoken.h"
#include "annex-store-begun.h"

#include <glib/gi18n.h>

static AnnexMcpTraffic
name_traffic (const char *method, GUri *place)
{
  return (AnnexMcpTraffic) { .method = method,
                             .host = g_uri_get_host (place),
                             .port = (guint) g_uri_get_port (place) };
}

gboolean
annex_mcp_traffic_begin (AnnexMcpTrafficFunc func,
                         gpointer data,
                         const char *method,
                         GUri *place,
                         guint64 bytes,
                         gint64 *begun,
                         GError **error)
{
  AnnexMcpTraffic traffic = name_traffic (method, place);
  g_autoptr (GError) local = NULL;
  DexFuture *written;

  if (func == NULL)
    return TRUE;
  traffic.sent_bytes = bytes;
  written = func (&traffic, data);
  *begun = traffic.begun;
  if (written == NULL || dex_await (written, &local))
    return TRUE;
  annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_NOT_STARTED,
                    N_ ("Nothing was sent, because the ledger cannot be written: %s"),
                    local->message);
  return FALSE;
}

void
annex_mcp_traffic_end (AnnexMcpTrafficFunc func,
                       gpointer data,
                       const char *method,
                       GUri *place,
                       gint64 begun,
                       guint64 sent_bytes,
                       guint64 received_bytes)
{
  AnnexMcpTraffic traffic = name_traffic (method, place);

  if (func == NULL)
    return;
  traffic.ended = TRUE;
  traffic.begun = begun;
  traffic.sent_bytes = sent_bytes;
  traffic.received_bytes = received_bytes;
  func (&traffic, data);
}

DexFuture *
annex_mcp_traffic_write (AnnexMcpTraffic *self, AnnexStore *store, const char *task_id)
{
  g_autoptr (AnnexLedgerEntry) entry =
      annex_ledger_entry_new (task_id, "connector", self->host, self->port);
  DexFuture *written = NULL;

  g_set_str (&entry->method, self->method);
  g_set_str (&entry->decision, "allowed");
  g_set_str (&entry->by, "user");
  if (!self->ended)
    {
      written = annex_store_begin_ledger (store, entry);
      self->begun = entry->begun;
      return written;
    }
  entry->begun = self->begun;
  entry->bytes_up = self->sent_bytes;
  entry->bytes_down = self->received_bytes;
  annex_store_end_ledger (store, entry);
  return NULL;
}
