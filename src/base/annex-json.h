/* annex-json.h
 *
 * Reading untrusted JSON strictly and writing it in a byte-stable way. Built on json-glib; adds
 * limits (size, depth), strict UTF-8 and readers that name the member that is wrong. json-glib
 * counts references without locks: a node belongs to one thread at a time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define ANNEX_JSON_ERROR (annex_json_error_quark ())

/* SYNTAX: not JSON (RFC 8259); LIMIT: too large or too deep; MISSING: a member is absent;
 * TYPE: a member has another type; VALUE: a member's value is not allowed. */
typedef enum
{
  ANNEX_JSON_ERROR_SYNTAX,
  ANNEX_JSON_ERROR_LIMIT,
  ANNEX_JSON_ERROR_MISSING,
  ANNEX_JSON_ERROR_TYPE,
  ANNEX_JSON_ERROR_VALUE,
} AnnexJsonError;

GQuark annex_json_error_quark (void);

#define ANNEX_JSON_MAX_DEPTH 200
#define ANNEX_JSON_MAX_BYTES (64u * 1024u * 1024u)
/* A node takes up to 200 bytes, the text for it may be two. */
#define ANNEX_JSON_MAX_NODES 2000000u

/* Parses exactly one JSON text (RFC 8259, no comments, no trailing comma, valid UTF-8, no NUL).
 * @length may be -1 for a NUL-terminated text. Limits as above. Whole numbers become int64 where
 * they fit, else doubles; a number beyond a double is LIMIT. Of several members with one name the
 * last counts. An escaped NUL (legal JSON) becomes U+FFFD; a lone surrogate is refused. Returns NULL
 * with ANNEX_JSON_ERROR, whose message never quotes the text. (transfer full) */
JsonNode *annex_json_parse (const char *text, gssize length, GError **error);

/* As annex_json_parse, and the text must be an object. (transfer full) */
JsonObject *annex_json_parse_object (const char *text, gssize length, GError **error);

/* Writes @node on one line, members in insertion order: the same node gives the same bytes. Bytes
 * that are not UTF-8 are written as U+FFFD. (transfer full) */
char *annex_json_to_string (JsonNode *node);
char *annex_json_object_to_string (JsonObject *object);

/* A deep copy that shares nothing with @node. (transfer full) */
JsonNode *annex_json_copy (JsonNode *node);
JsonObject *annex_json_object_copy (JsonObject *object);

/* Readers of one member. The `_get_` forms need the member and fail with MISSING or TYPE; the
 * `_opt_` forms return the default when it is absent, null or of another type (lenient: for model
 * output). Strings are borrowed from the object. */
const char *annex_json_get_string (JsonObject *object, const char *name, GError **error);
gboolean annex_json_get_int (JsonObject *object, const char *name, gint64 *value, GError **error);
JsonObject *annex_json_get_object (JsonObject *object, const char *name, GError **error);
JsonArray *annex_json_get_array (JsonObject *object, const char *name, GError **error);

const char *annex_json_opt_string (JsonObject *object, const char *name, const char *fallback);
gint64 annex_json_opt_int (JsonObject *object, const char *name, gint64 fallback);
double annex_json_opt_double (JsonObject *object, const char *name, double fallback);
gboolean annex_json_opt_boolean (JsonObject *object, const char *name, gboolean fallback);
JsonObject *annex_json_opt_object (JsonObject *object, const char *name);
JsonArray *annex_json_opt_array (JsonObject *object, const char *name);

/* A copy of @bytes as valid UTF-8 without NUL: each bad byte becomes U+FFFD. For text that comes
 * from the guest, the web or a model. (transfer full) */
char *annex_text_make_valid (const char *bytes, gssize length);

G_END_DECLS
