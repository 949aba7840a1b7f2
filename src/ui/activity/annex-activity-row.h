/* annex-activity-row.h
 *
 * One line of the time line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-activity-log.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_ACTIVITY_ROW (annex_activity_row_get_type ())
G_DECLARE_FINAL_TYPE (AnnexActivityRow, annex_activity_row, ANNEX, ACTIVITY_ROW, AdwBin)

/* Its Change menu uses the actions "activity.always" and "activity.task", of type "s": the host. */
GtkWidget *
annex_activity_row_new (void);
void
annex_activity_row_set_item (AnnexActivityRow *self, AnnexActivityItem *item);

G_END_DECLS
