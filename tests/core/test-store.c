/* test-store.c
 *
 * The store in one process: appending, lists, search, ledger, rules, and every way a database can
 * be unusable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-policy.h"
#include "annex-store.h"

#include "test-fiber.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char *folder;

static char *
new_path (void)
{
  static guint n;

  return g_strdup_printf ("%s/%u.db", folder, ++n);
}

static AnnexStore *
open_store (const char *path)
{
  g_autoptr (GError) error = NULL;
  AnnexStore *store = dex_await_object (annex_store_open (path), &error);

  g_assert_no_error (error);
  return store;
}

static JsonObject *
json (const char *text)
{
  JsonObject *object = annex_json_parse_object (text, -1, NULL);

  g_assert_nonnull (object);
  return object;
}

static AnnexEvent *
append (AnnexStore *store, const char *task, AnnexEventType type, const char *data)
{
  g_autoptr (GError) error = NULL;
  AnnexEvent *event = dex_await_boxed (annex_store_append (store, task, type, json (data)), &error);

  g_assert_no_error (error);
  return event;
}

static void
put (AnnexStore *store, const char *task, AnnexEventType type, const char *data)
{
  g_autoptr (AnnexEvent) event = append (store, task, type, data);
}

static void
create (AnnexStore *store, const char *task, const char *title)
{
  g_autofree char *data = g_strdup_printf ("{\"title\":\"%s\",\"provider\":\"tour\",\"model\":\"\","
                                           "\"system\":\"s\",\"tools\":\"[]\"}",
                                           title);

  put (store, task, ANNEX_EVENT_TASK_CREATED, data);
}

static void
say (AnnexStore *store, const char *task, const char *text)
{
  g_autofree char *data =
      g_strdup_printf ("{\"blocks\":[{\"type\":\"text\",\"text\":\"%s\"}]}", text);

  put (store, task, ANNEX_EVENT_USER_MESSAGE, data);
}

static GPtrArray *
list (DexFuture *future)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *array = dex_await_boxed (future, &error);

  g_assert_no_error (error);
  g_assert_nonnull (array);
  return array;
}

/* The ids of summaries, in order. */
static char *
ids (DexFuture *future)
{
  g_autoptr (GPtrArray) array = list (future);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < array->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            ((AnnexTaskSummary *) g_ptr_array_index (array, i))->id);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static void
check_ids (DexFuture *future, const char *wanted)
{
  g_autofree char *found = ids (future);

  g_assert_cmpstr (found, ==, wanted);
}

static void
test_append (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexEvent) first = NULL;
  g_autoptr (AnnexEvent) second = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  g_autoptr (GPtrArray) one = NULL;
  g_autofree char *line = NULL;
  g_autofree char *line_again = NULL;
  struct stat st;

  create (store, "t1", "First");
  first = append (store, "t1", ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"a\",\"z\":[1,2.5,null]}");
  second = append (store, "t1", ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"b\"}");
  g_assert_cmpint (annex_event_get_seq (first), ==, 2);
  g_assert_cmpint (annex_event_get_seq (second), ==, 3);
  g_assert_cmpint (annex_event_get_id (second), >, annex_event_get_id (first));
  events = list (annex_store_list_events (store, "t1", 0, 0));
  rest = list (annex_store_list_events (store, "t1", 2, 0));
  one = list (annex_store_list_events (store, "t1", 1, 1));
  g_assert_cmpuint (events->len, ==, 3);
  g_assert_cmpuint (rest->len, ==, 1);
  g_assert_cmpuint (one->len, ==, 1);
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
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);

  test_await_error (annex_store_append (store, "none", ANNEX_EVENT_ANNOUNCEMENT, NULL),
                    ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  test_await_error (annex_store_list_events (store, "none", 0, 0), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  create (store, "t1", "T");
  test_await_error (
      annex_store_append (store, "t1", ANNEX_EVENT_TASK_CREATED, json ("{\"title\":\"again\"}")),
      ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED);
  test_await (annex_store_close (store));
  test_await (annex_store_close (store));
  test_await_error (annex_store_list_tasks (store), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED);
}

/* Many at once share transactions; one bad one among them fails alone. */
static void
test_append_many (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);
  g_autoptr (GPtrArray) events = NULL;

  create (store, "t1", "T");
  for (guint i = 0; i < 500; i++)
    g_ptr_array_add (futures,
                     annex_store_append (store, i % 50 == 7 ? "absent" : "t1",
                                         ANNEX_EVENT_ANNOUNCEMENT, json ("{\"text\":\"x\"}")));
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
  events = list (annex_store_list_events (store, "t1", 0, 0));
  g_assert_cmpuint (events->len, ==, 491);
  for (guint i = 0; i < events->len; i++)
    g_assert_cmpint (annex_event_get_seq (g_ptr_array_index (events, i)), ==, i + 1);
  test_await (annex_store_close (store));
}

