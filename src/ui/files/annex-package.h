/* annex-package.h
 *
 * Reading some members of a zip package (an office document) from memory, within limits that hold
 * for the bytes that really come out. A program of its own unpacks it (annex-helper.h): for worker
 * threads. What it reads is untrusted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The members of @package named in @wanted, a NULL-terminated list; one that ends in a slash stands
 * for all members directly in that folder. Of members with one name the first counts. Fails with
 * G_IO_ERROR_INVALID_DATA when it is no zip package or is damaged, with G_IO_ERROR_NO_SPACE when a
 * limit is reached. Returns name → GBytes. (transfer full) */
GHashTable *
annex_package_read (GBytes *package, const char *const *wanted, GError **error);

/* The text of an XML member as GMarkup reads it: without a byte order mark; from UTF-16 where it is
 * that. NULL when it is neither UTF-8 nor UTF-16. (transfer full, nullable) */
char *
annex_package_dup_xml (GBytes *member, gsize *length);

/* Helpers for GMarkup callbacks: names without their prefix, borrowed. */
const char *
annex_package_local_name (const char *qualified);
/* The attribute with that local name; NULL when there is none. */
const char *
annex_package_attribute (const char **names, const char **values, const char *local_name);

G_END_DECLS
