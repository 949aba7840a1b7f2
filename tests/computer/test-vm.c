/* test-vm.c
 *
 * The life of a task's computer, with a real virtual machine: from the template, asleep and awake,
 * damaged, killed, waiting, left behind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-template.h"
#include "annex-paths.h"
#include "computer-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---------------------------------------------------------------- beginning */

static void
test_first_start (void)
{
  gint64 start_us = g_get_monotonic_time ();
  g_autoptr (AnnexComputer) computer = NULL;
  g_autofree char *message = NULL;
  g_autofree char *out = NULL;
  double first_s, second_s;

  computer = await_computer ();
  first_s = seconds_since (start_us);
  message = annex_computer_dup_message (computer);
  g_assert_cmpstr (message, ==, "Ready");
  assert_output (computer, "id -un; pwd", "agent\n/home/agent");
  await_true (annex_computer_stop (computer));
  g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_OFF);

  start_us = g_get_monotonic_time ();
  g_clear_object (&computer);
  computer = await_computer ();
  second_s = seconds_since (start_us);
  g_test_message ("measured: first start with template made %.2f s, start from template %.2f s",
                  first_s, second_s);
  g_assert_cmpfloat (second_s, <, first_s);
  await_true (annex_computer_reset (computer));
}

/* Cold, from the task's own disk, as after a crash. */
static void
test_own_disk (void)
{
  g_autoptr (AnnexComputer) computer = await_computer ();
  gint64 start_us;

  assert_output (computer, "echo kept >~/note; cat ~/note", "kept");
  await_true (annex_computer_stop (computer));
  start_us = g_get_monotonic_time ();
  await_started (computer);
  g_test_message ("measured: cold boot to ready %.2f s", seconds_since (start_us));
  assert_output (computer, "cat ~/note", "kept");
  await_true (annex_computer_reset (computer));
  g_assert_cmpint (annex_vm_measure_disk (ANNEX_VM (computer)), ==, 0);
}

static void
test_streams (void)
{
  g_autoptr (AnnexComputer) computer = await_computer ();
  g_autoptr (AnnexCommand) command = annex_command_new ("echo out; echo err >&2; exit 7");
  g_autoptr (AnnexOutput) output = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("written", 7);
  g_autoptr (GBytes) back = NULL;
  gint64 start_us;

  output = dex_await_boxed (annex_computer_run (computer, command, NULL, 1000, 30000, NULL), NULL);
  g_assert_nonnull (output);
  g_assert_cmpint (output->status, ==, 7);
  g_assert_cmpmem (g_bytes_get_data (output->out, NULL), g_bytes_get_size (output->out), "out\n",
                   4);
  g_assert_cmpmem (g_bytes_get_data (output->err, NULL), g_bytes_get_size (output->err), "err\n",
                   4);

  await_true (annex_computer_write_file (computer, "/home/agent/a/b/c", bytes));
  back = dex_await_boxed (annex_computer_read_file (computer, "/home/agent/a/b/c", 3, 2), NULL);
  g_assert_nonnull (back);
  g_assert_cmpmem (g_bytes_get_data (back, NULL), g_bytes_get_size (back), "tt", 2);

  /* The only way out asks the host, and nobody has allowed anything. */
  assert_output (
      computer,
      "curl -s -o /dev/null -w '%{http_code}' -x http://127.0.0.1:3128 http://example.com/", "403");
  assert_output (computer, "ls /sys/class/net", "lo");

  start_us = g_get_monotonic_time ();
  for (int i = 0; i < 20; i++)
    g_assert_cmpint (await_command (computer, "true", NULL), ==, 0);
  g_test_message ("measured: exec true %.0f ms", seconds_since (start_us) * 1000 / 20);
  await_true (annex_computer_reset (computer));
}

