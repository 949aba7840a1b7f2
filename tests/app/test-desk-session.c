/* test-desk-session.c
 *
 * The desk on a real store, a real agent and the fake model server; the computers are fakes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-json-build.h"
#include "annex-keep.h"
#include "annex-paths.h"
#include "office.h"
#include "test-fiber.h"

#include <glib/gstdio.h>
#include <string.h>

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_two_at_once (void)
{
  Office office;
  g_autoptr (AnnexTask) first = NULL;
  g_autoptr (AnnexTask) second = NULL;
  g_autoptr (AnnexTask) same = NULL;
  g_autofree char *title = NULL;
  guint states = 0;

  office_open (&office, "{\"api_key\":\"sk-right\",\"turns\":["
                        "{\"match\":\"one\",\"delay_ms\":300,\"blocks\":[" SAY (
                            "First") "]},"
                                     "{\"match\":\"two\",\"delay_ms\":300,\"blocks\":[" SAY (
                                         "Second") "]}]}");
  g_signal_connect_swapped (office.desk, "task-state", G_CALLBACK (count_cb), &states);
  first = office_begin (&office, "Do one\nwith more lines");
  second = office_begin (&office, "Do two");
  g_assert_cmpuint (annex_desk_get_n_running (office.desk), ==, 2);
  title = annex_task_dup_title (first);
  g_assert_cmpstr (title, ==, "Do one");
  same = dex_await_object (annex_desk_open_task (office.desk, annex_task_get_id (first)), NULL);
  g_assert_true (same == first);
  office_await_rest (&office, first, ANNEX_TASK_DONE);
  office_await_rest (&office, second, ANNEX_TASK_DONE);
  g_assert_cmpuint (states, >=, 4);
  office_assert_log (&office, first, "First", TRUE);
  office_assert_log (&office, second, "Second", TRUE);
  g_clear_object (&first);
  g_clear_object (&same);
  g_clear_object (&second);
  office_close (&office);
}

static void
test_question (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  guint opened = 0;
  guint closed = 0;

  office_open (&office, "{\"turns\":[{\"match\":\"paint\",\"blocks\":[" CALL (
                            "ask_user", "{\"questions\":[{\"id\":\"colour\",\"header\":\"Colour\","
                                        "\"question\":\"Which "
                                        "one?\",\"options\":[{\"label\":\"Red\"},{\"label\":"
                                        "\"Blue\"}]}]}") "]},"
                                                         "{\"when\":\"Blue\",\"blocks\":[" SAY (
                                                             "Blue it is") "]}]}");
  g_signal_connect_swapped (office.desk, "ask-opened", G_CALLBACK (count_cb), &opened);
  g_signal_connect_swapped (office.desk, "ask-closed", G_CALLBACK (count_cb), &closed);
  task = office_begin (&office, "paint it");
  office_await_ask (task);
  entries = office_list_inbox (&office);
  g_assert_cmpuint (entries->len, ==, 1);
  test_await (annex_desk_answer_text (
      office.desk, ((AnnexInboxEntry *) g_ptr_array_index (entries, 0))->ask, "Blue"));
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "Blue it is", TRUE);
  g_assert_cmpuint (opened, ==, 1);
  g_assert_cmpuint (closed, ==, 1);
  g_clear_object (&task);
  office_close (&office);
}

/* A task that waited when Annex ended goes on when its question is answered. */
static void
test_answer_after_restart (void)
{
  static const char scenario[] = "{\"turns\":[{\"match\":\"fetch\",\"blocks\":[" CALL (
      "request_network",
      "{\"host\":\"data.example.org\",\"reason\":\"to look\"}") "]},"
                                                                "{\"when\":\"never "
                                                                "allows\",\"blocks\":[" SAY (
                                                                    "Without it, then") "]},"
                                                                                        "{\"match\""
                                                                                        ":\"looked "
                                                                                        "at it "
                                                                                        "again\","
                                                                                        "\"blocks\""
                                                                                        ":[" SAY (
                                                                                            "Thank "
                                                                                            "you") "]}]}";
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (GPtrArray) refused = NULL;
  g_autoptr (GPtrArray) after = NULL;
  g_autofree char *id = NULL;
  g_autoptr (AnnexAsk) again = NULL;
  AnnexInboxEntry *entry;
  FakeModel *model;

  office_open (&office, scenario);
  task = office_begin (&office, "fetch it");
  id = g_strdup (annex_task_get_id (task));
  office_await_ask (task);
  g_clear_object (&task);
  model = g_steal_pointer (&office.model); /* the server goes on */
  office_close (&office);

  office.session = app_fixture_open ();
  office.self = annex_desk_session_new (office.session);
  office.desk = ANNEX_DESK (office.self);
  office.model = model;
  task = dex_await_object (annex_desk_open_task (office.desk, id), NULL);
  g_assert_cmpint (annex_task_get_state (task), ==, ANNEX_TASK_WAITING);
  g_assert_false (annex_desk_is_running (office.desk, task));
  open = office_list_inbox (&office);
  g_assert_cmpuint (open->len, ==, 1);
  test_await (annex_desk_answer_text (
      office.desk, ((AnnexInboxEntry *) g_ptr_array_index (open, 0))->ask, "never"));
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "Without it, then", TRUE);

  refused = office_list_inbox (&office);
  g_assert_cmpuint (refused->len, ==, 1);
  entry = g_ptr_array_index (refused, 0);
  g_assert_cmpint (entry->state, ==, ANNEX_INBOX_REFUSED);
  again = dex_await_boxed (annex_desk_reopen (office.desk, annex_ask_get_id (entry->ask)), NULL);
  g_assert_nonnull (again);
  test_await_error (annex_desk_reopen (office.desk, annex_ask_get_id (again)), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  test_await (annex_desk_answer_text (office.desk, again, "task"));
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "allows it now (task)", TRUE);
  for (guint i = 0; i < 100 && fake_model_count_left (office.model) > 0; i++)
    app_fixture_wait (20);
  office_assert_log (&office, task, "Thank you", TRUE);
  after = office_list_inbox (&office);
  g_assert_cmpuint (after->len, ==, 0);
  g_clear_object (&task);
  office_close (&office);
}

