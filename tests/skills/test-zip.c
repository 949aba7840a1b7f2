/* test-zip.c
 *
 * Archives of strangers: the list of attacks A1–A24, each built byte by byte, and honest ones.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "zip-builder.h"

#include "annex-skill-files.h"
#include "annex-zip.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define ZEROS (10u * 1024u * 1024u)

static GBytes *
one (const char *name)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = name, .data = "x" });
  return zip_builder_end (zip);
}

static GBytes *
two (const char *first, const char *second)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = first, .data = "first" });
  zip_builder_add (zip, &(ZipMember) { .name = second, .data = "last" });
  return zip_builder_end (zip);
}

static GBytes *
with_mode (guint32 mode)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = "s/a", .data = "/etc/passwd", .mode = mode });
  return zip_builder_end (zip);
}

static GBytes *
a1 (void)
{
  return one ("s/../../out");
}

static GBytes *
a2 (void)
{
  return one ("/tmp/out");
}

static GBytes *
a3 (void)
{
  return one ("C:out");
}

static GBytes *
a4 (void)
{
  return one ("s\\..\\out");
}

static GBytes *
a5 (void)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = "s/a\0b", .name_length = 5, .data = "x" });
  return zip_builder_end (zip);
}

static GBytes *
a6 (void)
{
  return two ("s/\xc3\xa9", "s/e\xcc\x81");
}

static GBytes *
a7 (void)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = "s/link", .data = "/tmp", .mode = S_IFLNK | 0777 });
  zip_builder_add (zip, &(ZipMember) { .name = "s/link/out", .data = "x" });
  return zip_builder_end (zip);
}

static GBytes *
a8 (void)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = "s/a", .data = "b", .mode = S_IFLNK | 0777 });
  zip_builder_add (zip, &(ZipMember) { .name = "s/b", .data = "..", .mode = S_IFLNK | 0777 });
  return zip_builder_end (zip);
}

/* ZIP has no hard links; a tar that has is no ZIP. */
static GBytes *
tar_with (char type)
{
  guint8 block[1024] = { 0 };

  strcpy ((char *) block, "s/a");
  block[156] = (guint8) type;
  strcpy ((char *) block + 157, "/etc/passwd");
  strcpy ((char *) block + 257, "ustar");
  return g_bytes_new (block, sizeof block);
}

static GBytes *
a9 (void)
{
  return tar_with ('1');
}

static GBytes *
a10 (void)
{
  return with_mode (S_IFBLK | 0600);
}

static GBytes *
a11 (void)
{
  return with_mode (S_IFIFO | 0600);
}

static GBytes *
a12 (void)
{
  return with_mode (S_IFREG | S_ISUID | 0755);
}

static GBytes *
a13 (void)
{
  return tar_with ('x');
}

static GBytes *
a14 (void)
{
  return tar_with ('L');
}

static GBytes *
a15 (void)
{
  return two ("s/a", "s/a");
}

static GBytes *
a16 (void)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = "s/good", .local_name = "../bad", .data = "x" });
  return zip_builder_end (zip);
}

static GBytes *
a16b (void)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = "s/a", .data = "1234", .local_size = 2 });
  return zip_builder_end (zip);
}

static GBytes *
a17 (void)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = "s/a", .data = "x", .claimed_size = G_MAXUINT32 });
  return zip_builder_end (zip);
}

static GBytes *
a18 (void)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = "s/a", .data = "one kernel of data" });
  zip_builder_add_alias (zip, "s/b");
  return zip_builder_end (zip);
}

static GBytes *
a18b (void)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add_nested (zip, "s/a", "s/b");
  return zip_builder_end (zip);
}

/* Something before the first entry. */
static GBytes *
a24b (void)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = "s/a", .data = "x" });
  zip_builder_add (zip, &(ZipMember) { .name = "s/b", .data = "x" });
  zip_builder_forget_first (zip);
  return zip_builder_end (zip);
}

