/* test-fake-desk.c
 *
 * The fake desk keeps what the real one promises: tasks, asks, the inbox, drafts, the list of
 * tasks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-desk.h"

#include "annex-task-list.h"

static void
settle (guint ms)
{
  gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static gpointer
wait_boxed (DexFuture *future, GError **error)
{
  const GValue *value;
  gpointer boxed;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  value = dex_future_get_value (future, error);
  boxed = value != NULL ? g_value_dup_boxed (value) : NULL;
  dex_unref (future);
  return boxed;
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_task (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "Receipts");
  g_autofree char *call = NULL;
  AnnexUsage usage;

  annex_fake_desk_user (desk, task, "Sort these");
  annex_fake_desk_thinking (desk, task, "Hm");
  call = annex_fake_desk_call (desk, task, "shell", "{\"command\":\"ls\"}");
  annex_fake_desk_result (desk, task, call, "shell", "a b", FALSE, 12);
  annex_fake_desk_text (desk, task, "Done.");
  annex_fake_desk_plan (desk, task, "[{\"title\":\"Look\",\"state\":\"completed\"}]");
  g_assert_cmpuint (annex_plan_get_n_steps (annex_task_get_plan (task)), ==, 1);
  annex_task_get_usage (task, &usage);
  g_assert_cmpint (usage.output_tokens, ==, 360);
  annex_fake_desk_set_state (desk, task, ANNEX_TASK_RUNNING);
  g_assert_true (annex_desk_is_running (ANNEX_DESK (desk), task));
  annex_desk_stop (ANNEX_DESK (desk), task);
  g_assert_false (annex_desk_is_running (ANNEX_DESK (desk), task));
  g_assert_true (annex_fake_desk_was_called (desk, "stop"));
  annex_fake_desk_close (desk);
  g_assert_finalize_object (desk);
}

static void
test_asks (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "Receipts");
  guint opened = 0;
  guint closed = 0;
  AnnexAsk *ask;
  g_autoptr (AnnexAsk) again = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) later = NULL;
  g_autofree char *id = NULL;
  AnnexInboxEntry *entry;

  g_signal_connect_swapped (desk, "ask-opened", G_CALLBACK (count_cb), &opened);
  g_signal_connect_swapped (desk, "ask-closed", G_CALLBACK (count_cb), &closed);
  ask = annex_fake_desk_ask (
      desk, task, annex_ask_new_network (annex_task_get_id (task), "example.org", "to look"));
  id = g_strdup (annex_ask_get_id (ask));
  dex_unref (annex_desk_answer_text (ANNEX_DESK (desk), ask, "never"));
  settle (50);
  g_assert_cmpuint (opened, ==, 1);
  g_assert_cmpuint (closed, ==, 1);
  entries = wait_boxed (annex_desk_list_inbox (ANNEX_DESK (desk)), NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpint (entry->state, ==, ANNEX_INBOX_REFUSED);
  g_assert_cmpstr (entry->task_title, ==, "Receipts");
  again = wait_boxed (annex_desk_reopen (ANNEX_DESK (desk), id), NULL);
  later = wait_boxed (annex_desk_list_inbox (ANNEX_DESK (desk)), NULL);
  g_assert_cmpuint (later->len, ==, 1);
  g_assert_cmpint (((AnnexInboxEntry *) g_ptr_array_index (later, 0))->state, ==, ANNEX_INBOX_OPEN);
  g_assert_cmpuint (opened, ==, 2);
  annex_fake_desk_close (desk);
  g_assert_finalize_object (desk);
}

static void
test_draft (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "Receipts");
  const char *const names[] = { "a.txt", "deep/b.txt", NULL };
  const char *const some[] = { "new.txt", NULL };
  g_autofree char *folder = annex_fake_desk_make_folder (desk, "Receipts", names);
  g_autofree char *share = annex_fake_desk_share (desk, task, folder, ANNEX_SHARE_REVIEW);
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *call = g_strdup_printf ("keep:%s:new.txt", share);

  g_ptr_array_add (changes, annex_change_new (ANNEX_CHANGE_ADDED, "new.txt"));
  g_ptr_array_add (changes, annex_change_new (ANNEX_CHANGE_DELETED, "a.txt"));
  annex_fake_desk_set_draft (desk, task, share, changes);
  annex_fake_desk_set_after (desk, share, "new.txt", "new", -1);
  bytes = wait_boxed (annex_desk_load_after (ANNEX_DESK (desk), task, share, "new.txt"), NULL);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 3);
  g_assert_null (
      wait_boxed (annex_desk_load_before (ANNEX_DESK (desk), task, share, "new.txt"), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  kept = wait_boxed (annex_desk_keep (ANNEX_DESK (desk), task, share, some), NULL);
  g_assert_cmpuint (kept->len, ==, 1);
  g_assert_true (annex_fake_desk_was_called (desk, call));
  rest = wait_boxed (annex_desk_list_draft (ANNEX_DESK (desk), task, share), NULL);
  g_assert_cmpuint (rest->len, ==, 1);
  annex_fake_desk_close (desk);
  g_assert_finalize_object (desk);
}

static void
test_failing (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "Receipts");
  g_autoptr (DexFuture) held = NULL;
  g_autoptr (GError) error = NULL;

  annex_fake_desk_fail (desk, "get_use", g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "No"));
  g_assert_null (wait_boxed (annex_desk_get_use (ANNEX_DESK (desk), task), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  annex_fake_desk_hold (desk, "get_needs");
  held = annex_desk_get_needs (ANNEX_DESK (desk));
  settle (20);
  g_assert_true (dex_future_is_pending (held));
  annex_fake_desk_release (desk, "get_needs");
  settle (20);
  g_assert_true (dex_future_is_resolved (held));
  annex_fake_desk_close (desk);
  g_assert_finalize_object (desk);
}

static gboolean
is_loaded (AnnexTaskList *list)
{
  return annex_task_list_get_loaded (list);
}

static void
test_list (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTaskList *list;
  AnnexTask *task;
  AnnexTaskItem *item;
  g_autoptr (AnnexTaskItem) first = NULL;

  annex_fake_desk_add_tasks (desk, 300);
  task = annex_fake_desk_add_task (desk, "The newest");
  list = annex_task_list_new (annex_desk_get_store (ANNEX_DESK (desk)));
  for (guint i = 0; i < 100 && !is_loaded (list); i++)
    settle (20);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 301);
  item = annex_task_list_find (list, annex_task_get_id (task));
  g_assert_cmpstr (annex_task_item_get_title (item), ==, "The newest");
  annex_fake_desk_ask (desk, task,
                       annex_ask_new_network (annex_task_get_id (task), "example.org", "why"));
  annex_fake_desk_set_state (desk, task, ANNEX_TASK_WAITING);
  for (guint i = 0; i < 300 && annex_task_item_get_state (item) != ANNEX_TASK_WAITING; i++)
    settle (20);
  g_assert_cmpint (annex_task_item_get_open_asks (item), ==, 1);
  g_assert_cmpint (annex_task_item_get_state (item), ==, ANNEX_TASK_WAITING);
  first = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_assert_true (first == item);
  dex_unref (annex_desk_delete_task (ANNEX_DESK (desk), annex_task_get_id (task)));
  for (guint i = 0; i < 300 && g_list_model_get_n_items (G_LIST_MODEL (list)) != 300; i++)
    settle (20);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 300);
  g_assert_finalize_object (list);
  annex_fake_desk_close (desk);
  g_assert_finalize_object (desk);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/fake-desk/task", test_task);
  g_test_add_func ("/fake-desk/asks", test_asks);
  g_test_add_func ("/fake-desk/draft", test_draft);
  g_test_add_func ("/fake-desk/failing", test_failing);
  g_test_add_func ("/fake-desk/list", test_list);
  return g_test_run ();
}
