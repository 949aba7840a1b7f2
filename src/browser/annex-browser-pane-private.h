/* annex-browser-pane-private.h
 *
 * What the files of the pane share: the object (annex-browser-pane.c), which sites (…-sites.c),
 * what the user decided about them (…-rules.c), where tabs may go (…-policy.c), the agent's turns
 * (…-wheel.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-session.h"
#include "annex-browser-tab-private.h"
#include "annex-browser-wheel.h"

G_BEGIN_DECLS

/* The name under which the computer's own pages are known. */
#define ANNEX_COMPUTER_HOST "localhost.computer"
/* More are not opened for a page. */
#define ANNEX_BROWSER_MAX_TABS 20
#define ANNEX_BROWSER_MAX_RUNNING_DOWNLOADS 10

struct _AnnexBrowserPane
{
  GObject parent_instance;

  AnnexTask *task;
  AnnexStore *store; /* nullable in tests */
  AnnexNetworkPolicy *policy;
  AnnexTaint taint; /* as the policy was told */
  char *folder;
  AnnexBrowserSession *session;

  GListStore *tabs;
  AnnexBrowserTab *selected; /* borrowed from tabs */
  guint last_id;
  GListStore *downloads;

  AnnexDriver driver;
  char *activity;
  gboolean has_user_driven;
  DexPromise *handed_back; /* while the user drives */

  GHashTable *sites;    /* site → scope: once, task, always */
  GHashTable *never;    /* sites that no answer of a page's or the agent's asks about again */
  GHashTable *standing; /* name → AnnexNetworkRule, as they were read last */
  GHashTable *offered;  /* sites of the plan that were asked about together */
  GHashTable *origins;  /* local origins that the user opened */
  GHashTable *consents; /* what was agreed to on a page: "tab|address|kind" */
  gboolean is_restored;

  WebKitUserContentFilter *guard;
  WebKitUserContentFilter *fence;  /* every tab's */
  WebKitUserContentFilter *window; /* of the windows that the computer's pages open */
  guint guard_wanted; /* counts what changed */
  guint guard_done;
  DexFuture *guarding; /* while rules are compiled */

  GQueue questions; /* AnnexSiteQuestion: navigations that wait */
  gboolean is_asking;
  char *turn_id; /* the call that may ask now */
  DexFuture *turn_cancel;

  AnnexBrowserAskFunc ask;
  gpointer ask_data;
  GDestroyNotify free_ask_data;
  const AnnexBrowserFileFuncs *files;
  gpointer files_data;
  GDestroyNotify free_files_data;
  AnnexBrowserOpenPortFunc open_port;
  gpointer open_data;
  GDestroyNotify free_open_data;

  gboolean is_closed;
};

/* ---- the object */

gboolean
annex_browser_pane_open_session (AnnexBrowserPane *self, GError **error);
/* A new tab, not selected (borrowed), for a window of @opener's page (nullable); NULL when the session
 * is closed. Never in a fiber: what a
 * view brings of JavaScriptCore insists on the thread's own stack, and ends the process elsewhere.
 */
AnnexBrowserTab *
annex_browser_pane_add_tab (AnnexBrowserPane *self, AnnexBrowserTab *opener);
/* The same for a fiber. Resolves to an AnnexBrowserTab; rejects with ANNEX_BROWSER_ERROR. */
DexFuture *
annex_browser_pane_make_tab (AnnexBrowserPane *self) G_GNUC_WARN_UNUSED_RESULT;
void
annex_browser_pane_set_driver (AnnexBrowserPane *self, AnnexDriver driver);

/* ---- downloads (annex-browser-pane-downloads.c) */

void
annex_browser_pane_watch_downloads (AnnexBrowserPane *self, WebKitNetworkSession *network);

/* ---- sites (annex-browser-pane-sites.c) */

/* May the agent use @site now? One that is allowed in all tasks is asked about again where this one
 * has read what others wrote and holds data of the user's. */
gboolean
annex_browser_pane_holds (AnnexBrowserPane *self, const char *site);
/* May the agent use @uri? */
gboolean
annex_browser_pane_allows (AnnexBrowserPane *self, const char *uri);
/* The user's word in this task. "once" lasts until Annex lets go of the wheel; "always" and "never"
 * are kept for later tasks. */
