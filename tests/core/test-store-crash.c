/* test-store-crash.c
 *
 * The store against kill -9 and against another process: what was acknowledged is there afterwards,
 * whole, in order, and the database is sound. The test runs itself as the child.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store.h"

#include "test-fiber.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_KILLS 36
#define N_TOGETHER 150

static char *folder;
static char *self_path;

static JsonObject *
new_data (const char *who, guint n)
{
  JsonObject *data = json_object_new ();
  g_autofree char *filler = g_strnfill (1 + n * 37 % 3000, 'x');
  g_autofree char *text = g_strdup_printf ("%s %u %s", who, n, filler);

  json_object_set_string_member (data, "text", text);
  return data;
}

/* The child */

/* Appends without end, several at a time, and says on its standard output which seq is committed.
 */
static DexFuture *
child_forever (gpointer data)
{
  g_autoptr (AnnexStore) store = dex_await_object (annex_store_open (data), NULL);

  for (guint n = 0; store != NULL; n += 4)
    {
      DexFuture *futures[4];

      for (guint i = 0; i < 4; i++)
        futures[i] =
            annex_store_append (store, "a", ANNEX_EVENT_ANNOUNCEMENT, new_data ("child", n + i));
      for (guint i = 0; i < 4; i++)
        {
          g_autoptr (AnnexEvent) event = dex_await_boxed (futures[i], NULL);
          char line[32];
          int length;

          if (event == NULL)
            _exit (3);
          length = snprintf (line, sizeof line, "%d\n", (int) annex_event_get_seq (event));
          if (write (STDOUT_FILENO, line, (size_t) length) != length)
            _exit (4);
        }
    }
  _exit (2);
}

/* Opens, appends a fixed number of events, closes. */
static DexFuture *
child_together (gpointer data)
{
  g_autoptr (AnnexStore) store = dex_await_object (annex_store_open (data), NULL);

  for (guint n = 0; store != NULL && n < N_TOGETHER; n++)
    if (!dex_await (
            annex_store_append (store, "a", ANNEX_EVENT_ANNOUNCEMENT, new_data ("child", n)), NULL))
      _exit (3);
  if (store == NULL || !dex_await (annex_store_close (store), NULL))
    _exit (2);
  _exit (0);
}

static int
run_child (const char *how, char *path)
{
  g_autoptr (DexFuture) future = NULL;

  dex_init ();
  future = dex_scheduler_spawn (
      NULL, 1 << 20, g_str_equal (how, "--forever") ? child_forever : child_together, path, NULL);
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return 5; /* the fibers leave by _exit */
}

static pid_t
start_child (const char *how, const char *path, int *output)
{
  int pipe_fds[2];
  pid_t pid;

  g_assert_cmpint (pipe (pipe_fds), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      dup2 (pipe_fds[1], STDOUT_FILENO);
      close (pipe_fds[0]);
      close (pipe_fds[1]);
      execl (self_path, self_path, how, path, NULL);
      _exit (127);
    }
  g_assert_cmpint (pid, >, 0);
  close (pipe_fds[1]);
  *output = pipe_fds[0];
  return pid;
}

/* The last whole line that was written: the last acknowledged seq. 0: none. */
static int
read_last_seq (int fd)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[4096];
  gssize n;
  char *end;
  char *start;

  while ((n = read (fd, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR))
    g_string_append_len (text, buffer, MAX (n, 0));
  close (fd);
  end = strrchr (text->str, '\n');
  if (end == NULL)
    return 0;
  *end = '\0';
  start = strrchr (text->str, '\n');
  return atoi (start != NULL ? start + 1 : text->str);
}

/* The parent */

static AnnexStore *
open_store (const char *path)
{
  g_autoptr (GError) error = NULL;
  AnnexStore *store = dex_await_object (annex_store_open (path), &error);

  g_assert_no_error (error);
  return store;
}

static void
create_task (const char *path)
{
  g_autoptr (AnnexStore) store = open_store (path);

  test_await (annex_store_append (
      store, "a", ANNEX_EVENT_TASK_CREATED,
      annex_json_parse_object ("{\"title\":\"T\",\"provider\":\"\",\"model\":\"\",\"system\":\"\","
                               "\"tools\":\"[]\"}",
                               -1, NULL)));
  test_await (annex_store_close (store));
}

static void
check_sound (const char *path)
{
  sqlite3 *handle;
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (handle, "PRAGMA integrity_check", -1, &statement, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 0), ==, "ok");
  sqlite3_finalize (statement);
  sqlite3_close (handle);
}

