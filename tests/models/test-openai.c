/* test-openai.c
 *
 * Chat completions: the mapping, the assembly of tool calls as servers really send them, streams in
 * pieces and cut, the dialects of errors, telling local servers apart. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-openai-local.h"
#include "annex-openai-request.h"
#include "annex-openai-stream.h"
#include "fake-wire.h"
#include "model-test.h"

#include <string.h>

/* ---- streams */

static char *
render (const char *json, const char *fault_json)
{
  g_autoptr (JsonObject) turn = annex_json_parse_object (json, -1, NULL);
  g_autoptr (JsonObject) fault =
      fault_json != NULL ? annex_json_parse_object (fault_json, -1, NULL) : NULL;
  g_autoptr (GPtrArray) events = fake_wire_render (FAKE_FORMAT_OPENAI, turn, fault, "qwen3", 1);
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    g_string_append (all, g_ptr_array_index (events, i));
  return g_string_free_and_steal (g_steal_pointer (&all));
}

static const char turn_json[] =
    "{\"piece_bytes\":6,\"blocks\":[{\"type\":\"thinking\",\"thinking\":\"Hmm, \xc3\xbc.\"},"
    "{\"type\":\"text\",\"text\":\"I look \xf0\x9f\x98\x80 now\"},"
    "{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"shell\",\"input\":{\"command\":\"ls -l\"}},"
    "{\"type\":\"tool_use\",\"id\":\"c2\",\"name\":\"list\",\"input\":{}}]}";

static const char turn_reply[] =
    "tool_use [{\"type\":\"thinking\",\"thinking\":\"Hmm, \xc3\xbc.\"}, "
    "{\"type\":\"text\",\"text\":"
    "\"I look \xf0\x9f\x98\x80 now\"}, {\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"shell\","
    "\"input\":{\"command\":\"ls -l\"}}, {\"type\":\"tool_use\",\"id\":\"c2\",\"name\":\"list\","
    "\"input\":{}}] 100/20";

