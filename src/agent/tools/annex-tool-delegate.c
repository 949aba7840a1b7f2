/* annex-tool-delegate.c
 *
 * delegate: a sub-agent with its own short conversation on the same computer. Its conversation
 * lives in memory; its calls and what it used are events that name the call as their parent. It
 * cannot ask the user and cannot delegate.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool-util.h"

#include "annex-agent.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"

#define MAX_ROUNDS 40

typedef struct
{
  AnnexWorkspace *workspace;
  const AnnexToolCall *call;
  GPtrArray *tools;    /* AnnexTool */
  GPtrArray *messages; /* AnnexMessage */
  char *tools_text;
} Sub;

static void
sub_clear (Sub *sub)
{
  g_ptr_array_unref (sub->tools);
  g_ptr_array_unref (sub->messages);
  g_free (sub->tools_text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sub, sub_clear)

static gboolean
record (Sub *sub, AnnexEventType type, JsonObject *data, GError **error)
{
  json_object_set_string_member (data, "parent", sub->call->id);
  return dex_await (annex_task_append (annex_workspace_get_task (sub->workspace), type, data),
                    error);
}

static void
add_text (Sub *sub, AnnexRole role, const char *text)
{
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);

  g_ptr_array_add (blocks, annex_block_new_text (text));
  g_ptr_array_add (sub->messages, annex_message_new (role, blocks));
}

static AnnexModelReply *
ask_model (Sub *sub, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (sub->workspace);
  AnnexModel *model = annex_workspace_get_helper_model (sub->workspace);
  g_autoptr (AnnexModelRequest) request = annex_model_request_new ();
  g_autofree char *id = annex_identifier_new ();
  AnnexModelReply *reply;
  JsonObject *data;

  request->model = g_strdup (model == annex_workspace_get_model (sub->workspace)
                                 ? annex_task_get_model (task)
                                 : annex_model_get_model (model));
  request->system = g_strdup (annex_task_get_system (task));
  request->tools = g_strdup (sub->tools_text);
  g_ptr_array_unref (request->messages);
  request->messages = g_ptr_array_ref (sub->messages);
  if (!record (sub, ANNEX_EVENT_REPLY_STARTED,
               annex_json_build ("s", "reply", id, "s", "model", request->model, NULL), error))
    return NULL;
  reply = dex_await_boxed (
      annex_model_send (model, request, sub->call->cancel),
      error);
  if (reply == NULL)
    return NULL;
  data = annex_json_build ("s", "reply", id, "s", "stop_reason",
                           annex_stop_reason_to_name (reply->stop_reason), "o", "usage",
                           annex_json_build ("i", "input_tokens", reply->usage.input_tokens, "i",
                                             "output_tokens", reply->usage.output_tokens, "i",
                                             "cache_write_tokens", reply->usage.cache_write_tokens,
                                             "i", "cache_read_tokens",
                                             reply->usage.cache_read_tokens, NULL),
                           NULL);
  if (reply->usage.cost_usd >= 0)
    json_object_set_double_member (data, "cost_usd", reply->usage.cost_usd);
  if (!record (sub, ANNEX_EVENT_REPLY_FINISHED, data, error))
    g_clear_pointer (&reply, annex_model_reply_free);
  return reply;
}

static AnnexTool *
find_tool (Sub *sub, const char *name)
{
  for (guint i = 0; i < sub->tools->len; i++)
    if (g_str_equal (annex_tool_get_name (g_ptr_array_index (sub->tools, i)), name))
      return g_ptr_array_index (sub->tools, i);
  return NULL;
}

