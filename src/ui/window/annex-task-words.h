/* annex-task-words.h
 *
 * What a task is doing now, in a sentence. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"
#include "annex-task.h"

G_BEGIN_DECLS

/* "Waiting for your answer", "Read amounts and dates", "Done". @computer nullable. @running: in
 * this process. One line, for display. (transfer full) */
char *
annex_task_words_now (AnnexTask *task, AnnexComputer *computer, gboolean running);
/* "Computer ready", "Computer asleep". @computer nullable: not started. Translated, borrowed. */
const char *
annex_computer_words (AnnexComputer *computer);

G_END_DECLS
