/* annex-canvas.c
 *
 * See annex-canvas.h. Each pixel counts for the area of the canvas that it covers, weighted by its
 * alpha. Because nothing is made larger, that is at most two pixels of the canvas in each
 * direction.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-canvas.h"

#include "annex-file-kind.h"

#include <string.h>

/* Of a pixel of the picture: where it goes, how much of it is there and in the one after. */
typedef struct
{
  guint at;
  float here;
  float after;
} Share;

struct _AnnexCanvas
{
  guint from_width;
  guint from_height;
  guint n_rows; /* of the picture, so far */
  guint width;
  guint height;
  guint32 *pixels;
  Share *columns;
  float *row;  /* the last one, made narrower */
  float *sums; /* of the row of the canvas that is not complete */
};

static Share
share_of (guint position, guint from, guint to)
{
  double begin = (double) position * to / from;
  double size = (double) to / from;
  Share share = { .at = MIN ((guint) begin, to - 1) };
  double beyond = begin + size - (share.at + 1);

  share.after = beyond > 0 && share.at + 1 < to ? (float) beyond : 0;
  share.here = (float) size - share.after;
  return share;
}

AnnexCanvas *
annex_canvas_new (guint width, guint height, guint max_side)
{
  g_autoptr (AnnexCanvas) self = NULL;
  double scale = (double) max_side / MAX (MAX (width, height), 1);

  if (width == 0 || height == 0 || (guint64) width * height > ANNEX_IMAGE_MAX_PIXELS)
    return NULL;
  self = g_new0 (AnnexCanvas, 1);
  self->from_width = width;
  self->from_height = height;
  self->width = scale < 1 ? MAX ((guint) (width * scale), 1) : width;
  self->height = scale < 1 ? MAX ((guint) (height * scale), 1) : height;
  self->pixels = g_try_new0 (guint32, (gsize) self->width * self->height);
  self->columns = g_try_new (Share, width);
  self->row = g_try_new0 (float, (gsize) self->width * 4);
  self->sums = g_try_new0 (float, (gsize) self->width * 4);
  if (self->pixels == NULL || self->columns == NULL || self->row == NULL || self->sums == NULL)
    return NULL;
  for (guint x = 0; x < width; x++)
    self->columns[x] = share_of (x, width, self->width);
  return g_steal_pointer (&self);
}

void
annex_canvas_free (AnnexCanvas *self)
{
  g_free (self->pixels);
  g_free (self->columns);
  g_free (self->row);
  g_free (self->sums);
  g_free (self);
}

static void
add (float *sums, const float *values, float share)
{
  for (guint i = 0; i < 4; i++)
    sums[i] += values[i] * share;
}

static void
make_narrower (AnnexCanvas *self, const guint8 *rgba)
{
  memset (self->row, 0, (gsize) self->width * 4 * sizeof (float));
  for (guint x = 0; x < self->from_width; x++, rgba += 4)
    {
      const Share *share = &self->columns[x];
      float alpha = (float) rgba[3] / 255;
      float values[] = { (float) rgba[0] * alpha, (float) rgba[1] * alpha, (float) rgba[2] * alpha,
                         (float) rgba[3] };

      add (self->row + (gsize) share->at * 4, values, share->here);
      if (share->after > 0)
        add (self->row + (gsize) (share->at + 1) * 4, values, share->after);
    }
}

static guint32
to_byte (float value, guint32 most)
{
  return value <= 0 ? 0 : MIN ((guint32) (value + 0.5f), most);
}

static void
write_row (AnnexCanvas *self, guint y)
{
  guint32 *to = self->pixels + (gsize) y * self->width;

  for (guint x = 0; x < self->width; x++)
    {
      const float *from = self->sums + (gsize) x * 4;
      guint32 alpha = to_byte (from[3], 255);

      to[x] = alpha << 24 | to_byte (from[0], alpha) << 16 | to_byte (from[1], alpha) << 8 |
              to_byte (from[2], alpha);
    }
}

static void
add_to_sums (AnnexCanvas *self, float share)
{
  for (gsize i = 0; i < (gsize) self->width * 4; i++)
    self->sums[i] += self->row[i] * share;
}

void
annex_canvas_add_row (AnnexCanvas *self, const guint8 *rgba)
{
  Share share;
  gboolean is_last_of_row;

  if (self->n_rows >= self->from_height)
    return;
  share = share_of (self->n_rows, self->from_height, self->height);
  self->n_rows++;
  is_last_of_row = self->n_rows == self->from_height ||
                   share_of (self->n_rows, self->from_height, self->height).at != share.at;
  make_narrower (self, rgba);
  add_to_sums (self, share.here);
  if (!is_last_of_row)
    return;
  write_row (self, share.at);
  memset (self->sums, 0, (gsize) self->width * 4 * sizeof (float));
  add_to_sums (self, share.after);
}

void
annex_canvas_add_rows (AnnexCanvas *self, const guint8 *rgba, guint height, gsize stride)
{
  for (guint y = 0; y < height; y++)
    annex_canvas_add_row (self, rgba + y * stride);
}

gboolean
annex_canvas_turn (AnnexCanvas *self, guint orientation)
{
  gboolean swapped = orientation >= 5;
  guint width = swapped ? self->height : self->width;
  guint height = swapped ? self->width : self->height;
  g_autofree guint32 *turned = NULL;

  if (orientation < 2 || orientation > 8)
    return TRUE;
  turned = g_try_new (guint32, (gsize) width * height);
  if (turned == NULL)
    return FALSE;
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        gboolean from_right = orientation == 2 || orientation == 3;
        gboolean from_below = orientation == 3 || orientation == 4;
        guint from_x = from_right ? width - 1 - x : x;
        guint from_y = from_below ? height - 1 - y : y;

        if (swapped)
          {
            from_x = orientation == 7 || orientation == 8 ? height - 1 - y : y;
            from_y = orientation == 6 || orientation == 7 ? width - 1 - x : x;
          }
        turned[(gsize) y * width + x] = self->pixels[(gsize) from_y * self->width + from_x];
      }
  g_free (self->pixels);
  self->pixels = g_steal_pointer (&turned);
  self->width = width;
  self->height = height;
  return TRUE;
}

guint
annex_canvas_get_width (AnnexCanvas *self)
{
  return self->width;
}

guint
annex_canvas_get_height (AnnexCanvas *self)
{
  return self->height;
}

const guint32 *
annex_canvas_get_pixels (AnnexCanvas *self)
{
  return self->pixels;
}
