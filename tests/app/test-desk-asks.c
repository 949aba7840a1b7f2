/* test-desk-asks.c
 *
 * The desk and its asks: what another process asks and answers, a no for once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"
#include "annex-json-build.h"
#include "office.h"
#include "test-fiber.h"

#include <unistd.h>

static void
count_cb (guint *n)
{
  (*n)++;
}

/* Another process, which is a second connection to the same file, asks and answers: the window
 * hears of both, its list and the task it has open know them, and a run that waits here goes on. */
static void
test_other_process (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexStore) other = NULL;
  g_autoptr (AnnexTask) elsewhere = NULL;
  g_autoptr (AnnexInbox) inbox = NULL;
  g_autoptr (GPtrArray) asks = NULL;
  AnnexAsk *ask;
  guint opened = 0;
  guint closed = 0;

  office_open (
      &office,
      "{\"turns\":[{\"match\":\"fetch\",\"blocks\":[" CALL (
          "request_network",
          "{\"host\":\"data.example.org\",\"reason\":\"to "
          "look\"}") "]},{\"when\":\"never allows\",\"blocks\":[" SAY ("Without it, then") "]},{"
                                                                                           "\"block"
                                                                                           "s\":"
                                                                                           "[" SAY (
                                                                                               "Wel"
                                                                                               "l") "],\"repeat\":true}]}");
  g_signal_connect_swapped (office.desk, "ask-opened", G_CALLBACK (count_cb), &opened);
  g_signal_connect_swapped (office.desk, "ask-closed", G_CALLBACK (count_cb), &closed);
  task = office_begin (&office, "fetch it");
  office_await_ask (task);
  for (guint i = 0; i < 1000 && opened < 1; i++)
    app_fixture_wait (20);
  other = dex_await_object (annex_store_open (NULL), NULL);
  elsewhere = dex_await_object (annex_task_load (other, annex_task_get_id (task)), NULL);
  asks = annex_task_dup_open_asks (elsewhere);
  g_assert_cmpuint (asks->len, ==, 1);
  ask = g_ptr_array_index (asks, 0);
  {
    g_autoptr (AnnexAsk) another =
        annex_ask_new_network (annex_task_get_id (task), "other.example.org", "from elsewhere");
    JsonObject *data = json_object_new ();

    json_object_set_object_member (data, "ask", json_object_ref (annex_ask_get_json (another)));
    test_await (annex_store_append (other, annex_task_get_id (task), ANNEX_EVENT_ASK_OPENED, data));
  }
  for (guint i = 0; i < 1000 && opened < 2; i++)
    app_fixture_wait (20);
  g_assert_cmpuint (opened, ==, 2);
  inbox = annex_inbox_new (other);
  test_await (annex_inbox_answer (inbox, annex_ask_get_id (ask),
                                  annex_ask_make_answer (ask, "never", NULL), "user"));
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "Without it, then", TRUE);
  for (guint i = 0; i < 1000 && closed < 1; i++)
    app_fixture_wait (20);
  g_assert_cmpuint (closed, ==, 1);
  g_clear_object (&inbox);
  g_clear_object (&elsewhere);
  test_await (annex_store_close (other));
  g_clear_object (&task);
  office_close (&office);
}

/* Answers the newest ask through a connection of its own, as another process does; what it carries
 * out beyond that is @announcement. */
static void
answer_elsewhere (Office *office, AnnexTask *task, const char *label, const char *announcement)
{
  g_autoptr (AnnexStore) other = dex_await_object (annex_store_open (NULL), NULL);
  g_autoptr (AnnexInbox) inbox = annex_inbox_new (other);
  g_autoptr (GPtrArray) entries = office_list_inbox (office);
  AnnexInboxEntry *entry = g_ptr_array_index (entries, 0);

  g_assert_cmpint (entry->state, ==, ANNEX_INBOX_OPEN);
  test_await (annex_inbox_answer (inbox, annex_ask_get_id (entry->ask),
                                  annex_ask_make_answer (entry->ask, label, NULL), "user"));
  if (announcement != NULL)
    test_await (annex_store_append (other, annex_task_get_id (task), ANNEX_EVENT_ANNOUNCEMENT,
                                    annex_json_build ("s", "text", announcement, NULL)));
  g_clear_object (&inbox);
  test_await (annex_store_close (other));
}

