/* test-egress-proxy.c
 *
 * What the proxy is for: package managers work, refusals say what to do, permissions last as long
 * as they were given for, everything is in the ledger.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-egress-dial.h"
#include "annex-egress-hosts.h"
#include "fake-internet.h"
#include "tls-hello-builder.h"

#include <glib/gstdio.h>
#include <string.h>

#define GET_ALLOWED "GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n"
#define CONNECT_TLS "CONNECT tls.example:443 HTTP/1.1\r\nHost: tls.example:443\r\n\r\n"

/* Structured logs pass g_test_expect_message by, so warnings are counted here. */
static guint n_warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_WARNING)
    return g_log_writer_default (level, fields, n_fields, data);
  n_warnings++;
  return G_LOG_WRITER_HANDLED;
}

static void
assert_warnings (guint n)
{
  g_assert_cmpuint (n_warnings, ==, n);
  n_warnings = 0;
}

static FakeInternet *
new_internet (const char *scope)
{
  FakeInternet *net = fake_internet_new (NULL);

  if (scope != NULL)
    {
      annex_network_policy_set (net->policy, "allowed.example", TRUE, scope);
      annex_network_policy_set (net->policy, "tls.example", TRUE, scope);
    }
  fake_internet_name (net, "allowed.example", FAKE_WEB, NULL);
  fake_internet_name (net, "tls.example", FAKE_TLS, NULL);
  return net;
}

/* An open tunnel to tls.example whose hello has come back. */
static GIOStream *
open_tunnel (FakeInternet *net)
{
  TlsHelloOptions options = { .server_name = "tls.example" };
  g_autoptr (GBytes) hello = tls_hello_build (&options);
  GIOStream *guest = fake_guest_open (net);
  g_autofree char *answer = NULL;

  g_assert_true (fake_guest_send (guest, CONNECT_TLS, strlen (CONNECT_TLS)));
  answer = fake_guest_receive_text (guest, "\r\n\r\n");
  g_assert_cmpuint (fake_status (answer), ==, 200);
  g_assert_true (fake_guest_send (guest, g_bytes_get_data (hello, NULL), g_bytes_get_size (hello)));
  g_byte_array_unref (fake_guest_receive (guest, g_bytes_get_size (hello)));
  return guest;
}

static guint
get_allowed (FakeInternet *net)
{
  g_autofree char *answer = fake_guest_exchange (net, GET_ALLOWED, -1, NULL);

  return fake_status (answer);
}

/* ---------------------------------------------------------------- package managers */

static void
test_package_index (void)
{
  g_autoptr (FakeInternet) net = fake_internet_new (NULL);
  g_autofree char *list = NULL;
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "package-hosts.txt", NULL);
  g_autofree char *index = NULL;
  g_autofree char *wheel = NULL;
  g_autofree char *sent = NULL;
  g_autoptr (GError) error = NULL;
  gsize n_read;
  gsize size = 5 * 1024 * 1024;

  /* The image's own list is what allows it. */
  list = g_strdup ("# made from the image\n"
                   "Index.example\tpip\n"
                   "index.example\tnpm\n");
  g_assert_true (g_file_set_contents (path, list, -1, &error));
  g_assert_true (annex_egress_load_package_hosts (path, net->policy, &error));
  g_unlink (path);
  fake_internet_name (net, "index.example", FAKE_WEB, NULL);

  net->next_answer = g_string_new (
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2a\r\n<a href=\"/packages/six-1.0.whl\">six</a>\n  \r\n0\r\n\r\n");
  index = fake_guest_exchange (net,
                               "GET http://index.example/simple/six/ HTTP/1.1\r\n"
                               "Host: index.example\r\nUser-Agent: pip/25\r\n"
                               "Accept-Encoding: identity\r\nConnection: keep-alive\r\n\r\n",
                               -1, NULL);
  g_assert_cmpuint (fake_status (index), ==, 200);
  g_assert_nonnull (strstr (index, "/packages/six-1.0.whl"));
  g_assert_cmpstr (net->web_got->str, ==,
                   "GET /simple/six/ HTTP/1.1\r\nHost: index.example\r\nUser-Agent: pip/25\r\n"
                   "Accept-Encoding: identity\r\nConnection: close\r\n\r\n");

  g_string_printf (net->next_answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size);
  for (gsize i = 0; i < size; i++)
    g_string_append_c (net->next_answer, (char) (i * 7 + i / 251));
  wheel = fake_guest_exchange (net,
                               "GET http://index.example/packages/six-1.0.whl HTTP/1.1\r\n"
                               "Host: index.example\r\n\r\n",
                               -1, &n_read);
  g_assert_cmpmem (wheel, n_read, net->next_answer->str, net->next_answer->len);

  g_assert_cmpuint (net->rows->len, ==, 2);
  g_assert_cmpstr (fake_last_row (net)->by, ==, "package-hosts");
  g_assert_cmpstr (fake_last_row (net)->channel, ==, "computer");
  g_assert_cmpstr (fake_last_row (net)->task_id, ==, "task-1");
  g_assert_cmpstr (fake_last_row (net)->method, ==, "GET");
  g_assert_cmpuint (fake_last_row (net)->port, ==, 80);
  g_assert_cmpuint (fake_last_row (net)->bytes_down, ==, n_read);
  g_assert_null (fake_last_row (net)->reason);
}