/* One that says its true size. */
static GBytes *
a19 (void)
{
  ZipBuilder *zip = zip_builder_new ();
  g_autofree char *zeros = g_malloc0 (ZEROS);

  zip_builder_add (
      zip, &(ZipMember) { .name = "s/a", .data = zeros, .length = ZEROS, .deflated = TRUE });
  return zip_builder_end (zip);
}

/* One that says it is small: what comes out counts. */
static GBytes *
a19b (void)
{
  ZipBuilder *zip = zip_builder_new ();
  g_autofree char *zeros = g_malloc0 (ZEROS);

  zip_builder_add (
      zip,
      &(ZipMember) {
          .name = "s/a", .data = zeros, .length = ZEROS, .deflated = TRUE, .claimed_size = 1000 });
  return zip_builder_end (zip);
}

/* Many that are each within the limit. */
static GBytes *
a19c (void)
{
  ZipBuilder *zip = zip_builder_new ();

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("s/%u", i);

      zip_builder_add (
          zip,
          &(ZipMember) { .name = name, .data = "x", .claimed_size = 1000000, .deflated = TRUE });
    }
  return zip_builder_end (zip);
}

/* Archives in an archive are files like others. */
static GBytes *
a20 (void)
{
  ZipBuilder *zip = zip_builder_new ();
  g_autoptr (GBytes) inner = one ("s/a");
  gsize length;
  const char *data = g_bytes_get_data (inner, &length);

  zip_builder_add (zip, &(ZipMember) { .name = "s/inner.zip", .data = data, .length = length });
  return zip_builder_end (zip);
}

static GBytes *
a21 (void)
{
  ZipBuilder *zip = zip_builder_new ();

  for (guint i = 0; i < ANNEX_ZIP_MAX_ENTRIES + 1; i++)
    {
      g_autofree char *name = g_strdup_printf ("s/%u", i);

      zip_builder_add (zip, &(ZipMember) { .name = name, .data = "" });
    }
  return zip_builder_end (zip);
}

static GBytes *
a22 (void)
{
  g_autofree char *name = g_strnfill (60000, 'a');

  return one (name);
}

static GBytes *
a23 (void)
{
  g_autoptr (GBytes) whole = two ("s/a", "s/b");

  return g_bytes_new_from_bytes (whole, 0, g_bytes_get_size (whole) - 30);
}

static GBytes *
a24 (void)
{
  g_autoptr (GBytes) first = one ("s/good");
  g_autoptr (GBytes) second = one ("s/bad");
  GByteArray *both = g_byte_array_new ();

  g_byte_array_append (both, g_bytes_get_data (first, NULL), (guint) g_bytes_get_size (first));
  g_byte_array_append (both, g_bytes_get_data (second, NULL), (guint) g_bytes_get_size (second));
  return g_byte_array_free_to_bytes (both);
}

static GBytes *
b1 (void)
{
  return two ("s/README", "s/readme");
}

static GBytes *
b2 (void)
{
  return two ("s/a", "s/a/b");
}

static GBytes *
b3 (void)
{
  return one ("s/\xe2\x80\xaegpj.exe");
}

static GBytes *
b4 (void)
{
  return one ("a/b/c/d/e/f/g/h/i/j/k/l/m");
}

static GBytes *
b5 (void)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = "s/a", .data = "x", .flags = 1 });
  return zip_builder_end (zip);
}

static GBytes *
b6 (void)
{
  return g_bytes_new_static ("no archive at all, but long enough", 34);
}

static GBytes *
b7 (void)
{
  ZipBuilder *zip = zip_builder_new ();

  zip_builder_add (zip, &(ZipMember) { .name = "s/a", .data = "x", .wrong_sum = TRUE });
  return zip_builder_end (zip);
}

static GBytes *
b8 (void)
{
  return one ("s//a");
}

typedef struct
{
  const char *name;
  GBytes *(*make) (void);
  int code; /* -1: it is taken */
} Attack;

