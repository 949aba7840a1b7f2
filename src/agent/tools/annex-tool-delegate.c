/* annex-tool-delegate.c
 *
 * delegate: a sub-agent with its own short conversation on the same computer. It cannot ask the
 * user and cannot delegate.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool-util.h"

#include "annex-sub-agent.h"

#define MAX_ROUNDS 40
#define MAX_SAME_FAILURES 3

static GPtrArray *
create_tools (AnnexWorkspace *workspace)
{
  static const AnnexSimpleToolSpec *const specs[] = {
    &annex_tool_edit_file,   &annex_tool_find_files, &annex_tool_read_file,
    &annex_tool_search_text, &annex_tool_shell,      &annex_tool_shell_output,
    &annex_tool_shell_stop,  &annex_tool_write_file
  };
  GPtrArray *tools = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    g_ptr_array_add (tools, annex_simple_tool_new (specs[i], workspace));
  return tools;
}

static AnnexBlock *
delegate (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  const char *goal = annex_tool_get_string (call, "goal", error);
  const char *context = annex_json_opt_string (call->input, "context", "");
  g_autoptr (GPtrArray) tools = create_tools (workspace);
  g_autoptr (AnnexSubResult) result = NULL;
  g_autofree char *opening = NULL;
  AnnexSubAgent sub = {
    .workspace = workspace,
    .call = call,
    .tools = tools,
    .max_rounds = MAX_ROUNDS,
    .max_same_failures = MAX_SAME_FAILURES,
    .same_input = TRUE,
  };

  if (goal == NULL)
    return NULL;
  opening = g_strdup_printf (
      "You are a helper of another agent, on the same computer. You cannot ask the user. Do this, "
      "then "
      "answer with the result in a few sentences, naming files by their paths.\n\nGoal: %s\n\n%s",
      goal, context);
  sub.opening = opening;
  result = annex_sub_agent_run (&sub, error);
  if (result == NULL)
    return NULL;
  if (result->end == ANNEX_SUB_STOPPED)
    {
      g_autofree char *text = g_strdup_printf (
          "The user stopped this. What the helper had said until then:\n\n%s", result->text);

      return annex_block_new_tool_result_text (call->id, text, TRUE);
    }
  if (result->end == ANNEX_SUB_STUCK)
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_FAILED,
                   "The helper was stopped, for the same call of it failed %d times: %s\nWhat it had "
                   "said until then: %s",
                   MAX_SAME_FAILURES, result->failure, result->text);
      return NULL;
    }
  if (result->end == ANNEX_SUB_ROUNDS)
    {
      g_set_error_literal (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_FAILED,
                           "The helper did not come to an end in the rounds it had. Give it less "
                           "to do.");
      return NULL;
    }
  return annex_tool_text (call, result->text[0] != '\0' ? result->text
                                                        : "The helper ended without a word.");
}

const AnnexSimpleToolSpec annex_tool_delegate = {
  "delegate",
  "Hand a self-contained piece of work to a helper with its own short conversation on your "
  "computer, to keep "
  "yours clear: reading many files, checking results. Say everything it needs; you get its answer "
  "only.",
  "{\"type\":\"object\",\"properties\":{\"goal\":{\"type\":\"string\"},\"context\":{\"type\":"
  "\"string\"}},"
  "\"required\":[\"goal\"]}",
  ANNEX_TOOL_COMPUTER,
  delegate,
};
