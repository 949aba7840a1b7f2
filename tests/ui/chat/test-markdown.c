/* test-markdown.c
 *
 * Markdown to blocks: what is read, that growing byte by byte gives what reading at once gives,
 * links, and what a hostile text does. And the words of steps. No display.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-markdown.h"
#include "annex-step-phrase.h"

#include <string.h>

static void
describe_inline (GString *out, const AnnexMarkdownInline *text)
{
  g_string_append_printf (out, "“%s”", text->text);
  for (guint i = 0; i < text->spans->len; i++)
    {
      AnnexMarkdownSpan *span = &g_array_index (text->spans, AnnexMarkdownSpan, i);

      g_assert_cmpuint (span->start, <, span->end);
      g_assert_cmpuint (span->end, <=, strlen (text->text));
      g_assert_true (i == 0 ||
                     g_array_index (text->spans, AnnexMarkdownSpan, i - 1).end <= span->start);
      g_string_append_printf (
          out, "[%u-%u:%s%s%s%s%s]", span->start, span->end,
          span->flags & ANNEX_SPAN_STRONG ? "b" : "", span->flags & ANNEX_SPAN_EMPHASIS ? "i" : "",
          span->flags & ANNEX_SPAN_STRIKE ? "s" : "", span->flags & ANNEX_SPAN_CODE ? "c" : "",
          span->link != NULL ? span->link : "");
    }
}

static void
describe (GString *out, const AnnexMarkdownBlock *block)
{
  static const char *const kinds[] = { "p", "h", "code", "table", "rule" };
  static const char *const markers[] = { "-", "*", "#", "o", "x" };

  for (guint i = 0; i < block->n_nest; i++)
    if (block->nest[i].kind == ANNEX_NEST_QUOTE)
      g_string_append (out, ">");
    else if (block->nest[i].marker == ANNEX_MARKER_NUMBER)
      g_string_append_printf (out, "%d.", block->nest[i].number);
    else
      g_string_append (out, markers[block->nest[i].marker]);
  g_string_append (out, kinds[block->kind]);
  if (block->kind == ANNEX_MARKDOWN_HEADING)
    g_string_append_printf (out, "%u", block->level);
  if (block->info != NULL)
    g_string_append_printf (out, "(%s)", block->info);
  if (block->text != NULL)
    {
      g_assert_true (g_utf8_validate (block->text->text, -1, NULL));
      describe_inline (out, block->text);
    }
  for (guint i = 0; block->cells != NULL && i < block->cells->len; i++)
    describe_inline (out, block->cells->pdata[i]);
}

static char *
describe_all (GPtrArray *blocks)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < blocks->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, ' ');
      describe (out, blocks->pdata[i]);
    }
  return g_string_free_and_steal (out);
}

static GPtrArray *
parse (const char *text)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_markdown_block_unref);

  annex_markdown_parse (text, strlen (text), blocks, NULL, NULL);
  return blocks;
}

static const struct
{
  const char *text;
  const char *wanted;
} cases[] = {
  { "", "" },
  { "hello", "p“hello”" },
  { "a **b** *c* ~~d~~ `e`", "p“a b c d e”[2-3:b][4-5:i][6-7:s][8-9:c]" },
  { "***a*** b", "p“a b”[0-1:bi]" },
  { "# one\ntwo\n===\n### three", "h1“one” h1“two” h3“three”" },
  { "- a\n- b\n  - c\n", "*p“a” *p“b” -*p“c”" },
  { "3. a\n4. b\n\n   more\n", "3.p“a” 4.p“b” -p“more”" },
  { "- [ ] a\n- [x] b\n", "op“a” xp“b”" },
  { "- - a\n-\n", "**p“a” *p“”" },
  { "> a\n>\n> > b\n", ">p“a” >>p“b”" },
  { "```py\nx = 1\n\n```\n", "code(py)“x = 1”" },
  { "```\nnever closed", "code“never closed”" },
  { "    indented", "code“indented”" },
  { "a\n\n---\n\nb", "p“a” rule p“b”" },
  { "| a | b |\n|:-:|--:|\n| 1 | **2** |\n| 3 |\n", "table“a”“b”“1”“2”[0-1:b]“3”“”" },
  { "text\n| a |\n|---|\n| 1 |\n", "p“text” table“a”“1”" },
  { "a\nb  \nc", "p“a b\nc”" },
  { "[t](https://a.example/x)", "p“t”[0-1:https://a.example/x]" },
  { "[**t**](https://a.example) u", "p“t u”[0-1:bhttps://a.example]" },
  { "www.a.example and https://b.example",
    "p“www.a.example and https://b.example”[0-13:http://www.a.example][18-35:"
    "https://b.example]" },
  { "[r]\n\n[r]: https://c.example\n", "p“r”[0-1:https://c.example]" },
  /* Nothing is loaded, nothing runs, nothing is a tag. */
  { "![alt](https://a.example/x.png)", "p“alt (https://a.example/x.png)”" },
  { "![a](data:image/svg+xml;base64,AAAA)", "p“a (data:image/svg+xml;base64,AAAA)”" },
  { "<b>not</b> &lt;bold&gt; &amp; <img src=x onerror=y>",
    "p“<b>not</b> <bold> & <img src=x onerror=y>”" },
  { "<script>alert(1)</script>", "code“<script>alert(1)</script>”" },
  { "[x](javascript:alert(1)) [y](file:///etc/passwd) [z](data:text/html,hi)", "p“x y z”" },
  { "[x](JaVaScRiPt:alert(1)) [y](https:///nohost) [z](https://a.example\\\\b.example)",
    "p“x y z”" },
  { "<span foreground='red'>x</span>", "p“<span foreground='red'>x</span>”" },
  { "a\xe2\x80\xae"
    "b\xe2\x81\xa6"
    "c",
    "p“a\xef\xbf\xbd"
    "b\xef\xbf\xbd"
    "c”" },
  { "\033[31mred\033[0m", "p“\xef\xbf\xbd[31mred\xef\xbf\xbd[0m”" },
  { "bad \xff\xfe bytes", "p“bad \xef\xbf\xbd\xef\xbf\xbd bytes”" },
};

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) blocks = parse (cases[i].text);
      g_autofree char *got = describe_all (blocks);

      g_assert_cmpstr (got, ==, cases[i].wanted);
    }
}

