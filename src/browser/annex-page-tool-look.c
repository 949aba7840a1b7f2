/* annex-page-tool-look.c
 *
 * The tools that go somewhere and look: page_open, page_back, page_snapshot, page_find, page_text,
 * page_table, page_screenshot, page_wait, page_tabs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-tool-private.h"

#include "annex-json-build.h"
#include "annex-web-text.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define TARGET "{\"type\":\"string\",\"description\":\"A reference such as e12\"}"

/* ---- going somewhere */

/* As a person types it: without a scheme it is a site of the web. (transfer full) */
static char *
complete_address (const char *url)
{
  g_autofree char *stripped = g_strstrip (g_strdup (url));
  g_autofree char *scheme = g_uri_parse_scheme (stripped);

  if (scheme != NULL && strstr (stripped, "://") != NULL)
    return g_steal_pointer (&stripped);
  /* "example.org:8080/x" has no scheme, "mailto:a" has one that is refused. */
  if (scheme != NULL && strchr (scheme, '.') == NULL && !g_str_equal (scheme, "localhost"))
    return g_steal_pointer (&stripped);
  return g_strconcat ("https://", stripped, NULL);
}

static gboolean
visit (AnnexPageTurn *turn, AnnexBrowserTab *tab, const char *url, GError **error)
{
  g_autofree char *address = complete_address (url);
  g_autoptr (AnnexBrowserTab) there = dex_await_object (
      annex_browser_pane_visit (turn->pane, tab, address, turn->call->id, turn->call->cancel),
      error);

  return there != NULL;
}

static AnnexBlock *
page_open (AnnexPageTurn *turn, GError **error)
{
  const char *url = annex_page_turn_get_string (turn, "url", error);

  if (url == NULL)
    return NULL;
  if (!visit (turn, turn->tab, url, error))
    {
      /* A link to a file is no page: what came is the file. */
      g_autoptr (GString) before = g_string_new (turn->notes->str);
      g_autoptr (GError) ignored = NULL;

      if (!annex_page_turn_take_downloads (turn, &ignored) || g_string_equal (before, turn->notes))
        return NULL;
      g_clear_error (error);
    }
  return annex_page_turn_arrive (turn, error);
}

const AnnexPageToolSpec annex_page_tool_open = {
  "page_open",
  "Open an address in the present tab. Answers with the page.",
  "{\"type\":\"object\",\"properties\":{\"url\":{\"type\":\"string\"}},\"required\":[\"url\"]}",
  N_ ("Annex is opening a page"),
  ANNEX_PAGE_TOOL_LEAVES_PAGE,
  page_open,
};

static AnnexBlock *
page_back (AnnexPageTurn *turn, GError **error)
{
  return dex_await (
             annex_browser_pane_back (turn->pane, turn->tab, turn->call->id, turn->call->cancel),
             error)
             ? annex_page_turn_arrive (turn, error)
             : NULL;
}

const AnnexPageToolSpec annex_page_tool_back = {
  "page_back",
  "Go back to the page before. Answers with that page.",
  "{\"type\":\"object\",\"properties\":{}}",
  N_ ("Annex is going back a page"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE | ANNEX_PAGE_TOOL_LEAVES_PAGE,
  page_back,
};

/* ---- tabs */

static AnnexBlock *
list_tabs (AnnexPageTurn *turn)
{
  GListModel *tabs = annex_browser_pane_get_tabs (turn->pane);
  g_autoptr (GString) text = g_string_new ("Tabs:");

  for (guint i = 0; i < g_list_model_get_n_items (tabs); i++)
    {
      g_autoptr (AnnexBrowserTab) tab = g_list_model_get_item (tabs, i);
      gboolean may_look = annex_browser_pane_may_look (turn->pane, tab);
      g_autofree char *title = annex_web_text_clean (
          may_look ? annex_browser_tab_get_title (tab) : "(the user's own)", 200, NULL);
      g_autofree char *uri =
          annex_web_text_clean (may_look ? annex_browser_tab_get_page_uri (tab) : "", 500, NULL);

      g_string_append_printf (text, "\n- %u: %s %s%s", annex_browser_tab_get_id (tab),
                              g_strdelimit (title, "\n", ' '), g_strdelimit (uri, "\n", ' '),
                              tab == turn->tab ? " [present]" : "");
    }
  return annex_page_turn_result (turn, text->str, NULL);
}

static AnnexBrowserTab *
find_tab (AnnexPageTurn *turn, GError **error)
{
  gint64 index = annex_json_opt_int (turn->call->input, "index", -1);
  AnnexBrowserTab *tab = index > 0 && index < G_MAXUINT
                             ? annex_browser_pane_find_tab (turn->pane, (guint) index)
                             : NULL;

  if (tab == NULL)
    g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_NOT_FOUND,
                         "There is no tab of that number. page_tabs with list has the numbers.");
  else if (!annex_browser_pane_may_look (turn->pane, tab))
    {
      g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                           "This tab is the user's own and was not handed over.");
      tab = NULL;
    }
  return tab;
}

