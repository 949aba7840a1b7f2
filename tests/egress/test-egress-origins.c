/* test-egress-origins.c
 *
 * What the browser pane's proxy has beside the rules: origins that the user opened, exactly those,
 * and someone to ask where no rule decides.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-future.h"
#include "fake-internet.h"

#include <string.h>

static DexFuture *
serve_local (FakeInternet *net, GSocketConnection *connection)
{
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlocal";
  g_autoptr (DexFuture) read = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static (answer, strlen (answer));
  GBytes *got;

  read = dex_input_stream_read_bytes (g_io_stream_get_input_stream (G_IO_STREAM (connection)), 8192,
                                      G_PRIORITY_DEFAULT);
  if (!dex_await (dex_ref (read), NULL))
    return dex_future_new_true ();
  got = g_value_get_boxed (dex_future_get_value (read, NULL));
  g_string_append_len (net->web_got, g_bytes_get_data (got, NULL), (gssize) g_bytes_get_size (got));
  dex_await (
      dex_output_stream_write_bytes (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                     bytes, G_PRIORITY_DEFAULT),
      NULL);
  return dex_future_new_true ();
}

static FakeInternet *
new_internet (void)
{
  FakeInternet *net = fake_internet_new (NULL);

  fake_internet_serve (net, "127.0.0.1:8000", serve_local);
  fake_internet_serve (net, "::1:8000", serve_local);
  annex_egress_proxy_allow_origin (net->proxy, "http", "127.0.0.1", 8000, NULL, NULL, NULL);
  annex_egress_proxy_allow_origin (net->proxy, "http", "::1", 8000, NULL, NULL, NULL);
  return net;
}

static guint
ask (FakeInternet *net, const char *authority)
{
  g_autofree char *request =
      g_strdup_printf ("GET http://%s/ HTTP/1.1\r\nHost: %s\r\n\r\n", authority, authority);

  guint status = fake_guest_ask (net, request);

  fake_settle (net);
  return status;
}

static void
test_exactly (void)
{
  static const char *const refused[] = {
    "127.0.0.1",        "127.0.0.1:8001",  "127.0.0.2:8000",  "localhost:8000",
    "0x7f.0.0.1:8000",  "127.1:8000",      "2130706433:8000", "127.0.0.1.:8000",
    "[::2]:8000",       "169.254.169.254", "192.168.1.1",     "[::ffff:127.0.0.1]:8000",
    "a@127.0.0.1:8000",
  };
  g_autoptr (FakeInternet) net = new_internet ();

  g_assert_cmpuint (ask (net, "127.0.0.1:8000"), ==, 200);
  g_assert_cmpstr (fake_last_row (net)->by, ==, "user");
  g_assert_cmpstr (fake_last_row (net)->host, ==, "127.0.0.1");
  g_assert_cmpuint (fake_last_row (net)->port, ==, 8000);
  g_assert_cmpuint (ask (net, "[::1]:8000"), ==, 200);
  g_assert_nonnull (strstr (net->web_got->str, "Host: 127.0.0.1:8000\r\n"));
  g_assert_nonnull (strstr (net->web_got->str, "Host: [::1]:8000\r\n"));
  fake_internet_forget (net);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_cmpuint (ask (net, refused[i]), >=, 400);
  g_assert_cmpuint (net->dialled->len, ==, 0);

  annex_egress_proxy_forbid_origin (net->proxy, "http", "127.0.0.1", 8000);
  g_assert_cmpuint (ask (net, "127.0.0.1:8000"), ==, 403);
}

#define SOCKET_FIELDS "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"

static guint
ask_socket (FakeInternet *net, const char *method, const char *address, const char *fields)
{
  g_autofree char *authority =
      g_strndup (strstr (address, "://") + 3, strcspn (strstr (address, "://") + 3, "/"));
  g_autofree char *request =
      g_strdup_printf ("%s %s HTTP/1.1\r\nHost: %s\r\nSec-WebSocket-Key: aaaa\r\n%s\r\n", method,
                       address, authority, fields);
  guint status = fake_guest_ask (net, request);

  fake_settle (net);
  return status;
}

/* A page of an origin that the user opened has sockets to it, and nobody else has any. */
static void
test_socket (void)
{
  static const struct
  {
    const char *method;
    const char *address;
    const char *fields;
  } refused[] = {
    { "GET", "ws://127.0.0.1:8001/live", SOCKET_FIELDS },
    { "GET", "ws://site.example/live", SOCKET_FIELDS },
    { "GET", "http://site.example/live", SOCKET_FIELDS },
    { "GET", "wss://127.0.0.1:8000/live", SOCKET_FIELDS },
    { "GET", "ws://127.0.0.1:8000/live", "" },
    { "GET", "ws://127.0.0.1:8000/live", "Upgrade: websocket\r\n" },
    { "GET", "ws://127.0.0.1:8000/live", "Connection: Upgrade\r\nUpgrade: h2c\r\n" },
    { "GET", "ws://127.0.0.1:8000/live", SOCKET_FIELDS "Content-Length: 3\r\n" },
    { "GET", "ws://127.0.0.1:8000/live", SOCKET_FIELDS "Upgrade: websocket\r\n" },
    { "POST", "ws://127.0.0.1:8000/live", SOCKET_FIELDS },
  };
  g_autoptr (FakeInternet) net = new_internet ();

  fake_internet_name (net, "site.example", FAKE_WEB, NULL);
  annex_network_policy_set (net->policy, "site.example", TRUE, "task");
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_cmpuint (ask_socket (net, refused[i].method, refused[i].address, refused[i].fields),
                      >=, 400);
  g_assert_cmpuint (net->dialled->len, ==, 0);
  g_assert_cmpuint (ask_socket (net, "GET", "ws://127.0.0.1:8000/live", SOCKET_FIELDS), ==, 200);
  g_assert_true (
      g_str_has_prefix (net->web_got->str, "GET /live HTTP/1.1\r\nHost: 127.0.0.1:8000"));
  g_assert_nonnull (
      strstr (net->web_got->str, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"));
  g_assert_null (strstr (net->web_got->str, "keep-alive"));
}

/* A tunnel to the origin need not be TLS: a page may open a socket there. For https only a tunnel.
 */
static void
test_tunnel (void)
{
  g_autoptr (FakeInternet) net = new_internet ();
  g_autoptr (GIOStream) guest = fake_guest_open (net);
  g_autofree char *greeting = NULL;
  g_autofree char *answer = NULL;
  static const char connect[] = "CONNECT 127.0.0.1:8000 HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n";
  static const char get[] = "GET / HTTP/1.1\r\n\r\n";

  g_assert_true (fake_guest_send (guest, connect, strlen (connect)));
  greeting = fake_guest_receive_text (guest, "\r\n\r\n");
  g_assert_cmpuint (fake_status (greeting), ==, 200);
  g_assert_true (fake_guest_send (guest, get, strlen (get)));
  answer = fake_guest_receive_text (guest, "local");
  g_assert_nonnull (strstr (answer, "local"));
  g_io_stream_close (guest, NULL, NULL);

  annex_egress_proxy_forbid_origin (net->proxy, "http", "127.0.0.1", 8000);
  annex_egress_proxy_allow_origin (net->proxy, "https", "127.0.0.1", 8000, NULL, NULL, NULL);
  g_assert_cmpuint (ask (net, "127.0.0.1:8000"), ==, 403);
}

/* A name of the user's choice may lead to a private address; then only by its exact port. */
static void
test_private_name (void)
{
  g_autoptr (FakeInternet) net = new_internet ();

  fake_internet_serve (net, "10.1.2.3:8080", serve_local);
  fake_internet_name (net, "wiki.example", "10.1.2.3", NULL);
  annex_egress_proxy_allow_origin (net->proxy, "http", "wiki.example", 8080, NULL, NULL, NULL);
  annex_network_policy_set (net->policy, "wiki.example", TRUE, "task");
  g_assert_cmpuint (ask (net, "wiki.example:8080"), ==, 200);
  g_assert_cmpuint (ask (net, "wiki.example"), ==, 403);
  g_assert_cmpstr (fake_last_row (net)->by, ==, "address");
}

static DexFuture *
open_cb (guint port, gpointer data)
{
  FakeInternet *net = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char *where =
      g_strdup_printf ("127.0.0.1:%u", fake_internet_get_port (net, "127.0.0.1:8000"));
  g_autoptr (GSocketConnectable) target = g_network_address_parse (where, 80, NULL);

  g_assert_cmpuint (port, ==, 3000);
  g_socket_client_set_enable_proxy (client, FALSE);
  return dex_socket_client_connect (client, target);
}

static void
test_open (void)
{
  g_autoptr (FakeInternet) net = new_internet ();

  annex_egress_proxy_allow_origin (net->proxy, "http", "localhost.computer", 3000, open_cb, net,
                                   NULL);
  g_assert_cmpuint (ask (net, "localhost.computer:3000"), ==, 200);
  g_assert_cmpuint (ask (net, "localhost.computer"), ==, 403);
  g_assert_cmpuint (net->queries->len, ==, 0);
  g_assert_cmpuint (net->dialled->len, ==, 0);
}

/* ---------------------------------------------------------------- who is asked */

typedef struct
{
  DexPromise *answer;
  GPtrArray *asked;
} Judge;

static DexFuture *
judge_cb (const char *host, guint port, gpointer data)
{
  Judge *judge = data;

  g_ptr_array_add (judge->asked, g_strdup_printf ("%s:%u", host, port));
  return dex_ref (DEX_FUTURE (judge->answer));
}

static void
judge_clear (Judge *judge)
{
  dex_clear (&judge->answer);
  g_ptr_array_unref (judge->asked);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Judge, judge_clear)

static void
test_judge_allows (void)
{
  g_autoptr (FakeInternet) net = new_internet ();
  g_auto (Judge) judge = { dex_promise_new (), g_ptr_array_new_with_free_func (g_free) };
  g_autoptr (GIOStream) guest = NULL;
  g_autofree char *answer = NULL;
  static const char get[] = "GET http://page.example/ HTTP/1.1\r\nHost: page.example\r\n\r\n";

  fake_internet_name (net, "page.example", FAKE_WEB, NULL);
  fake_internet_name (net, "lan.example", "192.168.1.1", NULL);
  annex_egress_proxy_set_judge_func (net->proxy, judge_cb, &judge);
  annex_network_policy_set (net->policy, "never.example", FALSE, "never");
  annex_network_policy_set (net->policy, "known.example", TRUE, "task");
  fake_internet_name (net, "known.example", FAKE_WEB, NULL);

  guest = fake_guest_open (net);
  g_assert_true (fake_guest_send (guest, get, strlen (get)));
  while (judge.asked->len == 0)
    fake_wait_ms (5);
  g_assert_cmpuint (net->queries->len, ==, 0); /* nothing is looked up before the answer */
  dex_promise_resolve_string (judge.answer, g_strdup ("page"));
  answer = fake_guest_receive_text (guest, "hello");
  g_assert_cmpuint (fake_status (answer), ==, 200);
  fake_settle (net);
  g_assert_cmpstr (fake_last_row (net)->by, ==, "page");
  g_assert_cmpstr (g_ptr_array_index (judge.asked, 0), ==, "page.example:80");

  /* Rules go first, and an answer is no way around an address. */
  g_assert_cmpuint (ask (net, "never.example"), ==, 403);
  g_assert_cmpuint (ask (net, "known.example"), ==, 200);
  g_assert_cmpuint (ask (net, "page.example:8080"), ==, 403);
  g_assert_cmpuint (judge.asked->len, ==, 1);
  g_assert_cmpuint (ask (net, "lan.example"), ==, 403);
  g_assert_cmpuint (judge.asked->len, ==, 2);
}

static void
test_judge_refuses (void)
{
  g_autoptr (FakeInternet) net = new_internet ();
  g_auto (Judge) judge = { dex_promise_new (), g_ptr_array_new_with_free_func (g_free) };

  annex_egress_proxy_set_judge_func (net->proxy, judge_cb, &judge);
  dex_promise_reject (judge.answer,
                      g_error_new_literal (ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_NOT_ALLOWED,
                                           "Annex refused it."));
  g_assert_cmpuint (ask (net, "page.example"), ==, 403);
  g_assert_cmpstr (fake_last_row (net)->decision, ==, "refused");
  g_assert_cmpuint (net->queries->len, ==, 0);
}

/* The proxy is closed while someone is still asked: the request ends, nothing hangs. */
static void
test_judge_and_close (void)
{
  g_autoptr (FakeInternet) net = new_internet ();
  g_auto (Judge) judge = { dex_promise_new (), g_ptr_array_new_with_free_func (g_free) };
  g_autoptr (GIOStream) guest = fake_guest_open (net);
  static const char get[] = "GET http://page.example/ HTTP/1.1\r\nHost: page.example\r\n\r\n";

  annex_egress_proxy_set_judge_func (net->proxy, judge_cb, &judge);
  g_assert_true (fake_guest_send (guest, get, strlen (get)));
  while (judge.asked->len == 0)
    fake_wait_ms (5);
  g_assert_true (fake_run (annex_egress_proxy_close (net->proxy), NULL));
  g_assert_cmpuint (annex_egress_proxy_get_n_streams (net->proxy), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/egress/origins/exactly", test_exactly);
  g_test_add_func ("/egress/origins/socket", test_socket);
  g_test_add_func ("/egress/origins/tunnel", test_tunnel);
  g_test_add_func ("/egress/origins/private-name", test_private_name);
  g_test_add_func ("/egress/origins/open", test_open);
  g_test_add_func ("/egress/judge/allows", test_judge_allows);
  g_test_add_func ("/egress/judge/refuses", test_judge_refuses);
  g_test_add_func ("/egress/judge/and-close", test_judge_and_close);
  return g_test_run ();
}