/* By what is known in this process. */
static gboolean
may_reach (Office *office, AnnexTask *task, const char *host)
{
  AnnexWork *work =
      g_hash_table_lookup (((AnnexDeskSession *) office->desk)->works, annex_task_get_id (task));
  const char *by;

  return annex_network_policy_take (annex_workspace_get_policy (work->workspace), host, 443, &by,
                                    NULL);
}

/* The window was opened again and nothing runs in it: an answer of another process lets the task go
 * on all the same, and so does that of an ask which was opened again. */
static void
test_other_process_while_it_rests (void)
{
  static const char scenario[] = "{\"turns\":[{\"match\":\"fetch\",\"blocks\":[" CALL (
      "request_network",
      "{\"host\":\"data.example.org\",\"reason\":\"to look\"}") "]},"
                                                                "{\"when\":\"never "
                                                                "allows\",\"blocks\":[" SAY (
                                                                    "Without it, then") "]},"
                                                                                        "{\"match\""
                                                                                        ":\"looked "
                                                                                        "again\","
                                                                                        "\"blocks\""
                                                                                        ":[" SAY (
                                                                                            "Now I "
                                                                                            "can") "]}]}";
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GPtrArray) refused = NULL;
  g_autofree char *id = NULL;
  gpointer again;

  office_open (&office, scenario);
  task = office_begin (&office, "fetch it");
  office_await_ask (task);
  id = g_strdup (annex_task_get_id (task));
  g_clear_object (&task);
  office_reopen (&office);
  task = dex_await_object (annex_desk_open_task (office.desk, id), NULL);
  g_assert_cmpint (annex_task_get_state (task), ==, ANNEX_TASK_WAITING);
  g_assert_false (annex_desk_is_running (office.desk, task));
  answer_elsewhere (&office, task, "never", NULL);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "Without it, then", TRUE);

  refused = office_list_inbox (&office);
  g_assert_cmpuint (refused->len, ==, 1);
  again = dex_await_boxed (
      annex_desk_reopen (office.desk,
                         annex_ask_get_id (((AnnexInboxEntry *) refused->pdata[0])->ask)),
      NULL);
  g_assert_nonnull (again);
  annex_ask_unref (again);
  g_assert_false (may_reach (&office, task, "data.example.org"));
  answer_elsewhere (&office, task, "once", "The user looked again");
  for (guint i = 0; i < 1000 && !office_log_has (&office, task, "Now I can"); i++)
    app_fixture_wait (20);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "Now I can", TRUE);
  g_assert_true (may_reach (&office, task, "data.example.org"));
  g_clear_object (&task);
  office_close (&office);
}

/* "No" refuses this time: no rule stands, and the agent can ask again. */
static void
test_no_this_time (void)
{
#define ASK CALL ("request_network", "{\"host\":\"data.example.org\",\"reason\":\"to look\"}")
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) closed = NULL;
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GPtrArray) second = NULL;

  office_open (
      &office,
      "{\"turns\":[{\"match\":\"fetch\",\"blocks\":[" ASK
      "]},{\"when\":\"not allow data.example.org this time\",\"blocks\":[" SAY (
          "Without it") "]},{\"match\":\"again\",\"blocks\":[" ASK
                        "]},{\"when\":\"allowed data.example.org (once)\",\"blocks\":[" SAY (
                            "Now with it") "]}]}");
  task = office_begin (&office, "fetch it");
  office_await_ask (task);
  first = office_list_inbox (&office);
  test_await (annex_desk_answer_text (
      office.desk, ((AnnexInboxEntry *) g_ptr_array_index (first, 0))->ask, "no"));
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "Without it", TRUE);
  office_assert_log (&office, task, "\"decision\":\"refuse\",\"scope\":\"once\"", TRUE);
  rules = dex_await_boxed (annex_store_list_rules (annex_desk_get_store (office.desk)), NULL);
  g_assert_cmpuint (rules->len, ==, 0);
  closed = office_list_inbox (&office);
  g_assert_cmpuint (closed->len, ==, 1);
  g_assert_cmpint (((AnnexInboxEntry *) g_ptr_array_index (closed, 0))->state, ==,
                   ANNEX_INBOX_REFUSED);

  {
    g_autoptr (AnnexNewTask) message = annex_new_task_new ();

    message->prompt = g_strdup ("try again");
    test_await (annex_desk_say (office.desk, task, message));
  }
  office_await_ask (task);
  second = office_list_inbox (&office);
  test_await (annex_desk_answer_text (
      office.desk, ((AnnexInboxEntry *) g_ptr_array_index (second, 0))->ask, "once"));
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "Now with it", TRUE);
  g_clear_object (&task);
  office_close (&office);
