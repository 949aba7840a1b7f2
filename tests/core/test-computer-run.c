/* test-computer-run.c
 *
 * Running a command to its end, on a Computer whose processes are real ones of this machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer.h"

#include "annex-future.h"
#include "test-fiber.h"

#include <signal.h>
#include <string.h>

/* The process */

#define TEST_TYPE_PROCESS (test_process_get_type ())
G_DECLARE_FINAL_TYPE (TestProcess, test_process, TEST, PROCESS, GObject)
struct _TestProcess
{
  GObject parent_instance;
  GSubprocess *subprocess;
  DexPromise *ended;
};

static GOutputStream *
process_get_stdin (AnnexProcess *self)
{
  return g_subprocess_get_stdin_pipe (TEST_PROCESS (self)->subprocess);
}

static GInputStream *
process_get_stdout (AnnexProcess *self)
{
  return g_subprocess_get_stdout_pipe (TEST_PROCESS (self)->subprocess);
}

static GInputStream *
process_get_stderr (AnnexProcess *self)
{
  return g_subprocess_get_stderr_pipe (TEST_PROCESS (self)->subprocess);
}

static DexFuture *
process_wait (AnnexProcess *self)
{
  return DEX_FUTURE (dex_ref (TEST_PROCESS (self)->ended));
}

static DexFuture *
process_kill (AnnexProcess *self)
{
  g_subprocess_force_exit (TEST_PROCESS (self)->subprocess);
  return DEX_FUTURE (dex_ref (TEST_PROCESS (self)->ended));
}

static void
process_iface_init (AnnexProcessInterface *iface)
{
  iface->get_stdin = process_get_stdin;
  iface->get_stdout = process_get_stdout;
  iface->get_stderr = process_get_stderr;
  iface->wait = process_wait;
  iface->kill = process_kill;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestProcess,
                               test_process,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_PROCESS, process_iface_init))

static guint n_processes;

static void
test_process_finalize (GObject *object)
{
  TestProcess *self = TEST_PROCESS (object);

  n_processes--;
  g_subprocess_force_exit (self->subprocess);
  g_object_unref (self->subprocess);
  dex_unref (self->ended);
  G_OBJECT_CLASS (test_process_parent_class)->finalize (object);
}

static void
test_process_class_init (TestProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_process_finalize;
}

static void
test_process_init (TestProcess *self)
{
  n_processes++;
  self->ended = dex_promise_new ();
}

static void
ended_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GSubprocess *subprocess = G_SUBPROCESS (object);

  g_subprocess_wait_finish (subprocess, result, NULL);
  dex_promise_resolve_int (data, g_subprocess_get_if_signaled (subprocess)
                                     ? -g_subprocess_get_term_sig (subprocess)
                                     : g_subprocess_get_exit_status (subprocess));
  dex_unref (data);
}

/* The computer */

#define TEST_TYPE_COMPUTER (test_computer_get_type ())
G_DECLARE_FINAL_TYPE (TestComputer, test_computer, TEST, COMPUTER, GObject)
struct _TestComputer
{
  GObject parent_instance;
  gboolean broken;
};

static DexFuture *
computer_spawn (AnnexComputer *self, const AnnexCommand *command)
{
  TestProcess *process;

  if (TEST_COMPUTER (self)->broken)
    return annex_future_new_errorf (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST, "gone");
  process = g_object_new (TEST_TYPE_PROCESS, NULL);
  process->subprocess =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                            G_SUBPROCESS_FLAGS_STDERR_PIPE,
                        NULL, "bash", "-c", command->command, NULL);
  g_subprocess_wait_async (process->subprocess, NULL, ended_cb, dex_ref (process->ended));
  return dex_future_new_take_object (process);
}

static void
computer_iface_init (AnnexComputerInterface *iface)
{
  iface->spawn = computer_spawn;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestComputer,
                               test_computer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_COMPUTER, computer_iface_init))

static void
test_computer_class_init (TestComputerClass *klass)
{
}

static void
test_computer_init (TestComputer *self)
{
}

/* Tests */

static AnnexOutput *
run (const char *text, GBytes *input, gsize max_bytes, guint timeout_ms)
{
  g_autoptr (TestComputer) computer = g_object_new (TEST_TYPE_COMPUTER, NULL);
  g_autoptr (AnnexCommand) command = annex_command_new (text);
  g_autoptr (GError) error = NULL;
  AnnexOutput *output = dex_await_boxed (
      annex_computer_run (ANNEX_COMPUTER (computer), command, input, max_bytes, timeout_ms, NULL),
      &error);

  g_assert_no_error (error);
  return output;
}

static void
check_bytes (GBytes *bytes, const char *wanted)
{
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), wanted,
                   strlen (wanted));
}

static void
test_plain (void)
{
  g_autoptr (AnnexOutput) output = run ("echo out; echo err >&2; exit 3", NULL, 1000, 0);

  g_assert_cmpint (output->status, ==, 3);
  check_bytes (output->out, "out\n");
  check_bytes (output->err, "err\n");
  g_assert_false (output->out_cut || output->err_cut || output->timed_out);
}

static void
test_input (void)
{
  g_autofree char *text = g_strnfill (300000, 'x');
  g_autoptr (GBytes) input = g_bytes_new (text, 300000);
  g_autoptr (AnnexOutput) counted = run ("wc -c", input, 1000, 0);
  g_autoptr (AnnexOutput) echoed = run ("cat", input, 1 << 20, 0);
  g_autoptr (AnnexOutput) unread = run ("exec 0<&-; sleep 0.2; echo done", input, 1000, 0);
  g_autoptr (AnnexOutput) none = run ("cat", NULL, 1000, 0);

  check_bytes (counted->out, "300000\n");
  g_assert_cmpuint (g_bytes_get_size (echoed->out), ==, 300000);
  check_bytes (unread->out, "done\n");
  check_bytes (none->out, "");
}

