/* test-vm-checkpoint.c
 *
 * Checkpoints of a task with a real virtual machine: disk, memory, programs and drafts come back as
 * one, what was taken back stays away, what was kept stays kept, and a copy is another computer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-checkpoint-store.h"
#include "annex-json-build.h"
#include "annex-workspace-checkpoints.h"
#include "computer-fixture.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

/* All tests use this task, so that its computer starts once. */
static AnnexStore *store;
static AnnexInbox *inbox;
static AnnexTask *task;
static AnnexWorkspace *workspace;
static AnnexComputer *computer;
static char *folder;
static char *first; /* the checkpoint of /vm-checkpoint/made */

static AnnexWorkspace *
new_workspace (AnnexTask *of, AnnexComputer *its)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();

  return annex_workspace_new (of, its, inbox, policy, NULL, NULL, NULL);
}

static AnnexDrafts *
drafts (void)
{
  return annex_workspace_get_drafts (workspace);
}

static const char *
share_id (AnnexTask *of)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (of);

  g_assert_cmpuint (shares->len, ==, 1);
  return annex_share_get_id (g_ptr_array_index (shares, 0));
}

/* What a tool call does before and after it runs @command as the agent. */
static void
work (const char *command)
{
  g_autofree char *out = NULL;

  await_true (annex_drafts_prepare (drafts ()));
  out = await_output (computer, command);
  await_true (annex_drafts_update (drafts ()));
}

static char *
host_text (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

/* The change at @path of the draft as it is now; NULL when there is none. */
static AnnexChange *
await_change (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) changes =
      dex_await_boxed (annex_drafts_list (drafts (), share_id (task)), &error);

  g_assert_no_error (error);
  for (guint i = 0; i < changes->len; i++)
    if (g_str_equal (((AnnexChange *) g_ptr_array_index (changes, i))->path, path))
      return annex_change_copy (g_ptr_array_index (changes, i));
  return NULL;
}

static AnnexEvent *
await_last_event (AnnexTask *of, AnnexEventType type)
{
  g_autoptr (GPtrArray) events =
      dex_await_boxed (annex_store_list_events (store, annex_task_get_id (of), 0, 0), NULL);
  AnnexEvent *last = NULL;

  for (guint i = 0; i < events->len; i++)
    if (annex_event_get_event_type (g_ptr_array_index (events, i)) == type)
      last = g_ptr_array_index (events, i);
  return last != NULL ? annex_event_ref (last) : NULL;
}

/* ---------------------------------------------------------------- the tests, in this order */

static void
body_of_start (void)
{
  g_autofree char *db = g_build_filename (fixture_root (), "tasks.db", NULL);
  g_autoptr (AnnexShare) share = NULL;

  store = dex_await_object (annex_store_open (db), NULL);
  g_assert_nonnull (store);
  inbox = annex_inbox_new (store);
  task =
      dex_await_object (annex_task_create (store, "Receipts", "tour", "m", NULL, "s", "[]"), NULL);
  g_assert_nonnull (task);
  computer = annex_computers_get (fixture_computers (), annex_task_get_id (task), NULL);
  workspace = new_workspace (task, computer);
  folder = g_build_filename (fixture_root (), "shared", "Receipts", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  share = annex_workspace_grant_folder (workspace, folder, ANNEX_SHARE_REVIEW, NULL);
  g_assert_nonnull (share);
}

/* Nothing was ever there: nothing is kept, and nothing is left of the attempt. */
static void
test_nothing_yet (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexCheckpoint) none =
      annex_workspace_checkpoint (workspace, NULL, ANNEX_CHECKPOINT_MANUAL, &error);
  g_autoptr (GPtrArray) all = annex_checkpoint_store_list (annex_task_get_id (task));

  g_assert_null (none);
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND);
  g_assert_cmpuint (all->len, ==, 0);
}

