/* annex-anthropic-stream.c
 *
 * See annex-anthropic-stream.h. Blocks are numbered in the order in which they start; a block is
 * reported when it and all before it have ended.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-anthropic-stream.h"

#include "annex-anthropic-error.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

/* A block on its way. */
typedef struct
{
  gint64 wire_index;
  JsonObject *json; /* as it started; NULL once it is a block */
  GString *text;    /* text or thinking */
  GString *signature;
  GString *input; /* partial JSON */
  JsonArray *citations;
  AnnexBlock *block;
} Piece;

struct _AnnexWireStream
{
  AnnexWireSink sink;
  GPtrArray *pieces; /* Piece */
  guint reported;
  gsize bytes;
  guint64 progress;
  gboolean finished;
  AnnexModelReply *reply;
  gboolean has_stop_reason;
};

static void
piece_free (Piece *piece)
{
  g_clear_pointer (&piece->json, json_object_unref);
  g_clear_pointer (&piece->citations, json_array_unref);
  g_clear_pointer (&piece->block, annex_block_unref);
  g_string_free (piece->text, TRUE);
  g_string_free (piece->signature, TRUE);
  g_string_free (piece->input, TRUE);
  g_free (piece);
}

static AnnexWireStream *
stream_new (const AnnexWireSink *sink)
{
  AnnexWireStream *self = g_new0 (AnnexWireStream, 1);

  self->sink = *sink;
  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);
  self->reply = annex_model_reply_new ();
  return self;
}

