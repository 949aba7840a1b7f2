/* test-fork.c
 *
 * Checkpoints as values, what a roll back means for a task, and a copy of a task on a real store:
 * its past is there, nothing of it is open, and nothing is granted that is not granted now.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-paths.h"
#include "annex-policy.h"
#include "annex-task.h"

#include "test-fiber.h"

#include <string.h>

static char *folder;

static AnnexStore *
open_store (void)
{
  static guint n;
  g_autofree char *path = g_strdup_printf ("%s/%u.db", folder, ++n);
  g_autoptr (GError) error = NULL;
  AnnexStore *store = dex_await_object (annex_store_open (path), &error);

  g_assert_no_error (error);
  return store;
}

static AnnexTask *
create (AnnexStore *store)
{
  g_autoptr (GError) error = NULL;
  AnnexTask *task = dex_await_object (
      annex_task_create (store, "Receipts", "openai", "m1", "http://h.example", "sys", "[]"),
      &error);

  g_assert_no_error (error);
  return task;
}

static void
put (AnnexTask *task, AnnexEventType type, const char *data)
{
  JsonObject *object = annex_json_parse_object (data, -1, NULL);

  g_assert_nonnull (object);
  test_await (annex_task_append (task, type, object));
}

/* ---------------------------------------------------------------- values */

static void
test_json (void)
{
  g_autoptr (AnnexCheckpoint) one = annex_checkpoint_new (" a\tb ", ANNEX_CHECKPOINT_BEFORE, 12);
  g_autoptr (JsonObject) json = annex_checkpoint_to_json (one);
  g_autoptr (AnnexCheckpoint) back = annex_checkpoint_new_from_json (json, NULL);
  g_autoptr (AnnexCheckpoint) none = annex_checkpoint_new (" \n", ANNEX_CHECKPOINT_MANUAL, 0);
  g_autofree char *longer = g_strnfill (500, 'x');
  g_autoptr (AnnexCheckpoint) cut = annex_checkpoint_new (longer, ANNEX_CHECKPOINT_MANUAL, 0);
  g_autoptr (GError) error = NULL;
  static const char *const damaged[] = {
    "{}",
    "{\"id\":\"../../../../../../etc/passw\",\"time\":\"2025-01-31T12:00:00.000Z\",\"seq\":1}",
    "{\"id\":\"01j000000000000000000000aa\",\"time\":\"soon\",\"seq\":1}",
    "{\"id\":\"01j000000000000000000000aa\",\"time\":\"2025-01-31T12:00:00.000Z\",\"seq\":-1}",
    "{\"id\":\"01j000000000000000000000aa\",\"time\":\"2025-01-31T12:00:00.000Z\",\"seq\":1,"
    "\"kind\":\"odd\"}",
  };

  g_assert_nonnull (back);
  g_assert_cmpstr (back->id, ==, one->id);
  g_assert_cmpstr (back->name, ==, "a b");
  g_assert_cmpint (back->kind, ==, ANNEX_CHECKPOINT_BEFORE);
  g_assert_cmpint (back->seq, ==, 12);
  g_assert_cmpint (back->time_us / 1000, ==, one->time_us / 1000);
  g_assert_null (none->name);
  g_assert_cmpuint (strlen (cut->name), ==, ANNEX_CHECKPOINT_MAX_NAME_CHARS);
  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      g_autoptr (JsonObject) object = annex_json_parse_object (damaged[i], -1, NULL);

      g_assert_null (annex_checkpoint_new_from_json (object, &error));
      g_assert_nonnull (error);
      g_clear_error (&error);
    }
}

static GPtrArray *
new_list (const char *kinds)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_checkpoint_free);

  for (; *kinds != '\0'; kinds++)
    {
      AnnexCheckpoint *one = annex_checkpoint_new (
          *kinds == 'm' ? "mine" : NULL,
          *kinds == 'm' ? ANNEX_CHECKPOINT_MANUAL : ANNEX_CHECKPOINT_AUTOMATIC, 1);

      g_set_str (&one->id, (char[]) { *kinds, (char) ('0' + all->len), '\0' });
      g_ptr_array_add (all, one);
    }
  return all;
}

