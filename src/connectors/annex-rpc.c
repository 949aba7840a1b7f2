/* annex-rpc.c
 *
 * See annex-rpc.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-rpc.h"

#include "annex-json-build.h"

G_DEFINE_BOXED_TYPE (AnnexRpcMessage,
                     annex_rpc_message,
                     annex_rpc_message_copy,
                     annex_rpc_message_free)

AnnexRpcMessage *
annex_rpc_message_copy (const AnnexRpcMessage *self)
{
  AnnexRpcMessage *copy = g_memdup2 (self, sizeof *self);

  copy->id = self->id != NULL ? json_node_copy (self->id) : NULL;
  copy->method = g_strdup (self->method);
  copy->params = self->params != NULL ? json_object_ref (self->params) : NULL;
  copy->result = self->result != NULL ? json_object_ref (self->result) : NULL;
  copy->text = g_strdup (self->text);
  copy->data = self->data != NULL ? json_object_ref (self->data) : NULL;
  return copy;
}

void
annex_rpc_message_free (AnnexRpcMessage *self)
{
  g_clear_pointer (&self->id, json_node_unref);
  g_free (self->method);
  g_clear_pointer (&self->params, json_object_unref);
  g_clear_pointer (&self->result, json_object_unref);
  g_free (self->text);
  g_clear_pointer (&self->data, json_object_unref);
  g_free (self);
}

static gboolean
is_null (JsonNode *node)
{
  return node == NULL || JSON_NODE_HOLDS_NULL (node);
}

static gboolean
is_id (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && (json_node_get_value_type (node) == G_TYPE_STRING ||
                                          json_node_get_value_type (node) == G_TYPE_INT64);
}

static gboolean
fail (GError **error, AnnexJsonError code, const char *what)
{
  g_set_error_literal (error, ANNEX_JSON_ERROR, code, what);
  return FALSE;
}

static gboolean
read_call (AnnexRpcMessage *self, JsonObject *object, GError **error)
{
  const char *method = annex_json_get_string (object, "method", error);
  JsonNode *params = json_object_get_member (object, "params");

  if (method == NULL)
    return FALSE;
  if (json_object_has_member (object, "result") || json_object_has_member (object, "error"))
    return fail (error, ANNEX_JSON_ERROR_VALUE, "A message is a call and an answer at once");
  if (!is_null (params) && !JSON_NODE_HOLDS_OBJECT (params))
    return fail (error, ANNEX_JSON_ERROR_TYPE, "The member “params” is no object");
  self->kind = self->id != NULL ? ANNEX_RPC_REQUEST : ANNEX_RPC_NOTIFICATION;
  self->method = g_strdup (method);
  if (!is_null (params))
    self->params = json_object_ref (json_node_get_object (params));
  return TRUE;
}

static gboolean
read_error (AnnexRpcMessage *self, JsonObject *object, GError **error)
{
  JsonObject *failure = annex_json_get_object (object, "error", error);
  JsonObject *data;

  if (failure == NULL || !annex_json_get_int (failure, "code", &self->code, error))
    return FALSE;
  self->kind = ANNEX_RPC_ERROR;
  self->text = g_strdup (annex_json_opt_string (failure, "message", ""));
  data = annex_json_opt_object (failure, "data");
  if (data != NULL)
    self->data = json_object_ref (data);
  return TRUE;
}

static gboolean
read_answer (AnnexRpcMessage *self, JsonObject *object, GError **error)
{
  gboolean failed = !is_null (json_object_get_member (object, "error"));
  JsonObject *result;

  if (failed == json_object_has_member (object, "result"))
    return fail (error, ANNEX_JSON_ERROR_VALUE, "An answer needs either a result or an error");
  if (failed)
    return read_error (self, object, error);
  if (self->id == NULL)
    return fail (error, ANNEX_JSON_ERROR_MISSING, "An answer has no “id”");
  result = annex_json_get_object (object, "result", error);
  if (result == NULL)
    return FALSE;
  self->kind = ANNEX_RPC_RESULT;
  self->result = json_object_ref (result);
  return TRUE;
}

AnnexRpcMessage *
annex_rpc_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonObject) object = annex_json_parse_object (text, length, error);
  g_autoptr (AnnexRpcMessage) self = NULL;
  JsonNode *id;
  gboolean read;

  if (object == NULL)
    return NULL;
  if (g_strcmp0 (annex_json_opt_string (object, "jsonrpc", NULL), "2.0") != 0)
    {
      fail (error, ANNEX_JSON_ERROR_VALUE, "A message is not JSON-RPC 2.0");
      return NULL;
    }
  self = g_new0 (AnnexRpcMessage, 1);
  id = json_object_get_member (object, "id");
  if (!is_null (id) && !is_id (id))
    {
      fail (error, ANNEX_JSON_ERROR_TYPE, "The member “id” is neither text nor a whole number");
      return NULL;
    }
  if (!is_null (id))
    self->id = json_node_copy (id);
  read = json_object_has_member (object, "method") ? read_call (self, object, error)
                                                   : read_answer (self, object, error);
  return read ? g_steal_pointer (&self) : NULL;
}

gint64
annex_rpc_message_get_number (const AnnexRpcMessage *self)
{
  if (self->id == NULL || json_node_get_value_type (self->id) != G_TYPE_INT64)
    return -1;
  return json_node_get_int (self->id);
}

static char *
to_text (JsonObject *message)
{
  g_autoptr (JsonObject) owned = message;

  return annex_json_object_to_string (owned);
}

char *
annex_rpc_request (gint64 id, const char *method, JsonObject *params)
{
  return to_text (annex_json_build ("s", "jsonrpc", "2.0", "i", "id", id, "s", "method", method,
                                    "o", "params", params, NULL));
}

char *
annex_rpc_notification (const char *method, JsonObject *params)
{
  return to_text (
      annex_json_build ("s", "jsonrpc", "2.0", "s", "method", method, "o", "params", params, NULL));
}

char *
annex_rpc_result (JsonNode *id, JsonObject *result)
{
  return to_text (annex_json_build ("s", "jsonrpc", "2.0", "n", "id", json_node_copy (id), "o",
                                    "result", result, NULL));
}

char *
annex_rpc_error (JsonNode *id, gint64 code, const char *text)
{
  JsonNode *answered = id != NULL ? json_node_copy (id) : json_node_new (JSON_NODE_NULL);

  return to_text (
      annex_json_build ("s", "jsonrpc", "2.0", "n", "id", answered, "o", "error",
                        annex_json_build ("i", "code", code, "s", "message", text, NULL), NULL));
}
