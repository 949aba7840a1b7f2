/* test-image-fetcher.c
 *
 * Fetching against a server on loopback that behaves, breaks off, lies and changes its mind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-download.h"
#include "annex-image-ledger.h"
#include "image-fetch.h"
#include "image-harness.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_whole (FetchFixture *f, gconstpointer data)
{
  const AnnexImageEstimate *estimate;
  const GValue *value = image_harness_wait (
      annex_image_source_find_version (ANNEX_IMAGE_SOURCE (f->fetcher), NULL), NULL);

  g_assert_cmpstr (g_value_get_string (value), ==, "one");
  estimate = g_value_get_boxed (image_harness_wait (
      annex_image_source_estimate (ANNEX_IMAGE_SOURCE (f->fetcher), f->store, NULL), NULL));
  g_assert_cmpuint (estimate->download_bytes, >, 1000000);
  g_ptr_array_set_size (f->requests, 1); /* the question is none of the fetch */
  fetch_assert_provided (f, "one");
  g_assert_cmpuint (f->progress_reports, >, 0);
  g_assert_cmpfloat (f->last_fraction, ==, 1);
  g_assert_cmpuint (f->transferred_bytes, >, 1000000);
  g_assert_cmpuint (f->requests->len, ==, 6);
  /* Once there it is not fetched again. */
  fetch_assert_provided (f, "one");
  g_assert_cmpuint (f->requests->len, ==, 7);
}

static void
test_cut_and_resume (FetchFixture *f, gconstpointer data)
{
  GBytes *base = g_hash_table_lookup (f->files, "/image/base.erofs");
  g_autofree char *second = g_strdup_printf ("/image/base.erofs %zu", g_bytes_get_size (base) / 2);

  f->cuts = 3;
  fetch_assert_provided (f, "one");
  g_assert_cmpuint (fetch_count_requests (f, "/image/base.erofs "), ==, 4);
  g_assert_cmpuint (fetch_count_requests (f, second), ==, 1);
  g_assert_cmpuint (fetch_count_requests (f, "/image/base.erofs 0"), ==, 1);
}

/* A server without ranges: the file begins anew, and not for ever. */
static void
test_no_ranges (FetchFixture *f, gconstpointer data)
{
  f->no_ranges = TRUE;
  f->cuts = 2;
  fetch_assert_provided (f, "one");
  f->cuts = 1000;
  fetch_serve_image (f, "two", "b");
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_cmpuint (f->requests->len, <, 30);
}

static void
test_wrong_range (FetchFixture *f, gconstpointer data)
{
  f->wrong_range = TRUE;
  f->cuts = 1;
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK);
}

/* What one call left is continued by the next one, even by another object. */
static void
test_cancel_and_resume (FetchFixture *f, gconstpointer data)
{
  f->cuts = 1;
  f->status = 503;
  f->cancel_at_base = g_cancellable_new ();
  fetch_assert_refused (f, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&f->cancel_at_base);
  fetch_use_address (f, NULL);
  g_ptr_array_set_size (f->requests, 0);
  fetch_assert_provided (f, "one");
  /* The kernel and the initramfs were complete. */
  g_assert_cmpuint (fetch_count_requests (f, "/image/vmlinuz"), ==, 0);
  g_assert_cmpuint (fetch_count_requests (f, "/image/initramfs"), ==, 0);
}

/* A partial file of another image: fetched once more, whole. */
static void
test_stale_part (FetchFixture *f, gconstpointer data)
{
  g_autofree char *staging = annex_image_store_stage (f->store, "one", NULL);
  g_autofree char *part = g_build_filename (staging, "base.erofs.part", NULL);

  g_assert_true (g_file_set_contents (part, "something else", -1, NULL));
  fetch_assert_provided (f, "one");
  g_assert_cmpuint (fetch_count_requests (f, "/image/base.erofs 14"), ==, 1);
  g_assert_cmpuint (fetch_count_requests (f, "/image/base.erofs 0"), ==, 1);
}