static void
test_two_at_once (void)
{
  g_autoptr (AnnexComputer) one = new_computer (NULL);
  g_autoptr (AnnexComputer) two = new_computer (NULL);
  g_autoptr (DexFuture) starts =
      dex_future_all (annex_computer_start (one), annex_computer_start (two), NULL);
  g_autofree char *noise_one = NULL;
  g_autofree char *noise_two = NULL;
  g_autofree char *id_one = NULL;
  g_autofree char *id_two = NULL;

  await_true (dex_ref (starts));
  g_assert_cmpint (machine_pid (one), >, 0);
  g_assert_cmpint (machine_pid (one), !=, machine_pid (two));
  assert_output (one, "echo mine >/tmp/x; cat /tmp/x", "mine");
  g_assert_cmpint (await_command (two, "test -e /tmp/x", NULL), !=, 0);
  noise_one = await_output (one, "head -c 16 /dev/urandom | sha256sum");
  noise_two = await_output (two, "head -c 16 /dev/urandom | sha256sum");
  g_assert_cmpstr (noise_one, !=, noise_two);
  id_one = await_output (one, "cat /etc/machine-id");
  id_two = await_output (two, "cat /etc/machine-id");
  g_assert_cmpuint (strlen (id_one), ==, 32);
  g_assert_cmpstr (id_one, !=, id_two);
  await_true (annex_computer_reset (one));
  await_true (annex_computer_reset (two));
}

/* ---------------------------------------------------------------- asleep */

static char *
memory_path (AnnexComputer *computer)
{
  return annex_computer_folder_dup_path (
      annex_machine_get_folder (annex_vm_get_machine (ANNEX_VM (computer))), "memory.save");
}

static void
test_asleep (void)
{
  g_autoptr (AnnexComputer) computer = await_computer ();
  g_autofree char *path = memory_path (computer);
  g_autofree char *now = NULL;
  struct stat info;
  gint64 start_us;
  double save_s, wake_s;

  assert_output (computer, "echo disk >~/note; echo memory >/dev/shm/note; cat ~/note", "disk");
  start_us = g_get_monotonic_time ();
  await_true (annex_computer_save (computer));
  save_s = seconds_since (start_us);
  g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_SAVED);
  g_assert_cmpint (machine_pid (computer), ==, 0);
  g_assert_cmpint (stat (path, &info), ==, 0);
  await_ms (2000);

  start_us = g_get_monotonic_time ();
  await_started (computer);
  wake_s = seconds_since (start_us);
  g_test_message ("measured: save %.2f s, %.0f MB on disk; wake to ready %.2f s", save_s,
                  (double) info.st_blocks * 512 / 1e6, wake_s);
  /* Gone before the guest ran: it does not match the disk any more. */
  g_assert_cmpint (stat (path, &info), !=, 0);
  assert_output (computer, "cat ~/note /dev/shm/note", "disk\nmemory");
  now = await_output (computer, "date +%s");
  g_assert_cmpint (ABS (g_ascii_strtoll (now, NULL, 10) - g_get_real_time () / G_USEC_PER_SEC), <=,
                   3);
  await_true (annex_computer_reset (computer));
}

/* Overwrites the head of a file and gives it its times back. */
static void
damage (const char *path)
{
  struct timespec times[2];
  struct stat info;
  FILE *file = fopen (path, "r+e");

  g_assert_nonnull (file);
  g_assert_cmpint (fstat (fileno (file), &info), ==, 0);
  g_assert_cmpint (fseek (file, 600, SEEK_SET), ==, 0);
  for (int i = 0; i < 3000; i++)
    g_assert_cmpint (fputc ('#', file), ==, '#');
  g_assert_cmpint (fflush (file), ==, 0);
  times[0] = info.st_atim;
  times[1] = info.st_mtim;
  g_assert_cmpint (futimens (fileno (file), times), ==, 0);
  fclose (file);
}

static void
test_damaged_memory (void)
{
  g_autoptr (AnnexComputer) computer = await_computer ();
  g_autofree char *path = memory_path (computer);
  g_autofree char *told = NULL;

  assert_output (computer, "echo disk >~/note; echo memory >/dev/shm/note; cat ~/note", "disk");
  await_true (annex_computer_save (computer));
  damage (path);
  await_started (computer);
  assert_output (computer, "cat ~/note; ls /dev/shm", "disk");
  told = dex_await_string (annex_computer_refresh (computer), NULL);
  g_assert_nonnull (told);
  g_assert_nonnull (strstr (told, "started afresh"));
  g_clear_pointer (&told, g_free);
  told = dex_await_string (annex_computer_refresh (computer), NULL);
  g_assert_null (told);
  await_true (annex_computer_reset (computer));
}

