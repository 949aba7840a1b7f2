/* tool-case.c
 *
 * See tool-case.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tool-case.h"

#include "annex-future.h"

#include <string.h>

static DexFuture *
ask_cb (AnnexAsk *ask, const char *tool_use_id, DexFuture *cancel, gpointer data)
{
  Case *c = data;
  g_autoptr (AnnexAsk) taken = ask;
  gboolean is_site = annex_ask_get_kind (ask) == ANNEX_ASK_SITE;
  JsonObject *answer;
  GError *error = NULL;

  g_ptr_array_add (c->asked, g_strdup (annex_ask_get_text (ask)));
  if (!is_site && c->held != NULL)
    return dex_ref (DEX_FUTURE (c->held));
  if (!is_site && c->drives)
    {
      annex_browser_pane_take_over (c->pane->pane);
      annex_browser_pane_hand_back (c->pane->pane);
      return dex_ref (cancel);
    }
  answer = annex_ask_make_answer (ask, is_site ? "task" : c->given, &error);
  g_assert_no_error (error);
  return dex_future_new_take_boxed (JSON_TYPE_OBJECT, answer);
}

static DexFuture *
read_cb (const char *path, gpointer data)
{
  if (!g_str_has_prefix (path, "/folders/"))
    return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED, "Not there");
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_new_static ("a,b\n1,2\n", 8));
}

static DexFuture *
store_cb (const char *name, const char *host_path, gpointer data)
{
  Case *c = data;

  g_assert_true (g_file_test (host_path, G_FILE_TEST_EXISTS));
  g_ptr_array_add (c->stored, g_strdup (name));
  return dex_future_new_take_string (g_strconcat ("/home/agent/inbox/", name, NULL));
}

static const AnnexBrowserFileFuncs file_funcs = { read_cb, store_cb };

Case *
case_new (const char *html)
{
  Case *c = g_new0 (Case, 1);
  g_autoptr (GError) error = NULL;

  c->pane = pane_fixture_new ();
  c->asked = g_ptr_array_new_with_free_func (g_free);
  c->stored = g_ptr_array_new_with_free_func (g_free);
  pane_fixture_name (c->pane, "site.example");
  pane_fixture_page (c->pane, "site.example/", NULL, html);
  pane_fixture_page (c->pane, "site.example/next", NULL, "<title>Next</title><p>You are there");
  annex_browser_set_ask_func (ANNEX_BROWSER (c->pane->pane), ask_cb, c, NULL);
  annex_browser_set_file_funcs (ANNEX_BROWSER (c->pane->pane), &file_funcs, c, NULL);
  c->tools = annex_browser_create_tools (ANNEX_BROWSER (c->pane->pane));
  pane_run (annex_browser_begin (ANNEX_BROWSER (c->pane->pane), "a test", NULL), &error);
  g_assert_no_error (error);
  return c;
}

void
case_free (Case *c)
{
  annex_browser_end (ANNEX_BROWSER (c->pane->pane));
  annex_browser_set_ask_func (ANNEX_BROWSER (c->pane->pane), NULL, NULL, NULL);
  annex_browser_set_file_funcs (ANNEX_BROWSER (c->pane->pane), NULL, NULL, NULL);
  dex_clear (&c->held);
  g_ptr_array_unref (c->tools);
  g_ptr_array_unref (c->asked);
  g_ptr_array_unref (c->stored);
  pane_fixture_free (c->pane);
  g_free (c);
}
DexFuture *
start_call (Case *c, const char *name, const char *input)
{
  g_autoptr (GError) wrong = NULL;
  g_autoptr (JsonObject) object = annex_json_parse_object (input, -1, &wrong);
  g_autoptr (AnnexToolCall) call = NULL;
  AnnexTool *tool = NULL;

  g_assert_no_error (wrong);
  for (guint i = 0; i < c->tools->len; i++)
    if (g_str_equal (annex_tool_get_name (g_ptr_array_index (c->tools, i)), name))
      tool = g_ptr_array_index (c->tools, i);
  g_assert_nonnull (tool);
  call = annex_tool_call_new ("call", name, object, NULL);
  return annex_tool_call (tool, call);
}

char *
end_call (Case *c, DexFuture *future, GError **error)
{
  AnnexBlock *block;
  JsonArray *content;

  if (!pane_run (dex_ref (future), error))
    return NULL;
  block = g_value_get_boxed (dex_future_get_value (future, NULL));
  g_assert_cmpstr (annex_block_get_tool_use_id (block), ==, "call");
  content = annex_json_opt_array (annex_block_get_json (block), "content");
  c->is_image = json_array_get_length (content) == 2;
  return g_strdup (annex_block_get_text (block));
}

char *
try_call (Case *c, const char *name, const char *input, GError **error)
{
  g_autoptr (DexFuture) future = start_call (c, name, input);

  return end_call (c, future, error);
}

char *
call (Case *c, const char *name, const char *input)
{
  g_autoptr (GError) error = NULL;
  char *text = try_call (c, name, input, &error);

  g_assert_no_error (error);
  return text;
}

void
call_fails (Case *c, const char *name, const char *input, AnnexBrowserError code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = try_call (c, name, input, &error);

  g_assert_null (text);
  g_assert_error (error, ANNEX_BROWSER_ERROR, (int) code);
  if (!g_str_has_prefix (error->message, "[an error with page content"))
    g_assert_null (strchr (error->message, '\n'));
}

char *
reference (const char *text, const char *what)
{
  const char *place = strstr (text, what);
  const char *ref = place != NULL ? strstr (place, "[ref=") : NULL;

  if (ref == NULL)
    g_error ("no “%s” with a reference in:\n%s", what, text);
  return g_strndup (ref + 5, strcspn (ref + 5, "]"));
}

char *
open_page (Case *c)
{
  return call (c, "page_open", "{\"url\":\"http://site.example/\"}");
}

char *
call_on (Case *c, const char *page, const char *name, const char *what, const char *rest)
{
  g_autofree char *ref = reference (page, what);
  g_autofree char *input = g_strdup_printf ("{\"target\":\"%s\"%s}", ref, rest);

  return call (c, name, input);
}

void
has (const char *text, const char *part, gboolean wanted)
{
  if ((strstr (text, part) != NULL) != wanted)
    g_error ("“%s” is %s in:\n%s", part, wanted ? "not" : "", text);
}

const char *
last_asked (Case *c)
{
  g_assert_cmpuint (c->asked->len, >, 0);
  return g_ptr_array_index (c->asked, c->asked->len - 1);
}
