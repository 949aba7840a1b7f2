/* test-image-manifest.c
 *
 * The manifest is untrusted: what is right is read, everything else is refused with one error.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-manifest.h"
#include "image-harness.h"

#include <string.h>

static void
test_read (void)
{
  g_autofree char *text = image_harness_manifest ("13-abc", "seed");
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexImageManifest) manifest = annex_image_manifest_parse (text, -1, &error);
  const AnnexImageFile *file;

  g_assert_no_error (error);
  g_assert_cmpstr (manifest->version, ==, "13-abc");
  g_assert_cmpstr (manifest->kernel, ==, "vmlinuz");
  g_assert_cmpstr (manifest->command_line, ==, "quiet");
  g_assert_cmpuint (manifest->files->len, ==, 4);
  g_assert_cmpuint (manifest->layers->len, ==, 1);
  g_assert_cmpuint (manifest->package_hosts->len, ==, 3);
  g_assert_cmpstr (manifest->missing[0], ==, "some-package");
  g_assert_cmpuint (strlen (manifest->sha256), ==, 64);
  file = annex_image_manifest_find_file (manifest, "initramfs");
  g_assert_nonnull (file);
  g_assert_cmpuint (file->size_bytes, >, 0);
  g_assert_null (annex_image_manifest_find_file (manifest, "initramf"));
}

/* The identity follows the files and nothing else. */
static void
test_identity (void)
{
  g_autofree char *one = image_harness_manifest ("1", "seed");
  g_autofree char *two = image_harness_manifest ("2", "seed");
  g_autofree char *three = image_harness_manifest ("2", "other");
  g_autoptr (AnnexImageManifest) a = annex_image_manifest_parse (one, -1, NULL);
  g_autoptr (AnnexImageManifest) b = annex_image_manifest_parse (two, -1, NULL);
  g_autoptr (AnnexImageManifest) c = annex_image_manifest_parse (three, -1, NULL);

  g_assert_cmpstr (a->sha256, ==, b->sha256);
  g_assert_cmpstr (a->sha256, !=, c->sha256);
}

/* Each row replaces one piece of a good manifest. */
static const struct
{
  const char *what, *from, *to;
} hostile[] = {
  { "format", "\"format\":1", "\"format\":2" },
  { "no-format", "\"format\":1,", "" },
  { "version-path", "\"13-abc\"", "\"../13\"" },
  { "version-slash", "\"13-abc\"", "\"a/b\"" },
  { "version-hidden", "\"13-abc\"", "\".hidden\"" },
  { "version-empty", "\"13-abc\"", "\"\"" },
  { "version-option", "\"13-abc\"", "\"-rf\"" },
  { "version-current", "\"13-abc\"", "\"current\"" },
  { "version-number", "\"13-abc\"", "13" },
  { "version-newline", "\"13-abc\"", "\"13\\nabc\"" },
  { "version-nul", "\"13-abc\"", "\"13\\u0000\"" },
  { "command-line-newline", "\"quiet\"", "\"quiet\\ninit=/bin/sh\"" },
  { "command-line-escape", "\"quiet\"", "\"\\u001b[2J\"" },
  { "recipe", "\"recipe\":\"0", "\"recipe\":\"X" },
  { "kernel-unlisted", "\"kernel\":\"vmlinuz\"", "\"kernel\":\"/etc/passwd\"" },
  { "kernel-missing", "\"kernel\":\"vmlinuz\",", "" },
  { "disk-unlisted", "\"disk\":\"disk.qcow2\"", "\"disk\":\"other\"" },
  { "layer-unlisted", "\"file\":\"base.erofs\"", "\"file\":\"../x\"" },
  { "layer-name", "\"name\":\"base\"", "\"name\":\"Base\"" },
  { "layer-name-long", "\"name\":\"base\"", "\"name\":\"abcdefghijklmno\"" },
  { "layer-disk", "\"name\":\"base\"", "\"name\":\"disk\"" },
  { "layer-no-base", "\"name\":\"base\"", "\"name\":\"office\"" },
  { "layer-twice", "\"layers\":[", "\"layers\":[{\"name\":\"base\",\"file\":\"base.erofs\"}," },
  { "layers-object", "\"layers\":[{\"name\":\"base\",\"file\":\"base.erofs\"}]", "\"layers\":{}" },
  { "layers-string", "\"layers\":[", "\"layers\":[\"base\"," },
  { "host", "packages.example.org", "packages example.org" },
  { "host-path", "packages.example.org", "packages.example.org/x" },
  { "host-dots", "packages.example.org", "packages..org" },
  { "manager", "\"manager\":\"apt\"", "\"manager\":\"a p t\"" },
  { "missing-name", "some-package", "<b>x</b>" },
  { "missing-type", "[\"some-package\"]", "[1]" },
  { "file-path", "\"name\":\"vmlinuz\"", "\"name\":\"../vmlinuz\"" },
  { "file-absolute", "\"name\":\"vmlinuz\"", "\"name\":\"/vmlinuz\"" },
  { "file-manifest", "\"name\":\"vmlinuz\"", "\"name\":\"manifest.json\"" },
  { "file-stamp", "\"name\":\"vmlinuz\"", "\"name\":\"verified\"" },
  { "file-part", "\"name\":\"vmlinuz\"", "\"name\":\"vmlinuz.part\"" },
  { "file-twice", "\"name\":\"initramfs\"", "\"name\":\"vmlinuz\"" },
  { "size-negative", "\"size\":", "\"size\":-" },
  { "size-huge", "\"size\":", "\"size\":99999999999999" },
  { "size-real", "\"size\":", "\"size\":0.5e" },
  { "size-string", "\"size\":", "\"size\":\"1\",\"x\":" },
  { "sha256-short", "\"sha256\":\"", "\"sha256\":\"0\",\"x\":\"" },
  { "sha256-upper", "\"sha256\":\"", "\"sha256\":\"A" },
  { "files-null", "\"files\":[", "\"files\":[null," },
  { "truncated", "]}", "]" },
  { "trailing", "]}", "]}x" },
  { "array", "{\"format\"", "[{\"format\"" },
};

