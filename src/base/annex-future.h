/* annex-future.h
 *
 * The few lines libdex 0.10 lacks: blocking work on a thread of its own, fibers that nothing cuts
 * off, time limits, and waiting for a step or a cancel, whichever is first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Blocking work, run in a worker thread. It must return a settled future (resolved or rejected),
 * and read errors kept per thread (libvirt's, errno) before it returns. It must not await. */
typedef DexFuture *(*AnnexWorkerFunc) (gpointer state);

/* Runs @func (@state) in a worker thread. @state is freed in the thread the future settles for.
 * Resolves to and rejects with whatever @func returned. (transfer full) */
DexFuture *
annex_worker_run (const char *name, AnnexWorkerFunc func, gpointer state, GDestroyNotify free_state)
    G_GNUC_WARN_UNUSED_RESULT;

/* @future (taken) such that it goes on though a wait for it was given up: libdex discards what the
 * last one waiting lets go of. Resolves and rejects as it does. (transfer full) */
DexFuture *
annex_future_keep (DexFuture *future) G_GNUC_WARN_UNUSED_RESULT;

/* Runs @func (@data) as a fiber of the calling thread, with a stack of 1 MiB, that goes on to its
 * own end even when nobody waits for it any more. Resolves and rejects as the fiber does. What it
 * does must therefore end by itself, or by something it is given: a limit, a cancel, the end of a
 * stream. (transfer full)
 *
 * Every fiber is started by this or by annex_fiber_start(), never by libdex's own call; a test
 * holds it. For libdex 0.10 wakes a discarded fiber without marking it as woken, and when what it
 * waited for comes before it has run, it is moved a second time, from a queue it is not in. That
 * breaks the scheduler's list of fibers, and no fiber of the thread runs any more. */
DexFuture *
annex_fiber_run (DexFiberFunc func,
                 gpointer data,
                 GDestroyNotify free_data) G_GNUC_WARN_UNUSED_RESULT;
/* The same for nobody to wait for. */
void
annex_fiber_start (DexFiberFunc func, gpointer data, GDestroyNotify free_data);

/* A future rejected with @error; takes @error. Cancellation and time-outs of libdex become
 * G_IO_ERROR_CANCELLED and G_IO_ERROR_TIMED_OUT. (transfer full) */
DexFuture *
annex_future_new_error (GError *error) G_GNUC_WARN_UNUSED_RESULT;

/* A future rejected with a formatted message. (transfer full) */
DexFuture *
annex_future_new_errorf (GQuark domain, int code, const char *format, ...)
    G_GNUC_PRINTF (3, 4) G_GNUC_WARN_UNUSED_RESULT;

/* @future with a limit: rejects with G_IO_ERROR_TIMED_OUT after @timeout_ms. Takes @future; 0 means
 * no limit. (transfer full) */
DexFuture *
annex_future_with_timeout (DexFuture *future, guint timeout_ms) G_GNUC_WARN_UNUSED_RESULT;

/* In a fiber: waits for @step (taken) or until @cancel (borrowed, may be NULL) rejects. Returns
 * TRUE when the step resolved; otherwise @error is always set: G_IO_ERROR_CANCELLED on cancel. The
 * step is discarded on cancel, so @step must tolerate that. */
gboolean
annex_await_cancellable (DexFuture *step, DexFuture *cancel, GError **error);

/* Turns DEX_ERROR_* of a failed await into GIO's codes, and a missing error into G_IO_ERROR_FAILED,
 * so that libdex's codes never cross a module. */
void
annex_error_normalise (GError **error);

G_END_DECLS
