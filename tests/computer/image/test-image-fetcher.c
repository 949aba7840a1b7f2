/* test-image-fetcher.c
 *
 * Fetching against a server on loopback that behaves, breaks off, lies and changes its mind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-download.h"
#include "annex-image-fetcher.h"
#include "annex-image-ledger.h"
#include "image-harness.h"

#include <glib/gstdio.h>
#include <libdex.h>
#include <libsoup/soup.h>
#include <string.h>

typedef struct
{
  char *folder;
  SoupServer *server;
  AnnexImageStore *store;
  AnnexImageFetcher *fetcher;
  GHashTable *files;    /* path -> GBytes */
  GPtrArray *requests;  /* "path range" */
  guint cuts;           /* so many answers with the base layer break off halfway */
  gboolean no_ranges;   /* ranges are ignored */
  gboolean wrong_range; /* ranges are answered with another part */
  guint status;         /* instead of the base layer, if not 0 */
  guint statuses;       /* so many times */
  GCancellable *cancel_at_base;
  const char *disk_at_base; /* options that the disk gets then */
  guint progress_reports;
  double last_fraction;
  guint64 transferred_bytes;
  guint port;
} Fixture;

/* Answers with a part and the right length, and then hangs up in the middle. */
static void
break_off (SoupServerMessage *message, GBytes *content, gsize start, guint status)
{
  g_autoptr (GString) head = g_string_new (NULL);
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);
  gsize size = g_bytes_get_size (content), half = start + (size - start) / 2;
  const char *bytes = g_bytes_get_data (content, NULL);
  GOutputStream *out = g_io_stream_get_output_stream (stream);

  g_string_append_printf (head, "HTTP/1.1 %u X\r\nContent-Length: %zu\r\n", status, size - start);
  if (status == 206)
    g_string_append_printf (head, "Content-Range: bytes %zu-%zu/%zu\r\n", start, size - 1, size);
  g_string_append (head, "\r\n");
  g_output_stream_write_all (out, head->str, head->len, NULL, NULL, NULL);
  g_output_stream_write_all (out, bytes + start, half - start, NULL, NULL, NULL);
  g_io_stream_close (stream, NULL, NULL);
}

static gsize
read_range (SoupServerMessage *message)
{
  const char *range =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Range");
  guint64 start = 0;

  if (range != NULL && g_str_has_prefix (range, "bytes="))
    start = g_ascii_strtoull (range + strlen ("bytes="), NULL, 10);
  return start;
}

static void
answer (Fixture *f, SoupServerMessage *message, GBytes *content, gsize start)
{
  gsize size = g_bytes_get_size (content);
  g_autoptr (GBytes) part = NULL;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (start > 0 && start >= size)
    {
      soup_server_message_set_status (message, 416, NULL);
      return;
    }
  /* Libsoup's server would apply the range itself; here the test does. */
  soup_message_headers_remove (soup_server_message_get_request_headers (message), "Range");
  part = g_bytes_new_from_bytes (content, start, size - start);
  if (start > 0)
    {
      gsize told = f->wrong_range ? start - 1 : start;

      soup_message_headers_set_content_range (headers, told, size - 1, size);
    }
  soup_server_message_set_status (message, start > 0 ? 206 : 200, NULL);
  if (g_bytes_get_size (part) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), part);
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  Fixture *f = data;
  GBytes *content = g_hash_table_lookup (f->files, path);
  gboolean base = g_str_has_suffix (path, "base.erofs");
  gsize start = f->no_ranges ? 0 : read_range (message);

  g_ptr_array_add (f->requests, g_strdup_printf ("%s %zu", path, start));
  if (base && f->cancel_at_base != NULL)
    g_cancellable_cancel (f->cancel_at_base);
  if (base && f->disk_at_base != NULL)
    image_harness_change_disk (g_steal_pointer (&f->disk_at_base));
  if (g_str_has_prefix (path, "/moved/"))
    {
      g_autofree char *to =
          g_strdup_printf ("http://localhost:%u/image/%s", f->port, path + strlen ("/moved/"));

      soup_server_message_set_redirect (message, 302, to);
    }
  else if (content == NULL)
    {
      soup_server_message_set_status (message, 404, NULL);
    }
  else if (base && f->statuses > 0)
    {
      f->statuses--;
      soup_server_message_set_status (message, f->status, NULL);
    }
  else if (base && f->cuts > 0)
    {
      f->cuts--;
      break_off (message, content, start, start > 0 ? 206 : 200);
    }
  else
    {
      answer (f, message, content, start);
    }
}

