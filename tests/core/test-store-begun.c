/* test-store-begun.c
 *
 * What is under way in the ledger: listed while it lasts, one row when it has ended, and one when
 * Annex ended before it did, by kill -9 or by closing; never that of a process that lives. An end
 * that the disk had no room for is stored later. The test runs itself as the other process.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-begun.h"

#include "store-fixture.h"
#include "test-fiber.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_MEASURED 200

static char *self_path;
static int n_warnings; /* atomic: they come from the store's thread */

/* Each a moment after the one before, which says in which order they are listed. */
static AnnexLedgerEntry *
new_entry (const char *task, const char *host)
{
  static gint64 last_us;
  AnnexLedgerEntry *entry = annex_ledger_entry_new (task, "computer", host, 443);

  last_us = MAX (entry->time_us, last_us + 1);
  entry->time_us = last_us;
  entry->method = g_strdup ("CONNECT");
  entry->by = g_strdup ("task");
  return entry;
}

static void
end (AnnexStore *store, AnnexLedgerEntry *entry)
{
  entry->decision = g_strdup ("allowed");
  entry->bytes_up = 7;
  entry->bytes_down = 9;
  test_await (annex_store_append_ledger (store, entry));
}

/* What is listed: a host each, of those under way with a plus, of those cut off with a minus. */
static void
check_listed (AnnexStore *store, const char *task, const char *wanted)
{
  g_autoptr (GPtrArray) rows = store_list (annex_store_list_ledger (store, task));
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      AnnexLedgerEntry *row = g_ptr_array_index (rows, i);
      gboolean cut = g_strcmp0 (row->reason, ANNEX_LEDGER_CUT_OFF) == 0;

      g_assert_cmpstr (row->decision, ==, "allowed");
      g_string_append_printf (found, "%s%s%s", i > 0 ? " " : "", row->host,
                              annex_ledger_entry_is_under_way (row) ? "+"
                              : cut                                 ? "-"
                                                                    : "");
    }
  g_assert_cmpstr (found->str, ==, wanted);
}

/* What is reported by its id: nothing that has not ended, everything else once. */
static void
check_reported (AnnexStore *store, guint wanted)
{
  g_autoptr (GPtrArray) rows = store_list (annex_store_list_all_ledger (store, 0, 1000));
  gint64 last = 0;

  g_assert_cmpuint (rows->len, ==, wanted);
  for (guint i = 0; i < rows->len; i++)
    {
      gint64 id = ((AnnexLedgerEntry *) g_ptr_array_index (rows, i))->id;

      g_assert_cmpint (id, >, last);
      last = id;
    }
}

static void
test_ends (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (AnnexLedgerEntry) never = new_entry (NULL, "never.example");
  g_autoptr (AnnexLedgerEntry) one = new_entry ("t", "one.example");
  g_autoptr (AnnexLedgerEntry) two = new_entry (NULL, "two.example");
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *line = NULL;
  AnnexLedgerEntry *row;

  never->begun = 4711; /* of one whose beginning was not stored, the end is */
  end (store, never);
  test_await (annex_store_begin_ledger (store, one));
  test_await (annex_store_begin_ledger (store, two));
  g_assert_cmpint (one->begun, !=, two->begun);
  test_await (annex_store_note_ledger (store, one->begun, 100, 2000));
  check_listed (store, NULL, "never.example one.example+ two.example+");
  check_listed (store, "t", "one.example+");
  check_listed (store, "u", "");
  check_reported (store, 1);
  rows = store_list (annex_store_list_ledger (store, "t"));
  row = g_ptr_array_index (rows, 0);
  g_assert_cmpuint (row->bytes_up, ==, 100);
  g_assert_cmpuint (row->bytes_down, ==, 2000);
  g_assert_cmpstr (row->by, ==, "task");
  g_assert_cmpstr (row->method, ==, "CONNECT");
  g_assert_cmpuint (row->port, ==, 443);
  line = annex_ledger_entry_to_json_line (row);
  g_assert_true (g_str_has_prefix (line, "{\"under_way\":true,\"task\":\"t\","));

  one->time_us = g_get_real_time ();
  end (store, one);
  test_await (annex_store_note_ledger (store, one->begun, 1, 1)); /* too late */
  check_listed (store, NULL, "never.example two.example+ one.example");
  check_reported (store, 2);
  two->time_us = g_get_real_time ();
  end (store, two);
  check_listed (store, NULL, "never.example one.example two.example");
  test_await (annex_store_close (store));
}

