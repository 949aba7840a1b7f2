/* test-store.c
 *
 * The store in one process: appending, lists, search, asks, ledger and rules.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-policy.h"
#include "annex-store-rules.h"

#include "store-fixture.h"
#include "test-fiber.h"

#include <string.h>
#include <sys/stat.h>

static void
test_append (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (AnnexEvent) first = NULL;
  g_autoptr (AnnexEvent) second = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  g_autoptr (GPtrArray) one = NULL;
  g_autoptr (GPtrArray) told = NULL;
  g_autoptr (GPtrArray) none = NULL;
  const AnnexEventType types[] = { ANNEX_EVENT_ERROR, ANNEX_EVENT_ANNOUNCEMENT };
  g_autofree char *line = NULL;
  g_autofree char *line_again = NULL;
  struct stat st;

  store_create (store, "t1", "First");
  first =
      store_append (store, "t1", ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"a\",\"z\":[1,2.5,null]}");
  second = store_append (store, "t1", ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"b\"}");
  g_assert_cmpint (annex_event_get_seq (first), ==, 2);
  g_assert_cmpint (annex_event_get_seq (second), ==, 3);
  g_assert_cmpint (annex_event_get_id (second), >, annex_event_get_id (first));
  events = store_list (annex_store_list_events (store, "t1", 0, 0));
  rest = store_list (annex_store_list_events (store, "t1", 2, 0));
  one = store_list (annex_store_list_events (store, "t1", 1, 1));
  g_assert_cmpuint (events->len, ==, 3);
  g_assert_cmpuint (rest->len, ==, 1);
  g_assert_cmpuint (one->len, ==, 1);
  told = store_list (annex_store_list_events_of (store, "t1", types, 2));
  none = store_list (annex_store_list_events_of (store, "t1", types, 1));
  g_assert_cmpuint (told->len, ==, 2);
  g_assert_cmpint (annex_event_get_seq (g_ptr_array_index (told, 1)), ==, 3);
  g_assert_cmpuint (none->len, ==, 0);
  line = annex_event_to_json_line (first);
  line_again = annex_event_to_json_line (g_ptr_array_index (one, 0));
  g_assert_cmpstr (line, ==, line_again);
  g_assert_cmpint (stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
  test_await (annex_store_close (store));
}

static void
test_append_refused (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);

  test_await_error (annex_store_append (store, "none", ANNEX_EVENT_ANNOUNCEMENT, NULL),
                    ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  test_await_error (annex_store_list_events (store, "none", 0, 0), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  test_await_error (annex_store_list_events_of (store, "none", NULL, 0), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  store_create (store, "t1", "T");
  test_await_error (annex_store_append (store, "t1", ANNEX_EVENT_TASK_CREATED,
                                        store_json ("{\"title\":\"again\"}")),
                    ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED);
  test_await (annex_store_close (store));
  test_await (annex_store_close (store));
  test_await_error (annex_store_list_tasks (store), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED);
}

/* Many at once share transactions; one bad one among them fails alone. */
static void
test_append_many (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);
  g_autoptr (GPtrArray) events = NULL;

  store_create (store, "t1", "T");
  for (guint i = 0; i < 500; i++)
    g_ptr_array_add (futures, annex_store_append (store, i % 50 == 7 ? "absent" : "t1",
                                                  ANNEX_EVENT_ANNOUNCEMENT,
                                                  store_json ("{\"text\":\"x\"}")));
  for (guint i = 0; i < futures->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexEvent) event =
          dex_await_boxed (dex_ref (g_ptr_array_index (futures, i)), &error);

      if (i % 50 == 7)
        g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
      else
        g_assert_no_error (error);
    }
  events = store_list (annex_store_list_events (store, "t1", 0, 0));
  g_assert_cmpuint (events->len, ==, 491);
  for (guint i = 0; i < events->len; i++)
    g_assert_cmpint (annex_event_get_seq (g_ptr_array_index (events, i)), ==, i + 1);
  test_await (annex_store_close (store));
}

/* A caller that goes away does not take its event with it. */
static void
test_append_unwatched (void)
{
  g_autofree char *path = store_new_path ();
  AnnexStore *store = store_open (path);
  g_autoptr (GPtrArray) events = NULL;

  store_create (store, "t1", "T");
  dex_unref (
      annex_store_append (store, "t1", ANNEX_EVENT_ANNOUNCEMENT, store_json ("{\"text\":\"x\"}")));
  dex_unref (annex_store_list_tasks (store));
  g_clear_object (&store);
  store = store_open (path);
  /* The first store's thread may still be closing: its work was queued before. */
  for (guint i = 0; i < 100; i++)
    {
      g_clear_pointer (&events, g_ptr_array_unref);
      events = store_list (annex_store_list_events (store, "t1", 0, 0));
      if (events->len == 2)
        break;
      dex_await (dex_timeout_new_msec (20), NULL); /* a time-out rejects */
    }
  g_assert_cmpuint (events->len, ==, 2);
  test_await (annex_store_close (store));
  g_object_unref (store);
}

