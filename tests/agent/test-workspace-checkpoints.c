/* test-workspace-checkpoints.c
 *
 * What checkpoints do to a task: its log, its drafts, what the model is told; and what becomes of a
 * roll back that a crash or another process interrupts. The computer is a list of names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent.h"
#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-policy.h"
#include "annex-workspace-checkpoints.h"

#include "fake-computer.h"
#include "test-fiber.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  AnnexStore *store;
  AnnexInbox *inbox;
  AnnexTask *task;
  FakeComputer *computer;
  AnnexWorkspace *workspace;
} Fixture;

static void
fixture_open (Fixture *self)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();
  g_autofree char *db = NULL;

  self->folder = g_dir_make_tmp ("annex-wc-XXXXXX", NULL);
  db = g_build_filename (self->folder, "tasks.db", NULL);
  self->store = dex_await_object (annex_store_open (db), NULL);
  g_assert_nonnull (self->store);
  self->inbox = annex_inbox_new (self->store);
  self->task = dex_await_object (
      annex_task_create (self->store, "Receipts", "tour", "m", NULL, "s", "[]"), NULL);
  g_assert_nonnull (self->task);
  self->computer = fake_computer_new (self->folder);
  self->workspace = annex_workspace_new (self->task, ANNEX_COMPUTER (self->computer), self->inbox,
                                         policy, NULL, NULL, self->folder);
}

static void
fixture_close (Fixture *self)
{
  const char *end[] = { "rm", "-rf", self->folder, NULL };

  g_clear_object (&self->workspace);
  g_clear_object (&self->computer);
  g_clear_object (&self->task);
  g_clear_object (&self->inbox);
  test_await (annex_store_close (self->store));
  g_clear_object (&self->store);
  g_assert_true (g_spawn_sync (NULL, (char **) end, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (self->folder);
}

static void
put (AnnexTask *task, AnnexEventType type, const char *data)
{
  JsonObject *object = annex_json_parse_object (data, -1, NULL);

  g_assert_nonnull (object);
  test_await (annex_task_append (task, type, object));
}

/* The names of the task's events after @seq, one a word. (transfer full) */
static char *
story_since (Fixture *self, gint64 seq)
{
  g_autoptr (GPtrArray) events = dex_await_boxed (
      annex_store_list_events (self->store, annex_task_get_id (self->task), seq, 0), NULL);
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    g_string_append_printf (words, "%s%s", i > 0 ? " " : "",
                            annex_event_get_type_name (g_ptr_array_index (events, i)));
  return g_string_free (words, FALSE);
}

static JsonObject *
last_data (Fixture *self, AnnexEventType type)
{
  g_autoptr (GPtrArray) events = dex_await_boxed (
      annex_store_list_events (self->store, annex_task_get_id (self->task), 0, 0), NULL);

  for (guint i = events->len; i > 0; i--)
    if (annex_event_get_event_type (g_ptr_array_index (events, i - 1)) == type)
      return json_object_ref (annex_event_get_data (g_ptr_array_index (events, i - 1)));
  g_assert_not_reached ();
}

static AnnexCheckpoint *
make (Fixture *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  AnnexCheckpoint *made =
      annex_workspace_checkpoint (self->workspace, name, ANNEX_CHECKPOINT_MANUAL, &error);

  g_assert_no_error (error);
  return made;
}