/* Closed, and not ended. */
static void
test_closed (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (AnnexStore) other = store_open (path);
  g_autoptr (AnnexLedgerEntry) entry = new_entry ("t", "one.example");
  g_autoptr (AnnexLedgerEntry) theirs = new_entry ("t", "theirs.example");
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;
  AnnexLedgerEntry *row;

  test_await (annex_store_begin_ledger (store, entry));
  test_await (annex_store_begin_ledger (other, theirs));
  test_await (annex_store_note_ledger (store, entry->begun, 5, 6));
  check_listed (other, NULL, "one.example+ theirs.example+");
  test_await (annex_store_close (store));
  g_assert_false (dex_await (annex_store_begin_ledger (store, entry), &error));
  check_listed (other, NULL, "one.example- theirs.example+");
  rows = store_list (annex_store_list_ledger (other, "t"));
  row = g_ptr_array_index (rows, 0);
  g_assert_cmpuint (row->bytes_up, ==, 5);
  g_assert_cmpuint (row->bytes_down, ==, 6);
  end (other, theirs);
  test_await (annex_store_close (other));
  g_clear_object (&store);
  store = store_open (path);
  check_listed (store, NULL, "one.example- theirs.example");
  check_reported (store, 2);
  test_await (annex_store_close (store));
}

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_WARNING)
    return g_log_writer_default (level, fields, n_fields, data);
  g_atomic_int_inc (&n_warnings);
  return G_LOG_WRITER_HANDLED;
}

static const char make_full[] = "CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN "
                                "SELECT RAISE (ROLLBACK, 'database or disk is full'); END";

/* Nobody waits for those ends, and nobody else knows of them. */
static void
test_full (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (AnnexLedgerEntry) one = new_entry ("t", "one.example");
  g_autoptr (AnnexLedgerEntry) two = new_entry ("t", "two.example");
  g_autoptr (AnnexLedgerEntry) three = new_entry ("t", "three.example");
  g_autoptr (GError) error = NULL;

  test_await (annex_store_begin_ledger (store, one));
  test_await (annex_store_begin_ledger (store, two));
  one->decision = g_strdup ("allowed");
  two->decision = g_strdup ("allowed");
  store_execute (path, make_full);
  annex_store_end_ledger (store, one);
  annex_store_end_ledger (store, two);
  check_listed (store, "t", "one.example+ two.example+");
  test_await (annex_store_begin_ledger (store, three)); /* which finds it full as before */
  check_listed (store, "t", "one.example+ two.example+ three.example+");
  store_execute (path, "DROP TRIGGER full");
  three->decision = g_strdup ("allowed");
  test_await (annex_store_append_ledger (store, three));
  check_listed (store, "t", "one.example two.example three.example");
  check_reported (store, 3);
  g_assert_cmpint (g_atomic_int_get (&n_warnings), ==, 2);

  /* Who waits for it is told, and it is not kept. */
  store_execute (path, make_full);
  three->begun = 0;
  g_assert_false (dex_await (annex_store_append_ledger (store, three), &error));
  g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED);
  store_execute (path, "DROP TRIGGER full");
  test_await (annex_store_append_ledger (store, two));
  check_reported (store, 4);
  test_await (annex_store_close (store));
}

/* Closing is the last chance; after it what began is cut off. */
static void
test_full_and_closed (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (AnnexLedgerEntry) one = new_entry ("t", "one.example");
  g_autoptr (AnnexLedgerEntry) two = new_entry ("t", "two.example");

  test_await (annex_store_begin_ledger (store, one));
  one->decision = g_strdup ("allowed");
  store_execute (path, make_full);
  annex_store_end_ledger (store, one);
  check_listed (store, "t", "one.example+");
  store_execute (path, "DROP TRIGGER full");
  test_await (annex_store_close (store));
  g_clear_object (&store);

  store = store_open (path);
  check_listed (store, "t", "one.example");
  test_await (annex_store_begin_ledger (store, two));
  two->decision = g_strdup ("allowed");
  store_execute (path, make_full);
  annex_store_end_ledger (store, two);
  test_await (annex_store_close (store));
  g_clear_object (&store);
  store_execute (path, "DROP TRIGGER full");
  store = store_open (path);
  check_listed (store, "t", "one.example two.example-");
  test_await (annex_store_close (store));
}

