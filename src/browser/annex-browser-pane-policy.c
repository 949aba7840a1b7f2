/* annex-browser-pane-policy.c
 *
 * Where the tabs may go. While Annex drives, every way of a tab to a site that the user has not
 * allowed is either stopped by the rules its page lives under (a script's location, a meta refresh)
 * or decided here (a link, a form, a redirect, a new window); both end in the same question. A
 * frame inside a page is only drawn, so it is not asked about.
 *
 * WebKit does not say whether a navigation is the page's or a frame's. Told apart are: a redirect,
 * for a page's own has become the view's address already; links, forms and what a gesture began,
 * which are asked about either way; and the rest, which the rules stop when it is the page's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-pane-private.h"
#include "annex-future.h"
#include "annex-site-policy.h"

#include <string.h>

typedef struct
{
  AnnexBrowserPane *pane; /* borrowed: the pane owns it */
  AnnexBrowserTab *tab;
  char *uri;
  char *site;
  WebKitPolicyDecision *decision; /* NULL: the load was stopped, and is begun anew when allowed */
} AnnexSiteQuestion;

static void
question_free (AnnexSiteQuestion *question)
{
  g_clear_object (&question->tab);
  g_clear_object (&question->decision);
  g_free (question->uri);
  g_free (question->site);
  g_free (question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSiteQuestion, question_free)

/* ---------------------------------------------------------------- questions */

static void
allow (AnnexSiteQuestion *question)
{
  WebKitWebView *view = annex_browser_tab_get_view (question->tab);

  if (question->decision != NULL)
    webkit_policy_decision_use (question->decision);
  else if (view != NULL)
    annex_browser_tab_load (question->tab, question->uri);
}

static void
refuse (AnnexSiteQuestion *question, GError *error)
{
  if (question->decision != NULL)
    webkit_policy_decision_ignore (question->decision);
  annex_browser_tab_fail (question->tab, question->uri, error);
}

static GError *
refused_error (const char *site)
{
  return g_error_new (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                      "The page wanted to go to %s, which the user has not allowed. Go on without "
                      "it, or open it with page_open to ask.",
                      site);
}

/* A call that was given up has no answer, which is a no. */
static GError *
as_refusal (GError *error, const char *site)
{
  if (error->domain == ANNEX_BROWSER_ERROR)
    return error;
  g_error_free (error);
  return refused_error (site);
}

static DexFuture *
ask_fiber (gpointer data)
{
  AnnexBrowserPane *self = data;

  while (self->turn_id != NULL && !g_queue_is_empty (&self->questions))
    {
      g_autoptr (AnnexSiteQuestion) question = g_queue_pop_head (&self->questions);
      g_autofree char *reason = g_strdup_printf ("A page leads to %.200s", question->uri);
      GError *error = NULL;

      if (annex_browser_pane_allows (self, question->uri) ||
          annex_browser_pane_ask_site (self, question->site, reason, &error))
        allow (question);
      else
        refuse (question, as_refusal (error, question->site));
      if (annex_browser_tab_get_view (question->tab) != NULL)
        annex_browser_tab_release (question->tab);
    }
  self->is_asking = FALSE;
  return dex_future_new_true ();
}

void
annex_browser_pane_ask_questions (AnnexBrowserPane *self)
{
  if (self->driver != ANNEX_DRIVER_ANNEX)
    annex_browser_pane_drop_questions (self, NULL);
  if (self->is_asking || self->turn_id == NULL || g_queue_is_empty (&self->questions))
    return;
  self->is_asking = TRUE;
  annex_fiber_start (ask_fiber, g_object_ref (self), g_object_unref);
}

void
annex_browser_pane_drop_questions (AnnexBrowserPane *self, AnnexBrowserTab *tab)
{
  for (GList *l = self->questions.head; l != NULL;)
    {
      GList *next = l->next;
      g_autoptr (AnnexSiteQuestion) question = NULL;

      if (tab == NULL || ((AnnexSiteQuestion *) l->data)->tab == tab)
        {
          question = l->data;
          g_queue_delete_link (&self->questions, l);
          refuse (question, refused_error (question->site));
          if (annex_browser_tab_get_view (question->tab) != NULL)
            annex_browser_tab_release (question->tab);
        }
      l = next;
    }
}

static void
add_question (AnnexBrowserPane *self,
              AnnexBrowserTab *tab,
              const char *uri,
              const char *site,
              WebKitPolicyDecision *decision)
{
  AnnexSiteQuestion *question = g_new0 (AnnexSiteQuestion, 1);

  question->pane = self;
  question->tab = g_object_ref (tab);
  question->uri = g_strdup (uri);
  question->site = g_strdup (site);
  question->decision = decision != NULL ? g_object_ref (decision) : NULL;
  annex_browser_tab_hold (tab);
  g_queue_push_tail (&self->questions, question);
  annex_browser_pane_ask_questions (self);
}

/* ---------------------------------------------------------------- navigations */

static GError *
local_error (const char *origin)
{
  return g_error_new (
      ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
      "%s is on this computer or in its network. Only the user can open it, by hand "
      "in the browser pane.",
      origin);
}

/* Is it surely the page itself that goes there, and not a frame inside it? */
static gboolean
is_surely_page (AnnexBrowserTab *tab, WebKitNavigationAction *action, const char *uri)
{
  switch (webkit_navigation_action_get_navigation_type (action))
    {
    case WEBKIT_NAVIGATION_TYPE_LINK_CLICKED:
    case WEBKIT_NAVIGATION_TYPE_FORM_SUBMITTED:
    case WEBKIT_NAVIGATION_TYPE_FORM_RESUBMITTED:
      return TRUE;
    case WEBKIT_NAVIGATION_TYPE_BACK_FORWARD:
    case WEBKIT_NAVIGATION_TYPE_RELOAD:
    case WEBKIT_NAVIGATION_TYPE_OTHER:
      break;
    }
  if (webkit_navigation_action_is_redirect (action))
    return g_strcmp0 (webkit_web_view_get_uri (annex_browser_tab_get_view (tab)), uri) == 0;
  return webkit_navigation_action_is_user_gesture (action) ||
         g_strcmp0 (
             webkit_uri_request_get_http_method (webkit_navigation_action_get_request (action)),
             "GET") != 0;
}

/* Nobody's to decide: what has no network, and what leads out of the browser. */
static gboolean
decide_scheme (const char *uri, WebKitPolicyDecision *decision)
{
  /* A page may show what it has made itself; as a whole page WebKit itself refuses data:. */
  if (g_str_has_prefix (uri, "data:") || g_str_has_prefix (uri, "blob:"))
    webkit_policy_decision_use (decision);
  else
    webkit_policy_decision_ignore (decision);
  return GDK_EVENT_STOP;
}

/* A page of the computer's leads nowhere else, whoever drives and whatever is allowed: an address
 * says what its page wants it to. Where the user or the agent sends the tab is theirs. */
static gboolean
leaves_computer (AnnexBrowserTab *tab, WebKitNavigationAction *action, const char *uri)
{
  gboolean is_there = annex_browser_pane_is_computers (annex_browser_pane_find_owner (tab));

  if (annex_browser_pane_is_computers (uri))
    {
      g_set_str (&tab->asked_computer, uri);
      return FALSE;
    }
  if (annex_site_policy_judge_address (uri, NULL) == ANNEX_ADDRESS_EMPTY)
    return FALSE;
  if (webkit_navigation_action_is_redirect (action))
    return tab->asked_computer != NULL || (is_there && tab->wanted == NULL);
  if (g_strcmp0 (uri, tab->wanted) == 0)
    {
      g_clear_pointer (&tab->asked_computer, g_free);
      return FALSE;
    }
  return is_there && webkit_navigation_action_get_navigation_type (action) !=
                         WEBKIT_NAVIGATION_TYPE_BACK_FORWARD;
}

static GError *
computer_error (void)
{
  return g_error_new_literal (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                              "A page of the task's computer leads to nothing outside of it, and "
                              "no window of another page leads to it. Open the address with "
                              "page_open.");
}

static gboolean
decide_navigation (AnnexBrowserPane *self,
                   AnnexBrowserTab *tab,
                   WebKitPolicyDecision *decision,
                   WebKitNavigationAction *action)
{
  const char *uri = webkit_uri_request_get_uri (webkit_navigation_action_get_request (action));
  gboolean is_guarded = annex_browser_pane_is_guarded (self, tab);
  gboolean is_page = is_surely_page (tab, action, uri);
  g_autofree char *site = NULL;
  AnnexAddressKind kind = annex_site_policy_judge_address (uri, &site);

  if (kind == ANNEX_ADDRESS_REFUSED)
    return decide_scheme (uri, decision);
  if (leaves_computer (tab, action, uri) || annex_browser_pane_mixes (self, tab, uri))
    {
      webkit_policy_decision_ignore (decision);
      /* The user's or the agent's own load goes on beside what the page wants. */
      if (is_page && tab->n_emptied == 0 &&
          (tab->wanted == NULL || webkit_navigation_action_is_redirect (action)))
        annex_browser_tab_fail (tab, uri, computer_error ());
      return GDK_EVENT_STOP;
    }
  if (annex_browser_pane_allows (self, uri) || (kind == ANNEX_ADDRESS_SITE && !is_guarded))
    {
      webkit_policy_decision_use (decision);
      return GDK_EVENT_STOP;
    }
  if (is_page && kind == ANNEX_ADDRESS_LOCAL)
    {
      webkit_policy_decision_ignore (decision);
      annex_browser_tab_fail (tab, uri, local_error (site));
    }
  else if (is_page)
    add_question (self, tab, uri, site, decision);
  else
    webkit_policy_decision_use (decision);
  return GDK_EVENT_STOP;
}

static gboolean
is_attachment (WebKitURIResponse *response)
{
  SoupMessageHeaders *headers = webkit_uri_response_get_http_headers (response);
  const char *disposition =
      headers != NULL ? soup_message_headers_get_one (headers, "Content-Disposition") : NULL;

  return disposition != NULL && g_ascii_strncasecmp (disposition, "attachment", 10) == 0;
}

static gboolean
decide_response (AnnexBrowserPane *self,
                 AnnexBrowserTab *tab,
                 WebKitResponsePolicyDecision *decision)
{
  const char *uri =
      webkit_uri_request_get_uri (webkit_response_policy_decision_get_request (decision));
  gboolean is_page = webkit_response_policy_decision_is_main_frame_main_resource (decision);

  /* The last line: nothing of another site is shown as a page, however it came this far. */
  if (is_page && annex_browser_pane_is_guarded (self, tab) &&
      annex_site_policy_judge_address (uri, NULL) != ANNEX_ADDRESS_EMPTY &&
      !annex_browser_pane_allows (self, uri))
    webkit_policy_decision_ignore (WEBKIT_POLICY_DECISION (decision));
  else if (is_attachment (webkit_response_policy_decision_get_response (decision)) ||
           (is_page && !webkit_response_policy_decision_is_mime_type_supported (decision)))
    webkit_policy_decision_download (WEBKIT_POLICY_DECISION (decision));
  else if (webkit_response_policy_decision_is_mime_type_supported (decision))
    webkit_policy_decision_use (WEBKIT_POLICY_DECISION (decision));
  else
    webkit_policy_decision_ignore (WEBKIT_POLICY_DECISION (decision));
  return GDK_EVENT_STOP;
}

static AnnexBrowserTab *
find_tab_of (AnnexBrowserPane *self, WebKitWebView *view)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tabs)); i++)
    {
      g_autoptr (AnnexBrowserTab) tab = g_list_model_get_item (G_LIST_MODEL (self->tabs), i);

      if (annex_browser_tab_get_view (tab) == view)
        return tab;
    }
  return NULL;
}

