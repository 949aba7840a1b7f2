/* annex-inbox-row.h
 *
 * One line of the inbox, and below it, while it is open, the ask itself to be answered in place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* What a list of the inbox holds. Property "entry" (boxed), "expanded" (boolean). */
#define ANNEX_TYPE_INBOX_ITEM (annex_inbox_item_get_type ())
G_DECLARE_FINAL_TYPE (AnnexInboxItem, annex_inbox_item, ANNEX, INBOX_ITEM, GObject)

AnnexInboxItem *
annex_inbox_item_new (const AnnexInboxEntry *entry);
const AnnexInboxEntry *
annex_inbox_item_get_entry (AnnexInboxItem *self);
const char *
annex_inbox_item_get_id (AnnexInboxItem *self); /* of its ask */
void
annex_inbox_item_set_entry (AnnexInboxItem *self, const AnnexInboxEntry *entry);

#define ANNEX_TYPE_INBOX_ROW (annex_inbox_row_get_type ())
G_DECLARE_FINAL_TYPE (AnnexInboxRow, annex_inbox_row, ANNEX, INBOX_ROW, AdwBin)

/* Signal "open-task" (task id, ask id). */
GtkWidget *
annex_inbox_row_new (void);
/* @item nullable: unbound. */
void
annex_inbox_row_set_item (AnnexInboxRow *self, AnnexDesk *desk, AnnexInboxItem *item);

G_END_DECLS