static void
test_tasks (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (GPtrArray) tasks = NULL;
  AnnexTaskSummary *summary;
  g_autofree char *line = NULL;

  store_create (store, "a", "Alpha");
  store_create (store, "b", "Beta");
  store_check_ids (annex_store_list_tasks (store), "b a");
  store_put (store, "a", ANNEX_EVENT_TITLE_CHANGED, "{\"title\":\"Renamed\"}");
  store_put (store, "a", ANNEX_EVENT_STATE_CHANGED, "{\"state\":\"waiting\"}");
  store_put (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k1\",\"text\":\"Which?\"}}");
  store_check_ids (annex_store_list_tasks (store), "a b");
  test_await (annex_store_set_archived (store, "a", TRUE));
  tasks = store_list (annex_store_list_tasks (store));
  summary = g_ptr_array_index (tasks, 0);
  g_assert_cmpstr (summary->title, ==, "Renamed");
  g_assert_cmpstr (summary->state, ==, "waiting");
  g_assert_true (summary->archived);
  g_assert_cmpint (summary->open_asks, ==, 1);
  g_assert_cmpint (summary->updated_us, >, summary->created_us);
  g_assert_cmpstr (((AnnexTaskSummary *) g_ptr_array_index (tasks, 1))->state, ==, "running");
  line = annex_task_summary_to_json_line (summary);
  g_assert_true (g_str_has_prefix (line,
                                   "{\"id\":\"a\",\"title\":\"Renamed\",\"state\":\"waiting\","
                                   "\"created\":\"2"));
  test_await_error (annex_store_set_archived (store, "x", TRUE), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  test_await (annex_store_close (store));
}

static void
test_delete (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (AnnexLedgerEntry) entry = annex_ledger_entry_new ("a", "computer", "h.example", 443);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (AnnexEvent) event = NULL;
  g_autoptr (AnnexEvent) later = NULL;

  store_create (store, "a", "Alpha");
  store_create (store, "b", "Beta");
  store_say (store, "a", "needle");
  event = store_append (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k1\"}}");
  test_await (annex_store_append_ledger (store, entry));
  test_await (annex_store_delete_task (store, "a"));
  store_check_ids (annex_store_list_tasks (store), "b");
  store_check_ids (annex_store_search (store, "needle", 0), "");
  rows = store_list (annex_store_list_open_asks (store));
  g_assert_cmpuint (rows->len, ==, 0);
  g_clear_pointer (&rows, g_ptr_array_unref);
  rows = store_list (annex_store_list_ledger (store, "a"));
  g_assert_cmpuint (rows->len, ==, 1);
  test_await_error (annex_store_delete_task (store, "a"), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  later = store_append (store, "b", ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"x\"}");
  g_assert_cmpint (annex_event_get_id (later), >, annex_event_get_id (event));
  test_await (annex_store_close (store));
}

static void
test_search (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  static const char *const hostile[] = {
    "\"",  "\"\"", "a\"b", "NEAR(",   "needle OR x", "words:", "^needle", "*",      "(",
    "AND", "-",    "{x}",  "needle'", "NOT",         "+ +",    "\xff",    "a\nb\0", "%",
  };

  store_create (store, "a", "Quittungen 2024");
  store_create (store, "b", "Grüße");
  store_create (store, "c", "Third");
  store_say (store, "a", "Summe der Rechnungen von Müller-Lüdenscheidt");
  store_say (store, "b", "rechnung needle OR thread");
  store_put (store, "c", ANNEX_EVENT_BLOCK,
             "{\"reply\":\"r\",\"index\":0,\"block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":"
             "\"shell\","
             "\"input\":{\"command\":\"cat invoices.csv\"}}}");
  store_put (
      store, "c", ANNEX_EVENT_TOOL_FINISHED,
      "{\"tool_use_id\":\"t\",\"result\":{\"type\":\"tool_result\",\"tool_use_id\":\"t\","
      "\"content\":"
      "[{\"type\":\"text\",\"text\":\"Zürich;400\"},{\"type\":\"image\",\"source\":{\"data\":"
      "\"hiddenbase\"}}]}}");
  store_put (store, "c", ANNEX_EVENT_BLOCK,
             "{\"reply\":\"r\",\"index\":1,\"block\":{\"type\":\"thinking\",\"thinking\":"
             "\"secretthought\"}}");
  store_put (store, "c", ANNEX_EVENT_FILES_PRESENTED,
             "{\"paths\":[\"/folders/x/Übersicht.xlsx\"]}");

  store_check_ids (annex_store_search (store, "grusse", 0),
                   ""); /* ß is no ss, and no word begins so */
  store_check_ids (annex_store_search (store, "gruße", 0), "b");
  store_check_ids (annex_store_search (store, "MULLER", 0), "a");
  store_check_ids (annex_store_search (store, "rechn", 0), "b a");
  store_check_ids (annex_store_search (store, "rechn summe", 0),
                   ""); /* only the last is a prefix */
  store_check_ids (annex_store_search (store, "summe rechn", 0), "a");
  store_check_ids (annex_store_search (store, "quittungen rechnungen", 0), "a"); /* of two events */
  store_check_ids (annex_store_search (store, "Müller-Lüdenscheidt", 0), "a");
  store_check_ids (annex_store_search (store, "invoices.csv", 0), "c");
  store_check_ids (annex_store_search (store, "zurich", 0), "c");
  store_check_ids (annex_store_search (store, "ubersicht", 0), "c");
  store_check_ids (annex_store_search (store, "hiddenbase", 0), "");
  store_check_ids (annex_store_search (store, "secretthought", 0), "");
  store_check_ids (annex_store_search (store, "", 0), "");
  store_check_ids (annex_store_search (store, " \t ", 0), "");
  store_check_ids (annex_store_search (store, "rechn", 1), "b");
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *found = store_ids (annex_store_search (store, hostile[i], 0));

      g_test_message ("%u: %s", i, found);
    }
  /* OR is a word here, not an operator: task a has no needle. */
  store_check_ids (annex_store_search (store, "summe OR needle", 0), "");
  store_check_ids (annex_store_search (store, "needle or", 0), "b");
  store_check_ids (annex_store_search (store, "words:needle", 0), "");
  test_await (annex_store_close (store));
}

/* A title counts more than a mention. */
static void
test_search_order (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);

  store_create (store, "a", "Budget");
  store_create (store, "b", "Other");
  store_create (store, "c", "Filler");
  store_say (store, "b", "we spoke of the budget there");
  store_say (store, "c", "nothing of the kind");
  store_check_ids (annex_store_search (store, "budget", 0), "a b");
  test_await (annex_store_close (store));
}

