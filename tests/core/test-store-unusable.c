/* test-store-unusable.c
 *
 * Every way a database can be unusable, or a disk full: told apart, and nothing lost.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store-fixture.h"
#include "annex-task-run.h"
#include "test-fiber.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>

static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *handle;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

static void
make_database (const char *path)
{
  g_autoptr (AnnexStore) store = store_open (path);

  store_create (store, "a", "Alpha");
  for (guint i = 0; i < 200; i++)
    store_say (store, "a", "some words that fill a page or two of the database");
  test_await (annex_store_close (store));
}

static void
test_newer (void)
{
  g_autofree char *path = store_new_path ();
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize before_size;
  gsize after_size;

  make_database (path);
  run_sql (path, "PRAGMA journal_mode=DELETE; PRAGMA user_version=99");
  g_assert_true (g_file_get_contents (path, &before, &before_size, NULL));
  test_await_error (annex_store_open (path), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NEWER);
  g_assert_true (g_file_get_contents (path, &after, &after_size, NULL));
  g_assert_cmpmem (before, before_size, after, after_size);
}

static void
test_foreign (void)
{
  g_autofree char *text = store_new_path ();
  g_autofree char *other = store_new_path ();
  g_autofree char *marked = store_new_path ();

  g_assert_true (g_file_set_contents (text,
                                      "This is a letter, and no database at all. It goes on "
                                      "for longer than the header of one would be, though.",
                                      -1, NULL));
  test_await_error (annex_store_open (text), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED);
  run_sql (other, "CREATE TABLE bookmarks (url TEXT)");
  test_await_error (annex_store_open (other), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED);
  run_sql (marked, "CREATE TABLE bookmarks (url TEXT); PRAGMA application_id=7");
  test_await_error (annex_store_open (marked), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED);
}

static void
test_damaged (void)
{
  g_autofree char *path = store_new_path ();
  g_autofree char *bytes = NULL;
  gsize size;

  make_database (path);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, >, 5 * 4096);
  memset (bytes + 4096, 0xa5, size - 4096);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  test_await_error (annex_store_open (path), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED);
}

static void
test_unopenable (void)
{
  g_autofree char *file = store_new_path ();
  g_autofree char *below_file = g_build_filename (file, "x", "tasks.db", NULL);

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  test_await_error (annex_store_open (below_file), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_OPEN);
  test_await_error (annex_store_open (store_folder ()), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_OPEN);
}

static void
test_makes_folder (void)
{
  g_autofree char *path = g_build_filename (store_folder (), "new", "er", "tasks.db", NULL);
  g_autoptr (AnnexStore) store = store_open (path);

  store_create (store, "a", "A");
  test_await (annex_store_close (store));
}

/* A path with what a URI would read otherwise. */
static void
test_odd_path (void)
{
  g_autofree char *path = g_build_filename (store_folder (), "a b?c#d%20e", "ä.db", NULL);
  g_autoptr (AnnexStore) store = store_open (path);

  store_create (store, "a", "A");
  test_await (annex_store_close (store));
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_clear_object (&store);
  store = store_open (path);
  store_check_ids (annex_store_list_tasks (store), "a");
  test_await (annex_store_close (store));
}

/* Derived tables of another version, or lost, are made anew from the events. */
/* What the replies cost, summed; one of them does not know, and two say more than there can be. */
static void
check_spent (AnnexStore *store)
{
  g_autoptr (AnnexTask) task = dex_await_object (annex_task_load (store, "a"), NULL);
  AnnexUsage usage;

  g_assert_nonnull (task);
  annex_task_get_usage (task, &usage);
  g_assert_cmpint (usage.input_tokens, ==, G_MAXINT64 / 2);
  g_assert_cmpint (usage.output_tokens, ==, 7);
  g_assert_cmpfloat (usage.cost_usd, ==, -1);
  g_assert_cmpfloat (annex_task_get_known_cost (task), ==, 0.75);
}

