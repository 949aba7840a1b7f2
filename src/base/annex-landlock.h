/* annex-landlock.h
 *
 * A Landlock rule set (landlock(7)) that leaves a process nothing but reading a few folders and
 * starting programs of the system. For share daemons where user namespaces are refused, and for
 * programs that read files of strangers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A rule set's file descriptor, to be closed by the caller; -1 with G_IO_ERROR_NOT_SUPPORTED where
 * the kernel has no Landlock, or G_IO_ERROR_NOT_FOUND where the first of the @folders
 * (NULL-terminated) is missing; the others need not be there. */
int
annex_landlock_new_reader (const char *const *folders, GError **error);
/* Binds the calling process to @ruleset_fd for ever. Only async-signal-safe calls: for use between
 * fork and exec. */
gboolean
annex_landlock_enter (int ruleset_fd);

G_END_DECLS
