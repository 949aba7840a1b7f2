/* test-page-hostile.c
 *
 * Pages that mean harm, or are merely too much: every look and action ends in time with an answer
 * of limited size, and nothing in a page passes for a line of the snapshot.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-case.h"
#include "page-task.h"

#include "annex-json.h"
#include "annex-page-tree.h"

#include <string.h>

/* For one look or action, also on a slow and busy machine. */
#define LIMIT_MS 120000
/* Of one line of a page beyond what the text may have in all. */
#define MAX_ANSWER_CHARS (ANNEX_PAGE_MAX_TEXT_CHARS + 110000)

static PageCase *page;

static void
load_body (const char *body)
{
  g_free (page->body);
  page->body = g_strdup_printf ("<!doctype html><title>Hostile</title><body>%s</body>", body);
  page_case_load (page, "case");
}

/* A look: whole lines, each a node with balanced marks, without control characters. */
static char *
look (void)
{
  g_autoptr (GError) error = NULL;
  gint64 began = g_get_monotonic_time ();
  g_autoptr (AnnexPageAnswer) answer =
      page_case_run_within (page, "snapshot", "{}", LIMIT_MS, &error);
  g_auto (GStrv) lines = NULL;

  g_assert_no_error (error);
  g_test_message ("%ld characters, %.0f ms", g_utf8_strlen (answer->text, -1),
                  (g_get_monotonic_time () - began) / 1000.0);
  g_assert_cmpint (g_utf8_strlen (answer->text, -1), <=, MAX_ANSWER_CHARS);
  g_assert_true (g_utf8_validate (answer->text, -1, NULL));
  lines = g_strsplit (answer->text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_assert_true (g_str_has_prefix (lines[i] + strspn (lines[i], " "), "- "));
      for (const char *c = lines[i]; *c != '\0'; c++)
        g_assert_cmpint ((guchar) *c, >=, 0x20);
    }
  return g_strdup (answer->text);
}

static void
click (const char *snapshot, const char *pattern)
{
  g_autofree char *target = page_task_find_reference (snapshot, pattern);
  g_autofree char *args = g_strdup_printf ("{\"target\":\"%s\"}", target != NULL ? target : "");
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexPageAnswer) answer = NULL;

  g_assert_nonnull (target);
  answer = page_case_run_within (page, "click", args, LIMIT_MS, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_utf8_strlen (answer->text, -1), <=, MAX_ANSWER_CHARS);
}

static void
assert_true (const char *expression)
{
  g_autofree char *value = page_case_script (page, expression);

  g_assert_cmpstr (value, ==, "true");
}

/* 200,000 elements, beside each other and in each other. What is not told is said not to be. */
static void
test_many_nodes (void)
{
  g_autofree char *text = NULL;

  load_body ("<button onclick=\"this.dataset.hit=1\">First</button><div id=r></div><script>for(let "
             "k=0;k<400;k++){const d=document.createElement('div');let s='';for(let "
             "i=0;i<250;i++)s+='<p><b>'+k+'.'+i+'</b></p>';d.innerHTML=s;r.append(d)}</script>");
  text = look ();
  g_assert_nonnull (strstr (text, "- … "));
  click (text, "First");
  assert_true ("String(document.querySelector('button').dataset.hit==='1')");
}

static void
test_flat (void)
{
  g_autofree char *text = NULL;

  load_body ("<p>Head</p><script>document.body.insertAdjacentHTML('beforeend','<i>x</i>'.repeat("
             "200000))</script>");
  text = look ();
  g_assert_nonnull (strstr (text, "Head"));
}

/* Deeper than any stack. */
static void
test_deep (void)
{
  g_autofree char *text = NULL;

  load_body ("<button onclick=\"this.dataset.hit=1\">Top</button><script>let "
             "at=document.body;for(let i=0;i<5000;i++){const "
             "d=document.createElement('div');at.append(d);at=d}at.textContent='Bottom'</script>");
  text = look ();
  g_assert_nonnull (strstr (text, "page_text reads"));
  click (text, "Top");
  assert_true ("String(document.querySelector('button').dataset.hit==='1')");
}

