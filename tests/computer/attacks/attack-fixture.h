/* attack-fixture.h
 *
 * What the attacks on a real computer share: one task with one computer and three folders, a
 * listener on the host that nobody may reach, and a file beside the folders that nobody may read or
 * change. What the guest does is in guest-attacks.py.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-workspace.h"
#include "computer-fixture.h"

G_BEGIN_DECLS

/* In fibers, as all below: starts the computer, and ends it. */
void
attack_start (void);
void
attack_end (void);

AnnexWorkspace *
attack_get_workspace (void);
AnnexDrafts *
attack_get_drafts (void);
AnnexComputer *
attack_get_computer (void);
/* Where "Attack" (to be reviewed), "Fixed" (read only) and "Revoked" lie on the host. (borrowed) */
const char *
attack_get_folder (void);
/* The id of the share of that name. (transfer full) */
char *
attack_dup_share (const char *name);

/* Runs the guest's part of the row of that name as root, and what it left behind is still there
 * afterwards. Asserts that nothing was reached. */
void
attack_run (const char *row);
/* Ends what the last row left running or mounted. */
void
attack_clean (void);

/* Everything below the host's folder @path, and everything about it: one line a file. (transfer
 * full) */
char *
attack_describe (const char *path);
/* Whatever is outside of "Attack" now is how it shall stay: the host itself has changed it. */
void
attack_note_rest (void);
/* Everything outside of "Attack" is as it was at the start or noted since, nobody came to the listener, and
 * nothing went out through the proxy. */
void
attack_assert_untouched (void);
/* What may be seen nowhere, as a file at @path. */
void
attack_put_canary (const char *path);
/* Nothing below "Attack" leads out of it, is special, has rights or marks that a user's file has
 * not, or is somebody else's. */
void
attack_assert_safe (void);

/* The rows of each list; called once. */
void
attack_add_direct (void);
void
attack_add_folder (void);
void
attack_add_floods (void);

G_END_DECLS
