/* annex-module.h
 *
 * Parts of Annex with large libraries are modules, loaded when they are needed: the window paints
 * its first frame without them. A module has nothing of base and core of its own; it finds them in
 * the binary.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where @file, a module or a program of Annex's, is: in $ANNEX_MODULE_DIR, beside the binary, as it
 * is built, or where it is installed. (transfer full) */
char *
annex_module_dup_path (const char *file);
/* Loads @file, once, and never lets it go. Returns what @symbol names; NULL with G_MODULE_ERROR. Any
 * thread. (borrowed) */
gpointer
annex_module_load (const char *file, const char *symbol, GError **error);

G_END_DECLS
