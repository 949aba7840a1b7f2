/* annex-page-tool-turn.c
 *
 * One call at the wheel: judging, marking, acting, and the result. Everything that a page said
 * stands in a frame.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-tool-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-site-policy.h"
#include "annex-web-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_TITLE_CHARS 200
#define MAX_ADDRESS_CHARS 2000

const char *
annex_page_turn_get_string (AnnexPageTurn *turn, const char *name, GError **error)
{
  const char *value = annex_json_opt_string (turn->call->input, name, NULL);

  if (value == NULL || value[0] == '\0')
    {
      g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                   "%s needs “%s”, a text.", turn->call->name, name);
      return NULL;
    }
  return value;
}

void
annex_page_turn_show (AnnexPageTurn *turn, const char *activity)
{
  annex_browser_pane_set_activity (turn->pane, activity);
}

gboolean
annex_page_turn_may_look (AnnexPageTurn *turn, GError **error)
{
  if (annex_browser_pane_may_look (turn->pane, turn->tab))
    return TRUE;
  g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                       "The page in front was opened by the user for themselves and not handed "
                       "over. Open another with page_open, or change to one of yours with "
                       "page_tabs.");
  return FALSE;
}

char *
annex_page_turn_dup_host (AnnexPageTurn *turn)
{
  const char *address = turn->tab != NULL ? annex_browser_tab_get_page_uri (turn->tab) : "";
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);

  return g_strdup (uri != NULL && g_uri_get_host (uri) != NULL ? g_uri_get_host (uri) : "");
}

/* ---- results */

static void
append_line (GString *text, const char *label, const char *value, gsize max_chars)
{
  g_autofree char *clean = annex_web_text_clean (value, max_chars, NULL);

  if (clean[0] != '\0')
    g_string_append_printf (text, "%s: %s\n", label, g_strdelimit (clean, "\n\t", ' '));
}

AnnexBlock *
annex_page_turn_result (AnnexPageTurn *turn, const char *text, GBytes *picture)
{
  g_autoptr (GString) whole = g_string_new (turn->notes->str);
  g_autoptr (GPtrArray) content =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  g_autofree char *clean = annex_web_text_clean (
      text, ANNEX_PAGE_RESULT_MAX_CHARS,
      "see a part of it with page_snapshot {target} or {depth}, or look for something with "
      "page_find");
  g_autofree char *framed = NULL;

  if (turn->tab != NULL && annex_browser_pane_may_look (turn->pane, turn->tab))
    {
      append_line (whole, "Page", annex_browser_tab_get_title (turn->tab), MAX_TITLE_CHARS);
      append_line (whole, "Address", annex_browser_tab_get_page_uri (turn->tab), MAX_ADDRESS_CHARS);
    }
  g_string_append (whole, clean);
  framed = annex_web_text_frame ("page content", whole->str);
  g_ptr_array_add (content, annex_block_new_text (framed));
  if (picture != NULL)
    g_ptr_array_add (content, annex_block_new_image ("image/png", picture));
  return annex_block_new_tool_result (turn->call->id, content, FALSE);
}

char *
annex_page_turn_dup_dialog (AnnexPageTurn *turn)
{
  const AnnexBrowserDialog *dialog =
      turn->tab != NULL ? annex_browser_tab_get_dialog (turn->tab) : NULL;
  const char *kind = "";

  if (dialog == NULL)
    return NULL;
  switch (dialog->kind)
    {
    case ANNEX_DIALOG_ALERT:
      kind = "A message of the page is open; answer it with page_dialog";
      break;
    case ANNEX_DIALOG_CONFIRM:
      kind = "The page asks for OK or Cancel; answer it with page_dialog";
      break;
    case ANNEX_DIALOG_PROMPT:
      kind = "The page asks for a text; answer it with page_dialog";
      break;
    case ANNEX_DIALOG_BEFORE_UNLOAD:
      kind = "The page asks whether to leave it; answer it with page_dialog";
      break;
    case ANNEX_DIALOG_FILES:
      kind = "The page waits for files; choose them with page_upload, or cancel with page_dialog";
      break;
    case ANNEX_DIALOG_PERMISSION:
      kind = "The page wants a permission that only the user gives; refuse it with page_dialog";
      break;
    case ANNEX_DIALOG_SIGN_IN:
      kind = "The site wants a user name and a password, which only the user gives";
      break;
    }
  return g_strdup_printf ("%s. It says: %s", kind, dialog->message != NULL ? dialog->message : "");
}

/* ---- looking */

AnnexPageAnswer *
annex_page_turn_look (AnnexPageTurn *turn, const char *command, JsonObject *args, GError **error)
{
  return dex_await_boxed (
      annex_page_run (annex_browser_tab_get_page (turn->tab), command, args, 0, turn->call->cancel),
      error);
}

