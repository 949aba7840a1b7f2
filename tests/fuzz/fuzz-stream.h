/* fuzz-stream.h
 *
 * What the targets for the two wire formats share: the same bytes give the same outcome whole or
 * byte by byte, blocks come in order and each once, and what a model said can be sent back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "fuzz.h"

#include "annex-sse.h"
#include "annex-wire.h"

/* Builds a request body of @request; NULL with an error when it cannot be sent. */
typedef char *(*FuzzBuild) (const AnnexModelRequest *request, GError **error);

typedef struct
{
  const AnnexWireFormat *format;
  AnnexWireStream *stream;
  guint n_blocks;
} FuzzFeeding;

static void
fuzz_block_cb (guint index, AnnexBlock *block, gpointer user_data)
{
  FuzzFeeding *feeding = user_data;

  g_assert_cmpuint (index, ==, feeding->n_blocks);
  feeding->n_blocks++;
}

static void
fuzz_delta_cb (const AnnexDelta *delta, gpointer user_data)
{
  g_assert_nonnull (delta->text);
  g_assert_true (g_utf8_validate (delta->text, -1, NULL));
}

static gboolean
fuzz_event_cb (const char *name, const char *data, gpointer user_data, GError **error)
{
  FuzzFeeding *feeding = user_data;

  if (feeding->format->stream_state (feeding->stream) == ANNEX_WIRE_FINISHED)
    return TRUE;
  return feeding->format->stream_event (feeding->stream, name, data, error);
}

static AnnexModelReply *
fuzz_read (const AnnexWireFormat *format,
           const char *bytes,
           gsize size,
           gsize piece,
           GError **error)
{
  g_autoptr (AnnexSse) sse = annex_sse_new (0);
  FuzzFeeding feeding = { .format = format };
  AnnexWireSink sink = { .on_delta = fuzz_delta_cb,
                         .on_block = fuzz_block_cb,
                         .user_data = &feeding };
  AnnexModelReply *reply = NULL;
  gboolean read = TRUE;

  feeding.stream = format->stream_new (&sink);
  for (gsize at = 0; read && at < size; at += piece)
    read = annex_sse_feed (sse, bytes + at, MIN (piece, size - at), fuzz_event_cb, &feeding, error);
  if (read)
    reply = format->stream_finish (feeding.stream, error);
  if (reply != NULL && reply->stop_reason != ANNEX_STOP_REFUSAL)
    g_assert_cmpuint (reply->blocks->len, ==, feeding.n_blocks);
  format->stream_free (feeding.stream);
  return reply;
}

static void
fuzz_send_back (AnnexModelReply *reply, FuzzBuild build)
{
  AnnexModelRequest *request = annex_model_request_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *body = NULL;
  g_autoptr (JsonObject) parsed = NULL;

  g_ptr_array_add (request->messages, annex_message_new (ANNEX_ROLE_ASSISTANT, reply->blocks));
  body = build (request, &error);
  g_assert_no_error (error);
  parsed = annex_json_parse_object (body, -1, &error);
  g_assert_no_error (error);
  annex_model_request_free (request);
}

static int
fuzz_stream (const AnnexWireFormat *format, FuzzBuild build, const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) error_bytewise = NULL;
  AnnexModelReply *reply = fuzz_read (format, (const char *) data, size, MAX (size, 1), &error);
  AnnexModelReply *bytewise = fuzz_read (format, (const char *) data, size, 1, &error_bytewise);

  g_assert_true ((reply != NULL) == (bytewise != NULL));
  if (reply == NULL)
    {
      g_assert_true (g_error_matches (error, error_bytewise->domain, error_bytewise->code));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  g_assert_cmpuint (reply->blocks->len, ==, bytewise->blocks->len);
  g_assert_cmpint (reply->stop_reason, ==, bytewise->stop_reason);
  g_assert_cmpint (reply->usage.input_tokens, >=, 0);
  g_assert_cmpint (reply->usage.output_tokens, ==, bytewise->usage.output_tokens);
  fuzz_send_back (reply, build);
  annex_model_reply_free (reply);
  annex_model_reply_free (bytewise);
  return 0;
}