/* However it arrives, the end is the same. */
static void
check_stream (const char *text, guint step)
{
  g_autoptr (AnnexMarkdownStream) stream = annex_markdown_stream_new ();
  g_autoptr (GPtrArray) blocks = parse (text);
  g_autofree char *wanted = describe_all (blocks);
  g_autofree char *got = NULL;
  gsize length = strlen (text);

  for (gsize end = 0; end < length; end += step)
    annex_markdown_stream_update (stream, text, end, FALSE);
  annex_markdown_stream_update (stream, text, length, TRUE);
  got = describe_all (annex_markdown_stream_get_blocks (stream));
  g_assert_cmpstr (got, ==, wanted);
}

static void
test_stream (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint step = 1; step < 9; step += 3)
      if (g_utf8_validate (cases[i].text, -1, NULL))
        check_stream (cases[i].text, step);
}

static void
test_stream_random (void)
{
  static const char *const pieces[] = {
    "word ",
    "\n",
    "\n\n",
    "- item\n",
    "  - nested\n",
    "1. one\n",
    "> quote\n",
    "```\n",
    "    code\n",
    "# head\n",
    "| a | b |\n",
    "|---|---|\n",
    "| 1 | 2 |\n",
    "***",
    "**bold**",
    "`code`",
    "[l](https://a.example)",
    "---\n",
    "===\n",
    "<div>\n",
    "</div>\n",
    "<!-- x\n",
    "-->\n",
    "\\",
    "é",
    "[r]",
    "[r]: https://a.example\n",
  };

  for (guint round = 0; round < 1500; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      guint n = g_test_rand_int_range (1, 40);

      for (guint i = 0; i < n; i++)
        g_string_append (text, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      check_stream (text->str, g_test_rand_int_range (1, 20));
    }
}

/* Only the end is read again: a long reply costs what it is long, not its square. */
static void
test_stream_cost (void)
{
  g_autoptr (AnnexMarkdownStream) stream = annex_markdown_stream_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_changed = 0;

  for (guint i = 0; i < 2000; i++)
    {
      guint first;

      g_string_append (text, "A paragraph of a few words.\n\n");
      first = annex_markdown_stream_update (stream, text->str, text->len, FALSE);
      n_changed += annex_markdown_stream_get_blocks (stream)->len - first;
    }
  g_assert_cmpuint (annex_markdown_stream_get_blocks (stream)->len, ==, 2000);
  g_assert_cmpuint (n_changed, <=, 4000);
}

/* ---- hostile */

static char *
repeat (const char *piece, guint n, const char *end)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, piece);
  g_string_append (text, end);
  return g_string_free_and_steal (text);
}

