/* annex-guest-command.h
 *
 * The command lines that go over the channel: how one of the agent's commands is started as its own
 * tree, how that tree is ended, what is prepared once after a connection. Pure text; must not know
 * libssh.
 *
 * Everything is POSIX sh, run by root's login shell in the computer. Nothing of the caller is ever
 * interpreted by it: the command and the folder are single quoted words, values of environment
 * variables travel outside the command line (see annex_guest_command_environment).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"

G_BEGIN_DECLS

/* How a command's tree is held together, so that all of it can be ended, daemonised children
 * included. CGROUP: one cgroup2 a command (the normal case). MARK: a variable in the environment,
 * found again in /proc; for a guest that offers no cgroup2, and weaker: a program that clears its
 * environment leaves it. */
typedef enum {
  ANNEX_GUEST_TREE_CGROUP,
  ANNEX_GUEST_TREE_MARK,
} AnnexGuestTree;

/* The longest command line that the guest's kernel takes as one argument (MAX_ARG_STRLEN is 128 KiB
 * with the final NUL), with some room. */
#define ANNEX_GUEST_COMMAND_MAX_BYTES (127 * 1024)

/* Exit status of a command that was ended before it began. */
#define ANNEX_GUEST_NEVER_BEGAN 254

/* Prepares the cgroups and removes empty ones that an earlier connection left. Exit status 0:
 * cgroups can be used; 3: they cannot. Borrowed. */
const char *
annex_guest_command_setup (void);

/* The command line that runs @command as a tree named @id (characters a–z, 0–9 and "-" only): as
 * user `agent` through setpriv, or as root. Returns NULL with ANNEX_COMPUTER_ERROR_TOO_LARGE.
 * (transfer full) */
char *
annex_guest_command_start (AnnexGuestTree tree,
                           const char *id,
                           const AnnexCommand *command,
                           GError **error);

/* The value of the SSH environment request ANNEX_ENV: shell text that exports @env (NAME=value),
 * evaluated in the guest by the user the command runs as. This keeps secret values out of every
 * command line (`ps`); the guest's sshd must accept ANNEX_ENV. Sets @text to NULL when there is
 * nothing to send. Returns FALSE with ANNEX_COMPUTER_ERROR_FAILED for a name that is no variable
 * name, TOO_LARGE when it cannot be passed. @text: (transfer full) */
gboolean
annex_guest_command_environment (const char *const *env, char **text, GError **error);

/* The command line that ends tree @id: TERM, two seconds of grace, then KILL until nothing is left.
 * Exit status 0: gone, and it will not begin any more either. (transfer full) */
char *
annex_guest_command_kill (AnnexGuestTree tree, const char *id, gboolean as_root);

/* The command line that removes what finished trees left. @ids: of strings. (transfer full) */
char *
annex_guest_command_sweep (GPtrArray *ids);

G_END_DECLS
