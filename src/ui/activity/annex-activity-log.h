/* annex-activity-log.h
 *
 * The time line: rows of the ledger and the events of an audit, merged, newest first, runs of one
 * host folded. Pure, no widget.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-activity-words.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* One line. Immutable. */
#define ANNEX_TYPE_ACTIVITY_ITEM (annex_activity_item_get_type ())
G_DECLARE_FINAL_TYPE (AnnexActivityItem, annex_activity_item, ANNEX, ACTIVITY_ITEM, GObject)

gint64
annex_activity_item_get_time_us (AnnexActivityItem *self);
const char *
annex_activity_item_get_sentence (AnnexActivityItem *self);
const char *
annex_activity_item_get_detail (AnnexActivityItem *self); /* nullable */
const char *
annex_activity_item_get_icon (AnnexActivityItem *self);
guint
annex_activity_item_get_count (AnnexActivityItem *self);
/* Days before the one it was made on: 0 that day. What lines of one day have in common. */
int
annex_activity_item_get_days_ago (AnnexActivityItem *self);
/* The normalised host of a refused row, whose decision can be changed; else NULL. */
const char *
annex_activity_item_get_refused_host (AnnexActivityItem *self);
gboolean
annex_activity_item_equal (AnnexActivityItem *self, AnnexActivityItem *other);

typedef struct _AnnexActivityLog AnnexActivityLog;

AnnexActivityLog *
annex_activity_log_new (void);
void
annex_activity_log_free (AnnexActivityLog *self);
/* In the order of the log. TRUE when it is shown. */
gboolean
annex_activity_log_add_event (AnnexActivityLog *self, AnnexEvent *event);
/* All rows, oldest first; replaces what was set before. AnnexLedgerEntry elements (referenced).
 * TRUE when something changed. */
gboolean
annex_activity_log_set_ledger (AnnexActivityLog *self, GPtrArray *ledger);
/* Is there a row that has not ended yet? */
gboolean
annex_activity_log_has_under_way (AnnexActivityLog *self);
/* AnnexActivityItem elements, newest first. (transfer full) */
GPtrArray *
annex_activity_log_dup_items (AnnexActivityLog *self);

/* What was recorded, unfolded, oldest first, for a file. CSV: RFC 4180, with a header line; a cell
 * that a spreadsheet would take for a formula begins with an apostrophe. (transfer full) */
char *
annex_activity_log_to_csv (AnnexActivityLog *self);
/* One object a line: rows of the ledger and events as everywhere else. (transfer full) */
char *
annex_activity_log_to_json_lines (AnnexActivityLog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexActivityLog, annex_activity_log_free)

G_END_DECLS
