/* keyring-fixture.h
 *
 * A real gnome-keyring-daemon on a bus of its own. To be used in a process of its own: libsecret
 * keeps its connection for ever.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The session's bus from now on: one that starts no service by itself. It keeps its file in @home,
 * and dies with this process. (transfer full) */
GSubprocess *
keyring_fixture_start_bus (const char *home);
/* An unlocked daemon that keeps its files in @home; it takes a moment to own its name. (transfer
 * full) */
GSubprocess *
keyring_fixture_start (const char *home);
/* Locks the keyring, with nobody there to unlock it. */
void
keyring_fixture_lock (void);

G_END_DECLS
