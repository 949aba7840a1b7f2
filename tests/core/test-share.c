/* test-share.c
 *
 * Which folders may be shared, under which name, and which never.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-paths.h"
#include "annex-share.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *base; /* the test's own folder, resolved */

static AnnexShare *
share (const char *path, GPtrArray *taken)
{
  g_autoptr (GError) error = NULL;
  AnnexShare *result = annex_share_new (path, ANNEX_SHARE_REVIEW, taken, &error);

  g_assert_no_error (error);
  return result;
}

static void
check_refused (const char *path, AnnexShareError code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *shown = g_filename_display_name (path);

  g_test_message ("%s", shown);
  g_assert_null (annex_share_new (path, ANNEX_SHARE_REVIEW, NULL, &error));
  g_assert_error (error, ANNEX_SHARE_ERROR, code);
}

static char *
make_folder (const char *name)
{
  char *path = g_build_filename (base, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  return path;
}

static void
test_share (void)
{
  g_autofree char *path = make_folder ("work/Receipts");
  g_autofree char *link = g_build_filename (base, "work", "link", NULL);
  g_autoptr (AnnexShare) plain = share (path, NULL);
  g_autoptr (AnnexShare) resolved = NULL;
  g_autoptr (AnnexShare) kept = annex_share_with_mode (plain, ANNEX_SHARE_KEEP);
  g_autofree char *guest = annex_share_dup_guest_path (plain);

  g_assert_cmpint (symlink (path, link), ==, 0);
  resolved = share (link, NULL);
  g_assert_cmpstr (annex_share_get_path (resolved), ==, path);
  g_assert_cmpstr (annex_share_get_name (resolved), ==, "Receipts");
  g_assert_cmpstr (guest, ==, "/folders/Receipts");
  g_assert_cmpuint (strlen (annex_share_get_id (plain)), <=, 36);
  g_assert_cmpstr (annex_share_get_id (plain), !=, annex_share_get_id (resolved));
  g_assert_cmpstr (annex_share_get_id (kept), ==, annex_share_get_id (plain));
  g_assert_cmpint (annex_share_get_mode (kept), ==, ANNEX_SHARE_KEEP);
}

static void
test_names (void)
{
  g_autofree char *a = make_folder ("a/Same");
  g_autofree char *b = make_folder ("b/Same");
  g_autofree char *c = make_folder ("c/Same");
  g_autofree char *odd = make_folder ("odd/x\n\x1b[31my");
  g_autofree char *filled = g_strnfill (99, 'u');
  g_autofree char *long_name = g_strconcat ("long/", filled, filled, "äöü", NULL);
  g_autofree char *longest = make_folder (long_name);
  g_autoptr (GPtrArray) taken = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);
  AnnexShare *odd_share;
  AnnexShare *long_share;

  g_ptr_array_add (taken, share (a, taken));
  g_ptr_array_add (taken, share (b, taken));
  g_ptr_array_add (taken, share (c, taken));
  odd_share = share (odd, taken);
  g_ptr_array_add (taken, odd_share);
  long_share = share (longest, taken);
  g_ptr_array_add (taken, long_share);
  g_assert_cmpstr (annex_share_get_name (g_ptr_array_index (taken, 0)), ==, "Same");
  g_assert_cmpstr (annex_share_get_name (g_ptr_array_index (taken, 1)), ==, "Same-2");
  g_assert_cmpstr (annex_share_get_name (g_ptr_array_index (taken, 2)), ==, "Same-3");
  g_assert_cmpstr (annex_share_get_name (odd_share), ==, "x__[31my");
  g_assert_cmpuint (strlen (annex_share_get_name (long_share)), <=, 200);
  g_assert_true (g_utf8_validate (annex_share_get_name (long_share), -1, NULL));
}

static void
test_nested (void)
{
  g_autofree char *outer = make_folder ("nest/outer");
  g_autofree char *inner = make_folder ("nest/outer/inner");
  g_autofree char *beside = make_folder ("nest/outer2");
  g_autoptr (GPtrArray) has_outer =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);
  g_autoptr (GPtrArray) has_inner =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);
  g_autoptr (AnnexShare) other = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (has_outer, share (outer, NULL));
  g_ptr_array_add (has_inner, share (inner, NULL));
  g_assert_null (annex_share_new (outer, ANNEX_SHARE_KEEP, has_outer, &error));
  g_assert_error (error, ANNEX_SHARE_ERROR, ANNEX_SHARE_ERROR_NOT_ALLOWED);
  g_clear_error (&error);
  g_assert_null (annex_share_new (inner, ANNEX_SHARE_KEEP, has_outer, &error));
  g_assert_error (error, ANNEX_SHARE_ERROR, ANNEX_SHARE_ERROR_NOT_ALLOWED);
  g_clear_error (&error);
  g_assert_null (annex_share_new (outer, ANNEX_SHARE_KEEP, has_inner, &error));
  g_assert_error (error, ANNEX_SHARE_ERROR, ANNEX_SHARE_ERROR_NOT_ALLOWED);
  other = share (beside, has_outer);
}

