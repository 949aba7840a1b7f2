/* annex-sidebar-row.h
 *
 * One task in the sidebar: state, title, time, and its menu.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-list.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties "item" (AnnexTaskItem, nullable) and "words" (what it says, for who does not see it;
 * read only). Its menu activates win.rename-task, win.archive-task,
 * win.unarchive-task, win.export-task and win.delete-task with the task's id. */
#define ANNEX_TYPE_SIDEBAR_ROW (annex_sidebar_row_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSidebarRow, annex_sidebar_row, ANNEX, SIDEBAR_ROW, AdwBin)

AnnexTaskItem *
annex_sidebar_row_get_item (AnnexSidebarRow *self);
/* At the row, for the keyboard. */
void
annex_sidebar_row_show_menu (AnnexSidebarRow *self);

/* The words and the icon for a task's state, as every part of the window shows it. Borrowed. */
const char *
annex_task_state_words (AnnexTaskState state, gboolean has_asks);
const char *
annex_task_state_icon (AnnexTaskState state, gboolean has_asks);

G_END_DECLS
