/* test-channel-exec.c
 *
 * Commands over the channel: their output, status, signals, environment, folder, trees.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "channel-harness.h"

#include <signal.h>
#include <string.h>

static void
test_basics (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  g_assert_true (annex_ssh_channel_is_open (channel));
  g_assert_cmpint (harness_shell (channel, "echo to out; echo to err >&2; exit 3", &out, &err), ==,
                   3);
  g_assert_cmpstr (out, ==, "to out\n");
  g_assert_cmpstr (err, ==, "to err\n");
  g_clear_pointer (&out, g_free);
  g_assert_cmpint (
      harness_shell (channel, "id -un; id -u; pwd; echo $HOME $USER $SHELL", &out, NULL), ==, 0);
  g_assert_cmpstr (out, ==, "agent\n1000\n/home/agent\n/home/agent agent /bin/bash\n");
  g_clear_pointer (&out, g_free);
  /* What sshd sets for every command reaches it; what tells of SSH does not. */
  harness_shell (channel, "echo $http_proxy,$SSH_CONNECTION,$SSH_CLIENT,$ANNEX_ENV", &out, NULL);
  g_assert_cmpstr (out, ==, "http://127.0.0.1:3128,,,\n");
}

static void
test_statuses (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  const int statuses[] = { 0, 1, 2, 3, 125, 126, 127, 128, 130, 137, 143, 200, 254, 255 };
  const int signals[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGABRT, SIGKILL,
                          SIGUSR1, SIGSEGV, SIGPIPE, SIGTERM };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree char *command = g_strdup_printf ("exit %d", statuses[i]);

      g_assert_cmpint (harness_shell (channel, command, NULL, NULL), ==, statuses[i]);
    }
  for (i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *command =
          g_strdup_printf ("ulimit -c 0; exec sh -c 'kill -%d $$; sleep 9'", signals[i]);

      g_assert_cmpint (harness_shell (channel, command, NULL, NULL), ==, -signals[i]);
    }
  g_assert_cmpint (harness_shell (channel, "ulimit -c 0; kill -BUS $$; sleep 9", NULL, NULL), ==,
                   -64);
}

static void
test_every_status (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  AnnexProcess *processes[64];
  int base, i;

  for (base = 0; base < 256; base += G_N_ELEMENTS (processes))
    {
      for (i = 0; i < G_N_ELEMENTS (processes); i++)
        {
          g_autofree char *command = g_strdup_printf ("exit %d", base + i);

          processes[i] = harness_spawn (channel, command);
        }
      for (i = 0; i < G_N_ELEMENTS (processes); i++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_cmpint (dex_await_int (annex_process_wait (processes[i]), &error), ==, base + i);
          g_assert_no_error (error);
          g_object_unref (processes[i]);
        }
    }
}

static DexFuture *
numbered_fiber (gpointer data)
{
  static guint next;
  AnnexSshChannel *channel = data;
  guint number = next++;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autofree char *expected_out = NULL;
  g_autofree char *expected_err = NULL;
  g_autofree char *command = g_strdup_printf (
      "for i in 1 2 3 4 5; do echo out %u $i; echo err %u $i >&2; sleep 0.0%u; done; exit %u",
      number, number, number % 9, number);
  GString *text = g_string_new (NULL);
  int i;

  g_assert_cmpint (harness_shell (channel, command, &out, &err), ==, (int) number);
  for (i = 1; i <= 5; i++)
    g_string_append_printf (text, "out %u %d\n", number, i);
  expected_out = g_string_free (text, FALSE);
  expected_err = g_strdup (expected_out);
  for (i = 0; expected_err[i] != '\0'; i++)
    if (strncmp (expected_err + i, "out", 3) == 0)
      memcpy (expected_err + i, "err", 3);
  g_assert_cmpstr (out, ==, expected_out);
  g_assert_cmpstr (err, ==, expected_err);
  return dex_future_new_true ();
}

static void
test_fifty_at_once (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  DexFuture *futures[50];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = dex_scheduler_spawn (NULL, 256 * 1024, numbered_fiber, g_object_ref (channel),
                                      g_object_unref);
  for (i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (dex_await (futures[i], &error));
      g_assert_no_error (error);
    }
}

