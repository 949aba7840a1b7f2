/* annex-sub-agent.c
 *
 * See annex-sub-agent.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-sub-agent.h"

#include "annex-admin-policy.h"
#include "annex-agent.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-simple-tool.h"

#include <string.h>

/* What a call of it leaves in the log, for those who look: the whole was for the model alone. */
#define MAX_LOGGED_CHARS 8000
#define MAX_LOGGED_INPUT 4000
/* A shorter result is not worth forgetting. */
#define MIN_FORGOTTEN_CHARS 600
#define N_KEPT_RESULTS 2
/* A picture weighs as much as this for the model; and a request has an end too, which many large
 * ones would reach. */
#define PICTURE_CHARS 8000
#define PICTURE_BYTES_PER_CHAR 64

typedef struct
{
  const AnnexSubAgent *spec;
  GPtrArray *messages; /* AnnexMessage */
  char *tools_text;
  GHashTable *failures; /* what is called → "kind" of its failures since its last success */
  GHashTable *counts;   /* what is called → how many of them */
  char *repeated;       /* a failure that came too often, until it is dealt with */
  JsonObject *done;     /* the input of done */
  GString *partial;     /* what the answer that is being given says so far */
  guint partial_index;
} Sub;

static void
sub_clear (Sub *sub)
{
  g_ptr_array_unref (sub->messages);
  g_free (sub->tools_text);
  g_hash_table_unref (sub->failures);
  g_hash_table_unref (sub->counts);
  g_free (sub->repeated);
  g_clear_pointer (&sub->done, json_object_unref);
  g_string_free (sub->partial, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sub, sub_clear)

void
annex_sub_result_free (AnnexSubResult *self)
{
  g_free (self->text);
  g_clear_pointer (&self->done, json_object_unref);
  g_free (self->failure);
  g_free (self);
}

/* ---- the log */

static gboolean
record (Sub *sub, AnnexEventType type, JsonObject *data, GError **error)
{
  json_object_set_string_member (data, "parent", sub->spec->call->id);
  return dex_await (annex_task_append (annex_workspace_get_task (sub->spec->workspace), type, data),
                    error);
}

static gboolean
record_start (Sub *sub, AnnexBlock *use, GError **error)
{
  JsonObject *input = annex_block_get_tool_input (use);
  g_autofree char *text = annex_json_object_to_string (input);
  JsonObject *data = annex_json_build ("s", "tool_use_id", annex_block_get_tool_use_id (use), "s",
                                       "name", annex_block_get_tool_name (use), NULL);

  if (strlen (text) <= MAX_LOGGED_INPUT)
    json_object_set_object_member (data, "input", annex_json_object_copy (input));
  return record (sub, ANNEX_EVENT_TOOL_STARTED, data, error);
}

/* @block as the log has it: text alone, and not without end. (transfer full) */
static JsonObject *
dup_logged (AnnexBlock *block)
{
  const char *text = annex_block_get_text (block);
  g_autofree char *cut = NULL;
  g_autoptr (AnnexBlock) logged = NULL;

  if (g_utf8_strlen (text, -1) > MAX_LOGGED_CHARS)
    {
      g_autofree char *begin = g_utf8_substring (text, 0, MAX_LOGGED_CHARS);

      text = cut = g_strconcat (begin, "\n…", NULL);
    }
  logged = annex_block_new_tool_result_text (annex_block_get_tool_use_id (block), text,
                                             annex_block_get_is_error (block));
  return annex_json_object_copy (annex_block_get_json (logged));
}

/* ---- the conversation */

static void
add_text (Sub *sub, AnnexRole role, const char *text)
{
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);

  g_ptr_array_add (blocks, annex_block_new_text (text));
  g_ptr_array_add (sub->messages, annex_message_new (role, blocks));
}

static gboolean
is_long_result (AnnexBlock *block)
{
  JsonArray *content = annex_json_opt_array (annex_block_get_json (block), "content");

  return annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_RESULT &&
         (strlen (annex_block_get_text (block)) > MIN_FORGOTTEN_CHARS ||
          (content != NULL && json_array_get_length (content) > 1));
}

