/* test-task.c
 *
 * A task on a real store: what its events mean, in this process, after a restart, and when another
 * process appends too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-policy.h"
#include "annex-task-rewind.h"

#include "test-fiber.h"

#include <string.h>

static char *folder;

static AnnexStore *
open_store (const char *path)
{
  g_autoptr (GError) error = NULL;
  AnnexStore *store = dex_await_object (annex_store_open (path), &error);

  g_assert_no_error (error);
  return store;
}

static char *
new_path (void)
{
  static guint n;

  return g_strdup_printf ("%s/%u.db", folder, ++n);
}

static AnnexTask *
create (AnnexStore *store)
{
  g_autoptr (GError) error = NULL;
  AnnexTask *task = dex_await_object (
      annex_task_create (store, "Title", "openai", "m1", "http://h.example", "sys\n\"x\"", "[ ]"),
      &error);

  g_assert_no_error (error);
  return task;
}

static AnnexTask *
load (AnnexStore *store, const char *id)
{
  g_autoptr (GError) error = NULL;
  AnnexTask *task = dex_await_object (annex_task_load (store, id), &error);

  g_assert_no_error (error);
  return task;
}

static JsonObject *
json (const char *text)
{
  JsonObject *object = annex_json_parse_object (text, -1, NULL);

  g_assert_nonnull (object);
  return object;
}

static void
put (AnnexTask *task, AnnexEventType type, const char *data)
{
  test_await (annex_task_append (task, type, json (data)));
}

static void
count_cb (AnnexTask *task, AnnexEvent *event, guint *n)
{
  /* Committed and applied. */
  g_assert_cmpint (annex_event_get_seq (event), ==, annex_task_get_last_seq (task));
  (*n)++;
}

static char *
messages_text (AnnexTask *task)
{
  g_autoptr (GPtrArray) messages = annex_task_dup_messages (task);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    {
      GPtrArray *blocks = annex_message_get_blocks (g_ptr_array_index (messages, i));

      for (guint j = 0; j < blocks->len; j++)
        {
          g_autofree char *block =
              annex_json_object_to_string (annex_block_get_json (g_ptr_array_index (blocks, j)));

          g_string_append_printf (text, "%u %s\n", i, block);
        }
    }
  return g_string_free_and_steal (text);
}

static void
test_create (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (AnnexTask) again = load (store, annex_task_get_id (task));
  AnnexTask *both[] = { task, again };

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *title = annex_task_dup_title (both[i]);

      g_assert_cmpstr (title, ==, "Title");
      g_assert_cmpstr (annex_task_get_provider (both[i]), ==, "openai");
      g_assert_cmpstr (annex_task_get_model (both[i]), ==, "m1");
      g_assert_cmpstr (annex_task_get_base_url (both[i]), ==, "http://h.example");
      g_assert_cmpstr (annex_task_get_system (both[i]), ==, "sys\n\"x\"");
      g_assert_cmpstr (annex_task_get_tools (both[i]), ==, "[ ]");
      g_assert_cmpint (annex_task_get_state (both[i]), ==, ANNEX_TASK_RUNNING);
      g_assert_cmpint (annex_task_get_last_seq (both[i]), ==, 1);
      g_assert_cmpuint (annex_plan_get_n_steps (annex_task_get_plan (both[i])), ==, 0);
      g_assert_true (annex_task_get_store (both[i]) == store);
    }
  test_await_error (annex_task_load (store, "none"), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  test_await (annex_store_close (store));
}

