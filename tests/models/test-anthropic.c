/* test-anthropic.c
 *
 * The Messages API: request bytes, streams in pieces and cut, and every error kind. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-anthropic-error.h"
#include "annex-anthropic-request.h"
#include "annex-anthropic-stream.h"
#include "fake-wire.h"
#include "model-test.h"

#include <string.h>

static const char turn_json[] =
    "{\"piece_bytes\":7,\"blocks\":["
    "{\"type\":\"thinking\",\"thinking\":\"Hmm, "
    "\xc3\xbc\xe2\x82\xac.\",\"signature\":\"c2ln+/==\"},"
    "{\"type\":\"text\",\"text\":\"I look \\\"now\\\" \xf0\x9f\x98\x80\"},"
    "{\"type\":\"redacted_thinking\",\"data\":\"b3BhcXVl\"},"
    "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"shell\",\"input\":{\"command\":"
    "\"ls -l\",\"n\":1.5}},"
    "{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"list\",\"input\":{}},"
    "{\"type\":\"novel\",\"x\":[1]}]}";

static const char turn_reply[] =
    "tool_use [{\"type\":\"thinking\",\"thinking\":\"Hmm, \xc3\xbc\xe2\x82\xac.\",\"signature\":"
    "\"c2ln+/==\"}, {\"type\":\"text\",\"text\":\"I look \\\"now\\\" \xf0\x9f\x98\x80\"}, "
    "{\"type\":\"redacted_thinking\",\"data\":\"b3BhcXVl\"}, "
    "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"shell\",\"input\":{\"command\":\"ls -l\","
    "\"n\":1.5}}, {\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"list\",\"input\":{}}, "
    "{\"type\":\"novel\",\"x\":[1]}] 100/20";

static char *
render (const char *json, const char *fault_json)
{
  g_autoptr (JsonObject) turn = annex_json_parse_object (json, -1, NULL);
  g_autoptr (JsonObject) fault =
      fault_json != NULL ? annex_json_parse_object (fault_json, -1, NULL) : NULL;
  g_autoptr (GPtrArray) events =
      fake_wire_render (FAKE_FORMAT_ANTHROPIC, turn, fault, "claude-opus-5-5", 1);
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    g_string_append (all, g_ptr_array_index (events, i));
  return g_string_free_and_steal (g_steal_pointer (&all));
}

static void
assert_reply (const char *bytes, const char *expected)
{
  g_autoptr (Seen) seen = seen_new ();
  g_autoptr (GError) error = NULL;
  AnnexModelReply *reply =
      run_stream (&annex_anthropic_format, seen, bytes, strlen (bytes), NULL, 0, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = describe_reply (reply);
  g_assert_cmpstr (text, ==, expected);
  annex_model_reply_free (reply);
}

static void
assert_fails (const char *bytes, int code)
{
  g_autoptr (Seen) seen = seen_new ();
  g_autoptr (GError) error = NULL;
  AnnexModelReply *reply =
      run_stream (&annex_anthropic_format, seen, bytes, strlen (bytes), NULL, 0, &error);

  g_assert_null (reply);
  g_assert_error (error, ANNEX_MODEL_ERROR, code);
}

/* ---- streams */

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
          run_stream (&annex_anthropic_format, seen, bytes, length, &cut, 1, &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = describe_reply (reply);
      g_assert_cmpstr (text, ==, turn_reply);
      g_assert_cmpuint (seen->blocks->len, ==, 6);
      g_assert_cmpstr (seen->text->str, ==, "I look \"now\" \xf0\x9f\x98\x80");
      g_assert_cmpstr (seen->thinking->str, ==, "Hmm, \xc3\xbc\xe2\x82\xac.");
      g_assert_cmpstr (seen->names->str, ==, "3:shell 4:list ");
      g_assert_cmpstr (reply->model, ==, "claude-opus-5-5");
      annex_model_reply_free (reply);
    }
}

/* Cut anywhere: CUT, and every block reported till then is whole. */
static void
test_cut_everywhere (void)
{
  g_autofree char *bytes = render (turn_json, NULL);
  gsize length = strlen (bytes);
  g_autoptr (Seen) whole = seen_new ();
  g_autoptr (GError) none = NULL;
  AnnexModelReply *reply =
      run_stream (&annex_anthropic_format, whole, bytes, length, NULL, 0, &none);

  g_assert_nonnull (reply);
  annex_model_reply_free (reply);
  for (gsize end = 0; end < length - 1; end++)
    {
      g_autoptr (Seen) seen = seen_new ();
      g_autoptr (GError) error = NULL;

      g_assert_null (run_stream (&annex_anthropic_format, seen, bytes, end, NULL, 0, &error));
      g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_CUT);
      for (guint i = 0; i < seen->blocks->len; i++)
        {
          g_autofree char *a = annex_json_object_to_string (
              annex_block_get_json (g_ptr_array_index (seen->blocks, i)));
          g_autofree char *b = annex_json_object_to_string (
              annex_block_get_json (g_ptr_array_index (whole->blocks, i)));

          g_assert_cmpstr (a, ==, b);
        }
    }
}

