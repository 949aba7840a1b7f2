/* test-json.c
 *
 * Strict reading and byte-stable writing of JSON: the forms RFC 8259 requires, allows and forbids.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-json.h"

#include <float.h>
#include <libdex.h>
#include <locale.h>
#include <string.h>

/* Must be read; written again as the second text (NULL: as it stands). */
static const struct
{
  const char *text;
  const char *written;
} accepted[] = {
  { "[]", NULL },
  { "{}", NULL },
  { " [ ] ", "[]" },
  { "\t\n\r {\"a\"\n:\r1\t}", "{\"a\":1}" },
  { "null", NULL },
  { "true", NULL },
  { "false", NULL },
  { "\"\"", NULL },
  { "\"a\"", NULL },
  { "[null,1,\"1\",{},[]]", NULL },
  { "{\"b\":1,\"a\":2,\"\":3}", NULL },
  { "{\"a\":1,\"a\":2}", "{\"a\":2}" },
  { "{\"a\":{\"a\":{\"a\":[[[]]]}}}", NULL },
  { "0", NULL },
  { "-0", "0" },
  { "-1", NULL },
  { "9223372036854775807", NULL },
  { "-9223372036854775808", NULL },
  { "9223372036854775808", "9.223372036854776e+18" },
  { "123456789012345678901234567890", "1.2345678901234568e+29" },
  { "0.1", NULL },
  { "1.0", NULL },
  { "-0.0", NULL },
  { "1e2", "100.0" },
  { "1E+2", "100.0" },
  { "1.5e-7", "1.5e-07" },
  { "0e0", "0.0" },
  { "5e-324", "4.94065645841247e-324" },
  { "1e-400", "0.0" },
  { "1.7976931348623157e308", "1.7976931348623157e+308" },
  { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\t\"" },
  { "\"\\u0041\\u00e4\\u20ac\"", "\"Aä€\"" },
  { "\"\\ud83d\\ude00\"", "\"😀\"" },
  { "\"\\uD83D\\uDE00\"", "\"😀\"" },
  { "\"a\\u0000b\"", "\"a\xef\xbf\xbd"
                     "b\"" },
  { "\"\x7f\"", NULL },
  { "\"\xe2\x80\xa8\"", NULL },
  { "\"\xef\xbf\xbf\"", NULL },
};

static const char *const refused[] = {
  "",
  " ",
  "[",
  "]",
  "{",
  "}",
  "[1",
  "[1,",
  "[1,]",
  "[,1]",
  "[,]",
  "[1,,2]",
  "[1 2]",
  "[1}",
  "{]",
  "{\"a\"}",
  "{\"a\":}",
  "{\"a\":1,}",
  "{,\"a\":1}",
  "{\"a\" 1}",
  "{\"a\"::1}",
  "{\"a\":1 \"b\":2}",
  "{a:1}",
  "{'a':1}",
  "{1:1}",
  "{null:1}",
  "['a']",
  "[a]",
  "nul",
  "nulll",
  "True",
  "TRUE",
  "NaN",
  "Infinity",
  "-Infinity",
  "undefined",
  "[] []",
  "[]x",
  "[],",
  "1 2",
  "{}{}",
  "//c\n1",
  "/*c*/1",
  "1//c",
  "[1/*c*/]",
  "#c\n1",
  "+1",
  "01",
  "-01",
  "00",
  "1.",
  ".1",
  "-.1",
  "-",
  "--1",
  "1.e1",
  "1e",
  "1e+",
  "1e1.5",
  "1.2.3",
  "0x1",
  "0b1",
  "1_000",
  "1,5",
  "١",
  "1f",
  "1e1000",
  "-1e1000",
  "\"",
  "\"a",
  "\"\\\"",
  "\"\\x41\"",
  "\"\\'\"",
  "\"\\a\"",
  "\"\\v\"",
  "\"\\0\"",
  "\"\\u\"",
  "\"\\u12\"",
  "\"\\u12G4\"",
  "\"\\u 123\"",
  "\"\\U0041\"",
  "\"\\ud800\"",
  "\"\\udc00\"",
  "\"\\ud800\\ud800\"",
  "\"\\ud800\\u0041\"",
  "\"\\ud800a\"",
  "\"\\udc00\\ud800\"",
  "\"\n\"",
  "\"\t\"",
  "\"\x01\"",
  "\"\x1f\"",
  "\"\x80\"",
  "\"\xc0\xaf\"",
  "\"\xed\xa0\x80\"",
  "\"\xf4\x90\x80\x80\"",
  "\"\xff\"",
  "\"\xe4",
  "\xef\xbb\xbf[]",
  "\xff\xfe[\0]\0",
  "\xc2\xa0[]",
  "\x0c[]",
  "[\x0b]",
  "\\u005b\\u005d",
};