static void
test_pieces (void)
{
  g_autofree char *bytes = render (turn_json, NULL);
  gsize length = strlen (bytes);

  for (gsize cut = 0; cut <= length; cut++)
    {
      g_autoptr (Seen) seen = seen_new ();
      g_autoptr (GError) error = NULL;
      AnnexModelReply *reply =
          run_stream (&annex_openai_format, seen, bytes, length, &cut, 1, &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = describe_reply (reply);
      g_assert_cmpstr (text, ==, turn_reply);
      g_assert_cmpuint (seen->blocks->len, ==, 4);
      g_assert_cmpstr (seen->text->str, ==, "I look \xf0\x9f\x98\x80 now");
      g_assert_cmpstr (seen->names->str, ==, "2:shell 3:list ");
      annex_model_reply_free (reply);
    }
}

/* Cut before the finish reason: CUT, and what was reported is whole. After it: the whole reply. */
static void
test_cut_everywhere (void)
{
  g_autofree char *bytes = render (turn_json, NULL);
  const char *finish = strstr (bytes, "\"finish_reason\":\"tool_calls\"");
  gsize finished = (gsize) (strstr (finish, "\n\n") + 2 - bytes);

  for (gsize end = 0; end < strlen (bytes); end++)
    {
      g_autoptr (Seen) seen = seen_new ();
      g_autoptr (GError) error = NULL;
      AnnexModelReply *reply = run_stream (&annex_openai_format, seen, bytes, end, NULL, 0, &error);

      if (end < finished)
        {
          g_assert_null (reply);
          g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_CUT);
          g_assert_cmpuint (seen->blocks->len, <=, 2);
          if (seen->blocks->len == 2)
            g_assert_cmpstr (annex_block_get_text (g_ptr_array_index (seen->blocks, 1)), ==,
                             "I look \xf0\x9f\x98\x80 now");
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpuint (reply->blocks->len, ==, 4);
      annex_model_reply_free (reply);
    }
}

static void
test_unknown_events (void)
{
  g_autofree char *bytes = render (turn_json, "{\"kind\":\"unknown-events\"}");
  g_autoptr (Seen) seen = seen_new ();
  AnnexModelReply *reply =
      run_stream (&annex_openai_format, seen, bytes, strlen (bytes), NULL, 0, NULL);
  g_autofree char *text = describe_reply (reply);

  g_assert_cmpstr (text, ==, turn_reply);
  annex_model_reply_free (reply);
}

/* ---- the assembly of calls, and other things servers do */

#define CALLS(c) "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[" c "]}}]}\n"
#define TEXT(t) "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" t "\"}}]}\n"
#define FINISH(r) "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" r "\"}]}\n"
#define USE(id, name, input)                                                                       \
  "{\"type\":\"tool_use\",\"id\":\"" id "\",\"name\":\"" name "\",\"input\":" input "}"

typedef struct
{
  const char *name;
  const char *chunks; /* one a line; "data: " and the blank line are added */
  const char *reply;  /* "call_*" stands for a made-up id */
} Case;

static const Case cases[] = {
  { "plain",
    CALLS ("{\"index\":0,\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\","
           "\"arguments\":\"\"}}")
        CALLS ("{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\"\"}}") CALLS (
            "{\"index\":0,\"function\":{\"arguments\":\":1}\"}}") FINISH ("tool_calls") "[DONE]\n",
    "tool_use [" USE ("a", "f", "{\"x\":1}") "] 0/0" },
  { "parallel-interleaved",
    CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}},"
           "{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{\"}}")
        CALLS ("{\"index\":1,\"function\":{\"arguments\":\"}\"}},{\"index\":0,\"function\":{"
               "\"arguments\":\"}\"}}") FINISH ("tool_calls"),
    "tool_use [" USE ("a", "f", "{}") ", " USE ("b", "g", "{}") "] 0/0" },
  { "index-0-for-all",
    CALLS (
        "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}}")
        CALLS ("{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\"}}")
            CALLS ("{\"index\":0,\"function\":{\"arguments\":\"\\\":2}\"}}") FINISH ("stop"),
    "tool_use [" USE ("a", "f", "{\"x\":1}") ", " USE ("b", "f", "{\"x\":2}") "] 0/0" },
  { "whole-calls-no-index",
    CALLS ("{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},"
           "{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}") FINISH ("stop"),
    "tool_use [" USE ("a", "f", "{}") ", " USE ("b", "g", "{}") "] 0/0" },
  { "no-ids",
    CALLS ("{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}") CALLS (
        "{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"}\"}}") FINISH ("tool_calls"),
    "tool_use [" USE ("call_*", "f", "{}") "] 0/0" },
  { "no-ids-index-0-for-all",
    CALLS ("{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}}")
        CALLS ("{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":2}\"}}")
            CALLS ("{\"index\":0,\"function\":{\"name\":\"g\",\"arguments\":\"\"}}")
                FINISH ("tool_calls"),
    "tool_use [" USE ("call_*", "f", "{\"x\":1}") ", " USE ("call_*", "f", "{\"x\":2}") ", " USE (
        "call_*",
        "g",
        "{}") "] 0/0" },
  { "id-repeated-in-every-piece",
    CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}")
        CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"}\"}}")
            FINISH ("stop"),
    "tool_use [" USE ("a", "f", "{}") "] 0/0" },
  { "empty-name-later",
    CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}")
        CALLS ("{\"index\":0,\"id\":\"\",\"function\":{\"name\":\"\",\"arguments\":\"}\"}}")
            FINISH ("stop"),
    "tool_use [" USE ("a", "f", "{}") "] 0/0" },
  { "name-comes-second",
    CALLS ("{\"index\":0,\"id\":\"a\"}")
        CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\"}}") FINISH ("stop"),
    "tool_use [" USE ("a", "f", "{}") "] 0/0" },
  { "arguments-as-object",
    CALLS (
        "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":{\"x\":[1,\"y\"]}}}")
        FINISH ("stop"),
    "tool_use [" USE ("a", "f", "{\"x\":[1,\"y\"]}") "] 0/0" },
  { "malformed-arguments",
    CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":\"}}")
        FINISH ("tool_calls"),
    "tool_use [" USE ("a", "f", "{\"__malformed\":\"{\\\"x\\\":\"}") "] 0/0" },
  { "no-name",
    CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"arguments\":\"{}\"}}") FINISH ("stop"),
    "tool_use [" USE ("a", "unnamed", "{}") "] 0/0" },
  { "nulls-everywhere",
    "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":"
    "null,"
    "\"reasoning\":null},\"finish_reason\":null}],\"usage\":null}\n" TEXT ("hi") FINISH ("stop"),
    "end_turn [{\"type\":\"text\",\"text\":\"hi\"}] 0/0" },
  { "call-leaked-as-text", TEXT ("<tool_call>{\\\"name\\\":\\\"f\\\"}</tool_call>") FINISH ("stop"),
    "end_turn [{\"type\":\"text\",\"text\":\"<tool_call>{\\\"name\\\":\\\"f\\\"}</tool_call>\"}] "
    "0/0" },
  { "text-after-calls",
    TEXT ("a")
        CALLS ("{\"index\":0,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}")
            TEXT ("\\n") TEXT ("b") FINISH ("stop"),
    "tool_use [{\"type\":\"text\",\"text\":\"a\"}, " USE (
        "x",
        "f",
        "{}") ", {\"type\":\"text\",\"text\":\"b\"}] 0/0" },
  { "reasoning-field",
    "{\"choices\":[{\"delta\":{\"reasoning\":\"h\"}}]}\n{\"choices\":[{\"delta\":{\"reasoning\":"
    "\"m\"}}]}\n" TEXT ("hi") FINISH ("stop"),
    "end_turn [{\"type\":\"thinking\",\"thinking\":\"hm\"}, {\"type\":\"text\",\"text\":\"hi\"}] "
    "0/0" },
  { "other-choices-ignored",
    "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"},\"finish_reason\":\"stop\"}]}"
    "\n" TEXT ("hi") FINISH ("stop"),
    "end_turn [{\"type\":\"text\",\"text\":\"hi\"}] 0/0" },
  { "usage-on-every-chunk",
    "{\"choices\":[{\"delta\":{\"content\":\"hi\"}}],\"usage\":{\"prompt_tokens\":9,\"completion_"
    "tokens\":1}}\n"
    "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,"
    "\"completion_tokens\":2}}\n",
    "end_turn [{\"type\":\"text\",\"text\":\"hi\"}] 9/2" },
  { "cached-usage",
    TEXT ("hi")
        FINISH ("stop") "{\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2,"
                        "\"prompt_tokens_details\":{\"cached_tokens\":7}}}\n[DONE]\n",
    "end_turn [{\"type\":\"text\",\"text\":\"hi\"}] 3/2" },
  { "timings",
    TEXT ("hi") "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"timings\":{\"prompt_"
                "n\":4,\"cache_n\":6,\"predicted_n\":2}}\n",
    "end_turn [{\"type\":\"text\",\"text\":\"hi\"}] 4/2" },
  { "length", TEXT ("hi") FINISH ("length"),
    "max_tokens [{\"type\":\"text\",\"text\":\"hi\"}] 0/0" },
  { "content-filter", TEXT ("hi") FINISH ("content_filter"), "refusal [] 0/0" },
  { "refusal-field", "{\"choices\":[{\"delta\":{\"refusal\":\"No.\"}}]}\n" FINISH ("stop"),
    "refusal [] 0/0" },
  { "odd-reason", FINISH ("load"), "other [] 0/0" },
  { "done-without-reason", TEXT ("hi") "[DONE]\n",
    "end_turn [{\"type\":\"text\",\"text\":\"hi\"}] 0/0" },
  { "nothing-after-done", TEXT ("hi") "[DONE]\n" TEXT (" there"),
    "end_turn [{\"type\":\"text\",\"text\":\"hi\"}] 0/0" },
  { "half-surrogate", TEXT ("a\\ud83d") FINISH ("stop"),
    "end_turn [{\"type\":\"text\",\"text\":\"a\xef\xbf\xbd\"}] 0/0" },
};

