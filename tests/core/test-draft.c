/* test-draft.c
 *
 * Baselines, working a draft out, and text diffs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draft-fixture.h"

#include "annex-beneath.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
assert_changes (DraftFixture *fixture, const char *expected)
{
  g_autoptr (GPtrArray) changes = draft_fixture_compute (fixture);
  g_autofree char *text = draft_fixture_describe (changes);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_kinds (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  AnnexUpperEntry *entry;
  AnnexStat stat;

  draft_fixture_host_file (fixture, "same", "same content", 0644);
  draft_fixture_host_file (fixture, "touched", "same content", 0644);
  draft_fixture_host_file (fixture, "changed", "old", 0644);
  draft_fixture_host_file (fixture, "deleted", "gone", 0644);
  draft_fixture_host_folder (fixture, "a", 0755);
  draft_fixture_host_file (fixture, "a/b", "inner", 0644);
  draft_fixture_host_link (fixture, "link", "a/b");
  draft_fixture_settle (fixture);

  annex_baseline_lookup (fixture->baseline, "same", &stat);
  entry = draft_fixture_file (fixture, "same", "same content", 0644);
  entry->mtime_ns = stat.mtime_ns;
  draft_fixture_file (fixture, "touched", "same content", 0600);
  draft_fixture_file (fixture, "changed", "new content", 0644);
  draft_fixture_whiteout (fixture, "deleted");
  draft_fixture_whiteout (fixture, "never-there");
  draft_fixture_folder (fixture, "a", FALSE);
  draft_fixture_file (fixture, "a/new", "x", 0644);
  draft_fixture_folder (fixture, "fresh", TRUE);
  draft_fixture_link (fixture, "link", "a/b");
  draft_fixture_link (fixture, "link2", "a/b");
  assert_changes (fixture, "added a/new\nchanged changed\ndeleted deleted\nadded fresh/\n"
                           "added link2\nmode touched");
}

static void
test_refused (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  AnnexUpperEntry *entry;

  draft_fixture_settle (fixture);
  draft_fixture_link (fixture, "absolute", "/etc/passwd");
  draft_fixture_link (fixture, "out", "../x");
  draft_fixture_folder (fixture, "d", TRUE);
  draft_fixture_link (fixture, "d/out", "x/../../../y");
  draft_fixture_link (fixture, "d/stays", "../other");
  g_ptr_array_add (fixture->upper, annex_upper_entry_new ("fifo", ANNEX_UPPER_OTHER));
  entry = draft_fixture_file (fixture, "giant", "x", 0644);
  g_clear_pointer (&entry->sha256, g_free);
  entry->problem = g_strdup ("It is too large to be kept");
  assert_changes (fixture, "refused absolute\nadded d/\nrefused d/out\nadded d/stays\n"
                           "refused fifo\nrefused giant\nrefused out");
}

static void
test_renames (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);

  draft_fixture_host_file (fixture, "one.txt", "content of one", 0644);
  draft_fixture_host_file (fixture, "empty", "", 0644);
  draft_fixture_host_folder (fixture, "old", 0755);
  draft_fixture_host_file (fixture, "old/a", "content of a", 0644);
  draft_fixture_host_file (fixture, "old/zero", "", 0644);
  draft_fixture_host_folder (fixture, "old/deep", 0755);
  draft_fixture_host_file (fixture, "old/deep/b", "content of b!", 0644);
  draft_fixture_host_folder (fixture, "mixed", 0755);
  draft_fixture_host_file (fixture, "mixed/c", "the c file", 0644);
  draft_fixture_host_file (fixture, "mixed/d", "the d file, longer", 0644);
  draft_fixture_settle (fixture);

  draft_fixture_whiteout (fixture, "one.txt");
  draft_fixture_file (fixture, "two.txt", "content of one", 0644);
  draft_fixture_whiteout (fixture, "empty");
  draft_fixture_file (fixture, "empty2", "", 0644);
  draft_fixture_whiteout (fixture, "old");
  draft_fixture_folder (fixture, "new", TRUE);
  draft_fixture_file (fixture, "new/a", "content of a", 0644);
  draft_fixture_file (fixture, "new/zero", "", 0644);
  draft_fixture_folder (fixture, "new/deep", FALSE);
  draft_fixture_file (fixture, "new/deep/b", "content of b!", 0644);
  draft_fixture_whiteout (fixture, "mixed");
  draft_fixture_file (fixture, "saved-c", "the c file", 0644);
  assert_changes (fixture, "deleted empty\nadded empty2\ndeleted mixed/\nrenamed old -> new/\n"
                           "renamed mixed/c -> saved-c\nrenamed one.txt -> two.txt");
}

static void
test_opaque_and_kinds (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);

  draft_fixture_host_folder (fixture, "d", 0755);
  draft_fixture_host_file (fixture, "d/hidden", "1", 0644);
  draft_fixture_host_folder (fixture, "d/sub", 0755);
  draft_fixture_host_file (fixture, "d/sub/also", "2", 0644);
  draft_fixture_host_file (fixture, "file", "3", 0644);
  draft_fixture_host_folder (fixture, "folder", 0755);
  draft_fixture_host_file (fixture, "folder/x", "4", 0644);
  draft_fixture_settle (fixture);

  draft_fixture_folder (fixture, "d", TRUE);
  draft_fixture_folder (fixture, "d/sub", FALSE); /* in an opaque folder: hides, too */
  draft_fixture_file (fixture, "d/kept", "5", 0644);
  draft_fixture_folder (fixture, "file", TRUE);
  draft_fixture_file (fixture, "file/in", "66", 0644);
  draft_fixture_file (fixture, "folder", "777", 0644);
  assert_changes (fixture, "deleted d/hidden\nadded d/kept\ndeleted d/sub/also\nchanged file/\n"
                           "added file/in\nchanged folder");
}

