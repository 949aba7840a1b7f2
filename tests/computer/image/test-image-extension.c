/* test-image-extension.c
 *
 * Images that came with the installation: taken when their signature is right, whole or not at all.
 * And the signature itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-extension.h"
#include "annex-image-origin.h"
#include "annex-image-signature.h"
#include "image-harness.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  char *package; /* where the image came with the installation */
  AnnexImageStore *store;
  guint progress_reports;
} Fixture;

static char *
in_package (Fixture *f, const char *name)
{
  return g_build_filename (f->package, name, NULL);
}

static void
put (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* The image @version, made at @created, with its signature. */
static void
pack (Fixture *f, const char *version, const char *seed, const char *created)
{
  g_autofree char *plain = image_harness_manifest (version, seed);
  g_autofree char *field = g_strdup_printf ("\"created\":\"%s\"", created);
  g_autoptr (GString) text = g_string_new (plain);
  g_autofree char *manifest = in_package (f, "manifest.json");
  g_autofree char *signature = in_package (f, "manifest.json.sig");
  g_autofree char *signed_text = NULL;

  image_harness_write_image (f->package, version, seed);
  g_assert_cmpuint (g_string_replace (text, "\"created\":\"2026-01-01\"", field, 1), ==, 1);
  signed_text = image_harness_sign (text->str, text->len);
  put (manifest, text->str);
  put (signature, signed_text);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = NULL;

  f->folder = image_harness_make_folder ();
  f->package = g_build_filename (f->folder, "package", NULL);
  folder = g_build_filename (f->folder, "image", NULL);
  f->store = annex_image_store_new (folder);
  pack (f, "one", "a", "2026-02-01T10:00:00Z");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->store);
  g_free (f->package);
  image_harness_remove_folder (f->folder);
}

static void
on_progress (AnnexImageSource *source, const char *sentence, double fraction, gpointer data)
{
  Fixture *f = data;

  g_assert_cmpfloat (fraction, <=, 1);
  f->progress_reports++;
}

static AnnexImageSource *
make_source (Fixture *f)
{
  AnnexImageExtension *source = annex_image_extension_new (f->package, image_harness_get_key ());

  g_signal_connect (source, "progress", G_CALLBACK (on_progress), f);
  return ANNEX_IMAGE_SOURCE (source);
}

static void
assert_taken (Fixture *f, const char *version)
{
  g_autoptr (AnnexImageSource) source = make_source (f);
  g_autoptr (GError) error = NULL;
  const GValue *value =
      image_harness_wait (annex_image_source_provide (source, f->store, NULL), &error);
  g_autofree char *current = annex_image_store_dup_current (f->store);

  g_assert_no_error (error);
  g_assert_cmpstr (annex_image_get_version (g_value_get_boxed (value)), ==, version);
  g_assert_cmpstr (current, ==, version);
}

static void
assert_refused (Fixture *f, int code)
{
  g_autoptr (AnnexImageSource) source = make_source (f);
  g_autofree char *before = annex_image_store_dup_current (f->store);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (image_harness_wait (annex_image_source_provide (source, f->store, NULL), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, code);
  after = annex_image_store_dup_current (f->store);
  g_assert_cmpstr (after, ==, before);
}

static void
test_taken (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexImageSource) source = make_source (f);
  const AnnexImageEstimate *estimate;
  const GValue *value = image_harness_wait (annex_image_source_find_version (source, NULL), NULL);

  g_assert_cmpstr (g_value_get_string (value), ==, "one");
  g_assert_true (annex_image_extension_is_there (f->package, image_harness_get_key ()));
  estimate = g_value_get_boxed (
      image_harness_wait (annex_image_source_estimate (source, f->store, NULL), NULL));
  g_assert_cmpuint (estimate->download_bytes, ==, 0);
  g_assert_cmpuint (estimate->disk_bytes, >, 1000000);
  assert_taken (f, "one");
  g_assert_cmpuint (f->progress_reports, >, 1);
}

/* The package is gone after its next update, the image that tasks were begun with is not. */
static void
test_outlives_the_package (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  assert_taken (f, "one");
  pack (f, "two", "b", "2026-03-01T10:00:00Z");
  assert_taken (f, "two");
  g_assert_nonnull (
      image_harness_wait (annex_image_store_open_version (f->store, "one", NULL), &error));
  g_assert_no_error (error);
}

/* What is there whole, though it is not in use, is not copied again. */
static void
test_present (Fixture *f, gconstpointer data)
{
  g_autofree char *base = g_build_filename (f->package, "base.erofs", NULL);
  g_autoptr (GError) error = NULL;

  assert_taken (f, "one");
  pack (f, "two", "b", "2026-03-01T10:00:00Z");
  assert_taken (f, "two");
  image_harness_wait (annex_image_store_set_current (f->store, "one"), &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_unlink (base), ==, 0);
  assert_taken (f, "two");
}

static void
test_older (Fixture *f, gconstpointer data)
{
  assert_taken (f, "one");
  pack (f, "zero", "b", "2026-01-31T23:59:59Z");
  assert_refused (f, ANNEX_IMAGE_ERROR_DAMAGED);
}

