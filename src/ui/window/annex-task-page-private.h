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
  AnnexTaskWidget base;

  AnnexComputer *computer; /* whose changes are heard */
  gboolean compact;
  gboolean narrow;
  gboolean archived;
  gboolean enlarged;     /* the pane has all the room */
  gboolean is_arranging; /* what changes of the pane is no wish of the user's */
  AnnexBrowser *browser; /* whose driver is heard; nullable */
  gboolean was_driven;
  gboolean saw_browser;
  gboolean showed_browser; /* by itself … */
  gboolean left_browser;   /* … and the user left it: not again in this task */
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
  AdwBanner *again_banner;
  AdwBin *grant_slot;
  AdwBin *chat_slot;
  AdwBin *strip_slot;
  GtkRevealer *browser_line;
  GtkLabel *browser_label;
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
/* annex-task-page-browser.c: the browser shows itself when Annex begins to browse. After another
 * desk or task was set, or the browser was opened. */
void
annex_task_page_find_browser (AnnexTaskPage *self);
/* The pane was shown or hidden, or has another tab. */
void
annex_task_page_pane_changed (AnnexTaskPage *self);
/* annex-task-page.c */
void
annex_task_page_set_enlarged (AnnexTaskPage *self, gboolean enlarged);

G_END_DECLS
