/* annex-json-build.h
 *
 * Building small JSON objects in one call.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Makes an object from triples (type, name, value), ended by NULL. Types: "s" const char *,
 * "i" gint64, "d" double, "b" gboolean, "o" JsonObject * (taken), "a" JsonArray * (taken),
 * "n" JsonNode * (taken). A NULL pointer leaves its member out. Integers must be passed as gint64.
 * (transfer full) */
JsonObject *
annex_json_build (const char *type, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
