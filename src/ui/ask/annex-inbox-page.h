/* annex-inbox-page.h
 *
 * Everything that waits for an answer, and what was refused, closed or expired, of all tasks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_INBOX_PAGE (annex_inbox_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexInboxPage, annex_inbox_page, ANNEX, INBOX_PAGE, AdwBin)

/* Properties "desk" (AnnexDesk) and "n-open" (uint, read only: for a badge; kept current while the
 * page is not on screen too). Signal "open-task" (task id, ask id). */
GtkWidget *
annex_inbox_page_new (AnnexDesk *desk);
guint
annex_inbox_page_get_n_open (AnnexInboxPage *self);
/* Opens the entry of that ask, and scrolls to it, as soon as it is listed. */
void
annex_inbox_page_show_ask (AnnexInboxPage *self, const char *ask_id);

G_END_DECLS