/* How much of the conversation a result takes. */
static gsize
measure_result (AnnexBlock *block)
{
  JsonArray *content = annex_json_opt_array (annex_block_get_json (block), "content");
  gsize size = strlen (annex_block_get_text (block));

  for (guint i = 0; content != NULL && i < json_array_get_length (content); i++)
    {
      JsonNode *node = json_array_get_element (content, i);
      JsonObject *source = JSON_NODE_HOLDS_OBJECT (node)
                               ? annex_json_opt_object (json_node_get_object (node), "source")
                               : NULL;

      if (source != NULL)
        size += PICTURE_CHARS +
                strlen (annex_json_opt_string (source, "data", "")) / PICTURE_BYTES_PER_CHAR;
    }
  return size;
}

/* @message with its long results forgotten, but for the last @keep of them. (transfer full) */
static AnnexMessage *
forget_in (Sub *sub, AnnexMessage *message, guint keep)
{
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  GPtrArray *old = annex_message_get_blocks (message);
  guint n = 0;

  for (guint i = 0; i < old->len; i++)
    n += is_long_result (g_ptr_array_index (old, i));
  for (guint i = 0; i < old->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (old, i);
      gboolean forget = is_long_result (block) && n-- > keep;

      g_ptr_array_add (blocks, forget ? annex_block_new_tool_result_text (
                                            annex_block_get_tool_use_id (block),
                                            sub->spec->forgotten, annex_block_get_is_error (block))
                                      : annex_block_ref (block));
    }
  return annex_message_new (annex_message_get_role (message), blocks);
}

/* Makes room once there is too much, in one go: each such moment costs the provider's cache. */
static void
forget_old_results (Sub *sub)
{
  gsize size = 0;
  guint keep = N_KEPT_RESULTS;

  if (sub->spec->max_kept_chars == 0)
    return;
  for (guint i = 0; i < sub->messages->len; i++)
    {
      GPtrArray *blocks = annex_message_get_blocks (g_ptr_array_index (sub->messages, i));

      for (guint j = 0; j < blocks->len; j++)
        if (is_long_result (g_ptr_array_index (blocks, j)))
          size += measure_result (g_ptr_array_index (blocks, j));
    }
  if (size <= sub->spec->max_kept_chars)
    return;
  for (guint i = sub->messages->len; i > 0; i--)
    {
      AnnexMessage *message = g_ptr_array_index (sub->messages, i - 1);
      GPtrArray *blocks = annex_message_get_blocks (message);
      guint n = 0;

      for (guint j = 0; j < blocks->len; j++)
        n += is_long_result (g_ptr_array_index (blocks, j));
      if (n == 0)
        continue;
      if (n > keep)
        {
          sub->messages->pdata[i - 1] = forget_in (sub, message, keep);
          annex_message_unref (message);
        }
      keep -= MIN (keep, n);
    }
}

/* ---- the model */

static JsonObject *
usage_to_json (const AnnexUsage *usage)
{
  return annex_json_build ("i", "input_tokens", usage->input_tokens, "i", "output_tokens",
                           usage->output_tokens, "i", "cache_write_tokens",
                           usage->cache_write_tokens, "i", "cache_read_tokens",
                           usage->cache_read_tokens, NULL);
}

static gpointer
ref_message (gconstpointer message, gpointer data)
{
  return annex_message_ref ((AnnexMessage *) message);
}

static void
delta_cb (const AnnexDelta *delta, gpointer data)
{
  Sub *sub = data;

  if (delta->kind == ANNEX_DELTA_RETRY)
    g_string_truncate (sub->partial, 0);
  if (delta->kind != ANNEX_DELTA_TEXT)
    return;
  if (sub->partial->len > 0 && delta->index != sub->partial_index)
    g_string_append (sub->partial, "\n\n");
  sub->partial_index = delta->index;
  g_string_append (sub->partial, delta->text);
}

static DexFuture *
traffic_cb (AnnexModelTraffic *traffic, gpointer data)
{
  Sub *sub = data;

  return annex_workspace_note_traffic (sub->spec->workspace, traffic);
}

