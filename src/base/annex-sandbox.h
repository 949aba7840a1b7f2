/* annex-sandbox.h
 *
 * Whether Annex runs in a Flatpak, for the few places where that makes a difference:
 *
 *   core      folders that the document portal gives are the user's (annex-share)
 *   computer  the daemon of virtual machines is in the sandbox too, and ends with Annex
 *             (annex-virt-daemon); folders are served by a program that Landlock binds, as user
 *             namespaces are refused (annex-share-daemon finds that out by itself); nothing can be
 *             built from packages (annex-image-origin)
 *   app       the portal that lets apps work without a window is started when it does not run
 *             (annex-application-background)
 *   ui        the desktop's lists of recent files and its viewer of help pages are out of reach
 *             (annex-recent, annex-window-actions)
 *
 * All else is the libraries' own: GTK, libsecret and WebKit use the portals by themselves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Any thread. */
gboolean
annex_sandbox_is_flatpak (void);

G_END_DECLS
