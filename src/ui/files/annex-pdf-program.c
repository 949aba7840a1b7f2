/* annex-pdf-program.c
 *
 * annex-pdf MAX_SIDE MAX_PAGES: paints the pages of the PDF at its standard input, as annex-pdf.h
 * says, and can do nothing else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-confine.h"
#include "annex-pdf.h"

#include <math.h>
#include <poppler.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_MEMORY_BYTES (1024ull * 1024 * 1024)
#define MAX_CPU_S 20
#define MAX_SCALE 4.0

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerDocument, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerPage, g_object_unref)

static gboolean
write_all (const void *data, gsize size)
{
  return fwrite (data, 1, size, stdout) == size;
}

static gboolean
write_surface (cairo_surface_t *surface)
{
  AnnexPdfPage page = { .width = (guint32) cairo_image_surface_get_width (surface),
                        .height = (guint32) cairo_image_surface_get_height (surface) };
  const guchar *row = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  gboolean done = write_all (&page, sizeof page);

  for (guint y = 0; done && y < page.height; y++, row += stride)
    done = write_all (row, (gsize) page.width * 4);
  return done;
}

static gboolean
paint_page (PopplerPage *page, int max_side)
{
  double width = 0;
  double height = 0;
  double scale;
  cairo_surface_t *surface;
  cairo_t *cr;
  gboolean done;

  poppler_page_get_size (page, &width, &height);
  if (!isfinite (width) || !isfinite (height) || width <= 0 || height <= 0)
    return FALSE;
  scale = MIN (max_side / MAX (width, height), MAX_SCALE);
  surface =
      cairo_image_surface_create (CAIRO_FORMAT_ARGB32, CLAMP ((int) (width * scale), 1, max_side),
                                  CLAMP ((int) (height * scale), 1, max_side));
  cr = cairo_create (surface);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, scale, scale);
  poppler_page_render (page, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  done = cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS && write_surface (surface);
  cairo_surface_destroy (surface);
  return done;
}

static int
paint_pages (GBytes *bytes, int max_side, int max_pages)
{
  g_autoptr (PopplerDocument) document = poppler_document_new_from_bytes (bytes, NULL, NULL);
  int n_pages = document != NULL ? poppler_document_get_n_pages (document) : 0;
  AnnexPdfHead head = { .n_pages = (guint32) MAX (n_pages, 0) };

  if (n_pages <= 0 || !write_all (&head, sizeof head))
    return EXIT_FAILURE;
  for (int i = 0; i < MIN (n_pages, max_pages); i++)
    {
      g_autoptr (PopplerPage) page = poppler_document_get_page (document, i);

      if (page == NULL || !paint_page (page, max_side))
        return EXIT_FAILURE;
    }
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  g_autofree char *fonts = g_build_filename (g_get_user_data_dir (), "fonts", NULL);
  const char *const folders[] = { "/usr/share", "/var/cache/fontconfig", "/run/host", fonts, NULL };
  gint64 max_side = argc == 3 ? g_ascii_strtoll (argv[1], NULL, 10) : 0;
  gint64 max_pages = argc == 3 ? g_ascii_strtoll (argv[2], NULL, 10) : 0;
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (STDIN_FILENO, FALSE, NULL);
  g_autoptr (GBytes) bytes = file != NULL ? g_mapped_file_get_bytes (file) : NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (max_side < 1 || max_side > 16384 || max_pages < 1 || max_pages > 10000 || bytes == NULL)
    {
      fputs ("Usage: annex-pdf MAX_SIDE MAX_PAGES <FILE\n", stderr);
      return 2;
    }
  if (!annex_confine (folders, MAX_MEMORY_BYTES, MAX_CPU_S, &error))
    {
      fprintf (stderr, "annex-pdf: %s\n", error->message);
      return EXIT_FAILURE;
    }
  status = paint_pages (bytes, (int) max_side, (int) max_pages);
  fflush (stdout);
  /* What libraries do at their end needs some of what was given up. */
  _exit (status);
}
