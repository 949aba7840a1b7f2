/* test-agent-replies.c
 *
 * What comes after a reply that is none: one without a word, and one after which Annex ended.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agent-fixture.h"

#include <string.h>

#define THOUGHT "[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"\"}]"

/* An answer without a word is asked for once more. */
static void
test_silent (Fixture *f, gconstpointer data)
{
  scripted_model_add (f->model, THOUGHT, ANNEX_STOP_END_TURN);
  scripted_model_add (f->model, "[" TEXT ("Here it is.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (scripted_model_get_n_calls (f->model), ==, 2);
  g_assert_nonnull (strstr (scripted_model_get_messages (f->model, 1), "You said nothing."));
}

/* Then the user is told, and who continues asks it again. */
static void
test_silent_for_good (Fixture *f, gconstpointer data)
{
  scripted_model_add (f->model, "[]", ANNEX_STOP_END_TURN);
  scripted_model_add (f->model, "[" TEXT (" ") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  settle_error (annex_agent_run (f->agent), ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_SILENT);
  g_assert_cmpint (annex_task_get_state (f->task), ==, ANNEX_TASK_FAILED);
  scripted_model_add (f->model, "[" TEXT ("Here it is.") "]", ANNEX_STOP_END_TURN);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (scripted_model_get_n_calls (f->model), ==, 3);
}

/* As if Annex had ended right after a reply. */
static void
leave_after_reply (Fixture *f, const char *stop_reason)
{
  g_autofree char *started = g_strdup_printf ("{\"reply\":\"r-%s\",\"model\":\"m\"}", stop_reason);
  g_autofree char *block =
      g_strdup_printf ("{\"reply\":\"r-%s\",\"index\":0,\"block\":" TEXT ("Half") "}", stop_reason);
  g_autofree char *finished =
      g_strdup_printf ("{\"reply\":\"r-%s\",\"stop_reason\":\"%s\"}", stop_reason, stop_reason);

  settle_ok (annex_agent_say (f->agent, "Go"));
  put (f, ANNEX_EVENT_REPLY_STARTED, started);
  put (f, ANNEX_EVENT_BLOCK, block);
  put (f, ANNEX_EVENT_REPLY_FINISHED, finished);
  restart (f);
}

/* What has to come after it comes when the task goes on. */
static void
test_left_after_reply (Fixture *f, gconstpointer data)
{
  leave_after_reply (f, "max_tokens");
  scripted_model_add (f->model, "[" TEXT ("and half.") "]", ANNEX_STOP_END_TURN);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (scripted_model_get_n_calls (f->model), ==, 1);
  g_assert_nonnull (strstr (scripted_model_get_messages (f->model, 0), "was cut at the length"));

  leave_after_reply (f, "model_context_window_exceeded");
  scripted_model_add (f->model, "[" TEXT ("More.") "]", ANNEX_STOP_END_TURN);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_COMPACTED), ==, 1);

  leave_after_reply (f, "refusal");
  settle_error (annex_agent_run (f->agent), ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_REFUSED);
  /* Who continues without saying it differently is not told that it is done, however often and
   * whatever has happened to the task meanwhile. */
  put (f, ANNEX_EVENT_TITLE_CHANGED, "{\"title\":\"Another\"}");
  for (guint i = 0; i < 4; i++)
    settle_error (annex_agent_run (f->agent), ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_REFUSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("replies/silent", test_silent);
  ADD ("replies/silent-for-good", test_silent_for_good);
  ADD ("replies/left-after", test_left_after_reply);
  return g_test_run ();
}
