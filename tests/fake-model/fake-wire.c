/* fake-wire.c
 *
 * See fake-wire.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-wire.h"

#include "annex-json-build.h"

#include <string.h>

/* What rendering one turn needs. */
typedef struct
{
  GPtrArray *events;
  JsonObject *turn;
  JsonObject *fault;
  const char *model;
  guint number;
  guint piece_bytes;
} Render;

static gboolean
has_fault (Render *render, const char *kind)
{
  return render->fault != NULL &&
         g_str_equal (annex_json_opt_string (render->fault, "kind", ""), kind);
}

/* The next piece of *@text, not cut within a character. (transfer full) */
static char *
take_piece (const char **text, guint bytes)
{
  gsize n = MIN (strlen (*text), bytes);
  char *piece;

  while ((*text)[n] != '\0' && ((guchar) (*text)[n] & 0xc0) == 0x80)
    n++;
  piece = g_strndup (*text, n);
  *text += n;
  return piece;
}

/* The JSON text of a call's input. (transfer full) */
static char *
input_text (Render *render, JsonObject *block)
{
  JsonObject *input = annex_json_opt_object (block, "input");
  const char *raw = annex_json_opt_string (block, "raw_input", NULL);
  char *text = raw != NULL     ? g_strdup (raw)
               : input != NULL ? annex_json_object_to_string (input)
                               : g_strdup ("");

  if (has_fault (render, "malformed-tool") && strlen (text) > 1)
    text[strlen (text) - 1] = '\0';
  return text;
}

static char *
call_id (Render *render, JsonObject *block, guint index)
{
  const char *id = annex_json_opt_string (block, "id", NULL);

  return id != NULL ? g_strdup (id) : g_strdup_printf ("call_%u_%u", render->number, index);
}

static gint64
usage_of (Render *render, const char *name, gint64 fallback)
{
  JsonObject *usage = annex_json_opt_object (render->turn, "usage");

  return usage != NULL ? annex_json_opt_int (usage, name, fallback) : fallback;
}

static gboolean
has_call (JsonArray *blocks)
{
  for (guint i = 0; i < json_array_get_length (blocks); i++)
    if (g_str_equal (annex_json_opt_string (json_array_get_object_element (blocks, i), "type", ""),
                     "tool_use"))
      return TRUE;
  return FALSE;
}

/* ---- Messages API */

/* Takes @object. */
static char *
named_event (JsonObject *object)
{
  g_autoptr (JsonObject) taken = object;
  g_autofree char *json = annex_json_object_to_string (object);

  return g_strdup_printf ("event: %s\ndata: %s\n\n", annex_json_opt_string (object, "type", ""),
                          json);
}

static void
add_named (Render *render, JsonObject *object)
{
  g_ptr_array_add (render->events, named_event (object));
  if (has_fault (render, "unknown-events"))
    {
      g_ptr_array_add (render->events, g_strdup ("event: ping\ndata: {\"type\": \"ping\"}\n\n"));
      g_ptr_array_add (render->events, g_strdup (": a comment\n\n"));
      g_ptr_array_add (render->events,
                       g_strdup ("event: novelty\ndata: {\"type\":\"novelty\",\"x\":[1,{}]}\n\n"));
    }
}

static void
add_deltas (Render *render, guint index, const char *type, const char *member, const char *text)
{
  while (*text != '\0')
    {
      g_autofree char *piece = take_piece (&text, render->piece_bytes);

      add_named (render,
                 annex_json_build (
                     "s", "type", "content_block_delta", "i", "index", (gint64) index, "o", "delta",
                     annex_json_build ("s", "type", type, "s", member, piece, NULL), NULL));
      if (has_fault (render, "unknown-events"))
        add_named (render,
                   annex_json_build ("s", "type", "content_block_delta", "i", "index",
                                     (gint64) index, "o", "delta",
                                     annex_json_build ("s", "type", "novel_delta", NULL), NULL));
    }
}

static void
add_block_start (Render *render, guint index, JsonObject *block)
{
  add_named (render, annex_json_build ("s", "type", "content_block_start", "i", "index",
                                       (gint64) index, "o", "content_block", block, NULL));
}

static void
add_anthropic_block (Render *render, JsonObject *block, guint index)
{
  const char *type = annex_json_opt_string (block, "type", "");

  if (g_str_equal (type, "text"))
    {
      add_block_start (render, index, annex_json_build ("s", "type", type, "s", "text", "", NULL));
      add_deltas (render, index, "text_delta", "text", annex_json_opt_string (block, "text", ""));
    }
  else if (g_str_equal (type, "thinking"))
    {
      add_block_start (
          render, index,
          annex_json_build ("s", "type", type, "s", "thinking", "", "s", "signature", "", NULL));
      add_deltas (render, index, "thinking_delta", "thinking",
                  annex_json_opt_string (block, "thinking", ""));
      add_deltas (render, index, "signature_delta", "signature",
                  annex_json_opt_string (block, "signature", "c2lnbmF0dXJl"));
    }
  else if (g_str_equal (type, "tool_use"))
    {
      g_autofree char *id = call_id (render, block, index);
      g_autofree char *input = input_text (render, block);

      add_block_start (render, index,
                       annex_json_build ("s", "type", type, "s", "id", id, "s", "name",
                                         annex_json_opt_string (block, "name", ""), "o", "input",
                                         json_object_new (), NULL));
      add_deltas (render, index, "input_json_delta", "partial_json", input);
    }
  else
    add_block_start (render, index, annex_json_object_copy (block));
  add_named (render, annex_json_build ("s", "type", "content_block_stop", "i", "index",
                                       (gint64) index, NULL));
}

