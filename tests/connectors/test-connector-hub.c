/* test-connector-hub.c
 *
 * The user's connectors as they are set up, signed in to and removed, against a service that wants
 * a sign-in: what of it is in the ledger, what the administrator forbids, and what is removed while
 * it is signed in to; and against one that a task uses.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-admin-policy.h"
#include "annex-connector-hub-private.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-oauth-private.h"
#include "annex-session-secrets.h"
#include "host-process.h"

#include <libsoup/soup.h>
#include <string.h>

typedef struct
{
  char *folder;
  AnnexProcess *server;
  char *address;
  guint port;
  AnnexStore *store;
  AnnexSecrets *secrets;
  AnnexConnectorHub *hub;
  AnnexConnectors *connectors;
  SoupSession *browser;
  guint loading;
} Case;

static void
settle (DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
}

/* Takes @future. */
static gboolean
succeeds (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) taken = future;

  settle (taken);
  return dex_future_get_value (taken, error) != NULL;
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Case *self = data;
  g_autoptr (GBytes) body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);

  self->loading--;
}

static DexFuture *
open_cb (const char *address, const char *host, gpointer data)
{
  Case *self = data;
  g_autoptr (SoupMessage) message = soup_message_new ("GET", address);

  self->loading++;
  soup_session_send_and_read_async (self->browser, message, G_PRIORITY_DEFAULT, NULL, loaded_cb,
                                    self);
  return dex_future_new_true ();
}

static Case *
case_new_of (const char *const *arguments)
{
  Case *self = g_new0 (Case, 1);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (DexFuture) opened = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *port = NULL;
  g_autofree char *path = NULL;
  g_autofree char *file = NULL;
  g_autofree char *known = NULL;

  self->folder = g_dir_make_tmp ("annex-hub-XXXXXX", NULL);
  path = g_build_filename (self->folder, "annex.db", NULL);
  file = g_build_filename (self->folder, "connectors.json", NULL);
  known = g_build_filename (self->folder, "known", NULL);
  self->server = host_process_new (arguments);
  lines = g_data_input_stream_new (annex_process_get_stdout (self->server));
  port = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  g_assert_nonnull (port);
  self->port = (guint) g_ascii_strtoull (port, NULL, 10);
  self->address = g_strdup_printf ("http://127.0.0.1:%u/mcp", self->port);
  opened = annex_store_open (path);
  settle (opened);
  self->store = g_value_dup_object (dex_future_get_value (opened, &error));
  g_assert_no_error (error);
  self->secrets = annex_session_secrets_new ("A test.");
  self->browser = soup_session_new ();
  self->hub = annex_connector_hub_new (self->secrets, self->store, file, known);
  self->connectors = ANNEX_CONNECTORS (self->hub);
  succeeds (annex_connectors_add (self->connectors, self->address, "Fake"), &error);
  g_assert_no_error (error);
  return self;
}

static Case *
case_new (const char *fault)
{
  const char *arguments[] = { "python3", "-B", FAKE_OAUTH, fault != NULL ? "--fault" : NULL,
                              fault,     NULL };

  return case_new_of (arguments);
}

