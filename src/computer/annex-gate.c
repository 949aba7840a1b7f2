/* annex-gate.c
 *
 * See annex-gate.h. Knows libdex only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-gate.h"

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
