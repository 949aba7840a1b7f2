/* test-ask-words.c
 *
 * What is said about asks, and how hostile text is spelled.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask-words.h"
#include "annex-grant-facts.h"
#include "annex-ledger.h"
#include "annex-shot.h"

#include <string.h>

static void
test_hosts (void)
{
  static const struct
  {
    const char *given;
    const char *spelled;
  } rows[] = {
    { "example.org", "example.org" },
    { "EXAMPLE.org.", "example.org" },
    { "b\xc3\xbc"
      "cher.example",
      "xn--bcher-kva.example" },
    { "ex\xd0\xb0mple.org", "xn--exmple-4nf.org" },
    { "evil\u202eorg.example", "evil\\u{202e}org.example" },
    { "a\nb", "a\\u{a}b" },
    { "allowed.org@evil.org", "allowed.org@evil.org" },
    { "<b>x</b>", "<b>x</b>" },
    { "zero\u200bwidth.org", "zero\\u{200b}width.org" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *spelled = annex_ask_words_spell_host (rows[i].given);

      g_assert_true (g_str_is_ascii (spelled));
      g_assert_cmpstr (spelled, ==, rows[i].spelled);
    }
}

static void
test_paths (void)
{
  static const struct
  {
    const char *given;
    const char *spelled;
  } rows[] = {
    { "/home/me/Receipts", "/home/me/Receipts" },
    { "/home/\u05d0\u05d1/x", "/home/\u2068\u05d0\u05d1\u2069/x" },
    { "/a\u202eb/c", "/\u2068a\\u{202e}b\u2069/c" },
    { "/a\nb", "/a\\u{a}b" },
    { "/a\u2069b", "/\u2068a\\u{2069}b\u2069" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *spelled = annex_ask_words_spell_path (rows[i].given);

      g_assert_cmpstr (spelled, ==, rows[i].spelled);
    }
}

static void
test_long_target (void)
{
  g_autofree char *path = g_strnfill (100000, 'x');
  g_autofree char *spelled = NULL;

  path[0] = '/';
  spelled = annex_ask_words_spell_path (path);
  g_assert_cmpstr (spelled, ==, path); /* a target is never cut */
}

static void
test_text (void)
{
  g_autofree char *command = g_strnfill (17 * 1024, 'x');
  g_autoptr (AnnexAsk) small = annex_ask_new_consent ("t", "Secret", "rm x", "Allow", "No");
  g_autoptr (AnnexAsk) large = annex_ask_new_consent ("t", "Secret", command, "Allow", "No");
  g_autoptr (AnnexAsk) host = annex_ask_new_network ("t", "example.org", "why");
  g_autoptr (AnnexAsk) address = annex_ask_new_network ("t", "127.0.0.1", "why");
  g_autofree char *spelled = annex_ask_words_spell_text ("a\nb\u202ec\r<b>");
  g_autofree char *whole = annex_ask_words_spell_text (command);

  g_assert_cmpstr (spelled, ==, "a\nb\\u{202e}c\\u{d}<b>");
  g_assert_cmpstr (whole, ==, command); /* what is agreed to is never cut */
  g_assert_true (annex_ask_words_can_allow (small));
  g_assert_false (annex_ask_words_can_allow (large));
  g_assert_true (annex_ask_words_can_allow (host));
  g_assert_false (annex_ask_words_can_allow (address));
}

static void
test_block (void)
{
  g_autofree char *three = annex_ask_words_block ("a\nb\u202ec\nd\ne", 3);
  g_autofree char *empty = annex_ask_words_block (NULL, 3);
  g_autofree char *invalid = annex_ask_words_block ("a\xff", 3);

  g_assert_cmpstr (three, ==, "a\nb\ufffdc\nd\n…");
  g_assert_cmpstr (empty, ==, "");
  g_assert_true (g_utf8_validate (invalid, -1, NULL));
}

static AnnexAsk *
new_question (const char *json)
{
  g_autoptr (JsonObject) input = annex_json_parse_object (json, -1, NULL);
  AnnexAsk *ask = annex_ask_new_question ("t", input, NULL);

  g_assert_nonnull (ask);
  return ask;
}

static void
check_answer (AnnexAsk *ask, const char *answer, gboolean expired, const char *words)
{
  g_autoptr (JsonObject) object =
      answer != NULL ? annex_json_parse_object (answer, -1, NULL) : NULL;
  g_autofree char *said = annex_ask_words_answer (ask, object, expired);

  g_assert_cmpstr (said, ==, words);
}

