/* annex-task-list.h
 *
 * All stored tasks as a live GListModel of AnnexTaskItem, newest first: what a sidebar shows. It is
 * derived from the store, changes made by other processes included (noticed within seconds).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-store.h"
#include "annex-task.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Properties (read only, notified): "id", "title" (string), "state" (int, AnnexTaskState),
 * "created-us", "updated-us" (int64), "archived" (boolean), "open-asks" (int). The same object for
 * as long as the task is listed. */
#define ANNEX_TYPE_TASK_ITEM (annex_task_item_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTaskItem, annex_task_item, ANNEX, TASK_ITEM, GObject)

const char *annex_task_item_get_id (AnnexTaskItem *self);
const char *annex_task_item_get_title (AnnexTaskItem *self);
AnnexTaskState annex_task_item_get_state (AnnexTaskItem *self);
gint64 annex_task_item_get_created_us (AnnexTaskItem *self);
gint64 annex_task_item_get_updated_us (AnnexTaskItem *self);
gboolean annex_task_item_get_archived (AnnexTaskItem *self);
int annex_task_item_get_open_asks (AnnexTaskItem *self);

#define ANNEX_TYPE_TASK_LIST (annex_task_list_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTaskList, annex_task_list, ANNEX, TASK_LIST, GObject)

/* Property "loaded": the first reading is done. Signal "failed" (GError). */
AnnexTaskList *annex_task_list_new (AnnexStore *store);
gboolean annex_task_list_get_loaded (AnnexTaskList *self);
/* Borrowed; nullable. */
AnnexTaskItem *annex_task_list_find (AnnexTaskList *self, const char *task_id);

G_END_DECLS
