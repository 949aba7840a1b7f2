/* annex-browser-wheel.c
 *
 * See annex-browser-wheel.h: the agent's turns on the pane.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-wheel.h"

#include "annex-action-question.h"
#include "annex-browser-download-private.h"
#include "annex-browser-pane-private.h"
#include "annex-future.h"
#include "annex-site-policy.h"
#include "annex-web-text.h"

/* A navigation that an action began is known by then; its page answered the action before. */
#define BEGINS_MS 200
#define MAX_MESSAGE_CHARS 2000
#define MAX_NAME_CHARS 80

static guint downloads_ms = ANNEX_BROWSER_DOWNLOADS_MS;

G_DEFINE_BOXED_TYPE (AnnexBrowserFile,
                     annex_browser_file,
                     annex_browser_file_copy,
                     annex_browser_file_free)

AnnexBrowserFile *
annex_browser_file_copy (const AnnexBrowserFile *self)
{
  AnnexBrowserFile *copy = g_new0 (AnnexBrowserFile, 1);

  copy->name = g_strdup (self->name);
  copy->path = g_strdup (self->path);
  copy->uri = g_strdup (self->uri);
  copy->size_bytes = self->size_bytes;
  copy->problem = g_strdup (self->problem);
  return copy;
}

void
annex_browser_file_free (AnnexBrowserFile *self)
{
  g_free (self->name);
  g_free (self->path);
  g_free (self->uri);
  g_free (self->problem);
  g_free (self);
}

/* ---------------------------------------------------------------- one call */

typedef struct
{
  AnnexBrowserPane *pane;
  AnnexBrowserTab *tab;
  char *text; /* the activity, or an address */
  char *tool_use_id;
  AnnexTurnFlags flags;
  DexFuture *cancel;
} Turn;

static Turn *
turn_new (AnnexBrowserPane *pane,
          AnnexBrowserTab *tab,
          const char *text,
          const char *tool_use_id,
          DexFuture *cancel)
{
  Turn *turn = g_new0 (Turn, 1);

  turn->pane = g_object_ref (pane);
  turn->tab = tab != NULL ? g_object_ref (tab) : NULL;
  turn->text = g_strdup (text);
  turn->tool_use_id = g_strdup (tool_use_id);
  turn->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return turn;
}

static void
turn_free (gpointer data)
{
  Turn *turn = data;

  g_clear_object (&turn->tab);
  g_object_unref (turn->pane);
  g_free (turn->text);
  g_free (turn->tool_use_id);
  dex_clear (&turn->cancel);
  g_free (turn);
}

/* What the pane has to ask from now on is asked for this call. */
static void
hold_turn (Turn *turn)
{
  AnnexBrowserPane *self = turn->pane;

  g_set_str (&self->turn_id, turn->tool_use_id != NULL ? turn->tool_use_id : "");
  dex_clear (&self->turn_cancel);
  self->turn_cancel = turn->cancel != NULL ? dex_ref (turn->cancel) : NULL;
  annex_browser_pane_ask_questions (self);
}

static void
end_turn (Turn *turn)
{
  g_clear_pointer (&turn->pane->turn_id, g_free);
  dex_clear (&turn->pane->turn_cancel);
}

static DexFuture *
fail (AnnexBrowserError code, const char *sentence)
{
  return annex_future_new_errorf (ANNEX_BROWSER_ERROR, (int) code, "%s", sentence);
}

static DexFuture *
begin_turn_fiber (gpointer data)
{
  Turn *turn = data;
  AnnexBrowserPane *self = turn->pane;
  AnnexBrowserTab *tab;
  const GError *failure;
  gboolean has_driven;
  GError *error = NULL;

  while (self->driver == ANNEX_DRIVER_USER)
    if (!annex_await_cancellable (dex_ref (DEX_FUTURE (self->handed_back)), turn->cancel, &error))
      return annex_future_new_error (error);
  if (self->is_closed)
    return fail (ANNEX_BROWSER_ERROR_NO_DISPLAY, "The browser was closed.");
  if (!dex_await (annex_browser_pane_update_guard (self), &error))
    return annex_future_new_error (error);
  annex_browser_pane_set_activity (self, turn->text);
  tab = self->selected;
  failure = tab != NULL ? annex_browser_tab_get_failure (tab) : NULL;
  if (g_error_matches (failure, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CRASHED) &&
      !(turn->flags & ANNEX_TURN_LEAVES_PAGE))
    return annex_future_new_error (g_error_copy (failure));
  if (tab != NULL && annex_browser_tab_get_dialog (tab) != NULL &&
      !(turn->flags & (ANNEX_TURN_WITH_DIALOG | ANNEX_TURN_LEAVES_PAGE)))
    {
      g_autofree char *dialog = annex_browser_tab_dup_dialog (tab);

      return annex_future_new_errorf (
          ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_DIALOG,
          "A dialog is open and must be answered first with page_dialog: "
          "\"%s\"",
          dialog);
    }
  /* A no is behind us: the page it was said on is there again. */
  if (g_error_matches (failure, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED))
    annex_browser_tab_clear_failure (tab);
  has_driven = self->has_user_driven;
  self->has_user_driven = FALSE;
  return dex_future_new_for_boolean (has_driven);
}