static char *
to_events (const char *chunks)
{
  g_auto (GStrv) lines = g_strsplit (chunks, "\n", -1);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_string_append_printf (out, "data: %s\n\n", lines[i]);
  return g_string_free_and_steal (g_steal_pointer (&out));
}

static void
test_table (gconstpointer data)
{
  const Case *row = data;
  g_autofree char *bytes = to_events (row->chunks);
  g_autoptr (Seen) seen = seen_new ();
  g_autoptr (GError) error = NULL;
  AnnexModelReply *reply =
      run_stream (&annex_openai_format, seen, bytes, strlen (bytes), NULL, 0, &error);
  g_autofree char *text = NULL;
  g_autofree char *pattern = g_strdup (row->reply);

  g_assert_no_error (error);
  text = describe_reply (reply);
  if (strstr (pattern, "call_*") != NULL)
    g_assert_true (g_pattern_match_simple (pattern, text));
  else
    g_assert_cmpstr (text, ==, row->reply);
  annex_model_reply_free (reply);
}

/* ---- errors */

static void
test_status_errors (void)
{
  static const struct
  {
    guint status;
    const char *body;
    int code;
    const char *word; /* in the message */
  } rows[] = {
    { 400,
      "{\"error\":{\"message\":\"bad thing\",\"type\":\"invalid_request_error\",\"code\":null}}",
      ANNEX_MODEL_ERROR_INVALID, "bad thing" },
    { 400,
      "{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context size\","
      "\"type\":\"exceed_context_size_error\",\"n_ctx\":4096}}",
      ANNEX_MODEL_ERROR_CONTEXT_FULL, "context" },
    { 400,
      "{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens\",\"code\":"
      "\"context_length_exceeded\"}}",
      ANNEX_MODEL_ERROR_CONTEXT_FULL, "8192" },
    { 400,
      "{\"object\":\"error\",\"message\":\"auto tool "
      "choice\",\"type\":\"BadRequestError\",\"code\":400}",
      ANNEX_MODEL_ERROR_INVALID, "auto tool choice" },
    { 401,
      "{\"error\":{\"message\":\"Incorrect API key provided: "
      "sk-abc\",\"code\":\"invalid_api_key\"}}",
      ANNEX_MODEL_ERROR_AUTH, "refused the key" },
    { 402, "", ANNEX_MODEL_ERROR_BILLING, "402" },
    { 403, "{\"detail\":\"Forbidden\"}", ANNEX_MODEL_ERROR_PERMISSION, "Forbidden" },
    { 404, "{\"error\":\"model 'x' not found, try pulling it first\"}", ANNEX_MODEL_ERROR_NOT_FOUND,
      "pulling" },
    { 413, "", ANNEX_MODEL_ERROR_TOO_LARGE, "413" },
    { 422, "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}",
      ANNEX_MODEL_ERROR_INVALID, "field required" },
    { 429, "{\"error\":{\"message\":\"Rate limit\",\"type\":\"requests\"}}",
      ANNEX_MODEL_ERROR_RATE_LIMITED, "Rate limit" },
    { 429,
      "{\"error\":{\"message\":\"quota\",\"type\":\"insufficient_quota\",\"code\":\"insufficient_"
      "quota\"}}",
      ANNEX_MODEL_ERROR_BILLING, "quota" },
    { 500, "Internal Server Error", ANNEX_MODEL_ERROR_SERVER, "500" },
    { 501, "{\"error\":{\"type\":\"not_supported_error\",\"message\":\"no tools\"}}",
      ANNEX_MODEL_ERROR_SERVER, "no tools" },
    { 503,
      "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}",
      ANNEX_MODEL_ERROR_OVERLOADED, "Loading" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      AnnexFailure failure = { 0 };
      g_autoptr (GError) error =
          annex_openai_format.read_error (rows[i].status, rows[i].body, &failure);

      g_assert_error (error, ANNEX_MODEL_ERROR, rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].word));
      g_assert_null (strstr (error->message, "sk-abc"));
      g_assert_cmpint (failure.loading, ==, rows[i].status == 503);
    }
}