static void
check_facts (AnnexTask *task)
{
  g_autofree char *title = annex_task_dup_title (task);
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);
  g_autoptr (GPtrArray) asks = annex_task_dup_open_asks (task);
  g_autoptr (GPtrArray) rules = annex_task_dup_network_rules (task);
  g_auto (GStrv) keeps = annex_task_dup_keeps (task);
  AnnexUsage usage;

  g_assert_cmpstr (title, ==, "Other");
  g_assert_cmpint (annex_task_get_state (task), ==, ANNEX_TASK_WAITING);
  g_assert_cmpuint (shares->len, ==, 1);
  g_assert_cmpstr (annex_share_get_id (g_ptr_array_index (shares, 0)), ==, "s1");
  g_assert_cmpint (annex_share_get_mode (g_ptr_array_index (shares, 0)), ==, ANNEX_SHARE_KEEP);
  g_assert_nonnull (annex_task_find_share (task, "s1"));
  g_assert_nonnull (annex_task_find_share (task, "one"));
  g_assert_null (annex_task_find_share (task, "two"));
  g_assert_cmpuint (asks->len, ==, 1);
  g_assert_cmpstr (annex_ask_get_id (g_ptr_array_index (asks, 0)), ==, "q2");
  g_assert_cmpuint (rules->len, ==, 2);
  g_assert_cmpstr (((AnnexNetworkRule *) g_ptr_array_index (rules, 0))->host, ==, "b.example");
  g_assert_true (((AnnexNetworkRule *) g_ptr_array_index (rules, 0))->allow);
  g_assert_cmpstr (((AnnexNetworkRule *) g_ptr_array_index (rules, 1))->host, ==, "a.example");
  g_assert_false (((AnnexNetworkRule *) g_ptr_array_index (rules, 1))->allow);
  g_assert_cmpuint (g_strv_length (keeps), ==, 2);
  g_assert_cmpstr (keeps[0], ==, "k2");
  g_assert_cmpstr (keeps[1], ==, "k3");
  annex_task_get_usage (task, &usage);
  g_assert_cmpint (usage.input_tokens, ==, 12);
  g_assert_cmpint (usage.cache_read_tokens, ==, 7);
  g_assert_cmpfloat_with_epsilon (usage.cost_usd, 0.75, 1e-9);
}

static void
test_facts (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (AnnexTask) again = NULL;
  guint n = 0;

  g_signal_connect (task, "event", G_CALLBACK (count_cb), &n);
  put (task, ANNEX_EVENT_TITLE_CHANGED, "{\"title\":\"Other\"}");
  put (task, ANNEX_EVENT_STATE_CHANGED, "{\"state\":\"waiting\"}");
  put (task, ANNEX_EVENT_SHARE_GRANTED,
       "{\"share\":{\"id\":\"s1\",\"name\":\"one\",\"path\":\"/a\",\"mode\":\"review\"}}");
  put (task, ANNEX_EVENT_SHARE_GRANTED,
       "{\"share\":{\"id\":\"s2\",\"name\":\"two\",\"path\":\"/b\",\"mode\":\"review\"}}");
  put (task, ANNEX_EVENT_SHARE_GRANTED, "{\"share\":{\"id\":\"s3\"}}");
  put (task, ANNEX_EVENT_SHARE_MODE, "{\"share\":\"s1\",\"mode\":\"keep\"}");
  put (task, ANNEX_EVENT_SHARE_MODE, "{\"share\":\"s1\",\"mode\":\"everything\"}");
  put (task, ANNEX_EVENT_SHARE_REVOKED, "{\"share\":\"s2\"}");
  put (task, ANNEX_EVENT_ASK_OPENED,
       "{\"ask\":{\"id\":\"q1\",\"kind\":\"network\",\"task\":\"t\"}}");
  put (task, ANNEX_EVENT_ASK_OPENED,
       "{\"ask\":{\"id\":\"q2\",\"kind\":\"network\",\"task\":\"t\"}}");
  put (task, ANNEX_EVENT_ASK_ANSWERED, "{\"ask\":\"q1\",\"answer\":{}}");
  put (task, ANNEX_EVENT_NETWORK_DECIDED,
       "{\"host\":\"a.example\",\"decision\":\"allow\",\"scope\":\"task\"}");
  put (task, ANNEX_EVENT_NETWORK_DECIDED,
       "{\"host\":\"b.example\",\"decision\":\"allow\",\"scope\":\"task\"}");
  put (task, ANNEX_EVENT_NETWORK_DECIDED,
       "{\"host\":\"c.example\",\"decision\":\"allow\",\"scope\":\"once\"}");
  put (task, ANNEX_EVENT_NETWORK_DECIDED,
       "{\"host\":\"a.example\",\"decision\":\"refuse\",\"scope\":\"task\"}");
  put (task, ANNEX_EVENT_DRAFT_KEEPING, "{\"keep\":\"k1\",\"share\":\"s1\"}");
  put (task, ANNEX_EVENT_DRAFT_KEPT, "{\"keep\":\"k1\",\"share\":\"s1\"}");
  put (task, ANNEX_EVENT_DRAFT_KEPT, "{\"keep\":\"k2\",\"share\":\"s1\"}");
  put (task, ANNEX_EVENT_DRAFT_KEEPING, "{\"keep\":\"k3\",\"share\":\"s1\"}");
  put (task, ANNEX_EVENT_DRAFT_UNDONE, "{\"keep\":\"k1\",\"entries\":[]}");
  /* Not all of it went back: the rest can be asked for again. */
  put (task, ANNEX_EVENT_DRAFT_UNDONE,
       "{\"keep\":\"k2\",\"entries\":[{\"path\":\"a\",\"outcome\":\"done\"},"
       "{\"path\":\"b\",\"outcome\":\"failed\"}]}");
  put (task, ANNEX_EVENT_REPLY_FINISHED,
       "{\"reply\":\"r\",\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":5,"
       "\"cache_read_tokens\":7},\"cost_usd\":0.5}");
  put (task, ANNEX_EVENT_REPLY_FINISHED,
       "{\"reply\":\"q\",\"parent\":\"t1\",\"stop_reason\":\"end_turn\",\"usage\":{\"input_"
       "tokens\":7},"
       "\"cost_usd\":0.25}");
  g_assert_cmpuint (n, ==, 23);
  check_facts (task);
  again = load (store, annex_task_get_id (task));
  check_facts (again);
  test_await (annex_store_close (store));
}