static void
test_environment (void)
{
  const char *secret = "a'b\"c $HOME `id` \\ \n$(touch /tmp/no) ü";
  const char *const plain[] = { "SECRET=a'b\"c $HOME `id` \\ \n$(touch /tmp/no) ü",
                                "EMPTY=", "EQUALS=a=b", NULL };
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (AnnexCommand) command = annex_command_new (
      "printf '%s|%s|%s|' \"$SECRET\" \"${EMPTY-unset}\" \"$EQUALS\"; cat /proc/[0-9]*/cmdline |"
      " tr '\\0' ' ' | grep -c '[t]ouch /tmp/no'");
  g_autoptr (AnnexProcess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_autofree char *expected = g_strdup_printf ("%s||a=b|0\n", secret);

  command->env = g_strdupv ((char **) plain);
  process = dex_await_object (annex_ssh_channel_spawn (channel, command), &error);
  g_assert_no_error (error);
  bytes = dex_await_boxed (harness_read_all (annex_process_get_stdout (process)), &error);
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmpstr (text, ==, expected);

  g_clear_object (&process);
  g_strfreev (command->env);
  command->env = g_strsplit ("A;touch /tmp/no=1", "|", 0);
  process = dex_await_object (annex_ssh_channel_spawn (channel, command), &error);
  g_assert_null (process);
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED);
}

