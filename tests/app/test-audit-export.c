/* test-audit-export.c
 *
 * What Annex does, reported to a collector on loopback: everything once it is wanted, nothing of
 * before, nothing twice, nothing lost to a collector that is away, and no contents.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-audit-export.h"

#include "annex-admin-policy.h"
#include "annex-json-build.h"
#include "annex-store-outbox.h"
#include "app-fixture.h"
#include "test-fiber.h"

#include <libsoup/soup.h>
#include <sqlite3.h>
#include <string.h>

#define WORDS "word-of-somebody-5183"

static SoupServer *server;
static guint status = SOUP_STATUS_OK; /* what it answers */
static const char *poison;            /* 400 for a body with it; NULL: none */
static gsize most_bytes;              /* 413 for a longer one; 0: none */
static GPtrArray *bodies;             /* char *, what it took */
static guint n_requests;

static void
handle_cb (SoupServer *from,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autofree char *text = g_strndup (body->data, (gsize) body->length);
  guint answer = status;

  n_requests++;
  if (status == SOUP_STATUS_OK && poison != NULL && strstr (text, poison) != NULL)
    answer = SOUP_STATUS_BAD_REQUEST;
  if (status == SOUP_STATUS_OK && most_bytes > 0 && strlen (text) > most_bytes)
    answer = SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
  g_assert_cmpstr (soup_server_message_get_method (message), ==, "POST");
  g_assert_cmpstr (path, ==, "/v1/logs");
  g_assert_cmpstr (soup_message_headers_get_content_type (
                       soup_server_message_get_request_headers (message), NULL),
                   ==, "application/json");
  if (answer == SOUP_STATUS_OK)
    g_ptr_array_add (bodies, g_steal_pointer (&text));
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, "{}", 2);
  soup_server_message_set_status (message, answer, NULL);
}

/* Starts it, and lets the administrator want it. */
static void
start (void)
{
  GSList *uris;
  g_autofree char *address = NULL;
  g_autofree char *text = NULL;
  g_autoptr (AnnexAdminPolicy) policy = NULL;

  bodies = g_ptr_array_new_with_free_func (g_free);
  n_requests = 0;
  status = SOUP_STATUS_OK;
  poison = NULL;
  most_bytes = 0;
  server = soup_server_new (NULL, NULL);
  soup_server_add_handler (server, NULL, handle_cb, NULL, NULL);
  g_assert_true (soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (server);
  address = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  text = g_strdup_printf ("{\"audit_collectors\":[\"%s\"]}", address);
  policy = annex_admin_policy_parse ("test.json", text, -1);
  g_assert_null (annex_admin_policy_get_fault (policy));
  annex_admin_policy_set (policy);
}

static void
stop (void)
{
  annex_admin_policy_set (NULL);
  g_clear_object (&server);
  g_clear_pointer (&bodies, g_ptr_array_unref);
}

static void
put (AnnexSession *session, AnnexEventType type, const char *data)
{
  test_await (annex_store_append (annex_session_get_store (session), "t1", type,
                                  annex_json_parse_object (data, -1, NULL)));
}

static void
make_task (AnnexSession *session)
{
  put (session, ANNEX_EVENT_TASK_CREATED,
       "{\"title\":\"" WORDS "\",\"provider\":\"openai\",\"model\":\"m\",\"system\":\"" WORDS
       "\",\"tools\":\"[]\"}");
  put (session, ANNEX_EVENT_USER_MESSAGE,
       "{\"blocks\":[{\"type\":\"text\",\"text\":\"" WORDS "\"}]}");
}

/* The records in all bodies: their names, each followed by a space. */
static char *
dup_names (void)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < bodies->len; i++)
    {
      g_autoptr (JsonObject) body =
          annex_json_parse_object (g_ptr_array_index (bodies, i), -1, NULL);
      JsonObject *logs =
          json_array_get_object_element (annex_json_get_array (body, "resourceLogs", NULL), 0);
      JsonObject *scope =
          json_array_get_object_element (annex_json_get_array (logs, "scopeLogs", NULL), 0);
      JsonArray *records = annex_json_get_array (scope, "logRecords", NULL);

      g_assert_null (strstr (g_ptr_array_index (bodies, i), WORDS));
      for (guint j = 0; j < json_array_get_length (records); j++)
        g_string_append_printf (
            names, "%s ",
            annex_json_opt_string (json_array_get_object_element (records, j), "eventName", "?"));
    }
  return g_string_free_and_steal (names);
}

static void
assert_names (const char *wanted)
{
  g_autofree char *names = dup_names ();

  g_assert_cmpstr (names, ==, wanted);
}