static JsonObject *
message_start (Render *render)
{
  g_autofree char *id = g_strdup_printf ("msg_%u", render->number);
  JsonObject *usage = annex_json_build (
      "i", "input_tokens", usage_of (render, "input_tokens", 100), "i", "output_tokens", (gint64) 1,
      "i", "cache_creation_input_tokens", usage_of (render, "cache_creation_input_tokens", 0), "i",
      "cache_read_input_tokens", usage_of (render, "cache_read_input_tokens", 0), NULL);
  JsonObject *message =
      annex_json_build ("s", "id", id, "s", "type", "message", "s", "role", "assistant", "s",
                        "model", render->model, "a", "content", json_array_new (), "n",
                        "stop_reason", json_node_new (JSON_NODE_NULL), "o", "usage", usage, NULL);

  return annex_json_build ("s", "type", "message_start", "o", "message", message, NULL);
}

static void
render_anthropic (Render *render, JsonArray *blocks)
{
  const char *reason = annex_json_opt_string (render->turn, "stop_reason",
                                              has_call (blocks) ? "tool_use" : "end_turn");
  JsonObject *details = annex_json_opt_object (render->turn, "stop_details");

  add_named (render, message_start (render));
  for (guint i = 0; i < json_array_get_length (blocks); i++)
    add_anthropic_block (render, json_array_get_object_element (blocks, i), i);
  add_named (
      render,
      annex_json_build (
          "s", "type", "message_delta", "o", "delta",
          annex_json_build ("s", "stop_reason", reason, "o", "stop_details",
                            details != NULL ? annex_json_object_copy (details) : NULL, NULL),
          "o", "usage",
          annex_json_build ("i", "output_tokens", usage_of (render, "output_tokens", 20), NULL),
          NULL));
  add_named (render, annex_json_build ("s", "type", "message_stop", NULL));
}

/* ---- chat completions */

/* Takes @delta (nullable) and @usage (nullable). */
static char *
new_chunk (const char *model, JsonObject *delta, const char *finish_reason, JsonObject *usage)
{
  g_autoptr (JsonObject) chunk = NULL;
  g_autofree char *json = NULL;
  JsonArray *choices = json_array_new ();

  if (delta != NULL)
    {
      JsonObject *choice = annex_json_build ("i", "index", (gint64) 0, "o", "delta", delta, NULL);

      if (finish_reason != NULL)
        json_object_set_string_member (choice, "finish_reason", finish_reason);
      else
        json_object_set_null_member (choice, "finish_reason");
      json_array_add_object_element (choices, choice);
    }
  chunk = annex_json_build ("s", "id", "chatcmpl-1", "s", "object", "chat.completion.chunk", "i",
                            "created", (gint64) 1760000000, "s", "model", model, "a", "choices",
                            choices, "o", "usage", usage, NULL);
  json = annex_json_object_to_string (chunk);
  return g_strdup_printf ("data: %s\n\n", json);
}

static void
add_chunk (Render *render, JsonObject *delta, const char *finish_reason, JsonObject *usage)
{
  g_ptr_array_add (render->events, new_chunk (render->model, delta, finish_reason, usage));
  if (has_fault (render, "unknown-events"))
    {
      g_ptr_array_add (render->events, g_strdup (": keep-alive\n\n"));
      g_ptr_array_add (render->events, g_strdup ("data: {\"novelty\":true,\"choices\":[]}\n\n"));
    }
}

static void
add_text_chunks (Render *render, const char *member, const char *text)
{
  while (*text != '\0')
    {
      g_autofree char *piece = take_piece (&text, render->piece_bytes);

      add_chunk (render, annex_json_build ("s", member, piece, NULL), NULL, NULL);
    }
}

/* Takes @function. */
static void
add_call_chunk (Render *render, guint index, const char *id, JsonObject *function)
{
  JsonArray *calls = json_array_new ();

  json_array_add_object_element (
      calls, annex_json_build ("i", "index", (gint64) index, "s", "id", id, "s", "type",
                               id != NULL ? "function" : NULL, "o", "function", function, NULL));
  add_chunk (render, annex_json_build ("a", "tool_calls", calls, NULL), NULL, NULL);
}