#undef ASK
}

/* What the task would be told now of a host; -1: it may reach it. */
static int
judge (Office *office, AnnexTask *task, const char *host)
{
  AnnexWork *work =
      g_hash_table_lookup (((AnnexDeskSession *) office->desk)->works, annex_task_get_id (task));
  g_autoptr (GError) error = NULL;

  if (annex_network_policy_peek (annex_workspace_get_policy (work->workspace), host, 443, NULL,
                                 &error))
    return -1;
  g_assert_true (error->domain == ANNEX_POLICY_ERROR);
  return error->code;
}

static void
await_judgement (Office *office, AnnexTask *task, const char *host, int code)
{
  for (guint i = 0; i < 1000 && judge (office, task, host) != code; i++)
    app_fixture_wait (20);
  g_assert_cmpint (judge (office, task, host), ==, code);
}

/* Whoever said Never may think better of it: the yes counts, not the rule of before. */
static void
test_never_and_once (void)
{
  static const char
      scenario
          [] =
              "{\"turns\":[{\"match\":\"fetch\",\"blocks\":[" CALL ("request_network", "{\"host\":"
                                                                                       "\"data."
                                                                                       "example."
                                                                                       "org\","
                                                                                       "\"reason\":"
                                                                                       "\"to "
                                                                                       "look\"}") "]},{\"when\":\"never\",\"blocks\":[" SAY ("Without it") "]},{\"match\":\"looked at it again\",\"blocks\":[" SAY (
                  "Now I can") "]},{\"match\":\"fetch\",\"blocks\":[" CALL ("request_network",
                                                                            "{\"host\":\"data."
                                                                            "example.org\","
                                                                            "\"reason\":\"to "
                                                                            "look\"}") "]},{"
                                                                                       "\"when\":"
                                                                                       "\"does not "
                                                                                       "want "
                                                                                       "it\","
                                                                                       "\"blocks\":"
                                                                                       "[" SAY ("Th"
                                                                                                "en"
                                                                                                " w"
                                                                                                "it"
                                                                                                "ho"
                                                                                                "ut"
                                                                                                " i"
                                                                                                "t") "]}]}";
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexTask) beside = NULL;
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (GPtrArray) closed = NULL;
  g_autoptr (GPtrArray) rules = NULL;
  AnnexAsk *again;

  office_open (&office, scenario);
  task = office_begin (&office, "fetch it");
  office_await_ask (task);
  open = office_list_inbox (&office);
  test_await (annex_desk_answer_text (
      office.desk, ((AnnexInboxEntry *) g_ptr_array_index (open, 0))->ask, "never"));
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  g_assert_false (may_reach (&office, task, "data.example.org"));
  closed = office_list_inbox (&office);
  again = dex_await_boxed (
      annex_desk_reopen (
          office.desk, annex_ask_get_id (((AnnexInboxEntry *) g_ptr_array_index (closed, 0))->ask)),
      NULL);
  test_await (annex_desk_answer_text (office.desk, again, "once"));
  annex_ask_unref (again);
  g_assert_true (may_reach (&office, task, "data.example.org"));
  rules = dex_await_boxed (annex_store_list_rules (annex_desk_get_store (office.desk)), NULL);
  /* Here alone: for all other tasks it is never, and for this one when it begins anew. */
  g_assert_cmpuint (rules->len, ==, 1);
  g_assert_false (((AnnexNetworkRule *) g_ptr_array_index (rules, 0))->allow);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  test_await (annex_store_set_rule (annex_desk_get_store (office.desk), "other.example", TRUE));
  await_judgement (&office, task, "other.example", -1);
  g_assert_true (may_reach (&office, task, "data.example.org"));
  annex_network_policy_spend (
      annex_workspace_get_policy (annex_desk_session_find_work (office.self, task)->workspace),
      "data.example.org");
  g_assert_cmpint (judge (&office, task, "data.example.org"), ==, ANNEX_POLICY_ERROR_NOT_ALLOWED);
  beside = office_begin (&office, "fetch it");
  office_await_rest (&office, beside, ANNEX_TASK_DONE);
  office_assert_log (&office, beside, "\"ask-opened\"", FALSE);
  office_assert_log (&office, beside, "does not want it to be reached", TRUE);
  g_assert_cmpint (judge (&office, beside, "data.example.org"), ==, ANNEX_POLICY_ERROR_NEVER);
  g_clear_object (&beside);
  g_clear_object (&task);
  office_close (&office);
}

