/* test-run-asks.c
 *
 * Questions at the terminal. A draft's, after the run: it ends when it is settled elsewhere and
 * when the run is stopped, and is asked again after either. A host's: what the task has read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"
#include "annex-future.h"
#include "annex-run-asks.h"
#include "office.h"
#include "test-fiber.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int keyboard; /* what is typed */

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

/* The draft's ask, which opens when a run of the agent's has ended. (transfer full) */
static AnnexAsk *
await_draft (Office *office, AnnexTask *task)
{
  g_autoptr (AnnexNewTask) message = annex_new_task_new ();
  g_autoptr (GPtrArray) open = NULL;

  write_draft (task);
  message->prompt = g_strdup ("work");
  test_await (annex_desk_say (office->desk, task, message));
  for (guint i = 0; i < 500 && (open == NULL || open->len == 0); i++)
    {
      app_fixture_wait (20);
      g_clear_pointer (&open, g_ptr_array_unref);
      open = annex_task_dup_open_asks (task);
    }
  office_await_rest (office, task, ANNEX_TASK_DONE);
  g_assert_cmpuint (open->len, ==, 1);
  g_assert_cmpint (annex_ask_get_kind (g_ptr_array_index (open, 0)), ==, ANNEX_ASK_DRAFT);
  return annex_ask_ref (g_ptr_array_index (open, 0));
}

static DexFuture *
settle_fiber (gpointer data)
{
  g_autoptr (GError) error = NULL;

  annex_run_asks_settle_drafts (data, &error);
  g_assert_no_error (error);
  return dex_future_new_true ();
}

static void
read_screen (int screen, GString *shown)
{
  char piece[4096];
  gssize n;

  while ((n = read (screen, piece, sizeof piece)) > 0)
    g_string_append_len (shown, piece, n);
}

/* All that the screen shows of @question, up to @prompt; NULL: the drafts' question, whose answer
 * is waited for in *@asking. (transfer full) */
static char *
show (AnnexRunAsks *asks, AnnexAsk *question, const char *prompt, DexFuture **asking)
{
  g_autoptr (GString) shown = g_string_new (NULL);
  int kept = dup (STDERR_FILENO);
  int ends[2];

  g_assert_cmpint (kept, >=, 0);
  g_assert_cmpint (pipe2 (ends, O_CLOEXEC | O_NONBLOCK), ==, 0);
  dup2 (ends[1], STDERR_FILENO);
  if (question != NULL)
    annex_run_asks_handle (asks, question);
  else
    *asking = annex_fiber_run (settle_fiber, g_object_ref (asks), g_object_unref);
  for (guint i = 0; i < 500 && strstr (shown->str, prompt) == NULL; i++)
    {
      app_fixture_wait (20);
      read_screen (ends[0], shown);
    }
  dup2 (kept, STDERR_FILENO);
  close (kept);
  close (ends[0]);
  close (ends[1]);
  g_assert_nonnull (strstr (shown->str, prompt));
  return g_strdup (shown->str);
}

/* The question stands on the screen, and its answer is waited for. (transfer full) */
static DexFuture *
ask (AnnexRunAsks *asks)
{
  DexFuture *asking = NULL;
  g_autofree char *shown = show (asks, NULL, "keep or discard: ", &asking);

  g_assert_true (dex_future_is_pending (asking));
  return asking;
}

static void
await_end (DexFuture *asking)
{
  for (guint i = 0; i < 250 && dex_future_is_pending (asking); i++)
    app_fixture_wait (20);
  g_assert_false (dex_future_is_pending (asking));
}

static guint
count_open (AnnexTask *task)
{
  g_autoptr (GPtrArray) open = NULL;

  test_await (annex_task_refresh (task));
  open = annex_task_dup_open_asks (task);
  return open->len;
}

