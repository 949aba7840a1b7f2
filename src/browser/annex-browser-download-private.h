/* annex-browser-download-private.h
 *
 * How the pane makes and ends downloads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-download.h"

G_BEGIN_DECLS

/* Takes @download over, into @folder, which is made when there is something to put there. */
AnnexBrowserDownload *
annex_browser_download_new (WebKitDownload *download, const char *folder);
/* What WebKit must know before the first byte: limits. For tests. */
void
annex_browser_download_set_limit (guint64 bytes);

/* For whoever hands downloads out: it was handed out, it was waited for long enough. */
typedef struct
{
  gboolean is_taken;
  gboolean was_awaited;
} AnnexDownloadNotes;
/* (borrowed) */
AnnexDownloadNotes *
annex_browser_download_get_notes (AnnexBrowserDownload *self);

/* Ends it before anything is written. @reason: a sentence. */
void
annex_browser_download_refuse (AnnexBrowserDownload *self, const char *reason);

G_END_DECLS
