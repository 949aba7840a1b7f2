/* test-vm-starts.c
 *
 * A hundred starts of a computer out of the template, thirty of them while every processor of the
 * host is busy with something else: all of them succeed. ./dev soak.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "computer-fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* $ANNEX_STARTS instead, to try the test itself. */
#define N_STARTS 100
#define LIMIT_S (3 * 60 * 60)

/* Three of ten while the host is busy. */
static guint
count_starts (gboolean busy)
{
  const char *wanted = g_getenv ("ANNEX_STARTS");
  guint n = wanted != NULL ? (guint) g_ascii_strtoull (wanted, NULL, 10) : N_STARTS;
  guint n_busy = n * 3 / 10;

  return busy ? n_busy : n - n_busy;
}

static void
await_starts (guint n, const char *how)
{
  double longest_s = 0;
  double all_s = 0;

  for (guint i = 0; i < n; i++)
    {
      gint64 start_us = g_get_monotonic_time ();
      g_autoptr (AnnexComputer) computer = await_computer ();
      double taken_s = seconds_since (start_us);

      assert_output (computer, "id -un", "agent");
      await_true (annex_computer_reset (computer));
      longest_s = MAX (longest_s, taken_s);
      all_s += taken_s;
    }
  g_test_message ("measured: %u starts %s: %.2f s on average, %.2f s at worst", n, how, all_s / n,
                  longest_s);
}

static DexFuture *
idle_fiber (gpointer data)
{
  await_starts (count_starts (FALSE), "on a quiet host");
  return dex_future_new_true ();
}

static DexFuture *
loaded_fiber (gpointer data)
{
  await_starts (count_starts (TRUE), "on a busy host");
  return dex_future_new_true ();
}

static void
test_quiet (void)
{
  fixture_run (idle_fiber, NULL, LIMIT_S);
}

static void
test_busy (void)
{
  guint n = g_get_num_processors ();
  g_autofree pid_t *pids = g_new (pid_t, n);

  for (guint i = 0; i < n; i++)
    {
      pids[i] = fork ();
      g_assert_cmpint (pids[i], >=, 0);
      if (pids[i] == 0)
        {
          pid_t parent = getppid ();

          while (getppid () == parent) /* until the test ends, however it does */
            for (volatile guint turn = 0; turn < 100000000; turn++)
              ;
          _exit (0);
        }
    }
  fixture_run (loaded_fiber, NULL, LIMIT_S);
  for (guint i = 0; i < n; i++)
    {
      kill (pids[i], SIGKILL);
      waitpid (pids[i], NULL, 0);
    }
}

int
main (int argc, char **argv)
{
  int status;

  if (!fixture_init (&argc, &argv, &status))
    return status;
  g_test_add_func ("/vm-starts/quiet", test_quiet);
  g_test_add_func ("/vm-starts/busy", test_busy);
  status = g_test_run ();
  fixture_clear ();
  return status;
}
