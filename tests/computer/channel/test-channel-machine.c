/* test-channel-machine.c
 *
 * The channel to the real guest: QEMU and the built image, without libvirt. Measures, and covers
 * what the stand-in of the headless tests cannot: cgroups, the virtio port, reconnecting.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "channel-harness.h"

#include "annex-json.h"
#include "annex-paths.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define MIB (1024 * 1024)
#define EXECS 50

typedef struct
{
  char *folder;
  char *socket_path;
  GSubprocess *qemu;
} Machine;

static Machine machine;

static double
seconds_since (gint64 start_us)
{
  return (g_get_monotonic_time () - start_us) / 1e6;
}

static GPtrArray *
qemu_arguments (const char *image, JsonObject *manifest)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);
  JsonArray *layers = json_object_get_array_member (manifest, "layers");
  guint i;

#define ADD(...) g_ptr_array_add (argv, g_strdup_printf (__VA_ARGS__))
  ADD ("qemu-system-x86_64");
  ADD ("-nodefaults");
  ADD ("-no-user-config");
  ADD ("-display");
  ADD ("none");
  ADD ("-machine");
  ADD ("q35,accel=tcg");
  ADD ("-cpu");
  ADD ("max");
  ADD ("-m");
  ADD ("1024");
  ADD ("-smp");
  ADD ("2");
  ADD ("-kernel");
  ADD ("%s/vmlinuz", image);
  ADD ("-initrd");
  ADD ("%s/initramfs", image);
  ADD ("-append");
  ADD ("%s", json_object_get_string_member (manifest, "command_line"));
  for (i = 0; i < json_array_get_length (layers); i++)
    {
      JsonObject *layer = json_array_get_object_element (layers, i);
      const char *name = json_object_get_string_member (layer, "name");

      ADD ("-drive");
      ADD ("file=%s/%s,format=raw,if=none,readonly=on,id=%s", image,
           json_object_get_string_member (layer, "file"), name);
      ADD ("-device");
      ADD ("virtio-blk-pci,drive=%s,serial=annex-%s", name, name);
    }
  ADD ("-drive");
  ADD ("file=%s/disk.qcow2,format=qcow2,if=none,id=disk", machine.folder);
  ADD ("-device");
  ADD ("virtio-blk-pci,drive=disk,serial=annex-disk");
  ADD ("-device");
  ADD ("virtio-rng-pci");
  ADD ("-serial");
  ADD ("file:%s/log", machine.folder);
  ADD ("-device");
  ADD ("virtio-serial-pci");
  ADD ("-chardev");
  ADD ("socket,id=port,path=%s,server=on,wait=off", machine.socket_path);
  ADD ("-device");
  ADD ("virtserialport,chardev=port,name=io.github.annex_desktop.ssh");
#undef ADD
  g_ptr_array_add (argv, NULL);
  return argv;
}

/* A failed test must not leave a machine behind. */
static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* FALSE: there is no image, and the test is skipped. */
static gboolean
start_machine (void)
{
  g_autofree char *image = annex_paths_data ("image/current");
  g_autofree char *manifest_path = g_build_filename (image, "manifest.json", NULL);
  g_autofree char *text = NULL;
  g_autofree char *disk_line = NULL;
  g_autoptr (JsonObject) manifest = NULL;
  g_autoptr (GPtrArray) argv = NULL;
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;

  if (!g_file_get_contents (manifest_path, &text, NULL, NULL))
    {
      g_test_skip ("the computer's image is not built (annex computer build)");
      return FALSE;
    }
  manifest = annex_json_parse_object (text, -1, &error);
  g_assert_no_error (error);
  machine.folder = g_dir_make_tmp ("annex-machine-XXXXXX", NULL);
  machine.socket_path = g_build_filename (machine.folder, "port", NULL);
  disk_line = g_strdup_printf (
      "qemu-img create -q -f qcow2 -F qcow2 -b %s/disk.qcow2 %s/disk.qcow2", image, machine.folder);
  g_assert_true (g_spawn_command_line_sync (disk_line, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  argv = qemu_arguments (image, manifest);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  machine.qemu = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  return TRUE;
}

static void
stop_machine (void)
{
  const char *names[] = { "port", "disk.qcow2", "log" };
  guint i;

  g_subprocess_force_exit (machine.qemu);
  g_subprocess_wait (machine.qemu, NULL, NULL);
  g_clear_object (&machine.qemu);
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (machine.folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (machine.folder);
  g_clear_pointer (&machine.folder, g_free);
  g_clear_pointer (&machine.socket_path, g_free);
}

static int
connect_port (void)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (machine.socket_path);
  int attempt;

  for (attempt = 0; attempt < 200; attempt++)
    {
      g_autoptr (GSocket) socket =
          g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);

      if (g_socket_connect (socket, address, NULL, NULL))
        return dup (g_socket_get_fd (socket));
      harness_sleep (50);
    }
  g_error ("QEMU does not serve its port");
}

static AnnexSshChannel *
open_machine (const char *what)
{
  gint64 start_us = g_get_monotonic_time ();
  guint attempt;

  for (attempt = 0; attempt < 3; attempt++)
    {
      g_autoptr (GError) error = NULL;
      AnnexSshChannel *channel =
          dex_await_object (annex_ssh_channel_open (connect_port (), 180000), &error);

      if (channel != NULL)
        {
          g_test_message ("%s: %.2f s (attempt %u)", what, seconds_since (start_us), attempt + 1);
          return channel;
        }
      g_test_message ("%s: %s", what, error->message);
      harness_sleep (300);
    }
  g_error ("The guest does not answer");
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
measure_execs (AnnexSshChannel *channel)
{
  double ms[EXECS];
  guint i;

  for (i = 0; i < EXECS; i++)
    {
      gint64 start_us = g_get_monotonic_time ();

      g_assert_cmpint (harness_shell (channel, "true", NULL, NULL), ==, 0);
      ms[i] = seconds_since (start_us) * 1000;
    }
  qsort (ms, EXECS, sizeof ms[0], compare_doubles);
  g_test_message ("exec true: median %.1f ms, best %.1f, worst %.1f", ms[EXECS / 2], ms[0],
                  ms[EXECS - 1]);
}

static void
measure_output (AnnexSshChannel *channel, guint mib)
{
  g_autofree char *command = g_strdup_printf ("head -c %uM /dev/zero", mib);
  g_autoptr (AnnexProcess) process = NULL;
  gint64 start_us;
  gsize before, most, total = 0;

  harness_shell (channel, "head -c 4M /dev/zero", NULL, NULL);
  before = most = harness_rss_bytes ();
  start_us = g_get_monotonic_time ();
  process = harness_spawn (channel, command);
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) piece = dex_await_boxed (
          dex_input_stream_read_bytes (annex_process_get_stdout (process), 256 * 1024, 0), &error);

      g_assert_no_error (error);
      if (g_bytes_get_size (piece) == 0)
        break;
      total += g_bytes_get_size (piece);
      most = MAX (most, harness_rss_bytes ());
    }
  g_assert_cmpuint (total, ==, (gsize) mib * MIB);
  g_test_message ("%u MiB out: %.1f MiB/s, memory grew by at most %.1f MiB", mib,
                  mib / seconds_since (start_us), (double) (most - before) / MIB);
  g_assert_cmpuint (most, <, before + 16 * MIB);
}

