/* annex-browser-wheel.h
 *
 * What the agent's tools (annex-page-tool*.c) use of the pane, beyond what its window uses: taking
 * a turn at the wheel, going somewhere, dialogs, files, pictures. Implemented by the pane and its
 * tabs; the site policy is applied there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-pane.h"
#include "annex-page.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_TURN_WITH_DIALOG = 1 << 0, /* also while a dialog is open in the selected tab */
  ANNEX_TURN_LEAVES_PAGE = 1 << 1, /* the same, and also when its page has crashed */
} AnnexTurnFlags;

/* Every call of a tool begins with this: waits while the user has taken over, then shows @activity
 * ("Annex is filling in the form"). Resolves to a boolean: the user drove since the last call, so
 * the page is to be looked at anew. Rejects, unless @flags say otherwise, with
 * ANNEX_BROWSER_ERROR_DIALOG when a dialog is open in the selected tab (the message says which and
 * what it says) and CRASHED; and with G_IO_ERROR_CANCELLED. */
DexFuture *
annex_browser_pane_begin_turn (AnnexBrowserPane *self,
                               const char *activity,
                               AnnexTurnFlags flags,
                               DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;

/* The agent goes to @uri in @tab (nullable: a new tab, which is selected; also where @tab is not the
 * agent's to look at), whatever the page there has open: the site policy decides,
 * by an ask where it must, then waits for the load. Resolves to the AnnexBrowserTab; rejects with
 * REFUSED, INVALID, LOAD_FAILED, CERTIFICATE, TIMED_OUT or G_IO_ERROR_CANCELLED. */
DexFuture *
annex_browser_pane_visit (AnnexBrowserPane *self,
                          AnnexBrowserTab *tab,
                          const char *uri,
                          const char *tool_use_id,
                          DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* One step back in @tab's history. As above; NOT_FOUND when there is none. */
DexFuture *
annex_browser_pane_back (AnnexBrowserPane *self,
                         AnnexBrowserTab *tab,
                         const char *tool_use_id,
                         DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* After an action: waits for the navigation it began, if it began one, in @tab or in a tab it
 * opened; a first visit or another site is asked about for @tool_use_id. Resolves to TRUE at once
 * when there is none. Rejects as visit does. */
DexFuture *
annex_browser_pane_settle (AnnexBrowserPane *self,
                           AnnexBrowserTab *tab,
                           const char *tool_use_id,
                           DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* Opens @ask (transfer full) by the pane's ask function. Resolves to the answer, a JsonObject
 * (boxed); rejects with REFUSED when there is nobody to ask, or G_IO_ERROR_CANCELLED. */
DexFuture *
annex_browser_pane_ask (AnnexBrowserPane *self,
                        AnnexAsk *ask,
                        const char *tool_use_id,
                        DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* The task's files, by what annex_browser_set_file_funcs gave. Reject with REFUSED when nobody did.
 */
DexFuture *
annex_browser_pane_read_file (AnnexBrowserPane *self, const char *path) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_browser_pane_store_file (AnnexBrowserPane *self,
                               const char *name,
                               const char *host_path) G_GNUC_WARN_UNUSED_RESULT;
/* (borrowed) */
AnnexTask *
annex_browser_pane_get_task (AnnexBrowserPane *self);

/* The files (paths on this machine, NULL-terminated) that the file chooser opened next by the page
 * gets, without being shown; NULL: the user is asked as usual. TRUE when those of before were not
 * taken. */
gboolean
annex_browser_tab_set_upload (AnnexBrowserTab *self, const char *const *paths);
/* What is visible of the page, or @box of it (x, y, width, height in CSS pixels; nullable), as PNG.
 * Resolves to GBytes (boxed); rejects with FAILED ones of ANNEX_BROWSER_ERROR. */
DexFuture *
annex_browser_tab_take_picture (AnnexBrowserTab *self, const double *box) G_GNUC_WARN_UNUSED_RESULT;

/* A file that a page gave, in the task's quarantine. */
#define ANNEX_TYPE_BROWSER_FILE (annex_browser_file_get_type ())
typedef struct
{
  char *name; /* safe, for a folder of files */
  char *path; /* on this machine */
  char *uri;  /* where it came from */
  guint64 size_bytes;
  char *problem; /* nullable: why it is not there */
} AnnexBrowserFile;
GType
annex_browser_file_get_type (void) G_GNUC_CONST;
AnnexBrowserFile *
annex_browser_file_copy (const AnnexBrowserFile *self);
void
annex_browser_file_free (AnnexBrowserFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexBrowserFile, annex_browser_file_free)

#define ANNEX_BROWSER_DOWNLOADS_MS (120 * 1000)
/* For tests. */
void
annex_browser_pane_set_downloads_ms (guint ms);
/* Waits for downloads that are under way (each once; at most ANNEX_BROWSER_DOWNLOADS_MS, or @cancel), then hands out those
 * that ended since the last call. Resolves to a boxed GPtrArray of AnnexBrowserFile, also empty. */
DexFuture *
annex_browser_pane_take_downloads (AnnexBrowserPane *self,
                                   DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