DexFuture *
annex_browser_pane_begin_turn (AnnexBrowserPane *self,
                               const char *activity,
                               AnnexTurnFlags flags,
                               DexFuture *cancel)
{
  Turn *turn;

  dex_return_error_if_fail (ANNEX_IS_BROWSER_PANE (self));
  turn = turn_new (self, NULL, activity, NULL, cancel);
  turn->flags = flags;
  return annex_fiber_run (begin_turn_fiber, turn, turn_free);
}

/* ---------------------------------------------------------------- going somewhere */

/* In a fiber: may the agent go to @uri? Asks where it must. */
static gboolean
ask_for_address (Turn *turn, const char *uri, GError **error)
{
  AnnexBrowserPane *self = turn->pane;
  g_autofree char *site = NULL;
  g_autofree char *reason = g_strdup_printf ("To open %.200s", uri);
  g_autofree char *scheme = NULL;
  g_autofree char *host = NULL;
  guint port;

  switch (annex_site_policy_judge_address (uri, &site))
    {
    case ANNEX_ADDRESS_SITE:
      return annex_browser_pane_allows (self, uri) ||
             annex_browser_pane_ask_site (self, site, reason, error);
    case ANNEX_ADDRESS_LOCAL:
      /* The computer's own pages have a name of their own, and nothing beyond them. */
      if (self->open_port != NULL && annex_site_policy_split_origin (site, &scheme, &host, &port) &&
          g_str_equal (host, ANNEX_COMPUTER_HOST))
        annex_browser_pane_take_address (self, uri);
      if (annex_browser_pane_allows (self, uri))
        return TRUE;
      g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                   "%s is on the user's own computer or in its network. Only the user can open it, "
                   "by hand in the browser pane.",
                   site);
      return FALSE;
    case ANNEX_ADDRESS_EMPTY:
    case ANNEX_ADDRESS_REFUSED:
      break;
    }
  g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
               "“%.200s” is no web page that can be opened: give a whole address with https:// or "
               "http://.",
               uri);
  return FALSE;
}

/* In a fiber. */
static gboolean
load (Turn *turn, GError **error)
{
  annex_browser_tab_drop_dialog (turn->tab);
  annex_browser_tab_load (turn->tab, turn->text);
  return dex_await (annex_browser_tab_wait_settled (turn->tab, 0, turn->cancel), error);
}

static DexFuture *
visit_fiber (gpointer data)
{
  Turn *turn = data;
  AnnexBrowserPane *self = turn->pane;
  GError *error = NULL;

  hold_turn (turn);
  if (!ask_for_address (turn, turn->text, &error) ||
      !dex_await (annex_browser_pane_update_guard (self), &error))
    {
      end_turn (turn);
      return annex_future_new_error (error);
    }
  /* What the user has open for themselves stays open. */
  if (turn->tab != NULL && (!annex_browser_pane_may_look (self, turn->tab) ||
                            annex_browser_pane_mixes (self, turn->tab, turn->text)))
    g_clear_object (&turn->tab);
  if (turn->tab == NULL && self->selected != NULL && self->selected->opener == NULL &&
      annex_browser_tab_get_uri (self->selected)[0] == '\0')
    turn->tab = g_object_ref (self->selected);
  if (turn->tab == NULL)
    turn->tab = dex_await_object (annex_browser_pane_make_tab (self), NULL);
  if (turn->tab == NULL || annex_browser_tab_get_view (turn->tab) == NULL)
    {
      end_turn (turn);
      return fail (ANNEX_BROWSER_ERROR_NOT_FOUND, "That tab is closed.");
    }
  annex_browser_pane_select (self, turn->tab);
  load (turn, &error);
  end_turn (turn);
  return error != NULL ? annex_future_new_error (error)
                       : dex_future_new_take_object (g_object_ref (turn->tab));
}