static void
stream_free (AnnexWireStream *self)
{
  g_ptr_array_unref (self->pieces);
  annex_model_reply_free (self->reply);
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

static Piece *
find_open_piece (AnnexWireStream *self, gint64 wire_index, guint *index)
{
  for (guint i = self->pieces->len; i > 0; i--)
    {
      Piece *piece = g_ptr_array_index (self->pieces, i - 1);

      if (piece->wire_index == wire_index && piece->json != NULL)
        {
          *index = i - 1;
          return piece;
        }
    }
  return NULL;
}

static gboolean
start_block (AnnexWireStream *self, JsonObject *event, GError **error)
{
  JsonObject *json = annex_json_opt_object (event, "content_block");
  gint64 wire_index = annex_json_opt_int (event, "index", -1);
  const char *type;
  Piece *piece;
  guint index;

  if (json == NULL || *annex_json_opt_string (json, "type", "") == '\0')
    return fail (error, "a block starts without a type");
  if (find_open_piece (self, wire_index, &index) != NULL)
    return fail (error, "a block starts twice");
  if (self->pieces->len >= ANNEX_WIRE_MAX_BLOCKS)
    return fail (error, "there are too many blocks");

  piece = g_new0 (Piece, 1);
  piece->wire_index = wire_index;
  piece->json = annex_json_object_copy (json);
  piece->text = g_string_new (NULL);
  piece->signature = g_string_new (annex_json_opt_string (json, "signature", ""));
  piece->input = g_string_new (NULL);
  type = annex_json_opt_string (json, "type", "");
  if (g_str_equal (type, "text") || g_str_equal (type, "thinking"))
    g_string_append (piece->text, annex_json_opt_string (json, type, ""));
  g_ptr_array_add (self->pieces, piece);

  index = self->pieces->len - 1;
  if (g_str_equal (type, "tool_use"))
    emit_delta (self, ANNEX_DELTA_TOOL_INPUT, index, "", annex_json_opt_string (json, "name", ""));
  else if (piece->text->len > 0)
    emit_delta (self, *type == 't' && type[1] == 'e' ? ANNEX_DELTA_TEXT : ANNEX_DELTA_THINKING,
                index, piece->text->str, NULL);
  return TRUE;
}

static gboolean
count_bytes (AnnexWireStream *self, const char *text, GError **error)
{
  self->bytes += strlen (text);
  return self->bytes <= ANNEX_WIRE_MAX_REPLY_BYTES || fail (error, "the answer does not end");
}

static gboolean
apply_delta (AnnexWireStream *self, JsonObject *event, GError **error)
{
  JsonObject *delta = annex_json_opt_object (event, "delta");
  const char *type = delta != NULL ? annex_json_opt_string (delta, "type", "") : "";
  const char *text;
  guint index;
  Piece *piece = find_open_piece (self, annex_json_opt_int (event, "index", -1), &index);

  if (piece == NULL || delta == NULL)
    return fail (error, "a piece belongs to no block");
  if (g_str_equal (type, "text_delta") || g_str_equal (type, "thinking_delta"))
    {
      gboolean is_text = g_str_equal (type, "text_delta");

      text = annex_json_opt_string (delta, is_text ? "text" : "thinking", "");
      g_string_append (piece->text, text);
      emit_delta (self, is_text ? ANNEX_DELTA_TEXT : ANNEX_DELTA_THINKING, index, text, NULL);
    }
  else if (g_str_equal (type, "input_json_delta"))
    {
      text = annex_json_opt_string (delta, "partial_json", "");
      g_string_append (piece->input, text);
      emit_delta (self, ANNEX_DELTA_TOOL_INPUT, index, text, NULL);
    }
  else if (g_str_equal (type, "signature_delta"))
    {
      text = annex_json_opt_string (delta, "signature", "");
      g_string_append (piece->signature, text);
    }
  else if (g_str_equal (type, "citations_delta") && json_object_has_member (delta, "citation"))
    {
      if (piece->citations == NULL)
        piece->citations = json_array_new ();
      json_array_add_element (piece->citations,
                              annex_json_copy (json_object_get_member (delta, "citation")));
      text = type; /* what counts is that there is one more */
    }
  else if (g_str_equal (type, "compaction_delta"))
    {
      static const char *const names[] = { "content", "encrypted_content" };

      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        if (json_object_has_member (delta, names[i]))
          json_object_set_member (piece->json, names[i],
                                  annex_json_copy (json_object_get_member (delta, names[i])));
      text = annex_json_opt_string (delta, "content", "");
    }
  else
    return TRUE; /* of a newer API */
  return count_bytes (self, text, error);
}

/* Reports what has ended, in order. */
static void
report_blocks (AnnexWireStream *self)
{
  while (self->reported < self->pieces->len)
    {
      guint index = self->reported;
      Piece *piece = g_ptr_array_index (self->pieces, index);

      if (piece->block == NULL)
        return;
      self->reported++;
      if (self->sink.on_block != NULL)
        self->sink.on_block (index, piece->block, self->sink.user_data);
    }
}

static gboolean
finish_piece (Piece *piece, GError **error)
{
  JsonObject *json = piece->json;
  const char *type = annex_json_opt_string (json, "type", "");

  if (g_str_equal (type, "text") || g_str_equal (type, "thinking"))
    json_object_set_string_member (json, type, piece->text->str);
  if (g_str_equal (type, "thinking") && piece->signature->len > 0)
    json_object_set_string_member (json, "signature", piece->signature->str);
  /* A tool_use that was given whole keeps the input it started with. */
  if (piece->input->len > 0 ||
      (g_str_equal (type, "tool_use") && annex_json_opt_object (json, "input") == NULL))
    json_object_set_object_member (json, "input", annex_wire_parse_input (piece->input->str));
  if (piece->citations != NULL)
    json_object_set_array_member (json, "citations", g_steal_pointer (&piece->citations));
  piece->block = annex_block_new (g_steal_pointer (&piece->json), error);
  return piece->block != NULL;
}

static gboolean
end_block (AnnexWireStream *self, Piece *piece, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (!finish_piece (piece, &local))
    return fail (error, local->message);
  report_blocks (self);
  return TRUE;
}

static gboolean
stop_block (AnnexWireStream *self, JsonObject *event, GError **error)
{
  guint index;
  Piece *piece = find_open_piece (self, annex_json_opt_int (event, "index", -1), &index);

  if (piece == NULL)
    return fail (error, "a block ends that did not start");
  return end_block (self, piece, error);
}

/* ---- the message */

static void
keep_larger (gint64 *value, JsonObject *usage, const char *name)
{
  *value = MAX (*value, annex_json_opt_int (usage, name, 0));
}

static void
read_usage (AnnexWireStream *self, JsonObject *usage)
{
  AnnexUsage *to = &self->reply->usage;

  if (usage == NULL)
    return;
  /* Cumulative; some servers leave numbers out, or at 0, in the later events. */
  keep_larger (&to->input_tokens, usage, "input_tokens");
  keep_larger (&to->output_tokens, usage, "output_tokens");
  keep_larger (&to->cache_write_tokens, usage, "cache_creation_input_tokens");
  keep_larger (&to->cache_read_tokens, usage, "cache_read_input_tokens");
}

static void
start_message (AnnexWireStream *self, JsonObject *event)
{
  JsonObject *message = annex_json_opt_object (event, "message");

  if (message == NULL)
    return;
  g_free (self->reply->model);
  self->reply->model = g_strdup (annex_json_opt_string (message, "model", NULL));
  read_usage (self, annex_json_opt_object (message, "usage"));
}

static char *
describe_refusal (JsonObject *details)
{
  const char *words = details != NULL ? annex_json_opt_string (details, "explanation", "") : "";

  if (*words == '\0' && details != NULL)
    words = annex_json_opt_string (details, "category", "");
  return *words != '\0' ? annex_wire_clip (words, "") : NULL;
}

static void
change_message (AnnexWireStream *self, JsonObject *event)
{
  JsonObject *delta = annex_json_opt_object (event, "delta");
  const char *reason = delta != NULL ? annex_json_opt_string (delta, "stop_reason", NULL) : NULL;

  read_usage (self, annex_json_opt_object (event, "usage"));
  if (reason == NULL)
    return;
  self->has_stop_reason = TRUE;
  self->reply->stop_reason = annex_stop_reason_from_name (reason);
  if (self->reply->stop_reason == ANNEX_STOP_REFUSAL)
    {
      g_free (self->reply->stop_detail);
      self->reply->stop_detail = describe_refusal (annex_json_opt_object (delta, "stop_details"));
    }
}

static gboolean
stop_message (AnnexWireStream *self, GError **error)
{
  /* The server says all was said: a block whose end it forgot (some compatible servers) is whole.
   */
  for (guint i = 0; i < self->pieces->len; i++)
    {
      Piece *piece = g_ptr_array_index (self->pieces, i);

      if (piece->json != NULL && !end_block (self, piece, error))
        return FALSE;
    }
  self->finished = TRUE;
  return TRUE;
}

static gboolean
stream_event (AnnexWireStream *self, const char *name, const char *data, GError **error)
{
  g_autoptr (JsonObject) event = annex_wire_parse_event (data, error);
  const char *type;

  if (event == NULL)
    return FALSE;
  type = annex_json_opt_string (event, "type", name);
  if (g_str_equal (type, "ping"))
    return TRUE;
  self->progress++;
  if (g_str_equal (type, "message_start"))
    start_message (self, event);
  else if (g_str_equal (type, "content_block_start"))
    return count_bytes (self, data, error) && start_block (self, event, error);
  else if (g_str_equal (type, "content_block_delta"))
    return apply_delta (self, event, error);
  else if (g_str_equal (type, "content_block_stop"))
    return stop_block (self, event, error);
  else if (g_str_equal (type, "message_delta"))
    change_message (self, event);
  else if (g_str_equal (type, "message_stop"))
    return stop_message (self, error);
  else if (g_str_equal (type, "error"))
    {
      g_propagate_error (error, annex_anthropic_read_event_error (event));
      return FALSE;
    }
  return TRUE;
}

static AnnexWireState
stream_state (AnnexWireStream *self)
{
  return self->finished ? ANNEX_WIRE_FINISHED : ANNEX_WIRE_OPEN;
}

static guint64
stream_progress (AnnexWireStream *self)
{
  return self->progress;
}

static AnnexModelReply *
stream_finish (AnnexWireStream *self, GError **error)
{
  AnnexModelReply *reply;
  gboolean has_call = FALSE;

  if (!self->finished)
    {
      annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_CUT,
                        N_ ("The answer broke off before its end"));
      return NULL;
    }
  reply = annex_model_reply_copy (self->reply);
  /* What came before a refusal does not count. */
  for (guint i = 0; reply->stop_reason != ANNEX_STOP_REFUSAL && i < self->pieces->len; i++)
    {
      Piece *piece = g_ptr_array_index (self->pieces, i);

      has_call = has_call || annex_block_get_kind (piece->block) == ANNEX_BLOCK_TOOL_USE;
      g_ptr_array_add (reply->blocks, annex_block_ref (piece->block));
    }
  if (!self->has_stop_reason)
    reply->stop_reason = has_call ? ANNEX_STOP_TOOL_USE : ANNEX_STOP_END_TURN;
  reply->usage.cost_usd = -1;
  return reply;
}

const AnnexWireFormat annex_anthropic_format = {
  .stream_new = stream_new,
  .stream_free = stream_free,
  .stream_event = stream_event,
  .stream_state = stream_state,
  .stream_progress = stream_progress,
  .stream_finish = stream_finish,
  .read_error = annex_anthropic_read_error,
};