/* By the user; nothing else settles this. */
static gboolean
is_stopped (Sub *sub)
{
  DexFuture *cancel = sub->spec->call->cancel;

  return cancel != NULL && !dex_future_is_pending (cancel);
}

/* Between two steps: what was asked for and not begun is left after Stop. */
static gboolean
may_go_on (Sub *sub, GError **error)
{
  if (!is_stopped (sub))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
  return FALSE;
}

static AnnexModelReply *
ask_model (Sub *sub, GError **error)
{
  AnnexWorkspace *workspace = sub->spec->workspace;
  AnnexTask *task = annex_workspace_get_task (workspace);
  AnnexModel *model = annex_workspace_get_helper_model (workspace);
  g_autoptr (AnnexModelRequest) request = annex_model_request_new ();
  g_autofree char *id = annex_identifier_new ();
  AnnexModelReply *reply;
  JsonObject *data;

  if (!may_go_on (sub, error) || !annex_workspace_may_cost_more (workspace, error))
    return NULL;
  request->model =
      g_strdup (model == annex_workspace_get_model (workspace) ? annex_task_get_model (task)
                                                               : annex_model_get_model (model));
  request->system =
      sub->spec->system != NULL ? g_strdup (sub->spec->system) : annex_agent_dup_task_system (task);
  request->tools = g_strdup (sub->tools_text);
  g_ptr_array_unref (request->messages);
  request->messages = g_ptr_array_copy (sub->messages, ref_message, NULL);
  request->on_delta = delta_cb;
  request->on_traffic = traffic_cb;
  request->user_data = sub;
  g_string_truncate (sub->partial, 0);
  if (!record (sub, ANNEX_EVENT_REPLY_STARTED,
               annex_json_build ("s", "reply", id, "s", "model", request->model, NULL), error))
    return NULL;
  reply = dex_await_boxed (annex_model_send (model, request, sub->spec->call->cancel), error);
  if (reply == NULL)
    {
      annex_error_normalise (error);
      if (is_stopped (sub))
        record (sub, ANNEX_EVENT_REPLY_FINISHED,
                annex_json_build ("s", "reply", id, "s", "stop_reason", "stopped", NULL), NULL);
      return NULL;
    }
  g_string_truncate (sub->partial, 0); /* all of it is in the reply */
  data = annex_json_build ("s", "reply", id, "s", "stop_reason",
                           annex_stop_reason_to_name (reply->stop_reason), "o", "usage",
                           usage_to_json (&reply->usage), NULL);
  if (reply->usage.cost_usd >= 0)
    json_object_set_double_member (data, "cost_usd", reply->usage.cost_usd);
  if (!record (sub, ANNEX_EVENT_REPLY_FINISHED, data, error))
    g_clear_pointer (&reply, annex_model_reply_free);
  return reply;
}

static char *
dup_text (AnnexModelReply *reply)
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

/* ---- the calls */

static AnnexTool *
find_tool (Sub *sub, const char *name)
{
  for (guint i = 0; i < sub->spec->tools->len; i++)
    if (g_str_equal (annex_tool_get_name (g_ptr_array_index (sub->spec->tools, i)), name))
      return g_ptr_array_index (sub->spec->tools, i);
  return NULL;
}

/* What failures are counted by: the tool, or the whole call. (transfer full) */
static char *
dup_called (Sub *sub, AnnexBlock *use)
{
  const char *name = annex_block_get_tool_name (use);
  g_autofree char *input = NULL;

  if (!sub->spec->same_input)
    return g_strdup (name);
  input = annex_json_object_to_string (annex_block_get_tool_input (use));
  return g_strconcat (name, " ", input, NULL);
}

