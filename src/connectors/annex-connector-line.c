/* annex-connector-line.c
 *
 * See annex-connector-line.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-line.h"

#include "annex-connector-extras.h"
#include "annex-connector-fill.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-mcp-stdio.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

#define LIST_MS 120000

struct _AnnexConnectorLine
{
  GObject parent_instance;

  AnnexConnectorConfig *config;
  AnnexConnectorShelf *shelf;
  AnnexSecrets *secrets;
  AnnexStore *store;
  AnnexOauth *oauth;
  char *task_id;
  AnnexComputer *computer;

  AnnexMcpClient *client;
  DexFuture *starting; /* nullable: the start that is under way */
  GPtrArray *calls;    /* Call, those under way, the newest last (borrowed) */
  AnnexConnectorState state;
  char *error;
  char *said; /* nullable; @error as the user is told it */
  guint idle_ms;
  gboolean stale;
  gboolean stopped;
};

G_DEFINE_FINAL_TYPE (AnnexConnectorLine, annex_connector_line, G_TYPE_OBJECT)

static guint changed_signal, secret_given_signal;

static void
set_state (AnnexConnectorLine *self, AnnexConnectorState state, const GError *error)
{
  const char *message = error != NULL ? error->message : NULL;

  if (self->state == state && g_strcmp0 (self->error, message) == 0)
    return;
  self->state = state;
  g_set_str (&self->error, message);
  g_set_str (&self->said, error != NULL ? annex_error_said (error) : NULL);
  g_signal_emit (self, changed_signal, 0);
}

/* What the line owns holds it weakly. */
static GWeakRef *
weak_new (AnnexConnectorLine *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  return weak;
}

static void
weak_unref (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* ---- opening */

/* Adds the text of each value; what is secret comes from the keyring. */
static gboolean
collect_values (AnnexConnectorLine *self, GStrvBuilder *out, gboolean as_headers, GError **error)
{
  for (guint i = 0; i < self->config->values->len; i++)
    {
      const AnnexConnectorValue *value = self->config->values->pdata[i];
      g_autofree char *secret = NULL;
      const char *text = value->value;

      if (value->secret_id != NULL)
        {
          g_autoptr (GError) local = NULL;

          secret =
              dex_await_string (annex_secrets_lookup (self->secrets, value->secret_id), &local);
          if (secret == NULL)
            {
              if (local != NULL)
                annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_VALUES,
                                  N_ ("Its “%s” is not in the keyring: %s"), value->name,
                                  local->message);
              else
                annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_VALUES,
                                  N_ ("Its “%s” is not in the keyring."), value->name);
              return FALSE;
            }
          text = secret;
          g_signal_emit (self, secret_given_signal, 0, value->name, secret);
        }
      if (text == NULL || (text[0] == '\0' && value->looks_secret))
        {
          annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_VALUES,
                            N_ ("Its “%s” is missing."), value->name);
          return FALSE;
        }
      if (as_headers)
        g_strv_builder_add_many (out, value->name, text, NULL);
      else
        g_strv_builder_take (out, g_strconcat (value->name, "=", text, NULL));
    }
  return TRUE;
}

static AnnexMcpTransport *
open_command (AnnexConnectorLine *self, char **environment, GError **error)
{
  g_autofree char *line = annex_connector_fill_command (self->config);
  g_autoptr (AnnexCommand) command = annex_command_new (line);
  g_autoptr (AnnexProcess) process = NULL;
  g_autoptr (GError) local = NULL;

  command->env = g_strdupv (environment);
  process = dex_await_object (annex_computer_spawn (self->computer, command), &local);
  if (process == NULL)
    {
      annex_error_normalise (&local);
      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_NOT_STARTED,
                        N_ ("The computer it runs in is not there: %s"), local->message);
      return NULL;
    }
  return annex_mcp_stdio_new (process);
}

static AnnexMcpTransport *
open_address (AnnexConnectorLine *self, char **values, GError **error)
{
  g_autofree char *address =
      annex_connector_fill_address (self->config, (const char *const *) values);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) headers = NULL;
  AnnexMcpTransport *transport = annex_mcp_http_new (address, error);
  AnnexMcpHttp *http;

  if (transport == NULL)
    return NULL;
  for (guint i = 0; values[i] != NULL; i += 2)
    if (!annex_connector_fill_uses (self->config, values[i]))
      g_strv_builder_add_many (builder, values[i], values[i + 1], NULL);
  headers = g_strv_builder_end (builder);
  http = ANNEX_MCP_HTTP (transport);
  annex_mcp_http_set_headers (http, (const char *const *) headers);
  if (self->store != NULL)
    annex_mcp_http_set_ledger (http, self->store, self->task_id);
  if (self->oauth != NULL)
    annex_oauth_attach (self->oauth, http);
  return transport;
}

