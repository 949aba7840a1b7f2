/* annex-browser-view-private.h
 *
 * What the files of the view share: the view itself, its tabs (annex-browser-view-tabs.c) and its
 * actions (annex-browser-view-actions.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-view.h"

G_BEGIN_DECLS

struct _AnnexBrowserView
{
  AnnexTaskWidget base;

  AnnexBrowserPane *pane;
  AnnexBrowserTab *tab; /* in front; nullable */
  gboolean is_syncing;

  GtkWidget *forward_button;
  GtkStack *load_stack;
  GtkEditable *address;
  GtkWidget *downloads_button;
  GtkListBox *downloads;
  GtkWidget *enlarge_button;
  GtkSearchBar *find_bar;
  GtkEditable *find_entry;
  GtkRevealer *drive_line;
  GtkLabel *drive_label;
  GtkButton *drive_button;
  GtkProgressBar *progress;
  GtkWidget *frame;
  GtkStack *content;
  AdwTabView *tabs;
};

/* In annex-browser-view-tabs.c. */
void
annex_browser_view_watch_tabs (AnnexBrowserView *self);
void
annex_browser_view_bind_tabs (GtkWidgetClass *widget_class);
/* In annex-browser-view-actions.c. */
void
annex_browser_view_install_actions (GtkWidgetClass *widget_class);
void
annex_browser_view_update_actions (AnnexBrowserView *self);
/* In annex-browser-view-downloads.c. */
void
annex_browser_view_watch_downloads (AnnexBrowserView *self);

/* Shows what is in front now. */
void
annex_browser_view_update (AnnexBrowserView *self);
void
annex_browser_view_set_front (AnnexBrowserView *self, AnnexBrowserTab *tab);

G_END_DECLS
