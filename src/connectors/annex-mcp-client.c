/* annex-mcp-client.c
 *
 * See annex-mcp-client.h. Here: finding out which generation the server is of, requests that take
 * several rounds, and lists.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-mcp-client-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-mcp-stdio.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

#define PROBE_MS 4000
#define HANDSHAKE_MS 30000
/* The first start of a command may have to install it, in a computer that may be emulated. */
#define INSTALL_MS (10 * 60 * 1000)
#define MAX_ROUNDS 8
#define MAX_INPUTS 16
#define MAX_PAGES 200
#define MAX_ITEMS 10000

enum {
  SIGNAL_CHANGED,
  SIGNAL_ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AnnexMcpClient, annex_mcp_client, G_TYPE_OBJECT)

static const char *const handshake_versions[] = { "2025-11-25", "2025-06-18", "2025-03-26",
                                                  "2024-11-05", NULL };

void
annex_mcp_client_emit_changed (AnnexMcpClient *self, const char *what)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, what);
}

void
annex_mcp_client_emit_ended (AnnexMcpClient *self, GError *error)
{
  g_signal_emit (self, signals[SIGNAL_ENDED], 0, error);
}

static void
learn (AnnexMcpClient *self, JsonObject *result, JsonObject *server)
{
  JsonObject *capabilities = annex_json_opt_object (result, "capabilities");

  g_clear_pointer (&self->capabilities, json_object_unref);
  self->capabilities = capabilities != NULL ? json_object_ref (capabilities) : json_object_new ();
  g_set_str (&self->instructions, annex_json_opt_string (result, "instructions", NULL));
  if (server != NULL)
    g_set_str (
        &self->server_name,
        annex_json_opt_string (server, "title", annex_json_opt_string (server, "name", NULL)));
}

/* ---- which generation */

/* Errors that say nothing about the generation, only that this server cannot be used now. */
static gboolean
is_final (const GError *error)
{
  return error->domain != ANNEX_CONNECTOR_ERROR || error->code == ANNEX_CONNECTOR_ERROR_SIGN_IN ||
         error->code == ANNEX_CONNECTOR_ERROR_FORBIDDEN ||
         error->code == ANNEX_CONNECTOR_ERROR_UNREACHABLE ||
         error->code == ANNEX_CONNECTOR_ERROR_NOT_STARTED ||
         error->code == ANNEX_CONNECTOR_ERROR_INVALID;
}

