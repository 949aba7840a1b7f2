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

/* Loads @file, once, and never lets it go: from $ANNEX_MODULE_DIR, from beside the binary, as it is
 * built, or from where it is installed. Returns what @symbol names; NULL with G_MODULE_ERROR. Any
 * thread. (borrowed) */
gpointer
annex_module_load (const char *file, const char *symbol, GError **error);

G_END_DECLS
