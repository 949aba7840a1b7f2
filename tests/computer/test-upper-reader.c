/* test-upper-reader.c
 *
 * The reader of a draft's stream: good streams however they are cut, and every kind of bad one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer.h"
#include "annex-upper-reader.h"

#include <string.h>
#include <sys/stat.h>

static void
add_u32 (GByteArray *bytes, guint32 value)
{
  guint32 little = GUINT32_TO_LE (value);

  g_byte_array_append (bytes, (const guint8 *) &little, 4);
}

static void
add_u64 (GByteArray *bytes, guint64 value)
{
  add_u32 (bytes, (guint32) value);
  add_u32 (bytes, (guint32) (value >> 32));
}

static GByteArray *
begin (void)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) "ANXDRAFT", 8);
  add_u32 (bytes, 1);
  return bytes;
}

static void
add_entry_full (GByteArray *bytes,
                char kind,
                guint8 flags,
                guint32 mode,
                guint64 size,
                const char *path,
                gsize path_length,
                const char *target)
{
  guint8 head[3] = { 'E', (guint8) kind, flags };
  guint8 digest[32];

  memset (digest, 0xab, sizeof digest);
  add_u32 (bytes, (guint32) (75 + path_length + strlen (target)));
  g_byte_array_append (bytes, head, 3);
  add_u32 (bytes, mode);
  add_u32 (bytes, 1000);
  add_u64 (bytes, size);
  add_u64 (bytes, 1700000000123456789);
  add_u64 (bytes, 0);
  g_byte_array_append (bytes, digest, 32);
  add_u32 (bytes, (guint32) path_length);
  add_u32 (bytes, (guint32) strlen (target));
  g_byte_array_append (bytes, (const guint8 *) path, (guint) path_length);
  g_byte_array_append (bytes, (const guint8 *) target, (guint) strlen (target));
}

static void
add_entry (GByteArray *bytes, char kind, const char *path)
{
  guint32 type = kind == 'd' ? S_IFDIR : (kind == 'l' ? S_IFLNK : S_IFREG);

  add_entry_full (bytes, kind, 0, type | 0644, kind == 'f' ? 5 : 0, path, strlen (path),
                  kind == 'l' ? "target" : "");
}

static void
end (GByteArray *bytes, guint64 count, gboolean cut)
{
  guint8 head[2] = { 'Z', cut };

  add_u32 (bytes, 18);
  g_byte_array_append (bytes, head, 2);
  add_u64 (bytes, count);
  add_u64 (bytes, 0);
}

static GPtrArray *
parse (GByteArray *bytes, gsize piece, guint max_entries, GError **error)
{
  g_autoptr (AnnexUpperReader) reader = annex_upper_reader_new_with_limit (max_entries);

  for (gsize i = 0; i < bytes->len; i += piece)
    if (!annex_upper_reader_feed (reader, bytes->data + i, MIN (piece, bytes->len - i), error))
      return NULL;
  return annex_upper_reader_finish (reader, error);
}

static void
assert_refused (GByteArray *bytes, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (bytes, 4096, 100, &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, code);
}

static GByteArray *
good_stream (void)
{
  GByteArray *bytes = begin ();

  add_entry (bytes, 'f', "a");
  add_entry_full (bytes, 'd', 1, S_IFDIR | 0755, 0, "b", 1, "");
  add_entry (bytes, 'd', "b/c");
  add_entry (bytes, 'f', "b/c/\xff\x1b bad");
  add_entry (bytes, 'l', "b/d");
  add_entry (bytes, 'w', "b.txt");
  add_entry_full (bytes, 'f', 2, S_IFREG | 04755, G_GUINT64_CONSTANT (1) << 62, "big", 3, "");
  add_entry_full (bytes, 'o', 0, S_IFIFO | 0600, 0, "fifo", 4, "");
  end (bytes, 8, FALSE);
  return bytes;
}

static void
test_good (void)
{
  g_autoptr (GByteArray) bytes = good_stream ();

  for (gsize piece = 1; piece < bytes->len + 1; piece += piece < 100 ? 1 : 97)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) entries = parse (bytes, piece, 8, &error);
      const AnnexUpperEntry *entry;

      g_assert_no_error (error);
      g_assert_cmpuint (entries->len, ==, 8);
      entry = g_ptr_array_index (entries, 0);
      g_assert_cmpint (entry->kind, ==, ANNEX_UPPER_FILE);
      g_assert_cmpuint (entry->size_bytes, ==, 5);
      g_assert_cmpint (entry->mtime_ns, ==, 1700000000123456789);
      g_assert_cmpuint (strlen (entry->sha256), ==, 64);
      g_assert_true (g_str_has_prefix (entry->sha256, "abab"));
      g_assert_cmpuint (entry->mode, ==, 0644);
      entry = g_ptr_array_index (entries, 1);
      g_assert_true (entry->opaque);
      entry = g_ptr_array_index (entries, 3);
      g_assert_cmpstr (entry->path, ==, "b/c/\xff\x1b bad");
      entry = g_ptr_array_index (entries, 4);
      g_assert_cmpstr (entry->target, ==, "target");
      entry = g_ptr_array_index (entries, 6);
      g_assert_null (entry->sha256);
      g_assert_nonnull (entry->problem);
    }
}

static void
test_cut (void)
{
  g_autoptr (GByteArray) bytes = good_stream ();
  guint length = bytes->len;

  for (guint i = 0; i < length; i++)
    {
      g_autoptr (GByteArray) part = g_byte_array_new ();

      g_byte_array_append (part, bytes->data, i);
      assert_refused (part, ANNEX_COMPUTER_ERROR_PROTOCOL);
    }
  g_byte_array_append (bytes, (const guint8 *) "x", 1);
  assert_refused (bytes, ANNEX_COMPUTER_ERROR_PROTOCOL);
}

static void
test_paths (void)
{
  g_autofree char *long_name = g_strnfill (256, 'n');
  g_autofree char *long_path = g_strnfill (4097, 'p');
  const char *const
      bad[] = { "",       "/",     "/a",   "a/",      ".",       "..", "b/..",
                "b/../c", "b/./c", "b//c", long_name, long_path, "x/y" /* x was never listed */ };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GByteArray) bytes = begin ();

      add_entry (bytes, 'd', "b");
      add_entry (bytes, 'f', bad[i]);
      end (bytes, 2, FALSE);
      assert_refused (bytes, ANNEX_COMPUTER_ERROR_PROTOCOL);
    }
  {
    g_autoptr (GByteArray) bytes = begin ();

    add_entry_full (bytes, 'f', 0, S_IFREG, 1, "a\0b", 3, "");
    end (bytes, 1, FALSE);
    assert_refused (bytes, ANNEX_COMPUTER_ERROR_PROTOCOL);
  }
}

