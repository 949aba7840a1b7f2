/* annex-model.h
 *
 * The Model port: one request to a language model, streamed. Implemented in src/models; used by the
 * agent loop. Also what a request, a delta, a reply and usage are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-message.h"

#include <libdex.h>

G_BEGIN_DECLS

#define ANNEX_MODEL_ERROR (annex_model_error_quark ())

/* What a person can act on. An error's message is a plain sentence, never holds the key. */
typedef enum
{
  ANNEX_MODEL_ERROR_NO_KEY,       /* none stored, none in ANNEX_API_KEY */
  ANNEX_MODEL_ERROR_AUTH,         /* refused key (401) */
  ANNEX_MODEL_ERROR_BILLING,      /* 402 */
  ANNEX_MODEL_ERROR_PERMISSION,   /* 403 */
  ANNEX_MODEL_ERROR_NOT_FOUND,    /* no such model (404) */
  ANNEX_MODEL_ERROR_TOO_LARGE,    /* request over the size limit (413) */
  ANNEX_MODEL_ERROR_CONTEXT_FULL, /* the conversation no longer fits */
  ANNEX_MODEL_ERROR_RATE_LIMITED, /* 429, after retries */
  ANNEX_MODEL_ERROR_OVERLOADED,   /* 529/503, after retries */
  ANNEX_MODEL_ERROR_SERVER,       /* other 5xx, after retries */
  ANNEX_MODEL_ERROR_INVALID,      /* 400: the server's own words in the message */
  ANNEX_MODEL_ERROR_OFFLINE,      /* cannot connect, name not found, TLS refused */
  ANNEX_MODEL_ERROR_CUT,          /* the answer broke off, after retries */
  ANNEX_MODEL_ERROR_TIMED_OUT,    /* nothing came for too long, after retries */
  ANNEX_MODEL_ERROR_PROTOCOL,     /* not the expected wire format */
} AnnexModelError;

GQuark annex_model_error_quark (void);
/* The enum value's nick for logs, events and JSON: "rate-limited" … */
const char *annex_model_error_name (AnnexModelError code);

typedef enum
{
  ANNEX_STOP_END_TURN,
  ANNEX_STOP_TOOL_USE,
  ANNEX_STOP_MAX_TOKENS,
  ANNEX_STOP_PAUSE_TURN,
  ANNEX_STOP_REFUSAL,
  ANNEX_STOP_CONTEXT_FULL,
  ANNEX_STOP_OTHER,
} AnnexStopReason;

const char *annex_stop_reason_to_name (AnnexStopReason reason);
AnnexStopReason annex_stop_reason_from_name (const char *name);

typedef struct
{
  gint64 input_tokens; /* uncached */
  gint64 output_tokens;
  gint64 cache_write_tokens;
  gint64 cache_read_tokens;
  double cost_usd; /* < 0: unknown */
} AnnexUsage;

typedef enum
{
  ANNEX_DELTA_TEXT,
  ANNEX_DELTA_THINKING,
  ANNEX_DELTA_TOOL_INPUT, /* text is a piece of partial JSON; name is set on the first */
  ANNEX_DELTA_RETRY,      /* the attempt failed and is repeated in retry_in_ms: forget its deltas and
                           * blocks; text says why */
} AnnexDeltaKind;

typedef struct
{
  AnnexDeltaKind kind;
  guint index; /* of the block */
  const char *text;
  const char *name;
  guint retry_in_ms;
} AnnexDelta;

/* Provisional text while it streams; main thread; must not block. */
typedef void (*AnnexDeltaFunc) (const AnnexDelta *delta, gpointer user_data);
/* A finished block, in order of index within the attempt; main thread; must not block. */
typedef void (*AnnexModelBlockFunc) (guint index, AnnexBlock *block, gpointer user_data);

/* One attempt to speak to a model's server; valid while it is told. */
typedef struct
{
  gboolean ended;
  gint64 begun; /* set by who is told that it begins, and still there when it has ended */
  const char *host;
  guint port;
  gboolean local; /* the server runs on this machine */
  guint64 bytes_up;
  guint64 bytes_down;
  const GError *failure; /* nullable */
} AnnexModelTraffic;
/* Main thread; must not block. Told twice: before anything is sent, which waits for the future that is
 * returned then (NULL: for nothing) and is not sent when that rejects; and when it has ended, when the
 * result is NULL. (transfer full) */
