/* attacks-floods.c
 *
 * The list Q: a guest that uses up whatever there is, is halted, or has a wrong clock. The host
 * goes on drawing, the next command is answered, and what is in the draft stays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "attack-fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* Where nothing else runs the main loop waits for less than 20 ms. */
#define MAX_WAIT_MS 1000
#define FLOOD_BYTES (256ull << 20)

typedef struct
{
  const char *name;
  void (*body) (void);
} Row;

static const Row *running;

/* ---------------------------------------------------------------- the main loop */

typedef struct
{
  gint64 last_us;
  gint64 worst_us;
} Watch;

static gboolean
watch_cb (gpointer data)
{
  Watch *watch = data;
  gint64 now_us = g_get_monotonic_time ();

  watch->worst_us = MAX (watch->worst_us, now_us - watch->last_us);
  watch->last_us = now_us;
  return G_SOURCE_CONTINUE;
}

/* @text's output; where the flood has taken the computer down, that of the command after the one
 * that was told of it: then it starts again by itself. */
static void
assert_said (const char *text, const char *expected)
{
  gint64 start_us = g_get_monotonic_time ();
  g_autoptr (AnnexCommand) command = annex_command_new (text);
  g_autoptr (AnnexOutput) output = NULL;

  for (guint i = 0; output == NULL && i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      output = dex_await_boxed (
          annex_computer_run (attack_get_computer (), command, NULL, 1000, 120000, NULL), &error);
      if (output == NULL)
        {
          g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST);
          g_test_message ("told: %s", error->message);
        }
    }
  g_assert_nonnull (output);
  g_assert_cmpint (output->status, ==, 0);
  g_assert_cmpmem (g_bytes_get_data (output->out, NULL), g_bytes_get_size (output->out), expected,
                   strlen (expected));
  g_test_message ("measured: the next command after %.2f s", seconds_since (start_us));
}

static void
assert_answers (void)
{
  assert_said ("echo fine", "fine\n");
}

static DexFuture *
start_command (const char *text)
{
  g_autoptr (AnnexCommand) command = annex_command_new (text);

  return annex_computer_run (attack_get_computer (), command, NULL, 1000, 200000, NULL);
}

static void
await_output_of (DexFuture *run, int status)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexOutput) output = dex_await_boxed (run, &error);

  g_assert_no_error (error);
  g_assert_false (output->timed_out);
  g_assert_cmpint (output->status, ==, status);
}

/* ---------------------------------------------------------------- rows */

/* The guest's part of the row, as the agent that has made itself root: while it goes on, somebody
 * else's command runs, and one runs after its end, whichever that was. */
static void
flood (const char *row, guint after_ms)
{
  g_autofree char *text =
      g_strdup_printf ("sudo python3 /var/lib/annex/guest-attacks.py %s 0 x", row);
  DexFuture *run = start_command (text);

  await_ms (after_ms);
  assert_answers ();
  dex_await (run, NULL);
  assert_answers ();
}

static void
body_of_processes (void)
{
  flood ("Q3", 15000);
}

static void
body_of_memory (void)
{
  flood ("Q4", 5000);
}

static void
body_of_files (void)
{
  flood ("Q5", 5000);
}

static void
body_of_memory_files (void)
{
  flood ("Q7", 5000);
}

