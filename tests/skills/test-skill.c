/* test-skill.c
 *
 * Every rule of the Agent Skills format, read leniently and checked strictly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-front-matter.h"
#include "annex-json.h"
#include "annex-skill.h"

#include <string.h>

#define HEAD(text) "---\n" text "---\n\n# Steps\n"
#define GOOD "name: tidy\ndescription: Tidies.\n"
#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16
#define X512 X64 X64 X64 X64 X64 X64 X64 X64

/* @strict: a part of a problem that the strict check finds; NULL: it finds none. @lenient: the name
 * it is loaded under; NULL: it is not. @warning: a part of a warning; NULL: none is given. */
static const struct
{
  const char *text;
  const char *strict;
  const char *lenient;
  const char *warning;
} rules[] = {
  { HEAD (GOOD), NULL, "tidy", NULL },
  { "\xef\xbb\xbf" HEAD (GOOD), NULL, "tidy", NULL },
  { "---\r\nname: tidy\r\ndescription: Tidies.\r\n---\r\nBody\r\n", NULL, "tidy", NULL },
  { HEAD (GOOD "license: MIT\ncompatibility: Needs python3\nallowed-tools: Bash(git add:*) Read\n"
               "metadata:\n  author: me\n  version: \"1.0\"\n"),
    NULL, "tidy", NULL },
  /* front matter */
  { "# No front matter\n", "first line", NULL, NULL },
  { "", "first line", NULL, NULL },
  { "--- \nname: tidy\ndescription: D\n---\nB\n", NULL, "tidy", NULL },
  { "----\nname: tidy\n", "first line", NULL, NULL },
  { "---\nname: tidy\ndescription: D\n", "second line", NULL, NULL },
  { "---\n---\nBody\n", "list of keys", NULL, NULL },
  { HEAD ("- a\n- b\n"), "list of keys", NULL, NULL },
  { HEAD ("just text\n"), "list of keys", NULL, NULL },
  { HEAD ("name: [tidy\n"), "Line ", NULL, NULL },
  { HEAD (GOOD "name: again\n"), "twice", NULL, NULL },
  { HEAD (GOOD "metadata: &a\n  k: v\n"), "Anchors", NULL, NULL },
  { HEAD ("name: &n tidy\ndescription: *n\n"), "Anchors", NULL, NULL },
  { HEAD (GOOD "metadata: !!python/object:os.system {a: b}\n"), "tags", NULL, NULL },
  { HEAD (GOOD "metadata:\n  <<: {a: b}\n"), "Merge", NULL, NULL },
  { HEAD (GOOD "metadata: {a: {b: {c: {d: {e: {f: {g: {h: {i: j}}}}}}}}}\n"), "deep", NULL, NULL },
  { HEAD (GOOD "? {a: b}\n: c\n"), "key must be", NULL, NULL },
  { HEAD (GOOD "license: \"a\\0b\"\n"), "null", NULL, NULL },
  { HEAD ("name: tidy\ndescription: Use: for tidying\n"), "Line 3", "tidy", "quotes" },
  { HEAD ("name: tidy\ndescription: 'Use: for tidying'\n"), NULL, "tidy", NULL },
  { HEAD ("name: tidy\ndescription: >\n  Folded\n  text\n"), NULL, "tidy", NULL },
  { "---\n" GOOD "---\n", "no instructions", "tidy", NULL },
  { "---\n" GOOD "license: \xff\n---\nB\n", "UTF-8", NULL, NULL },
  { "---\n" GOOD "---\nB \xff\n", "UTF-8", "tidy", NULL },
  /* name */
  { HEAD ("description: D\n"), "“name” is missing", "tidy", "no name" },
  { HEAD ("name:\ndescription: D\n"), "“name” is empty", "tidy", "no name" },
  { HEAD ("name: [a]\ndescription: D\n"), "“name” must be text", "tidy", "no name" },
  { HEAD ("name: Tidy\ndescription: D\n"), "small letters", "tidy", "none that the format" },
  { HEAD ("name: tidy up\ndescription: D\n"), "small letters", "tidy", "none that the format" },
  { HEAD ("name: tidy_up\ndescription: D\n"), "small letters", "tidy", "none that the format" },
  { HEAD ("name: ../../etc\ndescription: D\n"), "small letters", "tidy", "none that the format" },
  { HEAD ("name: -tidy\ndescription: D\n"), "begin or end", "tidy", "none that the format" },
  { HEAD ("name: tidy-\ndescription: D\n"), "begin or end", "tidy", "none that the format" },
  { HEAD ("name: ti--dy\ndescription: D\n"), "two hyphens", "tidy", "none that the format" },
  { HEAD ("name: " X64 "x\ndescription: D\n"), "longer than 64", "tidy", "none that the format" },
  { HEAD ("name: " X64 "\ndescription: D\n"), "name of its folder", X64, "its folder’s" },
  { HEAD ("name: other\ndescription: D\n"), "name of its folder", "other", "its folder’s" },
  { HEAD ("name: täglich\ndescription: D\n"), "small letters", "tidy", "none that the format" },
  /* description */
  { HEAD ("name: tidy\n"), "“description” is missing", NULL, NULL },
  { HEAD ("name: tidy\ndescription:\n"), "“description” is empty", NULL, NULL },
  { HEAD ("name: tidy\ndescription: \"  \"\n"), "“description” is empty", NULL, NULL },
  { HEAD ("name: tidy\ndescription: {a: b}\n"), "“description” must be text", NULL, NULL },
  { HEAD ("name: tidy\ndescription: " X512 X512 "\n"), NULL, "tidy", NULL },
  { HEAD ("name: tidy\ndescription: " X512 X512 "x\n"), "longer than 1024", "tidy", "1024" },
  { HEAD ("name: tidy\ndescription: a <b>\n"), "< or >", "tidy", NULL },
  /* the others */
  { HEAD (GOOD "compatibility: " X64 X64 X64 X64 X64 X64 X64 X16 X16 X16 "xxxx\n"), NULL, "tidy",
    NULL },
  { HEAD (GOOD "compatibility: " X512 "\n"), "longer than 500", "tidy", "500" },
  { HEAD (GOOD "compatibility:\n"), "“compatibility” is empty", "tidy", NULL },
  { HEAD (GOOD "license: [MIT]\n"), "“license” must be text", "tidy", "“license” is no text" },
  { HEAD (GOOD "metadata: text\n"), "must be keys", "tidy", "“metadata” is no list" },
  { HEAD (GOOD "metadata: {a: [b]}\n"), "“metadata.a” must be text", "tidy", "left out" },
  { HEAD (GOOD "allowed-tools: [Read, Write]\n"), "“allowed-tools” must", "tidy", "is a list" },
  { HEAD (GOOD "allowed-tools: Read, Write\n"), NULL, "tidy", NULL },
  { HEAD (GOOD "colour: red\n"), "“colour” is no key", "tidy", "“colour” is no key" },
  { HEAD (GOOD "argument-hint: \"[file]\"\n"), "another app", "tidy", NULL },
  { HEAD (GOOD "hooks: {PreToolUse: [x]}\n"), "another app", "tidy", "never run" },
  /* needs */
  { HEAD (GOOD "metadata:\n  annex.firm: text\n  annex.firm.help: As on letters\n"), NULL, "tidy",
    NULL },
  { HEAD (GOOD "metadata:\n  annex.firm: number\n"), "none of text", "tidy", "none of text" },
  { HEAD (GOOD "metadata:\n  annex.Firm: text\n"), "no name for a value", "tidy", "no name for" },
  { HEAD (GOOD "metadata:\n  annex.how: choice\n"), "two options", "tidy", "two options" },
  { HEAD (GOOD "metadata:\n  annex.how: choice\n  annex.how.options: A | B\n"
               "  annex.how.default: C\n"),
    "none of its options", "tidy", "none of its options" },
  { HEAD (GOOD "metadata:\n  annex.key: secret\n  annex.key.default: x\n"), "no default", "tidy",
    "no default" },
  { HEAD (GOOD "metadata:\n  annex.key: secret\n  annex.key.env: a-b\n"), "capitals", "tidy",
    "capitals" },
  { HEAD (GOOD "metadata:\n  annex.firm.help: x\n"), "belongs to", "tidy", NULL },
};

