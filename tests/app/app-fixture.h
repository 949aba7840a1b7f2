/* app-fixture.h
 *
 * A home of the test's own, a session on it, and the computers it is given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-session.h"

#include "fake-computer.h"

G_BEGIN_DECLS

/* Before anything else: XDG folders in a temporary folder, no keyring, no key in the environment.
 */
void
app_fixture_init (int *argc, char ***argv);
/* Removes it. */
void
app_fixture_done (void);
/* (borrowed) */
const char *
app_fixture_get_home (void);
/* Empties the home: the next session is that of a first start. */
void
app_fixture_reset (void);
/* Adds a test that runs in a fiber and begins as a first start. */
void
app_fixture_add (const char *path, void (*test) (void));
/* Writes a file below the home, making folders. Returns its path. (transfer full) */
char *
app_fixture_write (const char *rest, const char *text);
/* Runs the main loop for so long. In a fiber. */
void
app_fixture_wait (guint ms);

/* In a fiber: a session whose computers are fakes that run commands in a folder each. */
AnnexSession *
app_fixture_open (void);
/* The fake computer of a task, NULL when none was asked for. (borrowed) */
FakeComputer *
app_fixture_get_computer (const char *task_id);

G_END_DECLS
