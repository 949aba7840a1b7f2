/* annex-page-private.h
 *
 * What the files of AnnexPage share: one running command, and looking at all frames.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-page-args.h"
#include "annex-page-channel.h"
#include "annex-page-loads.h"
#include "annex-page-tree.h"
#include "annex-page.h"

G_BEGIN_DECLS

struct _AnnexPage
{
  GObject parent_instance;
  GWeakRef view;
  AnnexPageChannel *channel;
  AnnexPageLoads *loads;
  GPtrArray *shown;     /* the lines that the model knows, or NULL */
  guint shown_document; /* of which page */
  guint focus_frame;    /* where the last action was */
  DexPromise *dialog;   /* while an action runs: resolves when a dialog opens */
  char *dialog_words;
};

/* One command, in its fiber. */
typedef struct
{
  AnnexPage *page;
  AnnexPageCommand command;
  JsonObject *args;
  guint timeout_ms;
  gint64 began_us;
  DexFuture *cancel; /* nullable */
  guint document;    /* the page when it began */
} AnnexPageRun;

/* In a fiber: */

/* What is left of the time, in ms. */
guint
annex_page_run_left (AnnexPageRun *self);
/* Sleeps; FALSE on cancel. */
gboolean
annex_page_run_sleep (AnnexPageRun *self, guint ms, GError **error);
/* Sends a command to one frame and waits for its result. (transfer full) */
JsonObject *
annex_page_run_ask (AnnexPageRun *self,
                    guint frame,
                    const char *command,
                    JsonObject *args,
                    guint limit_ms,
                    GError **error);
/* Sends a command to all frames (but @except, or -1) and waits. Returns frame numbers → results;
 * those that failed are not in it. (transfer full) */
GHashTable *
annex_page_run_ask_all (AnnexPageRun *self,
                        const char *command,
                        JsonObject *args,
                        int except,
                        GError **error);
/* The lines of the page, or of @target in it (nullable). (transfer full) */
GPtrArray *
annex_page_run_look (AnnexPageRun *self,
                     const char *target,
                     gint64 depth,
                     gboolean again,
                     GError **error);
/* Where a key goes that has no target: the frame where the last action was, as long as it lives. */
guint
annex_page_run_focus_frame (AnnexPageRun *self);
/* @result of *@frame says that a frame inside it has the focus: *@frame becomes that one. FALSE
 * when it does not answer. */
gboolean
annex_page_run_enter_frame (AnnexPageRun *self,
                            JsonObject *result,
                            guint *frame,
                            gboolean *entered);
/* Until the page is at rest: navigations shown, nothing changing, nothing loading for it. */
gboolean
annex_page_run_rest (AnnexPageRun *self, gint64 since_us, GError **error);

/* Where *@box (replaced) of @frame's page is on the main page, as far as the pages around let it be
 * seen; they are scrolled to it. *@cover (nullable pointer; transfer full): what one of them draws
 * over its middle, NULL when nothing does. */
gboolean
annex_page_run_place (AnnexPageRun *self,
                      guint frame,
                      JsonArray **box,
                      char **cover,
                      GError **error);
/* FALSE with COVERED when a page around @target's frame has something over it, and keeps it there.
 */
gboolean
annex_page_run_check_cover (AnnexPageRun *self, const char *target, GError **error);

/* Puts the focus of the pages around @frame onto it, as a click into it does. FALSE on cancel. */
gboolean
annex_page_run_focus_into (AnnexPageRun *self, guint frame, GError **error);

/* The commands' own parts. */
AnnexPageAnswer *
annex_page_run_snapshot (AnnexPageRun *self, GError **error);
AnnexPageAnswer *
annex_page_run_find (AnnexPageRun *self, GError **error);
AnnexPageAnswer *
annex_page_run_text (AnnexPageRun *self, GError **error);
AnnexPageAnswer *
annex_page_run_one (AnnexPageRun *self, GError **error);
AnnexPageAnswer *
annex_page_run_act (AnnexPageRun *self, GError **error);

G_END_DECLS
