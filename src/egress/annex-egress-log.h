/* annex-egress-log.h
 *
 * Hands the proxy's rows to the ledger, and folds a flood of those that did not leave, refused or
 * given up before their turn, so that a hostile guest cannot fill the disk with them. What was let
 * through is never folded, even if it was cut then.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-egress-proxy.h"

G_BEGIN_DECLS

typedef struct _AnnexEgressLog AnnexEgressLog;

/* Called for every row that is handed to the store. */
typedef void (*AnnexEgressLogFunc) (const AnnexLedgerEntry *entry, gpointer data);

AnnexEgressLog *
annex_egress_log_new (AnnexStore *store, AnnexEgressLogFunc func, gpointer data);
void
annex_egress_log_free (AnnexEgressLog *self);
/* In a fiber: @entry begins, and has its `begun` from then on; it is durable when this returns
 * TRUE. FALSE: nothing may leave. */
gboolean
annex_egress_log_begin (AnnexEgressLog *self, AnnexLedgerEntry *entry, GError **error);
/* How much it was so far. Waits for nothing. */
void
annex_egress_log_note (AnnexEgressLog *self, gint64 begun, guint64 bytes_up, guint64 bytes_down);
/* In a fiber: stores a copy of @entry, or folds it. Waits until it is durable; one that the store
 * does not take is kept and tried again. */
void
annex_egress_log_add (AnnexEgressLog *self, const AnnexLedgerEntry *entry);
/* In a fiber: tries again what could not be stored, and stores the row that sums up what was
 * folded, when its time has come or @is_last. */
void
annex_egress_log_flush (AnnexEgressLog *self, gboolean is_last);
/* Is there something that a flush must still store? */
gboolean
annex_egress_log_has_more (AnnexEgressLog *self);
/* Is there a row that could not be stored yet? Then nothing may go out. */
gboolean
annex_egress_log_is_broken (AnnexEgressLog *self);

G_END_DECLS
