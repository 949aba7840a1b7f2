/* annex-ask-taint.h
 *
 * Asking the user for a way out of a task, with what the rule of two wants shown (annex-taint.h):
 * what the task has read, which folders it holds, and how much has left by this way so far.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ask.h"
#include "annex-task.h"

G_BEGIN_DECLS

/* In a fiber: the ask for @host, by which the task's computer (ANNEX_ASK_NETWORK) or its browser
 * pane (ANNEX_ASK_SITE) would go. Of a task that is not ANNEX_TAINT_BOTH it is a plain one.
 * (transfer full) */
AnnexAsk *
annex_ask_new_way_out (AnnexAskKind kind, AnnexTask *task, const char *host, const char *reason);
/* The sources that @ask tells of, empty when it tells of none. A connector is told once: beside its
 * answers, what it says of its tools is left out. (transfer full) */
char **
annex_ask_dup_read (AnnexAsk *ask);

G_END_DECLS
