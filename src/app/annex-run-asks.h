/* annex-run-asks.h
 *
 * Who answers the asks of a run on the command line: the answers file first, then the person at the
 * terminal, or nobody.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-agent.h"
#include "annex-answers-file.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_RUN_ASKS (annex_run_asks_get_type ())
G_DECLARE_FINAL_TYPE (AnnexRunAsks, annex_run_asks, ANNEX, RUN_ASKS, GObject)

/* @file nullable. @interactive: a person is at the terminal. @unattended: asks that nobody answers
 * take their safe default at once. Otherwise an ask nobody can answer parks the agent. */
AnnexRunAsks *
annex_run_asks_new (AnnexAgent *agent,
                    AnnexAnswersFile *file,
                    gboolean interactive,
                    gboolean unattended);
/* An ask was opened: starts to answer it. */
void
annex_run_asks_handle (AnnexRunAsks *self, AnnexAsk *ask);
/* In a fiber, after the run: answers open draft asks and carries the answers out. FALSE with an
 * error. */
gboolean
annex_run_asks_settle_drafts (AnnexRunAsks *self, GError **error);
/* Waits for nobody at the terminal any more; what is open stays open. */
void
annex_run_asks_stop (AnnexRunAsks *self);

G_END_DECLS
