/* test-image-keeper.c
 *
 * Which images go when a computer is reset or deleted and when Annex starts, in real folders; with
 * libvirt's test driver, because no machine is needed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computers.h"
#include "annex-image-keeper.h"
#include "annex-paths.h"
#include "image-harness.h"

#include <glib/gstdio.h>
#include <libdex.h>
#include <string.h>
#include <unistd.h>

#define TASK_ONE "01k5aaaaaaaaaaaaaaaaaaaaaa"
#define TASK_TWO "01k5bbbbbbbbbbbbbbbbbbbbbb"
#define TASK_THREE "01k5cccccccccccccccccccccc"

static AnnexImageStore *store;

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

/* As a new one, which has not started. */
static void
install_anew (const char *version)
{
  g_autofree char *mark =
      g_build_filename (annex_image_store_get_folder (store), version, "started", NULL);

  g_unlink (mark);
  install (version);
  g_assert_false (annex_image_store_has_started (store, version));
}

static void
note_started (const char *version)
{
  g_autoptr (GError) error = NULL;

  image_harness_wait (annex_image_store_note_started (store, version), &error);
  g_assert_no_error (error);
  g_assert_true (annex_image_store_has_started (store, version));
}

/* A task's computer as it lies on disk while it is off. */
static void
write_computer (const char *task_id, const char *version)
{
  g_autofree char *root = annex_paths_data ("computers");
  g_autofree char *folder = g_build_filename (root, task_id, NULL);
  g_autofree char *disk = g_build_filename (folder, "disk.qcow2", NULL);
  g_autofree char *facts = g_build_filename (folder, "computer.json", NULL);
  g_autofree char *text = g_strdup_printf ("{\"image\":\"%s\"}", version);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (disk, "disk", -1, NULL));
  g_assert_true (g_file_set_contents (facts, text, -1, NULL));
}