static void
test_event_errors (void)
{
  static const struct
  {
    const char *bytes;
    int code;
  } rows[] = {
    { "data: {\"error\":{\"message\":\"boom\",\"type\":\"server_error\",\"code\":500}}\n\n",
      ANNEX_MODEL_ERROR_SERVER },
    { "data: {\"error\":{\"message\":\"busy\",\"type\":\"overloaded_error\"}}\n\n",
      ANNEX_MODEL_ERROR_OVERLOADED },
    { "data: {\"error\":{\"message\":\"x\",\"code\":429}}\n\n", ANNEX_MODEL_ERROR_RATE_LIMITED },
    { "data: {\"error\":\"plain text\"}\n\n", ANNEX_MODEL_ERROR_SERVER },
    { "error: {\"code\":500,\"message\":\"old llama.cpp\",\"type\":\"server_error\"}\n\n",
      ANNEX_MODEL_ERROR_SERVER },
    { "data: {\"object\":\"error\",\"message\":\"too long for the context "
      "window\",\"code\":400}\n\n",
      ANNEX_MODEL_ERROR_CONTEXT_FULL },
    { "data: {\"choices\":\n\n", ANNEX_MODEL_ERROR_PROTOCOL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Seen) seen = seen_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *start = to_events (TEXT ("half an ans"));
      g_autofree char *bytes = g_strconcat (start, rows[i].bytes, NULL);

      g_assert_null (
          run_stream (&annex_openai_format, seen, bytes, strlen (bytes), NULL, 0, &error));
      g_assert_error (error, ANNEX_MODEL_ERROR, rows[i].code);
      g_assert_cmpuint (seen->blocks->len, ==, 0);
    }
}

