/* test-picture-head.c
 *
 * Pictures by their first bytes: kinds, sizes, ends; cut at every byte.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-picture-head.h"

#define CHUNK_END "\x01\x02\x03\x04"
#define PNG_START "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
#define PNG_REST "\x08\x06\x00\x00\x00" CHUNK_END
#define PNG_DATA                                                                                   \
  "\x00\x00\x00\x02"                                                                               \
  "IDATab" CHUNK_END
#define PNG_END                                                                                    \
  "\x00\x00\x00\x00"                                                                               \
  "IEND" CHUNK_END
#define JPEG_START                                                                                 \
  "\xff\xd8\xff\xe0\x00\x04"                                                                       \
  "ab\xff"
#define JPEG_FRAME "\xff\xc2\x00\x0b\x08\x0f\xc0\x0b\xd0\x01\x01\x11\x00"
#define JPEG_SCAN                                                                                  \
  "\xff\xda\x00\x04"                                                                               \
  "abpixels"

#define BYTES(text) text, sizeof text - 1

static const struct
{
  const char *bytes;
  gsize size;
  const char *media_type; /* NULL: no picture */
  guint width;
  guint height;
  gboolean whole;
  gboolean fit;
} cases[] = {
  { BYTES (PNG_START "\x00\x00\x07\xd0\x00\x00\x00\x01" PNG_REST PNG_DATA PNG_END), "image/png",
    2000, 1, TRUE, TRUE },
  { BYTES (PNG_START "\x00\x00\x07\xd0\x00\x00\x23\x28" PNG_REST PNG_DATA PNG_END), "image/png",
    2000, 9000, TRUE, FALSE },
  { BYTES (PNG_START "\x00\x00\x00\x01\x00\x00\x00\x01" PNG_REST PNG_END), "image/png", 1, 1, FALSE,
    FALSE },
  { BYTES (PNG_START "\x00\x00\x00\x01\x00\x00\x00\x01" PNG_REST "\xff\xff\xff\xff"
                     "IDATab" CHUNK_END PNG_END),
    "image/png", 1, 1, FALSE, FALSE },
  { BYTES (PNG_START "\x00\x00\x00\x00\x00\x00\x00\x01" PNG_REST PNG_DATA PNG_END), NULL, 0, 0,
    FALSE, FALSE },
  { BYTES ("\x89PNG\r\n\x1a\nrubbish rubbish rubbish rubbish"), NULL, 0, 0, FALSE, FALSE },
  { BYTES (JPEG_START JPEG_FRAME JPEG_SCAN "\xff\xd9 and a film"), "image/jpeg", 3024, 4032, TRUE,
    FALSE },
  { BYTES (JPEG_START JPEG_FRAME JPEG_SCAN), "image/jpeg", 3024, 4032, FALSE, FALSE },
  { BYTES (JPEG_START JPEG_FRAME "\xff\xd9 without pixels"), "image/jpeg", 3024, 4032, FALSE,
    FALSE },
  { BYTES (JPEG_START JPEG_SCAN "\xff\xd9"), NULL, 0, 0, FALSE, FALSE },
  { BYTES (JPEG_START "\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x01\x11\x00" JPEG_SCAN "\xff\xd9"),
    "image/jpeg", 32, 16, TRUE, TRUE },
  { BYTES ("GIF89a\x10\x00\x20\x01\x00\x00\x00\x3b"), "image/gif", 16, 288, TRUE, TRUE },
  { BYTES ("GIF87a\x10\x00\x20\x01\x00\x00\x00\x00"), "image/gif", 16, 288, FALSE, FALSE },
  { BYTES ("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xcf\x07\x00\x09\x00\x00"),
    "image/webp", 2000, 10, TRUE, TRUE },
  { BYTES ("RIFF\x17\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xcf\x07\x00\x09\x00\x00"),
    "image/webp", 2000, 10, FALSE, FALSE },
  { BYTES ("RIFF\x16\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00\x2f\x0f\xc0\x01\x00pixel"), "image/webp",
    16, 8, TRUE, TRUE },
  { BYTES ("RIFF\x16\x00\x00\x00WEBPVP8 \x0a\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x10\x40\x08\x00"),
    "image/webp", 16, 8, TRUE, TRUE },
  { BYTES ("RIFF\x16\x00\x00\x00WAVEfmt of a sound, not a picture"), NULL, 0, 0, FALSE, FALSE },
  { BYTES ("%PDF-1.7 is no picture at all"), NULL, 0, 0, FALSE, FALSE },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (cases[i].bytes, cases[i].size);
      AnnexPictureHead head;

      g_test_message ("case %u", (guint) i);
      g_assert_true (annex_picture_head_read (bytes, &head) == (cases[i].media_type != NULL));
      g_assert_true (annex_picture_head_is_fit (bytes) == cases[i].fit);
      if (cases[i].media_type == NULL)
        continue;
      g_assert_cmpstr (head.media_type, ==, cases[i].media_type);
      g_assert_cmpstr (annex_picture_head_guess_type (bytes), ==, cases[i].media_type);
      g_assert_cmpuint (head.width, ==, cases[i].width);
      g_assert_cmpuint (head.height, ==, cases[i].height);
      g_assert_true (head.whole == cases[i].whole);
    }
}

/* None that is cut is whole, and no byte beyond the cut is read (each piece is its own memory). */
static void
test_cut_everywhere (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize size = 0; cases[i].fit && size < cases[i].size; size++)
      {
        g_autoptr (GBytes) bytes = g_bytes_new_take (g_memdup2 (cases[i].bytes, size), size);

        g_assert_false (annex_picture_head_is_fit (bytes));
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture-head/table", test_table);
  g_test_add_func ("/picture-head/cut-everywhere", test_cut_everywhere);
  return g_test_run ();
}