/* A caller that goes away does not take its event with it. */
static void
test_append_unwatched (void)
{
  g_autofree char *path = new_path ();
  AnnexStore *store = open_store (path);
  g_autoptr (GPtrArray) events = NULL;

  create (store, "t1", "T");
  dex_unref (annex_store_append (store, "t1", ANNEX_EVENT_ANNOUNCEMENT, json ("{\"text\":\"x\"}")));
  dex_unref (annex_store_list_tasks (store));
  g_clear_object (&store);
  store = open_store (path);
  /* The first store's thread may still be closing: its work was queued before. */
  for (guint i = 0; i < 100; i++)
    {
      g_clear_pointer (&events, g_ptr_array_unref);
      events = list (annex_store_list_events (store, "t1", 0, 0));
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
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (GPtrArray) tasks = NULL;
  AnnexTaskSummary *summary;
  g_autofree char *line = NULL;

  create (store, "a", "Alpha");
  create (store, "b", "Beta");
  check_ids (annex_store_list_tasks (store), "b a");
  put (store, "a", ANNEX_EVENT_TITLE_CHANGED, "{\"title\":\"Renamed\"}");
  put (store, "a", ANNEX_EVENT_STATE_CHANGED, "{\"state\":\"waiting\"}");
  put (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k1\",\"text\":\"Which?\"}}");
  check_ids (annex_store_list_tasks (store), "a b");
  test_await (annex_store_set_archived (store, "a", TRUE));
  tasks = list (annex_store_list_tasks (store));
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
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexLedgerEntry) entry = annex_ledger_entry_new ("a", "computer", "h.example", 443);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (AnnexEvent) event = NULL;
  g_autoptr (AnnexEvent) later = NULL;

  create (store, "a", "Alpha");
  create (store, "b", "Beta");
  say (store, "a", "needle");
  event = append (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k1\"}}");
  test_await (annex_store_append_ledger (store, entry));
  test_await (annex_store_delete_task (store, "a"));
  check_ids (annex_store_list_tasks (store), "b");
  check_ids (annex_store_search (store, "needle", 0), "");
  rows = list (annex_store_list_open_asks (store));
  g_assert_cmpuint (rows->len, ==, 0);
  g_clear_pointer (&rows, g_ptr_array_unref);
  rows = list (annex_store_list_ledger (store, "a"));
  g_assert_cmpuint (rows->len, ==, 1);
  test_await_error (annex_store_delete_task (store, "a"), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  later = append (store, "b", ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"x\"}");
  g_assert_cmpint (annex_event_get_id (later), >, annex_event_get_id (event));
  test_await (annex_store_close (store));
}

static void
test_search (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  static const char *const hostile[] = {
    "\"",  "\"\"", "a\"b", "NEAR(",   "needle OR x", "words:", "^needle", "*",      "(",
    "AND", "-",    "{x}",  "needle'", "NOT",         "+ +",    "\xff",    "a\nb\0", "%",
  };

  create (store, "a", "Quittungen 2024");
  create (store, "b", "Grüße");
  create (store, "c", "Third");
  say (store, "a", "Summe der Rechnungen von Müller-Lüdenscheidt");
  say (store, "b", "rechnung needle OR thread");
  put (store, "c", ANNEX_EVENT_BLOCK,
       "{\"reply\":\"r\",\"index\":0,\"block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":"
       "\"shell\","
       "\"input\":{\"command\":\"cat invoices.csv\"}}}");
  put (store, "c", ANNEX_EVENT_TOOL_FINISHED,
       "{\"tool_use_id\":\"t\",\"result\":{\"type\":\"tool_result\",\"tool_use_id\":\"t\","
       "\"content\":"
       "[{\"type\":\"text\",\"text\":\"Zürich;400\"},{\"type\":\"image\",\"source\":{\"data\":"
       "\"hiddenbase\"}}]}}");
  put (store, "c", ANNEX_EVENT_BLOCK,
       "{\"reply\":\"r\",\"index\":1,\"block\":{\"type\":\"thinking\",\"thinking\":"
       "\"secretthought\"}}");
  put (store, "c", ANNEX_EVENT_FILES_PRESENTED, "{\"paths\":[\"/folders/x/Übersicht.xlsx\"]}");

  check_ids (annex_store_search (store, "grusse", 0), ""); /* ß is no ss, and no word begins so */
  check_ids (annex_store_search (store, "gruße", 0), "b");
  check_ids (annex_store_search (store, "MULLER", 0), "a");
  check_ids (annex_store_search (store, "rechn", 0), "b a");
  check_ids (annex_store_search (store, "rechn summe", 0), ""); /* only the last is a prefix */
  check_ids (annex_store_search (store, "summe rechn", 0), "a");
  check_ids (annex_store_search (store, "quittungen rechnungen", 0), "a"); /* of two events */
  check_ids (annex_store_search (store, "Müller-Lüdenscheidt", 0), "a");
  check_ids (annex_store_search (store, "invoices.csv", 0), "c");
  check_ids (annex_store_search (store, "zurich", 0), "c");
  check_ids (annex_store_search (store, "ubersicht", 0), "c");
  check_ids (annex_store_search (store, "hiddenbase", 0), "");
  check_ids (annex_store_search (store, "secretthought", 0), "");
  check_ids (annex_store_search (store, "", 0), "");
  check_ids (annex_store_search (store, " \t ", 0), "");
  check_ids (annex_store_search (store, "rechn", 1), "b");
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *found = ids (annex_store_search (store, hostile[i], 0));

      g_test_message ("%u: %s", i, found);
    }
  /* OR is a word here, not an operator: task a has no needle. */
  check_ids (annex_store_search (store, "summe OR needle", 0), "");
  check_ids (annex_store_search (store, "needle or", 0), "b");
  check_ids (annex_store_search (store, "words:needle", 0), "");
  test_await (annex_store_close (store));
}

