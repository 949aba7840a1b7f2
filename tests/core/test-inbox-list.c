/* test-inbox-list.c
 *
 * What the inbox lists of closed asks, asking again, and hearing of another process: the lines of
 * the inbox, the watch of asks, the list of tasks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask-watch.h"
#include "annex-inbox.h"
#include "annex-json-build.h"
#include "annex-task-list.h"

#include "store-fixture.h"
#include "test-fiber.h"

#include <sqlite3.h>
#include <string.h>

#define TASK "01jtask0000000000000000000"

static void
open_ask (AnnexStore *store, AnnexAsk *ask)
{
  JsonObject *json = annex_json_object_copy (annex_ask_get_json (ask));

  test_await (annex_store_append (store, annex_ask_get_task_id (ask), ANNEX_EVENT_ASK_OPENED,
                                  annex_json_build ("o", "ask", json, NULL)));
}

static void
answer (AnnexStore *store, AnnexAsk *ask, const char *json)
{
  test_await (
      annex_store_append (store, annex_ask_get_task_id (ask), ANNEX_EVENT_ASK_ANSWERED,
                          annex_json_build ("s", "ask", annex_ask_get_id (ask), "o", "answer",
                                            store_json (json), "s", "by", "user", NULL)));
}

/* "state state …" in the order of the list. (transfer full) */
static char *
list_states (AnnexStore *store)
{
  g_autoptr (GPtrArray) entries = store_list (annex_inbox_list (store, 100));
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      AnnexInboxEntry *entry = g_ptr_array_index (entries, i);

      g_string_append_printf (text, "%s%s:%s", i > 0 ? " " : "",
                              annex_ask_kind_to_name (annex_ask_get_kind (entry->ask)),
                              annex_inbox_state_to_name (entry->state));
      g_assert_cmpstr (entry->task_title, ==, "Receipts");
      g_assert_true ((entry->closed_us != 0) == (entry->state != ANNEX_INBOX_OPEN));
    }
  return g_string_free_and_steal (text);
}

static void
assert_states (AnnexStore *store, const char *wanted)
{
  g_autofree char *found = list_states (store);

  g_assert_cmpstr (found, ==, wanted);
}

static AnnexAsk *
new_question (void)
{
  g_autoptr (JsonObject) input = store_json (
      "{\"questions\":[{\"id\":\"q\",\"header\":\"Which\",\"question\":\"Which one?\",\"options\":"
      "[{\"label\":\"never\"},{\"label\":\"Blue\"}]}]}");

  return annex_ask_new_question (TASK, input, NULL);
}

static void
test_states (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (AnnexAsk) network = annex_ask_new_network (TASK, "example.org", "why");
  g_autoptr (AnnexAsk) softly = annex_ask_new_network (TASK, "example.edu", "why");
  g_autoptr (AnnexAsk) allowed = annex_ask_new_network (TASK, "example.com", "why");
  g_autoptr (AnnexAsk) folder = annex_ask_new_folder (TASK, "why", NULL);
  g_autoptr (AnnexAsk) consent = annex_ask_new_consent (TASK, "Use", "May it?", "Allow", "Refuse");
  g_autoptr (AnnexAsk) question = new_question ();
  g_autoptr (AnnexAsk) answered = new_question ();
  g_autoptr (AnnexAsk) draft = annex_ask_new_draft (TASK, "s1", "3 added in Receipts");
  g_autoptr (AnnexAsk) waiting = annex_ask_new_network (TASK, "example.net", "why");

  store_create (store, TASK, "Receipts");
  open_ask (store, network);
  answer (store, network, "{\"answer\":\"never\"}");
  open_ask (store, softly);
  answer (store, softly, "{\"answer\":\"no\"}");
  open_ask (store, allowed);
  answer (store, allowed, "{\"answer\":\"once\"}");
  open_ask (store, folder);
  answer (store, folder, "{\"answer\":\"no\"}");
  open_ask (store, consent);
  answer (store, consent, "{\"consent\":\"Refuse\"}");
  open_ask (store, question);
  answer (store, question, "{\"dismissed\":true}");
  open_ask (store, answered);
  answer (store, answered, "{\"q\":\"never\"}"); /* a word of the agent's own is no refusal */
  open_ask (store, draft);
  test_await (annex_store_append (store, TASK, ANNEX_EVENT_ASK_EXPIRED,
                                  annex_json_build ("s", "ask", annex_ask_get_id (draft), NULL)));
  open_ask (store, waiting);
  assert_states (store, "network:open question:dismissed question:refused folder:refused "
                        "network:refused network:refused");
  test_await (annex_store_append (store, TASK, ANNEX_EVENT_ASK_EXPIRED,
                                  annex_json_build ("s", "ask", annex_ask_get_id (waiting), NULL)));
  assert_states (store, "network:expired question:dismissed question:refused folder:refused "
                        "network:refused network:refused");
  test_await (annex_store_close (store));
}

