/* image-fetch.c
 *
 * See image-fetch.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image-fetch.h"

#include "image-harness.h"

#include <string.h>

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
answer (FetchFixture *f, SoupServerMessage *message, GBytes *content, gsize start)
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
  FetchFixture *f = data;
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

void
fetch_serve (FetchFixture *f, const char *name, GBytes *content)
{
  g_hash_table_insert (f->files, g_strconcat ("/image/", name, NULL), content);
}

void
fetch_serve_image (FetchFixture *f, const char *version, const char *seed)
{
  char *manifest = image_harness_manifest (version, seed);

  fetch_serve (f, "manifest.json", g_bytes_new_take (manifest, strlen (manifest)));
  fetch_serve (f, "vmlinuz", image_harness_content ("vmlinuz", seed));
  fetch_serve (f, "initramfs", image_harness_content ("initramfs", seed));
  fetch_serve (f, "base.erofs", image_harness_content ("base.erofs", seed));
  fetch_serve (f, "disk.qcow2", image_harness_content ("disk.qcow2", seed));
}

void
fetch_on_progress (AnnexImageSource *source, const char *sentence, double fraction, gpointer data)
{
  FetchFixture *f = data;

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
  FetchFixture *f = data;

  g_assert_cmpstr (host, ==, "127.0.0.1");
  g_assert_cmpuint (port, ==, f->port);
  f->transferred_bytes += bytes;
}

void
fetch_use_address (FetchFixture *f, const char *sha256)
{
  g_autoslist (GUri) uris = soup_server_get_uris (f->server);
  g_autofree char *address =
      g_strdup_printf ("http://127.0.0.1:%d/image/", g_uri_get_port (uris->data));

  f->port = (guint) g_uri_get_port (uris->data);

  g_clear_object (&f->fetcher);
  f->fetcher = annex_image_fetcher_new (address, sha256);
  annex_image_fetcher_set_retry_delay (f->fetcher, 1);
  g_signal_connect (f->fetcher, "progress", G_CALLBACK (fetch_on_progress), f);
  g_signal_connect (f->fetcher, "transferred", G_CALLBACK (on_transferred), f);
}

void
fetch_set_up (FetchFixture *f, gconstpointer data)
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
  fetch_use_address (f, NULL);
  fetch_serve_image (f, "one", "a");
}

void
fetch_tear_down (FetchFixture *f, gconstpointer data)
{
  g_clear_object (&f->cancel_at_base);
  g_object_unref (f->server);
  g_object_unref (f->fetcher);
  g_object_unref (f->store);
  g_hash_table_unref (f->files);
  g_ptr_array_unref (f->requests);
  image_harness_remove_folder (f->folder);
}

const GValue *
fetch_provide (FetchFixture *f, GError **error)
{
  return image_harness_wait (
      annex_image_source_provide (ANNEX_IMAGE_SOURCE (f->fetcher), f->store, f->cancel_at_base),
      error);
}

void
fetch_assert_current (FetchFixture *f, const char *version)
{
  g_autofree char *current = annex_image_store_dup_current (f->store);

  g_assert_cmpstr (current, ==, version);
}

void
fetch_assert_provided (FetchFixture *f, const char *version)
{
  g_autoptr (GError) error = NULL;
  const GValue *value = fetch_provide (f, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (annex_image_get_version (g_value_get_boxed (value)), ==, version);
  fetch_assert_current (f, version);
}

void
fetch_assert_refused (FetchFixture *f, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (fetch_provide (f, &error));
  g_assert_error (error, domain, code);
}

guint
fetch_count_requests (FetchFixture *f, const char *prefix)
{
  guint n = 0;

  for (guint i = 0; i < f->requests->len; i++)
    n += g_str_has_prefix (g_ptr_array_index (f->requests, i), prefix);
  return n;
}
