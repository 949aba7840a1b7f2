/* annex-picture-head.c
 *
 * See annex-picture-head.h. The files are a stranger's: no byte beyond the end is read, and every
 * step goes forward.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-picture-head.h"

#include <string.h>

typedef struct
{
  const guint8 *data;
  gsize size;
} View;

static guint
read_be (const guint8 *p, guint n)
{
  guint value = 0;

  for (guint i = 0; i < n; i++)
    value = value << 8 | p[i];
  return value;
}

static guint
read_le (const guint8 *p, guint n)
{
  guint value = 0;

  for (guint i = n; i > 0; i--)
    value = value << 8 | p[i - 1];
  return value;
}

/* ---- the kinds */

/* Chunks: length, name, data, checksum. */
static void
read_png (View view, AnnexPictureHead *picture)
{
  gboolean has_data = FALSE;
  gsize at = 8;

  if (view.size < 33 || memcmp (view.data + 12, "IHDR", 4) != 0)
    return;
  picture->width = read_be (view.data + 16, 4);
  picture->height = read_be (view.data + 20, 4);
  while (view.size - at >= 12)
    {
      gsize length = read_be (view.data + at, 4);

      if (length > view.size - at - 12)
        return;
      has_data = has_data || memcmp (view.data + at + 4, "IDAT", 4) == 0;
      if (memcmp (view.data + at + 4, "IEND", 4) == 0)
        {
          picture->whole = has_data;
          return;
        }
      at += length + 12;
    }
}

static gboolean
is_frame (guint8 marker)
{
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Segments up to the pixels; after those other things may come (a second picture, a film). */
static void
read_jpeg (View view, AnnexPictureHead *picture)
{
  gboolean has_pixels = FALSE;
  gsize at = 2;

  while (!has_pixels && view.size - at >= 4 && view.data[at] == 0xff)
    {
      guint8 marker = view.data[at + 1];
      gsize length;

      if (marker == 0xff) /* filling */
        {
          at++;
          continue;
        }
      length = read_be (view.data + at + 2, 2);
      if (length < 2 || length > view.size - at - 2)
        return;
      if (is_frame (marker) && length >= 7)
        {
          picture->height = read_be (view.data + at + 5, 2);
          picture->width = read_be (view.data + at + 7, 2);
        }
      at += 2 + length;
      has_pixels = marker == 0xda;
    }
  for (gsize i = at; has_pixels && i + 1 < view.size && !picture->whole; i++)
    picture->whole = view.data[i] == 0xff && view.data[i + 1] == 0xd9;
}

static void
read_gif (View view, AnnexPictureHead *picture)
{
  if (view.size < 14)
    return;
  picture->width = read_le (view.data + 6, 2);
  picture->height = read_le (view.data + 8, 2);
  picture->whole = view.data[view.size - 1] == 0x3b;
}

static void
read_webp (View view, AnnexPictureHead *picture)
{
  const guint8 *first = view.data + 20; /* of the first chunk's data */

  if (view.size < 30)
    return;
  if (memcmp (view.data + 12, "VP8X", 4) == 0)
    {
      picture->width = read_le (first + 4, 3) + 1;
      picture->height = read_le (first + 7, 3) + 1;
    }
  else if (memcmp (view.data + 12, "VP8L", 4) == 0 && first[0] == 0x2f)
    {
      picture->width = (read_le (first + 1, 4) & 0x3fff) + 1;
      picture->height = (read_le (first + 1, 4) >> 14 & 0x3fff) + 1;
    }
  else if (memcmp (view.data + 12, "VP8 ", 4) == 0 && memcmp (first + 3, "\x9d\x01\x2a", 3) == 0)
    {
      picture->width = read_le (first + 6, 2) & 0x3fff;
      picture->height = read_le (first + 8, 2) & 0x3fff;
    }
  picture->whole = read_le (view.data + 4, 4) <= view.size - 8;
}

static const struct
{
  const char *media_type;
  const char *magic;
  gsize size;
  void (*read) (View view, AnnexPictureHead *picture);
} kinds[] = {
  { "image/png", "\x89PNG\r\n\x1a\n", 8, read_png },
  { "image/jpeg", "\xff\xd8\xff", 3, read_jpeg },
  { "image/gif", "GIF87a", 6, read_gif },
  { "image/gif", "GIF89a", 6, read_gif },
  { "image/webp", "RIFF", 4, read_webp },
};

/* An index of kinds, or their number. */
static gsize
find_kind (View view)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (view.size >= 12 && memcmp (view.data, kinds[i].magic, kinds[i].size) == 0 &&
        (kinds[i].read != read_webp || memcmp (view.data + 8, "WEBP", 4) == 0))
      break;
  return i;
}

/* ---- the whole */

const char *
annex_picture_head_guess_type (GBytes *bytes)
{
  View view;
  gsize kind;

  view.data = g_bytes_get_data (bytes, &view.size);
  kind = find_kind (view);
  return kind < G_N_ELEMENTS (kinds) ? kinds[kind].media_type : NULL;
}

gboolean
annex_picture_head_read (GBytes *bytes, AnnexPictureHead *picture)
{
  View view;
  gsize kind;

  memset (picture, 0, sizeof *picture);
  view.data = g_bytes_get_data (bytes, &view.size);
  kind = find_kind (view);
  if (kind == G_N_ELEMENTS (kinds))
    return FALSE;
  picture->media_type = kinds[kind].media_type;
  kinds[kind].read (view, picture);
  return picture->width > 0 && picture->height > 0;
}

gboolean
annex_picture_head_is_fit (GBytes *bytes)
{
  AnnexPictureHead picture;

  return annex_picture_head_read (bytes, &picture) && picture.whole &&
         picture.width <= ANNEX_PICTURE_MAX_SIDE && picture.height <= ANNEX_PICTURE_MAX_SIDE &&
         g_bytes_get_size (bytes) <= ANNEX_PICTURE_MAX_BYTES;
}
