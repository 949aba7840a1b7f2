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

/* The time line, or the audit of annex-audit.h, which has no contents. */
typedef enum {
  ANNEX_ACTIVITY_CSV,
  ANNEX_ACTIVITY_JSON_LINES,
  ANNEX_ACTIVITY_AUDIT_CSV,
  ANNEX_ACTIVITY_AUDIT_JSON_LINES,
} AnnexActivityFormat;

GtkWidget *
annex_activity_pane_new (AnnexDesk *desk, AnnexTask *task);
/* Writes all of it to @file, and says so; failures are shown. */
void
annex_activity_pane_export (AnnexActivityPane *self, GFile *file, AnnexActivityFormat format);

G_END_DECLS
