/* annex-sftp.h
 *
 * Files of a computer over SFTP. The server is an ordinary command of the agent's user
 * (/usr/lib/openssh/sftp-server), so a path or a symbolic link reaches exactly what the agent
 * itself can reach, and root-owned files stay out. One session carries any number of requests at
 * once.
 *
 * It speaks SFTP itself, on the command's streams: libssh's SFTP blocks, and would stop every other
 * stream of the connection while one file is slow.
 *
 * Main thread (or any one thread with a main context).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"
#include "annex-sftp-packet.h"

G_BEGIN_DECLS

/* What the server is started with. */
#define ANNEX_SFTP_COMMAND "exec /usr/lib/openssh/sftp-server"

#define ANNEX_TYPE_SFTP (annex_sftp_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSftp, annex_sftp, ANNEX, SFTP, GObject)

/* @process: a running ANNEX_SFTP_COMMAND, kept until the session ends. (transfer full) */
AnnexSftp *
annex_sftp_new (AnnexProcess *process);

/* The server is gone, answered nonsense or not at all: use another. */
gboolean
annex_sftp_is_broken (AnnexSftp *self);
/* Ends the server; what is pending rejects. */
void
annex_sftp_close (AnnexSftp *self);

/* Sends a request made by annex_sftp_request_begin (taken). Resolves to an AnnexSftpReply (boxed)
 * of any type; rejects with GUEST_LOST, PROTOCOL, or G_IO_ERROR_TIMED_OUT, each of which breaks the
 * session. */
DexFuture *
annex_sftp_send (AnnexSftp *self, GByteArray *request) G_GNUC_WARN_UNUSED_RESULT;

/* See annex_computer_read_file and annex_computer_write_file; annex_sftp_stat follows links and
 * resolves to AnnexSftpAttributes (boxed). Relative paths start at the agent's home. */
DexFuture *
annex_sftp_read (AnnexSftp *self, const char *path, guint64 offset, guint64 max)
    G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_sftp_write (AnnexSftp *self, const char *path, GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_sftp_stat (AnnexSftp *self, const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
