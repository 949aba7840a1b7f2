/* annex-page-channel.h
 *
 * The way to the page scripts of one view: every frame's document asks for its next command, and
 * the answer is the command. Knows which documents live, and where their frames stand. Private to
 * AnnexPage.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-page-decode.h"

#include <webkit/webkit.h>

G_BEGIN_DECLS

/* The isolated world of the page scripts, and their channel, which exists in that world alone. */
#define ANNEX_PAGE_WORLD "annex"
#define ANNEX_PAGE_HANDLER "annexPage"

#define ANNEX_TYPE_PAGE_CHANNEL (annex_page_channel_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPageChannel, annex_page_channel, ANNEX, PAGE_CHANNEL, GObject)

/* @view: held weakly. */
AnnexPageChannel *
annex_page_channel_new (WebKitWebView *view);

/* Hears no more; whoever was the last one with the view's manager takes the scripts out of it. */
void
annex_page_channel_leave (AnnexPageChannel *self);

/* Sends a command to frame @frame. Resolves to its result, a JsonObject (boxed); rejects with
 * ANNEX_BROWSER_ERROR (STALE: no such frame; TIMED_OUT: no answer well after @limit_ms; CRASHED)
 * and with G_IO_ERROR_CLOSED when its document went away before it answered. */
DexFuture *
annex_page_channel_send (AnnexPageChannel *self,
                         guint frame,
                         const char *command,
                         JsonObject *args,
                         guint limit_ms) G_GNUC_WARN_UNUSED_RESULT;
/* Tells every frame to give up what it is doing. */
void
annex_page_channel_cancel (AnnexPageChannel *self);

/* The frames that live, the main one first. (transfer full) (element-type guint) */
GArray *
annex_page_channel_list_frames (AnnexPageChannel *self);
/* Where @frame was when it last answered, as "0/2"; "" for the main frame, NULL when unknown.
 * (borrowed) */
const char *
annex_page_channel_get_place (AnnexPageChannel *self, guint frame);
/* The frame at @place; FALSE when none is known there. */
gboolean
annex_page_channel_find_place (AnnexPageChannel *self, const char *place, guint *frame);
/* Is the main frame's document there? */
gboolean
annex_page_channel_is_ready (AnnexPageChannel *self);
/* Counts the main frame's documents: another number is another page. */
guint
annex_page_channel_get_document (AnnexPageChannel *self);

/* A path as a place. (transfer full) */
char *
annex_page_path_to_place (const GArray *path);

G_END_DECLS
