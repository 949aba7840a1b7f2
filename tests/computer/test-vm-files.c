/* test-vm-files.c
 *
 * What becomes of a computer's files when things go wrong before any machine runs: a copy that is
 * cut short, a start that fails, another Annex that uses them, rules that have changed. No virtual
 * machine is needed: there is no libvirt here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-admin-policy.h"
#include "annex-computers.h"
#include "annex-template.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ID "01k5aaaaaaaaaaaaaaaaaaaaaa"
#define DISK_BYTES (2 << 20)

static DexFuture *
done_cb (DexFuture *future, gpointer data)
{
  *(gboolean *) data = TRUE;
  return dex_ref (future);
}

/* Runs the main loop until it settles. FALSE: it rejected. */
static gboolean
run (DexFuture *future, GError **error)
{
  gboolean done = FALSE;
  g_autoptr (DexFuture) watched = dex_future_finally (future, done_cb, &done, NULL);
  gint64 deadline_us = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (!done)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
    }
  return dex_future_get_value (watched, error) != NULL;
}

static void
run_true (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  run (future, &error);
  g_assert_no_error (error);
}

static void
put (AnnexComputerFolder *folder, const char *name, const char *text)
{
  g_autofree char *path = annex_computer_folder_dup_path (folder, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* ---------------------------------------------------------------- a copy that is cut short */

static AnnexComputerKit *
make_kit (void)
{
  AnnexComputerKit *kit = g_atomic_rc_box_new0 (AnnexComputerKit);

  kit->image_sha256 = g_strdup ("00");
  kit->layers = g_ptr_array_new ();
  kit->certificates = g_bytes_new_static ("", 0);
  return kit;
}

/* The files of a template, as far as a copy of it looks at them. */
static void
make_template (AnnexComputerKit *kit)
{
  g_autofree char *memory = annex_template_dup_memory_path (kit);
  g_autofree char *folder = g_path_get_dirname (memory);
  g_autofree char *disk = g_build_filename (folder, "disk.qcow2", NULL);
  g_autofree char *key = annex_computer_kit_dup_key (kit);
  g_autofree char *id = g_strconcat ("template", key, NULL);
  g_autofree char *uuid = annex_domain_uuid (id);
  g_autofree char *xml =
      g_strdup_printf ("<name>annex-%s</name><uuid>%s</uuid>%200s", id, uuid, "");
  g_autofree char *data = g_strnfill (DISK_BYTES, 'd');
  g_autoptr (GByteArray) save = g_byte_array_new ();
  guint32 numbers[5] = { 2, (guint32) strlen (xml), 1, 6, 0 };
  const char unused[56] = { 0 };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (disk, data, DISK_BYTES, NULL));
  g_byte_array_append (save, (const guint8 *) "LibvirtQemudSave", 16);
  g_byte_array_append (save, (const guint8 *) numbers, sizeof numbers);
  g_byte_array_append (save, (const guint8 *) unused, sizeof unused);
  g_byte_array_append (save, (const guint8 *) xml, (guint) strlen (xml));
  g_assert_true (g_file_set_contents (memory, (const char *) save->data, save->len, NULL));
}

/* A process that is killed while it copies the template; the kernel does it in the very middle. */
static void
copy_and_die (AnnexComputerKit *kit, AnnexComputerFolder *folder)
{
  const struct rlimit half = { DISK_BYTES / 2, DISK_BYTES / 2 };
  const struct rlimit none = { 0, 0 };
  int status;
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      signal (SIGXFSZ, SIG_DFL);
      setrlimit (RLIMIT_CORE, &none);
      setrlimit (RLIMIT_FSIZE, &half);
      dex_future_disown (annex_template_copy (kit, folder, "template.save"));
      sleep (30);
      _exit (0);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGXFSZ);
}

static void
test_killed_copying (void)
{
  g_autoptr (AnnexComputerKit) kit = make_kit ();
  g_autoptr (AnnexComputerFolder) folder = annex_computer_folder_new (ID);
  g_autofree char *path = annex_computer_folder_dup_path (folder, "disk.qcow2");
  g_autofree char *text = NULL;
  gsize length;

  make_template (kit);
  g_assert_true (annex_computer_folder_lock (folder, NULL));
  copy_and_die (kit, folder);
  /* A disk that is there is taken for whole, and nothing else is tried. */
  g_assert_false (annex_computer_folder_has (folder, "disk.qcow2"));
  run_true (annex_template_copy (kit, folder, "template.save"));
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_cmpuint (length, ==, DISK_BYTES);
  g_assert_true (annex_computer_folder_has (folder, "template.save"));
  g_assert_false (annex_computer_folder_has (folder, "disk.qcow2" ANNEX_COMPUTER_PART));
  g_assert_true (annex_computer_folder_remove (folder, NULL));
}

