/* model-test.c
 *
 * See model-test.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model-test.h"

#include "annex-sse.h"

Seen *
seen_new (void)
{
  Seen *self = g_new0 (Seen, 1);

  self->text = g_string_new (NULL);
  self->thinking = g_string_new (NULL);
  self->input = g_string_new (NULL);
  self->names = g_string_new (NULL);
  self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  self->retries = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
seen_free (Seen *self)
{
  g_string_free (self->text, TRUE);
  g_string_free (self->thinking, TRUE);
  g_string_free (self->input, TRUE);
  g_string_free (self->names, TRUE);
  g_ptr_array_unref (self->blocks);
  g_ptr_array_unref (self->retries);
  g_free (self);
}

void
seen_on_delta (const AnnexDelta *delta, gpointer user_data)
{
  Seen *self = user_data;

  switch (delta->kind)
    {
    case ANNEX_DELTA_TEXT:
      g_string_append (self->text, delta->text);
      break;
    case ANNEX_DELTA_THINKING:
      g_string_append (self->thinking, delta->text);
      break;
    case ANNEX_DELTA_TOOL_INPUT:
      g_string_append (self->input, delta->text);
      if (delta->name != NULL)
        g_string_append_printf (self->names, "%u:%s ", delta->index, delta->name);
      break;
    case ANNEX_DELTA_RETRY:
      g_string_truncate (self->text, 0);
      g_string_truncate (self->thinking, 0);
      g_string_truncate (self->input, 0);
      g_string_truncate (self->names, 0);
      g_ptr_array_set_size (self->blocks, 0);
      g_ptr_array_add (self->retries, g_strdup (delta->text));
      self->last_delay_ms = delta->retry_in_ms;
      break;
    }
}

void
seen_on_block (guint index, AnnexBlock *block, gpointer user_data)
{
  Seen *self = user_data;

  g_assert_cmpuint (index, ==, self->blocks->len);
  g_ptr_array_add (self->blocks, annex_block_ref (block));
}

static DexFuture *
seen_on_traffic (AnnexModelTraffic *traffic, gpointer user_data)
{
  Seen *self = user_data;

  g_assert_cmpuint (traffic->port, >, 0);
  g_assert_true (traffic->local != g_str_has_suffix (traffic->host, ".invalid"));
  if (!traffic->ended)
    {
      traffic->begun = ++self->n_begun;
      return NULL;
    }
  self->n_attempts++;
  g_assert_cmpint (traffic->begun, ==, self->n_begun);
  self->n_failed += traffic->failure != NULL;
  self->bytes_up += traffic->bytes_up;
  self->bytes_down += traffic->bytes_down;
  return NULL;
}

AnnexWireSink
seen_sink (Seen *self)
{
  return (AnnexWireSink) { .on_delta = seen_on_delta,
                           .on_block = seen_on_block,
                           .on_traffic = seen_on_traffic,
                           .user_data = self };
}

/* ---- streams */

typedef struct
{
  const AnnexWireFormat *format;
  AnnexWireStream *stream;
} Feeding;

static gboolean
event_cb (const char *name, const char *data, gpointer user_data, GError **error)
{
  Feeding *feeding = user_data;

  g_assert_true (g_utf8_validate (data, -1, NULL));
  if (feeding->format->stream_state (feeding->stream) == ANNEX_WIRE_FINISHED)
    return TRUE;
  return feeding->format->stream_event (feeding->stream, name, data, error);
}

AnnexModelReply *
run_stream (const AnnexWireFormat *format,
            Seen *seen,
            const char *bytes,
            gsize length,
            const gsize *cuts,
            guint n_cuts,
            GError **error)
{
  AnnexWireSink sink = seen_sink (seen);
  Feeding feeding = { format, format->stream_new (&sink) };
  g_autoptr (AnnexSse) sse = annex_sse_new (0);
  AnnexModelReply *reply = NULL;
  gboolean fed = TRUE;
  gsize at = 0;

  for (guint i = 0; fed && i <= n_cuts; i++)
    {
      gsize end = i < n_cuts ? cuts[i] : length;
      /* A copy of its own size, so that the sanitizer sees a read beyond it. */
      g_autofree char *piece = g_memdup2 (bytes + at, end - at);

      fed = annex_sse_feed (sse, piece, end - at, event_cb, &feeding, error);
      at = end;
    }
  if (fed)
    reply = format->stream_finish (feeding.stream, error);
  format->stream_free (feeding.stream);
  return reply;
}

char *
describe_reply (AnnexModelReply *reply)
{
  g_autoptr (GString) out = g_string_new (annex_stop_reason_to_name (reply->stop_reason));

  g_string_append (out, " [");
  for (guint i = 0; i < reply->blocks->len; i++)
    {
      g_autofree char *json =
          annex_json_object_to_string (annex_block_get_json (g_ptr_array_index (reply->blocks, i)));

      g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", json);
    }
  g_string_append_printf (out, "] %d/%d", (int) reply->usage.input_tokens,
                          (int) reply->usage.output_tokens);
  return g_string_free_and_steal (g_steal_pointer (&out));
}

/* ---- requests */

AnnexBlock *
block_from (const char *json)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = annex_json_parse_object (json, -1, &error);
  AnnexBlock *block;

  g_assert_no_error (error);
  block = annex_block_new (object, &error);
  g_assert_no_error (error);
  return block;
}

void
add_message (AnnexModelRequest *request, AnnexRole role, AnnexBlock *first, ...)
{
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  AnnexBlock *block = first;
  va_list args;

  va_start (args, first);
  for (; block != NULL; block = va_arg (args, AnnexBlock *))
    g_ptr_array_add (blocks, block);
  va_end (args);
  g_ptr_array_add (request->messages, annex_message_new (role, blocks));
}

AnnexModelRequest *
new_request (const char *first, ...)
{
  AnnexModelRequest *request = annex_model_request_new ();
  AnnexRole role = ANNEX_ROLE_USER;
  const char *text = first;
  va_list args;

  request->model = g_strdup ("claude-opus-5-5");
  request->system = g_strdup ("You are \"Annex\".\n");
  request->tools = g_strdup ("[{\"name\":\"shell\",\"description\":\"Runs\",\"input_schema\":"
                             "{\"type\":\"object\",\"properties\":{\"command\":{\"type\":"
                             "\"string\"}}}}]");
  va_start (args, first);
  for (; text != NULL; text = va_arg (args, const char *))
    {
      add_message (request, role, annex_block_new_text (text), NULL);
      role = role == ANNEX_ROLE_USER ? ANNEX_ROLE_ASSISTANT : ANNEX_ROLE_USER;
    }
  va_end (args);
  return request;
}

/* ---- futures */

void
settle (DexFuture *future, GError **error)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  dex_future_get_value (future, error);
}

AnnexModelReply *
settle_reply (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) taken = future;
  GError *local = NULL;

  settle (taken, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  return g_value_dup_boxed (dex_future_get_value (taken, NULL));
}
