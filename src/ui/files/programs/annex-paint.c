/* annex-paint.c
 *
 * See annex-paint.h. Knows of no kind of file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-paint.h"

#include "annex-helper-main.h"
#include "annex-painter-wire.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct
{
  AnnexPaintFunc paint;
  gint64 max_side;
  gint64 max_pages;
} Painting;

gboolean
annex_paint_write_head (guint n_pages)
{
  AnnexPainterHead head = { .n_pages = n_pages };

  return annex_helper_write (&head, sizeof head);
}

gboolean
annex_paint_write_page (const void *pixels, guint width, guint height, gsize stride)
{
  AnnexPainterPage page = { .width = width, .height = height };
  const guint8 *row = pixels;
  gboolean done = annex_helper_write (&page, sizeof page);

  if (stride == (gsize) width * 4)
    return done && annex_helper_write (pixels, stride * height);
  for (guint y = 0; done && y < height; y++, row += stride)
    done = annex_helper_write (row, (gsize) width * 4);
  return done;
}

static gboolean
work (GBytes *bytes, gconstpointer data)
{
  const Painting *painting = data;

  return painting->paint (bytes, (guint) painting->max_side, (guint) painting->max_pages);
}

void
annex_paint_main (int argc,
                  char **argv,
                  const char *const *folders,
                  guint cpu_s,
                  AnnexPaintFunc paint)
{
  Painting painting = { .paint = paint,
                        .max_side = argc == 3 ? g_ascii_strtoll (argv[1], NULL, 10) : 0,
                        .max_pages = argc == 3 ? g_ascii_strtoll (argv[2], NULL, 10) : 0 };

  if (painting.max_side < 1 || painting.max_side > 16384 || painting.max_pages < 1 ||
      painting.max_pages > 10000)
    {
      fprintf (stderr, "Usage: %s MAX_SIDE MAX_PAGES <FILE\n", g_get_prgname ());
      exit (2);
    }
  annex_helper_main (folders, cpu_s, work, &painting);
}