static void
test_wrong_content (FetchFixture *f, gconstpointer data)
{
  GBytes *base = g_hash_table_lookup (f->files, "/image/base.erofs");
  gsize size = g_bytes_get_size (base);
  char *copy = g_memdup2 (g_bytes_get_data (base, NULL), size);

  copy[size / 2] ^= 1;
  fetch_serve (f, "base.erofs", g_bytes_new_take (copy, size));
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_null (annex_image_store_dup_current (f->store));
  g_assert_cmpuint (fetch_count_requests (f, "/image/base.erofs"), ==, 1);
}

static void
test_short_file (FetchFixture *f, gconstpointer data)
{
  GBytes *base = g_hash_table_lookup (f->files, "/image/base.erofs");

  fetch_serve (f, "base.erofs", g_bytes_new_from_bytes (base, 0, g_bytes_get_size (base) - 7));
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_cmpuint (f->requests->len, <, 20);
}

static void
test_long_file (FetchFixture *f, gconstpointer data)
{
  g_autoptr (GString) more = g_string_new (NULL);
  GBytes *base = g_hash_table_lookup (f->files, "/image/base.erofs");

  g_string_append_len (more, g_bytes_get_data (base, NULL), g_bytes_get_size (base));
  g_string_append (more, "more");
  fetch_serve (f, "base.erofs", g_string_free_to_bytes (g_steal_pointer (&more)));
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
}

static void
test_missing (FetchFixture *f, gconstpointer data)
{
  g_hash_table_remove (f->files, "/image/initramfs");
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
  g_hash_table_remove (f->files, "/image/manifest.json");
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
}

static void
test_overloaded (FetchFixture *f, gconstpointer data)
{
  f->status = 503;
  f->statuses = 2;
  fetch_assert_provided (f, "one");
  fetch_serve_image (f, "two", "b");
  f->statuses = 1000;
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK);
  g_assert_cmpuint (f->requests->len, <, 20);
}

static void
test_refused_status (FetchFixture *f, gconstpointer data)
{
  f->status = 403;
  f->statuses = 1;
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK);
  g_assert_cmpuint (fetch_count_requests (f, "/image/base.erofs"), ==, 1);
}

static void
test_hostile_manifest (FetchFixture *f, gconstpointer data)
{
  g_autofree char *large = g_malloc (ANNEX_IMAGE_MANIFEST_MAX_BYTES + 100);
  const char *const texts[] = { "", "{}", "[]", "<html></html>", "{\"format\":1" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      fetch_serve (f, "manifest.json", g_bytes_new_static (texts[i], strlen (texts[i])));
      fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
    }
  memset (large, ' ', ANNEX_IMAGE_MANIFEST_MAX_BYTES + 100);
  fetch_serve (f, "manifest.json", g_bytes_new (large, ANNEX_IMAGE_MANIFEST_MAX_BYTES + 100));
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
}

static void
test_pinned (FetchFixture *f, gconstpointer data)
{
  GBytes *manifest = g_hash_table_lookup (f->files, "/image/manifest.json");
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, manifest);

  fetch_use_address (f, sum);
  fetch_assert_provided (f, "one");
  fetch_serve_image (f, "two", "b");
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
}

static guint64
estimate_download (FetchFixture *f)
{
  g_autoptr (GError) error = NULL;
  const GValue *value = image_harness_wait (
      annex_image_source_estimate (ANNEX_IMAGE_SOURCE (f->fetcher), f->store, NULL), &error);

  g_assert_no_error (error);
  return ((const AnnexImageEstimate *) g_value_get_boxed (value))->download_bytes;
}

