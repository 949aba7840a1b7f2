/* test-keep-faults.c
 *
 * Keeping and undoing where something is wrong: links that lead out, contents that lie, folders
 * that change or vanish meanwhile, disks that are full.
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
  draft_fixture_assert_outcome (kept, "added", ANNEX_OUTCOME_KEPT_BOTH, "added (Annex)");
  draft_fixture_assert_content (fixture, "added", "user");
  draft_fixture_assert_content (fixture, "added (Annex)", "agent");
  draft_fixture_assert_outcome (kept, "changed", ANNEX_OUTCOME_KEPT_BOTH, "changed (Annex)");
  draft_fixture_assert_content (fixture, "changed", "user");
  draft_fixture_assert_content (fixture, "changed (Annex)", "agent");
  undone = draft_fixture_undo (fixture, "k1");
  draft_fixture_assert_content (fixture, "added", "user");
  draft_fixture_assert_content (fixture, "changed", "user");
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
  draft_fixture_assert_content (fixture, "added", "agent");
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

/* The journal finds no room in the middle of a keep of several batches: what was taken by then can
 * still be taken back. */
static void
test_journal_full (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  struct rlimit old, limit;
  guint halfway = 0;

  for (guint i = 0; i < 70; i++)
    {
      g_autofree char *path = g_strdup_printf ("file-%u", i);

      draft_fixture_host_file (fixture, path, "original", 0644);
    }
  draft_fixture_settle (fixture);
  for (guint i = 0; i < 70; i++)
    {
      g_autofree char *path = g_strdup_printf ("file-%u", i);

      draft_fixture_file (fixture, path, "agent", 0644);
    }
  before = draft_fixture_snapshot (fixture->root);
  changes = draft_fixture_compute (fixture);
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  for (rlim_t size = 4000; size < 60000; size += 2777)
    {
      g_autofree char *keep_id = g_strdup_printf ("k%u", (guint) size);
      g_autoptr (GHashTable) after = NULL;
      g_autoptr (GPtrArray) kept = NULL;
      g_autoptr (GPtrArray) undone = NULL;
      guint done = 0;

      limit = (struct rlimit) { .rlim_cur = size, .rlim_max = old.rlim_max };
      setrlimit (RLIMIT_FSIZE, &limit);
      kept = annex_keep_apply (fixture->undo_dir, keep_id, fixture->root, changes, NULL,
                               draft_fixture_fetch, fixture, NULL, NULL);
      setrlimit (RLIMIT_FSIZE, &old);
      for (guint i = 0; kept != NULL && i < kept->len; i++)
        done += ((AnnexKept *) g_ptr_array_index (kept, i))->outcome == ANNEX_OUTCOME_DONE;
      halfway += done > 0 && done < changes->len;
      undone = annex_keep_undo (fixture->undo_dir, keep_id, NULL, NULL);
      g_assert_cmpuint (undone != NULL ? undone->len : 0, ==, done);
      after = draft_fixture_snapshot (fixture->root);
      draft_fixture_assert_same (before, after);
    }
  g_assert_cmpuint (halfway, >, 0);
}

/* A keep that finds no room makes no conflict of a file that nobody else has touched. */
static void
test_journal_full_twice (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  struct rlimit old, limit;
  guint failed = 0;

  draft_fixture_host_file (fixture, "changed", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "changed", "agent", 0644);
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  for (rlim_t size = 100; size < 2000; size += 100)
    {
      g_autofree char *keep_id = g_strdup_printf ("k%u", (guint) size);
      g_autoptr (GPtrArray) changes = draft_fixture_compute (fixture);
      g_autoptr (GPtrArray) kept = NULL;

      g_assert_cmpuint (changes->len, ==, 1);
      g_assert_false (((AnnexChange *) g_ptr_array_index (changes, 0))->conflict);
      limit = (struct rlimit) { .rlim_cur = size, .rlim_max = old.rlim_max };
      setrlimit (RLIMIT_FSIZE, &limit);
      kept = annex_keep_apply (fixture->undo_dir, keep_id, fixture->root, changes,
                               fixture->baseline, draft_fixture_fetch, fixture, NULL, NULL);
      setrlimit (RLIMIT_FSIZE, &old);
      if (kept != NULL && draft_fixture_find (kept, "changed")->outcome == ANNEX_OUTCOME_DONE)
        break;
      failed++;
    }
  g_assert_cmpuint (failed, >, 2);
  draft_fixture_assert_content (fixture, "changed", "agent");
}

