/* test-config.c
 *
 * The settings: models with one default, the computers' folder; a damaged file is put aside,
 * members of a newer Annex stay. Moving the computers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-config.h"

#include "annex-computer-folder.h"
#include "annex-computer-move.h"
#include "annex-paths.h"
#include "app-fixture.h"
#include "test-fiber.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_models (void)
{
  g_autofree char *path = g_build_filename (app_fixture_get_home (), "config", "c.json", NULL);
  g_autoptr (AnnexConfig) config = annex_config_new (path);
  g_autoptr (AnnexModelProfile) first = annex_model_profile_new ("anthropic", "Claude");
  g_autoptr (AnnexModelProfile) second = annex_model_profile_new ("openai", "Ollama");
  g_autoptr (GPtrArray) none = annex_config_dup_profiles (config);
  g_autoptr (GPtrArray) both = NULL;
  g_autoptr (AnnexConfig) again = NULL;
  g_autoptr (AnnexModelProfile) chosen = NULL;
  g_autoptr (AnnexModelProfile) helper = NULL;
  g_autoptr (AnnexModelProfile) left = NULL;

  g_assert_cmpuint (none->len, ==, 1);
  g_assert_cmpstr (((AnnexModelProfile *) g_ptr_array_index (none, 0))->id, ==, "tour");
  g_assert_true (((AnnexModelProfile *) g_ptr_array_index (none, 0))->is_default);
  first->is_default = TRUE;
  second->is_default = TRUE;
  second->is_helper = TRUE;
  second->base_url = g_strdup ("http://127.0.0.1:11434");
  test_await (annex_config_save_profile (config, first));
  test_await (annex_config_save_profile (config, second));
  again = annex_config_new (path);
  both = annex_config_dup_profiles (again);
  g_assert_cmpuint (both->len, ==, 3);
  chosen = annex_config_dup_profile (again, NULL);
  g_assert_cmpstr (chosen->id, ==, second->id);
  g_assert_cmpstr (chosen->base_url, ==, "http://127.0.0.1:11434");
  helper = annex_config_dup_helper (again);
  g_assert_cmpstr (helper->id, ==, second->id);
  test_await (annex_config_remove_profile (again, second->id));
  left = annex_config_dup_profile (again, NULL);
  g_assert_cmpstr (left->id, ==, first->id);
}

static void
test_file (void)
{
  g_autofree char *path = app_fixture_write (
      "config/c.json",
      "{\"newer\":[1,2],\"computer_folder\":\"/mnt/big\",\"models\":[7,{\"x\":1}]}");
  g_autoptr (AnnexConfig) config = annex_config_new (path);
  g_autofree char *text = NULL;
  g_autofree char *aside = g_strconcat (path, ".damaged", NULL);
  g_autoptr (AnnexModelProfile) profile = annex_model_profile_new ("anthropic", "Claude");

  g_assert_null (annex_config_get_problem (config));
  g_assert_cmpstr (annex_config_get_computer_folder (config), ==, "/mnt/big");
  test_await (annex_config_save_profile (config, profile));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "newer"));
  g_assert_null (strstr (text, "key"));
  g_assert_true (g_file_set_contents (path, "{ half", -1, NULL));
  g_object_unref (config);
  config = annex_config_new (path);
  g_assert_nonnull (annex_config_get_problem (config));
  test_await (annex_config_set_computer_folder (config, NULL));
  g_assert_null (annex_config_get_problem (config));
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
}

static void
progress_cb (const char *sentence, double fraction, gpointer data)
{
  g_assert_cmpfloat (fraction, <=, 1.0);
  (*(guint *) data)++;
}

/* Whether another process could use the computer now. */
static void
assert_locked (gboolean locked)
{
  g_autoptr (AnnexComputerFolder) folder = annex_computer_folder_new ("01hzzzzzzzzzzzzzzzzzzzzzzz");

  g_assert_true (annex_computer_folder_lock (folder, NULL) == !locked);
}

