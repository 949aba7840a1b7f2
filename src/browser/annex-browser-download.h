/* annex-browser-download.h
 *
 * One download of the pane: quarantined in the task's folder under a safe name, never opened by
 * itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser.h"

#include <webkit/webkit.h>

G_BEGIN_DECLS

/* Larger ones are cut off. */
#define ANNEX_BROWSER_DOWNLOAD_MAX_BYTES (512ull * 1024 * 1024)

typedef enum {
  ANNEX_DOWNLOAD_RUNNING,
  ANNEX_DOWNLOAD_DONE,
  ANNEX_DOWNLOAD_FAILED,
} AnnexDownloadState;
GType
annex_download_state_get_type (void) G_GNUC_CONST;
#define ANNEX_TYPE_DOWNLOAD_STATE (annex_download_state_get_type ())

/* Properties, read-only and notified: "name", "state" (AnnexDownloadState), "received" (uint64),
 * "size" (uint64, 0: unknown), "reason" (string, nullable: why it failed). */
#define ANNEX_TYPE_BROWSER_DOWNLOAD (annex_browser_download_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBrowserDownload,
                      annex_browser_download,
                      ANNEX,
                      BROWSER_DOWNLOAD,
                      GObject)

const char *
annex_browser_download_get_name (AnnexBrowserDownload *self);
/* Where it lies on this machine, once it is done (borrowed). */
const char *
annex_browser_download_get_path (AnnexBrowserDownload *self);
const char *
annex_browser_download_get_uri (AnnexBrowserDownload *self);
/* As the server says; "" when it does not (borrowed). */
const char *
annex_browser_download_get_mime_type (AnnexBrowserDownload *self);
AnnexDownloadState
annex_browser_download_get_state (AnnexBrowserDownload *self);
guint64
annex_browser_download_get_received (AnnexBrowserDownload *self);
guint64
annex_browser_download_get_size (AnnexBrowserDownload *self);
const char *
annex_browser_download_get_reason (AnnexBrowserDownload *self);
void
annex_browser_download_cancel (AnnexBrowserDownload *self);

/* A name that is safe in a folder and honest on a screen: no path, no leading dot, no control or
 * bidirectional characters, at most 120 characters, the ending kept. (transfer full) */
char *
annex_browser_download_safe_name (const char *suggested);

G_END_DECLS