static void
check_found (AnnexStore *store, const char *text, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = dex_await_string (annex_store_find_task (store, text), &error);

  g_assert_cmpstr (id, ==, wanted);
  if (wanted == NULL)
    g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
}

static void
test_find (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);

  store_create (store, "01abc", "Über das Meer");
  store_create (store, "01abd", "Receipts");
  store_create (store, "01ab", "Receipts 2024");
  check_found (store, "01abc", "01abc");
  check_found (store, "01ABD", "01abd");
  check_found (store, "01ab", "01ab"); /* whole before beginning */
  check_found (store, "01a", NULL);
  check_found (store, "receipts", "01abd");
  check_found (store, "receipts 2", "01ab");
  check_found (store, "ÜBER", "01abc");
  check_found (store, "rec", NULL);
  check_found (store, "", NULL);
  check_found (store, "%", NULL);
  test_await (annex_store_close (store));
}

static guint
n_open_asks (AnnexStore *store)
{
  g_autoptr (GPtrArray) asks = store_list (annex_store_list_open_asks (store));

  return asks->len;
}

static void
test_asks (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (AnnexEvent) mark = NULL;
  g_autofree char *rewind = NULL;
  g_autoptr (DexFuture) one = NULL;
  g_autoptr (DexFuture) two = NULL;

  store_create (store, "a", "A");
  store_put (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k1\"}}");
  mark = store_append (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k2\"}}");
  store_put (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k3\"}}");
  g_assert_cmpuint (n_open_asks (store), ==, 3);
  test_await_error (annex_store_append (store, "a", ANNEX_EVENT_ASK_ANSWERED,
                                        store_json ("{\"ask\":\"k9\",\"answer\":{}}")),
                    ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  /* Two answers at once: one counts. */
  one = annex_store_append (store, "a", ANNEX_EVENT_ASK_ANSWERED,
                            store_json ("{\"ask\":\"k1\",\"answer\":{\"answer\":\"once\"}}"));
  two = annex_store_append (store, "a", ANNEX_EVENT_ASK_EXPIRED,
                            store_json ("{\"ask\":\"k1\",\"answer\":{\"answer\":\"none\"}}"));
  test_await (dex_ref (one));
  test_await_error (dex_ref (two), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  g_assert_cmpuint (n_open_asks (store), ==, 2);
  rewind = g_strdup_printf ("{\"to_seq\":%d}", (int) annex_event_get_seq (mark));
  store_put (store, "a", ANNEX_EVENT_REWOUND, rewind);
  g_assert_cmpuint (n_open_asks (store), ==, 1);
  store_put (store, "a", ANNEX_EVENT_ASK_EXPIRED, "{\"ask\":\"k2\",\"answer\":{}}");
  g_assert_cmpuint (n_open_asks (store), ==, 0);
  test_await (annex_store_close (store));
}

static void
test_ledger (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (AnnexLedgerEntry) entry = annex_ledger_entry_new (NULL, "image", "h.example", 443);
  g_autoptr (AnnexLedgerEntry) bad = annex_ledger_entry_new ("t", "computer", "evil\xff\n", 80);
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) some = NULL;
  g_autofree char *line = NULL;
  AnnexLedgerEntry *read;

  entry->bytes_up = 5;
  entry->bytes_down = G_MAXUINT64;
  entry->method = g_strdup ("GET");
  bad->decision = g_strdup ("refused");
  bad->by = g_strdup ("policy");
  bad->reason = g_strdup ("no name");
  test_await (annex_store_append_ledger (store, entry));
  test_await (annex_store_append_ledger (store, bad));
  all = store_list (annex_store_list_ledger (store, NULL));
  some = store_list (annex_store_list_ledger (store, "t"));
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpuint (some->len, ==, 1);
  read = g_ptr_array_index (all, 0);
  g_assert_null (read->task_id);
  g_assert_cmpint (read->id, ==, 1);
  g_assert_cmpstr (read->method, ==, "GET");
  g_assert_cmpuint (read->bytes_up, ==, 5);
  g_assert_cmpuint (read->bytes_down, ==, G_MAXINT64);
  line = annex_ledger_entry_to_json_line (g_ptr_array_index (some, 0));
  g_assert_nonnull (strstr (line, "\"host\":\"evil\xef\xbf\xbd\\n\""));
  test_await (annex_store_close (store));
}

static void
test_rules (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GPtrArray) again = NULL;
  AnnexNetworkRule *rule;

  test_await (annex_store_set_rule (store, "b.example", TRUE));
  test_await (annex_store_set_rule (store, "a.example", TRUE));
  test_await (annex_store_set_rule (store, "a.example", FALSE));
  test_await (annex_store_set_rule (store, "c.example", FALSE));
  test_await (annex_store_remove_rule (store, "c.example"));
  rules = store_list (annex_store_list_rules (store));
  g_assert_cmpuint (rules->len, ==, 2);
  rule = g_ptr_array_index (rules, 0);
  g_assert_cmpstr (rule->host, ==, "a.example");
  g_assert_false (rule->allow);
  rule = g_ptr_array_index (rules, 1);
  g_assert_true (rule->allow);
  /* One that comes back is as old as it was, and no decision since is lost. */
  test_await (annex_store_remove_rule (store, "b.example"));
  test_await (annex_store_restore_rule (store, rule));
  again = store_list (annex_store_list_rules (store));
  g_assert_cmpuint (again->len, ==, 2);
  g_assert_cmpint (((AnnexNetworkRule *) again->pdata[1])->time_us, ==, rule->time_us);
  g_assert_true (((AnnexNetworkRule *) again->pdata[1])->allow);
  g_clear_pointer (&again, g_ptr_array_unref);
  test_await (annex_store_set_rule (store, "b.example", FALSE));
  test_await (annex_store_restore_rule (store, rule));
  again = store_list (annex_store_list_rules (store));
  g_assert_false (((AnnexNetworkRule *) again->pdata[1])->allow);
  test_await (annex_store_close (store));
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  test_add_fiber ("/store/append", test_append);
  test_add_fiber ("/store/append/refused", test_append_refused);
  test_add_fiber ("/store/append/many", test_append_many);
  test_add_fiber ("/store/append/unwatched", test_append_unwatched);
  test_add_fiber ("/store/tasks", test_tasks);
  test_add_fiber ("/store/delete", test_delete);
  test_add_fiber ("/store/search", test_search);
  test_add_fiber ("/store/search/order", test_search_order);
  test_add_fiber ("/store/find", test_find);
  test_add_fiber ("/store/asks", test_asks);
  test_add_fiber ("/store/ledger", test_ledger);
  test_add_fiber ("/store/rules", test_rules);
  status = g_test_run ();
  store_folder_remove ();
  return status;
}
