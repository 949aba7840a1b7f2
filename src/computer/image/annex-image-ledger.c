/* annex-image-ledger.c
 *
 * See annex-image-ledger.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-ledger.h"

#include "annex-store-begun.h"

typedef struct
{
  AnnexStore *store;
  GQueue open; /* AnnexLedgerEntry: under way, oldest first */
} Watch;

static void
watch_free (gpointer data, GClosure *closure)
{
  Watch *watch = data;

  g_object_unref (watch->store);
  g_queue_clear_full (&watch->open, (GDestroyNotify) annex_ledger_entry_free);
  g_free (watch);
}

/* Of all that leaves, this alone does not wait for its row, and leaves though that cannot be
 * written: a builder's package manager asks by itself, and a fetcher's worker must not wait for the
 * loop of who asked. Nothing of a task is in it: it names a public file. */
static void
requested_cb (AnnexImageSource *source, const char *host, guint port, Watch *watch)
{
  AnnexLedgerEntry *row = annex_ledger_entry_new (NULL, "image", host, port);

  row->method = g_strdup ("GET");
  row->by = g_strdup ("annex");
  dex_future_disown (annex_store_begin_ledger (watch->store, row));
  g_queue_push_tail (&watch->open, row);
}

/* (transfer full) */
static AnnexLedgerEntry *
take_open (Watch *watch, const char *host, guint port)
{
  for (GList *l = watch->open.head; l != NULL; l = l->next)
    {
      AnnexLedgerEntry *row = l->data;

      if (row->port != port || g_strcmp0 (row->host, host) != 0)
        continue;
      g_queue_delete_link (&watch->open, l);
      return row;
    }
  return NULL;
}

static void
transferred_cb (AnnexImageSource *source,
                const char *host,
                guint port,
                guint64 bytes,
                const char *failure,
                Watch *watch)
{
  g_autoptr (AnnexLedgerEntry) begun = take_open (watch, host, port);
  g_autoptr (AnnexLedgerEntry) row = annex_ledger_entry_new (NULL, "image", host, port);

  row->begun = begun != NULL ? begun->begun : 0;
  row->method = g_strdup ("GET");
  row->bytes_down = bytes;
  row->decision = g_strdup (failure == NULL ? "allowed" : "failed");
  row->by = g_strdup ("annex");
  row->reason = g_strdup (failure);
  annex_store_end_ledger (watch->store, row);
}

void
annex_image_ledger_watch (AnnexImageSource *source, AnnexStore *store)
{
  Watch *watch;

  g_return_if_fail (ANNEX_IS_IMAGE_SOURCE (source));
  g_return_if_fail (ANNEX_IS_STORE (store));

  watch = g_new0 (Watch, 1);
  watch->store = g_object_ref (store);
  g_signal_connect (source, "requested", G_CALLBACK (requested_cb), watch);
  g_signal_connect_data (source, "transferred", G_CALLBACK (transferred_cb), watch, watch_free,
                         G_CONNECT_DEFAULT);
}
