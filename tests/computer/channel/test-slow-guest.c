/* test-slow-guest.c
 *
 * A guest that does not take a revoked folder's name away holds nobody up: neither the next folder
 * that is revoked, nor what waits for its turn with folders.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-paths.h"
#include "annex-vm-private.h"
#include "channel-harness.h"

#include <glib/gstdio.h>

/* A second until it is tried once more, and some of the three that this may take. */
#define INTO_THE_ATTEMPT_MS 1500
#define LIMIT_US (1900 * 1000)

static char *folder;

static AnnexShare *
attach (AnnexVm *vm, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *socket_path = g_strconcat (path, ".sock", NULL);
  g_autoptr (GError) error = NULL;
  AnnexVmShare *attached = g_new0 (AnnexVmShare, 1);
  AnnexShare *share;

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  share = annex_share_new (path, ANNEX_SHARE_REVIEW, NULL, &error);
  g_assert_no_error (error);
  attached->share = annex_share_ref (share);
  attached->daemon = dex_await_object (
      annex_share_daemon_start (path, socket_path, ANNEX_SHARE_SANDBOX_AUTO), &error);
  g_assert_no_error (error);
  attached->mounted = TRUE;
  g_hash_table_insert (vm->attached, g_strdup (annex_share_get_id (share)), attached);
  return share;
}

static gint64
revoke_all_but (AnnexVm *vm, AnnexShare *share)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  gint64 start_us = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  if (share != NULL)
    g_ptr_array_add (wanted, share);
  g_assert_true (dex_await (annex_computer_set_shares (ANNEX_COMPUTER (vm), wanted), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (vm->attached), ==, share != NULL ? 1 : 0);
  return g_get_monotonic_time () - start_us;
}

static void
test_revoke (void)
{
  int fd;
  HarnessRelay *relay = harness_relay_new (harness_start (NULL, NULL), -1, NULL, &fd);
  g_autoptr (AnnexSshChannel) channel = NULL;
  g_autoptr (AnnexVirt) virt = annex_virt_new ("test:///nowhere.xml");
  g_autoptr (AnnexImageStore) images = annex_image_store_new (folder);
  g_autoptr (AnnexComputerHost) host = annex_computer_host_new (virt, images);
  g_autofree char *id = annex_identifier_new ();
  g_autoptr (AnnexVm) vm = annex_vm_new (host, id, NULL);
  AnnexShare *one, *two;
  g_autoptr (GError) error = NULL;
  gint64 first_us, second_us;

  channel = dex_await_object (annex_ssh_channel_open (fd, 20000), &error);
  g_assert_no_error (error);
  vm->guest = annex_guest_new (channel);
  one = attach (vm, "one");
  two = attach (vm, "two");
  g_ptr_array_add (vm->wanted, annex_share_ref (one));
  g_ptr_array_add (vm->wanted, annex_share_ref (two));
  harness_relay_pause (relay);

  first_us = revoke_all_but (vm, two);
  harness_sleep (INTO_THE_ATTEMPT_MS);
  second_us = revoke_all_but (vm, NULL);
  g_test_message ("measured: %.2f s, then %.2f s", first_us / 1e6, second_us / 1e6);
  g_assert_cmpint (second_us, <, LIMIT_US);

  g_clear_object (&vm->guest);
  harness_relay_free (relay);
  harness_sleep (2500);
  annex_share_unref (one);
  annex_share_unref (two);
}

static void
remove_folder (void)
{
  const char *names[] = { "one", "two", "one.sock", "two.sock", "" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_remove (path);
    }
}

static void
run_revoke (void)
{
  harness_run (test_revoke, 60);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  dex_init ();
  folder = g_dir_make_tmp ("annex-slow-XXXXXX", NULL);
  g_test_add_func ("/slow-guest/revoke", run_revoke);
  status = g_test_run ();
  remove_folder ();
  g_free (folder);
  return status;
}
