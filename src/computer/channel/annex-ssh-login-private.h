/* annex-ssh-login-private.h
 *
 * From a connected socket to a logged-in SSH session, step by step and without blocking. Runs on
 * the connection's thread; must not know streams.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <libssh/libssh.h>
#include <poll.h>

G_BEGIN_DECLS

typedef struct _AnnexSshLogin AnnexSshLogin;

/* Takes @fd. Does nothing yet. */
AnnexSshLogin *
annex_ssh_login_new (int fd, const char *user);
void
annex_ssh_login_free (AnnexSshLogin *self);

/* Goes on as far as possible. TRUE: logged in. Else @problem tells why it never will (static text),
 * or is untouched: then wait for @wait, at most @wait_ms, and call again. */
gboolean
annex_ssh_login_step (AnnexSshLogin *self, struct pollfd *wait, int *wait_ms, const char **problem);

/* The session after success, in non-blocking mode. (transfer full) */
ssh_session
annex_ssh_login_steal (AnnexSshLogin *self);

G_END_DECLS
