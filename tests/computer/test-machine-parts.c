/* test-machine-parts.c
 *
 * What of the virtual machine needs no virtual machine: the definition, the saved memory's head,
 * the folder's lock, what errors and the guest's reports become, certificates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-accelerator.h"
#include "annex-computer-folder.h"
#include "annex-computer-kit.h"
#include "annex-domain-xml.h"
#include "annex-future.h"
#include "annex-gate.h"
#include "annex-guest.h"
#include "annex-machine-private.h"
#include "annex-save-file.h"
#include "annex-virt-daemon.h"
#include "annex-virt.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ID_ONE "01k5aaaaaaaaaaaaaaaaaaaaaa"
#define ID_TWO "01k5bbbbbbbbbbbbbbbbbbbbbb"

static AnnexDomainSpec *
make_spec (void)
{
  AnnexDomainSpec *spec = annex_domain_spec_new (ID_ONE);

  spec->memory_mib = 2048;
  spec->vcpus = 2;
  spec->kernel = g_strdup ("/image/vmlinuz");
  spec->initramfs = g_strdup ("/image/initramfs");
  spec->command_line = g_strdup ("console=ttyS0 quiet");
  spec->disk = g_strdup ("/data/a & b's/disk.qcow2");
  spec->channel_socket = g_strdup ("/run/ssh.sock");
  spec->serial_log = g_strdup ("/data/serial.log");
  annex_domain_spec_add_layer (spec, "annex-base", "/image/base.erofs");
  return spec;
}

static void
test_xml (void)
{
  static const char *const wanted[] = {
    "<domain type='qemu'>\n  <name>annex-" ID_ONE "</name>\n",
    "<genid/>",
    "<memory unit='MiB'>2048</memory>\n  <vcpu>2</vcpu>",
    "<source type='memfd'/>\n    <access mode='shared'/>",
    "<type arch='x86_64' machine='q35'>hvm</type>",
    "<kernel>/image/vmlinuz</kernel>\n    <initrd>/image/initramfs</initrd>\n"
    "    <cmdline>console=ttyS0 quiet</cmdline>",
    "<source file='/image/base.erofs'/>\n      <target dev='vda' bus='virtio'/>\n"
    "      <readonly/>\n      <serial>annex-base</serial>",
    "<driver name='qemu' type='qcow2' discard='unmap' error_policy='enospace'/>\n"
    "      <source file='/data/a &amp; b&apos;s/disk.qcow2'/>\n"
    "      <target dev='vdb' bus='virtio'/>\n      <serial>annex-disk</serial>",
    "<controller type='usb' model='none'/>",
    "<source mode='bind' path='/run/ssh.sock'/>\n"
    "      <target type='virtio' name='io.github.annex_desktop.ssh'/>",
    "<serial type='file'>\n      <source path='/data/serial.log' append='on'/>",
    "<video>\n      <model type='none'/>\n    </video>",
    "<memballoon model='virtio' freePageReporting='on'/>",
    "<backend model='random'>/dev/urandom</backend>",
  };
  g_autoptr (AnnexDomainSpec) spec = make_spec ();
  g_autofree char *xml = annex_domain_xml_build (spec);
  g_autofree char *fast = NULL;

  g_assert_nonnull (xml);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (strstr (xml, wanted[i]) == NULL)
      g_error ("Missing: %s\nin: %s", wanted[i], xml);
  /* D3: no way to a network, and nothing to look at. */
  g_assert_null (strstr (xml, "<interface"));
  g_assert_null (strstr (xml, "<graphics"));
  g_assert_null (strstr (xml, "<hostdev"));
  g_assert_null (strstr (xml, "<filesystem"));
  g_assert_null (strstr (xml, "vsock"));

  spec->kvm = TRUE;
  fast = annex_domain_xml_build (spec);
  g_assert_nonnull (strstr (fast, "<domain type='kvm'>"));
  g_assert_nonnull (strstr (fast, "<cpu mode='host-passthrough' migratable='on'/>"));
}

static void
assert_refused (void (*spoil) (AnnexDomainSpec *))
{
  g_autoptr (AnnexDomainSpec) spec = make_spec ();

  spoil (spec);
  g_assert_null (annex_domain_xml_build (spec));
}

static void
spoil_id (AnnexDomainSpec *spec)
{
  g_set_str (&spec->id, "01k5AAAAAAAAAAAAAAAAAAAAAA");
}

static void
spoil_path (AnnexDomainSpec *spec)
{
  g_set_str (&spec->disk, "/data/\x01/disk");
}

