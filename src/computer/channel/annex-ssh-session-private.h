/* annex-ssh-session-private.h
 *
 * The thread that owns one SSH connection to a computer. It speaks libssh without ever blocking in
 * it, polls the connection and the thread's ends of all socketpairs, and answers through promises.
 * It must not know GObject streams or what the commands are for.
 *
 * All functions may be called from any thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ssh-listener-private.h"
#include "annex-ssh-stream-private.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _AnnexSshSession AnnexSshSession;

/* At most so many connections of the guest at a time, in the guest or still held by the app; more
 * are refused. */
#define ANNEX_SSH_MAX_FORWARDS 128

typedef struct
{
  char *user;
  guint connect_timeout_ms;
  guint silence_limit_ms; /* nothing heard for so long, although asked: the guest is lost */
} AnnexSshOptions;

/* Takes @fd, a connected stream socket, and starts connecting. Callbacks run in the caller's
 * thread-default main context. */
AnnexSshSession *
annex_ssh_session_new (int fd, const AnnexSshOptions *options);
AnnexSshSession *
annex_ssh_session_ref (AnnexSshSession *self);
void
annex_ssh_session_unref (AnnexSshSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSshSession, annex_ssh_session_unref)

/* Resolves to TRUE when logged in; rejects with ANNEX_COMPUTER_ERROR_GUEST_LOST. (transfer full) */
DexFuture *
annex_ssh_session_ready (AnnexSshSession *self) G_GNUC_WARN_UNUSED_RESULT;
/* Only ever rejects: with the reason the connection ended, ANNEX_COMPUTER_ERROR_GUEST_LOST.
 * (transfer full) */
DexFuture *
annex_ssh_session_lost (AnnexSshSession *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean
annex_ssh_session_has_ended (AnnexSshSession *self);

/* Takes @exec and starts it; its promises tell. */
void
annex_ssh_session_exec (AnnexSshSession *self, AnnexSshExec *exec);
/* A number for an AnnexSshExec, unique in this session, from 1. */
guint64
annex_ssh_session_next_id (AnnexSshSession *self);
/* The app dropped exec @id: its stream is closed, a command that has not begun never will. */
void
annex_ssh_session_abandon (AnnexSshSession *self, guint64 id);
void
annex_ssh_session_resize (AnnexSshSession *self, guint64 id, guint columns, guint rows);

/* Asks the guest to listen on 127.0.0.1:@port and calls @accept for each connection. @data is freed
 * on the main context. Resolves to TRUE; rejects FAILED when the guest refuses. (transfer full) */
DexFuture *
annex_ssh_session_listen (AnnexSshSession *self,
                          guint16 port,
                          AnnexSshAcceptFunc accept,
                          gpointer data,
                          GDestroyNotify free_data) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the thread soon, everything pending is rejected. Idempotent; does not wait. */
void
annex_ssh_session_stop (AnnexSshSession *self);

G_END_DECLS