static void
test_once (void)
{
  AnnexSession *session = app_fixture_open ();
  g_autoptr (AnnexLedgerEntry) entry = annex_ledger_entry_new ("t1", "computer", "a.example", 443);

  make_task (session); /* before anybody wants to know */
  test_await (annex_session_close (session));
  g_clear_object (&session);

  start ();
  session = app_fixture_open ();
  while (n_requests == 0) /* the end of what there was is found first */
    {
      put (session, ANNEX_EVENT_STATE_CHANGED, "{\"state\":\"running\"}");
      app_fixture_wait (200);
    }
  g_ptr_array_set_size (bodies, 0);
  put (session, ANNEX_EVENT_SHARE_REVOKED, "{\"share\":\"s\"}");
  put (session, ANNEX_EVENT_ANNOUNCEMENT, "{\"text\":\"" WORDS "\"}");
  entry->decision = g_strdup ("refused");
  test_await (annex_store_append_ledger (annex_session_get_store (session), entry));
  test_await (annex_session_close (session));
  g_clear_object (&session);
  {
    g_autofree char *names = dup_names ();

    g_assert_nonnull (strstr (names, "folder-taken left-machine "));
    g_assert_null (strstr (names, "task-created"));
  }
  /* The next one has nothing to add, and does not speak of its own speaking. */
  g_ptr_array_set_size (bodies, 0);
  session = app_fixture_open ();
  test_await (annex_session_close (session));
  g_clear_object (&session);
  assert_names ("");
  stop ();
}

static void
test_later (void)
{
  AnnexSession *session;

  start ();
  session = app_fixture_open ();
  test_await (annex_session_close (session)); /* it is known where to begin */
  g_clear_object (&session);
  status = SOUP_STATUS_SERVICE_UNAVAILABLE;
  session = app_fixture_open ();
  make_task (session);
  test_await (annex_session_close (session));
  g_clear_object (&session);
  assert_names ("");
  g_assert_cmpuint (n_requests, >, 0);

  status = SOUP_STATUS_OK;
  session = app_fixture_open ();
  test_await (annex_session_close (session));
  g_clear_object (&session);
  {
    g_autofree char *names = dup_names ();

    /* With what the first try cost, which did not arrive. */
    g_assert_true (g_str_has_prefix (names, "task-created "));
  }
  stop ();
}

/* The collector is known already, and knows all that there is. */
static void
begin (void)
{
  AnnexSession *session;

  start ();
  session = app_fixture_open ();
  test_await (annex_session_close (session));
  g_clear_object (&session);
}

static void
end_session (AnnexSession *session)
{
  test_await (annex_session_close (session));
  g_object_unref (session);
}

static void
delete_task (AnnexSession *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexTask) task =
      dex_await_object (annex_task_load (annex_session_get_store (session), "t1"), &error);

  g_assert_no_error (error);
  annex_session_delete_task (session, task, &error);
  g_assert_no_error (error);
}

/* The words of the answer's refusal in the ledger, all of them. */
static char *
dup_reasons (AnnexSession *session)
{
  g_autoptr (GPtrArray) rows =
      dex_await_boxed (annex_store_list_ledger (annex_session_get_store (session), NULL), NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      AnnexLedgerEntry *row = g_ptr_array_index (rows, i);

      if (row->reason != NULL)
        g_string_append_printf (text, "%s\n", row->reason);
    }
  return g_string_free_and_steal (text);
}

/* Who deletes a task while nobody listens does not take it out of the report. */
static void
test_deleted (void)
{
  g_autoptr (GPtrArray) left = NULL;
  AnnexSession *session;

  begin ();
  status = SOUP_STATUS_SERVICE_UNAVAILABLE;
  session = app_fixture_open ();
  make_task (session);
  put (session, ANNEX_EVENT_SHARE_REVOKED, "{\"share\":\"s\"}");
  delete_task (session);
  end_session (session);
  assert_names ("");

  status = SOUP_STATUS_OK;
  end_session (app_fixture_open ());
  {
    g_autofree char *names = dup_names ();

    g_assert_true (g_str_has_prefix (names, "task-created folder-taken task-deleted "));
  }
  /* Once, and it is kept no longer. */
  g_ptr_array_set_size (bodies, 0);
  session = app_fixture_open ();
  left = dex_await_boxed (annex_store_list_outbox (annex_session_get_store (session), 0, 9), NULL);
  g_assert_cmpuint (left->len, ==, 0);
  end_session (session);
  assert_names ("");
  stop ();
}

/* What the collector has is not told again when it is deleted. */
static void
test_deleted_later (void)
{
  AnnexSession *session;

  begin ();
  session = app_fixture_open ();
  make_task (session);
  end_session (session);
  g_ptr_array_set_size (bodies, 0);
  session = app_fixture_open ();
  delete_task (session);
  end_session (session);
  assert_names ("task-deleted ");
  stop ();
}

/* A record that the collector does not take holds up no other one. */
static void
test_refused (void)
{
  g_autofree char *reasons = NULL;
  AnnexSession *session;

  begin ();
  poison = "bad-share";
  session = app_fixture_open ();
  make_task (session);
  put (session, ANNEX_EVENT_SHARE_REVOKED, "{\"share\":\"bad-share\"}");
  for (guint i = 0; i < 5; i++)
    put (session, ANNEX_EVENT_STATE_CHANGED, "{\"state\":\"running\"}");
  end_session (session);
  session = app_fixture_open ();
  reasons = dup_reasons (session);
  end_session (session);
  {
    g_autofree char *names = dup_names ();

    g_assert_nonnull (strstr (names, "task-created "));
    g_assert_null (strstr (names, "folder-taken"));
    g_assert_true (
        g_str_has_suffix (names, "task-state task-state task-state task-state task-state "));
  }
  g_assert_nonnull (strstr (reasons, "the record “folder-taken” was passed over"));
  stop ();
}