static void
spoil_utf8 (AnnexDomainSpec *spec)
{
  g_set_str (&spec->serial_log, "/data/\xff");
}

static void
spoil_relative (AnnexDomainSpec *spec)
{
  g_set_str (&spec->kernel, "vmlinuz");
}

static void
spoil_socket (AnnexDomainSpec *spec)
{
  g_free (spec->channel_socket);
  spec->channel_socket = g_strdup_printf ("/%0107d", 1);
}

static void
spoil_serial (AnnexDomainSpec *spec)
{
  annex_domain_spec_add_layer (spec, "annex-much-too-long-x", "/image/x");
}

static void
test_xml_refused (void)
{
  assert_refused (spoil_id);
  assert_refused (spoil_path);
  assert_refused (spoil_utf8);
  assert_refused (spoil_relative);
  assert_refused (spoil_socket);
  assert_refused (spoil_serial);
}

static void
test_names (void)
{
  g_autofree char *name = annex_domain_name (ID_ONE);
  g_autofree char *one = annex_domain_uuid (ID_ONE);
  g_autofree char *again = annex_domain_uuid (ID_ONE);
  g_autofree char *two = annex_domain_uuid (ID_TWO);

  g_assert_cmpstr (annex_domain_id_of_name (name), ==, ID_ONE);
  g_assert_null (annex_domain_id_of_name ("annex-short"));
  g_assert_null (annex_domain_id_of_name ("other-" ID_ONE));
  g_assert_true (g_uuid_string_is_valid (one));
  g_assert_cmpstr (one, ==, again);
  g_assert_cmpstr (one, !=, two);
  g_assert_cmpint (one[14], ==, '8');
  g_assert_false (annex_computer_id_is_valid (NULL));
  g_assert_false (annex_computer_id_is_valid (""));
  g_assert_false (annex_computer_id_is_valid (ID_ONE "a"));
  g_assert_false (annex_computer_id_is_valid ("../../../../../../../../.."));
}

/* ---------------------------------------------------------------- what the guest says */

static guint64
disk_bytes (const char *path)
{
  struct stat info;

  g_assert_cmpint (stat (path, &info), ==, 0);
  return (guint64) info.st_blocks * 512;
}

static void
say (int fd, gsize length, const char *end)
{
  g_autofree char *noise = g_strnfill (length, 'x');

  g_assert_cmpint (write (fd, noise, length), ==, (gssize) length);
  g_assert_cmpint (write (fd, end, strlen (end)), ==, (gssize) strlen (end));
}

/* The guest's last words stay, the rest of what it says takes no room. */
static void
trim_log (int flags)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-log-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "serial.log", NULL);
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | flags, 0600);

  g_assert_false (annex_machine_trim_log (folder));
  say (fd, 1000000, "\nannex-init: ready\n");
  g_assert_false (annex_machine_trim_log (path));
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *text = NULL;
      gsize length;

      say (fd, 3 << 20, "\nannex-init: failed: no memory\n");
      g_assert_cmpuint (disk_bytes (path), >, 3 << 20);
      g_assert_true (annex_machine_trim_log (path));
      g_assert_cmpuint (disk_bytes (path), <=, 64 << 10);
      g_assert_true (g_file_get_contents (path, &text, &length, NULL));
      g_assert_cmpuint (length, ==, 4096);
      g_assert_true (g_str_has_suffix (text, "x\nannex-init: failed: no memory\n"));
      g_assert_false (annex_machine_trim_log (path));
    }
  say (fd, 10, "\nafter it\n");
  g_assert_cmpuint (disk_bytes (path), <=, 64 << 10);
  g_assert_false (annex_machine_trim_log (path));
  close (fd);
  g_unlink (path);
  g_assert_false (annex_machine_trim_log (path));
  g_rmdir (folder);
}

static void
test_log (void)
{
  trim_log (O_APPEND);
}

/* One that goes on where it was, as a computer that was saved by an earlier Annex does. */
static void
test_log_with_hole (void)
{
  trim_log (0);
}

static void
say_into (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *noise = g_strnfill (3 << 20, 'x');

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, noise, 3 << 20, NULL));
}

static GThread *window_thread; /* NULL: nobody asks */
static GMutex dead_disk;       /* who has it keeps the disk from answering */
static int n_truncated;
static int n_in_window;
static const char *dead_log; /* what is read there, too; nullable */
static int n_read;