AnnexBlock *
annex_page_turn_arrive (AnnexPageTurn *turn, GError **error)
{
  g_autoptr (JsonObject) none = json_object_new ();
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autofree char *dialog = NULL;
  const GError *failure;

  g_set_object (&turn->tab, annex_browser_pane_get_selected (turn->pane));
  if (turn->tab != NULL && annex_browser_tab_take_ended (turn->tab))
    g_string_append (turn->notes, "The page before did not let itself be left, and was ended.\n");
  /* Not every way to it was one of the agent's own steps. */
  if (turn->tab != NULL && !annex_page_turn_may_look (turn, error))
    return NULL;
  if (!annex_page_turn_take_downloads (turn, error))
    return NULL;
  failure = turn->tab != NULL ? annex_browser_tab_get_failure (turn->tab) : NULL;
  if (g_error_matches (failure, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CRASHED))
    {
      g_propagate_error (error, g_error_copy (failure));
      return NULL;
    }
  dialog = annex_page_turn_dup_dialog (turn);
  if (dialog != NULL)
    return annex_page_turn_result (turn, dialog, NULL);
  if (turn->tab == NULL)
    return annex_page_turn_result (turn, "No page is open.", NULL);
  answer = annex_page_turn_look (turn, "snapshot", none, error);
  return answer != NULL ? annex_page_turn_result (turn, answer->text, NULL) : NULL;
}

/* ---- judging */

static JsonObject *
make_target (const char *target)
{
  return target != NULL ? annex_json_build ("s", "target", target, NULL) : json_object_new ();
}

/* What only the user may do on @host, in words. (transfer full) */
static char *
describe_own_part (AnnexActionKind kind, const char *host)
{
  switch (kind)
    {
    case ANNEX_ACTION_PASSWORD:
      return g_strdup_printf (_ ("%s asks for a password or a code. Annex never types one."), host);
    case ANNEX_ACTION_CARD:
      return g_strdup_printf (_ ("%s asks for a card number. Annex never types one."), host);
    case ANNEX_ACTION_CAPTCHA:
      return g_strdup_printf (
          _ ("%s wants to know whether you are human. Annex does not answer that."), host);
    case ANNEX_ACTION_NOTHING:
    case ANNEX_ACTION_PAY:
    case ANNEX_ACTION_BUY:
    case ANNEX_ACTION_SIGN_UP:
    case ANNEX_ACTION_SEND:
    case ANNEX_ACTION_DELETE:
    case ANNEX_ACTION_ACCEPT_TERMS:
    case ANNEX_ACTION_PERSONAL_DATA:
      break;
    }
  return g_strdup_printf (_ ("%s wants something that Annex does not do."), host);
}

static gboolean
is_same_text (JsonObject *a, JsonObject *b, const char *name)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_str_equal (annex_json_opt_string (a, name, ""), annex_json_opt_string (b, name, ""));
}

/* The user said yes to what they were shown: not to what the page has made of it meanwhile. */
static gboolean
check_unchanged (AnnexPageTurn *turn, const char *target, JsonObject *before, GError **error)
{
  static const char *const texts[] = { "url", "role", "name", "type", "field", "link" };
  static const char *const form_texts[] = { "action", "method" };
  g_autoptr (JsonObject) args = make_target (target);
  g_autoptr (AnnexPageAnswer) answer = annex_page_turn_look (turn, "inspect", args, error);
  JsonObject *now = answer != NULL ? answer->detail : NULL;
  gboolean same = now != NULL;

  if (answer == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (texts) && same; i++)
    same = is_same_text (before, now, texts[i]);
  for (guint i = 0; i < G_N_ELEMENTS (form_texts) && same; i++)
    same = is_same_text (annex_json_opt_object (before, "form"),
                         annex_json_opt_object (now, "form"), form_texts[i]);
  if (!same)
    g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_STALE,
                         "The page has changed this while the user was asked about it, so it was "
                         "not done. Take a page_snapshot and see what it is now.");
  return same;
}

