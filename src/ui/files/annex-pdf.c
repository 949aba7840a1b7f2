/* annex-pdf.c
 *
 * See annex-pdf.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-pdf.h"

#include <math.h>
#include <poppler.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerDocument, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerPage, g_object_unref)

static GdkTexture *
render_page (PopplerPage *page, guint max_side)
{
  double width = 0;
  double height = 0;
  double scale;
  cairo_surface_t *surface;
  cairo_t *cr;
  GdkTexture *texture = NULL;
  int w;
  int h;

  poppler_page_get_size (page, &width, &height);
  if (!isfinite (width) || !isfinite (height) || width <= 0 || height <= 0)
    return NULL;
  scale = MIN (max_side / MAX (width, height), 4.0);
  w = MAX ((int) (width * scale), 1);
  h = MAX ((int) (height * scale), 1);
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, w, h);
  cr = cairo_create (surface);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, scale, scale);
  poppler_page_render (page, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  if (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS)
    {
      gsize stride = (gsize) cairo_image_surface_get_stride (surface);
      g_autoptr (GBytes) bytes =
          g_bytes_new (cairo_image_surface_get_data (surface), stride * (gsize) h);

      texture = gdk_memory_texture_new (w, h, GDK_MEMORY_DEFAULT, bytes, stride);
    }
  cairo_surface_destroy (surface);
  return texture;
}

guint
annex_pdf_render_pages (GBytes *bytes, guint max_side, guint max_pages, GPtrArray *pages)
{
  g_autoptr (PopplerDocument) document = poppler_document_new_from_bytes (bytes, NULL, NULL);
  int n_pages = document != NULL ? poppler_document_get_n_pages (document) : 0;

  for (int i = 0; i < n_pages && i < (int) max_pages; i++)
    {
      g_autoptr (PopplerPage) page = poppler_document_get_page (document, i);
      GdkTexture *texture = page != NULL ? render_page (page, max_side) : NULL;

      if (texture == NULL)
        break;
      g_ptr_array_add (pages, texture);
    }
  return pages->len > 0 ? (guint) MAX (n_pages, 0) : 0;
}
