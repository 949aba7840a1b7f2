/* test-painter.c
 *
 * Pictures painted by the program that can do nothing else: what is shown, what hostile files and
 * programs that were taken over bring about, also the one that unpacks, and what they have given
 * up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-file-kind.h"
#include "annex-module.h"
#include "annex-painter.h"
#include "painter-samples.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#define RED 0xffff0000u
#define GREEN 0xff00ff00u
#define BLUE 0xff0000ffu
#define CLEAR 0u

static GBytes *
sample (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (painter_samples); i++)
    if (g_str_equal (painter_samples[i].name, name))
      {
        gsize length;
        guchar *data = g_base64_decode (painter_samples[i].base64, &length);

        return g_bytes_new_take (data, length);
      }
  g_assert_not_reached ();
}

static GBytes *
cut (GBytes *bytes, gsize length)
{
  return g_bytes_new_from_bytes (bytes, 0, MIN (length, g_bytes_get_size (bytes)));
}

static GdkTexture *
paint (GBytes *bytes, guint max_side)
{
  return annex_painter_paint_picture (bytes, max_side);
}

static guint32
pixel_at (GdkTexture *texture, int x, int y)
{
  int width = gdk_texture_get_width (texture);
  g_autofree guint32 *pixels = g_new (guint32, (gsize) width * gdk_texture_get_height (texture));

  g_assert_true (x < width && y < gdk_texture_get_height (texture));
  gdk_texture_download (texture, (guchar *) pixels, (gsize) width * 4);
  return pixels[y * width + x];
}

/* Each channel within @tolerance. */
static void
assert_pixel (GdkTexture *texture, int x, int y, guint32 expected, int tolerance)
{
  guint32 found = pixel_at (texture, x, y);

  for (guint shift = 0; shift < 32; shift += 8)
    {
      int difference = (int) (found >> shift & 0xff) - (int) (expected >> shift & 0xff);

      if (ABS (difference) > tolerance)
        g_error ("%d,%d is %08x instead of %08x", x, y, found, expected);
    }
}

/* ---- what is shown */

static void
test_kinds (void)
{
  static const struct
  {
    const char *name;
    int tolerance;
    guint32 green, red, blue;
    int width;
  } rows[] = {
    { "plain.png", 0, GREEN, RED, BLUE, 16 },
    { "interlaced.png", 0, GREEN, RED, BLUE, 16 },
    { "palette.png", 0, GREEN, RED, BLUE, 16 },
    { "deep.png", 0, GREEN, RED, BLUE, 16 },
    { "half.png", 0, 0x7f007f00, 0x7f7f0000, 0x7f00007f, 16 },
    { "plain.jpg", 16, GREEN, RED, BLUE, 16 },
    { "progressive.jpg", 16, GREEN, RED, BLUE, 16 },
    { "gray.jpg", 16, 0xffb6b6b6, 0xff363636, 0xff121212, 16 },
    { "ink.jpg", 16, GREEN, RED, BLUE, 16 },
    { "plain.gif", 0, GREEN, RED, BLUE, 16 },
    { "interlaced.gif", 0, GREEN, RED, BLUE, 16 },
    { "moving.gif", 0, GREEN, RED, BLUE, 16 },
    { "offset.gif", 0, CLEAR, CLEAR, BLUE, 16 },
    { "over.gif", 0, GREEN, RED, 0, 8 }, /* larger than its own screen */
    { "plain.webp", 0, GREEN, RED, BLUE, 16 },
    { "lossy.webp", 16, GREEN, RED, BLUE, 16 },
    { "moving.webp", 0, GREEN, RED, BLUE, 16 },
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (rows) == G_N_ELEMENTS (painter_samples));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = sample (rows[i].name);
      g_autoptr (GdkTexture) texture = paint (bytes, 100);

      g_test_message ("%s", rows[i].name);
      g_assert_nonnull (texture);
      g_assert_cmpint (gdk_texture_get_width (texture), ==, rows[i].width);
      g_assert_cmpint (gdk_texture_get_height (texture), ==, 8);
      assert_pixel (texture, 1, 1, rows[i].green, rows[i].tolerance);
      assert_pixel (texture, 5, 6, rows[i].red, rows[i].tolerance);
      if (rows[i].width == 16)
        assert_pixel (texture, 12, 4, rows[i].blue, rows[i].tolerance);
    }
}