DexFuture *
annex_browser_pane_visit (AnnexBrowserPane *self,
                          AnnexBrowserTab *tab,
                          const char *uri,
                          const char *tool_use_id,
                          DexFuture *cancel)
{
  dex_return_error_if_fail (ANNEX_IS_BROWSER_PANE (self));
  return annex_fiber_run (visit_fiber, turn_new (self, tab, uri, tool_use_id, cancel), turn_free);
}

static DexFuture *
settle_fiber (gpointer data)
{
  Turn *turn = data;
  AnnexBrowserPane *self = turn->pane;
  GError *error = NULL;

  hold_turn (turn);
  if (annex_await_cancellable (dex_timeout_new_msec (BEGINS_MS), turn->cancel, &error) ||
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      if (turn->tab != NULL)
        dex_await (annex_browser_tab_wait_settled (turn->tab, 0, turn->cancel), &error);
      /* A window that the action opened is in front now. */
      if (error == NULL && self->selected != NULL && self->selected != turn->tab)
        dex_await (annex_browser_tab_wait_settled (self->selected, 0, turn->cancel), &error);
    }
  end_turn (turn);
  return error != NULL ? annex_future_new_error (error) : dex_future_new_true ();
}

DexFuture *
annex_browser_pane_settle (AnnexBrowserPane *self,
                           AnnexBrowserTab *tab,
                           const char *tool_use_id,
                           DexFuture *cancel)
{
  dex_return_error_if_fail (ANNEX_IS_BROWSER_PANE (self));
  return annex_fiber_run (settle_fiber, turn_new (self, tab, NULL, tool_use_id, cancel), turn_free);
}

static DexFuture *
back_fiber (gpointer data)
{
  Turn *turn = data;
  WebKitWebView *view = annex_browser_tab_get_view (turn->tab);
  gboolean has_failed = annex_browser_tab_get_failure (turn->tab) != NULL;
  WebKitBackForwardListItem *item;

  if (view == NULL || (!webkit_web_view_can_go_back (view) && !has_failed))
    return fail (ANNEX_BROWSER_ERROR_NOT_FOUND, "There is no page to go back to in this tab.");
  item = annex_browser_tab_find_back (turn->tab);
  /* WebKit may have kept that page whole, and ask nobody about it. */
  if (item != NULL &&
      !annex_browser_pane_allows (turn->pane, webkit_back_forward_list_item_get_uri (item)))
    return fail (ANNEX_BROWSER_ERROR_REFUSED,
                 "The page before this one is the user's own and was not handed over.");
  annex_browser_tab_drop_dialog (turn->tab);
  annex_browser_tab_go_back (turn->tab);
  return annex_browser_pane_settle (turn->pane, turn->tab, turn->tool_use_id, turn->cancel);
}

DexFuture *
annex_browser_pane_back (AnnexBrowserPane *self,
                         AnnexBrowserTab *tab,
                         const char *tool_use_id,
                         DexFuture *cancel)
{
  dex_return_error_if_fail (ANNEX_IS_BROWSER_PANE (self));
  dex_return_error_if_fail (ANNEX_IS_BROWSER_TAB (tab));
  return annex_fiber_run (back_fiber, turn_new (self, tab, NULL, tool_use_id, cancel), turn_free);
}

/* ---------------------------------------------------------------- sensitive actions */

static const char *
describe_never (AnnexActionKind kind)
{
  if (kind == ANNEX_ACTION_CAPTCHA)
    return "This is a test that only a person may take. Ask the user to take over in the browser "
           "pane.";
  if (kind == ANNEX_ACTION_CARD)
    return "Card numbers are typed by the user only. Ask the user to take over in the browser "
           "pane.";
  return "Passwords and codes are typed by the user only. Ask the user to take over in the browser "
         "pane.";
}

