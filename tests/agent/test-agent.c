/* test-agent.c
 *
 * The run loop against a scripted model, a fake computer and a real store.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent.h"
#include "annex-answers.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "fake-computer.h"
#include "scripted-model.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

typedef struct
{
  char *dir;
  AnnexStore *store;
  AnnexTask *task;
  ScriptedModel *model;
  FakeComputer *computer;
  AnnexInbox *inbox;
  AnnexNetworkPolicy *policy;
  AnnexWorkspace *workspace;
  AnnexAgent *agent;
} Fixture;

static gboolean
too_late_cb (gpointer data)
{
  g_error ("the test took too long");
  return G_SOURCE_REMOVE;
}

/* Runs the main loop until @future (taken) settles; returns it. */
static DexFuture *
settle (DexFuture *future)
{
  guint limit = g_timeout_add_seconds (30, too_late_cb, NULL);

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  return future;
}

static void
settle_ok (DexFuture *future)
{
  g_autoptr (DexFuture) done = settle (future);
  GError *error = NULL;

  dex_future_get_value (done, &error);
  g_assert_no_error (error);
}

static GObject *
settle_object (DexFuture *future)
{
  g_autoptr (DexFuture) done = settle (future);
  GError *error = NULL;
  const GValue *value = dex_future_get_value (done, &error);

  g_assert_no_error (error);
  return g_value_dup_object (value);
}

static int
settle_state (DexFuture *future)
{
  g_autoptr (DexFuture) done = settle (future);
  GError *error = NULL;
  const GValue *value = dex_future_get_value (done, &error);

  g_assert_no_error (error);
  return g_value_get_int (value);
}

static gboolean
settle_boolean (DexFuture *future)
{
  g_autoptr (DexFuture) done = settle (future);
  GError *error = NULL;
  const GValue *value = dex_future_get_value (done, &error);

  g_assert_no_error (error);
  return g_value_get_boolean (value);
}

static void
settle_error (DexFuture *future, GQuark domain, int code)
{
  g_autoptr (DexFuture) done = settle (future);
  GError *error = NULL;

  g_assert_null (dex_future_get_value (done, &error));
  g_assert_error (error, domain, code);
  g_error_free (error);
}

/* What the loop works with for the present task; again after a "restart". */
static void
bind_agent (Fixture *f)
{
  g_autoptr (GPtrArray) tools = NULL;

  g_clear_object (&f->agent);
  g_clear_object (&f->workspace);
  f->workspace = annex_workspace_new (f->task, ANNEX_COMPUTER (f->computer), f->inbox, f->policy, NULL,
                                      ANNEX_MODEL (f->model), f->dir);
  tools = annex_agent_create_tools (f->workspace);
  f->agent = annex_agent_new (f->workspace, tools);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *home = NULL;
  g_autofree char *tools = annex_agent_dup_tools_text ();

  f->dir = g_dir_make_tmp ("annex-agent-XXXXXX", NULL);
  path = g_build_filename (f->dir, "tasks.db", NULL);
  home = g_build_filename (f->dir, "home/agent", NULL);
  g_mkdir_with_parents (home, 0700);
  f->store = ANNEX_STORE (settle_object (annex_store_open (path)));
  f->task = ANNEX_TASK (settle_object (
      annex_task_create (f->store, "A test", "scripted", "scripted", NULL, "The system text.", tools)));
  f->model = scripted_model_new ();
  f->computer = fake_computer_new (f->dir);
  f->inbox = annex_inbox_new (f->store);
  f->policy = annex_network_policy_new ();
  bind_agent (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *quoted = g_shell_quote (f->dir);
  g_autofree char *command = g_strdup_printf ("rm -rf %s", quoted);

  settle_ok (annex_store_close (f->store));
  g_clear_object (&f->agent);
  g_clear_object (&f->workspace);
  g_clear_object (&f->policy);
  g_clear_object (&f->inbox);
  g_clear_object (&f->computer);
  g_clear_object (&f->model);
  g_clear_object (&f->task);
  g_clear_object (&f->store);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (f->dir);
}

static void
restart (Fixture *f)
{
  g_autofree char *id = g_strdup (annex_task_get_id (f->task));

  g_clear_object (&f->agent);
  g_clear_object (&f->workspace);
  g_clear_object (&f->inbox);
  g_clear_object (&f->task);
  f->inbox = annex_inbox_new (f->store);
  f->task = ANNEX_TASK (settle_object (annex_task_load (f->store, id)));
  bind_agent (f);
}

static GPtrArray *
events_of (Fixture *f)
{
  g_autoptr (DexFuture) done
      = settle (annex_store_list_events (f->store, annex_task_get_id (f->task), 0, 0));

  return g_value_dup_boxed (dex_future_get_value (done, NULL));
}

static guint
count_events (Fixture *f, AnnexEventType type)
{
  g_autoptr (GPtrArray) events = events_of (f);
  guint n = 0;

  for (guint i = 0; i < events->len; i++)
    n += annex_event_get_event_type (g_ptr_array_index (events, i)) == type;
  return n;
}

/* The text of the result of @tool_use_id, and whether it is an error. (transfer full) */
static char *
result_of (Fixture *f, const char *tool_use_id, gboolean *is_error)
{
  g_autoptr (GPtrArray) events = events_of (f);

  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      JsonObject *data = annex_event_get_data (event);

      if (annex_event_get_event_type (event) == ANNEX_EVENT_TOOL_FINISHED
          && g_strcmp0 (annex_json_opt_string (data, "tool_use_id", ""), tool_use_id) == 0)
        {
          g_autoptr (AnnexBlock) block
              = annex_block_new (annex_json_object_copy (annex_json_opt_object (data, "result")), NULL);

          *is_error = annex_block_get_is_error (block);
          return g_strdup (annex_block_get_text (block));
        }
    }
  return NULL;
}

