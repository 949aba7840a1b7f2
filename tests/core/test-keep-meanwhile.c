/* test-keep-meanwhile.c
 *
 * Somebody else works in the folder in the middle of a step, or before a step that a crash
 * interrupted is looked at again: whatever Annex does then, no version is lost.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draft-fixture.h"

#include "annex-beneath.h"
#include "annex-keep-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define OVER_THE_TRASH_BYTES (65 * 1024 * 1024)

static DraftFixture *the_fixture;
static const char *die_at;

static void
write_to (const char *folder, const char *name, const char *content)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

/* As editors save: a new file takes the name. */
static void
user_saves (DraftFixture *fixture, const char *path, const char *content)
{
  g_autofree char *full = draft_fixture_path (fixture, path);
  g_autofree char *other = g_strconcat (full, ".new", NULL);

  g_assert_true (g_file_set_contents (other, content, -1, NULL));
  g_assert_cmpint (g_rename (other, full), ==, 0);
}

static GPtrArray *
keep_with (DraftFixture *fixture, AnnexKeepHook hook)
{
  g_autoptr (GPtrArray) changes = draft_fixture_compute (fixture);
  GPtrArray *kept;

  the_fixture = fixture;
  annex_keep_set_hook (hook);
  kept = draft_fixture_keep (fixture, "k1", changes);
  annex_keep_set_hook (NULL);
  return kept;
}

static void
die_cb (const char *what)
{
  if (g_str_equal (what, die_at))
    _exit (99);
}

static void
await_crash (pid_t child)
{
  int status;

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 99);
}

/* The keep "k1" of @fixture ends at @point as if the machine had lost its power. */
static void
crash_at (DraftFixture *fixture, const char *point)
{
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      g_autoptr (GPtrArray) kept = NULL;

      die_at = point;
      kept = keep_with (fixture, die_cb);
      _exit (0);
    }
  await_crash (child);
}

/* The same while it is undone, and @hook is called. */
static void
crash_undo (DraftFixture *fixture, AnnexKeepHook hook)
{
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      g_autoptr (GPtrArray) undone = NULL;

      the_fixture = fixture;
      annex_keep_set_hook (hook);
      undone = draft_fixture_undo (fixture, "k1");
      _exit (0);
    }
  await_crash (child);
}

/* ---- in the middle of a step */

/* A large folder was put into the undo store, and is looked through once more. Meanwhile its last
 * change is seen to be newer, and a program has made the folder again. */
static void
work_in_moved (const char *what)
{
  g_autofree char *object = NULL;
  g_autofree char *again = NULL;

  if (!g_str_equal (what, "removed"))
    return;
  object = g_build_filename (the_fixture->undo_dir, "k1", "objects", "0", NULL);
  again = draft_fixture_path (the_fixture, "tree");
  write_to (object, "mine", "user");
  g_assert_cmpint (g_mkdir (again, 0755), ==, 0);
  write_to (again, "made", "program");
}

static void
test_large_folder_comes_again (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) kept = NULL;
  g_autofree char *large = draft_fixture_path (fixture, "tree/large");

  draft_fixture_host_folder (fixture, "tree", 0755);
  draft_fixture_host_file (fixture, "tree/a", "original", 0644);
  draft_fixture_host_file (fixture, "tree/large", "", 0644);
  g_assert_cmpint (truncate (large, OVER_THE_TRASH_BYTES), ==, 0);
  draft_fixture_settle (fixture);
  draft_fixture_whiteout (fixture, "tree");
  kept = keep_with (fixture, work_in_moved);
  draft_fixture_assert_content (fixture, "tree/made", "program");
  draft_fixture_assert_content (fixture, "tree (before Annex)/a", "original");
  draft_fixture_assert_content (fixture, "tree (before Annex)/mine", "user");
  draft_fixture_assert_outcome (kept, "tree", ANNEX_OUTCOME_KEPT_BOTH, "tree (before Annex)");
}

/* The same of one that goes to the Trash, which cannot be reached: the folder was renamed. */
static void
work_in_aside (const char *what)
{
  g_autofree char *away = g_strconcat (the_fixture->root, "-away", NULL);
  g_autofree char *aside = g_build_filename (away, ".annex-k1-0", NULL);
  g_autofree char *again = g_build_filename (away, "tree", NULL);

  if (g_str_equal (what, "staged"))
    g_assert_cmpint (g_rename (the_fixture->root, away), ==, 0);
  if (!g_str_equal (what, "removed"))
    return;
  write_to (aside, "mine", "user");
  g_assert_cmpint (g_mkdir (again, 0755), ==, 0);
  write_to (again, "made", "program");
  g_assert_cmpint (g_rename (away, the_fixture->root), ==, 0);
}