static DexFuture *
open_fiber (gpointer data)
{
  AnnexConnectorLine *self = data;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) values = NULL;
  AnnexMcpTransport *transport = NULL;
  GError *error = NULL;

  if (collect_values (self, builder, self->config->address != NULL, &error))
    {
      values = g_strv_builder_end (builder);
      transport = self->config->address != NULL ? open_address (self, values, &error)
                                                : open_command (self, values, &error);
    }
  return transport != NULL ? dex_future_new_take_object (transport)
                           : annex_future_new_error (error);
}

static DexFuture *
open_cb (gpointer data)
{
  return annex_fiber_run (open_fiber, g_object_ref (data), g_object_unref);
}

/* ---- starting */

static AnnexConnectorState
state_of (const GError *error)
{
  if (error->domain != ANNEX_CONNECTOR_ERROR)
    return ANNEX_CONNECTOR_STATE_FAILED;
  switch ((AnnexConnectorError) error->code)
    {
    case ANNEX_CONNECTOR_ERROR_SIGN_IN:
      return ANNEX_CONNECTOR_STATE_SIGN_IN;
    case ANNEX_CONNECTOR_ERROR_VALUES:
      return ANNEX_CONNECTOR_STATE_VALUES;
    case ANNEX_CONNECTOR_ERROR_NOT_STARTED:
    case ANNEX_CONNECTOR_ERROR_FORBIDDEN:
    case ANNEX_CONNECTOR_ERROR_UNREACHABLE:
    case ANNEX_CONNECTOR_ERROR_ENDED:
    case ANNEX_CONNECTOR_ERROR_TIMED_OUT:
    case ANNEX_CONNECTOR_ERROR_PROTOCOL:
    case ANNEX_CONNECTOR_ERROR_LIMIT:
    case ANNEX_CONNECTOR_ERROR_INVALID:
    case ANNEX_CONNECTOR_ERROR_REFUSED:
    case ANNEX_CONNECTOR_ERROR_UNKNOWN_TOOL:
    case ANNEX_CONNECTOR_ERROR_CHANGED:
      break;
    }
  return ANNEX_CONNECTOR_STATE_FAILED;
}

static void
save_record (AnnexConnectorLine *self)
{
  g_autoptr (GError) error = NULL;

  if (!annex_connector_shelf_save_record (self->shelf, self->config->id, &error))
    g_warning ("What is known of a connector was not written: %s", error->message);
}

/* An error as it is told: which connector, what, and what to do. (transfer full) */
static GError *
name_error (AnnexConnectorLine *self, const GError *error)
{
  const char *way_out = "";

  if (state_of (error) == ANNEX_CONNECTOR_STATE_SIGN_IN)
    way_out = " The user has to sign in with it first.";
  else if (state_of (error) == ANNEX_CONNECTOR_STATE_VALUES)
    way_out = " The user has to give it in the connector’s settings.";
  return g_error_new (
      ANNEX_CONNECTOR_ERROR,
      error->domain == ANNEX_CONNECTOR_ERROR ? error->code : ANNEX_CONNECTOR_ERROR_NOT_STARTED,
      "The connector “%s” cannot be used now. %s%s", self->config->title, error->message, way_out);
}

/* The same of a call that had been sent: what it asked for may have been done. */
static GError *
name_call_error (AnnexConnectorLine *self, const GError *error)
{
  const char *title = self->config->title;

  if (error->domain != ANNEX_CONNECTOR_ERROR)
    return g_error_copy (error);
  switch ((AnnexConnectorError) error->code)
    {
    case ANNEX_CONNECTOR_ERROR_UNREACHABLE:
    case ANNEX_CONNECTOR_ERROR_ENDED:
    case ANNEX_CONNECTOR_ERROR_TIMED_OUT:
    case ANNEX_CONNECTOR_ERROR_PROTOCOL:
    case ANNEX_CONNECTOR_ERROR_LIMIT:
      return g_error_new (
          error->domain, error->code,
          "The connector “%s” failed in the middle. %s It may have done what it was "
          "asked to all the same: look before you ask it again.",
          title, error->message);
    case ANNEX_CONNECTOR_ERROR_REFUSED:
    case ANNEX_CONNECTOR_ERROR_UNKNOWN_TOOL:
    case ANNEX_CONNECTOR_ERROR_CHANGED:
      return g_error_new (error->domain, error->code, "The connector “%s” refuses: %s", title,
                          error->message);
    case ANNEX_CONNECTOR_ERROR_NOT_STARTED:
    case ANNEX_CONNECTOR_ERROR_SIGN_IN:
    case ANNEX_CONNECTOR_ERROR_FORBIDDEN:
    case ANNEX_CONNECTOR_ERROR_INVALID:
    case ANNEX_CONNECTOR_ERROR_VALUES:
      break;
    }
  return name_error (self, error);
}

