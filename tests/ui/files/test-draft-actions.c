/* test-draft-actions.c
 *
 * Keeping, discarding and undoing where not all of it goes well: what is said of it, and what can
 * still be done.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-shot.h"
#include "files-fixture.h"

static GPtrArray *
draft_of (const char *const *paths)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);

  for (guint i = 0; paths[i] != NULL; i++)
    g_ptr_array_add (changes, change (ANNEX_CHANGE_CHANGED, paths[i], 120, 100));
  return changes;
}

/* A second folder beside the fixture's own, and two changes in each. Its share. (transfer full) */
static char *
open_two_folders (Fixture *self)
{
  g_autofree char *folder = NULL;
  char *second;

  fixture_open (self, 500, 700);
  folder = annex_fake_desk_make_folder (self->desk, "Travel", (const char *[]) { "t.txt", NULL });
  second = annex_fake_desk_share (self->desk, self->task, folder, ANNEX_SHARE_REVIEW);
  annex_fake_desk_set_draft (self->desk, self->task, self->share,
                             draft_of ((const char *[]) { "Amounts.csv", "Notes.txt", NULL }));
  annex_fake_desk_set_draft (self->desk, self->task, second,
                             draft_of ((const char *[]) { "Hotel.txt", "Train.txt", NULL }));
  assert_seen (self, "4 changes");
  return second;
}

static void
fail (Fixture *self, const char *function, const char *share)
{
  g_autofree char *key = g_strconcat (function, ":", share, NULL);

  annex_fake_desk_fail (
      self->desk, key,
      g_error_new (ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_DISK_FULL, "The disk is full"));
}

static char *
last_keep (Fixture *self)
{
  g_auto (GStrv) keeps = annex_task_dup_keeps (self->task);
  guint n = g_strv_length (keeps);

  g_assert_cmpuint (n, >, 0);
  return g_strdup (keeps[n - 1]);
}

/* The second folder fails: what was kept of the first is told, and Undo takes that back. */
static void
test_second_not_kept (void)
{
  Fixture self = { 0 };
  g_autofree char *second = open_two_folders (&self);
  g_autofree char *call = NULL;
  g_autofree char *keep = NULL;

  fail (&self, "keep", second);
  click (&self, "Keep All");
  assert_seen (&self, "2 changes kept, then this went wrong: The disk is full");
  annex_shot_take (self.window, "drafts-partly-kept");
  keep = last_keep (&self);
  call = g_strdup_printf ("undo:%s", keep);
  click (&self, "Undo");
  assert_called (&self, call);
  fixture_close (&self);
}

/* It is kept, and then the computer dies: it is kept, and can be taken back. */
static void
test_kept_and_failed (void)
{
  Fixture self = { 0 };
  g_autofree char *call = NULL;
  g_autofree char *keep = NULL;

  fixture_open (&self, 500, 700);
  annex_fake_desk_set_draft (self.desk, self.task, self.share,
                             draft_of ((const char *[]) { "Amounts.csv", "Notes.txt", NULL }));
  assert_seen (&self, "2 changes");
  fail (&self, "kept", self.share);
  click (&self, "Keep All");
  assert_seen (&self, "2 changes kept, then this went wrong: The disk is full");
  keep = last_keep (&self);
  call = g_strdup_printf ("undo:%s", keep);
  click (&self, "Undo");
  assert_called (&self, call);
  fixture_close (&self);
}

static void
test_second_not_discarded (void)
{
  Fixture self = { 0 };
  g_autofree char *second = open_two_folders (&self);

  fail (&self, "discard", second);
  click (&self, "Discard");
  assert_seen (&self, "Discard 4 Changes?");
  click (&self, "_Discard");
  assert_seen (&self, "2 changes discarded, then this went wrong: The disk is full");
  annex_shot_take (self.window, "drafts-partly-discarded");
  fixture_close (&self);
}

static GPtrArray *
undone (AnnexOutcome first, AnnexOutcome second)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_kept_free);
  const AnnexOutcome outcomes[] = { first, second };

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      AnnexKept *one = g_new0 (AnnexKept, 1);

      one->path = g_strdup (i == 0 ? "Amounts.csv" : "Notes.txt");
      one->action = g_strdup ("undo");
      one->outcome = outcomes[i];
      g_ptr_array_add (entries, one);
    }
  return entries;
}

/* Keeps two changes, and takes them back with what @second comes to. */
static void
keep_and_undo (Fixture *self, AnnexOutcome second)
{
  fixture_open (self, 500, 700);
  annex_fake_desk_set_draft (self->desk, self->task, self->share,
                             draft_of ((const char *[]) { "Amounts.csv", "Notes.txt", NULL }));
  assert_seen (self, "2 changes");
  click (self, "Keep All");
  assert_seen (self, "2 changes kept");
  annex_fake_desk_set_undone (self->desk, undone (ANNEX_OUTCOME_DONE, second));
  click (self, "Undo");
}

/* What could not be put back can be asked for again: there, and later in the history. */
static void
test_partly_undone (void)
{
  Fixture self = { 0 };
  g_autofree char *call = NULL;
  g_autofree char *keep = NULL;

  keep_and_undo (&self, ANNEX_OUTCOME_FAILED);
  assert_seen (&self, "1 taken back, 1 could not be taken back");
  annex_shot_take (self.window, "drafts-partly-undone");
  keep = last_keep (&self);
  annex_fake_desk_forget_calls (self.desk);
  call = g_strdup_printf ("undo:%s", keep);
  click (&self, "Try Again");
  assert_called (&self, call);
  assert_seen (&self, "Your files are as they were");
  fixture_close (&self);
}

static void
test_moved_since (void)
{
  Fixture self = { 0 };

  keep_and_undo (&self, ANNEX_OUTCOME_REFUSED);
  assert_seen (&self, "Undone. 1 file you changed since stays as it is");
  fixture_close (&self);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/draft-actions/second-not-kept", test_second_not_kept);
  g_test_add_func ("/ui/draft-actions/kept-and-failed", test_kept_and_failed);
  g_test_add_func ("/ui/draft-actions/second-not-discarded", test_second_not_discarded);
  g_test_add_func ("/ui/draft-actions/partly-undone", test_partly_undone);
  g_test_add_func ("/ui/draft-actions/moved-since", test_moved_since);
  return g_test_run ();
}
