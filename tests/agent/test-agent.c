/* test-agent.c
 *
 * The run loop against a scripted model, a fake computer and a real store.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agent-fixture.h"
#include "annex-answers.h"
#include "annex-future.h"
#include "annex-json-build.h"

static void
test_plain_answer (Fixture *f, gconstpointer data)
{
  scripted_model_add (f->model, "[" TEXT ("Hello.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Hi"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpint (annex_task_get_state (f->task), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_BLOCK), ==, 1);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_REPLY_FINISHED), ==, 1);
}

static void
test_tools_side_by_side (Fixture *f, gconstpointer data)
{
  gboolean is_error;
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  gint64 began;

  scripted_model_add (f->model,
                      "[" USE ("a", "shell", "{\"command\":\"sleep 1; echo one\"}") "," USE (
                          "b", "shell", "{\"command\":\"sleep 1; echo two >&2; exit 3\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  began = g_get_monotonic_time ();
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 10 * G_USEC_PER_SEC);
  one = result_of (f, "a", &is_error);
  g_assert_false (is_error);
  g_assert_nonnull (strstr (one, "exit status 0"));
  g_assert_nonnull (strstr (one, "stdout:\none\n"));
  two = result_of (f, "b", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (two, "exit status 3"));
  g_assert_nonnull (strstr (two, "stderr:\ntwo\n"));
  /* Both results stand in one user message, in the order of the calls. */
  g_assert_nonnull (strstr (scripted_model_get_messages (f->model, 1), "\"tool_use_id\":\"a\""));
  g_assert_true (strstr (scripted_model_get_messages (f->model, 1), "\"tool_use_id\":\"a\"") <
                 strstr (scripted_model_get_messages (f->model, 1), "\"tool_use_id\":\"b\""));
}