static void
test_stop_and_resume (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;

  office_open (&office, "{\"turns\":[{\"match\":\"long\",\"delay_ms\":4000,\"blocks\":[" SAY (
                            "Late") "]},{\"blocks\":[" SAY ("Here I am") "],\"repeat\":true}]}");
  task = office_begin (&office, "a long one");
  app_fixture_wait (200);
  annex_desk_stop (office.desk, task);
  office_await_rest (&office, task, ANNEX_TASK_STOPPED);
  test_await (annex_desk_resume (office.desk, task));
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  g_clear_object (&task);
  office_close (&office);
}

static void
say_at_once (Office *office, AnnexTask *task, const char *text)
{
  g_autoptr (AnnexNewTask) message = annex_new_task_new ();

  message->prompt = g_strdup (text);
  test_await (annex_desk_say (office->desk, task, message));
  g_assert_true (annex_desk_is_running (office->desk, task));
}

/* Who stops it and says something at once is answered, however long stopping takes; who stops it
 * again is not. */
static void
test_stop_and_say (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;

  office_open (&office,
               "{\"turns\":[{\"match\":\"long\",\"blocks\":[" CALL (
                   "shell", "{\"command\":\"sleep 30\"}") "]},{\"match\":\"rather "
                                                          "this\",\"blocks\":[" CALL (
                                                              "shell", "{\"command\":\"sleep "
                                                                       "31\"}") "]},{"
                                                                                "\"blocks\":"
                                                                                "[" SAY ("No") "]}"
                                                                                               "]"
                                                                                               "}");
  task = office_begin (&office, "a long one");
  for (guint i = 0; i < 500 && !office_log_has (&office, task, "sleep 30"); i++)
    app_fixture_wait (20);
  annex_desk_stop (office.desk, task);
  say_at_once (&office, task, "rather this");
  for (guint i = 0; i < 500 && !office_log_has (&office, task, "sleep 31"); i++)
    app_fixture_wait (20);
  office_assert_log (&office, task, "sleep 31", TRUE);
  annex_desk_stop (office.desk, task);
  say_at_once (&office, task, "or that");
  annex_desk_stop (office.desk, task);
  office_await_rest (&office, task, ANNEX_TASK_STOPPED);
  app_fixture_wait (300);
  g_assert_false (annex_desk_is_running (office.desk, task));
  g_assert_cmpuint (fake_model_count_left (office.model), ==, 1);
  g_clear_object (&task);
  office_close (&office);
}

