/* annex-skill-private.h
 *
 * Shared by reading and checking a SKILL.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill.h"

G_BEGIN_DECLS

/* The front matter of @text, and where its body begins. @mended (nullable: then nothing is mended)
 * is set when values had to be quoted first. (transfer full) */
JsonObject *
annex_skill_read_head (const char *text,
                       gsize length,
                       gboolean *mended,
                       const char **body,
                       GError **error);
/* The SKILL.md of the folder @path, at most one byte more than allowed. (transfer full) */
char *
annex_skill_read_text (const char *path, gsize *length, GError **error);
/* A key that is no part of the format, but known from elsewhere. */
gboolean
annex_skill_is_foreign_key (const char *key);

G_END_DECLS
