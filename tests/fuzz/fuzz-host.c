/* fuzz-host.c
 *
 * A normal form is within the rules, is its own normal form, and is never an address.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-policy.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *host = annex_host_normalise ((const char *) data, (gssize) size, &error);
  g_autofree char *again = NULL;

  if (host == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }
  g_assert_cmpuint (strlen (host), <=, 253);
  g_assert_nonnull (strchr (host, '.'));
  g_assert_false (g_hostname_is_ip_address (host));
  g_assert_cmpuint (strspn (host, "abcdefghijklmnopqrstuvwxyz0123456789-_."), ==, strlen (host));
  again = annex_host_normalise (host, -1, NULL);
  g_assert_cmpstr (again, ==, host);
  annex_host_is_local (host);
  return 0;
}