static void
test_messages_only_grow (Fixture *f, gconstpointer data)
{
  g_autofree char *first = NULL;

  scripted_model_add (f->model, "[" USE ("a", "shell", "{\"command\":\"true\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("One.") "]", ANNEX_STOP_END_TURN);
  scripted_model_add (f->model, "[" TEXT ("Two.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  restart (f);
  settle_ok (annex_agent_say (f->agent, "More"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (scripted_model_get_n_calls (f->model), ==, 3);
  for (guint i = 1; i < 3; i++)
    g_assert_true (g_str_has_prefix (scripted_model_get_messages (f->model, i),
                                     scripted_model_get_messages (f->model, i - 1)));
}

static void
test_unknown_and_malformed (Fixture *f, gconstpointer data)
{
  gboolean is_error;
  g_autofree char *unknown = NULL;
  g_autofree char *malformed = NULL;
  g_autofree char *bad = NULL;

  scripted_model_add (f->model,
                      "[" USE ("a", "format_disk", "{}") "," USE (
                          "b", "shell",
                          "{\"" ANNEX_MALFORMED_INPUT
                          "\":\"{cut\"}") "," USE ("c", "read_file", "{\"path\":17}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Sorry.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  unknown = result_of (f, "a", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (unknown, "no tool"));
  malformed = result_of (f, "b", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (malformed, "not valid JSON"));
  bad = result_of (f, "c", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (bad, "path"));
}

static void
test_retry_forgets_blocks (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) messages = NULL;

  scripted_model_add_retried (f->model, "[" TEXT ("First.") "," TEXT ("Second.") "]");
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_REPLY_FAILED), ==, 1);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_BLOCK), ==, 3);
  messages = annex_task_dup_messages (f->task);
  g_assert_cmpuint (messages->len, ==, 2);
  g_assert_cmpuint (annex_message_get_blocks (g_ptr_array_index (messages, 1))->len, ==, 2);
}

static void
test_failure_is_recorded (Fixture *f, gconstpointer data)
{
  scripted_model_add_failure (f->model, "[]", ANNEX_MODEL_ERROR_AUTH);
  scripted_model_add (f->model, "[" TEXT ("Now it works.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  settle_error (annex_agent_run (f->agent), ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_AUTH);
  g_assert_cmpint (annex_task_get_state (f->task), ==, ANNEX_TASK_FAILED);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ERROR), ==, 1);
  restart (f);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
}

/* A reply of the scripted model costs 0.01 dollars. */
static void
test_limits (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 4; i++)
    scripted_model_add (f->model, "[" USE ("a", "format_disk", "{}") "]", ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  annex_agent_set_limits (f->agent, 300, 0.015);
  settle_error (annex_agent_run (f->agent), ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_COST_LIMIT);
  g_assert_cmpuint (scripted_model_get_n_calls (f->model), ==, 2);
  g_assert_cmpint (annex_task_get_state (f->task), ==, ANNEX_TASK_FAILED);
  annex_agent_set_limits (f->agent, 1, 0);
  settle_error (annex_agent_run (f->agent), ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_TURN_LIMIT);
  /* What ends with its last reply is done, whatever it has cost. */
  annex_agent_set_limits (f->agent, 300, 0.05);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
}

/* What sub-agents cost counts, and they are stopped by it themselves. */
static void
test_cost_of_helpers (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  gboolean is_error;

  scripted_model_add (f->model, "[" USE ("a", "delegate", "{\"goal\":\"Count\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  for (guint i = 0; i < 10; i++)
    scripted_model_add (f->model, "[" USE ("b", "format_disk", "{}") "]", ANNEX_STOP_TOOL_USE);
  settle_ok (annex_agent_say (f->agent, "Go"));
  annex_agent_set_limits (f->agent, 300, 0.035);
  settle_error (annex_agent_run (f->agent), ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_COST_LIMIT);
  g_assert_cmpuint (scripted_model_get_n_calls (f->model), ==, 4);
  g_assert_cmpint (annex_task_get_state (f->task), ==, ANNEX_TASK_FAILED);
  text = result_of (f, "a", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (text, "may cost 0.0"));
}

static void
test_refusal (Fixture *f, gconstpointer data)
{
  scripted_model_add (f->model, "[]", ANNEX_STOP_REFUSAL);
  settle_ok (annex_agent_say (f->agent, "Go"));
  settle_error (annex_agent_run (f->agent), ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_REFUSED);
}

static void
test_length_limit_goes_on (Fixture *f, gconstpointer data)
{
  scripted_model_add (f->model, "[" TEXT ("Half") "]", ANNEX_STOP_MAX_TOKENS);
  scripted_model_add (f->model, "[" TEXT ("and half.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (scripted_model_get_n_calls (f->model), ==, 2);
}

static void
stop_on_start_cb (AnnexTask *task, AnnexEvent *event, Fixture *f)
{
  if (annex_event_get_event_type (event) == ANNEX_EVENT_REPLY_STARTED)
    annex_agent_stop (f->agent);
}

static void
stop_on_tool_cb (AnnexTask *task, AnnexEvent *event, Fixture *f)
{
  if (annex_event_get_event_type (event) == ANNEX_EVENT_TOOL_STARTED)
    annex_agent_stop (f->agent);
}

/* Does the log say that the user stopped that call? */
static gboolean
was_stopped (Fixture *f, const char *tool_use_id)
{
  g_autoptr (GPtrArray) events = events_of (f);

  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      JsonObject *data = annex_event_get_data (event);

      if (annex_event_get_event_type (event) == ANNEX_EVENT_TOOL_FINISHED &&
          g_str_equal (annex_json_opt_string (data, "tool_use_id", ""), tool_use_id))
        return annex_json_opt_boolean (data, "stopped", FALSE);
    }
  return FALSE;
}

static void
test_stop_ends_commands (Fixture *f, gconstpointer data)
{
  gboolean is_error;
  g_autofree char *text = NULL;
  gint64 began = g_get_monotonic_time ();
  gulong handler;

  scripted_model_add (f->model, "[" USE ("a", "shell", "{\"command\":\"sleep 60\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Stopped, I see.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  handler = g_signal_connect (f->task, "event", G_CALLBACK (stop_on_tool_cb), f);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_STOPPED);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 20 * G_USEC_PER_SEC);
  g_signal_handler_disconnect (f->task, handler);
  g_assert_cmpint (annex_task_get_state (f->task), ==, ANNEX_TASK_STOPPED);
  text = result_of (f, "a", &is_error);
  g_assert_nonnull (strstr (text, "stopped"));
  g_assert_true (was_stopped (f, "a"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
}

static void
test_stop_while_streaming (Fixture *f, gconstpointer data)
{
  gulong handler;

  scripted_model_add_hang (f->model, "[]");
  scripted_model_add (f->model, "[" TEXT ("Again.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  handler = g_signal_connect (f->task, "event", G_CALLBACK (stop_on_start_cb), f);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_STOPPED);
  g_signal_handler_disconnect (f->task, handler);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
}

/* What was said before the user stopped it stays, but for calls, which were not begun. */
static void
test_stop_keeps_words (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *streamed;
    const char *kept; /* what the model is sent next */
  } cases[] = {
    { "[" TEXT ("First.") "," TEXT ("Half of") "]",
      "assistant:" TEXT ("First.") TEXT ("Half of") "\nuser:" },
    { "[" TEXT ("First.") "," USE ("a", "shell", "{}") "]",
      "assistant:" TEXT ("First.") "\nuser:" },
    { "[" TEXT (" ") "]", NULL },
    { "[" USE ("a", "shell", "{}") "," TEXT ("After it") "]", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gulong handler;
      const char *sent;

      scripted_model_add_hang (f->model, cases[i].streamed);
      scripted_model_add (f->model, "[" TEXT ("Again.") "]", ANNEX_STOP_END_TURN);
      settle_ok (annex_agent_say (f->agent, "Go"));
      handler = g_signal_connect (f->task, "event", G_CALLBACK (stop_on_start_cb), f);
      g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_STOPPED);
      g_signal_handler_disconnect (f->task, handler);
      g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
      sent = scripted_model_get_messages (f->model, i * 2 + 1);
      if (cases[i].kept != NULL)
        g_assert_nonnull (strstr (sent, cases[i].kept));
      else
        g_assert_true (g_str_has_suffix (sent, "user:" TEXT ("Go") "\n"));
      g_assert_true (strstr (g_strrstr (sent, "user:"), "stopped your answer") != NULL ||
                     cases[i].kept == NULL);
    }
}

static void
stop_on_helper_cb (AnnexTask *task, AnnexEvent *event, Fixture *f)
{
  if (annex_event_get_event_type (event) == ANNEX_EVENT_REPLY_STARTED &&
      json_object_has_member (annex_event_get_data (event), "parent"))
    annex_agent_stop (f->agent);
}

/* So do those of a helper. */
static void
test_stop_keeps_words_of_helpers (Fixture *f, gconstpointer data)
{
  gboolean is_error;
  g_autofree char *text = NULL;
  gulong handler;

  scripted_model_add (f->model, "[" USE ("a", "delegate", "{\"goal\":\"Count\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add_hang (f->model, "[" TEXT ("First.") "," TEXT ("Half of") "]");
  settle_ok (annex_agent_say (f->agent, "Go"));
  handler = g_signal_connect (f->task, "event", G_CALLBACK (stop_on_helper_cb), f);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_STOPPED);
  g_signal_handler_disconnect (f->task, handler);
  text = result_of (f, "a", &is_error);
  g_assert_true (g_str_has_prefix (text, "The user stopped this."));
  g_assert_true (g_str_has_suffix (text, "First.\n\nHalf of"));
  g_assert_true (is_error && was_stopped (f, "a"));
}

#define ASK                                                                                        \
  "{\"questions\":[{\"id\":\"q\",\"header\":\"Date\",\"question\":\"Which "                        \
  "date?\",\"options\":[{\"label\":"                                                               \
  "\"Today\"},{\"label\":\"None\"}]}]}"

static void
answer_cb (AnnexInbox *inbox, AnnexAsk *ask, const char *text)
{
  dex_future_disown (annex_answers_submit (inbox, NULL, ask, text, "user"));
}

static void
test_ask_and_answer (Fixture *f, gconstpointer data)
{
  gboolean is_error;
  g_autofree char *text = NULL;

  scripted_model_add (f->model, "[" USE ("a", "ask_user", ASK) "]", ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Thanks.") "]", ANNEX_STOP_END_TURN);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (answer_cb), "today");
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  text = result_of (f, "a", &is_error);
  g_assert_false (is_error);
  g_assert_cmpstr (text, ==, "{\"q\":\"Today\"}");
}

static void
park_cb (AnnexInbox *inbox, AnnexAsk *ask, Fixture *f)
{
  annex_agent_park (f->agent);
}

/* Nobody answers; the answer comes later, while nothing runs; the task goes on from there. */
static void
test_park_and_answer_later (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) open = NULL;
  g_autofree char *text = NULL;
  g_autofree char *other = NULL;
  gboolean is_error;

  scripted_model_add (
      f->model,
      "[" USE ("a", "ask_user", ASK) "," USE ("b", "shell", "{\"command\":\"echo meanwhile\"}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Thanks.") "]", ANNEX_STOP_END_TURN);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (park_cb), f);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_WAITING);
  other = result_of (f, "b", &is_error);
  g_assert_nonnull (strstr (other, "meanwhile"));
  restart (f);
  open = annex_task_dup_open_asks (f->task);
  g_assert_cmpuint (open->len, ==, 1);
  settle_ok (annex_answers_submit (f->inbox, NULL, g_ptr_array_index (open, 0), "none", "user"));
  restart (f);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  text = result_of (f, "a", &is_error);
  g_assert_cmpstr (text, ==, "{\"q\":\"None\"}");
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ASK_OPENED), ==, 1);
}

/* A restart in the middle of a command: reported, not repeated. */
static void
test_interrupted_call (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "count", NULL);
  g_autofree char *text = NULL;
  gboolean is_error;

  settle_ok (annex_agent_say (f->agent, "Go"));
  settle_ok (annex_task_append (f->task, ANNEX_EVENT_REPLY_STARTED,
                                annex_json_build ("s", "reply", "r", "s", "model", "m", NULL)));
  settle_ok (annex_task_append (
      f->task, ANNEX_EVENT_BLOCK,
      annex_json_build (
          "s", "reply", "r", "i", "index", (gint64) 0, "o", "block",
          annex_json_parse_object (USE ("a", "shell", "{\"command\":\"touch count\"}"), -1, NULL),
          NULL)));
  settle_ok (annex_task_append (
      f->task, ANNEX_EVENT_REPLY_FINISHED,
      annex_json_build ("s", "reply", "r", "s", "stop_reason", "tool_use", NULL)));
  settle_ok (
      annex_task_append (f->task, ANNEX_EVENT_TOOL_STARTED,
                         annex_json_build ("s", "tool_use_id", "a", "s", "name", "shell", NULL)));
  restart (f);
  scripted_model_add (f->model, "[" TEXT ("I see.") "]", ANNEX_STOP_END_TURN);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  text = result_of (f, "a", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (text, "interrupted"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_network_decision (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *bad = NULL;
  const char *by;
  gboolean is_error;

  scripted_model_add (
      f->model,
      "[" USE (
          "a", "request_network",
          "{\"host\":\"Data.Example.org\",\"reason\":\"rates\"}") "," USE ("b", "request_network",
                                                                           "{\"host\":\"10.0.0.1\","
                                                                           "\"reason\":\"x\"}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (answer_cb), "task");
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  text = result_of (f, "a", &is_error);
  g_assert_nonnull (strstr (text, "data.example.org"));
  bad = result_of (f, "b", &is_error);
  g_assert_true (is_error);
  g_assert_true (annex_network_policy_take (f->policy, "data.example.org", 443, &by, NULL));
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_NETWORK_DECIDED), ==, 1);
}

static void
test_delegate (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  gboolean is_error;

  scripted_model_add (f->model, "[" USE ("a", "delegate", "{\"goal\":\"Count\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" USE ("s", "shell", "{\"command\":\"echo 42\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("It is 42.") "]", ANNEX_STOP_END_TURN);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  text = result_of (f, "a", &is_error);
  g_assert_cmpstr (text, ==, "It is 42.");
  /* The helper's conversation is no part of the task's. */
  messages = annex_task_dup_messages (f->task);
  g_assert_cmpuint (messages->len, ==, 4);
}

/* A restart while a helper works: its conversation was in memory, so the call counts as
 * interrupted; neither the helper nor its own half-done call goes on, and the model hears of it. */
static void
test_delegate_interrupted (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *inner = NULL;
  g_autofree char *path = g_build_filename (f->dir, "count", NULL);
  gboolean is_error;

  settle_ok (annex_agent_say (f->agent, "Go"));
  put (f, ANNEX_EVENT_REPLY_STARTED, "{\"reply\":\"r\",\"model\":\"m\"}");
  put (f, ANNEX_EVENT_BLOCK,
       "{\"reply\":\"r\",\"index\":0,\"block\":" USE ("a", "delegate", "{\"goal\":\"Count\"}") "}");
  put (f, ANNEX_EVENT_REPLY_FINISHED, "{\"reply\":\"r\",\"stop_reason\":\"tool_use\"}");
  put (f, ANNEX_EVENT_TOOL_STARTED, "{\"tool_use_id\":\"a\",\"name\":\"delegate\"}");
  put (f, ANNEX_EVENT_REPLY_STARTED, "{\"reply\":\"q\",\"model\":\"m\",\"parent\":\"a\"}");
  put (f, ANNEX_EVENT_REPLY_FINISHED,
       "{\"reply\":\"q\",\"stop_reason\":\"tool_use\",\"parent\":\"a\"}");
  put (f, ANNEX_EVENT_TOOL_STARTED, "{\"tool_use_id\":\"s\",\"name\":\"shell\",\"parent\":\"a\"}");
  restart (f);
  scripted_model_add (f->model, "[" TEXT ("I see.") "]", ANNEX_STOP_END_TURN);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  text = result_of (f, "a", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (text, "interrupted"));
  inner = result_of (f, "s", &is_error);
  g_assert_null (inner);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (scripted_model_get_n_calls (f->model), ==, 1);
  g_assert_nonnull (strstr (scripted_model_get_messages (f->model, 0), "interrupted"));
}

/* Runs the main loop until the task is in @state, and for what comes right after. */
static void
iterate_until_state (Fixture *f, AnnexTaskState state)
{
  gint64 deadline_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (annex_task_get_state (f->task) != state && g_get_monotonic_time () < deadline_us)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (annex_task_get_state (f->task), ==, state);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
}

/* Whoever waited for the run has gone: it can still be stopped, and the task be run again. */
static void
test_given_up_run (Fixture *f, gconstpointer data)
{
  DexFuture *run;

  scripted_model_add_hang (f->model, "[]");
  scripted_model_add (f->model, "[" TEXT ("Again.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  run = annex_agent_run (f->agent);
  while (scripted_model_get_n_calls (f->model) == 0)
    g_main_context_iteration (NULL, TRUE);
  dex_unref (run);
  annex_agent_stop (f->agent);
  iterate_until_state (f, ANNEX_TASK_STOPPED);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
}

/* Two processes, one task: the second says so and changes nothing. */
static void
test_second_run (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexWorkspace) workspace =
      annex_workspace_new (f->task, ANNEX_COMPUTER (f->computer), f->inbox, f->policy, NULL,
                           ANNEX_MODEL (f->model), f->dir);
  g_autoptr (GPtrArray) tools = annex_agent_create_tools (workspace);
  g_autoptr (AnnexAgent) second = annex_agent_new (workspace, tools);
  DexFuture *first;

  settle_ok (annex_agent_say (f->agent, "Go"));
  first = annex_agent_run (f->agent);
  settle_error (annex_agent_run (second), ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_BUSY);
  annex_agent_stop (f->agent);
  g_assert_cmpint (settle_state (first), ==, ANNEX_TASK_STOPPED);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ERROR), ==, 0);
  scripted_model_add (f->model, "[" TEXT ("Now.") "]", ANNEX_STOP_END_TURN);
  g_assert_cmpint (settle_state (annex_agent_run (second)), ==, ANNEX_TASK_DONE);
}

/* A command that waits for a secret has not started: nobody there parks it, and it asks again. */
static void
test_secret_parks (Fixture *f, gconstpointer data)
{
  static const char *const no_answers[] = { "I do not \"Allow once\"", "Allow", "a",
                                            "Allow once, but elsewhere" };
  g_autoptr (GPtrArray) open = NULL;
  g_autofree char *text = NULL;
  gboolean is_error;

  put (f, ANNEX_EVENT_ASK_OPENED,
       "{\"ask\":{\"id\":\"k\",\"kind\":\"question\",\"task\":\"t\",\"text\":\"Key\",\"tool_use\":"
       "\"q\","
       "\"questions\":[{\"id\":\"k\",\"header\":\"Key\",\"question\":\"Key?\",\"options\":[],"
       "\"multi_select\":false,\"secret\":true}],\"options\":[],\"default\":null}}");
  put (f, ANNEX_EVENT_ASK_ANSWERED,
       "{\"ask\":\"k\",\"answer\":{\"k\":{\"secret\":\"secret:x\"}},\"by\":\"user\"}");
  scripted_model_add (
      f->model,
      "[" USE (
          "a", "shell",
          "{\"command\":\"touch ran\",\"secrets\":[{\"env\":\"KEY\",\"id\":\"secret:x\"}]}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Without it, then.") "]", ANNEX_STOP_END_TURN);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (park_cb), f);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_WAITING);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_TOOL_STARTED), ==, 0);
  restart (f);
  open = annex_task_dup_open_asks (f->task);
  g_assert_cmpuint (open->len, ==, 1);
  /* Neither a beginning of the label nor words around it permit anything, or answer at all. */
  for (guint i = 0; i < G_N_ELEMENTS (no_answers); i++)
    settle_error (
        annex_answers_submit (f->inbox, NULL, g_ptr_array_index (open, 0), no_answers[i], "user"),
        ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE);
  settle_ok (
      annex_answers_submit (f->inbox, NULL, g_ptr_array_index (open, 0), "do not allow", "user"));
  restart (f);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  text = result_of (f, "a", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (text, "did not allow"));
}

static void
test_tools_text_is_stable (void)
{
  g_autofree char *one = annex_agent_dup_tools_text (TRUE);
  g_autofree char *two = annex_agent_dup_tools_text (TRUE);
  g_autoptr (JsonNode) node = annex_json_parse (one, -1, NULL);
  JsonArray *array = json_node_get_array (node);
  const char *before = "";

  g_assert_cmpstr (one, ==, two);
  g_assert_cmpuint (json_array_get_length (array), ==, 18);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *tool = json_array_get_object_element (array, i);
      const char *name = annex_json_opt_string (tool, "name", "");

      g_assert_cmpint (strcmp (before, name), <, 0);
      g_assert_cmpstr (
          annex_json_opt_string (annex_json_opt_object (tool, "input_schema"), "type", ""), ==,
          "object");
      before = name;
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("plain-answer", test_plain_answer);
  ADD ("tools-side-by-side", test_tools_side_by_side);
  ADD ("messages-only-grow", test_messages_only_grow);
  ADD ("unknown-and-malformed", test_unknown_and_malformed);
  ADD ("retry-forgets-blocks", test_retry_forgets_blocks);
  ADD ("failure-is-recorded", test_failure_is_recorded);
  ADD ("limits", test_limits);
  ADD ("cost-of-helpers", test_cost_of_helpers);
  ADD ("refusal", test_refusal);
  ADD ("length-limit", test_length_limit_goes_on);
  ADD ("stop-ends-commands", test_stop_ends_commands);
  ADD ("stop-while-streaming", test_stop_while_streaming);
  ADD ("stop-keeps-words", test_stop_keeps_words);
  ADD ("stop-keeps-words-of-helpers", test_stop_keeps_words_of_helpers);
  ADD ("ask-and-answer", test_ask_and_answer);
  ADD ("park-and-answer-later", test_park_and_answer_later);
  ADD ("interrupted-call", test_interrupted_call);
  ADD ("network-decision", test_network_decision);
  ADD ("delegate", test_delegate);
  ADD ("delegate-interrupted", test_delegate_interrupted);
  ADD ("given-up-run", test_given_up_run);
  ADD ("second-run", test_second_run);
  ADD ("secret-parks", test_secret_parks);
  g_test_add_func ("/agent/tools-text", test_tools_text_is_stable);
  return g_test_run ();
}
