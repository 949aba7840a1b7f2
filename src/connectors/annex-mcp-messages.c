/* annex-mcp-messages.c
 *
 * AnnexMcpClient's traffic: matching answers to requests, progress, what the server asks or tells
 * of itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-mcp-client-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

#define IDLE_MS 60000
#define WHOLE_MS 1800000
/* Answers to what a server asks that are on their way at once. One that leaves more unread asks for
 * its own sake. */
#define MAX_ANSWERS 16
#define META "io.modelcontextprotocol/"

/* One request under way; owned by its fiber, in the table while it waits. */
typedef struct
{
  gint64 id;
  DexPromise *answer;
  DexTimeout *idle;
  guint idle_ms;
  const AnnexMcpRequestOptions *options; /* nullable */
} Pending;

JsonObject *
annex_mcp_client_capabilities (AnnexMcpClient *self)
{
  JsonObject *elicitation =
      annex_json_build ("o", "form", json_object_new (), "o", "url", json_object_new (), NULL);

  if (self->elicit != NULL)
    return annex_json_build ("o", "elicitation", elicitation, NULL);
  json_object_unref (elicitation);
  return json_object_new ();
}

/* The modern generation repeats in every request what the handshake said once. */
static JsonObject *
dress (AnnexMcpClient *self, JsonObject *params, gint64 id, gboolean progress)
{
  JsonObject *dressed = params != NULL ? annex_json_object_copy (params) : json_object_new ();
  JsonObject *meta = annex_json_opt_object (dressed, "_meta");

  if (!self->modern && !progress)
    return dressed;
  meta = meta != NULL ? annex_json_object_copy (meta) : json_object_new ();
  if (self->modern)
    {
      json_object_set_string_member (meta, META "protocolVersion", ANNEX_MCP_MODERN_VERSION);
      json_object_set_object_member (meta, META "clientCapabilities",
                                     annex_mcp_client_capabilities (self));
      json_object_set_object_member (
          meta, META "clientInfo",
          annex_json_build ("s", "name", "Annex", "s", "version", ANNEX_VERSION, NULL));
    }
  if (progress)
    json_object_set_int_member (meta, "progressToken", id);
  json_object_set_object_member (dressed, "_meta", meta);
  return dressed;
}

/* ---- requests */

static void
postpone (Pending *pending)
{
  dex_timeout_postpone_until (pending->idle,
                              g_get_monotonic_time () + (gint64) pending->idle_ms * 1000);
}

typedef struct
{
  DexPromise *answer;
} Sent;

static void
sent_free (gpointer data)
{
  Sent *self = data;

  dex_unref (self->answer);
  g_free (self);
}

/* A message that could not be sent gets no answer. */
static DexFuture *
sent_cb (DexFuture *future, gpointer data)
{
  Sent *sent = data;
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL &&
      dex_future_is_pending (DEX_FUTURE (sent->answer)))
    dex_promise_reject (sent->answer, g_steal_pointer (&error));
  return dex_ref (future);
}

static void
send_request (AnnexMcpClient *self, Pending *pending, const char *method, JsonObject *params)
{
  const AnnexMcpRequestOptions *options = pending->options;
  gboolean progress = options != NULL && options->progress != NULL;
  g_autofree char *text =
      annex_rpc_request (pending->id, method, dress (self, params, pending->id, progress));
  AnnexMcpSend send = { .text = text,
                        .method = method,
                        .name = options != NULL ? options->name : NULL,
                        .headers = options != NULL ? options->headers : NULL,
                        .id = pending->id };
  Sent *sent = g_new0 (Sent, 1);

  sent->answer = dex_ref (pending->answer);
  dex_future_disown (dex_future_finally (annex_mcp_transport_send (self->transport, &send), sent_cb,
                                         sent, sent_free));
}

/* The server is told that nobody waits any more, in the way of its generation. */
static void
give_up (AnnexMcpClient *self, gint64 id, const char *reason)
{
  if (self->transport == NULL)
    return;
  annex_mcp_transport_drop (self->transport, id);
  annex_mcp_client_post (self, "notifications/cancelled",
                         annex_rpc_notification (
                             "notifications/cancelled",
                             annex_json_build ("i", "requestId", id, "s", "reason", reason, NULL)));
}

static void
pending_clear (Pending *pending)
{
  dex_clear (&pending->answer);
  dex_clear (&pending->idle);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pending, pending_clear)