/* Annex ends while its computer wakes: whenever that is, it sleeps afterwards as it did before. */
static void
test_quit_waking (void)
{
  enum { AT_ONCE, SOON, WHEN_IT_RUNS, N_MOMENTS };
  g_autofree char *id = NULL;
  g_autoptr (AnnexComputer) computer = new_computer (&id);
  g_autoptr (AnnexComputerFolder) folder = annex_computer_folder_new (id);

  await_started (computer);
  assert_output (computer, "echo memory >/dev/shm/mark; cat /dev/shm/mark", "memory");
  await_true (annex_computer_save (computer));
  for (guint moment = AT_ONCE; moment < N_MOMENTS; moment++)
    {
      g_autoptr (DexFuture) starting = annex_computer_start (computer);

      if (moment == SOON)
        await_ms (1000);
      /* Its memory is in no file any more: it comes to its end and goes to sleep again. */
      while (moment == WHEN_IT_RUNS && annex_computer_folder_has (folder, "memory.save"))
        await_ms (1);
      g_assert_true (moment != WHEN_IT_RUNS || dex_future_is_pending (starting));
      await_true (annex_computers_shutdown (fixture_computers (), TRUE));
      g_assert_false (dex_future_is_pending (starting));
      g_assert_cmpint (machine_pid (computer), ==, 0);
      g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_SAVED);
      g_assert_true (annex_computer_folder_has (folder, "memory.save"));
    }
  await_started (computer);
  assert_output (computer, "cat /dev/shm/mark", "memory");
  await_true (annex_computer_reset (computer));
  g_clear_object (&computer);
  fixture_drop_computers (); /* their ways out are closed */
}

static DexFuture *
find_template_fiber (gpointer data)
{
  g_autoptr (AnnexVirt) virt = annex_virt_new (NULL);
  g_autoptr (AnnexComputerKit) kit =
      dex_await_boxed (annex_computer_kit_gather (virt, fixture_images (), NULL), NULL);

  g_assert_nonnull (kit);
  g_assert_true (annex_template_exists (kit));
  return dex_future_new_take_string (annex_template_dup_memory_path (kit));
}

static void
test_damaged_template (void)
{
  g_autoptr (AnnexComputer) first = await_computer ();
  g_autoptr (AnnexComputer) computer = NULL;
  g_autofree char *path =
      dex_await_string (dex_scheduler_spawn (NULL, 0, find_template_fiber, NULL, NULL), NULL);
  struct stat before, after;

  g_assert_cmpint (stat (path, &before), ==, 0);
  g_test_message ("measured: template's memory %.0f MB on disk",
                  (double) before.st_blocks * 512 / 1e6);
  g_assert_cmpuint ((guint64) before.st_blocks * 512, <, ANNEX_TEMPLATE_ABOUT_BYTES * 2);
  g_assert_cmpuint ((guint64) before.st_blocks * 512, >, ANNEX_TEMPLATE_ABOUT_BYTES / 3);
  await_true (annex_computer_reset (first));
  damage (path);
  computer = await_computer ();
  assert_output (computer, "echo fine", "fine");
  /* It was made again. */
  g_assert_cmpint (stat (path, &after), ==, 0);
  g_assert_cmpuint (before.st_ino ^ (guint64) before.st_mtime, !=,
                    after.st_ino ^ (guint64) after.st_mtime);
  await_true (annex_computer_reset (computer));
}

/* ---------------------------------------------------------------- things that happen */