static gboolean
any_has (const char *const *texts, const char *part)
{
  for (; *texts != NULL; texts++)
    if (strstr (*texts, part) != NULL)
      return TRUE;
  return FALSE;
}

static void
test_rules (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      gsize length = strlen (rules[i].text);
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) problems = annex_skill_check (rules[i].text, length, "tidy");
      g_autoptr (AnnexSkill) skill = annex_skill_parse (rules[i].text, length, "tidy", &error);

      g_test_message ("rule %u: %s", i, problems[0] != NULL ? problems[0] : "good");
      if (rules[i].strict == NULL)
        g_assert_cmpstr (problems[0], ==, NULL);
      else
        g_assert_true (any_has ((const char *const *) problems, rules[i].strict));
      g_assert_true ((skill == NULL) == (error != NULL));
      g_assert_cmpstr (skill != NULL ? annex_skill_get_name (skill) : NULL, ==, rules[i].lenient);
      if (skill == NULL)
        continue;
      g_assert_true (annex_skill_is_name (annex_skill_get_name (skill)));
      if (rules[i].warning == NULL)
        g_assert_cmpstr (annex_skill_get_warnings (skill)[0], ==, NULL);
      else
        g_assert_true (any_has (annex_skill_get_warnings (skill), rules[i].warning));
    }
}

