/* test-block.c
 *
 * Blocks, messages, events, the ledger's line and the array of tools: plain values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-event.h"
#include "annex-ledger.h"
#include "annex-message.h"
#include "annex-tool.h"

#include <string.h>

static AnnexBlock *
parse (const char *text, GError **error)
{
  return annex_block_new (annex_json_parse_object (text, -1, NULL), error);
}

static void
test_kinds (void)
{
  static const struct
  {
    const char *json;
    AnnexBlockKind kind;
    const char *text;
    const char *id;
  } cases[] = {
    { "{\"type\":\"text\",\"text\":\"hi\"}", ANNEX_BLOCK_TEXT, "hi", NULL },
    { "{\"type\":\"image\",\"source\":{}}", ANNEX_BLOCK_IMAGE, "", NULL },
    { "{\"type\":\"document\",\"source\":{}}", ANNEX_BLOCK_DOCUMENT, "", NULL },
    { "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"s\"}", ANNEX_BLOCK_THINKING, "",
      NULL },
    { "{\"type\":\"redacted_thinking\",\"data\":\"x\"}", ANNEX_BLOCK_REDACTED_THINKING, "", NULL },
    { "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"shell\",\"input\":{\"a\":1}}",
      ANNEX_BLOCK_TOOL_USE, "", "t" },
    { "{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":\"plain\"}",
      ANNEX_BLOCK_TOOL_RESULT, "plain", "t" },
    { "{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"is_error\":true,\"content\":[{\"type\":"
      "\"text\",\"text\":\"a\"},{\"type\":\"image\",\"source\":{}},7,{\"type\":\"text\",\"text\":"
      "\"b\"}]}",
      ANNEX_BLOCK_TOOL_RESULT, "a\nb", "t" },
    { "{\"type\":\"tool_result\",\"tool_use_id\":\"t\"}", ANNEX_BLOCK_TOOL_RESULT, "", "t" },
    { "{\"type\":\"compaction\",\"content\":\"c\"}", ANNEX_BLOCK_UNKNOWN, "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexBlock) block = parse (cases[i].json, &error);
      g_autofree char *again = NULL;

      g_assert_no_error (error);
      g_assert_cmpint (annex_block_get_kind (block), ==, cases[i].kind);
      g_assert_cmpstr (annex_block_get_text (block), ==, cases[i].text);
      g_assert_cmpstr (annex_block_get_tool_use_id (block), ==, cases[i].id);
      again = annex_json_object_to_string (annex_block_get_json (block));
      g_assert_cmpstr (again, ==, cases[i].json);
      g_assert_true (strstr (cases[i].json, annex_block_get_type_name (block)) != NULL);
    }
}

static void
test_malformed (void)
{
  static const char *const cases[] = {
    "{}",
    "{\"type\":1}",
    "{\"type\":\"text\"}",
    "{\"type\":\"text\",\"text\":null}",
    "{\"type\":\"image\"}",
    "{\"type\":\"thinking\",\"thinking\":[]}",
    "{\"type\":\"redacted_thinking\"}",
    "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\"}",
    "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":\"{}\"}",
    "{\"type\":\"tool_use\",\"name\":\"n\",\"input\":{}}",
    "{\"type\":\"tool_result\",\"content\":\"x\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (cases[i], &error));
      g_assert_true (error != NULL && error->domain == ANNEX_JSON_ERROR);
    }
}

static void
test_made (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\x89PNG", 4);
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  g_autoptr (AnnexBlock) text = annex_block_new_text ("a\xff");
  g_autoptr (AnnexBlock) image = annex_block_new_image ("image/png", bytes);
  g_autoptr (AnnexBlock) document = annex_block_new_document ("application/pdf", none, "R.pdf");
  g_autoptr (AnnexBlock) use = annex_block_new_tool_use (
      "t1", "shell", annex_json_parse_object ("{\"command\":\"ls\"}", -1, NULL));
  g_autoptr (GPtrArray) content = g_ptr_array_new ();
  g_autoptr (AnnexBlock) result = NULL;
  g_autoptr (AnnexBlock) empty = annex_block_new_tool_result_text ("t1", "", TRUE);
  g_autofree char *image_json = annex_json_object_to_string (annex_block_get_json (image));
  g_autofree char *empty_json = annex_json_object_to_string (annex_block_get_json (empty));

  g_ptr_array_add (content, text);
  g_ptr_array_add (content, image);
  result = annex_block_new_tool_result ("t1", content, FALSE);
  g_assert_cmpstr (annex_block_get_text (text), ==, "a\xef\xbf\xbd");
  g_assert_cmpstr (image_json, ==,
                   "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/"
                   "png\",\"data\":\"iVBORw==\"}}");
  g_assert_cmpstr (annex_json_opt_string (annex_block_get_json (document), "title", ""), ==,
                   "R.pdf");
  g_assert_cmpstr (annex_block_get_tool_name (use), ==, "shell");
  g_assert_cmpstr (annex_json_opt_string (annex_block_get_tool_input (use), "command", ""), ==,
                   "ls");
  g_assert_cmpstr (annex_block_get_text (result), ==, "a\xef\xbf\xbd");
  g_assert_false (annex_block_get_is_error (result));
  g_assert_true (annex_block_get_is_error (empty));
  g_assert_cmpstr (
      empty_json, ==,
      "{\"type\":\"tool_result\",\"tool_use_id\":\"t1\",\"content\":[],\"is_error\":true}");
}

static void
test_message (void)
{
  g_autoptr (AnnexBlock) block = annex_block_new_text ("x");
  g_autoptr (GPtrArray) blocks = g_ptr_array_new ();
  g_autoptr (AnnexMessage) message = NULL;

  g_ptr_array_add (blocks, block);
  message = annex_message_new (ANNEX_ROLE_ASSISTANT, blocks);
  g_ptr_array_add (blocks, block);
  g_assert_cmpint (annex_message_get_role (message), ==, ANNEX_ROLE_ASSISTANT);
  g_assert_cmpuint (annex_message_get_blocks (message)->len, ==, 1);
}

static void
test_event (void)
{
  g_autoptr (AnnexEvent) event =
      annex_event_new (7, "task", 2, G_GINT64_CONSTANT (1700000000123456), "title-changed",
                       annex_json_parse_object ("{\"title\":\"T\"}", -1, NULL));
  g_autoptr (AnnexEvent) future = annex_event_new (8, "task", 3, 0, "invented-later", NULL);
  g_autofree char *line = annex_event_to_json_line (event);
  g_autofree char *later = annex_event_to_json_line (future);

  g_assert_cmpstr (line, ==,
                   "{\"id\":7,\"task\":\"task\",\"seq\":2,\"time\":\"2023-11-14T22:13:20.123Z\","
                   "\"type\":\"title-changed\",\"data\":{\"title\":\"T\"}}");
  g_assert_cmpint (annex_event_get_event_type (future), ==, ANNEX_EVENT_UNKNOWN);
  g_assert_nonnull (strstr (later, "\"invented-later\""));
  for (int type = 0; type < ANNEX_EVENT_UNKNOWN; type++)
    {
      g_autoptr (JsonObject) empty = json_object_new ();
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (annex_event_type_from_name (annex_event_type_to_name (type)), ==, type);
      g_assert_false (annex_event_check_data (type, empty, &error));
      g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_MISSING);
    }
}

static void
test_times (void)
{
  static const char *const wrong[] = { "", "yesterday", "2023-13-01T00:00:00Z",
                                       "1960-01-01T00:00:00Z" };
  gint64 time_us = 0;

  g_assert_true (annex_time_from_text ("2023-11-14T22:13:20.123Z", &time_us));
  g_assert_cmpint (time_us, ==, G_GINT64_CONSTANT (1700000000123000));
  g_assert_true (annex_time_from_text ("2023-11-14T23:13:20+01:00", &time_us));
  g_assert_cmpint (time_us, ==, G_GINT64_CONSTANT (1700000000000000));
  g_assert_false (annex_time_from_text (NULL, &time_us));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (annex_time_from_text (wrong[i], &time_us));
}

static void
test_ledger (void)
{
  g_autoptr (AnnexLedgerEntry) entry = annex_ledger_entry_new ("t", "computer", "example.org", 443);
  g_autofree char *line = NULL;

  entry->id = 3;
  entry->time_us = 1000;
  entry->bytes_up = G_MAXUINT64;
  entry->decision = g_strdup ("allowed");
  entry->by = g_strdup ("task");
  line = annex_ledger_entry_to_json_line (entry);
  g_assert_cmpstr (
      line, ==,
      "{\"id\":3,\"task\":\"t\",\"time\":\"1970-01-01T00:00:00.001Z\",\"channel\":"
      "\"computer\",\"host\":\"example.org\",\"port\":443,\"bytes_up\":"
      "9223372036854775807,\"bytes_down\":0,\"decision\":\"allowed\",\"by\":\"task\"}");
}

/* Tools */

