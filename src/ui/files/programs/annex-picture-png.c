/* annex-picture-png.c
 *
 * PNG by libpng.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-picture-decoders.h"

#include <png.h>

static gboolean
is_empty (const guint8 *data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (data[i] != 0)
      return FALSE;
  return TRUE;
}

AnnexCanvas *
annex_picture_decode_png (GBytes *bytes, guint max_side)
{
  png_image image = { .version = PNG_IMAGE_VERSION };
  g_autoptr (AnnexCanvas) canvas = NULL;
  g_autofree guint8 *pixels = NULL;
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  gsize stride;

  if (!png_image_begin_read_from_memory (&image, data, length))
    return NULL;
  image.format = PNG_FORMAT_RGBA;
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  canvas = annex_canvas_new (image.width, image.height, max_side);
  stride = (gsize) image.width * 4;
  pixels = canvas != NULL ? g_try_malloc0 (stride * image.height) : NULL;
  if (pixels == NULL)
    {
      png_image_free (&image);
      return NULL;
    }
  /* One that ends early is there as far as it goes. */
  if (!png_image_finish_read (&image, NULL, pixels, 0, NULL) &&
      is_empty (pixels, stride * image.height))
    return NULL;
  annex_canvas_add_rows (canvas, pixels, image.height, stride);
  return g_steal_pointer (&canvas);
}
