/* test-keep.c
 *
 * Keeping and undoing: every kind of change, conflicts, attacks, full disks. Crashes are in
 * test-keep-crash.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draft-fixture.h"

#include "annex-beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static GPtrArray *
undo (DraftFixture *fixture, const char *keep_id)
{
  GError *error = NULL;
  GPtrArray *undone = annex_keep_undo (fixture->undo_dir, keep_id, NULL, &error);

  g_assert_no_error (error);
  return undone;
}

static void
assert_outcome (GPtrArray *kept, const char *path, AnnexOutcome outcome, const char *other)
{
  const AnnexKept *one = draft_fixture_find (kept, path);

  if (one->outcome != outcome)
    g_test_message ("%s: %s", path, one->reason);
  g_assert_cmpint (one->outcome, ==, outcome);
  g_assert_cmpstr (one->other_path, ==, other);
}

static void
assert_content (DraftFixture *fixture, const char *path, const char *expected)
{
  g_autofree char *content = draft_fixture_read (fixture, path);

  g_assert_cmpstr (content, ==, expected);
}

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
  assert_content (fixture, "changed.txt", "the agent's version");
  assert_content (fixture, "deleted.txt", NULL);
  assert_content (fixture, "old-name.txt", NULL);
  assert_content (fixture, "new-name.txt", "content that stays");
  assert_content (fixture, "out/moved-out", "moves out of the tree");
  assert_content (fixture, "moved-2/c", "c, moved as a whole");
  assert_content (fixture, "to-folder/x", "x");
  assert_content (fixture, "to-file", "a file now");
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

  undone = undo (fixture, "k1");
  g_assert_cmpuint (undone->len, ==, changes->len);
  g_hash_table_unref (after);
  after = draft_fixture_snapshot (fixture->root);
  draft_fixture_assert_same (before, after);
  g_assert_null (annex_keep_undo (fixture->undo_dir, "k1", NULL, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (annex_keep_recover (fixture->undo_dir, &error), ==, 0);
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
  assert_outcome (kept, "tree", ANNEX_OUTCOME_DONE, NULL);
  assert_outcome (kept, "changed.txt", ANNEX_OUTCOME_DONE, NULL);
  undone = undo (fixture, "k1");
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
  assert_outcome (kept, "a/b/c", ANNEX_OUTCOME_DONE, NULL);
  assert_content (fixture, "a/b/c", "alone");
  assert_content (fixture, "a/d", NULL);
  undone = undo (fixture, "k1");
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
  assert_outcome (kept, "changed.txt", ANNEX_OUTCOME_KEPT_BOTH, "changed (Annex 2).txt");
  assert_outcome (kept, "both", ANNEX_OUTCOME_KEPT_BOTH, "both (Annex)");
  assert_outcome (kept, "deleted", ANNEX_OUTCOME_REFUSED, NULL);
  assert_outcome (kept, "renamed-to", ANNEX_OUTCOME_KEPT_BOTH, "renamed-to");
  assert_outcome (kept, "taken", ANNEX_OUTCOME_KEPT_BOTH, "taken (Annex)");
  assert_outcome (kept, "mode", ANNEX_OUTCOME_REFUSED, NULL);
  assert_outcome (kept, "tree", ANNEX_OUTCOME_REFUSED, NULL);
  assert_outcome (kept, "dir", ANNEX_OUTCOME_KEPT_BOTH, "dir (Annex)");
  assert_content (fixture, "changed.txt", "user");
  assert_content (fixture, "changed (Annex 2).txt", "agent");
  assert_content (fixture, "both", "user");
  assert_content (fixture, "both (Annex)", "agent");
  assert_content (fixture, "deleted", "user");
  assert_content (fixture, "renamed", "user");
  assert_content (fixture, "renamed-to", "a text to be recognised");
  assert_content (fixture, "taken", "user");
  assert_content (fixture, "taken (Annex)", "another text to be recognised");
  assert_content (fixture, "tree/y", "user");
  assert_content (fixture, "dir", "user");
  assert_content (fixture, "dir (Annex)/in", "agent");
  undone = undo (fixture, "k1");
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
  undone = undo (fixture, "k1");
  assert_outcome (undone, "changed.txt", ANNEX_OUTCOME_KEPT_BOTH, "changed (before Annex).txt");
  assert_outcome (undone, "changed2.txt", ANNEX_OUTCOME_DONE, NULL);
  assert_outcome (undone, "removed", ANNEX_OUTCOME_DONE, NULL);
  assert_outcome (undone, "again", ANNEX_OUTCOME_KEPT_BOTH, "again (before Annex)");
  assert_outcome (undone, "added", ANNEX_OUTCOME_KEPT_BOTH, NULL);
  assert_outcome (undone, "new", ANNEX_OUTCOME_KEPT_BOTH, "old (before Annex)");
  assert_outcome (undone, "dir", ANNEX_OUTCOME_KEPT_BOTH, NULL);
  assert_content (fixture, "changed.txt", "user");
  assert_content (fixture, "changed (before Annex).txt", "original");
  assert_content (fixture, "changed2.txt", "original 2");
  assert_content (fixture, "removed", "original 3");
  assert_content (fixture, "again", "user");
  assert_content (fixture, "again (before Annex)", "original 4");
  assert_content (fixture, "added", "user");
  assert_content (fixture, "old", "user");
  assert_content (fixture, "old (before Annex)", "a text to be recognised");
  assert_content (fixture, "dir/mine", "user");
}

/* ---- attacks */