void
annex_browser_pane_grant (AnnexBrowserPane *self, const char *site, const char *scope);
/* The same of a rule that was made before, or elsewhere. */
void
annex_browser_pane_restore_rule (AnnexBrowserPane *self, const char *site, const char *scope);
/* The user opens @uri by hand. FALSE when nobody may. */
gboolean
annex_browser_pane_take_address (AnnexBrowserPane *self, const char *uri);
void
annex_browser_pane_forget_once (AnnexBrowserPane *self);
/* Resolves to TRUE when the rules that pages live under are those of now. */
DexFuture *
annex_browser_pane_update_guard (AnnexBrowserPane *self) G_GNUC_WARN_UNUSED_RESULT;
/* Do the rules of what the agent drives apply to @tab? Also where nobody drives and the user's hand
 * has not been since, and to what a page of the computer's may lead away, whoever drives. Windows that
 * pages opened from one another are one in this. */
gboolean
annex_browser_pane_is_guarded (AnnexBrowserPane *self, AnnexBrowserTab *tab);
void
annex_browser_pane_apply_guard (AnnexBrowserPane *self, AnnexBrowserTab *tab);
void
annex_browser_pane_apply_guards (AnnexBrowserPane *self);
/* Whose @tab's page is: of an empty one, the page's that opened it. (borrowed) */
const char *
annex_browser_pane_find_owner (AnnexBrowserTab *tab);
/* Is @uri a page of the task's computer? */
gboolean
annex_browser_pane_is_computers (const char *uri);
/* Would @uri in @tab bring pages of the computer's and others together that hold each other's windows,
 * and so can send one another on and speak to one another? */
gboolean
annex_browser_pane_mixes (AnnexBrowserPane *self, AnnexBrowserTab *tab, const char *uri);
/* The administrator's rules name hosts: is one of the site's allowed? */
gboolean
annex_browser_pane_may_ask (const char *site, GError **error);
/* In a fiber: asks the user for @site. TRUE: allowed, and the rules say so. */
gboolean
annex_browser_pane_ask_site (AnnexBrowserPane *self,
                             const char *site,
                             const char *reason,
                             GError **error);
/* AnnexEgressJudgeFunc. */
DexFuture *
annex_browser_pane_judge_host (const char *host, guint port, gpointer self);

/* ---- the user's decisions (annex-browser-pane-rules.c) */

/* An empty one. (transfer full) */
GHashTable *
annex_browser_pane_new_standing (void);
/* In a fiber, once: reads what was decided in this task and for all, and follows it. */
gboolean
annex_browser_pane_restore (AnnexBrowserPane *self, GError **error);
/* A site's answer comes: while Annex drives, what others wrote. */
void
annex_browser_pane_opened (AnnexBrowserPane *self);
/* In a fiber: the task's log says so before anything is asked of the user. */
gboolean
annex_browser_pane_note_read (AnnexBrowserPane *self, GError **error);
/* Writes down what the user decided about @site. */
void
annex_browser_pane_decide (AnnexBrowserPane *self, const char *site, const char *label);

/* ---- the plan's sites (annex-browser-pane-plan.c) */

/* In a fiber: where the task's plan names @site and others that nobody has decided about, asks the
 * user for all of them at once. TRUE: allowed, and the rules say so. FALSE without an error: @site
 * is to be asked about by itself. */
gboolean
annex_browser_pane_ask_plan (AnnexBrowserPane *self, const char *site, GError **error);

/* ---- where tabs may go (annex-browser-pane-policy.c) */

void
annex_browser_pane_watch_tab (AnnexBrowserPane *self, AnnexBrowserTab *tab);
/* AnnexBrowserTabHooks.blocked. */
gboolean
annex_browser_pane_blocked (AnnexBrowserTab *tab, const char *uri, gpointer self);
/* Asks what waits, if it may; refuses it all when nobody drives any more. */
void
annex_browser_pane_ask_questions (AnnexBrowserPane *self);
void
annex_browser_pane_drop_questions (AnnexBrowserPane *self, AnnexBrowserTab *tab);

G_END_DECLS