static void
test_package_hosts_file (void)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "package-hosts.txt", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (annex_egress_load_package_hosts (path, policy, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path,
                                      "good.example\tapt\r\n\nno-manager.example\n"
                                      "127.0.0.1\tapt\nprinter.local\tapt\nbad host\tapt\n"
                                      "empty.example\t\nlast.example\tnpm",
                                      -1, &error));
  g_assert_true (annex_egress_load_package_hosts (path, policy, &error));
  assert_warnings (5);
  g_unlink (path);
  g_assert_true (annex_network_policy_take (policy, "good.example", 80, NULL, NULL));
  g_assert_true (annex_network_policy_take (policy, "last.example", 443, NULL, NULL));
  g_assert_false (annex_network_policy_take (policy, "no-manager.example", 443, NULL, NULL));
  g_assert_false (annex_network_policy_take (policy, "empty.example", 443, NULL, NULL));
}

static void
test_uploads (void)
{
  g_autoptr (FakeInternet) net = new_internet ("task");
  g_autoptr (GString) request = g_string_new (NULL);
  g_autofree char *body = g_strnfill (200000, 'b');
  g_autofree char *counted = NULL;
  g_autofree char *chunked = NULL;
  g_autofree char *short_body = NULL;

  g_string_printf (request,
                   "POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n"
                   "Content-Length: 200000\r\n\r\n%s",
                   body);
  counted = fake_guest_exchange (net, request->str, (gssize) request->len, NULL);
  g_assert_cmpuint (fake_status (counted), ==, 200);
  g_assert_nonnull (strstr (net->web_got->str, "\r\nContent-Length: 200000\r\n"));
  g_assert_cmpuint (strlen (strstr (net->web_got->str, "\r\n\r\n") + 4), ==, 200000);
  g_assert_cmpuint (fake_last_row (net)->bytes_up, ==, net->web_got->len);

  fake_internet_forget (net);
  chunked = fake_guest_exchange (net,
                                 "PUT http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n"
                                 "0005\r\nabcde\r\n3\r\nfgh\r\n00\r\n\r\n",
                                 -1, NULL);
  g_assert_cmpuint (fake_status (chunked), ==, 200);
  g_assert_nonnull (g_str_has_suffix (net->web_got->str, "0\r\n\r\n") ? net->web_got->str : NULL);
  g_assert_null (strstr (net->web_got->str, "0005"));
  g_assert_nonnull (strstr (net->web_got->str, "\r\n5\r\nabcde\r\n3\r\nfgh\r\n0\r\n\r\n"));

  /* A body that ends early is never made to look whole. */
  fake_internet_forget (net);
  {
    g_autoptr (GIOStream) guest = fake_guest_open (net);
    const char *part = "POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n5\r\nabc";

    g_assert_true (fake_guest_send (guest, part, strlen (part)));
    fake_wait_ms (20);
    g_io_stream_close (guest, NULL, NULL);
    fake_settle (net);
    fake_wait_ms (20);
    g_assert_null (strstr (net->web_got->str, "0\r\n\r\n"));
    g_assert_nonnull (fake_last_row (net)->reason);
  }
}

