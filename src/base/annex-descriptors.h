/* annex-descriptors.h
 *
 * How many files the process may have open. Each connection of a task's computer is two or three,
 * and what is out of descriptors fails anywhere; so the app takes more than the usual 1024, which
 * is there for programs that use select ().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Raises the soft limit, as far as it may. Once, before there are threads. */
void
annex_descriptors_raise (void);
/* Takes that back: a GSpawnChildSetupFunc, for programs that are not Annex's own, and what comes
 * before exec (). Of those that Annex starts, the other ones set their own limit, or (libvirtd)
 * never use select (). */
void
annex_descriptors_restore (gpointer data);

G_END_DECLS
