/* annex-front-matter.h
 *
 * The YAML at the head of a SKILL.md: a bounded subset without anchors, aliases, tags and merge
 * keys, read as JSON whose leaves are all strings. Knows nothing of what the keys mean.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define ANNEX_FRONT_MATTER_MAX_BYTES (64u * 1024u)
#define ANNEX_FRONT_MATTER_MAX_DEPTH 8
#define ANNEX_FRONT_MATTER_MAX_NODES 2000

#define ANNEX_FRONT_MATTER_ERROR (annex_front_matter_error_quark ())

/* MISSING: no front matter, or it is not closed; SYNTAX: no YAML, or no mapping; LIMIT: too large,
 * deep or many; FEATURE: anchors, aliases, tags, merge keys; DUPLICATE: a key twice. */
typedef enum {
  ANNEX_FRONT_MATTER_ERROR_MISSING,
  ANNEX_FRONT_MATTER_ERROR_SYNTAX,
  ANNEX_FRONT_MATTER_ERROR_LIMIT,
  ANNEX_FRONT_MATTER_ERROR_FEATURE,
  ANNEX_FRONT_MATTER_ERROR_DUPLICATE,
} AnnexFrontMatterError;

GQuark
annex_front_matter_error_quark (void);

/* Finds the front matter of @text (@length bytes): *@yaml and *@yaml_length are the text between
 * the lines "---", *@body is what follows them. A byte order mark and CRLF are accepted. */
gboolean
annex_front_matter_split (const char *text,
                          gsize length,
                          const char **yaml,
                          gsize *yaml_length,
                          const char **body,
                          GError **error);
/* Parses @yaml, valid UTF-8, as one mapping. Values are strings, arrays and objects; null is "".
 * Messages name the line, counted from @first_line. (transfer full) */
JsonObject *
annex_front_matter_parse (const char *yaml, gsize length, guint first_line, GError **error);
/* @yaml with every plain value of one line that holds ": " or " #" in quotes: the usual slip of
 * hand-written skills. (transfer full) */
char *
annex_front_matter_quote_values (const char *yaml, gsize length);
/* @text as a YAML scalar, in double quotes wherever it needs them. (transfer full) */
char *
annex_front_matter_write_scalar (const char *text);

G_END_DECLS
