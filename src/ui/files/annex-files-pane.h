/* annex-files-pane.h
 *
 * A task's folders: what Annex may do in each, the draft as a tree with marks, a preview of the
 * selected change, Keep, Discard, Undo. Draws what core's values say and calls the desk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-widget.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_FILES_PANE (annex_files_pane_get_type ())
G_DECLARE_FINAL_TYPE (AnnexFilesPane, annex_files_pane, ANNEX, FILES_PANE, AnnexTaskWidget)

GtkWidget *
annex_files_pane_new (AnnexDesk *desk, AnnexTask *task);

G_END_DECLS
