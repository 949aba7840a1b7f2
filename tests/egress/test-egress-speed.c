/* test-egress-speed.c
 *
 * What the proxy adds to a request, and how much a tunnel carries. It fails only when bytes are
 * lost; the figures are diagnostics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-internet.h"
#include "tls-hello-builder.h"

#include <string.h>

#define GET_ALLOWED "GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n"
#define CONNECT_TLS "CONNECT tls.example:443 HTTP/1.1\r\nHost: tls.example:443\r\n\r\n"

static DexFuture *
serve_swallow (FakeInternet *net, GSocketConnection *connection)
{
  for (;;)
    {
      g_autoptr (DexFuture) read = dex_input_stream_read_bytes (
          g_io_stream_get_input_stream (G_IO_STREAM (connection)), 1 << 17, G_PRIORITY_DEFAULT);

      if (!dex_await (dex_ref (read), NULL) ||
          g_bytes_get_size (g_value_get_boxed (dex_future_get_value (read, NULL))) == 0)
        return dex_future_new_true ();
    }
}

/* The same request without a proxy between: what it costs anyway. */
static void
get_directly (FakeInternet *net)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new (loopback, fake_internet_get_port (net, FAKE_WEB ":80"));
  g_autoptr (GIOStream) stream = NULL;
  g_autofree char *answer = NULL;

  stream = fake_run_for_object (dex_socket_client_connect (client, G_SOCKET_CONNECTABLE (address)));
  g_assert_true (fake_guest_send (stream, GET_ALLOWED, strlen (GET_ALLOWED)));
  answer = fake_guest_receive_text (stream, NULL);
  g_assert_cmpuint (fake_status (answer), ==, 200);
}

static void
test_speed (void)
{
  g_autoptr (FakeInternet) net = fake_internet_new (NULL);
  TlsHelloOptions options = { .server_name = "tls.example" };
  g_autoptr (GBytes) hello = tls_hello_build (&options);
  g_autofree char *block = g_strnfill (1 << 20, 'x');
  g_autoptr (GIOStream) guest = NULL;
  g_autofree char *answer = NULL;
  guint n_requests = 300;
  guint n_blocks = 256;
  gint64 begin_us;
  double direct_seconds;
  double seconds;

  annex_network_policy_set (net->policy, "allowed.example", TRUE, "task");
  annex_network_policy_set (net->policy, "tls.example", TRUE, "task");
  fake_internet_name (net, "allowed.example", FAKE_WEB, NULL);
  fake_internet_name (net, "tls.example", FAKE_TLS, NULL);

  begin_us = g_get_monotonic_time ();
  for (guint i = 0; i < n_requests; i++)
    get_directly (net);
  direct_seconds = (double) (g_get_monotonic_time () - begin_us) / G_USEC_PER_SEC;

  begin_us = g_get_monotonic_time ();
  for (guint i = 0; i < n_requests; i++)
    g_assert_cmpuint (fake_guest_ask (net, GET_ALLOWED), ==, 200);
  seconds = (double) (g_get_monotonic_time () - begin_us) / G_USEC_PER_SEC;
  g_test_message ("plain request, connection and answer: %.2f ms, without the proxy %.2f ms",
                  seconds * 1000 / n_requests, direct_seconds * 1000 / n_requests);

  fake_internet_serve (net, FAKE_TLS ":443", serve_swallow);
  guest = fake_guest_open (net);
  fake_guest_send (guest, CONNECT_TLS, strlen (CONNECT_TLS));
  answer = fake_guest_receive_text (guest, "\r\n\r\n");
  g_assert_cmpuint (fake_status (answer), ==, 200);
  begin_us = g_get_monotonic_time ();
  fake_guest_send (guest, g_bytes_get_data (hello, NULL), g_bytes_get_size (hello));
  for (guint i = 0; i < n_blocks; i++)
    g_assert_true (fake_guest_send (guest, block, 1 << 20));
  g_io_stream_close (guest, NULL, NULL);
  fake_settle (net);
  seconds = (double) (g_get_monotonic_time () - begin_us) / G_USEC_PER_SEC;
  g_assert_cmpuint (fake_last_row (net)->bytes_up, ==,
                    ((guint64) n_blocks << 20) + g_bytes_get_size (hello));
  g_test_message ("tunnel: %.0f MB/s, the test's own two ends included",
                  (double) n_blocks * 1.048576 / seconds);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/egress/speed", test_speed);
  return g_test_run ();
}