/* ---- requests */

static char *
build (AnnexModelRequest *request)
{
  g_autoptr (GError) error = NULL;
  char *body = annex_openai_build_body (request, "qwen3", ANNEX_OPENAI_LIMIT_MAX_TOKENS, &error);

  g_assert_no_error (error);
  return body;
}

static void
test_body (void)
{
  g_autoptr (AnnexModelRequest) request = new_request ("Hi", NULL);
  g_autofree char *body = NULL;

  request->max_tokens = 100;
  add_message (request, ANNEX_ROLE_ASSISTANT,
               block_from ("{\"type\":\"thinking\",\"thinking\":\"secret thought\"}"),
               annex_block_new_text ("I look"),
               block_from ("{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"shell\",\"input\":{"
                           "\"command\":\"ls\"}}"),
               block_from ("{\"type\":\"tool_use\",\"id\":\"c2\",\"name\":\"shell\",\"input\":{\"__"
                           "malformed\":\"{\"}}"),
               NULL);
  add_message (request, ANNEX_ROLE_USER, annex_block_new_tool_result_text ("c1", "a b", FALSE),
               annex_block_new_tool_result_text ("c2", "no JSON", TRUE),
               annex_block_new_text ("And hurry"), NULL);
  body = build (request);
  g_assert_cmpstr (
      body, ==,
      "{\"model\":\"qwen3\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
      "\"max_tokens\":100,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"shell\","
      "\"description\":\"Runs\",\"parameters\":{\"type\":\"object\",\"properties\":{\"command\":"
      "{\"type\":\"string\"}}}}}],\"parallel_tool_calls\":true,\"messages\":["
      "{\"role\":\"system\",\"content\":\"You are \\\"Annex\\\".\\n\"},"
      "{\"role\":\"user\",\"content\":\"Hi\"},"
      "{\"role\":\"assistant\",\"content\":\"I look\",\"tool_calls\":["
      "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"shell\",\"arguments\":"
      "\"{\\\"command\\\":\\\"ls\\\"}\"}},{\"id\":\"c2\",\"type\":\"function\",\"function\":{"
      "\"name\":"
      "\"shell\",\"arguments\":\"{\\\"__malformed\\\":\\\"{\\\"}\"}}]},"
      "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"a b\"},"
      "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"Error: no JSON\"},"
      "{\"role\":\"user\",\"content\":\"And hurry\"}]}");
}