static void
test_changed (Fixture *f, gconstpointer data)
{
  g_autofree char *base = in_package (f, "base.erofs");
  g_autofree char *manifest = in_package (f, "manifest.json");
  g_autofree char *text = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (base, &text, &length, NULL));
  text[length / 2] ^= 1;
  g_assert_true (g_file_set_contents (base, text, (gssize) length, NULL));
  assert_refused (f, ANNEX_IMAGE_ERROR_DAMAGED);
  g_unlink (base);
  assert_refused (f, ANNEX_IMAGE_ERROR_DAMAGED);
  pack (f, "one", "a", "2026-02-01T10:00:00Z");
  assert_taken (f, "one");
  put (manifest, "{}");
  assert_refused (f, ANNEX_IMAGE_ERROR_DAMAGED);
}

/* What lies elsewhere does not become part of an image. */
static void
test_link (Fixture *f, gconstpointer data)
{
  g_autofree char *base = in_package (f, "base.erofs");
  g_autofree char *elsewhere = g_build_filename (f->folder, "elsewhere", NULL);

  g_assert_cmpint (g_rename (base, elsewhere), ==, 0);
  g_assert_cmpint (symlink (elsewhere, base), ==, 0);
  assert_refused (f, ANNEX_IMAGE_ERROR_DAMAGED);
}

static void
test_unsigned (Fixture *f, gconstpointer data)
{
  g_autofree char *signature = in_package (f, "manifest.json.sig");

  g_assert_false (annex_image_extension_is_there (f->package, ""));
  put (signature, "AAAA");
  g_assert_false (annex_image_extension_is_there (f->package, image_harness_get_key ()));
  assert_refused (f, ANNEX_IMAGE_ERROR_DAMAGED);
  g_unlink (signature);
  g_assert_false (annex_image_extension_is_there (f->package, image_harness_get_key ()));
  assert_refused (f, ANNEX_IMAGE_ERROR_NOT_FOUND);
}

/* It runs full in the middle, after it had said that there is room: here, of names. */
static void
test_disk_runs_full (void)
{
  Fixture f = { 0 };

  set_up (&f, NULL);
  g_clear_object (&f.store);
  f.store = annex_image_store_new (image_harness_get_disk ());
  assert_refused (&f, ANNEX_IMAGE_ERROR_NO_SPACE);
  assert_refused (&f, ANNEX_IMAGE_ERROR_NO_SPACE);
  image_harness_change_disk ("size=300m,nr_inodes=100");
  assert_taken (&f, "one");
  tear_down (&f, NULL);
}

static void
test_full_disk (Fixture *f, gconstpointer program)
{
  g_autofree char *disk = g_build_filename (f->folder, "disk", NULL);

  image_harness_run_on_disk (program, "/image/extension/full-disk/subprocess/in-it", disk,
                             "size=300m,nr_inodes=6");
}

/* RFC 8032, section 7.1, TEST 2. */
static void
test_signature (void)
{
  static const char key[] = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
  static const char signature[] = "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNh"
                                  "PQ8R2MOHsurrQwKu6wDSkWErsMAA==\n";
  g_autoptr (GBytes) text = g_bytes_new_static ("r", 1), other = g_bytes_new_static ("s", 1);
  g_autoptr (GBytes) empty = g_bytes_new_static (NULL, 0);
  g_autoptr (GBytes) good = g_bytes_new_static (signature, strlen (signature));
  g_autoptr (GError) error = NULL;

  g_assert_true (annex_image_signature_check (text, good, key, &error));
  g_assert_no_error (error);
  g_assert_false (annex_image_signature_check (other, good, key, &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_false (annex_image_signature_check (empty, good, key, NULL));
  g_assert_false (annex_image_signature_check (text, empty, key, NULL));
  g_assert_false (annex_image_signature_check (text, good, "", NULL));
  for (gsize i = 0; i + 1 < strlen (signature); i++)
    {
      g_autofree char *changed = g_strdup (signature);
      g_autoptr (GBytes) bad = NULL;

      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      bad = g_bytes_new (changed, strlen (changed));
      g_assert_false (annex_image_signature_check (text, bad, key, NULL));
    }
}

/* A build without address and key takes nothing from elsewhere. */
static void
test_origin (void)
{
  g_autoptr (AnnexImageSource) none =
      annex_image_origin_create_source (ANNEX_IMAGE_ORIGIN_NONE, FALSE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (annex_image_origin_find (), ==, ANNEX_IMAGE_ORIGIN_BUILD);
  g_assert_null (image_harness_wait (annex_image_source_find_version (none, NULL), &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "no address"));
}

#define ADD(name, func)                                                                            \
  g_test_add ("/image/extension/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("taken", test_taken);
  ADD ("outlives-the-package", test_outlives_the_package);
  ADD ("present", test_present);
  ADD ("older", test_older);
  ADD ("changed", test_changed);
  ADD ("link", test_link);
  ADD ("unsigned", test_unsigned);
  g_test_add ("/image/extension/full-disk", Fixture, argv[0], set_up, test_full_disk, tear_down);
  g_test_add_func ("/image/extension/full-disk/subprocess/in-it", test_disk_runs_full);
  g_test_add_func ("/image/extension/signature", test_signature);
  g_test_add_func ("/image/extension/origin", test_origin);
  return g_test_run ();
}
