/* test-oauth.c
 *
 * Signing in to a service over HTTP, with a browser that follows what it is sent to: the ways there
 * are, tokens that end, and everything that can be wrong, against a real server of both kinds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-mcp-client.h"
#include "annex-oauth.h"
#include "annex-session-secrets.h"
#include "host-process.h"

#include <libsoup/soup.h>
#include <string.h>

/* ---- what a test has */

typedef struct
{
  AnnexProcess *server;
  char *root;
  char *address;
  AnnexSecrets *secrets;
  AnnexOauth *oauth;
  AnnexMcpClient *client;
  AnnexMcpHttp *http; /* the last one; borrowed */
  SoupSession *browser;
  char *page;      /* the last that was opened */
  gboolean refuse; /* the user does not want it */
  gboolean idle;   /* the browser opens and loads nothing */
  guint opened;
  guint loading;
  guint64 received;
} Case;

static void
settle (DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
take_true (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) taken = future;
  const GValue *value;

  settle (taken);
  value = dex_future_get_value (taken, error);
  return value != NULL && g_value_get_boolean (value);
}

static char *
take_string (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) taken = future;
  const GValue *value;

  settle (taken);
  value = dex_future_get_value (taken, error);
  return value != NULL ? g_value_dup_string (value) : NULL;
}

static JsonObject *
take_object (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) taken = future;
  const GValue *value;

  settle (taken);
  value = dex_future_get_value (taken, error);
  return value != NULL ? g_value_dup_boxed (value) : NULL;
}

static DexFuture *
traffic_cb (AnnexMcpTraffic *traffic, gpointer data)
{
  g_assert_cmpstr (traffic->host, ==, "127.0.0.1");
  g_assert_cmpint (traffic->begun, ==, traffic->ended ? traffic->port : 0);
  traffic->begun = traffic->port;
  ((Case *) data)->received += traffic->received_bytes;
  return NULL;
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Case *self = data;
  g_autoptr (GBytes) body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);

  self->loading--;
}

/* What the browser does. */
static void
load (Case *self, const char *method, const char *address, const char *host)
{
  g_autoptr (SoupMessage) message = soup_message_new (method, address);

  if (host != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Host", host);
  self->loading++;
  soup_session_send_and_read_async (self->browser, message, G_PRIORITY_DEFAULT, NULL, loaded_cb,
                                    self);
}

static DexFuture *
open_cb (const char *address, const char *host, gpointer data)
{
  Case *self = data;

  self->opened++;
  g_set_str (&self->page, address);
  g_assert_true (g_str_has_prefix (host, "127.0.0.1:"));
  if (self->refuse)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "No");
  if (!self->idle)
    load (self, "GET", address, NULL);
  return dex_future_new_true ();
}

static DexFuture *
line_cb (gpointer data)
{
  Case *self = data;
  g_autoptr (AnnexMcpTransport) transport = annex_mcp_http_new (self->address, NULL);

  self->http = ANNEX_MCP_HTTP (transport);
  annex_oauth_attach (self->oauth, self->http);
  return dex_future_new_take_object (g_steal_pointer (&transport));
}

static void
start_oauth (Case *self)
{
  self->oauth = annex_oauth_new (self->secrets, "fake", "The Fake", self->address, NULL);
  annex_oauth_set_open_func (self->oauth, open_cb, self, NULL);
  annex_oauth_set_traffic_func (self->oauth, traffic_cb, self, NULL);
}

/* @fault: nullable; @more: nullable, one more word for the server. */
static Case *
case_new (const char *fault, const char *more)
{
  const char *arguments[] = { "python3", "-B", FAKE_OAUTH, "--fault", fault, NULL, NULL };
  Case *self = g_new0 (Case, 1);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *port = NULL;

  if (fault == NULL)
    arguments[3] = more;
  else
    arguments[5] = more;
  self->server = host_process_new (arguments);
  lines = g_data_input_stream_new (annex_process_get_stdout (self->server));
  port = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  g_assert_nonnull (port);
  self->root = g_strdup_printf ("http://127.0.0.1:%s", port);
  self->address = g_strconcat (self->root, "/mcp", NULL);
  self->secrets = annex_session_secrets_new ("A test.");
  self->browser = soup_session_new ();
  start_oauth (self);
  self->client = annex_mcp_client_new (line_cb, self, NULL);
  return self;
}