/* Only what changed is fetched, and told of before. */
static void
test_update (FetchFixture *f, gconstpointer data)
{
  g_autoptr (GBytes) base = image_harness_content ("base.erofs", "b");
  guint64 whole = estimate_download (f);

  fetch_assert_provided (f, "one");
  g_assert_cmpuint (estimate_download (f), ==, 0);
  g_ptr_array_set_size (f->requests, 0);
  fetch_serve_image (f, "two", "b");
  g_assert_cmpuint (estimate_download (f), <, whole);
  g_assert_cmpuint (estimate_download (f), >=, g_bytes_get_size (base));
  g_ptr_array_set_size (f->requests, 0);
  fetch_assert_provided (f, "two");
  g_assert_cmpuint (fetch_count_requests (f, "/image/vmlinuz"), ==, 0);
  g_assert_cmpuint (fetch_count_requests (f, "/image/disk.qcow2"), ==, 0);
  g_assert_cmpuint (fetch_count_requests (f, "/image/base.erofs"), ==, 1);
}

/* What is there whole, though it is not in use, is not fetched again. */
static void
test_present (FetchFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fetch_assert_provided (f, "one");
  fetch_serve_image (f, "two", "b");
  fetch_assert_provided (f, "two");
  image_harness_wait (annex_image_store_set_current (f->store, "one"), &error);
  g_assert_no_error (error);
  g_ptr_array_set_size (f->requests, 0);
  fetch_assert_provided (f, "two");
  g_assert_cmpuint (f->requests->len, ==, 1); /* the manifest */
}

static void
replace_in_manifest (FetchFixture *f, const char *from, const char *to)
{
  g_autofree char *text = image_harness_manifest ("one", "a");
  g_autoptr (GString) changed = g_string_new (text);

  g_assert_cmpuint (g_string_replace (changed, from, to, 1), ==, 1);
  fetch_serve (f, "manifest.json", g_string_free_to_bytes (g_steal_pointer (&changed)));
}

/* ---- signed */

/* Serves image @version, made at @created, with its signature. */
static void
serve_signed (FetchFixture *f, const char *version, const char *seed, const char *created)
{
  g_autofree char *plain = image_harness_manifest (version, seed);
  g_autofree char *field = g_strdup_printf ("\"created\":\"%s\"", created);
  g_autoptr (GString) text = g_string_new (plain);
  char *signature;

  fetch_serve_image (f, version, seed);
  g_assert_cmpuint (g_string_replace (text, "\"created\":\"2026-01-01\"", field, 1), ==, 1);
  signature = image_harness_sign (text->str, text->len);
  fetch_serve (f, "manifest.json.sig", g_bytes_new_take (signature, strlen (signature)));
  fetch_serve (f, "manifest.json", g_string_free_to_bytes (g_steal_pointer (&text)));
  annex_image_fetcher_set_key (f->fetcher, image_harness_get_key ());
}

static void
test_signed (FetchFixture *f, gconstpointer data)
{
  serve_signed (f, "two", "b", "2026-02-01T10:00:00Z");
  fetch_assert_provided (f, "two");
  /* The same one again; and what is found is verified before it is told. */
  fetch_assert_provided (f, "two");
  fetch_serve_image (f, "three", "c");
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_null (image_harness_wait (
      annex_image_source_find_version (ANNEX_IMAGE_SOURCE (f->fetcher), NULL), NULL));
  g_assert_null (image_harness_wait (
      annex_image_source_estimate (ANNEX_IMAGE_SOURCE (f->fetcher), f->store, NULL), NULL));
}

/* No file is asked for before the signature is right. */
static void
test_wrong_signature (FetchFixture *f, gconstpointer data)
{
  g_autofree char *large = g_strnfill (5000, 'A');
  g_autofree char *other = image_harness_sign ("another text", 12);
  const char *const signatures[] = { "", "AAAA", "no base64 at all", other, large };

  serve_signed (f, "two", "b", "2026-02-01T10:00:00Z");
  for (guint i = 0; i < G_N_ELEMENTS (signatures); i++)
    {
      fetch_serve (f, "manifest.json.sig",
                   g_bytes_new_static (signatures[i], strlen (signatures[i])));
      fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
    }
  g_hash_table_remove (f->files, "/image/manifest.json.sig");
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_cmpuint (fetch_count_requests (f, "/image/vmlinuz"), ==, 0);
  g_assert_null (annex_image_store_dup_current (f->store));
}