#define TEST_TYPE_TOOL (test_tool_get_type ())
G_DECLARE_FINAL_TYPE (TestTool, test_tool, TEST, TOOL, GObject)
struct _TestTool
{
  GObject parent_instance;
  const char *name;
  const char *schema;
};

static const char *
tool_name (AnnexTool *self)
{
  return TEST_TOOL (self)->name;
}

static const char *
tool_description (AnnexTool *self)
{
  return "d";
}

static const char *
tool_schema (AnnexTool *self)
{
  return TEST_TOOL (self)->schema;
}

static void
tool_iface_init (AnnexToolInterface *iface)
{
  iface->get_name = tool_name;
  iface->get_description = tool_description;
  iface->get_schema = tool_schema;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestTool,
                               test_tool,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_TOOL, tool_iface_init))

static void
test_tool_class_init (TestToolClass *klass)
{
}

static void
test_tool_init (TestTool *self)
{
}

static TestTool *
new_tool (const char *name, const char *schema)
{
  TestTool *tool = g_object_new (TEST_TYPE_TOOL, NULL);

  tool->name = name;
  tool->schema = schema;
  return tool;
}

static void
test_tools (void)
{
  g_autoptr (GPtrArray) tools = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) turned = g_ptr_array_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_ptr_array_add (tools, new_tool ("shell", "{ \"type\": \"object\", \"z\": 1, \"a\": 2 }"));
  g_ptr_array_add (tools, new_tool ("ask_user", "not json"));
  g_ptr_array_add (tools, new_tool ("b__x", "{\"type\":\"array\"}"));
  for (guint i = tools->len; i > 0; i--)
    g_ptr_array_add (turned, g_ptr_array_index (tools, i - 1));
  first = annex_tools_to_json (tools);
  second = annex_tools_to_json (turned);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (first, ==,
                   "[{\"name\":\"ask_user\",\"description\":\"d\",\"input_schema\":{\"type\":"
                   "\"object\"}},{\"name\":\"b__x\",\"description\":\"d\",\"input_schema\":{"
                   "\"type\":\"object\"}},{\"name\":\"shell\",\"description\":\"d\","
                   "\"input_schema\":{\"type\":\"object\",\"z\":1,\"a\":2}}]");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/block/kinds", test_kinds);
  g_test_add_func ("/block/malformed", test_malformed);
  g_test_add_func ("/block/made", test_made);
  g_test_add_func ("/message", test_message);
  g_test_add_func ("/event", test_event);
  g_test_add_func ("/event/times", test_times);
  g_test_add_func ("/ledger", test_ledger);
  g_test_add_func ("/tools", test_tools);
  return g_test_run ();
}
