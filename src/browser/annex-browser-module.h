/* annex-browser-module.h
 *
 * What the rest of Annex uses of the browser pane and of its view. Both are in a module of their
 * own, with WebKit, which is loaded when a pane is first needed; so nothing outside it calls the
 * functions of annex-browser-pane.h by name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser.h"
#include "annex-policy.h"
#include "annex-store.h"
#include "annex-task.h"

G_BEGIN_DECLS

typedef struct _AnnexDesk AnnexDesk;
typedef struct _GtkWidget GtkWidget;

/* As AnnexBrowserOpenPortFunc of annex-browser-pane.h: a connection to a port inside the computer,
 * a future of a GIOStream. */
typedef DexFuture *(*AnnexBrowserModulePortFunc) (guint port, gpointer data);

typedef struct
{
  /* As in annex-browser-pane.h; its rules are its own. (transfer full) */
  AnnexBrowser *(*new_pane) (AnnexTask *task,
                             AnnexStore *store,
                             const char *folder,
                             gboolean keep_profile);
  gboolean (*allow_site) (AnnexBrowser *pane, const char *origin, GError **error);
  void (*set_computer_ports) (AnnexBrowser *pane,
                              AnnexBrowserModulePortFunc open,
                              gpointer data,
                              GDestroyNotify free_data);
  DexFuture *(*close) (AnnexBrowser *pane);
  /* A window for a task that runs without Annex's own; it lives as long as the pane. */
  void (*show_alone) (AnnexBrowser *pane);
  /* The view of a pane. (floating) */
  GtkWidget *(*new_view) (AnnexDesk *desk, AnnexTask *task, AnnexBrowser *pane);
} AnnexBrowserModule;

#define ANNEX_BROWSER_MODULE_FILE "annex-browser.so"
#define ANNEX_BROWSER_MODULE_SYMBOL "annex_browser_module_get"

typedef const AnnexBrowserModule *(*AnnexBrowserModuleGetFunc) (void);
const AnnexBrowserModule *
annex_browser_module_get (void);

G_END_DECLS