static void
test_made (void)
{
  g_autoptr (AnnexCheckpoint) made = NULL;
  g_autoptr (AnnexEvent) event = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start_us;

  await_started (computer);
  work ("echo one >~/note; echo memory >/dev/shm/note; echo v1 >/folders/Receipts/report.txt; "
        "setsid sh -c 'i=0; while :; do i=$((i+1)); echo $i >/tmp/count; sleep 0.1; done' "
        "</dev/null >/dev/null 2>&1 & echo $! >~/pid");
  start_us = g_get_monotonic_time ();
  made =
      annex_workspace_checkpoint (workspace, "Before the report", ANNEX_CHECKPOINT_MANUAL, &error);
  g_assert_no_error (error);
  g_test_message ("measured: checkpoint of a ready computer, ready again: %.2f s; %.0f MB on disk",
                  seconds_since (start_us), (double) made->size_bytes / 1e6);
  g_assert_true (made->memory);
  g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_READY);
  event = await_last_event (task, ANNEX_EVENT_CHECKPOINT_MADE);
  g_assert_nonnull (event);
  /* It goes on as if nothing had been: programs, memory, the folder. */
  assert_output (computer,
                 "cat ~/note /dev/shm/note /folders/Receipts/report.txt; "
                 "kill -0 $(cat ~/pid) && echo runs",
                 "one\nmemory\nv1\nruns");
  first = g_strdup (made->id);
}

/* Files, programs and the draft of then are back; what the user kept since is marked and safe. */
static void
test_back (void)
{
  g_autoptr (AnnexChange) change = NULL;
  g_autoptr (AnnexEvent) event = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autofree char *before = NULL;
  g_autofree char *text = NULL;
  g_autofree char *now = NULL;
  gint64 start_us;

  work ("echo two >~/note; rm /dev/shm/note; kill $(cat ~/pid); echo v2 "
        ">/folders/Receipts/report.txt; "
        "echo later >/folders/Receipts/later.txt");
  kept = dex_await_boxed (
      annex_drafts_keep (drafts (), share_id (task), (const char *[]) { "report.txt", NULL }),
      &error);
  g_assert_no_error (error);
  g_assert_cmpuint (kept->len, ==, 1);

  start_us = g_get_monotonic_time ();
  g_assert_true (annex_workspace_roll_back (workspace, first, &before, &error));
  g_assert_no_error (error);
  g_test_message ("measured: going back, with the present state kept and the drafts read: %.2f s",
                  seconds_since (start_us));
  g_assert_nonnull (before);
  assert_output (computer, "cat ~/note /dev/shm/note; kill -0 $(cat ~/pid) && echo runs",
                 "one\nmemory\nruns");
  now = await_output (computer, "date +%s");
  g_assert_cmpint (ABS (g_ascii_strtoll (now, NULL, 10) - g_get_real_time () / G_USEC_PER_SEC), <=,
                   3);
  /* The kept file stays; the older version is a draft again, marked, and can overwrite nothing. */
  text = host_text ("report.txt");
  g_assert_cmpstr (text, ==, "v2\n");
  change = await_change ("report.txt");
  g_assert_nonnull (change);
  g_assert_true (change->conflict);
  g_assert_nonnull (change->reason);
  g_assert_null (await_change ("later.txt"));
  event = await_last_event (task, ANNEX_EVENT_ROLLED_BACK);
  g_assert_nonnull (event);
  g_assert_nonnull (strstr (annex_json_opt_string (annex_event_get_data (event), "text", ""),
                            "/folders/Receipts/report.txt"));
  g_assert_null (annex_task_get_rolling_back (task));

  /* And forward again. */
  g_assert_true (annex_workspace_roll_back (workspace, before, NULL, &error));
  g_assert_no_error (error);
  assert_output (computer, "cat ~/note; cat /folders/Receipts/later.txt", "two\nlater");
}

/* A folder that was taken back is not there in what was kept before. */
static void
test_revoked (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = g_strdup (share_id (task));

  g_assert_true (annex_workspace_revoke_share (workspace, id, &error));
  g_assert_no_error (error);
  g_assert_true (annex_workspace_roll_back (workspace, first, NULL, &error));
  g_assert_no_error (error);
  assert_output (computer, "cat ~/note; ls -A /folders | wc -l; grep -c virtiofs /proc/mounts || :",
                 "one\n0\n0");
}

/* Every copy has the files and programs of then, and an identity of its own: two of them, or as
 * many as ANNEX_TEST_FORKS says. */