static void
case_free (Case *self)
{
  while (self->loading > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (take_true (annex_mcp_client_stop (self->client), NULL));
  g_assert_finalize_object (self->client);
  g_object_unref (self->oauth);
  g_clear_object (&self->server);
  while (host_process_get_n () > 0)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (self->browser);
  g_object_unref (self->secrets);
  g_free (self->root);
  g_free (self->address);
  g_free (self->page);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Case, case_free)

static gboolean
sign_in (Case *self, const char *challenge, GError **error)
{
  return take_true (annex_oauth_sign_in (self->oauth, challenge, NULL), error);
}

static JsonObject *
call (Case *self, const char *tool, GError **error)
{
  g_autoptr (JsonObject) params =
      annex_json_build ("s", "name", tool, "o", "arguments", json_object_new (), NULL);
  AnnexMcpRequestOptions options = { .name = tool };

  return take_object (annex_mcp_client_request (self->client, "tools/call", params, &options, NULL),
                      error);
}

static void
assert_call (Case *self, const char *tool)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = call (self, tool, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result);
}

/* What the server was asked, a line each. */
static char *
dup_log (Case *self)
{
  g_autofree char *address = g_strconcat (self->root, "/log", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", address);
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (GBytes) body = soup_session_send_and_read (session, message, NULL, NULL);

  g_assert_nonnull (body);
  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    n++;
  return n;
}

static gboolean
has_secret (Case *self)
{
  g_autofree char *text =
      take_string (annex_secrets_lookup (self->secrets, "connector:fake"), NULL);

  return text != NULL;
}

/* ---- the ways there are */

static void
test_way (gconstpointer data)
{
  const char *fault = data;
  gboolean known = g_strcmp0 (fault, "known-only") == 0;
  g_autoptr (Case) self = case_new (fault, known ? "--client-id=mine:se cret" : NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  if (known)
    annex_oauth_set_client (self->oauth, "mine", "se cret");
  annex_oauth_set_document (self->oauth, "https://annex.example.org/client.json");
  /* Without one the service refuses, and says so. */
  g_assert_null (call (self, "echo", &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN);
  g_clear_error (&error);
  g_assert_false (take_true (annex_oauth_is_signed_in (self->oauth), NULL));
  sign_in (self, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self->opened, ==, 1);
  g_assert_true (take_true (annex_oauth_is_signed_in (self->oauth), NULL));
  assert_call (self, "echo");
  log = dup_log (self);
  g_assert_cmpuint (count (log, "refused"), ==, 0);
  g_assert_cmpuint (count (log, "POST /register"), ==,
                    known || g_strcmp0 (fault, "document") == 0 ? 0 : 1);
  if (g_strcmp0 (fault, "offline") == 0)
    g_assert_cmpuint (count (log, "GET /authorize read offline_access\n"), ==, 1);
  else
    g_assert_cmpuint (count (log, g_strcmp0 (fault, "origin") == 0 ? "GET /authorize -\n"
                                                                   : "GET /authorize read\n"),
                      ==, 1);
  g_assert_cmpuint (self->received, >, 0);

  /* Another Annex, later: nobody is asked. */
  g_object_unref (self->oauth);
  start_oauth (self);
  assert_call (self, "echo");
  g_assert_cmpuint (self->opened, ==, 1);
}

/* ---- what can be wrong */

typedef struct
{
  const char *fault;
  AnnexConnectorError code;
  const char *part; /* of the sentence */
  guint opened;
} Fault;

static const Fault faults[] = {
  { "denied", ANNEX_CONNECTOR_ERROR_SIGN_IN, "not allowed in the browser", 1 },
  { "wrong-iss", ANNEX_CONNECTOR_ERROR_SIGN_IN, "from another sign-in server", 1 },
  { "no-iss", ANNEX_CONNECTOR_ERROR_SIGN_IN, "from another sign-in server", 1 },
  { "no-code", ANNEX_CONNECTOR_ERROR_SIGN_IN, "gave no reason", 1 },
  { "other-resource", ANNEX_CONNECTOR_ERROR_PROTOCOL, "that of another address", 0 },
  { "other-issuer", ANNEX_CONNECTOR_ERROR_PROTOCOL, "says that it is another one", 0 },
  { "http-token", ANNEX_CONNECTOR_ERROR_PROTOCOL, "token address cannot be used: it is not secure",
    0 },
  { "http-page", ANNEX_CONNECTOR_ERROR_PROTOCOL, "sign-in page cannot be used: it is not secure",
    0 },
  { "http-metadata", ANNEX_CONNECTOR_ERROR_PROTOCOL, "is not secure", 0 },
  { "user-page", ANNEX_CONNECTOR_ERROR_PROTOCOL, "holds a user name", 0 },
  { "no-pkce", ANNEX_CONNECTOR_ERROR_PROTOCOL, "PKCE", 0 },
  { "plain-pkce", ANNEX_CONNECTOR_ERROR_PROTOCOL, "PKCE", 0 },
  { "moved-service", ANNEX_CONNECTOR_ERROR_PROTOCOL, "does not follow", 0 },
  { "moved-server", ANNEX_CONNECTOR_ERROR_PROTOCOL, "does not follow", 0 },
  { "moved-token", ANNEX_CONNECTOR_ERROR_PROTOCOL, "does not follow", 1 },
  { "no-servers", ANNEX_CONNECTOR_ERROR_PROTOCOL, "does not say where to sign in", 0 },
  { "html", ANNEX_CONNECTOR_ERROR_PROTOCOL, "does not say where", 0 },
  { "empty", ANNEX_CONNECTOR_ERROR_PROTOCOL, "does not say where", 0 },
  { "huge", ANNEX_CONNECTOR_ERROR_LIMIT, "more than a sign-in can need", 0 },
  { "broken-server", ANNEX_CONNECTOR_ERROR_UNREACHABLE, "a fault of its own", 0 },
  { "known-only", ANNEX_CONNECTOR_ERROR_INVALID, "give the connector its client id", 0 },
  { "refused-app", ANNEX_CONNECTOR_ERROR_INVALID, "by itself: Only  partners  may. Make", 0 },
  { "other-app", ANNEX_CONNECTOR_ERROR_PROTOCOL, "registered Annex as something else", 0 },
  { "bad-code", ANNEX_CONNECTOR_ERROR_SIGN_IN, "refused the sign-in: invalid_grant", 1 },
  { "mac-token", ANNEX_CONNECTOR_ERROR_PROTOCOL, "a token that Annex cannot use", 1 },
  { "evil-token", ANNEX_CONNECTOR_ERROR_PROTOCOL, "a token that Annex cannot use", 1 },
  { "no-token", ANNEX_CONNECTOR_ERROR_PROTOCOL, "a token that Annex cannot use", 1 },
  /* These end by the limit. */
  { "silent-server", ANNEX_CONNECTOR_ERROR_TIMED_OUT, "did not answer in time", 0 },
  { "silent-token", ANNEX_CONNECTOR_ERROR_TIMED_OUT, "did not answer in time", 1 },
  { "trickle", ANNEX_CONNECTOR_ERROR_TIMED_OUT, "did not answer in time", 0 },
  { "wrong-state", ANNEX_CONNECTOR_ERROR_TIMED_OUT, "not finished in the browser in time", 1 },
  { "no-state", ANNEX_CONNECTOR_ERROR_TIMED_OUT, "not finished in the browser in time", 1 },
};

static void
test_fault (gconstpointer data)
{
  const Fault *fault = data;
  g_autoptr (Case) self = case_new (fault->fault, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  if (fault->code == ANNEX_CONNECTOR_ERROR_TIMED_OUT)
    annex_oauth_set_limits (self->oauth, 3000, 3000);
  g_assert_false (sign_in (self, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, (int) fault->code);
  g_assert_nonnull (strstr (error->message, fault->part));
  g_assert_cmpuint (self->opened, ==, fault->opened);
  g_assert_false (has_secret (self));
  g_assert_false (take_true (annex_oauth_is_signed_in (self->oauth), NULL));
  /* An answer that is not the right one is not followed up. */
  log = dup_log (self);
  if (g_str_has_suffix (fault->fault, "-state") ||
      (fault->opened > 0 && fault->code == ANNEX_CONNECTOR_ERROR_SIGN_IN &&
       !g_str_equal (fault->fault, "bad-code")))
    g_assert_cmpuint (count (log, "POST /token"), ==, 0);
}

static void
test_away (void)
{
  g_autoptr (Case) self = case_new ("never-back", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DexCancellable) cancel = dex_cancellable_new ();
  g_autoptr (DexFuture) signing = NULL;

  annex_oauth_set_limits (self->oauth, 0, 100);
  g_assert_false (sign_in (self, NULL, &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "Sign in again"));
  g_clear_error (&error);

  annex_oauth_set_limits (self->oauth, 0, 600 * 1000);
  signing = annex_oauth_sign_in (self->oauth, NULL, DEX_FUTURE (cancel));
  while (self->opened < 2)
    g_main_context_iteration (NULL, TRUE);
  dex_cancellable_cancel (cancel);
  g_assert_false (take_true (dex_ref (signing), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  self->refuse = TRUE;
  g_assert_false (sign_in (self, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  annex_oauth_set_open_func (self->oauth, NULL, NULL, NULL);
  g_assert_false (sign_in (self, NULL, &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN);
}

/* Other pages of the browser knock at the port meanwhile. */
static void
test_knocking (void)
{
  g_autoptr (Case) self = case_new (NULL, NULL);
  g_autoptr (DexFuture) signing = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GHashTable) form = NULL;
  g_autofree char *other = NULL;
  g_autofree char *post = NULL;
  const char *back;

  self->idle = TRUE;
  signing = annex_oauth_sign_in (self->oauth, NULL, NULL);
  while (self->opened < 1)
    g_main_context_iteration (NULL, TRUE);
  uri = g_uri_parse (self->page, SOUP_HTTP_URI_FLAGS, NULL);
  form = g_uri_parse_params (g_uri_get_query (uri), -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
  back = g_hash_table_lookup (form, "redirect_uri");
  g_assert_true (g_str_has_prefix (back, "http://127.0.0.1:"));
  other = g_strconcat (back, "/x?code=1&state=2", NULL);
  post = g_strconcat (back, "?code=1&state=2", NULL);
  load (self, "GET", other, NULL);
  load (self, "POST", post, NULL);
  load (self, "GET", post, "evil.example.org");
  load (self, "GET", post, NULL);
  load (self, "GET", back, NULL);
  while (self->loading > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (dex_future_is_pending (signing));
  load (self, "GET", self->page, NULL);
  take_true (dex_ref (signing), &error);
  g_assert_no_error (error);
  /* Two at once are one. */
  self->idle = FALSE;
  dex_clear (&signing);
  signing = annex_oauth_sign_in (self->oauth, NULL, NULL);
  g_assert_true (sign_in (self, NULL, NULL));
  g_assert_cmpuint (self->opened, ==, 2);
}

/* ---- tokens that end */

static void
test_renewing (void)
{
  g_autoptr (Case) self = case_new ("short", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;
  DexFuture *calls[5];
  guint before;

  sign_in (self, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 7; i++)
    assert_call (self, "echo");
  g_assert_cmpuint (self->opened, ==, 1);
  log = dup_log (self);
  before = count (log, "refresh_token");
  g_assert_cmpuint (before, >=, 3);

  /* A token that several were refused with is renewed once. */
  {
    g_autofree char *token = take_string (annex_oauth_get_token (self->oauth, NULL), NULL);
    g_autofree char *after = NULL;

    for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
      calls[i] = annex_oauth_get_token (self->oauth, token);
    for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
      {
        g_autofree char *next = take_string (calls[i], &error);

        g_assert_no_error (error);
        g_assert_cmpstr (next, !=, token);
        g_assert_true (after == NULL || g_str_equal (after, next));
        g_set_str (&after, next);
      }
  }
  g_free (log);
  log = dup_log (self);
  g_assert_cmpuint (count (log, "refresh_token"), ==, before + 1);
}

/* Two Annexes with one keyring: a refresh token is good for once. */
static void
test_renewing_elsewhere (void)
{
  g_autoptr (Case) self = case_new (NULL, NULL);
  g_autoptr (AnnexOauth) other =
      annex_oauth_new (self->secrets, "fake", "The Fake", self->address, NULL);
  g_autofree char *first = NULL;
  g_autofree char *known = NULL;
  g_autofree char *next = NULL;
  g_autofree char *same = NULL;
  g_autofree char *log = NULL;

  g_assert_true (sign_in (self, NULL, NULL));
  first = take_string (annex_oauth_get_token (self->oauth, NULL), NULL);
  known = take_string (annex_oauth_get_token (other, NULL), NULL);
  g_assert_cmpstr (first, ==, known);
  next = take_string (annex_oauth_get_token (self->oauth, first), NULL);
  same = take_string (annex_oauth_get_token (other, first), NULL);
  g_assert_cmpstr (next, !=, first);
  g_assert_cmpstr (same, ==, next);
  log = dup_log (self);
  g_assert_cmpuint (count (log, "refresh_token"), ==, 1);
}

static void
test_dead_refresh (void)
{
  g_autoptr (Case) self = case_new ("dead-refresh", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;

  g_assert_true (sign_in (self, NULL, NULL));
  token = take_string (annex_oauth_get_token (self->oauth, NULL), NULL);
  g_assert_null (take_string (annex_oauth_get_token (self->oauth, token), &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN);
  g_assert_nonnull (strstr (error->message, "It was withdrawn. Sign in again."));
  g_assert_false (has_secret (self));
  g_clear_error (&error);
  g_assert_null (call (self, "echo", &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN);
}

static void
test_sick_refresh (void)
{
  g_autoptr (Case) self = case_new ("sick-refresh", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;

  g_assert_true (sign_in (self, NULL, NULL));
  token = take_string (annex_oauth_get_token (self->oauth, NULL), NULL);
  g_assert_null (take_string (annex_oauth_get_token (self->oauth, token), &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNREACHABLE);
  /* It may be well again later. */
  g_assert_true (has_secret (self));
}

/* ---- more permissions */

static void
test_step_up (gconstpointer data)
{
  gboolean for_ever = GPOINTER_TO_INT (data);
  g_autoptr (Case) self = case_new (for_ever ? "step-up-for-ever" : "step-up", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  g_assert_true (sign_in (self, NULL, NULL));
  assert_call (self, "echo");
  g_assert_null (call (self, "fail", &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN);
  g_assert_nonnull (strstr (error->message, "allow more"));
  g_clear_error (&error);
  g_assert_nonnull (strstr (annex_mcp_http_get_challenge (self->http), "insufficient_scope"));
  sign_in (self, NULL, &error);
  g_assert_no_error (error);
  log = dup_log (self);
  g_assert_cmpuint (count (log, "GET /authorize read write\n"), ==, 1);
  if (!for_ever)
    {
      assert_call (self, "fail");
      return;
    }
  g_assert_null (call (self, "fail", NULL));
  g_assert_false (sign_in (self, NULL, &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_FORBIDDEN);
  g_assert_cmpuint (self->opened, ==, 2);
}

/* ---- out */

static void
test_sign_out (gconstpointer data)
{
  const char *fault = data;
  g_autoptr (Case) self = case_new (fault, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  g_assert_true (sign_in (self, NULL, NULL));
  g_assert_true (has_secret (self));
  g_assert_true (take_true (annex_oauth_sign_out (self->oauth), &error) == (fault == NULL));
  g_assert_no_error (error);
  g_assert_false (has_secret (self));
  log = dup_log (self);
  g_assert_cmpuint (count (log, "POST /revoke known"), ==, fault == NULL ? 1 : 0);
  g_assert_null (call (self, "echo", &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN);
  g_clear_error (&error);
  /* Nothing to give back is no fault. */
  take_true (annex_oauth_sign_out (self->oauth), &error);
  g_assert_no_error (error);
}

/* The user signs out while a token is renewed, or while they sign in: they are out. */
static void
test_sign_out_meanwhile (gconstpointer data)
{
  g_autoptr (Case) self = case_new ("slow-refresh", data);
  g_autoptr (DexFuture) renewed = NULL;
  g_autofree char *token = NULL;
  g_autofree char *log = NULL;

  g_assert_true (sign_in (self, NULL, NULL));
  token = take_string (annex_oauth_get_token (self->oauth, NULL), NULL);
  renewed = annex_oauth_get_token (self->oauth, token);
  do
    {
      g_free (log);
      log = dup_log (self);
      g_main_context_iteration (NULL, FALSE);
  } while (count (log, "refresh_token") == 0);
  g_assert_true (take_true (annex_oauth_sign_out (self->oauth), NULL) == (data == NULL));
  settle (renewed);
  g_assert_false (has_secret (self));
  g_assert_false (take_true (annex_oauth_is_signed_in (self->oauth), NULL));
  g_free (log);
  log = dup_log (self);
  g_assert_cmpuint (count (log, "POST /revoke known"), ==, data == NULL ? 1 : 0);
}

static void
test_sign_out_of_sign_in (void)
{
  g_autoptr (Case) self = case_new (NULL, NULL);
  g_autoptr (DexFuture) signing = NULL;
  g_autofree char *log = NULL;

  self->idle = TRUE;
  signing = annex_oauth_sign_in (self->oauth, NULL, NULL);
  while (self->opened < 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (take_true (annex_oauth_sign_out (self->oauth), NULL));
  load (self, "GET", self->page, NULL);
  g_assert_false (take_true (dex_ref (signing), NULL));
  g_assert_false (has_secret (self));
  g_assert_false (take_true (annex_oauth_is_signed_in (self->oauth), NULL));
  log = dup_log (self);
  g_assert_cmpuint (count (log, "POST /revoke known"), ==, 1);
}

/* Tokens are for the address they were given for, whatever the connector is set to later. */
static void
test_bound (void)
{
  g_autoptr (Case) self = case_new (NULL, NULL);
  g_autofree char *address = g_strconcat (self->root, "/other", NULL);
  g_autoptr (AnnexOauth) other = annex_oauth_new (self->secrets, "fake", "The Fake", address, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (sign_in (self, NULL, NULL));
  g_assert_false (take_true (annex_oauth_is_signed_in (other), NULL));
  g_assert_null (take_string (annex_oauth_get_token (other, NULL), &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN);
  g_clear_error (&error);
  g_assert_null (annex_oauth_new (self->secrets, "x", "X", "http://a.example.org/mcp", &error));
  g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  static const char *const ways[] = { NULL,         "no-header", "path-issuer", "openid",
                                      "origin",     "secret",    "secret-post", "offline",
                                      "known-only", "document" };

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *path =
          g_strconcat ("/oauth/way/", ways[i] != NULL ? ways[i] : "usual", NULL);

      g_test_add_data_func (path, ways[i], test_way);
    }
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path = g_strconcat ("/oauth/fault/", faults[i].fault, NULL);

      g_test_add_data_func (path, &faults[i], test_fault);
    }
  g_test_add_func ("/oauth/away", test_away);
  g_test_add_func ("/oauth/knocking", test_knocking);
  g_test_add_func ("/oauth/renewing", test_renewing);
  g_test_add_func ("/oauth/renewing-elsewhere", test_renewing_elsewhere);
  g_test_add_func ("/oauth/dead-refresh", test_dead_refresh);
  g_test_add_func ("/oauth/sick-refresh", test_sick_refresh);
  g_test_add_data_func ("/oauth/step-up", GINT_TO_POINTER (FALSE), test_step_up);
  g_test_add_data_func ("/oauth/step-up-for-ever", GINT_TO_POINTER (TRUE), test_step_up);
  g_test_add_data_func ("/oauth/sign-out", NULL, test_sign_out);
  g_test_add_data_func ("/oauth/sign-out-untold", "no-revoke", test_sign_out);
  g_test_add_data_func ("/oauth/sign-out-renewed", NULL, test_sign_out_meanwhile);
  g_test_add_data_func ("/oauth/sign-out-refused", "--fault=dead-refresh", test_sign_out_meanwhile);
  g_test_add_func ("/oauth/sign-out-of-sign-in", test_sign_out_of_sign_in);
  g_test_add_func ("/oauth/bound", test_bound);
  return g_test_run ();
}
