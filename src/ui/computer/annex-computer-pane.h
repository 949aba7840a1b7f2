/* annex-computer-pane.h
 *
 * The computer of a task: how it is, what it is at, what it takes, where it lives; start, sleep,
 * free its space, move, terminal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-widget.h"

G_BEGIN_DECLS

/* The computer is asked what it uses every two seconds, and only while the pane is seen. */
#define ANNEX_TYPE_COMPUTER_PANE (annex_computer_pane_get_type ())
G_DECLARE_FINAL_TYPE (AnnexComputerPane, annex_computer_pane, ANNEX, COMPUTER_PANE, AnnexTaskWidget)

GtkWidget *
annex_computer_pane_new (AnnexDesk *desk, AnnexTask *task);

/* The computers are on their way to another place, which ends with the pane. */
gboolean
annex_computer_pane_is_moving (AnnexComputerPane *self);

/* "Annex's computer is asleep": a state in plain words. Static, translated. */
const char *
annex_computer_state_to_words (AnnexComputerState state);

G_END_DECLS
