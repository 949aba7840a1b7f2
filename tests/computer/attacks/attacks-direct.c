/* attacks-direct.c
 *
 * The attacks E that go past the proxy: root of the guest looks for another way out than the one
 * channel. There is no card and no other port, and what is asked of the proxy is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "attack-fixture.h"

static const char *const rows[] = {
  "E1-tcp",      "E2-udp",           "E3-icmp",        "E4-raw",         "E5-ipv6", "E6-link-local",
  "E7-loopback", "E8-local-sockets", "E9-vsock",       "E10-other-port", "E11-tun", "E12-no-card",
  "E13-dns",     "E14-dns-by-tcp",   "E15-dns-by-tls", "E19-mdns",
};

static const char *running;

static void
run_row (void)
{
  g_auto (GStrv) words = g_strsplit (running, "-", 2);

  attack_run (words[0]);
  attack_assert_untouched ();
}

static void
test_row (gconstpointer data)
{
  running = data;
  fixture_run_body (run_row);
}

void
attack_add_direct (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/attacks/E/", rows[i], NULL);

      g_test_add_data_func (path, rows[i], test_row);
    }
}