static gboolean
list_tools (AnnexConnectorLine *self, GError **error)
{
  AnnexConnectorRecord *record;
  g_autoptr (JsonArray) tools = NULL;
  gboolean differs;

  /* What changes from now on is news again. */
  self->stale = FALSE;
  tools = dex_await_boxed (
      annex_future_with_timeout (annex_mcp_client_list (self->client, "tools", NULL), LIST_MS),
      error);
  if (tools == NULL)
    return FALSE;
  annex_connector_extras_add (self->client, tools);
  record = annex_connector_shelf_get_record (self->shelf, self->config->id);
  differs = annex_connector_record_take_tools (record, tools);
  if (record->tools->len == 0)
    annex_connector_record_set_state (record, ANNEX_CONNECTOR_STATE_NO_TOOLS, NULL);
  else
    annex_connector_record_set_state (record, ANNEX_CONNECTOR_STATE_IDLE, NULL);
  save_record (self);
  set_state (self,
             record->tools->len > 0 ? ANNEX_CONNECTOR_STATE_READY : ANNEX_CONNECTOR_STATE_NO_TOOLS,
             NULL);
  if (differs)
    g_signal_emit (self, changed_signal, 0);
  return TRUE;
}

static DexFuture *
start_fiber (gpointer data)
{
  AnnexConnectorLine *self = data;
  g_autoptr (GError) error = NULL;
  AnnexConnectorRecord *record;

  if (!annex_mcp_client_is_started (self->client))
    {
      set_state (self, ANNEX_CONNECTOR_STATE_STARTING, NULL);
      self->stale = TRUE;
    }
  if (dex_await (annex_mcp_client_start (self->client), &error) &&
      (!self->stale || list_tools (self, &error)))
    {
      if (self->state == ANNEX_CONNECTOR_STATE_STARTING)
        set_state (self, ANNEX_CONNECTOR_STATE_READY, NULL);
      return dex_future_new_true ();
    }
  annex_error_normalise (&error);
  self->stale = TRUE;
  if (self->stopped)
    set_state (self, ANNEX_CONNECTOR_STATE_IDLE, NULL);
  else
    {
      set_state (self, state_of (error), error);
      record = annex_connector_shelf_get_record (self->shelf, self->config->id);
      annex_connector_record_set_state (record, self->state, error);
      save_record (self);
    }
  return annex_future_new_error (name_error (self, error));
}

typedef struct
{
  AnnexConnectorLine *line;
  DexFuture *cancel;
} Wait;

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  g_object_unref (wait->line);
  dex_clear (&wait->cancel);
  g_free (wait);
}

/* Giving up the wait does not end the start, which others share. */
static DexFuture *
wait_fiber (gpointer data)
{
  Wait *wait = data;
  AnnexConnectorLine *self = wait->line;
  GError *error = NULL;

  if (self->starting == NULL || !dex_future_is_pending (self->starting))
    {
      dex_clear (&self->starting);
      self->starting =
          annex_future_keep (annex_fiber_run (start_fiber, g_object_ref (self), g_object_unref));
    }
  if (annex_await_cancellable (dex_ref (self->starting), wait->cancel, &error))
    return dex_future_new_true ();
  return annex_future_new_error (error);
}

DexFuture *
annex_connector_line_start (AnnexConnectorLine *self, DexFuture *cancel)
{
  GError *error = NULL;
  Wait *wait;

  if (self->stopped)
    return annex_future_new_errorf (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                                    "The connector “%s” was switched off.", self->config->title);
  if (!annex_connector_config_is_allowed (self->config, &error))
    return annex_future_new_error (error);
  if (annex_mcp_client_is_started (self->client) && !self->stale)
    return dex_future_new_true ();
  wait = g_new0 (Wait, 1);
  wait->line = g_object_ref (self);
  wait->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return annex_fiber_run (wait_fiber, wait, wait_free);
}

