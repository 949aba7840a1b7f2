/* bench.c
 *
 * The computer's figures, and their ratios from this one run. A benchmark, not a test: it fails
 * only when something does not work at all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-kit.h"
#include "computer-fixture.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXECS 50
#define FILES 2000
#define ROUNDS 3

static double cold_s, restore_s, bare_s;
static char *task_id;

static double
now_s (void)
{
  return (double) g_get_monotonic_time () / G_USEC_PER_SEC;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

/* The computer that all parts use, started; a new one when the part is run alone. */
static AnnexComputer *
bench_computer (void)
{
  AnnexComputer *computer = task_id != NULL
                                ? annex_computers_get (fixture_computers (), task_id, NULL)
                                : new_computer (&task_id);

  await_started (computer);
  return computer;
}

/* ---- starting */

/* Boots the image's kernel with the bare init, on the same kind of machine, until it speaks. */
static double
boot_bare (AnnexComputerKit *kit)
{
  g_autofree char *command = g_strdup_printf (
      "d=$(mktemp -d); cp '%s' $d/init; mkdir $d/dev; (cd $d; mknod dev/console c 5 1 2>/dev/null; "
      "find init dev | cpio --quiet -o -H newc) >$d.cpio; "
      "exec qemu-system-x86_64 -nodefaults -no-user-config -display none -machine q35,accel=%s "
      "-cpu %s -m %u "
      "-smp %u -kernel '%s' -initrd $d.cpio -append 'console=ttyS0 quiet' -serial stdio -no-reboot "
      "</dev/null",
      BARE_INIT, kit->kvm ? "kvm" : "tcg", kit->kvm ? "host" : "max", kit->memory_mib, kit->vcpus,
      kit->kernel);
  double began = now_s ();
  FILE *output = popen (command, "r");
  char line[1024];

  while (output != NULL && fgets (line, sizeof line, output) != NULL)
    if (strstr (line, "bare-init: here") != NULL)
      break;
  began = now_s () - began;
  if (output != NULL)
    pclose (output);
  return began;
}

static void
bench_start (void)
{
  g_autoptr (AnnexVirt) virt = annex_virt_new (NULL);
  g_autoptr (AnnexComputerKit) kit = NULL;
  g_autoptr (AnnexComputer) computer = NULL;
  GError *error = NULL;
  double began = now_s ();

  kit = dex_await_boxed (annex_computer_kit_gather (virt, fixture_images (), NULL), &error);
  g_assert_no_error (error);
  g_print ("runs on %s\n", kit->kvm ? "KVM" : "emulation");
  await_true (annex_computers_prepare (fixture_computers ()));
  g_print ("first preparation (boot, warm up, save)          %6.2f s\n", now_s () - began);

  computer = new_computer (&task_id);
  began = now_s ();
  await_started (computer);
  assert_output (computer, "echo ready", "ready");
  restore_s = now_s () - began;
  await_true (annex_computer_stop (computer));
  began = now_s ();
  await_started (computer);
  assert_output (computer, "echo ready", "ready");
  cold_s = now_s () - began;
  bare_s = boot_bare (kit);
  began = now_s ();
  await_true (annex_computer_save (computer));
  g_print ("save                                             %6.2f s\n", now_s () - began);
  g_print ("agent ready after a cold boot                    %6.2f s\n", cold_s);
  g_print ("the same kernel with a bare static init          %6.2f s\n", bare_s);
  g_print ("RATIO cold boot ÷ bare init                      %6.2f\n", cold_s / bare_s);
  g_print ("agent ready after restore                        %6.2f s\n", restore_s);
  g_print ("RATIO restore ÷ cold boot                        %6.2f\n", restore_s / cold_s);
}

/* ---- commands */

