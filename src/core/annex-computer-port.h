/* annex-computer-port.h
 *
 * A connection to a server inside the task's computer, made by a small relay there: no port is
 * opened on this machine, and none of the computer's but the one that is asked for is reached.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"

G_BEGIN_DECLS

/* Connects to @port of the computer's own loopback, as the agent's user. Resolves to a GIOStream,
 * which keeps the relay as long as it lives; rejects with G_IO_ERROR_CONNECTION_REFUSED when
 * nothing listens there, G_IO_ERROR_TIMED_OUT, ANNEX_COMPUTER_ERROR. */
DexFuture *
annex_computer_open_port (AnnexComputer *self, guint port) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
