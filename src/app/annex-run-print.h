/* annex-run-print.h
 *
 * Printing a run for a person at a terminal, or as JSON lines.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"
#include "annex-event.h"

G_BEGIN_DECLS

/* One event in plain words on stdout; nothing for events that mean nothing to a person. */
void
annex_run_print_event (AnnexEvent *event);
/* The computer's progress, on stderr, when it changed. */
void
annex_run_print_computer (AnnexComputer *computer);

G_END_DECLS
