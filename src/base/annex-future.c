/* annex-future.c
 *
 * See annex-future.h. Knows libdex and GLib only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-future.h"

#include <gio/gio.h>

/* Address space: memory is used only as far as a stack has grown. Widgets and pictures need it. */
#define FIBER_STACK_BYTES (1024 * 1024)

typedef struct
{
  AnnexWorkerFunc func;
  gpointer state;
  GDestroyNotify free_state;
  DexPromise *promise;
} Work;

static gpointer
work_thread (gpointer data)
{
  Work *work = data;
  g_autoptr (DexFuture) settled = NULL;
  const GValue *value;
  GError *error = NULL;

  settled = work->func (work->state);
  if (settled == NULL)
    dex_promise_reject (work->promise, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED,
                                                            "The work ended without a result"));
  else if ((value = dex_future_get_value (settled, &error)) != NULL)
    dex_promise_resolve (work->promise, value);
  else
    dex_promise_reject (work->promise, error);

  if (work->free_state != NULL)
    work->free_state (work->state);
  dex_unref (work->promise);
  g_free (work);
  return NULL;
}

DexFuture *
annex_worker_run (const char *name, AnnexWorkerFunc func, gpointer state, GDestroyNotify free_state)
{
  DexPromise *promise = dex_promise_new ();
  Work *work = g_new0 (Work, 1);

  work->func = func;
  work->state = state;
  work->free_state = free_state;
  work->promise = dex_ref (promise);
  g_thread_unref (g_thread_new (name, work_thread, work));
  return DEX_FUTURE (promise);
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
  return annex_future_keep (dex_scheduler_spawn (NULL, FIBER_STACK_BYTES, func, data, free_data));
}

void
annex_fiber_start (DexFiberFunc func, gpointer data, GDestroyNotify free_data)
{
  dex_future_disown (dex_scheduler_spawn (NULL, FIBER_STACK_BYTES, func, data, free_data));
}

void
annex_error_normalise (GError **error)
{
  g_autoptr (GError) old = NULL;

  if (error == NULL)
    return;
  if (*error == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "It failed without saying why");
      return;
    }
  if ((*error)->domain != DEX_ERROR)
    return;
  old = g_steal_pointer (error);
  if (old->code == DEX_ERROR_TIMED_OUT)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, old->message);
  else if (old->code == DEX_ERROR_FIBER_CANCELLED)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", old->message);
}

DexFuture *
annex_future_new_error (GError *error)
{
  annex_error_normalise (&error);
  return dex_future_new_for_error (error);
}

DexFuture *
annex_future_new_errorf (GQuark domain, int code, const char *format, ...)
{
  va_list args;
  GError *error;

  va_start (args, format);
  error = g_error_new_valist (domain, code, format, args);
  va_end (args);
  return dex_future_new_for_error (error);
}

static DexFuture *
time_out_cb (DexFuture *future, gpointer data)
{
  return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "It took longer than %u s",
                                  (GPOINTER_TO_UINT (data) + 999) / 1000);
}

DexFuture *
annex_future_with_timeout (DexFuture *future, guint timeout_ms)
{
  DexFuture *limit;

  if (timeout_ms == 0)
    return future;
  limit = dex_future_catch (dex_timeout_new_msec ((int) MIN (timeout_ms, G_MAXINT)), time_out_cb,
                            GUINT_TO_POINTER (timeout_ms), NULL);
  return dex_future_first (future, limit, NULL);
}

/* As a wait that is given up does: the last reference to a time-out that runs is no way to end it.
 */
static void
let_go (DexFuture *step)
{
  DexFuture *wait = dex_future_first (step, dex_future_new_infinite (), NULL);

  dex_unref (wait);
}

gboolean
annex_await_cancellable (DexFuture *step, DexFuture *cancel, GError **error)
{
  /* Who gives up lets go of it, too, and this fiber comes after. */
  g_autoptr (DexFuture) held = cancel != NULL ? dex_ref (cancel) : NULL;
  g_autoptr (GError) local = NULL;
  DexFuture *wait = step;

  if (cancel != NULL)
    {
      if (dex_future_is_rejected (cancel))
        {
          let_go (step);
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
          return FALSE;
        }
      wait = dex_future_first (dex_ref (step), dex_ref (cancel), NULL);
      if (dex_await (wait, &local))
        {
          dex_unref (step);
          return TRUE;
        }
      if (dex_future_is_rejected (cancel) && !dex_future_is_rejected (step))
        {
          dex_unref (step);
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
          return FALSE;
        }
      dex_unref (step);
    }
  else if (dex_await (wait, &local))
    return TRUE;

  annex_error_normalise (&local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}