static void
touch_disk (int *n_touched)
{
  g_atomic_int_inc (n_touched);
  if (g_thread_self () == window_thread)
    g_atomic_int_inc (&n_in_window);
  else
    {
      g_mutex_lock (&dead_disk);
      g_mutex_unlock (&dead_disk);
    }
}

int
ftruncate (int fd, off_t length)
{
  if (window_thread != NULL)
    touch_disk (&n_truncated);
  return (int) syscall (SYS_ftruncate, fd, length);
}

int
stat (const char *path, struct stat *info)
{
  if (dead_log != NULL && strcmp (path, dead_log) == 0)
    touch_disk (&n_read);
  return fstatat (AT_FDCWD, path, info, 0);
}

ssize_t
pread (int fd, void *buffer, size_t n_bytes, off_t offset)
{
  if (dead_log != NULL)
    touch_disk (&n_read);
  return (ssize_t) syscall (SYS_pread64, fd, buffer, n_bytes, offset);
}

/* Its time has come. */
static void
tick (AnnexMachine *machine)
{
  GSource *source = g_main_context_find_source_by_id (NULL, machine->trim_source);

  g_source_set_ready_time (source, 0);
  while (g_source_get_ready_time (source) == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
await_trimmed (const char *path)
{
  while (disk_bytes (path) > 64 << 10) /* the test's own limit ends it */
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

/* While it runs, and once more at its end. */
static void
test_logs_watched (void)
{
  g_autoptr (AnnexVirt) virt = annex_virt_new ("test:///default");
  g_autoptr (AnnexMachine) machine = annex_machine_new (virt, ID_ONE);
  const char *const logs[] = { machine->log_path, machine->program_log_path };

  g_assert_true (g_str_has_suffix (machine->program_log_path, "/qemu/log/annex-" ID_ONE ".log"));
  annex_machine_set_running (machine);
  for (guint i = 0; i < G_N_ELEMENTS (logs); i++)
    say_into (logs[i]);
  for (guint i = 0; i < G_N_ELEMENTS (logs); i++)
    await_trimmed (logs[i]);
  for (guint i = 0; i < G_N_ELEMENTS (logs); i++)
    say_into (logs[i]);
  machine->ending = TRUE;
  annex_machine_set_ended (machine, "it was ended");
  for (guint i = 0; i < G_N_ELEMENTS (logs); i++)
    await_trimmed (logs[i]);
}

/* A disk that does not answer holds up one thread, and not the window. */
static void
test_logs_on_dead_disk (void)
{
  g_autoptr (AnnexVirt) virt = annex_virt_new ("test:///default");
  g_autoptr (AnnexMachine) machine = annex_machine_new (virt, ID_ONE);

  annex_machine_set_running (machine);
  say_into (machine->log_path);
  say_into (machine->program_log_path);
  window_thread = g_thread_self ();
  g_mutex_lock (&dead_disk);
  for (guint i = 0; i < 3; i++)
    {
      tick (machine);
      while (g_atomic_int_get (&n_truncated) == 0)
        g_usleep (1000);
    }
  g_usleep (50 * 1000);
  g_assert_cmpint (g_atomic_int_get (&n_truncated), ==, 1);
  /* What it is about to trim is not that file any more: only the time after that finds this one. */
  say_into (machine->log_path);
  machine->ending = TRUE;
  annex_machine_set_ended (machine, "it was ended");
  g_mutex_unlock (&dead_disk);
  await_trimmed (machine->program_log_path);
  await_trimmed (machine->log_path);
  g_assert_cmpint (g_atomic_int_get (&n_in_window), ==, 0);
  window_thread = NULL;
}

/* How connecting ends to a guest that does not answer; TRUE: with its last words. */
static gboolean
connect_in_vain (AnnexMachine *machine)
{
  g_autoptr (DexFuture) connecting = annex_machine_connect (machine, 1500);
  g_autoptr (GError) error = NULL;

  while (dex_future_is_pending (connecting))
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (dex_future_get_value (connecting, &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_BOOT_STALLED);
  return g_str_has_suffix (error->message, "The last it said: no memory");
}

/* A guest that boots is watched without the window's waiting for its log. */
static void
test_boot_on_dead_disk (void)
{
  g_autoptr (AnnexVirt) virt = annex_virt_new ("test:///default");
  g_autoptr (AnnexMachine) machine = annex_machine_new (virt, ID_ONE);

  say_into (machine->log_path);
  g_assert_true (g_file_set_contents (machine->log_path, "annex-init: no memory\n", -1, NULL));
  g_set_str (&machine->socket_path, "/nonexistent/ssh.sock"); /* the test's own is too long */
  annex_machine_set_running (machine);
  window_thread = g_thread_self ();
  dead_log = machine->log_path;
  g_assert_true (connect_in_vain (machine));
  g_assert_cmpint (g_atomic_int_get (&n_read), >, 1);
  g_mutex_lock (&dead_disk);
  g_atomic_int_set (&n_read, 0);
  g_assert_false (connect_in_vain (machine));
  while (g_atomic_int_get (&n_read) < 2)
    g_usleep (1000);
  /* One waits for the size, one for the words; one may have been on its way before. */
  g_assert_cmpint (g_atomic_int_get (&n_read), <=, 3);
  g_mutex_unlock (&dead_disk);
  g_assert_cmpint (g_atomic_int_get (&n_in_window), ==, 0);
  machine->ending = TRUE;
  annex_machine_set_ended (machine, "it was ended");
  dead_log = NULL;
  window_thread = NULL;
}

/* ---------------------------------------------------------------- saved memory */

static char *
make_save (const char *folder, const char *magic, guint32 length, const char *xml)
{
  char *path = g_build_filename (folder, "save", NULL);
  char head[92] = { 0 };
  guint32 numbers[5] = { 2, length, 1, 6, length / 2 };
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

  memcpy (head, magic, 16);
  memcpy (head + 16, numbers, sizeof numbers);
  g_assert_cmpint (write (fd, head, sizeof head), ==, sizeof head);
  g_assert_cmpint (write (fd, xml, strlen (xml)), ==, (gssize) strlen (xml));
  /* A hole, then the memory, which must not be touched though it looks the same. */
  g_assert_cmpint (pwrite (fd, ID_ONE, 26, 8 << 20), ==, 26);
  close (fd);
  return path;
}

static void
test_save_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-save-XXXXXX", NULL);
  g_autofree char *uuid = annex_domain_uuid (ID_ONE);
  g_autofree char *new_uuid = annex_domain_uuid (ID_TWO);
  g_autofree char *xml = g_strdup_printf ("<name>annex-%s</name><uuid>%s</uuid>/x/%s/disk%200s",
                                          ID_ONE, uuid, ID_ONE, "");
  g_autofree char *copy = g_build_filename (folder, "copy", NULL);
  g_autofree char *path = make_save (folder, "LibvirtQemudSave", (guint32) strlen (xml), xml);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  struct stat info;
  gsize length;

  g_assert_true (annex_save_file_check (path, ID_ONE, NULL));
  g_assert_true (annex_save_file_copy (path, copy, ID_ONE, ID_TWO, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (copy, &text, &length, NULL));
  g_assert_cmpuint (length, ==, (8 << 20) + 26);
  g_assert_null (memmem (text, 4096, ID_ONE, 26));
  g_assert_nonnull (memmem (text, 4096, "/x/" ID_TWO "/disk", 34));
  g_assert_nonnull (memmem (text, 4096, new_uuid, 36));
  g_assert_cmpmem (text + (8 << 20), 26, ID_ONE, 26);
  g_assert_cmpint (stat (copy, &info), ==, 0);
  g_assert_cmpint (info.st_blocks * 512, <, 1 << 20);
  g_assert_true (annex_save_file_check (copy, ID_TWO, NULL));
  g_assert_false (annex_save_file_check (copy, ID_ONE, NULL));

  /* Not a save, not finished, not ours, cut short, lying about its length. */
  g_assert_false (annex_save_file_copy (copy, path, ID_ONE, ID_TWO, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_free (make_save (folder, "LibvirtQemudPart", (guint32) strlen (xml), xml));
  g_assert_false (annex_save_file_check (path, ID_ONE, NULL));
  g_free (make_save (folder, "LibvirtQemudSave", 0xffffffffu, xml));
  g_assert_false (annex_save_file_check (path, ID_ONE, NULL));
  g_free (make_save (folder, "LibvirtQemudSave", 0, xml));
  g_assert_false (annex_save_file_check (path, ID_ONE, NULL));
  g_assert_cmpint (truncate (path, 95), ==, 0);
  g_assert_false (annex_save_file_check (path, ID_ONE, NULL));
  g_assert_cmpint (truncate (path, 0), ==, 0);
  g_assert_false (annex_save_file_check (path, ID_ONE, NULL));
  g_unlink (path);
  g_assert_false (annex_save_file_check (path, ID_ONE, NULL));
  g_unlink (copy);
  g_rmdir (folder);
}

/* ---------------------------------------------------------------- small things */

static void
test_error_codes (void)
{
  g_assert_cmpint (annex_virt_error_code (VIR_ERR_NO_DOMAIN, 0, "x"), ==,
                   ANNEX_COMPUTER_ERROR_GUEST_LOST);
  g_assert_cmpint (annex_virt_error_code (VIR_ERR_NO_CONNECT, 0, NULL), ==,
                   ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION);
  g_assert_cmpint (annex_virt_error_code (VIR_ERR_SYSTEM_ERROR, ENOSPC, "x"), ==,
                   ANNEX_COMPUTER_ERROR_DISK_FULL);
  g_assert_cmpint (annex_virt_error_code (VIR_ERR_OPERATION_FAILED, 0,
                                          "unable to write: No space left on device"),
                   ==, ANNEX_COMPUTER_ERROR_DISK_FULL);
  g_assert_cmpint (annex_virt_error_code (VIR_ERR_INTERNAL_ERROR, 0,
                                          "cannot set up guest memory: Cannot allocate memory"),
                   ==, ANNEX_COMPUTER_ERROR_NO_MEMORY);
  g_assert_cmpint (annex_virt_error_code (VIR_ERR_INTERNAL_ERROR, 0, "x"), ==,
                   ANNEX_COMPUTER_ERROR_FAILED);
}

static void
test_lock (void)
{
  g_autoptr (AnnexComputerFolder) one = annex_computer_folder_new (ID_ONE);
  g_autoptr (AnnexComputerFolder) two = annex_computer_folder_new (ID_ONE);
  g_autoptr (GError) error = NULL;
  int status;
  pid_t pid;

  g_assert_true (annex_computer_folder_lock (one, &error));
  g_assert_no_error (error);
  g_assert_true (annex_computer_folder_lock (one, NULL));
  g_assert_false (annex_computer_folder_lock (two, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  annex_computer_folder_unlock (one);
  /* Whoever dies lets go of it. */
  pid = fork ();
  if (pid == 0)
    {
      annex_computer_folder_lock (one, NULL);
      raise (SIGKILL);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (annex_computer_folder_lock (two, NULL));
  g_assert_true (annex_computer_folder_remove (two, NULL));
}

static void
test_report (void)
{
  static const char lines[] = "ok\tdocs\nheld\tdocs\t12\tpython3\t/folders/docs/a\n"
                              "ended\tdocs\t13\tsh\t/folders/docs\nnonsense\n\theld\n\xff\n";
  g_autofree char *told = annex_guest_describe_report (lines, sizeof lines - 1);
  g_autoptr (GString) many = g_string_new (NULL);
  g_autofree char *short_told = NULL;

  g_assert_cmpstr (told, ==,
                   "Process 12 (python3) still uses /folders/docs as it was before; start it again "
                   "to see the folder as it is now.\nProcess 13 (sh) held an old view of "
                   "/folders/docs and was ended.");
  g_assert_null (annex_guest_describe_report ("ok\tdocs\n", 8));
  g_assert_null (annex_guest_describe_report (NULL, 0));
  for (int i = 0; i < 1000; i++)
    g_string_append (many, "held\tdocs\t1\tsh\t/x\n");
  short_told = annex_guest_describe_report (many->str, (gssize) many->len);
  g_assert_cmpuint (strlen (short_told), <, 1000);
  g_assert_nonnull (strstr (short_told, "And 995 more processes."));
}

static void
test_certificates (void)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-ca-XXXXXX", NULL);
  g_autofree char *one = g_build_filename (folder, "a.crt", NULL);
  g_autofree char *two = g_build_filename (folder, "b.pem", NULL);
  g_autofree char *other = g_build_filename (folder, "key.txt", NULL);
  const char *folders[] = { folder, "/nonexistent", NULL };
  const char *none[] = { NULL };
  g_autoptr (GBytes) found = NULL;
  g_autoptr (GBytes) nothing = annex_certificates_collect (none);
  static const char expected[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
                                 "-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n";

  g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
  g_file_set_contents (one, "note\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                       -1, NULL);
  /* The same again, another one, a key that must not leave, one without an end. */
  g_file_set_contents (two,
                       "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
                       "-----BEGIN PRIVATE KEY-----\nK\n-----END PRIVATE KEY-----\n"
                       "-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n"
                       "-----BEGIN CERTIFICATE-----\nCCCC\n",
                       -1, NULL);
  g_file_set_contents (other, expected, -1, NULL);
  found = annex_certificates_collect (folders);
  g_assert_cmpmem (g_bytes_get_data (found, NULL), g_bytes_get_size (found), expected,
                   sizeof expected - 1);
  g_unlink (one);
  g_unlink (two);
  g_unlink (other);
  g_rmdir (folder);
}

/* A pretended QEMU that never says what a booted kernel says, one that does, and no device. */
static void
test_probe (void)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-probe-XXXXXX", NULL);
  g_autofree char *emulator = g_build_filename (folder, "qemu", NULL);
  g_autoptr (AnnexAccelerator) mute = NULL;
  g_autoptr (AnnexAccelerator) works = NULL;
  g_autoptr (AnnexAccelerator) none = NULL;
  gint64 start_us = g_get_monotonic_time ();

  g_file_set_contents_full (emulator, "#!/bin/sh\necho Linux version\nexec sleep 100\n", -1, 0,
                            0755, NULL);
  mute = annex_accelerator_probe (emulator, "/dev/null", "/dev/null", 500);
  g_assert_false (mute->kvm);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 5 * G_USEC_PER_SEC);
  g_file_set_contents_full (
      emulator, "#!/bin/sh\necho 'VFS: Unable to mount root fs on unknown-block(0,0)'\n", -1, 0,
      0755, NULL);
  works = annex_accelerator_probe (emulator, "/dev/null", "/dev/null", 5000);
  g_assert_true (works->kvm);
  none = annex_accelerator_probe (emulator, "/dev/null", "/nonexistent", 5000);
  g_assert_false (none->kvm);
  g_assert_nonnull (strstr (none->reason, "no virtualization"));
  g_unlink (emulator);
  g_rmdir (folder);
}

typedef struct
{
  AnnexGate gate;
  GString *order;
  char next;
} Turns;

static DexFuture *
turn_fiber (gpointer data)
{
  Turns *turns = data;
  char me = turns->next++;

  annex_gate_enter (&turns->gate);
  g_string_append_c (turns->order, me);
  dex_await (dex_timeout_new_msec (5), NULL);
  g_string_append_c (turns->order, me);
  annex_gate_leave (&turns->gate);
  return dex_future_new_true ();
}

static void
test_gate (void)
{
  Turns turns = { .order = g_string_new (NULL), .next = 'a' };
  g_autoptr (DexFuture) all = NULL;

  /* The first is given up at once, and ends nevertheless. */
  dex_unref (annex_fiber_run (turn_fiber, &turns, NULL));
  all = dex_future_all (annex_fiber_run (turn_fiber, &turns, NULL),
                        annex_fiber_run (turn_fiber, &turns, NULL), NULL);
  while (dex_future_is_pending (all))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (turns.order->str, ==, "aabbcc");
  g_string_free (turns.order, TRUE);
}

/* A socket's path has 107 bytes: some homes, and the folders of a Flatpak, leave too few. */
static void
test_long_home (void)
{
  g_assert_false (annex_virt_daemon_is_too_long ("/home/annex/.config"));
  g_assert_true (
      annex_virt_daemon_is_too_long ("/home/annex/.var/app/io.github.annex_desktop.Annex/config"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  dex_init ();
  g_test_add_func ("/machine-parts/xml", test_xml);
  g_test_add_func ("/machine-parts/xml-refused", test_xml_refused);
  g_test_add_func ("/machine-parts/names", test_names);
  g_test_add_func ("/machine-parts/Q2b-log", test_log);
  g_test_add_func ("/machine-parts/Q2c-log-with-hole", test_log_with_hole);
  g_test_add_func ("/machine-parts/Q2e-logs-watched", test_logs_watched);
  g_test_add_func ("/machine-parts/Q2e-logs-on-dead-disk", test_logs_on_dead_disk);
  g_test_add_func ("/machine-parts/boot-on-dead-disk", test_boot_on_dead_disk);
  g_test_add_func ("/machine-parts/save-file", test_save_file);
  g_test_add_func ("/machine-parts/error-codes", test_error_codes);
  g_test_add_func ("/machine-parts/lock", test_lock);
  g_test_add_func ("/machine-parts/report", test_report);
  g_test_add_func ("/machine-parts/certificates", test_certificates);
  g_test_add_func ("/machine-parts/probe", test_probe);
  g_test_add_func ("/machine-parts/gate", test_gate);
  g_test_add_func ("/machine-parts/long-home", test_long_home);
  return g_test_run ();
}
