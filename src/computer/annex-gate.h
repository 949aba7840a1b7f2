/* annex-gate.h
 *
 * One fiber at a time: the mutex that libdex 0.10 lacks, for fibers of the main thread. First come,
 * first served.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean taken;
  GQueue waiting; /* DexPromise */
} AnnexGate;

/* In a fiber: waits until the gate is free and takes it. A fiber that took it must leave it. */
void
annex_gate_enter (AnnexGate *self);
void
annex_gate_leave (AnnexGate *self);

/* @future (taken) such that it goes on though a wait for it was given up: libdex discards what the
 * last one waiting lets go of. Resolves and rejects as it does. (transfer full) */
DexFuture *
annex_future_keep (DexFuture *future) G_GNUC_WARN_UNUSED_RESULT;

/* Runs @func (@data) as a fiber that goes on even when nobody waits for it any more: what it began
 * in a virtual machine must be ended by itself. Resolves and rejects as the fiber does. */
DexFuture *
annex_fiber_run (DexFiberFunc func,
                 gpointer data,
                 GDestroyNotify free_data) G_GNUC_WARN_UNUSED_RESULT;
/* The same for nobody to wait for. */
void
annex_fiber_start (DexFiberFunc func, gpointer data, GDestroyNotify free_data);

G_END_DECLS