static void
test_folder_comes_again (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) kept = NULL;

  draft_fixture_host_folder (fixture, "tree", 0755);
  draft_fixture_host_file (fixture, "tree/a", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_whiteout (fixture, "tree");
  kept = keep_with (fixture, work_in_aside);
  draft_fixture_assert_content (fixture, "tree/made", "program");
  draft_fixture_assert_content (fixture, "tree (before Annex)/a", "original");
  draft_fixture_assert_content (fixture, "tree (before Annex)/mine", "user");
  draft_fixture_assert_outcome (kept, "tree", ANNEX_OUTCOME_KEPT_BOTH, "tree (before Annex)");
}

/* The user saves just before the two versions change places, and what then stands at the name is
 * taken away before theirs can go back to it. */
static void
save_and_delete (const char *what)
{
  g_autofree char *path = draft_fixture_path (the_fixture, "changed");

  if (g_str_equal (what, "swap"))
    user_saves (the_fixture, "changed", "user");
  else if (g_str_equal (what, "swapped"))
    g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
test_swap_cannot_turn_back (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) kept = NULL;

  draft_fixture_host_file (fixture, "changed", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "changed", "agent", 0644);
  kept = keep_with (fixture, save_and_delete);
  draft_fixture_assert_content (fixture, "changed", "user");
  draft_fixture_assert_outcome (kept, "changed", ANNEX_OUTCOME_FAILED, NULL);
}

/* Another file has the name that is moved away from, and a third one comes there after it. */
static void
save_old_twice (const char *what)
{
  if (g_str_equal (what, "move"))
    user_saves (the_fixture, "old", "user");
  else if (g_str_equal (what, "moved"))
    user_saves (the_fixture, "old", "program");
}

static void
test_move_cannot_turn_back (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) kept = NULL;

  draft_fixture_host_file (fixture, "old", "the content", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_whiteout (fixture, "old");
  draft_fixture_file (fixture, "new", "the content", 0644);
  kept = keep_with (fixture, save_old_twice);
  draft_fixture_assert_content (fixture, "old", "program");
  draft_fixture_assert_content (fixture, "new", "user");
  draft_fixture_assert_outcome (kept, "new", ANNEX_OUTCOME_KEPT_BOTH, "new");
}

/* ---- between a crash and the next start */

static void
test_saved_after_crash (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) undone = NULL;

  draft_fixture_host_file (fixture, "changed", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "changed", "agent", 0644);
  crash_at (fixture, "taken");
  draft_fixture_assert_content (fixture, "changed", "agent");
  user_saves (fixture, "changed", "user");
  g_assert_cmpint (annex_keep_recover (fixture->undo_dir, NULL), ==, 1);
  undone = draft_fixture_undo (fixture, "k1");
  draft_fixture_assert_content (fixture, "changed", "user");
  draft_fixture_assert_content (fixture, "changed (before Annex)", "original");
}

static void
test_parent_renamed_after_crash (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) undone = NULL;
  g_autofree char *large = draft_fixture_path (fixture, "sub/large");
  g_autofree char *sub = draft_fixture_path (fixture, "sub");
  g_autofree char *renamed = draft_fixture_path (fixture, "renamed");
  GStatBuf info;

  draft_fixture_host_folder (fixture, "sub", 0755);
  draft_fixture_host_file (fixture, "sub/large", "", 0644);
  g_assert_cmpint (truncate (large, OVER_THE_TRASH_BYTES), ==, 0);
  draft_fixture_settle (fixture);
  draft_fixture_folder (fixture, "sub", FALSE);
  draft_fixture_whiteout (fixture, "sub/large");
  crash_at (fixture, "taken");
  g_assert_cmpint (g_stat (large, &info), !=, 0);
  g_assert_cmpint (g_rename (sub, renamed), ==, 0);
  g_assert_cmpint (annex_keep_recover (fixture->undo_dir, NULL), ==, 1);
  undone = draft_fixture_undo (fixture, "k1");
  g_assert_cmpint (g_stat (large, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, OVER_THE_TRASH_BYTES);
}

/* A crash came after theirs was put aside, and before it was looked through again: it goes back, or
 * beside what has its name by then. */