static void
test_derived (void)
{
  g_autofree char *path = store_new_path ();
  AnnexStore *store = store_open (path);

  store_create (store, "a", "Alpha");
  store_say (store, "a", "needle");
  store_put (store, "a", ANNEX_EVENT_TITLE_CHANGED, "{\"title\":\"Renamed\"}");
  store_put (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k1\"}}");
  store_put (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k2\"}}");
  store_put (store, "a", ANNEX_EVENT_ASK_ANSWERED, "{\"ask\":\"k2\",\"answer\":{}}");
  store_put (store, "a", ANNEX_EVENT_REPLY_FINISHED,
             "{\"usage\":{\"input_tokens\":5},\"cost_usd\":0.5}");
  store_put (store, "a", ANNEX_EVENT_REPLY_FINISHED,
             "{\"usage\":{\"input_tokens\":9223372036854775807,\"output_tokens\":3}}");
  store_put (store, "a", ANNEX_EVENT_REPLY_FINISHED,
             "{\"usage\":{\"input_tokens\":9223372036854775807,\"output_tokens\":4},"
             "\"cost_usd\":0.25}");
  check_spent (store);
  test_await (annex_store_set_archived (store, "a", TRUE));
  test_await (annex_store_close (store));
  g_clear_object (&store);
  run_sql (path, "UPDATE meta SET value = 0 WHERE name = 'derived';"
                 "DROP TABLE summary; DELETE FROM asks; DROP TABLE search");
  store = store_open (path);
  {
    g_autoptr (GPtrArray) tasks = store_list (annex_store_list_tasks (store));
    AnnexTaskSummary *summary = g_ptr_array_index (tasks, 0);

    g_assert_cmpuint (tasks->len, ==, 1);
    g_assert_cmpstr (summary->title, ==, "Renamed");
    g_assert_true (summary->archived);
    g_assert_cmpint (summary->open_asks, ==, 1);
  }
  check_spent (store);
  store_check_ids (annex_store_search (store, "needle", 0), "a");
  store_check_ids (annex_store_search (store, "renamed", 0), "a");
  test_await (annex_store_close (store));
  g_object_unref (store);
}

/* Structured logs pass g_test_expect_message by, so warnings are counted here. */
static gint n_warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_WARNING)
    return g_log_writer_default (level, fields, n_fields, data);
  g_atomic_int_inc (&n_warnings);
  return G_LOG_WRITER_HANDLED;
}

/* One event that cannot be read costs that event: every task is listed, and opened but its own. */
static void
test_unreadable (void)
{
  g_autofree char *path = store_new_path ();
  AnnexStore *store = store_open (path);

  store_create (store, "a", "Alpha");
  store_say (store, "a", "needle");
  store_create (store, "b", "Beta");
  store_say (store, "b", "needle");
  store_create (store, "c", "Gamma");
  test_await (annex_store_close (store));
  g_clear_object (&store);
  run_sql (path, "UPDATE meta SET value = 0 WHERE name = 'derived';"
                 "UPDATE events SET data = '{' WHERE task = 'a' AND seq = 2;"
                 "UPDATE events SET data = '' WHERE task = 'c'");
  g_assert_cmpint (g_atomic_int_get (&n_warnings), ==, 0);
  store = store_open (path);
  g_assert_cmpint (g_atomic_int_get (&n_warnings), ==, 2);
  store_check_ids (annex_store_list_tasks (store), "c b a");
  store_check_ids (annex_store_search (store, "needle", 0), "b");
  test_await_error (annex_store_list_events (store, "a", 0, 0), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_DAMAGED);
  test_await (annex_store_close (store));
  g_object_unref (store);
}

/* A full disk: nothing is half appended, and once there is room the same store goes on. A limit on
 * the size of files stands for the disk. */
static void
test_full (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autofree char *filler = g_strnfill (20000, 'x');
  g_autofree char *data = g_strdup_printf ("{\"text\":\"%s\"}", filler);
  g_autoptr (GPtrArray) events = NULL;
  struct rlimit old;
  struct rlimit small;
  guint n_good = 1;
  guint n_refused = 0;

  store_create (store, "a", "A");
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 400 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  for (guint i = 0; i < 60; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexEvent) event = dex_await_boxed (
          annex_store_append (store, "a", ANNEX_EVENT_ANNOUNCEMENT, store_json (data)), &error);

      if (event != NULL)
        {
          n_good++;
          g_assert_cmpint (annex_event_get_seq (event), ==, n_good);
        }
      else
        {
          n_refused++;
          g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DISK_FULL);
        }
    }
  g_assert_cmpuint (n_refused, >, 0);
  g_assert_cmpuint (n_good, >, 3);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  events = store_list (annex_store_list_events (store, "a", 0, 0));
  g_assert_cmpuint (events->len, ==, n_good);
  store_put (store, "a", ANNEX_EVENT_ANNOUNCEMENT, data);
  test_await (annex_store_close (store));
  g_test_message ("%u appended, %u refused", n_good, n_refused);
  {
    g_autoptr (AnnexStore) again = store_open (path);
    g_autoptr (GPtrArray) all = store_list (annex_store_list_events (again, "a", 0, 0));

    g_assert_cmpuint (all->len, ==, n_good + 1);
    test_await (annex_store_close (again));
  }
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (count_warnings, NULL, NULL);
  dex_init ();
  test_add_fiber ("/store/newer", test_newer);
  test_add_fiber ("/store/foreign", test_foreign);
  test_add_fiber ("/store/damaged", test_damaged);
  test_add_fiber ("/store/unopenable", test_unopenable);
  test_add_fiber ("/store/makes-folder", test_makes_folder);
  test_add_fiber ("/store/odd-path", test_odd_path);
  test_add_fiber ("/store/derived", test_derived);
  test_add_fiber ("/store/unreadable", test_unreadable);
  test_add_fiber ("/store/full", test_full);
  status = g_test_run ();
  store_folder_remove ();
  return status;
}