static void
test_links (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  g_autoptr (GPtrArray) kept = NULL;
  g_autofree char *outside = g_build_filename (fixture->base, "outside", NULL);
  g_autofree char *victim = g_build_filename (outside, "victim", NULL);
  g_autofree char *content = NULL;
  AnnexChange *change;
  static const char *const paths[] = { "way/victim", "way/new", "way/victim" };
  static const AnnexChangeKind kinds[] = { ANNEX_CHANGE_CHANGED, ANNEX_CHANGE_ADDED,
                                           ANNEX_CHANGE_DELETED };

  g_assert_cmpint (g_mkdir (outside, 0755), ==, 0);
  g_assert_true (g_file_set_contents (victim, "safe", -1, NULL));
  draft_fixture_host_link (fixture, "way", "../outside");
  draft_fixture_settle (fixture);
  /* As if somebody had made the folder a symlink after the draft was worked out. */
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      change = annex_change_new (kinds[i], paths[i]);
      change->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "evil", -1);
      change->size_bytes = 4;
      g_ptr_array_add (changes, change);
    }
  change = annex_change_new (ANNEX_CHANGE_RENAMED, "stolen");
  change->old_path = g_strdup ("way/victim");
  g_ptr_array_add (changes, change);
  change = annex_change_new (ANNEX_CHANGE_ADDED, "bad-link");
  change->target = g_strdup ("/etc/passwd");
  g_ptr_array_add (changes, change);
  g_hash_table_insert (fixture->contents, g_strdup ("way/victim"), g_bytes_new ("evil", 4));
  g_hash_table_insert (fixture->contents, g_strdup ("way/new"), g_bytes_new ("evil", 4));
  g_hash_table_insert (fixture->contents, g_strdup ("stolen"), g_bytes_new ("evil", 4));
  g_clear_object (&fixture->baseline);
  kept = draft_fixture_keep (fixture, "k1", changes);
  for (guint i = 0; i < kept->len; i++)
    {
      const AnnexKept *one = g_ptr_array_index (kept, i);

      if (!g_str_equal (one->action, "deleted"))
        g_assert_cmpint (one->outcome, !=, ANNEX_OUTCOME_DONE);
    }
  fixture->baseline = annex_baseline_new ();
  g_assert_true (g_file_get_contents (victim, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "safe");
  {
    g_autoptr (GDir) dir = g_dir_open (outside, 0, NULL);

    g_assert_cmpstr (g_dir_read_name (dir), ==, "victim");
    g_assert_null (g_dir_read_name (dir));
  }
}

static void
test_bad_paths (void)
{
  static const char *const bad[] = { "../x", "/etc/x", "a/../../x", "", "a//b", "." };
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GPtrArray) changes =
          g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (changes, annex_change_new (ANNEX_CHANGE_DELETED, bad[i]));
      g_assert_null (annex_keep_apply (fixture->undo_dir, "k", fixture->root, changes, NULL,
                                       draft_fixture_fetch, fixture, NULL, &error));
      g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_FAILED);
    }
}

