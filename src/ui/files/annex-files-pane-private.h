/* annex-files-pane-private.h
 *
 * Shared by the files of AnnexFilesPane.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-draft-node.h"
#include "annex-files-pane.h"
#include "annex-preview.h"

G_BEGIN_DECLS

struct _AnnexFilesPane
{
  AnnexTaskWidget base;

  GSimpleActionGroup *actions;
  GListStore *roots; /* AnnexDraftNode, one a share */
  GtkSingleSelection *selection;
  guint serial;     /* of the reading that counts */
  guint refresh_id; /* idle source */
  gboolean busy;

  GtkStack *stack;
  GtkPaned *paned;
  GtkListView *tree;
  AnnexPreview *preview;
  AdwSpinner *spinner;
  GtkLabel *status;
  GtkMenuButton *history;
  GtkPopover *history_popover;
  GtkListBox *history_list;
  GtkButton *keep;
  GtkButton *discard;
};

/* The buttons and the line above them. */
void
annex_files_pane_update (AnnexFilesPane *self);
/* Adds the actions "files.…" (once), and those of each share's mode. */
void
annex_files_pane_add_actions (AnnexFilesPane *self);
void
annex_files_pane_add_mode_actions (AnnexFilesPane *self);
/* Reads the earlier keeps from the log into the menu. */
void
annex_files_pane_read_history (AnnexFilesPane *self);

G_END_DECLS
