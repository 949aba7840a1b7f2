/* annex-grant-facts.h
 *
 * What a task has read and reached so far, in a few plain lines: what someone wants to know who is
 * about to permit it one thing more.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

G_BEGIN_DECLS

/* Pure. @shares: AnnexShare elements; @ledger: AnnexLedgerEntry elements. (transfer full) */
char *
annex_grant_facts_words (GPtrArray *shares, GPtrArray *ledger);
/* The same of a stored task. Resolves to a string; rejects with ANNEX_STORE_ERROR. */
DexFuture *
annex_grant_facts_describe (AnnexDesk *desk, const char *task_id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