static void
measure_files (AnnexSshChannel *channel)
{
  g_autofree char *text = g_strnfill (16 * MIB, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new (text, 16 * MIB);
  g_autoptr (GBytes) back = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start_us = g_get_monotonic_time ();

  g_assert_true (dex_await (annex_ssh_channel_write_file (channel, "a/file", bytes), &error));
  g_assert_no_error (error);
  g_test_message ("16 MiB written: %.1f MiB/s", 16 / seconds_since (start_us));
  start_us = g_get_monotonic_time ();
  back = dex_await_boxed (annex_ssh_channel_read_file (channel, "a/file", 0, G_MAXINT32), &error);
  g_assert_no_error (error);
  g_test_message ("16 MiB read: %.1f MiB/s", 16 / seconds_since (start_us));
  g_assert_true (g_bytes_equal (bytes, back));
}

static void
check_command (AnnexSshChannel *channel)
{
  const char *const env[] = { "SECRET=a 'b'", NULL };
  g_autoptr (AnnexCommand) command =
      annex_command_new ("id -un; pwd; echo $SECRET; cut -c 1-10 /proc/self/cgroup;"
                         " cat /proc/self/oom_score_adj; echo ${http_proxy:+proxy}");
  g_autoptr (AnnexProcess) process = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  command->env = g_strdupv ((char **) env);
  process = dex_await_object (annex_ssh_channel_spawn (channel, command), &error);
  g_assert_no_error (error);
  bytes = dex_await_boxed (harness_read_all (annex_process_get_stdout (process)), &error);
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmpstr (text, ==, "agent\n/home/agent\na 'b'\n0::/agent/\n500\nproxy\n");
}

/* Daemonised children of every kind, one that even became root and cleared its environment. */
static void
check_kill (AnnexSshChannel *channel)
{
  g_autoptr (AnnexProcess) process = harness_spawn (
      channel, "sleep 3001 & setsid sleep 3002 & nohup sleep 3003 >/dev/null 2>&1 & "
               "(setsid sh -c 'sleep 3004 & ' &); env -i sleep 3005 & "
               "sudo -n env -i setsid sleep 3006 & "
               "bash -c 'trap \"\" TERM; sleep 3007; sleep 3007' & echo started; sleep 3008");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *count = NULL;
  g_autofree char *after = NULL;
  gint64 start_us;

  bytes = dex_await_boxed (dex_input_stream_read_bytes (annex_process_get_stdout (process), 100, 0),
                           &error);
  g_assert_no_error (error);
  harness_sleep (3000);
  harness_shell (channel, "pgrep -fc '[s]leep 300[1-8]'", &count, NULL);
  g_assert_cmpint (atoi (count), >=, 8);
  start_us = g_get_monotonic_time ();
  g_assert_true (dex_await (annex_process_kill (process), &error));
  g_assert_no_error (error);
  g_test_message ("a tree that ignores TERM ended in %.2f s", seconds_since (start_us));
  g_assert_cmpint (dex_await_int (annex_process_wait (process), &error), ==, -SIGTERM);
  harness_shell (channel, "pgrep -f '[s]leep 300[1-8]' | wc -l; pgrep -a sleep", &after, NULL);
  g_assert_cmpstr (after, ==, "0\n");
}

/* The machine's limits hold and the channel goes on. */
static void
check_fork_bomb (AnnexSshChannel *channel)
{
  g_autoptr (AnnexProcess) process = harness_spawn (channel, "f () { f | f & }; f; sleep 1000");
  g_autoptr (AnnexCommand) housekeeping = annex_command_new ("echo alive");
  g_autoptr (AnnexProcess) other = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start_us;

  housekeeping->as_root = TRUE;
  harness_sleep (4000);
  start_us = g_get_monotonic_time ();
  other = dex_await_object (annex_ssh_channel_spawn (channel, housekeeping), &error);
  g_assert_no_error (error);
  g_assert_cmpint (dex_await_int (annex_process_wait (other), &error), ==, 0);
  g_test_message ("beside a fork bomb a command of root takes %.2f s", seconds_since (start_us));
  start_us = g_get_monotonic_time ();
  dex_await (annex_process_kill (process), &error);
  g_assert_no_error (error);
  g_test_message ("the fork bomb ended in %.2f s", seconds_since (start_us));
  g_assert_cmpint (harness_shell (channel, "true", NULL, NULL), ==, 0);
}

static void
check_sweep (AnnexSshChannel *channel)
{
  g_autofree char *out = NULL;
  guint i;

  for (i = 0; i < 40; i++)
    harness_shell (channel, "true", NULL, NULL);
  harness_sleep (1000);
  harness_shell (channel, "ls -d /sys/fs/cgroup/agent/*/ | wc -l", &out, NULL);
  g_assert_cmpint (atoi (out), <, 40);
}

static void
test_machine (void)
{
  g_autoptr (AnnexSshChannel) channel = NULL;
  guint i;

  channel = open_machine ("boot and first login");
  check_command (channel);
  measure_execs (channel);
  measure_output (channel, g_test_slow () ? 1024 : 96);
  measure_files (channel);
  check_kill (channel);
  check_sweep (channel);
  for (i = 0; i < 3; i++)
    {
      /* Cut in the middle of a stream, so that the port still holds some of it. */
      AnnexProcess *flood = harness_spawn (channel, "cat /dev/urandom");

      harness_sleep (300);
      annex_ssh_channel_close (channel);
      g_object_unref (flood);
      g_clear_object (&channel);
      channel = open_machine ("login again");
      g_assert_cmpint (harness_shell (channel, "pgrep -x cat", NULL, NULL), ==, 1);
    }
  if (g_test_slow ())
    check_fork_bomb (channel);
}

static void
run_machine (void)
{
  if (!start_machine ())
    return;
  harness_run (test_machine, 600);
  stop_machine ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/channel/machine", run_machine);
  return g_test_run ();
}