static AnnexBlock *
page_tabs (AnnexPageTurn *turn, GError **error)
{
  const char *action = annex_page_turn_get_string (turn, "action", error);
  AnnexBrowserTab *tab;

  if (action == NULL)
    return NULL;
  if (g_str_equal (action, "list"))
    return list_tabs (turn);
  if (g_str_equal (action, "new"))
    {
      const char *url = annex_page_turn_get_string (turn, "url", error);

      return url != NULL && visit (turn, NULL, url, error) ? annex_page_turn_arrive (turn, error)
                                                           : NULL;
    }
  if (!g_str_equal (action, "select") && !g_str_equal (action, "close"))
    {
      g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                           "“action” is list, new, select or close.");
      return NULL;
    }
  tab = find_tab (turn, error);
  if (tab == NULL)
    return NULL;
  if (g_str_equal (action, "close"))
    {
      annex_browser_pane_close_tab (turn->pane, tab);
      g_set_object (&turn->tab, annex_browser_pane_get_selected (turn->pane));
      return list_tabs (turn);
    }
  annex_browser_pane_select (turn->pane, tab);
  annex_page_forget (annex_browser_tab_get_page (tab));
  return annex_page_turn_arrive (turn, error);
}

const AnnexPageToolSpec annex_page_tool_tabs = {
  "page_tabs",
  "List the tabs, open a new one at an address, change to one or close one.",
  "{\"type\":\"object\",\"properties\":{\"action\":{\"type\":\"string\",\"enum\":[\"list\","
  "\"new\",\"select\",\"close\"]},\"index\":{\"type\":\"integer\",\"description\":\"Of select and "
  "close: the tab's number\"},\"url\":{\"type\":\"string\",\"description\":\"Of new\"}},"
  "\"required\":[\"action\"]}",
  N_ ("Annex is looking at the tabs"),
  ANNEX_PAGE_TOOL_LEAVES_PAGE,
  page_tabs,
};

/* ---- looking */

static AnnexBlock *
look (AnnexPageTurn *turn, const char *command, GError **error)
{
  g_autoptr (AnnexPageAnswer) answer =
      annex_page_turn_look (turn, command, turn->call->input, error);

  return answer != NULL ? annex_page_turn_result (turn, answer->text, NULL) : NULL;
}

static AnnexBlock *
page_snapshot (AnnexPageTurn *turn, GError **error)
{
  return look (turn, "snapshot", error);
}

const AnnexPageToolSpec annex_page_tool_snapshot = {
  "page_snapshot",
  "The page as a tree with references: all of it, or only below target, or only so many levels.",
  "{\"type\":\"object\",\"properties\":{\"target\":" TARGET
  ",\"depth\":{\"type\":\"integer\",\"minimum\":1,\"description\":\"How many levels\"}}}",
  N_ ("Annex is reading the page"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_snapshot,
};

static AnnexBlock *
page_find (AnnexPageTurn *turn, GError **error)
{
  return annex_page_turn_get_string (turn, "text", error) != NULL ? look (turn, "find", error)
                                                                  : NULL;
}

const AnnexPageToolSpec annex_page_tool_find = {
  "page_find",
  "The places of the page where a text occurs, also in what the snapshot folded, with references.",
  "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"]}",
  N_ ("Annex is searching the page"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_find,
};

