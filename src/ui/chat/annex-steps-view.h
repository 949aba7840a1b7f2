/* annex-steps-view.h
 *
 * A step, or a run of steps of one kind, as one quiet line that opens to what was done: the command, the
 * output, the steps of a run, the calls of a helper.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-chat-row.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_STEPS_VIEW (annex_steps_view_get_type ())
G_DECLARE_FINAL_TYPE (AnnexStepsView, annex_steps_view, ANNEX, STEPS_VIEW, GtkWidget)

GtkWidget *
annex_steps_view_new (AnnexTask *task, AnnexChatRow *row);
/* The line's words, as they are shown. (borrowed) */
const char *
annex_steps_view_get_words (AnnexStepsView *self);

G_END_DECLS
