/* annex-egress-log.c
 *
 * See annex-egress-log.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-egress-private.h"

#include "annex-future.h"
#include "annex-store-begun.h"

/* Within a window, what did not leave becomes a count after the first ones. */
#define WINDOW_US (10 * G_USEC_PER_SEC)
#define ROWS_PER_WINDOW 100
/* Of those that could not be stored. Nothing may go out meanwhile, so beyond what was under way
 * nothing left: further ones become a count. */
#define MAX_UNSTORED 1000

struct _AnnexEgressLog
{
  AnnexStore *store;
  AnnexEgressLogFunc func;
  gpointer data;
  gboolean is_broken;
  DexPromise *retried; /* non-NULL while one fiber tries again */
  GQueue unstored;     /* AnnexLedgerEntry, in order: what the store did not take */

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
  if (self->unstored.length > 0)
    g_warning ("%u rows of the ledger were not stored", self->unstored.length);
  g_queue_clear_full (&self->unstored, (GDestroyNotify) annex_ledger_entry_free);
  g_free (self);
}

gboolean
annex_egress_log_begin (AnnexEgressLog *self, AnnexLedgerEntry *entry, GError **error)
{
  if (self->store == NULL || dex_await (annex_store_begin_ledger (self->store, entry), NULL))
    return TRUE;
  /* Why is said when the row of the refusal is not stored either. */
  g_set_error_literal (error, ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_LEDGER,
                       ANNEX_EGRESS_LEDGER_REFUSAL);
  return FALSE;
}

void
annex_egress_log_note (AnnexEgressLog *self, gint64 begun, guint64 bytes_up, guint64 bytes_down)
{
  if (self->store != NULL && begun != 0)
    dex_future_disown (annex_store_note_ledger (self->store, begun, bytes_up, bytes_down));
}

/* In a fiber: what waits goes first, and only when nothing waits any more is the ledger whole. Who
 * comes meanwhile waits for the one that tries, which takes their row along. */
static void
retry (AnnexEgressLog *self)
{
  g_autoptr (DexPromise) retried = NULL;

  if (self->retried != NULL)
    {
      dex_await (dex_ref (DEX_FUTURE (self->retried)), NULL);
      return;
    }
  if (!self->is_broken)
    return;
  self->retried = dex_promise_new ();
  while (self->is_broken)
    {
      g_autoptr (AnnexLedgerEntry) entry = g_queue_pop_head (&self->unstored);

      if (entry == NULL)
        self->is_broken = FALSE;
      else if (!dex_await (annex_store_append_ledger (self->store, entry), NULL))
        {
          /* As before; it was said then. */
          g_queue_push_head (&self->unstored, g_steal_pointer (&entry));
          break;
        }
    }
  retried = g_steal_pointer (&self->retried);
  dex_promise_resolve_boolean (retried, !self->is_broken);
}

static void
store_row (AnnexEgressLog *self, const AnnexLedgerEntry *entry)
{
  g_autoptr (GError) error = NULL;

  self->func (entry, self->data);
  if (self->store == NULL)
    return;
  if (self->is_broken)
    {
      g_queue_push_tail (&self->unstored, annex_ledger_entry_copy (entry));
      retry (self);
      return;
    }
  if (dex_await (annex_store_append_ledger (self->store, entry), &error))
    return;
  g_warning ("A row of the ledger was not stored yet: %s",
             error != NULL ? error->message : "no reason given");
  g_queue_push_tail (&self->unstored, annex_ledger_entry_copy (entry));
  self->is_broken = TRUE;
}

static gboolean
is_refused (const AnnexLedgerEntry *entry)
{
  return g_strcmp0 (entry->decision, "refused") == 0;
}

/* Nothing of it has left: it was refused, or its program did not wait for its turn. */
static gboolean
may_be_folded (const AnnexLedgerEntry *entry)
{
  return entry->begun == 0 && (is_refused (entry) || g_strcmp0 (entry->decision, "failed") == 0);
}

static void
fold (AnnexEgressLog *self, const AnnexLedgerEntry *entry)
{
  self->n_folded++;
  /* One that was refused stands for them all, before one that only left. */
  if (self->last_folded != NULL && is_refused (self->last_folded) && !is_refused (entry))
    return;
  g_clear_pointer (&self->last_folded, annex_ledger_entry_free);
  self->last_folded = annex_ledger_entry_copy (entry);
}

void
annex_egress_log_add (AnnexEgressLog *self, const AnnexLedgerEntry *entry)
{
  gint64 now_us = g_get_monotonic_time ();

  if (may_be_folded (entry))
    {
      if (now_us - self->window_us >= WINDOW_US)
        {
          annex_egress_log_flush (self, TRUE);
          self->window_us = now_us;
          self->n_in_window = 0;
        }
      if (self->n_in_window >= ROWS_PER_WINDOW || self->unstored.length >= MAX_UNSTORED)
        {
          fold (self, entry);
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

  retry (self);
  if (self->last_folded == NULL ||
      (!is_last && (g_get_monotonic_time () - self->window_us < WINDOW_US ||
                    self->unstored.length >= MAX_UNSTORED)))
    return;
  entry = g_steal_pointer (&self->last_folded);
  if (self->n_folded > 1)
    {
      g_autofree char *reason = g_steal_pointer (&entry->reason);

      entry->reason = g_strdup_printf ("Within seconds, %u requests were not sent. One of them: %s",
                                       self->n_folded, reason != NULL ? reason : "");
    }
  self->n_folded = 0;
  store_row (self, entry);
}

gboolean
annex_egress_log_has_more (AnnexEgressLog *self)
{
  /* Not the queue's length: the row that is just being tried is not in it. */
  return self->last_folded != NULL || self->is_broken;
}

gboolean
annex_egress_log_is_broken (AnnexEgressLog *self)
{
  return self->is_broken;
}