static void
test_conflicts (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autofree char *path = NULL;

  draft_fixture_host_file (fixture, "a", "1", 0644);
  draft_fixture_host_file (fixture, "gone", "1", 0644);
  draft_fixture_host_folder (fixture, "d", 0755);
  draft_fixture_host_file (fixture, "d/x", "1", 0644);
  draft_fixture_host_folder (fixture, "e", 0755);
  draft_fixture_host_file (fixture, "e/x", "11", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "a", "22", 0644);
  draft_fixture_file (fixture, "gone", "22", 0644);
  draft_fixture_file (fixture, "both", "22", 0644);
  draft_fixture_whiteout (fixture, "d");
  draft_fixture_whiteout (fixture, "e");
  assert_changes (fixture, "changed a\nadded both\ndeleted d/\ndeleted e/\nchanged gone");

  /* The host changes; the agent goes on, so that there is a newer scan. */
  draft_fixture_host_file (fixture, "a", "changed by the user", 0644);
  draft_fixture_host_file (fixture, "both", "the user's", 0644);
  draft_fixture_host_file (fixture, "d/new", "the user's", 0644);
  path = draft_fixture_path (fixture, "gone");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_true (annex_baseline_scan (fixture->baseline, fixture->root, 1000, NULL));
  assert_changes (fixture, "!changed a\n!changed both\n!deleted d/\ndeleted e/\n!added gone");
}

/* The newest view outlives the process: what an interrupted command changed, and what the user did
 * meanwhile, are told apart. */
