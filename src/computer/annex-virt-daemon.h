/* annex-virt-daemon.h
 *
 * The daemon behind qemu:///session, where libvirt's own start of it would not do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Is @config_home too long for the sockets that libvirt makes in it? A socket's path has 107 bytes
 * at most (unix(7)); in a Flatpak ~/.var/app/ID/config is longer than that. */
gboolean
annex_virt_daemon_is_too_long (const char *config_home);

/* Where the user's configuration folder is too long, starts the session's daemon with a short one
 * in the runtime folder, unless one answers already; else does nothing: libvirt starts it by
 * itself. Virtual machines of Annex are transient, so nothing that the daemon notes there has to
 * last. In a Flatpak it ends with this process. Blocking, some seconds at most.
 * ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION when it does not start. */
gboolean
annex_virt_daemon_ensure (GError **error);

G_END_DECLS
