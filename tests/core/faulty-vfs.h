/* faulty-vfs.h
 *
 * A disk that is full or broken, for SQLite: from the n-th change of a file on, each one fails.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* Databases opened from now on lie on it. */
void
faulty_vfs_register (void);
/* The @nth change from now (1: the next) fails as with @code, an errno: it and what follows it, or
 * with @once it alone. */
void
faulty_vfs_arm (int code, guint nth, gboolean once);
/* Nothing fails any more. TRUE when something did. */
gboolean
faulty_vfs_disarm (void);