static void
test_move (void)
{
  g_autofree char *image = app_fixture_write ("data/annex/image/13-aa/root.erofs", "system");
  g_autofree char *disk =
      app_fixture_write ("data/annex/computers/01hzzzzzzzzzzzzzzzzzzzzzzz/disk.qcow2", "disk");
  g_autofree char *memory =
      app_fixture_write ("data/annex/computers/01hzzzzzzzzzzzzzzzzzzzzzzz/memory.save", "memory");
  g_autofree char *current =
      g_build_filename (app_fixture_get_home (), "data/annex/image/current", NULL);
  g_autofree char *target = g_build_filename (app_fixture_get_home (), "other disk", NULL);
  g_autofree char *big =
      g_build_filename (app_fixture_get_home (), "data/annex/image/13-aa/big", NULL);
  g_autofree char *zeros = g_malloc0 (5 << 20);
  g_autoptr (AnnexComputerMove) made = NULL;
  const char *moved;
  g_autofree char *moved_disk = NULL;
  g_autofree char *moved_memory = NULL;
  g_autofree char *moved_current = NULL;
  g_autofree char *link = NULL;
  g_autofree char *text = NULL;
  g_autofree char *moved_big = NULL;
  g_autofree char *inside = NULL;
  g_autofree char *late = NULL;
  g_autofree char *first = NULL;
  g_autoptr (GError) error = NULL;
  struct stat info;
  guint n = 0;

  g_assert_cmpint (symlink ("13-aa", current), ==, 0);
  zeros[4 << 20] = 'x';
  g_assert_true (g_file_set_contents (big, zeros, 5 << 20, NULL));
  test_await_error (annex_computer_move_copy (target, NULL, NULL, NULL), G_IO_ERROR,
                    G_IO_ERROR_NOT_FOUND);
  g_assert_cmpint (g_mkdir (target, 0700), ==, 0);
  made = dex_await_boxed (annex_computer_move_copy (target, progress_cb, &n, NULL), &error);
  g_assert_no_error (error);
  moved = annex_computer_move_get_folder (made);
  first = g_strdup (moved);
  g_assert_true (g_str_has_suffix (moved, "/other disk/annex-computers"));
  moved_disk = g_build_filename (moved, "computers/01hzzzzzzzzzzzzzzzzzzzzzzz/disk.qcow2", NULL);
  moved_memory = g_build_filename (moved, "computers/01hzzzzzzzzzzzzzzzzzzzzzzz/memory.save", NULL);
  moved_current = g_build_filename (moved, "image/current", NULL);
  moved_big = g_build_filename (moved, "image/13-aa/big", NULL);
  g_assert_true (g_file_get_contents (moved_disk, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "disk");
  g_assert_false (g_file_test (moved_memory, G_FILE_TEST_EXISTS));
  link = g_file_read_link (moved_current, NULL);
  g_assert_cmpstr (link, ==, "13-aa");
  g_assert_cmpint (stat (moved_big, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 5 << 20);
  g_assert_true (g_file_test (image, G_FILE_TEST_EXISTS)); /* copying removes nothing */
  g_assert_true (g_file_test (disk, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (memory, G_FILE_TEST_EXISTS));
  assert_locked (TRUE);
  /* A computer that another process has made there since is not removed, nor what it needs. */
  late = app_fixture_write ("data/annex/computers/01hyyyyyyyyyyyyyyyyyyyyyyy/disk.qcow2", "late");
  test_await_error (annex_computer_move_finish (made), G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_true (g_file_test (image, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (disk, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (late, G_FILE_TEST_EXISTS));
  assert_locked (FALSE);
  g_clear_pointer (&made, annex_computer_move_unref);
  test_await_error (annex_computer_move_copy (target, NULL, NULL, NULL), G_IO_ERROR,
                    G_IO_ERROR_EXISTS);
  test_await (annex_computer_move_remove (first));
  made = dex_await_boxed (annex_computer_move_copy (target, NULL, NULL, NULL), &error);
  g_assert_no_error (error);
  moved = annex_computer_move_get_folder (made);
  annex_paths_set_computer_folder (moved);
  test_await (annex_computer_move_finish (made));
  assert_locked (FALSE);
  g_assert_false (g_file_test (image, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (late, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (moved_disk, G_FILE_TEST_EXISTS));
  inside = g_build_filename (moved, "image", NULL);
  test_await_error (annex_computer_move_copy (inside, NULL, NULL, NULL), G_IO_ERROR,
                    G_IO_ERROR_INVALID_ARGUMENT);
  annex_paths_set_computer_folder (NULL);
}

static void
test_move_cancelled (void)
{
  g_autofree char *image = app_fixture_write ("data/annex/image/13-aa/root.erofs", "system");
  g_autofree char *target = g_build_filename (app_fixture_get_home (), "target", NULL);
  g_autofree char *part = g_build_filename (target, "annex-computers.part", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_assert_cmpint (g_mkdir_with_parents (target, 0700), ==, 0);
  g_cancellable_cancel (cancellable);
  test_await_error (annex_computer_move_copy (target, NULL, NULL, cancellable), G_IO_ERROR,
                    G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (image, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  int status;

  app_fixture_init (&argc, &argv);
  app_fixture_add ("/config/models", test_models);
  app_fixture_add ("/config/file", test_file);
  app_fixture_add ("/config/move", test_move);
  app_fixture_add ("/config/move-cancelled", test_move_cancelled);
  status = g_test_run ();
  app_fixture_done ();
  return status;
}
