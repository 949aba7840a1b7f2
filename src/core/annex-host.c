/* annex-host.c
 *
 * Names and addresses: one normal form for a host name, and which addresses are public. Pure; knows
 * no rules of a task and does no I/O. Everything it is given is hostile.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-policy.h"

#include <string.h>

/* Longer texts cannot become a name of 253 bytes. */
#define MAX_TEXT_BYTES 1024
#define MAX_NAME_BYTES 253
#define MAX_LABEL_BYTES 63

G_DEFINE_QUARK (annex_policy_error, annex_policy_error)

static gboolean
fail_bad_host (GError **error)
{
  g_set_error_literal (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_BAD_HOST,
                       "Annex refused the connection: this is not a well-formed host name. Use a "
                       "full name such as www.example.com.");
  return FALSE;
}

static gboolean
fail_address (GError **error)
{
  g_set_error_literal (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_ADDRESS,
                       "Annex refused the connection: addresses made of numbers cannot be reached. "
                       "Use the host's name.");
  return FALSE;
}

/* Characters outside ASCII that a host name may hold before it is mapped. Refused: what cannot be
 * seen, and what IDNA 2003 (GLib) and IDNA 2008 (browsers) map to different hosts. */
static gboolean
is_name_character (gunichar c)
{
  if (c == 0x00df || c == 0x1e9e || c == 0x03c2)
    return FALSE;
  if (g_unichar_iszerowidth (c) && !g_unichar_ismark (c))
    return FALSE;
  switch ((int) g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SPACE_SEPARATOR:
      return FALSE;
    default:
      return TRUE;
    }
}

static gboolean
has_only_name_bytes (const char *ascii)
{
  for (const char *p = ascii; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '-' && *p != '_' && *p != '.')
      return FALSE;
  return TRUE;
}

/* @text in ASCII and lower case, or NULL when it cannot be a name. */
static char *
map_to_ascii (const char *text)
{
  g_autofree char *ascii = NULL;
  gboolean is_ascii = TRUE;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c < 0x80)
        {
          if (!g_ascii_isalnum ((char) c) && c != '-' && c != '_' && c != '.')
            return NULL;
          continue;
        }
      is_ascii = FALSE;
      if (!is_name_character (c))
        return NULL;
    }

  if (is_ascii)
    return g_ascii_strdown (text, -1);

  ascii = g_hostname_to_ascii (text);
  /* Compatibility mapping may have produced anything: "℀" becomes "a/c". */
  if (ascii == NULL || !has_only_name_bytes (ascii))
    return NULL;
  return g_ascii_strdown (ascii, -1);
}

static gboolean
is_label (const char *label)
{
  gsize length = strlen (label);

  return length >= 1 && length <= MAX_LABEL_BYTES && label[0] != '-' && label[length - 1] != '-';
}

/* A last label that is a number, decimal, octal or hex, makes the whole an IPv4 address for some
 * resolver or other. */
static gboolean
is_number (const char *label)
{
  if (label[0] == '0' && label[1] == 'x')
    return strspn (label + 2, "0123456789abcdef") == strlen (label + 2);
  return label[0] != '\0' && strspn (label, "0123456789") == strlen (label);
}

static gboolean
check_labels (const char *name, GError **error)
{
  g_auto (GStrv) labels = g_strsplit (name, ".", -1);
  guint n_labels = g_strv_length (labels);
  gboolean has_a_label = FALSE;

  if (n_labels == 0)
    return fail_bad_host (error);
  if (is_number (labels[n_labels - 1]))
    return fail_address (error);
  if (n_labels < 2 || strlen (name) > MAX_NAME_BYTES)
    return fail_bad_host (error);
  for (guint i = 0; i < n_labels; i++)
    {
      if (!is_label (labels[i]))
        return fail_bad_host (error);
      has_a_label |= g_str_has_prefix (labels[i], "xn--");
    }
  if (has_a_label)
    {
      g_autofree char *unicode = g_hostname_to_unicode (name);

      if (unicode == NULL || !g_utf8_validate (unicode, -1, NULL))
        return fail_bad_host (error);
    }
  return TRUE;
}

char *
annex_host_normalise (const char *text, gssize length, GError **error)
{
  g_autofree char *copy = NULL;
  g_autofree char *ascii = NULL;
  gsize n_bytes = length < 0 ? strlen (text) : (gsize) length;
  gsize n_ascii;

  if (n_bytes == 0 || n_bytes > MAX_TEXT_BYTES || memchr (text, '\0', n_bytes) != NULL ||
      !g_utf8_validate (text, (gssize) n_bytes, NULL))
    {
      fail_bad_host (error);
      return NULL;
    }
  copy = g_strndup (text, n_bytes);
  if (copy[0] == '[' || g_hostname_is_ip_address (copy))
    {
      fail_address (error);
      return NULL;
    }
  ascii = map_to_ascii (copy);
  if (ascii == NULL)
    {
      fail_bad_host (error);
      return NULL;
    }
  n_ascii = strlen (ascii);
  if (n_ascii > 0 && ascii[n_ascii - 1] == '.')
    ascii[n_ascii - 1] = '\0';
  if (!check_labels (ascii, error))
    return NULL;
  return g_steal_pointer (&ascii);
}

