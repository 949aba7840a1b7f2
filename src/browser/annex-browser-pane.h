/* annex-browser-pane.h
 *
 * The browser pane of one task: its network session, whose only way out is Annex's proxy, its tabs,
 * who is driving, which sites may be visited, downloads, dialogs. No widgets but the web views
 * themselves: src/ui/browser draws what this holds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-download.h"
#include "annex-browser-tab.h"
#include "annex-browser.h"
#include "annex-policy.h"
#include "annex-store.h"
#include "annex-task.h"

G_BEGIN_DECLS

/* Implements AnnexBrowser. Properties, all notified: "activity" (string: in plain words, what Annex
 * is doing, "" when nothing), "tabs" (GListModel of AnnexBrowserTab), "selected" (AnnexBrowserTab, nullable), "downloads" (GListModel of AnnexBrowserDownload). */
#define ANNEX_TYPE_BROWSER_PANE (annex_browser_pane_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBrowserPane, annex_browser_pane, ANNEX, BROWSER_PANE, GObject)

/* @policy: NULL, rules of its own, so that what is allowed here is not allowed to the task's computer;
 * a test may look at them. @folder: where the task's profile and quarantined downloads live; @keep_profile: cookies stay
 * there, otherwise all is in memory. Starts no process until the first tab is opened. */
AnnexBrowserPane *
annex_browser_pane_new (AnnexTask *task,
                        AnnexStore *store,
                        AnnexNetworkPolicy *policy,
                        const char *folder,
                        gboolean keep_profile);

AnnexDriver
annex_browser_pane_get_driver (AnnexBrowserPane *self);
/* The user's own hand: any click or key in the pane, or the button. */
void
annex_browser_pane_take_over (AnnexBrowserPane *self);
/* The user's own hand in @tab, also where nobody drives: from then on its page is theirs, until
 * Annex drives. */
void
annex_browser_pane_touch (AnnexBrowserPane *self, AnnexBrowserTab *tab);
void
annex_browser_pane_hand_back (AnnexBrowserPane *self);

GListModel *
annex_browser_pane_get_tabs (AnnexBrowserPane *self);
AnnexBrowserTab *
annex_browser_pane_get_selected (AnnexBrowserPane *self);
void
annex_browser_pane_select (AnnexBrowserPane *self, AnnexBrowserTab *tab);
/* The user's own doing: opens @uri (nullable: empty) in a new tab, asked for no permission,
 * loopback included; its origin is the user's choice from then on. (borrowed) */
AnnexBrowserTab *
annex_browser_pane_open (AnnexBrowserPane *self, const char *uri);
void
annex_browser_pane_close_tab (AnnexBrowserPane *self, AnnexBrowserTab *tab);
/* The user's own hand in a tab that is open. The text of an address bar: an address, with or
 * without its scheme. */
void
annex_browser_pane_load (AnnexBrowserPane *self, AnnexBrowserTab *tab, const char *text);
/* The user allows what the failed load of @tab wanted, and it is tried again: a refused site (for
 * the task), or a certificate. */
void
annex_browser_pane_allow_failed (AnnexBrowserPane *self, AnnexBrowserTab *tab);
/* The user's permission for an origin (`--site`), "https://example.org" or "http://127.0.0.1:8000";
 * FALSE with ANNEX_BROWSER_ERROR_INVALID. */
gboolean
annex_browser_pane_allow_site (AnnexBrowserPane *self, const char *origin, GError **error);
/* Ends every process and connection. Resolves to TRUE. Before the last reference is dropped. */
DexFuture *
annex_browser_pane_close (AnnexBrowserPane *self) G_GNUC_WARN_UNUSED_RESULT;

/* ---- for the tools; the rest of it is in annex-browser-wheel.h */

/* May the agent look at @tab? Not when the user went there by themselves and has not handed it
 * over. */
gboolean
annex_browser_pane_may_look (AnnexBrowserPane *self, AnnexBrowserTab *tab);
/* Before the action @command on an element of @tab: asks the user where annex-site-policy.h says
 * so.
 * @inspect (nullable): the detail of the page's "inspect". Resolves to TRUE; rejects REFUSED with
 * the sentence for the agent. */
DexFuture *
annex_browser_pane_ask_action (AnnexBrowserPane *self,
                               AnnexBrowserTab *tab,
                               const char *command,
                               JsonObject *inspect,
                               const char *tool_use_id,
                               DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* The tab with that number; NULL when there is none. */
AnnexBrowserTab *
annex_browser_pane_find_tab (AnnexBrowserPane *self, guint id);
void
annex_browser_pane_set_activity (AnnexBrowserPane *self, const char *activity);
const char *
annex_browser_pane_get_activity (AnnexBrowserPane *self);
/* The task's sites that a plan lists: approved together. @sites: as the user allows them. */
void
annex_browser_pane_allow_sites (AnnexBrowserPane *self,
                                const char *const *sites,
                                const char *scope);
/* AnnexBrowserDownload, newest last. */
GListModel *
annex_browser_pane_get_downloads (AnnexBrowserPane *self);

/* A web address that only this pane knows, "http://localhost.computer:8000", whose connections
 * @open makes (a port inside the computer). @open: (port, data) to a future of a GIOStream. NULL
 * takes it back. */
typedef DexFuture *(*AnnexBrowserOpenPortFunc) (guint port, gpointer data);
void
annex_browser_pane_set_computer_ports (AnnexBrowserPane *self,
                                       AnnexBrowserOpenPortFunc open,
                                       gpointer data,
                                       GDestroyNotify free_data);
/* Its proxy, to be told of other names and connections. For tests (borrowed). */
typedef struct _AnnexEgressProxy AnnexEgressProxy;
AnnexEgressProxy *
annex_browser_pane_get_proxy (AnnexBrowserPane *self);

G_END_DECLS
