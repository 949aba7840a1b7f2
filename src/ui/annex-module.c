/* annex-module.c
 *
 * See annex-module.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-module.h"

#include <gmodule.h>

char *
annex_module_dup_path (const char *file)
{
  g_autofree char *binary = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *beside = binary != NULL ? g_path_get_dirname (binary) : NULL;
  const char *const folders[] = { g_getenv ("ANNEX_MODULE_DIR"), beside };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (folders[i] != NULL ? folders[i] : "", file, NULL);

      if (folders[i] != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
    }
  return g_build_filename (ANNEX_MODULE_DIR, file, NULL);
}

gpointer
annex_module_load (const char *file, const char *symbol, GError **error)
{
  g_autofree char *path = annex_module_dup_path (file);
  GModule *module = g_module_open_full (path, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL, error);
  gpointer found = NULL;

  if (module == NULL)
    return NULL;
  g_module_make_resident (module);
  if (!g_module_symbol (module, symbol, &found))
    g_set_error (error, G_MODULE_ERROR, G_MODULE_ERROR_FAILED, "%s is not Annex's", path);
  return found;
}