static void
check_call (AnnexTask *task, const char *call, const char *open_id, const char *wanted)
{
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (AnnexAsk) ask = annex_task_dup_ask_of_call (task, call, &answer);
  g_autofree char *text = answer != NULL ? annex_json_object_to_string (answer) : NULL;

  g_assert_cmpstr (ask != NULL ? annex_ask_get_id (ask) : NULL, ==, open_id);
  g_assert_cmpstr (text, ==, wanted);
}

static void
check_calls (AnnexTask *task)
{
  check_call (task, "c1", NULL, "{\"answer\":\"once\"}");
  check_call (task, "c2", "q3", NULL);
  check_call (task, "c3", NULL, NULL);
  g_assert_cmpint (annex_json_opt_int (annex_task_get_draft (task, "s1"), "added", -1), ==, 2);
  g_assert_null (annex_task_get_draft (task, "s2"));
}

/* What a call asked and was told, and what was told of a draft, without reading the log again. */
static void
test_calls (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (AnnexTask) again = NULL;
  g_autofree char *rewind = NULL;

  rewind = g_strdup_printf ("{\"to_seq\":%d}", (int) annex_task_get_last_seq (task));
  put (task, ANNEX_EVENT_ASK_OPENED,
       "{\"ask\":{\"id\":\"q1\",\"kind\":\"network\",\"task\":\"t\",\"tool_use\":\"c1\"}}");
  check_call (task, "c1", "q1", NULL);
  put (task, ANNEX_EVENT_ASK_ANSWERED, "{\"ask\":\"q1\",\"answer\":{\"answer\":\"once\"}}");
  put (task, ANNEX_EVENT_ASK_OPENED,
       "{\"ask\":{\"id\":\"q2\",\"kind\":\"network\",\"task\":\"t\",\"tool_use\":\"c2\"}}");
  put (task, ANNEX_EVENT_ASK_EXPIRED, "{\"ask\":\"q2\",\"answer\":{\"answer\":\"none\"}}");
  check_call (task, "c2", NULL, "{\"answer\":\"none\"}");
  put (task, ANNEX_EVENT_ASK_OPENED,
       "{\"ask\":{\"id\":\"q3\",\"kind\":\"network\",\"task\":\"t\",\"tool_use\":\"c2\"}}");
  put (task, ANNEX_EVENT_DRAFT_CHANGED, "{\"share\":\"s1\",\"added\":1}");
  put (task, ANNEX_EVENT_DRAFT_CHANGED, "{\"share\":\"s1\",\"added\":2}");
  check_calls (task);
  again = load (store, annex_task_get_id (task));
  check_calls (again);
  put (again, ANNEX_EVENT_REWOUND, rewind);
  check_call (again, "c1", NULL, NULL);
  check_call (again, "c2", NULL, NULL);
  test_await (annex_store_close (store));
}