static void
test_hostile (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autofree char *text = image_harness_manifest ("13-abc", "seed");
  g_autoptr (GString) changed = g_string_new (text);
  g_autoptr (AnnexImageManifest) manifest = NULL;
  g_autoptr (GError) error = NULL;
  /* The last "]}" is the one that counts; the first of all others does. */
  guint limit = hostile[row].from[0] == ']' ? 0 : 1;

  g_assert_cmpuint (g_string_replace (changed, hostile[row].from, hostile[row].to, limit), >, 0);
  manifest = annex_image_manifest_parse (changed->str, changed->len, &error);
  g_assert_null (manifest);
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
}

/* Every prefix of a good manifest is refused, and none is read past its end. */
static void
test_every_prefix (void)
{
  g_autofree char *text = image_harness_manifest ("13-abc", "seed");
  gsize length = strlen (text);

  for (gsize n = 0; n < length; n++)
    {
      g_autofree char *prefix = g_memdup2 (text, n + 1);
      g_autoptr (GError) error = NULL;

      g_assert_null (annex_image_manifest_parse (prefix, n, &error));
      g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
    }
}

static void
test_too_many (void)
{
  g_autoptr (GString) text = g_string_new ("{\"format\":1,\"files\":[");
  g_autofree char *large = g_malloc0 (ANNEX_IMAGE_MANIFEST_MAX_BYTES + 1);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, "{\"name\":\"f%u\",\"size\":1,\"sha256\":\"%064u\"},", i, i);
  g_string_append (text, "{}]}");
  g_assert_null (annex_image_manifest_parse (text->str, -1, &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
  g_clear_error (&error);
  memset (large, ' ', ANNEX_IMAGE_MANIFEST_MAX_BYTES + 1);
  g_assert_null (annex_image_manifest_parse (large, ANNEX_IMAGE_MANIFEST_MAX_BYTES + 1, &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED);
}

static void
test_error_names (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (int code = 0; code <= ANNEX_IMAGE_ERROR_FAILED; code++)
    g_assert_true (g_hash_table_add (seen, (gpointer) annex_image_error_name (code)));
  g_assert_false (g_hash_table_contains (seen, "unknown"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/manifest/read", test_read);
  g_test_add_func ("/image/manifest/identity", test_identity);
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *path = g_strconcat ("/image/manifest/hostile/", hostile[i].what, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_hostile);
    }
  g_test_add_func ("/image/manifest/every-prefix", test_every_prefix);
  g_test_add_func ("/image/manifest/too-many", test_too_many);
  g_test_add_func ("/image/manifest/error-names", test_error_names);
  return g_test_run ();
}
