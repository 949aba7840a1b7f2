/* fuzz-upper.c
 *
 * The reader of a draft's stream: the same whole or byte by byte, and what comes out is a tree.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-upper-reader.h"

#include <string.h>

static GPtrArray *
parse (const uint8_t *data, size_t size, size_t piece)
{
  g_autoptr (AnnexUpperReader) reader = annex_upper_reader_new_with_limit (1000);

  for (size_t i = 0; i < size; i += piece)
    if (!annex_upper_reader_feed (reader, data + i, MIN (piece, size - i), NULL))
      break;
  return annex_upper_reader_finish (reader, NULL);
}

static void
check_tree (GPtrArray *entries)
{
  g_autoptr (GHashTable) kinds = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < entries->len; i++)
    {
      const AnnexUpperEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *parent = g_path_get_dirname (entry->path);
      g_auto (GStrv) parts = g_strsplit (entry->path, "/", -1);

      for (guint j = 0; parts[j] != NULL; j++)
        g_assert_true (*parts[j] != '\0' && !g_str_equal (parts[j], ".") &&
                       !g_str_equal (parts[j], "..") && strlen (parts[j]) <= 255);
      g_assert_true (g_str_equal (parent, ".") ||
                     GPOINTER_TO_INT (g_hash_table_lookup (kinds, parent)) == ANNEX_UPPER_FOLDER);
      g_assert_true (g_hash_table_insert (kinds, entry->path, GINT_TO_POINTER (entry->kind)));
      g_assert_true (entry->kind != ANNEX_UPPER_SYMLINK || *entry->target != '\0');
      g_assert_true (entry->kind != ANNEX_UPPER_FILE ||
                     (entry->sha256 == NULL) == (entry->problem != NULL));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GPtrArray) whole = parse (data, size, MAX (size, 1));
  g_autoptr (GPtrArray) bytes = parse (data, size, 1);

  g_assert_true ((whole == NULL) == (bytes == NULL));
  if (whole == NULL)
    return 0;
  g_assert_cmpuint (whole->len, ==, bytes->len);
  check_tree (whole);
  return 0;
}
