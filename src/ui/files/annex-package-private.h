/* annex-package-private.h
 *
 * For tests that read packages by the thousand: a program for each would take them minutes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-package.h"

G_BEGIN_DECLS

typedef GHashTable *(*AnnexPackageReader) (GBytes *package,
                                           const char *const *wanted,
                                           GError **error);

/* From now on @func does what annex_package_read does; NULL: the program again. */
void
annex_package_set_reader (AnnexPackageReader func);

G_END_DECLS