static void
test_rewind_and_plan (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (JsonObject) steps = annex_json_parse_object (
      "{\"steps\":[{\"title\":\"Look\",\"state\":\"pending\"}]}", -1, NULL);
  g_autoptr (AnnexPlan) plan = annex_plan_new_from_update (NULL, steps, NULL);
  gint64 seq = 0;

  office_open (&office, "{\"turns\":[{\"match\":\"green\",\"blocks\":[" SAY (
                            "Green") "]},"
                                     "{\"match\":\"yellow\",\"blocks\":[" SAY ("Yellow") "]}]}");
  task = office_begin (&office, "make it green");
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  events = dex_await_boxed (
      annex_store_list_events (annex_desk_get_store (office.desk), annex_task_get_id (task), 0, 0),
      NULL);
  for (guint i = 0; i < events->len; i++)
    if (annex_event_get_event_type (g_ptr_array_index (events, i)) == ANNEX_EVENT_USER_MESSAGE)
      seq = annex_event_get_seq (g_ptr_array_index (events, i));
  test_await_error (annex_desk_rewind (office.desk, task, 1, "no"), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  test_await (annex_desk_rewind (office.desk, task, seq, "make it yellow"));
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  for (guint i = 0; i < 100 && fake_model_count_left (office.model) > 0; i++)
    app_fixture_wait (20);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "Yellow", TRUE);
  office_assert_log (&office, task, "\"rewound\"", TRUE);
  test_await (annex_desk_change_plan (office.desk, task, plan, "The user added the step “Look”."));
  g_assert_cmpuint (annex_plan_get_n_steps (annex_task_get_plan (task)), ==, 1);
  office_assert_log (&office, task, "The user added the step", TRUE);
  g_clear_object (&task);
  office_close (&office);
}