static void
test_folder_and_quoting (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (AnnexCommand) command =
      annex_command_new ("pwd; echo \"it's\" '$x' \"\\\\\" `echo y`");
  g_autoptr (AnnexProcess) process = NULL;
  g_autoptr (AnnexProcess) lost = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_autofree char *huge = NULL;

  g_assert_cmpint (harness_shell (channel, "mkdir \"a 'b' \\$(id)\"", NULL, NULL), ==, 0);
  command->cwd = g_strdup ("/home/agent/a 'b' $(id)");
  process = dex_await_object (annex_ssh_channel_spawn (channel, command), &error);
  g_assert_no_error (error);
  bytes = dex_await_boxed (harness_read_all (annex_process_get_stdout (process)), &error);
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmpstr (text, ==, "/home/agent/a 'b' $(id)\nit's $x \\ y\n");

  g_set_str (&command->cwd, "/nowhere");
  lost = dex_await_object (annex_ssh_channel_spawn (channel, command), &error);
  g_assert_no_error (error);
  g_assert_cmpint (dex_await_int (annex_process_wait (lost), &error), ==, 125);
  g_assert_no_error (error);

  huge = g_strnfill (200 * 1024, 'x');
  g_set_str (&command->command, huge);
  g_assert_null (dex_await_object (annex_ssh_channel_spawn (channel, command), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_TOO_LARGE);
}

/* As long as the guest can take it, it arrives whole. */
static void
test_long_command (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autofree char *filler = g_strnfill (100 * 1024, 'x');
  g_autofree char *command = g_strdup_printf ("cat <<'END' | wc -c\n%s\nEND\n", filler);
  g_autofree char *out = NULL;

  g_assert_cmpint (harness_shell (channel, command, &out, NULL), ==, 0);
  g_assert_cmpstr (out, ==, "102401\n");
}

static void
test_pty (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (AnnexCommand) command =
      annex_command_new ("tty >/dev/null && echo a tty; stty size; trap 'stty size; exit 4' WINCH;"
                         " while :; do sleep 0.1; done");
  g_autoptr (AnnexProcess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;

  command->pty = TRUE;
  process = dex_await_object (annex_ssh_channel_spawn (channel, command), &error);
  g_assert_no_error (error);
  harness_sleep (500);
  annex_ssh_process_resize (process, 132, 43);
  g_assert_cmpint (dex_await_int (annex_process_wait (process), &error), ==, 4);
  bytes = dex_await_boxed (harness_read_all (annex_process_get_stdout (process)), &error);
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmpstr (text, ==, "a tty\r\n24 80\r\n43 132\r\n");
}

/* A daemonised child of each kind; each writes its number into a file of its own as long as it
 * lives. */
static const char family[] = "cd; rm -f beat.*; "
                             "beat () { while :; do date +%N >beat.$1; sleep 0.05; done; }; "
                             "export -f beat; "
                             "beat plain & "
                             "setsid bash -c 'beat setsid' </dev/null >/dev/null 2>&1 & "
                             "nohup bash -c 'beat nohup' >/dev/null 2>&1 & "
                             "(setsid bash -c '(beat double &) ' </dev/null >/dev/null 2>&1 &) ; "
                             "bash -c 'trap \"\" TERM HUP INT; beat stubborn' & "
                             "sleep 0.5; ls beat.* | wc -l; ";

static void
assert_no_beat (AnnexSshChannel *channel, gboolean still)
{
  g_autofree char *out = NULL;

  harness_shell (channel,
                 "cd; cat beat.* | md5sum >1; sleep 0.4; cat beat.* | md5sum | cmp -s 1 -"
                 " && echo still || echo beating",
                 &out, NULL);
  g_assert_cmpstr (out, ==, still ? "still\n" : "beating\n");
}

static void
test_kill_tree (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autofree char *command = g_strconcat (family, "sleep 100", NULL);
  g_autoptr (AnnexProcess) process = harness_spawn (channel, command);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  int status;

  bytes = dex_await_boxed (dex_input_stream_read_bytes (annex_process_get_stdout (process), 100, 0),
                           &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_bytes_get_size (bytes), ==, 2);
  g_assert_cmpint (*(const char *) g_bytes_get_data (bytes, NULL), ==, '5');
  assert_no_beat (channel, FALSE);

  g_assert_true (dex_await (annex_process_kill (process), &error));
  g_assert_no_error (error);
  status = dex_await_int (annex_process_wait (process), &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, -SIGTERM);
  assert_no_beat (channel, TRUE);
  /* Its streams have ended, and ending it again is no error. */
  g_clear_pointer (&bytes, g_bytes_unref);
  bytes = dex_await_boxed (harness_read_all (annex_process_get_stdout (process)), &error);
  g_assert_no_error (error);
  g_assert_true (dex_await (annex_process_kill (process), &error));
  g_assert_no_error (error);
}

/* Dropping the last reference ends a running command, but not what a finished one left behind. */
static void
test_drop (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autofree char *running = g_strconcat (family, "sleep 100", NULL);
  g_autofree char *finished = g_strconcat (family, "exit 0", NULL);
  AnnexProcess *process = harness_spawn (channel, running);
  g_autoptr (AnnexProcess) survivor = NULL;
  g_autoptr (GError) error = NULL;

  harness_sleep (1200);
  assert_no_beat (channel, FALSE);
  g_object_unref (process);
  harness_sleep (4000);
  assert_no_beat (channel, TRUE);

  process = harness_spawn (channel, finished);
  g_assert_cmpint (dex_await_int (annex_process_wait (process), &error), ==, 0);
  g_assert_no_error (error);
  g_object_unref (process);
  harness_sleep (500);
  assert_no_beat (channel, FALSE);
}

/* Cancelled in the very moment it starts: it may begin and be ended, or never begin. */
static void
test_drop_at_once (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (AnnexCommand) command =
      annex_command_new ("cd; while :; do date +%N >beat.$$; sleep 0.05; done");
  guint i;

  for (i = 0; i < 20; i++)
    {
      DexFuture *spawning = annex_ssh_channel_spawn (channel, command);

      harness_sleep (i * 3);
      dex_unref (spawning);
    }
  harness_sleep (6000);
  harness_shell (channel, "cd; touch beat.0", NULL, NULL);
  assert_no_beat (channel, TRUE);
}

#define TEST(name, limit_s)                                                                        \
  static void run_##name (void)                                                                    \
  {                                                                                                \
    harness_run (test_##name, limit_s);                                                            \
  }

TEST (basics, 30)
TEST (statuses, 60)
TEST (every_status, 90)
TEST (fifty_at_once, 60)
TEST (environment, 30)
TEST (folder_and_quoting, 30)
TEST (long_command, 30)
TEST (pty, 30)
TEST (kill_tree, 60)
TEST (drop, 60)
TEST (drop_at_once, 60)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/channel/exec/basics", run_basics);
  g_test_add_func ("/channel/exec/statuses", run_statuses);
  g_test_add_func ("/channel/exec/every-status", run_every_status);
  g_test_add_func ("/channel/exec/fifty-at-once", run_fifty_at_once);
  g_test_add_func ("/channel/exec/environment", run_environment);
  g_test_add_func ("/channel/exec/folder-and-quoting", run_folder_and_quoting);
  g_test_add_func ("/channel/exec/long-command", run_long_command);
  g_test_add_func ("/channel/exec/pty", run_pty);
  g_test_add_func ("/channel/exec/kill-tree", run_kill_tree);
  g_test_add_func ("/channel/exec/drop", run_drop);
  g_test_add_func ("/channel/exec/drop-at-once", run_drop_at_once);
  return g_test_run ();
}
