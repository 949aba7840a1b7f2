/* test-keep-crash.c
 *
 * Kills the process at every point of a keep and of an undo: afterwards, repaired as at the next
 * start, each entry is as before or as after, nothing is left over, and undo gives everything back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draft-fixture.h"

#include "annex-beneath.h"
#include "annex-keep-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static guint points_left;

static void
die_at_point (const char *what)
{
  if (points_left-- == 0)
    _exit (99);
}

/* One of each kind, and the combinations that meet in one folder. */
static DraftFixture *
make_fixture (const char *undo_base)
{
  DraftFixture *fixture = draft_fixture_new (undo_base);

  draft_fixture_host_file (fixture, "changed", "the original", 0640);
  draft_fixture_host_file (fixture, "deleted", "to be deleted", 0600);
  draft_fixture_host_file (fixture, "old", "content that stays", 0644);
  draft_fixture_host_file (fixture, "mode", "mode", 0644);
  draft_fixture_host_link (fixture, "link", "changed");
  draft_fixture_host_folder (fixture, "tree", 0755);
  draft_fixture_host_file (fixture, "tree/a", "a of the tree", 0644);
  draft_fixture_host_file (fixture, "tree/out", "moves out of the tree", 0644);
  draft_fixture_host_folder (fixture, "tree/sub", 0700);
  draft_fixture_host_file (fixture, "tree/sub/b", "b", 0400);
  draft_fixture_host_file (fixture, "to-folder", "a file", 0644);
  draft_fixture_host_folder (fixture, "to-file", 0755);
  draft_fixture_host_file (fixture, "to-file/inner", "inner", 0644);
  draft_fixture_settle (fixture);

  draft_fixture_file (fixture, "changed", "the agent's version", 0640);
  draft_fixture_whiteout (fixture, "deleted");
  draft_fixture_whiteout (fixture, "old");
  draft_fixture_file (fixture, "new", "content that stays", 0644);
  draft_fixture_file (fixture, "mode", "mode", 0755);
  draft_fixture_link (fixture, "link", "new");
  draft_fixture_whiteout (fixture, "tree");
  draft_fixture_folder (fixture, "made", TRUE);
  draft_fixture_file (fixture, "made/file", "made", 0644);
  draft_fixture_file (fixture, "made/out", "moves out of the tree", 0644);
  draft_fixture_folder (fixture, "to-folder", TRUE);
  draft_fixture_file (fixture, "to-folder/x", "x", 0644);
  draft_fixture_file (fixture, "to-file", "a file now", 0644);
  return fixture;
}

/* FALSE when the work was done before the point was reached. */
static gboolean
crashes_at (guint point, void (*work) (DraftFixture *fixture), DraftFixture *fixture)
{
  int status;
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      points_left = point;
      annex_keep_set_hook (die_at_point);
      work (fixture);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_true (WEXITSTATUS (status) == 99 || WEXITSTATUS (status) == 0);
  return WEXITSTATUS (status) == 99;
}

static void
keep_work (DraftFixture *fixture)
{
  g_autoptr (GPtrArray) changes = draft_fixture_compute (fixture);
  g_autoptr (GPtrArray) kept = draft_fixture_keep (fixture, "k1", changes);

  g_assert_nonnull (kept);
}

static void
undo_work (DraftFixture *fixture)
{
  /* Nothing to undo is fine where a crash rolled the keep back. */
  g_autoptr (GPtrArray) undone = annex_keep_undo (fixture->undo_dir, "k1", NULL, NULL);
}

/* Without the times of folders: "is it there, and what is it?" */
static gboolean
same_entry (const char *a, const char *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  if (g_str_has_prefix (a, "40") && g_str_has_prefix (b, "40"))
    return strncmp (a, b, 5) == 0;
  return g_str_equal (a, b);
}

/* Every path that is there now is there before or after, and the same; every path that is there
 * both before and after, the same, is there. */
static void
assert_between (GHashTable *before, GHashTable *after, GHashTable *now, guint point)
{
  GHashTableIter iter;
  const char *path, *line;

  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, (gpointer *) &line))
    if (!same_entry (line, g_hash_table_lookup (before, path)) &&
        !same_entry (line, g_hash_table_lookup (after, path)))
      g_error ("Point %u: “%s” is neither as before nor as after: %s", point, path, line);
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, (gpointer *) &line))
    if (g_hash_table_contains (after, path) && !g_hash_table_contains (now, path))
      g_error ("Point %u: “%s” is lost", point, path);
}

