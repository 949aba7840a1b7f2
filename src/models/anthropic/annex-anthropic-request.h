/* annex-anthropic-request.h
 *
 * The body of a Messages API request as text. Pure. The texts of system and tools and the blocks of
 * the conversation go in verbatim, so that the same conversation always begins with the same bytes
 * (prompt cache, preserved thinking).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"

G_BEGIN_DECLS

/* The API's limit on a request. */
#define ANNEX_ANTHROPIC_MAX_BODY_BYTES (32u * 1024u * 1024u)

/* The JSON text for @request to @model. Breakpoints of the prompt cache are set on the system text
 * and on up to three user turns; the blocks themselves are not touched. @without_thinking leaves
 * the thinking of earlier turns out, for a server that no longer takes it. Empty texts and thinking
 * that lacks its signature are never sent, for the API refuses them. Fails with
 * ANNEX_MODEL_ERROR_TOO_LARGE, or INVALID when the tools are not an array. (transfer full) */
char *
annex_anthropic_build_body (const AnnexModelRequest *request,
                            const char *model,
                            gboolean without_thinking,
                            GError **error);

/* Whether @model takes `thinking: {"type": "adaptive"}`: Claude 4.6 and later. */
gboolean
annex_anthropic_thinks_adaptively (const char *model);

G_END_DECLS
