/* annex-openai-calls.h
 *
 * Putting tool calls together from their pieces, whatever a compatible server makes of the format.
 * Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-block.h"

G_BEGIN_DECLS

typedef struct _AnnexOpenaiCalls AnnexOpenaiCalls;

AnnexOpenaiCalls *
annex_openai_calls_new (void);
void
annex_openai_calls_free (AnnexOpenaiCalls *self);

/* Adds one element of `delta.tool_calls`. A piece belongs to the open call of its `index` (missing:
 * 0) unless it brings another id, or begins a second whole call; then it begins a new one.
 * @call: the number of the call it went to, from 0 in order of beginning; @added: the argument text
 * it brought (transfer full); @name: set to the call's name when this piece brought it (borrowed).
 * FALSE when there are too many calls. */
gboolean
annex_openai_calls_add (AnnexOpenaiCalls *self,
                        JsonObject *piece,
                        guint *call,
                        char **added,
                        const char **name);

guint
annex_openai_calls_get_length (AnnexOpenaiCalls *self);

/* The tool_use block of call @number: a missing id is made up once, arguments that are no JSON
 * object become ANNEX_MALFORMED_INPUT, a missing name "unnamed". (transfer full) */
AnnexBlock *
annex_openai_calls_make_block (AnnexOpenaiCalls *self, guint number);

G_END_DECLS