static gboolean
has_room (AnnexBrowserPane *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->tabs)) < ANNEX_BROWSER_MAX_TABS;
}

static gboolean
decide_policy_cb (AnnexBrowserPane *self,
                  WebKitPolicyDecision *decision,
                  WebKitPolicyDecisionType type,
                  WebKitWebView *view)
{
  AnnexBrowserTab *tab = find_tab_of (self, view);

  if (tab == NULL || self->is_closed)
    {
      webkit_policy_decision_ignore (decision);
      return GDK_EVENT_STOP;
    }
  switch (type)
    {
    case WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION:
      return decide_navigation (self, tab, decision,
                                webkit_navigation_policy_decision_get_navigation_action (
                                    WEBKIT_NAVIGATION_POLICY_DECISION (decision)));
    case WEBKIT_POLICY_DECISION_TYPE_NEW_WINDOW_ACTION:
      /* The new tab's own navigation is decided like any other. */
      if (has_room (self))
        webkit_policy_decision_use (decision);
      else
        webkit_policy_decision_ignore (decision);
      return GDK_EVENT_STOP;
    case WEBKIT_POLICY_DECISION_TYPE_RESPONSE:
      return decide_response (self, tab, WEBKIT_RESPONSE_POLICY_DECISION (decision));
    }
  webkit_policy_decision_ignore (decision);
  return GDK_EVENT_STOP;
}

