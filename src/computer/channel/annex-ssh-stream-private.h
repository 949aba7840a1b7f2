/* annex-ssh-stream-private.h
 *
 * One stream over an SSH connection (SSH calls it a channel): a command, or a connection that the
 * guest opened through a forwarded port. It moves bytes between libssh and the thread's ends of
 * socketpairs. Lives on the connection's thread only; must not know the main loop.
 *
 * Back-pressure: bytes for the app are handed to libssh's caller only as far as the socketpair
 * takes them; libssh opens the SSH window only for what was taken, so at most one window (2 MiB) a
 * stream is buffered. Bytes for the guest are read from the socketpair only as far as the guest's
 * window is open and the connection itself is not waiting to write.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libdex.h>
#include <libssh/libssh.h>
#include <libssh/callbacks.h>
#include <poll.h>

G_BEGIN_DECLS

/* What a command stream is made from. Descriptors may be -1: no input, output thrown away. */
typedef struct
{
  guint64 id;
  char *command;
  char *environment; /* nullable: value of ANNEX_ENV */
  gboolean pty;
  guint columns;
  guint rows;
  int in_fd;
  int out_fd;
  int err_fd;
  DexPromise *started; /* TRUE once the guest accepted the command */
  DexPromise *exit;    /* int: exit status, or -signal */
} AnnexSshExec;

AnnexSshExec *
annex_ssh_exec_new (guint64 id, const char *command);
void
annex_ssh_exec_free (AnnexSshExec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSshExec, annex_ssh_exec_free)

/* The signal reported when the guest names one that SSH has no name for. */
#define ANNEX_SSH_UNKNOWN_SIGNAL 64

typedef struct _AnnexSshStream AnnexSshStream;

/* FALSE once libssh has given the connection up. */
gboolean
annex_ssh_connection_is_up (ssh_session ssh);

/* Takes @exec. Returns NULL when libssh is out of memory; @exec's promises are then rejected. */
AnnexSshStream *
annex_ssh_stream_new_exec (ssh_session ssh, AnnexSshExec *exec);
/* A connection of the guest; @fd (taken) is both directions. */
AnnexSshStream *
annex_ssh_stream_new_forward (ssh_session ssh, int fd);
/* Frees it; pending promises are rejected with @reason (NULL: it ended without a status). */
void
annex_ssh_stream_free (AnnexSshStream *self, const GError *reason);

ssh_channel
annex_ssh_stream_get_channel (AnnexSshStream *self);
guint64
annex_ssh_stream_get_id (AnnexSshStream *self);
gboolean
annex_ssh_stream_is_forward (AnnexSshStream *self);
/* Nobody in the app wants it any more: it is closed as soon as SSH allows that. */
void
annex_ssh_stream_abandon (AnnexSshStream *self);
void
annex_ssh_stream_resize (AnnexSshStream *self, guint columns, guint rows);

/* Continues opening: at most one request is under way at a time. */
void
annex_ssh_stream_step (AnnexSshStream *self);
/* Adds what it waits for to @fds (of struct pollfd). @may_write: the connection can take bytes. */
void
annex_ssh_stream_add_polls (AnnexSshStream *self, GArray *fds, gboolean may_write);
/* Moves bytes after poll () filled @fds. */
void
annex_ssh_stream_pump (AnnexSshStream *self, GArray *fds, gboolean may_write);
/* Nothing more will come or go: it can be freed. */
gboolean
annex_ssh_stream_is_finished (AnnexSshStream *self);

G_END_DECLS