static void
test_pictures_and_documents (void)
{
  g_autoptr (AnnexModelRequest) request = new_request ("Hi", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("png", 3);
  g_autoptr (GPtrArray) content =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  g_autofree char *body = NULL;

  add_message (
      request, ANNEX_ROLE_ASSISTANT,
      block_from ("{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"read_file\",\"input\":{}}"),
      NULL);
  g_ptr_array_add (content, annex_block_new_text ("page 1"));
  g_ptr_array_add (content, annex_block_new_image ("image/png", bytes));
  add_message (request, ANNEX_ROLE_USER, annex_block_new_tool_result ("c1", content, FALSE),
               annex_block_new_document ("application/pdf", bytes, "Invoice"), NULL);
  body = build (request);
  g_assert_nonnull (strstr (body, "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\""));
  g_assert_nonnull (strstr (
      body,
      "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"page 1\\n[1 picture: see the "
      "next message]\"},{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":"
      "{\"url\":\"data:image/png;base64,cG5n\"}},{\"type\":\"text\",\"text\":\"[A document named "
      "Invoice (application/pdf) is attached"));
}

/* What is sent grows at its end only. */
/* A reply of thinking alone is not sent; what the user's side said around it is one message. */
static void
test_two_in_a_row (void)
{
  g_autoptr (AnnexModelRequest) request = new_request ("Go", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *body = NULL;

  add_message (request, ANNEX_ROLE_ASSISTANT,
               block_from ("{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"\"}"), NULL);
  add_message (request, ANNEX_ROLE_USER, annex_block_new_text ("Go on"), NULL);
  body = annex_openai_build_body (request, "m", ANNEX_OPENAI_LIMIT_MAX_TOKENS, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (body, "{\"role\":\"user\",\"content\":\"Go\\n\\nGo on\"}]"));
}

static void
test_prefix (void)
{
  g_autoptr (AnnexModelRequest) request = new_request ("Do it", NULL);
  g_autofree char *last = NULL;

  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *body = build (request);

      body[strlen (body) - 2] = '\0';
      if (last != NULL)
        g_assert_true (g_str_has_prefix (body, last));
      g_set_str (&last, body);
      add_message (request, ANNEX_ROLE_ASSISTANT,
                   block_from ("{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"f\",\"input\":{}}"),
                   NULL);
      add_message (request, ANNEX_ROLE_USER, annex_block_new_tool_result_text ("c", "ok", FALSE),
                   NULL);
    }
}

/* ---- local servers */

static void
test_identify (void)
{
  static const struct
  {
    const char *root;
    const char *models;
    const char *name; /* NULL: no model server */
  } rows[] = {
    { "Ollama is running",
      "{\"object\":\"list\",\"data\":[{\"id\":\"qwen3:8b\",\"owned_by\":\"library\"}]}", "Ollama" },
    { "Ollama is running", "{\"object\":\"list\",\"data\":[]}", "Ollama" },
    { NULL, "{\"data\":[{\"id\":\"m.gguf\",\"owned_by\":\"llamacpp\"}]}", "llama.cpp" },
    { NULL, "{\"data\":[{\"id\":\"m\",\"owned_by\":\"vllm\"}]}", "vLLM" },
    { NULL, "{\"data\":[{\"id\":\"m\",\"owned_by\":\"organization_owner\"}]}", "LM Studio" },
    { NULL, "{\"data\":[{\"id\":\"m\"}]}", "Local server" },
    { "<html>Jenkins</html>", "<html>", NULL },
    { "Ollama is running", NULL, NULL },
    { NULL, "{\"status\":\"ok\"}", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AnnexLocalServer) server =
          annex_openai_identify ("http://127.0.0.1:1", rows[i].root, rows[i].models);

      g_assert_cmpstr (server != NULL ? server->name : NULL, ==, rows[i].name);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/openai/stream/pieces", test_pieces);
  g_test_add_func ("/openai/stream/cut-everywhere", test_cut_everywhere);
  g_test_add_func ("/openai/stream/unknown-events", test_unknown_events);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/openai/assembly/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_table);
    }
  g_test_add_func ("/openai/errors/status", test_status_errors);
  g_test_add_func ("/openai/errors/events", test_event_errors);
  g_test_add_func ("/openai/request/body", test_body);
  g_test_add_func ("/openai/request/pictures-and-documents", test_pictures_and_documents);
  g_test_add_func ("/openai/request/two-in-a-row", test_two_in_a_row);
  g_test_add_func ("/openai/request/prefix", test_prefix);
  g_test_add_func ("/openai/local/identify", test_identify);
  return g_test_run ();
}
