/* annex-helper-main.c
 *
 * See annex-helper-main.h. Knows of no kind of file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-helper-main.h"

#include "annex-confine.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_MEMORY_BYTES (1024ull * 1024 * 1024)

gboolean
annex_helper_write (const void *data, gsize size)
{
  return fwrite (data, 1, size, stdout) == size;
}

void
annex_helper_main (const char *const *folders,
                   guint cpu_s,
                   AnnexHelperFunc work,
                   gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (STDIN_FILENO, FALSE, &error);
  g_autoptr (GBytes) bytes = file != NULL ? g_mapped_file_get_bytes (file) : NULL;
  gboolean done;

  if (bytes == NULL || !annex_confine (folders, MAX_MEMORY_BYTES, cpu_s, &error))
    {
      fprintf (stderr, "%s: %s\n", g_get_prgname (), error->message);
      exit (EXIT_FAILURE);
    }
  done = work (bytes, data);
  fflush (stdout);
  /* What libraries do at their end needs some of what was given up. */
  _exit (done ? EXIT_SUCCESS : EXIT_FAILURE);
}