/* More than is kept is read all the same, or the command would hang. */
static void
test_cut (void)
{
  g_autoptr (AnnexOutput) output =
      run ("head -c 5000000 /dev/zero; head -c 3000000 /dev/zero >&2", NULL, 1000, 20000);

  g_assert_cmpint (output->status, ==, 0);
  g_assert_cmpuint (g_bytes_get_size (output->out), ==, 1000);
  g_assert_true (output->out_cut && output->err_cut);
  g_assert_cmpuint (output->out_total, ==, 5000000);
  g_assert_cmpuint (output->err_total, ==, 3000000);
}

static void
test_signal (void)
{
  g_autoptr (AnnexOutput) output = run ("kill -TERM $$", NULL, 1000, 0);

  g_assert_cmpint (output->status, ==, -SIGTERM);
}

static void
test_time (void)
{
  g_autoptr (AnnexOutput) output = run ("echo begun; exec sleep 100", NULL, 1000, 300);

  g_assert_true (output->timed_out);
  g_assert_cmpint (output->status, ==, -SIGKILL);
  check_bytes (output->out, "begun\n");
}

/* A child that goes on holds the streams open; the command has ended nevertheless. */
static void
test_background (void)
{
  gint64 began = g_get_monotonic_time ();
  g_autoptr (AnnexOutput) output = run ("echo begun; sleep 30 &", NULL, 1000, 0);

  g_assert_cmpint (output->status, ==, 0);
  check_bytes (output->out, "begun\n");
  g_assert_cmpint (g_get_monotonic_time () - began, <, 10 * G_USEC_PER_SEC);
}

/* One that goes on talking does not hold it up either. */
static void
test_chatter (void)
{
  gint64 began = g_get_monotonic_time ();
  g_autoptr (AnnexOutput) output =
      run ("echo begun; (while echo more; do sleep 0.5; done) & exit 0", NULL, 1000, 1000);
  const char *out;
  gsize length;

  g_assert_cmpint (output->status, ==, 0);
  out = g_bytes_get_data (output->out, &length);
  g_assert_cmpuint (length, >=, strlen ("begun\n"));
  g_assert_cmpmem (out, strlen ("begun\n"), "begun\n", strlen ("begun\n"));
  g_assert_cmpint (g_get_monotonic_time () - began, <, 20 * G_USEC_PER_SEC);
}

static void
test_cancel (void)
{
  g_autoptr (TestComputer) computer = g_object_new (TEST_TYPE_COMPUTER, NULL);
  g_autoptr (AnnexCommand) command = annex_command_new ("exec sleep 100");
  DexCancellable *cancel = dex_cancellable_new ();
  g_autoptr (DexFuture) future =
      annex_computer_run (ANNEX_COMPUTER (computer), command, NULL, 1000, 0, DEX_FUTURE (cancel));

  dex_await (dex_timeout_new_msec (100), NULL); /* a time-out rejects */
  g_assert_cmpuint (n_processes, ==, 1);
  dex_cancellable_cancel (cancel);
  test_await_error (dex_ref (future), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  dex_clear (&future);
  for (guint i = 0; i < 100 && n_processes > 0; i++)
    dex_await (dex_timeout_new_msec (20), NULL);
  g_assert_cmpuint (n_processes, ==, 0);
  /* Cancelled before it began. */
  test_await_error (
      annex_computer_run (ANNEX_COMPUTER (computer), command, NULL, 1000, 0, DEX_FUTURE (cancel)),
      G_IO_ERROR, G_IO_ERROR_CANCELLED);
  dex_unref (cancel);
}

static void
test_broken (void)
{
  g_autoptr (TestComputer) computer = g_object_new (TEST_TYPE_COMPUTER, NULL);
  g_autoptr (AnnexCommand) command = annex_command_new ("true");

  computer->broken = TRUE;
  test_await_error (annex_computer_run (ANNEX_COMPUTER (computer), command, NULL, 1000, 0, NULL),
                    ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST);
}

static void
test_values (void)
{
  g_autoptr (AnnexCommand) command = annex_command_new ("c");
  g_autoptr (AnnexCommand) copy = NULL;

  command->cwd = g_strdup ("/x");
  command->env = g_strsplit ("A=1 B=2", " ", -1);
  command->as_root = TRUE;
  copy = annex_command_copy (command);
  g_assert_cmpstr (copy->cwd, ==, "/x");
  g_assert_cmpstr (copy->env[1], ==, "B=2");
  g_assert_true (copy->as_root);
  for (int code = 0; code <= ANNEX_COMPUTER_ERROR_FAILED; code++)
    g_assert_cmpstr (annex_computer_error_name (code), !=, "unknown");
  for (int state = 0; state <= ANNEX_COMPUTER_FAILED; state++)
    g_assert_cmpstr (annex_computer_state_to_name (state), !=, "unknown");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  test_add_fiber ("/computer/run/plain", test_plain);
  test_add_fiber ("/computer/run/input", test_input);
  test_add_fiber ("/computer/run/cut", test_cut);
  test_add_fiber ("/computer/run/signal", test_signal);
  test_add_fiber ("/computer/run/time", test_time);
  test_add_fiber ("/computer/run/background", test_background);
  test_add_fiber ("/computer/run/chatter", test_chatter);
  test_add_fiber ("/computer/run/cancel", test_cancel);
  test_add_fiber ("/computer/run/broken", test_broken);
  g_test_add_func ("/computer/values", test_values);
  return g_test_run ();
}