DexFuture *
annex_connector_line_stop (AnnexConnectorLine *self)
{
  self->stopped = TRUE;
  set_state (self, ANNEX_CONNECTOR_STATE_IDLE, NULL);
  return annex_mcp_client_stop (self->client);
}

/* ---- calls */

typedef struct
{
  AnnexConnectorLine *line;
  AnnexMcpTool *tool;
  JsonObject *arguments;
  AnnexConnectorCallbacks callbacks;
  DexFuture *cancel;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  if (call->callbacks.free_data != NULL)
    call->callbacks.free_data (call->callbacks.data);
  g_object_unref (call->line);
  annex_mcp_tool_free (call->tool);
  json_object_unref (call->arguments);
  dex_clear (&call->cancel);
  g_free (call);
}

static void
progress_cb (double progress, double total, const char *text, gpointer data)
{
  Call *call = data;

  if (call->callbacks.progress != NULL)
    call->callbacks.progress (total > 0 ? CLAMP (progress / total, 0, 1) : -1, text,
                              call->callbacks.data);
}

/* A server of the older generation does not say which call it asks for: the newest that can ask. */
static DexFuture *
elicit_cb (JsonObject *params, gpointer data)
{
  AnnexConnectorLine *self = data;

  for (guint i = self->calls->len; i > 0; i--)
    {
      Call *call = self->calls->pdata[i - 1];

      if (call->callbacks.elicit != NULL)
        return call->callbacks.elicit (self->config->title, params, call->callbacks.data);
    }
  return dex_future_new_take_boxed (JSON_TYPE_OBJECT,
                                    annex_json_build ("s", "action", "decline", NULL));
}

static DexFuture *
call_fiber (gpointer data)
{
  Call *call = data;
  AnnexConnectorLine *self = call->line;
  g_autoptr (JsonObject) params = annex_json_build ("s", "name", call->tool->name, "o", "arguments",
                                                    annex_json_object_copy (call->arguments), NULL);
  g_auto (GStrv) headers = annex_mcp_tool_dup_headers (call->tool, call->arguments);
  gboolean extra = annex_connector_extras_has (self->client, call->tool->name);
  AnnexMcpRequestOptions options = { .name = call->tool->name,
                                     .headers = (const char *const *) headers,
                                     .progress = progress_cb,
                                     .progress_data = call,
                                     .idle_ms = self->idle_ms };
  g_autoptr (GError) error = NULL;
  JsonObject *result;

  g_ptr_array_add (self->calls, call);
  result = dex_await_boxed (
      extra ? annex_connector_extras_call (self->client, call->tool->name, call->arguments,
                                           call->cancel)
            : annex_mcp_client_request (self->client, "tools/call", params, &options, call->cancel),
      &error);
  g_ptr_array_remove (self->calls, call);
  if (result != NULL)
    return dex_future_new_take_boxed (JSON_TYPE_OBJECT, result);
  annex_error_normalise (&error);
  if (g_error_matches (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN))
    set_state (self, ANNEX_CONNECTOR_STATE_SIGN_IN, error);
  return annex_future_new_error (name_call_error (self, error));
}

DexFuture *
annex_connector_line_call (AnnexConnectorLine *self,
                           const AnnexMcpTool *tool,
                           JsonObject *arguments,
                           const AnnexConnectorCallbacks *callbacks,
                           DexFuture *cancel)
{
  Call *call = g_new0 (Call, 1);

  call->line = g_object_ref (self);
  call->tool = annex_mcp_tool_copy (tool);
  call->arguments = annex_json_object_copy (arguments);
  if (callbacks != NULL)
    call->callbacks = *callbacks;
  call->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return annex_fiber_run (call_fiber, call, call_free);
}

/* ---- the object */

static void
client_changed_cb (AnnexConnectorLine *self, const char *what)
{
  if (!g_str_equal (what, "tools") || self->stale)
    return;
  self->stale = TRUE;
  g_signal_emit (self, changed_signal, 0);
}

static void
client_ended_cb (AnnexConnectorLine *self, GError *error)
{
  self->stale = TRUE;
  set_state (self, ANNEX_CONNECTOR_STATE_IDLE, NULL); /* the next use starts it anew */
}

