/* annex-zip-path.c
 *
 * Which names a file of a package may have. By itself, for the program that fetches: it is this and
 * GLib.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-zip.h"

#include <string.h>

#define MAX_PATH_BYTES 1024

gboolean
annex_zip_is_clean_path (const char *path)
{
  g_auto (GStrv) parts = NULL;

  if (*path == '\0' || strlen (path) > MAX_PATH_BYTES || !g_utf8_validate (path, -1, NULL))
    return FALSE;
  for (const char *p = path; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      /* Neither what another system reads as a separator or a drive, nor what a person cannot see.
       */
      if (c == '\\' || c == ':' || g_unichar_iscntrl (c) ||
          g_unichar_type (c) == G_UNICODE_FORMAT || g_unichar_type (c) == G_UNICODE_LINE_SEPARATOR)
        return FALSE;
    }
  parts = g_strsplit (path, "/", -1);
  if (g_strv_length (parts) > ANNEX_ZIP_MAX_DEPTH)
    return FALSE;
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || g_str_equal (parts[i], ".") || g_str_equal (parts[i], "..") ||
        strlen (parts[i]) > 255)
      return FALSE;
  return TRUE;
}