static gboolean
speaks_modern (JsonObject *result)
{
  JsonArray *versions = annex_json_opt_array (result, "supportedVersions");

  for (guint i = 0; versions != NULL && i < json_array_get_length (versions); i++)
    {
      JsonNode *node = json_array_get_element (versions, i);

      if (JSON_NODE_HOLDS_VALUE (node) &&
          g_strcmp0 (json_node_get_string (node), ANNEX_MCP_MODERN_VERSION) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Asks as the modern generation does. TRUE: it is one, and known. FALSE without error: try the
 * other way. */
static gboolean
try_modern (AnnexMcpClient *self, GError **error)
{
  AnnexMcpRequestOptions options = { .idle_ms = PROBE_MS };
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) local = NULL;
  JsonObject *meta;

  self->modern = TRUE;
  annex_mcp_transport_set_version (self->transport, ANNEX_MCP_MODERN_VERSION, TRUE);
  result = annex_mcp_client_exchange (self, "server/discover", NULL, &options, NULL, NULL, &local);
  if (result != NULL && speaks_modern (result))
    {
      meta = annex_json_opt_object (result, "_meta");
      learn (self, result,
             meta != NULL ? annex_json_opt_object (meta, "io.modelcontextprotocol/serverInfo")
                          : NULL);
      g_set_str (&self->version, ANNEX_MCP_MODERN_VERSION);
      return annex_mcp_client_check_line (self, error);
    }
  self->modern = FALSE;
  if (local != NULL && is_final (local))
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
shake_hands (AnnexMcpClient *self, GError **error)
{
  AnnexMcpRequestOptions options = {
    .idle_ms = ANNEX_IS_MCP_STDIO (self->transport) ? INSTALL_MS : HANDSHAKE_MS,
  };
  g_autoptr (JsonObject) params = annex_json_build (
      "s", "protocolVersion", handshake_versions[0], "o", "capabilities",
      annex_mcp_client_capabilities (self), "o", "clientInfo",
      annex_json_build ("s", "name", "Annex", "s", "version", ANNEX_VERSION, NULL), NULL);
  g_autoptr (JsonObject) result = NULL;
  const char *version;

  self->modern = FALSE;
  annex_mcp_transport_set_version (self->transport, NULL, FALSE);
  result = annex_mcp_client_exchange (self, "initialize", params, &options, NULL, NULL, error);
  if (result == NULL)
    return FALSE;
  version = annex_json_opt_string (result, "protocolVersion", "");
  if (!g_strv_contains (handshake_versions, version))
    {
      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                        N_ ("It speaks a version of the protocol that Annex does not know."));
      return FALSE;
    }
  g_set_str (&self->version, version);
  learn (self, result, annex_json_opt_object (result, "serverInfo"));
  if (!annex_mcp_client_check_line (self, error))
    return FALSE;
  annex_mcp_transport_set_version (self->transport, self->version, FALSE);
  annex_mcp_client_post (self, "notifications/initialized",
                         annex_rpc_notification ("notifications/initialized", NULL));
  return TRUE;
}

/* ---- changes of a modern server's lists */

static DexFuture *
listen_fiber (gpointer data)
{
  AnnexMcpClient *self = data;
  AnnexMcpRequestOptions options = { .idle_ms = G_MAXINT, .whole_ms = G_MAXINT };
  g_autoptr (JsonObject) params =
      annex_json_build ("o", "notifications",
                        annex_json_build ("b", "toolsListChanged", TRUE, "b", "promptsListChanged",
                                          TRUE, "b", "resourcesListChanged", TRUE, NULL),
                        NULL);
  /* Where it ends early, changes are seen at the next start. */
  g_autoptr (JsonObject) ignored =
      annex_mcp_client_exchange (self, "subscriptions/listen", params, &options, NULL, NULL, NULL);

  self->listening = FALSE;
  return dex_future_new_true ();
}

static gboolean
tells_changes (AnnexMcpClient *self)
{
  static const char *const lists[] = { "tools", "prompts", "resources" };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      JsonObject *list = annex_json_opt_object (self->capabilities, lists[i]);

      if (list != NULL && annex_json_opt_boolean (list, "listChanged", FALSE))
        return TRUE;
    }
  return FALSE;
}

/* ---- start and stop */

static gboolean
start (AnnexMcpClient *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (!annex_mcp_client_open_line (self, error))
    return FALSE;
  if (!self->spoke_once || self->modern)
    {
      if (try_modern (self, &local))
        goto started;
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  /* Some servers end at a method they do not know. */
  if (self->transport == NULL && !annex_mcp_client_open_line (self, error))
    return FALSE;
  if (!shake_hands (self, error))
    return FALSE;
started:
  self->spoke_once = TRUE;
  if (self->modern && tells_changes (self) && !self->listening)
    {
      self->listening = TRUE;
      annex_fiber_start (listen_fiber, g_object_ref (self), g_object_unref);
    }
  return TRUE;
}

static DexFuture *
start_fiber (gpointer data)
{
  AnnexMcpClient *self = data;
  GError *error = NULL;

  if (start (self, &error))
    return dex_future_new_true ();
  annex_mcp_client_close_line (self);
  return annex_future_new_error (error);
}

DexFuture *
annex_mcp_client_start (AnnexMcpClient *self)
{
  if (self->starting != NULL && dex_future_is_rejected (self->starting))
    dex_clear (&self->starting);
  if (self->starting == NULL)
    self->starting =
        annex_future_keep (annex_fiber_run (start_fiber, g_object_ref (self), g_object_unref));
  return dex_ref (self->starting);
}

static DexFuture *
stop_fiber (gpointer data)
{
  AnnexMcpClient *self = data;
  g_autoptr (AnnexMcpTransport) transport = annex_mcp_client_let_go (self);
  g_autoptr (DexFuture) closed = NULL;
  g_autoptr (DexFuture) closing = NULL;
  g_autoptr (GError) error = annex_mcp_client_switched_off ();

  if (transport != NULL)
    closed = annex_future_keep (annex_mcp_transport_close (transport));
  if (self->closing != NULL)
    closing = dex_ref (self->closing);
  /* A start that is under way gives up by itself, however long its server would take. */
  if (self->n_stopping++ == 0)
    dex_promise_resolve_boolean (self->stop, TRUE);
  annex_mcp_client_fail_pending (self, error);
  while (self->starting != NULL && dex_future_is_pending (self->starting))
    dex_await (dex_ref (self->starting), NULL); /* either way */
  dex_clear (&self->starting);
  if (--self->n_stopping == 0)
    {
      dex_unref (self->stop);
      self->stop = dex_promise_new ();
    }
  if (closed != NULL)
    dex_await (g_steal_pointer (&closed), NULL); /* it resolves */
  if (closing != NULL)
    dex_await (g_steal_pointer (&closing), NULL);
  return dex_future_new_true ();
}

DexFuture *
annex_mcp_client_stop (AnnexMcpClient *self)
{
  return annex_fiber_run (stop_fiber, g_object_ref (self), g_object_unref);
}

/* ---- requests */

typedef struct
{
  AnnexMcpClient *client;
  char *method;
  JsonObject *params;
  AnnexMcpRequestOptions options;
  char *name;
  char **headers;
  DexFuture *cancel;
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_object_unref (self->client);
  g_free (self->method);
  json_object_unref (self->params);
  g_free (self->name);
  g_strfreev (self->headers);
  dex_clear (&self->cancel);
  g_free (self);
}

static Request *
request_new (AnnexMcpClient *client,
             const char *method,
             JsonObject *params,
             const AnnexMcpRequestOptions *options,
             DexFuture *cancel)
{
  Request *self = g_new0 (Request, 1);

  self->client = g_object_ref (client);
  self->method = g_strdup (method);
  self->params = params != NULL ? annex_json_object_copy (params) : json_object_new ();
  if (options != NULL)
    self->options = *options;
  self->options.name = self->name = g_strdup (self->options.name);
  self->headers = g_strdupv ((char **) self->options.headers);
  self->options.headers = (const char *const *) self->headers;
  self->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return self;
}

/* Answers what the server wants to know before it goes on: only what may be asked of the user. */
static JsonObject *
answer_inputs (AnnexMcpClient *self, JsonObject *wanted)
{
  JsonObject *answers = json_object_new ();
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, wanted);
  while (json_object_iter_next_ordered (&iter, &key, &node))
    {
      JsonObject *input = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *method = input != NULL ? annex_json_opt_string (input, "method", "") : "";

      if (g_str_equal (method, "elicitation/create"))
        json_object_set_object_member (
            answers, key, annex_mcp_client_elicit (self, annex_json_opt_object (input, "params")));
    }
  return answers;
}

/* The next round's parameters of a request that was answered with questions. */
static gboolean
prepare_round (Request *request, JsonObject *result, GError **error)
{
  JsonObject *wanted = annex_json_opt_object (result, "inputRequests");
  const char *state = annex_json_opt_string (result, "requestState", NULL);

  if (wanted != NULL && json_object_get_size (wanted) > MAX_INPUTS)
    {
      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_LIMIT,
                        N_ ("It asks too much at once."));
      return FALSE;
    }
  if (wanted != NULL)
    json_object_set_object_member (request->params, "inputResponses",
                                   answer_inputs (request->client, wanted));
  else
    json_object_remove_member (request->params, "inputResponses");
  if (state != NULL)
    json_object_set_string_member (request->params, "requestState", state);
  else
    json_object_remove_member (request->params, "requestState");
  return TRUE;
}