static void
serve (Fixture *f, const char *name, GBytes *content)
{
  g_hash_table_insert (f->files, g_strconcat ("/image/", name, NULL), content);
}

static void
serve_image (Fixture *f, const char *version, const char *seed)
{
  char *manifest = image_harness_manifest (version, seed);

  serve (f, "manifest.json", g_bytes_new_take (manifest, strlen (manifest)));
  serve (f, "vmlinuz", image_harness_content ("vmlinuz", seed));
  serve (f, "initramfs", image_harness_content ("initramfs", seed));
  serve (f, "base.erofs", image_harness_content ("base.erofs", seed));
  serve (f, "disk.qcow2", image_harness_content ("disk.qcow2", seed));
}

static void
on_progress (AnnexImageSource *source, const char *sentence, double fraction, gpointer data)
{
  Fixture *f = data;

  g_assert_cmpstr (sentence, !=, "");
  g_assert_cmpfloat (fraction, <=, 1);
  f->progress_reports++;
  f->last_fraction = fraction;
}

static void
on_transferred (AnnexImageSource *source,
                const char *host,
                guint port,
                guint64 bytes,
                const char *failure,
                gpointer data)
{
  Fixture *f = data;

  g_assert_cmpstr (host, ==, "127.0.0.1");
  g_assert_cmpuint (port, ==, f->port);
  f->transferred_bytes += bytes;
}

static void
use_address (Fixture *f, const char *sha256)
{
  g_autoslist (GUri) uris = soup_server_get_uris (f->server);
  g_autofree char *address =
      g_strdup_printf ("http://127.0.0.1:%d/image/", g_uri_get_port (uris->data));

  f->port = (guint) g_uri_get_port (uris->data);

  g_clear_object (&f->fetcher);
  f->fetcher = annex_image_fetcher_new (address, sha256);
  annex_image_fetcher_set_retry_delay (f->fetcher, 1);
  g_signal_connect (f->fetcher, "progress", G_CALLBACK (on_progress), f);
  g_signal_connect (f->fetcher, "transferred", G_CALLBACK (on_transferred), f);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;

  f->folder = image_harness_make_folder ();
  folder = g_build_filename (f->folder, "image", NULL);
  f->store = annex_image_store_new (folder);
  f->files =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  f->requests = g_ptr_array_new_with_free_func (g_free);
  f->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (f->server, NULL, on_request, f, NULL);
  soup_server_listen_local (f->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  use_address (f, NULL);
  serve_image (f, "one", "a");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->cancel_at_base);
  g_object_unref (f->server);
  g_object_unref (f->fetcher);
  g_object_unref (f->store);
  g_hash_table_unref (f->files);
  g_ptr_array_unref (f->requests);
  image_harness_remove_folder (f->folder);
}

static const GValue *
provide (Fixture *f, GError **error)
{
  return image_harness_wait (
      annex_image_source_provide (ANNEX_IMAGE_SOURCE (f->fetcher), f->store, f->cancel_at_base),
      error);
}

static void
assert_current (Fixture *f, const char *version)
{
  g_autofree char *current = annex_image_store_dup_current (f->store);

  g_assert_cmpstr (current, ==, version);
}

