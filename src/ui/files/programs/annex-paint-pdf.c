/* annex-paint-pdf.c
 *
 * annex-pdf: paints the pages of the PDF at its standard input, and can do nothing else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-paint.h"

#include <math.h>
#include <poppler.h>

#define MAX_CPU_S 20
#define MAX_SCALE 4.0

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerDocument, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerPage, g_object_unref)

static gboolean
write_surface (cairo_surface_t *surface)
{
  return annex_paint_write_page (cairo_image_surface_get_data (surface),
                                 (guint) cairo_image_surface_get_width (surface),
                                 (guint) cairo_image_surface_get_height (surface),
                                 (gsize) cairo_image_surface_get_stride (surface));
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

static gboolean
paint_pages (GBytes *bytes, guint max_side, guint max_pages)
{
  g_autoptr (PopplerDocument) document = poppler_document_new_from_bytes (bytes, NULL, NULL);
  int n_pages = document != NULL ? poppler_document_get_n_pages (document) : 0;

  if (n_pages <= 0 || !annex_paint_write_head ((guint) n_pages))
    return FALSE;
  for (int i = 0; i < MIN (n_pages, (int) max_pages); i++)
    {
      g_autoptr (PopplerPage) page = poppler_document_get_page (document, i);

      if (page == NULL || !paint_page (page, (int) max_side))
        return FALSE;
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autofree char *fonts = g_build_filename (g_get_user_data_dir (), "fonts", NULL);
  const char *const folders[] = { "/usr/share", "/var/cache/fontconfig", "/run/host", fonts, NULL };

  g_set_prgname ("annex-pdf");
  annex_paint_main (argc, argv, folders, MAX_CPU_S, paint_pages);
}
