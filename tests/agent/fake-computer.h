/* fake-computer.h
 *
 * A Computer for tests of the loop: commands run on this machine in a folder of the test's, files
 * are below that folder, drafts are what the test says. It stands in where no virtual machine is
 * needed to prove what the loop does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"

G_BEGIN_DECLS

#define FAKE_TYPE_COMPUTER (fake_computer_get_type ())
G_DECLARE_FINAL_TYPE (FakeComputer, fake_computer, FAKE, COMPUTER, GObject)

FakeComputer *
fake_computer_new (const char *root);
/* What read_draft answers from now on: AnnexUpperEntry elements. */
void
fake_computer_set_upper (FakeComputer *self, GPtrArray *upper);
/* What it answers from the second time on. */
void
fake_computer_set_next_upper (FakeComputer *self, GPtrArray *upper);
/* @hook is called in a fiber whenever a file of the draft has been opened. */
void
fake_computer_set_open_hook (FakeComputer *self,
                             void (*hook) (const char *path, gpointer data),
                             gpointer data);
/* The next prepare (refresh) fails with this message. */
void
fake_computer_fail_refresh (FakeComputer *self, const char *message);
guint
fake_computer_get_n_forgotten (FakeComputer *self);
/* The next roll back fails with @error (taken). */
void
fake_computer_fail_roll_back (FakeComputer *self, GError *error);
/* "back:<checkpoint>", "fork:<checkpoint>:<task>" … since the start, a line each. (borrowed) */
const char *
fake_computer_get_story (FakeComputer *self);

G_END_DECLS
