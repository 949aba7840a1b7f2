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
#include "app-fixture.h"
#include "test-fiber.h"

#include <libsoup/soup.h>
#include <string.h>

#define WORDS "word-of-somebody-5183"

static SoupServer *server;
static guint status = SOUP_STATUS_OK; /* what it answers */
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

  n_requests++;
  g_assert_cmpstr (soup_server_message_get_method (message), ==, "POST");
  g_assert_cmpstr (path, ==, "/v1/logs");
  g_assert_cmpstr (soup_message_headers_get_content_type (
                       soup_server_message_get_request_headers (message), NULL),
                   ==, "application/json");
  if (status == SOUP_STATUS_OK)
    g_ptr_array_add (bodies, g_strndup (body->data, (gsize) body->length));
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, "{}", 2);
  soup_server_message_set_status (message, status, NULL);
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
  result = g_test_run ();
  app_fixture_done ();
  return result;
}