static void
test_answers (void)
{
  g_autoptr (AnnexAsk) network = annex_ask_new_network ("t", "example.org", "because");
  g_autoptr (AnnexAsk) folder = annex_ask_new_folder ("t", "Need it", NULL);
  g_autoptr (AnnexAsk) draft = annex_ask_new_draft ("t", "s", "3 added in Receipts");
  g_autoptr (AnnexAsk) question = new_question (
      "{\"questions\":[{\"id\":\"a\",\"question\":\"Which?\",\"options\":[\"One\",\"Two\"]},"
      "{\"id\":\"b\",\"question\":\"Key?\",\"secret\":true}]}");
  g_autoptr (AnnexAsk) consent = annex_ask_new_consent ("t", "Secret", "Use it?", "Allow", "No");
  g_autofree char *summary = annex_ask_words_summary (question);

  g_assert_cmpstr (summary, ==, "Which? (and 1 more question)");
  g_assert_true (annex_ask_words_is_permission (network));
  g_assert_true (annex_ask_words_is_permission (folder));
  g_assert_true (annex_ask_words_is_permission (consent));
  g_assert_false (annex_ask_words_is_permission (draft));
  g_assert_false (annex_ask_words_is_permission (question));
  check_answer (network, "{\"answer\":\"task\"}", FALSE, "You allowed it for this task");
  check_answer (network, "{\"answer\":\"never\"}", FALSE, "You said no, for good");
  check_answer (network, "{\"answer\":\"no\"}", FALSE, "You said no");
  check_answer (network, "{\"answer\":\"never\"}", TRUE,
                "Nobody answered in time; nothing was allowed");
  check_answer (network, "{\"answer\":[7]}", FALSE, "Nothing was allowed");
  check_answer (network, NULL, FALSE, "Not answered yet");
  check_answer (folder, "{\"answer\":\"/home/me/A\"}", FALSE,
                "You gave the folder /home/me/A: changes wait for you");
  check_answer (folder, "{\"answer\":\"/home/me/A:review\"}", FALSE,
                "You gave the folder /home/me/A: changes wait for you");
  check_answer (folder, "{\"answer\":\"/home/me/A:read-only\"}", FALSE,
                "You gave the folder /home/me/A: read only");
  check_answer (folder, "{\"answer\":\"/home/me/A:keep\"}", FALSE,
                "You gave the folder /home/me/A: changes are kept by themselves");
  check_answer (folder, "{\"answer\":\"/home/me/A:B\"}", FALSE,
                "You gave the folder /home/me/A:B: changes wait for you");
  check_answer (folder, "{\"answer\":\"no\"}", FALSE, "You gave no folder");
  check_answer (draft, "{\"answer\":\"keep\"}", FALSE, "You kept the changes");
  check_answer (question, "{\"a\":\"Two\",\"b\":{\"secret\":\"secret:x\"}}", FALSE,
                "Two · a secret, kept in your keyring");
  check_answer (question, "{\"a\":{\"other_text\":\"three\"},\"b\":[\"x\",\"y\"]}", FALSE,
                "three · x, y");
  check_answer (consent, "{\"consent\":\"Allow once\"}", FALSE, "Allow Once");
  check_answer (consent, "{\"consent\":\"No\"}", FALSE, "No");
  check_answer (question, "{\"dismissed\":true}", FALSE,
                "You closed the question without an answer");
  check_answer (question, "{\"answer\":\"none\"}", TRUE,
                "Nobody answered in time; Annex went on without an answer");
  check_answer (question, "{\"a\":\"One\"}", TRUE,
                "Nobody answered in time; taken instead: One · No answer");
}

/* A connector's tools alone are no answers of its; beside those they need not be told. */
static void
test_taint (void)
{
  static const char *const read[] = { "web",    "tools:mail", "tools:crm", "connector:mail",
                                      "import", NULL };
  static const char *const holds[] = { "Receipts", "Letters", NULL };
  const AnnexAskTaint taint = { read, holds, 0, 1, 0 };
  g_autoptr (AnnexAsk) ask = annex_ask_new_network_tainted ("t", "a.example", "why", &taint);
  g_autoptr (AnnexAsk) plain = annex_ask_new_network ("t", "a.example", "why");
  g_autofree char *words = annex_ask_words_taint (ask);

  g_assert_nonnull (strstr (words, "It has read: web pages, what crm says of its tools, mail, what "
                                   "the file said that it was imported from\n"));
  g_assert_nonnull (strstr (words, "It holds: Receipts, Letters, 1 secret\n"));
  g_assert_null (annex_ask_words_taint (plain));
}

static void
test_facts (void)
{
  g_autoptr (GPtrArray) shares = g_ptr_array_new ();
  g_autoptr (GPtrArray) ledger =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ledger_entry_free);
  g_autofree char *nothing = annex_grant_facts_words (shares, ledger);
  g_autofree char *some = NULL;
  static const char *const decisions[] = { "allowed", "refused", "allowed" };
  static const char *const hosts[] = { "a.example", "b.example", "a.example" };

  for (guint i = 0; i < 3; i++)
    {
      AnnexLedgerEntry *entry = annex_ledger_entry_new ("t", "computer", hosts[i], 443);

      entry->decision = g_strdup (decisions[i]);
      entry->bytes_up = 500;
      g_ptr_array_add (ledger, entry);
    }
  some = annex_grant_facts_words (shares, ledger);
  g_assert_cmpstr (nothing, ==, "This task has read none of your folders and contacted nobody.");
  g_assert_nonnull (strstr (some, "It has been in touch with: a.example\n"));
  g_assert_null (strstr (some, "b.example"));
  g_assert_nonnull (strstr (some, "Sent so far: 1.0"));
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/ask/words/hosts", test_hosts);
  g_test_add_func ("/ui/ask/words/paths", test_paths);
  g_test_add_func ("/ui/ask/words/long-target", test_long_target);
  g_test_add_func ("/ui/ask/words/text", test_text);
  g_test_add_func ("/ui/ask/words/block", test_block);
  g_test_add_func ("/ui/ask/words/answers", test_answers);
  g_test_add_func ("/ui/ask/words/taint", test_taint);
  g_test_add_func ("/ui/ask/words/facts", test_facts);
  return g_test_run ();
}
