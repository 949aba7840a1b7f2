/* annex-store-outbox.h
 *
 * What is still to be reported (annex-audit.h) of tasks that were deleted: it leaves with their
 * events otherwise. Records without contents, kept until everybody has them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-store.h"

G_BEGIN_DECLS

/* The channel in the ledger of what reporting sends. */
#define ANNEX_LEDGER_REPORTS "audit"

/* As annex_store_delete_task(). In the same transaction the records of the task's events with an id
 * above @after_id, and one that it was deleted, go into the outbox. */
DexFuture *
annex_store_delete_reported_task (AnnexStore *self,
                                  const char *task_id,
                                  gint64 after_id) G_GNUC_WARN_UNUSED_RESULT;
/* Boxed GPtrArray of JsonObject {id, record}, with an id above @after_id, oldest first, at most
 * @limit. */
DexFuture *
annex_store_list_outbox (AnnexStore *self, gint64 after_id, guint limit) G_GNUC_WARN_UNUSED_RESULT;
/* Removes those up to @last_id. */
DexFuture *
annex_store_trim_outbox (AnnexStore *self, gint64 last_id) G_GNUC_WARN_UNUSED_RESULT;
/* The newest rows of the ledger that reporting itself has left, the newest first, at most @limit:
 * boxed GPtrArray of AnnexLedgerEntry. */
DexFuture *
annex_store_list_reports (AnnexStore *self, guint limit) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