static void
test_folder_comes_again_after_crash (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autofree char *tree = draft_fixture_path (fixture, "tree");
  g_autofree char *aside = draft_fixture_path (fixture, ".annex-k1-0");

  draft_fixture_host_folder (fixture, "tree", 0755);
  draft_fixture_host_file (fixture, "tree/a", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_whiteout (fixture, "tree");
  crash_at (fixture, "trash");
  g_assert_cmpint (g_rename (tree, aside), ==, 0); /* as the step would have done next */
  write_to (aside, "mine", "user");
  g_assert_cmpint (g_mkdir (tree, 0755), ==, 0);
  write_to (tree, "made", "program");
  g_assert_cmpint (annex_keep_recover (fixture->undo_dir, NULL), ==, 1);
  draft_fixture_assert_content (fixture, "tree/made", "program");
  draft_fixture_assert_content (fixture, "tree (before Annex)/a", "original");
  draft_fixture_assert_content (fixture, "tree (before Annex)/mine", "user");
}

/* ---- while it is undone */

static void
save_and_make_again (const char *what)
{
  if (g_str_equal (what, "undo put"))
    user_saves (the_fixture, "added", "user");
  else if (g_str_equal (what, "undo put aside"))
    user_saves (the_fixture, "added", "program");
}

static void
test_undo_cannot_turn_back (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;

  draft_fixture_host_folder (fixture, "sub", 0755);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "added", "agent", 0644);
  kept = keep_with (fixture, NULL);
  annex_keep_set_hook (save_and_make_again);
  undone = draft_fixture_undo (fixture, "k1");
  annex_keep_set_hook (NULL);
  draft_fixture_assert_content (fixture, "added", "program");
  draft_fixture_assert_content (fixture, "added (yours)", "user");
  draft_fixture_assert_outcome (undone, "added", ANNEX_OUTCOME_KEPT_BOTH, "added (yours)");
}

static void
save_and_die (const char *what)
{
  if (g_str_equal (what, "undo exchange"))
    user_saves (the_fixture, "changed", "first");
  else if (g_str_equal (what, "undo swapped"))
    _exit (99);
}

/* The user saves just before the two versions change places, and again after the crash: that is no
 * reason to take the first for what Annex had put there. */
static void
test_saved_twice (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) kept = NULL;

  draft_fixture_host_file (fixture, "changed", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "changed", "agent", 0644);
  kept = keep_with (fixture, NULL);
  crash_undo (fixture, save_and_die);
  draft_fixture_assert_content (fixture, "changed", "original");
  user_saves (fixture, "changed", "second");
  g_assert_cmpint (annex_keep_recover (fixture->undo_dir, NULL), ==, 1);
  draft_fixture_assert_content (fixture, "changed", "second");
  draft_fixture_assert_content (fixture, "changed (yours)", "first");
  draft_fixture_assert_content (fixture, "changed (before Annex)", "original");
}

static void
work_in_folder_and_die (const char *what)
{
  g_autofree char *folder = draft_fixture_path (the_fixture, ".annex-k1-0-undo");

  if (!g_str_equal (what, "undo swapped"))
    return;
  write_to (folder, "mine", "user");
  _exit (99);
}

/* The agent made a folder of a file; somebody works in it while it goes. */
static void
test_folder_is_used (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) kept = NULL;

  draft_fixture_host_file (fixture, "to-folder", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_folder (fixture, "to-folder", TRUE);
  kept = keep_with (fixture, NULL);
  crash_undo (fixture, work_in_folder_and_die);
  g_assert_cmpint (annex_keep_recover (fixture->undo_dir, NULL), ==, 1);
  draft_fixture_assert_content (fixture, "to-folder", "original");
  draft_fixture_assert_content (fixture, "to-folder (yours)/mine", "user");
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("annex-keep-data-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keep-meanwhile/large-folder", test_large_folder_comes_again);
  g_test_add_func ("/keep-meanwhile/folder", test_folder_comes_again);
  g_test_add_func ("/keep-meanwhile/swap", test_swap_cannot_turn_back);
  g_test_add_func ("/keep-meanwhile/move", test_move_cannot_turn_back);
  g_test_add_func ("/keep-meanwhile/crash/saved", test_saved_after_crash);
  g_test_add_func ("/keep-meanwhile/crash/parent-renamed", test_parent_renamed_after_crash);
  g_test_add_func ("/keep-meanwhile/crash/folder", test_folder_comes_again_after_crash);
  g_test_add_func ("/keep-meanwhile/undo/put", test_undo_cannot_turn_back);
  g_test_add_func ("/keep-meanwhile/undo/saved-twice", test_saved_twice);
  g_test_add_func ("/keep-meanwhile/undo/folder", test_folder_is_used);
  status = g_test_run ();
  annex_beneath_remove (AT_FDCWD, data);
  return status;
}
