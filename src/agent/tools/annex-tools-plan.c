/* annex-tools-plan.c
 *
 * update_plan and present_files: what the user looks at.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool-util.h"

#include "annex-json-build.h"
#include "annex-plan-carry.h"

#define MAX_FILES 50

/* What the user changed while the model wrote this: it comes from before. (transfer full) */
static GPtrArray *
list_unseen (AnnexTask *task, GError **error)
{
  g_autoptr (GPtrArray) events = NULL;
  gint64 last;

  do
    {
      last = annex_task_get_last_seq (task);
      g_clear_pointer (&events, g_ptr_array_unref);
      events = dex_await_boxed (annex_store_list_events_of (annex_task_get_store (task),
                                                            annex_task_get_id (task),
                                                            annex_plan_carry_events,
                                                            G_N_ELEMENTS (annex_plan_carry_events)),
                                error);
      if (events == NULL)
        return NULL;
  } while (annex_task_get_last_seq (task) != last);
  return annex_plan_list_unseen (events);
}

static AnnexBlock *
say_carried (const AnnexToolCall *call, AnnexPlan *plan)
{
  g_autoptr (GString) text = g_string_new ("The plan is updated. The user changed it while you "
                                           "were writing, and that holds; it is now:");

  for (guint i = 0; i < annex_plan_get_n_steps (plan); i++)
    {
      const AnnexStep *step = annex_plan_get_step (plan, i);

      g_string_append_printf (text, "\n%s: %s (%s)", step->id, step->title,
                              annex_step_state_to_name (step->state));
    }
  return annex_tool_text (call, text->str);
}

static AnnexBlock *
update_plan (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (workspace);
  const char *explanation = annex_json_opt_string (call->input, "explanation", NULL);
  g_autoptr (GPtrArray) edits = list_unseen (task, error);
  g_autoptr (AnnexPlan) written = NULL;
  g_autoptr (AnnexPlan) plan = NULL;

  if (edits == NULL)
    return NULL;
  written = annex_plan_new_from_update (
      edits->len > 0 ? ((AnnexPlanEdit *) g_ptr_array_index (edits, 0))->before
                     : annex_task_get_plan (task),
      call->input, error);
  if (written == NULL)
    return NULL;
  plan = edits->len > 0 ? annex_plan_carry (written, edits, annex_task_get_plan (task))
                        : annex_plan_ref (written);
  if (!dex_await (annex_task_append (task, ANNEX_EVENT_PLAN_UPDATED,
                                     annex_plan_to_json (plan, explanation, "agent")),
                  error))
    return NULL;
  return edits->len > 0 ? say_carried (call, plan) : annex_tool_text (call, "The plan is updated.");
}

const AnnexSimpleToolSpec annex_tool_update_plan = {
  "update_plan",
  "Show the user your plan and keep it up to date. Send the whole list each time. Use it at the "
  "start of "
  "any work of three steps or more, and whenever a step's state changes; at most one step is "
  "in_progress.",
  "{\"type\":\"object\",\"properties\":{\"steps\":{\"type\":\"array\",\"minItems\":1,\"items\":{"
  "\"type\":"
  "\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"title\":{\"type\":\"string\","
  "\"description\":"
  "\"A few plain words\"},\"state\":{\"type\":\"string\",\"enum\":[\"pending\",\"in_progress\","
  "\"completed\",\"failed\",\"skipped\"]}},\"required\":[\"title\",\"state\"]}},\"explanation\":{"
  "\"type\":"
  "\"string\"}},\"required\":[\"steps\"]}",
  ANNEX_TOOL_PLAIN,
  update_plan,
};

static AnnexBlock *
present_files (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (workspace);
  JsonArray *input = annex_json_opt_array (call->input, "paths");
  g_autoptr (JsonArray) found = json_array_new ();
  g_autoptr (GString) command = g_string_new ("for f in");
  g_autofree char *output = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = input != NULL ? json_array_get_length (input) : 0;

  if (n == 0 || n > MAX_FILES)
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT,
                   "present_files needs “paths”, a list of 1 to %d paths.", MAX_FILES);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (input, i);
      const char *path = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      g_autofree char *absolute =
          g_canonicalize_filename (path != NULL ? path : "", ANNEX_AGENT_HOME);
      g_autofree char *quoted = g_shell_quote (absolute);

      g_string_append_printf (command, " %s", quoted);
    }
  g_string_append (command,
                   "; do if [ -f \"$f\" ]; then printf '+%s\\0' \"$f\"; else printf -- '-%s\\0' "
                   "\"$f\"; fi; done | tr '\\0' '\\n'");
  output = annex_tool_run (workspace, call, command->str, 256 * 1024, NULL, NULL, error);
  if (output == NULL)
    return NULL;
  lines = g_strsplit (output, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (lines[i][0] == '-')
        {
          g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT, "There is no file %s.",
                       lines[i] + 1);
          return NULL;
        }
      if (lines[i][0] == '+')
        json_array_add_string_element (found, lines[i] + 1);
    }
  n = json_array_get_length (found);
  if (!dex_await (annex_task_append (task, ANNEX_EVENT_FILES_PRESENTED,
                                     annex_json_build ("a", "paths", json_array_ref (found), NULL)),
                  error))
    return NULL;
  return annex_tool_textf (call, "The user sees %u file%s.", n, n == 1 ? "" : "s");
}

const AnnexSimpleToolSpec annex_tool_present_files = {
  "present_files",
  "Show the user the finished results they should look at. Files that belong to none of the user's "
  "folders "
  "go to /home/agent/outbox first.",
  "{\"type\":\"object\",\"properties\":{\"paths\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":"
  "50,"
  "\"items\":{\"type\":\"string\"}}},\"required\":[\"paths\"]}",
  ANNEX_TOOL_COMPUTER,
  present_files,
};