static void
assert_provided (Fixture *f, const char *version)
{
  g_autoptr (GError) error = NULL;
  const GValue *value = provide (f, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (annex_image_get_version (g_value_get_boxed (value)), ==, version);
  assert_current (f, version);
}

static void
assert_refused (Fixture *f, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (provide (f, &error));
  g_assert_error (error, domain, code);
}

static guint
count_requests (Fixture *f, const char *prefix)
{
  guint n = 0;

  for (guint i = 0; i < f->requests->len; i++)
    n += g_str_has_prefix (g_ptr_array_index (f->requests, i), prefix);
  return n;
}

static void
test_whole (Fixture *f, gconstpointer data)
{
  const AnnexImageEstimate *estimate;
  const GValue *value = image_harness_wait (
      annex_image_source_find_version (ANNEX_IMAGE_SOURCE (f->fetcher), NULL), NULL);

  g_assert_cmpstr (g_value_get_string (value), ==, "one");
  estimate = g_value_get_boxed (image_harness_wait (
      annex_image_source_estimate (ANNEX_IMAGE_SOURCE (f->fetcher), f->store, NULL), NULL));
  g_assert_cmpuint (estimate->download_bytes, >, 1000000);
  g_ptr_array_set_size (f->requests, 1); /* the question is none of the fetch */
  assert_provided (f, "one");
  g_assert_cmpuint (f->progress_reports, >, 0);
  g_assert_cmpfloat (f->last_fraction, ==, 1);
  g_assert_cmpuint (f->transferred_bytes, >, 1000000);
  g_assert_cmpuint (f->requests->len, ==, 6);
  /* Once there it is not fetched again. */
  assert_provided (f, "one");
  g_assert_cmpuint (f->requests->len, ==, 7);
}

static void
test_cut_and_resume (Fixture *f, gconstpointer data)
{
  GBytes *base = g_hash_table_lookup (f->files, "/image/base.erofs");
  g_autofree char *second = g_strdup_printf ("/image/base.erofs %zu", g_bytes_get_size (base) / 2);

  f->cuts = 3;
  assert_provided (f, "one");
  g_assert_cmpuint (count_requests (f, "/image/base.erofs "), ==, 4);
  g_assert_cmpuint (count_requests (f, second), ==, 1);
  g_assert_cmpuint (count_requests (f, "/image/base.erofs 0"), ==, 1);
}

/* A server without ranges: the file begins anew, and not for ever. */
static void
test_no_ranges (Fixture *f, gconstpointer data)
{
  f->no_ranges = TRUE;
  f->cuts = 2;
  assert_provided (f, "one");
  f->cuts = 1000;
  serve_image (f, "two", "b");
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_cmpuint (f->requests->len, <, 30);
}

static void
test_wrong_range (Fixture *f, gconstpointer data)
{
  f->wrong_range = TRUE;
  f->cuts = 1;
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK);
}

/* What one call left is continued by the next one, even by another object. */
static void
test_cancel_and_resume (Fixture *f, gconstpointer data)
{
  f->cuts = 1;
  f->status = 503;
  f->cancel_at_base = g_cancellable_new ();
  assert_refused (f, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&f->cancel_at_base);
  use_address (f, NULL);
  g_ptr_array_set_size (f->requests, 0);
  assert_provided (f, "one");
  /* The kernel and the initramfs were complete. */
  g_assert_cmpuint (count_requests (f, "/image/vmlinuz"), ==, 0);
  g_assert_cmpuint (count_requests (f, "/image/initramfs"), ==, 0);
}

/* A partial file of another image: fetched once more, whole. */
static void
test_stale_part (Fixture *f, gconstpointer data)
{
  g_autofree char *staging = annex_image_store_stage (f->store, "one", NULL);
  g_autofree char *part = g_build_filename (staging, "base.erofs.part", NULL);

  g_assert_true (g_file_set_contents (part, "something else", -1, NULL));
  assert_provided (f, "one");
  g_assert_cmpuint (count_requests (f, "/image/base.erofs 14"), ==, 1);
  g_assert_cmpuint (count_requests (f, "/image/base.erofs 0"), ==, 1);
}

static void
test_wrong_content (Fixture *f, gconstpointer data)
{
  GBytes *base = g_hash_table_lookup (f->files, "/image/base.erofs");
  gsize size = g_bytes_get_size (base);
  char *copy = g_memdup2 (g_bytes_get_data (base, NULL), size);

  copy[size / 2] ^= 1;
  serve (f, "base.erofs", g_bytes_new_take (copy, size));
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_null (annex_image_store_dup_current (f->store));
  g_assert_cmpuint (count_requests (f, "/image/base.erofs"), ==, 1);
}

static void
test_short_file (Fixture *f, gconstpointer data)
{
  GBytes *base = g_hash_table_lookup (f->files, "/image/base.erofs");

  serve (f, "base.erofs", g_bytes_new_from_bytes (base, 0, g_bytes_get_size (base) - 7));
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_cmpuint (f->requests->len, <, 20);
}

static void
test_long_file (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) more = g_string_new (NULL);
  GBytes *base = g_hash_table_lookup (f->files, "/image/base.erofs");

  g_string_append_len (more, g_bytes_get_data (base, NULL), g_bytes_get_size (base));
  g_string_append (more, "more");
  serve (f, "base.erofs", g_string_free_to_bytes (g_steal_pointer (&more)));
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
}

static void
test_missing (Fixture *f, gconstpointer data)
{
  g_hash_table_remove (f->files, "/image/initramfs");
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
  g_hash_table_remove (f->files, "/image/manifest.json");
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
}

static void
test_overloaded (Fixture *f, gconstpointer data)
{
  f->status = 503;
  f->statuses = 2;
  assert_provided (f, "one");
  serve_image (f, "two", "b");
  f->statuses = 1000;
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK);
  g_assert_cmpuint (f->requests->len, <, 20);
}