static void
test_values (void)
{
  const char *text = HEAD (GOOD "allowed-tools: Bash(git add:*), Read\nmetadata:\n  author: me\n"
                                "  annex.how: choice\n  annex.how.options: PDF | Word\n"
                                "  annex.how.default: Word\n  annex.bank_key: secret\n");
  g_autoptr (AnnexSkill) skill = annex_skill_parse (text, strlen (text), NULL, NULL);
  const char *const *tools = annex_skill_get_allowed_tools (skill);
  AnnexSkillNeed *how = annex_skill_needs_find (annex_skill_get_needs (skill), "how");
  AnnexSkillNeed *key = annex_skill_needs_find (annex_skill_get_needs (skill), "bank_key");

  g_assert_cmpstr (tools[0], ==, "Bash(git add:*)");
  g_assert_cmpstr (tools[1], ==, "Read");
  g_assert_null (tools[2]);
  g_assert_cmpstr (annex_skill_get_metadata (skill, "author"), ==, "me");
  g_assert_cmpstr (annex_skill_get_body (skill), ==, "# Steps");
  g_assert_cmpstr (how->options[1], ==, "Word");
  g_assert_cmpstr (how->label, ==, "How");
  g_assert_cmpstr (key->label, ==, "Bank key");
  g_assert_cmpstr (key->env, ==, "BANK_KEY");
  g_assert_true (annex_skill_need_check (how, "PDF", NULL));
  g_assert_false (annex_skill_need_check (how, "ODT", NULL));
}

static void
test_fill (void)
{
  g_autoptr (JsonObject) values =
      annex_json_parse_object ("{\"firm\":\"{{annex.x}}\",\"x\":\"1\"}", -1, NULL);
  g_autofree char *filled = annex_skill_needs_fill (
      "{{annex.firm}} {{annex.none}} {{annex. {{annex.x}}{{annex.x", values);

  /* A value is never looked into again. */
  g_assert_cmpstr (filled, ==, "{{annex.x}} {{annex.none}} {{annex. 1{{annex.x");
}

static void
test_limits (void)
{
  g_autoptr (GString) deep = g_string_new ("---\nname: tidy\ndescription: D\nmetadata: ");
  g_autoptr (GString) many = g_string_new ("---\nname: tidy\ndescription: D\nmetadata:\n");
  g_autoptr (GString) large = g_string_new ("---\nname: tidy\ndescription: ");
  GString *texts[] = { deep, many, large };

  for (guint i = 0; i < 30000; i++)
    g_string_append (deep, "[{a: ");
  g_string_truncate (deep, 60000);
  for (guint i = 0; i < 2000; i++)
    g_string_append_printf (many, " k%u: v\n", i);
  for (guint i = 0; i < 70000; i++)
    g_string_append_c (large, 'x');
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_string_append (texts[i], "\n---\nBody\n");
      g_assert_null (annex_skill_parse (texts[i]->str, texts[i]->len, NULL, &error));
      g_assert_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT);
    }
}

static void
test_write (void)
{
  static const char *const descriptions[] = {
    "Plain words.", "With: a colon", "- like a list", "yes",      "“quotes” \"and\" \\slashes",
    "two\nlines",   "# no comment",  "ends with:",    "emoji 🧾", "@at",
    "1.5",
  };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (descriptions); i++)
    {
      g_autoptr (JsonObject) metadata =
          annex_json_parse_object ("{\"annex.a\":\"text\",\"k\":\"no\"}", -1, NULL);
      g_autofree char *text = annex_skill_write ("tidy", descriptions[i], "MIT", NULL, metadata,
                                                 "Read", "# Do", &error);
      g_autoptr (AnnexSkill) skill = NULL;

      g_assert_no_error (error);
      skill = annex_skill_parse (text, strlen (text), "tidy", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (annex_skill_get_description (skill), ==, descriptions[i]);
      g_assert_cmpstr (annex_skill_get_metadata (skill, "k"), ==, "no");
      g_assert_cmpstr (annex_skill_get_warnings (skill)[0], ==, NULL);
    }
  g_assert_null (annex_skill_write ("Tidy", "D", NULL, NULL, NULL, NULL, "B", &error));
  g_assert_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT);
}

static void
test_make_name (void)
{
  static const char *const names[][2] = {
    { "Monatsbericht (neu)", "monatsbericht-neu" },
    { "Spesen für März", "spesen-fur-marz" },
    { "--a--b--", "a-b" },
    { "日本", "skill" },
    { "", "skill" },
    { X64 "-y", X64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = annex_skill_make_name (names[i][0]);

      g_assert_cmpstr (name, ==, names[i][1]);
      g_assert_true (annex_skill_is_name (name));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/skill/rules", test_rules);
  g_test_add_func ("/skill/values", test_values);
  g_test_add_func ("/skill/fill", test_fill);
  g_test_add_func ("/skill/limits", test_limits);
  g_test_add_func ("/skill/write", test_write);
  g_test_add_func ("/skill/make-name", test_make_name);
  return g_test_run ();
}
