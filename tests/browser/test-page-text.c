/* test-page-text.c
 *
 * What needs no web view: reading what page scripts answer, the tree of several frames, what
 * changed, and the arguments of actions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-args.h"
#include "annex-page-tree.h"

#include "annex-json.h"

#include <string.h>

/* Lines as "depth id text", one each. */
static GPtrArray *
lines_of (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "\n", -1);
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_page_line_free);

  for (guint i = 0; parts[i] != NULL && *parts[i] != '\0'; i++)
    {
      g_auto (GStrv) words = g_strsplit (parts[i], " ", 3);

      g_ptr_array_add (lines, annex_page_line_new (g_ascii_strtoull (words[0], NULL, 10), words[1],
                                                   words[2], -1));
    }
  return lines;
}

static void
test_diff (void)
{
  static const struct
  {
    const char *before, *now, *wanted;
  } cases[] = {
    { "0 a - button \"A\" [ref=e1]\n", "0 a - button \"A\" [ref=e1]\n", NULL },
    /* Only what is other; a reference needs no context. */
    { "0 x - heading \"Long heading of the page\" [level=1]\n0 f - form \"F\" [ref=e1]\n1 a - "
      "textbox \"A\" [ref=e2]\n",
      "0 x - heading \"Long heading of the page\" [level=1]\n0 f - form \"F\" [ref=e1]\n1 a - "
      "textbox \"A\" [ref=e2]: \"v\"\n",
      "- textbox \"A\" [ref=e2] [changed]: \"v\"\n" },
    /* A new part, below what it is in. */
    { "0 x - heading \"Long heading of the page\" [level=1]\n0 f - form \"F\" [ref=e1]\n",
      "0 x - heading \"Long heading of the page\" [level=1]\n0 f - form \"F\" [ref=e1]\n1 d - "
      "group \"D\"\n2 b - button \"B\" [ref=e2]\n",
      "- form [ref=e1]\n  - group \"D\" [new]\n    - button \"B\" [ref=e2]\n" },
    /* What is gone, once, with all in it. */
    { "0 x - heading \"Long heading of the page, as long as it can be\" [level=1]\n0 d - dialog "
      "\"D\" [ref=e1]\n1 b - button \"B\" [ref=e2]\n",
      "0 x - heading \"Long heading of the page, as long as it can be\" [level=1]\n",
      "- dialog [ref=e1] [gone]\n" },
    /* That the focus went away is no news. */
    { "0 x - heading \"Long heading of the page\" [level=1]\n0 a - textbox \"A\" [active] "
      "[ref=e1]\n0 b - textbox \"B\" [ref=e2]\n",
      "0 x - heading \"Long heading of the page\" [level=1]\n0 a - textbox \"A\" [ref=e1]\n0 b - "
      "textbox \"B\" [active] [ref=e2]\n",
      "- textbox \"B\" [active] [ref=e2] [changed]\n" },
    /* A run has another reference each time. */
    { "0 r - … 12 more items [ref=e1]\n", "0 r - … 12 more items [ref=e2]\n", NULL },
    /* An order. */
    { "0 l - list \"L\"\n1 a - listitem: One of them\n1 b - listitem: Two of them\n1 c - listitem: "
      "Three of them\n1 d - listitem: Four of them\n",
      "0 l - list \"L\"\n1 b - listitem: Two of them\n1 c - listitem: Three of them\n1 a - "
      "listitem: One of them\n1 d - listitem: Four of them\n",
      "- list \"L\"\n  - listitem: Three of them\n  - listitem [moved]: One of them\n" },
    /* A colon in a name is no end of the head. */
    { "0 x - heading \"Long heading of the page\" [level=1]\n0 a - link \"A: \\\"b\" [ref=e1]\n",
      "0 x - heading \"Long heading of the page\" [level=1]\n0 a - link \"A: \\\"c\" [ref=e1]\n",
      "- link \"A: \\\"c\" [ref=e1] [changed]\n" },
    /* All is other: the whole. */
    { "0 a - text: a\n", "0 b - text: b\n", "- text: b\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) before = lines_of (cases[i].before);
      g_autoptr (GPtrArray) now = lines_of (cases[i].now);
      g_autofree char *changes = annex_page_tree_diff (before, now);

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_cmpstr (changes, ==, cases[i].wanted);
    }
}

static GPtrArray *
frame_of (const GArray *path, gpointer data)
{
  GPtrArray **frames = data;

  if (path->len == 0)
    return frames[0];
  return path->len == 1 && g_array_index (path, guint, 0) < 2
             ? frames[1 + g_array_index (path, guint, 0)]
             : NULL;
}

static void
test_merge (void)
{
  g_autoptr (GPtrArray) top =
      lines_of ("0 a - iframe \"A\" [ref=e1]\n0 b - iframe \"B\" [ref=e2]\n0 c - text: c\n");
  g_autoptr (GPtrArray) inner = lines_of ("0 x - button \"X\" [ref=f1e1]\n");
  g_autoptr (GPtrArray) merged = NULL;
  g_autoptr (GArray) path = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree char *text = NULL;
  GPtrArray *frames[] = { top, inner, NULL };

  ((AnnexPageLine *) top->pdata[0])->slot = 0;
  ((AnnexPageLine *) top->pdata[1])->slot = 1;
  merged = annex_page_tree_merge (path, frame_of, frames);
  text = annex_page_tree_to_text (merged);
  g_assert_cmpstr (text, ==,
                   "- iframe \"A\" [ref=e1]\n"
                   "  - button \"X\" [ref=f1e1]\n"
                   "- iframe \"B\" [ref=e2]\n"
                   "  - text: This frame did not answer.\n"
                   "- text: c\n");
}

static void
test_limit (void)
{
  g_autoptr (GPtrArray) lines =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_page_line_free);
  g_autofree char *text = NULL;

  for (guint i = 0; i < 10000; i++)
    g_ptr_array_add (lines,
                     annex_page_line_new (0, "x", "- text: some words that fill a line", -1));
  text = annex_page_tree_to_text (lines);
  g_assert_cmpuint (strlen (text), <, ANNEX_PAGE_MAX_TEXT_CHARS + 500);
  g_assert_nonnull (strstr (text, "more lines are left out"));
}

