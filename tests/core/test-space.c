/* test-space.c
 *
 * What Annex takes of the disk, and the limit on it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-space.h"

#include "annex-computer.h"
#include "annex-paths.h"

#include <string.h>
#include <unistd.h>

#define KIB 1024
#define MIB (1024 * KIB)

static void
write_file (char *folder, const char *name, gsize bytes)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *data = g_malloc (bytes);
  g_autoptr (GError) error = NULL;

  memset (data, 7, bytes);
  g_assert_true (annex_paths_make (folder, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, data, (gssize) bytes, &error));
  g_assert_no_error (error);
  g_free (folder);
}

static gboolean
is_about (guint64 bytes, guint64 wanted)
{
  return bytes >= wanted && bytes < wanted + 200 * KIB; /* folders, and blocks that are not full */
}

static void
test_measure (void)
{
  g_autoptr (AnnexSpace) space = NULL;
  g_autoptr (AnnexSpace) copy = NULL;
  g_autofree char *link = NULL;
  g_autofree char *computers = annex_paths_computer ("computers");
  const AnnexSpaceUse *use;

  write_file (annex_paths_computer ("image/one"), "base", 4 * MIB);
  write_file (annex_paths_computer ("template/key"), "memory", 2 * MIB);
  write_file (annex_paths_computer ("computers/small"), "disk", 1 * MIB);
  write_file (annex_paths_computer ("computers/large"), "disk", 3 * MIB);
  write_file (annex_paths_computer ("checkpoints/large/one"), "disk", 3 * MIB);
  write_file (annex_paths_computer ("checkpoints/gone/one"), "disk", 1 * MIB);
  write_file (annex_paths_data ("undo/keep/objects"), "1", 1 * MIB);
  link = g_build_filename (computers, "small", "link", NULL);
  g_assert_cmpint (symlink ("/usr", link), ==, 0); /* what it leads to is not Annex's */
  space = annex_space_measure ();
  g_assert_true (is_about (space->system_bytes, 6 * MIB));
  g_assert_true (is_about (space->computer_bytes, 4 * MIB));
  g_assert_true (is_about (space->checkpoint_bytes, 4 * MIB));
  g_assert_true (is_about (space->undo_bytes, 1 * MIB));
  g_assert_true (is_about (space->total_bytes, 15 * MIB));
  g_assert_cmpuint (space->limit_bytes, ==, 0);
  copy = annex_space_copy (space);
  g_assert_cmpuint (copy->uses->len, ==, 3);
  use = g_ptr_array_index (copy->uses, 0);
  g_assert_cmpstr (use->task_id, ==, "large");
  g_assert_true (is_about (use->computer_bytes, 3 * MIB));
  g_assert_true (is_about (use->checkpoint_bytes, 3 * MIB));
}

static void
test_limit (void)
{
  g_autoptr (GError) error = NULL;

  write_file (annex_paths_data ("undo/keep/objects"), "1", 15 * MIB);
  g_assert_true (annex_space_check (G_MAXINT64, &error)); /* there is no limit */
  annex_space_set_limit (20 * MIB);
  g_assert_true (annex_space_check (2 * MIB, &error));
  g_assert_no_error (error);
  g_assert_false (annex_space_check (10 * MIB, &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_DISK_LIMIT);
  g_assert_nonnull (strstr (error->message, "20.0"));
  g_assert_nonnull (strstr (error->message, "10.0"));
  annex_space_set_limit (0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/space/measure", test_measure);
  g_test_add_func ("/space/limit", test_limit);
  return g_test_run ();
}