static JsonObject *
ask (Request *request, GError **error)
{
  for (guint round = 0; round < MAX_ROUNDS; round++)
    {
      g_autoptr (JsonObject) result =
          annex_mcp_client_exchange (request->client, request->method, request->params,
                                     &request->options, request->cancel, NULL, error);
      const char *type;

      if (result == NULL)
        return NULL;
      type = annex_json_opt_string (result, "resultType", "complete");
      if (!request->client->modern || g_str_equal (type, "complete"))
        return g_steal_pointer (&result);
      if (!g_str_equal (type, "input_required"))
        {
          annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                            N_ ("Its answer is of a kind that Annex does not know."));
          return NULL;
        }
      if (!prepare_round (request, result, error))
        return NULL;
    }
  annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                    N_ ("It went on asking instead of answering."));
  return NULL;
}

static gboolean
await_start (Request *request, GError **error)
{
  /* Giving up the wait must not end the start that others share. */
  return annex_await_cancellable (annex_mcp_client_start (request->client), request->cancel, error);
}

static DexFuture *
request_fiber (gpointer data)
{
  Request *request = data;
  GError *error = NULL;
  JsonObject *result = NULL;

  if (await_start (request, &error))
    result = ask (request, &error);
  return result != NULL ? dex_future_new_take_boxed (JSON_TYPE_OBJECT, result)
                        : annex_future_new_error (error);
}

DexFuture *
annex_mcp_client_request (AnnexMcpClient *self,
                          const char *method,
                          JsonObject *params,
                          const AnnexMcpRequestOptions *options,
                          DexFuture *cancel)
{
  return annex_fiber_run (request_fiber, request_new (self, method, params, options, cancel),
                          request_free);
}

/* ---- lists */

/* Adds the items of one page; FALSE when there are too many. */
static gboolean
add_page (JsonArray *items, JsonArray *page, GError **error)
{
  guint n = page != NULL ? json_array_get_length (page) : 0;

  if (json_array_get_length (items) + n > MAX_ITEMS)
    {
      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_LIMIT,
                        N_ ("It offers more than %d things."), MAX_ITEMS);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    json_array_add_element (items, annex_json_copy (json_array_get_element (page, i)));
  return TRUE;
}

