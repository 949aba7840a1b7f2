/* test-drafts.c
 *
 * Keeping a draft while the guest, the agent or the user does something else: what is sent without
 * end or not at all, what is written once more, a folder that is taken back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agent-fixture.h"
#include "annex-admin-policy.h"
#include "annex-drafts-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_MS 300

typedef struct
{
  Fixture *f;
  AnnexShareMode mode; /* to be set */
  guint n_opened;
} Meanwhile;

static AnnexDrafts *
drafts_of (Fixture *f)
{
  return annex_workspace_get_drafts (f->workspace);
}

static char *
path_in (Fixture *f, const char *folder, const char *name)
{
  return g_build_filename (f->dir, folder, name, NULL);
}

/* The agent's @content at @path: new or written once more, which makes it another file. */
static void
agent_writes (Fixture *f, GPtrArray *upper, const char *path, const char *content)
{
  AnnexUpperEntry *entry = annex_upper_entry_new (path, ANNEX_UPPER_FILE);
  g_autofree char *file = path_in (f, "upper", path);
  g_autofree char *folder = g_path_get_dirname (file);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (file, content, -1, NULL));
  entry->mode = 0644;
  entry->size_bytes = strlen (content);
  entry->mtime_ns = 1700000000 * G_GINT64_CONSTANT (1000000000);
  entry->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, -1);
  for (guint i = 0; i < upper->len; i++)
    if (g_str_equal (((AnnexUpperEntry *) g_ptr_array_index (upper, i))->path, path))
      {
        g_ptr_array_remove_index (upper, i);
        break;
      }
  g_ptr_array_add (upper, entry);
}

static GPtrArray *
new_upper (Fixture *f)
{
  GPtrArray *upper = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);

  fake_computer_set_upper (f->computer, upper);
  return upper;
}

static AnnexUpperEntry *
find_upper (GPtrArray *upper, const char *path)
{
  for (guint i = 0; i < upper->len; i++)
    if (g_str_equal (((AnnexUpperEntry *) g_ptr_array_index (upper, i))->path, path))
      return g_ptr_array_index (upper, i);
  return NULL;
}

static DexFuture *
grant_fiber (gpointer data)
{
  Fixture *f = data;
  g_autofree char *folder = g_build_filename (f->dir, "shared", NULL);
  GError *error = NULL;
  g_autoptr (AnnexShare) share =
      annex_workspace_grant_folder (f->workspace, folder, ANNEX_SHARE_REVIEW, &error);

  g_assert_no_error (error);
  return dex_future_new_true ();
}

/* Shares the folder with its files as they are; returns the share's id. (transfer full) */
static char *
share_folder (Fixture *f)
{
  g_autoptr (GPtrArray) shares = NULL;
  g_autofree char *folder = g_build_filename (f->dir, "shared", NULL);

  g_mkdir_with_parents (folder, 0700);
  settle_ok (dex_scheduler_spawn (NULL, 0, grant_fiber, f, NULL));
  settle_ok (annex_drafts_prepare (drafts_of (f)));
  shares = annex_task_dup_shares (f->task);
  return g_strdup (annex_share_get_id (g_ptr_array_index (shares, 0)));
}

