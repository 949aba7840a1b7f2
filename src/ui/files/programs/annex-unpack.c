/* annex-unpack.c
 *
 * annex-unpack NAME…: unpacks members of the zip package at its standard input, and can do nothing
 * else. A name that ends in a slash stands for all members directly in that folder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-helper-main.h"
#include "annex-package-unpack.h"
#include "annex-package-wire.h"

#include <locale.h>
#include <string.h>

#define MAX_CPU_S 20

static gboolean
write_end (const GError *error)
{
  AnnexPackagePart part = { .size = ANNEX_PACKAGE_COMPLETE };

  if (error != NULL)
    part.size = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ? ANNEX_PACKAGE_TOO_LARGE
                                                                         : ANNEX_PACKAGE_DAMAGED;
  return annex_helper_write (&part, sizeof part);
}

static gboolean
unpack (GBytes *bytes, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) members = annex_package_unpack (bytes, data, &error);
  GHashTableIter iter;
  gpointer name;
  gpointer content;

  if (members != NULL)
    g_hash_table_iter_init (&iter, members);
  while (members != NULL && g_hash_table_iter_next (&iter, &name, &content))
    {
      AnnexPackagePart part = { .name_length = (guint32) strlen (name),
                                .size = (guint32) g_bytes_get_size (content) };

      if (part.name_length <= ANNEX_PACKAGE_MAX_NAME &&
          !(annex_helper_write (&part, sizeof part) &&
            annex_helper_write (name, part.name_length) &&
            annex_helper_write (g_bytes_get_data (content, NULL), part.size)))
        return FALSE;
    }
  return write_end (error) && error == NULL;
}

int
main (int argc, char **argv)
{
  g_set_prgname ("annex-unpack");
  setlocale (LC_CTYPE, "C.UTF-8"); /* that of names in packages, so that none is converted */
  annex_helper_main (NULL, MAX_CPU_S, unpack, argv + 1);
}