static void
check_excess (const char *kinds, guint max, const char *spared, const char *wanted)
{
  g_autoptr (GPtrArray) all = new_list (kinds);
  g_autoptr (GPtrArray) excess = annex_checkpoints_choose_excess (all, max, spared);
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < excess->len; i++)
    g_string_append (ids, ((AnnexCheckpoint *) g_ptr_array_index (excess, i))->id);
  g_assert_cmpstr (ids->str, ==, wanted);
}

static void
test_excess (void)
{
  check_excess ("mmm", 3, NULL, "");
  check_excess ("mmmm", 3, NULL, "m0");
  check_excess ("mama", 3, NULL, "a1");   /* nobody asked for that one */
  check_excess ("mama", 2, NULL, "a1m0"); /* never the newest */
  check_excess ("mmmm", 3, "m0", "m1");   /* the one that is in use stays */
  check_excess ("mmmm", 1, "m2", "m0m1"); /* it and the newest */
  check_excess ("a", 0, NULL, "");
}

static void
test_find (void)
{
  g_autoptr (GPtrArray) all = new_list ("mam");
  g_autoptr (GPtrArray) none = new_list ("");

  g_assert_null (annex_checkpoints_find (none, NULL));
  g_assert_cmpstr (annex_checkpoints_find (all, NULL)->id, ==, "m2");
  g_assert_cmpstr (annex_checkpoints_find (all, "a1")->id, ==, "a1");
  g_assert_cmpstr (annex_checkpoints_find (all, "a")->id, ==, "a1");
  g_assert_cmpstr (annex_checkpoints_find (all, "mine")->id, ==, "m2");
  g_assert_null (annex_checkpoints_find (all, "m"));
  g_assert_null (annex_checkpoints_find (all, ""));
}

/* ---------------------------------------------------------------- going back */

static void
test_rolled_back (void)
{
  g_autoptr (AnnexStore) store = open_store ();
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (GPtrArray) messages = NULL;

  put (task, ANNEX_EVENT_ROLLING_BACK, "{\"checkpoint\":\"c\",\"before\":\"b\"}");
  g_assert_cmpstr (annex_json_opt_string (annex_task_get_rolling_back (task), "before", ""), ==,
                   "b");
  put (task, ANNEX_EVENT_ROLLED_BACK, "{\"checkpoint\":\"c\",\"error\":\"no room\"}");
  g_assert_null (annex_task_get_rolling_back (task));
  messages = annex_task_dup_messages (task);
  g_assert_cmpuint (messages->len, ==, 0); /* nothing happened that the model should know */

  put (task, ANNEX_EVENT_ROLLING_BACK, "{\"checkpoint\":\"c\"}");
  put (task, ANNEX_EVENT_ROLLED_BACK,
       "{\"checkpoint\":\"c\",\"text\":\"You are "
       "back.\",\"kept\":[{\"share\":\"s1\",\"path\":\"a\"},"
       "{\"share\":\"s1\",\"path\":\"b\"},{\"share\":\"s2\",\"path\":\"a\"},7]}");
  g_assert_true (annex_task_is_kept_since (task, "s1", "a"));
  g_assert_false (annex_task_is_kept_since (task, "s2", "b"));
  /* Decided anew. */
  put (task, ANNEX_EVENT_DRAFT_KEPT,
       "{\"keep\":\"k\",\"share\":\"s1\",\"entries\":[{\"path\":\"a\"}]}");
  put (task, ANNEX_EVENT_DRAFT_DISCARDED, "{\"share\":\"s2\",\"paths\":[\"a\"]}");
  g_assert_false (annex_task_is_kept_since (task, "s1", "a"));
  g_assert_true (annex_task_is_kept_since (task, "s1", "b"));
  g_assert_false (annex_task_is_kept_since (task, "s2", "a"));
  g_ptr_array_unref (messages);
  messages = annex_task_dup_messages (task);
  g_assert_cmpuint (messages->len, ==, 1);
  test_await (annex_store_close (store));
}

/* ---------------------------------------------------------------- a copy */

