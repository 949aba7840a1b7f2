/* annex-agent-window.c
 *
 * How full the model's memory is: what its server says that it can hold, what it said of the last
 * call, and what has come since.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent-private.h"

#include "annex-model-window.h"

#include <string.h>

#define FULL_PERCENT 85
/* What a summary may take: with more, the next one would come at once. */
#define CRAMPED_PERCENT 60
/* Of prose and programs; only for what has come since the last call. */
#define BYTES_PER_TOKEN 4
/* No text has as many. */
#define TOO_MANY_BYTES_PER_TOKEN 8
/* Servers that tell are asked from here on: a short conversation fits everywhere. */
#define ASK_FROM_TOKENS 2500
/* A server that stands still: the same number, but for where a message ends. */
#define STILL_PERCENT 5
#define STILL_FROM_TOKENS 1000
#define STILL_GROWTH_BYTES 4096

gsize
annex_agent_measure_request (const AnnexModelRequest *request)
{
  gsize bytes = strlen (request->system) + strlen (request->tools);

  for (guint i = 0; i < request->messages->len; i++)
    {
      GPtrArray *blocks = annex_message_get_blocks (g_ptr_array_index (request->messages, i));

      for (guint j = 0; j < blocks->len; j++)
        {
          AnnexBlock *block = g_ptr_array_index (blocks, j);
          g_autofree char *input =
              annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_USE
                  ? annex_json_object_to_string (annex_block_get_tool_input (block))
                  : NULL;
          const char *text = input != NULL ? input : annex_block_get_text (block);

          bytes += text != NULL ? strlen (text) : 0;
        }
    }
  return bytes;
}

static gboolean
stands_still (const AnnexAgentWindow *window, gint64 prompt_tokens, gsize sent_bytes)
{
  return window->prompt_tokens >= STILL_FROM_TOKENS && window->sent_bytes > 0 &&
         sent_bytes >= window->sent_bytes + STILL_GROWTH_BYTES &&
         sent_bytes > (gsize) prompt_tokens * TOO_MANY_BYTES_PER_TOKEN &&
         ABS (prompt_tokens - window->prompt_tokens) * 100 <= window->prompt_tokens * STILL_PERCENT;
}

void
annex_agent_note_usage (AnnexAgent *self, gsize sent_bytes, const AnnexUsage *usage)
{
  AnnexAgentWindow *window = &self->window;
  gint64 prompt_tokens =
      MAX (usage->input_tokens + usage->cache_write_tokens + usage->cache_read_tokens, 0);

  window->was_read = TRUE;
  if (prompt_tokens > 0 && stands_still (window, prompt_tokens, sent_bytes))
    window->tokens = MAX (prompt_tokens, window->prompt_tokens);
  if (window->was_compacted && window->tokens > 0 &&
      prompt_tokens * 100 >= window->tokens * CRAMPED_PERCENT)
    window->is_cramped = TRUE;
  window->was_compacted = FALSE;
  window->prompt_tokens = prompt_tokens;
  window->sent_bytes = sent_bytes;
}

void
annex_agent_note_rewind (AnnexAgent *self)
{
  AnnexAgentWindow *window = &self->window;

  window->is_cramped = window->was_compacted = FALSE;
  if (window->sent_bytes == 0) /* the log told it, and not of what */
    window->prompt_tokens = 0;
}

/* After a restart: the last call that the conversation of now was sent with. */
static void
read_log (AnnexAgent *self, AnnexTask *task)
{
  static const AnnexEventType types[] = { ANNEX_EVENT_REPLY_FINISHED, ANNEX_EVENT_COMPACTED,
                                          ANNEX_EVENT_REWOUND };
  g_autoptr (GPtrArray) events = dex_await_boxed (
      annex_store_list_events_of (annex_task_get_store (task), annex_task_get_id (task), types,
                                  G_N_ELEMENTS (types)),
      NULL);

  self->window.was_read = TRUE;
  for (guint i = events != NULL ? events->len : 0; i > 0; i--)
    {
      AnnexEvent *event = g_ptr_array_index (events, i - 1);
      JsonObject *data = annex_event_get_data (event);
      JsonObject *usage = annex_json_opt_object (data, "usage");

      if (annex_event_get_event_type (event) != ANNEX_EVENT_REPLY_FINISHED)
        return;
      if (json_object_has_member (data, "parent") || usage == NULL)
        continue;
      self->window.prompt_tokens = annex_json_opt_int (usage, "input_tokens", 0) +
                                   annex_json_opt_int (usage, "cache_write_tokens", 0) +
                                   annex_json_opt_int (usage, "cache_read_tokens", 0) +
                                   annex_json_opt_int (usage, "output_tokens", 0);
      return;
    }
}

static gsize
measure_now (AnnexTask *task)
{
  g_autoptr (AnnexModelRequest) request = annex_model_request_new ();

  request->system = annex_agent_dup_task_system (task);
  request->tools = annex_agent_dup_task_tools (task);
  g_ptr_array_unref (request->messages);
  request->messages = annex_task_dup_messages (task);
  return annex_agent_measure_request (request);
}

static void
ask_model (AnnexAgent *self, AnnexTask *task)
{
  guint64 tokens =
      dex_await_uint64 (annex_model_window_find (annex_workspace_get_model (self->workspace),
                                                 annex_task_get_model (task)),
                        NULL); /* never rejects */

  self->window.was_asked = TRUE;
  if (self->window.tokens == 0)
    self->window.tokens = (gint64) MIN (tokens, G_MAXINT32);
}

gboolean
annex_agent_has_room (AnnexAgent *self)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  AnnexAgentWindow *window = &self->window;
  gint64 tokens;
  gsize bytes;

  if (window->is_cramped || annex_task_count_compacted (task) > 0)
    return TRUE;
  if (!window->was_read)
    read_log (self, task);
  if (window->prompt_tokens >= ASK_FROM_TOKENS && window->tokens == 0 && !window->was_asked)
    ask_model (self, task);
  if (window->tokens == 0 || window->prompt_tokens == 0)
    return TRUE;
  tokens = window->prompt_tokens;
  bytes = window->sent_bytes > 0 ? measure_now (task) : 0;
  if (bytes > window->sent_bytes)
    tokens += (gint64) (bytes - window->sent_bytes) / BYTES_PER_TOKEN;
  else if (bytes > 0) /* the user went back */
    tokens = (gint64) ((double) tokens * (double) bytes / (double) window->sent_bytes);
  return tokens * 100 < window->tokens * FULL_PERCENT;
}