static void
test_draft (void)
{
  static const char scenario[] = "{\"turns\":[{\"match\":\"begin\",\"blocks\":[" SAY (
      "Ready") "]}," /* a share is there */
               "{\"blocks\":[" CALL (
                   "shell",
                   "{\"command\":\"true\"}") "]},"
                                             "{\"blocks\":[" SAY (
                                                 "Done") "]},"
                                                         "{\"blocks\":[" CALL (
                                                             "shell",
                                                             "{\"command\":\"true\"}") "]},"
                                                                                       "{\"blocks\""
                                                                                       ":[" SAY (
                                                                                           "Done") "],\"repeat\":true}]}";
  Office office;
  g_autoptr (AnnexNewTask) request = annex_new_task_new ();
  g_autofree char *old = app_fixture_write ("papers/old.txt", "old");
  g_autofree char *folder = g_build_filename (app_fixture_get_home (), "papers", NULL);
  g_autofree char *fresh = g_build_filename (folder, "new.txt", NULL);
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexAsk) first = NULL;
  g_autoptr (AnnexAsk) second = NULL;
  g_autoptr (AnnexRunAsks) asks = NULL;
  g_autoptr (DexFuture) asking = NULL;
  g_autoptr (GError) error = NULL;

  office_open (&office, scenario);
  annex_new_task_add_folder (request, folder, ANNEX_SHARE_REVIEW);
  request->prompt = g_strdup ("begin");
  task = dex_await_object (annex_desk_create_task (office.desk, request), &error);
  g_assert_no_error (error);
  office_await_rest (&office, task, ANNEX_TASK_DONE);

  first = await_draft (&office, task);
  asks = annex_run_asks_new (annex_desk_session_find_work (office.self, task)->agent, NULL, TRUE,
                             FALSE);
  asking = ask (asks);
  test_await (annex_desk_answer_text (office.desk, first, "discard"));
  await_end (asking);
  g_assert_false (g_file_test (fresh, G_FILE_TEST_EXISTS));

  second = await_draft (&office, task);
  dex_clear (&asking);
  asking = ask (asks);
  annex_run_asks_stop (asks);
  await_end (asking);
  g_assert_cmpuint (count_open (task), ==, 1);
  dex_clear (&asking);

  /* Another run. */
  g_clear_object (&asks);
  asks = annex_run_asks_new (annex_desk_session_find_work (office.self, task)->agent, NULL, TRUE,
                             FALSE);
  asking = ask (asks);
  g_assert_cmpint (write (keyboard, "keep\n", 5), ==, 5);
  await_end (asking);
  g_assert_true (g_file_test (fresh, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_open (task), ==, 0);
  g_clear_object (&asks);
  g_clear_object (&task);
  office_close (&office);
}

/* Each source in words; a connector's tools are not told beside its answers. */
static void
test_taint (void)
{
  static const char *const read[] = {
    "web", "tools:mail", "tools:crm", "connector:mail", "host:a.example", "import", NULL
  };
  static const char *const holds[] = { "Receipts", NULL };
  const AnnexAskTaint taint = { read, holds, 0, 0, 7 };
  Office office;
  g_autoptr (AnnexNewTask) request = annex_new_task_new ();
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexAsk) question = NULL;
  g_autoptr (AnnexRunAsks) asks = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *shown = NULL;

  office_open (&office, "{\"turns\":[{\"blocks\":[" SAY ("Done") "],\"repeat\":true}]}");
  request->prompt = g_strdup ("begin");
  task = dex_await_object (annex_desk_create_task (office.desk, request), &error);
  g_assert_no_error (error);
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  question = annex_ask_new_network_tainted (annex_task_get_id (task), "b.example", "why", &taint);
  asks = annex_run_asks_new (annex_desk_session_find_work (office.self, task)->agent, NULL, TRUE,
                             FALSE);
  shown = show (asks, question, "never: ", NULL);
  g_assert_nonnull (strstr (shown,
                            "  This task has read: web pages\n"
                            "  This task has read: what the connector crm says of its tools\n"
                            "  This task has read: what the connector mail answered\n"
                            "  This task has read: a.example\n"
                            "  This task has read: what the file said that it was imported from\n"
                            "  It holds your folder: Receipts\n"
                            "  Its computer has sent so far: 7 bytes\n"));
  annex_run_asks_stop (asks);
  g_clear_object (&asks);
  g_clear_object (&task);
  office_close (&office);
}

int
main (int argc, char **argv)
{
  int ends[2];
  int status;

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (dup2 (ends[0], STDIN_FILENO), ==, STDIN_FILENO);
  keyboard = ends[1];
  app_fixture_init (&argc, &argv);
  app_fixture_add ("/run-asks/draft", test_draft);
  app_fixture_add ("/run-asks/taint", test_taint);
  status = g_test_run ();
  app_fixture_done ();
  return status;
}