static gboolean
has_baselines (Fixture *self, const char *checkpoint_id)
{
  g_autofree char *name = g_strdup_printf ("checkpoint-%s.json", checkpoint_id);
  g_autofree char *path =
      g_build_filename (self->folder, "tasks", annex_task_get_id (self->task), name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* ---------------------------------------------------------------- the tests */

/* The oldest makes room, visibly, and nothing of it is left. */
static void
test_limit (void)
{
  Fixture self = { 0 };
  g_autoptr (AnnexCheckpoint) first = NULL;
  g_autoptr (JsonObject) gone = NULL;
  g_autofree char *story = NULL;
  gint64 seq;

  fixture_open (&self);
  first = make (&self, "first");
  g_assert_cmpint (first->seq, ==, 1);
  g_assert_true (has_baselines (&self, first->id));
  for (guint i = 1; i < ANNEX_CHECKPOINT_MAX; i++)
    annex_checkpoint_free (make (&self, NULL));
  seq = annex_task_get_last_seq (self.task);
  annex_checkpoint_free (make (&self, "one more"));
  story = story_since (&self, seq);
  g_assert_cmpstr (story, ==, "checkpoint-made checkpoint-removed");
  gone = last_data (&self, ANNEX_EVENT_CHECKPOINT_REMOVED);
  g_assert_cmpstr (annex_json_opt_string (gone, "checkpoint", ""), ==, first->id);
  g_assert_cmpstr (annex_json_opt_string (gone, "reason", ""), ==, "limit");
  g_assert_false (has_baselines (&self, first->id));
  fixture_close (&self);
}

static void
test_back (void)
{
  Fixture self = { 0 };
  g_autoptr (AnnexCheckpoint) one = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (JsonObject) data = NULL;
  g_autofree char *before = NULL;
  g_autofree char *story = NULL;
  const char *text;
  gint64 seq;

  fixture_open (&self);
  put (self.task, ANNEX_EVENT_SHARE_GRANTED,
       "{\"share\":{\"id\":\"s1\",\"name\":\"Receipts\",\"path\":\"/nowhere\",\"mode\":"
       "\"read-only\"}}");
  one = make (&self, "before lunch");
  put (self.task, ANNEX_EVENT_DRAFT_KEPT,
       "{\"keep\":\"k1\",\"share\":\"s1\",\"entries\":[{\"path\":\"kept.txt\",\"outcome\":"
       "\"done\"},{\"path\":\"refused\",\"outcome\":\"refused\"}]}");
  put (self.task, ANNEX_EVENT_DRAFT_KEPT,
       "{\"keep\":\"k2\",\"share\":\"s1\",\"entries\":[{\"path\":\"undone.txt\",\"outcome\":"
       "\"done\"}]}");
  put (self.task, ANNEX_EVENT_DRAFT_UNDONE, "{\"keep\":\"k2\",\"entries\":[]}");
  seq = annex_task_get_last_seq (self.task);
  g_assert_true (annex_workspace_roll_back (self.workspace, one->id, &before, &error));
  g_assert_no_error (error);
  story = story_since (&self, seq);
  g_assert_cmpstr (story, ==, "rolling-back checkpoint-made rolled-back");
  g_assert_nonnull (before);
  g_assert_true (has_baselines (&self, before));
  data = last_data (&self, ANNEX_EVENT_ROLLED_BACK);
  g_assert_cmpuint (json_array_get_length (annex_json_opt_array (data, "kept")), ==, 1);
  text = annex_json_opt_string (data, "text", "");
  g_assert_nonnull (strstr (text, "“before lunch”"));
  g_assert_nonnull (strstr (text, "/folders/Receipts/kept.txt"));
  g_assert_null (strstr (text, "undone.txt"));
  g_assert_true (annex_task_is_kept_since (self.task, "s1", "kept.txt"));
  g_assert_false (annex_task_is_kept_since (self.task, "s1", "refused"));
  messages = annex_task_dup_messages (self.task);
  g_assert_cmpuint (messages->len, ==, 1); /* the model hears of it */
  fixture_close (&self);
}

/* Nothing changed: the log says so, the model hears nothing, and nothing is left over. */
static void
test_failure (void)
{
  Fixture self = { 0 };
  g_autoptr (AnnexCheckpoint) one = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (JsonObject) begun = NULL;
  g_autofree char *before = NULL;
  g_autofree char *story = NULL;
  gint64 seq;

  fixture_open (&self);
  one = make (&self, NULL);
  seq = annex_task_get_last_seq (self.task);
  fake_computer_fail_roll_back (
      self.computer,
      g_error_new (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_DISK_FULL, "5 MB are free"));
  g_assert_false (annex_workspace_roll_back (self.workspace, one->id, &before, &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_DISK_FULL);
  g_assert_null (before);
  story = story_since (&self, seq);
  g_assert_cmpstr (story, ==, "rolling-back rolled-back");
  begun = last_data (&self, ANNEX_EVENT_ROLLING_BACK);
  g_assert_false (has_baselines (&self, annex_json_opt_string (begun, "before", "")));
  g_assert_null (annex_task_get_rolling_back (self.task));
  messages = annex_task_dup_messages (self.task);
  g_assert_cmpuint (messages->len, ==, 0);
  g_clear_error (&error);
  g_assert_false (
      annex_workspace_roll_back (self.workspace, "01j000000000000000000000aa", NULL, &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND);
  fixture_close (&self);
}

/* Another process has the computer: nothing is known, so nothing is told, until it can be done. A
 * crash looks the same. */
static void
test_interrupted (void)
{
  Fixture self = { 0 };
  g_autoptr (AnnexCheckpoint) one = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) begun = NULL;
  g_autofree char *kept = NULL;
  const char *before;

  fixture_open (&self);
  one = make (&self, NULL);
  fake_computer_fail_roll_back (self.computer, g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "in use"));
  g_assert_false (annex_workspace_roll_back (self.workspace, one->id, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_nonnull (annex_task_get_rolling_back (self.task));
  begun = last_data (&self, ANNEX_EVENT_ROLLING_BACK);
  before = annex_json_opt_string (begun, "before", "");

  g_assert_true (annex_workspace_finish_roll_back (self.workspace, &error));
  g_assert_no_error (error);
  g_assert_null (annex_task_get_rolling_back (self.task));
  kept = g_strdup_printf ("keep:%s\nback:%s\n", before, one->id);
  g_assert_true (g_str_has_suffix (fake_computer_get_story (self.computer), kept));
  /* Once is enough. */
  g_assert_true (annex_workspace_finish_roll_back (self.workspace, &error));
  g_assert_true (g_str_has_suffix (fake_computer_get_story (self.computer), kept));
  fixture_close (&self);
}

/* While a loop works on the task, here or elsewhere, its computer is left alone. */
static void
test_locked (void)
{
  Fixture self = { 0 };
  g_autoptr (AnnexCheckpoint) one = NULL;
  g_autoptr (AnnexCheckpoint) none = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int fd;

  fixture_open (&self);
  one = make (&self, NULL);
  path = g_build_filename (self.folder, "tasks", annex_task_get_id (self.task), "run.lock", NULL);
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  none = annex_workspace_checkpoint (self.workspace, NULL, ANNEX_CHECKPOINT_MANUAL, &error);
  g_assert_null (none);
  g_assert_error (error, ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (annex_workspace_roll_back (self.workspace, one->id, NULL, &error));
  g_assert_error (error, ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_BUSY);
  g_clear_error (&error);
  put (self.task, ANNEX_EVENT_ROLLING_BACK, "{\"checkpoint\":\"x\"}");
  g_assert_true (annex_workspace_finish_roll_back (self.workspace, &error)); /* theirs to do */
  g_assert_nonnull (annex_task_get_rolling_back (self.task));
  close (fd);
  fixture_close (&self);
}

static void
test_copy (void)
{
  Fixture self = { 0 };
  g_autoptr (AnnexCheckpoint) one = NULL;
  g_autoptr (AnnexTask) copy = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  g_autofree char *id = NULL;
  g_autofree char *of_now = NULL;
  g_autofree char *story = NULL;
  g_autofree char *baseline = NULL;
  g_autofree char *title = NULL;

  fixture_open (&self);
  put (self.task, ANNEX_EVENT_SHARE_GRANTED,
       "{\"share\":{\"id\":\"s1\",\"name\":\"Receipts\",\"path\":\"/nowhere\",\"mode\":"
       "\"read-only\"}}");
  one = make (&self, NULL);
  put (self.task, ANNEX_EVENT_USER_MESSAGE,
       "{\"blocks\":[{\"type\":\"text\",\"text\":\"later\"}]}");
  id = annex_workspace_fork (self.workspace, one->id, NULL, &error);
  g_assert_no_error (error);
  story = g_strdup_printf ("fork:%s:%s\n", one->id, id);
  g_assert_true (g_str_has_suffix (fake_computer_get_story (self.computer), story));
  copy = dex_await_object (annex_task_load (self.store, id), NULL);
  title = annex_task_dup_title (copy);
  g_assert_cmpstr (title, ==, "Receipts (copy)");
  g_assert_nonnull (annex_task_find_share (copy, "s1"));
  messages = annex_task_dup_messages (copy);
  g_assert_cmpuint (messages->len, ==, 1); /* that it is a copy; not what came later */
  baseline = g_build_filename (self.folder, "tasks", id, "baseline-s1.json", NULL);
  g_assert_true (g_file_test (baseline, G_FILE_TEST_EXISTS));
  /* Of now: that is a checkpoint first. */
  of_now = annex_workspace_fork (self.workspace, NULL, "Mine", &error);
  g_assert_no_error (error);
  g_assert_nonnull (of_now);
  g_assert_nonnull (strstr (fake_computer_get_story (self.computer), "\nkeep:"));
  fixture_close (&self);
}

static void
test_removed (void)
{
  Fixture self = { 0 };
  g_autoptr (AnnexCheckpoint) one = NULL;
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) gone = NULL;

  fixture_open (&self);
  one = make (&self, NULL);
  g_assert_true (annex_workspace_remove_checkpoint (self.workspace, one->id, &error));
  g_assert_no_error (error);
  g_assert_false (has_baselines (&self, one->id));
  g_assert_false (annex_workspace_remove_checkpoint (self.workspace, one->id, &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_ptr_array_add (all, one);
  g_assert_true (annex_workspace_tell_checkpoints_lost (self.workspace, all, &error));
  gone = last_data (&self, ANNEX_EVENT_CHECKPOINT_REMOVED);
  g_assert_cmpstr (annex_json_opt_string (gone, "reason", ""), ==, "reset");
  fixture_close (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  test_add_fiber ("/workspace-checkpoints/limit", test_limit);
  test_add_fiber ("/workspace-checkpoints/back", test_back);
  test_add_fiber ("/workspace-checkpoints/failure", test_failure);
  test_add_fiber ("/workspace-checkpoints/interrupted", test_interrupted);
  test_add_fiber ("/workspace-checkpoints/locked", test_locked);
  test_add_fiber ("/workspace-checkpoints/copy", test_copy);
  test_add_fiber ("/workspace-checkpoints/removed", test_removed);
  return g_test_run ();
}
