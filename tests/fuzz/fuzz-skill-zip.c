/* fuzz-skill-zip.c
 *
 * Any archive: it is refused, or its names are clean, unlike one another and within the limits, and
 * what is read is as large as was said.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-zip.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexZip) zip = annex_zip_open (bytes, &error);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint64 total = 0;

  g_assert_true ((zip == NULL) == (error != NULL));
  if (zip == NULL)
    return 0;
  for (guint i = 0; i < annex_zip_get_entries (zip)->len; i++)
    {
      AnnexZipEntry *entry = g_ptr_array_index (annex_zip_get_entries (zip), i);
      g_autoptr (GBytes) read = NULL;

      g_assert_true (annex_zip_is_clean_path (entry->path));
      g_assert_true (g_hash_table_add (seen, entry->path));
      total += entry->size_bytes;
      g_assert_cmpuint (total, <=, ANNEX_ZIP_MAX_BYTES);
      if (entry->is_folder)
        continue;
      read = annex_zip_read (zip, entry, NULL);
      if (read != NULL)
        g_assert_cmpuint (g_bytes_get_size (read), ==, entry->size_bytes);
    }
  return 0;
}