static void
test_messages (void)
{
  static const struct
  {
    const char *text;
    gboolean good;
  } cases[] = {
    { "{\"id\":\"1-2-3\",\"kind\":\"poll\",\"frame\":0,\"main\":true}", TRUE },
    { "{\"id\":\"1\",\"kind\":\"poll\",\"frame\":0,\"main\":false,\"top\":\"1-2-3\"}", TRUE },
    { "{\"id\":\"1\",\"kind\":\"poll\",\"frame\":0,\"main\":false,\"top\":\"a b\"}", FALSE },
    { "{\"id\":\"1\",\"kind\":\"bye\"}", TRUE },
    { "{\"id\":\"1\",\"kind\":\"done\",\"seq\":4,\"next\":7,\"path\":[0,2],\"result\":{}}", TRUE },
    { "{\"id\":\"1\",\"kind\":\"done\",\"seq\":4,\"next\":7,\"error\":\"stale\",\"message\":\"m\"}",
      TRUE },
    { "{\"id\":\"1\",\"kind\":\"done\",\"seq\":4,\"next\":7}", FALSE },
    { "{\"id\":\"1\",\"kind\":\"done\",\"seq\":-4,\"result\":{}}", FALSE },
    { "{\"id\":\"1\",\"kind\":\"done\",\"seq\":1,\"next\":1e30,\"result\":{}}", FALSE },
    { "{\"id\":\"1\",\"kind\":\"done\",\"seq\":\"1\",\"result\":{}}", FALSE },
    { "{\"id\":\"\",\"kind\":\"bye\"}", FALSE },
    { "{\"id\":\"a b\",\"kind\":\"bye\"}", FALSE },
    { "{\"id\":\"1\",\"kind\":\"other\"}", FALSE },
    { "{\"kind\":\"bye\"}", FALSE },
    { "[]", FALSE },
    { "", FALSE },
    { "{\"id\":\"1\",\"kind\":\"poll\",\"frame\":-1}", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexPageMessage) message = annex_page_message_read (cases[i].text, -1, &error);

      g_test_message ("%s", cases[i].text);
      g_assert_true ((message != NULL) == cases[i].good);
      if (message == NULL)
        g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID);
    }
}

