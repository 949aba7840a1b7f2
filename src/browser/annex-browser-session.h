/* annex-browser-session.h
 *
 * The network of one pane: WebKit's session with a profile of its own, and the only way out, which
 * is Annex's proxy on a port of the loopback interface with a password that nobody else has.
 * Without the proxy nothing loads: WebKit looks no name up and connects nowhere itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-egress-proxy.h"

#include <webkit/webkit.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_BROWSER_SESSION (annex_browser_session_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBrowserSession, annex_browser_session, ANNEX, BROWSER_SESSION, GObject)

/* @folder: where its profile lies; with @keep_profile FALSE cookies and cache are in memory. Starts
 * no process and opens no port. */
AnnexBrowserSession *
annex_browser_session_new (AnnexStore *store,
                           const char *task_id,
                           AnnexNetworkPolicy *policy,
                           const char *folder,
                           gboolean keep_profile);
/* (borrowed) */
AnnexEgressProxy *
annex_browser_session_get_proxy (AnnexBrowserSession *self);
/* The port is opened, WebKit's session is made. Once; FALSE where no port can be had, or after
 * close. */
gboolean
annex_browser_session_open (AnnexBrowserSession *self, GError **error);
/* After open (borrowed). */
WebKitNetworkSession *
annex_browser_session_get_network (AnnexBrowserSession *self);
/* A view on it, with @manager; @related (nullable): the view that opened it. (floating) */
WebKitWebView *
annex_browser_session_create_view (AnnexBrowserSession *self,
                                   WebKitUserContentManager *manager,
                                   WebKitWebView *related);
/* Answers @request when it is our own proxy that asks; FALSE when it is anyone else. */
gboolean
annex_browser_session_answer_proxy (AnnexBrowserSession *self,
                                    WebKitAuthenticationRequest *request);
/* Closes the port and every connection. Resolves to TRUE. Before the last reference is dropped. */
DexFuture *
annex_browser_session_close (AnnexBrowserSession *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