static const Attack attacks[] = {
  { "A1 zip slip", a1, ANNEX_ZIP_ERROR_HOSTILE },
  { "A2 absolute", a2, ANNEX_ZIP_ERROR_HOSTILE },
  { "A3 drive", a3, ANNEX_ZIP_ERROR_HOSTILE },
  { "A4 backslash", a4, ANNEX_ZIP_ERROR_HOSTILE },
  { "A5 NUL in a name", a5, ANNEX_ZIP_ERROR_HOSTILE },
  { "A6 NFC twins", a6, ANNEX_ZIP_ERROR_HOSTILE },
  { "A7 through a symlink", a7, ANNEX_ZIP_ERROR_HOSTILE },
  { "A8 chain of symlinks", a8, ANNEX_ZIP_ERROR_HOSTILE },
  { "A9 hard link", a9, ANNEX_ZIP_ERROR_FORMAT },
  { "A10 device", a10, ANNEX_ZIP_ERROR_HOSTILE },
  { "A11 FIFO", a11, ANNEX_ZIP_ERROR_HOSTILE },
  { "A12 setuid", a12, ANNEX_ZIP_ERROR_HOSTILE },
  { "A13 PAX path", a13, ANNEX_ZIP_ERROR_FORMAT },
  { "A14 GNU long name", a14, ANNEX_ZIP_ERROR_FORMAT },
  { "A15 an entry twice", a15, ANNEX_ZIP_ERROR_HOSTILE },
  { "A16 two names", a16, ANNEX_ZIP_ERROR_HOSTILE },
  { "A16 two sizes", a16b, ANNEX_ZIP_ERROR_HOSTILE },
  { "A17 ZIP64", a17, ANNEX_ZIP_ERROR_HOSTILE },
  { "A18 two names for one", a18, ANNEX_ZIP_ERROR_HOSTILE },
  { "A18 overlap", a18b, ANNEX_ZIP_ERROR_HOSTILE },
  { "A19 bomb", a19, ANNEX_ZIP_ERROR_LIMIT },
  { "A19 bomb that lies", a19b, ANNEX_ZIP_ERROR_HOSTILE },
  { "A19 many", a19c, ANNEX_ZIP_ERROR_LIMIT },
  { "A20 nested", a20, -1 },
  { "A21 many empty files", a21, ANNEX_ZIP_ERROR_LIMIT },
  { "A22 long name", a22, ANNEX_ZIP_ERROR_HOSTILE },
  { "A23 cut off", a23, ANNEX_ZIP_ERROR_FORMAT },
  { "A24 second archive", a24, ANNEX_ZIP_ERROR_HOSTILE },
  { "A24 hidden entry", a24b, ANNEX_ZIP_ERROR_HOSTILE },
  { "case twins", b1, ANNEX_ZIP_ERROR_HOSTILE },
  { "file and folder", b2, ANNEX_ZIP_ERROR_HOSTILE },
  { "bidi override", b3, ANNEX_ZIP_ERROR_HOSTILE },
  { "deep", b4, ANNEX_ZIP_ERROR_HOSTILE },
  { "encrypted", b5, ANNEX_ZIP_ERROR_HOSTILE },
  { "no archive", b6, ANNEX_ZIP_ERROR_FORMAT },
  { "wrong checksum", b7, ANNEX_ZIP_ERROR_HOSTILE },
  { "empty component", b8, ANNEX_ZIP_ERROR_HOSTILE },
};

