/* annex-page-tool-act.c
 *
 * The tools that do something on a page: page_click, page_type, page_fill, page_select, page_press,
 * page_hover, page_drag, page_scroll, page_dialog.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-tool-private.h"

#include "annex-json-build.h"
#include "annex-site-words.h"

#include <glib/gi18n.h>

#define TARGET "{\"type\":\"string\",\"description\":\"A reference such as e12\"}"

/* Judges, and acts unless the user did it instead. */
static AnnexBlock *
judge_and_act (AnnexPageTurn *turn, const char *command, const char *const *targets, GError **error)
{
  gboolean by_user;

  if (!annex_page_turn_judge (turn, command, targets, &by_user, error))
    return NULL;
  if (by_user)
    return annex_page_turn_arrive (turn, error);
  return annex_page_turn_act (turn, command, turn->call->input, error);
}

static AnnexBlock *
act_on_target (AnnexPageTurn *turn, const char *command, GError **error)
{
  const char *const targets[] = { annex_page_turn_get_string (turn, "target", error), NULL };

  return targets[0] != NULL ? judge_and_act (turn, command, targets, error) : NULL;
}

static AnnexBlock *
page_click (AnnexPageTurn *turn, GError **error)
{
  return act_on_target (turn, "click", error);
}

const AnnexPageToolSpec annex_page_tool_click = {
  "page_click",
  "Click an element, or a piece of text inside it. Answers with what changed.",
  "{\"type\":\"object\",\"properties\":{\"target\":" TARGET
  ",\"text\":{\"type\":\"string\",\"description\":\"A piece of text inside the target to click "
  "on\"},\"button\":{\"type\":\"string\",\"enum\":[\"left\",\"right\",\"middle\"]},\"double\":{"
  "\"type\":\"boolean\"}},\"required\":[\"target\"]}",
  N_ ("Annex is clicking"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_click,
};

/* Typing may send the form with the key at its end; that is judged as such. */
static AnnexBlock *
page_type (AnnexPageTurn *turn, GError **error)
{
  const char *const targets[] = { annex_page_turn_get_string (turn, "target", error), NULL };
  gboolean submit = annex_json_opt_boolean (turn->call->input, "submit", FALSE);
  g_autoptr (JsonObject) enter = NULL;
  g_autoptr (AnnexBlock) typed = NULL;
  gboolean by_user;

  if (targets[0] == NULL)
    return NULL;
  if (!submit)
    return judge_and_act (turn, "type", targets, error);
  json_object_remove_member (turn->call->input, "submit");
  typed = judge_and_act (turn, "type", targets, error);
  if (typed == NULL)
    return NULL;
  g_string_truncate (turn->notes, 0);
  if (!annex_page_turn_judge (turn, "press", targets, &by_user, error))
    {
      g_prefix_error (error, "The text was typed, and not sent: ");
      return NULL;
    }
  if (by_user)
    return annex_page_turn_arrive (turn, error);
  enter = annex_json_build ("s", "key", "Enter", "s", "target", targets[0], NULL);
  return annex_page_turn_act (turn, "press", enter, error);
}

const AnnexPageToolSpec annex_page_tool_type = {
  "page_type",
  "Type at the end of a field, key by key; with submit, press Enter after it.",
  "{\"type\":\"object\",\"properties\":{\"target\":" TARGET
  ",\"text\":{\"type\":\"string\"},\"submit\":{\"type\":\"boolean\"}},\"required\":[\"target\","
  "\"text\"]}",
  N_ ("Annex is typing"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_type,
};

static AnnexBlock *
page_fill (AnnexPageTurn *turn, GError **error)
{
  JsonArray *fields = annex_json_opt_array (turn->call->input, "fields");
  g_autoptr (GPtrArray) targets = g_ptr_array_new ();

  for (guint i = 0; fields != NULL && i < json_array_get_length (fields); i++)
    {
      JsonNode *node = json_array_get_element (fields, i);
      const char *target = JSON_NODE_HOLDS_OBJECT (node)
                               ? annex_json_opt_string (json_node_get_object (node), "target", NULL)
                               : NULL;

      if (target == NULL || i >= 200)
        {
          g_ptr_array_set_size (targets, 0);
          break;
        }
      g_ptr_array_add (targets, (char *) target);
    }
  if (targets->len == 0)
    {
      g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                           "page_fill needs “fields”, a list of {target, value}.");
      return NULL;
    }
  g_ptr_array_add (targets, NULL);
  return judge_and_act (turn, "fill", (const char *const *) targets->pdata, error);
}

const AnnexPageToolSpec annex_page_tool_fill = {
  "page_fill",
  "Set several fields of a form at once, each to a value that replaces the old one: text, true or "
  "false for a box, the label of an option, ISO 8601 for dates and times.",
  "{\"type\":\"object\",\"properties\":{\"fields\":{\"type\":\"array\",\"minItems\":1,\"items\":{"
  "\"type\":\"object\",\"properties\":{\"target\":" TARGET
  ",\"value\":{\"type\":[\"string\",\"boolean\",\"number\",\"array\"],\"items\":{\"type\":"
  "\"string\"}}},\"required\":[\"target\",\"value\"]}}},\"required\":[\"fields\"]}",
  N_ ("Annex is filling in the form"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_fill,
};

static AnnexBlock *
page_select (AnnexPageTurn *turn, GError **error)
{
  return act_on_target (turn, "select", error);
}

const AnnexPageToolSpec annex_page_tool_select = {
  "page_select",
  "Choose one option of a list, or several where it takes several, by their labels.",
  "{\"type\":\"object\",\"properties\":{\"target\":" TARGET
  ",\"values\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},\"required\":[\"target\","
  "\"values\"]}",
  N_ ("Annex is choosing from a list"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_select,
};

/* Keys that move about and close, wherever the focus is. */
static gboolean
is_harmless_key (const char *key)
{
  static const char *const keys[] = { "ArrowDown", "ArrowLeft", "ArrowRight", "ArrowUp",
                                      "End",       "Escape",    "Home",       "PageDown",
                                      "PageUp",    "Shift+Tab", "Tab",        NULL };

  return g_strv_contains (keys, key);
}

static AnnexBlock *
page_press (AnnexPageTurn *turn, GError **error)
{
  const char *key = annex_page_turn_get_string (turn, "key", error);

  if (key == NULL)
    return NULL;
  if (is_harmless_key (key))
    return annex_page_turn_act (turn, "press", turn->call->input, error);
  return judge_and_act (turn, "press", NULL, error);
}

const AnnexPageToolSpec annex_page_tool_press = {
  "page_press",
  "Press a key where the focus is, such as Enter, Escape, Tab, ArrowDown, Control+a.",
  "{\"type\":\"object\",\"properties\":{\"key\":{\"type\":\"string\",\"description\":\"A name of "
  "KeyboardEvent.key, modifiers before it with +\"}},\"required\":[\"key\"]}",
  N_ ("Annex is pressing a key"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_press,
};

static AnnexBlock *
page_hover (AnnexPageTurn *turn, GError **error)
{
  return act_on_target (turn, "hover", error);
}

const AnnexPageToolSpec annex_page_tool_hover = {
  "page_hover",
  "Put the pointer over an element, to open what opens then.",
  "{\"type\":\"object\",\"properties\":{\"target\":" TARGET "},\"required\":[\"target\"]}",
  N_ ("Annex is pointing at something"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_hover,
};

static AnnexBlock *
page_drag (AnnexPageTurn *turn, GError **error)
{
  const char *from = annex_page_turn_get_string (turn, "from", error);
  const char *to = annex_json_opt_string (turn->call->input, "to", NULL);
  const char *const targets[] = { from, to, NULL };

  return from != NULL ? judge_and_act (turn, "drag", targets, error) : NULL;
}

const AnnexPageToolSpec annex_page_tool_drag = {
  "page_drag",
  "Drag an element to another, or by an offset in CSS pixels.",
  "{\"type\":\"object\",\"properties\":{\"from\":" TARGET ",\"to\":" TARGET
  ",\"place\":{\"type\":\"string\",\"enum\":[\"before\",\"onto\",\"after\"]},\"offset\":{\"type\":"
  "\"object\",\"properties\":{\"x\":{\"type\":\"number\"},\"y\":{\"type\":\"number\"}}}},"
  "\"required\":[\"from\"]}",
  N_ ("Annex is dragging something"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_drag,
};

static AnnexBlock *
page_scroll (AnnexPageTurn *turn, GError **error)
{
  return annex_page_turn_watch (turn, "scroll", turn->call->input, error);
}

const AnnexPageToolSpec annex_page_tool_scroll = {
  "page_scroll",
  "Scroll the page, or the target, by about a screen or so many. What is folded is found without "
  "scrolling by page_find and page_snapshot; scroll where more is loaded by it.",
  "{\"type\":\"object\",\"properties\":{\"target\":" TARGET
  ",\"direction\":{\"type\":\"string\",\"enum\":[\"up\",\"down\",\"left\",\"right\"]},\"pages\":{"
  "\"type\":\"number\"}},\"required\":[\"direction\"]}",
  N_ ("Annex is scrolling"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE,
  page_scroll,
};

/* To say yes to "Delete it?" is to delete it. */
static gboolean
judge_dialog (AnnexPageTurn *turn, const AnnexBrowserDialog *dialog, GError **error)
{
  guint serial = dialog->serial;
  g_autoptr (JsonObject) inspect = annex_json_build (
      "s", "name", dialog->message, "s", "url", annex_browser_tab_get_page_uri (turn->tab), NULL);
  g_auto (GStrv) words = annex_site_words_find (dialog->message);
  JsonArray *list = json_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    json_array_add_string_element (list, words[i]);
  json_object_set_array_member (inspect, "words", list);
  if (!dex_await (annex_browser_pane_ask_action (turn->pane, turn->tab, "dialog", inspect,
                                                 turn->call->id, turn->call->cancel),
                  error))
    return FALSE;
  /* The user may have answered it in the page, and the page have opened another. */
  dialog = annex_browser_tab_get_dialog (turn->tab);
  if (dialog != NULL && dialog->serial == serial &&
      annex_browser_pane_get_driver (turn->pane) != ANNEX_DRIVER_USER)
    return TRUE;
  g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_STALE,
                       "The dialog was closed while the user was asked about it, so it was not "
                       "answered. Take a page_snapshot and see what there is now.");
  return FALSE;
}

static AnnexBlock *
page_dialog (AnnexPageTurn *turn, GError **error)
{
  const AnnexBrowserDialog *dialog = annex_browser_tab_get_dialog (turn->tab);
  gboolean accept = annex_json_opt_boolean (turn->call->input, "accept", FALSE);
  g_autoptr (JsonObject) pause = NULL;

  if (!json_object_has_member (turn->call->input, "accept"))
    {
      g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                           "page_dialog needs “accept”, true or false.");
      return NULL;
    }
  if (dialog != NULL && accept &&
      (dialog->kind == ANNEX_DIALOG_PERMISSION || dialog->kind == ANNEX_DIALOG_SIGN_IN))
    {
      g_autofree char *host = annex_page_turn_dup_host (turn);
      g_autofree char *what =
          dialog->kind == ANNEX_DIALOG_SIGN_IN
              ? g_strdup_printf (_ ("%s wants a user name and a password."), host)
              : g_strdup_printf (_ ("%s wants a permission that only you give."), host);

      if (!annex_page_turn_leave_to_user (turn, what, error))
        return NULL;
      return annex_page_turn_arrive (turn, error);
    }
  if (dialog != NULL && accept &&
      (dialog->kind == ANNEX_DIALOG_CONFIRM || dialog->kind == ANNEX_DIALOG_PROMPT) &&
      !judge_dialog (turn, dialog, error))
    return NULL;
  if (!annex_browser_tab_answer_dialog (
          turn->tab, accept, annex_json_opt_string (turn->call->input, "text", NULL), error))
    return NULL;
  pause = annex_json_build ("d", "time_s", 0.1, NULL);
  return annex_page_turn_act (turn, "wait", pause, error);
}

const AnnexPageToolSpec annex_page_tool_dialog = {
  "page_dialog",
  "Answer the dialog that the page has open: OK or Cancel, with the text a prompt asks for.",
  "{\"type\":\"object\",\"properties\":{\"accept\":{\"type\":\"boolean\"},\"text\":{\"type\":"
  "\"string\"}},\"required\":[\"accept\"]}",
  N_ ("Annex is answering the page"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE | ANNEX_PAGE_TOOL_WITH_DIALOG,
  page_dialog,
};