/* The JPEG with Exif data in front, of one entry. */
static GBytes *
new_turned (guint8 orientation, gboolean is_big)
{
  static const guint8 big[] = "\xff\xe1\0\x22"
                              "Exif\0\0MM\0\x2a\0\0\0\x8\0\1\1\x12\0\3\0\0\0\1\0\0\0\0\0\0\0\0";
  static const guint8 little[] = "\xff\xe1\0\x22"
                                 "Exif\0\0II\x2a\0\x8\0\0\0\1\0\x12\1\3\0\1\0\0\0\0\0\0\0\0\0\0\0";
  g_autoptr (GBytes) plain = sample ("plain.jpg");
  GByteArray *all = g_byte_array_new ();
  gsize length;
  const guint8 *data = g_bytes_get_data (plain, &length);

  g_byte_array_append (all, data, 2);
  g_byte_array_append (all, is_big ? big : little, sizeof big - 1);
  all->data[2 + 4 + 6 + 18 + (is_big ? 1 : 0)] = orientation;
  g_byte_array_append (all, data + 2, (guint) length - 2);
  return g_byte_array_free_to_bytes (all);
}

static void
test_turned (void)
{
  /* Where the green corner is, and where on the other side blue. */
  static const struct
  {
    int green_x, green_y, blue_x, blue_y;
  } rows[] = {
    { 1, 1, 14, 6 }, { 14, 1, 1, 6 }, { 14, 6, 1, 1 }, { 1, 6, 14, 1 }, { 1, 1, 6, 14 },
    { 6, 1, 1, 14 }, { 6, 14, 1, 1 }, { 1, 14, 6, 1 }, { 1, 1, 14, 6 }, /* 9 is none */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint is_big = 0; is_big < 2; is_big++)
      {
        g_autoptr (GBytes) bytes = new_turned ((guint8) (i + 1), is_big != 0);
        g_autoptr (GdkTexture) texture = paint (bytes, 100);

        g_test_message ("%u", i + 1);
        g_assert_nonnull (texture);
        g_assert_cmpint (gdk_texture_get_width (texture), ==, i >= 4 && i < 8 ? 8 : 16);
        assert_pixel (texture, rows[i].green_x, rows[i].green_y, GREEN, 16);
        assert_pixel (texture, rows[i].blue_x, rows[i].blue_y, BLUE, 16);
      }
}

static GBytes *
new_png (int width, int height, guint32 (*color) (int x, int y))
{
  g_autofree guint32 *pixels = g_new (guint32, (gsize) width * height);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      pixels[y * width + x] = color (x, y);
  bytes = g_bytes_new_take (g_steal_pointer (&pixels), (gsize) width * height * 4);
  texture = gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, (gsize) width * 4);
  return gdk_texture_save_to_png_bytes (texture);
}

static guint32
stripes (int x, int y)
{
  return x % 2 == 0 ? BLUE : CLEAR;
}

static guint32
noise (int x, int y)
{
  return 0xff000000 | g_random_int ();
}

static void
test_smaller (void)
{
  static const struct
  {
    guint max_side;
    int width, height;
  } rows[] = {
    { 400, 400, 100 }, { 4000, 400, 100 }, { 200, 200, 50 }, { 100, 100, 25 },
    { 37, 37, 9 },     { 399, 399, 99 },   { 1, 1, 1 },
  };
  g_autoptr (GBytes) bytes = new_png (400, 100, stripes);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GdkTexture) texture = paint (bytes, rows[i].max_side);

      g_assert_nonnull (texture);
      g_assert_cmpint (gdk_texture_get_width (texture), ==, rows[i].width);
      g_assert_cmpint (gdk_texture_get_height (texture), ==, rows[i].height);
      /* What is transparent has no colour to give. */
      if (rows[i].max_side < 300)
        assert_pixel (texture, 0, 0, 0x80000080, rows[i].max_side == 37 ? 10 : 1);
    }
}