/* Nothing may be lost: what the user had is in the folder or comes back by undo. */
static void
check_keep (const char *undo_base, guint every)
{
  g_autoptr (GHashTable) after = NULL;
  gboolean crashed = TRUE;
  guint point;

  {
    g_autoptr (DraftFixture) fixture = make_fixture (undo_base);

    keep_work (fixture);
    after = draft_fixture_snapshot (fixture->root);
    undo_work (fixture);
  }
  for (point = 0; crashed; point += every)
    {
      g_autoptr (DraftFixture) fixture = make_fixture (undo_base);
      g_autoptr (GHashTable) before = draft_fixture_snapshot (fixture->root);
      g_autoptr (GHashTable) now = NULL;
      g_autoptr (GHashTable) end = NULL;
      g_autoptr (GPtrArray) undone = NULL;
      g_autoptr (GError) error = NULL;

      crashed = crashes_at (point, keep_work, fixture);
      g_assert_cmpint (annex_keep_recover (fixture->undo_dir, &error), >=, 0);
      g_assert_no_error (error);
      now = draft_fixture_snapshot (fixture->root);
      assert_between (before, after, now, point);
      undone = annex_keep_undo (fixture->undo_dir, "k1", NULL, &error);
      if (undone == NULL)
        g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND);
      end = draft_fixture_snapshot (fixture->root);
      draft_fixture_assert_same (before, end);
      g_assert_cmpint (annex_keep_recover (fixture->undo_dir, NULL), ==, 0);
    }
  g_test_message ("%u points", point);
  g_assert_cmpuint (point, >, 50);
}

static void
check_undo (const char *undo_base, guint every)
{
  gboolean crashed = TRUE;
  guint point;

  for (point = 0; crashed; point += every)
    {
      g_autoptr (DraftFixture) fixture = make_fixture (undo_base);
      g_autoptr (GHashTable) before = draft_fixture_snapshot (fixture->root);
      g_autoptr (GHashTable) now = NULL;
      g_autoptr (GPtrArray) undone = NULL;

      keep_work (fixture);
      crashed = crashes_at (point, undo_work, fixture);
      if (crashed)
        {
          g_assert_cmpint (annex_keep_recover (fixture->undo_dir, NULL), >=, 0);
          /* Dying before the journal knew of the undo left the keep as it was. */
          undone = annex_keep_undo (fixture->undo_dir, "k1", NULL, NULL);
          if ((undone != NULL) != (point == 0))
            g_error ("Point %u: %s", point,
                     undone != NULL ? "it was not undone" : "there was no undo");
        }
      now = draft_fixture_snapshot (fixture->root);
      draft_fixture_assert_same (before, now);
    }
  g_test_message ("%u points", point);
  g_assert_cmpuint (point, >, 20);
}

/* The first repair dies as well. */
static void
recover_work (DraftFixture *fixture)
{
  g_assert_cmpint (annex_keep_recover (fixture->undo_dir, NULL), >=, 0);
}

static void
test_twice (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (int round = 0; round < 60; round++)
    {
      g_autoptr (DraftFixture) fixture = make_fixture (NULL);
      g_autoptr (GHashTable) before = draft_fixture_snapshot (fixture->root);
      g_autoptr (GHashTable) end = NULL;
      g_autoptr (GPtrArray) undone = NULL;

      crashes_at ((guint) g_rand_int_range (rand, 5, 90), keep_work, fixture);
      crashes_at ((guint) g_rand_int_range (rand, 0, 4), recover_work, fixture);
      recover_work (fixture);
      crashes_at ((guint) g_rand_int_range (rand, 0, 40), undo_work, fixture);
      crashes_at ((guint) g_rand_int_range (rand, 0, 30), recover_work, fixture);
      recover_work (fixture);
      undone = annex_keep_undo (fixture->undo_dir, "k1", NULL, NULL);
      end = draft_fixture_snapshot (fixture->root);
      draft_fixture_assert_same (before, end);
    }
}

static void
test_keep (void)
{
  check_keep (NULL, 1);
}

static void
test_undo (void)
{
  check_undo (NULL, 1);
}

static void
test_elsewhere (void)
{
  g_autofree char *other = g_strdup ("/var/tmp/annex-undo-XXXXXX");

  if (g_mkdtemp (other) == NULL)
    {
      g_test_skip ("There is no second file system to write to");
      return;
    }
  check_keep (other, 3);
  check_undo (other, 3);
  annex_beneath_remove (AT_FDCWD, other);
}

/* Everything cut off the journal, byte by byte, is a journal a crash can leave. */
static void
test_torn_journal (void)
{
  g_autoptr (DraftFixture) fixture = make_fixture (NULL);
  g_autofree char *path = g_build_filename (fixture->undo_dir, "k1", "journal", NULL);
  g_autofree char *text = NULL;
  gsize length;

  keep_work (fixture);
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  for (gsize cut = length; cut > 0; cut -= MIN (cut, 61))
    {
      g_autoptr (AnnexKeepStore) store = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, text, (gssize) cut, NULL));
      store = annex_keep_store_open (fixture->undo_dir, "k1", &error);
      g_assert_no_error (error);
      g_assert_true (store->steps->len <= 20);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("annex-keep-data-XXXXXX", NULL);
  int status;

  /* Hundreds of keeps, each of which waits for the disk: in memory where there is a place. */
  if (access ("/dev/shm", W_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", TRUE);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keep-crash/keep", test_keep);
  g_test_add_func ("/keep-crash/undo", test_undo);
  g_test_add_func ("/keep-crash/elsewhere", test_elsewhere);
  g_test_add_func ("/keep-crash/twice", test_twice);
  g_test_add_func ("/keep-crash/torn-journal", test_torn_journal);
  status = g_test_run ();
  annex_beneath_remove (AT_FDCWD, data);
  return status;
}