static void
test_refused_status (Fixture *f, gconstpointer data)
{
  f->status = 403;
  f->statuses = 1;
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK);
  g_assert_cmpuint (count_requests (f, "/image/base.erofs"), ==, 1);
}

static void
test_hostile_manifest (Fixture *f, gconstpointer data)
{
  g_autofree char *large = g_malloc (ANNEX_IMAGE_MANIFEST_MAX_BYTES + 100);
  const char *const texts[] = { "", "{}", "[]", "<html></html>", "{\"format\":1" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      serve (f, "manifest.json", g_bytes_new_static (texts[i], strlen (texts[i])));
      assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
    }
  memset (large, ' ', ANNEX_IMAGE_MANIFEST_MAX_BYTES + 100);
  serve (f, "manifest.json", g_bytes_new (large, ANNEX_IMAGE_MANIFEST_MAX_BYTES + 100));
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
}

static void
test_pinned (Fixture *f, gconstpointer data)
{
  GBytes *manifest = g_hash_table_lookup (f->files, "/image/manifest.json");
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, manifest);

  use_address (f, sum);
  assert_provided (f, "one");
  serve_image (f, "two", "b");
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
}

/* Only what changed is fetched. */
static void
test_update (Fixture *f, gconstpointer data)
{
  assert_provided (f, "one");
  g_ptr_array_set_size (f->requests, 0);
  serve_image (f, "two", "b");
  assert_provided (f, "two");
  g_assert_cmpuint (count_requests (f, "/image/vmlinuz"), ==, 0);
  g_assert_cmpuint (count_requests (f, "/image/disk.qcow2"), ==, 0);
  g_assert_cmpuint (count_requests (f, "/image/base.erofs"), ==, 1);
}

static void
replace_in_manifest (Fixture *f, const char *from, const char *to)
{
  g_autofree char *text = image_harness_manifest ("one", "a");
  g_autoptr (GString) changed = g_string_new (text);

  g_assert_cmpuint (g_string_replace (changed, from, to, 1), ==, 1);
  serve (f, "manifest.json", g_string_free_to_bytes (g_steal_pointer (&changed)));
}

/* ---- signed */

/* Serves image @version, made at @created, with its signature. */
static void
serve_signed (Fixture *f, const char *version, const char *seed, const char *created)
{
  g_autofree char *plain = image_harness_manifest (version, seed);
  g_autofree char *field = g_strdup_printf ("\"created\":\"%s\"", created);
  g_autoptr (GString) text = g_string_new (plain);
  char *signature;

  serve_image (f, version, seed);
  g_assert_cmpuint (g_string_replace (text, "\"created\":\"2026-01-01\"", field, 1), ==, 1);
  signature = image_harness_sign (text->str, text->len);
  serve (f, "manifest.json.sig", g_bytes_new_take (signature, strlen (signature)));
  serve (f, "manifest.json", g_string_free_to_bytes (g_steal_pointer (&text)));
  annex_image_fetcher_set_key (f->fetcher, image_harness_get_key ());
}

static void
test_signed (Fixture *f, gconstpointer data)
{
  serve_signed (f, "two", "b", "2026-02-01T10:00:00Z");
  assert_provided (f, "two");
  /* The same one again; and what is found is verified before it is told. */
  assert_provided (f, "two");
  serve_image (f, "three", "c");
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_null (image_harness_wait (
      annex_image_source_find_version (ANNEX_IMAGE_SOURCE (f->fetcher), NULL), NULL));
  g_assert_null (image_harness_wait (
      annex_image_source_estimate (ANNEX_IMAGE_SOURCE (f->fetcher), f->store, NULL), NULL));
}

/* No file is asked for before the signature is right. */
static void
test_wrong_signature (Fixture *f, gconstpointer data)
{
  g_autofree char *large = g_strnfill (5000, 'A');
  g_autofree char *other = image_harness_sign ("another text", 12);
  const char *const signatures[] = { "", "AAAA", "no base64 at all", other, large };

  serve_signed (f, "two", "b", "2026-02-01T10:00:00Z");
  for (guint i = 0; i < G_N_ELEMENTS (signatures); i++)
    {
      serve (f, "manifest.json.sig", g_bytes_new_static (signatures[i], strlen (signatures[i])));
      assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
    }
  g_hash_table_remove (f->files, "/image/manifest.json.sig");
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_assert_cmpuint (count_requests (f, "/image/vmlinuz"), ==, 0);
  g_assert_null (annex_image_store_dup_current (f->store));
}