/* A journal whose batch lost its "done" lines, though the keep was ended: the folder tells. */
static void
test_undo_without_done (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) undone = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *path = g_build_filename (fixture->undo_dir, "k1", "journal", NULL);
  g_autofree char *journal = NULL;
  g_auto (GStrv) lines = NULL;

  draft_fixture_host_file (fixture, "changed", "original", 0644);
  draft_fixture_host_file (fixture, "deleted", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "changed", "agent", 0644);
  draft_fixture_file (fixture, "added", "agent", 0644);
  draft_fixture_whiteout (fixture, "deleted");
  before = draft_fixture_snapshot (fixture->root);
  changes = draft_fixture_compute (fixture);
  kept = draft_fixture_keep (fixture, "k1", changes);
  g_assert_true (g_file_get_contents (path, &journal, NULL, NULL));
  lines = g_strsplit (journal, "\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    if (strstr (lines[i], "\"done\"") == NULL)
      g_string_append_printf (text, "%s\n", lines[i]);
  g_assert_cmpuint (text->len, <, strlen (journal));
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
  undone = draft_fixture_undo (fixture, "k1");
  g_assert_cmpuint (undone->len, ==, 3);
  after = draft_fixture_snapshot (fixture->root);
  draft_fixture_assert_same (before, after);
}

/* A part cannot be written: told so, it is still saved, and goes back when that is asked for again,
 * not by itself at the next start. */
static void
test_undo_partly (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) second = NULL;
  g_autofree char *shut = draft_fixture_path (fixture, "shut");
  GError *error = NULL;

  draft_fixture_host_folder (fixture, "open", 0755);
  draft_fixture_host_folder (fixture, "shut", 0755);
  draft_fixture_host_file (fixture, "open/file", "original", 0644);
  draft_fixture_host_file (fixture, "shut/file", "original", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "open/file", "agent", 0644);
  draft_fixture_file (fixture, "shut/file", "agent", 0644);
  before = draft_fixture_snapshot (fixture->root);
  changes = draft_fixture_compute (fixture);
  kept = draft_fixture_keep (fixture, "k1", changes);
  g_assert_cmpint (g_chmod (shut, 0555), ==, 0);
  first = draft_fixture_undo (fixture, "k1");
  draft_fixture_assert_outcome (first, "open/file", ANNEX_OUTCOME_DONE, NULL);
  g_assert_cmpint (draft_fixture_find (first, "shut/file")->outcome, ==, ANNEX_OUTCOME_FAILED);
  g_assert_cmpint (g_chmod (shut, 0755), ==, 0);
  g_assert_cmpint (annex_keep_recover (fixture->undo_dir, &error), ==, 0);
  g_assert_no_error (error);
  draft_fixture_assert_content (fixture, "open/file", "original");
  draft_fixture_assert_content (fixture, "shut/file", "agent");
  second = draft_fixture_undo (fixture, "k1");
  g_assert_cmpuint (second->len, ==, 1);
  draft_fixture_assert_outcome (second, "shut/file", ANNEX_OUTCOME_DONE, NULL);
  after = draft_fixture_snapshot (fixture->root);
  draft_fixture_assert_same (before, after);
  g_assert_null (annex_keep_undo (fixture->undo_dir, "k1", NULL, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND);
  g_clear_error (&error);
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

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("annex-keep-data-XXXXXX", NULL);
  int status;

  /* Dozens of keeps, each of which waits for the disk: in memory where there is a place. */
  if (access ("/dev/shm", W_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", TRUE);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keep/links", test_links);
  g_test_add_func ("/keep/bad-paths", test_bad_paths);
  g_test_add_func ("/keep/content-is-checked", test_content_is_checked);
  g_test_add_func ("/keep/race", test_race);
  g_test_add_func ("/keep/root-gone", test_root_gone);
  g_test_add_func ("/keep/Q2-disk-full", test_disk_full);
  g_test_add_func ("/keep/journal-full", test_journal_full);
  g_test_add_func ("/keep/journal-full-twice", test_journal_full_twice);
  g_test_add_func ("/keep/undo-without-done", test_undo_without_done);
  g_test_add_func ("/keep/undo-partly", test_undo_partly);
  g_test_add_func ("/keep/no-space", test_no_space);
  status = g_test_run ();
  annex_beneath_remove (AT_FDCWD, data);
  return status;
}
