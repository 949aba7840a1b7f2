/* test-http-head.c
 *
 * The head filter, the body reader and the ClientHello reader: what they accept, and every form
 * they must refuse, whole and cut at every byte.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-http-body.h"
#include "annex-http-head.h"
#include "annex-tls-hello.h"
#include "tls-hello-builder.h"

#include <string.h>

#define H "Host: a.example\r\n"
#define GET "GET http://a.example/ HTTP/1.1\r\n"

typedef struct
{
  const char *head;
  guint status; /* 0: accepted */
  gsize length; /* 0: strlen */
} Row;

static const Row rows[] = {
  { GET H "\r\n", 0 },
  { "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n", 0 },
  { "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n", 0 },
  { "CONNECT a.example:443 HTTP/1.0\r\n\r\n", 0 },
  { "CONNECT A.Example.:443 HTTP/1.1\r\nhOST:\t a.EXAMPLE:443 \t\r\n\r\n", 0 },
  { "GET HTTP://a.example?q=1 HTTP/1.1\r\n" H "\r\n", 0 },
  { "GET http://a.example:80/x HTTP/1.1\r\n" H "\r\n", 0 },
  { "GET http://a.example/x HTTP/1.1\r\nHost: a.example:80\r\n\r\n", 0 },
  { "POST http://a.example/ HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\n", 0 },
  { "POST http://a.example/ HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n", 0 },
  { "CONNECT a.example:443 HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", 0 },
  { GET H "X: \xc3\xa4\tb\r\n\r\n", 0 },
  { GET H "X:\r\n\r\n", 0 },

  /* request line */
  { "GET / HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET a.example HTTP/1.1\r\n" H "\r\n", 400 },
  { "OPTIONS * HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET https://a.example/ HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET ftp://a.example/ HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET http:/a.example/ HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET http:///x HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET http://a.example/#x HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET http://a.example\\@b.example/ HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET http://a.example/ä HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET  http://a.example/ HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET\thttp://a.example/ HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET http://a.example/ HTTP/1.1 \r\n" H "\r\n", 400 },
  { "GET http://a.example/ x HTTP/1.1\r\n" H "\r\n", 400 },
  { "GET http://a.example/ HTTP/2.0\r\n" H "\r\n", 400 },
  { "GET http://a.example/ HTTP/1.2\r\n" H "\r\n", 400 },
  { "GET http://a.example/ http/1.1\r\n" H "\r\n", 400 },
  { "GET http://a.example/ HTTP/01.1\r\n" H "\r\n", 400 },
  { "GET http://a.example/\r\n\r\n", 400 },
  { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400 },
  { "\r\n" GET H "\r\n", 400 },
  { " " GET H "\r\n", 400 },
  { "G(T http://a.example/ HTTP/1.1\r\n" H "\r\n", 400 },
  { "\x16\x03\x01\x02", 400 },
  { "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 400 },
  { "TRACE http://a.example/ HTTP/1.1\r\n" H "\r\n", 403 },
  { "trace http://a.example/ HTTP/1.1\r\n" H "\r\n", 403 },
  { "connect a.example:443 HTTP/1.1\r\n" H "\r\n", 403 },

  /* authority */
  { "CONNECT a.example HTTP/1.1\r\n" H "\r\n", 400 },
  { "CONNECT a.example: HTTP/1.1\r\n" H "\r\n", 400 },
  { "CONNECT a.example:0 HTTP/1.1\r\n" H "\r\n", 400 },
  { "CONNECT a.example:0443 HTTP/1.1\r\n" H "\r\n", 400 },
  { "CONNECT a.example:+443 HTTP/1.1\r\n" H "\r\n", 400 },
  { "CONNECT a.example:65536 HTTP/1.1\r\n" H "\r\n", 400 },
  { "CONNECT a.example:443/ HTTP/1.1\r\n" H "\r\n", 400 },
  { "CONNECT http://a.example:443 HTTP/1.1\r\n" H "\r\n", 400 },
  { "CONNECT u@a.example:443 HTTP/1.1\r\n" H "\r\n", 400 },
  { "CONNECT :443 HTTP/1.1\r\n" H "\r\n", 400 },
  { "CONNECT a:b:443 HTTP/1.1\r\n" H "\r\n", 400 },
  { "CONNECT [::1]:443 HTTP/1.1\r\n" H "\r\n", 403 },
  { "CONNECT ::1:443 HTTP/1.1\r\n" H "\r\n", 403 },
  { "CONNECT 127.0.0.1:443 HTTP/1.1\r\n" H "\r\n", 403 },

  /* Host */
  { GET "\r\n", 400 },
  { GET H H "\r\n", 400 },
  { GET "Host:\r\n\r\n", 400 },
  { GET "Host: b.example\r\n\r\n", 400 },
  { GET "Host: a.example, b.example\r\n\r\n", 400 },
  { GET "Host: a.example:81\r\n\r\n", 400 },
  { GET "Host: u@a.example\r\n\r\n", 400 },
  { "GET http://a.example/ HTTP/1.0\r\nHost: b.example\r\n\r\n", 400 },
  { "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:80\r\n\r\n", 400 },

  /* line ends and bytes */
  { "GET http://a.example/ HTTP/1.1\n" H "\r\n", 400 },
  { GET "Host: a.example\n\r\n", 400 },
  { GET H "X: a\rb\r\n\r\n", 400 },
  { GET H "X: a\r\r\n\r\n", 400 },
  { GET H "X: a\0b\r\n\r\n", 400, sizeof (GET H "X: a\0b\r\n\r\n") - 1 },
  { GET H "X: a\x01\r\n\r\n", 400 },
  { GET H "X: a\x7f\r\n\r\n", 400 },
  { GET H "X: a\vb\r\n\r\n", 400 },

  /* fields */
  { GET H "X : a\r\n\r\n", 400 },
  { GET H "X\t: a\r\n\r\n", 400 },
  { GET H " X: a\r\n\r\n", 400 },
  { GET H "X: a\r\n b\r\n\r\n", 400 },
  { GET H "X: a\r\n\tb\r\n\r\n", 400 },
  { GET " " H "\r\n", 400 },
  { GET H ": a\r\n\r\n", 400 },
  { GET H "X\r\n\r\n", 400 },
  { GET H "X(: a\r\n\r\n", 400 },
  { GET H "X\xc3\xa4: a\r\n\r\n", 400 },
  { GET H "Proxy-Authorization: a\r\nProxy-Authorization: b\r\n\r\n", 400 },

  /* framing */
  { GET H "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400 },
  { GET H "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400 },
  { GET H "Content-Length: 5, 5\r\n\r\n", 400 },
  { GET H "Content-Length: +5\r\n\r\n", 400 },
  { GET H "Content-Length: -5\r\n\r\n", 400 },
  { GET H "Content-Length: 0x5\r\n\r\n", 400 },
  { GET H "Content-Length: 5 5\r\n\r\n", 400 },
  { GET H "Content-Length:\r\n\r\n", 400 },
  { GET H "Content-Length: 9999999999999999999\r\n\r\n", 400 },
  { GET H "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { GET H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { GET H "Transfer-Encoding: chunked, chunked\r\n\r\n", 400 },
  { GET H "Transfer-Encoding: gzip, chunked\r\n\r\n", 400 },
  { GET H "Transfer-Encoding: identity\r\n\r\n", 400 },
  { GET H "Transfer-Encoding: xchunked\r\n\r\n", 400 },
  { GET H "Transfer-Encoding: chunked;q=1\r\n\r\n", 400 },
  { GET H "Transfer-Encoding:\x0b"
          "chunked\r\n\r\n",
    400 },
  { "GET http://a.example/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
  { "CONNECT a.example:443 HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\n", 400 },
  { "CONNECT a.example:443 HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n", 400 },

  /* other protocols */
  { GET H "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 403 },
  { GET H "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
    403 },
  { GET H "HTTP2-Settings: AA\r\n\r\n", 403 },
  { "CONNECT a.example:443 HTTP/1.1\r\n" H "Upgrade: h2c\r\n\r\n", 403 },
};

static AnnexHttpHeadState
feed_cut (AnnexHttpHead *head, const char *bytes, gsize length, gsize piece, gsize *used)
{
  AnnexHttpHeadState state = ANNEX_HTTP_HEAD_MORE;

  *used = 0;
  for (gsize i = 0; i < length && state == ANNEX_HTTP_HEAD_MORE; i += piece)
    {
      gsize consumed;

      state = annex_http_head_feed (head, (const guint8 *) bytes + i, MIN (piece, length - i),
                                    &consumed);
      *used += consumed;
    }
  return state;
}

static void
test_rows (void)
{
  static const gsize pieces[] = { 1, 2, 3, 7, 100000 };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (pieces); j++)
      {
        g_autoptr (AnnexHttpHead) head = annex_http_head_new ();
        gsize length = rows[i].length > 0 ? rows[i].length : strlen (rows[i].head);
        AnnexHttpHeadState state;
        gsize used;
        guint status;

        state = feed_cut (head, rows[i].head, length, pieces[j], &used);
        status = state == ANNEX_HTTP_HEAD_REJECTED ? annex_http_head_get_status (head) : 0;
        if (state == ANNEX_HTTP_HEAD_MORE || status != rows[i].status)
          g_error ("row %" G_GSIZE_FORMAT " in pieces of %" G_GSIZE_FORMAT
                   ": state %d, status %u, expected %u:\n%s",
                   i, pieces[j], (int) state, status, rows[i].status, rows[i].head);
        if (status != 0)
          g_assert_cmpuint (strlen (annex_http_head_get_error (head)->message), >, 20);
        else
          g_assert_cmpuint (used, ==, length);
      }
}

static void
test_rest_is_not_consumed (void)
{
  static const char bytes[] = GET H "\r\nGET http://b.example/";
  g_autoptr (AnnexHttpHead) head = annex_http_head_new ();
  gsize consumed;

  g_assert_cmpint (annex_http_head_feed (head, (const guint8 *) bytes, strlen (bytes), &consumed),
                   ==, ANNEX_HTTP_HEAD_ACCEPTED);
  g_assert_cmpuint (consumed, ==, strlen (GET H "\r\n"));
  g_assert_cmpint (annex_http_head_feed (head, (const guint8 *) "x", 1, &consumed), ==,
                   ANNEX_HTTP_HEAD_ACCEPTED);
  g_assert_cmpuint (consumed, ==, 0);
}

static void
test_too_large (void)
{
  g_autoptr (AnnexHttpHead) head = annex_http_head_new ();
  g_autoptr (AnnexHttpHead) many = annex_http_head_new ();
  g_autoptr (GString) fields = g_string_new (GET H);
  g_autofree char *filler = g_strnfill (1 << 20, 'a');
  gsize used;

  feed_cut (head, GET H "X: ", strlen (GET H "X: "), 1000, &used);
  g_assert_cmpint (feed_cut (head, filler, 1 << 20, 4096, &used), ==, ANNEX_HTTP_HEAD_REJECTED);
  g_assert_cmpuint (annex_http_head_get_status (head), ==, 431);
  g_assert_cmpuint (annex_http_head_get_size (head), ==, ANNEX_HTTP_HEAD_MAX_BYTES);

  for (guint i = 0; i < ANNEX_HTTP_HEAD_MAX_FIELDS; i++)
    g_string_append (fields, "X: y\r\n");
  g_string_append (fields, "\r\n");
  g_assert_cmpint (feed_cut (many, fields->str, fields->len, fields->len, &used), ==,
                   ANNEX_HTTP_HEAD_REJECTED);
  g_assert_cmpuint (annex_http_head_get_status (many), ==, 431);
}

static char *
rewrite (const char *text, gboolean absolute, const char *authorization)
{
  g_autoptr (AnnexHttpHead) head = annex_http_head_new ();
  g_autoptr (GBytes) bytes = NULL;
  gsize used;

  g_assert_cmpint (feed_cut (head, text, strlen (text), 5, &used), ==, ANNEX_HTTP_HEAD_ACCEPTED);
  bytes =
      annex_http_request_write_head (annex_http_head_get_request (head), absolute, authorization);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_rewritten (void)
{
  static const char request[] =
      "POST http://A.example:80/x?y=%2e HTTP/1.1\r\n"
      "User-Agent: t\r\n" H "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\n"
      "Proxy-Connection: keep-alive\r\nProxy-Authorization: Basic s\r\n"
      "TE: trailers\r\nTrailer: X\r\nAuthorization: Bearer k\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  g_autofree char *direct = rewrite (request, FALSE, "Basic unused");
  g_autofree char *through = rewrite (request, TRUE, "Basic own");
  g_autofree char *old = rewrite ("GET http://a.example?q HTTP/1.0\r\n\r\n", FALSE, NULL);
  g_autofree char *body =
      rewrite ("PUT http://a.example/ HTTP/1.1\r\n" H "Content-Length: 007\r\n\r\n", FALSE, NULL);

  g_assert_cmpstr (direct, ==,
                   "POST /x?y=%2e HTTP/1.1\r\nHost: a.example\r\nUser-Agent: t\r\n"
                   "Authorization: Bearer k\r\nTransfer-Encoding: chunked\r\n"
                   "Connection: close\r\n\r\n");
  g_assert_cmpstr (through, ==,
                   "POST http://a.example/x?y=%2e HTTP/1.1\r\nHost: a.example\r\nUser-Agent: t\r\n"
                   "Authorization: Bearer k\r\nTransfer-Encoding: chunked\r\n"
                   "Proxy-Authorization: Basic own\r\nConnection: close\r\n\r\n");
  g_assert_cmpstr (old, ==, "GET /?q HTTP/1.0\r\nHost: a.example\r\nConnection: close\r\n\r\n");
  g_assert_nonnull (strstr (body, "\r\nContent-Length: 7\r\n"));
}

static void
test_shown (void)
{
  static const char bytes[] = "GET http://a.\x1b[31m\xff HTTP/1.1\r\n\r\n";
  g_autoptr (AnnexHttpHead) head = annex_http_head_new ();
  g_autofree char *place = NULL;
  g_autofree char *method = NULL;
  guint port;
  gsize used;

  feed_cut (head, bytes, strlen (bytes), 1, &used);
  method = annex_http_head_dup_method (head);
  place = annex_http_head_dup_place (head, &port);
  g_assert_cmpstr (method, ==, "GET");
  /* The escape was refused before it was kept. */
  g_assert_cmpstr (place, ==, "a.");
  g_assert_cmpuint (port, ==, 80);
}

/* ---------------------------------------------------------------- bodies */

static const char *
read_body (AnnexHttpFraming framing, guint64 size, const char *bytes, gsize piece, GString *data)
{
  AnnexHttpBody body;
  gsize length = strlen (bytes);
  gsize at = 0;

  annex_http_body_init (&body, framing, size);
  g_string_truncate (data, 0);
  for (;;)
    {
      AnnexHttpBodyState state;
      gsize consumed;
      gsize n_data;

      state = annex_http_body_next (&body, (const guint8 *) bytes + at, MIN (piece, length - at),
                                    &consumed, &n_data);
      at += consumed;
      g_string_append_len (data, bytes + at - n_data, (gssize) n_data);
      if (state == ANNEX_HTTP_BODY_WRONG)
        return NULL;
      if (state == ANNEX_HTTP_BODY_END)
        return bytes + at;
      if (state == ANNEX_HTTP_BODY_MORE && at == length)
        return NULL;
    }
}

static void
test_bodies (void)
{
  static const char *const wrong[] = {
    "5;x=y\r\nabcde\r\n0\r\n\r\n",
    "5 \r\nabcde\r\n0\r\n\r\n",
    "5\nabcde\r\n0\r\n\r\n",
    "5\r\nabcdef\r\n0\r\n\r\n",
    "5\r\nabcde\n0\r\n\r\n",
    "0\r\nX: y\r\n\r\n",
    "\r\n0\r\n\r\n",
    "g\r\n",
    "-1\r\n",
    "0x5\r\nabcde\r\n0\r\n\r\n",
    "1000000000000000\r\n",
    "5\r\nabcde\r\n0\r\n\n",
    "+5\r\nabcde\r\n0\r\n\r\n",
    "5\r\nabcde\r\n\r\n0\r\n\r\n",
    "5\r\nabcde\r\n",
  };
  static const gsize pieces[] = { 1, 2, 3, 1000 };
  g_autoptr (GString) data = g_string_new (NULL);

  for (gsize j = 0; j < G_N_ELEMENTS (pieces); j++)
    {
      g_assert_cmpstr (read_body (ANNEX_HTTP_BODY_CHUNKED, 0,
                                  "5\r\nabcde\r\n0000a\r\n0123456789\r\n000\r\n\r\nrest", pieces[j],
                                  data),
                       ==, "rest");
      g_assert_cmpstr (data->str, ==, "abcde0123456789");
      g_assert_cmpstr (read_body (ANNEX_HTTP_BODY_LENGTH, 5, "abcdeGET /", pieces[j], data), ==,
                       "GET /");
      g_assert_cmpstr (data->str, ==, "abcde");
      g_assert_cmpstr (read_body (ANNEX_HTTP_BODY_NONE, 0, "GET /", pieces[j], data), ==, "GET /");
      for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
        if (read_body (ANNEX_HTTP_BODY_CHUNKED, 0, wrong[i], pieces[j], data) != NULL)
          g_error ("chunks %" G_GSIZE_FORMAT " were accepted: %s", i, wrong[i]);
    }
}

/* ---------------------------------------------------------------- TLS */

static AnnexTlsHelloState
read_tls (GBytes *bytes, gsize piece, AnnexTlsHello *hello)
{
  AnnexTlsHelloState state = ANNEX_TLS_HELLO_MORE;
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  for (gsize i = 0; i < length && state == ANNEX_TLS_HELLO_MORE; i += piece)
    state = annex_tls_hello_feed (hello, data + i, MIN (piece, length - i));
  return state;
}

static void
test_tls_names (void)
{
  static const struct
  {
    TlsHelloOptions options;
    const char *name;
    gboolean is_encrypted;
    AnnexTlsHelloState state;
  } hellos[] = {
    { { .server_name = "a.example" }, "a.example", FALSE, ANNEX_TLS_HELLO_COMPLETE },
    { { .server_name = "a.example", .record_bytes = 1 },
      "a.example",
      FALSE,
      ANNEX_TLS_HELLO_COMPLETE },
    { { .server_name = "a.example", .record_bytes = 40 },
      "a.example",
      FALSE,
      ANNEX_TLS_HELLO_COMPLETE },
    { { .server_name = NULL }, NULL, FALSE, ANNEX_TLS_HELLO_COMPLETE },
    { { .server_name = "a.example", .encrypted = TRUE },
      "a.example",
      TRUE,
      ANNEX_TLS_HELLO_COMPLETE },
    { { .server_name = "a.example", .second_name = "b.example" },
      NULL,
      FALSE,
      ANNEX_TLS_HELLO_WRONG },
    { { .server_name = "a.example", .second_extension = TRUE },
      NULL,
      FALSE,
      ANNEX_TLS_HELLO_WRONG },
    { { .server_name = "a.example", .padding = 3000 },
      "a.example",
      FALSE,
      ANNEX_TLS_HELLO_COMPLETE },
    { { .server_name = "a.example", .padding = 20000 }, NULL, FALSE, ANNEX_TLS_HELLO_WRONG },
  };
  static const gsize pieces[] = { 1, 5, 100000 };

  for (gsize i = 0; i < G_N_ELEMENTS (hellos); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (pieces); j++)
      {
        g_autoptr (GBytes) bytes = tls_hello_build (&hellos[i].options);
        g_autoptr (AnnexTlsHello) hello = annex_tls_hello_new ();
        AnnexTlsHelloState state = read_tls (bytes, pieces[j], hello);

        g_assert_cmpint (state, ==, hellos[i].state);
        if (state != ANNEX_TLS_HELLO_COMPLETE)
          continue;
        g_assert_cmpstr (annex_tls_hello_get_server_name (hello), ==, hellos[i].name);
        g_assert_cmpint (annex_tls_hello_is_encrypted (hello), ==, hellos[i].is_encrypted);
      }
}

/* A hello cut short is never complete, and a changed length byte never reads beyond the end. */
static void
test_tls_damaged (void)
{
  TlsHelloOptions options = { .server_name = "a.example" };
  g_autoptr (GBytes) bytes = tls_hello_build (&options);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  for (gsize i = 0; i < length; i++)
    {
      g_autoptr (AnnexTlsHello) cut = annex_tls_hello_new ();

      g_assert_cmpint (annex_tls_hello_feed (cut, data, i), ==, ANNEX_TLS_HELLO_MORE);
      for (guint value = 0; value < 256; value += 5)
        {
          g_autoptr (AnnexTlsHello) hello = annex_tls_hello_new ();
          g_autofree guint8 *copy = g_memdup2 (data, length);

          copy[i] = (guint8) value;
          annex_tls_hello_feed (hello, copy, length);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-head/rows", test_rows);
  g_test_add_func ("/http-head/rest-is-not-consumed", test_rest_is_not_consumed);
  g_test_add_func ("/http-head/too-large", test_too_large);
  g_test_add_func ("/http-head/rewritten", test_rewritten);
  g_test_add_func ("/http-head/shown", test_shown);
  g_test_add_func ("/http-body/rows", test_bodies);
  g_test_add_func ("/tls-hello/names", test_tls_names);
  g_test_add_func ("/tls-hello/damaged", test_tls_damaged);
  return g_test_run ();
}
