/* annex-recorded-tool.h
 *
 * A tool that answers as it was recorded: for trying a task again without asking the user and
 * without leaving the machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-recording.h"
#include "annex-tool.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_RECORDED_TOOL (annex_recorded_tool_get_type ())
G_DECLARE_FINAL_TYPE (AnnexRecordedTool, annex_recorded_tool, ANNEX, RECORDED_TOOL, GObject)

/* The one that stands for @tool. (transfer full) */
AnnexTool *
annex_recorded_tool_new (AnnexTool *tool, AnnexRecording *recording);
/* Replaces in @tools (AnnexTool) those that ask the user or reach beyond the task's own computer.
 */
void
annex_recorded_tools_replace (GPtrArray *tools, AnnexRecording *recording);

G_END_DECLS
