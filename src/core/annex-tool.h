/* annex-tool.h
 *
 * The Tool port: something the model can call. Names, inputs and schemas are fixed for a task.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-block.h"

#include <libdex.h>

G_BEGIN_DECLS

/* One call, as the tool sees it. */
#define ANNEX_TYPE_TOOL_CALL (annex_tool_call_get_type ())
typedef struct
{
  char *id;          /* tool_use_id */
  char *name;
  JsonObject *input; /* untrusted */
  DexFuture *cancel; /* rejects when the user stops the task */
} AnnexToolCall;
GType annex_tool_call_get_type (void) G_GNUC_CONST;
AnnexToolCall *annex_tool_call_new (const char *id,
                                    const char *name,
                                    JsonObject *input,
                                    DexFuture *cancel);
AnnexToolCall *annex_tool_call_copy (const AnnexToolCall *self);
void annex_tool_call_free (AnnexToolCall *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexToolCall, annex_tool_call_free)

#define ANNEX_TYPE_TOOL (annex_tool_get_type ())
G_DECLARE_INTERFACE (AnnexTool, annex_tool, ANNEX, TOOL, GObject)

struct _AnnexToolInterface
{
  GTypeInterface parent_iface;

  const char *(*get_name) (AnnexTool *self);
  const char *(*get_description) (AnnexTool *self);
  const char *(*get_schema) (AnnexTool *self);
  DexFuture *(*call) (AnnexTool *self, const AnnexToolCall *call);
};

const char *annex_tool_get_name (AnnexTool *self);
const char *annex_tool_get_description (AnnexTool *self);
/* JSON Schema text of the input, type object. */
const char *annex_tool_get_schema (AnnexTool *self);
/* Resolves to a TOOL_RESULT AnnexBlock (boxed). A failure the model should know is a result with
 * is_error; a rejection (other than G_IO_ERROR_CANCELLED) is turned into one by the caller. */
DexFuture *annex_tool_call (AnnexTool *self,
                            const AnnexToolCall *call) G_GNUC_WARN_UNUSED_RESULT;

/* The Messages API `tools` array of @tools (AnnexTool elements): sorted by name, byte-stable.
 * (transfer full) */
char *annex_tools_to_json (GPtrArray *tools);

G_END_DECLS
