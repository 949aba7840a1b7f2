/* annex-store-begun.h
 *
 * What is leaving the machine now: connections that began and have no row in the ledger yet. Such a
 * row comes when the connection ends, with annex_store_append_ledger(), which takes it out of here
 * in the same transaction; or, when Annex ended before the connection did, the next one that looks
 * makes it of what was noted here. annex_store_list_ledger() lists them, too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-store.h"

G_BEGIN_DECLS

/* The reason of a row that Annex did not live to finish: its bytes are those that were last noted.
 */
#define ANNEX_LEDGER_CUT_OFF "Annex ended while this was under way: how much more went is not known"

/* @entry begins: gives it its `begun`, at once, and stores a copy. Nothing of the connection may
 * leave before this resolves (to TRUE): then it is durable. When it rejects, @entry's `begun`
 * counts for nothing, and does no harm. */
DexFuture *
annex_store_begin_ledger (AnnexStore *self, AnnexLedgerEntry *entry) G_GNUC_WARN_UNUSED_RESULT;
/* How much it was so far. Nothing when it has ended. Resolves to TRUE. */
DexFuture *
annex_store_note_ledger (AnnexStore *self, gint64 begun, guint64 bytes_up, guint64 bytes_down)
    G_GNUC_WARN_UNUSED_RESULT;
/* annex_store_append_ledger() for who does not wait and could do nothing about it: @entry has ended.
 * When it cannot be stored, it is kept and tried again before what is stored next. */
void
annex_store_end_ledger (AnnexStore *self, const AnnexLedgerEntry *entry);

G_END_DECLS