static JsonArray *
list_pages (Request *request, const char *what, GError **error)
{
  g_autoptr (JsonArray) items = json_array_new ();

  for (guint page = 0; page < MAX_PAGES; page++)
    {
      g_autoptr (JsonObject) result = ask (request, error);
      const char *cursor;

      if (result == NULL || !add_page (items, annex_json_opt_array (result, what), error))
        return NULL;
      cursor = annex_json_opt_string (result, "nextCursor", NULL);
      if (cursor == NULL)
        return g_steal_pointer (&items);
      json_object_set_string_member (request->params, "cursor", cursor);
    }
  annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_LIMIT,
                    N_ ("Its list has no end."));
  return NULL;
}

static DexFuture *
list_fiber (gpointer data)
{
  Request *request = data;
  AnnexMcpClient *self = request->client;
  g_autofree char *what = g_strdup (request->name);
  const char *capability = g_str_has_prefix (what, "resource") ? "resources" : what;
  GError *error = NULL;
  JsonArray *items = NULL;

  g_clear_pointer (&request->name, g_free);
  request->options.name = NULL;
  if (!await_start (request, &error))
    return annex_future_new_error (error);
  items = json_object_has_member (self->capabilities, capability)
              ? list_pages (request, what, &error)
              : json_array_new ();
  return items != NULL ? dex_future_new_take_boxed (JSON_TYPE_ARRAY, items)
                       : annex_future_new_error (error);
}

DexFuture *
annex_mcp_client_list (AnnexMcpClient *self, const char *what, DexFuture *cancel)
{
  AnnexMcpRequestOptions options = { .name = what };
  g_autofree char *method = g_str_equal (what, "resourceTemplates")
                                ? g_strdup ("resources/templates/list")
                                : g_strconcat (what, "/list", NULL);

  return annex_fiber_run (list_fiber, request_new (self, method, NULL, &options, cancel),
                          request_free);
}

/* ---- the object */

static void
annex_mcp_client_finalize (GObject *object)
{
  AnnexMcpClient *self = ANNEX_MCP_CLIENT (object);
  g_autoptr (AnnexMcpTransport) transport = annex_mcp_client_let_go (self);

  if (transport != NULL)
    dex_future_disown (annex_mcp_transport_close (transport));
  dex_clear (&self->starting);
  dex_clear (&self->stop);
  dex_clear (&self->closing);
  g_clear_error (&self->end);
  g_clear_pointer (&self->pending, g_hash_table_unref);
  g_clear_pointer (&self->capabilities, json_object_unref);
  g_free (self->version);
  g_free (self->server_name);
  g_free (self->instructions);
  if (self->open_free != NULL)
    self->open_free (self->open_data);
  if (self->elicit_free != NULL)
    self->elicit_free (self->elicit_data);
  G_OBJECT_CLASS (annex_mcp_client_parent_class)->finalize (object);
}

static void
annex_mcp_client_class_init (AnnexMcpClientClass *class)
{
  G_OBJECT_CLASS (class)->finalize = annex_mcp_client_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", ANNEX_TYPE_MCP_CLIENT, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", ANNEX_TYPE_MCP_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
annex_mcp_client_init (AnnexMcpClient *self)
{
  self->pending = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->stop = dex_promise_new ();
}

AnnexMcpClient *
annex_mcp_client_new (AnnexMcpOpenFunc open, gpointer data, GDestroyNotify free_data)
{
  AnnexMcpClient *self = g_object_new (ANNEX_TYPE_MCP_CLIENT, NULL);

  self->open = open;
  self->open_data = data;
  self->open_free = free_data;
  return self;
}

void
annex_mcp_client_set_elicit_func (AnnexMcpClient *self,
                                  AnnexMcpElicitFunc func,
                                  gpointer data,
                                  GDestroyNotify free_data)
{
  if (self->elicit_free != NULL)
    self->elicit_free (self->elicit_data);
  self->elicit = func;
  self->elicit_data = data;
  self->elicit_free = free_data;
}

const char *
annex_mcp_client_get_server_name (AnnexMcpClient *self)
{
  return self->server_name;
}

const char *
annex_mcp_client_get_instructions (AnnexMcpClient *self)
{
  return self->instructions;
}

const char *
annex_mcp_client_get_version (AnnexMcpClient *self)
{
  return self->version;
}

gboolean
annex_mcp_client_is_modern (AnnexMcpClient *self)
{
  return self->modern;
}

gboolean
annex_mcp_client_is_started (AnnexMcpClient *self)
{
  return self->transport != NULL && self->starting != NULL &&
         dex_future_is_resolved (self->starting);
}

gboolean
annex_mcp_client_has (AnnexMcpClient *self, const char *what)
{
  return self->capabilities != NULL && json_object_has_member (self->capabilities, what);
}