/* Going back takes the plan, the asks and what was told of skills back, and nothing the user
 * decided. */
static void
test_rewound (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (GPtrArray) shares = NULL;
  g_autoptr (GPtrArray) asks = NULL;
  g_autofree char *rewind = NULL;

  put (task, ANNEX_EVENT_SHARE_GRANTED,
       "{\"share\":{\"id\":\"s1\",\"name\":\"one\",\"path\":\"/a\",\"mode\":\"review\"}}");
  put (task, ANNEX_EVENT_PLAN_UPDATED,
       "{\"steps\":[{\"id\":\"1\",\"title\":\"A\",\"state\":\"pending\"}]}");
  put (task, ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"t\",\"skills\":{\"tidy\":\"D\"}}");
  rewind = g_strdup_printf ("{\"to_seq\":%d}", (int) annex_task_get_last_seq (task));
  put (task, ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"no skills\"}");
  put (task, ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"t\",\"skills\":{\"sums\":\"D\"}}");
  g_assert_true (json_object_has_member (annex_task_get_skills (task), "sums"));
  put (task, ANNEX_EVENT_PLAN_UPDATED,
       "{\"steps\":[{\"id\":\"1\",\"title\":\"A\",\"state\":\"completed\"},{\"id\":\"2\",\"title\":"
       "\"B\","
       "\"state\":\"pending\"}]}");
  put (task, ANNEX_EVENT_SHARE_REVOKED, "{\"share\":\"s1\"}");
  put (task, ANNEX_EVENT_ASK_OPENED,
       "{\"ask\":{\"id\":\"q1\",\"kind\":\"network\",\"task\":\"t\"}}");
  g_assert_cmpuint (annex_plan_get_n_steps (annex_task_get_plan (task)), ==, 2);
  put (task, ANNEX_EVENT_REWOUND, rewind);
  g_assert_cmpuint (annex_plan_get_n_steps (annex_task_get_plan (task)), ==, 1);
  g_assert_true (json_object_has_member (annex_task_get_skills (task), "tidy"));
  shares = annex_task_dup_shares (task);
  asks = annex_task_dup_open_asks (task);
  g_assert_cmpuint (shares->len, ==, 0);
  g_assert_cmpuint (asks->len, ==, 0);
  put (task, ANNEX_EVENT_REWOUND, "{\"to_seq\":0}");
  g_assert_cmpuint (annex_plan_get_n_steps (annex_task_get_plan (task)), ==, 0);
  g_assert_null (annex_task_get_skills (task));
  test_await (annex_store_close (store));
}

/* What was asked for in one go is applied in that order, and signalled before it resolves. */
static void
test_order (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);
  guint n = 0;

  g_signal_connect (task, "event", G_CALLBACK (count_cb), &n);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *data = g_strdup_printf ("{\"title\":\"%u\"}", i);

      g_ptr_array_add (futures, annex_task_append (task, ANNEX_EVENT_TITLE_CHANGED, json (data)));
    }
  for (guint i = 0; i < futures->len; i++)
    {
      g_autoptr (AnnexEvent) event =
          dex_await_boxed (dex_ref (g_ptr_array_index (futures, i)), NULL);

      g_assert_cmpint (annex_event_get_seq (event), ==, i + 2);
      g_assert_cmpuint (n, >=, i + 1);
    }
  test_await (annex_store_close (store));
}