static void
test_files_and_folders (void)
{
  Office office;
  g_autoptr (AnnexNewTask) request = annex_new_task_new ();
  g_autofree char *file = app_fixture_write ("given/bill.txt", "42");
  g_autofree char *folder = g_build_filename (app_fixture_get_home (), "given", NULL);
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GPtrArray) shares = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) second = NULL;
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GError) error = NULL;
  const char *share;

  office_open (&office,
               "{\"turns\":[{\"match\":\"/home/agent/inbox/bill.txt\",\"blocks\":[" SAY (
                   "Seen") "]},{\"match\":\"bill-2.txt\",\"blocks\":[" SAY ("Both") "]}]}");
  g_ptr_array_add (request->files, g_strdup (file));
  annex_new_task_add_folder (request, folder, ANNEX_SHARE_READ_ONLY);
  request->prompt = g_strdup ("Look at these");
  task = dex_await_object (annex_desk_create_task (office.desk, request), &error);
  g_assert_no_error (error);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "Seen", TRUE);
  bytes = dex_await_boxed (annex_desk_load_file (office.desk, task, "/home/agent/inbox/bill.txt"),
                           &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "42", 2);
  /* Another file of that name does not take its place. */
  g_assert_true (g_file_set_contents (file, "43", -1, NULL));
  g_ptr_array_set_size (request->folders, 0);
  g_set_str (&request->prompt, "And this");
  test_await (annex_desk_say (office.desk, task, request));
  for (guint i = 0; i < 500 && fake_model_count_left (office.model) > 0; i++)
    app_fixture_wait (20);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  second = dex_await_boxed (
      annex_desk_load_file (office.desk, task, "/home/agent/inbox/bill-2.txt"), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (second, NULL), g_bytes_get_size (second), "43", 2);
  g_assert_true (g_file_set_contents (file, "42", -1, NULL));
  shares = annex_task_dup_shares (task);
  g_assert_cmpuint (shares->len, ==, 1);
  share = annex_share_get_id (g_ptr_array_index (shares, 0));
  before = dex_await_boxed (annex_desk_load_before (office.desk, task, share, "bill.txt"), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (before, NULL), g_bytes_get_size (before), "42", 2);
  test_await_error (annex_desk_load_before (office.desk, task, share, "../run"), G_IO_ERROR,
                    G_IO_ERROR_INVALID_ARGUMENT);
  test_await (annex_desk_set_share_mode (office.desk, task, share, ANNEX_SHARE_REVIEW));
  g_assert_cmpint (annex_share_get_mode (annex_task_find_share (task, share)), ==,
                   ANNEX_SHARE_REVIEW);
  test_await (annex_desk_revoke_share (office.desk, task, share));
  g_assert_null (annex_task_find_share (task, share));
  office_assert_log (&office, task, "no longer shares the folder", TRUE);
  g_clear_object (&task);
  office_close (&office);
}

/* What is given while Annex works is in its computer before it hears of it. */
static void
test_files_while_it_works (void)
{
  Office office;
  g_autoptr (AnnexNewTask) message = annex_new_task_new ();
  g_autofree char *file = app_fixture_write ("late/late.txt", "late");
  g_autofree char *folder = g_build_filename (app_fixture_get_home (), "late", NULL);
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  office_open (
      &office,
      "{\"turns\":[{\"match\":\"long\",\"delay_ms\":3000,\"blocks\":[" SAY (
          "At last") "]},{\"match\":\"late.txt\",\"blocks\":[" SAY ("Seen it") "]},{"
                                                                               "\"match\":"
                                                                               "\"shared "
                                                                               "the "
                                                                               "folder\","
                                                                               "\"blocks\""
                                                                               ":[" SAY (
                                                                                   "A folder") "]}]"
                                                                                               "}");
  task = office_begin (&office, "a long one");
  app_fixture_wait (200);
  message->prompt = g_strdup ("And this");
  g_ptr_array_add (message->files, g_strdup (file));
  test_await (annex_desk_say (office.desk, task, message));
  g_assert_true (annex_desk_is_running (office.desk, task));
  office_assert_log (&office, task, "At last", FALSE);
  office_assert_log (&office, task, "\"data-given\"", TRUE);
  g_assert_cmpuint (annex_task_count_given_files (task), ==, 1);
  bytes = dex_await_boxed (annex_desk_load_file (office.desk, task, "/home/agent/inbox/late.txt"),
                           &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "late", 4);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "Seen it", TRUE);
  /* A folder needs no words. */
  g_ptr_array_set_size (message->files, 0);
  g_clear_pointer (&message->prompt, g_free);
  annex_new_task_add_folder (message, folder, ANNEX_SHARE_REVIEW);
  test_await (annex_desk_say (office.desk, task, message));
  for (guint i = 0; i < 500 && fake_model_count_left (office.model) > 0; i++)
    app_fixture_wait (20);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "A folder", TRUE);
  g_clear_object (&task);
  office_close (&office);
}

