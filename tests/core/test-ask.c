/* test-ask.c
 *
 * Asks: lenient reading of ask_user, answers from the user's words, and what the model is told.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask.h"

#include <string.h>

static AnnexAsk *
question (const char *text)
{
  g_autoptr (JsonObject) input = annex_json_parse_object (text, -1, NULL);
  g_autoptr (GError) error = NULL;
  AnnexAsk *ask;

  g_assert_nonnull (input);
  ask = annex_ask_new_question ("t1", input, &error);
  g_assert_no_error (error);
  return ask;
}

static void
check_answer (AnnexAsk *ask, const char *words, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = annex_ask_make_answer (ask, words, &error);
  g_autofree char *text = NULL;

  if (wanted == NULL)
    {
      g_assert_null (answer);
      g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE);
      return;
    }
  g_assert_no_error (error);
  text = annex_json_object_to_string (answer);
  g_assert_cmpstr (text, ==, wanted);
}

static void
test_question_forms (void)
{
  static const char *const cases[] = {
    "{\"questions\":[{\"header\":\"Colour\",\"question\":\"Which?\",\"options\":[{\"label\":"
    "\"Red\","
    "\"description\":\"warm\"},{\"label\":\"Blue\"}]}]}",
    "{\"questions\":[{\"header\":\"Colour\",\"question\":\"Which?\",\"options\":[\"Red\",\"Blue\"]}"
    "]}",
    "{\"questions\":\"[{\\\"header\\\":\\\"Colour\\\",\\\"question\\\":\\\"Which?\\\","
    "\\\"options\\\":"
    "[\\\"Red\\\",\\\"Blue\\\"]}]\"}",
    "{\"header\":\"Colour\",\"question\":\"Which?\",\"options\":[\"Red\",7,{},\"Blue\"]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AnnexAsk) ask = question (cases[i]);

      g_assert_cmpint (annex_ask_get_kind (ask), ==, ANNEX_ASK_QUESTION);
      g_assert_cmpstr (annex_ask_get_text (ask), ==, "Colour: Which?");
      g_assert_cmpstr (annex_ask_get_task_id (ask), ==, "t1");
      check_answer (ask, "blue", "{\"q1\":\"Blue\"}");
    }
}

static void
test_question_details (void)
{
  g_autoptr (AnnexAsk) ask =
      question ("{\"questions\":[\"Grüße aus der Küche, was "
                "nun?\",{\"id\":\"q1\",\"question\":\"B\",\"header\":"
                "\"\",\"options\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"],\"multiSelect\":true}]}");
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (ask), "questions");
  JsonObject *first = json_array_get_object_element (questions, 0);
  JsonObject *second = json_array_get_object_element (questions, 1);

  g_assert_cmpstr (annex_json_opt_string (first, "header", ""), ==, "Grüße aus de");
  g_assert_cmpstr (annex_json_opt_string (first, "id", ""), !=,
                   annex_json_opt_string (second, "id", ""));
  g_assert_true (annex_json_opt_boolean (second, "multi_select", FALSE));
  g_assert_cmpuint (json_array_get_length (annex_json_opt_array (second, "options")), ==, 6);
}

static void
test_question_refused (void)
{
  static const char *const cases[] = { "{}", "{\"questions\":[]}", "{\"questions\":[{},7,null]}",
                                       "{\"questions\":[{\"question\":\"\"}]}" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) input = annex_json_parse_object (cases[i], -1, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (annex_ask_new_question ("t", input, &error));
      g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_MISSING);
    }
}

static void
test_labels (void)
{
  g_autoptr (AnnexAsk) ask = question ("{\"question\":\"Q\",\"options\":[\"Monthly\",\"Monday\","
                                       "\"Yearly (Recommended)\",\"Étage\"]}");

  check_answer (ask, "Monthly", "{\"q1\":\"Monthly\"}");
  check_answer (ask, "  mont ", "{\"q1\":\"Monthly\"}");
  check_answer (ask, "YEARLY", "{\"q1\":\"Yearly (Recommended)\"}");
  check_answer (ask, "éTAGE", "{\"q1\":\"Étage\"}");
  check_answer (ask, "mon", "{\"q1\":{\"other_text\":\"mon\"}}");
  check_answer (ask, "never | ever", "{\"q1\":{\"other_text\":\"never | ever\"}}");
  check_answer (ask, "", NULL);
  check_answer (ask, "   ", NULL);
}

static void
test_multi_select (void)
{
  g_autoptr (AnnexAsk) ask = question (
      "{\"question\":\"Q\",\"multi_select\":true,\"options\":[\"Red\",\"Blue\",\"Red, white\"]}");

  check_answer (ask, "blue, red", "{\"q1\":[\"Blue\",\"Red\"]}");
  check_answer (ask, "red, white", "{\"q1\":[\"Red, white\"]}");
  check_answer (ask, "Blue", "{\"q1\":[\"Blue\"]}");
  check_answer (ask, "Blue, green", "{\"q1\":{\"other_text\":\"Blue, green\"}}");
  check_answer (ask, ",", "{\"q1\":{\"other_text\":\",\"}}");
}

static void
test_several (void)
{
  g_autoptr (AnnexAsk) ask =
      question ("{\"questions\":[{\"id\":\"a\",\"question\":\"A\",\"options\":[\"Yes\",\"No\"]},"
                "{\"id\":\"b\",\"question\":\"B\",\"options\":[\"Yes\",\"No\"]}]}");
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *told = NULL;

  check_answer (ask, "yes | no", "{\"a\":\"Yes\",\"b\":\"No\"}");
  check_answer (ask, "no", "{\"a\":\"No\",\"b\":\"No\"}");
  check_answer (ask, "yes | no | no", NULL);
  check_answer (ask, "yes | ", NULL);
  answer = annex_ask_make_answer (ask, "yes | blue", NULL);
  told = annex_ask_describe_answer (ask, answer);
  g_assert_cmpstr (told, ==, "The user answered:\nA\n→ Yes\nB\n→ blue (the user's own words)");
}

/* A secret must never become an answer, because an answer becomes an event. */
/* A bar that belongs to an answer is escaped; splitting undoes joining, whatever the answers are.
 */
