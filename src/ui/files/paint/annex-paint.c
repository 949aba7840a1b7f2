/* annex-paint.c
 *
 * See annex-paint.h. Knows of no kind of file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-paint.h"

#include "annex-confine.h"
#include "annex-painter-wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAX_MEMORY_BYTES (1024ull * 1024 * 1024)

static gboolean
write_all (const void *data, gsize size)
{
  return fwrite (data, 1, size, stdout) == size;
}

gboolean
annex_paint_write_head (guint n_pages)
{
  AnnexPainterHead head = { .n_pages = n_pages };

  return write_all (&head, sizeof head);
}

gboolean
annex_paint_write_page (const void *pixels, guint width, guint height, gsize stride)
{
  AnnexPainterPage page = { .width = width, .height = height };
  const guint8 *row = pixels;
  gboolean done = write_all (&page, sizeof page);

  for (guint y = 0; done && y < height; y++, row += stride)
    done = write_all (row, (gsize) width * 4);
  return done;
}

static gboolean
confine (const char *const *folders, guint cpu_s, GError **error)
{
  static const char *const system[] = { "/usr/share", NULL };
  const struct rlimit none = { STDERR_FILENO + 1, STDERR_FILENO + 1 };

  if (!annex_confine (folders != NULL ? folders : system, MAX_MEMORY_BYTES, cpu_s, error))
    return FALSE;
  /* No descriptor is left for another file, whatever the kernel's other means are. */
  if (folders == NULL && setrlimit (RLIMIT_NOFILE, &none) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Files cannot be given up");
      return FALSE;
    }
  return TRUE;
}

void
annex_paint_main (int argc,
                  char **argv,
                  const char *const *folders,
                  guint cpu_s,
                  AnnexPaintFunc paint)
{
  gint64 max_side = argc == 3 ? g_ascii_strtoll (argv[1], NULL, 10) : 0;
  gint64 max_pages = argc == 3 ? g_ascii_strtoll (argv[2], NULL, 10) : 0;
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (STDIN_FILENO, FALSE, NULL);
  g_autoptr (GBytes) bytes = file != NULL ? g_mapped_file_get_bytes (file) : NULL;
  g_autoptr (GError) error = NULL;
  gboolean painted;

  if (max_side < 1 || max_side > 16384 || max_pages < 1 || max_pages > 10000 || bytes == NULL)
    {
      fprintf (stderr, "Usage: %s MAX_SIDE MAX_PAGES <FILE\n", g_get_prgname ());
      exit (2);
    }
  if (!confine (folders, cpu_s, &error))
    {
      fprintf (stderr, "%s: %s\n", g_get_prgname (), error->message);
      exit (EXIT_FAILURE);
    }
  painted = paint (bytes, (guint) max_side, (guint) max_pages);
  fflush (stdout);
  /* What libraries do at their end needs some of what was given up. */
  _exit (painted ? EXIT_SUCCESS : EXIT_FAILURE);
}