/* A title counts more than a mention. */
static void
test_search_order (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);

  create (store, "a", "Budget");
  create (store, "b", "Other");
  create (store, "c", "Filler");
  say (store, "b", "we spoke of the budget there");
  say (store, "c", "nothing of the kind");
  check_ids (annex_store_search (store, "budget", 0), "a b");
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
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);

  create (store, "01abc", "Über das Meer");
  create (store, "01abd", "Receipts");
  create (store, "01ab", "Receipts 2024");
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
  g_autoptr (GPtrArray) asks = list (annex_store_list_open_asks (store));

  return asks->len;
}

static void
test_asks (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (AnnexEvent) mark = NULL;
  g_autofree char *rewind = NULL;
  g_autoptr (DexFuture) one = NULL;
  g_autoptr (DexFuture) two = NULL;

  create (store, "a", "A");
  put (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k1\"}}");
  mark = append (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k2\"}}");
  put (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k3\"}}");
  g_assert_cmpuint (n_open_asks (store), ==, 3);
  test_await_error (annex_store_append (store, "a", ANNEX_EVENT_ASK_ANSWERED,
                                        json ("{\"ask\":\"k9\",\"answer\":{}}")),
                    ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  /* Two answers at once: one counts. */
  one = annex_store_append (store, "a", ANNEX_EVENT_ASK_ANSWERED,
                            json ("{\"ask\":\"k1\",\"answer\":{\"answer\":\"once\"}}"));
  two = annex_store_append (store, "a", ANNEX_EVENT_ASK_EXPIRED,
                            json ("{\"ask\":\"k1\",\"answer\":{\"answer\":\"none\"}}"));
  test_await (dex_ref (one));
  test_await_error (dex_ref (two), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  g_assert_cmpuint (n_open_asks (store), ==, 2);
  rewind = g_strdup_printf ("{\"to_seq\":%d}", (int) annex_event_get_seq (mark));
  put (store, "a", ANNEX_EVENT_REWOUND, rewind);
  g_assert_cmpuint (n_open_asks (store), ==, 1);
  put (store, "a", ANNEX_EVENT_ASK_EXPIRED, "{\"ask\":\"k2\",\"answer\":{}}");
  g_assert_cmpuint (n_open_asks (store), ==, 0);
  test_await (annex_store_close (store));
}

static void
test_ledger (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
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
  all = list (annex_store_list_ledger (store, NULL));
  some = list (annex_store_list_ledger (store, "t"));
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
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autoptr (GPtrArray) rules = NULL;
  AnnexNetworkRule *rule;

  test_await (annex_store_set_rule (store, "b.example", TRUE));
  test_await (annex_store_set_rule (store, "a.example", TRUE));
  test_await (annex_store_set_rule (store, "a.example", FALSE));
  test_await (annex_store_set_rule (store, "c.example", FALSE));
  test_await (annex_store_remove_rule (store, "c.example"));
  rules = list (annex_store_list_rules (store));
  g_assert_cmpuint (rules->len, ==, 2);
  rule = g_ptr_array_index (rules, 0);
  g_assert_cmpstr (rule->host, ==, "a.example");
  g_assert_false (rule->allow);
  rule = g_ptr_array_index (rules, 1);
  g_assert_true (rule->allow);
  test_await (annex_store_close (store));
}

/* Unusable databases */

static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *handle;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (handle);
}

static void
make_database (const char *path)
{
  g_autoptr (AnnexStore) store = open_store (path);

  create (store, "a", "Alpha");
  for (guint i = 0; i < 200; i++)
    say (store, "a", "some words that fill a page or two of the database");
  test_await (annex_store_close (store));
}

static void
test_newer (void)
{
  g_autofree char *path = new_path ();
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize before_size;
  gsize after_size;

  make_database (path);
  run_sql (path, "PRAGMA journal_mode=DELETE; PRAGMA user_version=99");
  g_assert_true (g_file_get_contents (path, &before, &before_size, NULL));
  test_await_error (annex_store_open (path), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NEWER);
  g_assert_true (g_file_get_contents (path, &after, &after_size, NULL));
  g_assert_cmpmem (before, before_size, after, after_size);
}

static void
test_foreign (void)
{
  g_autofree char *text = new_path ();
  g_autofree char *other = new_path ();
  g_autofree char *marked = new_path ();

  g_assert_true (g_file_set_contents (text,
                                      "This is a letter, and no database at all. It goes on "
                                      "for longer than the header of one would be, though.",
                                      -1, NULL));
  test_await_error (annex_store_open (text), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED);
  run_sql (other, "CREATE TABLE bookmarks (url TEXT)");
  test_await_error (annex_store_open (other), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED);
  run_sql (marked, "CREATE TABLE bookmarks (url TEXT); PRAGMA application_id=7");
  test_await_error (annex_store_open (marked), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED);
}

static void
test_damaged (void)
{
  g_autofree char *path = new_path ();
  g_autofree char *bytes = NULL;
  gsize size;

  make_database (path);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, >, 5 * 4096);
  memset (bytes + 4096, 0xa5, size - 4096);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  test_await_error (annex_store_open (path), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED);
}