static const char *
describe_action (AnnexActionKind kind)
{
  switch (kind)
    {
    case ANNEX_ACTION_PAY:
      return "pay";
    case ANNEX_ACTION_BUY:
      return "buy or order";
    case ANNEX_ACTION_SIGN_UP:
      return "create an account";
    case ANNEX_ACTION_SEND:
      return "send or publish";
    case ANNEX_ACTION_DELETE:
      return "delete something";
    case ANNEX_ACTION_ACCEPT_TERMS:
      return "accept terms";
    case ANNEX_ACTION_PERSONAL_DATA:
      return "enter or send personal data";
    case ANNEX_ACTION_NOTHING:
    case ANNEX_ACTION_CAPTCHA:
    case ANNEX_ACTION_PASSWORD:
    case ANNEX_ACTION_CARD:
      break;
    }
  return "use this control";
}

typedef struct
{
  Turn *turn;
  AnnexActionKind kind;
  char *place; /* the address of the element's own page */
  char *name;
} Action;

static void
action_free (gpointer data)
{
  Action *action = data;

  turn_free (action->turn);
  g_free (action->place);
  g_free (action->name);
  g_free (action);
}

/* What the page calls the element, in one short line. */
static char *
dup_name (JsonObject *inspect)
{
  const char *name = inspect != NULL ? annex_json_opt_string (inspect, "name", "") : "";
  g_autofree char *clean = annex_web_text_clean (name, MAX_MESSAGE_CHARS, NULL);

  g_strdelimit (clean, "\n\t", ' ');
  if (g_utf8_strlen (clean, -1) <= MAX_NAME_CHARS)
    return g_steal_pointer (&clean);
  g_utf8_offset_to_pointer (clean, MAX_NAME_CHARS)[0] = '\0';
  return g_strconcat (clean, "…", NULL);
}

/* Where the element stands: a frame of another site is that site's, whatever is around it. */
static char *
dup_action_place (AnnexBrowserTab *tab, JsonObject *inspect)
{
  const char *page = annex_browser_tab_get_page_uri (tab);
  const char *uri = inspect != NULL ? annex_json_opt_string (inspect, "url", page) : page;

  switch (annex_site_policy_judge_address (uri, NULL))
    {
    case ANNEX_ADDRESS_SITE:
    case ANNEX_ADDRESS_LOCAL:
      return g_strdup (uri);
    case ANNEX_ADDRESS_EMPTY:
    case ANNEX_ADDRESS_REFUSED:
      break;
    }
  return g_strdup (page);
}

static char *
write_action_question (Action *action)
{
  g_autofree char *page = NULL;
  g_autofree char *site = NULL;

  annex_site_policy_judge_address (annex_browser_tab_get_page_uri (action->turn->tab), &page);
  annex_site_policy_judge_address (action->place, &site);
  return annex_action_question_write (action->kind, site, page, action->name);
}

static DexFuture *
ask_action_fiber (gpointer data)
{
  Action *action = data;
  Turn *turn = action->turn;
  AnnexBrowserPane *self = turn->pane;
  g_autofree char *question = write_action_question (action);
  g_autoptr (JsonObject) answer = NULL;
  GError *error = NULL;

  answer = dex_await_boxed (
      annex_browser_pane_ask (self,
                              annex_ask_new_consent (annex_task_get_id (self->task), "Browser",
                                                     question, "Allow", "Do not allow"),
                              turn->tool_use_id, turn->cancel),
      &error);
  if (answer == NULL)
    return annex_future_new_error (error);
  if (!g_str_equal (annex_json_opt_string (answer, "consent", ""), "Allow"))
    return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                                    "The user does not want you to %s here. Go on without it.",
                                    describe_action (action->kind));
  /* Filling in one form is one thing, however many fields it has. */
  if (action->kind == ANNEX_ACTION_PERSONAL_DATA)
    g_hash_table_add (self->consents, g_steal_pointer (&turn->text));
  return dex_future_new_true ();
}

