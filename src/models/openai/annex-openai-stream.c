/* annex-openai-stream.c
 *
 * See annex-openai-stream.h. Text and reasoning are reported as soon as something else begins;
 * calls are assembled aside and reported at the end, for servers interleave their pieces.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-openai-stream.h"

#include "annex-json-build.h"
#include "annex-openai-calls.h"
#include "annex-openai-error.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

/* A block on its way, in the order in which blocks begin. */
typedef struct
{
  AnnexBlockKind kind; /* TEXT, THINKING or TOOL_USE */
  GString *text;
  guint call; /* of TOOL_USE: its number among the calls */
} Piece;

struct _AnnexWireStream
{
  AnnexWireSink sink;
  AnnexModelReply *reply; /* its blocks are those reported */
  GPtrArray *pieces;      /* Piece */
  AnnexOpenaiCalls *calls;
  GString *refusal;
  char *finish_reason;
  gsize bytes;
  guint64 progress;
  gboolean done;
  gboolean has_usage;
};

static void
piece_free (Piece *piece)
{
  g_string_free (piece->text, TRUE);
  g_free (piece);
}

static AnnexWireStream *
stream_new (const AnnexWireSink *sink)
{
  AnnexWireStream *self = g_new0 (AnnexWireStream, 1);

  self->sink = *sink;
  self->reply = annex_model_reply_new ();
  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);
  self->calls = annex_openai_calls_new ();
  self->refusal = g_string_new (NULL);
  return self;
}

static void
stream_free (AnnexWireStream *self)
{
  annex_model_reply_free (self->reply);
  g_ptr_array_unref (self->pieces);
  annex_openai_calls_free (self->calls);
  g_string_free (self->refusal, TRUE);
  g_free (self->finish_reason);
  g_free (self);
}

static gboolean
fail (GError **error, const char *what)
{
  annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL,
                    N_ ("The server’s stream is not in order: %s"), what);
  return FALSE;
}

/* ---- blocks */

static AnnexBlock *
new_block (AnnexWireStream *self, Piece *piece)
{
  if (piece->kind == ANNEX_BLOCK_TEXT)
    return annex_block_new_text (piece->text->str);
  if (piece->kind == ANNEX_BLOCK_TOOL_USE)
    return annex_openai_calls_make_block (self->calls, piece->call);
  return annex_block_new (
      annex_json_build ("s", "type", "thinking", "s", "thinking", piece->text->str, NULL), NULL);
}

/* Reports blocks in order: all of them at the end, before that those that nothing can change. */
static void
report_blocks (AnnexWireStream *self, gboolean at_end)
{
  while (self->reply->blocks->len < self->pieces->len)
    {
      guint index = self->reply->blocks->len;
      Piece *piece = g_ptr_array_index (self->pieces, index);
      AnnexBlock *block;

      if (!at_end && (piece->kind == ANNEX_BLOCK_TOOL_USE || index + 1 == self->pieces->len))
        return;
      block = new_block (self, piece);
      g_ptr_array_add (self->reply->blocks, block);
      if (self->sink.on_block != NULL)
        self->sink.on_block (index, block, self->sink.user_data);
    }
}

static Piece *
begin_piece (AnnexWireStream *self, AnnexBlockKind kind)
{
  Piece *piece = g_new0 (Piece, 1);

  piece->kind = kind;
  piece->text = g_string_new (NULL);
  g_ptr_array_add (self->pieces, piece);
  report_blocks (self, FALSE);
  return piece;
}

static void
emit_delta (AnnexWireStream *self,
            AnnexDeltaKind kind,
            guint index,
            const char *text,
            const char *name)
{
  AnnexDelta delta = { .kind = kind, .index = index, .text = text, .name = name };

  if (self->sink.on_delta != NULL)
    self->sink.on_delta (&delta, self->sink.user_data);
}

static void
add_text (AnnexWireStream *self, AnnexBlockKind kind, const char *text)
{
  guint n = self->pieces->len;
  Piece *last = n > 0 ? g_ptr_array_index (self->pieces, n - 1) : NULL;

  if (*text == '\0')
    return;
  if (last == NULL || last->kind != kind)
    {
      /* White space between reasoning, calls and the end is no block of its own. */
      if (text[strspn (text, " \t\r\n")] == '\0')
        return;
      last = begin_piece (self, kind);
    }
  g_string_append (last->text, text);
  emit_delta (self, kind == ANNEX_BLOCK_TEXT ? ANNEX_DELTA_TEXT : ANNEX_DELTA_THINKING,
              self->pieces->len - 1, text, NULL);
}

