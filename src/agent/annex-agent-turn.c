/* annex-agent-turn.c
 *
 * One call of the model: the byte-stable request, and the stream turned into events as each block
 * is finished. A repeated attempt is a reply of its own; the failed one's blocks do not count. Of
 * an answer that the user stopped, what was said so far does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"

#include <string.h>

typedef struct
{
  AnnexWorkspace *workspace;
  AnnexTask *task;
  const char *model;
  char *reply;        /* id of the attempt */
  GPtrArray *pending; /* DexFuture of appended events */
  GString *partial;   /* of the text block that is not finished */
  guint partial_index;
  gboolean has_text; /* a finished block of it */
  gboolean has_call;
} Turn;

static void
push (Turn *turn, AnnexEventType type, JsonObject *data)
{
  g_ptr_array_add (turn->pending, annex_task_append (turn->task, type, data));
}

static void
start_reply (Turn *turn)
{
  g_string_truncate (turn->partial, 0);
  turn->has_text = turn->has_call = FALSE;
  g_free (turn->reply);
  turn->reply = annex_identifier_new ();
  push (turn, ANNEX_EVENT_REPLY_STARTED,
        annex_json_build ("s", "reply", turn->reply, "s", "model", turn->model, NULL));
}

static void
delta_cb (const AnnexDelta *delta, gpointer data)
{
  Turn *turn = data;

  annex_task_emit_delta (turn->task, delta);
  if (delta->kind == ANNEX_DELTA_TEXT)
    {
      if (delta->index != turn->partial_index)
        g_string_truncate (turn->partial, 0);
      turn->partial_index = delta->index;
      g_string_append (turn->partial, delta->text);
    }
  if (delta->kind != ANNEX_DELTA_RETRY)
    return;
  push (turn, ANNEX_EVENT_REPLY_FAILED,
        annex_json_build ("s", "reply", turn->reply, "s", "message", delta->text, "i",
                          "retry_in_ms", (gint64) delta->retry_in_ms, NULL));
  start_reply (turn);
}

static void
block_cb (guint index, AnnexBlock *block, gpointer data)
{
  Turn *turn = data;
  AnnexBlockKind kind = annex_block_get_kind (block);

  if (index == turn->partial_index)
    g_string_truncate (turn->partial, 0);
  turn->has_text = turn->has_text || kind == ANNEX_BLOCK_TEXT;
  turn->has_call = turn->has_call || kind == ANNEX_BLOCK_TOOL_USE;
  push (turn, ANNEX_EVENT_BLOCK,
        annex_json_build ("s", "reply", turn->reply, "i", "index", (gint64) index, "o", "block",
                          annex_json_object_copy (annex_block_get_json (block)), NULL));
}

static DexFuture *
traffic_cb (AnnexModelTraffic *traffic, gpointer data)
{
  Turn *turn = data;

  return annex_workspace_note_traffic (turn->workspace, traffic);
}

/* Waits until everything appended so far is committed. */
static gboolean
settle (Turn *turn, GError **error)
{
  gboolean ok = TRUE;

  for (guint i = 0; i < turn->pending->len; i++)
    ok = dex_await (dex_ref (g_ptr_array_index (turn->pending, i)), ok ? error : NULL) && ok;
  g_ptr_array_set_size (turn->pending, 0);
  return ok;
}

static JsonObject *
usage_to_json (const AnnexUsage *usage)
{
  return annex_json_build ("i", "input_tokens", usage->input_tokens, "i", "output_tokens",
                           usage->output_tokens, "i", "cache_write_tokens",
                           usage->cache_write_tokens, "i", "cache_read_tokens",
                           usage->cache_read_tokens, NULL);
}

static void
finish_reply (Turn *turn, const AnnexModelReply *reply)
{
  JsonObject *data = annex_json_build (
      "s", "reply", turn->reply, "s", "stop_reason", annex_stop_reason_to_name (reply->stop_reason),
      "s", "model", reply->model, "o", "usage", usage_to_json (&reply->usage), NULL);

  if (reply->usage.cost_usd >= 0)
    json_object_set_double_member (data, "cost_usd", reply->usage.cost_usd);
  if (reply->request_id != NULL)
    json_object_set_string_member (data, "request_id", reply->request_id);
  push (turn, ANNEX_EVENT_REPLY_FINISHED, data);
}