/* A wrong folder or file makes no task; a missing model is told. */
static void
test_refused (void)
{
  Office office;
  g_autoptr (AnnexNewTask) request = annex_new_task_new ();
  g_autoptr (GPtrArray) tasks = NULL;

  office_open (&office, "{\"turns\":[]}");
  request->prompt = g_strdup ("Work");
  annex_new_task_add_folder (request, "/nonexistent", ANNEX_SHARE_REVIEW);
  test_await_error (annex_desk_create_task (office.desk, request), ANNEX_SHARE_ERROR,
                    ANNEX_SHARE_ERROR_NOT_FOUND);
  g_ptr_array_set_size (request->folders, 0);
  g_ptr_array_add (request->files, g_strdup ("/nonexistent.txt"));
  test_await_error (annex_desk_create_task (office.desk, request), G_IO_ERROR,
                    G_IO_ERROR_NOT_FOUND);
  g_ptr_array_set_size (request->files, 0);
  request->profile = g_strdup ("01NOSUCHPROFILE");
  test_await_error (annex_desk_create_task (office.desk, request), ANNEX_MODEL_ERROR,
                    ANNEX_MODEL_ERROR_NOT_FOUND);
  tasks = dex_await_boxed (annex_store_list_tasks (annex_desk_get_store (office.desk)), NULL);
  g_assert_cmpuint (tasks->len, ==, 0);
  office_close (&office);
}

static void
test_models (void)
{
  Office office;
  g_autoptr (AnnexModelProfile) wrong = NULL;
  g_autoptr (GPtrArray) profiles = NULL;
  g_auto (GStrv) models = NULL;
  const AnnexModelProfile *profile;

  office_open (&office,
               "{\"api_key\":\"sk-right\",\"models\":[\"fake-1\",\"fake-2\"],\"turns\":[]}");
  profiles = annex_desk_dup_profiles (office.desk);
  g_assert_cmpuint (profiles->len, ==, 2);
  profile = g_ptr_array_index (profiles, 0);
  test_await (annex_desk_check_profile (office.desk, profile, NULL));
  test_await_error (annex_desk_check_profile (office.desk, profile, "sk-wrong"), ANNEX_MODEL_ERROR,
                    ANNEX_MODEL_ERROR_AUTH);
  models = dex_await_boxed (annex_desk_list_models (office.desk, profile, NULL), NULL);
  g_assert_cmpuint (g_strv_length (models), ==, 2);
  test_await (annex_desk_remove_profile (office.desk, profile->id));
  g_clear_pointer (&profiles, g_ptr_array_unref);
  profiles = annex_desk_dup_profiles (office.desk);
  g_assert_cmpuint (profiles->len, ==, 1);
  office_close (&office);
}

static void
test_delete (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autofree char *id = NULL;

  office_open (&office, "{\"turns\":[{\"delay_ms\":3000,\"blocks\":[" SAY ("x") "]}]}");
  task = office_begin (&office, "to be deleted");
  id = g_strdup (annex_task_get_id (task));
  g_clear_object (&task);
  app_fixture_wait (100);
  test_await (annex_desk_delete_task (office.desk, id));
  test_await_error (annex_desk_open_task (office.desk, id), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  g_assert_cmpuint (annex_desk_get_n_running (office.desk), ==, 0);
  office_close (&office);
}

/* A task that says it runs, and nobody runs it. */
static void
test_interrupted (void)
{
  g_autoptr (AnnexSession) session = app_fixture_open ();
  g_autoptr (AnnexTask) task = dex_await_object (
      annex_task_create (annex_session_get_store (session), "Cut", "tour", "", NULL, "s", "[]"),
      NULL);
  g_autofree char *id = g_strdup (annex_task_get_id (task));
  AnnexDeskSession *desk;
  g_autoptr (AnnexTask) again = NULL;

  g_clear_object (&task);
  test_await (annex_session_close (session));
  desk = dex_await_object (annex_desk_session_open (), NULL);
  g_assert_nonnull (desk);
  again = dex_await_object (annex_desk_open_task (ANNEX_DESK (desk), id), NULL);
  g_assert_cmpint (annex_task_get_state (again), ==, ANNEX_TASK_STOPPED);
  g_clear_object (&again);
  test_await (annex_desk_session_close (desk));
  g_object_unref (desk);
}

/* What the agent is said to have written: "new.txt", five bytes. */
static void
write_draft (AnnexTask *task)
{
  FakeComputer *computer = app_fixture_get_computer (annex_task_get_id (task));
  g_autoptr (GPtrArray) upper =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);
  AnnexUpperEntry *entry = annex_upper_entry_new ("new.txt", ANNEX_UPPER_FILE);
  g_autofree char *rest =
      g_build_filename ("computers", annex_task_get_id (task), "upper", "new.txt", NULL);
  g_autofree char *path = app_fixture_write (rest, "fresh");

  entry->mode = 0644;
  entry->size_bytes = 5;
  entry->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "fresh", 5);
  g_ptr_array_add (upper, entry);
  fake_computer_set_upper (computer, upper);
}

