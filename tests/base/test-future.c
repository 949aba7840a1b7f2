/* test-future.c
 *
 * Fibers that nobody waits for any more, and what comes after them; waits that were stopped.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-future.h"

#define N_FIBERS 4
#define LIMIT_US (5 * G_USEC_PER_SEC)

static guint n_ended;

static DexFuture *
wait_fiber (gpointer data)
{
  g_assert_true (dex_await (dex_ref (data), NULL));
  n_ended++;
  return dex_future_new_true ();
}

static void
iterate_until_ended (guint n)
{
  gint64 deadline_us = g_get_monotonic_time () + LIMIT_US;

  while (n_ended < n && g_get_monotonic_time () < deadline_us)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (100);
    }
  g_assert_cmpuint (n_ended, ==, n);
}

static void
iterate_some (void)
{
  for (int i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
}

/* What a fiber waits for comes just when the wait for the fiber was given up: it runs to its end,
 * and others run after it. */
static void
test_given_up (void)
{
  DexPromise *come[N_FIBERS];
  g_autoptr (DexPromise) last = dex_promise_new ();
  g_autoptr (DexFuture) after = NULL;

  n_ended = 0;
  for (guint i = 0; i < N_FIBERS; i++)
    {
      DexFuture *fiber;

      come[i] = dex_promise_new ();
      fiber = annex_fiber_run (wait_fiber, dex_ref (come[i]), dex_unref);
      fiber = dex_future_first (fiber, dex_future_new_infinite (), NULL);
      iterate_some ();
      g_assert_true (dex_future_is_pending (fiber));
      dex_unref (fiber);
      dex_promise_resolve_boolean (come[i], TRUE);
      dex_unref (come[i]);
    }
  iterate_until_ended (N_FIBERS);
  after = annex_fiber_run (wait_fiber, dex_ref (last), dex_unref);
  iterate_some ();
  dex_promise_resolve_boolean (last, TRUE);
  iterate_until_ended (N_FIBERS + 1);
  iterate_some ();
  g_assert_true (dex_future_is_resolved (after));
}

static DexFuture *
fail_fiber (gpointer data)
{
  return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Not there");
}

static void
test_rejects (void)
{
  g_autoptr (DexFuture) fiber = annex_fiber_run (fail_fiber, NULL, NULL);
  g_autoptr (GError) error = NULL;

  iterate_some ();
  g_assert_true (dex_future_is_rejected (fiber));
  g_assert_null (dex_future_get_value (fiber, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static DexFuture *
settled_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

typedef struct
{
  DexFuture *step; /* taken */
  DexFuture *cancel;
  gboolean waits;
} Wait;

static DexFuture *
cancelled_fiber (gpointer data)
{
  Wait *wait = data;
  g_autoptr (GError) error = NULL;

  if (wait->waits)
    g_assert_true (annex_await_cancellable (wait->step, wait->cancel, &error));
  else
    {
      g_assert_false (annex_await_cancellable (wait->step, wait->cancel, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  n_ended++;
  return dex_future_new_true ();
}

static void
run_wait (DexFuture *step, DexFuture *cancel, gboolean waits)
{
  Wait wait = { step, cancel, waits };
  g_autoptr (DexFuture) fiber = NULL;

  n_ended = 0;
  fiber = annex_fiber_run (cancelled_fiber, &wait, NULL);
  iterate_until_ended (1);
}

/* What is stopped before it is waited for is let go of as well: a time-out that runs, work on a
 * thread, a promise, a fiber, and what has settled already. */
static void
test_stopped_before (void)
{
  g_autoptr (DexCancellable) stopped = DEX_CANCELLABLE (dex_cancellable_new ());
  g_autoptr (DexCancellable) goes_on = DEX_CANCELLABLE (dex_cancellable_new ());
  g_autoptr (DexPromise) promise = dex_promise_new_cancellable ();
  GCancellable *told = dex_promise_get_cancellable (promise);

  dex_cancellable_cancel (stopped);
  run_wait (dex_timeout_new_msec (20), DEX_FUTURE (stopped), FALSE);
  run_wait (dex_timeout_new_msec (60000), DEX_FUTURE (stopped), FALSE);
  run_wait (dex_future_catch (dex_timeout_new_msec (20), settled_cb, NULL, NULL),
            DEX_FUTURE (stopped), FALSE);
  run_wait (dex_future_new_true (), DEX_FUTURE (stopped), FALSE);
  g_assert_false (g_cancellable_is_cancelled (told));
  run_wait (dex_ref (promise), DEX_FUTURE (stopped), FALSE);
  g_assert_true (g_cancellable_is_cancelled (told));
  run_wait (dex_future_catch (dex_timeout_new_msec (20), settled_cb, NULL, NULL),
            DEX_FUTURE (goes_on), TRUE);
  /* The time-outs that were let go of would have come by now. */
  g_usleep (50000);
  iterate_some ();
}

/* Who stops a wait may be the last to know what it is stopped by. */
static void
test_stopped_and_dropped (void)
{
  DexCancellable *stopped = DEX_CANCELLABLE (dex_cancellable_new ());
  Wait wait = { DEX_FUTURE (dex_promise_new ()), DEX_FUTURE (stopped), FALSE };
  g_autoptr (DexFuture) fiber = NULL;

  n_ended = 0;
  fiber = annex_fiber_run (cancelled_fiber, &wait, NULL);
  iterate_some ();
  g_assert_true (dex_future_is_pending (fiber));
  dex_cancellable_cancel (stopped);
  dex_unref (stopped);
  iterate_until_ended (1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/future/given-up", test_given_up);
  g_test_add_func ("/future/rejects", test_rejects);
  g_test_add_func ("/future/stopped-before", test_stopped_before);
  g_test_add_func ("/future/stopped-and-dropped", test_stopped_and_dropped);
  return g_test_run ();
}