/* Its own words, on one line, as far as they are of use. */
static void
set_refused (GError **error, const AnnexRpcMessage *message)
{
  g_autofree char *text =
      g_utf8_substring (message->text, 0, MIN (g_utf8_strlen (message->text, -1), 1000));

  if (text[0] != '\0')
    g_set_error_literal (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_REFUSED, text);
  else
    annex_set_spoken_literal (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_REFUSED,
                              N_ ("It refused without a word."));
}

JsonObject *
annex_mcp_client_exchange (AnnexMcpClient *self,
                           const char *method,
                           JsonObject *params,
                           const AnnexMcpRequestOptions *options,
                           DexFuture *cancel,
                           gint64 *code,
                           GError **error)
{
  guint idle_ms = options != NULL && options->idle_ms > 0 ? options->idle_ms : IDLE_MS;
  guint whole_ms = options != NULL && options->whole_ms > 0 ? options->whole_ms : WHOLE_MS;
  g_auto (Pending) pending = { .id = ++self->last_id,
                               .answer = dex_promise_new (),
                               .idle = DEX_TIMEOUT (dex_timeout_new_msec ((int) idle_ms)),
                               .idle_ms = idle_ms,
                               .options = options };
  g_autoptr (AnnexRpcMessage) message = NULL;
  g_autoptr (GError) local = NULL;

  if (self->transport == NULL)
    {
      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                        N_ ("It has ended."));
      return NULL;
    }
  g_hash_table_insert (self->pending, &pending.id, &pending);
  send_request (self, &pending, method, params);
  if (annex_await_cancellable (dex_future_first (dex_ref (pending.answer), dex_ref (pending.idle),
                                                 dex_timeout_new_msec ((int) whole_ms), NULL),
                               cancel, &local))
    message = g_value_dup_boxed (dex_future_get_value (DEX_FUTURE (pending.answer), NULL));
  g_hash_table_remove (self->pending, &pending.id);
  if (message == NULL && dex_future_is_rejected (DEX_FUTURE (pending.answer)))
    g_propagate_error (error, g_steal_pointer (&local));
  else if (message == NULL)
    {
      gboolean cancelled = g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED);

      give_up (self, pending.id, cancelled ? "Cancelled" : "It took too long");
      if (cancelled)
        g_propagate_error (error, g_steal_pointer (&local));
      else
        annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_TIMED_OUT,
                          N_ ("It did not answer within %u s."), (idle_ms + 999) / 1000);
    }
  if (message == NULL)
    return NULL;
  if (message->kind == ANNEX_RPC_RESULT)
    return json_object_ref (message->result);
  if (code != NULL)
    *code = message->code;
  set_refused (error, message);
  return NULL;
}

void
annex_mcp_client_post (AnnexMcpClient *self, const char *method, char *text)
{
  g_autofree char *owned = text;
  AnnexMcpSend send = { .text = text, .method = method, .id = -1 };

  if (self->transport != NULL)
    dex_future_disown (annex_mcp_transport_send (self->transport, &send));
}

void
annex_mcp_client_fail_pending (AnnexMcpClient *self, const GError *error)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Pending *pending = value;

      if (dex_future_is_pending (DEX_FUTURE (pending->answer)))
        dex_promise_reject (pending->answer, g_error_copy (error));
    }
}

/* ---- what comes */

static void
take_answer (AnnexMcpClient *self, AnnexRpcMessage *message)
{
  gint64 id = annex_rpc_message_get_number (message);
  Pending *pending = g_hash_table_lookup (self->pending, &id);

  /* One that nobody waits for any more, or never did. */
  if (pending == NULL || !dex_future_is_pending (DEX_FUTURE (pending->answer)))
    return;
  dex_promise_resolve_boxed (pending->answer, ANNEX_TYPE_RPC_MESSAGE,
                             annex_rpc_message_copy (message));
}

static void
take_progress (AnnexMcpClient *self, JsonObject *params)
{
  gint64 id = annex_json_opt_int (params, "progressToken", -1);
  Pending *pending = g_hash_table_lookup (self->pending, &id);

  if (pending == NULL)
    return;
  postpone (pending);
  if (pending->options != NULL && pending->options->progress != NULL)
    pending->options->progress (
        annex_json_opt_double (params, "progress", 0), annex_json_opt_double (params, "total", -1),
        annex_json_opt_string (params, "message", ""), pending->options->progress_data);
}

