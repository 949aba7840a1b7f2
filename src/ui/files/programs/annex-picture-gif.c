/* annex-picture-gif.c
 *
 * The first picture of a GIF, by the GIF89a specification: no library of the ones at hand reads it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-picture-decoders.h"

#define HEAD_BYTES 13
#define PICTURE_BYTES 10
#define HAS_TABLE 0x80
#define IS_INTERLACED 0x40
#define MAX_CODES 4096
#define MAX_CODE_BITS 12
#define NONE G_MAXUINT

typedef struct
{
  const guint8 *at;
  const guint8 *end;
  guint screen_width;
  guint screen_height;
  const guint8 *table; /* nullable */
  guint n_colors;
  guint transparent; /* or NONE */
  guint8 *screen;    /* RGBA */
  /* where the picture is on the screen, and how far it has come */
  guint left;
  guint top;
  guint width;
  guint height;
  gboolean is_interlaced;
  guint x;
  guint y;
  guint pass;
  gboolean is_full;
} Gif;

static guint
little16 (const guint8 *p)
{
  return (guint) p[1] << 8 | p[0];
}

static gsize
left_of (const Gif *gif)
{
  return (gsize) (gif->end - gif->at);
}

static void
take_table (Gif *gif, guint8 flags)
{
  guint n_colors = 2u << (flags & 7);

  if (!(flags & HAS_TABLE))
    return;
  gif->table = gif->at;
  gif->n_colors = MIN (n_colors, (guint) (left_of (gif) / 3));
  gif->at += (gsize) gif->n_colors * 3;
}

/* ---- pixels */

static void
next_row (Gif *gif)
{
  static const guint begins[] = { 0, 4, 2, 1 };
  static const guint steps[] = { 8, 8, 4, 2 };

  gif->x = 0;
  gif->y += gif->is_interlaced ? steps[gif->pass] : 1;
  while (gif->is_interlaced && gif->y >= gif->height && gif->pass < 3)
    gif->y = begins[++gif->pass];
  gif->is_full = gif->y >= gif->height;
}

static void
put_pixel (Gif *gif, guint color)
{
  guint x = gif->left + gif->x;
  guint y = gif->top + gif->y;

  if (gif->is_full)
    return;
  if (x < gif->screen_width && y < gif->screen_height && color != gif->transparent)
    {
      guint8 *to = gif->screen + ((gsize) y * gif->screen_width + x) * 4;

      for (guint i = 0; i < 3; i++)
        to[i] = color < gif->n_colors ? gif->table[color * 3 + i] : 0;
      to[3] = 255;
    }
  if (++gif->x == gif->width)
    next_row (gif);
}

/* ---- LZW (appendix F) */

typedef struct
{
  Gif *gif;
  guint block; /* bytes left of this one */
  guint32 bits;
  guint n_bits;
  guint16 before[MAX_CODES];
  guint8 last[MAX_CODES];
  guint8 stack[MAX_CODES];
} Codes;

/* NONE at the end. */
static guint
next_code (Codes *codes, guint size)
{
  Gif *gif = codes->gif;
  guint code;

  while (codes->n_bits < size)
    {
      if (codes->block == 0 && left_of (gif) > 0)
        codes->block = *gif->at++;
      if (codes->block == 0 || left_of (gif) == 0)
        return NONE;
      codes->bits |= (guint32) *gif->at++ << codes->n_bits;
      codes->n_bits += 8;
      codes->block--;
    }
  code = codes->bits & ((1u << size) - 1);
  codes->bits >>= size;
  codes->n_bits -= size;
  return code;
}

/* The colours that @code stands for, the first of them to @first. */
static void
put_code (Codes *codes, guint code, guint clear, guint8 *first)
{
  guint n = 0;

  while (code >= clear)
    {
      codes->stack[n++] = codes->last[code];
      code = codes->before[code];
    }
  *first = (guint8) code;
  put_pixel (codes->gif, code);
  while (n > 0)
    put_pixel (codes->gif, codes->stack[--n]);
}

