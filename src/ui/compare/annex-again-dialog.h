/* annex-again-dialog.h
 *
 * What a task is tried again with: the model and skills of today. Knows nothing of how it is done.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signal "made" (AnnexTask): the new task has begun; the dialog closes. */
#define ANNEX_TYPE_AGAIN_DIALOG (annex_again_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AnnexAgainDialog, annex_again_dialog, ANNEX, AGAIN_DIALOG, AdwDialog)

/* (transfer floating) */
AdwDialog *
annex_again_dialog_new (AnnexDesk *desk, AnnexTask *task);

G_END_DECLS
