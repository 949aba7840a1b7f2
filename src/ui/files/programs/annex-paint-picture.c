/* annex-paint-picture.c
 *
 * annex-picture: paints the picture at its standard input, and can do nothing else. The decoders
 * are libraries that are there before anything is given up: none is looked for later, and none runs
 * programs of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-file-kind.h"
#include "annex-paint.h"
#include "annex-picture-decoders.h"

#include <string.h>

#define MAX_CPU_S 20

static AnnexCanvas *
decode (GBytes *bytes, guint max_side)
{
  static const struct
  {
    const char *magic;
    AnnexCanvas *(*decode) (GBytes *bytes, guint max_side);
  } kinds[] = {
    { "\x89PNG", annex_picture_decode_png },
    { "\xff\xd8\xff", annex_picture_decode_jpeg },
    { "GIF8", annex_picture_decode_gif },
    { "RIFF", annex_picture_decode_webp },
  };
  const char *data = g_bytes_get_data (bytes, NULL);
  guint width;
  guint height;

  if (!annex_image_read_size (bytes, &width, &height))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (memcmp (data, kinds[i].magic, strlen (kinds[i].magic)) == 0)
      return kinds[i].decode (bytes, max_side);
  return NULL;
}

static gboolean
paint_picture (GBytes *bytes, guint max_side, guint max_pages)
{
  g_autoptr (AnnexCanvas) canvas = decode (bytes, max_side);

  if (canvas == NULL || !annex_paint_write_head (1))
    return FALSE;
  return annex_paint_write_page (annex_canvas_get_pixels (canvas), annex_canvas_get_width (canvas),
                                 annex_canvas_get_height (canvas),
                                 (gsize) annex_canvas_get_width (canvas) * sizeof (guint32));
}

int
main (int argc, char **argv)
{
  g_set_prgname ("annex-picture");
  annex_paint_main (argc, argv, NULL, MAX_CPU_S, paint_picture);
}