static void
test_baseline_view (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (AnnexBaseline) later = annex_baseline_new ();
  g_autoptr (AnnexBaseline) none = annex_baseline_new ();
  g_autofree char *dir = g_dir_make_tmp ("annex-view-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "view", NULL);
  g_autofd int other = -1;
  GError *error = NULL;
  AnnexStat a, b;

  draft_fixture_host_file (fixture, "bad \xff name%", "1", 0644);
  draft_fixture_host_folder (fixture, "d", 0755);
  draft_fixture_host_file (fixture, "d/x", "1", 0644);
  draft_fixture_settle (fixture);
  g_assert_true (annex_baseline_store_view (fixture->baseline, path, &error));
  g_assert_no_error (error);
  annex_baseline_load_view (later, path);
  g_assert_true (annex_baseline_lookup (fixture->baseline, "bad \xff name%", &a));
  g_assert_true (annex_baseline_lookup (later, "bad \xff name%", &b));
  g_assert_true (annex_stat_same (&a, &b));
  g_assert_true (annex_baseline_lookup (later, "d/x", &b));
  g_assert_false (annex_baseline_lookup (later, "absent", &b));
  /* The mount may have had other numbers then: nothing is said of the root before it is scanned. */
  other = open ("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_assert_false (annex_baseline_may_be_root (fixture->baseline, other));
  g_assert_true (annex_baseline_may_be_root (later, other));

  /* Written again only when it is another one. */
  g_assert_cmpint (g_unlink (path), ==, 0);
  draft_fixture_settle (fixture);
  g_assert_true (annex_baseline_store_view (fixture->baseline, path, &error));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  draft_fixture_host_file (fixture, "d/y", "1", 0644);
  draft_fixture_settle (fixture);
  g_assert_true (annex_baseline_store_view (fixture->baseline, path, &error));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));

  g_assert_true (g_file_set_contents (path, "no view at all", -1, NULL));
  annex_baseline_load_view (none, path);
  g_assert_false (annex_baseline_lookup (none, "d/x", &b));
  g_assert_cmpint (g_unlink (path), ==, 0);
  annex_baseline_load_view (none, path);
  g_assert_false (annex_baseline_lookup (none, "d/x", &b));
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

static void
test_baseline_json (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (AnnexBaseline) copy = NULL;
  g_autoptr (JsonObject) json = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) parsed = NULL;
  GError *error = NULL;
  AnnexStat a, b;

  draft_fixture_host_file (fixture, "bad \xff name%", "1", 0644);
  draft_fixture_host_folder (fixture, "d", 0755);
  draft_fixture_host_file (fixture, "d/x", "1", 0644);
  draft_fixture_settle (fixture);
  annex_baseline_freeze (fixture->baseline, "bad \xff name%");
  annex_baseline_freeze_tree (fixture->baseline, "d");
  annex_baseline_freeze (fixture->baseline, "absent");
  json = annex_baseline_to_json (fixture->baseline);
  text = annex_json_object_to_string (json);
  parsed = annex_json_parse_object (text, -1, &error);
  g_assert_no_error (error);
  copy = annex_baseline_new_from_json (parsed, &error);
  g_assert_no_error (error);
  g_assert_true (annex_baseline_lookup (fixture->baseline, "bad \xff name%", &a));
  g_assert_true (annex_baseline_lookup (copy, "bad \xff name%", &b));
  g_assert_true (annex_stat_same (&a, &b));
  g_assert_true (annex_baseline_lookup (copy, "absent", &b));
  g_assert_false (b.exists);
  g_assert_true (annex_baseline_lookup (copy, "d/x", &b));
  g_assert_true (b.exists);
  g_assert_true (annex_baseline_lookup (copy, "d/newer", &b));
  g_assert_false (b.exists);
  g_assert_false (annex_baseline_lookup (copy, "unseen", &b));
  annex_baseline_thaw (copy, "d");
  g_assert_false (annex_baseline_lookup (copy, "d/x", &b));
}

static void
test_baseline_limits (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autofree char *link = NULL;
  AnnexStat stat;

  draft_fixture_host_folder (fixture, "d", 0755);
  for (int i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("d/%d", i);

      draft_fixture_host_file (fixture, name, "x", 0644);
    }
  draft_fixture_host_link (fixture, "out", "/etc");
  draft_fixture_settle (fixture);
  g_assert_false (annex_baseline_is_partial (fixture->baseline));
  g_assert_false (annex_baseline_lookup (fixture->baseline, "out/passwd", &stat));
  g_assert_true (annex_baseline_scan (fixture->baseline, fixture->root, 3, NULL));
  g_assert_true (annex_baseline_is_partial (fixture->baseline));
  g_assert_false (annex_baseline_scan (fixture->baseline, "/nonexistent-folder", 3, NULL));
}

