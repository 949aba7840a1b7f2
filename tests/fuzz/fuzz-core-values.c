/* fuzz-core-values.c
 *
 * Lines of JSON as core's values read them: blocks, plans, asks and their answers, shares, and
 * events as a task's conversation. Each gives a value or an error, and the conversation stays one
 * that a provider takes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-ask.h"
#include "annex-conversation.h"
#include "annex-plan.h"
#include "annex-share.h"

#include <string.h>

static void
try_values (JsonObject *object)
{
  g_autoptr (AnnexBlock) block = annex_block_new (json_object_ref (object), NULL);
  g_autoptr (AnnexPlan) plan = annex_plan_new_from_update (NULL, object, NULL);
  g_autoptr (AnnexPlan) stored = annex_plan_new_from_json (object, NULL);
  g_autoptr (AnnexShare) share = annex_share_new_from_json (object, NULL);
  g_autoptr (AnnexAsk) ask = annex_ask_new_question ("t", object, NULL);
  g_autoptr (AnnexAsk) again = annex_ask_new_from_json (json_object_ref (object), NULL);
  AnnexAsk *asks[] = { ask, again };

  if (block != NULL)
    g_assert_nonnull (annex_block_get_text (block));
  if (plan != NULL)
    {
      g_autoptr (JsonObject) json = annex_plan_to_json (plan, NULL, "model");
      g_autoptr (AnnexPlan) read = annex_plan_new_from_json (json, NULL);

      g_assert_nonnull (read);
      g_assert_cmpuint (annex_plan_get_n_steps (read), ==, annex_plan_get_n_steps (plan));
    }
  for (guint i = 0; i < G_N_ELEMENTS (asks); i++)
    if (asks[i] != NULL)
      {
        g_autoptr (JsonObject) answer = annex_ask_make_answer (asks[i], "a, b", NULL);
        g_autofree char *own = answer != NULL ? annex_ask_describe_answer (asks[i], answer) : NULL;
        g_autofree char *other = annex_ask_describe_answer (asks[i], object);

        g_assert_nonnull (other);
      }
}

static void
check_conversation (AnnexConversation *conversation)
{
  g_autoptr (GPtrArray) messages = annex_conversation_dup_messages (conversation);
  g_autoptr (GPtrArray) unanswered = annex_conversation_dup_unanswered (conversation);

  for (guint i = 0; i < messages->len; i++)
    {
      AnnexMessage *message = g_ptr_array_index (messages, i);

      g_assert_cmpint (annex_message_get_role (message), ==,
                       i % 2 == 0 ? ANNEX_ROLE_USER : ANNEX_ROLE_ASSISTANT);
      g_assert_cmpuint (annex_message_get_blocks (message)->len, >, 0);
    }
  if (unanswered->len > 0)
    g_assert_false (annex_conversation_needs_model (conversation));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (AnnexConversation) conversation = annex_conversation_new ();
  const char *at = (const char *) data;
  const char *end = at + size;
  gint64 seq = 0;

  while (at < end)
    {
      const char *newline = memchr (at, '\n', (size_t) (end - at));
      const char *stop = newline != NULL ? newline : end;
      g_autoptr (JsonObject) object = annex_json_parse_object (at, stop - at, NULL);

      at = stop + 1;
      if (object == NULL)
        continue;
      try_values (object);
      {
        const char *type = annex_json_opt_string (object, "type", "");
        JsonObject *inner = annex_json_opt_object (object, "data");
        g_autoptr (AnnexEvent) event = annex_event_new (
            0, "t", ++seq, 0, type, json_object_ref (inner != NULL ? inner : object));

        annex_event_check_data (annex_event_get_event_type (event), annex_event_get_data (event),
                                NULL);
        annex_conversation_apply (conversation, event);
      }
    }
  check_conversation (conversation);
  return 0;
}