static void
host_file (Fixture *f, const char *name, const char *content)
{
  g_autofree char *folder = g_build_filename (f->dir, "shared", NULL);
  g_autofree char *path = path_in (f, "shared", name);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (
      g_file_set_contents_full (path, content, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

static void
assert_host (Fixture *f, const char *name, const char *expected)
{
  g_autofree char *path = path_in (f, "shared", name);
  g_autofree char *content = NULL;

  g_file_get_contents (path, &content, NULL, NULL);
  g_assert_cmpstr (content, ==, expected);
}

static AnnexOutcome
outcome_of (GPtrArray *kept, const char *path)
{
  for (guint i = 0; i < kept->len; i++)
    {
      const AnnexKept *one = g_ptr_array_index (kept, i);

      if (g_str_equal (one->path, path))
        return one->outcome;
    }
  g_error ("“%s” is not among what was kept", path);
}

/* What the future (taken) resolves to. (transfer full) */
static GPtrArray *
settle_boxed (DexFuture *future)
{
  g_autoptr (DexFuture) done = settle (future);
  GError *error = NULL;
  const GValue *value = dex_future_get_value (done, &error);

  g_assert_no_error (error);
  return g_value_dup_boxed (value);
}

static GPtrArray *
keep (Fixture *f, const char *share)
{
  return settle_boxed (annex_drafts_keep (drafts_of (f), share, NULL));
}

static void
assert_no_staging (Fixture *f)
{
  g_autofree char *staging =
      g_build_filename (f->dir, "tasks", annex_task_get_id (f->task), "staging", NULL);

  g_assert_false (g_file_test (staging, G_FILE_TEST_EXISTS));
}

/* ---- what the guest sends */

/* No more is taken than the guest said there is; the others are kept. */
static void
test_endless (Fixture *f, gconstpointer data)
{
  g_autofree char *share = share_folder (f);
  g_autoptr (GPtrArray) upper = new_upper (f);
  g_autoptr (GPtrArray) kept = NULL;
  g_autofree char *endless = path_in (f, "upper", "endless");

  agent_writes (f, upper, "endless", "text");
  agent_writes (f, upper, "other", "text");
  g_assert_cmpint (g_unlink (endless), ==, 0);
  g_assert_cmpint (symlink ("/dev/zero", endless), ==, 0);
  kept = keep (f, share);
  g_assert_cmpint (outcome_of (kept, "endless"), ==, ANNEX_OUTCOME_FAILED);
  g_assert_cmpint (outcome_of (kept, "other"), ==, ANNEX_OUTCOME_DONE);
  assert_host (f, "endless", NULL);
  assert_host (f, "other", "text");
  assert_no_staging (f);
}

static void
count_cb (const char *path, gpointer data)
{
  ((Meanwhile *) data)->n_opened++;
}

/* More than the disk holds, and sums that no number holds: nothing is fetched. */
static void
test_too_large (Fixture *f, gconstpointer data)
{
  static const guint64 sizes[] = { G_GUINT64_CONSTANT (1) << 60, G_MAXUINT64 - 2 };
  g_autofree char *share = share_folder (f);
  Meanwhile meanwhile = { f };

  fake_computer_set_open_hook (f->computer, count_cb, &meanwhile);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GPtrArray) upper = new_upper (f);

      agent_writes (f, upper, "one", "text");
      agent_writes (f, upper, "two", "text");
      find_upper (upper, "one")->size_bytes = sizes[i];
      settle_error (annex_drafts_keep (drafts_of (f), share, NULL), ANNEX_KEEP_ERROR,
                    ANNEX_KEEP_ERROR_DISK_FULL);
    }
  g_assert_cmpuint (meanwhile.n_opened, ==, 0);
  assert_host (f, "two", NULL);
  assert_no_staging (f);
}

static gboolean
drip_cb (gpointer data)
{
  g_assert_cmpint (write (GPOINTER_TO_INT (data), "x", 1), ==, 1);
  return G_SOURCE_CONTINUE;
}

/* Nothing comes, or a byte now and then: the draft's other operations need not wait for ever. */
static void
check_slow (Fixture *f, gboolean drips)
{
  g_autofree char *share = share_folder (f);
  g_autoptr (GPtrArray) upper = new_upper (f);
  g_autofree char *slow = path_in (f, "upper", "slow");
  g_autofree char *text = g_strnfill (100000, 'x');
  guint source = 0;
  int end;

  agent_writes (f, upper, "slow", text);
  g_assert_cmpint (g_unlink (slow), ==, 0);
  g_assert_cmpint (mkfifo (slow, 0600), ==, 0);
  end = open (slow, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (end, >=, 0);
  if (drips)
    source = g_timeout_add (PATIENCE_MS / 10, drip_cb, GINT_TO_POINTER (end));
  annex_drafts_set_patience (PATIENCE_MS);
  settle_error (annex_drafts_keep (drafts_of (f), share, NULL), G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  settle_error (annex_drafts_diff (drafts_of (f), share, "slow"), G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  settle_ok (annex_drafts_list (drafts_of (f), share));
  annex_drafts_set_patience (30000);
  assert_host (f, "slow", NULL);
  assert_no_staging (f);
  if (drips)
    g_source_remove (source);
  g_assert_cmpint (g_close (end, NULL), ==, TRUE); /* ends the read */
}

static void
test_stalled (Fixture *f, gconstpointer data)
{
  check_slow (f, FALSE);
}

static void
test_dripping (Fixture *f, gconstpointer data)
{
  check_slow (f, TRUE);
}

/* ---- what the user does */

static void
revoke_cb (const char *path, gpointer data)
{
  Meanwhile *meanwhile = data;
  Fixture *f = meanwhile->f;
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (f->task);
  g_autofree char *id = NULL;
  GError *error = NULL;

  if (meanwhile->n_opened++ > 0)
    return;
  id = g_strdup (annex_share_get_id (g_ptr_array_index (shares, 0)));
  g_clear_pointer (&shares, g_ptr_array_unref);
  if (meanwhile->mode == ANNEX_SHARE_READ_ONLY)
    annex_workspace_set_share_mode (f->workspace, id, ANNEX_SHARE_READ_ONLY, &error);
  else
    annex_workspace_revoke_share (f->workspace, id, &error);
  g_assert_no_error (error);
}

/* While the agent's files come, the user takes the folder back, or lets it only be read. */
static void
check_taken_back (Fixture *f, AnnexShareMode mode, AnnexKeepError code)
{
  g_autofree char *share = share_folder (f);
  g_autoptr (GPtrArray) upper = new_upper (f);
  Meanwhile meanwhile = { f, mode, 0 };

  agent_writes (f, upper, "new", "text");
  fake_computer_set_open_hook (f->computer, revoke_cb, &meanwhile);
  settle_error (annex_drafts_keep (drafts_of (f), share, NULL), ANNEX_KEEP_ERROR, (int) code);
  g_assert_cmpuint (meanwhile.n_opened, ==, 1);
  assert_host (f, "new", NULL);
  assert_no_staging (f);
}

static void
test_revoked (Fixture *f, gconstpointer data)
{
  check_taken_back (f, ANNEX_SHARE_REVIEW, ANNEX_KEEP_ERROR_NOT_FOUND);
}

static void
test_read_only (Fixture *f, gconstpointer data)
{
  check_taken_back (f, ANNEX_SHARE_READ_ONLY, ANNEX_KEEP_ERROR_READ_ONLY);
}

/* ---- what the agent does */

static GPtrArray *
upper_with_folder (Fixture *f)
{
  GPtrArray *upper = new_upper (f);
  AnnexUpperEntry *folder = annex_upper_entry_new ("made", ANNEX_UPPER_FOLDER);

  folder->mode = 0755;
  g_ptr_array_add (upper, folder);
  return upper;
}

/* Once all of them are being read, a command that runs writes on. */
static void
write_on_cb (const char *path, gpointer data)
{
  Meanwhile *meanwhile = data;
  g_autoptr (GPtrArray) upper = NULL;

  if (++meanwhile->n_opened != 3)
    return;
  upper = upper_with_folder (meanwhile->f);
  agent_writes (meanwhile->f, upper, "added", "one");
  agent_writes (meanwhile->f, upper, "changed", "two");
  agent_writes (meanwhile->f, upper, "made/a", "one");
  agent_writes (meanwhile->f, upper, "made/b", "two");
}

static void
test_written_on (Fixture *f, gconstpointer data)
{
  g_autofree char *share = NULL;
  g_autoptr (GPtrArray) upper = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  Meanwhile meanwhile = { f };

  host_file (f, "changed", "original");
  share = share_folder (f);
  upper = upper_with_folder (f);
  agent_writes (f, upper, "added", "one");
  agent_writes (f, upper, "changed", "one");
  agent_writes (f, upper, "made/a", "one");
  fake_computer_set_open_hook (f->computer, write_on_cb, &meanwhile);
  kept = keep (f, share);
  g_assert_cmpint (outcome_of (kept, "changed"), ==, ANNEX_OUTCOME_DONE);
  assert_host (f, "changed", "one");
  assert_host (f, "made/a", "one");
  assert_host (f, "made/b", NULL);
  g_clear_pointer (&kept, g_ptr_array_unref);

  /* What is newer is the draft now, of what was kept. */
  rest = annex_drafts_dup_changes (drafts_of (f), share);
  g_assert_cmpuint (rest->len, ==, 2);
  g_assert_cmpstr (((AnnexChange *) g_ptr_array_index (rest, 0))->path, ==, "changed");
  g_assert_cmpstr (((AnnexChange *) g_ptr_array_index (rest, 1))->path, ==, "made/b");
  fake_computer_set_open_hook (f->computer, NULL, NULL);
  kept = keep (f, share);
  g_assert_cmpint (outcome_of (kept, "changed"), ==, ANNEX_OUTCOME_DONE);
  assert_host (f, "changed", "two");
  assert_host (f, "made/b", "two");
}

/* A copy that is the user's file goes, unless the agent changes it at that moment. */
static void
test_unchanged_written_on (Fixture *f, gconstpointer data)
{
  g_autofree char *path = path_in (f, "shared", "same");
  g_autofree char *share = NULL;
  g_autoptr (GPtrArray) upper = NULL;
  g_autoptr (GPtrArray) next =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);
  struct timespec times[2] = { { 1700000000, 0 }, { 1700000000, 0 } };

  host_file (f, "same", "original");
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  share = share_folder (f);
  upper = new_upper (f);
  agent_writes (f, upper, "same", "original");
  agent_writes (f, next, "same", "newer");
  fake_computer_set_next_upper (f->computer, next);
  settle_ok (annex_drafts_list (drafts_of (f), share));
  g_assert_cmpuint (fake_computer_get_n_forgotten (f->computer), ==, 0);
  g_assert_nonnull (find_upper (next, "same"));
  settle_ok (annex_drafts_update (drafts_of (f)));
  g_assert_cmpuint (fake_computer_get_n_forgotten (f->computer), ==, 0);
  agent_writes (f, next, "same", "original");
  settle_ok (annex_drafts_update (drafts_of (f)));
  g_assert_cmpuint (fake_computer_get_n_forgotten (f->computer), ==, 1);
}

/* ---- the next process */

/* What there is of the draft, as the next Annex finds it. (transfer full) */
static AnnexDrafts *
next_process (Fixture *f)
{
  return annex_drafts_new (f->task, ANNEX_COMPUTER (f->computer), f->dir);
}

/* Annex is killed when a keep has changed the folder, before it has noted that; then the agent does
 * its work again, and some more. */
static void
test_killed_while_kept (Fixture *f, gconstpointer data)
{
  g_autofree char *share = NULL;
  g_autoptr (GPtrArray) upper = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (AnnexDrafts) next = next_process (f);

  host_file (f, "again", "original");
  host_file (f, "more", "original");
  share = share_folder (f);
  upper = new_upper (f);
  agent_writes (f, upper, "again", "first");
  agent_writes (f, upper, "more", "first");
  settle_ok (annex_drafts_update (drafts_of (f)));
  host_file (f, "again", "first");
  host_file (f, "more", "first");
  settle_ok (annex_drafts_prepare (next));
  g_assert_cmpuint (upper->len, ==, 0);
  agent_writes (f, upper, "again", "first");
  agent_writes (f, upper, "more", "second");
  kept = settle_boxed (annex_drafts_keep (next, share, NULL));
  g_assert_cmpint (outcome_of (kept, "more"), ==, ANNEX_OUTCOME_DONE);
  for (guint i = 0; i < kept->len; i++)
    g_assert_cmpint (((AnnexKept *) g_ptr_array_index (kept, i))->outcome, ==, ANNEX_OUTCOME_DONE);
  assert_host (f, "again", "first");
  assert_host (f, "more", "second");
}

/* Annex is killed in the middle of a command; then the user writes. */
static void
test_killed_at_work (Fixture *f, gconstpointer data)
{
  g_autofree char *share = NULL;
  g_autoptr (GPtrArray) upper = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (AnnexDrafts) next = next_process (f);

  host_file (f, "both", "original");
  host_file (f, "agents", "original");
  share = share_folder (f);
  upper = new_upper (f);
  agent_writes (f, upper, "both", "of the agent");
  agent_writes (f, upper, "agents", "of the agent");
  host_file (f, "both", "of the user");
  settle_ok (annex_drafts_prepare (next));
  kept = settle_boxed (annex_drafts_keep (next, share, NULL));
  g_assert_cmpint (outcome_of (kept, "both"), ==, ANNEX_OUTCOME_KEPT_BOTH);
  g_assert_cmpint (outcome_of (kept, "agents"), ==, ANNEX_OUTCOME_DONE);
  assert_host (f, "both", "of the user");
  assert_host (f, "agents", "of the agent");
}

/* The user wrote the very same: there is nothing to decide, whatever the time. */
static void
test_same_content (Fixture *f, gconstpointer data)
{
  g_autofree char *share = NULL;
  g_autoptr (GPtrArray) upper = NULL;
  g_autoptr (GPtrArray) changes = NULL;

  host_file (f, "same", "original");
  share = share_folder (f);
  upper = new_upper (f);
  agent_writes (f, upper, "same", "equal");
  host_file (f, "same", "equal");
  changes = settle_boxed (annex_drafts_list (drafts_of (f), share));
  g_assert_cmpuint (changes->len, ==, 0);
  g_assert_cmpuint (upper->len, ==, 0);
}

/* An administrator's rule that is newer than the folder holds for its draft, too: a draft that the
 * guest wrote all the same is not kept. */
static void
test_forbidden (Fixture *f, gconstpointer data)
{
  static const char rules[] = "{\"share_modes\": [\"read-only\"]}";
  g_autoptr (AnnexAdminPolicy) policy = annex_admin_policy_parse ("test.json", rules, -1);
  g_autoptr (GPtrArray) upper = NULL;
  g_autofree char *share = NULL;

  host_file (f, "report", "original");
  share = share_folder (f);
  upper = new_upper (f);
  agent_writes (f, upper, "report", "changed");
  annex_admin_policy_set (policy);
  settle_error (annex_drafts_keep (drafts_of (f), share, NULL), ANNEX_ADMIN_ERROR,
                ANNEX_ADMIN_ERROR_SHARE);
  assert_host (f, "report", "original");
  settle_ok (annex_drafts_update (drafts_of (f)));
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_DRAFT_CHANGED), ==, 0);
  annex_admin_policy_set (NULL);
  settle_ok (annex_drafts_keep (drafts_of (f), share, NULL));
  assert_host (f, "report", "changed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("drafts/endless", test_endless);
  ADD ("drafts/too-large", test_too_large);
  ADD ("drafts/stalled", test_stalled);
  ADD ("drafts/dripping", test_dripping);
  ADD ("drafts/revoked", test_revoked);
  ADD ("drafts/read-only", test_read_only);
  ADD ("drafts/forbidden", test_forbidden);
  ADD ("drafts/written-on", test_written_on);
  ADD ("drafts/killed-while-kept", test_killed_while_kept);
  ADD ("drafts/killed-at-work", test_killed_at_work);
  ADD ("drafts/same-content", test_same_content);
  ADD ("drafts/unchanged-written-on", test_unchanged_written_on);
  return g_test_run ();
}