/* Whoever refuses everything is at the wrong address: nothing is passed over. */
static void
test_refused_all (void)
{
  AnnexSession *session;

  begin ();
  status = SOUP_STATUS_BAD_REQUEST;
  session = app_fixture_open ();
  make_task (session);
  end_session (session);
  assert_names ("");
  status = SOUP_STATUS_OK;
  end_session (app_fixture_open ());
  {
    g_autofree char *names = dup_names ();

    g_assert_true (g_str_has_prefix (names, "task-created "));
  }
  stop ();
}

static void
test_too_large (void)
{
  g_autofree char *long_share = g_strnfill (3000, 's');
  g_autofree char *data = g_strdup_printf ("{\"share\":\"%s\"}", long_share);
  AnnexSession *session;
  g_autofree char *names = NULL;

  begin ();
  most_bytes = 10000;
  session = app_fixture_open ();
  make_task (session);
  for (guint i = 0; i < 7; i++)
    put (session, ANNEX_EVENT_SHARE_REVOKED, data);
  end_session (session);
  names = dup_names ();
  g_assert_true (g_str_has_prefix (
      names, "task-created folder-taken folder-taken folder-taken folder-taken folder-taken "
             "folder-taken folder-taken "));
  g_assert_cmpuint (bodies->len, >, 2);
  stop ();
}

/* Of an event that cannot be read it is told that it was there. */
static void
test_unreadable (void)
{
  g_autofree char *path =
      g_build_filename (app_fixture_get_home (), "data", "annex", "tasks.db", NULL);
  AnnexSession *session;
  sqlite3 *db = NULL;
  g_autofree char *names = NULL;

  begin ();
  status = SOUP_STATUS_SERVICE_UNAVAILABLE;
  session = app_fixture_open ();
  make_task (session);
  put (session, ANNEX_EVENT_SHARE_REVOKED, "{\"share\":\"s\"}");
  put (session, ANNEX_EVENT_STATE_CHANGED, "{\"state\":\"running\"}");
  end_session (session);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "UPDATE events SET data = '{' WHERE type = 'share-revoked'",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  sqlite3_close (db);

  status = SOUP_STATUS_OK;
  end_session (app_fixture_open ());
  names = dup_names ();
  g_assert_true (g_str_has_prefix (names, "task-created folder-taken task-state "));
  stop ();
}

/* One object, in the form that collectors read. */
static void
test_format (void)
{
  g_autoptr (GPtrArray) records =
      g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autofree char *text = NULL;

  g_ptr_array_add (records, annex_json_parse_object (
                                "{\"time\":\"2025-01-31T12:00:00.000Z\",\"task\":\"t\",\"kind\":"
                                "\"left-machine\",\"port\":443,\"cost\":0.5,\"ok\":true,\"list\":["
                                "1],\"decision\":\"refused\"}",
                                -1, NULL));
  text = annex_audit_export_format (records);
  g_assert_nonnull (strstr (
      text,
      "\"logRecords\":[{\"timeUnixNano\":\"1738324800000000000\",\"observedTimeUnixNano\":"
      "\"1738324800000000000\",\"severityNumber\":13,\"severityText\":\"WARN\",\"eventName\":"
      "\"left-"
      "machine\",\"body\":{\"stringValue\":\"left-machine\"},\"attributes\":[{\"key\":\"annex."
      "task\",\"value\":{\"stringValue\":\"t\"}},{\"key\":\"annex.port\",\"value\":{\"intValue\":"
      "\"443\"}},{\"key\":\"annex.cost\",\"value\":{\"doubleValue\":0.5}},{\"key\":\"annex.ok\","
      "\"value\":{\"boolValue\":true}},{\"key\":\"annex.list\",\"value\":{\"stringValue\":\"[1]\"}}"
      ","));
  g_assert_nonnull (
      strstr (text, "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"annex\"}}"));
}

int
main (int argc, char **argv)
{
  int result;

  app_fixture_init (&argc, &argv);
  app_fixture_add ("/audit-export/format", test_format);
  app_fixture_add ("/audit-export/once", test_once);
  app_fixture_add ("/audit-export/later", test_later);
  app_fixture_add ("/audit-export/deleted", test_deleted);
  app_fixture_add ("/audit-export/deleted-later", test_deleted_later);
  app_fixture_add ("/audit-export/refused", test_refused);
  app_fixture_add ("/audit-export/refused-all", test_refused_all);
  app_fixture_add ("/audit-export/too-large", test_too_large);
  app_fixture_add ("/audit-export/unreadable", test_unreadable);
  result = g_test_run ();
  app_fixture_done ();
  return result;
}
