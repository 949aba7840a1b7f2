/* annex-agent-repeated.c
 *
 * The same call that has failed three times is not made once more before the user was asked. What
 * has failed is told by the conversation, so a restart changes nothing about it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent-private.h"

#include "annex-json-build.h"
#include "annex-web-text.h"

#include <glib/gi18n.h>

#define MAX_SAME_FAILURES 3
/* Further back than this many messages nobody speaks of "again". */
#define MAX_MESSAGES 60
#define MAX_CALL_CHARS 300
#define MAX_FAILURE_CHARS 300

#define ANOTHER_WAY "Try another way"
#define AGAIN "Try it again"
#define STOP "Stop here"

static AnnexBlock *
find_result (AnnexMessage *message, const char *id)
{
  GPtrArray *blocks = annex_message_get_blocks (message);

  for (guint i = 0; i < blocks->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (blocks, i);

      if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_RESULT &&
          g_strcmp0 (annex_block_get_tool_use_id (block), id) == 0)
        return block;
    }
  return NULL;
}

/* Has somebody else said something in this message? Then what was tried before is another matter.
 */
static gboolean
says_something (AnnexMessage *message)
{
  GPtrArray *blocks = annex_message_get_blocks (message);

  for (guint i = 0; i < blocks->len; i++)
    if (annex_block_get_kind (g_ptr_array_index (blocks, i)) != ANNEX_BLOCK_TOOL_RESULT)
      return TRUE;
  return FALSE;
}

static gboolean
is_same_call (AnnexBlock *block, const char *name, const char *input)
{
  g_autofree char *text = NULL;

  if (annex_block_get_kind (block) != ANNEX_BLOCK_TOOL_USE ||
      g_strcmp0 (annex_block_get_tool_name (block), name) != 0)
    return FALSE;
  text = annex_json_object_to_string (annex_block_get_tool_input (block));
  return g_str_equal (text, input);
}

char *
annex_agent_dup_repeated (GPtrArray *messages, const AnnexToolCall *call)
{
  g_autofree char *input = annex_json_object_to_string (call->input);
  AnnexMessage *after = NULL; /* the message with the results of the one that is looked at */
  AnnexBlock *failure = NULL; /* the newest */
  guint n = 0;

  for (guint i = messages->len; i > 0 && messages->len - i < MAX_MESSAGES; i--)
    {
      AnnexMessage *message = g_ptr_array_index (messages, i - 1);
      GPtrArray *blocks = annex_message_get_blocks (message);

      if (annex_message_get_role (message) == ANNEX_ROLE_USER)
        {
          if (says_something (message))
            break;
          after = message;
          continue;
        }
      for (guint j = blocks->len; after != NULL && j > 0; j--)
        {
          AnnexBlock *block = g_ptr_array_index (blocks, j - 1);
          AnnexBlock *result = is_same_call (block, call->name, input)
                                   ? find_result (after, annex_block_get_tool_use_id (block))
                                   : NULL;

          if (result == NULL)
            continue;
          if (!annex_block_get_is_error (result))
            return NULL;
          failure = failure != NULL ? failure : result;
          n++;
        }
    }
  return n >= MAX_SAME_FAILURES ? g_strdup (annex_block_get_text (failure)) : NULL;
}

static AnnexAsk *
new_ask (AnnexAgent *self, const AnnexToolCall *call, const char *failure, GError **error)
{
  static const char *const options[] = { ANOTHER_WAY, AGAIN, STOP };
  g_autofree char *input = annex_ask_describe_arguments (call->input);
  g_autofree char *what = annex_web_text_clean (input, MAX_CALL_CHARS, NULL);
  g_autofree char *why = annex_web_text_clean (failure, MAX_FAILURE_CHARS, NULL);
  g_autofree char *text =
      g_strdup_printf (_ ("The same step has failed three times, and Annex would "
                          "try it once more: %s\n%s\nWhat came of "
                          "it: %s\nWhat now?"),
                       call->name, what, why);
  JsonArray *labels = json_array_new ();
  JsonArray *questions = json_array_new ();
  g_autoptr (JsonObject) input_json = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    json_array_add_string_element (labels, options[i]);
  json_array_add_object_element (questions,
                                 annex_json_build ("s", "id", "again", "s", "header", "Stuck", "s",
                                                   "question", text, "a", "options", labels, NULL));
  input_json = annex_json_build ("a", "questions", questions, NULL);
  return annex_ask_new_question (annex_task_get_id (annex_workspace_get_task (self->workspace)),
                                 input_json, error);
}

gboolean
annex_agent_may_repeat (AnnexAgent *self,
                        const AnnexToolCall *call,
                        const char *failure,
                        char **told,
                        GError **error)
{
  /* Beside what the call itself may ask. */
  g_autofree char *ask_id = g_strconcat (call->id, ":again", NULL);
  g_autoptr (AnnexAsk) ask = new_ask (self, call, failure, error);
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *said = NULL;
  const char *label;

  if (ask == NULL)
    return FALSE;
  answer = annex_workspace_ask (self->workspace, annex_ask_ref (ask), ask_id, call->cancel, error);
  if (answer == NULL)
    return FALSE;
  label = annex_json_opt_string (answer, "again", "");
  if (g_str_equal (label, AGAIN))
    return TRUE;
  if (g_str_equal (label, STOP))
    {
      annex_agent_stop (self);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
      return FALSE;
    }
  said = annex_ask_describe_answer (ask, answer);
  *told =
      g_strdup_printf ("This has failed three times in the same way, so it was not tried again, "
                       "and the user was asked. Their answer: %s\nDo something else, or say "
                       "what is missing.",
                       said);
  return FALSE;
}