/* The scenario of who never wanted a host, and then looked at it again. */
#define FETCH CALL ("request_network", "{\"host\":\"data.example.org\",\"reason\":\"to look\"}")
#define TURN(on, what, block) "{\"" on "\":\"" what "\",\"blocks\":[" block "]}"
#define AGAIN TURN ("match", "looked at it again", SAY ("Now I can"))
#define SECOND_THOUGHTS                                                                            \
  "{\"turns\":[" TURN ("match", "fetch", FETCH) "," TURN (                                         \
      "when", "never allows", SAY ("Without it")) "," AGAIN "," AGAIN "]}"

/* A task at rest in which the user never wanted the host, in an Annex that began after that. */
static AnnexTask *
begin_refused (Office *office)
{
  g_autoptr (AnnexTask) task = office_begin (office, "fetch it");
  g_autofree char *id = g_strdup (annex_task_get_id (task));
  g_autoptr (GPtrArray) open = NULL;

  office_await_ask (task);
  open = office_list_inbox (office);
  test_await (annex_desk_answer_text (
      office->desk, ((AnnexInboxEntry *) g_ptr_array_index (open, 0))->ask, "never"));
  office_await_rest (office, task, ANNEX_TASK_DONE);
  g_clear_object (&task);
  office_reopen (office);
  return dex_await_object (annex_desk_open_task (office->desk, id), NULL);
}

/* The newest ask. (transfer full) */
static AnnexAsk *
reopen_newest (Office *office)
{
  g_autoptr (GPtrArray) closed = office_list_inbox (office);
  AnnexInboxEntry *entry = g_ptr_array_index (closed, 0);
  AnnexAsk *again =
      dex_await_boxed (annex_desk_reopen (office->desk, annex_ask_get_id (entry->ask)), NULL);

  g_assert_nonnull (again);
  return again;
}

/* The same task in an Annex that has just begun, ready to work. (task: transfer full) */
static void
begin_anew (Office *office, AnnexTask **task)
{
  g_autofree char *id = g_strdup (annex_task_get_id (*task));
  g_autoptr (AnnexWork) work = NULL;
  GError *error = NULL;

  g_clear_object (task);
  office_reopen (office);
  *task = dex_await_object (annex_desk_open_task (office->desk, id), NULL);
  work = annex_desk_session_get_work (office->self, *task, &error);
  g_assert_no_error (error);
}

/* A yes for the task against a Never is kept with the task; a Never that is said later outweighs
 * it. */
static void
test_never_and_task (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexTask) beside = NULL;
  g_autoptr (AnnexAsk) again = NULL;

  office_open (&office, SECOND_THOUGHTS);
  task = begin_refused (&office);
  again = reopen_newest (&office);
  test_await (annex_desk_answer_text (office.desk, again, "task"));
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  g_assert_cmpint (judge (&office, task, "data.example.org"), ==, -1);

  begin_anew (&office, &task);
  g_assert_cmpint (judge (&office, task, "data.example.org"), ==, -1);
  beside = office_begin (&office, "looked at it again");
  office_await_rest (&office, beside, ANNEX_TASK_DONE);
  g_assert_cmpint (judge (&office, beside, "data.example.org"), ==, ANNEX_POLICY_ERROR_NEVER);
  g_clear_object (&beside);

  test_await (annex_store_set_rule (annex_desk_get_store (office.desk), "data.example.org", FALSE));
  begin_anew (&office, &task);
  g_assert_cmpint (judge (&office, task, "data.example.org"), ==, ANNEX_POLICY_ERROR_NEVER);
  g_clear_object (&task);
  office_close (&office);
}