static void
test_order (void)
{
  static const char *const rows[][3] = {
    { "a", "a", NULL },      /* twice */
    { "b", "a", NULL },      /* out of order */
    { "d", "d.txt", "d/x" }, /* back into a folder that was left */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GByteArray) bytes = begin ();
      guint count = 0;

      for (; count < 3 && rows[i][count] != NULL; count++)
        add_entry (bytes, count == 0 ? 'd' : 'f', rows[i][count]);
      end (bytes, count, FALSE);
      assert_refused (bytes, ANNEX_COMPUTER_ERROR_PROTOCOL);
    }
  /* A file has nothing in it. */
  {
    g_autoptr (GByteArray) bytes = begin ();

    add_entry (bytes, 'f', "a");
    add_entry (bytes, 'f', "a/b");
    end (bytes, 2, FALSE);
    assert_refused (bytes, ANNEX_COMPUTER_ERROR_PROTOCOL);
  }
}

static void
test_lies (void)
{
  g_autoptr (GByteArray) bytes = good_stream ();
  guint8 good;

  /* Every length, flag and count, one after the other. */
  static const struct
  {
    guint at;
    guint8 value;
  } rows[] = {
    { 0, 'B' },  { 8, 2 },    { 12, 0 },    { 13, 0xff },         { 15, 0x80 },
    { 16, 'Q' }, { 17, 'z' }, { 18, 0x20 }, { 12 + 4 + 67, 200 }, { 12 + 4 + 71, 9 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      good = bytes->data[rows[i].at];
      bytes->data[rows[i].at] = rows[i].value;
      assert_refused (bytes, ANNEX_COMPUTER_ERROR_PROTOCOL);
      bytes->data[rows[i].at] = good;
    }
  bytes->data[bytes->len - 16]++; /* the count */
  assert_refused (bytes, ANNEX_COMPUTER_ERROR_PROTOCOL);
}

static void
test_limits (void)
{
  g_autoptr (GByteArray) bytes = good_stream ();
  g_autoptr (GByteArray) cut = begin ();
  g_autoptr (GByteArray) huge = begin ();
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (bytes, 100, 7, &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_TOO_LARGE);
  add_entry (cut, 'f', "a");
  end (cut, 1, TRUE);
  assert_refused (cut, ANNEX_COMPUTER_ERROR_TOO_LARGE);
  add_entry_full (huge, 'f', 0, S_IFREG, G_MAXUINT64, "a", 1, "");
  end (huge, 1, FALSE);
  assert_refused (huge, ANNEX_COMPUTER_ERROR_PROTOCOL);
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (int round = 0; round < 20000; round++)
    {
      g_autoptr (GByteArray) bytes = good_stream ();
      g_autoptr (GPtrArray) entries = NULL;

      for (int i = g_rand_int_range (rand, 1, 6); i > 0; i--)
        bytes->data[g_rand_int_range (rand, 0, (gint32) bytes->len)] = (guint8) g_rand_int (rand);
      entries = parse (bytes, 64, 100, NULL);
      for (guint i = 0; entries != NULL && i < entries->len; i++)
        {
          const AnnexUpperEntry *entry = g_ptr_array_index (entries, i);

          g_assert_true (*entry->path != '\0' && *entry->path != '/');
          g_assert_null (strstr (entry->path, "//"));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/upper-reader/good", test_good);
  g_test_add_func ("/upper-reader/cut", test_cut);
  g_test_add_func ("/upper-reader/paths", test_paths);
  g_test_add_func ("/upper-reader/order", test_order);
  g_test_add_func ("/upper-reader/lies", test_lies);
  g_test_add_func ("/upper-reader/limits", test_limits);
  g_test_add_func ("/upper-reader/random", test_random);
  return g_test_run ();
}
