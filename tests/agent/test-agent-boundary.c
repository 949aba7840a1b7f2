/* test-agent-boundary.c
 *
 * What the loop does at the boundary by itself: it keeps nothing that the user's programs would run
 * without the user having looked at it, and a task that has read what others wrote and holds data
 * of the user's asks afresh where that may go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agent-fixture.h"

#include "annex-answers.h"
#include "annex-json-build.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  Fixture *f;
  AnnexShareMode mode;
} Grant;

static DexFuture *
grant_fiber (gpointer data)
{
  Grant *grant = data;
  g_autofree char *folder = g_build_filename (grant->f->dir, "shared", NULL);
  g_autoptr (AnnexShare) share = NULL;
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  share = annex_workspace_grant_folder (grant->f->workspace, folder, grant->mode, &error);
  g_assert_no_error (error);
  return dex_future_new_true ();
}

static void
grant_folder (Fixture *f, AnnexShareMode mode)
{
  Grant grant = { f, mode };

  settle_ok (dex_scheduler_spawn (NULL, 0, grant_fiber, &grant, NULL));
}

static DexFuture *
read_fiber (gpointer data)
{
  Fixture *f = data;

  g_assert_true (annex_workspace_note_untrusted (f->workspace, ANNEX_SOURCE_WEB, NULL));
  g_assert_true (annex_workspace_note_untrusted (f->workspace, ANNEX_SOURCE_WEB, NULL));
  return dex_future_new_true ();
}

/* ---------------------------------------------------------------- what is kept by itself */

static void
add_file (Fixture *f, GPtrArray *upper, const char *path)
{
  AnnexUpperEntry *entry = annex_upper_entry_new (path, ANNEX_UPPER_FILE);
  g_autofree char *staged = g_build_filename (f->dir, "upper", path, NULL);
  g_autofree char *parent = g_path_get_dirname (staged);

  g_mkdir_with_parents (parent, 0700);
  g_assert_true (g_file_set_contents (staged, path, -1, NULL));
  entry->mode = 0644;
  entry->size_bytes = strlen (path);
  entry->mtime_ns = 1700000000 * G_GINT64_CONSTANT (1000000000);
  entry->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, path, -1);
  g_ptr_array_add (upper, entry);
}

static gboolean
is_on_host (Fixture *f, const char *path)
{
  g_autofree char *full = g_build_filename (f->dir, "shared", path, NULL);

  return g_file_test (full, G_FILE_TEST_EXISTS);
}

