/* annex-page-tool.h
 *
 * What the browser's sub-agent can call: the tools of design.md §4 on a browser pane. Each waits
 * its turn, asks where the policy says so, shows the user what it does, acts through
 * annex_page_run, and answers with page content in a frame that the page cannot close.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-pane.h"
#include "annex-tool.h"

G_BEGIN_DECLS

/* AnnexTool elements, sorted by name, all but done. @pane is held weakly: it outlives their calls.
 * (transfer full) */
GPtrArray *
annex_page_tools_new (AnnexBrowserPane *pane);

G_END_DECLS
