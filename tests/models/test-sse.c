/* test-sse.c
 *
 * The event reader: a table of forms, each cut at every byte, and its limits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-sse.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *bytes;
  gsize length;       /* 0: strlen */
  const char *events; /* "name=data;" each */
} Case;

static const Case cases[] = {
  { "plain", "data: a\n\n", 0, "message=a;" },
  { "named", "event: ping\ndata: {}\n\n", 0, "ping={};" },
  { "bom",
    "\xef\xbb\xbf"
    "data: a\n\n",
    0, "message=a;" },
  { "bom-only-once",
    "\xef\xbb\xbf"
    "data: a\n\n\xef\xbb\xbf"
    "data: b\n\n",
    0, "message=a;" },
  { "cr", "data: a\r\rdata: b\r\r", 0, "message=a;message=b;" },
  { "crlf", "event: x\r\ndata: a\r\n\r\ndata: b\r\n\r\n", 0, "x=a;message=b;" },
  { "mixed-ends", "data: a\r\ndata: b\rdata: c\n\r\n", 0, "message=a\nb\nc;" },
  { "cr-then-lf-is-one", "data: a\r\n\ndata: b\n\n", 0, "message=a;message=b;" },
  { "multi-line", "data: a\ndata\ndata: b\n\n", 0, "message=a\n\nb;" },
  { "one-space-only", "data:  a\n\ndata:b\n\n", 0, "message= a;message=b;" },
  { "empty-data", "data:\n\n", 0, "message=;" },
  { "no-data-no-event", "event: x\n\ndata: a\n\n", 0, "message=a;" },
  { "last-name-counts", "event: x\nevent: y\ndata: a\n\n", 0, "y=a;" },
  { "comments", ": hi\ndata: a\n:\n\n: bye\n\n", 0, "message=a;" },
  { "unknown-fields", "id: 1\nid: \nretry: soon\nfoo: bar\nfoo\ndata: a\n\n", 0, "message=a;" },
  { "colon-in-value", "data: a: b\n\n", 0, "message=a: b;" },
  { "no-end", "data: a\n\ndata: b\n", 0, "message=a;" },
  { "half-line", "data: a\n\ndata: b", 0, "message=a;" },
  { "many-blank", "\n\n\r\r\r\ndata: a\n\n\n\n", 0, "message=a;" },
  { "utf8", "data: \xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\n\n", 0,
    "message=\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80;" },
  { "bad-utf8",
    "data: a\xff"
    "b\xc3\n\n",
    0,
    "message=a\xef\xbf\xbd"
    "b\xef\xbf\xbd;" },
  { "nul", "data: a\0b\n\n", 11,
    "message=a\xef\xbf\xbd"
    "b;" },
  { "error-field", "error: {\"code\":500}\n\n", 0, "error={\"code\":500};" },
  { "empty", "", 0, "" },
};

static gboolean
note_cb (const char *name, const char *data, gpointer user_data, GError **error)
{
  g_assert_true (g_utf8_validate (data, -1, NULL));
  g_string_append_printf (user_data, "%s=%s;", name, data);
  return TRUE;
}

static void
feed (AnnexSse *sse, const char *bytes, gsize length, GString *out)
{
  g_autofree char *copy = g_memdup2 (bytes, length);
  g_autoptr (GError) error = NULL;

  g_assert_true (annex_sse_feed (sse, copy, length, note_cb, out, &error));
  g_assert_no_error (error);
}

static void
test_table (gconstpointer data)
{
  const Case *row = data;
  gsize length = row->length > 0 ? row->length : strlen (row->bytes);

  /* Whole, cut in two at every byte, and byte by byte. */
  for (gsize cut = 0; cut <= length + 1; cut++)
    {
      g_autoptr (AnnexSse) sse = annex_sse_new (0);
      g_autoptr (GString) out = g_string_new (NULL);

      if (cut <= length)
        {
          feed (sse, row->bytes, cut, out);
          feed (sse, row->bytes + cut, length - cut, out);
        }
      else
        for (gsize i = 0; i < length; i++)
          feed (sse, row->bytes + i, 1, out);
      g_assert_cmpstr (out->str, ==, row->events);
    }
}

/* Where a stream is, is told by whole events only, and is for a header. */
static void
test_last_id (void)
{
  static const struct
  {
    const char *bytes;
    const char *id;
    guint retry_ms;
  } rows[] = {
    { "data: a\n\n", NULL, 0 },
    { "id: 7\n", NULL, 0 },
    { "id: 7\n\n", "7", 0 },
    { "id: 7\ndata: a\n\ndata: b\n\n", "7", 0 },
    { "id: 7\n\nid: 8\n", "7", 0 },
    { "id: 7\n\nid\n\n", NULL, 0 },
    { "id: 7\n\nid: a\tb\n\n", "7", 0 },
    { "id: \xc3\xa4\n\n", NULL, 0 },
    { "retry: 250\n\n", NULL, 250 },
    { "retry: -1\nretry: soon\nretry: 99999999999\n\n", NULL, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AnnexSse) sse = annex_sse_new (0);
      g_autoptr (GString) out = g_string_new (NULL);

      feed (sse, rows[i].bytes, strlen (rows[i].bytes), out);
      g_assert_cmpstr (annex_sse_get_last_id (sse), ==, rows[i].id);
      g_assert_cmpuint (annex_sse_get_retry_ms (sse), ==, rows[i].retry_ms);
    }
}

static void
expect_limit (const char *start, const char *piece)
{
  g_autoptr (AnnexSse) sse = annex_sse_new (10000);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (annex_sse_feed (sse, start, strlen (start), note_cb, out, &error));
  for (int i = 0; error == NULL && i < 1000; i++)
    annex_sse_feed (sse, piece, strlen (piece), note_cb, out, &error);
  g_assert_error (error, ANNEX_SSE_ERROR, ANNEX_SSE_ERROR_LIMIT);
  g_assert_cmpuint (out->len, ==, 0);
}

static void
test_limits (void)
{
  expect_limit ("data: ", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
  expect_limit (": ", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
  expect_limit ("", "data: xxxxxxxxxxxxxxxxxxxxxxxxxx\n");
}

/* Many small events are no large one. */
static void
test_no_limit_over_events (void)
{
  g_autoptr (AnnexSse) sse = annex_sse_new (100);
  g_autoptr (GString) out = g_string_new (NULL);

  for (int i = 0; i < 1000; i++)
    feed (sse, "data: 0123456789\n\n", 18, out);
  g_assert_cmpuint (out->len, ==, 1000 * strlen ("message=0123456789;"));
}

static gboolean
stop_cb (const char *name, const char *data, gpointer user_data, GError **error)
{
  *(int *) user_data += 1;
  g_set_error_literal (error, ANNEX_SSE_ERROR, 77, "stop");
  return FALSE;
}

static void
test_callback_stops (void)
{
  g_autoptr (AnnexSse) sse = annex_sse_new (0);
  g_autoptr (GError) error = NULL;
  int n = 0;

  g_assert_false (annex_sse_feed (sse, "data: a\n\ndata: b\n\n", 18, stop_cb, &n, &error));
  g_assert_error (error, ANNEX_SSE_ERROR, 77);
  g_assert_cmpint (n, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sse/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_table);
    }
  g_test_add_func ("/sse/last-id", test_last_id);
  g_test_add_func ("/sse/limits", test_limits);
  g_test_add_func ("/sse/no-limit-over-events", test_no_limit_over_events);
  g_test_add_func ("/sse/callback-stops", test_callback_stops);
  return g_test_run ();
}
