/* annex-browsers.h
 *
 * The browser panes of the tasks of this process. The browser itself, with its large libraries, is
 * a module that is loaded when the first pane is needed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-module.h"
#include "annex-workspace.h"

G_BEGIN_DECLS

/* Loads the module; any thread. NULL with an error. Set once, by whoever has modules; without it,
 * as in tests of the desk, there is no browser. */
typedef const AnnexBrowserModule *(*AnnexBrowserModuleFunc) (GError **error);
void
annex_browsers_set_module_func (AnnexBrowserModuleFunc func);

/* Can there be a pane here: is there a display (Xvfb counts), and a browser? Main thread; opens the
 * display at the first call. */
gboolean
annex_browsers_are_possible (void);

#define ANNEX_TYPE_BROWSERS (annex_browsers_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBrowsers, annex_browsers, ANNEX, BROWSERS, GObject)

/* Signal "opened" (AnnexTask): a pane was made. */
AnnexBrowsers *
annex_browsers_new (AnnexStore *store);
/* The pane of @workspace's task, made at the first call. Resolves to an AnnexBrowser; rejects with
 * ANNEX_BROWSER_ERROR_NO_DISPLAY. */
DexFuture *
annex_browsers_open (AnnexBrowsers *self, AnnexWorkspace *workspace) G_GNUC_WARN_UNUSED_RESULT;
/* The pane of that task if there is one. (borrowed, nullable) */
AnnexBrowser *
annex_browsers_find (AnnexBrowsers *self, const char *task_id);
/* There is no window of Annex's: panes have one of their own. */
void
annex_browsers_show_alone (AnnexBrowsers *self);
/* Lets the agent open the pane of @workspace's task. */
void
annex_browsers_serve (AnnexBrowsers *self, AnnexWorkspace *workspace);
/* Where the pane of that task keeps what it keeps: cookies, downloads. (transfer full) */
char *
annex_browsers_dup_folder (const char *task_id);
/* Is @origin "https://example.org" or "http://127.0.0.1:8000"? FALSE with
 * ANNEX_BROWSER_ERROR_INVALID.
 */
gboolean
annex_browsers_check_site (const char *origin, GError **error);
/* The user's permission for an origin, for all tasks of this process. FALSE with
 * ANNEX_BROWSER_ERROR_INVALID. */
gboolean
annex_browsers_allow_site (AnnexBrowsers *self, const char *origin, GError **error);
/* In a fiber: ends the pane of that task (NULL: all). What it kept stays. */
void
annex_browsers_close (AnnexBrowsers *self, const char *task_id);
/* Any thread, blocking: deletes what the pane of that task kept, after it was closed. */
void
annex_browsers_remove_files (const char *task_id);

G_END_DECLS
