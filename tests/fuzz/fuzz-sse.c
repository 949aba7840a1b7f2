/* fuzz-sse.c
 *
 * The event reader gives the same events whole or byte by byte, always valid UTF-8.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-sse.h"

static gboolean
note_cb (const char *name, const char *data, gpointer user_data, GError **error)
{
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_true (g_utf8_validate (data, -1, NULL));
  g_string_append_printf (user_data, "%s=%s;", name, data);
  return TRUE;
}

static gboolean
read_events (const char *bytes, gsize size, gsize piece, gsize limit, GString *out)
{
  g_autoptr (AnnexSse) sse = annex_sse_new (limit);

  for (gsize at = 0; at < size; at += piece)
    if (!annex_sse_feed (sse, bytes + at, MIN (piece, size - at), note_cb, out, NULL))
      return FALSE;
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const gsize limits[] = { 0, 64 };

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GString) whole = g_string_new (NULL);
      g_autoptr (GString) bytewise = g_string_new (NULL);
      gboolean read = read_events ((const char *) data, size, MAX (size, 1), limits[i], whole);

      /* Whole, the limit is seen one piece earlier; so only unlimited reading must agree. */
      g_assert_true (read || limits[i] > 0);
      if (read)
        {
          g_assert_true (read_events ((const char *) data, size, 1, limits[i], bytewise));
          g_assert_cmpstr (whole->str, ==, bytewise->str);
        }
    }
  return 0;
}
