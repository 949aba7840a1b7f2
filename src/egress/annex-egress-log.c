/* annex-egress-log.c
 *
 * See annex-egress-log.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-egress-log.h"

#include "annex-future.h"

/* Within a window, refusals after the first ones become a count. */
#define WINDOW_US (10 * G_USEC_PER_SEC)
#define ROWS_PER_WINDOW 100

struct _AnnexEgressLog
{
  AnnexStore *store;
  AnnexEgressLogFunc func;
  gpointer data;
  gboolean is_broken;

  gint64 window_us;
  guint n_in_window;
  guint n_folded;
  AnnexLedgerEntry *last_folded;
};

AnnexEgressLog *
annex_egress_log_new (AnnexStore *store, AnnexEgressLogFunc func, gpointer data)
{
  AnnexEgressLog *self = g_new0 (AnnexEgressLog, 1);

  self->store = store != NULL ? g_object_ref (store) : NULL;
  self->func = func;
  self->data = data;
  return self;
}

void
annex_egress_log_free (AnnexEgressLog *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->store);
  g_clear_pointer (&self->last_folded, annex_ledger_entry_free);
  g_free (self);
}

static void
store_row (AnnexEgressLog *self, const AnnexLedgerEntry *entry)
{
  g_autoptr (GError) error = NULL;

  self->func (entry, self->data);
  if (self->store == NULL)
    return;
  self->is_broken = !dex_await (annex_store_append_ledger (self->store, entry), &error);
  if (self->is_broken)
    g_warning ("A row of the ledger was not stored: %s",
               error != NULL ? error->message : "no reason given");
}

void
annex_egress_log_add (AnnexEgressLog *self, const AnnexLedgerEntry *entry)
{
  gint64 now_us = g_get_monotonic_time ();

  if (g_strcmp0 (entry->decision, "refused") == 0)
    {
      if (now_us - self->window_us >= WINDOW_US)
        {
          annex_egress_log_flush (self, TRUE);
          self->window_us = now_us;
          self->n_in_window = 0;
        }
      if (self->n_in_window >= ROWS_PER_WINDOW)
        {
          self->n_folded++;
          g_clear_pointer (&self->last_folded, annex_ledger_entry_free);
          self->last_folded = annex_ledger_entry_copy (entry);
          return;
        }
      self->n_in_window++;
    }
  store_row (self, entry);
}

void
annex_egress_log_flush (AnnexEgressLog *self, gboolean is_last)
{
  g_autoptr (AnnexLedgerEntry) entry = NULL;

  if (self->last_folded == NULL ||
      (!is_last && g_get_monotonic_time () - self->window_us < WINDOW_US))
    return;
  entry = g_steal_pointer (&self->last_folded);
  if (self->n_folded > 1)
    {
      g_autofree char *reason = g_steal_pointer (&entry->reason);

      entry->reason = g_strdup_printf ("%u requests were refused within seconds; of the last: %s",
                                       self->n_folded, reason != NULL ? reason : "");
    }
  self->n_folded = 0;
  store_row (self, entry);
}

gboolean
annex_egress_log_has_folded (AnnexEgressLog *self)
{
  return self->last_folded != NULL;
}

gboolean
annex_egress_log_is_broken (AnnexEgressLog *self)
{
  return self->is_broken;
}