static void
case_free (Case *self)
{
  const char *remove[] = { "rm", "-rf", self->folder, NULL };

  annex_admin_policy_set (NULL);
  while (self->loading > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (succeeds (annex_connector_hub_close (self->hub), NULL));
  g_object_unref (self->hub);
  g_object_unref (self->store);
  g_clear_object (&self->server);
  while (host_process_get_n () > 0)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (self->browser);
  g_object_unref (self->secrets);
  g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_free (self->folder);
  g_free (self->address);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Case, case_free)

/* The rows of the service in no task. */
static guint
count_rows (Case *self, const char *method)
{
  g_autoptr (DexFuture) listed = annex_store_list_ledger (self->store, NULL);
  GPtrArray *rows;
  guint n = 0;

  settle (listed);
  rows = g_value_get_boxed (dex_future_get_value (listed, NULL));
  for (guint i = 0; i < rows->len; i++)
    {
      AnnexLedgerEntry *row = rows->pdata[i];

      n += row->task_id == NULL && g_str_equal (row->channel, "connector") &&
           g_str_equal (row->host, "127.0.0.1") && row->port == self->port &&
           g_str_equal (row->method, method) && g_str_equal (row->decision, "allowed") &&
           (row->bytes_up > 0) == g_str_equal (method, "POST");
    }
  return n;
}

static DexFuture *
sign_in (Case *self, DexFuture *cancel)
{
  return annex_connectors_sign_in (self->connectors, "fake", open_cb, self, NULL, cancel);
}

/* ---- the ledger */

static void
test_ledger (void)
{
  g_autoptr (Case) self = case_new (NULL);
  g_autoptr (GError) error = NULL;

  succeeds (sign_in (self, NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_rows (self, "GET"), ==, 2); /* the service's description, the server's */
  g_assert_cmpuint (count_rows (self, "POST"), ==,
                    3); /* the first refusal, Annex's name, a token */
  succeeds (annex_connectors_sign_out (self->connectors, "fake"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_rows (self, "POST"), ==, 4);
}

/* ---- the administrator */

static void
test_forbidden (void)
{
  g_autoptr (Case) self = case_new (NULL);
  g_autoptr (AnnexAdminPolicy) policy =
      annex_admin_policy_parse ("work.json", "{\"connectors\": [\"other\"]}", -1);
  g_autoptr (GError) error = NULL;
  guint before;

  g_assert_null (annex_admin_policy_get_fault (policy));
  succeeds (sign_in (self, NULL), &error);
  g_assert_no_error (error);
  before = count_rows (self, "POST") + count_rows (self, "GET");
  annex_admin_policy_set (policy);
  g_assert_false (succeeds (sign_in (self, NULL), &error));
  g_assert_error (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_CONNECTOR);
  g_clear_error (&error);
  /* The way out is open, without a word to the service. */
  succeeds (annex_connectors_sign_out (self->connectors, "fake"), &error);
  g_assert_no_error (error);
  g_assert_false (succeeds (annex_secrets_lookup (self->secrets, "connector:fake"), &error));
  g_assert_error (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_NOT_FOUND);
  g_assert_cmpuint (count_rows (self, "POST") + count_rows (self, "GET"), ==, before);
}

/* ---- removed while it is signed in to */

typedef struct
{
  gboolean gone;
  gboolean used; /* whoever called it was not done with it */
} End;

static void
gone_cb (gpointer data, GObject *where)
{
  End *end = data;

  end->gone = TRUE;
  end->used = ((AnnexOauth *) where)->open != NULL;
}

static void
test_removed_meanwhile (void)
{
  g_autoptr (Case) self = case_new ("silent-server");
  g_autoptr (DexCancellable) cancel = dex_cancellable_new ();
  g_autoptr (DexFuture) signing = sign_in (self, DEX_FUTURE (cancel));
  g_autoptr (GError) error = NULL;
  End end = { 0 };

  while (count_rows (self, "GET") < 1)
    g_main_context_iteration (NULL, TRUE);
  g_object_weak_ref (g_hash_table_lookup (self->hub->oauth, "fake"), gone_cb, &end);
  succeeds (annex_connectors_remove (self->connectors, "fake"), &error);
  g_assert_no_error (error);
  g_assert_true (dex_future_is_pending (signing));
  g_assert_false (end.gone);
  dex_cancellable_cancel (cancel);
  g_assert_false (succeeds (dex_ref (signing), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  while (!end.gone)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (end.used);
}

/* ---- used by a task */

/* A service of the older generation, which is listened to, started. (borrowed) */
static AnnexConnectorLine *
start_line (Case *self)
{
  const AnnexConnectorUse use = { .task_id = "t" };
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexConnectorConfig) config =
      annex_connector_shelf_find (self->hub->shelf, "fake", &error);
  AnnexConnectorLine *line = annex_connector_hub_get_line (self->hub, config, &use);

  succeeds (annex_connector_line_start (line, NULL), &error);
  g_assert_no_error (error);
  return line;
}

static DexFuture *
call_line (Case *self, AnnexConnectorLine *line, const char *name, JsonObject *arguments)
{
  AnnexConnectorRecord *record = annex_connector_shelf_get_record (self->hub->shelf, "fake");

  for (guint i = 0; i < record->tools->len; i++)
    {
      const AnnexMcpTool *tool = record->tools->pdata[i];

      if (g_str_equal (tool->name, name))
        return annex_connector_line_call (line, tool, arguments, NULL, NULL);
    }
  g_error ("There is no tool %s", name);
}

/* The task's rows of @method, or of all where that is NULL, that are under way or have ended. */
static guint
count_task_rows (Case *self, const char *method, gboolean under_way)
{
  g_autoptr (DexFuture) listed = annex_store_list_ledger (self->store, "t");
  GPtrArray *rows;
  guint n = 0;

  settle (listed);
  rows = g_value_get_boxed (dex_future_get_value (listed, NULL));
  for (guint i = 0; i < rows->len; i++)
    {
      AnnexLedgerEntry *row = rows->pdata[i];

      n += (method == NULL || g_str_equal (row->method, method)) &&
           annex_ledger_entry_is_under_way (row) == under_way;
    }
  return n;
}

/* Whoever removes it drops the line before what it was doing has ended. */
static void
test_rows_end (void)
{
  static const char *const arguments[] = { "python3",   "-B",     FAKE_MCP, "--era",
                                           "handshake", "--http", NULL };
  g_autoptr (Case) self = case_new_of (arguments);
  g_autoptr (JsonObject) many = annex_json_build ("i", "steps", (gint64) 100000, NULL);
  g_autoptr (DexFuture) called = call_line (self, start_line (self), "slow", many);
  g_autoptr (GError) error = NULL;

  while (count_task_rows (self, "GET", TRUE) < 1 || count_task_rows (self, "POST", TRUE) < 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (dex_future_is_pending (called));
  succeeds (annex_connectors_remove (self->connectors, "fake"), &error);
  g_assert_no_error (error);
  g_assert_false (succeeds (dex_ref (called), NULL));
  g_assert_cmpuint (count_task_rows (self, NULL, TRUE), ==, 0);
  g_assert_cmpuint (count_task_rows (self, "GET", FALSE), ==, 1);
  g_assert_cmpuint (count_task_rows (self, "DELETE", FALSE), ==, 1);
}

/* What was not sent cannot have been done. */
static void
test_unwritten (void)
{
  static const char *const arguments[] = { "python3", "-B", FAKE_MCP, "--http", NULL };
  g_autoptr (Case) self = case_new_of (arguments);
  g_autoptr (JsonObject) nothing = json_object_new ();
  g_autoptr (GError) error = NULL;
  AnnexConnectorLine *line = start_line (self);

  g_assert_true (succeeds (annex_store_close (self->store), NULL));
  g_assert_false (succeeds (call_line (self, line, "echo", nothing), &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_NOT_STARTED);
  g_assert_nonnull (strstr (error->message, "Nothing was sent"));
  g_assert_null (strstr (error->message, "in the middle"));
}

int
main (int argc, char **argv)
{
  g_setenv ("ANNEX_POLICY_DIR", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/connector-hub/ledger", test_ledger);
  g_test_add_func ("/connector-hub/forbidden", test_forbidden);
  g_test_add_func ("/connector-hub/removed-meanwhile", test_removed_meanwhile);
  g_test_add_func ("/connector-hub/rows-end", test_rows_end);
  g_test_add_func ("/connector-hub/unwritten", test_unwritten);
  return g_test_run ();
}
