/* annex-grant-bar.h
 *
 * The permissions a task waits for, at the top of its page: one at a time, the oldest first, the
 * others counted. Invisible while there is none.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-widget.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_GRANT_BAR (annex_grant_bar_get_type ())
G_DECLARE_FINAL_TYPE (AnnexGrantBar, annex_grant_bar, ANNEX, GRANT_BAR, AnnexTaskWidget)

/* Property "n-asks" (uint, read only). */
GtkWidget *
annex_grant_bar_new (AnnexDesk *desk, AnnexTask *task);

G_END_DECLS
