/* annex-task-page-private.h
 *
 * Shared by the files of AnnexTaskPage.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-side-pane.h"
#include "annex-task-page.h"

G_BEGIN_DECLS

struct _AnnexTaskPage
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexTask *task;
  AnnexComputer *computer; /* whose changes are heard */
  gboolean compact;
  gboolean narrow;
  gboolean archived;
  gboolean enlarged; /* the pane has all the room */
  int pane_width;
  int drag_width;
  guint update_id;

  AdwOverlaySplitView *split;
  AnnexSidePane *pane;
  GtkLabel *title;
  GtkLabel *state_label;
  GtkMenuButton *title_button;
  GtkButton *stop_button;
  GtkButton *resume_button;
  AnnexComposer *composer;
  AdwButtonContent *resume_content;
  AdwBin *banner_slot;
  AdwBin *grant_slot;
  AdwBin *chat_slot;
  AdwBin *strip_slot;
  GtkEditable *rename_entry;
  GtkLabel *started_label;
  GtkLabel *model_label;
  GtkLabel *read_label;
  GtkLabel *written_label;
  GtkLabel *cost_label;
};

/* annex-task-page-info.c: the popover of the title. */
void
annex_task_page_fill_info (AnnexTaskPage *self);
/* annex-task-page-actions.c */
void
annex_task_page_install_actions (GtkWidgetClass *widget_class);
void
annex_task_page_update_actions (AnnexTaskPage *self, gboolean running);
void
annex_task_page_send (AnnexTaskPage *self);
/* annex-task-page.c */
void
annex_task_page_set_enlarged (AnnexTaskPage *self, gboolean enlarged);

G_END_DECLS