static void
append_more_cb (AnnexTask *task, AnnexEvent *event, gpointer data)
{
  g_autofree char *title = annex_task_dup_title (task);

  if (annex_event_get_event_type (event) == ANNEX_EVENT_TITLE_CHANGED && strlen (title) < 5)
    {
      g_autofree char *more = g_strdup_printf ("{\"title\":\"%sx\"}", title);

      dex_future_disown (annex_task_append (task, ANNEX_EVENT_TITLE_CHANGED, json (more)));
    }
}

/* A handler may append, and whoever appended need not wait for it to be applied. */
static void
test_unwatched (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autofree char *title = NULL;

  g_signal_connect (task, "event", G_CALLBACK (append_more_cb), NULL);
  dex_unref (annex_task_append (task, ANNEX_EVENT_TITLE_CHANGED, json ("{\"title\":\"x\"}")));
  for (guint i = 0; i < 200 && annex_task_get_last_seq (task) < 6; i++)
    dex_await (dex_timeout_new_msec (10), NULL); /* a time-out rejects */
  title = annex_task_dup_title (task);
  g_assert_cmpstr (title, ==, "xxxxx");
  test_await (annex_store_close (store));
}

/* Two stores on one file stand for two processes. */
static void
test_other_process (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexStore) other_store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (AnnexTask) other = load (other_store, annex_task_get_id (task));
  g_autofree char *title = NULL;
  guint n = 0;

  g_signal_connect (task, "event", G_CALLBACK (count_cb), &n);
  put (other, ANNEX_EVENT_TITLE_CHANGED, "{\"title\":\"theirs\"}");
  put (other, ANNEX_EVENT_STATE_CHANGED, "{\"state\":\"done\"}");
  g_assert_cmpint (annex_task_get_state (task), ==, ANNEX_TASK_RUNNING);
  put (task, ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"mine\"}");
  title = annex_task_dup_title (task);
  g_assert_cmpstr (title, ==, "theirs");
  g_assert_cmpint (annex_task_get_state (task), ==, ANNEX_TASK_DONE);
  g_assert_cmpint (annex_task_get_last_seq (task), ==, 4);
  g_assert_cmpuint (n, ==, 3);
  test_await (annex_task_refresh (other));
  g_assert_cmpint (annex_task_get_last_seq (other), ==, 4);
  test_await (annex_task_refresh (other));
  g_assert_cmpint (annex_task_get_last_seq (other), ==, 4);
  test_await (annex_store_close (store));
  test_await_error (annex_task_refresh (task), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED);
  test_await_error (annex_task_append (task, ANNEX_EVENT_ANNOUNCEMENT, NULL), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_FAILED);
  test_await (annex_store_close (other_store));
}

/* Both append as fast as they can: each sees all, in one order. */
static void
test_interleaved (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexStore) other_store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (AnnexTask) other = load (other_store, annex_task_get_id (task));
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);
  g_autofree char *mine = NULL;
  g_autofree char *theirs = NULL;
  guint n = 0;

  g_signal_connect (task, "event", G_CALLBACK (count_cb), &n);
  for (guint i = 0; i < 120; i++)
    {
      g_autofree char *data =
          g_strdup_printf ("{\"blocks\":[{\"type\":\"text\",\"text\":\"%u\"}]}", i);

      g_ptr_array_add (
          futures, annex_task_append (i % 2 ? task : other, ANNEX_EVENT_USER_MESSAGE, json (data)));
      if (i % 7 == 0)
        dex_await (dex_ref (g_ptr_array_index (futures, i)), NULL);
    }
  for (guint i = 0; i < futures->len; i++)
    test_await (dex_ref (g_ptr_array_index (futures, i)));
  test_await (annex_task_refresh (task));
  test_await (annex_task_refresh (other));
  g_assert_cmpint (annex_task_get_last_seq (task), ==, 121);
  g_assert_cmpint (annex_task_get_last_seq (other), ==, 121);
  g_assert_cmpuint (n, ==, 120);
  mine = messages_text (task);
  theirs = messages_text (other);
  g_assert_cmpstr (mine, ==, theirs);
  test_await (annex_store_close (store));
  test_await (annex_store_close (other_store));
}

static gint64
get_seen (AnnexEvent *event)
{
  return annex_json_opt_int (annex_event_get_data (event), "seen", -1);
}

