/* annex-openai-stream.h
 *
 * The chunks of a chat completion as a reply, tolerant of what compatible servers do to tool calls,
 * and their error answers as errors. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-wire.h"

G_BEGIN_DECLS

/* Reasoning becomes thinking blocks without a signature, text text blocks, and the calls, in the
 * order in which they began, tool_use blocks. A reply is whole once a finish reason or `[DONE]` was
 * seen. */
extern const AnnexWireFormat annex_openai_format;

G_END_DECLS
