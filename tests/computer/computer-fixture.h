/* computer-fixture.h
 *
 * What the tests with a real virtual machine share: own XDG folders and so an own libvirt daemon,
 * fibers run to their end with a limit, and short forms of the port's calls.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computers.h"

G_BEGIN_DECLS

/* Sets up the folders (before anything asks for them), the test framework, and skips everything
 * when there is no image. FALSE: nothing to run, return *@status. */
gboolean
fixture_init (int *argc, char ***argv, int *status);
/* Before anything else: QEMU writes what its guest says itself, as in the Flatpak, and no daemon of
 * libvirt's cuts that down. */
void
fixture_log_without_bound (void);
/* Ends the daemons and removes the folders. */
void
fixture_clear (void);

/* The folder everything of this run lies in. */
const char *
fixture_root (void);
AnnexImageStore *
fixture_images (void);
/* The computers all tests of this run share. */
AnnexComputers *
fixture_computers (void);
void
fixture_drop_computers (void);

/* Runs @func as a fiber until it ends; fails the test after @limit_s. The fiber asserts. */
void
fixture_run (DexFiberFunc func, gpointer data, guint limit_s);
void
fixture_run_body (void (*body) (void));
/* A test that is one fiber of at most four minutes. */
void
fixture_add (const char *path, void (*body) (void));

/* In a fiber; they assert that it works. */
AnnexComputer *
await_computer (void); /* a new task's, started */
AnnexComputer *
new_computer (char **task_id);
void
await_started (AnnexComputer *computer);
void
await_true (DexFuture *future);
/* Status of a command as the agent; *@out is its stdout without the last line end. */
int
await_command (AnnexComputer *computer, const char *command, char **out);
int
await_root_command (AnnexComputer *computer, const char *command, char **out);
/* Its stdout; status 0 is asserted. (transfer full) */
char *
await_output (AnnexComputer *computer, const char *command);
void
assert_output (AnnexComputer *computer, const char *command, const char *expected);
/* Lets the main loop go on for a while. */
void
await_ms (guint ms);
/* What the machine's QEMU process id is; 0 when it does not run. */
int
machine_pid (AnnexComputer *computer);
double
seconds_since (gint64 start_us);

G_END_DECLS