static void
take_notification (AnnexMcpClient *self, AnnexRpcMessage *message)
{
  if (g_str_equal (message->method, "notifications/progress"))
    {
      if (message->params != NULL)
        take_progress (self, message->params);
    }
  else if (g_str_equal (message->method, "notifications/tools/list_changed"))
    annex_mcp_client_emit_changed (self, "tools");
  else if (g_str_equal (message->method, "notifications/prompts/list_changed"))
    annex_mcp_client_emit_changed (self, "prompts");
  else if (g_str_equal (message->method, "notifications/resources/list_changed"))
    annex_mcp_client_emit_changed (self, "resources");
}

/* ---- what the server asks */

JsonObject *
annex_mcp_client_elicit (AnnexMcpClient *self, JsonObject *params)
{
  g_autoptr (JsonObject) answer = NULL;

  if (self->elicit != NULL && params != NULL)
    answer = dex_await_boxed (self->elicit (params, self->elicit_data), NULL); /* then declined */
  return answer != NULL ? g_steal_pointer (&answer)
                        : annex_json_build ("s", "action", "cancel", NULL);
}

typedef struct
{
  AnnexMcpClient *client;
  AnnexRpcMessage *message;
} Asked;

static void
asked_free (gpointer data)
{
  Asked *self = data;

  g_object_unref (self->client);
  annex_rpc_message_free (self->message);
  g_free (self);
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* An answer that hangs does not keep the client. */
static DexFuture *
answered_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexMcpClient) self = g_weak_ref_get (data);

  if (self != NULL)
    self->n_answers--;
  return dex_ref (future);
}

/* Takes @text. */
static void
send_answer (AnnexMcpClient *self, char *text)
{
  g_autofree char *owned = text;
  AnnexMcpSend send = { .text = text, .id = -1 };
  DexFuture *sent;
  GWeakRef *weak;

  if (self->transport == NULL)
    return;
  if (self->n_answers >= MAX_ANSWERS)
    {
      annex_mcp_client_end (self,
                            annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_LIMIT,
                                              N_ ("It asks more than it takes answers to.")));
      return;
    }
  sent = annex_mcp_transport_send (self->transport, &send);
  if (dex_future_is_pending (sent))
    {
      self->n_answers++;
      weak = g_new0 (GWeakRef, 1);
      g_weak_ref_init (weak, self);
      sent = dex_future_finally (sent, answered_cb, weak, weak_free);
    }
  dex_future_disown (sent);
}

static DexFuture *
asked_fiber (gpointer data)
{
  Asked *asked = data;
  JsonObject *answer = annex_mcp_client_elicit (asked->client, asked->message->params);

  asked->client->n_elicits--;
  send_answer (asked->client, annex_rpc_result (asked->message->id, answer));
  return dex_future_new_true ();
}

/* A call may have one question open at a time: the user is not buried in them. */
static void
take_elicitation (AnnexMcpClient *self, AnnexRpcMessage *message)
{
  Asked *asked;

  if (self->n_elicits >= g_hash_table_size (self->pending))
    {
      send_answer (
          self, annex_rpc_result (message->id, annex_json_build ("s", "action", "cancel", NULL)));
      return;
    }
  asked = g_new0 (Asked, 1);
  asked->client = g_object_ref (self);
  asked->message = annex_rpc_message_copy (message);
  self->n_elicits++;
  annex_fiber_start (asked_fiber, asked, asked_free);
}

static void
take_request (AnnexMcpClient *self, AnnexRpcMessage *message)
{
  if (g_str_equal (message->method, "ping"))
    send_answer (self, annex_rpc_result (message->id, json_object_new ()));
  else if (g_str_equal (message->method, "elicitation/create") && !self->modern)
    take_elicitation (self, message);
  else
    send_answer (self, annex_rpc_error (message->id, ANNEX_RPC_METHOD_NOT_FOUND,
                                        "Annex does not offer this."));
}

void
annex_mcp_client_take_message (AnnexMcpClient *self, AnnexRpcMessage *message)
{
  switch (message->kind)
    {
    case ANNEX_RPC_REQUEST:
      take_request (self, message);
      break;
    case ANNEX_RPC_NOTIFICATION:
      take_notification (self, message);
      break;
    case ANNEX_RPC_RESULT:
    case ANNEX_RPC_ERROR:
      take_answer (self, message);
      break;
    }
}
