/* annex-helper.h
 *
 * Programs of Annex's that read one file of a stranger's with a large library, and have given up
 * everything but that: a file that the agent or the web made may know the library better than we
 * do. Two at most run at once; further ones wait their turn. All of this waits: not on the main
 * thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* For a program that waits instead of working; one that works has a limit of its own. */
#define ANNEX_HELPER_TIME_MS (60 * 1000)

typedef struct _AnnexHelper AnnexHelper;

/* Starts @program, beside Annex's modules, with @arguments (NULL-terminated) and @bytes at its
 * standard input. It has @time_ms for all that is read of it. NULL, with a warning, where it cannot
 * be started. (transfer full) */
AnnexHelper *
annex_helper_start (const char *program,
                    const char *const *arguments,
                    GBytes *bytes,
                    guint time_ms);
/* @size bytes of what it writes, which may be anything. FALSE when there are not so many in time.
 */
gboolean
annex_helper_read (AnnexHelper *self, gpointer buffer, gsize size);
/* Ends it, whatever it does. */
void
annex_helper_end (AnnexHelper *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexHelper, annex_helper_end)

G_END_DECLS
