/* annex-comparison-dialog.h
 *
 * Two tries of the same task side by side, from which the user keeps one. What is kept goes through
 * the drafts of the two tasks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signal "open-task" (AnnexTask): the user wants to see that one; the dialog closes. */
#define ANNEX_TYPE_COMPARISON_DIALOG (annex_comparison_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AnnexComparisonDialog,
                      annex_comparison_dialog,
                      ANNEX,
                      COMPARISON_DIALOG,
                      AdwDialog)

/* @second: a task that is another try of one, annex_task_get_again_of (). (transfer floating) */
AdwDialog *
annex_comparison_dialog_new (AnnexDesk *desk, AnnexTask *second);

G_END_DECLS