static void
test_keeps_harmless (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) upper =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);
  g_autoptr (GPtrArray) open = NULL;
  AnnexUpperEntry *folder;

  grant_folder (f, ANNEX_SHARE_KEEP);
  add_file (f, upper, ".envrc");
  folder = annex_upper_entry_new ("new", ANNEX_UPPER_FOLDER);
  folder->mode = 0755;
  g_ptr_array_add (upper, folder);
  add_file (f, upper, "new/.bashrc");
  add_file (f, upper, "new/report.txt");
  fake_computer_set_upper (f->computer, upper);
  scripted_model_add (f->model, "[" USE ("a", "shell", "{\"command\":\"true\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);

  g_assert_true (is_on_host (f, "new/report.txt"));
  g_assert_false (is_on_host (f, ".envrc"));
  g_assert_false (is_on_host (f, "new/.bashrc"));
  /* The rest is asked about, and is still there to be kept. */
  open = annex_task_dup_open_asks (f->task);
  g_assert_cmpuint (open->len, ==, 1);
  g_assert_cmpint (annex_ask_get_kind (g_ptr_array_index (open, 0)), ==, ANNEX_ASK_DRAFT);
  {
    const char *share =
        annex_json_opt_string (annex_ask_get_json (g_ptr_array_index (open, 0)), "share", "");

    settle_ok (annex_drafts_keep (annex_workspace_get_drafts (f->workspace), share, NULL));
  }
  g_assert_true (is_on_host (f, ".envrc"));
  g_assert_true (is_on_host (f, "new/.bashrc"));
}

/* ---------------------------------------------------------------- the rule of two */

static void
assert_refused (Fixture *f, const char *host, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (annex_network_policy_take (f->policy, host, 443, NULL, &error));
  g_assert_error (error, ANNEX_POLICY_ERROR, code);
}

static void
answer_cb (AnnexInbox *inbox, AnnexAsk *ask, const char *text)
{
  dex_future_disown (annex_answers_submit (inbox, NULL, ask, text, "user"));
}

static JsonObject *
find_opened_ask (Fixture *f)
{
  g_autoptr (GPtrArray) events = events_of (f);

  for (guint i = 0; i < events->len; i++)
    if (annex_event_get_event_type (g_ptr_array_index (events, i)) == ANNEX_EVENT_ASK_OPENED)
      return json_object_ref (
          annex_json_opt_object (annex_event_get_data (g_ptr_array_index (events, i)), "ask"));
  g_assert_not_reached ();
}

static void
test_both (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) ask = NULL;

  annex_network_policy_set (f->policy, "open.example", TRUE, "always");
  annex_network_policy_set (f->policy, "later.example", TRUE, "always");
  grant_folder (f, ANNEX_SHARE_REVIEW);
  g_assert_true (annex_network_policy_take (f->policy, "open.example", 443, NULL, NULL));
  /* Its answers are what others wrote; with the folder that makes both. */
  g_assert_true (annex_network_policy_take (f->policy, "open.example", 443, NULL, NULL));
  assert_refused (f, "later.example", ANNEX_POLICY_ERROR_EXPOSED);
  settle_ok (dex_scheduler_spawn (NULL, 0, read_fiber, f, NULL));
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_UNTRUSTED_READ), ==, 2);

  scripted_model_add (
      f->model,
      "[" USE ("a", "request_network", "{\"host\":\"later.example\",\"reason\":\"rates\"}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (answer_cb), "always");
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  ask = find_opened_ask (f);
  g_assert_cmpstr (annex_json_opt_string (ask, "host", ""), ==, "later.example");
  g_assert_cmpuint (json_array_get_length (annex_json_opt_array (ask, "read")), ==, 2);
  g_assert_cmpstr (json_array_get_string_element (annex_json_opt_array (ask, "read"), 0), ==,
                   "host:open.example");
  g_assert_cmpstr (json_array_get_string_element (annex_json_opt_array (ask, "holds"), 0), ==,
                   "shared");
  g_assert_cmpint (annex_json_opt_int (ask, "sent_bytes", -1), ==, 0);
  g_assert_true (annex_network_policy_take (f->policy, "later.example", 443, NULL, NULL));
  assert_refused (f, "third.example", ANNEX_POLICY_ERROR_NOT_ALLOWED);
}

/* It comes from the log: another process knows it, too. */
static void
test_after_restart (Fixture *f, gconstpointer data)
{
  grant_folder (f, ANNEX_SHARE_READ_ONLY);
  settle_ok (dex_scheduler_spawn (NULL, 0, read_fiber, f, NULL));
  restart (f);
  g_assert_cmpint (annex_task_get_taint (f->task), ==, ANNEX_TAINT_BOTH);
  annex_network_policy_set (f->policy, "fresh.example", TRUE, "task");
  g_assert_true (annex_network_policy_take (f->policy, "fresh.example", 443, NULL, NULL));
}

/* All of an imported task is what others wrote, and what they told the model to be is not used. */
static void
test_imported (Fixture *f, gconstpointer data)
{
  g_autofree char *system = annex_agent_dup_system_text ();
  g_autofree char *tools = annex_agent_dup_tools_text (TRUE);
  g_autoptr (JsonObject) ask = NULL;

  settle_ok (annex_task_append (f->task, ANNEX_EVENT_IMPORTED,
                                annex_json_build ("s", "task", "theirs", NULL)));
  restart (f);
  g_assert_cmpint (annex_task_get_taint (f->task), ==, ANNEX_TAINT_UNTRUSTED);
  annex_network_policy_set (f->policy, "open.example", TRUE, "always");
  grant_folder (f, ANNEX_SHARE_REVIEW);
  assert_refused (f, "open.example", ANNEX_POLICY_ERROR_EXPOSED);

  scripted_model_add (
      f->model,
      "[" USE ("a", "request_network", "{\"host\":\"open.example\",\"reason\":\"rates\"}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  g_signal_connect (f->inbox, "opened", G_CALLBACK (answer_cb), "once");
  settle_ok (annex_agent_say (f->agent, "Go on"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpstr (scripted_model_get_system (f->model, 0), ==, system);
  g_assert_cmpstr (scripted_model_get_tools (f->model, 0), ==, tools);
  ask = find_opened_ask (f);
  g_assert_cmpstr (json_array_get_string_element (annex_json_opt_array (ask, "read"), 0), ==,
                   "import");
}

/* ---------------------------------------------------------------- what left the machine */

static const AnnexLedgerEntry *
row_at (GPtrArray *rows, guint index)
{
  g_assert_cmpuint (index, <, rows->len);
  return g_ptr_array_index (rows, index);
}

/* Every call of a model's server is a row, a helper's and one that failed, too. */
static void
test_model_calls (Fixture *f, gconstpointer data)
{
  g_autoptr (DexFuture) listed = NULL;
  GPtrArray *rows;

  scripted_model_add (f->model, "[" USE ("d", "delegate", "{\"goal\":\"Count\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Three.") "]", ANNEX_STOP_END_TURN);
  scripted_model_add_failure (f->model, "[]", ANNEX_MODEL_ERROR_OVERLOADED);
  settle_ok (annex_agent_say (f->agent, "Go"));
  settle_error (annex_agent_run (f->agent), ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OVERLOADED);
  listed = settle (annex_store_list_ledger (f->store, annex_task_get_id (f->task)));
  rows = g_value_get_boxed (dex_future_get_value (listed, NULL));
  g_assert_cmpuint (rows->len, ==, 3);
  for (guint i = 0; i < rows->len; i++)
    {
      g_assert_cmpstr (row_at (rows, i)->channel, ==, "model");
      g_assert_cmpstr (row_at (rows, i)->host, ==, "models.example");
      g_assert_cmpuint (row_at (rows, i)->port, ==, 443);
      g_assert_cmpuint (row_at (rows, i)->bytes_up, ==, 1000);
      g_assert_cmpstr (row_at (rows, i)->decision, ==, i < 2 ? "allowed" : "failed");
    }
  g_assert_cmpstr (row_at (rows, 2)->reason, ==, "The model failed as the test said");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("boundary/model-calls", test_model_calls);
  ADD ("boundary/keeps-harmless", test_keeps_harmless);
  ADD ("boundary/both", test_both);
  ADD ("boundary/after-restart", test_after_restart);
  ADD ("boundary/imported", test_imported);
  return g_test_run ();
}
