/* annex-alike.c
 *
 * See annex-alike.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-alike.h"

#include "annex-zip.h"

#include <string.h>

/* Who made it, when, with what; not what it says. */
static gboolean
is_property (const char *path)
{
  return g_str_has_prefix (path, "docProps/") || g_str_equal (path, "meta.xml") ||
         g_str_has_prefix (path, "Thumbnails/");
}

/* Path → bytes of every part that counts; NULL when it is no archive. */
static GHashTable *
read_parts (GBytes *bytes)
{
  g_autoptr (AnnexZip) zip = annex_zip_open (bytes, NULL);
  g_autoptr (GHashTable) parts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  GPtrArray *entries = zip != NULL ? annex_zip_get_entries (zip) : NULL;

  if (entries == NULL)
    return NULL;
  for (guint i = 0; i < entries->len; i++)
    {
      const AnnexZipEntry *entry = g_ptr_array_index (entries, i);
      GBytes *part;

      if (entry->is_folder || is_property (entry->path))
        continue;
      part = annex_zip_read (zip, entry, NULL);
      if (part == NULL)
        return NULL;
      g_hash_table_replace (parts, g_strdup (entry->path), part);
    }
  return g_steal_pointer (&parts);
}

static gboolean
are_alike_archives (GBytes *expected, GBytes *actual)
{
  g_autoptr (GHashTable) one = read_parts (expected);
  g_autoptr (GHashTable) other = one != NULL ? read_parts (actual) : NULL;
  GHashTableIter iter;
  gpointer path, part;

  if (other == NULL || g_hash_table_size (one) != g_hash_table_size (other))
    return FALSE;
  g_hash_table_iter_init (&iter, one);
  while (g_hash_table_iter_next (&iter, &path, &part))
    {
      GBytes *same = g_hash_table_lookup (other, path);

      if (same == NULL || !g_bytes_equal (part, same))
        return FALSE;
    }
  return TRUE;
}

/* The file without dates, identifiers and where its parts lie. */
static GBytes *
strip_pdf (GBytes *bytes)
{
  static GRegex *notes = NULL;
  g_autoptr (GMatchInfo) match = NULL;
  GByteArray *stripped = g_byte_array_new ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  int from, to, done = 0;

  if (notes == NULL)
    notes = g_regex_new ("/(?:CreationDate|ModDate)\\s*\\([^)]*\\)|/ID\\s*\\[[^\\]]*\\]"
                         "|<(xmp:\\w*Date|xmpMM:\\w*ID)>[^<]*</\\1>"
                         "|\\nxref\\b[0-9 nf\\r\\n]*|startxref\\s+[0-9]+",
                         G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, NULL);
  g_regex_match_full (notes, (const char *) data, (gssize) size, 0, 0, &match, NULL);
  while (g_match_info_matches (match) && g_match_info_fetch_pos (match, 0, &from, &to))
    {
      g_byte_array_append (stripped, data + done, (guint) (from - done));
      done = to;
      g_match_info_next (match, NULL);
    }
  g_byte_array_append (stripped, data + done, (guint) size - (guint) done);
  return g_byte_array_free_to_bytes (stripped);
}

gboolean
annex_alike_documents (const char *path, GBytes *expected, GBytes *actual, gpointer user_data)
{
  gsize size;
  const char *data = g_bytes_get_data (expected, &size);
  g_autoptr (GBytes) one = NULL;
  g_autoptr (GBytes) other = NULL;

  if (size > 4 && memcmp (data, "PK\3\4", 4) == 0)
    return are_alike_archives (expected, actual);
  if (size < 5 || memcmp (data, "%PDF-", 5) != 0)
    return FALSE;
  one = strip_pdf (expected);
  other = strip_pdf (actual);
  return g_bytes_equal (one, other);
}