static void
test_attack (gconstpointer data)
{
  const Attack *attack = data;
  g_autofree char *parent = g_dir_make_tmp ("annex-zip-XXXXXX", NULL);
  g_autofree char *target = g_build_filename (parent, "target", NULL);
  g_autoptr (GBytes) bytes = attack->make ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexZip) zip = annex_zip_open (bytes, &error);
  g_autoptr (GDir) dir = NULL;
  gboolean taken;

  g_mkdir (target, 0700);
  taken = zip != NULL && annex_zip_unpack (zip, target, NULL, &error);
  g_test_message ("%s: %s", attack->name, error != NULL ? error->message : "taken");
  g_assert_cmpint (taken, ==, attack->code == -1);
  if (!taken)
    g_assert_error (error, ANNEX_ZIP_ERROR, attack->code);
  /* Nothing beside the target. */
  dir = g_dir_open (parent, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "target");
  g_assert_null (g_dir_read_name (dir));
  g_assert_false (g_file_test ("/tmp/out", G_FILE_TEST_EXISTS));
  g_assert_true (annex_skill_files_remove (parent));
}

static void
test_honest (void)
{
  g_autofree char *target = g_dir_make_tmp ("annex-zip-XXXXXX", NULL);
  g_autofree char *script = g_build_filename (target, "s", "scripts", "run.sh", NULL);
  g_autofree char *text = NULL;
  ZipBuilder *builder = zip_builder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexZip) zip = NULL;
  GStatBuf info;

  zip_builder_add (builder, &(ZipMember) { .name = "s/", .data = "", .mode = S_IFDIR | 0755 });
  zip_builder_add (
      builder,
      &(ZipMember) { .name = "s/SKILL.md", .data = "hello hello hello hello", .deflated = TRUE });
  zip_builder_add (builder, &(ZipMember) { .name = "s/scripts/run.sh",
                                           .data = "echo",
                                           .mode = S_IFREG | 0755,
                                           .described = TRUE });
  zip_builder_add (builder, &(ZipMember) { .name = "s/empty", .data = "" });
  bytes = zip_builder_end (builder);
  zip = annex_zip_open (bytes, &error);
  g_assert_no_error (error);
  g_assert_true (annex_zip_unpack (zip, target, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (script, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "echo");
  g_assert_cmpint (g_stat (script, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0700);
  g_assert_true (annex_skill_files_remove (target));
}

static void
test_round_trip (void)
{
  g_autofree char *noise = g_malloc (100000);
  AnnexZipWriter *writer = annex_zip_writer_new ();
  g_autoptr (GBytes) a = g_bytes_new_static ("text text text text text", 24);
  g_autoptr (GBytes) b = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexZip) zip = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 100000; i++)
    noise[i] = (char) (i * i * 2654435761u >> 13);
  b = g_bytes_new (noise, 100000);
  annex_zip_writer_add (writer, "s/a.txt", a, FALSE);
  annex_zip_writer_add (writer, "s/ünï/b", b, TRUE);
  bytes = annex_zip_writer_end (writer);
  zip = annex_zip_open (bytes, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    {
      AnnexZipEntry *entry = g_ptr_array_index (annex_zip_get_entries (zip), i);
      g_autoptr (GBytes) read = annex_zip_read (zip, entry, &error);

      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (read, i == 0 ? a : b));
      g_assert_cmpint (entry->executable, ==, i == 1);
    }
}

/* Every cut of an honest archive is refused, and none is worse than that. */
static void
test_cut (void)
{
  g_autoptr (GBytes) whole = two ("s/a", "s/b");

  for (gsize n = 0; n < g_bytes_get_size (whole); n++)
    {
      g_autofree char *copy = g_memdup2 (g_bytes_get_data (whole, NULL), n > 0 ? n : 1);
      g_autoptr (GBytes) bytes = g_bytes_new (copy, n);
      g_autoptr (GError) error = NULL;

      g_assert_null (annex_zip_open (bytes, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/zip/attacks/%s", attacks[i].name);

      g_test_add_data_func (g_strdelimit (path, " ", '-'), &attacks[i], test_attack);
    }
  g_test_add_func ("/zip/honest", test_honest);
  g_test_add_func ("/zip/round-trip", test_round_trip);
  g_test_add_func ("/zip/cut", test_cut);
  return g_test_run ();
}