static void
assert_killed_while_running (AnnexComputer *computer)
{
  g_autoptr (AnnexCommand) command = annex_command_new ("sleep 100");
  g_autoptr (DexFuture) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;
  g_autofree char *told = NULL;
  gint64 start_us;

  run = annex_computer_run (computer, command, NULL, 1000, 0, NULL);
  await_ms (500);
  start_us = g_get_monotonic_time ();
  g_assert_cmpint (kill (machine_pid (computer), SIGKILL), ==, 0);
  g_assert_false (dex_await (dex_ref (run), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST);
  g_assert_cmpfloat (seconds_since (start_us), <, 3);
  for (int i = 0; i < 50 && annex_computer_get_state (computer) != ANNEX_COMPUTER_FAILED; i++)
    await_ms (100);
  g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_FAILED);
  message = annex_computer_dup_message (computer);
  g_assert_nonnull (strstr (message, "stopped unexpectedly"));
  /* The next command brings it back, and the agent is told what happened. */
  assert_output (computer, "cat ~/note", "kept");
  told = dex_await_string (annex_computer_refresh (computer), NULL);
  g_assert_nonnull (told);
  g_assert_nonnull (strstr (told, "stopped unexpectedly"));
  g_assert_null (strstr (told, "folder"));
}

/* Nobody has noticed yet that it ended: the command is run all the same, in a new one. */
static void
assert_killed_is_restarted (AnnexComputer *computer, guint wait_ms)
{
  g_assert_cmpint (kill (machine_pid (computer), SIGKILL), ==, 0);
  if (wait_ms > 0)
    await_ms (wait_ms);
  assert_output (computer, "cat ~/note", "kept");
}

static void
test_killed (void)
{
  g_autoptr (AnnexComputer) computer = await_computer ();

  /* That file alone; of all others the disk has the names by then, and its own keys' content. */
  assert_output (computer, "echo kept >~/note; sync ~/note; cat ~/note", "kept");
  assert_killed_while_running (computer);
  assert_killed_is_restarted (computer, 0);
  assert_killed_is_restarted (computer, 50);
  await_true (annex_computer_reset (computer));
}

