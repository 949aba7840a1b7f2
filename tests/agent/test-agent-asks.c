/* test-agent-asks.c
 *
 * Whose an answer is: servers give the ids of their calls again in later replies, and calls are
 * stopped while the user has yet to answer. And what a limit counts where not every price is known.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agent-fixture.h"

#include "annex-answers.h"

#include <string.h>

#define ASK_FOR(host)                                                                              \
  USE ("call_0", "request_network", "{\"host\":\"" host "\",\"reason\":\"rates\"}")
#define QUESTION(text)                                                                             \
  USE ("call_0", "ask_user",                                                                       \
       "{\"questions\":[{\"id\":\"q\",\"header\":\"When\",\"question\":\"" text                    \
       "\",\"options\":[{\"label\":\"Today\"},{\"label\":\"Later\"}]}]}")

/* Answers the first question with "task" or "Today", and no other. */
static void
answer_first_cb (AnnexInbox *inbox, AnnexAsk *ask, guint *n_asked)
{
  const char *text = annex_ask_get_kind (ask) == ANNEX_ASK_NETWORK ? "task" : "Today";

  dex_future_disown (
      annex_answers_submit (inbox, NULL, ask, ++*n_asked == 1 ? text : "no", "user"));
}

/* Two calls of the same id in two turns: what the first was allowed, the second is asked for. */
static void
test_id_again (Fixture *f, gconstpointer data)
{
  guint n_asked = 0;
  const char *by;

  scripted_model_add (f->model, "[" ASK_FOR ("good.example") "]", ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" ASK_FOR ("evil.example") "]", ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (answer_first_cb), &n_asked);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (n_asked, ==, 2);
  g_assert_true (annex_network_policy_take (f->policy, "good.example", 443, &by, NULL));
  g_assert_false (annex_network_policy_take (f->policy, "evil.example", 443, &by, NULL));
}

/* The same across a restart between the two, and with questions. */
static void
test_id_again_after_restart (Fixture *f, gconstpointer data)
{
  guint n_asked = 0;

  scripted_model_add (f->model, "[" QUESTION ("When shall I begin?") "]", ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Begun.") "]", ANNEX_STOP_END_TURN);
  scripted_model_add (f->model, "[" QUESTION ("When shall I end?") "]", ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Ended.") "]", ANNEX_STOP_END_TURN);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (answer_first_cb), &n_asked);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  restart (f);
  g_signal_handlers_disconnect_by_func (f->inbox, answer_first_cb, &n_asked);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (answer_first_cb), &n_asked);
  settle_ok (annex_agent_say (f->agent, "Go on"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (n_asked, ==, 2);
}

static void
stop_cb (AnnexInbox *inbox, AnnexAsk *ask, Fixture *f)
{
  annex_agent_stop (f->agent);
}

/* Nobody waits for the answer to a call that was stopped: its question is closed, and can be opened
 * again. */
static void
test_stop_closes (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) open = NULL;

  scripted_model_add (f->model, "[" ASK_FOR ("late.example") "]", ANNEX_STOP_TOOL_USE);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (stop_cb), f);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_STOPPED);
  open = annex_task_dup_open_asks (f->task);
  g_assert_cmpuint (open->len, ==, 0);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ASK_EXPIRED), ==, 1);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_NETWORK_DECIDED), ==, 0);
}

static void
park_cb (AnnexInbox *inbox, AnnexAsk *ask, Fixture *f)
{
  annex_agent_park (f->agent);
}

/* A call waits for its answer while Annex ends; meanwhile its host is ruled out elsewhere. Its own
 * answer is the later word, and is not lost; another call is not even asked for. */
static void
check_never_meanwhile (Fixture *f, const char *label)
{
  g_autoptr (GPtrArray) open = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  gboolean failed;
  const char *by;

  scripted_model_add (f->model, "[" ASK_FOR ("late.example") "]", ANNEX_STOP_TOOL_USE);
  scripted_model_add (
      f->model,
      "[" USE ("call_1", "request_network", "{\"host\":\"other.example\",\"reason\":\"x\"}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (park_cb), f);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_WAITING);
  restart (f);
  annex_network_policy_set (f->policy, "late.example", FALSE, "never");
  annex_network_policy_set (f->policy, "other.example", FALSE, "never");
  open = annex_task_dup_open_asks (f->task);
  g_assert_cmpuint (open->len, ==, 1);
  settle_ok (annex_answers_submit (f->inbox, NULL, g_ptr_array_index (open, 0), label, "user"));
  settle_ok (annex_task_refresh (f->task));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  first = result_of (f, "call_0", &failed);
  g_assert_false (failed);
  g_assert_nonnull (strstr (first, "The user allowed late.example"));
  g_assert_true (annex_network_policy_take (f->policy, "late.example", 443, &by, NULL));
  g_assert_cmpstr (by, ==, label);
  second = result_of (f, "call_1", &failed);
  g_assert_true (failed);
  g_assert_nonnull (strstr (second, "does not want it to be reached"));
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ASK_OPENED), ==, 1);
}

static void
test_never_meanwhile_once (Fixture *f, gconstpointer data)
{
  check_never_meanwhile (f, "once");
}

static void
test_never_meanwhile_task (Fixture *f, gconstpointer data)
{
  check_never_meanwhile (f, "task");
}

/* A reply without a known price does not make those with one uncounted. */
static void
test_unknown_price (Fixture *f, gconstpointer data)
{
  settle_ok (annex_agent_say (f->agent, "Go"));
  put (f, ANNEX_EVENT_REPLY_FINISHED,
       "{\"reply\":\"h\",\"parent\":\"x\",\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":"
       "9}}");
  for (guint i = 0; i < 4; i++)
    scripted_model_add (f->model, "[" USE ("a", "format_disk", "{}") "]", ANNEX_STOP_TOOL_USE);
  annex_agent_set_limits (f->agent, 300, 0.015);
  settle_error (annex_agent_run (f->agent), ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_COST_LIMIT);
  g_assert_cmpuint (scripted_model_get_n_calls (f->model), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("id-again", test_id_again);
  ADD ("id-again-after-restart", test_id_again_after_restart);
  ADD ("stop-closes", test_stop_closes);
  ADD ("never-meanwhile-once", test_never_meanwhile_once);
  ADD ("never-meanwhile-task", test_never_meanwhile_task);
  ADD ("unknown-price", test_unknown_price);

  return g_test_run ();
}
