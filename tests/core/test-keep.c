/* test-keep.c
 *
 * Keeping and undoing: every kind of change, conflicts. Attacks and full disks are in
 * test-keep-faults.c, crashes in test-keep-crash.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draft-fixture.h"

#include "annex-beneath.h"
#include "annex-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Every kind of change at once. */
static void
fill (DraftFixture *fixture)
{
  draft_fixture_host_file (fixture, "changed.txt", "the original", 0640);
  draft_fixture_host_file (fixture, "read-only.txt", "cannot be written", 0444);
  draft_fixture_host_file (fixture, "deleted.txt", "to be deleted", 0600);
  draft_fixture_host_file (fixture, "old-name.txt", "content that stays", 0644);
  draft_fixture_host_file (fixture, "script", "#!/bin/sh", 0644);
  draft_fixture_host_link (fixture, "link", "changed.txt");
  draft_fixture_host_link (fixture, "link-goes", "nowhere");
  draft_fixture_host_folder (fixture, "tree", 0750);
  draft_fixture_host_file (fixture, "tree/a", "a of the tree", 0644);
  draft_fixture_host_file (fixture, "tree/moves-out", "moves out of the tree", 0644);
  draft_fixture_host_folder (fixture, "tree/sub", 0700);
  draft_fixture_host_file (fixture, "tree/sub/b", "b", 0400);
  draft_fixture_host_link (fixture, "tree/sub/l", "../a");
  draft_fixture_host_folder (fixture, "moved", 0755);
  draft_fixture_host_file (fixture, "moved/c", "c, moved as a whole", 0644);
  draft_fixture_host_file (fixture, "to-folder", "a file", 0644);
  draft_fixture_host_folder (fixture, "to-file", 0755);
  draft_fixture_host_file (fixture, "to-file/inner", "inner", 0644);
  draft_fixture_host_folder (fixture, "untouched", 0755);
  draft_fixture_host_file (fixture, "untouched/f", "f", 0644);
  draft_fixture_settle (fixture);

  draft_fixture_file (fixture, "changed.txt", "the agent's version", 0640);
  draft_fixture_file (fixture, "read-only.txt", "written all the same", 0444);
  draft_fixture_whiteout (fixture, "deleted.txt");
  draft_fixture_whiteout (fixture, "old-name.txt");
  draft_fixture_file (fixture, "new-name.txt", "content that stays", 0644);
  draft_fixture_file (fixture, "script", "#!/bin/sh", 04755);
  draft_fixture_link (fixture, "link", "new-name.txt");
  draft_fixture_whiteout (fixture, "link-goes");
  draft_fixture_link (fixture, "fresh-link", "out/made.txt");
  draft_fixture_whiteout (fixture, "tree");
  draft_fixture_folder (fixture, "out", TRUE);
  draft_fixture_file (fixture, "out/made.txt", "made", 0644);
  draft_fixture_file (fixture, "out/moved-out", "moves out of the tree", 0644);
  draft_fixture_folder (fixture, "out/empty", FALSE);
  draft_fixture_whiteout (fixture, "moved");
  draft_fixture_folder (fixture, "moved-2", TRUE);
  draft_fixture_file (fixture, "moved-2/c", "c, moved as a whole", 0644);
  draft_fixture_folder (fixture, "to-folder", TRUE);
  draft_fixture_file (fixture, "to-folder/x", "x", 0644);
  draft_fixture_file (fixture, "to-file", "a file now", 0644);
  draft_fixture_file (fixture, "empty", "", 0600);
  draft_fixture_file (fixture, "b\xff\n\x1b[31m %", "a bad name", 0644);
}

