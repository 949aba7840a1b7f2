/* annex-activity-words.h
 *
 * The sentences of the activity pane, all in one place: what left the machine, and what the user
 * decided. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ask.h"
#include "annex-event.h"
#include "annex-ledger.h"

G_BEGIN_DECLS

/* @count rows like @entry, whose bytes are the sums. "Fetched a package from … · 1.2 MB".
 * (transfer full) */
char *
annex_activity_words_ledger (const AnnexLedgerEntry *entry, guint count);
/* Who allowed or refused it, and why. NULL: nothing to add. (transfer full) */
char *
annex_activity_words_by (const AnnexLedgerEntry *entry);
const char *
annex_activity_words_ledger_icon (const AnnexLedgerEntry *entry);

/* An event that belongs in an audit; NULL for all others. @share_name: of the share the event names
 * (nullable); @ask: the ask that an answer closes (nullable). (transfer full) */
char *
annex_activity_words_event (AnnexEvent *event, const char *share_name, AnnexAsk *ask);
const char *
annex_activity_words_event_icon (AnnexEvent *event);

/* How a permission stands: "Always allowed". @scope: always, never, task; @is_site: it is one of the
 * browser. (static) */
const char *
annex_activity_words_rule (const char *scope, gboolean allow, gboolean is_site);

G_END_DECLS
