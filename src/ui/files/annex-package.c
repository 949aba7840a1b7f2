/* annex-package.c
 *
 * See annex-package.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-package-private.h"

#include "annex-helper.h"
#include "annex-package-wire.h"

#include <glib/gi18n.h>
#include <string.h>

#define PROGRAM "annex-unpack"

static AnnexPackageReader reader;

static void
set_error (AnnexPackageEnd end, GError **error)
{
  if (end == ANNEX_PACKAGE_TOO_LARGE)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                         _ ("The document is too large unpacked"));
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("The document is damaged"));
}

/* FALSE when the program does not keep to its limits or ends early. */
static gboolean
read_member (AnnexHelper *helper, const AnnexPackagePart *part, gsize *left, GHashTable *members)
{
  g_autofree char *name = NULL;
  g_autofree guint8 *content = NULL;

  if (part->name_length > ANNEX_PACKAGE_MAX_NAME || part->size > ANNEX_PACKAGE_MAX_MEMBER ||
      part->size > *left || g_hash_table_size (members) >= ANNEX_PACKAGE_MAX_ENTRIES)
    return FALSE;
  *left -= part->size;
  name = g_malloc0 (part->name_length + 1);
  content = g_malloc (part->size + 1);
  if (!annex_helper_read (helper, name, part->name_length) ||
      !annex_helper_read (helper, content, part->size))
    return FALSE;
  g_hash_table_replace (members, g_steal_pointer (&name),
                        g_bytes_new_take (g_steal_pointer (&content), part->size));
  return TRUE;
}

GHashTable *
annex_package_read (GBytes *package, const char *const *wanted, GError **error)
{
  g_autoptr (GHashTable) members =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_autoptr (AnnexHelper) helper = NULL;
  gsize left = ANNEX_PACKAGE_MAX_TOTAL;
  AnnexPackagePart part;

  if (reader != NULL)
    return reader (package, wanted, error);
  helper = annex_helper_start (PROGRAM, wanted, package, ANNEX_HELPER_TIME_MS);
  while (helper != NULL && annex_helper_read (helper, &part, sizeof part))
    {
      if (part.name_length == 0 && part.size == ANNEX_PACKAGE_COMPLETE)
        return g_steal_pointer (&members);
      if (part.name_length == 0)
        {
          set_error (part.size, error);
          return NULL;
        }
      if (!read_member (helper, &part, &left, members))
        break;
    }
  set_error (ANNEX_PACKAGE_DAMAGED, error);
  return NULL;
}

void
annex_package_set_reader (AnnexPackageReader func)
{
  reader = func;
}

char *
annex_package_dup_xml (GBytes *member, gsize *length)
{
  gsize size;
  const char *data = g_bytes_get_data (member, &size);
  const char *charset = NULL;

  *length = 0;
  if (size == 0)
    return g_strdup ("");
  if (size >= 2 && memcmp (data, "\xff\xfe", 2) == 0)
    charset = "UTF-16LE";
  else if (size >= 2 && memcmp (data, "\xfe\xff", 2) == 0)
    charset = "UTF-16BE";
  if (charset != NULL)
    return g_convert (data + 2, (gssize) (size - 2), "UTF-8", charset, NULL, length, NULL);
  if (size >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    {
      data += 3;
      size -= 3;
    }
  if (!g_utf8_validate_len (data, size, NULL))
    return NULL;
  *length = size;
  return g_strndup (data, size);
}

const char *
annex_package_local_name (const char *qualified)
{
  const char *colon = strrchr (qualified, ':');

  return colon != NULL ? colon + 1 : qualified;
}

const char *
annex_package_attribute (const char **names, const char **values, const char *local_name)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (annex_package_local_name (names[i]), local_name))
      return values[i];
  return NULL;
}