static void
test_beneath (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autofd int root = -1;
  static const char *const bad[] = { "", "/", "/etc", "..", "a/..", "a//b", "./a", "a/", "a/." };
  AnnexStat stat;

  draft_fixture_host_folder (fixture, "d", 0755);
  draft_fixture_host_file (fixture, "d/f", "x", 0644);
  draft_fixture_host_link (fixture, "up", "..");
  draft_fixture_host_link (fixture, "in", "d");
  root = annex_beneath_open_root (fixture->root);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (annex_beneath_is_clean (bad[i]));
  for (guint i = 1; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpint (annex_beneath_open (root, bad[i], O_RDONLY), <, 0);
  g_assert_cmpint (annex_beneath_open (root, "up/folder/d/f", O_RDONLY), <, 0);
  g_assert_cmpint (annex_beneath_open (root, "in/f", O_RDONLY), <, 0);
  g_assert_cmpint (annex_beneath_open (root, "in", O_RDONLY | O_DIRECTORY), <, 0);
  g_assert_true (annex_stat_at (root, "in/f", &stat, NULL));
  g_assert_false (stat.exists);
  g_assert_true (annex_stat_at (root, "d/f", &stat, NULL));
  g_assert_true (stat.exists);
}

static void
test_other_names (void)
{
  static const char *const rows[][3] = {
    { "a/b.txt", "a/b (Annex).txt", "a/b (Annex 2).txt" },
    { "b", "b (Annex)", "b (Annex 2)" },
    { ".profile", ".profile (Annex)", ".profile (Annex 2)" },
    { "x.tar.gz", "x (Annex).tar.gz", "x (Annex 2).tar.gz" },
    { "a.b/c", "a.b/c (Annex)", "a.b/c (Annex 2)" },
  };
  g_autofree char *name = g_strnfill (255, 'n');
  g_autofree char *other = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint number = 1; number <= 2; number++)
      {
        g_autofree char *got = annex_beneath_other_name (rows[i][0], "Annex", number);

        g_assert_cmpstr (got, ==, rows[i][number]);
      }
  other = annex_beneath_other_name (name, "before Annex", 100);
  g_assert_cmpuint (strlen (other), ==, 255);
}

static void
assert_diff (const char *before, const char *after, const char *expected)
{
  g_autoptr (GBytes) a = before != NULL ? g_bytes_new_static (before, strlen (before)) : NULL;
  g_autoptr (GBytes) b = after != NULL ? g_bytes_new_static (after, strlen (after)) : NULL;
  g_autofree char *diff = annex_draft_diff (a, b, "f");

  g_assert_cmpstr (diff, ==, expected);
}