static void
test_accepted (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = annex_json_parse (accepted[i].text, -1, &error);
      g_autoptr (JsonNode) again = NULL;
      g_autofree char *written = NULL;
      g_autofree char *twice = NULL;
      const char *wanted = accepted[i].written != NULL ? accepted[i].written : accepted[i].text;

      g_test_message ("%s", accepted[i].text);
      g_assert_no_error (error);
      written = annex_json_to_string (node);
      g_assert_cmpstr (written, ==, wanted);
      again = annex_json_parse (written, -1, &error);
      g_assert_no_error (error);
      twice = annex_json_to_string (again);
      g_assert_cmpstr (twice, ==, written);
    }
}

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = annex_json_parse (refused[i], -1, &error);

      g_test_message ("case %u", i);
      g_assert_null (node);
      g_assert_true (error != NULL && error->domain == ANNEX_JSON_ERROR);
      g_assert_true (
          error->code == ANNEX_JSON_ERROR_SYNTAX ||
          (strstr (refused[i], "1e1000") != NULL && error->code == ANNEX_JSON_ERROR_LIMIT));
    }
}

/* A length counts, not a NUL: what stands behind it must not be lost, or be read. */
static void
test_length (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = annex_json_parse ("[1]garbage", 3, &error);
  g_autoptr (JsonNode) none = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (json_array_get_int_element (json_node_get_array (node), 0), ==, 1);
  none = annex_json_parse ("[1]\0[2]", 7, &error);
  g_assert_null (none);
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_SYNTAX);
  g_clear_error (&error);
  none = annex_json_parse ("\"a\0b\"", 5, &error);
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_SYNTAX);
}

/* Every truncation of a text is refused, and read out of bounds by nothing (sanitizers). */
static void
test_truncated (void)
{
  static const char text[] =
      "{\"a\":[1,-2.5e+3,true,null,\"x\\ud83d\\ude00\\n\"],\"b\":{\"c\":\"\xe2\x82\xac\"}}";

  for (gsize n = 0; n < strlen (text); n++)
    {
      g_autofree char *copy = g_memdup2 (text, n + 1);
      g_autoptr (JsonNode) node = annex_json_parse (copy, (gssize) n, NULL);

      g_assert_null (node);
    }
}

static char *
nested (guint depth)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, i % 2 == 0 ? "[" : "{\"a\":");
  g_string_append (text, "1");
  for (guint i = depth; i > 0; i--)
    g_string_append (text, (i - 1) % 2 == 0 ? "]" : "}");
  return g_string_free_and_steal (text);
}

static DexFuture *
deep_fiber (gpointer data)
{
  g_autofree char *text = nested (ANNEX_JSON_MAX_DEPTH);
  g_autofree char *deeper = nested (ANNEX_JSON_MAX_DEPTH + 1);
  g_autofree char *bomb = g_strnfill (1000000, '[');
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = annex_json_parse (text, -1, &error);
  g_autoptr (JsonNode) copy = NULL;
  g_autofree char *written = NULL;

  g_assert_no_error (error);
  copy = annex_json_copy (node);
  written = annex_json_to_string (copy);
  g_assert_cmpstr (written, ==, text);
  g_assert_null (annex_json_parse (deeper, -1, &error));
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_LIMIT);
  g_clear_error (&error);
  g_assert_null (annex_json_parse (bomb, -1, &error));
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_LIMIT);
  return dex_future_new_for_boolean (TRUE);
}

