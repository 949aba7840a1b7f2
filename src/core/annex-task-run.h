/* annex-task-run.h
 *
 * What only who runs a task asks of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task.h"

G_BEGIN_DECLS

/* In US dollars: the sum of all replies whose cost is known, rewound and sub-agents' ones too. This is
 * what a limit counts: a model without a known price must not make the rest uncounted. */
double
annex_task_get_known_cost (AnnexTask *self);
/* Why the model's newest reply ended, wherever the task has gone since; ANNEX_STOP_OTHER where there
 * is none. */
AnnexStopReason
annex_task_get_last_reason (AnnexTask *self);
/* The ask that is the same as @ask, which has the name of a call, but was asked at any time: as
 * annex_task_dup_ask_of_call. For what is asked once in a task. */
AnnexAsk *
annex_task_dup_ask_once (AnnexTask *self, AnnexAsk *ask, JsonObject **answer);

G_END_DECLS