static void
add_call (Render *render, JsonObject *block, guint index, guint call)
{
  g_autofree char *id = call_id (render, block, index);
  g_autofree char *input = input_text (render, block);
  const char *text = input;

  add_call_chunk (render, call, id,
                  annex_json_build ("s", "name", annex_json_opt_string (block, "name", ""), "s",
                                    "arguments", "", NULL));
  while (*text != '\0')
    {
      g_autofree char *piece = take_piece (&text, render->piece_bytes);

      add_call_chunk (render, call, NULL, annex_json_build ("s", "arguments", piece, NULL));
    }
}

static const char *
finish_reason (Render *render, JsonArray *blocks)
{
  const char *reason = annex_json_opt_string (render->turn, "stop_reason", "");

  if (g_str_equal (reason, "max_tokens"))
    return "length";
  if (g_str_equal (reason, "refusal"))
    return "content_filter";
  return has_call (blocks) ? "tool_calls" : "stop";
}

static void
render_openai (Render *render, JsonArray *blocks)
{
  gint64 prompt = usage_of (render, "input_tokens", 100);
  gint64 output = usage_of (render, "output_tokens", 20);
  guint call = 0;

  add_chunk (render, annex_json_build ("s", "role", "assistant", "s", "content", "", NULL), NULL,
             NULL);
  for (guint i = 0; i < json_array_get_length (blocks); i++)
    {
      JsonObject *block = json_array_get_object_element (blocks, i);
      const char *type = annex_json_opt_string (block, "type", "");

      if (g_str_equal (type, "text"))
        add_text_chunks (render, "content", annex_json_opt_string (block, "text", ""));
      else if (g_str_equal (type, "thinking"))
        add_text_chunks (render, "reasoning_content",
                         annex_json_opt_string (block, "thinking", ""));
      else if (g_str_equal (type, "tool_use"))
        add_call (render, block, i, call++);
    }
  add_chunk (render, json_object_new (), finish_reason (render, blocks), NULL);
  add_chunk (render, NULL, NULL,
             annex_json_build ("i", "prompt_tokens", prompt, "i", "completion_tokens", output, "i",
                               "total_tokens", prompt + output, NULL));
  g_ptr_array_add (render->events, g_strdup ("data: [DONE]\n\n"));
}

GPtrArray *
fake_wire_render (FakeFormat format,
                  JsonObject *turn,
                  JsonObject *fault,
                  const char *model,
                  guint number)
{
  Render render = { .turn = turn, .fault = fault, .model = model, .number = number };
  g_autoptr (JsonArray) none = json_array_new ();
  JsonArray *blocks = annex_json_opt_array (turn, "blocks");

  render.events = g_ptr_array_new_with_free_func (g_free);
  render.piece_bytes = (guint) MAX (1, annex_json_opt_int (turn, "piece_bytes", 40));
  if (format == FAKE_FORMAT_ANTHROPIC)
    render_anthropic (&render, blocks != NULL ? blocks : none);
  else
    render_openai (&render, blocks != NULL ? blocks : none);
  return render.events;
}

/* ---- errors and what never ends */

char *
fake_wire_error_body (FakeFormat format, guint status, const char *type, const char *message)
{
  g_autoptr (JsonObject) body = NULL;
  JsonObject *error = annex_json_build ("s", "type", type, "s", "message", message, NULL);

  if (format == FAKE_FORMAT_OPENAI)
    {
      if (status > 0)
        json_object_set_int_member (error, "code", status);
      body = annex_json_build ("o", "error", error, NULL);
    }
  else
    body = annex_json_build ("s", "type", "error", "o", "error", error, NULL);
  return annex_json_object_to_string (body);
}

char *
fake_wire_error_event (FakeFormat format, const char *type, const char *message)
{
  g_autofree char *body = fake_wire_error_body (format, 0, type, message);

  return g_strdup_printf ("%sdata: %s\n\n", format == FAKE_FORMAT_ANTHROPIC ? "event: error\n" : "",
                          body);
}

char *
fake_wire_text_start (FakeFormat format, const char *model)
{
  g_autoptr (JsonObject) turn = json_object_new ();
  Render render = { .turn = turn, .model = model };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  if (format == FAKE_FORMAT_OPENAI)
    return new_chunk (model, annex_json_build ("s", "role", "assistant", NULL), NULL, NULL);
  first = named_event (message_start (&render));
  second = named_event (annex_json_build (
      "s", "type", "content_block_start", "i", "index", (gint64) 0, "o", "content_block",
      annex_json_build ("s", "type", "text", "s", "text", "", NULL), NULL));
  return g_strconcat (first, second, NULL);
}

char *
fake_wire_text_piece (FakeFormat format, const char *text)
{
  if (format == FAKE_FORMAT_OPENAI)
    return new_chunk ("fake", annex_json_build ("s", "content", text, NULL), NULL, NULL);
  return named_event (annex_json_build (
      "s", "type", "content_block_delta", "i", "index", (gint64) 0, "o", "delta",
      annex_json_build ("s", "type", "text_delta", "s", "text", text, NULL), NULL));
}