static void
fill (AnnexTask *task)
{
  put (task, ANNEX_EVENT_SHARE_GRANTED,
       "{\"share\":{\"id\":\"s1\",\"name\":\"one\",\"path\":\"/a\",\"mode\":\"review\"}}");
  put (task, ANNEX_EVENT_SHARE_GRANTED,
       "{\"share\":{\"id\":\"s2\",\"name\":\"two\",\"path\":\"/b\",\"mode\":\"keep\"}}");
  put (task, ANNEX_EVENT_SHARE_GRANTED,
       "{\"share\":{\"id\":\"s3\",\"name\":\"three\",\"path\":\"/c\",\"mode\":\"review\"}}");
  put (task, ANNEX_EVENT_USER_MESSAGE, "{\"blocks\":[{\"type\":\"text\",\"text\":\"needle\"}]}");
  put (task, ANNEX_EVENT_NETWORK_DECIDED,
       "{\"host\":\"a.example\",\"decision\":\"allow\",\"scope\":\"task\",\"by\":\"user\"}");
  put (task, ANNEX_EVENT_NETWORK_DECIDED,
       "{\"host\":\"b.example\",\"decision\":\"allow\",\"scope\":\"task\",\"by\":\"user\"}");
  put (task, ANNEX_EVENT_REPLY_STARTED, "{\"reply\":\"r\",\"model\":\"m\"}");
  put (task, ANNEX_EVENT_BLOCK,
       "{\"reply\":\"r\",\"index\":0,\"block\":{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":"
       "\"ask_user\",\"input\":{}}}");
  put (task, ANNEX_EVENT_REPLY_FINISHED,
       "{\"reply\":\"r\",\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":30},\"cost_usd\":"
       "0.5}");
  put (task, ANNEX_EVENT_DRAFT_CHANGED,
       "{\"share\":\"s1\",\"added\":1,\"entries\":[{\"kind\":\"added\",\"path\":\"x\"}]}");
  put (task, ANNEX_EVENT_DRAFT_KEPT, "{\"keep\":\"k1\",\"share\":\"s2\",\"entries\":[]}");
  put (task, ANNEX_EVENT_ASK_OPENED,
       "{\"ask\":{\"id\":\"q1\",\"kind\":\"network\",\"task\":\"x\",\"text\":\"h\",\"tool_use\":"
       "\"t1\"}}");
  put (task, ANNEX_EVENT_STATE_CHANGED, "{\"state\":\"waiting\"}");
}

/* What the user does after the checkpoint. */
static void
go_on (AnnexTask *task)
{
  put (task, ANNEX_EVENT_USER_MESSAGE, "{\"blocks\":[{\"type\":\"text\",\"text\":\"later\"}]}");
  put (task, ANNEX_EVENT_SHARE_REVOKED, "{\"share\":\"s1\"}");
  put (task, ANNEX_EVENT_SHARE_MODE, "{\"share\":\"s2\",\"mode\":\"read-only\"}");
  put (task, ANNEX_EVENT_SHARE_GRANTED,
       "{\"share\":{\"id\":\"s4\",\"name\":\"four\",\"path\":\"/d\",\"mode\":\"review\"}}");
  put (task, ANNEX_EVENT_NETWORK_DECIDED,
       "{\"host\":\"a.example\",\"decision\":\"ask\",\"scope\":\"task\",\"by\":\"user\"}");
  put (task, ANNEX_EVENT_NETWORK_DECIDED,
       "{\"host\":\"c.example\",\"decision\":\"refuse\",\"scope\":\"task\",\"by\":\"user\"}");
}

static void
check_copy (AnnexTask *copy)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (copy);
  g_autoptr (GPtrArray) asks = annex_task_dup_open_asks (copy);
  g_autoptr (GPtrArray) rules = annex_task_dup_network_rules (copy);
  g_autoptr (GPtrArray) unanswered = annex_task_dup_unanswered (copy);
  g_auto (GStrv) keeps = annex_task_dup_keeps (copy);
  g_autofree char *title = annex_task_dup_title (copy);
  JsonObject *answer = NULL;
  AnnexUsage usage;

  g_assert_cmpstr (title, ==, "Receipts (copy)");
  g_assert_cmpint (annex_task_get_state (copy), ==, ANNEX_TASK_STOPPED);
  g_assert_cmpuint (shares->len, ==, 2);
  g_assert_null (annex_task_find_share (copy, "s1"));
  g_assert_null (annex_task_find_share (copy, "s4"));
  g_assert_cmpint (annex_share_get_mode (annex_task_find_share (copy, "s2")), ==,
                   ANNEX_SHARE_READ_ONLY);
  g_assert_nonnull (annex_task_find_share (copy, "s3"));
  g_assert_cmpuint (asks->len, ==, 0);
  /* The call is asked anew when the copy goes on. */
  g_assert_cmpuint (unanswered->len, ==, 1);
  g_assert_null (annex_task_dup_ask_of_call (copy, "t1", &answer));
  g_assert_null (answer);
  g_assert_cmpuint (g_strv_length (keeps), ==, 0);
  g_assert_nonnull (annex_task_get_draft (copy, "s1"));
  annex_task_get_usage (copy, &usage);
  g_assert_cmpint (usage.input_tokens, ==, 0);
  g_assert_cmpfloat (usage.cost_usd, ==, 0);
  g_assert_cmpuint (rules->len, ==, 2);
  for (guint i = 0; i < rules->len; i++)
    {
      AnnexNetworkRule *rule = g_ptr_array_index (rules, i);

      g_assert_true (g_str_equal (rule->host, "b.example")   ? rule->allow
                     : g_str_equal (rule->host, "c.example") ? !rule->allow
                                                             : FALSE);
    }
}

