/* annex-rpc.h
 *
 * One JSON-RPC 2.0 message, read strictly and written in one line. Pure; knows no method and no
 * transport. Batches are refused, as MCP has none.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* The codes Annex itself sends or looks for (JSON-RPC 2.0 §5.1; MCP 2026-07-28 and 2025-11-25). */
#define ANNEX_RPC_INVALID_REQUEST (-32600)
#define ANNEX_RPC_METHOD_NOT_FOUND (-32601)
#define ANNEX_RPC_INTERNAL_ERROR (-32603)
#define ANNEX_RPC_HEADER_MISMATCH (-32020)
#define ANNEX_RPC_MISSING_CAPABILITY (-32021)
#define ANNEX_RPC_UNSUPPORTED_VERSION (-32022)

typedef enum {
  ANNEX_RPC_REQUEST,
  ANNEX_RPC_NOTIFICATION,
  ANNEX_RPC_RESULT,
  ANNEX_RPC_ERROR,
} AnnexRpcKind;

#define ANNEX_TYPE_RPC_MESSAGE (annex_rpc_message_get_type ())
typedef struct
{
  AnnexRpcKind kind;
  JsonNode *id; /* a string or an integer; NULL for a notification, and for an error that answers
                 * nothing in particular */
  char *method; /* REQUEST, NOTIFICATION */
  JsonObject *params; /* nullable */
  JsonObject *result; /* RESULT */
  gint64 code;        /* ERROR */
  char *text;         /* ERROR: its message, untrusted */
  JsonObject *data;   /* ERROR, nullable: only when it is an object */
} AnnexRpcMessage;
GType
annex_rpc_message_get_type (void) G_GNUC_CONST;
AnnexRpcMessage *
annex_rpc_message_copy (const AnnexRpcMessage *self);
void
annex_rpc_message_free (AnnexRpcMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexRpcMessage, annex_rpc_message_free)

/* One message. ANNEX_JSON_ERROR; the error's text quotes nothing. (transfer full) */
AnnexRpcMessage *
annex_rpc_parse (const char *text, gssize length, GError **error);
/* The integer id of an answer to a request of ours; -1 when it has another one. */
gint64
annex_rpc_message_get_number (const AnnexRpcMessage *self);

/* Messages of ours, on one line without its end. @params and @result are taken; @params may be
 * NULL. (transfer full) */
char *
annex_rpc_request (gint64 id, const char *method, JsonObject *params);
char *
annex_rpc_notification (const char *method, JsonObject *params);
char *
annex_rpc_result (JsonNode *id, JsonObject *result);
char *
annex_rpc_error (JsonNode *id, gint64 code, const char *text);

G_END_DECLS