static void
test_refused (void)
{
  static const char *const folders[] = { "/",    "/usr",       "/usr/share", "/etc", "/bin",
                                         "/dev", "/dev/shm",   "/proc",      "/sys", "/run",
                                         "/var", "/var/lib",   "/home",      "/tmp", "/usr/../etc",
                                         "//",   "/proc/self", "/boot" };
  g_autofree char *file = g_build_filename (base, "file", NULL);
  g_autofree char *in_file = g_build_filename (file, "x", NULL);
  g_autofree char *absent = g_build_filename (base, "absent", NULL);
  g_autofree char *link = g_build_filename (base, "to-etc", NULL);
  g_autofree char *loop = g_build_filename (base, "loop", NULL);
  g_autofree char *closed = make_folder ("closed");
  g_autofree char *bytes = make_folder ("bytes\xff");

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    if (g_file_test (folders[i], G_FILE_TEST_IS_DIR))
      check_refused (folders[i], ANNEX_SHARE_ERROR_NOT_ALLOWED);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_cmpint (symlink ("/etc", link), ==, 0);
  g_assert_cmpint (symlink (loop, loop), ==, 0);
  check_refused (file, ANNEX_SHARE_ERROR_NOT_A_FOLDER);
  check_refused (in_file, ANNEX_SHARE_ERROR_NOT_A_FOLDER);
  check_refused (absent, ANNEX_SHARE_ERROR_NOT_FOUND);
  check_refused ("", ANNEX_SHARE_ERROR_NOT_FOUND);
  check_refused (loop, ANNEX_SHARE_ERROR_NOT_FOUND);
  check_refused (link, ANNEX_SHARE_ERROR_NOT_ALLOWED);
  check_refused (bytes, ANNEX_SHARE_ERROR_NOT_ALLOWED);
  g_chmod (closed, 0);
  if (access (closed, R_OK) != 0) /* root reads everything */
    check_refused (closed, ANNEX_SHARE_ERROR_UNREADABLE);
}

static void
test_own_data (void)
{
  g_autofree char *data = annex_paths_data ("undo/k1");
  g_autofree char *cache = annex_paths_cache (NULL);
  g_autofree char *above = g_path_get_dirname (cache);
  g_autofree char *home_link = g_build_filename (base, "home-link", NULL);

  g_assert_cmpint (g_mkdir_with_parents (data, 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (cache, 0700), ==, 0);
  check_refused (g_get_home_dir (), ANNEX_SHARE_ERROR_NOT_ALLOWED);
  g_assert_cmpint (symlink (g_get_home_dir (), home_link), ==, 0);
  check_refused (home_link, ANNEX_SHARE_ERROR_NOT_ALLOWED);
  check_refused (data, ANNEX_SHARE_ERROR_NOT_ALLOWED);
  check_refused (cache, ANNEX_SHARE_ERROR_NOT_ALLOWED);
  check_refused (above, ANNEX_SHARE_ERROR_NOT_ALLOWED);
  check_refused (base, ANNEX_SHARE_ERROR_NOT_ALLOWED); /* home lies in it */
}

static void
test_json (void)
{
  static const char *const wrong[] = {
    "{}",
    "{\"id\":\"s1\",\"name\":\"n\",\"path\":\"/p\"}",
    "{\"id\":\"s1\",\"name\":\"n\",\"path\":\"/p\",\"mode\":\"all\"}",
    "{\"id\":\"S 1\",\"name\":\"n\",\"path\":\"/p\",\"mode\":\"keep\"}",
    "{\"id\":\"\",\"name\":\"n\",\"path\":\"/p\",\"mode\":\"keep\"}",
    "{\"id\":\"s1\",\"name\":\"../n\",\"path\":\"/p\",\"mode\":\"keep\"}",
    "{\"id\":\"s1\",\"name\":\"..\",\"path\":\"/p\",\"mode\":\"keep\"}",
    "{\"id\":\"s1\",\"name\":\"\",\"path\":\"/p\",\"mode\":\"keep\"}",
    "{\"id\":\"s1\",\"name\":\"n\",\"path\":\"p\",\"mode\":\"keep\"}",
  };
  g_autofree char *path = make_folder ("json");
  g_autoptr (AnnexShare) plain = share (path, NULL);
  g_autoptr (JsonObject) json = annex_share_to_json (plain);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexShare) again = annex_share_new_from_json (json, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (annex_share_get_id (again), ==, annex_share_get_id (plain));
  g_assert_cmpstr (annex_share_get_path (again), ==, path);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (JsonObject) object = annex_json_parse_object (wrong[i], -1, NULL);

      g_assert_null (annex_share_new_from_json (object, &error));
      g_assert_nonnull (error);
      g_clear_error (&error);
    }
}

int
main (int argc, char *argv[])
{
  g_autofree char *made = g_dir_make_tmp ("annex-share-XXXXXX", NULL);
  g_autofree char *home = g_build_filename (made, "home", NULL);
  int status;

  /* Annex's folders lie in the test's own. */
  g_assert_cmpint (g_mkdir_with_parents (home, 0700), ==, 0);
  g_setenv ("HOME", home, TRUE);
  g_unsetenv ("XDG_DATA_HOME");
  g_unsetenv ("XDG_CACHE_HOME");
  g_unsetenv ("XDG_CONFIG_HOME");
  g_test_init (&argc, &argv, NULL);
  base = g_canonicalize_filename (made, NULL);
  g_test_add_func ("/share/share", test_share);
  g_test_add_func ("/share/names", test_names);
  g_test_add_func ("/share/nested", test_nested);
  g_test_add_func ("/share/refused", test_refused);
  g_test_add_func ("/share/own-data", test_own_data);
  g_test_add_func ("/share/json", test_json);
  status = g_test_run ();
  {
    const char *remove[] = { "rm", "-rf", base, NULL };

    g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                  NULL);
  }
  g_free (base);
  return status;
}