/* The user stopped the answer: what was said so far stays, and the model is told why it ends there.
 * FALSE when it said nothing, or already called a tool, which was never begun. */
static gboolean
keep_partial (Turn *turn)
{
  g_strchomp (turn->partial->str);
  if (turn->has_call || (!turn->has_text && *turn->partial->str == '\0'))
    return FALSE;
  if (*turn->partial->str != '\0')
    {
      g_autoptr (AnnexBlock) block = annex_block_new_text (turn->partial->str);

      block_cb (turn->partial_index, block, turn);
    }
  push (turn, ANNEX_EVENT_REPLY_FINISHED,
        annex_json_build ("s", "reply", turn->reply, "s", "stop_reason", "stopped", NULL));
  push (turn, ANNEX_EVENT_ANNOUNCEMENT,
        annex_json_build ("s", "text", "The user stopped your answer at this point.", NULL));
  return TRUE;
}

/* Thinking alone is no answer: small models end so at times. */
static gboolean
says_anything (const AnnexModelReply *reply)
{
  for (guint i = 0; i < reply->blocks->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (reply->blocks, i);
      const char *text = annex_block_get_text (block);

      switch (annex_block_get_kind (block))
        {
        case ANNEX_BLOCK_TEXT:
          if (text[strspn (text, " \t\r\n")] != '\0')
            return TRUE;
          break;
        case ANNEX_BLOCK_THINKING:
        case ANNEX_BLOCK_REDACTED_THINKING:
          break;
        case ANNEX_BLOCK_IMAGE:
        case ANNEX_BLOCK_DOCUMENT:
        case ANNEX_BLOCK_TOOL_USE:
        case ANNEX_BLOCK_TOOL_RESULT:
        case ANNEX_BLOCK_UNKNOWN:
          return TRUE;
        }
    }
  return FALSE;
}

static void
turn_clear (Turn *turn)
{
  g_string_free (turn->partial, TRUE);
  g_free (turn->reply);
  g_ptr_array_unref (turn->pending);
}

gboolean
annex_agent_turn (AnnexAgent *self,
                  AnnexStopReason *stop_reason,
                  char **stop_detail,
                  GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  AnnexModel *model = annex_workspace_get_model (self->workspace);
  g_autoptr (AnnexModelRequest) request = annex_model_request_new ();
  g_autoptr (AnnexModelReply) reply = NULL;
  g_autoptr (GError) failure = NULL;
  Turn turn = { .workspace = self->workspace, .task = task, .model = annex_task_get_model (task) };
  gsize sent_bytes;
  gboolean ok;

  turn.pending = g_ptr_array_new_with_free_func (dex_unref);
  turn.partial = g_string_new (NULL);
  request->model = g_strdup (annex_task_get_model (task));
  request->system = annex_agent_dup_task_system (task);
  request->tools = annex_agent_dup_task_tools (task);
  g_ptr_array_unref (request->messages);
  request->messages = annex_task_dup_messages (task);
  request->on_delta = delta_cb;
  request->on_block = block_cb;
  request->on_traffic = traffic_cb;
  request->user_data = &turn;

  sent_bytes = annex_agent_measure_request (request);
  start_reply (&turn);
  reply = dex_await_boxed (annex_model_send (model, request, DEX_FUTURE (self->stop)), &failure);
  if (reply != NULL)
    finish_reply (&turn, reply);
  else
    {
      annex_error_normalise (&failure);
      if (!self->stopped || failure->domain == ANNEX_MODEL_ERROR || !keep_partial (&turn))
        push (&turn, ANNEX_EVENT_REPLY_FAILED,
              annex_json_build ("s", "reply", turn.reply, "s", "error",
                                failure->domain == ANNEX_MODEL_ERROR
                                    ? annex_model_error_name (failure->code)
                                    : "stopped",
                                "s", "message", failure->message, NULL));
    }
  ok = settle (&turn, error);
  turn_clear (&turn);
  if (!ok)
    return FALSE;
  if (reply == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  annex_agent_note_usage (self, sent_bytes, &reply->usage);
  self->n_silent = says_anything (reply) ? 0 : self->n_silent + 1;
  *stop_reason = reply->stop_reason;
  *stop_detail = g_strdup (reply->stop_detail);
  return TRUE;
}
