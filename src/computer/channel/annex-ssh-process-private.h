/* annex-ssh-process-private.h
 *
 * A running command of the channel as an AnnexProcess. Main thread.
 *
 * When the command's own process ends, wait () resolves, even if it left children behind: those go
 * on (a server the agent started is meant to stay), and stdout and stderr end only when the last of
 * them closed its end. kill () ends all of them. Dropping the last reference kills the tree only
 * while the command's own process runs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"
#include "annex-guest-command.h"
#include "annex-ssh-session-private.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_SSH_PROCESS (annex_ssh_process_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSshProcess, annex_ssh_process, ANNEX, SSH_PROCESS, GObject)

/* Starts @command as tree @tree_id. NULL with ANNEX_COMPUTER_ERROR when it cannot be passed, or
 * when there are no more descriptors. (transfer full) */
AnnexSshProcess *
annex_ssh_process_new (AnnexSshSession *session,
                       AnnexGuestTree tree,
                       const char *tree_id,
                       const AnnexCommand *command,
                       GError **error);

/* Resolves to TRUE once the guest accepted the command. (transfer full) */
DexFuture *
annex_ssh_process_started (AnnexSshProcess *self) G_GNUC_WARN_UNUSED_RESULT;

/* Runs a line of Annex's own as root, without streams. Resolves to an int as annex_process_wait.
 * (transfer full) */
DexFuture *
annex_ssh_run_line (AnnexSshSession *session, const char *line) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
