/* annex-workspace-traffic.c
 *
 * What a task sends to models, as rows of the ledger.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workspace.h"

#include "annex-store-begun.h"

DexFuture *
annex_workspace_note_traffic (AnnexWorkspace *self, AnnexModelTraffic *traffic)
{
  AnnexTask *task = annex_workspace_get_task (self);
  AnnexStore *store = annex_task_get_store (task);
  g_autoptr (AnnexLedgerEntry) row = NULL;
  DexFuture *written = NULL;

  if (traffic->local)
    return NULL;
  row = annex_ledger_entry_new (annex_task_get_id (task), "model", traffic->host, traffic->port);
  row->method = g_strdup ("POST");
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
  dex_future_disown (annex_store_append_ledger (store, row));
  return NULL;
}
