/* annex-confine.h
 *
 * For programs that read a file of a stranger's with a large library and write down what they saw:
 * what they do not need for that is given up first, so that a file that takes the program over has
 * got nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Gives up, for the whole process and for ever: the network, other programs and processes, every
 * file but those that are open already and, to be read, those of the system and below @folders
 * (NULL-terminated; the first has to be there), more memory than @memory_bytes and more than @cpu_s
 * seconds of processor. Where the kernel has no Landlock, files can still be read, as before. With
 * @folders NULL nothing can be opened at all, whatever the kernel has. FALSE with G_IO_ERROR where
 * the rest cannot be given up. Source: landlock(7), seccomp(2), setrlimit(2). */
gboolean
annex_confine (const char *const *folders, guint64 memory_bytes, guint cpu_s, GError **error);

G_END_DECLS
