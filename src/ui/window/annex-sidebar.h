/* annex-sidebar.h
 *
 * The tasks at the left: new task, search over everything, the list by what it means for the user,
 * the inbox and the computer at the foot. What it is asked for it hands to the window's actions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"
#include "annex-task-list.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "desk" (nullable), "selected-task" (its id, nullable), "show-archived",
 * "inbox-count" (uint), "computer-state" (a line, nullable: hidden), "computer-ready".
 * Activates win.open-task (s), win.inbox, win.computer. */
#define ANNEX_TYPE_SIDEBAR (annex_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSidebar, annex_sidebar, ANNEX, SIDEBAR, AdwBin)

void
annex_sidebar_set_desk (AnnexSidebar *self, AnnexDesk *desk);
AnnexTaskList *
annex_sidebar_get_tasks (AnnexSidebar *self); /* borrowed, nullable */
const char *
annex_sidebar_get_selected_task (AnnexSidebar *self);
void
annex_sidebar_set_selected_task (AnnexSidebar *self, const char *task_id);
/* The one whose row has the keyboard, nullable. (borrowed) */
const char *
annex_sidebar_get_focused_task (AnnexSidebar *self);
/* Hides a task until it is deleted or taken back. */
void
annex_sidebar_set_task_hidden (AnnexSidebar *self, const char *task_id, gboolean hidden);
/* Opens the search, with the keyboard in it. */
void
annex_sidebar_start_search (AnnexSidebar *self, const char *text);
/* The task @step places after the selected one in the list; NULL when there is none. (transfer
 * full) */
char *
annex_sidebar_dup_neighbour (AnnexSidebar *self, int step);

G_END_DECLS
