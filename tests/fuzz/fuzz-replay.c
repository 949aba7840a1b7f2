/* fuzz-replay.c
 *
 * Runs a fuzz target over its corpus (the folder named on the command line) without libFuzzer: each
 * file as it is, cut short, and changed in a repeatable way. A TAP test with one result.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include <string.h>

#define CHANGES_PER_FILE 2000
#define MAX_CHANGES_AT_ONCE 4

/* Bytes that parsers care for. */
static const guint8 interesting[] = { 0x00, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x2e, 0x2f, 0x30,
                                      0x3a, 0x40, 0x5b, 0x5c, 0x7f, 0x80, 0xc3, 0xe2, 0xff };

static void
change (GByteArray *bytes, GRand *random)
{
  guint at = bytes->len > 0 ? (guint) g_rand_int_range (random, 0, (gint32) bytes->len) : 0;
  guint8 byte = interesting[g_rand_int_range (random, 0, G_N_ELEMENTS (interesting))];

  switch (g_rand_int_range (random, 0, 5))
    {
    case 0:
      if (bytes->len > 0)
        bytes->data[at] = byte;
      break;
    case 1:
      if (bytes->len > 0)
        bytes->data[at] ^= (guint8) (1u << g_rand_int_range (random, 0, 8));
      break;
    case 2:
      if (bytes->len > 0)
        g_byte_array_remove_index (bytes, at);
      break;
    case 3:
      g_byte_array_append (bytes, &byte, 1);
      if (bytes->len > 1)
        {
          memmove (bytes->data + at + 1, bytes->data + at, bytes->len - at - 1);
          bytes->data[at] = byte;
        }
      break;
    default:
      if (bytes->len > 0)
        {
          g_autofree guint8 *tail = g_memdup2 (bytes->data + at, bytes->len - at);

          g_byte_array_append (bytes, tail, MIN (bytes->len - at, 64));
        }
    }
}

static guint
replay (const char *contents, gsize length)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20);
  guint n = 0;

  LLVMFuzzerTestOneInput ((const uint8_t *) contents, length);
  for (gsize cut = 0; cut < MIN (length, 4096); cut++, n++)
    {
      /* An own copy, so that a read beyond the end is seen. */
      g_autofree char *copy = g_memdup2 (contents, cut > 0 ? cut : 1);

      LLVMFuzzerTestOneInput ((const uint8_t *) copy, cut);
    }
  for (guint i = 0; i < CHANGES_PER_FILE; i++, n++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      gint32 times = g_rand_int_range (random, 1, MAX_CHANGES_AT_ONCE + 1);

      g_byte_array_append (bytes, (const guint8 *) contents, (guint) length);
      for (gint32 j = 0; j < times; j++)
        change (bytes, random);
      LLVMFuzzerTestOneInput (bytes->data != NULL ? bytes->data : (const uint8_t *) "", bytes->len);
    }
  return n + 1;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = NULL;
  const char *name;
  guint n_files = 0;
  guint n_runs = 0;

  g_assert_cmpint (argc, ==, 2);
  folder = g_dir_open (argv[1], 0, &error);
  g_assert_no_error (error);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);
      g_autofree char *contents = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (path, &contents, &length, &error));
      g_assert_no_error (error);
      n_runs += replay (contents, length);
      n_files++;
    }
  g_print ("TAP version 14\n1..1\n%s 1 %u files, %u runs\n", n_files > 0 ? "ok" : "not ok", n_files,
           n_runs);
  return n_files > 0 ? 0 : 1;
}
