/* annex-window-private.h
 *
 * Shared by the files of AnnexWindow.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-new-task-page.h"
#include "annex-sidebar.h"
#include "annex-task-page.h"
#include "annex-window.h"

G_BEGIN_DECLS

struct _AnnexWindow
{
  AdwApplicationWindow parent_instance;

  AnnexDesk *desk;
  AnnexDesk *doctor;   /* only its checks, while there is no desk; nullable */
  GSettings *settings; /* nullable */
  gboolean failed; /* there is no desk, and the page that says why is shown */
  gboolean compact;
  gboolean narrow;
  char *task_id;     /* shown, or about to be */
  char *wanted_task; /* to be shown when there is a desk */
  char *wanted_ask;
  gboolean restoring;        /* that is the last one of the time before */
  GPtrArray *recent;         /* AnnexTaskPage in the stack, the last shown at the end; borrowed */
  AnnexTaskPage *spare_page; /* in the stack, for the next task; borrowed, nullable */
  guint tidy_id;
  AnnexComputer *computer;
  GHashTable *deleting; /* task id → its AdwToast, which is still there */
  gboolean pane_shown;
  int pane_width;
  char *pane_tab;
  GFile *dropped; /* the one that hovers; nullable */

  AdwBreakpoint *medium;
  AdwBreakpoint *small;
  AdwToastOverlay *toasts;
  AdwNavigationSplitView *split;
  AdwNavigationPage *content_page;
  AnnexSidebar *sidebar;
  GtkStack *stack;
  AnnexNewTaskPage *new_task;
  GtkWidget *banners; /* in the slot of what is shown; nullable */
  AdwBin *new_task_banner;
  AdwBin *inbox_banner;
  AdwBin *inbox_slot;
  AdwBin *skills_slot;
  AdwBin *connectors_slot;
  AdwStatusPage *failure;
  GtkWidget *open_doctor;
  GtkWidget *drop_area;
  GtkImage *drop_icon;
  GtkLabel *drop_title;
  GtkLabel *drop_body;
};

/* annex-window.c */
AnnexTaskPage *
annex_window_get_page (AnnexWindow *self); /* the task shown; nullable */
AnnexComposer *
annex_window_get_composer (AnnexWindow *self); /* of what is shown; nullable */
void
annex_window_close_task (AnnexWindow *self, const char *task_id);
/* Says so when @future (taken) fails; @done (nullable, static) when it worked. */
void
annex_window_follow (AnnexWindow *self, DexFuture *future, const char *done);
void
annex_window_update_inbox (AnnexWindow *self);
void
annex_window_update_computer (AnnexWindow *self);

/* annex-window-recent.c: the pages of the tasks looked at last. */
AnnexTaskPage *
annex_window_find_page (AnnexWindow *self, const char *task_id); /* nullable */
/* The page of @task, in the stack, as the one looked at last. */
AnnexTaskPage *
annex_window_take_page (AnnexWindow *self, AnnexTask *task);
void
annex_window_remove_page (AnnexWindow *self, AnnexTaskPage *page);
void
annex_window_forget_pages (AnnexWindow *self);
/* annex-window-again.c */
void
annex_window_install_again_actions (GtkWidgetClass *widget_class);
/* annex-window-actions.c */
void
annex_window_install_actions (GtkWidgetClass *widget_class);
/* annex-window-tasks.c: rename, archive, export, import, delete with undo. */
void
annex_window_install_task_actions (GtkWidgetClass *widget_class);
void
annex_window_finish_deletes (AnnexWindow *self);
/* A task that was deleted and can still be undone is not, when it is opened. */
void
annex_window_take_back (AnnexWindow *self, const char *task_id);
/* Shows the child of the stack that is called @name, which is about no task. */
void
annex_window_show_page (AnnexWindow *self, const char *name);
/* annex-window-pages.c: skills and connectors. */
void
annex_window_install_page_actions (GtkWidgetClass *widget_class);
/* Is what is dropped a skill to be looked at? */
gboolean
annex_window_takes_skills (AnnexWindow *self);
/* annex-window-drop.c: folders and files dropped anywhere. */
void
annex_window_init_drop (AnnexWindow *self);
/* Says what will happen with @files (GFile), which hover; whether one is a folder is asked of the
 * disk. */
void
annex_window_describe_drop (AnnexWindow *self, GSList *files);
/* annex-window-state.c: as it was when it was closed. */
void
annex_window_restore_state (AnnexWindow *self);
void
annex_window_save_state (AnnexWindow *self);
void
annex_window_save_task (AnnexWindow *self);
void
annex_window_bind_page (AnnexWindow *self, AnnexTaskPage *page);
/* annex-shortcuts.c */
/* The keys that the parts of the window come first for. */
void
annex_window_bind_last_keys (GtkWidgetClass *widget_class);
void
annex_window_show_shortcuts (AnnexWindow *self);

G_END_DECLS