/* The deepest text is read, copied, written and freed on a fiber's default stack. */
static void
test_depth (void)
{
  g_autoptr (DexFuture) future = dex_scheduler_spawn (NULL, 0, deep_fiber, NULL, NULL);

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (dex_future_is_resolved (future));
}

static void
test_limits (void)
{
  g_autofree char *digits = g_strnfill (5000, '9');
  g_autofree char *large = g_malloc (ANNEX_JSON_MAX_BYTES + 1u);
  g_autoptr (GError) error = NULL;

  g_assert_null (annex_json_parse (digits, -1, &error));
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_LIMIT);
  g_clear_error (&error);
  memset (large, ' ', ANNEX_JSON_MAX_BYTES + 1u);
  g_assert_null (annex_json_parse (large, ANNEX_JSON_MAX_BYTES + 1u, &error));
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_LIMIT);
}

/* Little text is not much memory: values are counted. @n of @part, in an array. */
static JsonNode *
parse_many (const char *part, guint n, GError **error)
{
  g_autoptr (GString) text = g_string_sized_new ((n + 1) * (strlen (part) + 1));

  g_string_append_c (text, '[');
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      g_string_append (text, part);
    }
  g_string_append_c (text, ']');
  return annex_json_parse (text->str, (gssize) text->len, error);
}

static void
test_too_many (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) most = parse_many ("0", ANNEX_JSON_MAX_NODES - 1, NULL);

  g_assert_nonnull (most);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (most)), ==,
                    ANNEX_JSON_MAX_NODES - 1);
  g_assert_null (parse_many ("[]", ANNEX_JSON_MAX_NODES, &error));
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_LIMIT);
}

/* An error may end up in a log: it must not quote what was read. */
static void
test_errors_quote_nothing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (annex_json_parse ("{\"key\": \"sk-secret\" oops}", -1, &error));
  g_assert_null (strstr (error->message, "secret"));
  g_assert_null (strstr (error->message, "key"));
}

static void
test_random_doubles (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      union
      {
        guint64 bits;
        double value;
      } number = { .bits = (guint64) g_test_rand_int () << 32 | (guint32) g_test_rand_int () };
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (JsonNode) again = NULL;
      g_autofree char *text = NULL;

      if (number.value != number.value || number.value > DBL_MAX || number.value < -DBL_MAX)
        continue;
      node = json_node_init_double (json_node_alloc (), number.value);
      text = annex_json_to_string (node);
      again = annex_json_parse (text, -1, NULL);
      g_assert_nonnull (again);
      g_assert_true (json_node_get_value_type (again) == G_TYPE_DOUBLE);
      g_assert_true (json_node_get_double (again) == number.value);
    }
}

/* A decimal comma must reach neither reading nor writing. */
static void
test_locale (void)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL && setlocale (LC_ALL, "fr_FR.UTF-8") == NULL)
    {
      g_test_skip ("There is no locale with a decimal comma here");
      return;
    }
  node = annex_json_parse ("1.5", -1, NULL);
  text = annex_json_to_string (node);
  setlocale (LC_ALL, "C.UTF-8");
  g_assert_cmpstr (text, ==, "1.5");
}

static void
test_not_finite (void)
{
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  g_autofree char *text = NULL;

  json_array_add_double_element (array, G_MAXDOUBLE * 2);
  json_array_add_string_element (array, "a\xff");
  json_node_set_array (node, array);
  text = annex_json_to_string (node);
  g_assert_cmpstr (text, ==, "[null,\"a\xef\xbf\xbd\"]");
}

static void
test_copy_is_deep (void)
{
  g_autoptr (JsonObject) object =
      annex_json_parse_object ("{\"a\":[{\"b\":1}],\"c\":null}", -1, NULL);
  g_autoptr (JsonObject) copy = annex_json_object_copy (object);
  g_autofree char *before = annex_json_object_to_string (copy);
  g_autofree char *after = NULL;

  json_object_set_int_member (
      json_array_get_object_element (json_object_get_array_member (object, "a"), 0), "b", 2);
  json_object_remove_member (object, "c");
  after = annex_json_object_to_string (copy);
  g_assert_cmpstr (before, ==, "{\"a\":[{\"b\":1}],\"c\":null}");
  g_assert_cmpstr (after, ==, before);
}

