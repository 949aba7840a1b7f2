/* test-agent-repeated.c
 *
 * A call that fails again and again: after three times the user is asked before it is made once
 * more, also after a restart, and what the user says is done.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agent-fixture.h"

#include "annex-admin-policy.h"
#include "annex-answers.h"

#include <string.h>

/* Each of them is noted, and fails. */
#define FAILING "{\"command\":\"echo x >>count; exit 3\"}"

static void
add_failing (Fixture *f, const char *id)
{
  g_autofree char *blocks = g_strdup_printf (
      "[{\"type\":\"tool_use\",\"id\":\"%s\",\"name\":\"shell\",\"input\":" FAILING "}]", id);

  scripted_model_add (f->model, blocks, ANNEX_STOP_TOOL_USE);
}

static void
add_end (Fixture *f)
{
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
}

/* How often the command has run. */
static gsize
count_runs (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->dir, "count", NULL);
  g_autofree char *text = NULL;
  gsize length = 0;

  g_file_get_contents (path, &text, &length, NULL);
  return length / 2;
}

static void
answer_cb (AnnexInbox *inbox, AnnexAsk *ask, const char *text)
{
  dex_future_disown (annex_answers_submit (inbox, NULL, ask, text, "user"));
}

static int
run (Fixture *f)
{
  settle_ok (annex_agent_say (f->agent, "Go"));
  return settle_state (annex_agent_run (f->agent));
}

static void
test_another_way (Fixture *f, gconstpointer data)
{
  g_autofree char *third = NULL;
  g_autofree char *fourth = NULL;
  gboolean is_error;

  for (const char *id = "abcd"; *id != '\0'; id++)
    add_failing (f, (const char[]) { *id, '\0' });
  add_end (f);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (answer_cb), "Try another way");
  g_assert_cmpint (run (f), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (count_runs (f), ==, 3);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ASK_OPENED), ==, 1);
  third = result_of (f, "c", &is_error);
  g_assert_null (strstr (third, "three times"));
  fourth = result_of (f, "d", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (fourth, "three times"));
  g_assert_nonnull (strstr (fourth, "another way"));
}

static void
test_again (Fixture *f, gconstpointer data)
{
  for (const char *id = "abcde"; *id != '\0'; id++)
    add_failing (f, (const char[]) { *id, '\0' });
  add_end (f);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (answer_cb), "Try it again");
  g_assert_cmpint (run (f), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (count_runs (f), ==, 5);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ASK_OPENED), ==, 2);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_TOOL_STARTED), ==, 5);
}

static void
test_stop (Fixture *f, gconstpointer data)
{
  for (const char *id = "abcd"; *id != '\0'; id++)
    add_failing (f, (const char[]) { *id, '\0' });
  g_signal_connect (f->inbox, "opened", G_CALLBACK (answer_cb), "Stop here");
  g_assert_cmpint (run (f), ==, ANNEX_TASK_STOPPED);
  g_assert_cmpuint (count_runs (f), ==, 3);
}

/* A success of it, other words of it, and a word of the user's begin anew. */
static void
test_not_asked (Fixture *f, gconstpointer data)
{
  for (const char *id = "ab"; *id != '\0'; id++)
    add_failing (f, (const char[]) { *id, '\0' });
  scripted_model_add (f->model, "[" USE ("c", "shell", "{\"command\":\"exit 4\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  add_failing (f, "d");
  add_end (f);
  g_assert_cmpint (run (f), ==, ANNEX_TASK_DONE);
  add_failing (f, "e");
  add_end (f);
  g_assert_cmpint (run (f), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (count_runs (f), ==, 4);
  for (const char *id = "fghi"; *id != '\0'; id++)
    {
      g_autofree char *blocks =
          g_strdup_printf ("[{\"type\":\"tool_use\",\"id\":\"%c\",\"name\":\"shell\",\"input\":"
                           "{\"command\":\"echo x >>other; test $(wc -l <other) = 3\"}}]",
                           *id);

      scripted_model_add (f->model, blocks, ANNEX_STOP_TOOL_USE);
    }
  add_end (f);
  g_assert_cmpint (run (f), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ASK_OPENED), ==, 0);
}

static void
park_cb (AnnexInbox *inbox, AnnexAsk *ask, Fixture *f)
{
  annex_agent_park (f->agent);
}

/* Nobody is there; the answer comes later, and the call has its say only then. */
static void
test_parked (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) open = NULL;
  g_autofree char *text = NULL;
  gboolean is_error;

  for (const char *id = "abcd"; *id != '\0'; id++)
    add_failing (f, (const char[]) { *id, '\0' });
  add_end (f);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (park_cb), f);
  g_assert_cmpint (run (f), ==, ANNEX_TASK_WAITING);
  g_assert_cmpuint (count_runs (f), ==, 3);
  restart (f);
  open = annex_task_dup_open_asks (f->task);
  g_assert_cmpuint (open->len, ==, 1);
  settle_ok (
      annex_answers_submit (f->inbox, NULL, g_ptr_array_index (open, 0), "Try it again", "user"));
  restart (f);
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (count_runs (f), ==, 4);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ASK_OPENED), ==, 1);
  text = result_of (f, "d", &is_error);
  g_assert_null (strstr (text, "interrupted"));
}

/* A helper cannot ask: it is stopped, and whoever called it hears of it. */
static void
test_helper (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  gboolean is_error;

  scripted_model_add (f->model, "[" USE ("d", "delegate", "{\"goal\":\"Count\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  add_failing (f, "a");
  scripted_model_add (f->model, "[" USE ("o", "shell", "{\"command\":\"exit 5\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  add_failing (f, "b");
  add_failing (f, "c");
  add_end (f);
  g_assert_cmpint (run (f), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (count_runs (f), ==, 3);
  g_assert_cmpuint (scripted_model_get_n_calls (f->model), ==, 6);
  text = result_of (f, "d", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (text, "failed 3 times"));
}

/* What the administrator allows a task, its helpers keep to. */
static void
test_helper_rounds (Fixture *f, gconstpointer data)
{
  static const char text[] = "{\"task_turns\":3}";
  g_autoptr (AnnexAdminPolicy) policy = annex_admin_policy_parse ("test.json", text, -1);
  g_autofree char *said = NULL;
  gboolean is_error;

  g_assert_null (annex_admin_policy_get_fault (policy));
  annex_admin_policy_set (policy);
  scripted_model_add (f->model, "[" USE ("d", "delegate", "{\"goal\":\"Count\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  for (guint i = 0; i < 3; i++)
    scripted_model_add (f->model, "[" USE ("a", "shell", "{\"command\":\"echo x >>count\"}") "]",
                        ANNEX_STOP_TOOL_USE);
  add_end (f);
  g_assert_cmpint (run (f), ==, ANNEX_TASK_DONE);
  annex_admin_policy_set (NULL);
  g_assert_cmpuint (count_runs (f), ==, 3);
  said = result_of (f, "d", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (said, "rounds"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("repeated/another-way", test_another_way);
  ADD ("repeated/again", test_again);
  ADD ("repeated/stop", test_stop);
  ADD ("repeated/not-asked", test_not_asked);
  ADD ("repeated/parked", test_parked);
  ADD ("repeated/helper", test_helper);
  ADD ("repeated/helper-rounds", test_helper_rounds);
  return g_test_run ();
}