/* All events in order without a gap; returns how many. */
static guint
check_events (const char *path)
{
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) events =
      dex_await_boxed (annex_store_list_events (store, "a", 0, 0), &error);
  g_autoptr (GPtrArray) found = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < events->len; i++)
    g_assert_cmpint (annex_event_get_seq (g_ptr_array_index (events, i)), ==, i + 1);
  found = dex_await_boxed (annex_store_list_tasks (store), &error);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpint (((AnnexTaskSummary *) g_ptr_array_index (found, 0))->updated_us, ==,
                   annex_event_get_time_us (g_ptr_array_index (events, events->len - 1)));
  test_await (annex_store_close (store));
  return events->len;
}

static void
test_kill (void)
{
  g_autofree char *path = g_build_filename (folder, "kill.db", NULL);
  guint before;
  guint n_acknowledged = 0;

  create_task (path);
  before = 1;
  for (guint i = 0; i < N_KILLS; i++)
    {
      int output;
      int status;
      pid_t pid = start_child ("--forever", path, &output);
      int last;
      guint after;

      /* From "not yet open" to "in the middle of many commits". */
      g_usleep ((gulong) g_test_rand_int_range (0, i % 3 == 0 ? 30000 : 220000));
      g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
      last = read_last_seq (output);
      check_sound (path);
      after = check_events (path);
      g_assert_cmpuint (after, >=, (guint) last);
      g_assert_cmpuint (after, >=, before);
      if (last > 0)
        n_acknowledged += (guint) last - before;
      before = after;
    }
  g_test_message ("%u events acknowledged, %u stored, %u kills", n_acknowledged, before - 1,
                  N_KILLS);
  g_assert_cmpuint (n_acknowledged, >, 100); /* else the kills came too early to tell anything */
}

static void
test_together (void)
{
  g_autofree char *path = g_build_filename (folder, "together.db", NULL);
  g_autoptr (AnnexStore) store = NULL;
  int outputs[2];
  pid_t pids[2];

  create_task (path);
  store = open_store (path);
  for (guint i = 0; i < 2; i++)
    pids[i] = start_child ("--together", path, &outputs[i]);
  for (guint n = 0; n < N_TOGETHER; n++)
    test_await (annex_store_append (store, "a", ANNEX_EVENT_ANNOUNCEMENT, new_data ("parent", n)));
  for (guint i = 0; i < 2; i++)
    {
      int status;

      g_assert_cmpint (waitpid (pids[i], &status, 0), ==, pids[i]);
      g_assert_true (WIFEXITED (status));
      g_assert_cmpint (WEXITSTATUS (status), ==, 0);
      close (outputs[i]);
    }
  test_await (annex_store_close (store));
  check_sound (path);
  g_assert_cmpuint (check_events (path), ==, 1 + 3 * N_TOGETHER);
}

/* Several make the same new database at once. */
static void
test_make_together (void)
{
  for (guint round = 0; round < 5; round++)
    {
      g_autofree char *path = g_strdup_printf ("%s/make-%u.db", folder, round);
      int outputs[4];
      pid_t pids[4];

      for (guint i = 0; i < G_N_ELEMENTS (pids); i++)
        pids[i] = start_child ("--together", path, &outputs[i]);
      for (guint i = 0; i < G_N_ELEMENTS (pids); i++)
        {
          int status;

          g_assert_cmpint (waitpid (pids[i], &status, 0), ==, pids[i]);
          g_assert_true (WIFEXITED (status));
          /* Opened, and told that there is no such task. */
          g_assert_cmpint (WEXITSTATUS (status), ==, 3);
          close (outputs[i]);
        }
      check_sound (path);
    }
}

int
main (int argc, char *argv[])
{
  int status;

  if (argc == 3 && (g_str_equal (argv[1], "--forever") || g_str_equal (argv[1], "--together")))
    return run_child (argv[1], argv[2]);
  self_path = g_file_read_link ("/proc/self/exe", NULL);
  folder = g_dir_make_tmp ("annex-crash-XXXXXX", NULL);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  test_add_fiber ("/store/crash/kill", test_kill);
  test_add_fiber ("/store/crash/together", test_together);
  test_add_fiber ("/store/crash/make-together", test_make_together);
  status = g_test_run ();
  {
    const char *remove[] = { "rm", "-rf", folder, NULL };

    g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                  NULL);
  }
  return status;
}
