/* test-image-store.c
 *
 * Opening, installing, switching and removing images, on a real file system.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-store.h"
#include "image-harness.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <libdex.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  AnnexImageStore *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = NULL;

  f->folder = image_harness_make_folder ();
  folder = g_build_filename (f->folder, "image", NULL);
  f->store = annex_image_store_new (folder);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->store);
  image_harness_remove_folder (f->folder);
}

/* Stages and installs an image. (transfer full) */
static AnnexImage *
install (Fixture *f, const char *version, const char *seed)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *staging = annex_image_store_stage (f->store, version, &error);
  const GValue *value;

  g_assert_no_error (error);
  image_harness_write_image (staging, version, seed);
  value = image_harness_wait (annex_image_store_install (f->store, staging, NULL), &error);
  g_assert_no_error (error);
  return g_value_dup_boxed (value);
}

static void
test_empty (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const GValue *value;

  g_assert_null (annex_image_store_dup_current (f->store));
  g_assert_null (image_harness_wait (annex_image_store_open_current (f->store, NULL), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (
      image_harness_wait (annex_image_store_open_version (f->store, "none", NULL), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (
      image_harness_wait (annex_image_store_open_version (f->store, "../x", NULL), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
  value = image_harness_wait (annex_image_store_list (f->store), NULL);
  g_assert_cmpuint (((GPtrArray *) g_value_get_boxed (value))->len, ==, 0);
}

static void
test_install (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexImage) image = install (f, "one", "a");
  g_autofree char *current = annex_image_store_dup_current (f->store);
  g_autofree char *expected =
      g_build_filename (annex_image_store_get_folder (f->store), "one", "base.erofs", NULL);
  g_auto (GStrv) layers = annex_image_dup_layer_names (image);
  g_auto (GStrv) all = annex_image_dup_package_hosts (image, NULL);
  g_auto (GStrv) npm = annex_image_dup_package_hosts (image, "npm");

  g_assert_cmpstr (current, ==, "one");
  g_assert_cmpstr (annex_image_get_version (image), ==, "one");
  g_assert_cmpstr (annex_image_get_layer (image, "base"), ==, expected);
  g_assert_null (annex_image_get_layer (image, "office"));
  g_assert_cmpuint (g_strv_length (layers), ==, 1);
  g_assert_true (g_file_test (annex_image_get_kernel (image), G_FILE_TEST_IS_REGULAR));
  g_assert_true (g_file_test (annex_image_get_initramfs (image), G_FILE_TEST_IS_REGULAR));
  g_assert_true (g_file_test (annex_image_get_disk (image), G_FILE_TEST_IS_REGULAR));
  g_assert_cmpstr (annex_image_get_command_line (image), ==, "quiet");
  g_assert_cmpuint (g_strv_length (all), ==, 2);
  g_assert_cmpstr (all[0], ==, "modules.example.org");
  g_assert_cmpstr (all[1], ==, "packages.example.org");
  g_assert_cmpuint (g_strv_length (npm), ==, 1);
}

/* A damaged staging folder never becomes the current image. */
static void
test_install_damaged (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexImage) image = install (f, "one", "a");
  g_autofree char *staging = annex_image_store_stage (f->store, "two", NULL);
  g_autofree char *base = g_build_filename (staging, "base.erofs", NULL);
  g_autofree char *current = NULL;
  g_autoptr (GError) error = NULL;
  int fd;

  image_harness_write_image (staging, "two", "b");
  fd = g_open (base, O_WRONLY);
  g_assert_cmpint (pwrite (fd, "X", 1, 1000), ==, 1);
  close (fd);
  g_assert_null (image_harness_wait (annex_image_store_install (f->store, staging, NULL), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  current = annex_image_store_dup_current (f->store);
  g_assert_cmpstr (current, ==, "one");
}

/* The verdict is remembered, and forgotten as soon as a file is another one. */
static void
test_stamp (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexImage) image = install (f, "one", "a");
  const char *base = annex_image_get_layer (image, "base");
  g_autofree char *stamp = g_build_filename (annex_image_get_folder (image), "verified", NULL);
  g_autoptr (GError) error = NULL;
  struct stat before;
  struct timespec times[2];
  int fd;

  g_assert_true (g_file_test (stamp, G_FILE_TEST_EXISTS));
  g_assert_cmpint (stat (base, &before), ==, 0);
  fd = g_open (base, O_WRONLY);
  g_assert_cmpint (pwrite (fd, "X", 1, 1000), ==, 1);
  /* With the old time the change is invisible: that only the stamp was looked at. */
  times[0] = before.st_atim;
  times[1] = before.st_mtim;
  g_assert_cmpint (futimens (fd, times), ==, 0);
  g_assert_nonnull (image_harness_wait (annex_image_store_open_current (f->store, NULL), &error));
  g_assert_no_error (error);
  /* With a new time it is not. */
  times[1].tv_sec++;
  g_assert_cmpint (futimens (fd, times), ==, 0);
  g_assert_null (image_harness_wait (annex_image_store_open_current (f->store, NULL), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_clear_error (&error);
  /* Nor is another length, or a missing file. */
  g_assert_cmpint (ftruncate (fd, 10), ==, 0);
  close (fd);
  g_assert_null (image_harness_wait (annex_image_store_open_current (f->store, NULL), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_clear_error (&error);
  g_unlink (base);
  g_assert_null (image_harness_wait (annex_image_store_open_current (f->store, NULL), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
}

/* A link in the place of a file is not followed. */
static void
test_link (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexImage) image = install (f, "one", "a");
  const char *base = annex_image_get_layer (image, "base");
  g_autofree char *aside = g_build_filename (f->folder, "aside", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_rename (base, aside), ==, 0);
  g_assert_cmpint (symlink (aside, base), ==, 0);
  g_assert_null (image_harness_wait (annex_image_store_open_current (f->store, NULL), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
}

static void
test_reinstall (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexImage) one = install (f, "one", "a");
  g_autoptr (AnnexImage) again = install (f, "one", "a");
  g_autoptr (AnnexImage) changed = NULL;
  g_autofree char *staging = g_build_filename (f->folder, "image", ".staging-one", NULL);

  g_assert_cmpstr (annex_image_get_sha256 (one), ==, annex_image_get_sha256 (again));
  g_assert_false (g_file_test (staging, G_FILE_TEST_EXISTS));
  changed = install (f, "one", "b");
  g_assert_cmpstr (annex_image_get_sha256 (one), !=, annex_image_get_sha256 (changed));
}

static void
test_foreign_staging (Fixture *f, gconstpointer data)
{
  g_autofree char *elsewhere = g_build_filename (f->folder, "elsewhere", NULL);
  g_autoptr (GError) error = NULL;

  image_harness_write_image (elsewhere, "one", "a");
  g_assert_null (
      image_harness_wait (annex_image_store_install (f->store, elsewhere, NULL), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_null (annex_image_store_stage (f->store, "../x", &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autofree char *staging = annex_image_store_stage (f->store, "one", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  image_harness_write_image (staging, "one", "a");
  g_cancellable_cancel (cancellable);
  g_assert_null (
      image_harness_wait (annex_image_store_install (f->store, staging, cancellable), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (annex_image_store_dup_current (f->store));
}

static void
test_switch_and_remove (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexImage) one = install (f, "one", "a");
  g_autoptr (AnnexImage) two = install (f, "two", "b");
  g_autoptr (AnnexImage) three = install (f, "three", "c");
  const char *keep[] = { "one", NULL };
  g_autofree char *current = NULL;
  g_autoptr (GError) error = NULL;
  const GValue *value;
  GPtrArray *list;

  g_assert_nonnull (image_harness_wait (annex_image_store_set_current (f->store, "two"), &error));
  current = annex_image_store_dup_current (f->store);
  g_assert_cmpstr (current, ==, "two");
  g_assert_null (image_harness_wait (annex_image_store_set_current (f->store, "four"), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);

  value = image_harness_wait (annex_image_store_remove_unused (f->store, keep), NULL);
  g_assert_cmpuint (g_value_get_uint64 (value), >, 100000);
  value = image_harness_wait (annex_image_store_list (f->store), NULL);
  list = g_value_get_boxed (value);
  g_assert_cmpuint (list->len, ==, 2);
  for (guint i = 0; i < list->len; i++)
    {
      const AnnexImageEntry *entry = g_ptr_array_index (list, i);

      g_assert_true (g_str_equal (entry->version, "one") || g_str_equal (entry->version, "two"));
      g_assert_cmpint (entry->current, ==, g_str_equal (entry->version, "two"));
      g_assert_cmpuint (entry->size_bytes, >, 100000);
    }
  g_assert_false (g_file_test (annex_image_get_folder (three), G_FILE_TEST_EXISTS));

  image_harness_wait (annex_image_store_clear (f->store), NULL);
  g_assert_null (annex_image_store_dup_current (f->store));
  value = image_harness_wait (annex_image_store_list (f->store), NULL);
  g_assert_cmpuint (((GPtrArray *) g_value_get_boxed (value))->len, ==, 0);
  g_assert_false (g_file_test (annex_image_store_get_folder (f->store), G_FILE_TEST_EXISTS));
}

/* What a source is filling is not removed under it. */
static void
test_clear_while_filled (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexImage) one = install (f, "one", "a");
  g_autoptr (GError) error = NULL;
  int lock = annex_image_store_lock_blocking (f->store, NULL, NULL);

  g_assert_cmpint (lock, >=, 0);
  g_assert_null (image_harness_wait (annex_image_store_clear (f->store), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_FAILED);
  g_assert_true (g_file_test (annex_image_get_folder (one), G_FILE_TEST_IS_DIR));
  close (lock);
  g_assert_nonnull (image_harness_wait (annex_image_store_clear (f->store), NULL));
}

/* A staging folder that is being filled survives, an abandoned one does not. */
static void
test_staging_life (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexImage) one = install (f, "one", "a");
  g_autofree char *fresh = annex_image_store_stage (f->store, "fresh", NULL);
  g_autofree char *stale = annex_image_store_stage (f->store, "stale", NULL);
  struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };

  g_assert_cmpint (utimensat (AT_FDCWD, stale, times, 0), ==, 0);
  image_harness_wait (annex_image_store_remove_unused (f->store, NULL), NULL);
  g_assert_true (g_file_test (fresh, G_FILE_TEST_IS_DIR));
  g_assert_false (g_file_test (stale, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (annex_image_get_folder (one), G_FILE_TEST_IS_DIR));
}

/* Removing does not follow links out of the store. */
static void
test_remove_no_follow (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexImage) one = install (f, "one", "a");
  g_autofree char *outside = g_build_filename (f->folder, "outside", NULL);
  g_autofree char *precious = g_build_filename (outside, "precious", NULL);
  g_autofree char *trap = g_build_filename (annex_image_get_folder (one), "trap", NULL);

  g_mkdir (outside, 0700);
  g_assert_true (g_file_set_contents (precious, "x", 1, NULL));
  g_assert_cmpint (symlink (outside, trap), ==, 0);
  image_harness_wait (annex_image_store_clear (f->store), NULL);
  g_assert_true (g_file_test (precious, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (annex_image_get_folder (one), G_FILE_TEST_EXISTS));
}

#define ADD(name, func) g_test_add ("/image/store/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("empty", test_empty);
  ADD ("install", test_install);
  ADD ("install-damaged", test_install_damaged);
  ADD ("stamp", test_stamp);
  ADD ("link", test_link);
  ADD ("reinstall", test_reinstall);
  ADD ("foreign-staging", test_foreign_staging);
  ADD ("cancel", test_cancel);
  ADD ("switch-and-remove", test_switch_and_remove);
  ADD ("clear-while-filled", test_clear_while_filled);
  ADD ("staging-life", test_staging_life);
  ADD ("remove-no-follow", test_remove_no_follow);
  return g_test_run ();
}
