/* annex-simple-tool.h
 *
 * A tool written as one function that runs in a fiber, with its fixed name, description and schema.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-tool.h"
#include "annex-workspace.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_TOOL_PLAIN = 0,
  ANNEX_TOOL_COMPUTER = 1 << 0, /* looks into the computer: shares are made true first */
  ANNEX_TOOL_ASKS = 1 << 1,     /* only asks the user: safe to take up again after a restart */
  ANNEX_TOOL_MIDWAY = 1 << 2,   /* asks the user in its midst: with nobody there it stays open, and
                                 * counts as interrupted */
  ANNEX_TOOL_CONNECTOR = 1 << 3, /* a call of a connector's tool: asks before it does anything, tells
                                  * by itself when it starts, and looks into the computer where its
                                  * connector runs there */
} AnnexToolFlags;

/* Runs in a fiber. Returns a tool_result block; NULL with @error: a failure the model is told in
 * the error's words, G_IO_ERROR_CANCELLED when the call's cancel rejected. */
typedef AnnexBlock *(*AnnexSimpleToolFunc) (AnnexWorkspace *workspace,
                                            const AnnexToolCall *call,
                                            GError **error);

typedef struct
{
  const char *name;
  const char *description;
  const char *schema;
  AnnexToolFlags flags;
  AnnexSimpleToolFunc func;
} AnnexSimpleToolSpec;

#define ANNEX_TYPE_SIMPLE_TOOL (annex_simple_tool_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSimpleTool, annex_simple_tool, ANNEX, SIMPLE_TOOL, GObject)

/* @spec is static. @workspace (nullable: only for its text) is not owned: the workspace outlives
 * its tools' calls. */
AnnexTool *
annex_simple_tool_new (const AnnexSimpleToolSpec *spec, AnnexWorkspace *workspace);
AnnexToolFlags
annex_simple_tool_get_flags (AnnexSimpleTool *self);

/* Failures of a tool call that the model should read. */
#define ANNEX_TOOL_ERROR (annex_tool_error_quark ())
typedef enum {
  ANNEX_TOOL_ERROR_INPUT,
  ANNEX_TOOL_ERROR_FAILED,
} AnnexToolError;
GQuark
annex_tool_error_quark (void);

G_END_DECLS