static void
test_unopenable (void)
{
  g_autofree char *file = new_path ();
  g_autofree char *below_file = g_build_filename (file, "x", "tasks.db", NULL);

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  test_await_error (annex_store_open (below_file), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_OPEN);
  test_await_error (annex_store_open (folder), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_OPEN);
}

static void
test_makes_folder (void)
{
  g_autofree char *path = g_build_filename (folder, "new", "er", "tasks.db", NULL);
  g_autoptr (AnnexStore) store = open_store (path);

  create (store, "a", "A");
  test_await (annex_store_close (store));
}

/* A path with what a URI would read otherwise. */
static void
test_odd_path (void)
{
  g_autofree char *path = g_build_filename (folder, "a b?c#d%20e", "ä.db", NULL);
  g_autoptr (AnnexStore) store = open_store (path);

  create (store, "a", "A");
  test_await (annex_store_close (store));
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_clear_object (&store);
  store = open_store (path);
  check_ids (annex_store_list_tasks (store), "a");
  test_await (annex_store_close (store));
}

/* Derived tables of another version, or lost, are made anew from the events. */
static void
test_derived (void)
{
  g_autofree char *path = new_path ();
  AnnexStore *store = open_store (path);

  create (store, "a", "Alpha");
  say (store, "a", "needle");
  put (store, "a", ANNEX_EVENT_TITLE_CHANGED, "{\"title\":\"Renamed\"}");
  put (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k1\"}}");
  put (store, "a", ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k2\"}}");
  put (store, "a", ANNEX_EVENT_ASK_ANSWERED, "{\"ask\":\"k2\",\"answer\":{}}");
  test_await (annex_store_set_archived (store, "a", TRUE));
  test_await (annex_store_close (store));
  g_clear_object (&store);
  run_sql (path, "UPDATE meta SET value = 0 WHERE name = 'derived';"
                 "DROP TABLE summary; DELETE FROM asks; DROP TABLE search");
  store = open_store (path);
  {
    g_autoptr (GPtrArray) tasks = list (annex_store_list_tasks (store));
    AnnexTaskSummary *summary = g_ptr_array_index (tasks, 0);

    g_assert_cmpuint (tasks->len, ==, 1);
    g_assert_cmpstr (summary->title, ==, "Renamed");
    g_assert_true (summary->archived);
    g_assert_cmpint (summary->open_asks, ==, 1);
  }
  check_ids (annex_store_search (store, "needle", 0), "a");
  check_ids (annex_store_search (store, "renamed", 0), "a");
  test_await (annex_store_close (store));
  g_object_unref (store);
}