/* A draft's ask is answered with keep, and taken back; another one is kept from the files' side,
 * and its ask is closed with it. */
static void
test_draft (void)
{
  Office office;
  g_autoptr (AnnexNewTask) request = annex_new_task_new ();
  g_autofree char *old = app_fixture_write ("papers/old.txt", "old");
  g_autofree char *folder = g_build_filename (app_fixture_get_home (), "papers", NULL);
  g_autofree char *fresh = g_build_filename (folder, "new.txt", NULL);
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GPtrArray) shares = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  g_autoptr (GBytes) after = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) keeps = NULL;
  const char *share;

  office_open (&office,
               "{\"turns\":[{\"match\":\"begin\",\"blocks\":[" SAY (
                   "Ready") "]},{\"match\":"
                            "\"work\",\"blocks\":"
                            "[" CALL ("shell", "{"
                                               "\""
                                               "co"
                                               "mm"
                                               "an"
                                               "d"
                                               "\""
                                               ":"
                                               "\""
                                               "tr"
                                               "ue"
                                               "\""
                                               "}") "]},{\"blocks\":[" SAY ("Done") "],"
                                                                                    "\"repeat"
                                                                                    "\":true}]"
                                                                                    "}");
  annex_new_task_add_folder (request, folder, ANNEX_SHARE_REVIEW);
  request->prompt = g_strdup ("begin");
  task = dex_await_object (annex_desk_create_task (office.desk, request), &error);
  g_assert_no_error (error);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  shares = annex_task_dup_shares (task);
  share = annex_share_get_id (g_ptr_array_index (shares, 0));
  write_draft (task);
  g_ptr_array_set_size (request->folders, 0);
  g_set_str (&request->prompt, "work");
  test_await (annex_desk_say (office.desk, task, request));
  for (guint i = 0; i < 500 && (open == NULL || open->len == 0); i++)
    {
      app_fixture_wait (20);
      g_clear_pointer (&open, g_ptr_array_unref);
      open = annex_task_dup_open_asks (task);
    }
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  g_assert_cmpuint (open->len, ==, 1);
  changes = dex_await_boxed (annex_desk_list_draft (office.desk, task, share), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (changes->len, ==, 1);
  after = dex_await_boxed (annex_desk_load_after (office.desk, task, share, "new.txt"), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (after, NULL), g_bytes_get_size (after), "fresh", 5);
  test_await_error (annex_desk_load_before (office.desk, task, share, "new.txt"), G_IO_ERROR,
                    G_IO_ERROR_NOT_FOUND);
  test_await_error (annex_desk_answer_text (office.desk, g_ptr_array_index (open, 0), "perhaps"),
                    ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE);
  g_assert_false (g_file_test (fresh, G_FILE_TEST_EXISTS));
  test_await (annex_desk_answer_text (office.desk, g_ptr_array_index (open, 0), "keep"));
  g_assert_true (g_file_test (fresh, G_FILE_TEST_EXISTS));
  keeps = annex_task_dup_keeps (task);
  g_assert_cmpuint (g_strv_length (keeps), ==, 1);
  undone = dex_await_boxed (annex_desk_undo (office.desk, task, keeps[0]), &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (fresh, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (old, G_FILE_TEST_EXISTS));
  write_draft (task);
  kept = dex_await_boxed (annex_desk_keep (office.desk, task, share, NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kept->len, ==, 1);
  rest = office_list_inbox (&office);
  g_assert_cmpuint (rest->len, ==, 0);
  g_clear_object (&task);
  office_close (&office);
}

static void
test_move (void)
{
  Office office;
  g_autofree char *target = g_build_filename (app_fixture_get_home (), "disk", NULL);
  g_autofree char *image = app_fixture_write ("data/annex/image/13-aa/root.erofs", "system");
  g_autofree char *moved =
      g_build_filename (target, "annex-computers", "image", "13-aa", "root.erofs", NULL);
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexComputerNeeds) needs = NULL;

  office_open (&office, "{\"turns\":[{\"delay_ms\":600,\"blocks\":[" SAY ("x") "]}]}");
  g_assert_cmpint (g_mkdir (target, 0700), ==, 0);
  task = office_begin (&office, "at work");
  test_await_error (annex_desk_move_computers (office.desk, target, NULL, NULL, NULL), G_IO_ERROR,
                    G_IO_ERROR_BUSY);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  test_await (annex_desk_move_computers (office.desk, target, NULL, NULL, NULL));
  g_assert_true (g_file_test (moved, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (image, G_FILE_TEST_EXISTS));
  needs = dex_await_boxed (annex_desk_get_needs (office.desk), NULL);
  g_assert_true (g_str_has_suffix (needs->folder, "/disk/annex-computers"));
  g_assert_cmpstr (annex_config_get_computer_folder (annex_session_get_config (office.session)), ==,
                   needs->folder);
  g_clear_object (&task);
  office_close (&office);
  annex_paths_set_computer_folder (NULL);
}

static void
test_needs_and_checks (void)
{
  Office office;
  g_autoptr (AnnexComputerNeeds) needs = NULL;
  g_autoptr (GPtrArray) checks = NULL;
  g_autoptr (GPtrArray) last = NULL;
  guint changed = 0;

  office_open (&office, NULL);
  needs = dex_await_boxed (annex_desk_get_needs (office.desk), NULL);
  g_assert_false (needs->installed);
  g_assert_cmpuint (needs->disk_bytes, >, 1 << 20);
  g_assert_cmpuint (needs->download_bytes, >, 0);
  g_signal_connect_swapped (office.desk, "checks-changed", G_CALLBACK (count_cb), &changed);
  checks = dex_await_boxed (annex_desk_run_checks (office.desk, FALSE), NULL);
  last = annex_desk_dup_checks (office.desk);
  g_assert_cmpuint (last->len, ==, checks->len);
  g_assert_cmpuint (changed, ==, 1);
  office_close (&office);
}

int
main (int argc, char **argv)
{
  int status;

  app_fixture_init (&argc, &argv);
  app_fixture_add ("/desk/two-at-once", test_two_at_once);
  app_fixture_add ("/desk/question", test_question);
  app_fixture_add ("/desk/answer-after-restart", test_answer_after_restart);
  app_fixture_add ("/desk/stop-and-resume", test_stop_and_resume);
  app_fixture_add ("/desk/stop-and-say", test_stop_and_say);
  app_fixture_add ("/desk/rewind-and-plan", test_rewind_and_plan);
  app_fixture_add ("/desk/files-and-folders", test_files_and_folders);
  app_fixture_add ("/desk/files-while-it-works", test_files_while_it_works);
  app_fixture_add ("/desk/refused", test_refused);
  app_fixture_add ("/desk/models", test_models);
  app_fixture_add ("/desk/delete", test_delete);
  app_fixture_add ("/desk/interrupted", test_interrupted);
  app_fixture_add ("/desk/draft", test_draft);
  app_fixture_add ("/desk/move", test_move);
  app_fixture_add ("/desk/needs-and-checks", test_needs_and_checks);
  status = g_test_run ();
  app_fixture_done ();
  return status;
}