/* Its process does not outlive the computer's sleep. */
static void
computer_changed_cb (AnnexConnectorLine *self)
{
  AnnexComputerState state = annex_computer_get_state (self->computer);

  if (self->stopped || !annex_mcp_client_is_started (self->client) ||
      state == ANNEX_COMPUTER_READY || state == ANNEX_COMPUTER_STARTING ||
      state == ANNEX_COMPUTER_WAITING)
    return;
  self->stale = TRUE;
  dex_future_disown (annex_mcp_client_stop (self->client));
  set_state (self, ANNEX_CONNECTOR_STATE_IDLE, NULL);
}

static void
annex_connector_line_finalize (GObject *object)
{
  AnnexConnectorLine *self = ANNEX_CONNECTOR_LINE (object);

  annex_connector_config_free (self->config);
  g_clear_object (&self->client);
  g_clear_object (&self->shelf);
  g_clear_object (&self->secrets);
  g_clear_object (&self->store);
  g_clear_object (&self->oauth);
  g_clear_object (&self->computer);
  dex_clear (&self->starting);
  g_ptr_array_unref (self->calls);
  g_free (self->task_id);
  g_free (self->error);
  g_free (self->said);
  G_OBJECT_CLASS (annex_connector_line_parent_class)->finalize (object);
}

static void
annex_connector_line_class_init (AnnexConnectorLineClass *class)
{
  G_OBJECT_CLASS (class)->finalize = annex_connector_line_finalize;
  changed_signal = g_signal_new ("changed", ANNEX_TYPE_CONNECTOR_LINE, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
  secret_given_signal =
      g_signal_new ("secret-given", ANNEX_TYPE_CONNECTOR_LINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 2, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE,
                    G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
annex_connector_line_init (AnnexConnectorLine *self)
{
  self->calls = g_ptr_array_new ();
  self->state = ANNEX_CONNECTOR_STATE_IDLE;
  self->stale = TRUE;
}

static DexFuture *
open_weak (gpointer data)
{
  g_autoptr (AnnexConnectorLine) self = g_weak_ref_get (data);

  return self != NULL ? open_cb (self)
                      : annex_future_new_errorf (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                                                 "It was switched off.");
}

static DexFuture *
elicit_weak (JsonObject *params, gpointer data)
{
  g_autoptr (AnnexConnectorLine) self = g_weak_ref_get (data);

  return self != NULL ? elicit_cb (params, self)
                      : annex_future_new_errorf (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                                                 "It was switched off.");
}

AnnexConnectorLine *
annex_connector_line_new (const AnnexConnectorConfig *config,
                          AnnexConnectorShelf *shelf,
                          AnnexSecrets *secrets,
                          AnnexStore *store,
                          AnnexOauth *oauth,
                          const char *task_id,
                          AnnexComputer *computer)
{
  AnnexConnectorLine *self = g_object_new (ANNEX_TYPE_CONNECTOR_LINE, NULL);

  self->config = annex_connector_config_copy (config);
  self->shelf = g_object_ref (shelf);
  g_set_object (&self->secrets, secrets);
  g_set_object (&self->store, store);
  g_set_object (&self->oauth, oauth);
  g_set_object (&self->computer, computer);
  self->task_id = g_strdup (task_id);
  self->client = annex_mcp_client_new (open_weak, weak_new (self), weak_unref);
  annex_mcp_client_set_elicit_func (self->client, elicit_weak, weak_new (self), weak_unref);
  g_signal_connect_object (self->client, "changed", G_CALLBACK (client_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->client, "ended", G_CALLBACK (client_ended_cb), self,
                           G_CONNECT_SWAPPED);
  if (computer != NULL && config->command != NULL)
    g_signal_connect_object (computer, "changed", G_CALLBACK (computer_changed_cb), self,
                             G_CONNECT_SWAPPED);
  return self;
}

void
annex_connector_line_set_idle_ms (AnnexConnectorLine *self, guint idle_ms)
{
  self->idle_ms = idle_ms;
}

const AnnexConnectorConfig *
annex_connector_line_get_config (AnnexConnectorLine *self)
{
  return self->config;
}

const char *
annex_connector_line_get_task_id (AnnexConnectorLine *self)
{
  return self->task_id;
}

AnnexConnectorState
annex_connector_line_get_state (AnnexConnectorLine *self)
{
  return self->state;
}

const char *
annex_connector_line_get_error (AnnexConnectorLine *self)
{
  return self->error;
}

const char *
annex_connector_line_get_said (AnnexConnectorLine *self)
{
  return self->said;
}

gboolean
annex_connector_line_is_stale (AnnexConnectorLine *self)
{
  return self->stale;
}