static void
test_unknown_events (void)
{
  g_autofree char *bytes = render (turn_json, "{\"kind\":\"unknown-events\"}");

  g_assert_nonnull (strstr (bytes, "novelty"));
  assert_reply (bytes, turn_reply);
}

static void
test_malformed_tool (void)
{
  g_autofree char *bytes =
      render ("{\"blocks\":[{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"shell\","
              "\"raw_input\":\"{\\\"command\\\": \\\"ls\"}]}",
              NULL);
  g_autofree char *array =
      render ("{\"blocks\":[{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"shell\","
              "\"raw_input\":\"[1]\"}]}",
              NULL);

  assert_reply (bytes, "tool_use [{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"shell\",\"input\":"
                       "{\"__malformed\":\"{\\\"command\\\": \\\"ls\"}}] 100/20");
  assert_reply (array, "tool_use [{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"shell\",\"input\":"
                       "{\"__malformed\":\"[1]\"}}] 100/20");
}

static void
test_stop_reasons (void)
{
  static const char *const rows[][2] = {
    { "end_turn", "end_turn" },
    { "max_tokens", "max_tokens" },
    { "pause_turn", "pause_turn" },
    { "model_context_window_exceeded", "model_context_window_exceeded" },
    { "stop_sequence", "end_turn" },
    { "compaction", "other" },
    { "a_new_one", "other" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *turn = g_strdup_printf (
          "{\"stop_reason\":\"%s\",\"blocks\":[{\"type\":\"text\",\"text\":\"x\"}]}", rows[i][0]);
      g_autofree char *bytes = render (turn, NULL);
      g_autofree char *expected =
          g_strdup_printf ("%s [{\"type\":\"text\",\"text\":\"x\"}] 100/20", rows[i][1]);

      assert_reply (bytes, expected);
    }
}

static void
test_refusal (void)
{
  g_autofree char *bytes =
      render ("{\"stop_reason\":\"refusal\",\"stop_details\":{\"type\":\"refusal\",\"category\":"
              "\"cyber\",\"explanation\":\"I may not.\"},\"blocks\":[{\"type\":\"text\",\"text\":"
              "\"half\"}]}",
              NULL);
  g_autoptr (Seen) seen = seen_new ();
  g_autoptr (GError) error = NULL;
  AnnexModelReply *reply =
      run_stream (&annex_anthropic_format, seen, bytes, strlen (bytes), NULL, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpint (reply->stop_reason, ==, ANNEX_STOP_REFUSAL);
  g_assert_cmpstr (reply->stop_detail, ==, "I may not.");
  g_assert_cmpuint (reply->blocks->len, ==, 0);
  annex_model_reply_free (reply);
}

#define START                                                                                      \
  "data: "                                                                                         \
  "{\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"usage\":{\"input_tokens\":9,"        \
  "\"output_tokens\":1}}}\n\n"
#define BLOCK(n)                                                                                   \
  "data: {\"type\":\"content_block_start\",\"index\":" n                                           \
  ",\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
#define DELTA(n, t)                                                                                \
  "data: {\"type\":\"content_block_delta\",\"index\":" n                                           \
  ",\"delta\":{\"type\":\"text_delta\",\"text\":\"" t "\"}}\n\n"
#define STOP(n) "data: {\"type\":\"content_block_stop\",\"index\":" n "}\n\n"
#define END                                                                                        \
  "data: "                                                                                         \
  "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"input_"       \
  "tokens\":0,\"output_tokens\":5}}\n\ndata: {\"type\":\"message_stop\"}\n\n"

static void
test_odd_streams (void)
{
  /* Interleaved blocks come out in order; a forgotten end is made good; no event names needed. */
  assert_reply (
      START BLOCK ("0") BLOCK ("1") DELTA ("1", "b") STOP ("1") DELTA ("0", "a") STOP ("0") END,
      "end_turn [{\"type\":\"text\",\"text\":\"a\"}, {\"type\":\"text\",\"text\":\"b\"}] 9/5");
  assert_reply (START BLOCK ("3") DELTA ("3", "a") END,
                "end_turn [{\"type\":\"text\",\"text\":\"a\"}] 9/5");
  /* Half a surrogate pair and an escaped NUL do not end the answer. */
  assert_reply (START BLOCK ("0") DELTA ("0", "x\\ud83dy\\u0000") STOP ("0") END,
                "end_turn [{\"type\":\"text\",\"text\":\"x\xef\xbf\xbdy\xef\xbf\xbd\"}] 9/5");
  assert_reply (START BLOCK ("0") DELTA ("0", "\\ud83d\\ude00 \\\\u0000") STOP ("0") END,
                "end_turn [{\"type\":\"text\",\"text\":\"\xf0\x9f\x98\x80 \\\\u0000\"}] 9/5");
  assert_fails (START DELTA ("0", "a"), ANNEX_MODEL_ERROR_PROTOCOL);
  assert_fails (START BLOCK ("0") BLOCK ("0"), ANNEX_MODEL_ERROR_PROTOCOL);
  assert_fails (START STOP ("0"), ANNEX_MODEL_ERROR_PROTOCOL);
  assert_fails ("data: {\"type\":\n\n", ANNEX_MODEL_ERROR_PROTOCOL);
  assert_fails ("data: [1]\n\n", ANNEX_MODEL_ERROR_PROTOCOL);
  assert_fails ("data: {\"type\":\"content_block_start\",\"index\":0}\n\n",
                ANNEX_MODEL_ERROR_PROTOCOL);
  assert_fails (START
                "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":"
                "\"tool_use\",\"name\":\"x\"}}\n\n" STOP ("0"),
                ANNEX_MODEL_ERROR_PROTOCOL);
  assert_fails ("", ANNEX_MODEL_ERROR_CUT);
}

static void
test_endless_text (void)
{
  g_autoptr (GString) bytes = g_string_new (START BLOCK ("0"));
  g_autofree char *long_text = g_strnfill (1024 * 1024, 'x');
  g_autofree char *event = g_strdup_printf (DELTA ("0", "%s"), long_text);

  for (int i = 0; i < 20; i++)
    g_string_append (bytes, event);
  assert_fails (bytes->str, ANNEX_MODEL_ERROR_PROTOCOL);
}

/* ---- errors */

static void
test_event_errors (void)
{
  static const struct
  {
    const char *type;
    int code;
  } rows[] = {
    { "overloaded_error", ANNEX_MODEL_ERROR_OVERLOADED },
    { "rate_limit_error", ANNEX_MODEL_ERROR_RATE_LIMITED },
    { "api_error", ANNEX_MODEL_ERROR_SERVER },
    { "authentication_error", ANNEX_MODEL_ERROR_AUTH },
    { "invalid_request_error", ANNEX_MODEL_ERROR_INVALID },
    { "something_new", ANNEX_MODEL_ERROR_SERVER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *event = fake_wire_error_event (FAKE_FORMAT_ANTHROPIC, rows[i].type, "busy");
      g_autofree char *bytes = g_strconcat (START BLOCK ("0") DELTA ("0", "a"), event, NULL);

      assert_fails (bytes, rows[i].code);
    }
}

static void
test_status_errors (void)
{
  static const struct
  {
    guint status;
    const char *body;
    int code;
  } rows[] = {
    { 400, "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"bad\"}}",
      ANNEX_MODEL_ERROR_INVALID },
    { 400,
      "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 1 > 0\"}}",
      ANNEX_MODEL_ERROR_CONTEXT_FULL },
    { 400,
      "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit balance is too "
      "low\"}}",
      ANNEX_MODEL_ERROR_BILLING },
    { 401, "{\"error\":{\"type\":\"authentication_error\",\"message\":\"x\"}}",
      ANNEX_MODEL_ERROR_AUTH },
    { 402, "{\"error\":{\"type\":\"billing_error\"}}", ANNEX_MODEL_ERROR_BILLING },
    { 403, "{}", ANNEX_MODEL_ERROR_PERMISSION },
    { 404, "{\"error\":{\"type\":\"not_found_error\",\"message\":\"model: x\"}}",
      ANNEX_MODEL_ERROR_NOT_FOUND },
    { 413, "<html>too large</html>", ANNEX_MODEL_ERROR_TOO_LARGE },
    { 429, "{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow\"}}",
      ANNEX_MODEL_ERROR_RATE_LIMITED },
    { 500, "{\"error\":{\"type\":\"api_error\"}}", ANNEX_MODEL_ERROR_SERVER },
    { 500, "{\"error\":{\"type\":\"overloaded_error\"}}", ANNEX_MODEL_ERROR_OVERLOADED },
    { 502, "", ANNEX_MODEL_ERROR_SERVER },
    { 503, "", ANNEX_MODEL_ERROR_OVERLOADED },
    { 504, "", ANNEX_MODEL_ERROR_TIMED_OUT },
    { 529, "{\"error\":{\"type\":\"overloaded_error\"}}", ANNEX_MODEL_ERROR_OVERLOADED },
    { 418, "[1,2]", ANNEX_MODEL_ERROR_INVALID },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      AnnexFailure failure = { 0 };
      g_autoptr (GError) error =
          annex_anthropic_format.read_error (rows[i].status, rows[i].body, &failure);

      g_assert_error (error, ANNEX_MODEL_ERROR, rows[i].code);
      g_assert_cmpint (failure.code, ==, rows[i].code);
      g_assert_null (strchr (error->message, '<'));
      g_assert_null (strchr (error->message, '\n'));
    }
}

/* ---- requests */

static char *
build (AnnexModelRequest *request)
{
  g_autoptr (GError) error = NULL;
  char *body = annex_anthropic_build_body (request, request->model, FALSE, &error);
  g_autoptr (JsonObject) parsed = NULL;

  g_assert_no_error (error);
  parsed = annex_json_parse_object (body, -1, &error);
  g_assert_no_error (error);
  return body;
}

static void
test_body (void)
{
  g_autoptr (AnnexModelRequest) request = new_request ("Hi", NULL);
  g_autofree char *body = build (request);

  g_assert_cmpstr (
      body, ==,
      "{\"model\":\"claude-opus-5-5\",\"max_tokens\":64000,\"stream\":true,\"thinking\":{\"type\":"
      "\"adaptive\",\"display\":\"summarized\"},\"tools\":[{\"name\":\"shell\",\"description\":"
      "\"Runs\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"command\":{\"type\":"
      "\"string\"}}}}],\"system\":[{\"type\":\"text\",\"text\":\"You are \\\"Annex\\\".\\n\","
      "\"cache_control\":{\"type\":\"ephemeral\"}}],\"messages\":[{\"role\":\"user\",\"content\":[{"
      "\"type\":\"text\",\"text\":\"Hi\",\"cache_control\":{\"type\":\"ephemeral\"}}]}]}");
}

/* Stored texts go in as they are, odd spacing included. */
static void
test_tools_verbatim (void)
{
  g_autoptr (AnnexModelRequest) request = new_request ("Hi", NULL);
  g_autofree char *body = NULL;
  g_autofree char *none = NULL;
  g_autoptr (GError) error = NULL;

  g_set_str (&request->tools, "[ {\"name\" : \"a\", \"n\": 1.10} ]");
  body = build (request);
  g_assert_nonnull (strstr (body, "\"tools\":[ {\"name\" : \"a\", \"n\": 1.10} ]"));
  g_set_str (&request->tools, "[ ]");
  none = build (request);
  g_assert_null (strstr (none, "\"tools\""));
  g_set_str (&request->tools, "[],\"max_tokens\":1");
  g_assert_null (annex_anthropic_build_body (request, "m", FALSE, &error));
  g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_INVALID);
}

/* The messages text without marks and the closing brackets. */
static char *
bare_messages (const char *body)
{
  g_autofree char *messages = g_strdup (strstr (body, "\"messages\":["));
  g_auto (GStrv) parts = g_strsplit (messages, ",\"cache_control\":{\"type\":\"ephemeral\"}", -1);
  char *bare = g_strjoinv ("", parts);

  bare[strlen (bare) - 2] = '\0';
  return bare;
}

static guint
count (const char *text, const char *what)
{
  guint n = 0;

  while ((text = strstr (text, what)) != NULL)
    {
      n++;
      text += strlen (what);
    }
  return n;
}

static void
add_step (AnnexModelRequest *request, guint n)
{
  g_autofree char *use = g_strdup_printf (
      "{\"type\":\"tool_use\",\"id\":\"t%u\",\"name\":\"shell\",\"input\":{\"n\":%u}}", n, n);
  g_autofree char *id = g_strdup_printf ("t%u", n);

  add_message (request, ANNEX_ROLE_ASSISTANT,
               block_from ("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"c2ln\"}"),
               block_from (use), NULL);
  add_message (request, ANNEX_ROLE_USER, annex_block_new_tool_result_text (id, "fine", FALSE),
               NULL);
}

/* What is sent grows at its end only, marks aside; there are never more than four of those. */
static void
test_prefix (void)
{
  g_autoptr (AnnexModelRequest) request = new_request ("Do it", NULL);
  g_autofree char *last = NULL;

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *body = build (request);
      g_autofree char *again = build (request);
      g_autofree char *bare = bare_messages (body);
      guint marks = count (body, "cache_control");

      g_assert_cmpstr (body, ==, again);
      g_assert_cmpuint (marks, <=, 4);
      g_assert_cmpuint (marks, >=, i > 0 ? 3 : 2);
      /* The newest block is marked. */
      g_assert_true (g_str_has_suffix (body, "\"cache_control\":{\"type\":\"ephemeral\"}}]}]}"));
      if (last != NULL)
        g_assert_true (g_str_has_prefix (bare, last));
      g_set_str (&last, bare);
      add_step (request, i);
    }
}

static void
test_left_out (void)
{
  g_autoptr (AnnexModelRequest) request = new_request ("Hi", NULL);
  g_autofree char *body = NULL;
  g_autofree char *bare = NULL;

  add_message (request, ANNEX_ROLE_ASSISTANT,
               block_from ("{\"type\":\"thinking\",\"thinking\":\"unsigned\"}"),
               block_from ("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"c2ln\"}"),
               annex_block_new_text (" \n"),
               block_from ("{\"type\":\"text\",\"text\":\"x\",\"cache_control\":{\"type\":\"y\"}}"),
               NULL);
  add_message (request, ANNEX_ROLE_USER, annex_block_new_text ("Go on"), NULL);
  add_message (request, ANNEX_ROLE_ASSISTANT, annex_block_new_text (""), NULL);
  body = build (request);
  bare = bare_messages (body);
  g_assert_cmpstr (
      bare, ==,
      "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]},"
      "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"\","
      "\"signature\":\"c2ln\"},{\"type\":\"text\",\"text\":\"x\"}]},{\"role\":\"user\","
      "\"content\":[{\"type\":\"text\",\"text\":\"Go on\"}]}");
  g_assert_null (strstr (body, "\"y\""));
  {
    g_autofree char *without = annex_anthropic_build_body (request, "claude-opus-5-5", TRUE, NULL);

    g_assert_null (strstr (without, "signature"));
  }
}

static void
test_too_large (void)
{
  g_autofree char *text = g_strnfill (33 * 1024 * 1024, 'x');
  g_autoptr (AnnexModelRequest) request = new_request (text, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (annex_anthropic_build_body (request, "m", FALSE, &error));
  g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TOO_LARGE);
}

static void
test_thinking_models (void)
{
  static const char *const yes[] = { "claude-opus-5-5",       "claude-opus-5",
                                     "claude-opus-4-6",       "claude-sonnet-4-6",
                                     "claude-fable-5-2",      "claude-haiku-5-5",
                                     "claude-opus-6-20270101" };
  static const char *const no[] = { "claude-haiku-4-5",
                                    "claude-haiku-4-5-20251001",
                                    "claude-sonnet-4-20250514",
                                    "qwen3",
                                    "claude",
                                    "" };

  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    g_assert_true (annex_anthropic_thinks_adaptively (yes[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (no); i++)
    g_assert_false (annex_anthropic_thinks_adaptively (no[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/anthropic/stream/pieces", test_pieces);
  g_test_add_func ("/anthropic/stream/cut-everywhere", test_cut_everywhere);
  g_test_add_func ("/anthropic/stream/unknown-events", test_unknown_events);
  g_test_add_func ("/anthropic/stream/malformed-tool", test_malformed_tool);
  g_test_add_func ("/anthropic/stream/stop-reasons", test_stop_reasons);
  g_test_add_func ("/anthropic/stream/refusal", test_refusal);
  g_test_add_func ("/anthropic/stream/odd", test_odd_streams);
  g_test_add_func ("/anthropic/stream/endless", test_endless_text);
  g_test_add_func ("/anthropic/errors/events", test_event_errors);
  g_test_add_func ("/anthropic/errors/status", test_status_errors);
  g_test_add_func ("/anthropic/request/body", test_body);
  g_test_add_func ("/anthropic/request/tools-verbatim", test_tools_verbatim);
  g_test_add_func ("/anthropic/request/prefix", test_prefix);
  g_test_add_func ("/anthropic/request/left-out", test_left_out);
  g_test_add_func ("/anthropic/request/too-large", test_too_large);
  g_test_add_func ("/anthropic/request/thinking-models", test_thinking_models);
  return g_test_run ();
}
