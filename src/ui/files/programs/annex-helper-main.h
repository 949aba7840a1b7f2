/* annex-helper-main.h
 *
 * What the programs of annex-helper.h share: they confine themselves before they look at the file
 * at their standard input.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the program does; FALSE when it cannot. What is written already counts. */
typedef gboolean (*AnnexHelperFunc) (GBytes *bytes, gconstpointer data);

/* Lets @work do it, with @data, and ends. It reads no file but those of the system and below
 * @folders (NULL-terminated); where that is NULL, none at all. */
G_NORETURN void
annex_helper_main (const char *const *folders,
                   guint cpu_s,
                   AnnexHelperFunc work,
                   gconstpointer data);
/* To standard output. */
gboolean
annex_helper_write (const void *data, gsize size);

G_END_DECLS
