/* host-process.h
 *
 * A process of this machine as an AnnexProcess, for tests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"

G_BEGIN_DECLS

/* Starts @argv; a failure ends the test. (transfer full) */
AnnexProcess *
host_process_new (const char *const *argv);
/* How many of them are not finalised yet. */
guint
host_process_get_n (void);

G_END_DECLS
