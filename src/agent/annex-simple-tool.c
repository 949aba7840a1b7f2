/* annex-simple-tool.c
 *
 * See annex-simple-tool.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-simple-tool.h"

#include "annex-future.h"

struct _AnnexSimpleTool
{
  GObject parent_instance;

  const AnnexSimpleToolSpec *spec;
  AnnexWorkspace *workspace; /* weak */
};

static void
tool_iface_init (AnnexToolInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexSimpleTool,
                               annex_simple_tool,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_TOOL, tool_iface_init))
G_DEFINE_QUARK (annex_tool_error, annex_tool_error)

typedef struct
{
  const AnnexSimpleToolSpec *spec;
  AnnexWorkspace *workspace;
  AnnexToolCall *call;
} Run;

static void
run_free (gpointer data)
{
  Run *run = data;

  g_clear_object (&run->workspace);
  g_clear_pointer (&run->call, annex_tool_call_free);
  g_free (run);
}

static DexFuture *
run_fiber (gpointer data)
{
  Run *run = data;
  GError *error = NULL;
  AnnexBlock *block = run->spec->func (run->workspace, run->call, &error);

  if (block == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_BLOCK, block);
}

static DexFuture *
simple_tool_call (AnnexTool *tool, const AnnexToolCall *call)
{
  AnnexSimpleTool *self = ANNEX_SIMPLE_TOOL (tool);
  const char *malformed = annex_json_opt_string (call->input, ANNEX_MALFORMED_INPUT, NULL);
  Run *run;

  if (malformed != NULL)
    return annex_future_new_errorf (ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT,
                                    "The input of %s was not valid JSON. Send it again, complete.",
                                    self->spec->name);
  run = g_new0 (Run, 1);
  run->spec = self->spec;
  run->workspace = g_object_ref (self->workspace);
  run->call = annex_tool_call_copy (call);
  return annex_fiber_run (run_fiber, run, run_free);
}

static const char *
simple_tool_get_name (AnnexTool *tool)
{
  return ANNEX_SIMPLE_TOOL (tool)->spec->name;
}

static const char *
simple_tool_get_description (AnnexTool *tool)
{
  return ANNEX_SIMPLE_TOOL (tool)->spec->description;
}

static const char *
simple_tool_get_schema (AnnexTool *tool)
{
  return ANNEX_SIMPLE_TOOL (tool)->spec->schema;
}

static void
tool_iface_init (AnnexToolInterface *iface)
{
  iface->get_name = simple_tool_get_name;
  iface->get_description = simple_tool_get_description;
  iface->get_schema = simple_tool_get_schema;
  iface->call = simple_tool_call;
}

static void
annex_simple_tool_finalize (GObject *object)
{
  AnnexSimpleTool *self = ANNEX_SIMPLE_TOOL (object);

  g_clear_weak_pointer (&self->workspace);
  G_OBJECT_CLASS (annex_simple_tool_parent_class)->finalize (object);
}

static void
annex_simple_tool_class_init (AnnexSimpleToolClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_simple_tool_finalize;
}

static void
annex_simple_tool_init (AnnexSimpleTool *self)
{
}

AnnexTool *
annex_simple_tool_new (const AnnexSimpleToolSpec *spec, AnnexWorkspace *workspace)
{
  AnnexSimpleTool *self = g_object_new (ANNEX_TYPE_SIMPLE_TOOL, NULL);

  self->spec = spec;
  g_set_weak_pointer (&self->workspace, workspace);
  return ANNEX_TOOL (self);
}

AnnexToolFlags
annex_simple_tool_get_flags (AnnexSimpleTool *self)
{
  return self->spec->flags;
}