static void
test_copy (void)
{
  g_autoptr (AnnexStore) store = open_store ();
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (AnnexCheckpoint) checkpoint = NULL;
  g_autoptr (AnnexTask) copy = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (AnnexTaskSummary) summary = NULL;
  g_autofree char *id = annex_identifier_new ();
  gint64 seq;

  fill (task);
  seq = annex_task_get_last_seq (task);
  checkpoint = annex_checkpoint_new ("c", ANNEX_CHECKPOINT_MANUAL, seq);
  go_on (task);
  test_await (annex_task_fork (task, checkpoint, id, "Receipts (copy)", "This is the copy."));
  copy = dex_await_object (annex_task_load (store, id), NULL);
  g_assert_nonnull (copy);
  check_copy (copy);
  events = dex_await_boxed (annex_store_list_events (store, id, 0, 0), NULL);
  g_assert_cmpint (annex_event_get_event_type (g_ptr_array_index (events, seq)), ==,
                   ANNEX_EVENT_FORKED);
  for (guint i = 0; i < events->len; i++)
    g_assert_cmpint (annex_event_get_seq (g_ptr_array_index (events, i)), ==, i + 1);

  /* The question is open once, in the task it was asked in. */
  open = dex_await_boxed (annex_store_list_open_asks (store), NULL);
  g_assert_cmpuint (open->len, ==, 1);
  g_assert_cmpstr (annex_event_get_task_id (g_ptr_array_index (open, 0)), ==,
                   annex_task_get_id (task));
  summary = dex_await_boxed (annex_store_get_summary (store, id), NULL);
  g_assert_cmpstr (summary->state, ==, "stopped");
  g_assert_cmpstr (summary->title, ==, "Receipts (copy)");
  g_assert_cmpint (summary->open_asks, ==, 0);
  found = dex_await_boxed (annex_store_search (store, "needle", 10), NULL);
  g_assert_cmpuint (found->len, ==, 2);
  test_await (annex_store_close (store));
}

/* All or nothing. */
static void
test_refused (void)
{
  g_autoptr (AnnexStore) store = open_store ();
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GPtrArray) tasks = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = annex_identifier_new ();

  g_assert_false (
      dex_await (annex_store_fork (store, annex_task_get_id (task), 0, id, none), &error));
  g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (dex_await (annex_store_fork (store, "none", 9, id, none), &error));
  g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  tasks = dex_await_boxed (annex_store_list_tasks (store), NULL);
  g_assert_cmpuint (tasks->len, ==, 1);
  test_await (annex_store_close (store));
}

int
main (int argc, char **argv)
{
  const char *end[] = { "rm", "-rf", NULL, NULL };
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  folder = g_dir_make_tmp ("annex-fork-XXXXXX", NULL);
  g_test_add_func ("/fork/json", test_json);
  g_test_add_func ("/fork/excess", test_excess);
  g_test_add_func ("/fork/find", test_find);
  test_add_fiber ("/fork/rolled-back", test_rolled_back);
  test_add_fiber ("/fork/copy", test_copy);
  test_add_fiber ("/fork/refused", test_refused);
  status = g_test_run ();
  end[2] = folder;
  g_spawn_sync (NULL, (char **) end, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (folder);
  return status;
}