typedef DexFuture *(*AnnexModelTrafficFunc) (AnnexModelTraffic *traffic, gpointer user_data);

/* When a model's tool input is not a JSON object, the tool_use block's input has this one member, the
 * raw text: the block stays valid to send back, and the agent answers it with an error result. */
#define ANNEX_MALFORMED_INPUT "__malformed"

#define ANNEX_TYPE_MODEL_REQUEST (annex_model_request_get_type ())
typedef struct
{
  char *model;          /* the provider's id */
  char *system;         /* exact text, stored at task creation */
  char *tools;          /* exact JSON array text in Messages API shape, stored at task creation */
  GPtrArray *messages;  /* AnnexMessage, first is user, roles alternate */
  guint max_tokens;     /* 0: the provider's default */
  AnnexDeltaFunc on_delta; /* nullable */
  AnnexModelBlockFunc on_block; /* nullable */
  AnnexModelTrafficFunc on_traffic; /* nullable: of each attempt */
  gpointer user_data;
} AnnexModelRequest;
GType annex_model_request_get_type (void) G_GNUC_CONST;
AnnexModelRequest *annex_model_request_new (void);
/* Deep enough: shares the immutable messages. */
AnnexModelRequest *annex_model_request_copy (const AnnexModelRequest *self);
void annex_model_request_free (AnnexModelRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexModelRequest, annex_model_request_free)

#define ANNEX_TYPE_MODEL_REPLY (annex_model_reply_get_type ())
typedef struct
{
  GPtrArray *blocks; /* AnnexBlock, in order */
  AnnexStopReason stop_reason;
  char *stop_detail; /* nullable: why it refused, in the provider's words */
  char *model;       /* that answered */
  char *request_id;  /* nullable */
  AnnexUsage usage;
} AnnexModelReply;
GType annex_model_reply_get_type (void) G_GNUC_CONST;
AnnexModelReply *annex_model_reply_new (void);
AnnexModelReply *annex_model_reply_copy (const AnnexModelReply *self);
void annex_model_reply_free (AnnexModelReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexModelReply, annex_model_reply_free)

#define ANNEX_TYPE_MODEL (annex_model_get_type ())
G_DECLARE_INTERFACE (AnnexModel, annex_model, ANNEX, MODEL, GObject)

struct _AnnexModelInterface
{
  GTypeInterface parent_iface;

  DexFuture *(*send) (AnnexModel *self, const AnnexModelRequest *request, DexFuture *cancel);
  DexFuture *(*check) (AnnexModel *self);
  DexFuture *(*list) (AnnexModel *self);
  const char *(*get_provider) (AnnexModel *self);
  const char *(*get_model) (AnnexModel *self);
  char *(*dup_base_url) (AnnexModel *self);
};

/* Sends @request, retrying what is worth retrying (the provider's rules; each retry is announced as
 * ANNEX_DELTA_RETRY). @cancel (borrowed, nullable): when it rejects, the connection is closed and
 * the future rejects with G_IO_ERROR_CANCELLED. It should be a DexCancellable or a promise: libdex
 * stops a timeout future as soon as nothing waits for it. A REFUSAL has no blocks: those reported
 * before it do not count. Fiber or main thread.
 * Resolves to AnnexModelReply (boxed); rejects with ANNEX_MODEL_ERROR. */
DexFuture *annex_model_send (AnnexModel *self,
                             const AnnexModelRequest *request,
                             DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* Is it reachable and the key valid? Resolves to TRUE; rejects with ANNEX_MODEL_ERROR. */
DexFuture *annex_model_check (AnnexModel *self) G_GNUC_WARN_UNUSED_RESULT;
/* The ids it offers: resolves to a G_TYPE_STRV; rejects with ANNEX_MODEL_ERROR. */
DexFuture *annex_model_list (AnnexModel *self) G_GNUC_WARN_UNUSED_RESULT;
const char *annex_model_get_provider (AnnexModel *self); /* anthropic, openai, tour */
const char *annex_model_get_model (AnnexModel *self);    /* the id, "" when the server chooses */
char *annex_model_dup_base_url (AnnexModel *self);       /* nullable (transfer full) */

G_END_DECLS
