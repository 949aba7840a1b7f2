/* annex-recorded-tool.c
 *
 * See annex-recorded-tool.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-recorded-tool.h"

struct _AnnexRecordedTool
{
  GObject parent_instance;
  AnnexTool *tool;
  AnnexRecording *recording;
};

static void
tool_iface_init (AnnexToolInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexRecordedTool,
                               annex_recorded_tool,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_TOOL, tool_iface_init))

/* What runs for real; anything else, a tool that came later too, is taken from the recording. */
static const char *const real[] = {
  "edit_file",    "find_files", "present_files", "read_file", "search_text", "shell",
  "shell_output", "shell_stop", "update_plan",   "use_skill", "write_file",  NULL,
};

static const char *
recorded_tool_get_name (AnnexTool *tool)
{
  return annex_tool_get_name (ANNEX_RECORDED_TOOL (tool)->tool);
}

static const char *
recorded_tool_get_description (AnnexTool *tool)
{
  return annex_tool_get_description (ANNEX_RECORDED_TOOL (tool)->tool);
}

static const char *
recorded_tool_get_schema (AnnexTool *tool)
{
  return annex_tool_get_schema (ANNEX_RECORDED_TOOL (tool)->tool);
}

static DexFuture *
recorded_tool_call (AnnexTool *tool, const AnnexToolCall *call)
{
  AnnexRecordedTool *self = ANNEX_RECORDED_TOOL (tool);
  const AnnexRecordedStep *step = annex_recording_find_step (self->recording, call->id);
  AnnexBlock *block;

  if (step != NULL && step->result != NULL && g_str_equal (step->tool, call->name))
    block = annex_block_ref (step->result);
  else
    block = annex_block_new_tool_result_text (
        call->id, "What this came to was not recorded, and it is not done again.", TRUE);
  return dex_future_new_take_boxed (ANNEX_TYPE_BLOCK, block);
}

static void
tool_iface_init (AnnexToolInterface *iface)
{
  iface->get_name = recorded_tool_get_name;
  iface->get_description = recorded_tool_get_description;
  iface->get_schema = recorded_tool_get_schema;
  iface->call = recorded_tool_call;
}

static void
annex_recorded_tool_finalize (GObject *object)
{
  AnnexRecordedTool *self = ANNEX_RECORDED_TOOL (object);

  g_clear_object (&self->tool);
  annex_recording_unref (self->recording);
  G_OBJECT_CLASS (annex_recorded_tool_parent_class)->finalize (object);
}

static void
annex_recorded_tool_class_init (AnnexRecordedToolClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_recorded_tool_finalize;
}

static void
annex_recorded_tool_init (AnnexRecordedTool *self)
{
}

AnnexTool *
annex_recorded_tool_new (AnnexTool *tool, AnnexRecording *recording)
{
  AnnexRecordedTool *self = g_object_new (ANNEX_TYPE_RECORDED_TOOL, NULL);

  self->tool = g_object_ref (tool);
  self->recording = annex_recording_ref (recording);
  return ANNEX_TOOL (self);
}

void
annex_recorded_tools_replace (GPtrArray *tools, AnnexRecording *recording)
{
  for (guint i = 0; i < tools->len; i++)
    if (!g_strv_contains (real, annex_tool_get_name (tools->pdata[i])))
      {
        AnnexTool *recorded = annex_recorded_tool_new (tools->pdata[i], recording);

        g_object_unref (tools->pdata[i]);
        tools->pdata[i] = recorded;
      }
}
