/* annex-picture.c
 *
 * See annex-picture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-picture.h"

#include "annex-file-kind.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <math.h>
#include <poppler.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerDocument, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PopplerPage, g_object_unref)

typedef struct
{
  guint max_side;
  gboolean refused;
} Limits;

/* The loader's own word on the size, which need not be the head's. */
static void
size_prepared_cb (GdkPixbufLoader *loader, int width, int height, gpointer data)
{
  Limits *limits = data;
  double scale = (double) limits->max_side / MAX (MAX (width, height), 1);

  if (width <= 0 || height <= 0 || (gint64) width * height > ANNEX_IMAGE_MAX_PIXELS)
    {
      limits->refused = TRUE;
      gdk_pixbuf_loader_set_size (loader, 1, 1);
    }
  else if (scale < 1)
    gdk_pixbuf_loader_set_size (loader, MAX ((int) (width * scale), 1),
                                MAX ((int) (height * scale), 1));
}

static GdkTexture *
texture_from_pixbuf (GdkPixbuf *pixbuf)
{
  g_autoptr (GBytes) bytes = gdk_pixbuf_read_pixel_bytes (pixbuf);

  return gdk_memory_texture_new (gdk_pixbuf_get_width (pixbuf), gdk_pixbuf_get_height (pixbuf),
                                 gdk_pixbuf_get_has_alpha (pixbuf) ? GDK_MEMORY_R8G8B8A8
                                                                   : GDK_MEMORY_R8G8B8,
                                 bytes, (gsize) gdk_pixbuf_get_rowstride (pixbuf));
}

GdkTexture *
annex_picture_decode (GBytes *bytes, guint max_side)
{
  g_autoptr (GdkPixbufLoader) loader = NULL;
  g_autoptr (GdkPixbuf) upright = NULL;
  Limits limits = { .max_side = max_side };
  GdkPixbuf *pixbuf;
  gboolean fine;
  guint width;
  guint height;

  if (!annex_image_read_size (bytes, &width, &height))
    return NULL;
  loader = gdk_pixbuf_loader_new ();
  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared_cb), &limits);
  /* A picture that ends early is shown as far as it goes; the error is of no use to a person. */
  fine = gdk_pixbuf_loader_write_bytes (loader, bytes, NULL);
  fine = gdk_pixbuf_loader_close (loader, NULL) && fine;
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (!fine || limits.refused || pixbuf == NULL)
    return NULL;
  upright = gdk_pixbuf_apply_embedded_orientation (pixbuf);
  return texture_from_pixbuf (upright != NULL ? upright : pixbuf);
}

/* ---- PDF */

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
annex_picture_render_pages (GBytes *bytes, guint max_side, guint max_pages, GPtrArray *pages)
{
  static GMutex lock; /* the library's fonts are shared */
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
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