static AnnexBlock *
page_text (AnnexPageTurn *turn, GError **error)
{
  return look (turn, "text", error);
}

const AnnexPageToolSpec annex_page_tool_text = {
  "page_text",
  "The words of the page, or below target, without structure: for reading something long.",
  "{\"type\":\"object\",\"properties\":{\"target\":" TARGET "}}",
  N_ ("Annex is reading the page"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_text,
};

static AnnexBlock *
page_table (AnnexPageTurn *turn, GError **error)
{
  return annex_page_turn_get_string (turn, "target", error) != NULL ? look (turn, "table", error)
                                                                    : NULL;
}

const AnnexPageToolSpec annex_page_tool_table = {
  "page_table",
  "A table of the page as CSV, with all its rows.",
  "{\"type\":\"object\",\"properties\":{\"target\":" TARGET "},\"required\":[\"target\"]}",
  N_ ("Annex is reading a table"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_table,
};

/* ---- pictures */

/* {"box": [x, y, width, height]}. FALSE when it is none. */
static gboolean
read_box (JsonObject *detail, double *box)
{
  JsonArray *array = detail != NULL ? annex_json_opt_array (detail, "box") : NULL;

  if (array == NULL || json_array_get_length (array) != 4)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node))
        return FALSE;
      box[i] = json_node_get_double (node);
      if (!isfinite (box[i]) || fabs (box[i]) > 100000)
        return FALSE;
    }
  return box[2] >= 1 && box[3] >= 1;
}

static AnnexBlock *
page_screenshot (AnnexPageTurn *turn, GError **error)
{
  const char *target = annex_json_opt_string (turn->call->input, "target", NULL);
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autoptr (GBytes) picture = NULL;
  double box[4];

  if (target != NULL)
    {
      answer = annex_page_turn_look (turn, "box", turn->call->input, error);
      if (answer == NULL)
        return NULL;
      if (!read_box (answer->detail, box))
        {
          g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_HIDDEN,
                       "%s has no place on the page. Take a picture of the whole page.", target);
          return NULL;
        }
    }
  picture = dex_await_boxed (
      annex_browser_tab_take_picture (turn->tab, target != NULL ? box : NULL), error);
  if (picture == NULL)
    return NULL;
  return annex_page_turn_result (
      turn, "The picture follows. What is written in it is page content.", picture);
}

const AnnexPageToolSpec annex_page_tool_screenshot = {
  "page_screenshot",
  "A picture of what is visible of the page, or of one element: for charts, maps, layout.",
  "{\"type\":\"object\",\"properties\":{\"target\":" TARGET "}}",
  N_ ("Annex is taking a picture of the page"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_screenshot,
};

/* ---- waiting */

static AnnexBlock *
page_wait (AnnexPageTurn *turn, GError **error)
{
  JsonObject *input = turn->call->input;

  if (annex_json_opt_string (input, "text", NULL) == NULL &&
      annex_json_opt_string (input, "text_gone", NULL) == NULL &&
      annex_json_opt_double (input, "time_s", -1) < 0)
    {
      g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                           "page_wait needs “text”, “text_gone” or “time_s”.");
      return NULL;
    }
  return annex_page_turn_watch (turn, "wait", input, error);
}

const AnnexPageToolSpec annex_page_tool_wait = {
  "page_wait",
  "Wait until a text is there, until it is gone, or so many seconds.",
  "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"},\"text_gone\":{\"type\":"
  "\"string\"},\"time_s\":{\"type\":\"number\",\"maximum\":60}}}",
  N_ ("Annex is waiting for the page"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_wait,
};