static void
test_bars (void)
{
  g_autoptr (AnnexAsk) ask = question ("{\"questions\":[{\"id\":\"a\",\"question\":\"A\"},"
                                       "{\"id\":\"b\",\"question\":\"B\"}]}");
  static const char *const answers[] = { "a|b", "c\\", "\\|", "d\\|e", "plain", "||", NULL };
  g_autofree char *joined = annex_ask_join_answers (answers);
  g_auto (GStrv) parts = annex_ask_split_answers (joined);

  g_assert_true (g_strv_equal ((const char *const *) parts, answers));
  check_answer (ask, "x\\|y | z", "{\"a\":{\"other_text\":\"x|y\"},\"b\":{\"other_text\":\"z\"}}");
  check_answer (ask, "x\\|y", "{\"a\":{\"other_text\":\"x|y\"},\"b\":{\"other_text\":\"x|y\"}}");
  check_answer (ask, "C:\\ | z",
                "{\"a\":{\"other_text\":\"C:\\\\\"},\"b\":{\"other_text\":\"z\"}}");
}

/* What permits something is answered by a whole label, and no input of the model's makes it so. */
static void
test_consent (void)
{
  g_autoptr (AnnexAsk) ask =
      annex_ask_new_consent ("t", "Secret", "May it?", "Allow once", "Do not allow");
  g_autoptr (AnnexAsk) same = question ("{\"question\":\"May it?\",\"exact\":true,\"id\":\"q1\","
                                        "\"options\":[\"Allow once\",\"Do not allow\"]}");
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (same), "questions");

  check_answer (ask, "ALLOW once", "{\"consent\":\"Allow once\"}");
  check_answer (ask, "do not allow", "{\"consent\":\"Do not allow\"}");
  check_answer (ask, "Allow", NULL);
  check_answer (ask, "a", NULL);
  check_answer (ask, "Allow once, but only there", NULL);
  check_answer (ask, "yes", NULL);
  g_assert_cmpstr (annex_json_opt_string (annex_ask_get_json (ask), "default", ""), ==,
                   "Do not allow");
  g_assert_false (annex_ask_is_exact (json_array_get_object_element (questions, 0)));
  check_answer (same, "Allow", "{\"q1\":\"Allow once\"}");
}

static void
test_secret (void)
{
  g_autoptr (AnnexAsk) ask = question ("{\"question\":\"Password?\",\"secret\":true}");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *told = NULL;

  g_assert_null (annex_ask_make_answer (ask, "hunter2", &error));
  g_assert_null (strstr (error->message, "hunter2"));
  check_answer (ask, "secret:01abc", "{\"q1\":{\"secret\":\"secret:01abc\"}}");
  answer = annex_ask_make_answer (ask, "secret:01abc", NULL);
  told = annex_ask_describe_answer (ask, answer);
  g_assert_nonnull (strstr (told, "secret:01abc"));
}

static void
test_describe_other_forms (void)
{
  static const struct
  {
    const char *answer;
    const char *told;
  } cases[] = {
    { "{\"dismissed\":true}", "The user closed the question without answering." },
    { "{\"response\":\"do it yourself\"}", "The user did not choose but replied: do it yourself" },
    { "{}", "The user answered:\nWhich?\n→ (no answer)" },
    { "{\"Which?\":\"by text\"}", "The user answered:\nWhich?\n→ by text" },
    { "{\"q1\":[\"a\",\"b\"]}", "The user answered:\nWhich?\n→ a, b" },
    { "{\"q1\":{\"answer\":\"a\",\"notes\":\"n\"}}", "The user answered:\nWhich?\n→ a (note: n)" },
    { "{\"q1\":7}", "The user answered:\nWhich?\n→ (no answer)" },
  };
  g_autoptr (AnnexAsk) ask = question ("{\"question\":\"Which?\"}");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) answer = annex_json_parse_object (cases[i].answer, -1, NULL);
      g_autofree char *told = annex_ask_describe_answer (ask, answer);

      g_assert_cmpstr (told, ==, cases[i].told);
    }
}