gboolean
annex_browser_pane_blocked (AnnexBrowserTab *tab, const char *uri, gpointer data)
{
  AnnexBrowserPane *self = data;
  g_autofree char *site = NULL;

  if (!annex_browser_pane_is_guarded (self, tab))
    return FALSE;
  switch (annex_site_policy_judge_address (uri, &site))
    {
    case ANNEX_ADDRESS_SITE:
      if (annex_browser_pane_allows (self, uri))
        return FALSE;
      if (self->driver == ANNEX_DRIVER_ANNEX)
        add_question (self, tab, uri, site, NULL);
      else
        annex_browser_tab_fail (tab, uri, refused_error (site));
      return TRUE;
    case ANNEX_ADDRESS_LOCAL:
      annex_browser_tab_fail (tab, uri, local_error (site));
      return TRUE;
    case ANNEX_ADDRESS_EMPTY:
    case ANNEX_ADDRESS_REFUSED:
      break;
    }
  annex_browser_tab_fail (
      tab, uri,
      g_error_new_literal (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                           "The page wanted to go to an address that is no web page."));
  return TRUE;
}

/* ---------------------------------------------------------------- windows, and the user's hand */

static GtkWidget *
create_cb (AnnexBrowserPane *self, WebKitNavigationAction *action, WebKitWebView *view)
{
  AnnexBrowserTab *opener = find_tab_of (self, view);
  AnnexBrowserTab *tab;

  /* A script's window.open () comes here without having been decided. */
  if (self->is_closed || opener == NULL || !has_room (self) ||
      !(opener->may_open || webkit_navigation_action_is_user_gesture (action)))
    return NULL;
  if (!webkit_navigation_action_is_user_gesture (action))
    opener->may_open = FALSE; /* one window for an act */
  tab = annex_browser_pane_add_tab (self, opener);
  if (tab == NULL)
    return NULL;
  annex_browser_pane_select (self, tab);
  return GTK_WIDGET (annex_browser_tab_get_view (tab));
}