/* The image of the computers has the host for a source of packages. */
static void
make_source (Office *office)
{
  const char *folder = annex_image_store_get_folder (annex_session_get_images (office->session));
  g_autofree char *version = g_build_filename (folder, "1", NULL);
  g_autofree char *hosts = g_build_filename (version, "package-hosts.txt", NULL);
  g_autofree char *current = g_build_filename (folder, "current", NULL);

  g_assert_cmpint (g_mkdir_with_parents (version, 0700), ==, 0);
  g_assert_true (g_file_set_contents (hosts, "data.example.org\tpackages\n", -1, NULL));
  g_assert_cmpint (symlink ("1", current), ==, 0);
}

/* A source of packages that was ruled out is opened once by another process, while nothing is ready
 * here to work in the task: after that once it is asked about again. */
static void
test_never_and_once_of_a_source (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexAsk) again = NULL;
  AnnexWork *work;

  office_open (&office, SECOND_THOUGHTS);
  make_source (&office);
  task = begin_refused (&office);
  again = reopen_newest (&office);
  g_assert_null (annex_desk_session_find_work (office.self, task));
  answer_elsewhere (&office, task, "once", "The user looked at it again");
  for (guint i = 0; i < 1000 && !office_log_has (&office, task, "Now I can"); i++)
    app_fixture_wait (20);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  g_assert_cmpint (judge (&office, task, "data.example.org"), ==, -1);
  work = annex_desk_session_find_work (office.self, task);
  annex_network_policy_spend (annex_workspace_get_policy (work->workspace), "data.example.org");
  g_assert_cmpint (judge (&office, task, "data.example.org"), ==, ANNEX_POLICY_ERROR_NOT_ALLOWED);
  g_clear_object (&task);
  office_close (&office);
}

/* A Never that is said again after a yes for the task counts in it at once; what else is decided
 * meanwhile takes no yes away. */
static void
test_never_again (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GError) error = NULL;
  AnnexStore *store;
  AnnexWork *work;

  office_open (&office, "{\"turns\":[{\"blocks\":[" SAY ("Well") "],\"repeat\":true}]}");
  store = annex_desk_get_store (office.desk);
  test_await (annex_store_set_rule (store, "rates.example", FALSE));
  task = office_begin (&office, "look");
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  await_judgement (&office, task, "rates.example", ANNEX_POLICY_ERROR_NEVER);
  work = annex_desk_session_find_work (office.self, task);
  for (guint i = 0; i < 2; i++)
    {
      const char *other = i == 0 ? "x.example" : "y.example";

      g_assert_true (
          annex_workspace_decide_host (work->workspace, "rates.example", "task", &error));
      await_judgement (&office, task, "rates.example", -1);
      test_await (annex_store_set_rule (store, other, FALSE));
      await_judgement (&office, task, other, ANNEX_POLICY_ERROR_NEVER);
      g_assert_cmpint (judge (&office, task, "rates.example"), ==, -1);
      test_await (annex_store_set_rule (store, "rates.example", FALSE));
      await_judgement (&office, task, "rates.example", ANNEX_POLICY_ERROR_NEVER);
    }
  g_clear_object (&task);
  office_close (&office);
}

/* A task at rest that has read what others wrote and has data of the user's. */
static AnnexTask *
begin_exposed (Office *office)
{
  AnnexTask *task = office_begin (office, "read my mail");

  office_await_rest (office, task, ANNEX_TASK_DONE);
  test_await (annex_task_append (task, ANNEX_EVENT_UNTRUSTED_READ,
                                 annex_json_build ("s", "source", "connector:mail", NULL)));
  g_assert_cmpint (annex_task_get_taint (task), ==, ANNEX_TAINT_BOTH);
  return task;
}

/* What the user decides about one host, here or elsewhere, is no word about the others that are
 * open to all tasks, nor about what another task has read. */
