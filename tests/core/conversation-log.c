/* conversation-log.c
 *
 * See conversation-log.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "conversation-log.h"

#include <stdarg.h>

void
log_clear (Log *log)
{
  annex_conversation_free (log->conversation);
  g_ptr_array_unref (log->events);
}
Log
log_new (void)
{
  return (Log) { annex_conversation_new (),
                 g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref) };
}

gint64
log_add (Log *log, AnnexEventType type, const char *format, ...) G_GNUC_PRINTF (3, 4);

gint64
log_add (Log *log, AnnexEventType type, const char *format, ...)
{
  g_autofree char *text = NULL;
  JsonObject *data;
  AnnexEvent *event;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_strdelimit (text, "'", '"');
  data = annex_json_parse_object (text, -1, NULL);
  g_assert_nonnull (data);
  event = annex_event_new (0, "t", log->events->len + 1, 0, annex_event_type_to_name (type), data);
  g_ptr_array_add (log->events, event);
  annex_conversation_apply (log->conversation, event);
  return log->events->len;
}

void
log_user (Log *log, const char *text)
{
  log_add (log, ANNEX_EVENT_USER_MESSAGE, "{'blocks':[{'type':'text','text':'%s'}]}", text);
}

void
log_announce (Log *log, const char *text)
{
  log_add (log, ANNEX_EVENT_ANNOUNCEMENT, "{'text':'%s'}", text);
}

void
log_start (Log *log, const char *reply)
{
  int seen = (int) log->events->len;

  log_add (log, ANNEX_EVENT_REPLY_STARTED, "{'reply':'%s','model':'m','seen':%d}", reply, seen);
}

void
log_text (Log *log, const char *reply, int index, const char *text)
{
  log_add (log, ANNEX_EVENT_BLOCK, "{'reply':'%s','index':%d,'block':{'type':'text','text':'%s'}}",
           reply, index, text);
}

void
log_use (Log *log, const char *reply, int index, const char *id)
{
  log_add (
      log, ANNEX_EVENT_BLOCK,
      "{'reply':'%s','index':%d,'block':{'type':'tool_use','id':'%s','name':'shell','input':{}}}",
      reply, index, id);
}

void
log_finish (Log *log, const char *reply, const char *stop_reason)
{
  log_add (log, ANNEX_EVENT_REPLY_FINISHED, "{'reply':'%s','stop_reason':'%s'}", reply,
           stop_reason);
}

void
log_tool_start (Log *log, const char *id)
{
  log_add (log, ANNEX_EVENT_TOOL_STARTED, "{'tool_use_id':'%s','name':'shell'}", id);
}

void
log_result (Log *log, const char *id, const char *text)
{
  log_add (log, ANNEX_EVENT_TOOL_FINISHED,
           "{'tool_use_id':'%s','name':'shell','result':{'type':'tool_result','tool_use_id':'%s',"
           "'content':'%s'}}",
           id, id, text);
}

char *
log_render (GPtrArray *messages)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    {
      AnnexMessage *message = g_ptr_array_index (messages, i);
      GPtrArray *blocks = annex_message_get_blocks (message);

      g_string_append_printf (out, "%s%s", i > 0 ? " " : "",
                              annex_message_get_role (message) == ANNEX_ROLE_USER ? "U:" : "A:");
      for (guint j = 0; j < blocks->len; j++)
        {
          AnnexBlock *block = g_ptr_array_index (blocks, j);

          if (j > 0)
            g_string_append_c (out, ',');
          if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_USE)
            g_string_append_printf (out, "use(%s)", annex_block_get_tool_use_id (block));
          else if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_RESULT)
            g_string_append_printf (
                out, "res(%s)=%s", annex_block_get_tool_use_id (block),
                annex_block_get_is_error (block) ? "!" : annex_block_get_text (block));
          else
            g_string_append (out, annex_block_get_text (block));
        }
    }
  return g_string_free_and_steal (out);
}