#define TEXT(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define USE(id, name, input) \
  "{\"type\":\"tool_use\",\"id\":\"" id "\",\"name\":\"" name "\",\"input\":" input "}"

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
  g_assert_true (strstr (scripted_model_get_messages (f->model, 1), "\"tool_use_id\":\"a\"")
                 < strstr (scripted_model_get_messages (f->model, 1), "\"tool_use_id\":\"b\""));
}

static void
test_messages_only_grow (Fixture *f, gconstpointer data)
{
  g_autofree char *first = NULL;

  scripted_model_add (f->model, "[" USE ("a", "shell", "{\"command\":\"true\"}") "]", ANNEX_STOP_TOOL_USE);
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
                          "b", "shell", "{\"" ANNEX_MALFORMED_INPUT "\":\"{cut\"}") "," USE (
                          "c", "read_file", "{\"path\":17}") "]",
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

static void
test_stop_ends_commands (Fixture *f, gconstpointer data)
{
  gboolean is_error;
  g_autofree char *text = NULL;
  gint64 began = g_get_monotonic_time ();
  gulong handler;

  scripted_model_add (f->model, "[" USE ("a", "shell", "{\"command\":\"sleep 60\"}") "]", ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Stopped, I see.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  handler = g_signal_connect (f->task, "event", G_CALLBACK (stop_on_tool_cb), f);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_STOPPED);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 20 * G_USEC_PER_SEC);
  g_signal_handler_disconnect (f->task, handler);
  g_assert_cmpint (annex_task_get_state (f->task), ==, ANNEX_TASK_STOPPED);
  text = result_of (f, "a", &is_error);
  g_assert_nonnull (strstr (text, "stopped"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
}

static void
test_stop_while_streaming (Fixture *f, gconstpointer data)
{
  gulong handler;

  scripted_model_add_hang (f->model);
  scripted_model_add (f->model, "[" TEXT ("Again.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  handler = g_signal_connect (f->task, "event", G_CALLBACK (stop_on_start_cb), f);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_STOPPED);
  g_signal_handler_disconnect (f->task, handler);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
}

#define ASK \
  "{\"questions\":[{\"id\":\"q\",\"header\":\"Date\",\"question\":\"Which date?\",\"options\":[{\"label\":" \
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
      f->model, "[" USE ("a", "ask_user", ASK) "," USE ("b", "shell", "{\"command\":\"echo meanwhile\"}") "]",
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
  settle_ok (annex_task_append (f->task, ANNEX_EVENT_REPLY_STARTED, annex_json_build ("s", "reply", "r", "s", "model", "m", NULL)));
  settle_ok (annex_task_append (
      f->task, ANNEX_EVENT_BLOCK,
      annex_json_build ("s", "reply", "r", "i", "index", (gint64) 0, "o", "block",
                        annex_json_parse_object (USE ("a", "shell", "{\"command\":\"touch count\"}"), -1, NULL), NULL)));
  settle_ok (annex_task_append (f->task, ANNEX_EVENT_REPLY_FINISHED,
                                annex_json_build ("s", "reply", "r", "s", "stop_reason", "tool_use", NULL)));
  settle_ok (annex_task_append (f->task, ANNEX_EVENT_TOOL_STARTED,
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
test_files (Fixture *f, gconstpointer data)
{
  gboolean is_error;
  g_autofree char *read = NULL;
  g_autofree char *ambiguous = NULL;
  g_autofree char *missing = NULL;

  scripted_model_add (f->model,
                      "[" USE ("a", "write_file", "{\"path\":\"notes.txt\",\"content\":\"one\\ntwo\\ntwo\\n\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (
      f->model,
      "[" USE ("b", "edit_file", "{\"path\":\"~/notes.txt\",\"old_text\":\"two\",\"new_text\":\"2\"}") "," USE (
          "c", "edit_file", "{\"path\":\"nothing\",\"old_text\":\"x\",\"new_text\":\"y\"}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (
      f->model,
      "[" USE ("d", "edit_file",
               "{\"path\":\"/home/agent/notes.txt\",\"old_text\":\"two\",\"new_text\":\"2\",\"replace_all\":true}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" USE ("e", "read_file", "{\"path\":\"notes.txt\",\"offset\":2}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  ambiguous = result_of (f, "b", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (ambiguous, "2 times"));
  missing = result_of (f, "c", &is_error);
  g_assert_true (is_error);
  read = result_of (f, "e", &is_error);
  g_assert_cmpstr (read, ==, "     2\t2\n     3\t2\n");
}

static void
test_plan (Fixture *f, gconstpointer data)
{
  scripted_model_add (f->model,
                      "[" USE ("a", "update_plan",
                               "{\"steps\":[{\"title\":\"Look\",\"state\":\"in_progress\"},{\"title\":\"Write\","
                               "\"state\":\"pending\"}]}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (annex_plan_get_n_steps (annex_task_get_plan (f->task)), ==, 2);
  g_assert_cmpint (annex_plan_get_step (annex_task_get_plan (f->task), 0)->state, ==, ANNEX_STEP_IN_PROGRESS);
}

static void
test_network_decision (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *bad = NULL;
  const char *by;
  gboolean is_error;

  scripted_model_add (f->model,
                      "[" USE ("a", "request_network", "{\"host\":\"Data.Example.org\",\"reason\":\"rates\"}") "," USE (
                          "b", "request_network", "{\"host\":\"10.0.0.1\",\"reason\":\"x\"}") "]",
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
test_computer_problem_is_told (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  gboolean is_error;

  fake_computer_fail_refresh (f->computer, "it was ended by somebody");
  scripted_model_add (f->model, "[" USE ("a", "shell", "{\"command\":\"echo x\"}") "]", ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  text = result_of (f, "a", &is_error);
  g_assert_nonnull (strstr (text, "it was ended by somebody"));
}

static void
test_shell_limits (Fixture *f, gconstpointer data)
{
  g_autofree char *flood = NULL;
  g_autofree char *slow = NULL;
  gboolean is_error;

  scripted_model_add (f->model,
                      "[" USE ("a", "shell", "{\"command\":\"seq 1 200000\"}") "," USE (
                          "b", "shell", "{\"command\":\"echo early; sleep 30\",\"timeout_s\":1}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  flood = result_of (f, "a", &is_error);
  g_assert_cmpuint (strlen (flood), <, 20000);
  g_assert_nonnull (strstr (flood, "\n200000\n"));
  g_assert_nonnull (strstr (flood, "The full text is in"));
  slow = result_of (f, "b", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (slow, "time limit"));
  g_assert_nonnull (strstr (slow, "early"));
}

static void
test_delegate (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  gboolean is_error;

  scripted_model_add (f->model, "[" USE ("a", "delegate", "{\"goal\":\"Count\"}") "]", ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" USE ("s", "shell", "{\"command\":\"echo 42\"}") "]", ANNEX_STOP_TOOL_USE);
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

static void
put (Fixture *f, AnnexEventType type, const char *data)
{
  g_autoptr (GError) error = NULL;
  JsonObject *json = annex_json_parse_object (data, -1, &error);

  g_assert_no_error (error);
  settle_ok (annex_task_append (f->task, type, json));
}

/* A restart while a helper works: its conversation was in memory, so the call counts as interrupted;
 * neither the helper nor its own half-done call goes on, and the model hears of it. */
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
       "{\"reply\":\"r\",\"index\":0,\"block\":" USE ("a", "delegate",
                                                        "{\"goal\":\"Count\"}") "}");
  put (f, ANNEX_EVENT_REPLY_FINISHED, "{\"reply\":\"r\",\"stop_reason\":\"tool_use\"}");
  put (f, ANNEX_EVENT_TOOL_STARTED, "{\"tool_use_id\":\"a\",\"name\":\"delegate\"}");
  put (f, ANNEX_EVENT_REPLY_STARTED, "{\"reply\":\"q\",\"model\":\"m\",\"parent\":\"a\"}");
  put (f, ANNEX_EVENT_REPLY_FINISHED,
       "{\"reply\":\"q\",\"stop_reason\":\"tool_use\",\"parent\":\"a\"}");
  put (f, ANNEX_EVENT_TOOL_STARTED,
       "{\"tool_use_id\":\"s\",\"name\":\"shell\",\"parent\":\"a\"}");
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

static void
refuse_cb (AnnexWorkspace *workspace, const char *id, GBytes *piece, gpointer data)
{
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *reason = g_strdup_printf ("Annex refused host%u.\nCall request_network.", i);

      annex_workspace_add_refusal (workspace, reason);
      annex_workspace_add_refusal (workspace, reason);
    }
}

/* What the way out refused while a command ran stands in its result, once and bounded. */
static void
test_refusals_are_told (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  gulong handler;
  gboolean is_error;

  handler = g_signal_connect (f->workspace, "output", G_CALLBACK (refuse_cb), NULL);
  scripted_model_add (f->model,
                      "[" USE ("a", "shell", "{\"command\":\"echo x; exit 7\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("First.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  one = result_of (f, "a", &is_error);
  g_assert_nonnull (strstr (one, "exit status 7"));
  g_assert_nonnull (strstr (one, "- Annex refused host0. Call request_network.\n"));
  g_assert_nonnull (strstr (one, "- Annex refused host7. Call request_network.\nand 8 more.\n"));
  g_assert_null (strstr (one, "host8"));
  g_signal_handler_disconnect (f->workspace, handler);
  scripted_model_add (f->model, "[" USE ("b", "shell", "{\"command\":\"true\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Second.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Again"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  two = result_of (f, "b", &is_error);
  g_assert_null (strstr (two, "refused"));
}

static AnnexUpperEntry *
upper_file (const char *path, const char *content)
{
  AnnexUpperEntry *entry = g_new0 (AnnexUpperEntry, 1);

  entry->path = g_strdup (path);
  entry->kind = ANNEX_UPPER_FILE;
  entry->mode = 0644;
  entry->size_bytes = strlen (content);
  entry->mtime_ns = 1700000000 * G_GINT64_CONSTANT (1000000000);
  entry->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, -1);
  return entry;
}

typedef struct
{
  AnnexWorkspace *workspace;
  char *path;
  AnnexShareMode mode;
} Grant;

static DexFuture *
grant_fiber (gpointer data)
{
  Grant *grant = data;
  GError *error = NULL;
  g_autoptr (AnnexShare) share
      = annex_workspace_grant_folder (grant->workspace, grant->path, grant->mode, &error);

  g_assert_no_error (error);
  return dex_future_new_true ();
}

static void
add_share_with_draft (Fixture *f, AnnexShareMode mode)
{
  g_autofree char *folder = g_build_filename (f->dir, "shared", NULL);
  g_autofree char *upper_dir = g_build_filename (f->dir, "upper", NULL);
  g_autofree char *staged = g_build_filename (f->dir, "upper/new.txt", NULL);
  g_autoptr (GPtrArray) upper = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);
  Grant grant = { f->workspace, folder, mode };

  g_mkdir_with_parents (folder, 0700);
  g_mkdir_with_parents (upper_dir, 0700);
  g_assert_true (g_file_set_contents (staged, "new text\n", -1, NULL));
  settle_ok (dex_scheduler_spawn (NULL, 0, grant_fiber, &grant, NULL));
  g_ptr_array_add (upper, upper_file ("new.txt", "new text\n"));
  fake_computer_set_upper (f->computer, upper);
}

static void
run_with_draft (Fixture *f)
{
  scripted_model_add (f->model, "[" USE ("a", "shell", "{\"command\":\"true\"}") "]", ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
}

static void
test_keep_and_undo (Fixture *f, gconstpointer data)
{
  g_autofree char *kept = g_build_filename (f->dir, "shared/new.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) keeps = NULL;

  add_share_with_draft (f, ANNEX_SHARE_KEEP);
  run_with_draft (f);
  g_assert_true (g_file_get_contents (kept, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "new text\n");
  g_assert_cmpuint (fake_computer_get_n_forgotten (f->computer), ==, 1);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_DRAFT_KEPT), ==, 1);
  keeps = annex_task_dup_keeps (f->task);
  g_assert_cmpuint (g_strv_length (keeps), ==, 1);
  settle_ok (annex_drafts_undo (annex_workspace_get_drafts (f->workspace), keeps[0]));
  g_assert_false (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_clear_pointer (&keeps, g_strfreev);
  keeps = annex_task_dup_keeps (f->task);
  g_assert_cmpuint (g_strv_length (keeps), ==, 0);
}

/* Whoever is granted a folder is told in the same event: a crash right after it loses nothing. */
static void
test_share_is_told (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) events = NULL;
  const char *messages;

  add_share_with_draft (f, ANNEX_SHARE_READ_ONLY);
  events = events_of (f);
  g_assert_cmpint (annex_event_get_event_type (g_ptr_array_index (events, events->len - 1)), ==,
                   ANNEX_EVENT_SHARE_GRANTED);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ANNOUNCEMENT), ==, 0);
  restart (f);
  scripted_model_add (f->model, "[" TEXT ("I see it.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  messages = scripted_model_get_messages (f->model, 0);
  g_assert_nonnull (strstr (messages, "/folders/shared. It is read only."));
}

/* A copy that is what the user's file is would hide their later edits: it goes at once. */
static void
test_unchanged_copy_goes (Fixture *f, gconstpointer data)
{
  g_autofree char *same = g_build_filename (f->dir, "shared/same.txt", NULL);
  g_autoptr (GPtrArray) upper = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);
  struct timespec times[2] = { { 1700000000, 0 }, { 1700000000, 0 } };

  add_share_with_draft (f, ANNEX_SHARE_REVIEW);
  g_assert_true (g_file_set_contents_full (same, "the same\n", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  g_assert_cmpint (g_chmod (same, 0644), ==, 0);
  g_assert_cmpint (utimensat (AT_FDCWD, same, times, 0), ==, 0);
  g_ptr_array_add (upper, upper_file ("new.txt", "new text\n"));
  g_ptr_array_add (upper, upper_file ("same.txt", "the same\n"));
  fake_computer_set_upper (f->computer, upper);
  run_with_draft (f);
  g_assert_cmpuint (fake_computer_get_n_forgotten (f->computer), ==, 1);
}

static void
test_review_asks (Fixture *f, gconstpointer data)
{
  g_autofree char *kept = g_build_filename (f->dir, "shared/new.txt", NULL);
  AnnexDrafts *drafts = annex_workspace_get_drafts (f->workspace);
  g_autoptr (GPtrArray) open = NULL;
  AnnexAsk *ask;

  add_share_with_draft (f, ANNEX_SHARE_REVIEW);
  run_with_draft (f);
  g_assert_false (g_file_test (kept, G_FILE_TEST_EXISTS));
  open = annex_task_dup_open_asks (f->task);
  g_assert_cmpuint (open->len, ==, 1);
  g_assert_cmpint (annex_ask_get_kind (g_ptr_array_index (open, 0)), ==, ANNEX_ASK_DRAFT);
  ask = g_ptr_array_index (open, 0);
  /* What is no label changes nothing, and leaves the question open. */
  settle_error (annex_answers_settle_draft (f->inbox, drafts, ask, "yes", "user"), ANNEX_JSON_ERROR,
                ANNEX_JSON_ERROR_VALUE);
  g_assert_false (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (fake_computer_get_n_forgotten (f->computer), ==, 0);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ASK_ANSWERED), ==, 0);
  settle_ok (annex_answers_settle_draft (f->inbox, drafts, ask, " Keep ", "user"));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_DRAFT_DISCARDED), ==, 0);
}

/* A reset loses the draft: the log says so, and nothing is asked about it any more. */
static void
test_reset_closes (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) open = NULL;

  add_share_with_draft (f, ANNEX_SHARE_REVIEW);
  run_with_draft (f);
  restart (f);
  g_assert_true (settle_boolean (annex_drafts_is_open (annex_workspace_get_drafts (f->workspace))));
  settle_ok (annex_drafts_tell_lost (annex_workspace_get_drafts (f->workspace)));
  restart (f);
  g_assert_false (settle_boolean (annex_drafts_is_open (annex_workspace_get_drafts (f->workspace))));
  open = annex_task_dup_open_asks (f->task);
  g_assert_cmpuint (open->len, ==, 0);
}

/* A folder that is shared already takes the mode that the user names now. */
static DexFuture *
share_again_fiber (gpointer data)
{
  Fixture *f = data;
  g_autofree char *path = g_build_filename (f->dir, "shared", ".", NULL);
  GError *error = NULL;
  g_autoptr (AnnexShare) share =
      annex_workspace_grant_folder (f->workspace, path, ANNEX_SHARE_READ_ONLY, &error);

  g_assert_no_error (error);
  g_assert_cmpint (annex_share_get_mode (share), ==, ANNEX_SHARE_READ_ONLY);
  g_clear_pointer (&share, annex_share_unref);
  share = annex_workspace_grant_folder (f->workspace, path, ANNEX_SHARE_REVIEW, &error);
  g_assert_no_error (error);
  g_assert_cmpint (annex_share_get_mode (share), ==, ANNEX_SHARE_READ_ONLY);
  return dex_future_new_true ();
}

static void
test_share_again (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) shares = NULL;

  add_share_with_draft (f, ANNEX_SHARE_KEEP);
  settle_ok (dex_scheduler_spawn (NULL, 256 * 1024, share_again_fiber, f, NULL));
  shares = annex_task_dup_shares (f->task);
  g_assert_cmpuint (shares->len, ==, 1);
  g_assert_cmpint (annex_share_get_mode (g_ptr_array_index (shares, 0)), ==, ANNEX_SHARE_READ_ONLY);
}

/* Two processes, one task: the second says so and changes nothing. */
static void
test_second_run (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexWorkspace) workspace = annex_workspace_new (
      f->task, ANNEX_COMPUTER (f->computer), f->inbox, f->policy, NULL, ANNEX_MODEL (f->model), f->dir);
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

  scripted_model_add (f->model,
                      "[" USE ("a", "shell",
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
    settle_error (annex_answers_submit (f->inbox, NULL, g_ptr_array_index (open, 0), no_answers[i],
                                        "user"),
                  ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE);
  settle_ok (annex_answers_submit (f->inbox, NULL, g_ptr_array_index (open, 0), "do not allow",
                                   "user"));
  restart (f);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  text = result_of (f, "a", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (text, "did not allow"));
}

static void
test_tools_text_is_stable (void)
{
  g_autofree char *one = annex_agent_dup_tools_text ();
  g_autofree char *two = annex_agent_dup_tools_text ();
  g_autoptr (JsonNode) node = annex_json_parse (one, -1, NULL);
  JsonArray *array = json_node_get_array (node);
  const char *before = "";

  g_assert_cmpstr (one, ==, two);
  g_assert_cmpuint (json_array_get_length (array), ==, 14);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *tool = json_array_get_object_element (array, i);
      const char *name = annex_json_opt_string (tool, "name", "");

      g_assert_cmpint (strcmp (before, name), <, 0);
      g_assert_cmpstr (annex_json_opt_string (annex_json_opt_object (tool, "input_schema"), "type", ""), ==, "object");
      before = name;
    }
}

#define ADD(path, func) g_test_add ("/agent/" path, Fixture, NULL, set_up, func, tear_down)

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
  ADD ("refusal", test_refusal);
  ADD ("length-limit", test_length_limit_goes_on);
  ADD ("stop-ends-commands", test_stop_ends_commands);
  ADD ("stop-while-streaming", test_stop_while_streaming);
  ADD ("ask-and-answer", test_ask_and_answer);
  ADD ("park-and-answer-later", test_park_and_answer_later);
  ADD ("interrupted-call", test_interrupted_call);
  ADD ("files", test_files);
  ADD ("plan", test_plan);
  ADD ("network-decision", test_network_decision);
  ADD ("computer-problem", test_computer_problem_is_told);
  ADD ("shell-limits", test_shell_limits);
  ADD ("delegate", test_delegate);
  ADD ("delegate-interrupted", test_delegate_interrupted);
  ADD ("refusals-are-told", test_refusals_are_told);
  ADD ("share-is-told", test_share_is_told);
  ADD ("keep-and-undo", test_keep_and_undo);
  ADD ("unchanged-copy", test_unchanged_copy_goes);
  ADD ("review-asks", test_review_asks);
  ADD ("reset-closes", test_reset_closes);
  ADD ("share-again", test_share_again);
  ADD ("second-run", test_second_run);
  ADD ("secret-parks", test_secret_parks);
  g_test_add_func ("/agent/tools-text", test_tools_text_is_stable);
  return g_test_run ();
}