gboolean
annex_page_turn_judge (AnnexPageTurn *turn,
                       const char *command,
                       const char *const *targets,
                       gboolean *by_user,
                       GError **error)
{
  g_autoptr (JsonObject) to_ask = NULL;
  const char *asked = NULL; /* its target */
  g_autofree char *doing = NULL;
  g_autofree char *host = annex_page_turn_dup_host (turn);
  g_autofree char *own_part = NULL;
  guint i = 0;

  *by_user = FALSE;
  do
    {
      const char *target = targets != NULL ? targets[i] : NULL;
      g_autoptr (JsonObject) args = make_target (target);
      g_autoptr (AnnexPageAnswer) inspected = NULL;
      AnnexActionKind kind = ANNEX_ACTION_NOTHING;

      inspected = annex_page_turn_look (turn, "inspect", args, error);
      if (inspected == NULL)
        return FALSE;
      switch (annex_site_policy_judge_action (command, inspected->detail, &kind))
        {
        case ANNEX_ACTION_FREE:
          break;
        case ANNEX_ACTION_ASK:
          if (to_ask == NULL && inspected->detail != NULL)
            {
              to_ask = json_object_ref (inspected->detail);
              asked = target;
            }
          break;
        case ANNEX_ACTION_NEVER:
          own_part = describe_own_part (kind, host);
          *by_user = annex_page_turn_leave_to_user (turn, own_part, error);
          return *by_user;
        }
  } while (targets != NULL && targets[i] != NULL && targets[++i] != NULL);
  if (targets != NULL && targets[0] != NULL)
    {
      g_autoptr (JsonObject) args = make_target (targets[0]);
      g_autoptr (GError) unmarked = NULL;
      g_autoptr (AnnexPageAnswer) marked = annex_page_turn_look (turn, "mark", args, &unmarked);

      /* The ring is for the user's eyes; the action itself says what is wrong. */
      if (marked == NULL)
        g_debug ("Not marked: %s", unmarked->message);
    }
  if (to_ask == NULL)
    return TRUE;
  /* The user sees what it is about: the ring is around it. */
  doing = g_strdup (annex_browser_pane_get_activity (turn->pane));
  annex_page_turn_show (turn, _ ("Annex waits for your answer"));
  if (!dex_await (annex_browser_pane_ask_action (turn->pane, turn->tab, command, to_ask,
                                                 turn->call->id, turn->call->cancel),
                  error))
    return FALSE;
  annex_page_turn_show (turn, doing);
  return check_unchanged (turn, asked, to_ask, error);
}

/* ---- acting */

static void
dialog_cb (AnnexBrowserTab *tab, GParamSpec *pspec, DexPromise *opened)
{
  if (annex_browser_tab_get_dialog (tab) != NULL && dex_future_is_pending (DEX_FUTURE (opened)))
    dex_promise_resolve_boolean (opened, TRUE);
}

/* The page's answer, or NULL without an error when a dialog came first: its scripts stand still
 * then, and the answer with them. */
static AnnexPageAnswer *
run_until_dialog (AnnexPageTurn *turn, const char *command, JsonObject *args, GError **error)
{
  g_autoptr (DexPromise) opened = dex_promise_new ();
  g_autoptr (DexFuture) ran = annex_future_keep (annex_page_run (
      annex_browser_tab_get_page (turn->tab), command, args, 0, turn->call->cancel));
  gulong handler = g_signal_connect_data (turn->tab, "notify::dialog", G_CALLBACK (dialog_cb),
                                          dex_ref (opened), (GClosureNotify) dex_unref, 0);
  g_autoptr (GError) failure = NULL;
  gboolean ok = dex_await (dex_future_first (dex_ref (ran), dex_ref (opened), NULL), &failure);

  g_signal_handler_disconnect (turn->tab, handler);
  if (ok && dex_future_is_pending (ran))
    return NULL;
  if (!ok && annex_browser_tab_get_dialog (turn->tab) != NULL)
    return NULL;
  if (!ok)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return dex_await_boxed (dex_ref (ran), error);
}

/* The events of an action are made by script, and WebKit takes none of them for a person's: what
 * they open would not come. Meanwhile the page may open windows, as it may while a person clicks;
 * the setting is of all tabs, so the pane asks for the tab. */
static void
let_open (AnnexBrowserTab *tab, WebKitSettings *settings, gboolean may_open)
{
  annex_browser_tab_set_may_open (tab, may_open);
  webkit_settings_set_javascript_can_open_windows_automatically (settings, may_open);
}

/* What it opened came to the front, and is waited for too. */
static gboolean
settle (AnnexPageTurn *turn, AnnexBrowserTab *tab, GError **error)
{
  AnnexBrowserTab *opened;

  if (!dex_await (annex_browser_pane_settle (turn->pane, tab, turn->call->id, turn->call->cancel),
                  error))
    return FALSE;
  opened = annex_browser_pane_get_selected (turn->pane);
  return opened == NULL || opened == tab ||
         dex_await (
             annex_browser_pane_settle (turn->pane, opened, turn->call->id, turn->call->cancel),
             error);
}

