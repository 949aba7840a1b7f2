/* annex-new-task-page.h
 *
 * The empty window: a place to drop a folder, a composer, three suggestions that fit what was
 * given, and the tour.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-composer.h"

G_BEGIN_DECLS

/* Properties: "desk" (nullable). Signal: "task-created" (AnnexTask). */
#define ANNEX_TYPE_NEW_TASK_PAGE (annex_new_task_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexNewTaskPage, annex_new_task_page, ANNEX, NEW_TASK_PAGE, AdwBin)

AnnexComposer *
annex_new_task_page_get_composer (AnnexNewTaskPage *self);
/* Starts the tour on a copy of the sample receipts in the user's documents. */
void
annex_new_task_page_start_tour (AnnexNewTaskPage *self);

G_END_DECLS
