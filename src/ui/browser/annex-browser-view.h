/* annex-browser-view.h
 *
 * The browser pane as it is seen: address bar, tabs, who drives, downloads. It belongs to the side
 * pane of a task and can be enlarged over the conversation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-pane.h"
#include "annex-task-widget.h"

G_BEGIN_DECLS

/* Property "pane" (AnnexBrowserPane, construct only).
 * Actions: browser.back, browser.forward, browser.reload, browser.stop, browser.new-tab,
 * browser.close-tab, browser.find, browser.zoom-in, browser.zoom-out, browser.zoom-normal,
 * browser.address (the caret goes to the address bar). Its button Enlarge activates
 * task.enlarge-pane. */
#define ANNEX_TYPE_BROWSER_VIEW (annex_browser_view_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBrowserView, annex_browser_view, ANNEX, BROWSER_VIEW, AnnexTaskWidget)

GtkWidget *
annex_browser_view_new (AnnexDesk *desk, AnnexTask *task, AnnexBrowserPane *pane);

G_END_DECLS