static void
test_rules_of_elsewhere (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexTask) beside = NULL;
  g_autoptr (AnnexStore) other = NULL;
  AnnexStore *store;
  AnnexWork *work;
  GError *error = NULL;

  office_open (&office, "{\"turns\":[{\"blocks\":[" SAY ("Well") "],\"repeat\":true}]}");
  store = annex_desk_get_store (office.desk);
  test_await (annex_store_set_rule (store, "rates.example", TRUE));
  test_await (annex_store_set_rule (store, "paste.example", TRUE));
  task = begin_exposed (&office);
  beside = begin_exposed (&office);
  g_assert_cmpint (judge (&office, task, "rates.example"), ==, ANNEX_POLICY_ERROR_EXPOSED);

  /* A no of the settings, and one of the task's own. */
  test_await (annex_store_set_rule (store, "x.example", FALSE));
  await_judgement (&office, task, "x.example", ANNEX_POLICY_ERROR_NEVER);
  g_assert_cmpint (judge (&office, task, "rates.example"), ==, ANNEX_POLICY_ERROR_EXPOSED);
  g_assert_cmpint (judge (&office, task, "paste.example"), ==, ANNEX_POLICY_ERROR_EXPOSED);
  work = annex_desk_session_find_work (office.self, task);
  g_assert_true (annex_workspace_decide_host (work->workspace, "y.example", "never", &error));
  await_judgement (&office, beside, "y.example", ANNEX_POLICY_ERROR_NEVER);
  g_assert_cmpint (judge (&office, task, "paste.example"), ==, ANNEX_POLICY_ERROR_EXPOSED);

  /* A yes in the task beside it: open there, also after it was read back, and only there. */
  work = annex_desk_session_find_work (office.self, beside);
  g_assert_true (annex_workspace_decide_host (work->workspace, "made.example", "always", &error));
  await_judgement (&office, task, "made.example", ANNEX_POLICY_ERROR_EXPOSED);
  g_assert_cmpint (judge (&office, beside, "made.example"), ==, -1);
  g_assert_cmpint (judge (&office, beside, "rates.example"), ==, ANNEX_POLICY_ERROR_EXPOSED);

  /* Another process writes, first what has nothing to do with hosts. */
  other = dex_await_object (annex_store_open (NULL), NULL);
  test_await (annex_store_append (other, annex_task_get_id (task), ANNEX_EVENT_TITLE_CHANGED,
                                  annex_json_build ("s", "title", "Mail", NULL)));
  test_await (annex_store_set_rule (other, "third.example", TRUE));
  test_await (annex_store_append (other, annex_task_get_id (task), ANNEX_EVENT_TITLE_CHANGED,
                                  annex_json_build ("s", "title", "Letters", NULL)));
  await_judgement (&office, task, "third.example", ANNEX_POLICY_ERROR_EXPOSED);
  g_assert_cmpint (judge (&office, task, "rates.example"), ==, ANNEX_POLICY_ERROR_EXPOSED);
  g_assert_cmpint (judge (&office, beside, "made.example"), ==, -1);
  test_await (annex_store_close (other));

  test_await (annex_store_remove_rule (store, "made.example"));
  await_judgement (&office, beside, "made.example", ANNEX_POLICY_ERROR_NOT_ALLOWED);
  g_clear_object (&task);
  g_clear_object (&beside);
  office_close (&office);
}

int
main (int argc, char **argv)
{
  int status;

  app_fixture_init (&argc, &argv);
  app_fixture_add ("/desk-asks/other-process", test_other_process);
  app_fixture_add ("/desk-asks/other-process-while-it-rests", test_other_process_while_it_rests);
  app_fixture_add ("/desk-asks/no-this-time", test_no_this_time);
  app_fixture_add ("/desk-asks/never-and-once", test_never_and_once);
  app_fixture_add ("/desk-asks/never-and-task", test_never_and_task);
  app_fixture_add ("/desk-asks/never-again", test_never_again);
  app_fixture_add ("/desk-asks/never-and-once-of-a-source", test_never_and_once_of_a_source);
  app_fixture_add ("/desk-asks/rules-of-elsewhere", test_rules_of_elsewhere);
  status = g_test_run ();
  app_fixture_done ();
  return status;
}