static void
test_other_key (Fixture *f, gconstpointer data)
{
  const char *const keys[] = { "", "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=", "short" };

  serve_signed (f, "two", "b", "2026-02-01T10:00:00Z");
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      annex_image_fetcher_set_key (f->fetcher, keys[i]);
      assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
    }
}

/* Signed once is not good for ever: an older image is not taken in place of a newer one. */
static void
test_older (Fixture *f, gconstpointer data)
{
  serve_signed (f, "two", "b", "2026-02-01T10:00:00Z");
  assert_provided (f, "two");
  serve_signed (f, "one", "a", "2026-01-31T10:00:00Z");
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  serve_signed (f, "one", "a", "some day");
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  assert_current (f, "two");
  serve_signed (f, "three", "c", "2026-02-01T10:00:01Z");
  assert_provided (f, "three");
}

static void
test_no_space (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) files = g_string_new ("\"files\":[");

  /* Fifty times the largest size that is allowed: 3 TiB. */
  for (guint i = 0; i < 50; i++)
    g_string_append_printf (
        files, "{\"name\":\"big%u\",\"size\":68719476736,\"sha256\":\"%064u\"},", i, i);
  replace_in_manifest (f, "\"files\":[", files->str);
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NO_SPACE);
  g_assert_cmpuint (f->requests->len, ==, 1);
}

/* Others fill the disk in the middle, after there was room. What was fetched by then is kept and
 * continued; until all of it is there, there is no image. */
static void
test_disk_runs_full (void)
{
  Fixture f = { 0 };
  g_autofree char *current = NULL;

  set_up (&f, NULL);
  g_clear_object (&f.store);
  f.store = annex_image_store_new (image_harness_get_disk ());
  f.disk_at_base = "size=1m";
  assert_refused (&f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NO_SPACE);
  g_assert_null (f.disk_at_base);
  current = annex_image_store_dup_current (f.store);
  g_assert_null (current);

  /* While it is full, nothing is asked for but what it takes. */
  g_ptr_array_set_size (f.requests, 0);
  assert_refused (&f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NO_SPACE);
  g_assert_cmpuint (f.requests->len, ==, 1);

  image_harness_change_disk ("size=300m");
  g_ptr_array_set_size (f.requests, 0);
  assert_provided (&f, "one");
  g_assert_cmpuint (count_requests (&f, "/image/base.erofs "), ==, 1);
  g_assert_cmpuint (count_requests (&f, "/image/base.erofs 0"), ==, 0);
  tear_down (&f, NULL);
}

static void
test_full_disk (Fixture *f, gconstpointer program)
{
  g_autofree char *disk = g_build_filename (f->folder, "disk", NULL);

  image_harness_run_on_disk (program, "/image/fetcher/full-disk/subprocess/in-it", disk,
                             "size=300m");
}

static void
test_other_architecture (Fixture *f, gconstpointer data)
{
  replace_in_manifest (f, "\"architecture\":\"", "\"architecture\":\"vax-");
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
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
test_ledger (Fixture *f, gconstpointer data)
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
  assert_provided (f, "one");
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
test_no_server (Fixture *f, gconstpointer data)
{
  soup_server_disconnect (f->server);
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK);
}

static void
test_no_address (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->fetcher);
  f->fetcher = annex_image_fetcher_new ("", NULL);
  g_signal_connect (f->fetcher, "progress", G_CALLBACK (on_progress), f);
  assert_refused (f, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
  g_assert_cmpuint (f->progress_reports, ==, 0); /* it does not say that it downloads */
}

#define ADD(name, func) g_test_add ("/image/fetcher/" name, Fixture, NULL, set_up, func, tear_down)

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
  ADD ("signed", test_signed);
  ADD ("wrong-signature", test_wrong_signature);
  ADD ("other-key", test_other_key);
  ADD ("older", test_older);
  ADD ("no-space", test_no_space);
  g_test_add ("/image/fetcher/full-disk", Fixture, argv[0], set_up, test_full_disk, tear_down);
  g_test_add_func ("/image/fetcher/full-disk/subprocess/in-it", test_disk_runs_full);
  ADD ("other-architecture", test_other_architecture);
  ADD ("ledger", test_ledger);
  ADD ("no-server", test_no_server);
  ADD ("no-address", test_no_address);
  g_test_add_func ("/image/fetcher/addresses", test_addresses);
  return g_test_run ();
}
