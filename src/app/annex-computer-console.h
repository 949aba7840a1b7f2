/* annex-computer-console.h
 *
 * A command in a computer, joined to this terminal or to this process's streams.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"

G_BEGIN_DECLS

/* In a fiber: runs @command as the agent's user with stdin, stdout and stderr of this process; with
 * @terminal in a pseudo terminal, this one set to raw meanwhile. Returns its exit status (128 + signal
 * when a signal ended it); -1 with an error. */
int annex_console_run (AnnexComputer *computer,
                       const char *command,
                       gboolean terminal,
                       GError **error);

G_END_DECLS
