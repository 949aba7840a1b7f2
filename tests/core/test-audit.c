/* test-audit.c
 *
 * What the audit says of each event and ledger row, and that none of it is contents.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-audit.h"

#include <string.h>

/* Stands where somebody's words stand. */
#define WORDS "word-of-somebody-5183"

static AnnexEvent *
new_event (const char *type, const char *data)
{
  JsonObject *object = annex_json_parse_object (data, -1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (object);
  annex_event_check_data (annex_event_type_from_name (type), object, &error);
  g_assert_no_error (error);
  return annex_event_new (1, "t1", 7, 1738324800000000, type, object);
}

/* An event, and members the record must have: "name=JSON" each. */
static const struct
{
  const char *type;
  const char *data;
  const char *kind;
  const char *wanted[5];
} cases[] = {
  { "task-created",
    "{\"title\":\"" WORDS "\",\"provider\":\"openai\",\"model\":\"m\",\"system\":\"" WORDS
    "\",\"tools\":\"[]\"}",
    "task-created",
    { "provider=\"openai\"", "model=\"m\"" } },
  { "state-changed",
    "{\"state\":\"failed\",\"reason\":\"" WORDS "\"}",
    "task-state",
    { "state=\"failed\"" } },
  { "reply-finished",
    "{\"reply\":\"r\",\"stop_reason\":\"end_turn\",\"model\":\"m\",\"usage\":{\"input_tokens\":5,"
    "\"output_tokens\":3},\"cost_usd\":0.25}",
    "model-call",
    { "usage={\"input_tokens\":5,\"output_tokens\":3}", "cost_usd=0.25", "model=\"m\"" } },
  { "reply-failed",
    "{\"reply\":\"r\",\"error\":\"overloaded\",\"message\":\"" WORDS "\"}",
    "model-call-failed",
    { "error=\"overloaded\"" } },
  { "tool-finished",
    "{\"tool_use_id\":\"u\",\"name\":\"shell\",\"duration_ms\":12,\"result\":{\"type\":\"tool_"
    "result\",\"tool_use_id\":\"u\",\"content\":\"" WORDS "\",\"is_error\":true}}",
    "tool-call",
    { "name=\"shell\"", "failed=true", "duration_ms=12" } },
  { "ask-opened",
    "{\"ask\":{\"id\":\"k\",\"kind\":\"network\",\"text\":\"" WORDS
    "\",\"host\":\"example.org\",\"reason\":\"" WORDS "\"}}",
    "asked",
    { "id=\"k\"", "about=\"network\"", "host=\"example.org\"" } },
  { "ask-opened",
    "{\"ask\":{\"id\":\"k\",\"kind\":\"connector\",\"text\":\"" WORDS
    "\",\"connector\":\"c\",\"tool\":\"send\",\"effect\":\"write\",\"arguments\":\"" WORDS "\"}}",
    "asked",
    { "connector=\"c\"", "tool=\"send\"", "effect=\"write\"" } },
  { "ask-answered",
    "{\"ask\":\"k\",\"answer\":{\"answer\":\"always\"},\"by\":\"user\"}",
    "answered",
    { "ask=\"k\"", "answer=\"always\"", "by=\"user\"" } },
  { "ask-answered",
    "{\"ask\":\"k\",\"answer\":{\"q\":\"" WORDS "\"},\"by\":\"user\"}",
    "answered",
    { "ask=\"k\"", "by=\"user\"" } },
  { "ask-answered",
    "{\"ask\":\"k\",\"answer\":{\"response\":\"" WORDS "\"},\"by\":\"user\"}",
    "answered",
    { "ask=\"k\"" } },
  { "ask-expired",
    "{\"ask\":\"k\",\"answer\":{\"answer\":\"no\"}}",
    "expired",
    { "ask=\"k\"", "answer=\"no\"" } },
  { "share-granted",
    "{\"share\":{\"id\":\"s\",\"name\":\"Receipts\",\"path\":\"/home/u/Receipts\",\"mode\":"
    "\"review\"},\"text\":\"" WORDS "\"}",
    "folder-given",
    { "path=\"/home/u/Receipts\"", "mode=\"review\"" } },
  { "share-mode", "{\"share\":\"s\",\"mode\":\"keep\"}", "folder-mode", { "mode=\"keep\"" } },
  { "share-revoked",
    "{\"share\":\"s\",\"text\":\"" WORDS "\"}",
    "folder-taken",
    { "share=\"s\"" } },
  { "network-decided",
    "{\"host\":\"example.org\",\"decision\":\"allow\",\"scope\":\"task\",\"by\":\"user\"}",
    "host-decided",
    { "host=\"example.org\"", "decision=\"allow\"", "scope=\"task\"", "by=\"user\"" } },
  { "draft-kept",
    "{\"keep\":\"k\",\"share\":\"s\",\"entries\":[{\"path\":\"a.txt\",\"action\":\"changed\","
    "\"outcome\":\"done\"}]}",
    "draft-kept",
    { "entries=[{\"path\":\"a.txt\",\"action\":\"changed\",\"outcome\":\"done\"}]" } },
  { "draft-undone",
    "{\"keep\":\"k\",\"entries\":[{\"path\":\"a.txt\",\"outcome\":\"done\"}]}",
    "draft-undone",
    { "keep=\"k\"" } },
  { "forked",
    "{\"task\":\"t0\",\"checkpoint\":\"c\",\"time\":\"2025-01-31T12:00:00.000Z\",\"text\":\"" WORDS
    "\"}",
    "forked",
    { "other_task=\"t0\"", "task=\"t1\"" } },
  { "error",
    "{\"domain\":\"annex_model_error\",\"code\":\"auth\",\"message\":\"" WORDS "\"}",
    "error",
    { "code=\"auth\"" } },
};

static void
assert_member (JsonObject *record, const char *wanted)
{
  const char *equals = strchr (wanted, '=');
  g_autofree char *name = g_strndup (wanted, (gsize) (equals - wanted));
  g_autofree char *value = NULL;

  g_assert_true (json_object_has_member (record, name));
  value = annex_json_to_string (json_object_get_member (record, name));
  g_assert_cmpstr (value, ==, equals + 1);
}

static void
test_events (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AnnexEvent) event = new_event (cases[i].type, cases[i].data);
      g_autoptr (JsonObject) record = annex_audit_from_event (event, FALSE);
      g_autoptr (JsonObject) whole = annex_audit_from_event (event, TRUE);
      g_autofree char *text = annex_json_object_to_string (record);
      g_autofree char *whole_text = annex_json_object_to_string (whole);
      gboolean has_words = strstr (cases[i].data, WORDS) != NULL;

      g_test_message ("%s", text);
      g_assert_cmpstr (annex_json_opt_string (record, "kind", ""), ==, cases[i].kind);
      g_assert_cmpstr (annex_json_opt_string (record, "time", ""), ==, "2025-01-31T12:00:00.000Z");
      g_assert_cmpint (annex_json_opt_int (record, "seq", 0), ==, 7);
      g_assert_null (strstr (text, WORDS));
      g_assert_true ((strstr (whole_text, WORDS) != NULL) == has_words);
      for (guint j = 0; cases[i].wanted[j] != NULL; j++)
        assert_member (record, cases[i].wanted[j]);
    }
}