static void
test_diff (void)
{
  g_autoptr (GBytes) binary = g_bytes_new_static ("a\0b", 3);
  g_autofree char *big = g_strnfill (1024 * 1024 + 1, 'x');

  assert_diff ("a\n", "a\n", "");
  assert_diff (NULL, "a\nb\n", "--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  assert_diff ("a\n", NULL, "--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
  assert_diff ("a", "a\n",
               "--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
  assert_diff ("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
               "--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  assert_diff ("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\ny\n",
               "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -9,4 +9,4 @@\n 9\n 10\n "
               "11\n-12\n+y\n");
  g_assert_null (annex_draft_diff (binary, NULL, "f"));
  assert_diff (big, NULL, NULL);
}

/* Applies a diff the simple way, so that random ones can be checked. */
static char *
apply_diff (const char *before, const char *diff)
{
  g_auto (GStrv) old = g_strsplit (before, "\n", -1);
  g_auto (GStrv) lines = g_strsplit (diff, "\n", -1);
  GString *result = g_string_new (NULL);
  guint at = 0, n = MAX (g_strv_length (old), 1) - 1;

  for (guint i = 2; *diff != '\0' && lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      if (lines[i][0] == '@')
        {
          guint start = (guint) g_ascii_strtoull (lines[i] + 4, NULL, 10);
          guint count = (guint) g_ascii_strtoull (strchr (lines[i], ',') + 1, NULL, 10);

          for (start -= count > 0; at < start; at++)
            g_string_append_printf (result, "%s\n", old[at]);
        }
      else
        {
          if (lines[i][0] != '+')
            g_assert_cmpstr (old[at++], ==, lines[i] + 1);
          if (lines[i][0] != '-')
            g_string_append_printf (result, "%s\n", lines[i] + 1);
        }
    }
  for (; at < n; at++)
    g_string_append_printf (result, "%s\n", old[at]);
  return g_string_free (result, FALSE);
}

static void
test_diff_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (int round = 0; round < 300; round++)
    {
      g_autoptr (GString) before = g_string_new (NULL);
      g_autoptr (GString) after = g_string_new (NULL);
      g_autoptr (GBytes) a = NULL;
      g_autoptr (GBytes) b = NULL;
      g_autofree char *diff = NULL;
      g_autofree char *applied = NULL;
      int length = g_rand_int_range (rand, 0, 60);

      for (int i = 0; i < length; i++)
        {
          int line = g_rand_int_range (rand, 0, 5), dice = g_rand_int_range (rand, 0, 10);

          if (dice != 0)
            g_string_append_printf (before, "%d\n", line);
          if (dice == 1)
            g_string_append_printf (after, "%d\n", line + 10);
          else if (dice != 2)
            g_string_append_printf (after, "%d\n", line);
        }
      a = g_bytes_new (before->str, before->len);
      b = g_bytes_new (after->str, after->len);
      diff = annex_draft_diff (a, b, "f");
      applied = apply_diff (before->str, diff);
      g_assert_cmpstr (applied, ==, after->str);
    }
}

static void
test_scan_speed (void)
{
  g_autoptr (DraftFixture) fixture = NULL;
  double seconds;

  fixture = draft_fixture_new (NULL);
  for (int i = 0; i < 200; i++)
    {
      g_autofree char *folder = g_strdup_printf ("folder-%d", i);

      draft_fixture_host_folder (fixture, folder, 0755);
      for (int j = 0; j < 100; j++)
        {
          g_autofree char *file = g_strdup_printf ("%s/file-%d.txt", folder, j);

          draft_fixture_host_file (fixture, file, "x", 0644);
        }
    }
  g_test_timer_start ();
  g_assert_true (annex_baseline_scan (fixture->baseline, fixture->root, 100000, NULL));
  seconds = g_test_timer_elapsed ();
  g_test_minimized_result (seconds, "scan of 20,000 files: %.3f s", seconds);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draft/kinds", test_kinds);
  g_test_add_func ("/draft/refused", test_refused);
  g_test_add_func ("/draft/renames", test_renames);
  g_test_add_func ("/draft/opaque-and-kinds", test_opaque_and_kinds);
  g_test_add_func ("/draft/conflicts", test_conflicts);
  g_test_add_func ("/draft/diff", test_diff);
  g_test_add_func ("/draft/diff-random", test_diff_random);
  g_test_add_func ("/baseline/json", test_baseline_json);
  g_test_add_func ("/baseline/view", test_baseline_view);
  g_test_add_func ("/baseline/limits", test_baseline_limits);
  if (g_test_perf ())
    g_test_add_func ("/baseline/speed", test_scan_speed);
  g_test_add_func ("/beneath/paths", test_beneath);
  g_test_add_func ("/beneath/other-names", test_other_names);
  return g_test_run ();
}