static void
bench_exec (void)
{
  g_autoptr (AnnexComputer) computer = bench_computer ();
  double times[EXECS];

  for (guint i = 0; i < EXECS; i++)
    {
      double began = now_s ();

      g_assert_cmpint (await_command (computer, "true", NULL), ==, 0);
      times[i] = (now_s () - began) * 1000;
    }
  qsort (times, EXECS, sizeof times[0], compare_doubles);
  g_print ("exec true on the open channel, median of %d      %6.1f ms\n", EXECS, times[EXECS / 2]);
}

static guint64
read_status_kib (const char *name)
{
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, name);
  return line != NULL ? g_ascii_strtoull (line + strlen (name) + 1, NULL, 10) : 0;
}

static void
bench_stream (void)
{
  g_autoptr (AnnexComputer) computer = bench_computer ();
  g_autoptr (AnnexCommand) command = annex_command_new ("head -c 1G /dev/zero");
  guint64 before_kib = read_status_kib ("VmRSS:");
  GError *error = NULL;
  AnnexOutput *output;
  double took = now_s ();

  output = dex_await_boxed (annex_computer_run (computer, command, NULL, 65536, 0, NULL), &error);
  g_assert_no_error (error);
  took = now_s () - took;
  g_assert_cmpuint (output->out_total, ==, 1024 * 1024 * 1024);
  annex_output_free (output);
  g_print ("1 GiB of output streamed                         %6.1f MiB/s\n", 1024 / took);
  g_print ("the app's memory before and at its highest       %6.1f MiB, %.1f MiB\n",
           (double) before_kib / 1024, (double) read_status_kib ("VmHWM:") / 1024);
}

/* ---- shares */

/* Seconds of @command as root, the guest's caches dropped before. */
static double
time_once (AnnexComputer *computer, const char *command)
{
  double began;

  await_root_command (computer, "sync; echo 3 > /proc/sys/vm/drop_caches", NULL);
  began = now_s ();
  g_assert_cmpint (await_root_command (computer, command, NULL), ==, 0);
  return now_s () - began;
}

/* Two commands by turns, so that what else this machine does is no part of their ratio: the median
 * of each, and the ratio of the first by the second. */
static void
compare_commands (AnnexComputer *computer, const char *what, const char *overlay, const char *plain)
{
  double overlay_s[ROUNDS], plain_s[ROUNDS];

  for (guint i = 0; i < ROUNDS; i++)
    {
      plain_s[i] = time_once (computer, plain);
      overlay_s[i] = time_once (computer, overlay);
    }
  qsort (plain_s, ROUNDS, sizeof plain_s[0], compare_doubles);
  qsort (overlay_s, ROUNDS, sizeof overlay_s[0], compare_doubles);
  g_print ("%-4s %d files, plain virtiofs, then /folders    %6.2f s, %.2f s (medians of %d)\n",
           what, FILES, plain_s[ROUNDS / 2], overlay_s[ROUNDS / 2], ROUNDS);
  g_print ("RATIO %-4s through /folders ÷ plain virtiofs     %6.2f\n", what,
           overlay_s[ROUNDS / 2] / plain_s[ROUNDS / 2]);
}

static void
bench_shares (void)
{
  g_autoptr (AnnexComputer) computer = bench_computer ();
  g_autofree char *folder = g_build_filename (fixture_root (), "Many files", NULL);
  g_autoptr (GPtrArray) shares =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);
  g_autofree char *find_plain = NULL;
  g_autofree char *tar_plain = NULL;
  double began;
  AnnexShare *share;
  GError *error = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  for (guint i = 0; i < FILES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/file %u.txt", folder, i);
      g_autofree char *text = g_strdup_printf ("file %u\n%*s", i, (int) (i % 3000), "x");

      g_assert_true (g_file_set_contents (path, text, -1, NULL));
    }
  share = annex_share_new (folder, ANNEX_SHARE_REVIEW, NULL, &error);
  g_assert_no_error (error);
  g_ptr_array_add (shares, share);
  began = now_s ();
  await_true (annex_computer_set_shares (computer, shares));
  g_print ("a folder attached and mounted                    %6.2f s\n", now_s () - began);
  find_plain = g_strdup_printf ("find /run/annex/lower/%s -type f -printf '%%s\\n' >/dev/null",
                                annex_share_get_id (share));
  tar_plain = g_strdup_printf ("tar -cf - -C /run/annex/lower/%s . | cat >/dev/null",
                               annex_share_get_id (share));
  compare_commands (computer, "find",
                    "find '/folders/Many files' -type f -printf '%s\\n' >/dev/null", find_plain);
  compare_commands (computer, "tar", "tar -cf - -C '/folders/Many files' . | cat >/dev/null",
                    tar_plain);
}

