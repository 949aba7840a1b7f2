/* test-console.c
 *
 * A command of the computer whose streams go to this process's own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-console.h"

#include "annex-future.h"
#include "fake-computer.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

typedef struct
{
  AnnexComputer *computer;
  int status;
  GError *error;
  gboolean ended;
} Console;

/* A child keeps the streams open, and says something when nobody waits any more. */
#define COMMAND "echo one; (sleep 7; echo late) & exit 7"

static DexFuture *
console_fiber (gpointer data)
{
  Console *console = data;

  console->status = annex_console_run (console->computer, COMMAND, FALSE, &console->error);
  console->ended = TRUE;
  return dex_future_new_true ();
}

static void
iterate_until (Console *console, gint64 until_us)
{
  while ((console == NULL || !console->ended) && g_get_monotonic_time () < until_us)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

/* What a child says later is not printed into what comes next. */
static void
test_ends_with_its_command (void)
{
  g_autofree char *dir = g_dir_make_tmp ("annex-console-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "out", NULL);
  g_autofree char *text = NULL;
  g_autoptr (FakeComputer) computer = fake_computer_new (dir);
  Console console = { .computer = ANNEX_COMPUTER (computer) };
  gint64 start_us = g_get_monotonic_time ();
  int out = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  int saved = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);

  g_assert_cmpint (out, >=, 0);
  g_assert_cmpint (saved, >=, 0);
  fflush (stdout);
  g_assert_cmpint (dup2 (out, STDOUT_FILENO), ==, STDOUT_FILENO);
  annex_fiber_start (console_fiber, &console, NULL);
  iterate_until (&console, start_us + 20 * G_USEC_PER_SEC);
  iterate_until (NULL, start_us + 8 * G_USEC_PER_SEC);
  g_assert_cmpint (dup2 (saved, STDOUT_FILENO), ==, STDOUT_FILENO);
  close (saved);
  close (out);

  g_assert_true (console.ended);
  g_assert_no_error (console.error);
  g_assert_cmpint (console.status, ==, 7);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "one\n");
  g_unlink (path);
  g_rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/console/ends-with-its-command", test_ends_with_its_command);
  return g_test_run ();
}
