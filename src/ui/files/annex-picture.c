/* annex-picture.c
 *
 * See annex-picture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-picture.h"

#include "annex-file-kind.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

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