/* ---------------------------------------------------------------- refusals */

static void
test_refusal_says_what_to_do (void)
{
  static const char sentence[] = "Annex refused the connection to example.com: nobody has allowed "
                                 "it. Call request_network with host “example.com” and a reason "
                                 "to ask the user.";
  static const char plain[] = "Annex refused the connection to example.com: nobody has allowed it. "
                              "Call request_network with host \"example.com\" and a reason to ask "
                              "the user.";
  g_autoptr (FakeInternet) net = new_internet (NULL);
  g_autofree char *answer = NULL;
  g_autofree char *head = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *blocked = g_strdup_printf ("example.com|%s", sentence);

  answer = fake_guest_exchange (
      net, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", -1, NULL);
  expected = g_strdup_printf ("HTTP/1.1 403 %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
                              "Content-Length: %zu\r\nX-Annex-Reason: %s\r\n"
                              "Connection: close\r\n\r\n%s\n",
                              plain, strlen (sentence) + 1, plain, sentence);
  g_assert_cmpstr (answer, ==, expected);
  g_assert_cmpstr (g_ptr_array_index (net->blocked, 0), ==, blocked);
  g_assert_cmpstr (fake_last_row (net)->reason, ==, sentence);

  head = fake_guest_exchange (net, "HEAD http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
                              -1, NULL);
  g_assert_cmpuint (fake_status (head), ==, 403);
  g_assert_true (g_str_has_suffix (head, "\r\n\r\n"));
}

/* A refused request leaves its host and port in the ledger, never its path or what stands before
 * an @. */
static void
test_refusal_row (void)
{
  static const struct
  {
    const char *request;
    const char *host;
    guint port;
  } cases[] = {
    { "GET http://Example.com/a?token=secret HTTP/1.1\r\nHost: example.com\r\n\r\n", "example.com",
      80 },
    { "GET http://example.com:8080/a?token=secret HTTP/1.1\r\nHost: other.example\r\n\r\n",
      "example.com", 8080 },
    { "GET https://example.com/a?b=http://c/ HTTP/1.1\r\nHost: example.com\r\n\r\n", "example.com",
      443 },
    { "GET http://me:secret@example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n", "example.com",
      80 },
    { "GET http://127.0.0.1:631/admin HTTP/1.1\r\nHost: 127.0.0.1:631\r\n\r\n", "127.0.0.1", 631 },
    { "GET http://[::1]/x HTTP/1.1\r\nHost: [::1]\r\n\r\n", "[::1]", 80 },
    { "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n", "[::1]", 443 },
    { "CONNECT example.com:22 HTTP/1.1\r\nHost: example.com:22\r\n\r\n", "example.com", 22 },
    { "CONNECT example.com:99999 HTTP/1.1\r\nHost: example.com\r\n\r\n", "example.com", 0 },
    { "GET /a?token=secret HTTP/1.1\r\nHost: example.com\r\n\r\n", "", 0 },
    { "TRACE\r\n\r\n", "", 0 },
  };
  g_autoptr (FakeInternet) net = new_internet (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *answer = fake_guest_exchange (net, cases[i].request, -1, NULL);

      g_assert_cmpstr (fake_last_row (net)->decision, ==, "refused");
      g_assert_cmpstr (fake_last_row (net)->host, ==, cases[i].host);
      g_assert_cmpuint (fake_last_row (net)->port, ==, cases[i].port);
    }
}

/* Whoever reads the answer finds that the refusal was told already: no row, but the signal. */
static void
test_blocked_comes_first (void)
{
  g_autoptr (FakeInternet) net = new_internet (NULL);
  g_autoptr (GIOStream) guest = fake_guest_open (net);
  g_autofree char *answer = NULL;

  g_assert_true (fake_guest_send (guest, CONNECT_TLS, strlen (CONNECT_TLS)));
  answer = fake_guest_receive_text (guest, "\r\n\r\n");
  g_assert_cmpuint (fake_status (answer), ==, 403);
  g_assert_cmpuint (net->blocked->len, ==, 1);
  g_assert_cmpuint (net->rows->len, ==, 0); /* the proxy lingers until the guest has read it */
  g_io_stream_close (guest, NULL, NULL);
  fake_settle (net);
  g_assert_cmpuint (net->rows->len, ==, 1);
  g_assert_cmpuint (net->blocked->len, ==, 1);
}

static void
test_no_policy (void)
{
  g_autoptr (AnnexEgressProxy) proxy = annex_egress_proxy_new (NULL, "t", NULL);
  g_autoptr (FakeInternet) net = new_internet ("always");
  g_autofree char *answer = NULL;
  AnnexEgressProxy *other = net->proxy;

  net->proxy = proxy;
  answer = fake_guest_exchange (net, GET_ALLOWED, -1, NULL);
  net->proxy = other;
  g_assert_cmpuint (fake_status (answer), ==, 403);
  g_assert_cmpuint (net->dialled->len, ==, 0);
  g_assert_true (fake_run (annex_egress_proxy_close (proxy), NULL));
}

static DexFuture *
serve_nothing (FakeInternet *net, GSocketConnection *connection)
{
  return dex_future_new_true ();
}

static void
test_failures (void)
{
  g_autoptr (FakeInternet) net = new_internet ("task");
  g_autofree char *silent = NULL;

  fake_internet_name (net, "allowed.example", "93.184.216.99", NULL);
  g_assert_cmpuint (get_allowed (net), ==, 502);
  g_assert_cmpstr (fake_last_row (net)->decision, ==, "failed");
  g_assert_cmpstr (fake_last_row (net)->by, ==, "task");

  /* The next address is tried. */
  fake_internet_name (net, "allowed.example", "93.184.216.99," FAKE_WEB, NULL);
  g_assert_cmpuint (get_allowed (net), ==, 200);

  annex_network_policy_set (net->policy, "unknown.example", TRUE, "task");
  silent = fake_guest_exchange (
      net, "GET http://unknown.example/ HTTP/1.1\r\nHost: unknown.example\r\n\r\n", -1, NULL);
  g_assert_cmpuint (fake_status (silent), ==, 502);
  g_assert_nonnull (strstr (silent, "could not reach unknown.example"));
  g_assert_cmpuint (net->blocked->len, ==, 0);

  fake_internet_serve (net, "93.184.216.98:80", serve_nothing);
  fake_internet_name (net, "allowed.example", "93.184.216.98", NULL);
  g_assert_cmpuint (get_allowed (net), ==, 502);
}

/* A connection without a byte asked for nothing and leaves no row. */
static void
test_silent (void)
{
  g_autoptr (FakeInternet) net = new_internet ("task");
  g_autoptr (GIOStream) guest = fake_guest_open (net);

  g_io_stream_close (guest, NULL, NULL);
  fake_settle (net);
  g_assert_cmpuint (net->rows->len, ==, 0);
}

/* ---------------------------------------------------------------- permissions and limits */

static void
test_once (void)
{
  g_autoptr (FakeInternet) net = new_internet ("once");
  g_autoptr (GIOStream) long_one = NULL;

  net->limits.once_ms = 200;
  fake_internet_apply (net);
  g_assert_cmpuint (get_allowed (net), ==, 200);
  g_assert_cmpstr (fake_last_row (net)->by, ==, "once");
  g_assert_cmpuint (get_allowed (net), ==, 200);
  long_one = open_tunnel (net);
  fake_wait_ms (400);
  g_assert_cmpuint (fake_guest_ask (net, GET_ALLOWED), ==, 403);

  /* The first connection outlives the time, and others may come while it lasts. */
  {
    g_autoptr (GIOStream) beside = open_tunnel (net);

    g_io_stream_close (beside, NULL, NULL);
  }
  g_assert_true (fake_guest_send (long_one, "x", 1));
  g_byte_array_unref (fake_guest_receive (long_one, 1));
  g_io_stream_close (long_one, NULL, NULL);
  fake_settle (net);
  g_assert_cmpuint (fake_guest_ask (net, CONNECT_TLS), ==, 403);
}

static void
test_revoked (void)
{
  g_autoptr (FakeInternet) net = new_internet ("task");
  g_autoptr (GIOStream) guest = open_tunnel (net);
  g_autoptr (GByteArray) rest = NULL;
  gint64 begin_us = g_get_monotonic_time ();

  annex_network_policy_set (net->policy, "allowed.example", FALSE, "never");
  fake_wait_ms (10);
  g_assert_cmpuint (annex_egress_proxy_get_n_streams (net->proxy), ==, 1);
  annex_network_policy_set (net->policy, "tls.example", FALSE, "never");
  rest = fake_guest_receive (guest, 1);
  g_assert_cmpuint (rest->len, ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, <, G_USEC_PER_SEC);
  fake_settle (net);
  g_assert_cmpstr (fake_last_row (net)->decision, ==, "allowed");
  g_assert_nonnull (strstr (fake_last_row (net)->reason, "no longer allows"));
  g_assert_cmpuint (get_allowed (net), ==, 403);
}

static void
test_idle (void)
{
  g_autoptr (FakeInternet) net = new_internet ("task");
  g_autoptr (GIOStream) guest = NULL;
  g_autoptr (GByteArray) rest = NULL;

  net->limits.idle_ms = 300;
  net->limits.half_idle_ms = 100;
  fake_internet_apply (net);
  guest = open_tunnel (net);
  for (guint i = 0; i < 5; i++)
    {
      fake_wait_ms (120);
      g_assert_true (fake_guest_send (guest, "x", 1));
      g_byte_array_unref (fake_guest_receive (guest, 1));
    }
  rest = fake_guest_receive (guest, 1);
  g_assert_cmpuint (rest->len, ==, 0);
  fake_settle (net);
  g_assert_nonnull (strstr (fake_last_row (net)->reason, "nothing was sent"));
}

static void
test_turns (void)
{
  g_autoptr (FakeInternet) net = new_internet ("task");
  g_autoptr (GIOStream) first = NULL;
  g_autoptr (GIOStream) second = NULL;
  g_autoptr (GIOStream) third = NULL;
  g_autofree char *answer = NULL;

  net->limits.max_streams = 2;
  net->limits.max_waiting = 1;
  fake_internet_apply (net);
  first = open_tunnel (net);
  second = open_tunnel (net);
  third = fake_guest_open (net);
  fake_guest_send (third, GET_ALLOWED, strlen (GET_ALLOWED));
  fake_wait_ms (20);
  g_assert_cmpuint (net->dialled->len, ==, 2);
  g_assert_cmpuint (fake_guest_ask (net, GET_ALLOWED), ==, 503);
  g_io_stream_close (first, NULL, NULL);
  answer = fake_guest_receive_text (third, NULL);
  g_assert_cmpuint (fake_status (answer), ==, 200);
  g_io_stream_close (third, NULL, NULL);
  g_io_stream_close (second, NULL, NULL);
  fake_settle (net);
  g_assert_cmpuint (get_allowed (net), ==, 200);
}

/* ---------------------------------------------------------------- the user's own proxy */

/* A company's proxy: answers one request, or opens a tunnel and echoes. */
static DexFuture *
serve_upstream (FakeInternet *net, GSocketConnection *connection)
{
  GIOStream *stream = G_IO_STREAM (connection);
  g_autofree char *request = NULL;
  static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup";
  static const char established[] = "HTTP/1.1 200 Connection established\r\n\r\n";
  char buffer[4096];

  for (;;)
    {
      g_autoptr (DexFuture) read =
          dex_input_stream_read (g_io_stream_get_input_stream (stream), buffer, sizeof buffer, 0);
      gint64 n;

      if (!dex_await (dex_ref (read), NULL))
        break;
      n = g_value_get_int64 (dex_future_get_value (read, NULL));
      if (n <= 0)
        break;
      g_string_append_len (net->web_got, buffer, n);
      if (g_str_has_prefix (net->web_got->str, "CONNECT "))
        {
          if (!g_str_has_suffix (net->web_got->str, "\r\n\r\n") && n < 100)
            continue;
          dex_await (dex_output_stream_write (g_io_stream_get_output_stream (stream), established,
                                              strlen (established), 0),
                     NULL);
          g_string_prepend (net->web_got, "seen ");
        }
      else if (g_str_has_prefix (net->web_got->str, "seen "))
        dex_await (
            dex_output_stream_write (g_io_stream_get_output_stream (stream), buffer, (gsize) n, 0),
            NULL);
      else if (strstr (net->web_got->str, "\r\n\r\n") != NULL)
        {
          dex_await (dex_output_stream_write (g_io_stream_get_output_stream (stream), page,
                                              strlen (page), 0),
                     NULL);
          break;
        }
    }
  return dex_future_new_true ();
}

static void
test_system_proxy (void)
{
  g_autoptr (FakeInternet) net = new_internet ("task");
  g_autofree char *uri = NULL;
  g_autoptr (GProxyResolver) proxies = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *lan = NULL;
  g_autoptr (GIOStream) guest = NULL;

  fake_internet_serve (net, "upstream", serve_upstream);
  uri = g_strdup_printf ("http://me:pw@127.0.0.1:%u", fake_internet_get_port (net, "upstream"));
  proxies = g_simple_proxy_resolver_new (uri, NULL);
  annex_egress_proxy_set_proxy_resolver (net->proxy, proxies);
  annex_network_policy_set (net->policy, "only-there.example", TRUE, "task");

  /* A name that only the company's proxy can resolve, as a plain request in full. */
  answer = fake_guest_exchange (net,
                                "GET http://only-there.example/x HTTP/1.1\r\n"
                                "Host: only-there.example\r\n"
                                "Proxy-Authorization: Basic guest\r\n\r\n",
                                -1, NULL);
  g_assert_true (g_str_has_suffix (answer, "\r\n\r\nup"));
  g_assert_cmpstr (net->web_got->str, ==,
                   "GET http://only-there.example/x HTTP/1.1\r\nHost: only-there.example\r\n"
                   "Proxy-Authorization: Basic bWU6cHc=\r\nConnection: close\r\n\r\n");
  g_assert_cmpuint (net->dialled->len, ==, 0);

  fake_internet_forget (net);
  guest = open_tunnel (net);
  g_assert_true (g_str_has_prefix (net->web_got->str, "seen CONNECT tls.example:443 HTTP/1."));
  g_assert_cmpuint (net->dialled->len, ==, 0);
  g_io_stream_close (guest, NULL, NULL);
  fake_settle (net);

  /* What is known here to be private stays refused. */
  fake_internet_forget (net);
  fake_internet_name (net, "allowed.example", FAKE_LAN, NULL);
  lan = fake_guest_exchange (net, GET_ALLOWED, -1, NULL);
  g_assert_cmpuint (fake_status (lan), ==, 403);
  g_assert_cmpuint (net->web_got->len, ==, 0);
}

/* Where no desktop offers settings, the environment's count. */
static void
test_environment_proxies (void)
{
  static const struct
  {
    const char *uri;
    const char *proxy;
  } cases[] = {
    { "http://a.example/", "http://proxy.example:3128" },
    { "https://a.example/", "http://secure.example:8080" },
    { "https://x.company.example/", "direct://" },
    { "http://here.example/", "direct://" },
  };

  if (!g_test_subprocess ())
    {
      g_auto (GStrv) environment = g_get_environ ();

      environment = g_environ_setenv (environment, "GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
      environment = g_environ_setenv (environment, "http_proxy", "proxy.example:3128", TRUE);
      environment =
          g_environ_setenv (environment, "https_proxy", "http://secure.example:8080", TRUE);
      environment =
          g_environ_setenv (environment, "no_proxy", ".company.example, here.example", TRUE);
      g_test_trap_subprocess_with_envp (NULL, (const char *const *) environment, 0,
                                        G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }
  {
    g_autoptr (GProxyResolver) proxies = annex_egress_system_proxies ();

    g_assert_true (G_IS_SIMPLE_PROXY_RESOLVER (proxies));
    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_autoptr (GError) error = NULL;
        g_auto (GStrv) found = g_proxy_resolver_lookup (proxies, cases[i].uri, NULL, &error);

        g_assert_no_error (error);
        g_assert_cmpstr (found[0], ==, cases[i].proxy);
      }
  }
}

/* ---------------------------------------------------------------- ledger */

static void
test_ledger (void)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-egress-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (AnnexStore) store = fake_run_for_object (annex_store_open (path));
  g_autoptr (DexFuture) listed = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  FakeInternet *net = fake_internet_new (store);
  AnnexLedgerEntry *entry;

  annex_network_policy_set (net->policy, "allowed.example", TRUE, "always");
  fake_internet_name (net, "allowed.example", FAKE_WEB, NULL);
  g_assert_cmpuint (get_allowed (net), ==, 200);
  annex_network_policy_set (net->policy, "allowed.example", FALSE, "never");
  g_assert_cmpuint (get_allowed (net), ==, 403);

  listed = annex_store_list_ledger (store, "task-1");
  fake_run (dex_ref (listed), &error);
  g_assert_no_error (error);
  entries = g_value_dup_boxed (dex_future_get_value (listed, NULL));
  g_assert_cmpuint (entries->len, ==, 2);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpstr (entry->host, ==, "allowed.example");
  g_assert_cmpstr (entry->decision, ==, "allowed");
  g_assert_cmpstr (entry->by, ==, "always");
  g_assert_cmpuint (entry->bytes_down, ==, 44);
  entry = g_ptr_array_index (entries, 1);
  g_assert_cmpstr (entry->decision, ==, "refused");
  g_assert_cmpstr (entry->by, ==, "never");

  /* A ledger that cannot be written: nothing goes out, and that is said. */
  annex_network_policy_set (net->policy, "allowed.example", TRUE, "always");
  fake_run (annex_store_close (store), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (get_allowed (net), ==, 503);
  assert_warnings (1);
  /* Both rows wait for it, and are named as lost in the end. */
  g_assert_cmpuint (get_allowed (net), ==, 503);
  assert_warnings (0);
  g_assert_cmpuint (net->dialled->len, ==, 1);
  fake_internet_free (net);
  assert_warnings (1);

  g_clear_object (&store);
  {
    static const char *const names[] = { "tasks.db", "tasks.db-wal", "tasks.db-shm",
                                         "tasks.db-owners" };

    for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
      {
        g_autofree char *file = g_build_filename (folder, names[i], NULL);

        g_unlink (file);
      }
    g_rmdir (folder);
  }
}

static void
test_no_warnings (void)
{
  assert_warnings (0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_test_add_func ("/egress/package-index", test_package_index);
  g_test_add_func ("/egress/package-hosts-file", test_package_hosts_file);
  g_test_add_func ("/egress/uploads", test_uploads);
  g_test_add_func ("/egress/refusal-says-what-to-do", test_refusal_says_what_to_do);
  g_test_add_func ("/egress/refusal-row", test_refusal_row);
  g_test_add_func ("/egress/blocked-comes-first", test_blocked_comes_first);
  g_test_add_func ("/egress/no-policy", test_no_policy);
  g_test_add_func ("/egress/failures", test_failures);
  g_test_add_func ("/egress/silent", test_silent);
  g_test_add_func ("/egress/once", test_once);
  g_test_add_func ("/egress/revoked", test_revoked);
  g_test_add_func ("/egress/idle", test_idle);
  g_test_add_func ("/egress/turns", test_turns);
  g_test_add_func ("/egress/system-proxy", test_system_proxy);
  g_test_add_func ("/egress/environment-proxies", test_environment_proxies);
  g_test_add_func ("/egress/ledger", test_ledger);
  g_test_add_func ("/egress/no-warnings", test_no_warnings);
  return g_test_run ();
}
