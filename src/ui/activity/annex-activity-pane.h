/* annex-activity-pane.h
 *
 * What a task did beyond its computer, as a time line: what left the machine, to where, how much,
 * who allowed it; above it what it may do now, to be taken back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-widget.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_ACTIVITY_PANE (annex_activity_pane_get_type ())
G_DECLARE_FINAL_TYPE (AnnexActivityPane, annex_activity_pane, ANNEX, ACTIVITY_PANE, AnnexTaskWidget)

GtkWidget *
annex_activity_pane_new (AnnexDesk *desk, AnnexTask *task);
/* Writes the whole time line to @file, as CSV or as JSON lines; failures are shown. */
void
annex_activity_pane_export (AnnexActivityPane *self, GFile *file, gboolean csv);

G_END_DECLS