static void
test_readers (void)
{
  g_autoptr (JsonObject) object = annex_json_parse_object (
      "{\"s\":\"x\",\"i\":5,\"d\":2.5,\"w\":3.0,\"b\":true,\"n\":null,\"o\":{},\"a\":[],"
      "\"big\":1e300}",
      -1, NULL);
  g_autoptr (GError) error = NULL;
  gint64 value = 0;

  g_assert_cmpstr (annex_json_get_string (object, "s", &error), ==, "x");
  g_assert_true (annex_json_get_int (object, "i", &value, &error));
  g_assert_cmpint (value, ==, 5);
  g_assert_nonnull (annex_json_get_object (object, "o", &error));
  g_assert_nonnull (annex_json_get_array (object, "a", &error));
  g_assert_no_error (error);
  g_assert_null (annex_json_get_string (object, "none", &error));
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_MISSING);
  g_assert_nonnull (strstr (error->message, "none"));
  g_clear_error (&error);
  g_assert_null (annex_json_get_string (object, "i", &error));
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_TYPE);
  g_clear_error (&error);
  g_assert_null (annex_json_get_string (object, "n", &error));
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_TYPE);
  g_clear_error (&error);
  g_assert_false (annex_json_get_int (object, "d", &value, &error));
  g_clear_error (&error);
  g_assert_null (annex_json_get_object (object, "a", &error));
  g_clear_error (&error);
  g_assert_null (annex_json_get_array (object, "o", &error));

  g_assert_cmpstr (annex_json_opt_string (object, "n", "f"), ==, "f");
  g_assert_cmpstr (annex_json_opt_string (object, "i", "f"), ==, "f");
  g_assert_cmpint (annex_json_opt_int (object, "w", -1), ==, 3);
  g_assert_cmpint (annex_json_opt_int (object, "d", -1), ==, -1);
  g_assert_cmpint (annex_json_opt_int (object, "big", -1), ==, -1);
  g_assert_cmpfloat (annex_json_opt_double (object, "i", 0), ==, 5.0);
  g_assert_true (annex_json_opt_boolean (object, "b", FALSE));
  g_assert_true (annex_json_opt_boolean (object, "s", TRUE));
  g_assert_null (annex_json_opt_object (object, "s"));
  g_assert_null (annex_json_opt_array (object, "n"));
  g_assert_null (annex_json_parse_object ("[]", -1, NULL));
}

static void
test_make_valid (void)
{
  g_autofree char *a = annex_text_make_valid ("ok", -1);
  g_autofree char *b = annex_text_make_valid ("a\xff\xfe"
                                              "b",
                                              -1);
  g_autofree char *c = annex_text_make_valid ("a\0b", 3);
  g_autofree char *d = annex_text_make_valid (NULL, 0);

  g_assert_cmpstr (a, ==, "ok");
  g_assert_cmpstr (b, ==,
                   "a\xef\xbf\xbd\xef\xbf\xbd"
                   "b");
  g_assert_cmpstr (c, ==,
                   "a\xef\xbf\xbd"
                   "b");
  g_assert_cmpstr (d, ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/json/accepted", test_accepted);
  g_test_add_func ("/json/refused", test_refused);
  g_test_add_func ("/json/length", test_length);
  g_test_add_func ("/json/truncated", test_truncated);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/too-many", test_too_many);
  g_test_add_func ("/json/limits", test_limits);
  g_test_add_func ("/json/errors-quote-nothing", test_errors_quote_nothing);
  g_test_add_func ("/json/random-doubles", test_random_doubles);
  g_test_add_func ("/json/locale", test_locale);
  g_test_add_func ("/json/not-finite", test_not_finite);
  g_test_add_func ("/json/copy-is-deep", test_copy_is_deep);
  g_test_add_func ("/json/readers", test_readers);
  g_test_add_func ("/text/make-valid", test_make_valid);
  return g_test_run ();
}
