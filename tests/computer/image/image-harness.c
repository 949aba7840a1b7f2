/* image-harness.c
 *
 * See image-harness.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image-harness.h"

#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>

#define DISK_VARIABLE "ANNEX_TEST_DISK"

static const char *const names[] = { "vmlinuz", "initramfs", "base.erofs", "disk.qcow2" };

char *
image_harness_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("annex-image-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
remove_below (const char *path)
{
  g_autoptr (GDir) dir =
      g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_below (child);
    }
  g_remove (path);
}

void
image_harness_remove_folder (char *folder)
{
  remove_below (folder);
  g_free (folder);
}

GBytes *
image_harness_content (const char *name, const char *seed)
{
  GString *text = g_string_new (NULL);
  gboolean same = strcmp (name, "vmlinuz") == 0 || strcmp (name, "disk.qcow2") == 0;
  guint lines = strcmp (name, "base.erofs") == 0 ? 100000 : 100;

  for (guint i = 0; i < lines; i++)
    g_string_append_printf (text, "%s %s %u\n", name, same ? "" : seed, i);
  return g_string_free_to_bytes (text);
}

char *
image_harness_manifest (const char *version, const char *seed)
{
  GString *text = g_string_new (NULL);
  struct utsname machine;

  uname (&machine);
  g_string_append_printf (
      text,
      "{\"format\":1,\"version\":\"%s\",\"architecture\":\"%s\",\"created\":\"2026-01-01\","
      "\"recipe\":\"%064d\",\"command_line\":\"quiet\",\"kernel\":\"vmlinuz\","
      "\"initramfs\":\"initramfs\",\"disk\":\"disk.qcow2\","
      "\"layers\":[{\"name\":\"base\",\"file\":\"base.erofs\"}],"
      "\"package_hosts\":[{\"host\":\"packages.example.org\",\"manager\":\"apt\"},"
      "{\"host\":\"modules.example.org\",\"manager\":\"npm\"},"
      "{\"host\":\"packages.example.org\",\"manager\":\"pip\"}],"
      "\"missing\":[\"some-package\"],\"files\":[",
      version, machine.machine, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) content = image_harness_content (names[i], seed);
      g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);

      g_string_append_printf (text, "%s{\"name\":\"%s\",\"size\":%zu,\"sha256\":\"%s\"}",
                              i > 0 ? "," : "", names[i], g_bytes_get_size (content), sum);
    }
  g_string_append (text, "]}");
  return g_string_free (text, FALSE);
}

void
image_harness_write_image (const char *folder, const char *version, const char *seed)
{
  g_autofree char *manifest = image_harness_manifest (version, seed);
  g_autofree char *manifest_path = g_build_filename (folder, "manifest.json", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GBytes) content = image_harness_content (names[i], seed);
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_true (g_file_set_contents (path, g_bytes_get_data (content, NULL),
                                          g_bytes_get_size (content), NULL));
    }
  g_assert_true (g_file_set_contents (manifest_path, manifest, -1, NULL));
}

static EVP_PKEY *
get_pair (void)
{
  static const guchar seed[32] = "not a secret: a key of the tests";
  static EVP_PKEY *pair;

  if (g_once_init_enter_pointer (&pair))
    g_once_init_leave_pointer (
        &pair, EVP_PKEY_new_raw_private_key (EVP_PKEY_ED25519, NULL, seed, sizeof seed));
  return pair;
}

const char *
image_harness_get_key (void)
{
  static char *text;
  guchar key[32];
  gsize length = sizeof key;

  if (text == NULL)
    {
      g_assert_cmpint (EVP_PKEY_get_raw_public_key (get_pair (), key, &length), ==, 1);
      text = g_base64_encode (key, length);
    }
  return text;
}

char *
image_harness_sign (const char *manifest, gsize length)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guchar signature[64];
  gsize size = sizeof signature;

  g_assert_cmpint (EVP_DigestSignInit (context, NULL, NULL, NULL, get_pair ()), ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, signature, &size, (const guchar *) manifest, length),
                   ==, 1);
  EVP_MD_CTX_free (context);
  return g_base64_encode (signature, size);
}

static gboolean
has_namespaces (void)
{
  g_autoptr (GSubprocess) process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, "unshare", "-rm", "true", NULL);

  return process != NULL && g_subprocess_wait_check (process, NULL, NULL);
}

void
image_harness_run_on_disk (const char *program,
                           const char *path,
                           const char *folder,
                           const char *options)
{
  static const char script[] = "mount -t tmpfs -o \"$1\" tmpfs \"$2\" && exec \"$3\" -p \"$4\"";
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  g_autofree char *passed = g_strconcat ("ok 1 ", path, NULL);

  if (!has_namespaces ())
    {
      g_test_skip ("user namespaces are not allowed here");
      return;
    }
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_subprocess_launcher_setenv (launcher, DISK_VARIABLE, folder, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, "unshare", "-rm", "sh", "-c", script,
                                         "sh", options, folder, program, path, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &said, NULL, &error));
  g_test_message ("%s", said);
  g_assert_true (g_subprocess_get_successful (process));
  g_assert_nonnull (strstr (said, passed));
}

const char *
image_harness_get_disk (void)
{
  return g_getenv (DISK_VARIABLE);
}

void
image_harness_change_disk (const char *options)
{
  g_assert_cmpint (mount (NULL, image_harness_get_disk (), NULL, MS_REMOUNT, options), ==, 0);
}

static gboolean
on_limit (gpointer data)
{
  g_error ("a future has not settled within 30 s");
  return G_SOURCE_REMOVE;
}

/* A future that settles in a worker thread wakes no main loop by itself. */
static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

const GValue *
image_harness_wait (DexFuture *future, GError **error)
{
  static DexFuture *last = NULL;
  guint limit = g_timeout_add_seconds (30, on_limit, NULL);
  guint tick = g_timeout_add (5, on_tick, NULL);

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  g_source_remove (tick);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  dex_clear (&last);
  last = future;
  return dex_future_get_value (future, error);
}
