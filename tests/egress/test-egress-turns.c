/* test-egress-turns.c
 *
 * Who waits for its turn and leaves keeps no place, and no descriptor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-internet.h"

#include <string.h>
#include <sys/resource.h>

#define GET_ALLOWED "GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n"
#define CONNECT_TLS "CONNECT tls.example:443 HTTP/1.1\r\nHost: tls.example:443\r\n\r\n"

static FakeInternet *
new_internet (void)
{
  FakeInternet *net = fake_internet_new (NULL);

  annex_network_policy_set (net->policy, "allowed.example", TRUE, "task");
  annex_network_policy_set (net->policy, "tls.example", TRUE, "task");
  fake_internet_name (net, "allowed.example", FAKE_WEB, NULL);
  fake_internet_name (net, "tls.example", FAKE_TLS, NULL);
  net->limits.max_streams = 1;
  net->limits.max_waiting = 1;
  net->limits.head_ms = 10000;
  fake_internet_apply (net);
  return net;
}

/* Has its turn, and keeps it. */
static GIOStream *
open_first (FakeInternet *net)
{
  GIOStream *guest = fake_guest_open (net);
  g_autofree char *answer = NULL;

  g_assert_true (fake_guest_send (guest, CONNECT_TLS, strlen (CONNECT_TLS)));
  answer = fake_guest_receive_text (guest, "\r\n\r\n");
  g_assert_cmpuint (fake_status (answer), ==, 200);
  return guest;
}

static GIOStream *
open_waiting (FakeInternet *net, const char *request)
{
  GIOStream *guest = fake_guest_open (net);

  g_assert_true (fake_guest_send (guest, request, strlen (request)));
  fake_wait_ms (50);
  g_assert_cmpuint (annex_egress_proxy_get_n_streams (net->proxy), ==, 2);
  return guest;
}

static void
end_sending (GIOStream *guest)
{
  g_assert_true (g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (guest)),
                                    FALSE, TRUE, NULL));
}

static void
assert_gone (FakeInternet *net)
{
  for (guint i = 0; i < 50 && annex_egress_proxy_get_n_streams (net->proxy) > 1; i++)
    fake_wait_ms (20);
  g_assert_cmpuint (annex_egress_proxy_get_n_streams (net->proxy), ==, 1);
  fake_wait_ms (50);
  g_assert_cmpstr (fake_last_row (net)->decision, ==, "failed");
  g_assert_nonnull (strstr (fake_last_row (net)->reason, "left before"));
}

/* Of a program that ends, the guest's sshd tells only that it sends no more. */
static void
test_left (void)
{
  g_autoptr (FakeInternet) net = new_internet ();
  g_autoptr (GIOStream) first = open_first (net);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GIOStream) half = open_waiting (net, CONNECT_TLS "early");
      g_autoptr (GIOStream) whole = NULL;

      end_sending (half);
      assert_gone (net);
      whole = open_waiting (net, i == 0 ? CONNECT_TLS : GET_ALLOWED);
      g_io_stream_close (whole, NULL, NULL);
      assert_gone (net);
    }
  g_assert_cmpuint (net->dialled->len, ==, 1);
  g_io_stream_close (first, NULL, NULL);
  fake_settle (net);
}

/* A request that is complete may have been all that it has to say. */
static void
test_patient (void)
{
  g_autoptr (FakeInternet) net = new_internet ();
  g_autoptr (GIOStream) first = open_first (net);
  g_autoptr (GIOStream) patient = open_waiting (net, GET_ALLOWED);
  g_autofree char *answer = NULL;

  end_sending (patient);
  fake_wait_ms (100);
  g_assert_cmpuint (annex_egress_proxy_get_n_streams (net->proxy), ==, 2);
  g_io_stream_close (first, NULL, NULL);
  answer = fake_guest_receive_text (patient, NULL);
  g_assert_cmpuint (fake_status (answer), ==, 200);
  fake_settle (net);
}

/* As many as there may be at once, and those that say nothing take the rest. */
static void
test_full (void)
{
  g_autoptr (FakeInternet) net = new_internet ();
  g_autoptr (GPtrArray) guests = g_ptr_array_new_with_free_func (g_object_unref);
  struct rlimit files;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &files), ==, 0);
  files.rlim_cur = files.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &files), ==, 0);
  net->limits.max_streams = 64;
  net->limits.max_waiting = 256;
  net->limits.head_ms = 60000;
  net->limits.idle_ms = net->limits.half_idle_ms = 60000;
  fake_internet_apply (net);
  for (guint i = 0; i < 64; i++)
    g_ptr_array_add (guests, open_first (net));
  for (guint i = 0; i < 256 + 192; i++)
    {
      GIOStream *guest = fake_guest_open (net);

      g_ptr_array_add (guests, guest);
      if (i < 256)
        g_assert_true (fake_guest_send (guest, GET_ALLOWED, strlen (GET_ALLOWED)));
      fake_wait_ms (2);
    }
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GIOStream) guest = fake_guest_open (net);
      g_autofree char *answer = NULL;

      fake_guest_send (guest, GET_ALLOWED, strlen (GET_ALLOWED));
      answer = fake_guest_receive_text (guest, NULL);
      g_assert_cmpuint (fake_status (answer), ==, 503);
      g_assert_nonnull (strstr (answer, "too many connections at once"));
    }
  /* Nor has one that is served or waits made room. */
  g_assert_cmpuint (annex_egress_proxy_get_n_streams (net->proxy), >=, 64 + 256);
  g_ptr_array_set_size (guests, 0);
  fake_settle (net);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/egress/turns/Q5e-left", test_left);
  g_test_add_func ("/egress/turns/patient", test_patient);
  g_test_add_func ("/egress/turns/full", test_full);
  return g_test_run ();
}
