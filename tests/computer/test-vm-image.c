/* test-vm-image.c
 *
 * A new image that does not start, with a real virtual machine: the one before it is used again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-keeper.h"
#include "annex-paths.h"
#include "computer-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define BAD_VERSION "bad"
/* Nothing to start is in it. */
#define BAD_INITRAMFS "nothing"

static char *
replace (const char *text, const char *what, const char *with)
{
  g_auto (GStrv) parts = g_strsplit (text, what, -1);

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  return g_strjoinv (with, parts);
}

static void
copy_folder (const char *from, const char *to)
{
  const char *argv[] = { "cp", "-a", from, to, NULL };
  int status = 1;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
}

/* The image at @folder becomes another one, whole and by its sums, that starts nothing. */
static void
spoil (const char *folder, const char *version)
{
  g_autofree char *manifest = g_build_filename (folder, "manifest.json", NULL);
  g_autofree char *initramfs = g_build_filename (folder, "initramfs", NULL);
  g_autofree char *verified = g_build_filename (folder, "verified", NULL);
  g_autofree char *started = g_build_filename (folder, "started", NULL);
  g_autofree char *text = NULL, *content = NULL, *old_sum = NULL, *new_sum = NULL;
  g_autofree char *old_size = NULL, *new_size = NULL;
  g_autofree char *one = NULL, *two = NULL, *three = NULL;
  g_autofree char *old_version = g_strdup_printf ("\"version\": \"%s\"", version);
  gsize length;

  g_assert_true (g_file_get_contents (manifest, &text, NULL, NULL));
  g_assert_true (g_file_get_contents (initramfs, &content, &length, NULL));
  old_sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) content, length);
  new_sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, BAD_INITRAMFS, -1);
  old_size = g_strdup_printf ("\"size\": %" G_GSIZE_FORMAT ",", length);
  new_size = g_strdup_printf ("\"size\": %zu,", strlen (BAD_INITRAMFS));
  one = replace (text, old_version, "\"version\": \"" BAD_VERSION "\"");
  two = replace (one, old_sum, new_sum);
  three = replace (two, old_size, new_size);
  g_assert_true (g_file_set_contents (initramfs, BAD_INITRAMFS, -1, NULL));
  g_assert_true (g_file_set_contents (manifest, three, -1, NULL));
  g_unlink (verified);
  g_unlink (started);
}

static void
assert_current (AnnexImageStore *images, const char *expected)
{
  g_autofree char *current = annex_image_store_dup_current (images);

  g_assert_cmpstr (current, ==, expected);
}

/* So often has a computer been started for a template, by what libvirt notes of it. */
static guint
count_template_starts (void)
{
  g_autofree char *folder =
      g_build_filename (g_get_user_cache_dir (), "libvirt", "qemu", "log", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "annex-template"))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);
        g_autofree char *text = NULL;
        g_auto (GStrv) parts = NULL;

        g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
        parts = g_strsplit (text, ": starting up", -1);
        n += g_strv_length (parts) - 1;
      }
  return n;
}

static void
body_of_image (void)
{
  g_autofree char *version = annex_image_store_dup_current (fixture_images ());
  g_autofree char *from =
      g_build_filename (annex_image_store_get_folder (fixture_images ()), version, NULL);
  g_autofree char *folder = g_build_filename (fixture_root (), "images", NULL);
  g_autofree char *good = g_build_filename (folder, version, NULL);
  g_autofree char *bad = g_build_filename (folder, BAD_VERSION, NULL);
  g_autoptr (AnnexImageStore) images = annex_image_store_new (folder);
  g_autoptr (AnnexComputers) computers = annex_computers_new (NULL, images, NULL);
  g_autofree char *id = annex_identifier_new ();
  g_autofree char *other_id = annex_identifier_new ();
  g_autoptr (AnnexComputer) computer = NULL;
  g_autoptr (AnnexComputer) other = NULL;
  g_autoptr (GError) error = NULL;
  guint n_starts;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  copy_folder (from, good);
  copy_folder (from, bad);
  spoil (bad, version);
  await_true (annex_image_store_note_started (images, version));

  /* When it is brought. */
  await_true (annex_image_store_set_current (images, BAD_VERSION));
  g_assert_false (dex_await (annex_computers_prepare (computers), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED);
  assert_current (images, version);
  g_assert_false (annex_image_store_has_started (images, BAD_VERSION));
  g_assert_true (annex_image_store_has_fallen (images, BAD_VERSION, NULL));

  /* And when a task is the first that needs it. */
  await_true (annex_image_store_set_current (images, BAD_VERSION));
  computer = annex_computers_get (computers, id, NULL);
  await_started (computer);
  assert_output (computer, "id -un", "agent");
  assert_current (images, version);
  await_true (annex_computer_reset (computer));

  /* One that has started is not left. */
  await_true (annex_image_store_set_current (images, BAD_VERSION));
  await_true (annex_image_store_note_started (images, BAD_VERSION));
  g_clear_error (&error);
  g_assert_false (dex_await (annex_computers_prepare (computers), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST);
  assert_current (images, BAD_VERSION);

  /* And a task soon hears that it does not start. */
  n_starts = count_template_starts ();
  g_assert_cmpuint (n_starts, >, 0);
  other = annex_computers_get (computers, other_id, NULL);
  g_clear_error (&error);
  g_assert_false (dex_await (annex_computer_start (other), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST);
  g_assert_cmpuint (count_template_starts (), ==, n_starts + 1);
  await_true (annex_computer_reset (other));
}

static void
test_image (void)
{
  fixture_run_body (body_of_image);
}

int
main (int argc, char **argv)
{
  int status;

  if (!fixture_init (&argc, &argv, &status))
    return status;
  g_test_add_func ("/vm-image/does-not-start", test_image);
  status = g_test_run ();
  fixture_clear ();
  return status;
}
