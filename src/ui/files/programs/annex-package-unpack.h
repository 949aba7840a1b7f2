/* annex-package-unpack.h
 *
 * What annex_package_read does, by libarchive and in this process.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GHashTable *
annex_package_unpack (GBytes *package, const char *const *wanted, GError **error);

G_END_DECLS
