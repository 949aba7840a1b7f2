/* annex-ssh-channel.h
 *
 * The channel to a computer: one SSH connection over one socket (the computer's virtio-serial
 * port), carrying commands, files and the guest's own outgoing connections at once. Knows nothing
 * of libvirt, shares or images. A channel lives as long as its socket: after a restore there is a
 * new socket and a new channel.
 *
 * Main thread; a thread of its own does the work. Everything that comes out is untrusted.
 *
 * What the guest must offer: a fresh sshd on the port for every client greeting, that lets root in
 * without a password (PermitRootLogin yes, PermitEmptyPasswords yes, PasswordAuthentication yes),
 * AcceptEnv ANNEX_ENV, AllowTcpForwarding remote, MaxSessions 200; root's shell a POSIX sh;
 * cgroup2 on /sys/fs/cgroup; setpriv, bash, findutils; a user `agent` with home /home/agent;
 * /usr/lib/openssh/sftp-server.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"
#include "annex-sftp-packet.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_SSH_CHANNEL (annex_ssh_channel_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSshChannel, annex_ssh_channel, ANNEX, SSH_CHANNEL, GObject)

/* A connection that a program in the computer opened to the forwarded port. @stream: (transfer
 * none), closing it (or dropping it) closes the program's connection; it counts until it is
 * dropped. */
typedef void (*AnnexSshChannelIncomingFunc) (GIOStream *stream, gpointer data);

/* Takes @fd, a connected stream socket, also on failure. Logs in and prepares the guest. Resolves
 * to an AnnexSshChannel (object). Rejects with ANNEX_COMPUTER_ERROR_GUEST_LOST when the guest does
 * not answer within @timeout_ms (0: one minute), FAILED when it answers but cannot be prepared.
 * Discarding the future closes the connection. */
DexFuture *
annex_ssh_channel_open (int fd, guint timeout_ms) G_GNUC_WARN_UNUSED_RESULT;

/* Starts @command. Resolves to an AnnexProcess (object) once the guest accepted it. Rejects with
 * GUEST_LOST, TOO_LARGE (write the text to a file first) or FAILED. stdin takes asynchronous writes
 * only; closing it is the command's end of input. With pty, stderr stays empty. */
DexFuture *
annex_ssh_channel_spawn (AnnexSshChannel *self,
                         const AnnexCommand *command) G_GNUC_WARN_UNUSED_RESULT;

/* Tells the size of a pty's window. No effect on other commands. @process is from
 * annex_ssh_channel_spawn. */
void
annex_ssh_process_resize (AnnexProcess *process, guint columns, guint rows);

/* Files, as the agent's user: see annex_computer_read_file and annex_computer_write_file. */
DexFuture *
annex_ssh_channel_read_file (AnnexSshChannel *self, const char *path, guint64 offset, guint64 max)
    G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_ssh_channel_write_file (AnnexSshChannel *self,
                              const char *path,
                              GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;
/* Follows links. Resolves to AnnexSftpAttributes (boxed); rejects NOT_FOUND, FAILED. */
DexFuture *
annex_ssh_channel_stat_file (AnnexSshChannel *self, const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the guest listen on 127.0.0.1:@port (not 0) and calls @incoming for every connection. At
 * most ANNEX_SSH_MAX_FORWARDS (128) are open, or not yet dropped, at a time, more are refused. Resolves to TRUE; rejects
 * FAILED when the port is taken there. */
DexFuture *
annex_ssh_channel_listen (AnnexSshChannel *self,
                          guint16 port,
                          AnnexSshChannelIncomingFunc incoming,
                          gpointer data,
                          GDestroyNotify free_data) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it still works. */
gboolean
annex_ssh_channel_is_open (AnnexSshChannel *self);
/* Only ever rejects, with the reason the channel ended: ANNEX_COMPUTER_ERROR_GUEST_LOST. A guest
 * that is silent for a minute although asked counts as lost. */
DexFuture *
annex_ssh_channel_closed (AnnexSshChannel *self) G_GNUC_WARN_UNUSED_RESULT;
/* Ends it; everything pending rejects with GUEST_LOST, the guest ends what has no other hold.
 * Idempotent; also done when the last reference goes. */
void
annex_ssh_channel_close (AnnexSshChannel *self);

G_END_DECLS
