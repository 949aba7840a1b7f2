/* annex-gate.c
 *
 * See annex-gate.h. Knows libdex only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-gate.h"

#define STACK_BYTES (256 * 1024)

void
annex_gate_enter (AnnexGate *self)
{
  DexPromise *turn;

  if (!self->taken)
    {
      self->taken = TRUE;
      return;
    }
  turn = dex_promise_new ();
  g_queue_push_tail (&self->waiting, dex_ref (turn));
  dex_await (DEX_FUTURE (turn), NULL); /* only ever resolves: whoever leaves hands the gate on */
}

void
annex_gate_leave (AnnexGate *self)
{
  DexPromise *next = g_queue_pop_head (&self->waiting);

  if (next == NULL)
    {
      self->taken = FALSE;
      return;
    }
  dex_promise_resolve_boolean (next, TRUE);
  dex_unref (next);
}

static DexFuture *
forward_cb (DexFuture *future, gpointer data)
{
  DexPromise *promise = data;
  GError *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL)
    dex_promise_resolve (promise, value);
  else
    dex_promise_reject (promise, error);
  return dex_future_new_true ();
}

DexFuture *
annex_future_keep (DexFuture *future)
{
  DexPromise *promise = dex_promise_new ();

  dex_future_disown (dex_future_finally (future, forward_cb, dex_ref (promise), dex_unref));
  return DEX_FUTURE (promise);
}

DexFuture *
annex_fiber_run (DexFiberFunc func, gpointer data, GDestroyNotify free_data)
{
  return annex_future_keep (dex_scheduler_spawn (NULL, STACK_BYTES, func, data, free_data));
}

void
annex_fiber_start (DexFiberFunc func, gpointer data, GDestroyNotify free_data)
{
  dex_future_disown (dex_scheduler_spawn (NULL, STACK_BYTES, func, data, free_data));
}
