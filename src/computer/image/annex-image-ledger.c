/* annex-image-ledger.c
 *
 * See annex-image-ledger.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-ledger.h"

static void
transferred_cb (AnnexStore *store,
                const char *host,
                guint port,
                guint64 bytes,
                const char *failure,
                AnnexImageSource *source)
{
  g_autoptr (AnnexLedgerEntry) row = annex_ledger_entry_new (NULL, "image", host, port);

  row->method = g_strdup ("GET");
  row->bytes_down = bytes;
  row->decision = g_strdup (failure == NULL ? "allowed" : "failed");
  row->by = g_strdup ("annex");
  row->reason = g_strdup (failure);
  dex_future_disown (annex_store_append_ledger (store, row));
}

void
annex_image_ledger_watch (AnnexImageSource *source, AnnexStore *store)
{
  g_return_if_fail (ANNEX_IS_IMAGE_SOURCE (source));
  g_return_if_fail (ANNEX_IS_STORE (store));
  g_signal_connect_object (source, "transferred", G_CALLBACK (transferred_cb), store,
                           G_CONNECT_SWAPPED);
}
