/* annex-sidebar-model.h
 *
 * The tasks in the order and the groups of the sidebar: a live, sectioned model over AnnexTaskList.
 * Knows no widget but GTK's list models.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum {
  ANNEX_GROUP_NEEDS_YOU,
  ANNEX_GROUP_WORKING,
  ANNEX_GROUP_TODAY,
  ANNEX_GROUP_YESTERDAY,
  ANNEX_GROUP_EARLIER,
  ANNEX_GROUP_ARCHIVED,
} AnnexSidebarGroup;

/* Where @item belongs; @now_us 0: the present. */
AnnexSidebarGroup
annex_sidebar_group_of (AnnexTaskItem *item, gint64 now_us);
/* "Needs You". Translated, borrowed. */
const char *
annex_sidebar_group_name (AnnexSidebarGroup group);

#define ANNEX_TYPE_SIDEBAR_MODEL (annex_sidebar_model_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSidebarModel, annex_sidebar_model, ANNEX, SIDEBAR_MODEL, GObject)

AnnexSidebarModel *
annex_sidebar_model_new (void);
/* @tasks is nullable. */
void
annex_sidebar_model_set_tasks (AnnexSidebarModel *self, AnnexTaskList *tasks);
/* A GListModel and GtkSectionModel of AnnexTaskItem; the same for ever. Borrowed. */
GListModel *
annex_sidebar_model_get_list (AnnexSidebarModel *self);
void
annex_sidebar_model_set_show_archived (AnnexSidebarModel *self, gboolean show_archived);
/* Hides a task that is about to be deleted, or shows it again. */
void
annex_sidebar_model_set_hidden (AnnexSidebarModel *self, const char *task_id, gboolean hidden);
gboolean
annex_sidebar_model_is_hidden (AnnexSidebarModel *self, const char *task_id);
/* Groups anew: another day has begun. */
void
annex_sidebar_model_refresh (AnnexSidebarModel *self);
/* How many of the listed tasks are in @group. */
guint
annex_sidebar_model_count (AnnexSidebarModel *self, AnnexSidebarGroup group);

G_END_DECLS
