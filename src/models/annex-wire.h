/* annex-wire.h
 *
 * What a provider's wire format is to the exchange: how a stream of events becomes a reply, and how
 * an error answer becomes an error. Pure: implementations do no I/O. Also what the two formats
 * share: reading one event's JSON, clipping a server's words, and malformed tool input.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-retry.h"

G_BEGIN_DECLS

/* Where a stream puts what it reads. */
typedef struct
{
  AnnexDeltaFunc on_delta;          /* nullable */
  AnnexModelBlockFunc on_block;     /* nullable */
  AnnexModelTrafficFunc on_traffic; /* nullable; the exchange's, not a stream's */
  gpointer user_data;
} AnnexWireSink;

typedef struct _AnnexWireStream AnnexWireStream;

/* An answer that does not end is given up beyond these. */
#define ANNEX_WIRE_MAX_REPLY_BYTES (16u * 1024u * 1024u)
#define ANNEX_WIRE_MAX_BLOCKS 2000

typedef enum {
  ANNEX_WIRE_OPEN,     /* more must come */
  ANNEX_WIRE_ENOUGH,   /* the reply is whole; more may come (usage) */
  ANNEX_WIRE_FINISHED, /* nothing more is read */
} AnnexWireState;

typedef struct
{
  /* @sink is copied. */
  AnnexWireStream *(*stream_new) (const AnnexWireSink *sink);
  void (*stream_free) (AnnexWireStream *self);
  /* One event; FALSE with ANNEX_MODEL_ERROR for an error event or one that breaks the format. */
  gboolean (*stream_event) (AnnexWireStream *self,
                            const char *name,
                            const char *data,
                            GError **error);
  AnnexWireState (*stream_state) (AnnexWireStream *self);
  /* How often anything but keep-alives came: an answer that only pings makes no progress. */
  guint64 (*stream_progress) (AnnexWireStream *self);
  /* The reply, without cost and request id; CUT when it is not whole. (transfer full) */
  AnnexModelReply *(*stream_finish) (AnnexWireStream *self, GError **error);
  /* The error an answer with @status (not 2xx) and @body means. @failure's code, permanent and
   * loading are set. (transfer full) */
  GError *(*read_error) (guint status, const char *body, AnnexFailure *failure);
} AnnexWireFormat;

/* The object of one event's data. Tolerates what json writers of local servers get wrong inside
 * strings (half a surrogate pair, an escaped NUL): those become U+FFFD. Fails with
 * ANNEX_MODEL_ERROR_PROTOCOL. (transfer full) */
JsonObject *
annex_wire_parse_event (const char *data, GError **error);

/* A server's words for an error message: valid, one line, at most 500 characters; @fallback when
 * there are none. (transfer full) */
char *
annex_wire_clip (const char *text, const char *fallback);

/* The input of a tool call: the object @text holds, {} when it is empty, and otherwise
 * {ANNEX_MALFORMED_INPUT: @text}. (transfer full) */
JsonObject *
annex_wire_parse_input (const char *text);

/* The ids in the answer to GET /v1/models ({data: [{id}]}); NULL when it is not one.
 * (transfer full) */
char **
annex_wire_read_models (const char *body);

/* How many tokens the model @id takes, where that answer says so of it, as Anthropic, vLLM,
 * llama.cpp, LM Studio and others do, each in its own word; 0 where it does not. @body: that list,
 * or one model alone, whatever its id (the answer to GET /v1/models/{id}, where @id may be an
 * alias). */
guint64
annex_wire_read_window (const char *body, const char *id);

/* The code a bare HTTP status means. */
AnnexModelError
annex_wire_code_for_status (guint status);

/* An error with a plain sentence and, where they are safe, the server's own @words (nullable).
 * (transfer full) */
GError *
annex_wire_new_error (AnnexModelError code, const char *words);

G_END_DECLS
