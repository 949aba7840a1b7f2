/* annex-workspace-traffic.c
 *
 * See annex-agent-traffic.h, and what a task sends to models.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent-traffic.h"
#include "annex-store-begun.h"
#include "annex-workspace.h"

DexFuture *
annex_agent_write_traffic (AnnexModelTraffic *traffic, AnnexStore *store, const char *task_id)
{
  g_autoptr (AnnexLedgerEntry) row = NULL;
  DexFuture *written = NULL;

  if (traffic->local)
    return NULL;
  row = annex_ledger_entry_new (task_id, "model", traffic->host, traffic->port);
  row->method = g_strdup (task_id != NULL ? "POST" : "GET");
  row->by = g_strdup ("user"); /* who chose the model */
  if (!traffic->ended)
    {
      written = annex_store_begin_ledger (store, row);
      traffic->begun = row->begun;
      return written;
    }
  row->begun = traffic->begun;
  row->bytes_up = traffic->bytes_up;
  row->bytes_down = traffic->bytes_down;
  row->decision = g_strdup (traffic->failure == NULL ? "allowed" : "failed");
  row->reason = traffic->failure != NULL ? g_strdup (traffic->failure->message) : NULL;
  annex_store_end_ledger (store, row);
  return NULL;
}

DexFuture *
annex_workspace_note_traffic (AnnexWorkspace *self, AnnexModelTraffic *traffic)
{
  AnnexTask *task = annex_workspace_get_task (self);

  return annex_agent_write_traffic (traffic, annex_task_get_store (task), annex_task_get_id (task));
}