static AnnexBlock *
act (AnnexPageTurn *turn, const char *command, JsonObject *args, gboolean opens, GError **error)
{
  g_autofree char *before = g_strdup (annex_browser_tab_get_page_uri (turn->tab));
  g_autoptr (AnnexBrowserTab) tab = g_object_ref (turn->tab);
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autoptr (GError) failure = NULL;
  WebKitWebView *view = opens ? annex_browser_tab_get_view (tab) : NULL;
  /* The tab may be closed by what is done. */
  g_autoptr (WebKitSettings) settings =
      view != NULL ? g_object_ref (webkit_web_view_get_settings (view)) : NULL;

  if (settings != NULL)
    let_open (tab, settings, TRUE);
  answer = run_until_dialog (turn, command, args, &failure);
  if (settings != NULL)
    let_open (tab, settings, FALSE);
  if (failure != NULL &&
      !g_error_matches (failure, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_STALE) &&
      !g_error_matches (failure, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_TIMED_OUT))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  if (!settle (turn, tab, error))
    return NULL;
  /* A page that went away in the middle of an action takes its answer with it. */
  if (failure != NULL && tab == annex_browser_pane_get_selected (turn->pane) &&
      g_strcmp0 (before, annex_browser_tab_get_page_uri (tab)) == 0)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  if (answer == NULL || tab != annex_browser_pane_get_selected (turn->pane) ||
      annex_browser_tab_get_dialog (tab) != NULL ||
      g_strcmp0 (before, annex_browser_tab_get_page_uri (tab)) != 0)
    return annex_page_turn_arrive (turn, error);
  if (!annex_page_turn_take_downloads (turn, error))
    return NULL;
  return annex_page_turn_result (turn, answer->text, NULL);
}

AnnexBlock *
annex_page_turn_act (AnnexPageTurn *turn, const char *command, JsonObject *args, GError **error)
{
  return act (turn, command, args, TRUE, error);
}

AnnexBlock *
annex_page_turn_watch (AnnexPageTurn *turn, const char *command, JsonObject *args, GError **error)
{
  return act (turn, command, args, FALSE, error);
}

/* ---- what only the user does */

#define PART_DONE "Done"

static void
driver_cb (AnnexBrowserPane *pane, GParamSpec *pspec, DexPromise *handed_back)
{
  gboolean *drove = g_object_get_data (G_OBJECT (pane), "annex-user-drove");

  if (annex_browser_pane_get_driver (pane) == ANNEX_DRIVER_USER)
    *drove = TRUE;
  else if (*drove && dex_future_is_pending (DEX_FUTURE (handed_back)))
    dex_promise_reject (handed_back,
                        g_error_new_literal (ANNEX_ASK_ERROR, ANNEX_ASK_ERROR_SETTLED, PART_DONE));
}

gboolean
annex_page_turn_leave_to_user (AnnexPageTurn *turn, const char *what, GError **error)
{
  static const char skip[] = "Go on without it";
  /* Translators: %s is a sentence that says what the page wants */
  g_autofree char *question =
      g_strdup_printf (_ ("%s Please take over the browser, do it yourself, and hand back."), what);
  g_autoptr (DexPromise) handed_back = dex_promise_new ();
  gboolean drove = annex_browser_pane_get_driver (turn->pane) == ANNEX_DRIVER_USER;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) failure = NULL;
  gulong handler;

  annex_page_turn_show (turn, _ ("Annex waits for you to do this part"));
  g_object_set_data (G_OBJECT (turn->pane), "annex-user-drove", &drove);
  handler = g_signal_connect_data (turn->pane, "notify::driver", G_CALLBACK (driver_cb),
                                   dex_ref (handed_back), (GClosureNotify) dex_unref, 0);
  answer = dex_await_boxed (
      annex_browser_pane_ask (
          turn->pane,
          annex_ask_new_consent (annex_task_get_id (annex_browser_pane_get_task (turn->pane)),
                                 ANNEX_ASK_YOUR_PART, question, PART_DONE, skip),
          turn->call->id, DEX_FUTURE (handed_back)),
      &failure);
  g_signal_handler_disconnect (turn->pane, handler);
  g_object_set_data (G_OBJECT (turn->pane), "annex-user-drove", NULL);
  annex_page_forget (annex_browser_tab_get_page (turn->tab));
  if (dex_future_is_rejected (DEX_FUTURE (handed_back)) ||
      (answer != NULL &&
       g_strcmp0 (annex_json_opt_string (answer, "consent", NULL), PART_DONE) == 0))
    {
      g_string_append (turn->notes, "The user has done this part themselves in the browser. What "
                                    "you wanted to do here was not done.\n");
      return TRUE;
    }
  if (answer == NULL && g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                 "This page %s, and the user did not do it either. Go on without, or call done and "
                 "say so.",
                 what);
  return FALSE;
}
