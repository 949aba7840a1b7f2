/* annex-share-daemon.h
 *
 * One running virtiofsd: it serves one folder, read-only, at one socket, and ends with this process
 * whatever happens. Knows nothing of the guest or of drafts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"

G_BEGIN_DECLS

/* How the daemon is kept to its folder: namespaces where the user may make them, else Landlock. */
typedef enum {
  ANNEX_SHARE_SANDBOX_AUTO,
  ANNEX_SHARE_SANDBOX_NAMESPACE,
  ANNEX_SHARE_SANDBOX_LANDLOCK,
} AnnexShareSandbox;

/* Signal "ended" (): it is gone though nobody asked. */
#define ANNEX_TYPE_SHARE_DAEMON (annex_share_daemon_get_type ())
G_DECLARE_FINAL_TYPE (AnnexShareDaemon, annex_share_daemon, ANNEX, SHARE_DAEMON, GObject)

/* Main thread. Starts serving @folder at @socket_path (made anew, at most 107 bytes). Resolves to
 * an AnnexShareDaemon (object) that waits for its one client; rejects with SHARE_REFUSED. */
DexFuture *
annex_share_daemon_start (const char *folder,
                          const char *socket_path,
                          AnnexShareSandbox sandbox) G_GNUC_WARN_UNUSED_RESULT;
/* Ends it at once; from then on nobody can read the folder through it. */
void
annex_share_daemon_stop (AnnexShareDaemon *self);
gboolean
annex_share_daemon_is_running (AnnexShareDaemon *self);

G_END_DECLS
