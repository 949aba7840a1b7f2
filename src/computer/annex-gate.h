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

G_END_DECLS