static void
test_everything (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  g_autofree char *script = NULL;
  g_autofree char *left = NULL;
  struct stat info;
  GError *error = NULL;

  fill (fixture);
  before = draft_fixture_snapshot (fixture->root);
  changes = draft_fixture_compute (fixture);
  kept = draft_fixture_keep (fixture, "k1", changes);
  for (guint i = 0; i < kept->len; i++)
    {
      const AnnexKept *one = g_ptr_array_index (kept, i);

      if (one->outcome != ANNEX_OUTCOME_DONE)
        g_error ("%s: %s", one->path, one->reason);
    }
  draft_fixture_assert_content (fixture, "changed.txt", "the agent's version");
  draft_fixture_assert_content (fixture, "deleted.txt", NULL);
  draft_fixture_assert_content (fixture, "old-name.txt", NULL);
  draft_fixture_assert_content (fixture, "new-name.txt", "content that stays");
  draft_fixture_assert_content (fixture, "out/moved-out", "moves out of the tree");
  draft_fixture_assert_content (fixture, "moved-2/c", "c, moved as a whole");
  draft_fixture_assert_content (fixture, "to-folder/x", "x");
  draft_fixture_assert_content (fixture, "to-file", "a file now");
  script = draft_fixture_path (fixture, "script");
  g_assert_cmpint (stat (script, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 0755);
  /* Renames keep the file: its time is the old one. */
  after = draft_fixture_snapshot (fixture->root);
  g_assert_cmpstr (g_hash_table_lookup (after, "new-name.txt"), ==,
                   g_hash_table_lookup (before, "old-name.txt"));
  g_assert_cmpstr (g_hash_table_lookup (after, "untouched"), ==,
                   g_hash_table_lookup (before, "untouched"));
  g_assert_false (g_hash_table_contains (after, "tree"));
  g_assert_cmpuint (annex_keep_get_size (fixture->undo_dir, "k1"), >, 0);

  /* What was kept is no draft any more. */
  g_assert_true (annex_baseline_scan (fixture->baseline, fixture->root, 10000, NULL));
  rest = annex_draft_compute (fixture->upper, NULL, fixture->root, NULL);
  left = draft_fixture_describe (rest);
  /* Renamed files keep the user's times. */
  g_assert_cmpstr (left, ==, "mode moved-2/c\nmode new-name.txt\nmode out/moved-out");

  undone = draft_fixture_undo (fixture, "k1");
  g_assert_cmpuint (undone->len, ==, changes->len);
  g_hash_table_unref (after);
  after = draft_fixture_snapshot (fixture->root);
  draft_fixture_assert_same (before, after);
  g_assert_null (annex_keep_undo (fixture->undo_dir, "k1", NULL, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (annex_keep_recover (fixture->undo_dir, &error), ==, 0);
}

/* What the folder was, out of a copy of what it is; folder times aside, which nobody reads there.
 */
static void
test_undo_in_copy (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GHashTable) now = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;
  g_autoptr (GPtrArray) differences = NULL;
  g_autofree char *before = g_build_filename (fixture->base, "before", NULL);
  g_autofree char *copy = g_build_filename (fixture->base, "copy", NULL);
  g_autoptr (GError) error = NULL;

  fill (fixture);
  g_assert_true (annex_tree_copy (fixture->root, before, &error));
  changes = draft_fixture_compute (fixture);
  kept = draft_fixture_keep (fixture, "k1", changes);
  after = draft_fixture_snapshot (fixture->root);
  g_assert_true (annex_tree_copy (fixture->root, copy, &error));

  /* A keep of another folder is not this copy's. */
  g_assert_true (annex_keep_undo_in_copy (fixture->undo_dir, "k1", "/elsewhere", copy, &error));
  differences = annex_tree_compare (NULL, fixture->root, copy, NULL, NULL, &error);
  for (guint i = 0; i < differences->len; i++)
    g_assert_cmpint (((AnnexTreeFile *) g_ptr_array_index (differences, i))->likeness, ==,
                     ANNEX_LIKENESS_SAME);
  g_clear_pointer (&differences, g_ptr_array_unref);

  g_assert_true (annex_keep_undo_in_copy (fixture->undo_dir, "k1", fixture->root, copy, &error));
  g_assert_no_error (error);
  differences = annex_tree_compare (NULL, before, copy, NULL, NULL, &error);
  g_assert_cmpuint (differences->len, >, 10);
  for (guint i = 0; i < differences->len; i++)
    {
      const AnnexTreeFile *file = g_ptr_array_index (differences, i);

      if (file->likeness != ANNEX_LIKENESS_SAME)
        g_test_message ("%s is %s", file->path, annex_likeness_to_name (file->likeness));
      g_assert_cmpint (file->likeness, ==, ANNEX_LIKENESS_SAME);
    }

  /* The folder and the keep are as they were. */
  now = draft_fixture_snapshot (fixture->root);
  draft_fixture_assert_same (after, now);
  undone = draft_fixture_undo (fixture, "k1");
  g_assert_cmpuint (undone->len, ==, changes->len);
  g_assert_false (annex_keep_undo_in_copy (fixture->undo_dir, "none", fixture->root, copy, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND);
}

static AnnexKept *
find_kept (GPtrArray *kept, const char *path)
{
  for (guint i = 0; i < kept->len; i++)
    if (g_str_equal (((AnnexKept *) g_ptr_array_index (kept, i))->path, path))
      return g_ptr_array_index (kept, i);
  g_error ("nothing is said of %s", path);
}

static void
assert_text (const char *folder, const char *path, const char *text)
{
  g_autofree char *whole = g_build_filename (folder, path, NULL);
  g_autofree char *found = NULL;

  g_assert_true (g_file_get_contents (whole, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, text);
}

/* The folder of a copy is gone, a link to another one, or what is left where its disk was mounted.
 */
static void
test_no_origin (void)
{
  static const char *const names[] = { "none", "link", "empty" };
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autofree char *whole = g_build_filename (fixture->base, "whole", NULL);
  g_autofree char *link = g_build_filename (fixture->base, "link", NULL);
  g_autofree char *empty = g_build_filename (fixture->base, "empty", NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GError) error = NULL;

  fill (fixture);
  g_assert_true (annex_tree_copy (fixture->root, whole, &error));
  g_assert_cmpint (symlink (whole, link), ==, 0);
  g_assert_cmpint (g_mkdir (empty, 0700), ==, 0);
  changes = draft_fixture_compute (fixture);
  before = draft_fixture_snapshot (fixture->base);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *origin = g_build_filename (fixture->base, names[i], NULL);

      g_assert_null (annex_keep_apply_to_origin (fixture->undo_dir, "k0", origin, fixture->root,
                                                 changes, fixture->baseline, draft_fixture_fetch,
                                                 fixture, NULL, &error));
      g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_ROOT_GONE);
      g_clear_error (&error);
    }
  after = draft_fixture_snapshot (fixture->base);
  draft_fixture_assert_same (before, after);
}

/* What was worked out on a copy is kept in the folder it is a copy of; what the user changed there
 * meanwhile stays. */
static void
test_to_origin (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autofree char *origin = g_build_filename (fixture->base, "origin", NULL);
  g_autofree char *mine = g_build_filename (origin, "read-only.txt", NULL);
  g_autofree char *gone = g_build_filename (origin, "tree", "a", NULL);
  g_autofree char *renamed = g_build_filename (origin, "old-name.txt", NULL);
  g_autoptr (GError) error = NULL;

  fill (fixture);
  g_assert_true (annex_tree_copy (fixture->root, origin, &error));
  g_assert_cmpint (g_chmod (mine, 0644), ==, 0);
  g_assert_true (g_file_set_contents (mine, "cannot be WRITTEN", -1, NULL)); /* as long as it was */
  g_assert_true (g_file_set_contents (gone, "my own", -1, NULL));
  before = draft_fixture_snapshot (origin);
  changes = draft_fixture_compute (fixture);

  kept = annex_keep_apply_to_origin (fixture->undo_dir, "k1", origin, fixture->root, changes,
                                     fixture->baseline, draft_fixture_fetch, fixture, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kept->len, ==, changes->len);
  /* The same as then: as the agent has it. */
  g_assert_cmpint (find_kept (kept, "changed.txt")->outcome, ==, ANNEX_OUTCOME_DONE);
  g_assert_cmpint (find_kept (kept, "deleted.txt")->outcome, ==, ANNEX_OUTCOME_DONE);
  g_assert_cmpint (find_kept (kept, "new-name.txt")->outcome, ==, ANNEX_OUTCOME_DONE);
  assert_text (origin, "changed.txt", "the agent's version");
  g_assert_false (g_file_test (renamed, G_FILE_TEST_EXISTS));
  /* The user's own: both are there. */
  g_assert_cmpint (find_kept (kept, "read-only.txt")->outcome, ==, ANNEX_OUTCOME_KEPT_BOTH);
  assert_text (origin, "read-only.txt", "cannot be WRITTEN");
  assert_text (origin, find_kept (kept, "read-only.txt")->other_path, "written all the same");
  g_assert_cmpint (find_kept (kept, "tree")->outcome, !=, ANNEX_OUTCOME_DONE);
  assert_text (origin, "tree/a", "my own");

  /* The copy is what was kept, too, and there is nothing of it to take back. */
  assert_text (fixture->root, "changed.txt", "the agent's version");
  assert_text (fixture->root, "read-only.txt", "written all the same");
  g_assert_null (annex_keep_undo (fixture->undo_dir, "k1-copy", NULL, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  undone = draft_fixture_undo (fixture, "k1");
  after = draft_fixture_snapshot (origin);
  draft_fixture_assert_same (before, after);
}

static void
test_undo_store_elsewhere (void)
{
  g_autoptr (DraftFixture) fixture = NULL;
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;
  g_autofree char *other = g_strdup ("/dev/shm/annex-undo-XXXXXX");
  struct stat here, there;

  if (g_mkdtemp (other) == NULL)
    {
      g_test_skip ("There is no second file system to write to");
      return;
    }
  fixture = draft_fixture_new (other);
  if (stat (fixture->root, &here) == 0 && stat (other, &there) == 0 && here.st_dev == there.st_dev)
    g_test_message ("both are on one file system");
  fill (fixture);
  before = draft_fixture_snapshot (fixture->root);
  changes = draft_fixture_compute (fixture);
  kept = draft_fixture_keep (fixture, "k1", changes);
  draft_fixture_assert_outcome (kept, "tree", ANNEX_OUTCOME_DONE, NULL);
  draft_fixture_assert_outcome (kept, "changed.txt", ANNEX_OUTCOME_DONE, NULL);
  undone = draft_fixture_undo (fixture, "k1");
  after = draft_fixture_snapshot (fixture->root);
  draft_fixture_assert_same (before, after);
  annex_beneath_remove (AT_FDCWD, other);
}

static void
test_part (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) some = g_ptr_array_new ();
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;

  draft_fixture_settle (fixture);
  draft_fixture_folder (fixture, "a", TRUE);
  draft_fixture_folder (fixture, "a/b", FALSE);
  draft_fixture_file (fixture, "a/b/c", "alone", 0644);
  draft_fixture_file (fixture, "a/d", "not wanted", 0644);
  before = draft_fixture_snapshot (fixture->root);
  changes = draft_fixture_compute (fixture);
  for (guint i = 0; i < changes->len; i++)
    if (g_str_equal (((AnnexChange *) g_ptr_array_index (changes, i))->path, "a/b/c"))
      g_ptr_array_add (some, g_ptr_array_index (changes, i));
  kept = draft_fixture_keep (fixture, "k1", some);
  draft_fixture_assert_outcome (kept, "a/b/c", ANNEX_OUTCOME_DONE, NULL);
  draft_fixture_assert_content (fixture, "a/b/c", "alone");
  draft_fixture_assert_content (fixture, "a/d", NULL);
  undone = draft_fixture_undo (fixture, "k1");
  g_assert_cmpuint (undone->len, ==, 1);
  after = draft_fixture_snapshot (fixture->root);
  draft_fixture_assert_same (before, after);
}

static void
test_conflicts (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;

  draft_fixture_host_file (fixture, "changed.txt", "1", 0644);
  draft_fixture_host_file (fixture, "changed (Annex).txt", "in the way", 0644);
  draft_fixture_host_file (fixture, "deleted", "1", 0644);
  draft_fixture_host_file (fixture, "renamed", "a text to be recognised", 0644);
  draft_fixture_host_file (fixture, "renamed-2", "another text to be recognised", 0644);
  draft_fixture_host_file (fixture, "mode", "1", 0644);
  draft_fixture_host_folder (fixture, "tree", 0755);
  draft_fixture_host_file (fixture, "tree/x", "1", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "changed.txt", "agent", 0644);
  draft_fixture_file (fixture, "both", "agent", 0644);
  draft_fixture_whiteout (fixture, "deleted");
  draft_fixture_whiteout (fixture, "renamed");
  draft_fixture_file (fixture, "renamed-to", "a text to be recognised", 0644);
  draft_fixture_whiteout (fixture, "renamed-2");
  draft_fixture_file (fixture, "taken", "another text to be recognised", 0644);
  draft_fixture_file (fixture, "mode", "1", 0600);
  draft_fixture_whiteout (fixture, "tree");
  draft_fixture_folder (fixture, "dir", TRUE);
  draft_fixture_file (fixture, "dir/in", "agent", 0644);
  changes = draft_fixture_compute (fixture);

  /* Between the look and the keep, the user works on. */
  draft_fixture_host_file (fixture, "changed.txt", "user", 0644);
  draft_fixture_host_file (fixture, "both", "user", 0644);
  draft_fixture_host_file (fixture, "deleted", "user", 0644);
  draft_fixture_host_file (fixture, "renamed", "user", 0644);
  draft_fixture_host_file (fixture, "taken", "user", 0644);
  draft_fixture_host_file (fixture, "mode", "user", 0644);
  draft_fixture_host_file (fixture, "tree/y", "user", 0644);
  draft_fixture_host_file (fixture, "dir", "user", 0644);
  before = draft_fixture_snapshot (fixture->root);
  kept = draft_fixture_keep (fixture, "k1", changes);
  draft_fixture_assert_outcome (kept, "changed.txt", ANNEX_OUTCOME_KEPT_BOTH,
                                "changed (Annex 2).txt");
  draft_fixture_assert_outcome (kept, "both", ANNEX_OUTCOME_KEPT_BOTH, "both (Annex)");
  draft_fixture_assert_outcome (kept, "deleted", ANNEX_OUTCOME_REFUSED, NULL);
  draft_fixture_assert_outcome (kept, "renamed-to", ANNEX_OUTCOME_KEPT_BOTH, "renamed-to");
  draft_fixture_assert_outcome (kept, "taken", ANNEX_OUTCOME_KEPT_BOTH, "taken (Annex)");
  draft_fixture_assert_outcome (kept, "mode", ANNEX_OUTCOME_REFUSED, NULL);
  draft_fixture_assert_outcome (kept, "tree", ANNEX_OUTCOME_REFUSED, NULL);
  draft_fixture_assert_outcome (kept, "dir", ANNEX_OUTCOME_KEPT_BOTH, "dir (Annex)");
  draft_fixture_assert_content (fixture, "changed.txt", "user");
  draft_fixture_assert_content (fixture, "changed (Annex 2).txt", "agent");
  draft_fixture_assert_content (fixture, "both", "user");
  draft_fixture_assert_content (fixture, "both (Annex)", "agent");
  draft_fixture_assert_content (fixture, "deleted", "user");
  draft_fixture_assert_content (fixture, "renamed", "user");
  draft_fixture_assert_content (fixture, "renamed-to", "a text to be recognised");
  draft_fixture_assert_content (fixture, "taken", "user");
  draft_fixture_assert_content (fixture, "taken (Annex)", "another text to be recognised");
  draft_fixture_assert_content (fixture, "tree/y", "user");
  draft_fixture_assert_content (fixture, "dir", "user");
  draft_fixture_assert_content (fixture, "dir (Annex)/in", "agent");
  undone = draft_fixture_undo (fixture, "k1");
  after = draft_fixture_snapshot (fixture->root);
  draft_fixture_assert_same (before, after);
}

/* The user goes on after keeping, then undoes. */
static void
test_undo_after_edits (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;
  g_autofree char *moved = NULL;
  g_autofree char *swapped = NULL;

  draft_fixture_host_file (fixture, "changed.txt", "original", 0644);
  draft_fixture_host_file (fixture, "changed2.txt", "original 2", 0644);
  draft_fixture_host_file (fixture, "removed", "original 3", 0644);
  draft_fixture_host_file (fixture, "again", "original 4", 0644);
  draft_fixture_host_file (fixture, "old", "a text to be recognised", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "changed.txt", "agent", 0644);
  draft_fixture_file (fixture, "changed2.txt", "agent", 0644);
  draft_fixture_whiteout (fixture, "removed");
  draft_fixture_whiteout (fixture, "again");
  draft_fixture_whiteout (fixture, "old");
  draft_fixture_file (fixture, "new", "a text to be recognised", 0644);
  draft_fixture_file (fixture, "added", "agent", 0644);
  draft_fixture_folder (fixture, "dir", TRUE);
  changes = draft_fixture_compute (fixture);
  kept = draft_fixture_keep (fixture, "k1", changes);

  draft_fixture_host_file (fixture, "changed.txt", "user", 0644);
  draft_fixture_host_file (fixture, "again", "user", 0644);
  draft_fixture_host_file (fixture, "added", "user", 0644);
  draft_fixture_host_file (fixture, "old", "user", 0644);
  draft_fixture_host_file (fixture, "dir/mine", "user", 0644);
  swapped = draft_fixture_path (fixture, "changed2.txt");
  g_assert_cmpint (g_unlink (swapped), ==, 0);
  undone = draft_fixture_undo (fixture, "k1");
  draft_fixture_assert_outcome (undone, "changed.txt", ANNEX_OUTCOME_KEPT_BOTH,
                                "changed (before Annex).txt");
  draft_fixture_assert_outcome (undone, "changed2.txt", ANNEX_OUTCOME_DONE, NULL);
  draft_fixture_assert_outcome (undone, "removed", ANNEX_OUTCOME_DONE, NULL);
  draft_fixture_assert_outcome (undone, "again", ANNEX_OUTCOME_KEPT_BOTH, "again (before Annex)");
  draft_fixture_assert_outcome (undone, "added", ANNEX_OUTCOME_KEPT_BOTH, NULL);
  draft_fixture_assert_outcome (undone, "new", ANNEX_OUTCOME_KEPT_BOTH, "old (before Annex)");
  draft_fixture_assert_outcome (undone, "dir", ANNEX_OUTCOME_KEPT_BOTH, NULL);
  draft_fixture_assert_content (fixture, "changed.txt", "user");
  draft_fixture_assert_content (fixture, "changed (before Annex).txt", "original");
  draft_fixture_assert_content (fixture, "changed2.txt", "original 2");
  draft_fixture_assert_content (fixture, "removed", "original 3");
  draft_fixture_assert_content (fixture, "again", "user");
  draft_fixture_assert_content (fixture, "again (before Annex)", "original 4");
  draft_fixture_assert_content (fixture, "added", "user");
  draft_fixture_assert_content (fixture, "old", "user");
  draft_fixture_assert_content (fixture, "old (before Annex)", "a text to be recognised");
  draft_fixture_assert_content (fixture, "dir/mine", "user");
}

/* ---- attacks */

static void
test_trash (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autofree char *trashed =
      g_build_filename (g_get_user_data_dir (), "Trash", "files", "deleted-by-the-agent.txt", NULL);
  g_autofree char *probe = draft_fixture_path (fixture, "probe");
  g_autoptr (GFile) file = g_file_new_for_path (probe);
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;

  draft_fixture_host_file (fixture, "probe", "x", 0644);
  if (!g_file_trash (file, NULL, &error))
    {
      g_test_skip (error->message);
      return;
    }
  draft_fixture_host_file (fixture, "deleted-by-the-agent.txt", "still in the Trash", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_whiteout (fixture, "deleted-by-the-agent.txt");
  changes = draft_fixture_compute (fixture);
  kept = draft_fixture_keep (fixture, "k1", changes);
  draft_fixture_assert_content (fixture, "deleted-by-the-agent.txt", NULL);
  g_assert_true (g_file_get_contents (trashed, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "still in the Trash");
  /* An edit in the Trash does not reach the undo store. */
  {
    g_autofd int fd = open (trashed, O_WRONLY);
    g_autoptr (GPtrArray) undone = NULL;

    g_assert_cmpint (write (fd, "EDIT!", 5), ==, 5);
    undone = draft_fixture_undo (fixture, "k1");
  }
  draft_fixture_assert_content (fixture, "deleted-by-the-agent.txt", "still in the Trash");
}

static void
test_attributes (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autofree char *path = NULL;
  char value[8] = "";

  draft_fixture_host_file (fixture, "tagged", "original", 0644);
  path = draft_fixture_path (fixture, "tagged");
  if (setxattr (path, "user.tag", "blue", 4, 0) != 0)
    {
      g_test_skip ("This file system has no attributes");
      return;
    }
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "tagged", "agent", 0644);
  changes = draft_fixture_compute (fixture);
  kept = draft_fixture_keep (fixture, "k1", changes);
  draft_fixture_assert_content (fixture, "tagged", "agent");
  g_assert_cmpint (getxattr (path, "user.tag", value, sizeof value), ==, 4);
  g_assert_cmpstr (value, ==, "blue");
}

/* A file with a second name elsewhere: what is written there later must not reach the undo store.
 */
static void
test_hard_link (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;
  g_autofree char *path = NULL;
  g_autofree char *second = g_build_filename (fixture->base, "second", NULL);
  g_autofd int fd = -1;

  draft_fixture_host_file (fixture, "linked", "original", 0644);
  path = draft_fixture_path (fixture, "linked");
  g_assert_cmpint (link (path, second), ==, 0);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "linked", "agent", 0644);
  changes = draft_fixture_compute (fixture);
  kept = draft_fixture_keep (fixture, "k1", changes);
  fd = open (second, O_WRONLY);
  g_assert_cmpint (write (fd, "EDIT!", 5), ==, 5);
  undone = draft_fixture_undo (fixture, "k1");
  draft_fixture_assert_content (fixture, "linked", "original");
}

static void
test_large_deletion (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;
  g_autofree char *path = NULL;

  draft_fixture_host_folder (fixture, "large", 0755);
  draft_fixture_host_file (fixture, "large/sparse", "x", 0644);
  draft_fixture_host_file (fixture, "large/small", "y", 0644);
  path = draft_fixture_path (fixture, "large/sparse");
  g_assert_cmpint (truncate (path, 100 * 1024 * 1024), ==, 0);
  draft_fixture_settle (fixture);
  draft_fixture_whiteout (fixture, "large");
  before = draft_fixture_snapshot (fixture->root);
  changes = draft_fixture_compute (fixture);
  kept = draft_fixture_keep (fixture, "k1", changes);
  draft_fixture_assert_outcome (kept, "large", ANNEX_OUTCOME_DONE, NULL);
  draft_fixture_assert_content (fixture, "large/small", NULL);
  undone = draft_fixture_undo (fixture, "k1");
  after = draft_fixture_snapshot (fixture->root);
  draft_fixture_assert_same (before, after);
}

static void
test_cancelled (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GError *error = NULL;

  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "added", "agent", 0644);
  changes = draft_fixture_compute (fixture);
  g_cancellable_cancel (cancellable);
  g_assert_null (annex_keep_apply (fixture->undo_dir, "k1", fixture->root, changes, NULL,
                                   draft_fixture_fetch, fixture, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
}

static void
test_json (void)
{
  AnnexKept kept = { .path = (char *) "a\xff",
                     .action = (char *) "changed",
                     .outcome = ANNEX_OUTCOME_KEPT_BOTH,
                     .other_path = (char *) "a (Annex)" };
  g_autoptr (JsonObject) json = annex_kept_to_json (&kept);
  g_autofree char *text = annex_json_object_to_string (json);

  g_assert_cmpstr (text, ==,
                   "{\"path\":\"a\xef\xbf\xbd\",\"action\":\"changed\",\"outcome\":\"kept-both\","
                   "\"other_path\":\"a (Annex)\"}");
}

static void
test_speed (void)
{
  g_autoptr (DraftFixture) fixture = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;
  double seconds;

  fixture = draft_fixture_new (NULL);
  for (int i = 0; i < 1000; i++)
    {
      g_autofree char *file = g_strdup_printf ("file-%d.txt", i);

      draft_fixture_host_file (fixture, file, "the original content", 0644);
      draft_fixture_file (fixture, file, "the agent's content", 0644);
    }
  draft_fixture_settle (fixture);
  changes = draft_fixture_compute (fixture);
  g_test_timer_start ();
  kept = draft_fixture_keep (fixture, "k1", changes);
  seconds = g_test_timer_elapsed ();
  g_test_minimized_result (seconds, "keep of 1,000 changed files: %.3f s", seconds);
  g_test_timer_start ();
  undone = draft_fixture_undo (fixture, "k1");
  seconds = g_test_timer_elapsed ();
  g_test_minimized_result (seconds, "undo of 1,000 changed files: %.3f s", seconds);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("annex-keep-data-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keep/everything", test_everything);
  g_test_add_func ("/keep/undo-store-elsewhere", test_undo_store_elsewhere);
  g_test_add_func ("/keep/undo-in-copy", test_undo_in_copy);
  g_test_add_func ("/keep/to-origin", test_to_origin);
  g_test_add_func ("/keep/no-origin", test_no_origin);
  g_test_add_func ("/keep/part", test_part);
  g_test_add_func ("/keep/conflicts", test_conflicts);
  g_test_add_func ("/keep/undo-after-edits", test_undo_after_edits);
  g_test_add_func ("/keep/trash", test_trash);
  g_test_add_func ("/keep/attributes", test_attributes);
  g_test_add_func ("/keep/hard-link", test_hard_link);
  g_test_add_func ("/keep/large-deletion", test_large_deletion);
  g_test_add_func ("/keep/cancelled", test_cancelled);
  g_test_add_func ("/keep/json", test_json);
  if (g_test_perf ())
    g_test_add_func ("/keep/speed", test_speed);
  status = g_test_run ();
  annex_beneath_remove (AT_FDCWD, data);
  return status;
}