static void
test_other_key (FetchFixture *f, gconstpointer data)
{
  const char *const keys[] = { "", "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=", "short" };

  serve_signed (f, "two", "b", "2026-02-01T10:00:00Z");
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      annex_image_fetcher_set_key (f->fetcher, keys[i]);
      fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
    }
}

/* Signed once is not good for ever: an older image is not taken in place of a newer one. */
static void
test_older (FetchFixture *f, gconstpointer data)
{
  serve_signed (f, "two", "b", "2026-02-01T10:00:00Z");
  fetch_assert_provided (f, "two");
  serve_signed (f, "one", "a", "2026-01-31T10:00:00Z");
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_null (image_harness_wait (
      annex_image_source_estimate (ANNEX_IMAGE_SOURCE (f->fetcher), f->store, NULL), NULL));
  serve_signed (f, "one", "a", "some day");
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  fetch_assert_current (f, "two");
  serve_signed (f, "three", "c", "2026-02-01T10:00:01Z");
  fetch_assert_provided (f, "three");
}

static void
test_no_space (FetchFixture *f, gconstpointer data)
{
  g_autoptr (GString) files = g_string_new ("\"files\":[");

  /* Fifty times the largest size that is allowed: 3 TiB. */
  for (guint i = 0; i < 50; i++)
    g_string_append_printf (
        files, "{\"name\":\"big%u\",\"size\":68719476736,\"sha256\":\"%064u\"},", i, i);
  replace_in_manifest (f, "\"files\":[", files->str);
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NO_SPACE);
  g_assert_cmpuint (f->requests->len, ==, 1);
}

/* Others fill the disk in the middle, after there was room. What was fetched by then is kept and
 * continued; until all of it is there, there is no image. */
static void
test_disk_runs_full (void)
{
  FetchFixture f = { 0 };
  g_autofree char *current = NULL;

  fetch_set_up (&f, NULL);
  g_clear_object (&f.store);
  f.store = annex_image_store_new (image_harness_get_disk ());
  f.disk_at_base = "size=1m";
  fetch_assert_refused (&f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NO_SPACE);
  g_assert_null (f.disk_at_base);
  current = annex_image_store_dup_current (f.store);
  g_assert_null (current);

  /* While it is full, nothing is asked for but what it takes. */
  g_ptr_array_set_size (f.requests, 0);
  fetch_assert_refused (&f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NO_SPACE);
  g_assert_cmpuint (f.requests->len, ==, 1);

  image_harness_change_disk ("size=300m");
  g_ptr_array_set_size (f.requests, 0);
  fetch_assert_provided (&f, "one");
  g_assert_cmpuint (fetch_count_requests (&f, "/image/base.erofs "), ==, 1);
  g_assert_cmpuint (fetch_count_requests (&f, "/image/base.erofs 0"), ==, 0);
  fetch_tear_down (&f, NULL);
}

static void
test_full_disk (FetchFixture *f, gconstpointer program)
{
  g_autofree char *disk = g_build_filename (f->folder, "disk", NULL);

  image_harness_run_on_disk (program, "/image/fetcher/full-disk/subprocess/in-it", disk,
                             "size=300m");
}

static void
test_other_architecture (FetchFixture *f, gconstpointer data)
{
  replace_in_manifest (f, "\"architecture\":\"", "\"architecture\":\"vax-");
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
}

