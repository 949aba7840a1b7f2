/* annex-openai-error.h
 *
 * The errors of compatible servers, in all their dialects. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-wire.h"

G_BEGIN_DECLS

/* See AnnexWireFormat. Reads {error: {message, type, code}}, {error: "text"}, {object: "error",
 * message}, {detail: …} and bodies that are no JSON. */
GError *
annex_openai_read_error (guint status, const char *body, AnnexFailure *failure);

/* Whether a chunk is an error instead of a piece of the answer. */
gboolean
annex_openai_is_error (const char *event_name, JsonObject *chunk);

/* The ANNEX_MODEL_ERROR of such a chunk. (transfer full) */
GError *
annex_openai_read_event_error (JsonObject *chunk);

G_END_DECLS
