/* annex-result-strip.h
 *
 * What came out of a task: the files it presented last, and how many changes wait, with Discard and
 * Keep All. It shows itself when there is something and the task is not working, and hides itself
 * otherwise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-widget.h"

G_BEGIN_DECLS

/* Properties: "shows-results" (boolean, read only): the files of the last request are in sight
 * here; "narrow" (boolean): it takes less of the height.
 * The line of the changes activates "task.show-pane" with "files". */
#define ANNEX_TYPE_RESULT_STRIP (annex_result_strip_get_type ())
G_DECLARE_FINAL_TYPE (AnnexResultStrip, annex_result_strip, ANNEX, RESULT_STRIP, AnnexTaskWidget)

GtkWidget *
annex_result_strip_new (AnnexDesk *desk, AnnexTask *task);

G_END_DECLS