/* Runs one call of the sub-agent. Returns NULL only when stopped or not recorded. */
static AnnexBlock *
run_one (Sub *sub, AnnexBlock *use, GError **error)
{
  const char *name = annex_block_get_tool_name (use);
  const char *id = annex_block_get_tool_use_id (use);
  AnnexTool *tool = find_tool (sub, name);
  g_autoptr (AnnexToolCall) call =
      annex_tool_call_new (id, name, annex_block_get_tool_input (use), sub->call->cancel);
  g_autoptr (AnnexBlock) block = NULL;
  g_autoptr (GError) failure = NULL;

  if (!record (sub, ANNEX_EVENT_TOOL_STARTED,
               annex_json_build ("s", "tool_use_id", id, "s", "name", name, NULL), error))
    return NULL;
  if (tool == NULL)
    block = annex_block_new_tool_result_text (id, "There is no such tool here.", TRUE);
  else if (annex_json_opt_array (annex_block_get_tool_input (use), "secrets") != NULL)
    block = annex_block_new_tool_result_text (
        id, "A helper cannot use secrets, for it cannot ask the user. Do without.", TRUE);
  else
    block = dex_await_boxed (annex_tool_call (tool, call), &failure);
  if (block == NULL)
    {
      annex_error_normalise (&failure);
      if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      block = annex_block_new_tool_result_text (id, failure->message, TRUE);
    }
  if (!record (sub, ANNEX_EVENT_TOOL_FINISHED,
               annex_json_build ("s", "tool_use_id", id, "s", "name", name, "o", "result",
                                 annex_json_object_copy (annex_block_get_json (block)), NULL),
               error))
    return NULL;
  return g_steal_pointer (&block);
}

/* Runs the calls of @reply one after the other. FALSE with an error; *@any: there were calls. */
static gboolean
run_calls (Sub *sub, AnnexModelReply *reply, gboolean *any, GError **error)
{
  g_autoptr (GPtrArray) results =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);

  for (guint i = 0; i < reply->blocks->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (reply->blocks, i);
      AnnexBlock *result;

      if (annex_block_get_kind (block) != ANNEX_BLOCK_TOOL_USE)
        continue;
      result = run_one (sub, block, error);
      if (result == NULL)
        return FALSE;
      g_ptr_array_add (results, result);
    }
  *any = results->len > 0;
  if (*any)
    g_ptr_array_add (sub->messages, annex_message_new (ANNEX_ROLE_USER, results));
  return TRUE;
}

static char *
last_text (AnnexModelReply *reply)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < reply->blocks->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (reply->blocks, i);

      if (annex_block_get_kind (block) != ANNEX_BLOCK_TEXT)
        continue;
      if (text->len > 0)
        g_string_append (text, "\n\n");
      g_string_append (text, annex_block_get_text (block));
    }
  return g_string_free (text, FALSE);
}

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
  g_autofree char *opening = NULL;
  g_auto (Sub) sub = { .workspace = workspace, .call = call };

  sub.tools = create_tools (workspace);
  sub.messages = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_message_unref);
  sub.tools_text = annex_tools_to_json (sub.tools);
  if (goal == NULL)
    return NULL;
  opening = g_strdup_printf (
      "You are a helper of another agent, on the same computer. You cannot ask the user. Do this, "
      "then "
      "answer with the result in a few sentences, naming files by their paths.\n\nGoal: %s\n\n%s",
      goal, context);
  add_text (&sub, ANNEX_ROLE_USER, opening);
  for (guint round = 0; round < MAX_ROUNDS; round++)
    {
      g_autoptr (AnnexModelReply) reply = ask_model (&sub, error);
      g_autofree char *text = NULL;
      gboolean any = FALSE;

      if (reply == NULL)
        return NULL;
      if (reply->blocks->len > 0)
        g_ptr_array_add (sub.messages, annex_message_new (ANNEX_ROLE_ASSISTANT, reply->blocks));
      if (!run_calls (&sub, reply, &any, error))
        return NULL;
      if (any)
        continue;
      text = last_text (reply);
      return annex_tool_text (call, text[0] != '\0' ? text : "The helper ended without a word.");
    }
  g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_FAILED,
               "The helper did not come to an end in %d rounds.", MAX_ROUNDS);
  return NULL;
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