/* ---- chunks */

static guint
index_of_call (AnnexWireStream *self, guint call)
{
  for (guint i = 0; i < self->pieces->len; i++)
    {
      Piece *piece = g_ptr_array_index (self->pieces, i);

      if (piece->kind == ANNEX_BLOCK_TOOL_USE && piece->call == call)
        return i;
    }
  begin_piece (self, ANNEX_BLOCK_TOOL_USE)->call = call;
  return self->pieces->len - 1;
}

static gboolean
read_calls (AnnexWireStream *self, JsonArray *calls, GError **error)
{
  for (guint i = 0; i < json_array_get_length (calls); i++)
    {
      JsonNode *node = json_array_get_element (calls, i);
      g_autofree char *added = NULL;
      const char *name = NULL;
      guint call;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        continue;
      if (!annex_openai_calls_add (self->calls, json_node_get_object (node), &call, &added, &name))
        return fail (error, "there are too many tool calls");
      emit_delta (self, ANNEX_DELTA_TOOL_INPUT, index_of_call (self, call), added, name);
    }
  return TRUE;
}

static gboolean
read_delta (AnnexWireStream *self, JsonObject *delta, GError **error)
{
  JsonArray *calls = annex_json_opt_array (delta, "tool_calls");
  const char *reasoning = annex_json_opt_string (delta, "reasoning_content", "");

  if (*reasoning == '\0')
    reasoning = annex_json_opt_string (delta, "reasoning", "");
  add_text (self, ANNEX_BLOCK_THINKING, reasoning);
  add_text (self, ANNEX_BLOCK_TEXT, annex_json_opt_string (delta, "content", ""));
  g_string_append (self->refusal, annex_json_opt_string (delta, "refusal", ""));
  return calls == NULL || read_calls (self, calls, error);
}

static void
read_usage (AnnexWireStream *self, JsonObject *usage)
{
  AnnexUsage *to = &self->reply->usage;
  JsonObject *details = annex_json_opt_object (usage, "prompt_tokens_details");
  gint64 prompt = MAX (0, annex_json_opt_int (usage, "prompt_tokens", 0));
  gint64 cached = details != NULL ? annex_json_opt_int (details, "cached_tokens", 0) : 0;

  self->has_usage = TRUE;
  to->cache_read_tokens = CLAMP (cached, 0, prompt);
  to->input_tokens = prompt - to->cache_read_tokens;
  to->output_tokens = MAX (0, annex_json_opt_int (usage, "completion_tokens", 0));
}

/* llama.cpp's own figures, where there is no usage. */
static void
read_timings (AnnexWireStream *self, JsonObject *timings)
{
  AnnexUsage *to = &self->reply->usage;

  to->cache_read_tokens = MAX (0, annex_json_opt_int (timings, "cache_n", 0));
  to->input_tokens = MAX (0, annex_json_opt_int (timings, "prompt_n", 0));
  to->output_tokens = MAX (0, annex_json_opt_int (timings, "predicted_n", 0));
}

static gboolean
read_choice (AnnexWireStream *self, JsonObject *choice, GError **error)
{
  JsonObject *delta = annex_json_opt_object (choice, "delta");
  const char *reason = annex_json_opt_string (choice, "finish_reason", NULL);

  if (annex_json_opt_int (choice, "index", 0) != 0)
    return TRUE;
  /* A server that ignores `stream` in an event stream sends a whole message. */
  if (delta == NULL)
    delta = annex_json_opt_object (choice, "message");
  if (delta != NULL && !read_delta (self, delta, error))
    return FALSE;
  if (reason != NULL && *reason != '\0')
    {
      g_free (self->finish_reason);
      self->finish_reason = g_strdup (reason);
    }
  return TRUE;
}