static void
test_lines (void)
{
  static const struct
  {
    const char *lines;
    const char *text;
  } cases[] = {
    { "[[0,\"n1\",\"- button \\\"A\\\"\",null],[1,\"t1.0\",\"- text: x\",null]]",
      "- button \"A\"\n  - text: x\n" },
    { "[[0,\"n1\",\"- text: a\\nb\\u0007\",null]]", "- text: a b \n" },
    { "[[1,\"n1\",\"- text: too deep\",null]]", NULL },
    { "[[0,\"n1\",\"no dash\",null]]", NULL },
    { "[[0,\"n 1\",\"- x\",null]]", NULL },
    { "[[0,\"n1\",\"- x\"]]", NULL },
    { "[[0,\"n1\",\"- x\",-1]]", NULL },
    { "[[0,\"n1\",\"- x\",99999]]", NULL },
    { "[[0.5,\"n1\",\"- x\",null]]", NULL },
    { "{}", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"lines\":%s}", cases[i].lines);
      g_autoptr (JsonObject) object = annex_json_parse_object (json, -1, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) lines = annex_page_lines_read (object, 3, &error);
      g_autofree char *text = lines != NULL ? annex_page_tree_to_text (lines) : NULL;

      g_test_message ("%s", cases[i].lines);
      g_assert_cmpstr (text, ==, cases[i].text);
      if (lines != NULL)
        g_assert_true (g_str_has_prefix (((AnnexPageLine *) lines->pdata[0])->id, "3:"));
      else
        g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID);
    }
}

static void
test_references (void)
{
  guint frame;

  g_assert_true (annex_page_reference_frame ("e12", &frame));
  g_assert_cmpuint (frame, ==, 0);
  g_assert_true (annex_page_reference_frame ("f2e7", &frame));
  g_assert_cmpuint (frame, ==, 2);
  for (const char *const *bad =
           (const char *const[]) { "", "e", "f2", "fe1", "f0e1", "x1", "e1x", "e1 ", "E1",
                                   "f99999999999e1", "e999999999999", "f-1e1", NULL };
       *bad != NULL; bad++)
    g_assert_false (annex_page_reference_frame (*bad, &frame));
}

static void
test_arguments (void)
{
  static const struct
  {
    const char *command, *args;
    gboolean good;
  } cases[] = {
    { "click", "{\"target\":\"e1\",\"button\":\"right\",\"double\":true,\"other\":1}", TRUE },
    { "click", "{}", FALSE },
    { "click", "{\"target\":\"body\"}", FALSE },
    { "click", "{\"target\":1}", FALSE },
    { "click", "{\"target\":\"e1\",\"double\":\"yes\"}", FALSE },
    { "fill",
      "{\"fields\":[{\"target\":\"e1\",\"value\":true},{\"target\":\"f1e2\",\"value\":[\"a\"]}]}",
      TRUE },
    { "fill", "{\"fields\":[]}", FALSE },
    { "fill", "{\"fields\":[{\"target\":\"e1\"}]}", FALSE },
    { "fill", "{\"fields\":[{\"target\":\"e1\",\"value\":{}}]}", FALSE },
    { "fill", "{\"fields\":\"e1\"}", FALSE },
    { "select", "{\"target\":\"e1\",\"values\":[\"a\"]}", TRUE },
    { "select", "{\"target\":\"e1\",\"values\":\"a\"}", FALSE },
    { "drag", "{\"from\":\"e1\",\"offset\":{\"x\":3.5}}", TRUE },
    { "drag", "{\"from\":\"e1\",\"offset\":{\"x\":\"3\"}}", FALSE },
    { "wait", "{\"time_s\":0.5}", TRUE },
    { "wait", "{\"time_s\":1e9}", FALSE },
    { "scroll", "{\"target\":null,\"direction\":\"down\"}", TRUE },
    { "evaluate", "{}", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) args = annex_json_parse_object (cases[i].args, -1, NULL);
      g_autoptr (JsonObject) checked = NULL;
      g_autoptr (GError) error = NULL;
      AnnexPageCommand command;

      g_test_message ("%s %s", cases[i].command, cases[i].args);
      if (annex_page_command_parse (cases[i].command, &command, &error))
        checked = annex_page_args_check (command, args, &error);
      g_assert_true ((checked != NULL) == cases[i].good);
      if (checked == NULL)
        g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID);
      else
        g_assert_false (json_object_has_member (checked, "other"));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/page-text/diff", test_diff);
  g_test_add_func ("/page-text/merge", test_merge);
  g_test_add_func ("/page-text/limit", test_limit);
  g_test_add_func ("/page-text/messages", test_messages);
  g_test_add_func ("/page-text/lines", test_lines);
  g_test_add_func ("/page-text/references", test_references);
  g_test_add_func ("/page-text/arguments", test_arguments);
  return g_test_run ();
}
