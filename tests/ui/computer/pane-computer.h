/* pane-computer.h
 *
 * A computer for tests of what is drawn of one: its state and message are what the test says, its
 * commands run on this machine on a real pty.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"

G_BEGIN_DECLS

#define PANE_TYPE_COMPUTER (pane_computer_get_type ())
G_DECLARE_FINAL_TYPE (PaneComputer, pane_computer, PANE, COMPUTER, GObject)

PaneComputer *
pane_computer_new (void);
void
pane_computer_set_state (PaneComputer *self, AnnexComputerState state, const char *message);
guint
pane_computer_get_n_saves (PaneComputer *self);

G_END_DECLS