/* Counts the failures that are of one kind and have no success between. */
static void
note_failure (Sub *sub, const char *called, const GError *failure, AnnexBlock *result)
{
  g_autofree char *kind =
      failure != NULL ? g_strdup_printf ("%u.%d", failure->domain, failure->code) : g_strdup ("");
  guint n = 1;

  if (g_strcmp0 (g_hash_table_lookup (sub->failures, called), kind) == 0)
    n += GPOINTER_TO_UINT (g_hash_table_lookup (sub->counts, called));
  g_hash_table_insert (sub->failures, g_strdup (called), g_steal_pointer (&kind));
  g_hash_table_insert (sub->counts, g_strdup (called), GUINT_TO_POINTER (n));
  if (sub->spec->max_same_failures > 0 && n >= sub->spec->max_same_failures)
    g_set_str (&sub->repeated, annex_block_get_text (result));
}

static void
note_success (Sub *sub, const char *called)
{
  g_hash_table_remove (sub->failures, called);
  g_hash_table_remove (sub->counts, called);
}

static AnnexBlock *
call_tool (Sub *sub, AnnexTool *tool, AnnexBlock *use, GError **error)
{
  const char *id = annex_block_get_tool_use_id (use);
  const char *name = annex_block_get_tool_name (use);
  JsonObject *input = annex_block_get_tool_input (use);
  g_autoptr (AnnexToolCall) call = annex_tool_call_new (id, name, input, sub->spec->call->cancel);
  g_autofree char *called = dup_called (sub, use);
  g_autoptr (GError) failure = NULL;
  AnnexBlock *block;

  if (tool == NULL)
    return annex_block_new_tool_result_text (id, "There is no such tool here.", TRUE);
  if (annex_json_opt_array (input, "secrets") != NULL)
    return annex_block_new_tool_result_text (
        id, "A helper cannot use secrets, for it cannot ask the user. Do without.", TRUE);
  if (sub->repeated != NULL)
    return annex_block_new_tool_result_text (
        id, "This was not done, for what was called before it failed.", TRUE);
  block = dex_await_boxed (annex_tool_call (tool, call), &failure);
  if (block != NULL && !annex_block_get_is_error (block))
    {
      note_success (sub, called);
      return block;
    }
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
  note_failure (sub, called, failure, block);
  return block;
}

/* Runs one call. Returns NULL only when stopped or not recorded. */
static AnnexBlock *
run_one (Sub *sub, AnnexBlock *use, GError **error)
{
  const char *name = annex_block_get_tool_name (use);
  const char *id = annex_block_get_tool_use_id (use);
  AnnexTool *tool = find_tool (sub, name);
  g_autoptr (AnnexBlock) block = NULL;

  if (tool != NULL && g_str_equal (name, "done"))
    {
      g_clear_pointer (&sub->done, json_object_unref);
      sub->done = annex_json_object_copy (annex_block_get_tool_input (use));
      return annex_block_new_tool_result_text (id, "Done.", FALSE);
    }
  if (!record_start (sub, use, error))
    return NULL;
  block = call_tool (sub, tool, use, error);
  if (block == NULL ||
      (sub->spec->reads != NULL &&
       !annex_workspace_note_untrusted (sub->spec->workspace, sub->spec->reads, error)))
    return NULL;
  block = annex_workspace_hide_secrets (sub->spec->workspace, g_steal_pointer (&block));
  if (!record (sub, ANNEX_EVENT_TOOL_FINISHED,
               annex_json_build ("s", "tool_use_id", id, "s", "name", name, "o", "result",
                                 dup_logged (block), NULL),
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
      result = may_go_on (sub, error) ? run_one (sub, block, error) : NULL;
      if (result == NULL)
        return FALSE;
      g_ptr_array_add (results, result);
    }
  *any = results->len > 0;
  if (*any && sub->repeated != NULL && sub->spec->stuck != NULL)
    {
      g_autofree char *advice = sub->spec->stuck (sub->repeated, sub->spec->stuck_data, error);

      if (*error != NULL)
        return FALSE;
      if (advice != NULL)
        {
          g_ptr_array_add (results, annex_block_new_text (advice));
          g_clear_pointer (&sub->repeated, g_free);
          g_hash_table_remove_all (sub->failures);
          g_hash_table_remove_all (sub->counts);
        }
    }
  if (*any)
    g_ptr_array_add (sub->messages, annex_message_new (ANNEX_ROLE_USER, results));
  return TRUE;
}

/* ---- the run */

static AnnexSubResult *
end (Sub *sub, AnnexSubEnd how, char *text)
{
  AnnexSubResult *result = g_new0 (AnnexSubResult, 1);

  result->end = how;
  result->text = text != NULL ? text : g_strdup ("");
  result->done = g_steal_pointer (&sub->done);
  result->failure = g_steal_pointer (&sub->repeated);
  return result;
}

/* What was said until the user stopped it; NULL, with the error as it is, when nothing was or when
 * something else ended it. */
static AnnexSubResult *
end_early (Sub *sub, const char *said, GError **error)
{
  const char *text;

  g_strchomp (sub->partial->str);
  text = *sub->partial->str != '\0' ? sub->partial->str : said;
  if (!is_stopped (sub) || text == NULL || *text == '\0')
    return NULL;
  g_clear_error (error);
  return end (sub, ANNEX_SUB_STOPPED, g_strdup (text));
}

static gboolean
is_time_over (Sub *sub, gint64 began_us)
{
  gint64 idle_us = sub->spec->idle_us != NULL ? *sub->spec->idle_us : 0;

  return sub->spec->max_seconds > 0 && g_get_monotonic_time () - began_us - idle_us >
                                           (gint64) sub->spec->max_seconds * G_USEC_PER_SEC;
}

static void
set_refused (AnnexModelReply *reply, GError **error)
{
  g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_FAILED,
               "The helper's model declined to go on%s%s.", reply->stop_detail != NULL ? ": " : "",
               reply->stop_detail != NULL ? reply->stop_detail : "");
}

