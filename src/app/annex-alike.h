/* annex-alike.h
 *
 * Are two documents the same for a person? Programs write into what they make when they made it;
 * that is left out of account.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* An AnnexTreeAlikeFunc: office documents (ECMA-376, ISO 26300) part by part without their
 * properties, PDF without its dates and identifiers. FALSE for any other kind. */
gboolean
annex_alike_documents (const char *path, GBytes *expected, GBytes *actual, gpointer user_data);

G_END_DECLS
