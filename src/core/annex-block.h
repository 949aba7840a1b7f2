/* annex-block.h
 *
 * One content block of a message, immutable: text, image, document, thinking, tool use, tool
 * result, or one we do not know. Held as the JSON of the Messages API (the one internal
 * representation; other providers map to and from it), verbatim, so that what a model said is sent
 * back byte for byte.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  ANNEX_BLOCK_TEXT,
  ANNEX_BLOCK_IMAGE,
  ANNEX_BLOCK_DOCUMENT,
  ANNEX_BLOCK_THINKING,
  ANNEX_BLOCK_REDACTED_THINKING,
  ANNEX_BLOCK_TOOL_USE,
  ANNEX_BLOCK_TOOL_RESULT,
  ANNEX_BLOCK_UNKNOWN, /* kept verbatim */
} AnnexBlockKind;

#define ANNEX_TYPE_BLOCK (annex_block_get_type ())
typedef struct _AnnexBlock AnnexBlock;
GType annex_block_get_type (void) G_GNUC_CONST;

/* Takes @json, which must not be changed afterwards. Fails with ANNEX_JSON_ERROR when a known type
 * lacks what it needs (a tool_use its id, name and object input, …). */
AnnexBlock *annex_block_new (JsonObject *json, GError **error);
AnnexBlock *annex_block_new_text (const char *text);
/* A block of bytes for the model; @media_type "image/png", "application/pdf" … */
AnnexBlock *annex_block_new_image (const char *media_type, GBytes *bytes);
AnnexBlock *annex_block_new_document (const char *media_type, GBytes *bytes, const char *title);
/* Takes @input. */
AnnexBlock *annex_block_new_tool_use (const char *id, const char *name, JsonObject *input);
/* @content: AnnexBlock elements (text, image, document), borrowed. */
AnnexBlock *annex_block_new_tool_result (const char *tool_use_id,
                                         GPtrArray *content,
                                         gboolean is_error);
AnnexBlock *annex_block_new_tool_result_text (const char *tool_use_id,
                                              const char *text,
                                              gboolean is_error);

AnnexBlock *annex_block_ref (AnnexBlock *self);
void annex_block_unref (AnnexBlock *self);

AnnexBlockKind annex_block_get_kind (AnnexBlock *self);
/* The wire type, "text" … also for UNKNOWN. (borrowed) */
const char *annex_block_get_type_name (AnnexBlock *self);
/* The verbatim JSON; do not change. (borrowed) */
JsonObject *annex_block_get_json (AnnexBlock *self);
/* Text of TEXT, thinking of THINKING, the joined text parts of TOOL_RESULT, else "". (borrowed) */
const char *annex_block_get_text (AnnexBlock *self);
/* Of TOOL_USE its id, of TOOL_RESULT the id it answers, else NULL. (borrowed) */
const char *annex_block_get_tool_use_id (AnnexBlock *self);
/* Of TOOL_USE: name and input. (borrowed) */
const char *annex_block_get_tool_name (AnnexBlock *self);
JsonObject *annex_block_get_tool_input (AnnexBlock *self);
gboolean annex_block_get_is_error (AnnexBlock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexBlock, annex_block_unref)

G_END_DECLS
