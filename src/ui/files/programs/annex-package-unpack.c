/* annex-package-unpack.c
 *
 * See annex-package-unpack.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-package-unpack.h"

#include "annex-package-wire.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

static gboolean
is_wanted (const char *name, const char *const *wanted)
{
  for (guint i = 0; wanted[i] != NULL; i++)
    {
      gsize length = strlen (wanted[i]);

      if (length > 0 && wanted[i][length - 1] == '/')
        {
          if (g_str_has_prefix (name, wanted[i]) && strchr (name + length, '/') == NULL &&
              name[length] != '\0')
            return TRUE;
        }
      else if (g_str_equal (name, wanted[i]))
        return TRUE;
    }
  return FALSE;
}

static GBytes *
read_member (struct archive *archive, gsize *left, GError **error)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  guint8 *buffer = g_malloc (1 << 16);
  la_ssize_t n;

  while ((n = archive_read_data (archive, buffer, 1 << 16)) > 0)
    {
      if (content->len + (gsize) n > ANNEX_PACKAGE_MAX_MEMBER || (gsize) n > *left)
        {
          g_free (buffer);
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                               "The document is too large unpacked");
          return NULL;
        }
      *left -= (gsize) n;
      g_byte_array_append (content, buffer, (guint) n);
    }
  g_free (buffer);
  if (n < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "The document is damaged");
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&content));
}

static gboolean
read_members (struct archive *archive,
              const char *const *wanted,
              GHashTable *members,
              GError **error)
{
  struct archive_entry *entry;
  gsize left = ANNEX_PACKAGE_MAX_TOTAL;
  guint n_entries = 0;
  int result;

  while ((result = archive_read_next_header (archive, &entry)) == ARCHIVE_OK ||
         result == ARCHIVE_WARN)
    {
      const char *name = archive_entry_pathname (entry);
      GBytes *content;

      if (++n_entries > ANNEX_PACKAGE_MAX_ENTRIES)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                               "The document has too many parts");
          return FALSE;
        }
      if (name == NULL || archive_entry_filetype (entry) != AE_IFREG || !is_wanted (name, wanted) ||
          g_hash_table_contains (members, name))
        continue;
      content = read_member (archive, &left, error);
      if (content == NULL)
        return FALSE;
      g_hash_table_insert (members, g_strdup (name), content);
    }
  if (result != ARCHIVE_EOF)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "The document is damaged");
      return FALSE;
    }
  return TRUE;
}

GHashTable *
annex_package_unpack (GBytes *package, const char *const *wanted, GError **error)
{
  g_autoptr (GHashTable) members =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  struct archive *archive = archive_read_new ();
  gsize length;
  const void *data = g_bytes_get_data (package, &length);
  gboolean fine = FALSE;

  archive_read_support_format_zip_seekable (archive);
  if (length == 0 || archive_read_open_memory (archive, data, length) != ARCHIVE_OK)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "This is no document package");
  else
    fine = read_members (archive, wanted, members, error);
  archive_read_free (archive);
  return fine ? g_steal_pointer (&members) : NULL;
}