/* libvirt's daemon goes and comes; the computer does not notice. */
static void
test_daemon_restarted (void)
{
  g_autoptr (AnnexComputer) computer = await_computer ();
  g_autofree char *path =
      g_build_filename (g_get_user_runtime_dir (), "libvirt", "libvirtd.pid", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (kill ((pid_t) g_ascii_strtoll (text, NULL, 10), SIGKILL), ==, 0);
  await_ms (300);
  assert_output (computer, "echo here", "here");
  await_true (annex_computer_save (computer));
  assert_output (computer, "echo again", "again");
  await_true (annex_computer_reset (computer));
}

static void
test_disk_full (void)
{
  g_autoptr (AnnexComputer) computer = await_computer ();
  g_autofree char *written = NULL;

  /* A file system keeps something back for itself: the last of what it calls free is written. */
  g_assert_cmpint (
      await_root_command (computer,
                          "cd /var/lib/annex && free=$(df --output=avail -B1 . | tail -n 1) && "
                          "fallocate -l $((free - 64 * 1024 * 1024)) ballast && "
                          "! head -c 80000000 /dev/zero >filling",
                          NULL),
      ==, 0);
  written = await_output (
      computer, "{ head -c 2000000 /dev/zero >~/big; } 2>/dev/null; cat ~/big 2>/dev/null | wc -c");
  g_assert_cmpint (g_ascii_strtoll (written, NULL, 10), <, 2000000);
  g_assert_cmpint (
      await_root_command (computer, "rm /var/lib/annex/ballast /var/lib/annex/filling", NULL), ==,
      0);
  assert_output (computer, "head -c 2000000 /dev/zero >~/big; wc -c <~/big", "2000000");
  await_true (annex_computer_reset (computer));
}

typedef struct
{
  char *path;
  guint64 most_bytes;
} Log;

static gboolean
look_at_log_cb (gpointer data)
{
  Log *log = data;
  struct stat info;

  if (stat (log->path, &info) == 0)
    log->most_bytes = MAX (log->most_bytes, (guint64) info.st_blocks * 512);
  return G_SOURCE_CONTINUE;
}

/* Root in the guest talks on the serial port for as long as it likes: no limit of the guest's disk
 * counts that. */
static void
test_serial (void)
{
  g_autoptr (AnnexComputer) computer = await_computer ();
  AnnexMachine *machine = annex_vm_get_machine (ANNEX_VM (computer));
  Log log = { .path = annex_computer_folder_dup_path (annex_machine_get_folder (machine),
                                                      "serial.log") };
  guint look = g_timeout_add (100, look_at_log_cb, &log);
  gint64 start_us = g_get_monotonic_time ();
  g_autofree char *words = NULL;

  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (await_root_command (computer, "head -c 400000 /dev/zero >/dev/ttyS0", NULL),
                     ==, 0);
  g_test_message ("measured: %.3f MiB a second", 1.6e6 / 1048576 / seconds_since (start_us));
  await_root_command (computer, "echo 'annex-init: enough' >/dev/ttyS0", NULL);
  await_ms (11000);
  g_test_message ("measured: at most %.1f MiB on the disk", log.most_bytes / 1048576.0);
  log.most_bytes = 0;
  look_at_log_cb (&log);
  g_assert_cmpuint (log.most_bytes, <=, 1 << 20);
  words = annex_machine_dup_last_words (machine);
  g_assert_cmpstr (words, ==, "enough");
  g_source_remove (look);
  g_free (log.path);
  await_true (annex_computer_reset (computer));
}

static void
test_waiting (void)
{
  g_autoptr (AnnexComputer) one = NULL;
  g_autoptr (AnnexComputer) two = new_computer (NULL);
  g_autoptr (AnnexComputer) three = new_computer (NULL);
  g_autoptr (DexFuture) second = NULL;
  g_autoptr (DexFuture) third = NULL;
  g_autofree char *message = NULL;

  annex_computers_set_memory_limit (fixture_computers (), 3ull << 30);
  one = await_computer ();
  second = annex_computer_start (two);
  third = annex_computer_start (three);
  for (int i = 0; i < 100 && annex_computer_get_state (three) != ANNEX_COMPUTER_WAITING; i++)
    await_ms (100);
  g_assert_cmpint (annex_computer_get_state (two), ==, ANNEX_COMPUTER_WAITING);
  g_assert_cmpint (annex_computer_get_state (three), ==, ANNEX_COMPUTER_WAITING);
  message = annex_computer_dup_message (two);
  g_assert_cmpstr (message, ==, "Waiting for memory: another task’s computer is using it");

  /* Who does not want to wait leaves the queue at once. */
  await_true (annex_computer_stop (three));
  g_assert_true (dex_future_is_rejected (third));
  g_assert_cmpint (annex_computer_get_state (three), ==, ANNEX_COMPUTER_OFF);

  await_true (annex_computer_stop (one));
  await_true (dex_ref (second));
  g_assert_cmpint (annex_computer_get_state (two), ==, ANNEX_COMPUTER_READY);
  annex_computers_set_memory_limit (fixture_computers (), 0);
  await_true (annex_computer_reset (one));
  await_true (annex_computer_reset (two));
}

static gboolean
say_cb (gpointer data)
{
  FILE *log = fopen (data, "a");

  g_assert_nonnull (log);
  fputs ("there is no end to it\n", log);
  fclose (log);
  return G_SOURCE_CONTINUE;
}

/* A kernel without a root file system says so and then nothing more. Nor is one waited for without
 * end that talks on and never answers. */
static void
test_stalled (void)
{
  g_autoptr (AnnexVirt) virt = annex_virt_new (NULL);
  g_autofree char *id = annex_identifier_new ();
  g_autoptr (AnnexMachine) machine = annex_machine_new (virt, id);
  g_autoptr (AnnexComputerKit) kit =
      dex_await_boxed (annex_computer_kit_gather (virt, fixture_images (), NULL), NULL);
  AnnexDomainSpec *spec = annex_machine_new_spec (machine);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  guint talk;

  g_assert_true (annex_computer_folder_lock (annex_machine_get_folder (machine), NULL));
  annex_computer_kit_fill (kit, spec);
  g_set_str (&spec->disk, kit->disk);
  g_set_str (&spec->command_line, "console=ttyS0 panic=0 rdinit=/nothing root=none");
  await_true (annex_machine_boot (machine, spec));
  g_assert_false (dex_await (annex_machine_connect (machine, 4000), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_BOOT_STALLED);
  g_clear_error (&error);
  path = annex_computer_folder_dup_path (annex_machine_get_folder (machine), "serial.log");
  talk = g_timeout_add (200, say_cb, path);
  g_assert_false (dex_await (annex_machine_connect (machine, 2000), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_BOOT_STALLED);
  g_assert_nonnull (strstr (error->message, "did not answer"));
  g_source_remove (talk);
  await_true (annex_machine_destroy (machine));
  g_assert_true (annex_computer_folder_remove (annex_machine_get_folder (machine), NULL));
}

/* A boot that stands still once is tried again, from the disk as it is. */
static void
test_stalled_once (void)
{
  g_autofree char *id = NULL;
  g_autoptr (AnnexComputer) computer = new_computer (&id);
  g_autoptr (DexFuture) starting = NULL;
  g_autofree char *log = NULL;
  GStatBuf info;
  int first;

  await_started (computer);
  assert_output (computer, "echo kept >~/note; sync; cat ~/note", "kept");
  await_true (annex_computer_stop (computer));
  log = annex_computer_folder_dup_path (
      annex_machine_get_folder (annex_vm_get_machine (ANNEX_VM (computer))), "serial.log");
  g_unlink (log);
  annex_vm_set_stall_limit (ANNEX_VM (computer), 20000);
  starting = annex_computer_start (computer);
  while (g_stat (log, &info) != 0 || info.st_size == 0)
    {
      g_assert_true (dex_future_is_pending (starting));
      await_ms (20);
    }
  first = machine_pid (computer);
  g_assert_cmpint (kill (first, SIGSTOP), ==, 0);
  /* An emulated boot may say nothing for long where others need the processors. */
  annex_vm_set_stall_limit (ANNEX_VM (computer), 180000);
  await_true (dex_ref (starting));
  g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_READY);
  g_assert_cmpint (machine_pid (computer), !=, first);
  assert_output (computer, "cat ~/note", "kept");
  await_true (annex_computer_reset (computer));
}

/* ---------------------------------------------------------------- left behind */

#define OWNER_ARGUMENT "--owner"

static void
body_of_owner (void)
{
  g_autofree char *id = NULL;
  g_autofree char *folder = g_build_filename (fixture_root (), "shared", NULL);
  g_autoptr (AnnexComputer) computer = new_computer (&id);
  g_autoptr (GPtrArray) shares = g_ptr_array_new ();
  g_autoptr (AnnexShare) share = NULL;

  g_mkdir_with_parents (folder, 0700);
  share = annex_share_new (folder, ANNEX_SHARE_REVIEW, NULL, NULL);
  g_assert_nonnull (share);
  g_ptr_array_add (shares, share);
  await_true (annex_computer_set_shares (computer, shares));
  await_started (computer);
  assert_output (computer, "echo kept >~/note; sync; cat ~/note", "kept");
  /* Not g_print (): a test's comes as a comment. */
  fprintf (stdout, "OWNER %s\n", id);
  fflush (stdout);
  for (;;)
    await_ms (1000);
}

static int
count_processes (const char *pattern)
{
  const char *argv[] = { "pgrep", "-c", "-f", pattern, NULL };
  g_autofree char *out = NULL;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL, NULL,
                NULL);
  return out != NULL ? (int) g_ascii_strtoll (out, NULL, 10) : -1;
}

static void
test_left_behind (void)
{
  g_autoptr (GSubprocess) owner = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (AnnexComputer) computer = NULL;
  g_autofree char *folder = g_build_filename (fixture_root (), "shared", NULL);
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  owner = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/proc/self/exe",
                            OWNER_ARGUMENT, NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (owner));
  while (id == NULL)
    {
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (line);
      g_test_message ("owner: %s", line);
      if (g_str_has_prefix (line, "OWNER "))
        id = g_strdup (line + strlen ("OWNER "));
    }
  /* While it lives, its computer is its own. */
  g_assert_cmpint (dex_await_int (annex_computers_clean (fixture_computers ()), NULL), ==, 0);
  computer = annex_computers_get (fixture_computers (), id, NULL);
  g_assert_false (dex_await (annex_computer_start (computer), &error));
  g_assert_nonnull (strstr (error->message, "another Annex"));
  g_clear_error (&error);
  g_assert_cmpint (count_processes (folder), >, 0);

  g_subprocess_force_exit (owner);
  g_assert_true (g_subprocess_wait (owner, NULL, NULL));
  await_ms (500);
  g_assert_cmpint (count_processes (folder), ==, 0);
  g_assert_cmpint (machine_pid (computer), >, 0);
  g_assert_cmpint (dex_await_int (annex_computers_clean (fixture_computers ()), &error), ==, 1);
  g_assert_no_error (error);
  for (int i = 0; i < 30 && machine_pid (computer) != 0; i++)
    await_ms (100);
  g_assert_cmpint (machine_pid (computer), ==, 0);
  assert_output (computer, "cat ~/note", "kept");
  await_true (annex_computers_delete (fixture_computers (), id));
}