/* ---- another process */

/* Begins, says so, and stays. */
static DexFuture *
child_fiber (gpointer data)
{
  g_autoptr (AnnexStore) store = dex_await_object (annex_store_open (data), NULL);
  g_autoptr (AnnexLedgerEntry) entry = new_entry ("t", "child.example");

  if (store == NULL || !dex_await (annex_store_begin_ledger (store, entry), NULL) ||
      write (STDOUT_FILENO, "!", 1) != 1)
    _exit (3);
  dex_await (dex_timeout_new_seconds (120), NULL);
  _exit (2);
}

static int
run_child (char *path)
{
  g_autoptr (DexFuture) future = NULL;

  dex_init ();
  future = dex_scheduler_spawn (NULL, 1 << 20, child_fiber, path, NULL);
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return 5;
}

/* Returns when what it sends is under way. */
static pid_t
start_child (const char *path)
{
  int pipe_fds[2];
  char said = 0;
  pid_t pid;

  g_assert_cmpint (pipe (pipe_fds), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      dup2 (pipe_fds[1], STDOUT_FILENO);
      close (pipe_fds[0]);
      close (pipe_fds[1]);
      execl (self_path, self_path, "--begin", path, NULL);
      _exit (127);
    }
  g_assert_cmpint (pid, >, 0);
  close (pipe_fds[1]);
  g_assert_cmpint (read (pipe_fds[0], &said, 1), ==, 1);
  g_assert_cmpint (said, ==, '!');
  close (pipe_fds[0]);
  return pid;
}

static void
kill_child (pid_t pid)
{
  int status;

  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
}

static void
test_killed (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = NULL;
  pid_t pid = start_child (path);

  /* Who opens it while the other lives leaves it alone. */
  store = store_open (path);
  check_listed (store, "t", "child.example+");
  check_reported (store, 0);
  test_await (annex_store_close (store));
  g_clear_object (&store);
  store = store_open (path);
  check_listed (store, "t", "child.example+");
  kill_child (pid);
  check_listed (store, "t", "child.example-");
  check_reported (store, 1);
  test_await (annex_store_close (store));
  g_clear_object (&store);

  /* And at the next start, when nobody has looked in between. */
  kill_child (start_child (path));
  store = store_open (path);
  check_reported (store, 2);
  check_listed (store, "t", "child.example- child.example-");
  test_await (annex_store_close (store));
}

/* What it costs that it is durable before anything leaves. */
static void
test_measure (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  gint64 begins_us = 0, ends_us = 0;

  for (guint i = 0; i < N_MEASURED; i++)
    {
      g_autoptr (AnnexLedgerEntry) entry = new_entry ("t", "one.example");
      gint64 start_us = g_get_monotonic_time ();

      test_await (annex_store_begin_ledger (store, entry));
      begins_us += g_get_monotonic_time () - start_us;
      start_us = g_get_monotonic_time ();
      end (store, entry);
      ends_us += g_get_monotonic_time () - start_us;
    }
  g_test_message ("to begin %.2f ms, to end %.2f ms, each of %d",
                  (double) begins_us / 1e3 / N_MEASURED, (double) ends_us / 1e3 / N_MEASURED,
                  N_MEASURED);
  check_reported (store, N_MEASURED);
  test_await (annex_store_close (store));
}

int
main (int argc, char *argv[])
{
  int status;

  if (argc == 3 && g_str_equal (argv[1], "--begin"))
    return run_child (argv[2]);
  self_path = g_file_read_link ("/proc/self/exe", NULL);
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (count_warnings, NULL, NULL);
  dex_init ();
  test_add_fiber ("/store/begun/ends", test_ends);
  test_add_fiber ("/store/begun/full", test_full);
  test_add_fiber ("/store/begun/full-and-closed", test_full_and_closed);
  test_add_fiber ("/store/begun/closed", test_closed);
  test_add_fiber ("/store/begun/killed", test_killed);
  test_add_fiber ("/store/begun/measure", test_measure);
  status = g_test_run ();
  store_folder_remove ();
  return status;
}