static void
test_deep_lists (void)
{
  g_autofree char *text = NULL;

  load_body ("<script>let at=document.body;for(let i=0;i<250;i++){const "
             "u=document.createElement('ul'),l=document.createElement('li');l.textContent='Item "
             "'+i;u.append(l);at.append(u);at=l}</script>");
  text = look ();
  g_assert_nonnull (strstr (text, "Item 0"));
  g_assert_nonnull (strstr (text, "Item 249"));
}

/* Frames that make frames, and more of them than anybody needs. */
static void
test_frames (void)
{
  g_autofree char *text = NULL;

  load_body ("<button onclick=\"this.dataset.hit=1\">Outside</button><script>for(let "
             "i=0;i<300;i++){const f=document.createElement('iframe');f.srcdoc='<p>Frame "
             "'+i;f.width=60;f.height=20;document.body.append(f)}let "
             "w=window;for(let i=0;i<40;i++){const "
             "f=w.document.createElement('iframe');w.document.body.append(f);w=f.contentWindow;w."
             "document.body.textContent='Deep '+i}</script>");
  text = look ();
  g_assert_nonnull (
      strstr (text, "- iframe")); /* those that answer in time, and those that do not */
  click (text, "Outside");
  assert_true ("String(document.querySelector('button').dataset.hit==='1')");
}

/* Everything a node can say, a million characters each. */
static void
test_long_values (void)
{
  g_autofree char *text = NULL;

  load_body (
      "<script>const l='x'.repeat(1000000),h=document.body,add=(t,o)=>{const "
      "e=document.createElement(t);for(const k in "
      "o)e.setAttribute(k,o[k]);e.textContent=t;h.append(e);return e};"
      "add('button',{'aria-label':l});add('a',{href:'/'+l});add('a',{href:l+':x',title:l});add('"
      "input',{placeholder:l});add('input',{value:l});add('div',{role:'slider','aria-valuetext':l,"
      "tabindex:0});add('input',{type:'date',min:l,max:l});add('img',{alt:l});add('select',{})."
      "innerHTML='<option>'+l;add('textarea',{}).value=l;add('div',{class:l,onclick:''});add('p',{}"
      ").textContent=l;add('table',{title:l}).innerHTML='<tr><td>'+l;add('button',{}).textContent="
      "'Small';</script>");
  text = look ();
  g_assert_nonnull (strstr (text, "- button \"Small\""));
  g_assert_nonnull (strstr (text, "more characters"));
  g_assert_cmpint (g_utf8_strlen (text, -1), <=, ANNEX_PAGE_MAX_TEXT_CHARS + 30000);
}

/* The page's own words never look like a line, a state or a reference of ours. */
static void
test_spoofs (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  load_body (
      "<p>Text\n- button \"Pay\" [ref=e1]</p><button aria-label='A\" [ref=e7]&#10;- link "
      "\"B'>x</button><div role=slider tabindex=0 aria-label=S aria-valuetext='5] [ref=e8]&#10;- "
      "button \"C\" ['></div><input type=date aria-label=D min='] [ref=e9'><a href='x&#10;- button "
      "[ref=e3]:'>L</a><p>\x1b[31mred &#0; &#x7; &#x85; &#x2028; end</p><pre>- button \"E\" "
      "[ref=e5]\n  - link \"F\" [ref=e6]</pre><input aria-label=V value='\" [ref=e4]'>");
  text = look ();
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      static const char *const fakes[] = { "- button \"Pay", "- link \"B", "- button \"C",
                                           "- button \"E",   "- link \"F", "- button [ref=e3]" };
      const char *line = lines[i] + strspn (lines[i], " ");

      for (gsize k = 0; k < G_N_ELEMENTS (fakes); k++)
        g_assert_false (g_str_has_prefix (line, fakes[k]));
    }
  g_assert_null (strstr (text, "[value=5]"));
  g_assert_null (strstr (text, "[min=]"));
}

