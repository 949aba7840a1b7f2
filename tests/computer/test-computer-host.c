/* test-computer-host.c
 *
 * An image is left only where its guest is at fault: what this machine cannot do is no fault of it.
 * With libvirt's test driver, which knows no such computers, and time that runs a hundred times as
 * fast.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-folder.h"
#include "annex-computer-host.h"
#include "annex-future.h"
#include "annex-paths.h"
#include "image/image-harness.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <string.h>

#define SPEED 100

static AnnexImageStore *store;
static AnnexVirt *virt;

/* ---- this machine */

static int n_boots;
static GMutex boot_lock; /* who has it keeps computers from being started */

virDomainPtr
virDomainCreateXML (virConnectPtr connection, const char *xml, unsigned int flags)
{
  g_atomic_int_inc (&n_boots);
  g_mutex_lock (&boot_lock);
  g_mutex_unlock (&boot_lock);
  return virDomainDefineXML (connection, "<domain/>"); /* fails, as what is broken does */
}

DexFuture *
dex_timeout_new_msec (int ms)
{
  return dex_timeout_new_deadline (g_get_monotonic_time () + ms * (1000 / SPEED));
}

/* ---- images */

static void
install (const char *version)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *staging = annex_image_store_stage (store, version, &error);

  g_assert_no_error (error);
  image_harness_write_image (staging, version, version);
  image_harness_wait (annex_image_store_install (store, staging, NULL), &error);
  g_assert_no_error (error);
}

/* The one before has started, the new one has not. */
static void
set_up (gpointer *fixture, gconstpointer data)
{
  image_harness_wait (annex_image_store_clear (store), NULL);
  install ("before");
  image_harness_wait (annex_image_store_note_started (store, "before"), NULL);
  install ("new");
  g_atomic_int_set (&n_boots, 0);
}

static void
tear_down (gpointer *fixture, gconstpointer data)
{
}

/* What is current then has never been left. */
static void
assert_not_left (void)
{
  g_autofree char *current = annex_image_store_dup_current (store);

  g_assert_cmpstr (current, ==, "new");
  g_assert_false (annex_image_store_has_fallen (store, "new", NULL));
}

static AnnexComputerKit *
gather_kit (void)
{
  g_autoptr (GError) error = NULL;
  const GValue *value = image_harness_wait (annex_computer_kit_gather (virt, store, NULL), &error);

  g_assert_no_error (error);
  return g_value_dup_boxed (value);
}

/* Where the template of @kit is made. (transfer full) */
static AnnexComputerFolder *
open_folder (AnnexComputerKit *kit)
{
  g_autofree char *key = annex_computer_kit_dup_key (kit);
  g_autofree char *id = g_strconcat ("template", key, NULL);

  return annex_computer_folder_new (id);
}

static void
settle (DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
}

static GError *
fail_template (AnnexComputerHost *host, AnnexComputerKit *kit)
{
  g_autoptr (DexFuture) template = annex_computer_host_template (host, kit);
  GError *error = NULL;

  settle (template);
  g_assert_null (dex_future_get_value (template, &error));
  return error;
}

/* ---- tests */

static void
test_unreadable (gpointer *fixture, gconstpointer data)
{
  g_autoptr (AnnexComputerHost) host = annex_computer_host_new (virt, store);
  g_autoptr (AnnexComputerKit) kit = gather_kit ();
  g_autoptr (GError) error = NULL;

  g_set_str (&kit->disk, "/nonexistent/disk.qcow2");
  error = fail_template (host, kit);
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED);
  g_assert_cmpint (n_boots, ==, 0);
  assert_not_left ();
}

/* Neither the new one nor the one before can be started here. */
static void
test_broken (gpointer *fixture, gconstpointer data)
{
  g_autoptr (AnnexComputerHost) host = annex_computer_host_new (virt, store);
  g_autoptr (AnnexComputerKit) kit = gather_kit ();
  g_autoptr (GError) error = fail_template (host, kit);

  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED);
  g_assert_cmpint (n_boots, ==, 3);
  assert_not_left ();
}

/* Another Annex makes it, emulated, for five minutes. */
static void
test_other_annex (gpointer *fixture, gconstpointer data)
{
  g_autoptr (AnnexComputerHost) host = annex_computer_host_new (virt, store);
  g_autoptr (AnnexComputerKit) kit = gather_kit ();
  g_autoptr (AnnexComputerFolder) folder = open_folder (kit);
  g_autoptr (DexFuture) template = NULL;
  gint64 until_us = g_get_monotonic_time () + 5 * 60 * G_USEC_PER_SEC / SPEED;

  g_assert_true (annex_computer_folder_lock (folder, NULL));
  template = annex_computer_host_template (host, kit);
  while (g_get_monotonic_time () < until_us)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (dex_future_is_pending (template));
  g_assert_cmpint (n_boots, ==, 0);
  annex_computer_folder_unlock (folder);
  settle (template);
  g_assert_cmpint (n_boots, >, 0);
  assert_not_left ();
}

static DexFuture *
end_fiber (gpointer data)
{
  annex_computer_host_await_ended (data);
  return dex_future_new_true ();
}

/* When Annex ends, what fails is not begun again. */
static void
test_end (gpointer *fixture, gconstpointer data)
{
  g_autoptr (AnnexComputerHost) host = annex_computer_host_new (virt, store);
  g_autoptr (AnnexComputerKit) kit = gather_kit ();
  g_autoptr (DexFuture) template = NULL;
  g_autoptr (DexFuture) end = NULL;

  g_mutex_lock (&boot_lock);
  template = annex_computer_host_template (host, kit);
  while (g_atomic_int_get (&n_boots) == 0)
    g_main_context_iteration (NULL, FALSE);
  end = annex_fiber_run (end_fiber, g_object_ref (host), g_object_unref);
  for (guint i = 0; i < 100; i++)
    g_main_context_iteration (NULL, FALSE);
  g_mutex_unlock (&boot_lock);
  settle (end);
  settle (template);
  g_assert_true (dex_future_is_rejected (template));
  g_assert_cmpint (n_boots, ==, 1);
  assert_not_left ();
}

#define ADD(name, func) g_test_add ("/computer-host/" name, gpointer, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  char *root = image_harness_make_folder ();
  int status;

  g_setenv ("XDG_DATA_HOME", root, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", root, TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  store = annex_image_store_new (NULL);
  virt = annex_virt_new ("test:///default");
  ADD ("unreadable", test_unreadable);
  ADD ("broken", test_broken);
  ADD ("other-annex", test_other_annex);
  ADD ("end", test_end);
  status = g_test_run ();
  g_clear_object (&virt);
  g_clear_object (&store);
  image_harness_remove_folder (root);
  return status;
}