static gboolean
fetch_lies (const char *path, int fd, gpointer user_data, GError **error)
{
  if (g_str_equal (path, "fails"))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the computer is gone");
      return FALSE;
    }
  return write (fd, "other", 5) == 5;
}

static void
test_content_is_checked (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  GError *error = NULL;

  draft_fixture_host_file (fixture, "changed", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "added", "agent", 0644);
  draft_fixture_file (fixture, "changed", "agent", 0644);
  draft_fixture_file (fixture, "fails", "agent", 0644);
  before = draft_fixture_snapshot (fixture->root);
  changes = draft_fixture_compute (fixture);
  kept = annex_keep_apply (fixture->undo_dir, "k1", fixture->root, changes, fixture->baseline,
                           fetch_lies, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < kept->len; i++)
    g_assert_cmpint (((AnnexKept *) g_ptr_array_index (kept, i))->outcome, ==,
                     ANNEX_OUTCOME_FAILED);
  after = draft_fixture_snapshot (fixture->root);
  draft_fixture_assert_same (before, after);
  g_assert_null (annex_keep_undo (fixture->undo_dir, "k1", NULL, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND);
  g_clear_error (&error);
}

/* The user's editor saves between the look and the swap: fetch is where that can be done. */
static gboolean
fetch_and_edit (const char *path, int fd, gpointer user_data, GError **error)
{
  DraftFixture *fixture = user_data;
  g_autofree char *full = draft_fixture_path (fixture, path);
  g_autofree char *other = g_strconcat (full, ".new", NULL);

  g_assert_true (g_file_set_contents (other, "user", -1, NULL));
  g_assert_cmpint (g_rename (other, full), ==, 0);
  return draft_fixture_fetch (path, fd, user_data, error);
}

static void
test_race (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;
  GError *error = NULL;

  draft_fixture_host_file (fixture, "changed", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "changed", "agent", 0644);
  draft_fixture_file (fixture, "added", "agent", 0644);
  changes = draft_fixture_compute (fixture);
  kept = annex_keep_apply (fixture->undo_dir, "k1", fixture->root, changes, fixture->baseline,
                           fetch_and_edit, fixture, NULL, &error);
  g_assert_no_error (error);
  assert_outcome (kept, "added", ANNEX_OUTCOME_KEPT_BOTH, "added (Annex)");
  assert_content (fixture, "added", "user");
  assert_content (fixture, "added (Annex)", "agent");
  assert_outcome (kept, "changed", ANNEX_OUTCOME_KEPT_BOTH, "changed (Annex)");
  assert_content (fixture, "changed", "user");
  assert_content (fixture, "changed (Annex)", "agent");
  undone = undo (fixture, "k1");
  assert_content (fixture, "added", "user");
  assert_content (fixture, "changed", "user");
}

/* ---- places and space */

static void
test_root_gone (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autofree char *elsewhere = g_build_filename (fixture->base, "elsewhere", NULL);
  GError *error = NULL;

  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "added", "agent", 0644);
  changes = draft_fixture_compute (fixture);
  g_assert_null (annex_keep_apply (fixture->undo_dir, "k0", "/nonexistent-folder", changes, NULL,
                                   draft_fixture_fetch, fixture, NULL, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_ROOT_GONE);
  g_clear_error (&error);
  kept = draft_fixture_keep (fixture, "k1", changes);
  g_assert_cmpint (g_rename (fixture->root, elsewhere), ==, 0);
  g_assert_null (annex_keep_undo (fixture->undo_dir, "k1", NULL, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_ROOT_GONE);
  g_clear_error (&error);
  g_assert_cmpint (g_mkdir (fixture->root, 0755), ==, 0);
  g_assert_null (annex_keep_undo (fixture->undo_dir, "k1", NULL, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_ROOT_GONE);
  g_clear_error (&error);
  g_assert_cmpint (g_rmdir (fixture->root), ==, 0);
  g_assert_cmpint (g_rename (elsewhere, fixture->root), ==, 0);
  g_assert_true (annex_keep_forget (fixture->undo_dir, "k1", &error));
  g_assert_no_error (error);
  assert_content (fixture, "added", "agent");
}

/* Every file that grows over the limit meets EFBIG, as a full disk gives ENOSPC. */
static void
test_disk_full (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autofree char *large = g_strnfill (100000, 'x');
  struct rlimit old, limit;
  guint failed = 0;

  draft_fixture_host_file (fixture, "small", "original", 0644);
  draft_fixture_host_file (fixture, "large", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "small", "agent", 0644);
  draft_fixture_file (fixture, "large", large, 0644);
  before = draft_fixture_snapshot (fixture->root);
  changes = draft_fixture_compute (fixture);
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  for (rlim_t size = 0; size < 5000; size += 211)
    {
      g_autofree char *keep_id = g_strdup_printf ("k%u", (guint) size);
      g_autoptr (GPtrArray) kept = NULL;
      g_autoptr (GPtrArray) undone = NULL;
      g_autoptr (GError) error = NULL;

      limit = (struct rlimit) { .rlim_cur = size, .rlim_max = old.rlim_max };
      setrlimit (RLIMIT_FSIZE, &limit);
      kept = annex_keep_apply (fixture->undo_dir, keep_id, fixture->root, changes, NULL,
                               draft_fixture_fetch, fixture, NULL, &error);
      setrlimit (RLIMIT_FSIZE, &old);
      if (kept == NULL)
        {
          g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_DISK_FULL);
          failed++;
        }
      else
        g_assert_cmpint (draft_fixture_find (kept, "large")->outcome, ==, ANNEX_OUTCOME_FAILED);
      g_assert_cmpint (annex_keep_recover (fixture->undo_dir, NULL), >=, 0);
      undone = annex_keep_undo (fixture->undo_dir, keep_id, NULL, NULL);
      after = draft_fixture_snapshot (fixture->root);
      draft_fixture_assert_same (before, after);
      g_clear_pointer (&after, g_hash_table_unref);
    }
  g_assert_cmpuint (failed, >, 0);
}

static void
test_no_space (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  GError *error = NULL;

  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "added", "agent", 0644)->size_bytes = G_GUINT64_CONSTANT (1) << 60;
  changes = draft_fixture_compute (fixture);
  g_assert_null (annex_keep_apply (fixture->undo_dir, "k1", fixture->root, changes, NULL,
                                   draft_fixture_fetch, fixture, NULL, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_DISK_FULL);
  g_clear_error (&error);
  g_assert_cmpuint (annex_keep_get_size (fixture->undo_dir, "k1"), ==, 0);
}

/* ---- details */

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
  assert_content (fixture, "deleted-by-the-agent.txt", NULL);
  g_assert_true (g_file_get_contents (trashed, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "still in the Trash");
  /* An edit in the Trash does not reach the undo store. */
  {
    g_autofd int fd = open (trashed, O_WRONLY);
    g_autoptr (GPtrArray) undone = NULL;

    g_assert_cmpint (write (fd, "EDIT!", 5), ==, 5);
    undone = undo (fixture, "k1");
  }
  assert_content (fixture, "deleted-by-the-agent.txt", "still in the Trash");
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
  assert_content (fixture, "tagged", "agent");
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
  undone = undo (fixture, "k1");
  assert_content (fixture, "linked", "original");
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
  assert_outcome (kept, "large", ANNEX_OUTCOME_DONE, NULL);
  assert_content (fixture, "large/small", NULL);
  undone = undo (fixture, "k1");
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
  undone = undo (fixture, "k1");
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
  g_test_add_func ("/keep/part", test_part);
  g_test_add_func ("/keep/conflicts", test_conflicts);
  g_test_add_func ("/keep/undo-after-edits", test_undo_after_edits);
  g_test_add_func ("/keep/links", test_links);
  g_test_add_func ("/keep/bad-paths", test_bad_paths);
  g_test_add_func ("/keep/content-is-checked", test_content_is_checked);
  g_test_add_func ("/keep/race", test_race);
  g_test_add_func ("/keep/root-gone", test_root_gone);
  g_test_add_func ("/keep/disk-full", test_disk_full);
  g_test_add_func ("/keep/no-space", test_no_space);
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