static gboolean
has_image (const char *version)
{
  g_autofree char *path =
      g_build_filename (annex_image_store_get_folder (store), version, "manifest.json", NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* "1" for each of the images one, two and three that is there. */
static void
assert_images (const char *expected)
{
  const char there[] = { has_image ("one") ? '1' : '-', has_image ("two") ? '1' : '-',
                         has_image ("three") ? '1' : '-', '\0' };

  g_assert_cmpstr (there, ==, expected);
}

static void
set_up (gpointer *fixture, gconstpointer data)
{
  g_autofree char *computers = annex_paths_data ("computers");
  g_autoptr (GDir) dir = g_dir_open (computers, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (computers, name, NULL);

      g_assert_true (annex_folder_remove_flat (path, NULL));
    }
  image_harness_wait (annex_image_store_clear (store), NULL);
  install ("one");
  install ("two");
  install ("three");
  note_started ("three");
}

static void
tear_down (gpointer *fixture, gconstpointer data)
{
}

static AnnexComputers *
create_computers (void)
{
  return annex_computers_new ("test:///default", store, NULL);
}

static void
assert_works (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  image_harness_wait (future, &error);
  g_assert_no_error (error);
}

/* With the last computer of an old image, that image goes; one that another needs stays. */
static void
test_delete (gpointer *fixture, gconstpointer data)
{
  g_autoptr (AnnexComputers) computers = create_computers ();

  write_computer (TASK_ONE, "one");
  write_computer (TASK_TWO, "two");
  write_computer (TASK_THREE, "three");
  assert_works (annex_image_keeper_remove_unused (store));
  assert_images ("111");
  assert_works (annex_computers_delete (computers, TASK_ONE));
  assert_images ("-11");
  assert_works (annex_computers_delete (computers, TASK_TWO));
  assert_images ("--1");
}

static void
test_reset (gpointer *fixture, gconstpointer data)
{
  g_autoptr (AnnexComputers) computers = create_computers ();
  g_autoptr (AnnexComputer) computer = annex_computers_get (computers, TASK_ONE, NULL);

  write_computer (TASK_ONE, "one");
  write_computer (TASK_TWO, "two");
  write_computer (TASK_THREE, "three");
  assert_works (annex_computer_reset (computer));
  assert_images ("-11");
}

static void
test_start (gpointer *fixture, gconstpointer data)
{
  g_autoptr (AnnexComputers) computers = create_computers ();

  write_computer (TASK_TWO, "two");
  write_computer (TASK_THREE, "three");
  assert_works (annex_computers_clean (computers));
  assert_images ("-11");
}

static void
assert_off (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  image_harness_wait (future, &error);
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION);
  g_assert_nonnull (strstr (error->message, "turned off"));
}

/* Turned off, nothing is started, and who asks hears why. */
static void
test_off (gpointer *fixture, gconstpointer data)
{
  g_autoptr (AnnexComputers) computers = create_computers ();
  g_autoptr (AnnexComputer) computer = annex_computers_get (computers, TASK_ONE, NULL);

  annex_computers_set_off (computers, TRUE);
  assert_off (annex_computers_prepare (computers));
  assert_off (annex_computer_start (computer));
}

/* Nothing goes before the image in use has started, though a disk was made for it. */
static void
test_unproven (gpointer *fixture, gconstpointer data)
{
  g_autoptr (AnnexComputers) computers = create_computers ();

  install_anew ("three");
  write_computer (TASK_TWO, "two");
  write_computer (TASK_THREE, "three");
  assert_works (annex_computers_clean (computers));
  assert_images ("111");
  assert_works (annex_computers_delete (computers, TASK_TWO));
  assert_images ("111");
  note_started ("three");
  assert_works (annex_image_keeper_remove_unused (store));
  assert_images ("--1");
}

static void
assert_current (const char *expected)
{
  g_autofree char *current = annex_image_store_dup_current (store);

  g_assert_cmpstr (current, ==, expected);
}

static void
assert_no_way_back (const char *version)
{
  g_autoptr (GError) error = NULL;

  image_harness_wait (annex_image_keeper_find_before (store, version), &error);
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
}

/* The way back is named, and not gone yet. */
static void
assert_way_back (const char *version, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *current = annex_image_store_dup_current (store);
  const GValue *value =
      image_harness_wait (annex_image_keeper_find_before (store, version), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_value_get_string (value), ==, expected);
  assert_current (current);
}

/* Writes when image @version was made. */
static void
date_image (const char *version, const char *created)
{
  g_autofree char *path =
      g_build_filename (annex_image_store_get_folder (store), version, "manifest.json", NULL);
  g_autofree char *field = g_strdup_printf ("\"created\":\"%s\"", created);
  g_autofree char *text = NULL;
  g_autoptr (GString) changed = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  changed = g_string_new (text);
  g_assert_cmpuint (g_string_replace (changed, "\"created\":\"2026-01-01\"", field, 1), ==, 1);
  g_assert_true (g_file_set_contents (path, changed->str, -1, NULL));
}

/* From one that never started to the newest one that did; never away from one that has. */
static void
test_way_back (gpointer *fixture, gconstpointer data)
{
  assert_no_way_back ("three");
  install_anew ("three");
  assert_no_way_back ("three"); /* no other one has ever started */
  assert_current ("three");
  date_image ("one", "2026-01-02T00:00:00Z");
  date_image ("two", "2026-01-03T00:00:00Z");
  note_started ("two");
  note_started ("one"); /* last, though it is older */
  assert_way_back ("three", "two");
  /* Who comes second takes what is current then. */
  assert_works (annex_image_store_set_current (store, "one"));
  assert_way_back ("three", "one");
  assert_no_way_back ("two");
  assert_images ("111");
}

/* Data of an Annex that did not note it: what a disk was made with has started. */
static void
test_way_back_unnoted (gpointer *fixture, gconstpointer data)
{
  install_anew ("three");
  write_computer (TASK_TWO, "two");
  assert_way_back ("three", "two");
  install_anew ("three");
  write_computer (TASK_THREE, "three");
  assert_no_way_back ("three");
  assert_current ("three");
}

/* It outlives the image, and is true until that one starts, or is another one. */
static void
test_fallen (gpointer *fixture, gconstpointer data)
{
  g_assert_false (annex_image_store_has_fallen (store, "three", NULL));
  assert_works (annex_image_store_set_current (store, "two"));
  note_started ("two");
  assert_works (annex_image_store_note_fallen (store, "three", "a1"));
  assert_works (annex_image_keeper_remove_unused (store));
  assert_images ("-1-");
  g_assert_true (annex_image_store_has_fallen (store, "three", NULL));
  g_assert_true (annex_image_store_has_fallen (store, "three", "a1"));
  g_assert_false (annex_image_store_has_fallen (store, "three", "a2"));
  g_assert_false (annex_image_store_has_fallen (store, "two", NULL));
  install ("three");
  note_started ("three");
  g_assert_false (annex_image_store_has_fallen (store, "three", NULL));
  assert_works (annex_image_store_note_fallen (store, "three", "a1"));
  assert_works (annex_image_store_clear (store));
  g_assert_false (g_file_test (annex_image_store_get_folder (store), G_FILE_TEST_EXISTS));
}

/* Nor from a folder that others use, nor while a source fills the store. */
static void
test_not_ours (gpointer *fixture, gconstpointer data)
{
  const char *own = annex_image_store_get_folder (store);
  g_autofree char *elsewhere = g_strconcat (own, "-elsewhere", NULL);
  g_autoptr (AnnexImageStore) other = NULL;
  int lock;

  write_computer (TASK_THREE, "three");
  lock = annex_image_store_lock_blocking (store, NULL, NULL);
  g_assert_cmpint (lock, >=, 0);
  assert_works (annex_image_keeper_remove_unused (store));
  assert_images ("111");
  close (lock);

  g_assert_cmpint (g_rename (own, elsewhere), ==, 0);
  other = annex_image_store_new (elsewhere);
  assert_works (annex_image_keeper_remove_unused (other));
  g_assert_cmpint (symlink (elsewhere, own), ==, 0);
  assert_works (annex_image_keeper_remove_unused (store));
  assert_images ("111");
  g_assert_cmpint (g_unlink (own), ==, 0);
  g_assert_cmpint (g_rename (elsewhere, own), ==, 0);

  assert_works (annex_image_keeper_remove_unused (store));
  assert_images ("--1");
}

#define ADD(name, func) g_test_add ("/image/keeper/" name, gpointer, NULL, set_up, func, tear_down)

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
  ADD ("delete", test_delete);
  ADD ("reset", test_reset);
  ADD ("start", test_start);
  ADD ("unproven", test_unproven);
  ADD ("way-back", test_way_back);
  ADD ("way-back/unnoted", test_way_back_unnoted);
  ADD ("fallen", test_fallen);
  ADD ("not-ours", test_not_ours);
  ADD ("off", test_off);
  status = g_test_run ();
  g_clear_object (&store);
  image_harness_remove_folder (root);
  return status;
}