static glong
peak_kib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static void
body_of_output (void)
{
  g_autofree char *text =
      g_strdup_printf ("head -c %" G_GUINT64_FORMAT " /dev/zero", (guint64) FLOOD_BYTES);
  g_autoptr (AnnexCommand) command = annex_command_new (text);
  g_autoptr (AnnexOutput) output = NULL;
  g_autoptr (GError) error = NULL;
  glong before_kib = peak_kib ();
  gint64 start_us = g_get_monotonic_time ();

  output = dex_await_boxed (
      annex_computer_run (attack_get_computer (), command, NULL, 30000, 300000, NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (output->out_total, ==, FLOOD_BYTES);
  g_assert_cmpuint (g_bytes_get_size (output->out), <=, 30000);
  g_assert_true (output->out_cut);
  g_test_message ("measured: 256 MiB in %.1f s, %ld KiB more at the peak", seconds_since (start_us),
                  peak_kib () - before_kib);
  g_assert_cmpint (peak_kib () - before_kib, <, 64 * 1024);
}

static void
body_of_spin (void)
{
  g_autoptr (DexFuture) spin = start_command (
      "for i in 1 2 3 4; do timeout 6 sh -c 'while :; do :; done' & done; wait; true");

  await_ms (3000);
  assert_answers ();
  await_output_of (g_steal_pointer (&spin), 0);
}

static void
body_of_clock (void)
{
  static const char *const jumps[] = { "1 year", "-2 years" };
  AnnexComputer *computer = attack_get_computer ();
  g_autofree char *share = attack_dup_share ("Attack");

  for (guint i = 0; i < G_N_ELEMENTS (jumps); i++)
    {
      g_autofree char *jump = g_strdup_printf ("date -s \"$(date -d '%s')\"", jumps[i]);
      g_autoptr (GPtrArray) changes = NULL;

      g_assert_cmpint (await_root_command (computer, jump, NULL), ==, 0);
      await_true (annex_drafts_prepare (attack_get_drafts ()));
      assert_output (computer, "echo draft >/folders/Attack/dated; cat /folders/Attack/dated",
                     "draft");
      changes = dex_await_boxed (annex_drafts_list (attack_get_drafts (), share), NULL);
      g_assert_nonnull (changes);
      g_assert_cmpuint (changes->len, ==, 1);
      await_true (annex_drafts_discard (attack_get_drafts (), share, NULL));
    }
  g_assert_cmpint (await_root_command (computer, "date -s '1 year'", NULL), ==, 0);
}

/* As when the host sleeps: everything stands still, and goes on. */
static void
body_of_halt (void)
{
  g_autoptr (DexFuture) run = start_command ("for i in 1 2 3 4 5 6; do sleep 1; done; exit 7");
  int pid = machine_pid (attack_get_computer ());

  await_ms (1000);
  g_assert_cmpint (pid, >, 0);
  g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
  await_ms (8000);
  g_assert_cmpint (kill (pid, SIGCONT), ==, 0);
  await_output_of (g_steal_pointer (&run), 7);
  g_assert_cmpint (machine_pid (attack_get_computer ()), ==, pid);
}

/* It never goes on: what waits for it is told, and the next command has a computer again. */
static void
body_of_standstill (void)
{
  DexFuture *run = start_command ("sleep 600");
  int pid = machine_pid (attack_get_computer ());
  g_autoptr (GError) error = NULL;

  await_ms (1000);
  g_assert_cmpint (pid, >, 0);
  g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
  assert_answers ();
  g_assert_false (dex_await (run, &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST);
  g_assert_cmpint (machine_pid (attack_get_computer ()), !=, pid);
}

static const Row rows[] = {
  { "Q3-fork-bomb", body_of_processes },
  { "Q4-memory", body_of_memory },
  { "Q5-open-files", body_of_files },
  { "Q6-endless-output", body_of_output },
  { "Q7-memory-files", body_of_memory_files },
  { "Q8-busy", body_of_spin },
  { "Q9-clock", body_of_clock },
  { "Q10-halted", body_of_halt },
  { "Q10b-standing-still", body_of_standstill },
};

/* Every one of them with a file in the draft, which is there afterwards. */
static void
run_row (void)
{
  Watch watch = { .last_us = g_get_monotonic_time () };
  guint source = g_timeout_add (5, watch_cb, &watch);

  assert_said ("echo draft >~/note; sync; cat ~/note", "draft\n");
  running->body ();
  assert_said ("cat ~/note", "draft\n");
  g_source_remove (source);
  g_test_message ("measured: the main loop was held for at most %d ms",
                  (int) (watch.worst_us / 1000));
  g_assert_cmpint (watch.worst_us / 1000, <, MAX_WAIT_MS);
  attack_assert_untouched ();
}

static void
test_row (gconstpointer data)
{
  running = data;
  fixture_run_body (run_row);
}

void
attack_add_floods (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/attacks/Q/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
}