static void
test_reopen (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (AnnexAsk) ask = annex_ask_new_network (TASK, "example.org", "why");
  g_autoptr (AnnexAsk) again = NULL;
  g_autoptr (AnnexInboxEntry) found = NULL;
  g_autofree char *line = NULL;

  store_create (store, TASK, "Receipts");
  open_ask (store, ask);
  test_await_error (annex_inbox_reopen (store, annex_ask_get_id (ask)), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  answer (store, ask, "{\"answer\":\"never\"}");
  again = dex_await_boxed (annex_inbox_reopen (store, annex_ask_get_id (ask)), NULL);
  g_assert_true (annex_ask_is_reopened (again));
  g_assert_cmpstr (annex_ask_get_text (again), ==, "example.org");
  assert_states (store, "network:open");
  answer (store, again, "{\"answer\":\"never\"}");
  assert_states (store, "network:refused");
  found = dex_await_boxed (annex_inbox_find (store, annex_ask_get_id (again)), NULL);
  line = annex_inbox_entry_to_json_line (found);
  g_assert_nonnull (strstr (line, "\"state\":\"refused\""));
  g_assert_nonnull (strstr (line, "\"closed\""));
  test_await_error (annex_inbox_find (store, "nonsense"), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  test_await (annex_store_append (store, TASK, ANNEX_EVENT_REWOUND,
                                  annex_json_build ("i", "to_seq", (gint64) 1, NULL)));
  assert_states (store, "");
  test_await (annex_store_close (store));
}

static void
spoil_derived (const char *path)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db,
                                 "DROP TABLE closed_asks; UPDATE meta SET value = 1 WHERE name = "
                                 "'derived'",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  sqlite3_close (db);
}

/* A database of the version before has no closed asks: they are made from the events. */
static void
test_rebuilt (void)
{
  g_autofree char *path = store_new_path ();
  AnnexStore *store = store_open (path);
  g_autoptr (AnnexAsk) ask = annex_ask_new_network (TASK, "example.org", "why");

  store_create (store, TASK, "Receipts");
  open_ask (store, ask);
  answer (store, ask, "{\"answer\":\"never\"}");
  test_await (annex_store_close (store));
  g_object_unref (store);
  spoil_derived (path);
  store = store_open (path);
  assert_states (store, "network:refused");
  test_await (annex_store_check (store));
  test_await (annex_store_close (store));
  g_object_unref (store);
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
wait_for (guint *n, guint wanted)
{
  for (guint i = 0; i < 800 && *n < wanted; i++)
    dex_await (dex_timeout_new_msec (10), NULL); /* a time-out rejects */
  g_assert_cmpuint (*n, ==, wanted);
}

/* A second connection to the file is what another process has. */
static void
test_others (void)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (AnnexStore) other = store_open (path);
  g_autoptr (AnnexAsk) before = annex_ask_new_network (TASK, "example.net", "why");
  g_autoptr (AnnexAsk) ask = annex_ask_new_network (TASK, "example.org", "why");
  g_autoptr (GPtrArray) open = NULL;
  AnnexAskWatch *watch;
  AnnexTaskList *list;
  guint opened = 0;
  guint closed = 0;
  guint others = 0;

  store_create (store, TASK, "Receipts");
  open_ask (store, before);
  watch = annex_ask_watch_new (store);
  list = annex_task_list_new (store);
  g_signal_connect_swapped (watch, "opened", G_CALLBACK (count_cb), &opened);
  g_signal_connect_swapped (watch, "closed", G_CALLBACK (count_cb), &closed);
  g_signal_connect_swapped (watch, "others", G_CALLBACK (count_cb), &others);
  for (guint i = 0; i < 300 && !annex_task_list_get_loaded (list); i++)
    dex_await (dex_timeout_new_msec (10), NULL);
  open_ask (other, ask);
  wait_for (&opened, 1); /* not the one that was there before */
  answer (other, ask, "{\"answer\":\"never\"}");
  wait_for (&closed, 1);
  answer (store, before, "{\"answer\":\"once\"}");
  wait_for (&closed, 2);
  open = annex_ask_watch_dup_open (watch);
  g_assert_cmpuint (open->len, ==, 0);
  g_assert_cmpuint (others, >=, 2);
  store_create (other, "01jother000000000000000000", "Elsewhere");
  for (guint i = 0; i < 800 && g_list_model_get_n_items (G_LIST_MODEL (list)) < 2; i++)
    dex_await (dex_timeout_new_msec (10), NULL);
  g_assert_nonnull (annex_task_list_find (list, "01jother000000000000000000"));
  g_assert_finalize_object (watch);
  g_assert_finalize_object (list);
  test_await (annex_store_close (other));
  test_await (annex_store_close (store));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  test_add_fiber ("/inbox-list/states", test_states);
  test_add_fiber ("/inbox-list/reopen", test_reopen);
  test_add_fiber ("/inbox-list/rebuilt", test_rebuilt);
  test_add_fiber ("/inbox-list/others", test_others);
  status = g_test_run ();
  store_folder_remove ();
  return status;
}
