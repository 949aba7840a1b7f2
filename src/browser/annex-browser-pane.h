/* annex-browser-pane.h
 *
 * The browser pane of one task: its network session, whose only way out is Annex's proxy, its tabs,
 * who is driving, which sites may be visited, downloads, dialogs. No widgets but the web views
 * themselves: src/ui/browser draws what this holds.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-tab.h"
#include "annex-browser.h"
#include "annex-policy.h"
#include "annex-store.h"
#include "annex-task.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_DRIVER_NOBODY, /* the user may use it; Annex does not */
  ANNEX_DRIVER_ANNEX,
  ANNEX_DRIVER_USER, /* took over: Annex waits until it is handed back */
} AnnexDriver;

/* Implements AnnexBrowser. Properties, all notified: "driver" (AnnexDriver), "activity" (string: in
 * plain words, what Annex is doing, "" when nothing), "tabs" (GListModel of AnnexBrowserTab),
 * "selected" (AnnexBrowserTab, nullable). */
#define ANNEX_TYPE_BROWSER_PANE (annex_browser_pane_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBrowserPane, annex_browser_pane, ANNEX, BROWSER_PANE, GObject)

/* @folder: where the task's profile and quarantined downloads live; @keep_profile: cookies stay
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
void
annex_browser_pane_hand_back (AnnexBrowserPane *self);

GListModel *
annex_browser_pane_get_tabs (AnnexBrowserPane *self);
AnnexBrowserTab *
annex_browser_pane_get_selected (AnnexBrowserPane *self);
void
annex_browser_pane_select (AnnexBrowserPane *self, AnnexBrowserTab *tab);
/* The user's own doing: opens @uri (nullable: empty) in a new tab, asked for no permission, loopback
 * included; its origin is the user's choice from then on. (borrowed) */
AnnexBrowserTab *
annex_browser_pane_open (AnnexBrowserPane *self, const char *uri);
void
annex_browser_pane_close_tab (AnnexBrowserPane *self, AnnexBrowserTab *tab);
/* The user's permission for an origin (`--site`), "https://example.org" or "http://127.0.0.1:8000";
 * FALSE with ANNEX_BROWSER_ERROR_INVALID. */
gboolean
annex_browser_pane_allow_site (AnnexBrowserPane *self, const char *origin, GError **error);
/* Ends every process and connection. Resolves to TRUE. Before the last reference is dropped. */
DexFuture *
annex_browser_pane_close (AnnexBrowserPane *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