/* ---------------------------------------------------------------- what sleeps */

static AnnexComputers *
make_computers (void)
{
  g_autoptr (AnnexImageStore) images = annex_image_store_new (NULL);

  return annex_computers_new ("none:///", images, NULL);
}

/* A computer that is asleep, as far as its files go. */
static AnnexComputerFolder *
make_asleep (void)
{
  AnnexComputerFolder *folder = annex_computer_folder_new (ID);

  g_assert_true (annex_computer_folder_lock (folder, NULL));
  annex_computer_folder_unlock (folder);
  put (folder, "disk.qcow2", "disk");
  put (folder, "memory.save", "memory");
  return folder;
}

/* The end of Annex takes nothing from a computer that could not be woken; only its user does. */
static void
test_asleep_kept (void)
{
  g_autoptr (AnnexComputers) computers = make_computers ();
  g_autoptr (AnnexComputerFolder) folder = make_asleep ();
  g_autoptr (AnnexComputer) computer = annex_computers_get (computers, ID, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_SAVED);
  g_assert_false (run (annex_computer_start (computer), &error));
  g_test_message ("%s", error->message);
  g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_FAILED);
  run_true (annex_computers_shutdown (computers, TRUE));
  g_assert_true (annex_computer_folder_has (folder, "memory.save"));
  /* While it starts. */
  dex_future_disown (annex_computer_start (computer));
  run_true (annex_computers_shutdown (computers, TRUE));
  g_assert_true (annex_computer_folder_has (folder, "memory.save"));

  run_true (annex_computer_stop (computer));
  g_assert_false (annex_computer_folder_has (folder, "memory.save"));
  g_assert_true (annex_computer_folder_has (folder, "disk.qcow2"));
  run_true (annex_computer_reset (computer));
  g_assert_false (annex_computer_folder_has (folder, "disk.qcow2"));
}

/* What another Annex uses is not ours to stop or to reset. */
static void
test_used_elsewhere (void)
{
  g_autoptr (AnnexComputers) computers = make_computers ();
  g_autoptr (AnnexComputerFolder) folder = make_asleep ();
  g_autoptr (AnnexComputer) computer = annex_computers_get (computers, ID, NULL);
  DexFuture *(*const calls[]) (AnnexComputer *) = { annex_computer_stop, annex_computer_reset };

  g_assert_true (annex_computer_folder_lock (folder, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (run (calls[i](computer), &error));
      g_assert_nonnull (strstr (error->message, "another Annex"));
      g_assert_true (annex_computer_folder_has (folder, "memory.save"));
      g_assert_true (annex_computer_folder_has (folder, "disk.qcow2"));
    }
  annex_computer_folder_unlock (folder);
  run_true (annex_computer_reset (computer));
  g_assert_false (annex_computer_folder_has (folder, "disk.qcow2"));
}

/* ---------------------------------------------------------------- rules that have changed */

/* One folder that may not be given any more keeps nobody from the others, nor from revoking it. */
static void
test_refused_share (void)
{
  g_autofree char *path = g_dir_make_tmp ("annex-shared-XXXXXX", NULL);
  g_autoptr (AnnexComputers) computers = make_computers ();
  g_autoptr (AnnexComputer) computer = annex_computers_get (computers, ID, NULL);
  g_autoptr (GPtrArray) shares =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);
  g_autoptr (AnnexAdminPolicy) policy =
      annex_admin_policy_parse ("10-test.json", "{\"share_roots\":[\"/nowhere\"]}", -1);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (shares, annex_share_new (path, ANNEX_SHARE_REVIEW, NULL, &error));
  g_assert_no_error (error);
  annex_admin_policy_set (policy);
  g_assert_false (annex_admin_policy_check_share (policy, path, ANNEX_SHARE_REVIEW, NULL));
  run_true (annex_computer_set_shares (computer, shares));
  g_ptr_array_set_size (shares, 0);
  run_true (annex_computer_set_shares (computer, shares));
  annex_admin_policy_set (NULL);
  g_rmdir (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  dex_init ();
  g_test_add_func ("/vm-files/killed-copying", test_killed_copying);
  g_test_add_func ("/vm-files/asleep-kept", test_asleep_kept);
  g_test_add_func ("/vm-files/used-elsewhere", test_used_elsewhere);
  g_test_add_func ("/vm-files/refused-share", test_refused_share);
  return g_test_run ();
}