/* JPEG is made smaller by its decoder already. */
static void
test_smaller_jpeg (void)
{
  g_autoptr (GBytes) bytes = sample ("plain.jpg");

  for (guint side = 1; side <= 16; side++)
    {
      g_autoptr (GdkTexture) texture = paint (bytes, side);

      g_assert_nonnull (texture);
      g_assert_cmpint (gdk_texture_get_width (texture), ==, (int) side);
      g_assert_cmpint (gdk_texture_get_height (texture), ==, (int) MAX (side / 2, 1));
      if (side >= 4)
        assert_pixel (texture, (int) side - 1, 0, BLUE, 12);
    }
}

/* What ends early is there as far as it goes. */
static void
test_short (void)
{
  static const struct
  {
    const char *name;
    guint cut; /* bytes */
    gboolean shown;
  } rows[] = {
    { "progressive.jpg", 100, TRUE }, { "plain.gif", 12, TRUE },     { "plain.png", 85, FALSE },
    { "plain.jpg", 250, FALSE },      { "plain.gif", 40, FALSE },    { "plain.webp", 10, FALSE },
    { "lossy.webp", 50, FALSE },      { "moving.webp", 150, FALSE },
  };
  g_autoptr (GBytes) whole = new_png (300, 300, noise);
  g_autoptr (GBytes) part = cut (whole, g_bytes_get_size (whole) / 2);
  g_autoptr (GdkTexture) shown = paint (whole, 300);
  g_autoptr (GdkTexture) half = paint (part, 300);

  g_assert_nonnull (half);
  g_assert_cmpuint (pixel_at (half, 299, 0), ==, pixel_at (shown, 299, 0));
  g_assert_cmpuint (pixel_at (half, 299, 299), ==, CLEAR);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = sample (rows[i].name);
      g_autoptr (GBytes) head = cut (bytes, g_bytes_get_size (bytes) - rows[i].cut);
      g_autoptr (GdkTexture) texture = paint (head, 100);

      g_test_message ("%s without %u bytes", rows[i].name, rows[i].cut);
      g_assert_cmpint (texture != NULL, ==, rows[i].shown);
      if (texture != NULL)
        assert_pixel (texture, 1, 1, GREEN, 40);
    }
}

/* ---- the program by itself */

/* With @bytes at its input. */
static GSubprocess *
start_program (GBytes *bytes)
{
  g_autofree char *program = annex_module_dup_path (ANNEX_PAINTER_PICTURE);
  g_autofree char *path = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  int fd = g_file_open_tmp ("annex-painter-XXXXXX", &path, &error);

  g_assert_no_error (error);
  close (fd);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  g_subprocess_launcher_set_stdin_file_path (launcher, path);
  process = g_subprocess_launcher_spawn (launcher, &error, program, "1000", "1", NULL);
  g_assert_no_error (error);
  g_unlink (path);
  return g_steal_pointer (&process);
}