/* A reply notes what its request was built from, also when the request is repeated. */
static void
test_seen (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (AnnexTask) again = NULL;
  g_autoptr (GPtrArray) request = NULL;
  g_autoptr (AnnexEvent) first = NULL;
  g_autoptr (AnnexEvent) second = NULL;
  g_autoptr (AnnexEvent) third = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  put (task, ANNEX_EVENT_USER_MESSAGE, "{\"blocks\":[{\"type\":\"text\",\"text\":\"a\"}]}");
  request = annex_task_dup_messages (task);
  put (task, ANNEX_EVENT_USER_MESSAGE, "{\"blocks\":[{\"type\":\"text\",\"text\":\"b\"}]}");
  first = dex_await_boxed (
      annex_task_append (task, ANNEX_EVENT_REPLY_STARTED, json ("{\"reply\":\"r1\"}")), NULL);
  put (task, ANNEX_EVENT_REPLY_FAILED, "{\"reply\":\"r1\"}");
  second = dex_await_boxed (
      annex_task_append (task, ANNEX_EVENT_REPLY_STARTED, json ("{\"reply\":\"r2\"}")), NULL);
  g_assert_cmpint (get_seen (first), ==, 2);
  g_assert_cmpint (get_seen (second), ==, 2);
  put (task, ANNEX_EVENT_BLOCK,
       "{\"reply\":\"r2\",\"index\":0,\"block\":{\"type\":\"text\",\"text\":\"x\"}}");
  put (task, ANNEX_EVENT_REPLY_FINISHED, "{\"reply\":\"r2\",\"stop_reason\":\"end_turn\"}");
  before = messages_text (task);
  g_assert_cmpstr (before, ==,
                   "0 {\"type\":\"text\",\"text\":\"a\"}\n1 {\"type\":\"text\",\"text\":\"x\"}\n"
                   "2 {\"type\":\"text\",\"text\":\"b\"}\n");
  g_assert_true (annex_task_needs_model (task));
  again = load (store, annex_task_get_id (task));
  /* Without a request before it, a reply has seen all there is. */
  third = dex_await_boxed (
      annex_task_append (again, ANNEX_EVENT_REPLY_STARTED, json ("{\"reply\":\"r3\"}")), NULL);
  g_assert_cmpint (get_seen (third), ==, 8);
  after = messages_text (again);
  g_assert_cmpstr (before, ==, after);
  test_await (annex_store_close (store));
}

static void
delta_cb (AnnexTask *task, const AnnexDelta *delta, char **text)
{
  g_free (*text);
  *text = g_strdup (delta->text);
}

static void
test_delta (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autofree char *text = NULL;
  AnnexDelta delta = { .kind = ANNEX_DELTA_TEXT, .text = "hel" };

  g_signal_connect (task, "delta", G_CALLBACK (delta_cb), &text);
  annex_task_emit_delta (task, &delta);
  g_assert_cmpstr (text, ==, "hel");
  g_assert_cmpint (annex_task_get_last_seq (task), ==, 1);
  test_await (annex_store_close (store));
}

/* The conversation is read when it is asked for: what happens meanwhile is in it too, whether one
 * waits for it or not, and who has none is told. */
static void
test_conversation_later (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (AnnexTask) waited = NULL;
  g_autoptr (AnnexTask) asked = NULL;
  g_autofree char *live = NULL;
  g_autofree char *after_waiting = NULL;
  g_autofree char *at_once = NULL;
  DexFuture *reading;

  put (task, ANNEX_EVENT_USER_MESSAGE, "{\"blocks\":[{\"type\":\"text\",\"text\":\"one\"}]}");
  waited = load (store, annex_task_get_id (task));
  reading = annex_task_read_conversation (waited);
  put (waited, ANNEX_EVENT_USER_MESSAGE, "{\"blocks\":[{\"type\":\"text\",\"text\":\"two\"}]}");
  test_await (reading);
  test_await (annex_task_read_conversation (waited));
  asked = load (store, annex_task_get_id (task));
  put (asked, ANNEX_EVENT_USER_MESSAGE, "{\"blocks\":[{\"type\":\"text\",\"text\":\"three\"}]}");
  reading = annex_task_read_conversation (asked);
  at_once = messages_text (asked); /* while it is read */
  test_await (reading);
  test_await (annex_task_refresh (task));
  test_await (annex_task_refresh (waited));
  live = messages_text (task);
  after_waiting = messages_text (waited);
  g_assert_nonnull (strstr (live, "three"));
  g_assert_cmpstr (after_waiting, ==, live);
  g_assert_cmpstr (at_once, ==, live);
  g_assert_true (annex_task_needs_model (asked));
  test_await (annex_store_delete_task (store, annex_task_get_id (task)));
  g_clear_object (&waited);
  test_await (annex_store_close (store));
}

