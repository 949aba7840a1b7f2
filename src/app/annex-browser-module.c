/* annex-browser-module.c
 *
 * The module with the browser pane, its view and WebKit, as annex-browser-module.h has it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-module.h"

#include "annex-browser-host.h"
#include "annex-browser-pane.h"
#if ANNEX_HAS_BROWSER_VIEW
#include "annex-browser-view.h"
#endif

static AnnexBrowser *
new_pane (AnnexTask *task, AnnexStore *store, const char *folder, gboolean keep_profile)
{
  return ANNEX_BROWSER (annex_browser_pane_new (task, store, NULL, folder, keep_profile));
}

static gboolean
allow_site (AnnexBrowser *pane, const char *origin, GError **error)
{
  return annex_browser_pane_allow_site (ANNEX_BROWSER_PANE (pane), origin, error);
}

static void
set_computer_ports (AnnexBrowser *pane,
                    AnnexBrowserModulePortFunc open,
                    gpointer data,
                    GDestroyNotify free_data)
{
  annex_browser_pane_set_computer_ports (ANNEX_BROWSER_PANE (pane), open, data, free_data);
}

static DexFuture *
close_pane (AnnexBrowser *pane)
{
  return annex_browser_pane_close (ANNEX_BROWSER_PANE (pane));
}

static void
show_alone (AnnexBrowser *pane)
{
  annex_browser_host_new (ANNEX_BROWSER_PANE (pane));
}

#if ANNEX_HAS_BROWSER_VIEW
static GtkWidget *
new_view (AnnexDesk *desk, AnnexTask *task, AnnexBrowser *pane)
{
  return annex_browser_view_new (desk, task, ANNEX_BROWSER_PANE (pane));
}
#else
#define new_view NULL
#endif

const AnnexBrowserModule *
annex_browser_module_get (void)
{
  static const AnnexBrowserModule module = {
    new_pane, allow_site, set_computer_ports, close_pane, show_alone, new_view,
  };

  return &module;
}