/* A full disk: nothing is half appended, and once there is room the same store goes on. A limit on
 * the size of files stands for the disk. */
static void
test_full (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (AnnexStore) store = open_store (path);
  g_autofree char *filler = g_strnfill (20000, 'x');
  g_autofree char *data = g_strdup_printf ("{\"text\":\"%s\"}", filler);
  g_autoptr (GPtrArray) events = NULL;
  struct rlimit old;
  struct rlimit small;
  guint n_good = 1;
  guint n_refused = 0;

  create (store, "a", "A");
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 400 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  for (guint i = 0; i < 60; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexEvent) event = dex_await_boxed (
          annex_store_append (store, "a", ANNEX_EVENT_ANNOUNCEMENT, json (data)), &error);

      if (event != NULL)
        {
          n_good++;
          g_assert_cmpint (annex_event_get_seq (event), ==, n_good);
        }
      else
        {
          n_refused++;
          g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DISK_FULL);
        }
    }
  g_assert_cmpuint (n_refused, >, 0);
  g_assert_cmpuint (n_good, >, 3);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  events = list (annex_store_list_events (store, "a", 0, 0));
  g_assert_cmpuint (events->len, ==, n_good);
  put (store, "a", ANNEX_EVENT_ANNOUNCEMENT, data);
  test_await (annex_store_close (store));
  g_test_message ("%u appended, %u refused", n_good, n_refused);
  {
    g_autoptr (AnnexStore) again = open_store (path);
    g_autoptr (GPtrArray) all = list (annex_store_list_events (again, "a", 0, 0));

    g_assert_cmpuint (all->len, ==, n_good + 1);
    test_await (annex_store_close (again));
  }
}

int
main (int argc, char *argv[])
{
  int status;

  folder = g_dir_make_tmp ("annex-store-XXXXXX", NULL);
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
  test_add_fiber ("/store/newer", test_newer);
  test_add_fiber ("/store/foreign", test_foreign);
  test_add_fiber ("/store/damaged", test_damaged);
  test_add_fiber ("/store/unopenable", test_unopenable);
  test_add_fiber ("/store/makes-folder", test_makes_folder);
  test_add_fiber ("/store/odd-path", test_odd_path);
  test_add_fiber ("/store/derived", test_derived);
  test_add_fiber ("/store/full", test_full);
  status = g_test_run ();
  {
    const char *remove[] = { "rm", "-rf", folder, NULL };

    g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                  NULL);
  }
  return status;
}
