/* test-host.c
 *
 * Names in one normal form, addresses in every spelling refused, private ranges to their edges.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-policy.h"

#include <string.h>

#define BAD ANNEX_POLICY_ERROR_BAD_HOST
#define NUMBER ANNEX_POLICY_ERROR_ADDRESS
#define LABEL_63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123"

static void
test_accepted (void)
{
  static const struct
  {
    const char *text;
    const char *normal;
  } rows[] = {
    { "example.com", "example.com" },
    { "EXAMPLE.Com", "example.com" },
    { "example.com.", "example.com" },
    { "a.b-c.d_e.example", "a.b-c.d_e.example" },
    { "_dmarc.example.com", "_dmarc.example.com" },
    { "r3---sn.example.com", "r3---sn.example.com" },
    { "bücher.example", "xn--bcher-kva.example" },
    { "BÜCHER.example", "xn--bcher-kva.example" },
    { "xn--bcher-kva.example", "xn--bcher-kva.example" },
    { "ｅxample。com", "example.com" },
    { "1.2.3.example", "1.2.3.example" },
    { "0x7f.example", "0x7f.example" },
    { "1e3.x1", "1e3.x1" },
    { LABEL_63 ".com", LABEL_63 ".com" },
    { LABEL_63 "." LABEL_63 "." LABEL_63 "."
               "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1",
      LABEL_63 "." LABEL_63 "." LABEL_63 "."
               "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *normal = annex_host_normalise (rows[i].text, -1, &error);
      g_autofree char *again = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (normal, ==, rows[i].normal);
      again = annex_host_normalise (normal, -1, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (again, ==, normal);
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text;
    AnnexPolicyError code;
  } rows[] = {
    { "", BAD },
    { ".", BAD },
    { "..", BAD },
    { "localhost", BAD },
    { "example", BAD },
    { ".example.com", BAD },
    { "a..example.com", BAD },
    { "example.com..", BAD },
    { "-a.example.com", BAD },
    { "a-.example.com", BAD },
    { "a b.example.com", BAD },
    { "a\tb.example.com", BAD },
    { "a\nb.example.com", BAD },
    { "example.com\r", BAD },
    { "example.com/", BAD },
    { "example.com\\", BAD },
    { "example.com:80", BAD },
    { "user@example.com", BAD },
    { "example.com%00", BAD },
    { "ex%61mple.com", BAD },
    { "*.example.com", BAD },
    { "a" LABEL_63 ".com", BAD },
    { LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63, BAD },
    { "exa\xffmple.com", BAD },
    { "stra\xc3\x9f"
      "e.example",
      BAD },                            /* IDNA 2003 and 2008 differ */
    { "exa\xe2\x80\x8bmple.com", BAD }, /* zero width space */
    { "exa\xc2\xadmple.com", BAD },     /* soft hyphen */
    { "exa\xe2\x80\xaemple.com", BAD }, /* bidi override */
    { "\xe2\x84\x80.example", BAD },    /* ℀ maps to a/c */
    { "example\xef\xbc\x8f.com", BAD }, /* fullwidth solidus */
    { "xn--\x61\x7f.example", BAD },
    { "127.0.0.1", NUMBER },
    { "127.0.0.1.", NUMBER },
    { "93.184.216.34", NUMBER },
    { "2130706433", NUMBER },
    { "0x7f000001", NUMBER },
    { "0X7F.1", NUMBER },
    { "0x", NUMBER },
    { "0177.0.0.1", NUMBER },
    { "127.1", NUMBER },
    { "0", NUMBER },
    { "example.1", NUMBER },
    { "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1", NUMBER }, /* fullwidth digits */
    { "[::1]", NUMBER },
    { "[", NUMBER },
    { "::1", NUMBER },
    { "::ffff:127.0.0.1", NUMBER },
    { "fe80::1%eth0", NUMBER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *normal = annex_host_normalise (rows[i].text, -1, &error);

      if (normal != NULL)
        g_test_message ("“%s” became “%s”", rows[i].text, normal);
      g_assert_null (normal);
      g_assert_error (error, ANNEX_POLICY_ERROR, (int) rows[i].code);
    }
  g_assert_null (annex_host_normalise ("a.example\0.com", 14, NULL));
}

static void
test_local (void)
{
  g_assert_true (annex_host_is_local ("foo.localhost"));
  g_assert_true (annex_host_is_local ("printer.local"));
  g_assert_true (annex_host_is_local ("metadata.google.internal"));
  g_assert_true (annex_host_is_local ("a.home.arpa"));
  g_assert_true (annex_host_is_local ("localhost.localdomain"));
  g_assert_false (annex_host_is_local ("local.example.com"));
  g_assert_false (annex_host_is_local ("notlocal.example"));
  g_assert_false (annex_host_is_local ("mylocal"));
  g_assert_false (annex_host_is_local ("arpa.home"));
}

static void
test_addresses (void)
{
  static const char *const refused[] = {
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.0.0",
    "169.254.169.254",
    "172.16.0.0",
    "172.31.255.255",
    "192.168.0.0",
    "192.168.255.255",
    "224.0.0.0",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fc00::1",
    "fd00:ec2::254",
    "fdff::",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:7f00:1::1",
    "2001:0:5db8:d822:0:0:80ff:fffe",
    "2a00::5efe:192.168.1.1",
    "2a00::200:5efe:10.0.0.1",
  };
  static const char *const public[] = {
    "1.0.0.0",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.0.0.1",
    "128.0.0.1",
    "169.253.0.1",
    "169.255.0.1",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.0.1",
    "192.169.0.1",
    "223.255.255.255",
    "192.0.2.1",
    "198.51.100.7",
    "2001:db8::1",
    "2606:2800::1",
    "::ffff:93.184.216.34",
    "64:ff9b::5db8:d822",
    "64:ff9b:2::1",
    "2002:5db8:d822::1",
    "fbff::1",
    "2a00::5efe:93.184.216.34",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (refused[i]);

      g_assert_nonnull (address);
      if (annex_address_is_public (address))
        g_error ("%s counts as public", refused[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (public); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (public[i]);

      g_assert_nonnull (address);
      if (!annex_address_is_public (address))
        g_error ("%s counts as private", public[i]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/host/accepted", test_accepted);
  g_test_add_func ("/host/refused", test_refused);
  g_test_add_func ("/host/local", test_local);
  g_test_add_func ("/host/addresses", test_addresses);
  return g_test_run ();
}