static DexFuture *
discard_template_fiber (gpointer data)
{
  g_autoptr (AnnexVirt) virt = annex_virt_new (NULL);
  g_autoptr (AnnexComputerKit) kit =
      dex_await_boxed (annex_computer_kit_gather (virt, fixture_images (), NULL), NULL);

  g_assert_nonnull (kit);
  annex_template_discard (kit);
  return dex_future_new_true ();
}

/* Annex ends while it makes the template: its computer is no task's, and ends with it. */
static void
test_quit_making (void)
{
  g_autoptr (AnnexComputer) computer = new_computer (NULL);
  g_autofree char *machine = g_strconcat (fixture_root (), "[^ ]*/template", NULL);
  g_autoptr (DexFuture) starting = NULL;
  gint64 start_us;

  await_true (dex_scheduler_spawn (NULL, 0, discard_template_fiber, NULL, NULL));
  starting = annex_computer_start (computer);
  while (count_processes (machine) == 0)
    {
      g_assert_true (dex_future_is_pending (starting));
      await_ms (20);
    }
  await_ms (500); /* the channel is waited for */
  start_us = g_get_monotonic_time ();
  await_true (annex_computers_shutdown (fixture_computers (), TRUE));
  g_test_message ("measured: given up in %.2f s", seconds_since (start_us));
  g_assert_cmpint (count_processes (machine), ==, 0);
  g_assert_false (dex_future_is_pending (starting));
  await_started (computer);
  assert_output (computer, "echo fine", "fine");
  await_true (annex_computer_reset (computer));
  g_clear_object (&computer);
  fixture_drop_computers (); /* their ways out are closed */
}

