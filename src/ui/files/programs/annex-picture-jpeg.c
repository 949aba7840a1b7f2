/* annex-picture-jpeg.c
 *
 * JPEG by libjpeg-turbo, whose own scaling spares most of the work where much smaller is asked for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-picture-decoders.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#define EXIF_MARKER (JPEG_APP0 + 1)
#define EXIF_HEAD_BYTES 6 /* "Exif", two zeros */
#define ORIENTATION_TAG 0x0112

/* Its first member, so that the library's pointer to that is one to this. */
typedef struct
{
  struct jpeg_error_mgr manager;
  jmp_buf place;
} Errors;

typedef struct
{
  struct jpeg_decompress_struct jpeg;
  Errors errors;
  AnnexCanvas *canvas;
  guint8 *row;
} Decoding;

G_NORETURN static void
error_exit (j_common_ptr jpeg)
{
  Errors *errors = (Errors *) (gpointer) jpeg->err;

  longjmp (errors->place, 1);
}

static void
emit_message (j_common_ptr jpeg, int level)
{
}

/* ---- Exif (CIPA DC-008, 4.6.2): of the first directory, one number of two bytes */

typedef struct
{
  const guint8 *data;
  gsize length;
  gboolean is_big;
} Tiff;

static guint
read_number (const Tiff *tiff, gsize at, guint n_bytes)
{
  guint number = 0;

  if (at > tiff->length || n_bytes > tiff->length - at)
    return 0;
  for (guint i = 0; i < n_bytes; i++)
    number = number << 8 | tiff->data[at + (tiff->is_big ? i : n_bytes - 1 - i)];
  return number;
}

static guint
read_orientation (const struct jpeg_decompress_struct *jpeg)
{
  for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker != NULL; marker = marker->next)
    {
      Tiff tiff = { .data = marker->data + EXIF_HEAD_BYTES };
      gsize directory;
      guint n_entries;

      if (marker->marker != EXIF_MARKER || marker->data_length < EXIF_HEAD_BYTES + 8 ||
          marker->data[0] != 'E' || marker->data[1] != 'x')
        continue;
      tiff.length = marker->data_length - EXIF_HEAD_BYTES;
      tiff.is_big = tiff.data[0] == 'M';
      directory = read_number (&tiff, 4, 4);
      n_entries = read_number (&tiff, directory, 2);
      for (guint i = 0; i < n_entries; i++)
        if (read_number (&tiff, directory + 2 + (gsize) i * 12, 2) == ORIENTATION_TAG)
          return read_number (&tiff, directory + 2 + (gsize) i * 12 + 8, 2);
    }
  return 1;
}

/* ---- pixels */

/* As Adobe's programs write it, and so all others: the less, the more ink. */
static void
ink_to_light (guint8 *row, guint width)
{
  for (guint x = 0; x < width; x++, row += 4)
    {
      for (guint i = 0; i < 3; i++)
        row[i] = (guint8) (row[i] * row[3] / 255);
      row[3] = 255;
    }
}

static void
read_rows (Decoding *self, guint max_side)
{
  struct jpeg_decompress_struct *jpeg = &self->jpeg;
  gboolean is_ink = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
  guint longer = MAX (jpeg->image_width, jpeg->image_height);

  jpeg->out_color_space = is_ink ? JCS_CMYK : JCS_EXT_RGBA;
  jpeg->scale_num = 1;
  for (jpeg->scale_denom = 1;
       jpeg->scale_denom < 8 && longer / (jpeg->scale_denom * 2) >= max_side;)
    jpeg->scale_denom *= 2;
  jpeg_start_decompress (jpeg);
  self->canvas = annex_canvas_new (jpeg->output_width, jpeg->output_height, max_side);
  self->row = g_try_malloc ((gsize) jpeg->output_width * 4);
  if (self->canvas == NULL || self->row == NULL)
    return;
  while (jpeg->output_scanline < jpeg->output_height)
    {
      JSAMPROW rows[] = { self->row };

      jpeg_read_scanlines (jpeg, rows, 1);
      if (is_ink)
        ink_to_light (self->row, jpeg->output_width);
      annex_canvas_add_row (self->canvas, self->row);
    }
}

AnnexCanvas *
annex_picture_decode_jpeg (GBytes *bytes, guint max_side)
{
  g_autofree Decoding *self = g_new0 (Decoding, 1); /* not on the stack: longjmp may lose that */
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  self->jpeg.err = jpeg_std_error (&self->errors.manager);
  self->errors.manager.error_exit = error_exit;
  self->errors.manager.emit_message = emit_message;
  jpeg_create_decompress (&self->jpeg);
  if (setjmp (self->errors.place) == 0)
    {
      jpeg_mem_src (&self->jpeg, data, length);
      jpeg_save_markers (&self->jpeg, EXIF_MARKER, 0xffff);
      jpeg_read_header (&self->jpeg, TRUE);
      read_rows (self, max_side);
    }
  if (self->canvas != NULL && (self->jpeg.output_scanline == 0 ||
                               !annex_canvas_turn (self->canvas, read_orientation (&self->jpeg))))
    g_clear_pointer (&self->canvas, annex_canvas_free);
  jpeg_destroy_decompress (&self->jpeg);
  g_free (self->row);
  return self->canvas;
}