/* Fails if it did not end by itself. Returns its status, @size what it wrote. */
static int
run_program (GBytes *bytes, gsize *size)
{
  g_autoptr (GSubprocess) process = start_program (bytes);
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate (process, NULL, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  if (size != NULL)
    *size = g_bytes_get_size (out);
  return g_subprocess_get_exit_status (process);
}

/* A file that is damaged is refused or shown; the decoder ends by itself. */
static void
test_damaged (void)
{
  for (guint round = 0; round < 4 * G_N_ELEMENTS (painter_samples); round++)
    {
      const char *name = painter_samples[round % G_N_ELEMENTS (painter_samples)].name;
      g_autoptr (GBytes) whole = sample (name);
      gsize length;
      const guint8 *data = g_bytes_get_data (whole, &length);
      g_autofree guint8 *copy = g_memdup2 (data, length);
      g_autoptr (GBytes) damaged = NULL;

      for (guint i = 0; i < 1 + round % 5; i++)
        copy[g_test_rand_int_range (12, (int) length)] = (guint8) g_test_rand_int_range (0, 256);
      damaged = g_bytes_new (copy, length);
      g_test_message ("%s", name);
      g_assert_cmpint (run_program (damaged, NULL), <=, 1);
    }
}

static guint32
crc_of (const guint8 *data, gsize length)
{
  guint32 crc = G_MAXUINT32;

  for (gsize i = 0; i < length; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
  return ~crc;
}

static void
append_big (GByteArray *to, guint32 number)
{
  number = GUINT32_TO_BE (number);
  g_byte_array_append (to, (const guint8 *) &number, 4);
}

static void
append_chunk (GByteArray *to, const char *name, const guint8 *data, gsize length)
{
  guint begin;

  append_big (to, (guint32) length);
  begin = to->len;
  g_byte_array_append (to, (const guint8 *) name, 4);
  g_byte_array_append (to, data, (guint) length);
  append_big (to, crc_of (to->data + begin, to->len - begin));
}

/* A black square of @side pixels, a bit each. */
static GBytes *
new_bomb (guint side)
{
  gsize raw_size = (gsize) side * (1 + (side + 7) / 8);
  g_autofree guint8 *raw = g_malloc0 (raw_size);
  g_autofree guint8 *packed = g_malloc (raw_size / 100 + 4096);
  g_autoptr (GZlibCompressor) zlib = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9);
  GByteArray *png = g_byte_array_new ();
  guint8 head[13] = { (guint8) (side >> 24), (guint8) (side >> 16), (guint8) (side >> 8),
                      (guint8) side,         (guint8) (side >> 24), (guint8) (side >> 16),
                      (guint8) (side >> 8),  (guint8) side,         1 /* bit */ };
  gsize n_read;
  gsize n_written;

  g_assert_cmpint (g_converter_convert (G_CONVERTER (zlib), raw, raw_size, packed,
                                        raw_size / 100 + 4096, G_CONVERTER_INPUT_AT_END, &n_read,
                                        &n_written, NULL),
                   ==, G_CONVERTER_FINISHED);
  g_byte_array_append (png, (const guint8 *) "\x89PNG\r\n\x1a\n", 8);
  append_chunk (png, "IHDR", head, sizeof head);
  append_chunk (png, "IDAT", packed, n_written);
  append_chunk (png, "IEND", packed, 0);
  return g_byte_array_free_to_bytes (png);
}

static void
test_bombs (void)
{
  g_autoptr (GBytes) bomb = new_bomb (30000);
  g_autoptr (GBytes) large = new_bomb (6000);
  g_autoptr (GdkTexture) none = paint (bomb, 1000);
  g_autoptr (GdkTexture) texture = paint (large, 60);
  gsize size;

  g_assert_cmpuint (g_bytes_get_size (bomb), <, 200 * 1024);
  g_assert_null (none);
  g_assert_cmpint (run_program (bomb, &size), ==, 1);
  g_assert_cmpuint (size, ==, 0);
  /* just within what is decoded at all */
  g_assert_nonnull (texture);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 60);
  assert_pixel (texture, 30, 30, 0xff000000, 0);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/painter/kinds", test_kinds);
  g_test_add_func ("/painter/turned", test_turned);
  g_test_add_func ("/painter/smaller", test_smaller);
  g_test_add_func ("/painter/smaller-jpeg", test_smaller_jpeg);
  g_test_add_func ("/painter/short", test_short);
  g_test_add_func ("/painter/damaged", test_damaged);
  g_test_add_func ("/painter/bombs", test_bombs);
  return g_test_run ();
}