int
main (int argc, char **argv)
{
  int status;

  gboolean owner = argc == 2 && strcmp (argv[1], OWNER_ARGUMENT) == 0;

  if (owner)
    argc = 1;
  if (!fixture_init (&argc, &argv, &status))
    return status;
  fixture_log_without_bound ();
  if (owner)
    fixture_run_body (body_of_owner);
  fixture_add ("/vm/first-start", test_first_start);
  fixture_add ("/vm/own-disk", test_own_disk);
  fixture_add ("/vm/streams", test_streams);
  fixture_add ("/vm/two-at-once", test_two_at_once);
  fixture_add ("/vm/asleep", test_asleep);
  fixture_add ("/vm/quit-waking", test_quit_waking);
  fixture_add ("/vm/damaged-memory", test_damaged_memory);
  fixture_add ("/vm/damaged-template", test_damaged_template);
  fixture_add ("/vm/quit-making", test_quit_making);
  fixture_add ("/vm/Q11-killed", test_killed);
  fixture_add ("/vm/Q14-daemon-restarted", test_daemon_restarted);
  fixture_add ("/vm/Q1-disk-full", test_disk_full);
  fixture_add ("/vm/Q2d-serial", test_serial);
  fixture_add ("/vm/waiting", test_waiting);
  fixture_add ("/vm/stalled", test_stalled);
  fixture_add ("/vm/stalled-once", test_stalled_once);
  fixture_add ("/vm/left-behind", test_left_behind);
  status = g_test_run ();
  fixture_clear ();
  return status;
}
