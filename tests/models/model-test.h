/* model-test.h
 *
 * What the tests of the providers share: running bytes through a wire format, running a request
 * against a server, and saying what came out as one line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-wire.h"

G_BEGIN_DECLS

/* What a request's callbacks saw. */
typedef struct
{
  GString *text; /* deltas of text; emptied by a retry */
  GString *thinking;
  GString *input;
  GPtrArray *blocks;  /* AnnexBlock of this attempt */
  GPtrArray *retries; /* char *: their texts */
  guint last_delay_ms;
  GString *names; /* of calls, as they were announced */
  guint n_begun;  /* attempts */
  guint n_attempts;
  guint n_failed;
  guint64 bytes_up; /* of all attempts */
  guint64 bytes_down;
} Seen;

Seen *
seen_new (void);
void
seen_free (Seen *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Seen, seen_free)
void
seen_on_delta (const AnnexDelta *delta, gpointer user_data);
void
seen_on_block (guint index, AnnexBlock *block, gpointer user_data);
AnnexWireSink
seen_sink (Seen *self);

/* Feeds @bytes, in pieces that end at the offsets @cuts (NULL: whole; else n_cuts of them), and
 * finishes. NULL with the error. (transfer full) */
AnnexModelReply *
run_stream (const AnnexWireFormat *format,
            Seen *seen,
            const char *bytes,
            gsize length,
            const gsize *cuts,
            guint n_cuts,
            GError **error);

/* "stop_reason [block, block …] in/out" with the blocks as JSON. (transfer full) */
char *
describe_reply (AnnexModelReply *reply);

/* A conversation for requests: a user message, then for each further pair of texts an assistant and
 * a user message. NULL-terminated. (transfer full) */
AnnexModelRequest *
new_request (const char *first, ...) G_GNUC_NULL_TERMINATED;
void
add_message (AnnexModelRequest *request, AnnexRole role, AnnexBlock *first, ...)
    G_GNUC_NULL_TERMINATED;
AnnexBlock *
block_from (const char *json);

/* Runs @future (taken) to its end on the main context; NULL with @error. (transfer full) */
AnnexModelReply *
settle_reply (DexFuture *future, GError **error);
void
settle (DexFuture *future, GError **error);

G_END_DECLS