/* ---- memory */

/* Holds 400 MB until the file "go" is there. */
#define HOLD_MEMORY                                                                                \
  "cd /tmp; rm -f held go; python3 -c 'import os, time\n"                                          \
  "b = bytearray (400 << 20)\n"                                                                    \
  "b[::4096] = b\"x\" * (len (b) // 4096)\n"                                                       \
  "open (\"held\", \"w\")\n"                                                                       \
  "while not os.path.exists (\"go\"): time.sleep (0.1)' >/dev/null 2>&1 & "                        \
  "echo $! >holder; until [ -e held ]; do sleep 0.2; done"
#define FREE_MEMORY "cd /tmp; touch go; while kill -0 $(cat holder) 2>/dev/null; do sleep 0.1; done"

static void
bench_memory (void)
{
  g_autoptr (AnnexComputer) computer = bench_computer ();
  double idle_mib, held_mib, freed_mib;

  await_ms (10000);
  idle_mib = (double) annex_vm_measure_memory (ANNEX_VM (computer)) / (1 << 20);
  g_assert_cmpint (await_command (computer, HOLD_MEMORY, NULL), ==, 0);
  held_mib = (double) annex_vm_measure_memory (ANNEX_VM (computer)) / (1 << 20);
  g_assert_cmpint (await_command (computer, FREE_MEMORY, NULL), ==, 0);
  await_ms (10000);
  freed_mib = (double) annex_vm_measure_memory (ANNEX_VM (computer)) / (1 << 20);
  g_print (
      "QEMU's memory: idle, with 400 MB more, 10 s after they were freed  %.0f, %.0f, %.0f MiB\n",
      idle_mib, held_mib, freed_mib);
  g_print ("RATIO QEMU's memory 10 s after freeing ÷ before  %6.2f\n", freed_mib / held_mib);
  g_print ("RATIO QEMU's memory 10 s after freeing ÷ idle    %6.2f\n", freed_mib / idle_mib);
}

static void
bench_image (void)
{
  g_autoptr (AnnexImage) image = NULL;
  const AnnexImageManifest *manifest;
  GError *error = NULL;
  guint64 sum = 0;

  image = dex_await_boxed (annex_image_store_open_current (fixture_images (), NULL), &error);
  g_assert_no_error (error);
  manifest = annex_image_get_manifest (image);
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const AnnexImageFile *file = g_ptr_array_index (manifest->files, i);

      g_print ("image: %-20s %28.1f MiB\n", file->name, (double) file->size_bytes / (1 << 20));
      sum += file->size_bytes;
    }
  g_print ("image: all files %31.1f MiB (%" G_GUINT64_FORMAT " bytes)\n", (double) sum / (1 << 20),
           sum);
}

int
main (int argc, char **argv)
{
  int status = 0;

  setlocale (LC_ALL, ""); /* g_print writes in the locale's encoding */
  if (!fixture_init (&argc, &argv, &status))
    return status;
  setvbuf (stdout, NULL, _IOLBF, 0);
  fixture_add ("/bench/image", bench_image);
  fixture_add ("/bench/start", bench_start);
  fixture_add ("/bench/exec", bench_exec);
  fixture_add ("/bench/stream", bench_stream);
  fixture_add ("/bench/shares", bench_shares);
  fixture_add ("/bench/memory", bench_memory);
  status = g_test_run ();
  fixture_clear ();
  return status;
}