AnnexSubResult *
annex_sub_agent_run (const AnnexSubAgent *self, GError **error)
{
  g_auto (Sub) sub = { .spec = self };
  gint64 began_us = g_get_monotonic_time ();
  /* What the administrator allows a task, no helper of it may exceed. */
  guint max_rounds = annex_admin_policy_limit_turns (annex_admin_policy_get (), self->max_rounds);
  g_autofree char *said = NULL;
  g_autoptr (GError) failure = NULL;

  sub.partial = g_string_new (NULL);
  sub.messages = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_message_unref);
  sub.tools_text = annex_tools_to_json (self->tools);
  sub.failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  sub.counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  add_text (&sub, ANNEX_ROLE_USER, self->opening);
  for (guint round = 0; round < max_rounds; round++)
    {
      g_autoptr (AnnexModelReply) reply = NULL;
      gboolean any = FALSE;

      if (is_time_over (&sub, began_us))
        return end (&sub, ANNEX_SUB_TIME, g_steal_pointer (&said));
      forget_old_results (&sub);
      reply = ask_model (&sub, error);
      if (reply == NULL)
        return end_early (&sub, said, error);
      if (reply->stop_reason == ANNEX_STOP_REFUSAL)
        {
          set_refused (reply, error);
          return NULL;
        }
      if (reply->blocks->len > 0)
        g_ptr_array_add (sub.messages, annex_message_new (ANNEX_ROLE_ASSISTANT, reply->blocks));
      g_free (said);
      said = dup_text (reply);
      if (!run_calls (&sub, reply, &any, &failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return end_early (&sub, said, error);
        }
      if (sub.done != NULL)
        return end (&sub, ANNEX_SUB_DONE, g_steal_pointer (&said));
      if (sub.repeated != NULL)
        return end (&sub, ANNEX_SUB_STUCK, g_steal_pointer (&said));
      if (any)
        continue;
      if (reply->blocks->len > 0 && (reply->stop_reason == ANNEX_STOP_MAX_TOKENS ||
                                     reply->stop_reason == ANNEX_STOP_PAUSE_TURN))
        add_text (&sub, ANNEX_ROLE_USER, "Go on, in smaller pieces.");
      else
        return end (&sub, ANNEX_SUB_SAID, g_steal_pointer (&said));
    }
  return end (&sub, ANNEX_SUB_ROUNDS, g_steal_pointer (&said));
}
