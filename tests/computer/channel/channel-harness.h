/* channel-harness.h
 *
 * A stand-in for a computer: a real `sshd -i` on a socketpair, in namespaces of its own where the
 * unprivileged user is root and a user `agent` exists. No cgroup2 there, so commands are told apart
 * by their mark; the real machine's tests cover cgroups.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ssh-channel.h"

G_BEGIN_DECLS

/* FALSE (and the test is marked as skipped) where such namespaces are refused. */
gboolean
harness_is_possible (void);

/* Starts one and returns the host's end of its port. @extra: further lines for sshd_config, or
 * NULL.
 * @server: (out) (optional): the process, to be ended by the caller; else it ends with the port. */
int
harness_start (const char *extra, GSubprocess **server);

/* A line between the host and a server that can be cut after so many bytes (both directions
 * counted; negative: never) or go silent. Takes @server_fd; @prefix (or NULL) comes before the
 * server's own bytes; @host_fd: the host's new end. Free it last. */
typedef struct _HarnessRelay HarnessRelay;
HarnessRelay *
harness_relay_new (int server_fd, gint64 cut_after_bytes, GBytes *prefix, int *host_fd);
void
harness_relay_pause (HarnessRelay *self);
void
harness_relay_free (HarnessRelay *self);

/* In a fiber: a logged-in channel to a new one; fails the test otherwise. (transfer full) */
AnnexSshChannel *
harness_open (const char *extra);

/* Runs @body in a fiber on the main loop; a test that takes longer than @limit_s is a failure. */
void
harness_run (void (*body) (void), guint limit_s);

/* In a fiber: starts @command as the agent; fails the test when it does not start. (transfer full)
 */
AnnexProcess *
harness_spawn (AnnexSshChannel *channel, const char *command);

/* In a fiber: runs it to its end. @out, @err: (out) (optional) (transfer full). Returns the status.
 */
int
harness_shell (AnnexSshChannel *channel, const char *command, char **out, char **err);

/* A future for everything @stream still has. Resolves to GBytes (boxed). (transfer full) */
DexFuture *
harness_read_all (GInputStream *stream) G_GNUC_WARN_UNUSED_RESULT;

/* In a fiber. */
void
harness_sleep (guint ms);
/* The memory this process holds. */
gsize
harness_rss_bytes (void);
/* Fails the test when it is more than @limit. Not under AddressSanitizer, which keeps what is
 * freed. */
void
harness_assert_rss_below (gsize limit);

G_END_DECLS