static void
test_conversation_gone (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autoptr (AnnexTask) again = load (store, annex_task_get_id (task));

  test_await (annex_store_delete_task (store, annex_task_get_id (task)));
  test_await_error (annex_task_read_conversation (again), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  g_assert_false (annex_task_needs_model (again));
  test_await (annex_store_close (store));
}

static void
test_names (void)
{
  for (int state = ANNEX_TASK_RUNNING; state <= ANNEX_TASK_STOPPED; state++)
    g_assert_cmpint (annex_task_state_from_name (annex_task_state_to_name (state)), ==, state);
  g_assert_cmpint (annex_task_state_from_name ("invented"), ==, ANNEX_TASK_STOPPED);
  for (int reason = ANNEX_STOP_END_TURN; reason <= ANNEX_STOP_OTHER; reason++)
    g_assert_cmpint (annex_stop_reason_from_name (annex_stop_reason_to_name (reason)), ==, reason);
  g_assert_cmpint (annex_stop_reason_from_name (NULL), ==, ANNEX_STOP_OTHER);
}

/* Who goes back and cannot say what they wanted to has not gone back. */
static void
test_rewind (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexTask) task = create (store);
  g_autofree char *much = g_strnfill (ANNEX_JSON_MAX_BYTES + 1, 'w');
  JsonArray *blocks = json_array_new ();
  gint64 before;
  guint n = 0;

  put (task, ANNEX_EVENT_USER_MESSAGE, "{\"blocks\":[{\"type\":\"text\",\"text\":\"One\"}]}");
  before = annex_task_get_last_seq (task);
  put (task, ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"After\"}");
  json_array_add_string_element (blocks, much);
  test_await_error (annex_task_rewind (task, before - 1, blocks), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_FORMAT);
  test_await (annex_task_refresh (task));
  g_assert_cmpint (annex_task_get_last_seq (task), ==, before + 1);

  g_signal_connect (task, "event", G_CALLBACK (count_cb), &n);
  blocks = json_array_new ();
  json_array_add_object_element (blocks, json ("{\"type\":\"text\",\"text\":\"Two\"}"));
  test_await (annex_task_rewind (task, before - 1, blocks));
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (annex_task_get_last_seq (task), ==, before + 3);
}

int
main (int argc, char *argv[])
{
  int status;

  folder = g_dir_make_tmp ("annex-task-XXXXXX", NULL);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  test_add_fiber ("/task/create", test_create);
  test_add_fiber ("/task/facts", test_facts);
  test_add_fiber ("/task/rewound", test_rewound);
  test_add_fiber ("/task/rewind", test_rewind);
  test_add_fiber ("/task/calls", test_calls);
  test_add_fiber ("/task/order", test_order);
  test_add_fiber ("/task/unwatched", test_unwatched);
  test_add_fiber ("/task/other-process", test_other_process);
  test_add_fiber ("/task/interleaved", test_interleaved);
  test_add_fiber ("/task/seen", test_seen);
  test_add_fiber ("/task/delta", test_delta);
  test_add_fiber ("/task/conversation/later", test_conversation_later);
  test_add_fiber ("/task/conversation/gone", test_conversation_gone);
  g_test_add_func ("/task/names", test_names);
  status = g_test_run ();
  {
    const char *remove[] = { "rm", "-rf", folder, NULL };

    g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                  NULL);
  }
  return status;
}