gboolean
annex_host_is_local (const char *host)
{
  static const char *const suffixes[] = { "localhost", "localdomain", "local", "internal",
                                          "home.arpa" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      gsize suffix = strlen (suffixes[i]);
      gsize length = strlen (host);

      if (g_str_equal (host, suffixes[i]))
        return TRUE;
      if (length > suffix && host[length - suffix - 1] == '.' &&
          g_str_equal (host + length - suffix, suffixes[i]))
        return TRUE;
    }
  return FALSE;
}

/* ---------------------------------------------------------------- addresses */

typedef struct
{
  guint8 bytes[16];
  guint prefix_bits;
} Range;

static gboolean
is_in_range (const guint8 *address, const Range *range)
{
  guint whole = range->prefix_bits / 8;
  guint rest = range->prefix_bits % 8;

  if (memcmp (address, range->bytes, whole) != 0)
    return FALSE;
  return rest == 0 || ((address[whole] ^ range->bytes[whole]) >> (8 - rest)) == 0;
}

static gboolean
is_in_any (const guint8 *address, const Range *ranges, gsize n_ranges)
{
  for (gsize i = 0; i < n_ranges; i++)
    if (is_in_range (address, &ranges[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_public_v4 (const guint8 *address)
{
  static const Range refused[] = {
    { { 0 }, 8 },         { { 10 }, 8 },       { { 100, 64 }, 10 },  { { 127 }, 8 },
    { { 169, 254 }, 16 }, { { 172, 16 }, 12 }, { { 192, 168 }, 16 }, { { 224 }, 3 },
  };

  return !is_in_any (address, refused, G_N_ELEMENTS (refused));
}

/* IPv6 forms that carry an IPv4 address, and where in them it stands. */
static gboolean
carries_refused_v4 (const guint8 *address)
{
  static const struct
  {
    Range range;
    guint offset;
  } carriers[] = {
    { { { 0 }, 96 }, 12 },                                        /* v4-compatible, ::/127 */
    { { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96 }, 12 }, /* v4-mapped */
    { { { 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96 }, 12 },       /* SIIT, RFC 2765 */
    { { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12 },                   /* NAT64, RFC 6052 */
    { { { 0x20, 0x02 }, 16 }, 2 },                                /* 6to4 */
    { { { 0x20, 0x01, 0x00, 0x00 }, 32 }, 4 },                    /* Teredo server */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (carriers); i++)
    if (is_in_range (address, &carriers[i].range) && !is_public_v4 (address + carriers[i].offset))
      return TRUE;

  /* The client of a Teredo address is written with its bits turned over (RFC 4380). */
  if (is_in_range (address, &carriers[G_N_ELEMENTS (carriers) - 1].range))
    {
      guint8 client[4];

      for (guint i = 0; i < 4; i++)
        client[i] = address[12 + i] ^ 0xff;
      if (!is_public_v4 (client))
        return TRUE;
    }

  /* ISATAP (RFC 5214): the interface identifier is [02]00:5efe:a.b.c.d. */
  return (address[8] & ~0x02) == 0 && address[9] == 0 && address[10] == 0x5e &&
         address[11] == 0xfe && !is_public_v4 (address + 12);
}

static gboolean
is_public_v6 (const guint8 *address)
{
  static const Range refused[] = {
    { { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48 }, /* NAT64 of one's own network, RFC 8215 */
    { { 0xfc }, 7 },
    { { 0xfe, 0x80 }, 10 },
    { { 0xfe, 0xc0 }, 10 }, /* site-local, withdrawn by RFC 3879 and still private */
    { { 0xff }, 8 },
  };

  return !is_in_any (address, refused, G_N_ELEMENTS (refused)) && !carries_refused_v4 (address);
}

gboolean
annex_address_is_public (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  switch (g_inet_address_get_family (address))
    {
    case G_SOCKET_FAMILY_IPV4:
      return is_public_v4 (bytes);
    case G_SOCKET_FAMILY_IPV6:
      return is_public_v6 (bytes);
    case G_SOCKET_FAMILY_INVALID:
    case G_SOCKET_FAMILY_UNIX:
      break;
    }
  return FALSE;
}
