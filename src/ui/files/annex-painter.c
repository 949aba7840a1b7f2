/* annex-painter.c
 *
 * See annex-painter.h. The program may say anything: sizes are checked before anything is kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-painter.h"

#include "annex-file-kind.h"
#include "annex-helper.h"
#include "annex-painter-wire.h"

#define BYTES_PER_PIXEL 4

static GdkTexture *
read_page (AnnexHelper *program, guint max_side)
{
  AnnexPainterPage page;
  g_autofree guchar *pixels = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize stride;
  gsize size;

  if (!annex_helper_read (program, &page, sizeof page) || page.width == 0 || page.height == 0 ||
      page.width > max_side || page.height > max_side)
    return NULL;
  stride = (gsize) page.width * BYTES_PER_PIXEL;
  size = stride * page.height;
  pixels = g_try_malloc (size);
  if (pixels == NULL || !annex_helper_read (program, pixels, size))
    return NULL;
  bytes = g_bytes_new_take (g_steal_pointer (&pixels), size);
  return gdk_memory_texture_new ((int) page.width, (int) page.height, GDK_MEMORY_DEFAULT, bytes,
                                 stride);
}

static guint
read_pages (AnnexHelper *program, guint max_side, guint max_pages, GPtrArray *pages)
{
  guint before = pages->len;
  AnnexPainterHead head;

  if (!annex_helper_read (program, &head, sizeof head))
    return 0;
  for (guint i = 0; i < MIN (head.n_pages, max_pages); i++)
    {
      GdkTexture *texture = read_page (program, max_side);

      if (texture == NULL)
        break;
      g_ptr_array_add (pages, texture);
    }
  return pages->len > before ? head.n_pages : 0;
}

guint
annex_painter_run (const char *program,
                   GBytes *bytes,
                   guint max_side,
                   guint max_pages,
                   guint time_ms,
                   GPtrArray *pages)
{
  g_autofree char *side = g_strdup_printf ("%u", max_side);
  g_autofree char *count = g_strdup_printf ("%u", max_pages);
  const char *const arguments[] = { side, count, NULL };
  g_autoptr (AnnexHelper) helper = annex_helper_start (program, arguments, bytes, time_ms);

  return helper != NULL ? read_pages (helper, max_side, max_pages, pages) : 0;
}

guint
annex_painter_paint_pdf (GBytes *bytes, guint max_side, guint max_pages, GPtrArray *pages)
{
  return annex_painter_run (ANNEX_PAINTER_PDF, bytes, max_side, max_pages, ANNEX_HELPER_TIME_MS,
                            pages);
}

GdkTexture *
annex_painter_paint_picture (GBytes *bytes, guint max_side)
{
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func (g_object_unref);
  guint width;
  guint height;

  /* A program for what is refused at its first bytes would be a waste. */
  if (!annex_image_read_size (bytes, &width, &height) ||
      annex_painter_run (ANNEX_PAINTER_PICTURE, bytes, max_side, 1, ANNEX_HELPER_TIME_MS, pages) ==
          0)
    return NULL;
  return g_object_ref (g_ptr_array_index (pages, 0));
}
