/* annex-openai-request.h
 *
 * The body of a chat-completions request: the conversation, held in the Messages API's shapes,
 * mapped to what compatible servers take. Pure; the same conversation gives the same bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"

G_BEGIN_DECLS

/* Servers differ in the name of the limit on the answer. */
typedef enum {
  ANNEX_OPENAI_LIMIT_MAX_TOKENS,            /* local servers */
  ANNEX_OPENAI_LIMIT_MAX_COMPLETION_TOKENS, /* OpenAI's own */
} AnnexOpenaiLimit;

/* The JSON text for @request to @model. Tool results become `tool` messages; pictures in them move
 * to the user message that follows, for no server takes them there; thinking is not sent back;
 * documents that are not text become a note. Fails with ANNEX_MODEL_ERROR_INVALID when the tools
 * are not an array. (transfer full) */
char *
annex_openai_build_body (const AnnexModelRequest *request,
                         const char *model,
                         AnnexOpenaiLimit limit,
                         GError **error);

G_END_DECLS