static gboolean
read_chunk (AnnexWireStream *self, JsonObject *chunk, GError **error)
{
  JsonArray *choices = annex_json_opt_array (chunk, "choices");
  JsonObject *usage = annex_json_opt_object (chunk, "usage");
  JsonObject *timings = annex_json_opt_object (chunk, "timings");
  const char *model = annex_json_opt_string (chunk, "model", "");

  if (self->reply->model == NULL && *model != '\0')
    self->reply->model = g_strdup (model);
  if (usage != NULL)
    read_usage (self, usage);
  else if (timings != NULL && !self->has_usage)
    read_timings (self, timings);
  for (guint i = 0; choices != NULL && i < json_array_get_length (choices); i++)
    {
      JsonNode *node = json_array_get_element (choices, i);

      if (JSON_NODE_HOLDS_OBJECT (node) && !read_choice (self, json_node_get_object (node), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
stream_event (AnnexWireStream *self, const char *name, const char *data, GError **error)
{
  g_autoptr (JsonObject) chunk = NULL;
  g_autofree char *trimmed = NULL;

  if (strlen (data) <= 16)
    {
      trimmed = g_strstrip (g_strdup (data));
      if (g_str_equal (trimmed, "[DONE]"))
        {
          self->done = TRUE;
          return TRUE;
        }
      if (*trimmed == '\0')
        return TRUE;
    }
  chunk = annex_wire_parse_event (data, error);
  if (chunk == NULL)
    return FALSE;
  if (annex_openai_is_error (name, chunk))
    {
      g_propagate_error (error, annex_openai_read_event_error (chunk));
      return FALSE;
    }
  self->progress++;
  self->bytes += strlen (data);
  /* A chunk wraps a word in some 200 bytes, so this is some ten times what a reply can be. */
  if (self->bytes > (gsize) ANNEX_WIRE_MAX_REPLY_BYTES * 4 ||
      self->pieces->len > ANNEX_WIRE_MAX_BLOCKS)
    return fail (error, "the answer does not end");
  return read_chunk (self, chunk, error);
}

static AnnexWireState
stream_state (AnnexWireStream *self)
{
  if (self->done)
    return ANNEX_WIRE_FINISHED;
  return self->finish_reason != NULL ? ANNEX_WIRE_ENOUGH : ANNEX_WIRE_OPEN;
}

static guint64
stream_progress (AnnexWireStream *self)
{
  return self->progress;
}

static AnnexStopReason
stop_reason (AnnexWireStream *self, guint n_calls)
{
  const char *reason = self->finish_reason != NULL ? self->finish_reason : "stop";

  if (g_str_equal (reason, "content_filter") || self->refusal->len > 0)
    return ANNEX_STOP_REFUSAL;
  if (g_str_equal (reason, "length"))
    return ANNEX_STOP_MAX_TOKENS;
  /* Servers name all kinds of reasons beside a call; the call itself is the signal. */
  if (n_calls > 0)
    return ANNEX_STOP_TOOL_USE;
  if (g_str_equal (reason, "stop") || g_str_equal (reason, "tool_calls"))
    return ANNEX_STOP_END_TURN;
  return ANNEX_STOP_OTHER;
}

static AnnexModelReply *
stream_finish (AnnexWireStream *self, GError **error)
{
  AnnexModelReply *reply;
  guint n_calls = annex_openai_calls_get_length (self->calls);

  if (stream_state (self) == ANNEX_WIRE_OPEN)
    {
      annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_CUT,
                        N_ ("The answer broke off before its end"));
      return NULL;
    }
  report_blocks (self, TRUE);
  self->reply->stop_reason = stop_reason (self, n_calls);
  self->reply->usage.cost_usd = -1;
  reply = annex_model_reply_copy (self->reply);
  if (reply->stop_reason == ANNEX_STOP_REFUSAL)
    {
      /* What came before a refusal does not count. */
      g_ptr_array_set_size (reply->blocks, 0);
      if (self->refusal->len > 0)
        reply->stop_detail = annex_wire_clip (self->refusal->str, "");
    }
  return reply;
}

const AnnexWireFormat annex_openai_format = {
  .stream_new = stream_new,
  .stream_free = stream_free,
  .stream_event = stream_event,
  .stream_state = stream_state,
  .stream_progress = stream_progress,
  .stream_finish = stream_finish,
  .read_error = annex_openai_read_error,
};