static void
test_hostile (void)
{
  static const struct
  {
    const char *piece;
    guint n;
    const char *end;
  } attacks[] = {
    { "x", 1000000, "" },        /* a line without an end */
    { "a\xcc\x81", 100000, "" }, /* letters with marks */
    { "\xcc\x81", 100000, "" },  /* marks alone */
    { ">", 10000, " deep" },     /* quotes */
    { "- ", 5000, "deep" },      /* lists */
    { "*", 100000, "" },           { "[", 50000, "" },
    { "**a ", 20000, "" },         { "`", 100000, "" },
    { "|a", 3000, "\n" },          { "<b>", 50000, "" },
    { "&amp;", 100000, "" },       { "\xf0\x9f\x91\xa9\xe2\x80\x8d", 50000, "" }, /* emoji joined */
    { "\xe2\x80\xae", 50000, "" }, { "\n\na", 100000, "" }, /* a hundred thousand paragraphs */
    { "# h\n", 50000, "" },        { "```\n", 50001, "x" },
    { "![", 20000, "" },           { "https://a@b.example ", 5000, "" },
    { "1. a\n", 20000, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      g_autofree char *text = repeat (attacks[i].piece, attacks[i].n, attacks[i].end);
      gint64 began = g_get_monotonic_time ();
      g_autoptr (GPtrArray) blocks = parse (text);
      g_autofree char *all = describe_all (blocks);

      g_assert_cmpuint (blocks->len, <=, ANNEX_MARKDOWN_MAX_BLOCKS + 300);
      for (guint j = 0; j < blocks->len; j++)
        {
          AnnexMarkdownBlock *block = blocks->pdata[j];

          g_assert_cmpuint (block->n_nest, <=, ANNEX_MARKDOWN_MAX_NEST);
          if (block->kind == ANNEX_MARKDOWN_PARAGRAPH)
            g_assert_cmpint (g_utf8_strlen (block->text->text, -1), <=, ANNEX_MARKDOWN_MAX_CHARS);
        }
      g_test_message ("%.10s × %u: %u blocks, %d ms", attacks[i].piece, attacks[i].n, blocks->len,
                      (int) ((g_get_monotonic_time () - began) / 1000));
      g_assert_cmpint (g_get_monotonic_time () - began, <, 20 * G_USEC_PER_SEC);
    }
}

/* Nothing of a long paragraph is lost. */
static void
test_split (void)
{
  g_autofree char *text = repeat ("word **bold** ", 5000, "end");
  g_autoptr (GPtrArray) blocks = parse (text);
  g_autoptr (GString) joined = g_string_new (NULL);
  g_autofree char *wanted = repeat ("word bold ", 5000, "end");

  g_assert_cmpuint (blocks->len, >, 5);
  for (guint i = 0; i < blocks->len; i++)
    {
      AnnexMarkdownBlock *block = blocks->pdata[i];

      g_assert_cmpint (block->continued, ==, i > 0);
      g_string_append (joined, block->text->text);
    }
  g_assert_cmpstr (joined->str, ==, wanted);
}

static void
test_hosts (void)
{
  static const struct
  {
    const char *address;
    const char *host;
  } hosts[] = {
    { "https://a.example/path", "a.example" },
    { "https://trusted.example@evil.example/", "evil.example" },
    { "https://bücher.example", "xn--bcher-kva.example" },
    { "https://\xd0\xb0pple.example", "xn--pple-43d.example" },
    { "http://a.example:8080/", "a.example:8080" },
    { "mailto:me@a.example", "me@a.example" },
    { "javascript:alert(1)", NULL },
    { "file:///etc/passwd", NULL },
    { "data:text/html,x", NULL },
    { "https:", NULL },
    { "//a.example", NULL },
    { "relative/path", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *host = annex_markdown_dup_host (hosts[i].address);

      g_assert_cmpstr (host, ==, hosts[i].host);
      g_assert_cmpint (annex_markdown_is_safe_link (hosts[i].address), ==, hosts[i].host != NULL);
    }
  g_assert_false (annex_markdown_is_safe_link (NULL));
  g_assert_false (annex_markdown_is_safe_link ("https://a.example/a b"));
  g_assert_false (annex_markdown_is_safe_link ("https://a.example/\n"));
}

static void
test_escapes (void)
{
  static const struct
  {
    const char *text;
    const char *wanted;
  } outputs[] = {
    { "plain\n", "plain\n" },
    { "\033[1;31mred\033[0m", "red" },
    { "10%\r50%\r100%\n", "100%\n" },
    { "crlf\r\nline", "crlf\nline" },
    { "\033]0;title\aafter", "after" },
    { "\033]8;;https://evil.example\033\\link\033]8;;\033\\", "link" },
    { "ab\bc", "ac" },
    { "\b\b\bx", "x" },
    { "\033", "" },
    { "\033[", "" },
    { "\033[99999999", "" },
    { "\033(Bx", "x" },
    { "bell\a", "bell" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    {
      g_autofree char *got = annex_step_strip_escapes (outputs[i].text);

      g_assert_cmpstr (got, ==, outputs[i].wanted);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/markdown/cases", test_cases);
  g_test_add_func ("/markdown/stream", test_stream);
  g_test_add_func ("/markdown/stream-random", test_stream_random);
  g_test_add_func ("/markdown/stream-cost", test_stream_cost);
  g_test_add_func ("/markdown/hostile", test_hostile);
  g_test_add_func ("/markdown/split", test_split);
  g_test_add_func ("/markdown/hosts", test_hosts);
  g_test_add_func ("/step/escapes", test_escapes);
  return g_test_run ();
}