static void
test_network (void)
{
  g_autoptr (AnnexAsk) ask = annex_ask_new_network ("t", "evil.example", "good.example is needed");
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *told = NULL;

  /* A prepared answer for another host must not match the reason, which the model wrote. */
  g_assert_cmpstr (annex_ask_get_text (ask), ==, "evil.example");
  check_answer (ask, "once", "{\"answer\":\"once\"}");
  check_answer (ask, " Always ", "{\"answer\":\"always\"}");
  check_answer (ask, "alw", NULL);
  check_answer (ask, "No", "{\"answer\":\"no\"}");
  check_answer (ask, "yes", NULL);
  check_answer (ask, "", NULL);
  answer = annex_ask_make_answer (ask, "never", NULL);
  told = annex_ask_describe_answer (ask, answer);
  g_assert_cmpstr (told, ==, "The user refused evil.example. Go on without it.");
  g_clear_pointer (&told, g_free);
  json_object_set_string_member (answer, "answer", "no");
  told = annex_ask_describe_answer (ask, answer);
  g_assert_cmpstr (told, ==, "The user did not allow evil.example this time. Go on without it.");
  g_clear_pointer (&told, g_free);
  json_object_set_string_member (answer, "answer", "none");
  told = annex_ask_describe_answer (ask, answer);
  g_assert_cmpstr (told, ==, "The user refused evil.example. Go on without it.");
}

static void
test_folder (void)
{
  g_autoptr (AnnexAsk) ask = annex_ask_new_folder ("t", "I need the receipts", "Receipts");
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *told = NULL;

  check_answer (ask, "no", "{\"answer\":\"no\"}");
  check_answer (ask, "/home/u/Receipts", "{\"answer\":\"/home/u/Receipts\"}");
  check_answer (ask, "Receipts", NULL);
  check_answer (ask, "/home/u/\xff", NULL);
  answer = annex_ask_make_answer (ask, "/home/u/Receipts", NULL);
  told = annex_ask_describe_answer (ask, answer);
  g_assert_null (strstr (told, "/home"));
}

static void
test_draft (void)
{
  g_autoptr (AnnexAsk) ask = annex_ask_new_draft ("t", "s1", "3 added in Receipts");

  check_answer (ask, "KEEP", "{\"answer\":\"keep\"}");
  check_answer (ask, "discard", "{\"answer\":\"discard\"}");
  check_answer (ask, "always", NULL);
  g_assert_true (json_object_get_null_member (annex_ask_get_json (ask), "default"));
}

static void
test_json (void)
{
  static const char *const wrong[] = {
    "{}",
    "{\"id\":\"a\",\"kind\":\"network\"}",
    "{\"id\":\"a\",\"kind\":\"invented\",\"task\":\"t\"}",
    "{\"id\":\"a\",\"kind\":\"question\",\"task\":\"t\"}",
    "{\"id\":\"a\",\"kind\":\"question\",\"task\":\"t\",\"questions\":[]}",
    "{\"id\":\"a\",\"kind\":\"question\",\"task\":\"t\",\"questions\":[7]}",
    "{\"id\":\"a\",\"kind\":\"question\",\"task\":\"t\",\"questions\":[{\"id\":\"q\"}]}",
  };
  g_autoptr (AnnexAsk) ask = question ("{\"question\":\"Q\",\"options\":[\"A\"]}");
  g_autofree char *text = annex_json_object_to_string (annex_ask_get_json (ask));
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexAsk) again =
      annex_ask_new_from_json (annex_json_parse_object (text, -1, NULL), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (annex_ask_get_id (again), ==, annex_ask_get_id (ask));
  check_answer (again, "a", "{\"q1\":\"A\"}");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (AnnexAsk) none =
          annex_ask_new_from_json (annex_json_parse_object (wrong[i], -1, NULL), &error);

      g_assert_null (none);
      g_assert_true (error != NULL && error->domain == ANNEX_JSON_ERROR);
      g_clear_error (&error);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ask/question/forms", test_question_forms);
  g_test_add_func ("/ask/question/details", test_question_details);
  g_test_add_func ("/ask/question/refused", test_question_refused);
  g_test_add_func ("/ask/question/labels", test_labels);
  g_test_add_func ("/ask/question/multi-select", test_multi_select);
  g_test_add_func ("/ask/question/several", test_several);
  g_test_add_func ("/ask/question/bars", test_bars);
  g_test_add_func ("/ask/question/secret", test_secret);
  g_test_add_func ("/ask/consent", test_consent);
  g_test_add_func ("/ask/question/describe", test_describe_other_forms);
  g_test_add_func ("/ask/network", test_network);
  g_test_add_func ("/ask/folder", test_folder);
  g_test_add_func ("/ask/draft", test_draft);
  g_test_add_func ("/ask/json", test_json);
  return g_test_run ();
}