static void
test_addresses (void)
{
  static const char *const good[] = { "https://images.example.org/annex", "http://127.0.0.1:80/x",
                                      "http://localhost/x", "http://[::1]:8000/x" };
  static const char *const bad[] = { "http://images.example.org/annex",
                                     "http://127.0.0.1.example.org/",
                                     "http://localhost@example.org/",
                                     "file:///etc/passwd",
                                     "ftp://127.0.0.1/",
                                     "images.example.org",
                                     "",
                                     "https:///x" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (annex_image_address_is_allowed (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (annex_image_address_is_allowed (bad[i]));
}

/* Every request is a row, also one that failed, or only sent on to somebody else; whose bytes they
 * were is told. */
static void
test_ledger (FetchFixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "tasks.db", NULL);
  g_autofree char *address = g_strdup_printf ("http://127.0.0.1:%u/moved/", f->port);
  g_autoptr (AnnexStore) store =
      g_value_dup_object (image_harness_wait (annex_store_open (path), NULL));
  g_autoptr (GPtrArray) rows = NULL;
  guint64 bytes = 0;
  guint sent_on = 0;
  guint failed = 0;

  g_clear_object (&f->fetcher);
  f->fetcher = annex_image_fetcher_new (address, NULL);
  annex_image_fetcher_set_retry_delay (f->fetcher, 1);
  annex_image_ledger_watch (ANNEX_IMAGE_SOURCE (f->fetcher), store);
  f->cuts = 1;
  f->statuses = 1;
  f->status = 503;
  fetch_assert_provided (f, "one");
  rows = g_value_dup_boxed (image_harness_wait (annex_store_list_all_ledger (store, 0, 100), NULL));
  g_assert_cmpuint (rows->len, ==, f->requests->len);
  for (guint i = 0; i < rows->len; i++)
    {
      AnnexLedgerEntry *row = g_ptr_array_index (rows, i);

      g_assert_null (row->task_id);
      g_assert_cmpstr (row->channel, ==, "image");
      g_assert_cmpstr (row->method, ==, "GET");
      g_assert_cmpstr (row->by, ==, "annex");
      g_assert_cmpuint (row->port, ==, f->port);
      bytes += row->bytes_down;
      sent_on += g_str_equal (row->host, "127.0.0.1") && row->bytes_down == 0;
      failed += g_str_equal (row->decision, "failed") && row->reason != NULL;
    }
  g_assert_cmpuint (sent_on, ==, rows->len / 2);
  g_assert_cmpuint (failed, ==, 2);
  g_assert_cmpuint (bytes, >, 1000000);
  image_harness_wait (annex_store_close (store), NULL);
}

static void
test_no_server (FetchFixture *f, gconstpointer data)
{
  soup_server_disconnect (f->server);
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK);
}

static void
test_no_address (FetchFixture *f, gconstpointer data)
{
  g_clear_object (&f->fetcher);
  f->fetcher = annex_image_fetcher_new ("", NULL);
  g_signal_connect (f->fetcher, "progress", G_CALLBACK (fetch_on_progress), f);
  fetch_assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
  g_assert_cmpuint (f->progress_reports, ==, 0); /* it does not say that it downloads */
}

#define ADD(name, func)                                                                            \
  g_test_add ("/image/fetcher/" name, FetchFixture, NULL, fetch_set_up, func, fetch_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("whole", test_whole);
  ADD ("cut-and-resume", test_cut_and_resume);
  ADD ("no-ranges", test_no_ranges);
  ADD ("wrong-range", test_wrong_range);
  ADD ("cancel-and-resume", test_cancel_and_resume);
  ADD ("stale-part", test_stale_part);
  ADD ("wrong-content", test_wrong_content);
  ADD ("short-file", test_short_file);
  ADD ("long-file", test_long_file);
  ADD ("missing", test_missing);
  ADD ("overloaded", test_overloaded);
  ADD ("refused-status", test_refused_status);
  ADD ("hostile-manifest", test_hostile_manifest);
  ADD ("pinned", test_pinned);
  ADD ("update", test_update);
  ADD ("present", test_present);
  ADD ("signed", test_signed);
  ADD ("wrong-signature", test_wrong_signature);
  ADD ("other-key", test_other_key);
  ADD ("older", test_older);
  ADD ("no-space", test_no_space);
  g_test_add ("/image/fetcher/full-disk", FetchFixture, argv[0], fetch_set_up, test_full_disk,
              fetch_tear_down);
  g_test_add_func ("/image/fetcher/full-disk/subprocess/in-it", test_disk_runs_full);
  ADD ("other-architecture", test_other_architecture);
  ADD ("ledger", test_ledger);
  ADD ("no-server", test_no_server);
  ADD ("no-address", test_no_address);
  g_test_add_func ("/image/fetcher/addresses", test_addresses);
  return g_test_run ();
}
