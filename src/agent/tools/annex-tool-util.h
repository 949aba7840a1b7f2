/* annex-tool-util.h
 *
 * What the tools share: reading their input, paths in the computer, text results, output of helper
 * commands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-simple-tool.h"

G_BEGIN_DECLS

#define ANNEX_AGENT_HOME "/home/agent"

/* A successful text result. (transfer full) */
AnnexBlock *
annex_tool_text (const AnnexToolCall *call, const char *text);
AnnexBlock *
annex_tool_textf (const AnnexToolCall *call, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* A needed, non-empty string of the input; NULL with ANNEX_TOOL_ERROR_INPUT. (borrowed) */
const char *
annex_tool_get_string (const AnnexToolCall *call, const char *name, GError **error);
/* A path of the input as an absolute path in the computer: "~" and relative paths are below the
 * agent's home. @fallback (nullable) when it is absent. (transfer full) */
char *
annex_tool_dup_path (const AnnexToolCall *call,
                     const char *name,
                     const char *fallback,
                     GError **error);

/* In a fiber: runs @command in the computer as the agent's user and returns at most @max_bytes of
 * its output as valid text. *@status gets its exit status. NULL with an error. (transfer full) */
char *
annex_tool_run (AnnexWorkspace *workspace,
                const AnnexToolCall *call,
                const char *command,
                gsize max_bytes,
                int *status,
                gboolean *cut,
                GError **error);

/* The specs of each file. */
extern const AnnexSimpleToolSpec annex_tool_ask_user;
extern const AnnexSimpleToolSpec annex_tool_request_folder;
extern const AnnexSimpleToolSpec annex_tool_request_network;
extern const AnnexSimpleToolSpec annex_tool_update_plan;
extern const AnnexSimpleToolSpec annex_tool_present_files;
extern const AnnexSimpleToolSpec annex_tool_shell;
extern const AnnexSimpleToolSpec annex_tool_shell_output;
extern const AnnexSimpleToolSpec annex_tool_shell_stop;
extern const AnnexSimpleToolSpec annex_tool_read_file;
extern const AnnexSimpleToolSpec annex_tool_write_file;
extern const AnnexSimpleToolSpec annex_tool_edit_file;
extern const AnnexSimpleToolSpec annex_tool_find_files;
extern const AnnexSimpleToolSpec annex_tool_search_text;
extern const AnnexSimpleToolSpec annex_tool_delegate;
extern const AnnexSimpleToolSpec annex_tool_use_skill;
extern const AnnexSimpleToolSpec annex_tool_find_tools;
extern const AnnexSimpleToolSpec annex_tool_call_tool;
extern const AnnexSimpleToolSpec annex_tool_browse;

G_END_DECLS