static void
test_copies (void)
{
  static const char identity[] =
      "cat /etc/machine-id; sha256sum </etc/annex/ssh_host_ed25519_key.pub; "
      "head -c 16 /dev/urandom | sha256sum";
  const char *wanted = g_getenv ("ANNEX_TEST_FORKS");
  guint n = wanted != NULL ? (guint) atoi (wanted) : 2;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *own = await_output (computer, identity);
  g_auto (GStrv) own_lines = g_strsplit (own, "\n", -1);

  for (guint i = 0; own_lines[i] != NULL; i++)
    g_hash_table_add (seen, g_strdup (own_lines[i]));
  await_true (annex_computer_save (computer));
  for (guint i = 0; i < n; i++)
    {
      gint64 start_us = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;
      g_autofree char *id = annex_workspace_fork (workspace, first, NULL, &error);
      g_autoptr (AnnexTask) copy_task = NULL;
      g_autoptr (AnnexComputer) copy = NULL;
      g_autofree char *out = NULL;
      g_auto (GStrv) lines = NULL;
      double made_s = seconds_since (start_us);

      g_assert_no_error (error);
      copy_task = dex_await_object (annex_task_load (store, id), NULL);
      g_assert_nonnull (copy_task);
      copy = annex_computers_get (fixture_computers (), id, NULL);
      g_assert_cmpint (annex_computer_get_state (copy), ==, ANNEX_COMPUTER_SAVED);
      start_us = g_get_monotonic_time ();
      await_started (copy);
      if (i == 0)
        g_test_message ("measured: a copy made %.2f s, started with a new identity %.2f s", made_s,
                        seconds_since (start_us));
      assert_output (copy,
                     "cat ~/note /dev/shm/note; kill -0 $(cat ~/pid) && echo runs; "
                     "ls -A /folders | wc -l",
                     "one\nmemory\nruns\n0");
      out = await_output (copy, identity);
      lines = g_strsplit (out, "\n", -1);
      g_assert_cmpuint (g_strv_length (lines), ==, 3);
      for (guint j = 0; lines[j] != NULL; j++)
        g_assert_true (g_hash_table_add (seen, g_strdup (lines[j])));
      /* Only the first start makes it new. */
      if (i == 0)
        {
          await_true (annex_computer_save (copy));
          await_started (copy);
          assert_output (copy, "cat /etc/machine-id", lines[0]);
        }
      await_true (annex_computers_delete (fixture_computers (), id));
    }
}

/* A computer that is off has a disk and no memory; a checkpoint of it boots. */
static void
test_files_only (void)
{
  g_autoptr (AnnexCheckpoint) made = NULL;
  g_autoptr (GError) error = NULL;

  await_true (annex_computer_stop (computer));
  made = annex_workspace_checkpoint (workspace, NULL, ANNEX_CHECKPOINT_MANUAL, &error);
  g_assert_no_error (error);
  g_assert_false (made->memory);
  g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_OFF);
  g_assert_true (annex_workspace_roll_back (workspace, made->id, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_OFF);
  /* An emulated boot may say nothing for long where others need the processors. */
  annex_vm_set_stall_limit (ANNEX_VM (computer), 180000);
  await_started (computer);
  assert_output (computer, "cat ~/note; test -e /dev/shm/note || echo booted", "one\nbooted");
}

/* Free Space takes them along, and no more than the limit were ever kept. */
static void
body_of_end (void)
{
  g_autoptr (GPtrArray) all = annex_checkpoint_store_list (annex_task_get_id (task));

  g_assert_cmpuint (all->len, >, 2);
  g_assert_cmpuint (all->len, <=, ANNEX_CHECKPOINT_MAX);
  await_true (annex_computer_reset (computer));
  g_ptr_array_unref (all);
  all = annex_checkpoint_store_list (annex_task_get_id (task));
  g_assert_cmpuint (all->len, ==, 0);
  g_clear_object (&workspace);
  g_clear_object (&computer);
  g_clear_object (&task);
  g_clear_object (&inbox);
  await_true (annex_store_close (store));
  g_clear_object (&store);
  g_clear_pointer (&folder, g_free);
  g_clear_pointer (&first, g_free);
}

/* Ten minutes each: the first one makes the template, and many copies take their time. */
static void
run_body (gconstpointer body)
{
  fixture_run_body ((void (*) (void)) body);
}

static void
add (const char *path, void (*body) (void))
{
  g_test_add_data_func (path, (gconstpointer) body, run_body);
}

int
main (int argc, char **argv)
{
  int status;

  if (!fixture_init (&argc, &argv, &status))
    return status;
  add ("/vm-checkpoint/start", body_of_start);
  add ("/vm-checkpoint/nothing-yet", test_nothing_yet);
  add ("/vm-checkpoint/made", test_made);
  add ("/vm-checkpoint/back", test_back);
  add ("/vm-checkpoint/revoked", test_revoked);
  add ("/vm-checkpoint/copies", test_copies);
  add ("/vm-checkpoint/files-only", test_files_only);
  add ("/vm-checkpoint/end", body_of_end);
  status = g_test_run ();
  fixture_clear ();
  return status;
}
