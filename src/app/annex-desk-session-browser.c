/* annex-desk-session-browser.c
 *
 * The desk's browser panes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-future.h"

static AnnexBrowser *
get_browser (AnnexDesk *desk, AnnexTask *task)
{
  AnnexDeskSession *self = ANNEX_DESK_SESSION (desk);

  return annex_browsers_find (annex_session_get_browsers (self->session), annex_task_get_id (task));
}

static DexFuture *
open_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);
  AnnexBrowser *browser = NULL;

  if (work != NULL)
    browser = dex_await_object (annex_workspace_open_browser (work->workspace), &error);
  return browser != NULL ? dex_future_new_take_object (browser) : annex_desk_fail (error);
}

static DexFuture *
open_browser (AnnexDesk *desk, AnnexTask *task)
{
  return annex_desk_call_run (annex_desk_call_new (desk, task), open_fiber);
}

static void
opened_cb (AnnexDeskSession *self, AnnexTask *task)
{
  annex_desk_emit_browser_opened (ANNEX_DESK (self), task);
}

void
annex_desk_session_watch_browsers (AnnexDeskSession *self)
{
  g_signal_connect_object (annex_session_get_browsers (self->session), "opened",
                           G_CALLBACK (opened_cb), self, G_CONNECT_SWAPPED);
}

void
annex_desk_session_init_browser (AnnexDeskInterface *iface)
{
  iface->get_browser = get_browser;
  iface->open_browser = open_browser;
}