static void
read_pixels (Gif *gif, guint min_bits)
{
  g_autofree Codes *codes = g_new0 (Codes, 1);
  guint clear = 1u << min_bits;
  guint next = clear + 2;
  guint size = min_bits + 1;
  guint before = NONE;
  guint8 first = 0;

  codes->gif = gif;
  while (!gif->is_full)
    {
      guint code = next_code (codes, size);

      if (code == NONE || code == clear + 1)
        return;
      if (code == clear)
        {
          next = clear + 2;
          size = min_bits + 1;
          before = NONE;
          continue;
        }
      if (code > next || (code == next && before == NONE) || (before == NONE && code > clear))
        return;
      if (code == next) /* the one before, and its first colour again */
        {
          put_code (codes, before, clear, &first);
          put_pixel (gif, first);
        }
      else
        put_code (codes, code, clear, &first);
      if (before != NONE && next < MAX_CODES)
        {
          codes->before[next] = (guint16) before;
          codes->last[next] = first;
          next++;
          if (next == 1u << size && size < MAX_CODE_BITS)
            size++;
        }
      before = code;
    }
}

/* ---- the file */

static gboolean
read_picture (Gif *gif)
{
  guint8 flags;
  guint min_bits;

  if (left_of (gif) < PICTURE_BYTES)
    return FALSE;
  gif->left = little16 (gif->at);
  gif->top = little16 (gif->at + 2);
  gif->width = little16 (gif->at + 4);
  gif->height = little16 (gif->at + 6);
  flags = gif->at[8];
  gif->at += PICTURE_BYTES - 1;
  gif->is_interlaced = (flags & IS_INTERLACED) != 0;
  take_table (gif, flags);
  if (left_of (gif) == 0 || gif->width == 0 || gif->height == 0)
    return FALSE;
  min_bits = *gif->at++;
  if (min_bits < 1 || min_bits > 8)
    return FALSE;
  read_pixels (gif, min_bits);
  return gif->x > 0 || gif->y > 0;
}

/* What stands before the picture, and may say which colour is none. */
static gboolean
read_extension (Gif *gif)
{
  guint8 label = left_of (gif) > 0 ? *gif->at++ : 0;

  while (left_of (gif) > 0)
    {
      guint size = *gif->at++;

      if (size == 0)
        return TRUE;
      if (size > left_of (gif))
        return FALSE;
      if (label == 0xf9 && size >= 4)
        gif->transparent = gif->at[0] & 1 ? gif->at[3] : NONE;
      gif->at += size;
    }
  return FALSE;
}

static gboolean
read_first (Gif *gif)
{
  guint8 flags = gif->at[10];

  gif->at += HEAD_BYTES;
  take_table (gif, flags);
  while (left_of (gif) > 0)
    switch (*gif->at++)
      {
      case 0x21:
        if (!read_extension (gif))
          return FALSE;
        break;
      case 0x2c:
        return read_picture (gif);
      default:
        return FALSE;
      }
  return FALSE;
}

AnnexCanvas *
annex_picture_decode_gif (GBytes *bytes, guint max_side)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Gif gif = { .at = data, .end = data + length, .transparent = NONE };
  g_autoptr (AnnexCanvas) canvas = NULL;
  g_autofree guint8 *screen = NULL;
  gsize stride;

  if (length < HEAD_BYTES)
    return NULL;
  gif.screen_width = little16 (data + 6);
  gif.screen_height = little16 (data + 8);
  stride = (gsize) gif.screen_width * 4;
  canvas = annex_canvas_new (gif.screen_width, gif.screen_height, max_side);
  screen = canvas != NULL ? g_try_malloc0 (stride * gif.screen_height) : NULL;
  gif.screen = screen;
  if (screen == NULL || !read_first (&gif))
    return NULL;
  annex_canvas_add_rows (canvas, screen, gif.screen_height, stride);
  return g_steal_pointer (&canvas);
}
