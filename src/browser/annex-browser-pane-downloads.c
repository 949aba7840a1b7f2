/* annex-browser-pane-downloads.c
 *
 * What pages send as files: each becomes a download of the pane, as long as there is room for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-download-private.h"
#include "annex-browser-pane-private.h"

#include <glib/gi18n.h>

#define MAX_LISTED 500
#define MAX_TOTAL_BYTES (4ull * 1024 * 1024 * 1024)

/* A page may begin downloads by itself: it fills neither the disk nor the list. NULL: one more may
 * be. */
static const char *
find_no_room (AnnexBrowserPane *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->downloads));
  guint n_running = 0;
  guint64 total = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AnnexBrowserDownload) download =
          g_list_model_get_item (G_LIST_MODEL (self->downloads), i);

      total += annex_browser_download_get_received (download);
      if (annex_browser_download_get_state (download) == ANNEX_DOWNLOAD_RUNNING)
        n_running++;
    }
  if (n_running >= ANNEX_BROWSER_MAX_RUNNING_DOWNLOADS)
    return N_ ("Too many files are being downloaded at once.");
  if (total >= MAX_TOTAL_BYTES)
    return N_ ("This task has downloaded as much as it may.");
  return NULL;
}

static void
download_started_cb (AnnexBrowserPane *self, WebKitDownload *download)
{
  g_autofree char *folder = g_build_filename (self->folder, "downloads", NULL);
  const char *reason = find_no_room (self);
  g_autoptr (AnnexBrowserDownload) ours = NULL;

  if (g_list_model_get_n_items (G_LIST_MODEL (self->downloads)) >= MAX_LISTED)
    {
      webkit_download_cancel (download);
      return;
    }
  ours = annex_browser_download_new (download, folder);
  if (reason != NULL)
    annex_browser_download_refuse (ours, reason);
  g_list_store_append (self->downloads, ours);
}

void
annex_browser_pane_watch_downloads (AnnexBrowserPane *self, WebKitNetworkSession *network)
{
  g_signal_connect_object (network, "download-started", G_CALLBACK (download_started_cb), self,
                           G_CONNECT_SWAPPED);
}