/* What only says something has no record. */
static void
test_left_out (void)
{
  static const struct
  {
    const char *type;
    const char *data;
  } none[] = {
    { "user-message", "{\"blocks\":[{\"type\":\"text\",\"text\":\"" WORDS "\"}]}" },
    { "announcement", "{\"text\":\"" WORDS "\"}" },
    { "title-changed", "{\"title\":\"" WORDS "\"}" },
    { "of-a-newer-annex", "{\"x\":\"" WORDS "\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (AnnexEvent) event = new_event (none[i].type, none[i].data);

      g_assert_null (annex_audit_from_event (event, TRUE));
    }
}

static void
test_ledger (void)
{
  g_autoptr (AnnexLedgerEntry) entry =
      annex_ledger_entry_new ("t1", "computer", "example.org", 443);
  g_autoptr (JsonObject) record = NULL;

  entry->time_us = 1738324800000000;
  entry->bytes_up = 12;
  entry->decision = g_strdup ("refused");
  entry->by = g_strdup ("default");
  entry->reason = g_strdup ("Nobody has allowed it");
  record = annex_audit_from_ledger (entry);
  assert_member (record, "kind=\"left-machine\"");
  assert_member (record, "host=\"example.org\"");
  assert_member (record, "bytes_up=12");
  assert_member (record, "decision=\"refused\"");
  assert_member (record, "by=\"default\"");
  assert_member (record, "reason=\"Nobody has allowed it\"");
}

static void
add_event (GPtrArray *events, gint64 time_us, const char *type, const char *data)
{
  g_ptr_array_add (events,
                   annex_event_new ((gint64) events->len + 1, "t1", (gint64) events->len + 1,
                                    time_us, type, annex_json_parse_object (data, -1, NULL)));
}

/* Both by time; where that is the same, what left comes before what is written down of it. */
static void
test_list (void)
{
  static const gint64 times[] = { 5, 20, 40 };
  static const char *const kinds[] = { "left-machine", "task-state", "left-machine", "error",
                                       "left-machine" };
  g_autoptr (GPtrArray) events =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  g_autoptr (GPtrArray) rows =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ledger_entry_free);
  g_autoptr (GPtrArray) records = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;

  add_event (events, 10, "state-changed", "{\"state\":\"running\"}");
  add_event (events, 15, "user-message", "{\"blocks\":[]}"); /* no matter of the audit */
  add_event (events, 20, "error", "{\"domain\":\"d\",\"code\":\"c\"}");
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      AnnexLedgerEntry *entry = annex_ledger_entry_new ("t1", "computer", "example.org", 443);

      entry->time_us = times[i];
      entry->decision = g_strdup ("allowed");
      g_ptr_array_add (rows, entry);
    }
  records = annex_audit_list (events, rows, FALSE);
  g_assert_cmpuint (records->len, ==, G_N_ELEMENTS (kinds));
  for (guint i = 0; i < records->len; i++)
    g_assert_cmpstr (annex_json_opt_string (g_ptr_array_index (records, i), "kind", NULL), ==,
                     kinds[i]);
  text = annex_audit_to_json_lines (records);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, records->len + 1);
  g_assert_cmpstr (lines[records->len], ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audit/events", test_events);
  g_test_add_func ("/audit/left-out", test_left_out);
  g_test_add_func ("/audit/ledger", test_ledger);
  g_test_add_func ("/audit/list", test_list);
  return g_test_run ();
}