static gboolean
close_idle_cb (gpointer data)
{
  AnnexBrowserTab *tab = data;
  AnnexBrowserPane *self = g_object_get_data (G_OBJECT (tab), "annex-pane");

  if (self != NULL && annex_browser_tab_get_view (tab) != NULL)
    annex_browser_pane_close_tab (self, tab);
  return G_SOURCE_REMOVE;
}

static void
close_cb (AnnexBrowserPane *self, WebKitWebView *view)
{
  AnnexBrowserTab *tab = find_tab_of (self, view);

  /* Not from within the view's own signal. */
  if (tab != NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT, close_idle_cb, g_object_ref (tab), g_object_unref);
}

static void
pressed_cb (AnnexBrowserTab *tab)
{
  AnnexBrowserPane *self = g_object_get_data (G_OBJECT (tab), "annex-pane");

  if (self != NULL && annex_browser_tab_get_view (tab) != NULL)
    annex_browser_pane_touch (self, tab);
}

static gboolean
key_cb (AnnexBrowserTab *tab)
{
  pressed_cb (tab);
  return GDK_EVENT_PROPAGATE;
}

/* Only a person's hand comes by these: what the agent does in a page is made by script, inside it.
 */
static void
watch_hand (AnnexBrowserTab *tab)
{
  GtkWidget *view = GTK_WIDGET (annex_browser_tab_get_view (tab));
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), tab, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), tab, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (view, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (view, keys);
}

void
annex_browser_pane_watch_tab (AnnexBrowserPane *self, AnnexBrowserTab *tab)
{
  WebKitWebView *view = annex_browser_tab_get_view (tab);

  g_object_set_data (G_OBJECT (tab), "annex-pane", self);
  g_signal_connect_object (view, "decide-policy", G_CALLBACK (decide_policy_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "create", G_CALLBACK (create_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "close", G_CALLBACK (close_cb), self, G_CONNECT_SWAPPED);
  watch_hand (tab);
}
