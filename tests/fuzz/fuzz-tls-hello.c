/* fuzz-tls-hello.c
 *
 * The ClientHello reader judges the same whole or byte by byte, and a name it gives is a string.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-tls-hello.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (AnnexTlsHello) whole = annex_tls_hello_new ();
  g_autoptr (AnnexTlsHello) bytewise = annex_tls_hello_new ();
  AnnexTlsHelloState state = annex_tls_hello_feed (whole, data, size);
  AnnexTlsHelloState again = ANNEX_TLS_HELLO_MORE;

  for (size_t i = 0; i < size && again == ANNEX_TLS_HELLO_MORE; i++)
    again = annex_tls_hello_feed (bytewise, data + i, 1);
  g_assert_cmpint (again, ==, state);
  if (state == ANNEX_TLS_HELLO_COMPLETE)
    g_assert_cmpstr (annex_tls_hello_get_server_name (whole), ==,
                     annex_tls_hello_get_server_name (bytewise));
  return 0;
}