DexFuture *
annex_browser_pane_ask_action (AnnexBrowserPane *self,
                               AnnexBrowserTab *tab,
                               const char *command,
                               JsonObject *inspect,
                               const char *tool_use_id,
                               DexFuture *cancel)
{
  static const char *const sending[] = { "click", "press", "dialog", NULL };
  AnnexActionKind kind = ANNEX_ACTION_NOTHING;
  g_autofree char *place = NULL;
  g_autofree char *consent = NULL;
  Action *action;

  dex_return_error_if_fail (ANNEX_IS_BROWSER_PANE (self));
  switch (annex_site_policy_judge_action (command, inspect, &kind))
    {
    case ANNEX_ACTION_FREE:
      return dex_future_new_true ();
    case ANNEX_ACTION_NEVER:
      return fail (ANNEX_BROWSER_ERROR_REFUSED, describe_never (kind));
    case ANNEX_ACTION_ASK:
      break;
    }
  place = dup_action_place (tab, inspect);
  consent = g_strdup_printf ("%u|%s|%s", annex_browser_tab_get_id (tab), place,
                             g_strv_contains (sending, command) ? "send" : "write");
  if (kind == ANNEX_ACTION_PERSONAL_DATA && g_hash_table_contains (self->consents, consent))
    return dex_future_new_true ();
  action = g_new0 (Action, 1);
  action->turn = turn_new (self, tab, consent, tool_use_id, cancel);
  action->kind = kind;
  action->place = g_steal_pointer (&place);
  action->name = dup_name (inspect);
  return annex_fiber_run (ask_action_fiber, action, action_free);
}

/* ---------------------------------------------------------------- files */

DexFuture *
annex_browser_pane_read_file (AnnexBrowserPane *self, const char *path)
{
  if (self->files == NULL)
    return fail (ANNEX_BROWSER_ERROR_REFUSED, "There are no files to give to a page.");
  return self->files->read (path, self->files_data);
}

DexFuture *
annex_browser_pane_store_file (AnnexBrowserPane *self, const char *name, const char *host_path)
{
  if (self->files == NULL)
    return fail (ANNEX_BROWSER_ERROR_REFUSED, "There is no place for the file.");
  return self->files->store (name, host_path, self->files_data);
}

/* Is there one to wait for? Each is waited for once: a slow one holds up no later step. With
 * @give_up none is waited for any more. */
static gboolean
is_downloading (AnnexBrowserPane *self, gboolean give_up)
{
  gboolean is_any = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->downloads)); i++)
    {
      g_autoptr (AnnexBrowserDownload) download =
          g_list_model_get_item (G_LIST_MODEL (self->downloads), i);
      AnnexDownloadNotes *notes = annex_browser_download_get_notes (download);

      if (annex_browser_download_get_state (download) != ANNEX_DOWNLOAD_RUNNING)
        continue;
      notes->was_awaited |= give_up;
      is_any |= !notes->was_awaited;
    }
  return is_any;
}

static AnnexBrowserFile *
describe_download (AnnexBrowserDownload *download)
{
  AnnexBrowserFile *file = g_new0 (AnnexBrowserFile, 1);

  file->name = g_strdup (annex_browser_download_get_name (download));
  file->path = g_strdup (annex_browser_download_get_path (download));
  file->uri = g_strdup (annex_browser_download_get_uri (download));
  file->size_bytes = annex_browser_download_get_received (download);
  file->problem = g_strdup (annex_browser_download_get_reason (download));
  return file;
}

static DexFuture *
take_downloads_fiber (gpointer data)
{
  Turn *turn = data;
  AnnexBrowserPane *self = turn->pane;
  gint64 until_us = g_get_monotonic_time () + (gint64) downloads_ms * 1000;
  GPtrArray *files;

  while (is_downloading (self, g_get_monotonic_time () >= until_us))
    {
      g_autoptr (GError) error = NULL;

      if (!annex_await_cancellable (dex_timeout_new_msec (50), turn->cancel, &error) &&
          g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return annex_future_new_error (g_steal_pointer (&error));
    }
  files = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_browser_file_free);
  /* One that still runs is handed out when it has ended. */
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->downloads)); i++)
    {
      g_autoptr (AnnexBrowserDownload) download =
          g_list_model_get_item (G_LIST_MODEL (self->downloads), i);
      AnnexDownloadNotes *notes = annex_browser_download_get_notes (download);

      if (notes->is_taken || annex_browser_download_get_state (download) == ANNEX_DOWNLOAD_RUNNING)
        continue;
      notes->is_taken = TRUE;
      g_ptr_array_add (files, describe_download (download));
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, files);
}

void
annex_browser_pane_set_downloads_ms (guint ms)
{
  downloads_ms = ms;
}

DexFuture *
annex_browser_pane_take_downloads (AnnexBrowserPane *self, DexFuture *cancel)
{
  dex_return_error_if_fail (ANNEX_IS_BROWSER_PANE (self));
  return annex_fiber_run (take_downloads_fiber, turn_new (self, NULL, NULL, NULL, cancel),
                          turn_free);
}
