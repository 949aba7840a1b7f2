/* annex-task-page.h
 *
 * One task: its conversation and composer in the middle, the side pane at the right. What it is
 * doing now, Stop and the menu stand at the same place in every state.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-composer.h"
#include "annex-task-widget.h"

G_BEGIN_DECLS

/* Properties: "compact" (the pane overlays), "narrow" (one
 * column: Stop is in the composer), "pane-shown", "pane-tab", "pane-width".
 * Actions: task.stop, task.resume, task.find, task.toggle-pane, task.enlarge-pane (it takes all the
 * room, and gives it back), task.show-pane (s: a tab),
 * task.undo-keep, and task.rename, task.archive, task.export, task.delete, task.try-again,
 * task.compare (where the task is another try of one), which activate the
 * window's. */
#define ANNEX_TYPE_TASK_PAGE (annex_task_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTaskPage, annex_task_page, ANNEX, TASK_PAGE, AnnexTaskWidget)

/* Without @task (nullable) it is a page for a task to come. */
GtkWidget *
annex_task_page_new (AnnexDesk *desk, AnnexTask *task);
AnnexTask *
annex_task_page_get_task (AnnexTaskPage *self);
AnnexComposer *
annex_task_page_get_composer (AnnexTaskPage *self);
/* It holds what would be lost with it: something written and not sent, something under way. */
gboolean
annex_task_page_is_busy (AnnexTaskPage *self);
/* In its pane the computers are on their way to another disk; with the page that would end. */
gboolean
annex_task_page_is_moving (AnnexTaskPage *self);
/* Where the window's banner goes while this is shown: under the header bar. (borrowed) */
AdwBin *
annex_task_page_get_banner_slot (AnnexTaskPage *self);
/* Leads to an ask of the task. */
void
annex_task_page_show_ask (AnnexTaskPage *self, const char *ask_id);

G_END_DECLS
