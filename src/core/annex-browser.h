/* annex-browser.h
 *
 * The Browser port: the browser pane of a task as the agent uses it. Implemented in src/browser with
 * WebKit, where there is a display. Everything that comes from a page is untrusted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ask.h"
#include "annex-tool.h"

#include <libdex.h>

G_BEGIN_DECLS

#define ANNEX_BROWSER_ERROR (annex_browser_error_quark ())

/* Why an action on a page was not done; the message says it in one sentence, and what to try. */
typedef enum {
  ANNEX_BROWSER_ERROR_STALE,       /* the reference's node is gone: take a new snapshot */
  ANNEX_BROWSER_ERROR_NOT_FOUND,   /* no such reference, tab, option, text */
  ANNEX_BROWSER_ERROR_HIDDEN,      /* not visible, or never at rest */
  ANNEX_BROWSER_ERROR_DISABLED,
  ANNEX_BROWSER_ERROR_COVERED,     /* something else would get the click; the message names it */
  ANNEX_BROWSER_ERROR_INVALID,     /* arguments, or an element this cannot be done with */
  ANNEX_BROWSER_ERROR_TIMED_OUT,
  ANNEX_BROWSER_ERROR_DIALOG,      /* a dialog is open and must be answered first */
  ANNEX_BROWSER_ERROR_REFUSED,     /* the site's policy, or the user's no */
  ANNEX_BROWSER_ERROR_LOAD_FAILED, /* network, or the server */
  ANNEX_BROWSER_ERROR_CERTIFICATE, /* the site cannot prove who it is */
  ANNEX_BROWSER_ERROR_CRASHED,     /* the page's process ended */
  ANNEX_BROWSER_ERROR_NO_DISPLAY,
} AnnexBrowserError;

GQuark
annex_browser_error_quark (void);
const char *
annex_browser_error_name (AnnexBrowserError code);

/* Opens @ask (transfer full) for the call @tool_use_id and waits for the user. Returns a future that
 * resolves to the answer, a JsonObject (boxed), and rejects with G_IO_ERROR_CANCELLED. */
typedef DexFuture *(*AnnexBrowserAskFunc) (AnnexAsk *ask,
                                           const char *tool_use_id,
                                           DexFuture *cancel,
                                           gpointer data);

/* The task's files, as the browser needs them; paths are in its computer. */
typedef struct
{
  /* The bytes of a file that may go to a web page, one of a share or of the agent's own folders.
   * Resolves to GBytes (boxed); rejects with ANNEX_BROWSER_ERROR_REFUSED for another path,
   * ANNEX_BROWSER_ERROR_NOT_FOUND, ANNEX_BROWSER_ERROR_INVALID (too large), ANNEX_COMPUTER_ERROR. */
  DexFuture *(*read) (const char *path, gpointer data);
  /* Hands the file @host_path of this machine, a quarantined download, into the computer under
   * @name or one like it. Resolves to a string, its path there. */
  DexFuture *(*store) (const char *name, const char *host_path, gpointer data);
} AnnexBrowserFileFuncs;

typedef enum {
  ANNEX_DRIVER_NOBODY, /* the user may use it; Annex does not */
  ANNEX_DRIVER_ANNEX,
  ANNEX_DRIVER_USER, /* took over: Annex waits until it is handed back */
} AnnexDriver;
GType
annex_driver_get_type (void) G_GNUC_CONST;
#define ANNEX_TYPE_DRIVER (annex_driver_get_type ())

/* Property "driver" (AnnexDriver, notified). */
#define ANNEX_TYPE_BROWSER (annex_browser_get_type ())
G_DECLARE_INTERFACE (AnnexBrowser, annex_browser, ANNEX, BROWSER, GObject)

struct _AnnexBrowserInterface
{
  GTypeInterface parent_iface;

  GPtrArray *(*create_tools) (AnnexBrowser *self);
  DexFuture *(*begin) (AnnexBrowser *self, const char *goal, DexFuture *cancel);
  void (*end) (AnnexBrowser *self);
  void (*set_ask_func) (AnnexBrowser *self,
                        AnnexBrowserAskFunc func,
                        gpointer data,
                        GDestroyNotify free_data);
  void (*set_file_funcs) (AnnexBrowser *self,
                          const AnnexBrowserFileFuncs *funcs,
                          gpointer data,
                          GDestroyNotify free_data);
};

AnnexDriver
annex_browser_get_driver (AnnexBrowser *self);
/* The sub-agent's tools on this pane (AnnexTool), named as design.md §4 has them, all but done.
 * Each rejects with ANNEX_BROWSER_ERROR. (transfer full) */
GPtrArray *
annex_browser_create_tools (AnnexBrowser *self);
/* Annex takes the wheel: the pane shows it and what for. While the user has taken over, waits until
 * they hand back. Resolves to TRUE; rejects NO_DISPLAY, G_IO_ERROR_CANCELLED. */
DexFuture *
annex_browser_begin (AnnexBrowser *self,
                     const char *goal,
                     DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* Annex lets go of the wheel. */
void
annex_browser_end (AnnexBrowser *self);
/* How the pane reaches the user: first visits, sensitive actions. NULL: everything that would have
 * to be asked is refused. */
void
annex_browser_set_ask_func (AnnexBrowser *self,
                            AnnexBrowserAskFunc func,
                            gpointer data,
                            GDestroyNotify free_data);
/* How the pane reaches the task's files: uploads, downloads. @funcs is static; NULL: none. */
void
annex_browser_set_file_funcs (AnnexBrowser *self,
                              const AnnexBrowserFileFuncs *funcs,
                              gpointer data,
                              GDestroyNotify free_data);

G_END_DECLS
