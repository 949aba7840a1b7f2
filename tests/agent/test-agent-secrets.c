/* test-agent-secrets.c
 *
 * A command uses a secret: only one that its user gave this task, and only after a consent that
 * names it as the question did, whatever the model calls it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agent-fixture.h"
#include "annex-answers.h"
#include "annex-session-secrets.h"

#include <string.h>

#define VALUE "gh-5up3r-s3cret"
#define QUESTION                                                                                   \
  "{\"questions\":[{\"id\":\"t\",\"header\":\"GitHub token\",\"question\":\"Your token?\","        \
  "\"secret\":true}]}"

typedef struct
{
  Fixture base;
  GString *asked; /* the texts of all consents */
} Secret;

static void
answer_cb (AnnexInbox *inbox, AnnexAsk *ask, Secret *f)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (ask), "questions");
  JsonObject *question = json_array_get_object_element (questions, 0);
  gboolean consent = g_str_equal (annex_json_opt_string (question, "id", ""), "consent");

  if (consent)
    g_string_append_printf (f->asked, "%s\n", annex_json_opt_string (question, "question", ""));
  dex_future_disown (
      annex_answers_submit (inbox, f->base.secrets, ask, consent ? "Allow once" : VALUE, "user"));
}

static void
secret_set_up (Secret *f, gconstpointer data)
{
  set_up (&f->base, NULL);
  f->base.secrets = ANNEX_SECRETS (annex_session_secrets_new ("for the test"));
  f->asked = g_string_new (NULL);
  restart (&f->base);
  g_signal_connect (f->base.inbox, "opened", G_CALLBACK (answer_cb), f);
}

static void
secret_tear_down (Secret *f, gconstpointer data)
{
  tear_down (&f->base, NULL);
  g_string_free (f->asked, TRUE);
}

/* One turn with @blocks, and the end. */
static void
run_turn (Secret *f, const char *blocks)
{
  g_autofree char *turn = g_strdup_printf ("[%s]", blocks);

  scripted_model_add (f->base.model, turn, ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->base.model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->base.agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->base.agent)), ==, ANNEX_TASK_DONE);
}

/* The reference of the secret that the user gave. (transfer full) */
static char *
be_given (Secret *f)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) answer = NULL;
  gboolean is_error;

  run_turn (f, USE ("ask", "ask_user", QUESTION));
  text = result_of (&f->base, "ask", &is_error);
  g_assert_false (is_error);
  g_assert_null (strstr (text, VALUE));
  answer = annex_json_parse_object (text, -1, NULL);
  return g_strdup (annex_json_opt_string (annex_json_opt_object (answer, "t"), "secret", "none"));
}

static void
run_with (Secret *f, const char *call, const char *secrets)
{
  g_autofree char *use =
      g_strdup_printf ("{\"type\":\"tool_use\",\"id\":\"%s\",\"name\":\"shell\",\"input\":"
                       "{\"command\":\"echo ${#MONEY}\",\"secrets\":[%s]}}",
                       call, secrets);

  run_turn (f, use);
}

static void
test_named (Secret *f, gconstpointer data)
{
  g_autofree char *id = be_given (f);
  g_autofree char *wanted = g_strdup_printf ("{\"env\":\"MONEY\",\"id\":\"%s\"}", id);
  g_autofree char *text = NULL;
  gboolean is_error;

  run_with (f, "use", wanted);
  text = result_of (&f->base, "use", &is_error);
  g_assert_false (is_error);
  g_assert_nonnull (strstr (text, "15")); /* its length */
  g_assert_nonnull (strstr (f->asked->str, "“GitHub token” as MONEY"));
  g_assert_true (annex_task_was_given_secret (f->base.task, id));
}

/* One that another task has, or nobody. */
static void
test_foreign (Secret *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  gboolean is_error;

  settle_ok (annex_secrets_store (f->base.secrets, "secret:of-another-task", "Bank", VALUE));
  run_with (f, "use", "{\"env\":\"MONEY\",\"id\":\"secret:of-another-task\"}");
  text = result_of (&f->base, "use", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (text, "was given no secret"));
  g_assert_cmpstr (f->asked->str, ==, "");
}

/* Two under one name: what was agreed to would not be what the command gets. */
static void
test_twice (Secret *f, gconstpointer data)
{
  g_autofree char *id = be_given (f);
  g_autofree char *wanted = g_strdup_printf (
      "{\"env\":\"MONEY\",\"id\":\"%s\"},{\"env\":\"MONEY\",\"id\":\"%s\"}", id, id);
  g_autofree char *text = NULL;
  gboolean is_error;

  run_with (f, "use", wanted);
  text = result_of (&f->base, "use", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (text, "a variable's name of its own"));
}

/* What a command is given is data of the user's, also when its own ask was never this task's: as it
 * is with what a skill needs. Known at once, and after a restart. */
static void
test_private (Secret *f, gconstpointer data)
{
  g_assert_cmpint (annex_task_get_taint (f->base.task), ==, ANNEX_TAINT_NONE);
  annex_network_policy_set (f->base.policy, "open.example", TRUE, "always");
  annex_network_policy_set_taint (f->base.policy, ANNEX_TAINT_UNTRUSTED);
  annex_workspace_give_secret (f->base.workspace, "secret:pin",
                               "1234"); /* too short to be hidden */
  g_assert_false (annex_network_policy_peek (f->base.policy, "open.example", 443, NULL, NULL));
  while (count_events (&f->base, ANNEX_EVENT_DATA_GIVEN) == 0)
    g_main_context_iteration (NULL, TRUE);
  annex_workspace_give_secret (f->base.workspace, "secret:pin", "1234");
  restart (&f->base);
  g_assert_cmpint (annex_task_get_taint (f->base.task), ==, ANNEX_TAINT_PRIVATE);
  g_assert_cmpuint (count_events (&f->base, ANNEX_EVENT_DATA_GIVEN), ==, 1);
  g_assert_true (annex_task_was_given_secret (f->base.task, "secret:pin"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
#define ADD_SECRET(path, func)                                                                     \
  g_test_add ("/agent/secrets/" path, Secret, NULL, secret_set_up, func, secret_tear_down)
  ADD_SECRET ("named", test_named);
  ADD_SECRET ("foreign", test_foreign);
  ADD_SECRET ("twice", test_twice);
  ADD_SECRET ("private", test_private);
  return g_test_run ();
}