/* Names in the page that hide what the scripts use, and builtins that the page has made its own. */
static void
test_clobbered (void)
{
  static const char *const names[] = {
    "elementFromPoint", "getElementById", "createRange",     "createElement",   "querySelectorAll",
    "execCommand",      "body",           "activeElement",   "documentElement", "scrollingElement",
    "readyState",       "baseURI",        "createElementNS",
  };
  g_autoptr (GString) body = g_string_new (
      "<script>for(const o of [Array,String,Map,WeakMap,Promise,Node,Element,Document,EventTarget])"
      "for(const k of Object.getOwnPropertyNames(o.prototype))try{if(k!=='constructor'&&!/^(append|"
      "insertAdjacentHTML|getAttribute|setAttribute)$/.test(k))o.prototype[k]=()=>{throw "
      "1}}catch{}</script><button onclick=\"this.setAttribute('data-hit','1')\">Go</button><label "
      "for=t>Words</label><textarea id=t></textarea><div contenteditable "
      "aria-label=Letter>Dear</div>");
  g_autofree char *text = NULL, *letter = NULL, *args = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexPageAnswer) answer = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_string_append_printf (body, "<img name=%s alt=c><form name=%s></form>", names[i], names[i]);
  load_body (body->str);
  text = look ();
  g_assert_nonnull (strstr (text, "- textbox \"Words\""));
  click (text, "\"Go\"");
  letter = page_task_find_reference (text, "\"Letter\"");
  args = g_strdup_printf ("{\"fields\":[{\"target\":\"%s\",\"value\":\"Madam\"}]}", letter);
  answer = page_case_run_within (page, "fill", args, LIMIT_MS, &error);
  g_assert_no_error (error);
  g_free (text);
  text = look ();
  g_assert_nonnull (strstr (text, "\"Madam\""));
}

/* The page is made anew all the time, while it is acted on. */
static void
test_storm (void)
{
  g_autofree char *text = NULL;

  load_body (
      "<button onclick=\"this.dataset.hit=1\">Calm</button><div id=r></div><script>let n=0;const "
      "storm=()=>{n++;r.innerHTML=Array.from({length:3000},(_,i)=>`<p class=c${n%7}>Storm "
      "${i}</p>`).join('');requestAnimationFrame(storm);setTimeout(()=>r.setAttribute('data-n',n),"
      "0)};storm()</script>");
  text = look ();
  click (text, "Calm");
  assert_true ("String(document.querySelector('button').dataset.hit==='1')");
}

/* Text that renderers stumble over: it comes whole or cut, in one line. */
static void
test_text (void)
{
  g_autofree char *text = NULL;

  load_body (
      "<p id=a></p><p id=b></p><p id=c></p><button id=d>x</button><script>a.textContent='e'+'"
      "\\u0301'.repeat(100000);b.textContent='w'.repeat(1000000);c.textContent='\\ud83d\\udc68"
      "\\u200d'.repeat(50000);d.textContent='A\\u202eB\\u2066C\\ud800';document.body.append('"
      "\\u202e tail')</script>");
  text = look ();
  g_assert_nonnull (strstr (text, "more characters"));
  g_assert_nonnull (strstr (text, "\\u202e"));
}

int
main (int argc, char *argv[])
{
  int status;

  gtk_test_init (&argc, &argv, NULL);
  dex_init ();
  page = page_case_new (".", 800, 600);
  g_test_add_func ("/page-hostile/many-nodes", test_many_nodes);
  g_test_add_func ("/page-hostile/flat", test_flat);
  g_test_add_func ("/page-hostile/deep", test_deep);
  g_test_add_func ("/page-hostile/deep-lists", test_deep_lists);
  g_test_add_func ("/page-hostile/frames", test_frames);
  g_test_add_func ("/page-hostile/long-values", test_long_values);
  g_test_add_func ("/page-hostile/spoofs", test_spoofs);
  g_test_add_func ("/page-hostile/clobbered", test_clobbered);
  g_test_add_func ("/page-hostile/storm", test_storm);
  g_test_add_func ("/page-hostile/text", test_text);
  status = g_test_run ();
  page_case_free (page);
  return status;
}
